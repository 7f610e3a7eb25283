"""Does the packed look-up say, allele by allele, what a dictionary of the same source says?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.frequencies.alleles import allele_codes, encode_alleles, minimal_allele
from filiation.kernels import frequency as kernel
from filiation.kernels import frequency_packing as packing
from reference.frequency import Source

pytestmark = pytest.mark.kernels

Entries = dict[tuple[str, int, str, str], tuple[float | None, int | None, int | None]]
BASES = st.sampled_from("ACGT")
ALLELES = st.one_of(
    st.tuples(BASES, BASES),
    st.tuples(BASES, st.text("ACGT", min_size=2, max_size=4)).map(lambda x: (x[0], x[0] + x[1][1:])),
    st.tuples(BASES, st.text("ACGT", min_size=2, max_size=4)).map(lambda x: (x[0] + x[1][1:], x[0])),
    st.tuples(st.text("ACGT", min_size=1, max_size=40), st.text("ACGTN", min_size=1, max_size=40)),
    st.tuples(BASES, st.sampled_from(["*", "<DEL>"])),
)
VALUES = st.one_of(
    st.none(),
    st.just(0.0),
    st.just(1.0),
    st.floats(0, 1, width=32),
    st.floats(1e-8, 1).map(lambda value: float(f"{value:.6g}")),
)
COUNTS = st.one_of(st.just(0), st.none(), st.integers(0, 200), st.integers(0, 2**31 - 2))


@st.composite
def sources(draw: st.DrawFn) -> Entries:
    entries: Entries = {}
    for contig in ("1", "X"):
        pos = 0
        for _ in range(draw(st.integers(0, 60))):
            pos += draw(st.sampled_from([0, 1, 1, 2, 3, 50, 130, 20_000]))
            ref, alt = draw(ALLELES)
            entries[(contig, max(pos, 1), ref, alt)] = (draw(VALUES), draw(COUNTS), draw(COUNTS))
    return entries


def packed(entries: Entries, contigs: list[str], pack) -> dict[str, np.ndarray]:  # type: ignore[no-untyped-def]
    """Payload and index, contig after contig, as `filiation.frequencies.compile` writes them."""
    payload, starts, offsets, bytes_of_block = b"", [], [], []
    contig_block, contig_byte = [0], [0]
    for contig in contigs:
        chosen = sorted((key[1:], value) for key, value in entries.items() if key[0] == contig)
        codes = encode_alleles(allele for allele, _ in chosen)
        n = len(chosen)
        af = np.array([math.nan if value[0] is None else value[0] for _, value in chosen], dtype=np.float32)
        counts = [np.array([-1 if v[k] is None else v[k] for _, v in chosen], dtype=np.int32) for k in (1, 2)]
        size = 64 * (n + 1) + len(codes.text)
        scratch, out = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
        start, offset = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        blocks, used = pack(
            codes.pos,
            codes.key,
            codes.text,
            codes.text_offset,
            af,
            af.view(np.uint32),
            *counts,
            scratch,
            out,
            start,
            offset,
        )
        starts.append(start[:blocks])
        offsets.append(offset[:blocks])
        bytes_of_block.append(offset[:blocks] + len(payload))
        payload += out[:used].tobytes()
        contig_block.append(contig_block[-1] + blocks)
        contig_byte.append(len(payload))
    data = np.frombuffer(payload + bytes(-len(payload) % 8), dtype=np.uint8).copy()
    words = data.view(np.uint64)
    first = np.concatenate(bytes_of_block)[:: packing.BLOCKS_PER_SEGMENT].astype(np.int64)
    bounds = np.concatenate([first, [len(payload)]]).astype(np.int64)
    checks = [packing.checksum_jit(words, a // 8, (b + 7) // 8) for a, b in pairwise(bounds)]
    return {
        "data": data,
        "words": words,
        "block_start": np.concatenate(starts).astype(np.uint32),
        "block_offset": np.concatenate(offsets).astype(np.uint32),
        "contig_block": np.array(contig_block, dtype=np.int64),
        "contig_byte": np.array(contig_byte, dtype=np.int64),
        "segment_byte": bounds,
        "segment_checksum": np.array(checks, dtype=np.uint64),
        "checked": np.zeros(len(checks), dtype=np.uint8),
    }


def ask(
    table: dict[str, np.ndarray],
    contigs: list[str],
    queries: list[tuple[str, int, str, str]],
    covered: list[tuple[str, int, int]] | None = None,
    lookup=kernel.lookup_jit,  # type: ignore[no-untyped-def]
) -> tuple[int, list[tuple[float, int, int, int]]]:
    """Answers of the kernel, in the order of the queries."""
    per_contig = [sorted((s, e) for name, s, e in covered or [] if name == contig) for contig in contigs]
    flat = [interval for intervals in per_contig for interval in intervals]
    codes = encode_alleles(query[1:] for query in queries)
    n = len(queries)
    out = (np.zeros(n), np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int8))
    bad = lookup(
        *table.values(),
        np.array([s for s, _ in flat], dtype=np.uint32),
        np.array([e for _, e in flat], dtype=np.uint32),
        np.cumsum([0, *(len(intervals) for intervals in per_contig)]).astype(np.int64),
        covered is not None,
        np.array([contigs.index(q[0]) if q[0] in contigs else -1 for q in queries], dtype=np.int32),
        codes.pos,
        codes.key,
        codes.text,
        codes.text_offset,
        *out,
    )
    return int(bad), [(float(a), int(b), int(c), int(d)) for a, b, c, d in zip(*out, strict=True)]


def same(found: list[tuple[float, int, int, int]], expected: list[tuple[float, int, int, int]]) -> None:
    np.testing.assert_array_equal(np.array(found, dtype=float), np.array(expected, dtype=float))


@settings(max_examples=60, deadline=None)
@given(sources(), st.data())
def test_lookup__agrees_with_a_dictionary_in_any_order(entries: Entries, data: st.DataObject) -> None:
    contigs = ["1", "X"]
    covered = data.draw(st.none() | st.just([("1", 0, 100), ("1", 200, 20_150), ("X", 5, 6)]))
    asked = list(entries)
    for contig, pos, ref, alt in list(entries):
        asked += [(contig, pos + 1, ref, alt), (contig, pos, alt, ref), (contig, pos, ref, alt + "A")]
    asked += [("7", 5, "A", "C"), ("1", 999_999, "A", "C"), ("1", 1, "A", "AC" * 20)]
    if data.draw(st.booleans()):
        asked.sort()
    else:
        asked = data.draw(st.permutations(asked))
    truth = Source(dict(entries), covered)
    expected = [truth.lookup(*query) for query in asked]
    for pack, lookup in ((packing.pack, kernel.lookup_borrowed), (packing.pack_jit, kernel.lookup_jit)):
        bad, found = ask(packed(entries, contigs, pack), contigs, asked, covered, lookup)
        assert bad == -1
        same(found, expected)


@settings(max_examples=300, deadline=None)
@given(st.floats(0, 1, width=32) | st.floats(1e-17, 1).map(lambda v: float(np.float32(f"{v:.6g}"))))
def test_decimal_code__gives_back_the_very_single_or_says_that_it_cannot(value: float) -> None:
    bits = np.array([value], dtype=np.float32).view(np.uint32)
    assert kernel.single_jit(int(bits[0])) == value
    entries: Entries = {("1", 1, "A", "C"): (value, 0, 0)}
    _, found = ask(packed(entries, ["1"], packing.pack_jit), ["1"], [("1", 1, "A", "C")])
    assert found[0][0] == value


def test_decimal_code__holds_every_six_digit_decimal_next_to_a_threshold() -> None:
    for exponent in range(0, 9):
        for mantissa in (100_000, 100_001, 123_456, 500_000, 999_998, 999_999):
            single = np.float32(f"{mantissa}e-{exponent + 5}")
            if single <= 1:
                assert packing.decimal_code_jit(single) < packing.FREQUENCY_MISSING


@pytest.mark.parametrize("alleles", [1, 95, 96, 97, 200])
def test_lookup__finds_the_last_of_many_alleles_at_one_position(alleles: int) -> None:
    entries: Entries = {("1", 9, "A", "C"): (0.5, 0, 0), ("1", 12, "A", "C"): (0.25, 0, 0)}
    for k in range(alleles):
        entries[("1", 10, "A", "A" + "ACGT"[k % 4] * (k // 4 + 1))] = (k / 1000, k % 3, 0)
    truth = Source(dict(entries))
    bad, found = ask(packed(entries, ["1"], packing.pack_jit), ["1"], list(entries))
    assert bad == -1
    same(found, [truth.lookup(*query) for query in entries])


def test_lookup__names_the_segment_whose_bytes_were_changed() -> None:
    entries: Entries = {("1", pos, "A", "C"): (0.01, 0, 0) for pos in range(1, 60_000)}
    table = packed(entries, ["1"], packing.pack_jit)
    assert len(table["segment_checksum"]) == 2
    table["data"][-9] ^= 4
    assert ask(table, ["1"], [("1", 5, "A", "C")])[0] == -1
    assert ask(table, ["1"], [("1", 5, "A", "C"), ("1", 59_999, "A", "C")])[0] == 1


def test_lookup__an_empty_source_has_nothing_and_fails_on_nothing() -> None:
    table = packed({}, ["1"], packing.pack_jit)
    assert (
        ask(table, ["1"], [("1", 5, "A", "C"), ("2", 1, "A", "C")])[1]
        == [pytest.approx((math.nan, -1, -1, kernel.ABSENT), nan_ok=True)] * 2
    )


@dataclass
class Records:
    """Alleles as a batch gives them."""

    pos: np.ndarray
    ref: list[str]
    alt: list[str]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.text("ACGTacgt", min_size=1, max_size=30), st.text("ACGTN*", min_size=1))
    )
)
def test_allele_codes__are_those_of_the_shortest_form_of_each_allele(alleles: list[tuple[int, str, str]]) -> None:
    columns = list(zip(*alleles, strict=True)) or [(), (), ()]
    found = allele_codes(Records(np.array(columns[0], dtype=np.int64), list(columns[1]), list(columns[2])))
    expected = encode_alleles(minimal_allele(*allele) for allele in alleles)
    np.testing.assert_array_equal(found.pos, expected.pos)
    np.testing.assert_array_equal(found.key, expected.key)
    assert found.text.tobytes() == expected.text.tobytes()


def test_minimal_allele__keeps_what_differs_and_one_base() -> None:
    assert minimal_allele(10, "AT", "CT") == (10, "A", "C")
    assert minimal_allele(10, "CA", "CG") == (11, "A", "G")
    assert minimal_allele(10, "CAA", "CA") == (10, "CA", "C")
    assert minimal_allele(10, "ACG", "TCT") == (10, "ACG", "TCT")
    assert minimal_allele(10, "a", "t") == (10, "A", "T")
