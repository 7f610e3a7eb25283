"""PP3, BP4, BP7, PM4, BP3, PP2: what do the consequence and one calibrated predictor say?

A missense change is judged by one predictor of the protein, the first that has a value of REVEL, AlphaMissense and
CADD, and by SpliceAI for splicing; the stronger of the two counts, they are never added.
"""

from __future__ import annotations

import re

from filiation.acmg.criterion import Finding, met, not_evaluable, not_met
from filiation.acmg.evidence import IN_FRAME_TERMS, SILENT_TERMS, VariantEvidence
from filiation.acmg.table import STRENGTHS, AcmgTable, Predictor


def protein_predictor(evidence: VariantEvidence, table: AcmgTable) -> tuple[str, float, Predictor] | None:
    """(name, score, intervals) of the one predictor that judges a missense change; None without any."""
    choices = (
        ("REVEL", evidence.revel, table.revel),
        ("AlphaMissense", evidence.alphamissense, table.alphamissense),
        ("CADD", evidence.cadd, table.cadd),
    )
    return next(((name, score, limits) for name, score, limits in choices if score is not None), None)


def pp3(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """One calibrated predictor says that the protein or its splicing is damaged."""
    if evidence.null:
        return not_met("counted in PVS1")
    found: list[tuple[int, str, str]] = []
    said = []
    protein = protein_predictor(evidence, table) if evidence.missense else None
    if protein is not None:
        name, score, limits = protein
        said.append(f"{name} {score:g}")
        verdict = limits.strength(score)
        if verdict and verdict[0] == "pathogenic":
            found.append((STRENGTHS.index(verdict[1]), verdict[1], f"{name} {score:g}"))
    if evidence.spliceai is not None:
        said.append(f"SpliceAI {evidence.spliceai:g}")
        if evidence.spliceai >= table.splicing.effect_min:
            found.append((0, "supporting", f"SpliceAI {evidence.spliceai:g} >= {table.splicing.effect_min:g}"))
    if found:
        _, strength, words = max(found)
        return met(words, strength)
    return not_met(", ".join(said)) if said else not_evaluable("no calibrated predictor has a value")


def bp4(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """The predictor says harmless, and none that has a value says that splicing changes."""
    if evidence.null:
        return not_met(f"{evidence.term}: predictors of substitutions do not apply")
    limit = table.splicing.no_effect_max
    splice = evidence.spliceai
    if splice is not None and splice > limit:
        return not_met(f"SpliceAI {splice:g} > {limit:g}")
    if not evidence.missense:
        if evidence.term in IN_FRAME_TERMS:
            return not_evaluable("no calibrated predictor of in-frame changes")
        if splice is None:
            return not_evaluable("SpliceAI has no value")
        return met(f"SpliceAI {splice:g} <= {limit:g}")
    protein = protein_predictor(evidence, table)
    if protein is None:
        return not_evaluable("no calibrated predictor of the protein has a value")
    name, score, limits = protein
    verdict = limits.strength(score)
    spoken = "SpliceAI not known" if splice is None else f"SpliceAI {splice:g} <= {limit:g}"
    if verdict and verdict[0] == "benign":
        return met(f"{name} {score:g}, {spoken}", verdict[1])
    return not_met(f"{name} {score:g}")


def bp7(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Silent, or deep enough in an intron, and SpliceAI sees nothing."""
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    limits = table.splicing
    if evidence.term not in SILENT_TERMS:
        offset = _intron_offset(evidence.hgvs_c)
        if evidence.term not in ("intron_variant", "splice_region_variant", "splice_polypyrimidine_tract_variant"):
            return not_met(f"{evidence.term} is neither silent nor intronic")
        if offset is None:
            return not_evaluable("position in the intron unknown")
        if -limits.intron_acceptor_min < offset < limits.intron_donor_min:
            return not_met(f"{offset:+d} is near the splice site")
    if evidence.spliceai is None:
        return not_evaluable("SpliceAI has no value")
    words = f"{evidence.term}, SpliceAI {evidence.spliceai:g}"
    if evidence.spliceai <= limits.no_effect_max:
        return met(f"{words} <= {limits.no_effect_max:g}")
    return not_met(f"{words} > {limits.no_effect_max:g}")


def _intron_offset(hgvs_c: str) -> int | None:
    """Bases from the nearest exon in a c. name, the nearest of a range: `c.123-25_123-22del` → -22; None without."""
    found = re.findall(r"\d([+-]\d+)", hgvs_c.rpartition(":")[2])
    return min((int(text) for text in found), key=abs) if found else None


def pm4(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Length of the protein changed without loss of the product, outside repeats."""
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if evidence.term == "stop_lost":
        return met("stop codon lost")
    if evidence.term not in IN_FRAME_TERMS:
        return not_met("counted in PVS1" if evidence.null else f"{evidence.term} keeps the length")
    if evidence.in_repeat is None:
        return not_evaluable("no source says whether the place is a repeat")
    if evidence.in_repeat:
        return not_met(f"{evidence.term} in a repeat: see BP3")
    return met(f"{evidence.term} outside repeats")


def bp3(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """In-frame change of length in a repeat."""
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if evidence.term not in IN_FRAME_TERMS:
        return not_met(f"{evidence.term} is no in-frame change of length")
    if evidence.in_repeat is None:
        return not_evaluable("no source says whether the place is a repeat")
    return met(f"{evidence.term} in a repeat") if evidence.in_repeat else not_met("outside repeats")


def pp2(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Missense in a gene that tolerates few missense changes, seen in one copy."""
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if not evidence.missense:
        return not_met(f"{evidence.term} is not missense")
    if evidence.gene.missense_z is None:
        return not_evaluable("missense Z score of the gene unknown")
    if evidence.recessive:
        return not_met("constraint speaks of one copy, the pattern is recessive")
    limit = table.gene.missense_z_min
    words = f"missense Z {evidence.gene.missense_z:.2f}"
    if evidence.gene.missense_z >= limit:
        return met(f"{words} >= {limit:g}")
    return not_met(f"{words} < {limit:g}")
