"""What is it worth that a human reads a change again, and which change deserves an alert?

Expected value = what the candidate says of itself × kind of change × fit of the gene's mode × fit of the phenotype ×
earlier decision; every factor stands in resources/scoring/reanalysis-1.yaml and docs/reanalysis.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filiation.model.contigs import base_class
from filiation.model.inheritance import Inheritance
from filiation.prioritisation.known_genes import AGAINST, fits_modes, parse_links, parse_modes
from filiation.reanalysis.materiality import AlertRule, Materiality, Value
from filiation.reanalysis.standing import DOWNGRADED, VANISHED, clinvar_level, earned_shelf

Row = Mapping[str, Any]
_KNOWN = ("retained", "to_confirm")
_PATHOGENIC_WITH_STAR = 3


@dataclass(frozen=True)
class Worth:
    """Expected value of a change, 0–1; the alert rule that it meets, '' for none; what both rest on."""

    value: float
    alert: str
    text: str


def worth_of(change: Row, candidate: Row, rules: Materiality) -> Worth:
    """Value and alert of one change. candidate : its row now, or before when it vanished."""
    value = rules.value
    factors = {
        "evidence": _evidence(candidate, value),
        "shelf": _shelf(earned_shelf(candidate), value),
        "change": float(getattr(value, change["change"])),
        "mode": _mode(candidate, value),
        "phenotype": _phenotype(candidate, value),
        "decision": _decision(change, candidate, value),
    }
    total = 1.0
    for factor in factors.values():
        total *= factor
    met = next((rule for rule in rules.alerts if _fits(rule, change, candidate, total)), None)
    if met is not None and silenced(change, candidate):
        met = None
    return Worth(total, met.name if met else "", " × ".join(f"{name} {factor:.3g}" for name, factor in factors.items()))


def silenced(change: Row, candidate: Row) -> bool:
    """Whether the last RCP set the variant aside, and nothing as strong as ClinVar's word contradicts it now."""
    decision = (change["decision"] or "").partition(":")[0]
    told = "clinvar" in (change["cause"] or "").split(",") and clinvar_level(candidate) == _PATHOGENIC_WITH_STAR
    return decision == "set_aside" and not told


def _evidence(candidate: Row, value: Value) -> float:
    """The higher of the ACMG class and what ClinVar says."""
    name = candidate.get("acmg_class") or "uncertain"
    by_class = {
        "pathogenic": value.class_pathogenic,
        "likely_pathogenic": value.class_likely_pathogenic,
        "uncertain": value.class_uncertain,
    }.get(name, value.class_other)
    by_clinvar = value.clinvar_pathogenic if clinvar_level(candidate) == _PATHOGENIC_WITH_STAR else 0.0
    return max(by_class, by_clinvar)


def _shelf(shelf: str, value: Value) -> float:
    return {"A": value.shelf_a, "B": value.shelf_b}.get(shelf, value.shelf_b / 2)


def mode_of(candidate: Row) -> bool | None:
    """Whether the class of inheritance fits the gene's diseases, else the panel's mode; None when nobody says."""
    links = parse_links(candidate.get("gene_disease_validity") or "")
    modes = frozenset(mode for link in links if link.validity not in AGAINST for mode in link.modes)
    modes = modes or parse_modes(candidate.get("panel_inheritance") or "")
    if not modes:
        return None
    return fits_modes(Inheritance(candidate["inheritance"]), modes, base_class(candidate["chrom"]))


def _mode(candidate: Row, value: Value) -> float:
    fits = mode_of(candidate)
    return value.mode_unknown if fits is None else value.mode_fits if fits else value.mode_contradicts


def _phenotype(candidate: Row, value: Value) -> float:
    """1 without signs; else from the floor up to 1 with the similarity."""
    score = candidate.get("hpo_score")
    return 1.0 if score is None else value.phenotype_floor + (1 - value.phenotype_floor) * float(score)


def _decision(change: Row, candidate: Row, value: Value) -> float:
    decision = (change["decision"] or "").partition(":")[0]
    if decision == "set_aside":
        return value.set_aside if silenced(change, candidate) else 1.0
    # What is retained is known; that it goes is not.
    known = decision in _KNOWN and change["change"] not in (DOWNGRADED, VANISHED)
    return value.decided if known else value.no_diagnosis_yet


def _fits(rule: AlertRule, change: Row, candidate: Row, total: float) -> bool:
    """Whether a change meets every word of a rule."""
    causes = set((change["cause"] or "").split(","))
    decision = (change["decision"] or "").partition(":")[0]
    pathogenic = clinvar_level(candidate) == _PATHOGENIC_WITH_STAR
    checks = (
        not rule.change or change["change"] in rule.change,
        not rule.shelf or earned_shelf(candidate) in rule.shelf,
        not rule.acmg or candidate.get("acmg_class") in rule.acmg,
        not rule.cause or bool(causes & set(rule.cause)),
        rule.clinvar_pathogenic is None or rule.clinvar_pathogenic is pathogenic,
        rule.diagnosis_at_stake is None or rule.diagnosis_at_stake is (decision in _KNOWN),
        total >= rule.value_min,
    )
    return all(checks)
