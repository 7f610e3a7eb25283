"""PVS1: how sure is it that the variant takes the product away, and that its loss is how the gene makes ill?

The decision tree of Abou Tayoun et al. 2018 as far as it can be walked without a curator: kind of null variant,
nonsense-mediated decay, exon in the transcript that is read in the clinic, then the mechanism of the gene, which
takes the strength down where it is likely rather than established.
"""

from __future__ import annotations

from filiation.acmg.criterion import Finding, met, not_evaluable, not_met
from filiation.acmg.evidence import GeneEvidence, VariantEvidence
from filiation.acmg.table import AcmgTable

_LEVELS = ("very_strong", "strong", "moderate", "supporting")
_ESTABLISHED = ("definitive", "strong")
SUFFICIENT, EMERGING, RECESSIVE, UNLIKELY = "3", "2", "30", "40"


def pvs1(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Null variant in a gene whose loss is a known mechanism of disease."""
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if not evidence.null:
        return not_met(f"{evidence.term} is no null variant")
    level, tree = _tree(evidence, table)
    lowered, mechanism = _mechanism(evidence, table)
    if lowered is None:
        return not_evaluable(mechanism) if _nothing_known(evidence.gene) else not_met(mechanism)
    if evidence.transcript_status == "other":
        lowered += 1
        tree += ", on a transcript that is neither MANE nor canonical"
    level += lowered
    if level >= len(_LEVELS):
        return not_met(f"{tree}; {mechanism}: too weak for any strength")
    return met(f"{tree}; {mechanism}", _LEVELS[level])


def _tree(evidence: VariantEvidence, table: AcmgTable) -> tuple[int, str]:
    """(place in _LEVELS, words) by the kind of null variant."""
    term = evidence.term
    if term == "start_lost":
        return 3, "start codon lost, whether another takes over is unknown"
    if term in ("splice_acceptor_variant", "splice_donor_variant"):
        return _splice_site(evidence, table)
    if term == "transcript_ablation" or evidence.nmd == "expected":
        return 0, f"{term}, nonsense-mediated decay expected" if term != "transcript_ablation" else term
    if evidence.nmd == "escapes":
        level, share = _by_share(_share_lost(evidence), table)
        return level, f"{term} escapes nonsense-mediated decay, {share}"
    return 1, f"{term}, nonsense-mediated decay not determined"


def _splice_site(evidence: VariantEvidence, table: AcmgTable) -> tuple[int, str]:
    """A lost splice site by what skipping its exon does to the frame."""
    if evidence.in_frame_exon is None:
        return 1, f"{evidence.term}, length of the exon unknown"
    if not evidence.in_frame_exon:
        if evidence.nmd == "escapes":
            level, share = _by_share(_share_lost(evidence), table)
            return level, f"{evidence.term}, skipping shifts the frame, decay not expected, {share}"
        return 0, f"{evidence.term}, skipping the exon shifts the frame"
    level, share = _by_share(_share_of_exon(evidence), table)
    return level, f"{evidence.term}, skipping the exon keeps the frame, {share}"


def _share_lost(evidence: VariantEvidence) -> float | None:
    """Share of the protein behind the first residue that changes."""
    position, length = evidence.protein_position, evidence.protein_length
    return None if not position or not length else max(0.0, (length - position + 1) / length)


def _share_of_exon(evidence: VariantEvidence) -> float | None:
    """Share of the protein that a skipped exon takes away."""
    bases, length = evidence.exon_coding_bases, evidence.protein_length
    return None if not bases or not length else bases / 3 / length


def _by_share(share: float | None, table: AcmgTable) -> tuple[int, str]:
    if share is None:
        return 2, "share of the protein that is lost unknown"
    large = share > table.null_variant.large_share_of_protein
    return (1 if large else 2), f"{100 * share:.0f} % of the protein lost"


def _nothing_known(gene: GeneEvidence) -> bool:
    return not gene.haploinsufficiency and gene.loeuf is None and gene.pli is None and gene.modes is None


def _mechanism(evidence: VariantEvidence, table: AcmgTable) -> tuple[int | None, str]:
    """(levels to take off, words) by what is known of the gene; None: loss is not its mechanism, or nobody says."""
    gene = evidence.gene
    if _nothing_known(gene):
        return None, "no source says whether loss of this gene makes ill"
    modes = gene.modes or frozenset()
    established = gene.validity.lower() in _ESTABLISHED
    if evidence.recessive:
        if gene.haploinsufficiency == RECESSIVE:
            return 0, "ClinGen: recessive disorder by loss (30)"
        if "AR" in modes:
            return (0 if established else 1), f"recessive disease gene ({gene.validity or 'validity not graded'})"
        return None, "no recessive disease of the gene is known"
    return _one_copy(gene, modes, established, table)


def _one_copy(gene: GeneEvidence, modes: frozenset[str], established: bool, table: AcmgTable) -> tuple[int | None, str]:
    """The mechanism where one copy, or the only copy, is lost."""
    by_score = {
        SUFFICIENT: (0, "ClinGen haploinsufficiency 3"),
        EMERGING: (1, "ClinGen haploinsufficiency 2"),
        UNLIKELY: (None, "ClinGen: dosage sensitivity unlikely (40)"),
        RECESSIVE: (None, "ClinGen: recessive (30)"),
    }
    x_linked = "XL" in modes
    if gene.haploinsufficiency in by_score and not (gene.haploinsufficiency == RECESSIVE and modes & {"AD", "XL"}):
        return by_score[gene.haploinsufficiency]
    constraint = _constraint_text(gene, table)
    disease = bool(modes & {"AD", "XL"})
    if constraint and disease:
        return 0, f"{constraint}, {'X-linked' if x_linked else 'dominant'} disease gene"
    if disease and (established or x_linked):
        return 1, f"{'X-linked' if x_linked else 'dominant'} disease gene, no constraint against loss is known"
    if constraint:
        return 1, f"{constraint}, no dominant disease of the gene is known"
    return None, "neither dosage, constraint nor a dominant disease says that loss makes ill"


def _constraint_text(gene: GeneEvidence, table: AcmgTable) -> str:
    """`LOEUF 0.21`, when the gene does not tolerate loss; '' otherwise."""
    limits = table.null_variant
    if gene.loeuf is not None:
        return f"LOEUF {gene.loeuf:.2g}" if gene.loeuf < limits.loeuf_max else ""
    return f"pLI {gene.pli:.2g}" if gene.pli is not None and gene.pli >= limits.pli_min else ""
