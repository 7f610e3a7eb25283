"""Sequence Ontology consequences: their names, their order of severity, and the groups the filters speak of."""

from __future__ import annotations

from enum import StrEnum

# Most severe first: the order of Ensembl's table of calculated consequences (Ensembl release 112), with the
# terms that bcftools csq uses in its own short form mapped onto it below.
SEVERITY: tuple[str, ...] = (
    "transcript_ablation",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "stop_gained",
    "frameshift_variant",
    "stop_lost",
    "start_lost",
    "transcript_amplification",
    "feature_elongation",
    "feature_truncation",
    "inframe_insertion",
    "inframe_deletion",
    "inframe_altering",
    "missense_variant",
    "protein_altering_variant",
    "splice_donor_5th_base_variant",
    "splice_region_variant",
    "splice_donor_region_variant",
    "splice_polypyrimidine_tract_variant",
    "incomplete_terminal_codon_variant",
    "start_retained_variant",
    "stop_retained_variant",
    "synonymous_variant",
    "coding_sequence_variant",
    "mature_miRNA_variant",
    "5_prime_UTR_variant",
    "3_prime_UTR_variant",
    "non_coding_transcript_exon_variant",
    "intron_variant",
    "NMD_transcript_variant",
    "non_coding_transcript_variant",
    "coding_transcript_variant",
    "upstream_gene_variant",
    "downstream_gene_variant",
    "TFBS_ablation",
    "TFBS_amplification",
    "TF_binding_site_variant",
    "regulatory_region_ablation",
    "regulatory_region_amplification",
    "regulatory_region_variant",
    "intergenic_variant",
    "sequence_variant",
)
_RANK = {term: rank for rank, term in enumerate(SEVERITY)}

# bcftools csq and snpEff write some terms shorter or otherwise.
_SYNONYMS = {
    "missense": "missense_variant",
    "synonymous": "synonymous_variant",
    "frameshift": "frameshift_variant",
    "splice_acceptor": "splice_acceptor_variant",
    "splice_donor": "splice_donor_variant",
    "splice_region": "splice_region_variant",
    "5_prime_utr": "5_prime_UTR_variant",
    "3_prime_utr": "3_prime_UTR_variant",
    "non_coding": "non_coding_transcript_exon_variant",
    "intron": "intron_variant",
    "intergenic": "intergenic_variant",
    "intergenic_region": "intergenic_variant",
    "coding_sequence": "coding_sequence_variant",
    "start_retained": "start_retained_variant",
    "stop_retained": "stop_retained_variant",
    "disruptive_inframe_deletion": "inframe_deletion",
    "disruptive_inframe_insertion": "inframe_insertion",
    "conservative_inframe_deletion": "inframe_deletion",
    "conservative_inframe_insertion": "inframe_insertion",
    "initiator_codon_variant": "start_lost",
    "5_prime_UTR_premature_start_codon_gain_variant": "5_prime_UTR_variant",
    "non_coding_transcript": "non_coding_transcript_variant",
    "mature_miRNA": "mature_miRNA_variant",
}


class ConsequenceGroup(StrEnum):
    """What a consequence means for a filter."""

    LOSS_OF_FUNCTION = "loss_of_function"
    MISSENSE_OR_INFRAME = "missense_or_inframe"
    SPLICE_REGION = "splice_region"
    UNTRANSLATED_OR_RNA = "untranslated_or_rna"
    OTHER = "other"


_GROUPS: dict[ConsequenceGroup, tuple[str, ...]] = {
    ConsequenceGroup.LOSS_OF_FUNCTION: (
        "transcript_ablation",
        "splice_acceptor_variant",
        "splice_donor_variant",
        "stop_gained",
        "frameshift_variant",
        "stop_lost",
        "start_lost",
        "feature_truncation",
    ),
    ConsequenceGroup.MISSENSE_OR_INFRAME: (
        "inframe_insertion",
        "inframe_deletion",
        "inframe_altering",
        "missense_variant",
        "protein_altering_variant",
        "transcript_amplification",
        "feature_elongation",
        "coding_sequence_variant",
    ),
    ConsequenceGroup.SPLICE_REGION: (
        "splice_donor_5th_base_variant",
        "splice_region_variant",
        "splice_donor_region_variant",
        "splice_polypyrimidine_tract_variant",
    ),
    ConsequenceGroup.UNTRANSLATED_OR_RNA: (
        "5_prime_UTR_variant",
        "3_prime_UTR_variant",
        "non_coding_transcript_exon_variant",
        "mature_miRNA_variant",
        "incomplete_terminal_codon_variant",
    ),
}
_GROUP_OF = {term: group for group, terms in _GROUPS.items() for term in terms}


def ontology_term(word: str) -> str:
    """The Sequence Ontology term for a word of an annotator; unknown words pass unchanged."""
    word = word.strip().lstrip("*")
    return _SYNONYMS.get(word, word)


def severity(term: str) -> int:
    """Rank of a term, 0 is worst; a term that is not in the table ranks before the intron, never last: an
    unknown word must not hide a variant."""
    return _RANK.get(term, _RANK["coding_sequence_variant"])


def worst_term(terms: list[str]) -> str:
    """The most severe of several terms."""
    return min(terms, key=severity)


def group_of(term: str) -> ConsequenceGroup:
    """Group of a term; an unknown term counts as missense_or_inframe, so that it is shown."""
    if term in _GROUP_OF:
        return _GROUP_OF[term]
    return ConsequenceGroup.OTHER if term in _RANK else ConsequenceGroup.MISSENSE_OR_INFRAME
