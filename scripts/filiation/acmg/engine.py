"""Which ACMG/AMP criteria does a variant meet, and what class would their points alone give?

Every criterion of the guideline is answered, in one of four states, with the value that decided it. The sum is a
proposal for the biologist: criteria that only humans can judge are listed with what is known, and count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from filiation.acmg.computation import bp3, bp4, bp7, pm4, pp2, pp3
from filiation.acmg.criterion import Criterion, Finding, State, not_evaluable
from filiation.acmg.evidence import VariantEvidence
from filiation.acmg.family import pm3, pm6, ps2
from filiation.acmg.null_variant import pvs1
from filiation.acmg.population import ba1, bs1, bs2, pm2
from filiation.acmg.protein_index import ProteinIndex, pm5, ps1
from filiation.acmg.table import AcmgTable, CriterionEntry, Decided

Rule = Callable[[VariantEvidence, AcmgTable], Finding]


def _no_source(words: str) -> Rule:
    return lambda evidence, table: not_evaluable(words)


_RULES: dict[str, Rule] = {
    "PVS1": pvs1,
    "PS2": ps2,
    "PM1": _no_source("no source of hot spots and critical domains"),
    "PM2": pm2,
    "PM3": pm3,
    "PM4": pm4,
    "PM6": pm6,
    "PP2": pp2,
    "PP3": pp3,
    "BA1": ba1,
    "BS1": bs1,
    "BS2": bs2,
    "BP1": _no_source("no source of genes in which truncation alone makes ill"),
    "BP3": bp3,
    "BP4": bp4,
    "BP7": bp7,
}


def classify_variant(evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None = None) -> list[Criterion]:
    """Every criterion of the table, in the order of the guideline.

    index : ClinVar by change of protein; None: PS1 and PM5 cannot be judged.
    """
    found = []
    for entry in table.criteria.values():
        finding = _judge(entry, evidence, table, index)
        strength = (finding.strength or entry.strength) if finding.state is State.MET else ""
        points = table.points_of(entry.code, strength) if strength else 0
        found.append(Criterion(entry.code, finding.state, points, finding.value, strength, entry.strength))
    return found


def _judge(entry: CriterionEntry, evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None) -> Finding:
    """The answer of one criterion."""
    if entry.decided is Decided.NOT_USED:
        return not_evaluable("not used: it repeats a verdict without its evidence (ClinGen SVI 2018)")
    if entry.decided is Decided.FOR_HUMANS:
        return Finding(State.FOR_HUMANS, _what_is_known(entry.code, evidence) or entry.meaning)
    if evidence.mitochondrial:
        return not_evaluable("mitochondrial genome: its own rules apply (McCormick et al. 2020)")
    if entry.code in ("PS1", "PM5"):
        return (ps1 if entry.code == "PS1" else pm5)(evidence, table, index)
    return _RULES[entry.code](evidence, table)


def _what_is_known(code: str, evidence: VariantEvidence) -> str:
    """What a human who judges a criterion will want to see, '' when there is nothing."""
    if code in ("PP1", "BS4"):
        return evidence.relatives
    if code == "PP4" and evidence.hpo_score is not None:
        return f"phenotype similarity {evidence.hpo_score:.2f} {evidence.hpo_text}".strip()
    if code == "BP2" and evidence.partners:
        return "second variant: " + ", ".join(
            f"{partner.key} ({'trans proven' if partner.trans_proven else 'phase not proven'})"
            for partner in evidence.partners
        )
    return ""


def total_points(criteria: Iterable[Criterion]) -> int:
    """Sum of the points of the criteria that are met."""
    return sum(criterion.points for criterion in criteria)


def proposed_class(criteria: Sequence[Criterion], table: AcmgTable) -> str:
    """Class that the criteria alone would give, for a human to judge; BA1 alone is benign."""
    if any(criterion.name == "BA1" and criterion.state is State.MET for criterion in criteria):
        return "benign"
    return table.proposed_class(total_points(criteria))


def criteria_text(criteria: Iterable[Criterion]) -> str:
    """The column acmg_criteria: `label:state:points:why` separated by |."""
    return "|".join(criterion.text for criterion in criteria)
