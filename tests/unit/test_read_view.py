"""Does the picture of the reads show what the recheck counts, packed small, and come back unchanged?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.pileups import CONTIG, TRIO_PED, Change, Reads, change_at, genome_with, write_person, write_reference
from filiation.config import recheck_thresholds_path
from filiation.io.ped import read_pedigree
from filiation.model import packed_reads
from filiation.model.packed_reads import Event, Segment, pack_depth, pack_molecules, unpack_depth, unpack_molecules
from filiation.reads.pileup import Allele
from filiation.reads.read_view import SHOWN, Row, read_views
from filiation.reads.recheck_thresholds import load_recheck_thresholds

THRESHOLDS = load_recheck_thresholds(recheck_thresholds_path())
SITE = 2000
PLAIN = genome_with(SITE - 10, "GATTACAGGCTCACGTTGCA")


def views(folder: Path, change: Change, people: dict[str, list[Reads]], genome: str = PLAIN) -> dict[str, Row]:
    """Rows of one allele by sample."""
    (folder / "FAM.ped").write_text(TRIO_PED)
    reads = {name: write_person(folder, name, genome, change.pos, groups) for name, groups in people.items()}
    allele = Allele(CONTIG, change.pos, change.ref, change.alt)
    family = read_pedigree(folder / "FAM.ped")
    rows = read_views(family, [allele], reads, write_reference(folder, genome), THRESHOLDS.reads)
    return {row["sample"]: row for row in rows}


def test_view__counts_and_drawn_molecules_agree_and_alternate_ones_come_first(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    people = {"child": [Reads(9), Reads(7, (change,))], "father": [Reads(12)], "mother": [Reads(5)]}
    found = views(tmp_path, change, people)
    child = found["child"]
    assert (child["molecules"], child["ref_reads"], child["alt_reads"], child["shown"]) == (16, 9, 7, 16)
    molecules = unpack_molecules(child["reads"], len(child["reference"]))
    flags = [molecule[0].flags & packed_reads.ALT for molecule in molecules]
    assert flags == [packed_reads.ALT] * 7 + [0] * 9
    offset = SITE - child["start"]
    assert all(Event(change.alt, offset) in molecule[0].events for molecule in molecules[:7])
    assert child["differences"] == f"{offset}:{change.alt}:44"
    assert (found["father"]["alt_reads"], found["mother"]["alt_reads"]) == (0, 0)
    assert found["father"]["differences"] is None


def test_view__deep_site_keeps_the_share_of_the_alternate_allele(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    found = views(tmp_path, change, {"child": [Reads(150), Reads(50, (change,))]})["child"]
    molecules = unpack_molecules(found["reads"], len(found["reference"]))
    assert found["molecules"] == 200
    assert found["shown"] == len(molecules) == SHOWN
    assert sum(bool(molecule[0].flags & packed_reads.ALT) for molecule in molecules) in (7, 8)


def test_view__few_alternate_reads_of_a_deep_site_are_all_drawn(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    found = views(tmp_path, change, {"child": [Reads(300), Reads(3, (change,))]})["child"]
    molecules = unpack_molecules(found["reads"], len(found["reference"]))
    assert [bool(molecule[0].flags & packed_reads.ALT) for molecule in molecules[:4]] == [True, True, True, False]


def test_view__a_deletion_is_an_event_with_its_length(tmp_path: Path) -> None:
    change = Change(SITE, PLAIN[SITE - 1 : SITE + 3], PLAIN[SITE - 1])
    found = views(tmp_path, change, {"child": [Reads(8), Reads(8, (change,))]})["child"]
    assert found["alt_reads"] == 8
    first = unpack_molecules(found["reads"], len(found["reference"]))[0]
    assert Event("-", SITE + 1 - found["start"], 3) in first[0].events


def test_view__a_member_without_reads_has_a_row_that_says_so(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    found = views(tmp_path, change, {"child": [Reads(9), Reads(7, (change,))]})
    assert found["father"]["note"] == "reads_not_given"
    assert found["father"].get("reads") is None
    assert found["child"]["note"] == "drawn"


def test_view__three_members_of_usual_depth_take_a_kilobyte_or_so(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    people = {"child": [Reads(20), Reads(20, (change,))], "father": [Reads(40)], "mother": [Reads(40)]}
    rows = views(tmp_path, change, people).values()
    assert sum(len(row["reads"]) + len(row["depth"]) for row in rows) + len(next(iter(rows))["reference"]) <= 1024


offsets = st.integers(0, 80)
events = st.one_of(
    st.builds(Event, st.sampled_from("ACGTNacgtn"), offsets),
    st.builds(Event, st.sampled_from(packed_reads.WITH_LENGTH), offsets, st.integers(1, packed_reads.LARGEST)),
)
segments = st.builds(
    Segment, st.integers(-1, 80), st.integers(0, 81), st.integers(0, 31), st.lists(events, max_size=9).map(tuple)
)


@settings(deadline=None)
@given(st.lists(st.lists(segments, max_size=2).map(tuple), max_size=40), st.sampled_from([81, 82, 83, 400]))
def test_packing__what_was_packed_comes_back(molecules: list[tuple[Segment, ...]], width: int) -> None:
    text = pack_molecules(molecules, width)
    assert unpack_molecules(text, width) == molecules
    assert not set(text) & set("\"&'<>\\`,|; \t\n")


@given(st.lists(st.integers(0, 500), min_size=1, max_size=100))
def test_packing__depth_comes_back_to_one_part_in_83_and_zero_stays_zero(depth: list[int]) -> None:
    largest, text = pack_depth(depth)
    found = unpack_depth(largest, text)
    assert all(abs(one - other) <= largest / packed_reads.LARGEST for one, other in zip(depth, found, strict=True))
    assert [value == 0 for value in depth] == [value == 0 for value in found]


def test_packing__a_text_that_was_not_packed_is_refused() -> None:
    with pytest.raises(ValueError, match="not packed reads"):
        unpack_molecules("#!", 81)
