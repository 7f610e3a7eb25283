"""Candidates as they stand before the rank: `draft("missense_variant", pattern=…)`, judged and scored on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builders.trio import ranking, scoring_model
from filiation.calls.clinvar import ClinVarEntry
from filiation.calls.consequences import Consequence
from filiation.evidence.fields import GeneEffect, VariantFacts
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import CompoundPhase, Inheritance, PhaseEvidence
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.prioritisation.acmg_evidence import judge_all
from filiation.prioritisation.draft import Context, Draft, Partner
from filiation.prioritisation.evidence import Evidence, MemberCall
from filiation.prioritisation.known_genes import KnownGene
from filiation.prioritisation.rank import components
from filiation.prioritisation.ranking import Ranking

FAMILY = Family(
    "FAM",
    (
        Member("CHILD", Role.PROBAND, Sex.FEMALE, Affection.AFFECTED),
        Member("FATHER", Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
        Member("MOTHER", Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
    ),
)
RANKING = ranking()
CONTEXT = Context(FAMILY, scoring_model())
PATHOGENIC = ClinVarEntry("Pathogenic", "criteria_provided,_single_submitter", "1")

RECORD = Evidence(
    chrom="1",
    pos=100,
    ref="A",
    alt="G",
    contig_class=ContigClass.AUTOSOME,
    caller_filter="PASS",
    consequences=[],
    annotated=True,
    calls={"CHILD": MemberCall("0/1", 15, 15, 30, 99)},
    patterns={},
    states=(2, 0, 0),
    posterior=1.0,
    rungs=("PL", "PL", "PL"),
    weak_proband=False,
    population_af=None,
    population_source="not_annotated",
    population_homozygotes=None,
    population_hemizygotes=None,
    clinvar=None,
    clinvar_state="not_annotated",
)


def draft(
    term: str = "missense_variant",
    *,
    pattern: Inheritance = Inheritance.DE_NOVO,
    status: str = "supported",
    gene: str = "GENE",
    known: KnownGene | None = None,
    facts: VariantFacts | None = None,
    effect: GeneEffect | None = None,
    **changes: Any,
) -> Draft:
    """One candidate; changes : fields of its record."""
    facts = facts or VariantFacts()
    if effect is not None:
        facts = replace(facts, genes=(effect,))
    record = replace(RECORD, facts=facts, patterns={pattern: status}, **changes)
    consequence = Consequence(gene, "", term, "T", "", "") if term else None
    found = Draft(record, consequence, {pattern: status}, pattern=pattern, status=status)
    found.known = known or KnownGene(gene)
    return found


def in_trans(first: Draft, second: Draft) -> tuple[Draft, Draft]:
    """Two candidates as a proven pair."""
    for half, other in ((first, second), (second, first)):
        half.partners.append(Partner(other.evidence.key, CompoundPhase.TRANS_PROVEN, PhaseEvidence.PARENTS))
    return first, second


def scored(drafts: list[Draft], with_ranking: Ranking = RANKING) -> list[Draft]:
    """The candidates with their criteria and the parts of their score."""
    judge_all(drafts, CONTEXT, with_ranking)
    for item in drafts:
        item.parts = components(item, with_ranking)
    return drafts
