"""Do PM1 and BP1 rest on the other variants of the gene in ClinVar, and never on evidence that counts elsewhere?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from filiation.acmg.criterion import Criterion
from filiation.acmg.engine import classify_variant
from filiation.acmg.evidence import GeneEvidence, VariantEvidence
from filiation.acmg.protein_index import ProteinIndex, load_protein_index
from filiation.acmg.table import load_acmg_table
from filiation.config import RESOURCES

TABLE = load_acmg_table(RESOURCES / "acmg" / "acmg-2.yaml")
FIRST = load_acmg_table(RESOURCES / "acmg" / "acmg-1.yaml")
STAR = "criteria provided, single submitter"
# The header of ClinVar's variant_summary.txt since 2024.
HEADER = (
    "#AlleleID\tType\tName\tGeneID\tGeneSymbol\tHGNC_ID\tClinicalSignificance\tClinSigSimple\tLastEvaluated\t"
    "RS# (dbSNP)\tnsv/esv (dbVar)\tRCVaccession\tPhenotypeIDS\tPhenotypeList\tOrigin\tOriginSimple\tAssembly\t"
    "ChromosomeAccession\tChromosome\tStart\tStop\tReferenceAllele\tAlternateAllele\tCytogenetic\tReviewStatus\t"
    "NumberSubmitters\tGuidelines\tTestedInGTR\tOtherIDs\tSubmitterCategories\tVariationID\tPositionVCF\t"
    "ReferenceAlleleVCF\tAlternateAlleleVCF\tSomaticClinicalImpact\tSomaticClinicalImpactLastEvaluated\t"
    "ReviewStatusClinicalImpact\tOncogenicity\tOncogenicityLastEvaluated\tReviewStatusOncogenicity\t"
    "SCVsForAggregateGermlineClassification\tSCVsForAggregateSomaticClinicalImpact\t"
    "SCVsForAggregateOncogenicityClassification"
)
MISSENSE = VariantEvidence(
    term="missense_variant", hgvs_c="NM_1.3:c.301A>G", hgvs_p="NP_1.1:p.(Lys101Arg)", gene=GeneEvidence("GENE")
)
NEIGHBOURS = ("p.Ala95Val", "p.Ala96Val", "p.Ala105Pro", "p.Ala109Thr")


def rows(
    names: tuple[str, ...],
    significance: str = "Pathogenic",
    *,
    first: int = 1,
    review: str = STAR,
    transcript: str = "NM_1.3",
) -> list[str]:
    """Lines of variant_summary.txt, each variant on both builds; a name is a p. change, or a c. change without one."""
    found = []
    for number, name in enumerate(names, first):
        written = (
            f"{transcript}(GENE):{name}" if name.startswith("c.") else f"{transcript}(GENE):c.{number}A>G ({name})"
        )
        cells = dict.fromkeys(HEADER.split("\t"), "-") | {
            "Name": written, "GeneSymbol": "GENE", "ClinicalSignificance": significance, "ReviewStatus": review,
            "VariationID": str(number),
        }  # fmt: skip
        found += ["\t".join((cells | {"Assembly": build}).values()) for build in ("GRCh37", "GRCh38")]
    return found


def index_of(folder: Path, *lines: list[str]) -> ProteinIndex:
    path = folder / "variant_summary.txt"
    path.write_text("\n".join([HEADER, *(line for part in lines for line in part)]) + "\n")
    return load_protein_index(path, {"GENE"})


def judged(evidence: VariantEvidence, index: ProteinIndex | None) -> dict[str, Criterion]:
    return {item.name: item for item in classify_variant(evidence, TABLE, index)}


def test_pm1__four_pathogenic_neighbours_and_no_benign_one_make_a_hot_spot(tmp_path: Path) -> None:
    found = judged(MISSENSE, index_of(tmp_path, rows(NEIGHBOURS)))["PM1"]
    assert (found.state, found.points, found.label) == ("met", 2, "PM1")
    assert found.value_that_decided == "4 pathogenic, 0 benign and 0 uncertain change(s) at residues 93 to 109"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (rows(NEIGHBOURS[:3]), "three are too few"),
        (rows((*NEIGHBOURS[:3], "p.Ala110Thr")), "the fourth is nine residues away"),
        (rows((*NEIGHBOURS[:3], "p.Lys101Glu")), "a change of the residue itself counts in PM5"),
        (rows((*NEIGHBOURS[:3], "p.Ala105Ter")), "a stop is no missense change"),
        (rows((*NEIGHBOURS[:3], "p.Ala96Val")), "the same change of amino acid counts once"),
        (rows(NEIGHBOURS, review="no assertion criteria provided"), "entries without a star do not count"),
        (rows(NEIGHBOURS, transcript="NM_2.1"), "residues of another transcript are numbered otherwise"),
        (rows(NEIGHBOURS) + rows(("p.Gly100Ala",), "Likely benign", first=9), "a benign neighbour"),
    ],
)
def test_pm1__is_not_met(tmp_path: Path, lines: list[str], why: str) -> None:
    assert judged(MISSENSE, index_of(tmp_path, lines))["PM1"].state == "not_met", why


def test_pm1__is_supporting_where_as_many_are_uncertain(tmp_path: Path) -> None:
    uncertain = rows(("p.Gly94Ala", "p.Gly97Ala"), "Uncertain significance", first=9)
    conflicting = rows(("p.Gly98Ala", "p.Gly99Ala"), "Conflicting classifications of pathogenicity", first=20)
    found = judged(MISSENSE, index_of(tmp_path, rows(NEIGHBOURS), uncertain, conflicting))["PM1"]
    assert (found.label, found.points) == ("PM1_Supporting", 1)


def test_pm1__its_own_entry_is_no_neighbour_and_an_in_frame_change_may_lie_in_a_hot_spot(tmp_path: Path) -> None:
    index = index_of(tmp_path, rows(NEIGHBOURS))
    assert judged(replace(MISSENSE, clinvar_id="2"), index)["PM1"].state == "not_met"
    deletion = replace(MISSENSE, term="inframe_deletion", hgvs_p="NP_1.1:p.(Lys101_Gly102del)")
    assert judged(deletion, index)["PM1"].state == "met"
    assert judged(replace(deletion, hgvs_p=""), index)["PM1"].state == "not_evaluable"
    assert judged(replace(MISSENSE, term="stop_gained"), index)["PM1"].state == "not_met"
    assert judged(replace(MISSENSE, spliceai=0.4), index)["PM1"].state == "not_met"


def test_pm1__without_the_table_or_a_consequence_nothing_is_said(tmp_path: Path) -> None:
    assert judged(MISSENSE, None)["PM1"].state == "not_evaluable"
    assert judged(replace(MISSENSE, term=""), index_of(tmp_path, rows(NEIGHBOURS)))["PM1"].state == "not_evaluable"


@pytest.mark.parametrize(("revel", "pm1", "pp3"), [(0.7, 2, 1), (0.8, 2, 2), (0.95, 0, 4)])
def test_pm1__and_the_predictor_are_together_at_most_strong(tmp_path: Path, revel: float, pm1: int, pp3: int) -> None:
    found = judged(replace(MISSENSE, revel=revel), index_of(tmp_path, rows(NEIGHBOURS)))
    assert (found["PM1"].points, found["PP3"].points) == (pm1, pp3)


STOPS = tuple(f"p.Gln{number}Ter" for number in range(200, 209))
BENIGN = tuple(f"p.Gly{number}Ala" for number in range(300, 306))


def test_bp1__missense_in_a_gene_of_truncating_variants(tmp_path: Path) -> None:
    index = index_of(tmp_path, rows((*STOPS, "p.Arg500Gln")), rows(BENIGN, "Benign/Likely benign", first=50))
    found = judged(MISSENSE, index)["BP1"]
    assert (found.state, found.points) == ("met", -1)
    assert found.value_that_decided == (
        "90% of 10 pathogenic variants truncate, 86% of 7 judged missense changes are benign"
    )
    assert judged(replace(MISSENSE, term="stop_gained"), index)["BP1"].state == "not_met"
    assert judged(replace(MISSENSE, spliceai=0.4), index)["BP1"].state == "not_met"
    assert judged(MISSENSE, None)["BP1"].state == "not_evaluable"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (rows(STOPS) + rows(BENIGN, "Benign", first=50), "not_evaluable"),
        (rows((*STOPS, "p.Arg500Gln")), "not_met"),
        (
            rows((*STOPS, "p.Arg1Gln", "p.Arg2Gln", "p.Arg3Gln", "p.Arg4Gln")) + rows(BENIGN, "Benign", first=50),
            "not_met",
        ),
        (rows((*STOPS[:8], "p.Gln30fs", "c.30+1G>A")) + rows(BENIGN, "Benign", first=50), "met"),
        (rows((*STOPS[:7], "p.Met1Val", "p.Arg90Gln", "p.Arg91Gln")) + rows(BENIGN, "Benign", first=50), "met"),
        (rows((*STOPS, "c.30+5G>A")) + rows(BENIGN, "Benign", first=50), "not_evaluable"),
    ],
)
def test_bp1__needs_enough_variants_that_truncate_and_benign_missense(
    tmp_path: Path, lines: list[str], state: str
) -> None:
    assert judged(MISSENSE, index_of(tmp_path, lines))["BP1"].state == state


def test_bp1__gives_way_to_a_pathogenic_change_of_the_same_place(tmp_path: Path) -> None:
    other = rows(("p.Lys101Glu",), first=90)
    index = index_of(tmp_path, rows((*STOPS, "p.Gln209Ter")), other, rows(BENIGN, "Benign", first=50))
    found = judged(MISSENSE, index)
    assert found["PM5"].state == "met"
    assert found["BP1"].state == "not_met"
    assert found["BP1"].value_that_decided.endswith("but PM5 is met")


def test_a_table_of_version_1_judges_neither(tmp_path: Path) -> None:
    index = index_of(tmp_path, rows(NEIGHBOURS))
    found = {
        item.name: item for item in classify_variant(replace(MISSENSE, population_state="not_found"), FIRST, index)
    }
    assert {found[code].state.value for code in ("PM1", "BP1")} == {"not_evaluable"}
    assert found["PM2"].state == "met"


# --- how many people, how deep -----------------------------------------------------------------------------------

FOUND = replace(MISSENSE, population_state="found", pattern="de_novo", status="supported")


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        ({"population_af": 0.1, "population_alleles": 1999}, "BA1", "not_evaluable"),
        ({"population_af": 0.1, "population_alleles": 2000}, "BA1", "met"),
        ({"population_af": 0.01, "population_alleles": 100}, "BS1", "not_evaluable"),
        ({"population_af": 0.01}, "BS1", "met"),
        ({"population_af": 1e-6, "population_alleles": 100}, "PM2", "not_evaluable"),
        ({"population_af": 1e-6, "population_faf": 5e-4}, "PM2", "not_met"),
        ({"population_af": 1e-6, "population_faf": 5e-6}, "PM2", "met"),
        ({"population_state": "not_found", "population_depth": 12.0}, "PM2", "not_evaluable"),
        ({"population_state": "not_found", "population_depth": 31.0}, "PM2", "met"),
        ({"population_state": "not_found"}, "PM2", "met"),
    ],
)
def test_frequencies_of_too_few_people_or_reads_decide_nothing(
    changes: dict[str, object], code: str, state: str
) -> None:
    assert judged(replace(FOUND, **changes), None)[code].state == state  # type: ignore[arg-type]
