"""Are wrong parents, exchanged samples and wrong sexes found, and true families left in peace?"""

from __future__ import annotations

import numpy as np
import pytest

from builders.genomes import Genomes, calls, cut, family_of, simulate, subset, trio
from filiation.config import RESOURCES
from filiation.model.pedigree import Family, Role, Sex
from filiation.quality.assess import assess
from filiation.quality.sex import CoverageRow
from filiation.quality.tally import FamilyTally
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds
from filiation.quality.verdict import CheckRow, Verdict

MALE, FEMALE = Sex.MALE, Sex.FEMALE


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


@pytest.fixture(scope="module")
def genomes() -> Genomes:
    return simulate()


def rows_of(
    genomes: Genomes,
    family: Family,
    thresholds: Thresholds,
    people: dict[str, str] | None = None,
    coverage: list[CoverageRow] | None = None,
    size: int = 100_000,
) -> list[CheckRow]:
    """All rows of a family; `people` says whose genome a sample really is."""
    tally = FamilyTally(family, thresholds)
    columns = [(people or {}).get(sample, sample) for sample in family.samples]
    for batch in cut(calls(genomes, columns), size):
        tally.add(batch)
    return assess(family, tally, coverage or [], thresholds)[0]


def one(rows: list[CheckRow], check: str, sample: str) -> CheckRow:
    (row,) = [row for row in rows if row.check == check and row.sample == sample]
    return row


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_true_trio__nothing_fails_and_every_relation_is_confirmed(seed: int, thresholds: Thresholds) -> None:
    rows = rows_of(simulate(seed), trio(), thresholds)
    assert [row for row in rows if row.verdict in (Verdict.FAIL, Verdict.WARN)] == []
    for check in ("kinship", "sex", "roles", "mendelian_errors_snv", "mendelian_errors_x"):
        found = {row.verdict for row in rows if row.check == check}
        assert found == {Verdict.OK}, check


def test_rows_do_not_depend_on_where_batches_are_cut(genomes: Genomes, thresholds: Thresholds) -> None:
    assert rows_of(genomes, trio(), thresholds) == rows_of(genomes, trio(), thresholds, size=37)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_brother_of_the_father_is_not_taken_for_the_father(seed: int, thresholds: Thresholds) -> None:
    rows = rows_of(simulate(seed), trio(), thresholds, {"father": "uncle"})
    assert one(rows, "kinship", "child+father").verdict is Verdict.FAIL
    assert one(rows, "kinship", "child+mother").verdict is Verdict.OK
    roles = one(rows, "roles", "FAM")
    assert "father father is not a parent of proband child" in roles.observed
    assert "labelled father (father) is an uncle, brother of the father" in roles.meaning


def test_sibling_is_not_taken_for_a_parent(genomes: Genomes, thresholds: Thresholds) -> None:
    rows = rows_of(genomes, trio(), thresholds, {"mother": "sister"})
    row = one(rows, "kinship", "child+mother")
    assert row.verdict is Verdict.FAIL
    assert "siblings" in row.observed


def test_exchanged_child_and_father_are_named(genomes: Genomes, thresholds: Thresholds) -> None:
    rows = rows_of(genomes, trio(), thresholds, {"father": "child", "child": "father"})
    roles = one(rows, "roles", "FAM")
    assert roles.verdict is Verdict.FAIL
    assert roles.meaning == "proband child and father father look exchanged"
    assert one(rows, "mendelian_errors_snv", "child").verdict is Verdict.FAIL
    assert one(rows, "uniparental_disomy", "child").verdict is Verdict.UNKNOWN


def test_exchanged_parents_are_named_by_their_sexes(genomes: Genomes, thresholds: Thresholds) -> None:
    rows = rows_of(genomes, trio(), thresholds, {"father": "mother", "mother": "father"})
    assert one(rows, "sex", "father").verdict is Verdict.FAIL
    assert one(rows, "sex", "mother").verdict is Verdict.FAIL
    assert one(rows, "roles", "FAM").meaning == "father father and mother mother look exchanged"


def test_same_person_twice_is_named(genomes: Genomes, thresholds: Thresholds) -> None:
    rows = rows_of(genomes, trio(), thresholds, {"father": "child"})
    row = one(rows, "kinship", "child+father")
    assert row.verdict is Verdict.FAIL
    assert row.meaning.endswith("are the same person twice")


def test_few_sites_leave_everything_unknown_even_with_a_stranger(genomes: Genomes, thresholds: Thresholds) -> None:
    few = subset(genomes, np.arange(len(genomes.pos)) % 120 == 0)
    rows = rows_of(few, trio(), thresholds, {"mother": "stranger"})
    assert {row.verdict for row in rows if row.check in ("kinship", "sex", "roles")} == {Verdict.UNKNOWN}
    assert not [row for row in rows if row.verdict is Verdict.FAIL]


def test_one_small_region_cannot_refute_a_parent(thresholds: Thresholds) -> None:
    # Many sites within 300 kb: one haplotype block, whatever its number of sites.
    region = simulate(5, autosomes=1, sites=1500, spacing=200)
    rows = rows_of(region, trio(), thresholds, {"mother": "stranger"})
    assert one(rows, "kinship", "child+mother").verdict is Verdict.UNKNOWN


def test_siblings_and_duo_and_solo(genomes: Genomes, thresholds: Thresholds) -> None:
    quartet = family_of(
        [
            ("child", Role.PROBAND, MALE),
            ("father", Role.FATHER, MALE),
            ("mother", Role.MOTHER, FEMALE),
            ("sister", Role.SIBLING, FEMALE),
        ]
    )
    rows = rows_of(genomes, quartet, thresholds)
    assert one(rows, "kinship", "child+sister").verdict is Verdict.OK
    assert one(rows, "mendelian_errors_x", "sister").verdict is Verdict.OK
    duo = family_of([("child", Role.PROBAND, MALE), ("mother", Role.MOTHER, FEMALE)])
    rows = rows_of(genomes, duo, thresholds)
    assert one(rows, "kinship", "child+mother").verdict is Verdict.OK
    assert one(rows, "uniparental_disomy", "child").verdict is Verdict.UNKNOWN
    assert one(rows, "mendelian_errors_snv", "child").verdict is Verdict.OK
    solo = family_of([("child", Role.PROBAND, MALE)])
    rows = rows_of(genomes, solo, thresholds)
    assert one(rows, "sex", "child").verdict is Verdict.OK
    assert not [row for row in rows if row.check in ("kinship", "roles") or row.check.startswith("mendelian")]


def test_stranger_in_place_of_a_sibling_fails(genomes: Genomes, thresholds: Thresholds) -> None:
    pair = family_of([("child", Role.PROBAND, MALE), ("sister", Role.SIBLING, FEMALE)])
    assert one(rows_of(genomes, pair, thresholds), "kinship", "child+sister").verdict is Verdict.OK
    rows = rows_of(genomes, pair, thresholds, {"sister": "stranger"})
    assert one(rows, "kinship", "child+sister").verdict is Verdict.FAIL


def test_undeclared_sex_is_asked_for(genomes: Genomes, thresholds: Thresholds) -> None:
    family = family_of([("child", Role.PROBAND, Sex.UNKNOWN)])
    row = one(rows_of(genomes, family, thresholds), "sex", "child")
    assert row.verdict is Verdict.WARN
    assert "look male" in row.meaning


def test_one_x_without_y_is_not_called_male(genomes: Genomes, thresholds: Thresholds) -> None:
    coverage = [
        CoverageRow("child", chrom, 1_000_000, depth, 1.0, 1.0)
        for chrom, depth in (("1", 30.0), ("X", 15.0), ("Y", 0.3))
    ]
    family = family_of([("child", Role.PROBAND, FEMALE)])
    row = one(rows_of(genomes, family, thresholds, coverage=coverage), "sex", "child")
    assert row.verdict is Verdict.WARN
    assert "one X and no Y" in row.meaning
