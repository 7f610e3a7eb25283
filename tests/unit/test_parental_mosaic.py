"""Does a parent with the allele in a part of his cells stay visible when the caller writes a heterozygote?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.trio import call, ranking, scoring_model, trio
from filiation.model.inheritance import Inheritance
from filiation.prioritisation.candidates import prioritise
from filiation.prioritisation.penetrance import Penetrance

MISSENSE = "missense_variant"


@pytest.mark.parametrize("reads", [(24, 6), (23, 7), (27, 8), (30, 10)])
def test_parental_mosaic__called_0_1_is_a_candidate_and_not_removed_as_inherited(
    tmp_path: Path, reads: tuple[int, int]
) -> None:
    calls = trio("0/1", call("0/1", reads=reads), "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    (row,) = calls.prioritised(tmp_path).candidates
    assert (row["inheritance"], row["inheritance_status"]) == ("parental_mosaic", "possible")
    assert "father_called_heterozygous_on_few_reads" in row["flags"].split(";")
    assert row["overturned_by"] == "heterozygous_father"


def test_parental_mosaic__below_a_sixth_of_the_reads_the_call_gives_way_to_them(tmp_path: Path) -> None:
    calls = trio("0/1", call("0/1", reads=(27, 5)), "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    (row,) = calls.prioritised(tmp_path).candidates
    assert (row["inheritance"], row["inheritance_status"]) == ("parental_mosaic", "supported")
    assert "father_few_alternate_reads" in row["flags"].split(";")


def test_parental_mosaic__a_balanced_carrier_is_still_inherited(tmp_path: Path) -> None:
    calls = trio("0/1", call("0/1", reads=(17, 13)), "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    result = calls.prioritised(tmp_path)
    assert not result.candidates
    assert [row["reason"] for row in result.removed] == ["compound_without_partner"]


def test_parental_mosaic__may_still_be_half_of_a_compound_pair(tmp_path: Path) -> None:
    calls = trio("0/1", call("0/1", reads=(24, 6)), "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    calls = calls.then("0/1", "0/0", "0/1").at("1", 200, "A", "G", consequence=MISSENSE)
    first, second = calls.prioritised(tmp_path).candidates
    assert {first["inheritance"], second["inheritance"]} == {"compound_heterozygous"}
    assert "also=parental_mosaic:possible" in (first["inheritance_reason"] + second["inheritance_reason"])


def test_parental_mosaic__does_not_ask_for_the_penetrance_of_the_gene(tmp_path: Path) -> None:
    calls = trio("0/1", call("0/1", reads=(24, 6)), "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    annotated, _ = calls.annotated(tmp_path)
    result = prioritise(annotated, calls.family, scoring_model(), ranking(), penetrance=Penetrance.of(["ANOTHER_GENE"]))
    assert [row["inheritance"] for row in result.candidates] == [Inheritance.PARENTAL_MOSAIC]
