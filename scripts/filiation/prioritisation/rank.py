"""In which order are candidates discussed? A sum of named components; every component is shown."""

from __future__ import annotations

from filiation.calls.consequences import Consequence
from filiation.model.consequence import ConsequenceGroup, group_of
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.panels.load import Panel
from filiation.prioritisation.evidence import Evidence
from filiation.scoring.model import ScoringModel

_DOMINANT = (
    Inheritance.DE_NOVO,
    Inheritance.PARENTAL_MOSAIC,
    Inheritance.DOMINANT_INHERITED,
    Inheritance.DOMINANT_UNKNOWN_ORIGIN,
)
_RECESSIVE = (Inheritance.AUTOSOMAL_RECESSIVE, Inheritance.COMPOUND_HETEROZYGOUS)
VERY_RARE = 1e-4


def pattern_weight(pattern: Inheritance, status: str, model: ScoringModel) -> float:
    """Weight of one pattern with its status; used to choose which class a candidate is shown under."""
    if pattern is Inheritance.DE_NOVO and status != "supported":
        return model.weight["de_novo_possible"]
    weight = model.weight[pattern.value]
    # Unknown origin is possible by nature; its own weight says so already.
    if status != "supported" and pattern is not Inheritance.DOMINANT_UNKNOWN_ORIGIN:
        weight += model.weight["possible_instead_of_supported"]
    return weight


def matches_mode(pattern: Inheritance, mode: str, contig_class: ContigClass) -> bool:
    """Whether a pattern fits the mode of inheritance that the panel gives for the gene."""
    modes = {part.strip() for part in mode.replace(",", "/").split("/") if part.strip()}
    if contig_class is ContigClass.X:
        return "XL" in modes
    if pattern is Inheritance.MITOCHONDRIAL or contig_class is ContigClass.MITOCHONDRIAL:
        return "MT" in modes
    if pattern in _DOMINANT:
        return "AD" in modes
    return pattern in _RECESSIVE and "AR" in modes


def components(
    evidence: Evidence,
    consequence: Consequence | None,
    pattern: Inheritance,
    status: str,
    panel: Panel | None,
    model: ScoringModel,
) -> dict[str, float]:
    """Every part of a candidate's score, by the name of its weight."""
    weight = model.weight
    parts = {f"{pattern.value}:{status}": pattern_weight(pattern, status, model)}
    if consequence is not None:
        group = group_of(consequence.term)
        if group is not ConsequenceGroup.OTHER:
            parts[group.value] = weight[group.value]
    if evidence.population_af is None and evidence.population_source == "not_found":
        parts["absent_from_population"] = weight["absent_from_population"]
    elif evidence.population_af is not None and evidence.population_af < VERY_RARE:
        parts["very_rare"] = weight["very_rare"]
    if evidence.clinvar is not None:
        if evidence.clinvar.pathogenic:
            parts["clinvar_pathogenic"] = weight["clinvar_pathogenic"]
        elif not evidence.clinvar.benign and weight["clinvar_uncertain"]:
            parts["clinvar_uncertain"] = weight["clinvar_uncertain"]
    gene = panel.genes.get(consequence.gene) if panel and consequence else None
    if gene is not None:
        name = "panel_core" if gene.tier == "core" else "panel_other"
        parts[name] = weight[name]
        if gene.inheritance and matches_mode(pattern, gene.inheritance, evidence.contig_class):
            parts["mode_matches_panel"] = weight["mode_matches_panel"]
    if evidence.weak_proband or evidence.caller_filter not in ("PASS", "."):
        parts["flagged_quality"] = weight["flagged_quality"]
    return parts


def components_text(parts: dict[str, float]) -> str:
    """`de_novo:supported=10;loss_of_function=8`."""
    return ";".join(f"{name}={value:g}" for name, value in parts.items())
