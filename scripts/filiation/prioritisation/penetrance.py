"""In which genes may a healthy relative carry a dominant or X-linked allele, and which patterns follow from it?

Genes are listed by symbol; `all` lists every gene, `panel` every gene of the family's own panel, and `panel:NAME` the
same in families of the pre-indication NAME. The screen works position by position and does not know the gene: once
any gene is listed it keeps what reduced penetrance could explain. Here, with the gene known, the patterns of every
other gene go back to full penetrance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from filiation.model.inheritance import Inheritance, Status
from filiation.model.pedigree import Family
from filiation.panels.load import Panel
from filiation.prioritisation.evidence import Evidence
from filiation.scoring.model import ScoringModel
from filiation.scoring.segregation import patterns_of

EVERY_GENE, EVERY_PANEL = "all", "panel"


@dataclass(frozen=True)
class Penetrance:
    """Genes whose penetrance is reduced; `everywhere`: all of them. panels : `panel` and `panel:NAME` as listed."""

    genes: frozenset[str] = frozenset()
    everywhere: bool = False
    panels: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> Penetrance:
        """From gene symbols, and the words `all`, `panel` and `panel:NAME`."""
        listed = {name.strip() for name in names if name.strip()}
        panels = {name for name in listed if name.partition(":")[0] == EVERY_PANEL}
        return cls(frozenset(listed - panels - {EVERY_GENE}), EVERY_GENE in listed, frozenset(panels))

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.genes or self.panels)

    def with_panel(self, panel: Panel | None) -> Penetrance:
        """The same, with the genes of the family's panel where it is listed."""
        if panel is None or not self.panels & {EVERY_PANEL, f"{EVERY_PANEL}:{panel.pre_indication}"}:
            return self
        return dataclasses.replace(self, genes=self.genes | set(panel.genes))

    def reduced_in(self, gene: str) -> bool:
        """Whether a gene is listed."""
        return self.everywhere or gene in self.genes


def screen_model(model: ScoringModel, penetrance: Penetrance) -> ScoringModel:
    """The model with which the screen keeps what reduced penetrance could explain, in whatever gene it lies."""
    if not penetrance:
        return model
    return dataclasses.replace(model, threshold={**model.threshold, "reduced_penetrance": 1.0})


def patterns_in_gene(
    evidence: Evidence, gene: str, penetrance: Penetrance, family: Family, model: ScoringModel
) -> dict[Inheritance, str]:
    """The patterns that remain for a record in one gene: full penetrance unless the gene is listed.

    A parental mosaic stays: a parent with the allele in a part of the cells may be healthy at any penetrance.
    """
    if not penetrance:
        return dict(evidence.patterns)
    if not penetrance.reduced_in(gene):
        strict = patterns_of(evidence.states, evidence.contig_class, family, model, reduced_penetrance=False)
        possible = Status.POSSIBLE.value
        return {
            name: possible if possible in (status, strict.get(name)) else status
            for name, status in evidence.patterns.items()
            if name in strict or name is Inheritance.PARENTAL_MOSAIC
        }
    found = dict(evidence.patterns)
    name = Inheritance.DOMINANT_INHERITED
    rare = (evidence.population_af or 0.0) <= model.threshold["max_frequency_dominant"]
    if name not in found and rare:
        open_to = patterns_of(evidence.states, evidence.contig_class, family, model, reduced_penetrance=True)
        if name in open_to:
            found[name] = Status.POSSIBLE.value
    return found
