"""What is known of a candidate's gene, before its variant: identity, panel, constraint, diseases, phenotype."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from filiation.acmg.evidence import GeneEvidence
from filiation.genes.table import GeneTable, Resolution
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.panels.load import Panel, PanelGene
from filiation.phenotype.match import GeneMatch, PhenotypeMatcher

# Best first; a link that no curator graded stands between limited and disputed.
VALIDITIES = ("definitive", "strong", "moderate", "supportive", "limited")
AGAINST = ("disputed", "refuted", "no known disease relationship")

DOMINANT = (
    Inheritance.DE_NOVO,
    Inheritance.PARENTAL_MOSAIC,
    Inheritance.DOMINANT_INHERITED,
    Inheritance.DOMINANT_UNKNOWN_ORIGIN,
)
RECESSIVE = (Inheritance.AUTOSOMAL_RECESSIVE, Inheritance.COMPOUND_HETEROZYGOUS)


class FactsOfGenes(Protocol):
    """Facts per gene, by the names of the candidates' columns; `evidence.gene_facts.GeneFacts` is one."""

    def of(self, hgnc_id: str | None, symbol: str) -> Mapping[str, Any]:
        """Column name → value, None where unknown."""


@dataclass(frozen=True)
class DiseaseLink:
    """One disease of a gene with its mode of inheritance and the validity of the link; '' is unknown."""

    disease: str
    modes: frozenset[str]
    validity: str
    source: str


@dataclass(frozen=True)
class KnownGene:
    """One gene of the annotation. hgnc_id, name_status: '' without a table of genes; panel_gene: None off the panel."""

    symbol: str
    hgnc_id: str = ""
    name_status: str = ""
    panel_gene: PanelGene | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    match: GeneMatch | None = None

    @property
    def links(self) -> tuple[DiseaseLink, ...]:
        """Diseases of the gene, as the facts list them."""
        return parse_links(str(self.facts.get("gene_disease_validity") or ""))

    @property
    def modes(self) -> frozenset[str] | None:
        """Modes of inheritance of its diseases, by the facts, else by the panel; None when nobody says."""
        graded = [link for link in self.links if link.validity not in AGAINST]
        found = frozenset(mode for link in graded for mode in link.modes)
        if found:
            return found
        return parse_modes(self.panel_gene.inheritance) or None if self.panel_gene else None

    @property
    def validity(self) -> str:
        """Best validity of its links, in small letters; '' without any that is graded."""
        words = {link.validity for link in self.links}
        return next((word for word in VALIDITIES if word in words), "")

    @property
    def refuted(self) -> bool:
        """Whether every link to a disease is disputed or refuted."""
        return bool(self.links) and all(link.validity in AGAINST for link in self.links)

    def number(self, column: str) -> float | None:
        """A fact that is a number."""
        value = self.facts.get(column)
        return None if value is None else float(value)

    @property
    def acmg(self) -> GeneEvidence:
        """The same for the ACMG/AMP engine."""
        return GeneEvidence(
            symbol=self.symbol,
            loeuf=self.number("loeuf"),
            pli=self.number("pli"),
            missense_z=self.number("missense_z"),
            haploinsufficiency=str(self.facts.get("clingen_haploinsufficiency") or ""),
            modes=self.modes,
            validity=self.validity,
        )


def parse_links(text: str) -> tuple[DiseaseLink, ...]:
    """The column gene_disease_validity: `id:name:mode:validity:source` separated by |; id and name may hold colons."""
    links = []
    for item in filter(None, text.split("|")):
        disease, mode, validity, source = (["", "", "", ""] + item.rsplit(":", 3))[-4:]
        links.append(DiseaseLink(disease, parse_modes(mode), validity.strip(" .").lower(), source))
    return tuple(links)


_MODE_WORDS = {
    "AD": "AD",
    "AR": "AR",
    "XL": "XL",
    "XLD": "XL",
    "XLR": "XL",
    "MT": "MT",
    "SD": "AD",
    "autosomal dominant": "AD",
    "autosomal recessive": "AR",
    "semidominant": "AD",
    "x-linked": "XL",
    "x-linked dominant": "XL",
    "x-linked recessive": "XL",
    "mitochondrial": "MT",
}


def parse_modes(text: str) -> frozenset[str]:
    """Modes of a cell such as `AD/AR`, `AD, AR` or `Autosomal dominant`; words that name no mode are left out."""
    parts = (part.strip() for part in text.replace(",", "/").replace(";", "/").split("/"))
    found = (_MODE_WORDS.get(part) or _MODE_WORDS.get(part.lower()) for part in parts)
    return frozenset(mode for mode in found if mode)


def fits_modes(pattern: Inheritance, modes: frozenset[str], contig_class: ContigClass) -> bool:
    """Whether an inheritance class is what a mode of inheritance predicts."""
    if contig_class is ContigClass.X:
        return "XL" in modes
    if pattern is Inheritance.MITOCHONDRIAL or contig_class is ContigClass.MITOCHONDRIAL:
        return "MT" in modes
    if pattern in DOMINANT:
        return "AD" in modes
    return pattern in RECESSIVE and "AR" in modes


class GeneBook:
    """Every gene that the annotation names, looked up once.

    Any of the sources may be missing: the panel, HGNC's table, the facts, the patient's phenotype.
    """

    def __init__(
        self,
        panel: Panel | None = None,
        table: GeneTable | None = None,
        facts: FactsOfGenes | None = None,
        phenotype: PhenotypeMatcher | None = None,
    ) -> None:
        self.panel, self._table, self._facts, self._phenotype = panel, table, facts, phenotype
        self._known: dict[tuple[str, str], KnownGene] = {}
        self._identities: dict[tuple[str, str], tuple[str, str, str]] = {}

    def of(self, symbol: str, gene_id: str = "") -> KnownGene:
        """What is known of a gene, by the symbol and the Ensembl id of the annotation; either may be ''."""
        key = (symbol, gene_id)
        if key not in self._known:
            self._known[key] = self._look_up(symbol, gene_id)
        return self._known[key]

    def on_panel(self, symbol: str, gene_id: str = "") -> bool:
        """Whether the panel holds the gene; asked of every annotated record, so that nothing else is looked up."""
        if self.panel is None:
            return False
        key = (symbol, gene_id)
        if key not in self._identities:
            self._identities[key] = self._identity(symbol, gene_id)
        return self.panel.gene_of(symbol, self._identities[key][0]) is not None

    def _look_up(self, symbol: str, gene_id: str) -> KnownGene:
        hgnc_id, status, name = self._identity(symbol, gene_id)
        panel_gene = self.panel.gene_of(symbol, hgnc_id) if self.panel else None
        hgnc_id = hgnc_id or (panel_gene.hgnc_id if panel_gene else "")
        facts = self._facts.of(hgnc_id or None, name) if self._facts and name else {}
        match = self._phenotype.of_gene(name, hgnc_id or None) if self._phenotype and name else None
        return KnownGene(symbol, hgnc_id, status, panel_gene, facts, match)

    def _identity(self, symbol: str, gene_id: str) -> tuple[str, str, str]:
        """(HGNC id, status of the name, symbol of today); an Ensembl id decides where the symbol alone does not."""
        if self._table is None or not (symbol or gene_id):
            return "", "", symbol
        found = self._table.resolve(symbol) if symbol else Resolution("", "unknown", None, ())
        gene = found.gene if found.status == "approved" else None
        if gene is None and gene_id.startswith("ENSG"):
            gene = self._table.by_ensembl_id(gene_id.partition(".")[0])
        gene = gene or found.gene
        if gene is None:
            return "", "ambiguous" if found.status == "ambiguous" else "unknown", symbol
        if gene.symbol == symbol:
            return gene.hgnc_id, "approved", symbol
        step = found.status if found.status in ("previous", "alias") else "previous"
        return gene.hgnc_id, f"{step}:{gene.symbol}", gene.symbol
