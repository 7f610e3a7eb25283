"""Strand, mapping quality, read position and filter of single records, as their caller wrote them in FILTER and INFO.

Names of other callers are read as those of GATK: DP4 of bcftools and SRF, SRR, SAF, SAR of freebayes are counts of
reads by allele and strand, from which the odds ratio of strands is made; MQBZ and RPBZ of bcftools are the same rank
sums, whose sign its header leaves open, so that either side counts. A field of another type or number is missing.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from filiation.io.raw.header import Header
from filiation.io.raw.records import RawRecords
from filiation.io.raw.typed import after, typed_at

# In the order of kernels.site_evidence: each column by the first name that the record has.
RANKS = {"MQRankSum": "MQBZ", "ReadPosRankSum": "RPBZ"}
STRAND_COUNTS = ("SRF", "SRR", "SAF", "SAR")
NAMES = ("SOR", "FS", "MQ", *RANKS, *RANKS.values(), "DP4", *STRAND_COUNTS)
N_COLUMNS = 6

_WIDTHS = {1: "b", 2: "h", 3: "i", 5: "f"}
# Missing and end-of-vector values of whole numbers lie below these (VCF specification, 6.3.3).
_RESERVED = {1: -120, 2: -32_760, 3: -2_147_483_640}


def declared_fields(header: Header) -> str:
    """Which of the fields a file declares, in words for a funnel."""
    names = [name for name in NAMES if name in header.keys]
    return ", ".join(names) if names else "none in the file: FILTER where the caller set it"


def strand_odds(counts: tuple[float, ...]) -> float:
    """SOR of GATK from reads of reference (forward, reverse) and of the allele; one read is added to each."""
    a, b, c, d = (count + 1.0 for count in counts)
    odds = a * d / (b * c)
    return math.log(odds + 1.0 / odds) + math.log(min(a, b) / max(a, b)) - math.log(min(c, d) / max(c, d))


def site_fields(records: RawRecords, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Columns SOR, FS, MQ, MQRankSum, ReadPosRankSum, and 1 or 0 for the filters passed or not; NaN missing."""
    found = np.full((len(rows), N_COLUMNS), np.nan)
    header = records.header
    if header is None:
        return found
    wanted = {header.keys[name]: name for name in NAMES if name in header.keys}
    for number, v in enumerate(rows.tolist()):
        content = records.content(v)
        if records.is_bcf:
            passed, values = _of_bcf(content, wanted)
        else:
            passed, values = _of_line(content)
        found[number] = _columns(values, passed)
    return found


def _columns(values: Mapping[str, tuple[float, ...]], passed: float) -> list[float]:
    """The columns of one record."""

    def one(name: str) -> float:
        value = values.get(name, ())
        return value[0] if len(value) == 1 else math.nan

    strand = one("SOR")
    counts = values.get("DP4", ())
    if len(counts) != 4:
        counts = tuple(one(name) for name in STRAND_COUNTS)
    if math.isnan(strand) and not any(math.isnan(count) or count < 0 for count in counts):
        strand = strand_odds(counts)
    ranks = []
    for name, other in RANKS.items():
        rank = one(name)
        ranks.append(-abs(one(other)) if math.isnan(rank) else rank)
    return [strand, one("FS"), one("MQ"), *ranks, passed]


def _of_line(line: bytes) -> tuple[float, dict[str, tuple[float, ...]]]:
    """Filter and values of a VCF line."""
    columns = line.split(b"\t", 8)
    passed = {b".": math.nan, b"PASS": 1.0}.get(columns[6], 0.0)
    values = {}
    for item in columns[7].rstrip(b"\r\n").split(b";"):
        name, _, text = item.partition(b"=")
        if text and name.decode("latin-1") in NAMES:
            values[name.decode("latin-1")] = tuple(_number(part) for part in text.split(b","))
    return passed, values


def _number(text: bytes) -> float:
    """A number, NaN where there is none."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _of_bcf(record: bytes, wanted: Mapping[int, str]) -> tuple[float, dict[str, tuple[float, ...]]]:
    """Filter and values of a BCF record, which was checked when it was decoded."""
    number, alleles = struct.unpack_from("<HH", record, 24)
    at = 32
    for _ in range(alleles + 1):
        at = after(record, at)
    filters = _values(record, at)
    at = after(record, at)
    # PASS is number 0 of the dictionary (VCF specification, 6.2.1).
    passed = math.nan if not filters else float(filters == (0.0,))
    values = {}
    for _ in range(number):
        (key,) = _values(record, at)
        at = after(record, at)
        if (name := wanted.get(int(key))) is not None:
            values[name] = _values(record, at)
        at = after(record, at)
    return passed, values


def _values(record: bytes, at: int) -> tuple[float, ...]:
    """Numbers of a typed vector, NaN for missing ones; none of text and flags."""
    kind, number, start = typed_at(record, at)
    if kind not in _WIDTHS:
        return ()
    raw = struct.unpack_from(f"<{number}{_WIDTHS[kind]}", record, start)
    if kind == 5:
        return tuple(value if math.isfinite(value) else math.nan for value in raw)
    return tuple(math.nan if value < _RESERVED[kind] else float(value) for value in raw)
