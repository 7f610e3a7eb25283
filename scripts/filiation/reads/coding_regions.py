"""Which bases of a gene must be read? Coding exons of its first transcript, ten bases of splice site on each side.

The transcript is MANE Select where the gene models mark one, then the canonical one of Ensembl, then the one with
the longest coding part (of equal ones the first by id). A gene without a coding part (RNU4-2) counts by its exons.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from filiation.io.files import open_text, require_file

# Bases of intron that count with each exon: donor, acceptor and the start of the polypyrimidine tract.
SPLICE_BASES = 10
_CODING = "CDS"
_EXON = "exon"


@dataclass(frozen=True)
class Exon:
    """One exon's part that counts: 0-based, half-open, splice bases included; `number` of `total` along the gene."""

    number: int
    total: int
    start: int
    end: int


@dataclass(frozen=True)
class GeneRegions:
    """The bases of one gene that must be read."""

    symbol: str
    hgnc_id: str
    chrom: str
    transcript: str
    coding: bool
    exons: tuple[Exon, ...]


@dataclass
class _Transcript:
    """A transcript while the file is read."""

    gene: str
    name: str
    tags: frozenset[str]
    parts: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {_CODING: [], _EXON: []})

    def rank(self) -> tuple[bool, bool, int, int]:
        """Which transcript stands for the gene: the largest rank."""
        lengths = [sum(end - start for start, end in self.parts[kind]) for kind in (_CODING, _EXON)]
        return "MANE_Select" in self.tags, "Ensembl_canonical" in self.tags, lengths[0], lengths[1]


@dataclass
class _Gene:
    symbol: str
    hgnc_id: str
    chrom: str
    reverse: bool
    transcripts: list[_Transcript] = field(default_factory=list)


def gene_regions(gff3: str | Path, wanted: Collection[tuple[str, str]]) -> list[GeneRegions]:
    """The regions of the genes asked for, as (symbol, HGNC id or ''), in order; one without a model is left out.

    A gene is found by the HGNC id in its description, else by its symbol. gff3 : Ensembl style, as prepare-reference
    writes it.
    """
    by_id = {hgnc_id for _, hgnc_id in wanted if hgnc_id}
    by_symbol = {symbol for symbol, _ in wanted}
    genes: dict[str, _Gene] = {}
    transcripts: dict[str, _Transcript] = {}
    with open_text(require_file(gff3, "gene models (GFF3)")) as handle:
        for line in handle:
            if line.startswith("##FASTA"):
                break
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) == 9 and not line.startswith("#"):
                _take(fields, genes, transcripts, by_id, by_symbol)
    found = {gene.hgnc_id: gene for gene in genes.values() if gene.hgnc_id}
    named = {gene.symbol: gene for gene in genes.values()}
    regions = []
    for symbol, hgnc_id in wanted:
        gene = found.get(hgnc_id) or named.get(symbol)
        if gene is not None and gene.transcripts:
            regions.append(_regions(gene, symbol, hgnc_id))
    return regions


def _attribute(attributes: str, name: str) -> str:
    """One attribute of a GFF3 line, '' without it."""
    match = re.search(rf"(?:^|;){name}=([^;]*)", attributes)
    return match[1] if match else ""


def _take(
    fields: list[str],
    genes: dict[str, _Gene],
    transcripts: dict[str, _Transcript],
    by_id: set[str],
    by_symbol: set[str],
) -> None:
    """One line of the gene models: a gene that is asked for, a transcript of it, or a part of that."""
    attributes = fields[8]
    identifier, parent = _attribute(attributes, "ID"), _attribute(attributes, "Parent")
    if identifier.startswith("gene:"):
        match = re.search(r"Acc:(HGNC:\d+)", attributes)
        hgnc_id = match[1] if match else ""
        symbol = _attribute(attributes, "Name")
        if hgnc_id in by_id or symbol in by_symbol:
            genes[identifier] = _Gene(symbol, hgnc_id, fields[0], fields[6] == "-")
    elif identifier.startswith("transcript:") and parent in genes:
        name = identifier.removeprefix("transcript:")
        version = _attribute(attributes, "version")
        transcript = _Transcript(
            parent,
            f"{name}.{version}" if version else name,
            frozenset(_attribute(attributes, "tag").split(",")),
        )
        genes[parent].transcripts.append(transcript)
        transcripts[identifier] = transcript
    elif fields[2] in (_CODING, _EXON) and parent in transcripts:
        transcripts[parent].parts[fields[2]].append((int(fields[3]) - 1, int(fields[4])))


def _regions(gene: _Gene, symbol: str, hgnc_id: str) -> GeneRegions:
    """The exons of a gene's first transcript."""
    best = max(sorted(gene.transcripts, key=lambda transcript: transcript.name), key=_Transcript.rank)
    coding = bool(best.parts[_CODING])
    every = sorted(best.parts[_EXON] or best.parts[_CODING], reverse=gene.reverse)
    numbers = {span: number for number, span in enumerate(every, 1)}

    def number_of(start: int, end: int) -> int:
        return next((number for (first, last), number in numbers.items() if first <= start and end <= last), 0)

    exons = tuple(
        Exon(number_of(start, end), len(every), max(0, start - SPLICE_BASES), end + SPLICE_BASES)
        for start, end in sorted(best.parts[_CODING] if coding else every)
    )
    return GeneRegions(symbol, hgnc_id or gene.hgnc_id, gene.chrom, best.name, coding, exons)
