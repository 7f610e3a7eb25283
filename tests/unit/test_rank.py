"""Is the score the sum of its named components, in the order in which a meeting would discuss?"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from builders.panel import panel_of
from builders.trio import scoring_model
from filiation.calls.clinvar import ClinVarEntry
from filiation.calls.consequences import Consequence
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.panels.load import Panel
from filiation.prioritisation.evidence import Evidence, MemberCall
from filiation.prioritisation.rank import components, components_text, matches_mode, pattern_weight

MODEL = scoring_model()
DE_NOVO = Inheritance.DE_NOVO

EVIDENCE = Evidence(
    chrom="1",
    pos=100,
    ref="A",
    alt="G",
    contig_class=ContigClass.AUTOSOME,
    caller_filter="PASS",
    consequences=[],
    annotated=True,
    calls={"CHILD": MemberCall("0/1", 15, 15, 30, 99)},
    patterns={DE_NOVO: "supported"},
    states=(2, 0, 0),
    posterior=1.0,
    rungs=("PL", "PL", "PL"),
    weak_proband=False,
    population_af=None,
    population_source="not_annotated",
    population_homozygotes=None,
    population_hemizygotes=None,
    clinvar=None,
    clinvar_state="not_annotated",
)


def scored(
    term: str = "missense_variant",
    *,
    pattern: Inheritance = DE_NOVO,
    status: str = "supported",
    panel: Panel | None = None,
    gene: str = "CORE",
    **changes: object,
) -> dict[str, float]:
    """Components of one candidate."""
    record = replace(EVIDENCE, **changes)  # type: ignore[arg-type]
    consequence = Consequence(gene, "", term, "T", "", "") if term else None
    return components(record, consequence, pattern, status, panel, MODEL)


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    """Three tiers."""
    return panel_of(tmp_path, {"CORE": ("core", "AD"), "OTHER": ("hpo", "AR"), "XGENE": ("core", "XL")})


def test_patterns__supported_weighs_more_than_possible() -> None:
    for pattern in Inheritance:
        supported, possible = (pattern_weight(pattern, status, MODEL) for status in ("supported", "possible"))
        if pattern is Inheritance.DOMINANT_UNKNOWN_ORIGIN:
            assert supported == possible, "unknown origin is possible by nature"
        else:
            assert supported > possible


def test_patterns__de_novo_supported_weighs_most() -> None:
    weights = {pattern: pattern_weight(pattern, "supported", MODEL) for pattern in Inheritance}
    assert max(weights, key=lambda pattern: weights[pattern]) is DE_NOVO


def test_components__are_named_as_in_the_model_and_shown() -> None:
    parts = scored()
    assert parts == {"de_novo:supported": 10.0, "missense_or_inframe": 5.0}
    assert components_text(parts) == "de_novo:supported=10;missense_or_inframe=5"


def test_components__of_severity_of_the_consequence() -> None:
    terms = ["stop_gained", "missense_variant", "splice_region_variant", "3_prime_UTR_variant", "intron_variant"]
    scores = [sum(scored(term).values()) for term in terms]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert scored("a_new_word")["missense_or_inframe"] == 5.0, "an unknown term is ranked as one that matters"
    assert list(scored("")) == ["de_novo:supported"]


def test_frequency__absent_counts_only_when_it_was_looked_for() -> None:
    assert "absent_from_population" in scored(population_source="not_found")
    assert "absent_from_population" not in scored(population_source="not_annotated")
    assert "very_rare" in scored(population_source="gnomad", population_af=0.00001)
    rare = scored(population_source="gnomad", population_af=0.001)
    assert not {"very_rare", "absent_from_population"} & set(rare)
    assert "very_rare" in scored(population_source="gnomad", population_af=0.0), "zero was measured"


@pytest.mark.parametrize(
    ("significance", "rises"),
    [("Pathogenic", True), ("Likely_pathogenic", True), ("Conflicting_classifications_of_pathogenicity", False)],
)
def test_clinvar__pathogenic_raises_and_conflicting_does_not(significance: str, rises: bool) -> None:
    entry = ClinVarEntry(significance, "criteria_provided,_single_submitter", "1")
    assert ("clinvar_pathogenic" in scored(clinvar=entry)) is rises
    assert sum(scored(clinvar=entry).values()) >= sum(scored().values())


def test_panel__labels_and_lifts_but_off_panel_costs_nothing(panel: Panel) -> None:
    assert scored(panel=panel)["panel_core"] == 6.0
    assert scored(panel=panel)["mode_matches_panel"] == 2.0
    assert "panel_other" in scored(panel=panel, gene="OTHER")
    assert "mode_matches_panel" not in scored(panel=panel, gene="OTHER"), "de novo in a recessive gene"
    assert scored(panel=panel, gene="ELSEWHERE") == scored(panel=None, gene="ELSEWHERE")


def test_quality__a_weak_genotype_or_a_callers_filter_lowers() -> None:
    assert scored(weak_proband=True)["flagged_quality"] < 0
    assert scored(caller_filter="LowQual")["flagged_quality"] < 0
    assert "flagged_quality" not in scored(caller_filter="PASS")


def test_mode__of_the_panel_against_every_pattern() -> None:
    autosome = ContigClass.AUTOSOME
    for pattern, mode in product(Inheritance, ("AD", "AR", "AD/AR", "AD, AR", "XL", "MT", "")):
        expected = {
            Inheritance.DE_NOVO: "AD",
            Inheritance.PARENTAL_MOSAIC: "AD",
            Inheritance.DOMINANT_INHERITED: "AD",
            Inheritance.DOMINANT_UNKNOWN_ORIGIN: "AD",
            Inheritance.AUTOSOMAL_RECESSIVE: "AR",
            Inheritance.COMPOUND_HETEROZYGOUS: "AR",
            Inheritance.MITOCHONDRIAL: "MT",
        }.get(pattern)
        assert matches_mode(pattern, mode, autosome) is (expected is not None and expected in mode), (pattern, mode)
    assert matches_mode(DE_NOVO, "XL", ContigClass.X)
    assert matches_mode(Inheritance.X_LINKED, "XL", ContigClass.X)
    assert not matches_mode(DE_NOVO, "AD", ContigClass.X)
