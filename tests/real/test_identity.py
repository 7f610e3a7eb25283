"""Are public trios recognised, and is every exchange of their three members stopped and named?"""

from __future__ import annotations

import gzip
import subprocess
from itertools import permutations
from pathlib import Path

import pytest

from filiation.config import RESOURCES
from filiation.io.ped import read_pedigree
from filiation.quality.assess import assess, tally_family
from filiation.quality.thresholds import load_thresholds, newest_thresholds
from filiation.quality.verdict import CheckRow, Verdict

pytestmark = [pytest.mark.real_data, pytest.mark.tools]

# Child, father, mother. Neither file holds a sex chromosome.
TRIOS = {
    "aj_trio_gatk_b37_chr1/ashk-trio.vcf.gz": ("HG002", "HG003", "HG004"),
    "upd_simulated_na19675_b37/test_het_mat.vcf.gz": ("NA19675", "NA19679", "NA19678"),
}
ROLES = ("proband", "father", "mother")


@pytest.fixture(scope="module", params=TRIOS, ids=lambda name: name.split("/")[0])
def trio(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory):
    """The calls of a public trio, split, sorted and indexed, and its members."""
    source = shared_data / "vcf" / request.param
    target = tmp_path_factory.mktemp("trio") / "calls.bcf"
    text = gzip.decompress(source.read_bytes()).decode()
    if "##contig=<ID=1," not in text and "##contig=<ID=1>" not in text:
        lines = "".join(f"##contig=<ID={number}>\n" for number in range(1, 23))
        text = text.replace("#CHROM", lines + "#CHROM", 1)
    norm = subprocess.run(["bcftools", "norm", "-m-any"], input=text.encode(), capture_output=True, check=True)
    subprocess.run(["bcftools", "sort", "-Ob", "-o", str(target)], input=norm.stdout, capture_output=True, check=True)
    subprocess.run(["bcftools", "index", "-f", str(target)], check=True)
    return target, TRIOS[request.param]


def rows_of(calls: Path, people: tuple[str, ...]) -> list[CheckRow]:
    """All rows when the sheet calls these three child, father, mother; the child's sex is not declared."""
    child, father, mother = people
    pedigree = calls.with_suffix(".ped")
    pedigree.write_text(f"F {child} {father} {mother} 0 2\nF {father} 0 0 1 1\nF {mother} 0 0 2 1\n")
    family = read_pedigree(pedigree)
    thresholds = load_thresholds(newest_thresholds(RESOURCES / "scoring"))
    return assess(family, tally_family(family, calls, thresholds), [], thresholds)[0]


def roles(rows: list[CheckRow]) -> CheckRow:
    (row,) = [row for row in rows if row.check == "roles"]
    return row


def test_true_trio__nothing_fails_and_every_relation_is_confirmed(trio) -> None:
    rows = rows_of(*trio)
    assert [row for row in rows if row.verdict is Verdict.FAIL] == []
    assert {row.verdict for row in rows if row.check in ("kinship", "roles")} == {Verdict.OK}


@pytest.mark.parametrize("order", [order for order in permutations(range(3)) if order[0] != 0])
def test_every_exchange_that_moves_the_child__is_stopped_and_named(trio, order: tuple[int, ...]) -> None:
    calls, people = trio
    labelled = tuple(people[place] for place in order)
    row = roles(rows_of(calls, labelled))
    assert row.verdict is Verdict.FAIL
    # Without sex chromosomes, who stands where the child should is all that autosomes can tell.
    holder = labelled.index(people[0])
    assert (
        row.meaning.startswith(f"proband {labelled[0]} and {ROLES[holder]} {people[0]} look exchanged")
        or f"{people[0]}) is the child's" in row.meaning
    )
    assert "father and mother cannot be told apart" in row.meaning


def test_exchanged_parents_without_sex_chromosomes__are_said_to_be_an_open_question(trio) -> None:
    calls, (child, father, mother) = trio
    row = roles(rows_of(calls, (child, mother, father)))
    assert row.verdict is Verdict.OK
    assert "without sex chromosomes father and mother cannot be told apart" in row.meaning


def test_contamination__of_a_reference_trio_is_below_one_in_five_hundred(trio) -> None:
    calls, people = trio
    rows = [row for row in rows_of(calls, people) if row.check == "contamination"]
    if people[0] != "HG002":
        assert {row.verdict for row in rows} == {Verdict.UNKNOWN}
        return
    assert {row.verdict for row in rows} == {Verdict.OK}
    assert all(float(row.observed.split(" %")[0]) < 0.2 for row in rows)
