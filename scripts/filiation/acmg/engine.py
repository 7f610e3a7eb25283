"""Which ACMG/AMP criteria does a variant meet, and what class would their points alone give?

Every criterion of the guideline is answered, in one of four states, with the value that decided it. The sum is a
proposal for the biologist: criteria that only humans can judge are listed with what is known, and count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from filiation.acmg.computation import bp3, bp4, bp7, pm4, pp2, pp3
from filiation.acmg.criterion import Criterion, Finding, State, not_evaluable, not_met
from filiation.acmg.evidence import VariantEvidence
from filiation.acmg.family import pm3, pm6, ps2
from filiation.acmg.hot_spot import bp1, pm1
from filiation.acmg.null_variant import pvs1
from filiation.acmg.population import ba1, bs1, bs2, pm2
from filiation.acmg.protein_index import ProteinIndex, pm5, ps1
from filiation.acmg.table import AcmgTable, CriterionEntry, Decided

Rule = Callable[[VariantEvidence, AcmgTable], Finding]
IndexRule = Callable[[VariantEvidence, AcmgTable, ProteinIndex | None], Finding]

_RULES: dict[str, Rule] = {
    "PVS1": pvs1,
    "PS2": ps2,
    "PM2": pm2,
    "PM3": pm3,
    "PM4": pm4,
    "PM6": pm6,
    "PP2": pp2,
    "PP3": pp3,
    "BA1": ba1,
    "BS1": bs1,
    "BS2": bs2,
    "BP3": bp3,
    "BP4": bp4,
    "BP7": bp7,
}
# Rules that ask ClinVar by change of protein.
_INDEX_RULES: dict[str, IndexRule] = {"PS1": ps1, "PM1": pm1, "PM5": pm5, "BP1": bp1}


def classify_variant(evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None = None) -> list[Criterion]:
    """Every criterion of the table, in the order of the guideline.

    index : ClinVar by change of protein; None: PS1, PM1, PM5 and BP1 cannot be judged.
    """
    findings = {code: _judge(entry, evidence, table, index) for code, entry in table.criteria.items()}
    _settle(findings, table)
    found = []
    for entry in table.criteria.values():
        finding = findings[entry.code]
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
    if entry.code in _INDEX_RULES:
        return _INDEX_RULES[entry.code](evidence, table, index)
    return _RULES[entry.code](evidence, table)


def _settle(findings: dict[str, Finding], table: AcmgTable) -> None:
    """Take out what would count twice, or against itself.

    PM1 and PP3 share what makes a place important: together they reach strong at most (Pejaver 2022). A place where
    missense changes are known to be pathogenic is no place for BP1.
    """
    pm1_strength, pp3_strength = (_strength_met(findings, code, table) for code in ("PM1", "PP3"))
    if table.hot_spot is not None and pm1_strength and pp3_strength:
        together = table.points_of("PM1", pm1_strength) + table.points_of("PP3", pp3_strength)
        if together > table.hot_spot.with_predictor_max:
            findings["PM1"] = not_met(f"{findings['PM1'].value}; counted in PP3, the two together are at most strong")
    against = [code for code in ("PS1", "PM1", "PM5") if findings[code].state is State.MET]
    if findings["BP1"].state is State.MET and against:
        findings["BP1"] = not_met(f"{findings['BP1'].value}; but {against[0]} is met")


def _strength_met(findings: dict[str, Finding], code: str, table: AcmgTable) -> str:
    """Strength at which a criterion is met, '' when it is not."""
    finding = findings[code]
    return (finding.strength or table.criteria[code].strength) if finding.state is State.MET else ""


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
