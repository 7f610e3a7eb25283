"""One record on one gene while it is judged, and what the judgement may draw on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from filiation.calls.consequences import Consequence
from filiation.calls.structural import StructuralCall
from filiation.model.inheritance import CompoundPhase, Inheritance, PhaseEvidence
from filiation.model.pedigree import Family
from filiation.panels.load import Panel
from filiation.prioritisation.depth import DepthBaseline
from filiation.prioritisation.evidence import Evidence
from filiation.prioritisation.imprinting import ImprintedGene
from filiation.prioritisation.penetrance import Penetrance
from filiation.scoring.model import ScoringModel

COMPOUND = Inheritance.COMPOUND_HETEROZYGOUS


@dataclass(frozen=True)
class Partner:
    """The other half of a compound pair: its name, whether it lies in trans, and what says so."""

    key: str
    phase: CompoundPhase
    evidence: PhaseEvidence

    @property
    def text(self) -> str:
        """`trans_proven:parents`."""
        return f"{self.phase.word}:{self.evidence.word}"


@dataclass
class Draft:
    """One record on one gene, before the rank is known."""

    evidence: Evidence
    consequence: Consequence | None
    patterns: dict[Inheritance, str]
    partners: list[Partner] = field(default_factory=list)
    # Pairs that were looked at and do not lie in trans.
    rejected: list[Partner] = field(default_factory=list)
    pattern: Inheritance = COMPOUND
    status: str = "possible"
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def gene(self) -> str:
        """Gene symbol, its id where it has no symbol, '' without annotation."""
        return (self.consequence.gene or self.consequence.gene_id) if self.consequence else ""

    @property
    def score(self) -> float:
        """Sum of the components."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Context:
    """What a family's drafts are judged with: its members, the model, the panel, and the optional tables."""

    family: Family
    model: ScoringModel
    panel: Panel | None = None
    penetrance: Penetrance = field(default_factory=Penetrance)
    imprinted: dict[str, ImprintedGene] = field(default_factory=dict)
    segments: tuple[dict[str, Any], ...] = ()
    structural: tuple[StructuralCall, ...] = ()
    depth: DepthBaseline = field(default_factory=lambda: DepthBaseline({}))
