"""Are families told apart by their fingerprints, and samples that are in the wrong family named?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builders.genomes import Genomes, calls, simulate, trio
from filiation.__main__ import main
from filiation.config import RESOURCES
from filiation.io.tables import read_table
from filiation.model.columns import FAMILIES
from filiation.model.pedigree import Family
from filiation.quality.assess import assess, measured_sexes
from filiation.quality.fingerprint import (
    Fingerprint,
    compare_all,
    fingerprint,
    rank_of,
    read_fingerprint,
    together,
    write_fingerprint,
)
from filiation.quality.tally import FamilyTally
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


@pytest.fixture(scope="module")
def both() -> tuple[Genomes, Genomes]:
    """Two families without a common member, at the same sites with the same frequencies."""
    first = simulate(41, sites=500, keep_all=True)
    return first, simulate(42, sites=500, keep_all=True, sites_seed=41)


def print_of(genomes: Genomes, name: str, thresholds: Thresholds, people: dict[str, str] | None = None) -> Fingerprint:
    """The fingerprint of a family; `people` says whose genome a sample really is."""
    family = named(name)
    tally = FamilyTally(family, thresholds)
    columns = [(people or {}).get(label, label) for label in trio().samples]
    batch = calls(genomes, columns)
    tally.add(batch.take(np.flatnonzero((batch.genotype > 0).any(axis=1))))
    rows = assess(family, tally, [], thresholds)[0]
    sexes = measured_sexes(family, tally, [], thresholds)
    return fingerprint(family, tally.contigs, tally.seen(), rows, sexes, "other", thresholds.families.sites_max)


def named(name: str) -> Family:
    """The trio under another family name, with samples of its own."""
    members = tuple(replace(member, sample=f"{name}-{member.sample}") for member in trio().members)
    return replace(trio(), name=name, members=members)


def swapped(first: Genomes, second: Genomes, person: str) -> tuple[Genomes, Genomes]:
    """Both families with one person's DNA in the other's tube."""
    return (
        replace(first, people=first.people | {person: second.people[person]}),
        replace(second, people=second.people | {person: first.people[person]}),
    )


def test_unrelated_families__give_no_row(both: tuple[Genomes, Genomes], thresholds: Thresholds) -> None:
    prints = [print_of(genomes, name, thresholds) for genomes, name in zip(both, "AB", strict=True)]
    assert compare_all(prints, thresholds) == ([], 0)


@pytest.mark.parametrize(("person", "role"), [("child", "proband"), ("father", "father"), ("mother", "mother")])
def test_members_exchanged_between_families__are_named_with_the_place_they_belong_to(
    both: tuple[Genomes, Genomes], thresholds: Thresholds, person: str, role: str
) -> None:
    exchanged = swapped(*both, person)
    prints = [print_of(genomes, name, thresholds) for genomes, name in zip(exchanged, "AB", strict=True)]
    assert all(found.contradicted for found in prints)
    rows, apart = compare_all(prints, thresholds)
    assert apart == 0
    failed = [row["meaning"] for row in rows if row["verdict"] == "FAIL"]
    assert failed
    for one, other in ("AB", "BA"):
        assert any(f"{one}-{person} of {one} fits the {role} {other}-{person} of {other}" in text for text in failed)


def test_one_person_in_two_families__fails(both: tuple[Genomes, Genomes], thresholds: Thresholds) -> None:
    first, second = both
    second = replace(second, people=second.people | {"mother": first.people["mother"]})
    prints = [print_of(first, "A", thresholds), print_of(second, "B", thresholds)]
    rows, _ = compare_all(prints, thresholds)
    (row,) = [row for row in rows if (row["first_sample"], row["second_sample"]) == ("A-mother", "B-mother")]
    assert row["verdict"] == "FAIL"
    assert "same person" in row["meaning"]


def test_a_father_and_his_brothers_family__are_a_warning_and_no_fault(thresholds: Thresholds) -> None:
    genomes = simulate(43, sites=500, keep_all=True)
    others = simulate(44, sites=500, keep_all=True, sites_seed=43)
    other = replace(others, people=others.people | {"mother": genomes.people["sister"]})
    prints = [print_of(genomes, "A", thresholds), replace(print_of(other, "B", thresholds), contradicted=False)]
    rows, _ = compare_all(prints, thresholds)
    assert {row["verdict"] for row in rows} <= {"WARN", "OK"}
    assert any(row["second_sample"] == "B-mother" and row["verdict"] == "WARN" for row in rows)


def test_fewer_sites__keep_the_same_ones_in_every_family_and_find_the_same(
    both: tuple[Genomes, Genomes], thresholds: Thresholds
) -> None:
    few = replace(thresholds, families=replace(thresholds.families, sites_max=2500))
    first, second = swapped(*both, "child")
    prints = [print_of(first, "A", few), print_of(second, "B", few)]
    assert all(len(found.key) == 2500 for found in prints)
    key, genotype = together(*prints)
    limit = min(found.last_rank for found in prints if found.last_rank is not None)
    assert rank_of(key).max() <= np.uint64(limit)
    assert genotype.shape == (len(key), 6)
    rows, _ = compare_all(prints, few)
    assert any("A-child of A fits the proband B-child of B" in row["meaning"] for row in rows)


def test_genome_and_exome__are_not_compared(both: tuple[Genomes, Genomes], thresholds: Thresholds) -> None:
    whole, part = print_of(both[0], "A", thresholds), print_of(both[1], "B", thresholds)
    exome = np.arange(len(part.key)) % 25 == 0
    part = replace(part, key=part.key[exome], genotype=part.genotype[exome])
    assert compare_all([whole, part], thresholds) == ([], 1)


def test_command__reads_back_what_was_written_and_stops_without_a_reason(
    both: tuple[Genomes, Genomes], thresholds: Thresholds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for genomes, name in zip(swapped(*both, "child"), "AB", strict=True):
        found = print_of(genomes, name, thresholds)
        paths.append(tmp_path / f"{name}.fingerprint.tsv")
        write_fingerprint(paths[-1], found)
        again = read_fingerprint(paths[-1])
        np.testing.assert_array_equal(again.genotype, found.genotype)
        np.testing.assert_array_equal(again.key, found.key)
        assert (again.sexes, again.contradicted, again.last_rank) == (found.sexes, True, found.last_rank)
    arguments = ["compare-families", "--fingerprints", *map(str, paths), "--output", str(tmp_path / "f.tsv")]
    assert main(arguments) == 2
    assert "A-child of A fits the proband B-child of B" in capsys.readouterr().err
    assert {row["verdict"] for row in read_table(tmp_path / "f.tsv", FAMILIES).rows} >= {"FAIL"}
    assert main([*arguments, "--override", "A", "the exchange is known, see file"]) == 0
    assert "see file" in read_table(tmp_path / "f.tsv", FAMILIES).header["override_reason_A"]


def test_earlier_fingerprint_of_the_same_family__must_show_the_same_people(
    both: tuple[Genomes, Genomes], thresholds: Thresholds
) -> None:
    earlier, now = print_of(both[0], "A", thresholds), print_of(both[1], "A", thresholds)
    assert {row["verdict"] for row in compare_all([earlier, earlier], thresholds)[0]} == {"OK"}
    rows, _ = compare_all([earlier, now], thresholds)
    assert {row["verdict"] for row in rows} == {"FAIL"}
    assert len(rows) == 3


def test_a_fingerprint_that_was_changed__is_refused_with_its_place(
    both: tuple[Genomes, Genomes], thresholds: Thresholds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "A.fingerprint.tsv"
    write_fingerprint(path, print_of(both[0], "A", thresholds))
    path.write_text(path.read_text().replace("proband father mother", "proband father aunt", 1))
    assert main(["compare-families", "--fingerprints", str(path), "--output", str(tmp_path / "f.tsv")]) == 2
    assert "A.fingerprint.tsv" in capsys.readouterr().err
