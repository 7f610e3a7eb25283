"""The rules that remove a record after the screen, in order, each with its reason in words.

A panel is not among them: it ranks and labels, and never excludes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from filiation.calls.consequences import Consequence
from filiation.model.consequence import ConsequenceGroup, group_of
from filiation.model.inheritance import Inheritance
from filiation.prioritisation.evidence import Evidence

MEANING = {
    "records_in": "annotated records",
    "benign_in_clinvar": "benign or likely benign in ClinVar with at least one star",
    "outside_genes": "no gene is touched (intergenic), and ClinVar does not call it pathogenic",
    "consequence_not_considered": "synonymous, intronic, up- or downstream; or untranslated in a gene that is off "
    "the panel and not de novo; neither SpliceAI nor ClinVar speaks for it, and no disease of that RNA is known",
    "penetrance_is_full": "only reduced penetrance explains it, and the gene is not listed under "
    "prioritisation.reduced_penetrance",
    "compound_in_cis": "could only be half of a compound pair, and every second variant of the gene lies on the same "
    "copy (both from one parent, or one phase set)",
    "compound_excluded_by_relatives": "could only be half of a compound pair, and an affected sibling lacks one half "
    "or a healthy one has both",
    "compound_without_partner": "could only be half of a compound pair, and the gene has no second variant in trans",
    "records_out": "candidate variants",
}

_CODING = (
    ConsequenceGroup.LOSS_OF_FUNCTION,
    ConsequenceGroup.MISSENSE_OR_INFRAME,
    ConsequenceGroup.SPLICE_REGION,
)

# Outside the transcript: a splicing score there belongs to another gene.
_OUTSIDE = ("upstream_gene_variant", "downstream_gene_variant", "intergenic_variant")


@dataclass(frozen=True)
class Removal:
    """Why a record goes no further."""

    reason: str
    detail: str


def benign_in_clinvar(evidence: Evidence) -> Removal | None:
    """Benign or likely benign with at least one review star; without a star nobody said on what ground."""
    entry = evidence.clinvar
    if entry is not None and entry.benign and entry.stars >= 1:
        return Removal("benign_in_clinvar", f"{entry.significance}, {entry.stars} star(s), id {entry.variation_id}")
    return None


def considered_genes(
    evidence: Evidence, on_panel: Callable[[Consequence], bool], min_splicing_score: float
) -> tuple[list[Consequence], Removal | None]:
    """Genes whose consequence is considered, or the removal when there is none.

    Coding and splice-region changes always; an RNA whose gene makes ill as an RNA always; any place of a transcript
    where SpliceAI reaches `min_splicing_score`; untranslated regions and other RNAs where the gene is on the panel
    or the variant is new; anything that ClinVar calls pathogenic. Without any gene annotation nothing is removed:
    not annotated is not intergenic.
    """
    if not evidence.annotated:
        return [], None
    pathogenic = evidence.clinvar is not None and evidence.clinvar.pathogenic
    if not evidence.consequences:
        if pathogenic:
            return [], None
        return [], Removal("outside_genes", "no consequence on a gene")
    de_novo = evidence.patterns.get(Inheritance.DE_NOVO) == "supported"
    splicing = (evidence.facts.spliceai_max or 0.0) >= min_splicing_score
    kept = []
    for consequence in evidence.consequences:
        group = group_of(consequence.term)
        by_group = group in _CODING or (
            group is ConsequenceGroup.UNTRANSLATED_OR_RNA
            and (de_novo or on_panel(consequence) or _makes_ill_as_rna(evidence, consequence))
        )
        if pathogenic or by_group or (splicing and consequence.term not in _OUTSIDE):
            kept.append(consequence)
    if kept:
        return kept, None
    worst = evidence.consequences[0]
    if worst.term == "intergenic_variant":
        return [], Removal("outside_genes", worst.term)
    return [], Removal("consequence_not_considered", f"{worst.term} in {worst.gene or 'no gene'}")


def _makes_ill_as_rna(evidence: Evidence, consequence: Consequence) -> bool:
    """Whether the product of the gene is an RNA of which a disease is known (RNU4-2, RMRP, TERC …)."""
    facts = evidence.facts
    effect = facts.of_gene(consequence.gene) or facts.of_gene(consequence.gene_id)
    return effect is not None and effect.snrna_disease_gene
