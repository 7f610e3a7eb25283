"""Does each rule remove what it names, with its reason, and nothing else?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders.trio import scoring_model
from filiation.calls.clinvar import ClinVarEntry
from filiation.calls.consequences import Consequence
from filiation.evidence.fields import GeneEffect, VariantFacts
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.prioritisation.evidence import Evidence, MemberCall
from filiation.prioritisation.rules import MEANING, Removal, benign_in_clinvar, considered_genes

ONE_STAR = "criteria_provided,_single_submitter"
NO_STAR = "no_assertion_criteria_provided"
PANEL = {"ONPANEL"}

BARE = Evidence(
    chrom="1",
    pos=100,
    ref="A",
    alt="G",
    contig_class=ContigClass.AUTOSOME,
    caller_filter="PASS",
    consequences=[],
    annotated=True,
    calls={"CHILD": MemberCall("0/1", 15, 15, 30, 99)},
    patterns={Inheritance.COMPOUND_HETEROZYGOUS: "possible"},
    states=(2, 2, 0),
    posterior=0.0,
    rungs=("PL", "PL", "PL"),
    weak_proband=False,
    population_af=None,
    population_source="not_found",
    population_homozygotes=None,
    population_hemizygotes=None,
    clinvar=None,
    clinvar_state="not_annotated",
)


def evidence(
    *terms: str, gene: str = "GENE1", clinvar: str = "", review: str = ONE_STAR, **changes: object
) -> Evidence:
    """A record with consequences on one gene."""
    return replace(
        BARE,
        consequences=[Consequence(gene, "", term, "T", "", "") for term in terms],
        clinvar=ClinVarEntry(clinvar, review, "7") if clinvar else None,
        **changes,  # type: ignore[arg-type]
    )


def considered(record: Evidence) -> tuple[list[Consequence], Removal | None]:
    """Genes that are considered, with the panel of these tests and the threshold that ships."""
    limit = scoring_model().threshold["min_splicing_score"]
    return considered_genes(record, lambda consequence: consequence.gene in PANEL, limit)


def outcome(record: Evidence) -> str:
    """`kept`, or the reason of removal."""
    _, removal = considered(record)
    return removal.reason if removal else "kept"


def test_clinvar__benign_with_a_star_is_removed_and_says_with_what() -> None:
    removal = benign_in_clinvar(evidence("missense_variant", clinvar="Likely_benign"))
    assert removal is not None
    assert removal.reason == "benign_in_clinvar"
    assert removal.detail == "Likely_benign, 1 star(s), id 7"


@pytest.mark.parametrize(
    ("significance", "review"),
    [
        ("Benign", NO_STAR),
        ("Benign", ""),
        ("Conflicting_classifications_of_pathogenicity", "criteria_provided,_conflicting_classifications"),
        ("Uncertain_significance", ONE_STAR),
        ("Pathogenic", "reviewed_by_expert_panel"),
        ("not_provided", ONE_STAR),
        ("", ""),
    ],
)
def test_clinvar__nothing_else_is_removed(significance: str, review: str) -> None:
    assert benign_in_clinvar(evidence("missense_variant", clinvar=significance, review=review)) is None


@pytest.mark.parametrize(
    "term",
    [
        "stop_gained",
        "frameshift_variant",
        "missense_variant",
        "inframe_deletion",
        "splice_region_variant",
        "a_new_word",
    ],
)
def test_consequence__coding_splice_and_unknown_words_stay_on_or_off_the_panel(term: str) -> None:
    assert outcome(evidence(term)) == "kept"
    assert outcome(evidence(term, gene="ONPANEL")) == "kept"


@pytest.mark.parametrize("term", ["synonymous_variant", "intron_variant", "upstream_gene_variant"])
def test_consequence__silent_ones_go_unless_clinvar_calls_them_pathogenic(term: str) -> None:
    assert outcome(evidence(term, gene="ONPANEL")) == "consequence_not_considered"
    assert outcome(evidence(term, clinvar="Pathogenic", review=NO_STAR)) == "kept"
    assert outcome(evidence(term, clinvar="Uncertain_significance")) == "consequence_not_considered"


def test_consequence__untranslated_regions_stay_on_the_panel_or_de_novo() -> None:
    assert outcome(evidence("5_prime_UTR_variant")) == "consequence_not_considered"
    assert outcome(evidence("5_prime_UTR_variant", gene="ONPANEL")) == "kept"
    supported, possible = ({Inheritance.DE_NOVO: status} for status in ("supported", "possible"))
    assert outcome(evidence("5_prime_UTR_variant", patterns=supported)) == "kept"
    assert outcome(evidence("5_prime_UTR_variant", patterns=possible)) == "consequence_not_considered"


def test_gene__none_touched_is_removed_unless_pathogenic_and_not_annotated_is_not_intergenic() -> None:
    assert outcome(evidence()) == "outside_genes"
    assert outcome(evidence("intergenic_variant", gene="")) == "outside_genes"
    assert outcome(evidence(clinvar="Likely_pathogenic")) == "kept"
    assert outcome(evidence(annotated=False)) == "kept"


@pytest.mark.parametrize("term", ["synonymous_variant", "intron_variant", "5_prime_UTR_variant"])
def test_splicing__a_predicted_effect_keeps_any_place_of_a_transcript(term: str) -> None:
    def with_score(score: float | None) -> str:
        return outcome(evidence(term, facts=VariantFacts(spliceai_max=score)))

    assert with_score(0.2) == "kept"
    assert with_score(0.19) == with_score(None) == "consequence_not_considered"


def test_splicing__a_score_beside_a_transcript_belongs_to_another_gene() -> None:
    record = evidence("downstream_gene_variant", facts=VariantFacts(spliceai_max=0.9))
    assert outcome(record) == "consequence_not_considered"


def test_rna__a_gene_that_makes_ill_as_an_rna_is_always_considered() -> None:
    term = "non_coding_transcript_exon_variant"
    effect = GeneEffect("RNU4-2", "", "ENST1", "canonical", term, term, noncoding_disease="ReNU syndrome")
    assert outcome(evidence(term, gene="RNU4-2", facts=VariantFacts(genes=(effect,)))) == "kept"
    other = replace(effect, noncoding_disease="")
    assert outcome(evidence(term, gene="RNU4-2", facts=VariantFacts(genes=(other,)))) == "consequence_not_considered"


def test_gene__one_of_several_that_is_considered_keeps_the_record() -> None:
    record = replace(
        BARE,
        consequences=[
            Consequence("GENE1", "", "missense_variant", "T", "", ""),
            Consequence("GENE2", "", "intron_variant", "T", "", ""),
        ],
    )
    genes, removal = considered(record)
    assert removal is None
    assert [gene.gene for gene in genes] == ["GENE1"]


def test_removal__names_the_worst_consequence_and_every_reason_is_explained() -> None:
    _, removal = considered(evidence("synonymous_variant"))
    assert removal is not None
    assert removal.detail == "synonymous_variant in GENE1"
    assert set(MEANING) == {
        "records_in",
        "benign_in_clinvar",
        "compound_in_cis",
        "compound_excluded_by_relatives",
        "penetrance_is_full",
        "outside_genes",
        "consequence_not_considered",
        "compound_without_partner",
        "records_out",
    }
