"""Is the most severe consequence on each gene read from every annotator, and is an unknown word shown?"""

from __future__ import annotations

import pytest

from filiation.calls.consequences import Consequence, csq_layout, find_annotator, parse_consequences
from filiation.errors import InputError
from filiation.model.consequence import SEVERITY, ConsequenceGroup, group_of, ontology_term, severity, worst_term

LAYOUT = ["Allele", "Consequence", "SYMBOL", "Gene", "Feature", "HGVSc", "HGVSp"]


def of_csq(*items: str, ref: str = "A", alt: str = "G") -> list[tuple[str, str]]:
    """(gene, term) of VEP items."""
    return [(c.gene, c.term) for c in parse_consequences(items, "CSQ", LAYOUT, ref=ref, alt=alt)]


def test_vep__the_worst_for_each_gene_and_no_gene_lost() -> None:
    items = (
        "G|intron_variant|GENE2|ENSG2|ENST3||",
        "G|synonymous_variant|GENE1|ENSG1|ENST1||",
        "G|missense_variant&splice_region_variant|GENE1|ENSG1|ENST2|c.1A>G|p.Met1Val",
    )
    assert of_csq(*items) == [("GENE1", "missense_variant"), ("GENE2", "intron_variant")]
    (first, _) = parse_consequences(items, "CSQ", LAYOUT)
    assert first == Consequence("GENE1", "ENSG1", "missense_variant", "ENST2", "p.Met1Val", "c.1A>G")


def test_vep__genes_without_symbol_are_told_apart_by_id() -> None:
    found = parse_consequences(("G|missense_variant||ENSG1|T1||", "G|stop_gained||ENSG2|T2||"), "CSQ", LAYOUT)
    assert [(c.gene_id, c.term) for c in found] == [("ENSG2", "stop_gained"), ("ENSG1", "missense_variant")]


def test_split_records__only_the_items_of_the_allele_count() -> None:
    items = ("G|synonymous_variant|GENE1|E|T||", "T|stop_gained|GENE1|E|T||")
    assert of_csq(*items, alt="G") == [("GENE1", "synonymous_variant")]
    assert of_csq(*items, alt="T") == [("GENE1", "stop_gained")]
    deletion = ("-|frameshift_variant|GENE1|E|T||", "CA|intron_variant|GENE1|E|T||")
    assert of_csq(*deletion, ref="CA", alt="C") == [("GENE1", "frameshift_variant")]
    assert of_csq(*deletion, ref="C", alt="CCA") == [("GENE1", "intron_variant")]
    ann = ("G|synonymous_variant|LOW|GENE1|E|t|T||1/1|c.|p.", "T|stop_gained|HIGH|GENE1|E|t|T||1/1|c.|p.")
    assert [c.term for c in parse_consequences(ann, "ANN", ref="A", alt="G")] == ["synonymous_variant"]


def test_split_records__an_allele_written_otherwise_keeps_every_item() -> None:
    items = ("AA|frameshift_variant|GENE1|E|T||", "T|intron_variant|GENE1|E|T||")
    assert of_csq(*items, ref="CA", alt="C") == [("GENE1", "frameshift_variant")], "the worst, never nothing"


def test_bcftools__terms_are_those_of_the_sequence_ontology() -> None:
    item = "missense|GENE1|ENST1|protein_coding|+|2A>2D|1005C>A"
    assert parse_consequences(item, "BCSQ") == [
        Consequence("GENE1", "", "missense_variant", "ENST1", "2A>2D", "1005C>A")
    ]
    for word, term in (
        ("splice_acceptor", "splice_acceptor_variant"),
        ("*frameshift", "frameshift_variant"),
        ("5_prime_utr", "5_prime_UTR_variant"),
        ("stop_lost&inframe_deletion", "stop_lost"),
    ):
        assert parse_consequences(f"{word}|GENE1|ENST1|protein_coding", "BCSQ")[0].term == term


def test_bcftools__a_pointer_to_another_record_is_shown_not_taken_for_intergenic() -> None:
    (found,) = parse_consequences(("@1005",), "BCSQ")
    assert found.gene == ""
    assert group_of(found.term) is ConsequenceGroup.MISSENSE_OR_INFRAME


def test_snpeff__gene_transcript_and_changes() -> None:
    item = "G|missense_variant|MODERATE|GENE1|ENSG1|transcript|ENST1|protein_coding|1/2|c.5A>G|p.Lys2Arg|5/100"
    assert parse_consequences(item, "ANN") == [
        Consequence("GENE1", "ENSG1", "missense_variant", "ENST1", "p.Lys2Arg", "c.5A>G")
    ]


@pytest.mark.parametrize("annotator", ["CSQ", "BCSQ", "ANN"])
@pytest.mark.parametrize("values", [None, "", (), ("",), ("|||",), (".",)])
def test_nothing_annotated_is_an_empty_list(annotator: str, values: object) -> None:
    if values == (".",) and annotator == "CSQ":
        values = ("||",)
    assert parse_consequences(values, annotator, LAYOUT) == []


def test_an_unknown_term_is_shown_not_hidden() -> None:
    assert group_of("a_term_of_next_year") is ConsequenceGroup.MISSENSE_OR_INFRAME
    assert severity("a_term_of_next_year") < severity("intron_variant")
    assert worst_term(["intron_variant", "a_term_of_next_year"]) == "a_term_of_next_year"
    assert of_csq("G|a_term_of_next_year|GENE1|E|T||") == [("GENE1", "a_term_of_next_year")]


def test_every_known_term_has_a_place_and_the_order_is_that_of_severity() -> None:
    assert len(set(SEVERITY)) == len(SEVERITY)
    order = ["stop_gained", "missense_variant", "splice_region_variant", "synonymous_variant", "intron_variant"]
    assert sorted(order, key=severity) == order
    groups = {term: group_of(term) for term in SEVERITY}
    assert groups["frameshift_variant"] is ConsequenceGroup.LOSS_OF_FUNCTION
    assert groups["inframe_deletion"] is ConsequenceGroup.MISSENSE_OR_INFRAME
    assert groups["splice_region_variant"] is ConsequenceGroup.SPLICE_REGION
    assert groups["3_prime_UTR_variant"] is ConsequenceGroup.UNTRANSLATED_OR_RNA
    assert groups["synonymous_variant"] is groups["intron_variant"] is ConsequenceGroup.OTHER
    assert ontology_term("stop_gained") == "stop_gained"


def test_annotator__vep_before_bcftools_before_snpeff() -> None:
    assert find_annotator({"ANN", "BCSQ", "CSQ", "DP"}) == "CSQ"
    assert find_annotator({"ANN", "BCSQ"}) == "BCSQ"
    assert find_annotator({"ANN"}) == "ANN"
    assert find_annotator({"DP"}) is None


def test_layout__of_the_header_or_an_error() -> None:
    text = 'Consequence annotations from Ensembl VEP. Format: Allele|Consequence|SYMBOL"'
    assert csq_layout(text, "x.vcf") == ["Allele", "Consequence", "SYMBOL"]
    with pytest.raises(InputError, match="Format:"):
        csq_layout("made by hand", "x.vcf")
