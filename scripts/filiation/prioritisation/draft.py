"""One record on one gene while it is judged, and what the judgement may draw on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from filiation.acmg.criterion import Criterion
from filiation.calls.consequences import Consequence
from filiation.calls.structural import StructuralCall
from filiation.evidence.fields import GeneEffect
from filiation.model.inheritance import CompoundPhase, Inheritance, PhaseEvidence
from filiation.model.pedigree import Family
from filiation.panels.load import OFF_PANEL, Panel
from filiation.prioritisation.depth import DepthBaseline
from filiation.prioritisation.evidence import Evidence
from filiation.prioritisation.imprinting import ImprintedGene
from filiation.prioritisation.known_genes import GeneBook, KnownGene
from filiation.prioritisation.penetrance import Penetrance
from filiation.scoring.model import ScoringModel

COMPOUND = Inheritance.COMPOUND_HETEROZYGOUS
# Terms of a change inside the RNA itself, not up- or downstream of it.
RNA_TERMS = ("non_coding_transcript_exon_variant", "mature_miRNA_variant")


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
    known: KnownGene = field(default_factory=lambda: KnownGene(""))
    criteria: list[Criterion] = field(default_factory=list)
    acmg_class: str = ""

    @property
    def effect(self) -> GeneEffect | None:
        """The effect on the gene by its clinical transcript; None where `annotate` wrote none."""
        if self.consequence is None:
            return None
        facts = self.evidence.facts
        return facts.of_gene(self.consequence.gene) or facts.of_gene(self.consequence.gene_id)

    @property
    def term(self) -> str:
        """Sequence Ontology term on the transcript that is shown, '' without annotation."""
        if self.effect is not None:
            return self.effect.term
        return self.consequence.term if self.consequence else ""

    @property
    def gene_id(self) -> str:
        """Gene id of the annotation (Ensembl), '' where it gives none; csq names genes by symbol alone."""
        if self.consequence is not None and self.consequence.gene_id:
            return self.consequence.gene_id
        return self.effect.gene_id if self.effect is not None else ""

    @property
    def in_disease_rna(self) -> bool:
        """Whether the change lies in an RNA whose gene makes ill as an RNA."""
        effect = self.effect
        return effect is not None and effect.snrna_disease_gene and effect.term in RNA_TERMS

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
    genes: GeneBook = field(default_factory=GeneBook)

    def tier_of(self, symbol: str, gene_id: str = "") -> str:
        """Tier of a gene on the panel, under whatever name the annotation gives it."""
        gene = self.genes.of(symbol, gene_id).panel_gene if self.genes.panel else None
        if gene is None:
            return self.panel.tier_of(symbol) if self.panel and not self.genes.panel else OFF_PANEL
        return gene.tier
