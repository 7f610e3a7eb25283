"""Is the score the sum of its named components, in the order in which a meeting would discuss?"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.drafts import PATHOGENIC, RANKING, draft, scored
from builders.panel import panel_of
from filiation.calls.clinvar import ClinVarEntry
from filiation.evidence.fields import GeneEffect, VariantFacts
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.panels.load import Panel
from filiation.phenotype.match import GeneMatch
from filiation.prioritisation.known_genes import KnownGene
from filiation.prioritisation.rank import components_text, matches_mode, pattern_weight


def by_reads(agreement: str, verdict: str, **options: Any) -> dict[str, float]:
    """Components of a candidate whose reads were opened again."""
    candidate = draft(**options)
    asked = (candidate.evidence.key, candidate.pattern.value)
    read = replace(RANKING, recheck={asked: agreement}, verdicts={asked: verdict})
    return scored([candidate], read)[0].parts


WEIGHTS = RANKING.weights.weights
DE_NOVO = Inheritance.DE_NOVO
CONSTRAINED = KnownGene("GENE", facts={"loeuf": 0.2, "missense_z": 4.0, "pli": 1.0})
TOLERANT = KnownGene("GENE", facts={"loeuf": 1.5, "missense_z": 0.0})


def parts(term: str = "missense_variant", **options: Any) -> dict[str, float]:
    """Components of one candidate."""
    return scored([draft(term, **options)])[0].parts


def score(term: str = "missense_variant", **options: Any) -> float:
    """Their sum."""
    return scored([draft(term, **options)])[0].score


def on_panel(panel: Panel, gene: str) -> KnownGene:
    """A gene as the panel knows it."""
    return KnownGene(gene, panel_gene=panel.gene_of(gene))


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    """Three tiers."""
    return panel_of(
        tmp_path, {"CORE": ("core", "AD"), "OTHER": ("hpo", "AR"), "XGENE": ("core", "XL"), "LAB": ("lab", "AD")}
    )


def test_patterns__supported_weighs_more_than_possible() -> None:
    for pattern in Inheritance:
        supported, possible = (pattern_weight(pattern, status, WEIGHTS) for status in ("supported", "possible"))
        if pattern is Inheritance.DOMINANT_UNKNOWN_ORIGIN:
            assert supported == possible, "unknown origin is possible by nature"
        else:
            assert supported > possible


def test_patterns__de_novo_supported_weighs_most() -> None:
    weights = {pattern: pattern_weight(pattern, "supported", WEIGHTS) for pattern in Inheritance}
    assert max(weights, key=lambda pattern: weights[pattern]) is DE_NOVO


def test_components__are_named_as_in_the_weights_and_shown() -> None:
    found = parts()
    assert found == {"de_novo:supported": 6.0, "missense_or_inframe": 2.0}
    assert components_text(found) == "de_novo:supported=6;missense_or_inframe=2"


def test_components__of_severity_of_the_consequence() -> None:
    terms = ["stop_gained", "missense_variant", "splice_region_variant", "3_prime_UTR_variant"]
    scores = [score(term) for term in terms]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert parts("a_new_word")["missense_or_inframe"] == 2.0, "an unknown term is ranked as one that matters"
    assert list(parts("")) == ["de_novo:supported"]


def test_consequence__is_read_from_the_clinical_transcript() -> None:
    effect = GeneEffect("GENE", "", "ENST1", "MANE_Select", "missense_variant", "stop_gained", nmd="")
    assert "missense_or_inframe" in parts("stop_gained", effect=effect)
    last_exon = GeneEffect("GENE", "", "ENST1", "MANE_Select", "stop_gained", "stop_gained", nmd="escapes")
    assert parts("stop_gained", effect=last_exon)["escapes_decay"] < 0


def test_consequence__an_rna_that_makes_ill_is_ranked_like_a_protein_change() -> None:
    effect = GeneEffect(
        "RNU4-2", "", "ENST1", "canonical", *["non_coding_transcript_exon_variant"] * 2, noncoding_disease="ReNU"
    )
    found = parts("non_coding_transcript_exon_variant", gene="RNU4-2", effect=effect)
    assert found["rna_disease_gene"] > 0
    beside = replace(effect, term="upstream_gene_variant")
    assert "rna_disease_gene" not in parts("upstream_gene_variant", gene="RNU4-2", effect=beside)


def test_splicing__counts_where_no_lost_site_says_so_already() -> None:
    facts = VariantFacts(spliceai_max=0.9)
    assert "splicing_strong" in parts("synonymous_variant", facts=facts)
    assert "splicing_likely" in parts("intron_variant", facts=VariantFacts(spliceai_max=0.2))
    assert not {"splicing_strong", "splicing_likely"} & set(parts("splice_donor_variant", facts=facts))
    assert not {"splicing_strong", "splicing_likely"} & set(parts(facts=VariantFacts(spliceai_max=0.19)))


def test_predictor__one_calibrated_predictor_of_missense_alone() -> None:
    assert parts(facts=VariantFacts(revel=0.95, cadd_phred=1.0))["predictor_points"] == 4
    assert parts(facts=VariantFacts(revel=0.1, alphamissense=1.0))["predictor_points"] == -2
    assert "predictor_points" not in parts(facts=VariantFacts(revel=0.5))
    assert "predictor_points" not in parts("stop_gained", facts=VariantFacts(cadd_phred=50.0))


def test_frequency__absent_counts_only_when_it_was_looked_for() -> None:
    assert "absent_from_population" in parts(population_source="not_found")
    for source in ("not_annotated", "not_covered", "no_frequency"):
        assert not {"absent_from_population", "very_rare"} & set(parts(population_source=source)), source
    assert "very_rare" in parts(population_source="gnomad", population_af=0.00001)
    rare = parts(population_source="gnomad", population_af=0.0005)
    assert not {"very_rare", "absent_from_population", "not_rare"} & set(rare)
    assert "very_rare" in parts(population_source="gnomad", population_af=0.0), "zero was measured"
    assert parts(population_source="gnomad", population_af=0.002)["not_rare"] < 0


def test_frequency__homozygotes_and_own_families_count_against() -> None:
    recessive = Inheritance.AUTOSOMAL_RECESSIVE
    assert "homozygotes_in_population" in parts(pattern=recessive, population_homozygotes=3)
    assert "homozygotes_in_population" not in parts(pattern=recessive, population_homozygotes=2)
    assert "frequent_in_house" in parts(facts=VariantFacts(inhouse_carriers=3))
    assert "frequent_in_house" not in parts(pattern=recessive, facts=VariantFacts(inhouse_carriers=3))
    assert "frequent_in_house" not in parts(facts=VariantFacts(inhouse_carriers=None))


@pytest.mark.parametrize(
    ("significance", "review", "component"),
    [
        ("Pathogenic", "criteria_provided,_single_submitter", "clinvar_pathogenic"),
        ("Likely_pathogenic", "criteria_provided,_single_submitter", "clinvar_pathogenic"),
        ("Pathogenic", "no_assertion_criteria_provided", "clinvar_pathogenic_no_star"),
        ("Conflicting_classifications_of_pathogenicity", "criteria_provided,_conflicting_classifications",
         "clinvar_conflicting"),
        ("Likely_benign", "no_assertion_criteria_provided", "clinvar_benign_no_star"),
        ("Uncertain_significance", "criteria_provided,_single_submitter", ""),
    ],
)  # fmt: skip
def test_clinvar__by_class_and_stars(significance: str, review: str, component: str) -> None:
    found = parts(clinvar=ClinVarEntry(significance, review, "1"))
    assert {name for name in found if name.startswith("clinvar")} == ({component} if component else set())


def test_panel__labels_and_lifts_but_off_panel_costs_nothing(panel: Panel) -> None:
    core = parts(known=on_panel(panel, "CORE"))
    assert core["panel_core"] == 4.0
    assert core["mode_matches_panel"] == 1.0
    assert "panel_lab" in parts(known=on_panel(panel, "LAB"))
    other = parts(known=on_panel(panel, "OTHER"))
    assert "panel_hpo" in other
    assert "mode_matches_panel" not in other, "de novo in a recessive gene"
    assert parts(known=on_panel(panel, "ELSEWHERE")) == parts(known=KnownGene("ELSEWHERE"))


def test_phenotype__lifts_by_similarity_and_never_lowers() -> None:
    def with_match(value: float) -> dict[str, float]:
        return parts(known=KnownGene("GENE", match=GeneMatch(value, "ORPHA:1", "disease", ())))

    assert with_match(1.0)["phenotype_similarity"] == WEIGHTS.phenotype_similarity
    assert 0 < with_match(0.6)["phenotype_similarity"] < with_match(0.7)["phenotype_similarity"]
    for low in (0.0, 0.2, RANKING.weights.limits.phenotype_neutral):
        assert "phenotype_similarity" not in with_match(low)


def test_constraint__speaks_of_one_copy_alone() -> None:
    loss = "stop_gained"
    assert "constrained_gene" in parts(loss, known=CONSTRAINED)
    assert "tolerant_gene" in parts(loss, known=TOLERANT)
    haploinsufficient = KnownGene("GENE", facts={"clingen_haploinsufficiency": "3", "loeuf": 1.5})
    assert "haploinsufficient_gene" in parts(loss, known=haploinsufficient)
    assert "constrained_missense" in parts(known=CONSTRAINED)
    recessive = Inheritance.AUTOSOMAL_RECESSIVE
    for known, term in product((CONSTRAINED, TOLERANT, haploinsufficient), (loss, "missense_variant")):
        names = set(parts(term, known=known, pattern=recessive))
        assert not names & {"constrained_gene", "tolerant_gene", "haploinsufficient_gene", "constrained_missense"}


@pytest.mark.parametrize(
    ("links", "pattern", "component"),
    [
        ("ORPHA:1:a name: with colon:AD:Definitive:GenCC", DE_NOVO, "disease_gene_definitive"),
        ("ORPHA:1:a:AD:Limited:GenCC", DE_NOVO, "disease_gene_other"),
        ("ORPHA:1:a:AR:Definitive:GenCC", DE_NOVO, "mode_contradicts_disease"),
        ("ORPHA:1:a:AR:Definitive:GenCC|ORPHA:2:b:AD:Limited:GenCC", DE_NOVO, "disease_gene_definitive"),
        ("ORPHA:1:a:AR:Definitive:GenCC", Inheritance.AUTOSOMAL_RECESSIVE, "disease_gene_definitive"),
        ("ORPHA:1:a:AD:Refuted:GenCC", DE_NOVO, "disease_gene_refuted"),
        ("ORPHA:1:a:.:Strong:GenCC", DE_NOVO, "disease_gene_definitive"),
        ("", DE_NOVO, ""),
    ],
)
def test_diseases__of_the_gene_in_a_fitting_mode(links: str, pattern: Inheritance, component: str) -> None:
    found = parts(known=KnownGene("GENE", facts={"gene_disease_validity": links or None}), pattern=pattern)
    names = {name for name in found if "disease" in name}
    assert names == ({component} if component else set())


def test_quality__doubts_lower() -> None:
    assert parts(weak_proband=True)["flagged_quality"] < 0
    assert parts(caller_filter="LowQual")["flagged_quality"] < 0
    assert "flagged_quality" not in parts(caller_filter="PASS")
    region = VariantFacts(region_flags=("low_complexity", "segmental_duplication"), recurrent_artefact="seen 9 times")
    found = parts("frameshift_variant", facts=region, alt="AGG")
    assert {"low_complexity", "segmental_duplication", "recurrent_artefact"} <= set(found)
    assert "low_complexity" not in parts(facts=region), "a substitution is not what slips there"


def test_de_novo__a_posterior_far_from_one_is_doubtful() -> None:
    assert parts(posterior=0.6)["de_novo_doubtful"] < 0
    for posterior in (None, 0.95):
        assert "de_novo_doubtful" not in parts(posterior=posterior)


# Evidence from none to most: nothing of it may lower the score.
LADDERS: dict[str, list[dict[str, Any]]] = {
    "clinvar": [{"clinvar": None}, {"clinvar": PATHOGENIC}],
    "population": [{"population_source": "not_annotated"}, {"population_source": "not_found"}],
    "predictor": [{"facts": VariantFacts(revel=value)} for value in (None, 0.5, 0.65, 0.8, 0.99)],
    "splicing": [{"facts": VariantFacts(spliceai_max=value)} for value in (None, 0.15, 0.2, 0.6)],
    "phenotype": [
        {"known": KnownGene("GENE", match=match)}
        for match in (None, GeneMatch(0.5, "ORPHA:1", "d", ()), GeneMatch(1.0, "ORPHA:1", "d", ()))
    ],
    "gene": [{"known": TOLERANT}, {"known": KnownGene("GENE")}, {"known": CONSTRAINED}],
    "status": [{"status": "possible"}, {"status": "supported"}],
}


@settings(deadline=None)
@given(
    ladder=st.sampled_from(sorted(LADDERS)),
    term=st.sampled_from(["stop_gained", "missense_variant", "splice_donor_variant", "intron_variant", ""]),
    pattern=st.sampled_from(list(Inheritance)),
)
def test_adding_evidence_never_lowers_the_score(ladder: str, term: str, pattern: Inheritance) -> None:
    scores = [score(term, pattern=pattern, **options) for options in LADDERS[ladder]]
    assert scores == sorted(scores)


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


def test_reads__enter_the_rank_by_their_verdict_on_the_class_that_is_shown() -> None:
    unread = score()
    agrees = by_reads("agrees", "confirmed_de_novo")
    artefact = by_reads("contradicts", "artefact_suspected")
    inherited = by_reads("contradicts", "inherited_missed")
    mosaic = by_reads("contradicts", "mosaic_parent_suspected")
    assert agrees["reads_agree"] > 0 > mosaic["reads_show_another_class"]
    assert artefact["reads_show_artefact"] < inherited["reads_show_carrier"] < mosaic["reads_show_another_class"]
    assert sum(agrees.values()) > unread > sum(mosaic.values()) > sum(inherited.values()) > sum(artefact.values())


def test_reads__that_cannot_decide_or_were_asked_for_another_class_change_nothing() -> None:
    assert sum(by_reads("undecided", "not_covered").values()) == score()
    candidate = draft()
    other = replace(RANKING, recheck={(candidate.evidence.key, "parental_mosaic"): "contradicts"})
    assert scored([candidate], other)[0].score == score()
