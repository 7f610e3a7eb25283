"""Where do genes lie, and where are their exons? From gene models (GFF3) or a BED of exons with gene names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import open_text, require_file
from filiation.model.contigs import bare_name

_ATTRIBUTE = re.compile(r"(?:^|;)\s*(ID|Parent|Name|gene_name|gene|gene_id)=([^;]+)")


@dataclass
class Gene:
    """One gene; 1-based, both ends included. contig : without `chr`. names : symbol and ids, in capitals."""

    symbol: str
    contig: str
    start: int
    end: int
    exons: list[tuple[int, int]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def holds(self, pos: int) -> bool:
        """Whether a position lies in the gene."""
        return self.start <= pos <= self.end

    def exon_between(self, start: int, end: int) -> bool:
        """Whether an interval touches an exon; the whole gene counts as one where exons are not known."""
        return any(first <= end and last >= start for first, last in self.exons or [(self.start, self.end)])


class Genes:
    """Genes by contig and by name."""

    def __init__(self, genes: list[Gene]) -> None:
        self._by_contig: dict[str, list[Gene]] = {}
        self._by_name: dict[str, list[Gene]] = {}
        for gene in genes:
            self._by_contig.setdefault(gene.contig, []).append(gene)
            for name in gene.names:
                self._by_name.setdefault(name, []).append(gene)

    def touching(self, contig: str, start: int, end: int) -> list[Gene]:
        """Genes that overlap an interval, 1-based, both ends included."""
        return [gene for gene in self._by_contig.get(bare_name(contig), []) if gene.start <= end and gene.end >= start]

    def named(self, name: str) -> list[Gene]:
        """Genes of a symbol or an id; several where the pseudoautosomal regions hold a copy each."""
        return self._by_name.get(name.upper(), [])

    @property
    def symbols(self) -> list[str]:
        """Every symbol."""
        return sorted({gene.symbol for genes in self._by_contig.values() for gene in genes})


def load_genes(path: str | Path) -> Genes:
    """Read GFF3 (Ensembl, GENCODE or NCBI), or BED with the gene's name in the fourth column, plain or gzip."""
    require_file(path, "gene models")
    lines = _lines(path)
    name = str(path).removesuffix(".gz").removesuffix(".bgz").lower()
    genes = _from_bed(lines) if name.endswith(".bed") else _from_gff(lines)
    if not genes:
        raise InputError(
            "no gene in the file",
            where=str(path),
            expected="GFF3 with gene features, or BED with the name of the gene in column 4 (.bed, .bed.gz)",
            repair="give the gene models that the calls were annotated with",
        )
    return Genes(genes)


def _lines(path: str | Path) -> Iterator[list[str]]:
    """Fields of each line with coordinates; InputError for a line whose coordinates are no numbers."""
    bed = str(path).removesuffix(".gz").removesuffix(".bgz").lower().endswith(".bed")
    first = 1 if bed else 3
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith("##FASTA"):
                return
            if line.startswith(("#", "track", "browser")) or not line.strip():
                continue
            fields = line.rstrip("\r\n").split("\t")
            wanted = 4 if bed else 9
            if len(fields) < wanted or not (fields[first].isdecimal() and fields[first + 1].isdecimal()):
                raise InputError(
                    f"{len(fields)} fields, start and end '{'-'.join(fields[first : first + 2])}'",
                    where=f"{path}, line {number}",
                    expected="contig, start, end, gene of a BED" if bed else "the nine fields of GFF3",
                    repair="correct the line; columns are separated by tabs",
                )
            yield fields


def _from_bed(lines: Iterator[list[str]]) -> list[Gene]:
    """Genes of a BED of exons (or of whole genes), 0-based and half-open in the file."""
    genes: dict[tuple[str, str], Gene] = {}
    for contig, start, end, symbol, *_ in lines:
        first, last = int(start) + 1, int(end)
        gene = genes.setdefault(
            (bare_name(contig), symbol), Gene(symbol, bare_name(contig), first, last, [], {symbol.upper()})
        )
        gene.start, gene.end = min(gene.start, first), max(gene.end, last)
        gene.exons.append((first, last))
    return list(genes.values())


def _from_gff(lines: Iterator[list[str]]) -> list[Gene]:
    """Genes of a GFF3; exons reach their gene by name, or through the Parent of their transcript."""
    genes: dict[str, Gene] = {}
    parent_of: dict[str, str] = {}
    exons: list[tuple[str, str, int, int]] = []
    for contig, _, kind, start, end, _, _, _, text, *_ in lines:
        attributes = dict(_ATTRIBUTE.findall(text))
        own, parent = attributes.get("ID", ""), attributes.get("Parent", "").split(",")[0]
        if kind == "exon":
            exons.append((bare_name(contig), parent, int(start), int(end)))
        elif kind.endswith("gene") or own.startswith("gene:"):
            symbol = _symbol(attributes)
            names = {symbol, attributes.get("gene_id", ""), own, own.partition(":")[2]}
            names |= {name.partition(".")[0] for name in names}
            upper = {name.upper() for name in names if name}
            genes[own or symbol] = Gene(symbol, bare_name(contig), int(start), int(end), [], upper)
        elif own and parent:
            parent_of[own] = parent
            if own.startswith("transcript:") and parent in genes:
                genes[parent].names.add(own.partition(":")[2].upper())
    for contig, parent, first, last in exons:
        gene = genes.get(parent_of.get(parent, parent))
        if gene is not None and gene.contig == contig:
            gene.exons.append((first, last))
    return list(genes.values())


def _symbol(attributes: Mapping[str, str]) -> str:
    """Symbol of a gene feature, its id where it has none."""
    found = attributes.get("gene_name") or attributes.get("Name") or attributes.get("gene")
    return found or attributes.get("gene_id") or attributes.get("ID", "").partition(":")[2]
