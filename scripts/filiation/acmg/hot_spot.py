"""PM1 and BP1: what do the other variants of the gene in ClinVar say of a change of this kind at this place?

PM1 looks at the residues around: many pathogenic changes and none benign make a hot spot. Changes of the residue itself
are left to PS1 and PM5, so that no entry counts twice. BP1 looks at the gene: where nearly all pathogenic variants
truncate and most missense changes are benign, one more missense change is rather benign.
"""

from __future__ import annotations

from filiation.acmg.criterion import Finding, met, not_evaluable, not_met
from filiation.acmg.evidence import IN_FRAME_TERMS, VariantEvidence
from filiation.acmg.protein_index import (
    BENIGN,
    PATHOGENIC,
    PlacedEntry,
    ProteinIndex,
    in_frame_position,
    protein_change,
)
from filiation.acmg.table import AcmgTable

_NO_INDEX = "no ClinVar table by protein change is configured"


def pm1(evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None) -> Finding:
    """Inside a hot spot: pathogenic changes of neighbouring residues, and no benign one.

    Moderate where the pathogenic ones outnumber those of uncertain significance, else supporting.
    """
    limits = table.hot_spot
    if limits is None:
        return not_evaluable("the ACMG table has no group hot_spot")
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if not evidence.missense and evidence.term not in IN_FRAME_TERMS:
        return not_met(f"{evidence.term} is neither missense nor in-frame")
    if index is None:
        return not_evaluable(_NO_INDEX)
    change = protein_change(evidence.hgvs_p)
    position = change.position if change else in_frame_position(evidence.hgvs_p)
    if position is None:
        return not_evaluable("the change of the protein is not named")
    if evidence.spliceai is not None and evidence.spliceai >= table.splicing.effect_min:
        return not_met(f"SpliceAI {evidence.spliceai:g}: the change may act on splicing, not on the residue")
    reach = round(limits.residues)
    around = [
        entry
        for entry in index.around(evidence.gene.symbol, position, reach)
        if entry.stars >= table.protein_neighbours.stars_min and entry.variation_id != evidence.clinvar_id
    ]
    around = _on_one_transcript(around, evidence.hgvs_c)
    pathogenic, benign, uncertain = (
        len({entry.change for entry in around if entry.acmg_class in classes})
        for classes in (PATHOGENIC, BENIGN, ("uncertain",))
    )
    words = (
        f"{pathogenic} pathogenic, {benign} benign and {uncertain} uncertain change(s) "
        f"at residues {max(1, position - reach)} to {position + reach}"
    )
    if pathogenic < limits.pathogenic_min or benign > limits.benign_max:
        return not_met(words)
    return met(words, "moderate" if pathogenic > uncertain else "supporting")


def _on_one_transcript(entries: list[PlacedEntry], hgvs_c: str) -> list[PlacedEntry]:
    """Entries whose residues are counted as ours are: on the same RefSeq transcript, where our name has one."""
    own = hgvs_c.partition(":")[0].partition(".")[0]
    if not own.startswith("NM_"):
        return entries
    return [entry for entry in entries if entry.transcript in ("", own)]


def bp1(evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None) -> Finding:
    """Missense in a gene whose pathogenic variants truncate, and whose missense changes are mostly benign."""
    limits = table.truncation
    if limits is None:
        return not_evaluable("the ACMG table has no group truncation")
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if not evidence.missense:
        return not_met(f"{evidence.term} is not missense")
    if index is None:
        return not_evaluable(_NO_INDEX)
    if evidence.spliceai is not None and evidence.spliceai >= table.splicing.effect_min:
        return not_met(f"SpliceAI {evidence.spliceai:g}: the change may act on splicing, not on the residue")
    stars, gene = table.protein_neighbours.stars_min, evidence.gene.symbol
    others = [
        entry
        for entry in index.placed.get(gene, ())
        if entry.stars >= stars and entry.variation_id != evidence.clinvar_id
    ]
    truncating = sum(entry.stars >= stars for entry in index.truncating.get(gene, ()))
    changing = sum(entry.acmg_class in PATHOGENIC for entry in others)
    benign = sum(entry.acmg_class in BENIGN for entry in others)
    known = truncating + changing
    if known < limits.pathogenic_min:
        return not_evaluable(f"{known} pathogenic variants of the gene, fewer than {limits.pathogenic_min:g}")
    share, benign_share = truncating / known, benign / max(1, benign + changing)
    words = (
        f"{share:.0%} of {known} pathogenic variants truncate, "
        f"{benign_share:.0%} of {benign + changing} judged missense changes are benign"
    )
    enough = share >= limits.truncating_share_min and benign_share > limits.benign_missense_share_min
    return met(words) if enough else not_met(words)
