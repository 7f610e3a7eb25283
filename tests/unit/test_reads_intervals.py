"""Intervals for calling: every base once, about equal, cut where nothing is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.errors import InputError
from filiation.reads.calling import PADDING, pad
from filiation.reads.intervals import Piece, balance, read_bed
from filiation.reads.reference import Runs


def positions(pieces: list[Piece]) -> list[tuple[str, int]]:
    """Every base of some pieces."""
    return [(contig, base) for contig, start, end in pieces for base in range(start, end)]


@st.composite
def genomes(draw: st.DrawFn) -> tuple[list[Piece], Runs]:
    """Whole contigs with runs of known bases and of N."""
    regions: list[Piece] = []
    runs: Runs = {}
    for number in range(draw(st.integers(1, 4))):
        name, position = f"chr{number + 1}", 0
        runs[name] = []
        for known, unknown in draw(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 200)), max_size=4)):
            runs[name].append((position + unknown, position + unknown + known))
            position += unknown + known
        regions.append((name, 0, position + draw(st.integers(1, 50))))
    return regions, runs


@settings(max_examples=150, deadline=None)
@given(genome=genomes(), number=st.integers(1, 12))
def test_balance__every_base_is_in_exactly_one_interval(genome: tuple[list[Piece], Runs], number: int) -> None:
    regions, runs = genome
    parts, weights = balance(regions, runs, number)
    assert len(parts) == len(weights) == number
    assert [base for part in parts for base in positions(part)] == positions(regions)
    known = [sum(min(e, b) - max(s, a) for n, a, b in part for s, e in runs[n] if s < b and e > a) for part in parts]
    assert known == weights


def test_balance__intervals_hold_about_the_same_number_of_known_bases() -> None:
    regions = [("chr1", 0, 10_000), ("chr2", 0, 4_000)]
    _, weights = balance(regions, {"chr1": [(0, 10_000)], "chr2": [(0, 4_000)]}, 7)
    assert weights == [2000] * 7


def test_balance__a_run_of_n_near_the_ideal_place_is_where_the_cut_falls() -> None:
    parts, _ = balance([("chr1", 0, 10_000)], {"chr1": [(0, 4_900), (5_100, 10_000)]}, 2)
    assert parts == [[("chr1", 0, 5_000)], [("chr1", 5_000, 10_000)]]
    parts, _ = balance([("chr1", 0, 10_000)], {"chr1": [(0, 4_700), (4_900, 10_000)]}, 2)
    assert parts == [[("chr1", 0, 4_800)], [("chr1", 4_800, 10_000)]]


def test_balance__more_intervals_than_bases_leaves_the_last_ones_empty() -> None:
    parts, weights = balance([("chr1", 0, 3)], {"chr1": [(0, 3)]}, 5)
    assert [len(part) for part in parts] == [1, 1, 1, 0, 0]
    assert weights == [1, 1, 1, 0, 0]


def test_read_bed__overlapping_regions_are_merged_in_the_order_of_the_reference(tmp_path: Path) -> None:
    bed = tmp_path / "regions.bed"
    bed.write_text("track name=x\nchr2\t5\t10\nchr1\t20\t30\tname\nchr1\t25\t40\nchr1\t40\t50\n")
    assert read_bed(bed, {"chr1": 100, "chr2": 100}) == [("chr1", 20, 50), ("chr2", 5, 10)]


@pytest.mark.parametrize("line", ["chr3\t1\t5", "chr1\t90\t101", "chr1\t5\t5", "chr1 1 5", "chr1\t-1\t5"])
def test_read_bed__region_that_is_not_on_the_reference_stops_with_its_line(tmp_path: Path, line: str) -> None:
    bed = tmp_path / "regions.bed"
    bed.write_text(f"chr1\t1\t5\n{line}\n")
    with pytest.raises(InputError, match="line 2"):
        read_bed(bed, {"chr1": 100})


def test_pad__pieces_that_touch_once_widened_are_called_once() -> None:
    pieces = [("chr1", 100, 200), ("chr1", 200 + 2 * PADDING, 1200), ("chr2", 0, 50)]
    padded = pad(pieces, {"chr1": 1300, "chr2": 60})
    assert padded == [("chr1", 0, 1300), ("chr2", 0, 60)]
