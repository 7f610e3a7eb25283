"""With which files is a family judged: those of its last analysis, those of a release, or some of each?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from filiation.acmg.protein_index import load_protein_index
from filiation.acmg.table import AcmgTable, load_acmg_table
from filiation.evidence.gene_facts import GeneFactFile, GeneFacts, load_gene_facts
from filiation.genes.table import GeneTable, load_gene_table
from filiation.io.files import sha256
from filiation.model.pedigree import Family
from filiation.panels.diff import RENAMED
from filiation.panels.diff import compare as compare_panels
from filiation.panels.load import Panel, load_panel
from filiation.phenotype.diseases import GeneDiseases, read_gene_diseases, shipped_gene_diseases
from filiation.phenotype.match import PhenotypeMatcher
from filiation.prioritisation.known_genes import GeneBook
from filiation.prioritisation.parentage import Parentage, parentage_of
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import RankWeights, load_rank_weights
from filiation.scoring.model import ScoringModel, load_scoring_model

# Loaded files are kept for the families that follow; a run over a country meets some tens of panels.
_KEPT = 64


@dataclass(frozen=True)
class Basis:
    """Files that a family is judged with, beside its records; None: not configured, for links of HPO: those that ship.

    gene_facts : (kind, file) of each.
    """

    scoring_model: Path
    rank_weights: Path
    acmg_table: Path
    gene_table: Path
    panel: Path | None = None
    hpo_gene_diseases: Path | None = None
    gene_facts: tuple[tuple[str, Path], ...] = ()
    clinvar_proteins: Path | None = None


@dataclass
class Tools:
    """What the files hold, read once in a process; keyed by path, as a release does not change while it is run."""

    similarities: dict[tuple[str, str], float] = field(default_factory=dict)
    _read: dict[tuple[str, str], Any] = field(default_factory=dict)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def _of(self, kind: str, path: Path, load: Callable[[Path], Any]) -> Any:
        key = (kind, str(path))
        if key not in self._read:
            if len(self._read) >= _KEPT:
                self._read.pop(next(iter(self._read)))
            self._read[key] = load(path)
        return self._read[key]

    def model(self, basis: Basis) -> ScoringModel:
        """Thresholds of the screen and of the rules."""
        found: ScoringModel = self._of("model", basis.scoring_model, load_scoring_model)
        return found

    def weights(self, basis: Basis) -> RankWeights:
        """Weights of the rank and rules of the shelves."""
        found: RankWeights = self._of("weights", basis.rank_weights, load_rank_weights)
        return found

    def acmg(self, basis: Basis) -> AcmgTable:
        """Table of the ACMG/AMP criteria."""
        found: AcmgTable = self._of("acmg", basis.acmg_table, load_acmg_table)
        return found

    def panel(self, basis: Basis) -> Panel | None:
        """Panel of the pre-indication."""
        found: Panel | None = None if basis.panel is None else self._of("panel", basis.panel, load_panel)
        return found

    def genes(self, basis: Basis) -> GeneTable:
        """HGNC's table."""
        found: GeneTable = self._of("genes", basis.gene_table, load_gene_table)
        return found

    def links(self, basis: Basis) -> GeneDiseases:
        """Links between genes and diseases."""
        if basis.hpo_gene_diseases is None:
            return shipped_gene_diseases()
        found: GeneDiseases = self._of("links", basis.hpo_gene_diseases, read_gene_diseases)
        return found

    def facts(self, basis: Basis) -> GeneFacts:
        """Facts of genes."""
        return _facts(basis.gene_facts)

    def changed_genes(self, old: Basis, new: Basis) -> frozenset[str]:
        """Names and HGNC ids of genes that came, went, moved tier or changed mode between two panels."""
        before, after = self.panel(old), self.panel(new)
        if before is None or after is None:
            return frozenset()
        key = ("changed", f"{old.panel} {new.panel}")
        if key not in self._read:
            changes = compare_panels(before, after)
            names = {name for change in changes for name in (change.symbol, change.hgnc_id) if name}
            self._read[key] = frozenset(names | {change.before for change in changes if change.change == RENAMED})
        found: frozenset[str] = self._read[key]
        return found

    def names_of(self, gene: str, basis: Basis) -> tuple[str, ...]:
        """A gene as its record names it, its symbol of today and its HGNC id."""
        if gene not in self._names:
            known = self.genes(basis).resolve(gene).gene
            self._names[gene] = (gene, known.symbol, known.hgnc_id) if known else (gene,)
        return self._names[gene]

    def ranking(
        self, basis: Basis, family: Family, quality: list[dict[str, Any]], genes: set[str], recheck: Mapping[Any, str]
    ) -> Ranking:
        """With what the family's candidates are judged. genes : symbols of its records, for the index of proteins."""
        table = self.genes(basis)
        matcher = PhenotypeMatcher(
            list(family.hpo_terms),
            genes=table,
            links=self.links(basis),
            similarities=self.similarities,
            where=f"HPO terms of family {family.name} in the archive",
        )
        proteins = basis.clinvar_proteins
        return Ranking(
            self.weights(basis),
            self.acmg(basis),
            GeneBook(self.panel(basis), table, self.facts(basis), matcher),
            parentage_of(family, quality) if quality else Parentage(),
            recheck,
            load_protein_index(proteins, genes) if proteins else None,
        )


@lru_cache(maxsize=4)
def _facts(files: tuple[tuple[str, Path], ...]) -> GeneFacts:
    return load_gene_facts([GeneFactFile(kind, str(path)) for kind, path in files])


@lru_cache(maxsize=1024)
def checksum(path: Path) -> str:
    """SHA-256 of a file, computed once in a process."""
    return sha256(path)
