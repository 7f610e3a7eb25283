"""Does every criterion answer as the guideline says, for variants whose answer was worked out by hand?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from filiation.acmg.criterion import Criterion, State
from filiation.acmg.engine import classify_variant, criteria_text, proposed_class, total_points
from filiation.acmg.evidence import GeneEvidence, PartnerEvidence, VariantEvidence
from filiation.acmg.table import AUTOMATIC_CODES, CODES, load_acmg_table
from filiation.config import RESOURCES
from filiation.errors import ConfigError

PATH = RESOURCES / "acmg" / "acmg-2.yaml"
TABLE = load_acmg_table(PATH)

HAPLOINSUFFICIENT = GeneEvidence(
    "GENE", loeuf=0.2, haploinsufficiency="3", modes=frozenset({"AD"}), validity="Definitive"
)
DOMINANT = GeneEvidence("GENE", modes=frozenset({"AD"}), validity="Moderate", missense_z=4.0)
RECESSIVE = GeneEvidence("GENE", loeuf=1.1, modes=frozenset({"AR"}), validity="Definitive")
TOLERANT = GeneEvidence("GENE", loeuf=1.5, modes=frozenset())

DE_NOVO = VariantEvidence(
    pattern="de_novo", status="supported", parentage="confirmed", population_state="not_found", gene=HAPLOINSUFFICIENT
)
STOP = replace(DE_NOVO, term="stop_gained", nmd="expected", transcript_status="MANE_Select")
MISSENSE = replace(DE_NOVO, term="missense_variant", gene=DOMINANT)
PAIR = replace(DE_NOVO, term="missense_variant", pattern="compound_heterozygous", gene=RECESSIVE, parentage="assumed")
HOMOZYGOTE = replace(PAIR, pattern="autosomal_recessive")
COMMON = replace(MISSENSE, population_state="found")


def answer(evidence: VariantEvidence, code: str) -> Criterion:
    """One criterion of a variant."""
    return next(criterion for criterion in classify_variant(evidence, TABLE) if criterion.name == code)


# (criterion, evidence, state, points) worked out by hand from the papers that the table names.
TRUTH: list[tuple[str, VariantEvidence, str, int]] = [
    ("PVS1", STOP, "met", 8),
    ("PVS1", replace(STOP, nmd="escapes", protein_position=50, protein_length=100), "met", 4),
    ("PVS1", replace(STOP, nmd="escapes", protein_position=95, protein_length=100), "met", 2),
    ("PVS1", replace(STOP, nmd="escapes"), "met", 2),
    ("PVS1", replace(STOP, nmd=""), "met", 4),
    ("PVS1", replace(STOP, transcript_status="other"), "met", 4),
    ("PVS1", replace(STOP, term="start_lost", nmd=""), "met", 1),
    ("PVS1", replace(STOP, term="splice_donor_variant", nmd="", exon_coding_bases=100), "met", 8),
    ("PVS1", replace(STOP, term="splice_donor_variant", nmd="", exon_coding_bases=99, protein_length=200), "met", 4),
    ("PVS1", replace(STOP, term="splice_donor_variant", nmd="", exon_coding_bases=30, protein_length=500), "met", 2),
    ("PVS1", replace(STOP, term="splice_donor_variant", nmd=""), "met", 4),
    ("PVS1", replace(STOP, gene=replace(HAPLOINSUFFICIENT, haploinsufficiency="")), "met", 8),
    ("PVS1", replace(STOP, gene=replace(DOMINANT, validity="Definitive")), "met", 4),
    ("PVS1", replace(STOP, gene=DOMINANT), "not_met", 0),
    ("PVS1", replace(STOP, gene=replace(HAPLOINSUFFICIENT, haploinsufficiency="40")), "not_met", 0),
    ("PVS1", replace(STOP, gene=replace(TOLERANT, loeuf=0.3)), "met", 4),
    ("PVS1", replace(STOP, gene=TOLERANT), "not_met", 0),
    ("PVS1", replace(STOP, gene=GeneEvidence("GENE")), "not_evaluable", 0),
    ("PVS1", replace(STOP, gene=RECESSIVE), "not_met", 0),
    ("PVS1", replace(STOP, gene=RECESSIVE, pattern="autosomal_recessive"), "met", 8),
    ("PVS1", replace(STOP, gene=replace(RECESSIVE, validity=""), pattern="autosomal_recessive"), "met", 4),
    ("PVS1", MISSENSE, "not_met", 0),
    ("PVS1", replace(STOP, term=""), "not_evaluable", 0),
    ("PS1", MISSENSE, "not_evaluable", 0),
    ("PM5", MISSENSE, "not_evaluable", 0),
    ("PS2", STOP, "met", 1),
    ("PS2", replace(STOP, hpo_score=0.7), "met", 2),
    ("PS2", replace(STOP, hpo_score=0.2), "met", 1),
    ("PS2", replace(STOP, parentage="assumed"), "not_met", 0),
    ("PS2", replace(STOP, parentage="contradicted"), "not_met", 0),
    ("PS2", replace(STOP, recheck="contradicts"), "not_met", 0),
    ("PS2", replace(STOP, status="possible"), "not_evaluable", 0),
    ("PS2", replace(STOP, parents_healthy=False), "not_met", 0),
    ("PS2", replace(STOP, gene=RECESSIVE), "for_humans", 0),
    ("PS2", HOMOZYGOTE, "not_met", 0),
    ("PM6", STOP, "not_met", 0),
    ("PM6", replace(STOP, parentage="assumed", hpo_score=0.7), "met", 1),
    ("PM6", replace(STOP, parentage="assumed"), "not_met", 0),
    ("PM6", replace(STOP, parentage="contradicted"), "not_met", 0),
    ("PM6", replace(STOP, parentage="assumed", recheck="contradicts"), "not_met", 0),
    ("PM6", replace(STOP, parentage="assumed", status="possible"), "not_evaluable", 0),
    ("PM6", replace(STOP, parentage="assumed", gene=RECESSIVE), "for_humans", 0),
    ("PM1", MISSENSE, "not_evaluable", 0),
    ("PM2", MISSENSE, "met", 1),
    ("PM2", replace(COMMON, population_af=1e-5), "met", 1),
    ("PM2", replace(COMMON, population_af=5e-5), "not_met", 0),
    ("PM2", replace(PAIR, population_state="found", population_af=5e-5), "met", 1),
    ("PM2", replace(MISSENSE, population_state="not_covered"), "not_evaluable", 0),
    ("PM2", replace(MISSENSE, population_state="not_annotated"), "not_evaluable", 0),
    ("PM2", COMMON, "not_evaluable", 0),
    ("PM3", replace(PAIR, partners=(PartnerEvidence("b", "pathogenic", True),)), "met", 2),
    ("PM3", replace(PAIR, partners=(PartnerEvidence("b", "likely_pathogenic", True),)), "met", 2),
    ("PM3", replace(PAIR, partners=(PartnerEvidence("b", "pathogenic", False),)), "met", 1),
    ("PM3", replace(PAIR, partners=(PartnerEvidence("b", "likely_pathogenic", False),)), "not_met", 0),
    ("PM3", replace(PAIR, partners=(PartnerEvidence("b", "uncertain", True),)), "not_met", 0),
    ("PM3", replace(PAIR, gene=DOMINANT, partners=(PartnerEvidence("b", "pathogenic", True),)), "not_met", 0),
    ("PM3", HOMOZYGOTE, "met", 1),
    ("PM3", replace(HOMOZYGOTE, homozygous_run="chr1:1-9000000"), "not_met", 0),
    ("PM3", replace(HOMOZYGOTE, population_state="found", population_af=0.005), "not_met", 0),
    ("PM3", replace(HOMOZYGOTE, status="possible"), "not_evaluable", 0),
    ("PM3", STOP, "not_met", 0),
    ("PM4", replace(MISSENSE, term="stop_lost"), "met", 2),
    ("PM4", replace(MISSENSE, term="inframe_deletion", in_repeat=False), "met", 2),
    ("PM4", replace(MISSENSE, term="inframe_deletion", in_repeat=True), "not_met", 0),
    ("PM4", replace(MISSENSE, term="inframe_deletion"), "not_evaluable", 0),
    ("PM4", STOP, "not_met", 0),
    ("PP2", MISSENSE, "met", 1),
    ("PP2", replace(MISSENSE, gene=replace(DOMINANT, missense_z=1.0)), "not_met", 0),
    ("PP2", replace(MISSENSE, gene=HAPLOINSUFFICIENT), "not_evaluable", 0),
    ("PP2", replace(PAIR, gene=replace(RECESSIVE, missense_z=5.0)), "not_met", 0),
    ("PP3", replace(MISSENSE, revel=0.643), "not_met", 0),
    ("PP3", replace(MISSENSE, revel=0.644), "met", 1),
    ("PP3", replace(MISSENSE, revel=0.773), "met", 2),
    ("PP3", replace(MISSENSE, revel=0.932), "met", 4),
    ("PP3", replace(MISSENSE, revel=0.5, alphamissense=0.999, cadd=35.0), "not_met", 0),
    ("PP3", replace(MISSENSE, alphamissense=0.95, cadd=10.0), "met", 2),
    ("PP3", replace(MISSENSE, cadd=25.3), "met", 1),
    ("PP3", replace(MISSENSE, cadd=40.0), "met", 2),
    ("PP3", replace(MISSENSE, revel=0.1, spliceai=0.2), "met", 1),
    ("PP3", replace(MISSENSE, revel=0.95, spliceai=0.9), "met", 4),
    ("PP3", replace(MISSENSE, term="intron_variant", spliceai=0.19), "not_met", 0),
    ("PP3", replace(MISSENSE, term="intron_variant", cadd=35.0), "not_evaluable", 0),
    ("PP3", replace(STOP, term="splice_donor_variant", spliceai=0.99), "not_met", 0),
    ("PP3", MISSENSE, "not_evaluable", 0),
    ("BA1", replace(COMMON, population_af=0.06), "met", 0),
    ("BA1", replace(COMMON, population_af=0.06, population_faf=0.04), "not_met", 0),
    ("BA1", replace(MISSENSE, population_state="not_covered"), "not_evaluable", 0),
    ("BS1", replace(MISSENSE, population_state="not_annotated"), "not_evaluable", 0),
    ("BS1", replace(MISSENSE, population_state="not_covered"), "not_evaluable", 0),
    ("BS1", replace(COMMON, population_af=0.002), "met", -4),
    ("BS1", replace(COMMON, population_af=0.06), "not_met", 0),
    ("BS1", replace(HOMOZYGOTE, population_state="found", population_af=0.002), "not_met", 0),
    ("BS1", replace(HOMOZYGOTE, population_state="found", population_af=0.02), "met", -4),
    ("BS2", replace(COMMON, population_af=1e-4, homozygotes=6), "met", -4),
    ("BS2", replace(COMMON, population_af=1e-4, homozygotes=5), "not_met", 0),
    ("BS2", replace(COMMON, population_af=1e-4, homozygotes=3, x_linked=True), "met", -4),
    ("BS2", replace(HOMOZYGOTE, population_state="found", population_af=1e-3, homozygotes=3), "met", -4),
    ("BS2", COMMON, "not_evaluable", 0),
    ("BS2", MISSENSE, "not_met", 0),
    ("BP1", MISSENSE, "not_evaluable", 0),
    ("BP3", replace(MISSENSE, term="inframe_deletion", in_repeat=None), "not_evaluable", 0),
    ("BP3", replace(MISSENSE, term="inframe_deletion", in_repeat=True), "met", -1),
    ("BP3", replace(MISSENSE, term="inframe_deletion", in_repeat=False), "not_met", 0),
    ("BP4", replace(MISSENSE, revel=0.290), "met", -1),
    ("BP4", replace(MISSENSE, revel=0.183), "met", -2),
    ("BP4", replace(MISSENSE, revel=0.002), "met", -4),
    ("BP4", replace(MISSENSE, revel=0.1, spliceai=0.15), "not_met", 0),
    ("BP4", replace(MISSENSE, term="synonymous_variant", spliceai=0.1), "met", -1),
    ("BP4", replace(MISSENSE, term="synonymous_variant"), "not_evaluable", 0),
    ("BP4", replace(MISSENSE, cadd=0.1), "met", -4),
    ("BP4", replace(STOP, cadd=0.1, spliceai=0.0), "not_met", 0),
    ("BP7", replace(MISSENSE, term="synonymous_variant", spliceai=0.05), "met", -1),
    ("BP7", replace(MISSENSE, term="synonymous_variant", spliceai=0.3), "not_met", 0),
    ("BP7", replace(MISSENSE, term="intron_variant", hgvs_c="NM_1.1:c.10+7A>G", spliceai=0.0), "met", -1),
    ("BP7", replace(MISSENSE, term="intron_variant", hgvs_c="NM_1.1:c.10+6A>G", spliceai=0.0), "not_met", 0),
    ("BP7", replace(MISSENSE, term="intron_variant", hgvs_c="NM_1.1:c.11-21A>G", spliceai=0.0), "met", -1),
    ("BP7", replace(MISSENSE, term="intron_variant", hgvs_c="NM_1.1:c.11-20A>G", spliceai=0.0), "not_met", 0),
    ("BP7", replace(MISSENSE, term="intron_variant", hgvs_c="c.11-25_11-19del", spliceai=0.0), "not_met", 0),
    ("BP7", replace(MISSENSE, term="intron_variant", spliceai=0.0), "not_evaluable", 0),
    ("BP7", MISSENSE, "not_met", 0),
]  # fmt: skip


@pytest.mark.parametrize(("code", "evidence", "state", "points"), TRUTH)
def test_truth_table__every_answer_is_the_one_worked_out_by_hand(
    code: str, evidence: VariantEvidence, state: str, points: int
) -> None:
    found = answer(evidence, code)
    assert (found.state.value, found.points) == (state, points), found.value_that_decided
    assert found.value_that_decided


def test_truth_table__covers_every_automatic_criterion() -> None:
    assert {code for code, *_ in TRUTH} == set(AUTOMATIC_CODES)


def test_every_criterion_is_answered_for_any_variant_in_one_of_four_states() -> None:
    for evidence in (VariantEvidence(), STOP, MISSENSE, PAIR, replace(STOP, mitochondrial=True)):
        criteria = classify_variant(evidence, TABLE)
        assert [criterion.name for criterion in criteria] == list(CODES)
        assert all(criterion.state in State and criterion.value_that_decided for criterion in criteria)
        assert all(criterion.points == 0 for criterion in criteria if criterion.state is not State.MET)


def test_nothing_known__nothing_is_met_and_nothing_is_benign() -> None:
    criteria = classify_variant(VariantEvidence(), TABLE)
    assert not [criterion for criterion in criteria if criterion.state is State.MET]
    assert proposed_class(criteria, TABLE) == "uncertain"


def test_segregation_studies_and_case_series_are_for_humans_and_reputable_sources_are_not_used() -> None:
    known = replace(PAIR, relatives="father=carrier", hpo_score=0.9, hpo_text="ORPHA:1 disease")
    states = {criterion.name: criterion for criterion in classify_variant(known, TABLE)}
    for code in ("PS3", "PS4", "PP1", "PP4", "BS3", "BS4", "BP2", "BP5"):
        assert states[code].state is State.FOR_HUMANS, code
    assert states["PP1"].value_that_decided == states["BS4"].value_that_decided == "father=carrier"
    assert "0.90 ORPHA:1 disease" in states["PP4"].value_that_decided
    for code in ("PP5", "BP6"):
        assert states[code].state is State.NOT_EVALUABLE
        assert "not used" in states[code].value_that_decided


def test_mitochondrial__no_nuclear_rule_is_applied_and_the_reason_is_said() -> None:
    criteria = classify_variant(replace(STOP, mitochondrial=True), TABLE)
    assert total_points(criteria) == 0
    assert all("own rules" in c.value_that_decided for c in criteria if c.name in AUTOMATIC_CODES)


@pytest.mark.parametrize(
    ("evidence", "points", "proposal"),
    [
        (STOP, 10, "pathogenic"),
        (replace(STOP, parentage="assumed"), 9, "likely_pathogenic"),
        (replace(MISSENSE, revel=0.95, hpo_score=0.8), 8, "likely_pathogenic"),
        (MISSENSE, 3, "uncertain"),
        (replace(COMMON, population_af=0.002, gene=TOLERANT, parentage="assumed"), -4, "likely_benign"),
        (replace(COMMON, population_af=0.002, homozygotes=9, gene=TOLERANT, parentage="assumed"), -8, "benign"),
        (replace(STOP, population_state="found", population_af=0.07, population_faf=0.06), 9, "benign"),
    ],
)
def test_class__by_the_sum_of_points(evidence: VariantEvidence, points: int, proposal: str) -> None:
    criteria = classify_variant(evidence, TABLE)
    assert (total_points(criteria), proposed_class(criteria, TABLE)) == (points, proposal)


def test_class__limits_are_those_of_tavtigian() -> None:
    limits = {10: "pathogenic", 9: "likely_pathogenic", 6: "likely_pathogenic", 5: "uncertain", 0: "uncertain"}
    limits |= {-1: "likely_benign", -6: "likely_benign", -7: "benign"}
    assert {points: TABLE.proposed_class(points) for points in limits} == limits


def test_text__holds_label_state_points_and_reason_and_no_separator_within() -> None:
    criteria = classify_variant(replace(STOP, relatives="a|b\nc"), TABLE)
    items = criteria_text(criteria).split("|")
    assert len(items) == len(CODES)
    assert items[0].startswith("PVS1:met:8:stop_gained")
    assert "PS2_Supporting:met:1:both parents confirmed" in items[2]
    assert any(item.startswith("PM2_Supporting:met:1:") for item in items)
    assert "PP1:for_humans:0:a/b c" in items


# More of the same kind of evidence: (field, values from weakest to strongest for pathogenicity).
LADDERS: dict[str, tuple[Any, ...]] = {
    "revel": (None, 0.5, 0.65, 0.8, 0.95),
    "spliceai": (0.15, 0.2, 0.99),
    "hpo_score": (None, 0.4, 0.6, 1.0),
    "parentage": ("contradicted", "assumed", "confirmed"),
    "nmd": ("escapes", "", "expected"),
    "population_state": ("not_annotated", "not_found"),
    "gene": (GeneEvidence("GENE"), TOLERANT, DOMINANT, replace(HAPLOINSUFFICIENT, missense_z=4.0)),
}


@given(
    field=st.sampled_from(sorted(LADDERS)),
    term=st.sampled_from(["stop_gained", "missense_variant", "splice_donor_variant", "synonymous_variant"]),
    pattern=st.sampled_from(["de_novo", "dominant_inherited", "autosomal_recessive", "compound_heterozygous"]),
    position=st.sampled_from([None, 10, 95]),
    homozygotes=st.sampled_from([None, 0, 9]),
)
def test_adding_pathogenic_evidence_never_lowers_the_sum(
    field: str, term: str, pattern: str, position: int | None, homozygotes: int | None
) -> None:
    # That a gene is dominant speaks against a recessive pattern: no ladder there.
    assume(field != "gene" or pattern in ("de_novo", "dominant_inherited"))
    start = replace(
        MISSENSE, term=term, pattern=pattern, protein_position=position, protein_length=100, homozygotes=homozygotes,
        gene=HAPLOINSUFFICIENT,
    )  # fmt: skip
    sums = [total_points(classify_variant(replace(start, **{field: value}), TABLE)) for value in LADDERS[field]]
    assert sums == sorted(sums)


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The table that ships, with one change."""
    data = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    change(data)
    path = folder / "acmg.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["criteria"].pop("PM2"), "'PM2.direction' is None"),
        (lambda data: data["criteria"].update(PM9={}), "unknown criterion 'PM9'"),
        (lambda data: data["criteria"]["BS4"].update(decided="automatic"), "only a human can judge it"),
        (lambda data: data["criteria"]["PP1"].update(decided="automatic"), "only a human can judge it"),
        (lambda data: data["criteria"]["PM2"].update(strength="huge"), "'PM2.strength' is 'huge'"),
        (lambda data: data["criteria"]["PM2"].update(direction="benign"), "as its name says"),
        (lambda data: data["revel"].pop("pathogenic_strong"), "'revel.pathogenic_strong' has no number"),
        (lambda data: data.pop("criteria"), "no group 'criteria'"),
    ],
)
def test_table__a_wrong_entry_is_named(tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_acmg_table(changed(tmp_path, change))


def test_table__says_meaning_and_source_of_every_number() -> None:
    data = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    for group, entries in data.items():
        if group in ("version", "criteria"):
            continue
        for name, entry in entries.items():
            assert all(entry[word] for word in ("unit", "meaning", "source")), (group, name)


def test_table__a_lab_may_hand_a_criterion_to_humans(tmp_path: Path) -> None:
    table = load_acmg_table(changed(tmp_path, lambda data: data["criteria"]["PVS1"].update(decided="for_humans")))
    first = classify_variant(STOP, table)[0]
    assert (first.name, first.state, first.points) == ("PVS1", State.FOR_HUMANS, 0)
