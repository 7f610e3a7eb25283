"""Are uniparental disomies, runs of homozygosity and deletions told apart, and found nowhere else?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from builders.genomes import Genomes, calls, simulate, trio
from filiation.config import RESOURCES
from filiation.quality.assess import assess
from filiation.quality.segment import Segment
from filiation.quality.tally import FamilyTally
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds
from filiation.quality.uniparental import error_tail
from filiation.quality.verdict import CheckRow, Verdict

START, END = 5_000_000, 25_000_000


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


@pytest.fixture(scope="module")
def genomes() -> Genomes:
    """Four autosomes of 32 Mb with a site every 16 kb: dense enough for runs of homozygosity."""
    return simulate(11, autosomes=4, sites=2_000, spacing=16_000)


def altered(genomes: Genomes, name: str, contig: str, copies: np.ndarray) -> Genomes:
    """The same people, one of whom has other copies between START and END of a contig."""
    here = genomes.on(contig, START, END)
    people = {person: value.copy() for person, value in genomes.people.items()}
    people[name][here] = copies[here]
    return replace(genomes, people=people)


def found(
    genomes: Genomes, thresholds: Thresholds, depth: dict[str, np.ndarray] | None = None
) -> tuple[list[CheckRow], list[Segment]]:
    tally = FamilyTally(trio(), thresholds)
    tally.add(calls(genomes, trio().samples, relative_depth=depth))
    return assess(trio(), tally, [], thresholds)


def disomy(rows: list[CheckRow]) -> CheckRow:
    (row,) = [row for row in rows if row.check == "uniparental_disomy"]
    return row


def near(segment: Segment) -> bool:
    return abs(segment.start - START) < 500_000 and abs(segment.end - END) < 500_000


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_ordinary_family__no_disomy_and_no_run(seed: int, thresholds: Thresholds) -> None:
    rows, segments = found(simulate(seed, autosomes=4, sites=2_000, spacing=16_000), thresholds)
    assert segments == []
    assert disomy(rows).verdict is Verdict.OK
    runs = [row for row in rows if row.check == "runs_of_homozygosity"]
    assert [row.verdict for row in runs] == [Verdict.OK] * 3


@pytest.mark.parametrize(("parent", "kind"), [("mother", "upd_maternal"), ("father", "upd_paternal")])
def test_heterodisomy__is_found_where_it_is_with_its_parent(
    genomes: Genomes, thresholds: Thresholds, parent: str, kind: str
) -> None:
    rows, segments = found(altered(genomes, "child", "3", genomes.people[parent]), thresholds)
    assert [(segment.kind, segment.chrom) for segment in segments] == [(kind, "3")]
    assert near(segments[0])
    assert "heterodisomy" in disomy(rows).meaning
    assert disomy(rows).verdict is Verdict.WARN
    assert f"from the {parent}" in disomy(rows).meaning


def test_isodisomy__is_a_disomy_and_a_run_of_homozygosity(genomes: Genomes, thresholds: Thresholds) -> None:
    copy = genomes.people["mother"][:, [0, 0]]
    rows, segments = found(altered(genomes, "child", "2", copy), thresholds)
    assert sorted(segment.kind for segment in segments) == ["roh", "upd_maternal"]
    assert all(near(segment) and segment.chrom == "2" for segment in segments)
    assert "(isodisomy)" in disomy(rows).meaning


def test_imprinted_chromosome__is_named(thresholds: Thresholds) -> None:
    genomes = simulate(11, autosomes=7, sites=2_000, spacing=16_000)
    rows, _ = found(altered(genomes, "child", "7", genomes.people["mother"]), thresholds)
    assert "chromosome 7 has imprinted genes" in disomy(rows).meaning
    rows, _ = found(altered(genomes, "child", "5", genomes.people["mother"]), thresholds)
    assert "imprinted" not in disomy(rows).meaning


def test_deletion_of_the_fathers_copy__is_no_disomy(genomes: Genomes, thresholds: Thresholds) -> None:
    child = genomes.people["child"][:, [1, 1]]
    depth = {"child": np.where(genomes.on("2", START, END), 0.5, 1.0)}
    rows, segments = found(altered(genomes, "child", "2", child), thresholds, depth)
    assert segments == []
    assert disomy(rows).verdict is Verdict.WARN
    assert "copy of the father is lost" in disomy(rows).meaning


def test_parents_who_share_a_haplotype__give_no_disomy(genomes: Genomes, thresholds: Thresholds) -> None:
    # The father's transmitted copy is the mother's other copy: the child looks like its mother, without proof.
    here = genomes.on("3", START, END)
    people = {name: copies.copy() for name, copies in genomes.people.items()}
    people["child"][here] = people["mother"][here]
    people["father"][here, 0] = people["mother"][here, 1]
    rows, segments = found(replace(genomes, people=people), thresholds)
    assert segments == []
    assert disomy(rows).verdict is Verdict.OK


def test_autozygous_stretch__is_listed_for_the_one_who_has_it(genomes: Genomes, thresholds: Thresholds) -> None:
    copy = genomes.people["father"][:, [0, 0]]
    rows, segments = found(altered(genomes, "father", "4", copy), thresholds)
    runs = [segment for segment in segments if segment.kind == "roh"]
    assert [(run.sample, run.chrom) for run in runs] == [("father", "4")]
    assert near(runs[0])
    (row,) = [row for row in rows if row.check == "runs_of_homozygosity" and row.sample == "father"]
    assert row.verdict is Verdict.WARN


def test_sparse_markers__runs_are_not_judged(thresholds: Thresholds) -> None:
    rows, segments = found(simulate(11, autosomes=4, sites=200, spacing=200_000), thresholds)
    assert not [segment for segment in segments if segment.kind == "roh"]
    runs = [row for row in rows if row.check == "runs_of_homozygosity"]
    assert [row.verdict for row in runs] == [Verdict.UNKNOWN] * 3


def test_error_tail__is_the_poisson_tail() -> None:
    assert error_tail(0, 100, 0.01) == 1
    assert error_tail(1, 100, 0.01) == 1
    assert error_tail(2, 100, 0.01) == pytest.approx(1 - 2 * np.exp(-1))
    assert error_tail(800, 10_000, 0.002) < 1e-100
    assert error_tail(3, 0, 0.01) == 0
