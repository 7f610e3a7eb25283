"""Are records with more INFO, made by kernels, those that the writer makes one by one?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.calls.frequencies import PopulationFrequency
from filiation.io.raw.header import Header
from filiation.io.raw.records import RawRecords
from filiation.io.raw.writer import RecordWriter
from filiation.kernels.info_fields import put_decimal_jit
from filiation.scoring.evidence_fields import HEADER_LINES, EvidenceFields
from filiation.scoring.trio import TrioScores

pytestmark = pytest.mark.kernels

TEXT = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tchild\n"
INFOS = [".", "DP=3", "AC=1;MQ=60.0;DB", "DP=3;.", "CARRIER_STATES=1;DP=4", "WEAK_PROBAND", "POPULATION_AFX=1", ";", ""]
ENDS = [b"\n", b"\r\n", b""]
single = st.floats(width=32, allow_nan=False, allow_infinity=False)
maybe_count = st.one_of(st.just(float("nan")), st.sampled_from([0.0, 127.0, 128.0, 32767.0, 32768.0, 2147483647.0]))
survivor = st.tuples(
    st.sampled_from(INFOS),
    st.sampled_from(ENDS),
    st.one_of(st.just(float("nan")), single),
    single,
    st.booleans(),
    st.one_of(st.just(float("nan")), single),
    maybe_count,
    maybe_count,
    st.integers(0, 2),
    st.booleans(),
)


def header(is_bcf: bool) -> Header:
    """A header of one sample."""
    return Header(TEXT, len(TEXT), is_bcf, ["child"], ["1"], [1000], [0], keys={"PASS": 0, "DP": 1})


def line(info: str, end: bytes) -> bytes:
    """A VCF line."""
    return f"1\t7\t.\tA\tC\t50\tPASS\t{info}\tGT\t0/1".encode() + end


def record(fields: int, padding: int) -> bytes:
    """A BCF record as far as the writer looks at it: lengths, the number of fields, and what stands behind."""
    shared = b"\x01" * 16 + fields.to_bytes(2, "little") + b"\x02" * (6 + padding)
    return len(shared).to_bytes(4, "little") + (5).to_bytes(4, "little") + shared + b"calls"


@settings(max_examples=60, deadline=None)
@given(st.lists(survivor, max_size=6), st.booleans(), st.booleans())
def test_records__are_those_of_the_writer(drawn: list[tuple], is_bcf: bool, sound: bool) -> None:
    if sound:
        drawn = [("DP=3" if row[0] in INFOS[3:6] else row[0], *row[1:]) for row in drawn]
    contents = [record(len(row[0]), len(row[0])) if is_bcf else line(row[0], row[1]) for row in drawn]
    stops = np.cumsum([len(content) for content in contents], dtype=np.int64)
    survivors = RawRecords(
        np.frombuffer(b"".join(contents), dtype=np.uint8),
        np.concatenate([np.zeros(min(1, len(stops)), dtype=np.int64), stops[:-1]]),
        stops,
        is_bcf,
    )
    columns = [np.array([row[place] for row in drawn], dtype=np.float64) for place in range(2, 10)]
    n = len(drawn)
    state = np.where(columns[7], 2, 0).astype(np.int8)[:, None].repeat(3, axis=1)
    scores = TrioScores(columns[0], columns[1], state, state, state[:, :1].repeat(9, axis=1), columns[2])
    frequency = PopulationFrequency(
        columns[3], columns[4], columns[5], columns[6].astype(np.int8), np.zeros(n, dtype=bool), ("x", "not_found", "y")
    )
    with np.errstate(all="ignore"):
        fields = EvidenceFields(RecordWriter(header(is_bcf), HEADER_LINES, "unused"))
        made, expected = fields.records(survivors, scores, frequency), fields._one_by_one(survivors, scores, frequency)
    if is_bcf:
        assert made == expected
        return
    assert same_numbers(made) == same_numbers(expected)


def same_numbers(lines: bytes) -> list[list[str]]:
    """Lines in their items, with every float as the 32 bits that it is read as."""
    rows = []
    for text in lines.decode().split("\n"):
        row = []
        for item in text.replace("\t", ";").split(";"):
            name, sign, value = item.partition("=")
            if name in ("DE_NOVO_POSTERIOR", "DE_NOVO_LOG10_ODDS", "POPULATION_AF"):
                value = np.float32(value).tobytes().hex()
            row.append(name + sign + value)
        rows.append(row)
    return rows


@settings(max_examples=500, deadline=None)
@given(single)
def test_decimal__gives_the_same_float_back(value: float) -> None:
    out = np.zeros(40, dtype=np.uint8)
    size = put_decimal_jit(out, 0, value)
    assert np.float32(out[:size].tobytes().decode()) == np.float32(value)
