"""Which genes can an annotation show, and which genes of a list can it therefore never report?

A gene that the gene models (GFF3) do not hold, or hold on a contig that the genome lacks, gets no consequence: nothing
found in it does not mean that nothing is there. Such a gene is listed as not analysable, never left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from filiation.errors import InputError
from filiation.genes.table import Gene, GeneTable
from filiation.io.files import open_text, require_file
from filiation.model.contigs import bare_name

_GENE_TYPES = frozenset({"gene", "ncRNA_gene", "pseudogene"})
_HGNC = re.compile(r"HGNC:(?:HGNC:)?([1-9]\d*)")
_NAME = re.compile(r"(?:^|;)(?:Name|gene|gene_name)=([^;]+)")
_ENSEMBL = re.compile(r"(?:^|;)(?:ID=gene:|gene_id=)(ENSG\d{11})")


@dataclass(frozen=True)
class AnnotatedGenes:
    """The genes that gene models hold: by HGNC id where it is known, and every name as it is written there.

    `elsewhere` are HGNC ids that stand only on contigs which the genome does not have; `unidentified` counts the gene
    features whose HGNC id could not be found (most have none).
    """

    hgnc_ids: frozenset[str]
    names: frozenset[str]
    elsewhere: frozenset[str] = frozenset()
    unidentified: int = 0


@dataclass(frozen=True)
class NotAnalysable:
    """One gene of a list that the annotation cannot report, and why."""

    gene: Gene
    reason: str


def hgnc_id_of(attributes: str, table: GeneTable) -> str | None:
    """HGNC id of a gene feature: the one it states, else by its Ensembl id, else by its name."""
    if stated := _HGNC.search(unquote(attributes)):
        gene = table.by_id(f"HGNC:{stated.group(1)}")
        if gene:
            return gene.hgnc_id
    if ensembl := _ENSEMBL.search(attributes):
        gene = table.by_ensembl_id(ensembl.group(1))
        if gene:
            return gene.hgnc_id
    if name := _NAME.search(attributes):
        found = table.resolve(unquote(name.group(1)))
        if found.gene:
            return found.gene.hgnc_id
    return None


def read_annotated_genes(gff3: str | Path, table: GeneTable, contigs: Iterable[str] | None = None) -> AnnotatedGenes:
    """The genes of a GFF3 (Ensembl or RefSeq); `contigs` are those of the genome, all when it is None.

    InputError when the file has no gene feature at all.
    """
    source = require_file(gff3, "gene models (GFF3)")
    known = None if contigs is None else {bare_name(contig) for contig in contigs}
    here: set[str] = set()
    elsewhere: set[str] = set()
    names: set[str] = set()
    unidentified = 0
    with open_text(source) as handle:
        for line in handle:
            if line.startswith("##FASTA"):
                break
            # Every type of gene ends so; of the millions of lines of a genome few are split.
            if "gene\t" not in line or line.startswith("#"):
                continue
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != 9 or fields[2] not in _GENE_TYPES:
                continue
            on_genome = known is None or bare_name(fields[0]) in known
            hgnc_id = hgnc_id_of(fields[8], table)
            if hgnc_id is None:
                unidentified += 1
            else:
                (here if on_genome else elsewhere).add(hgnc_id)
            if on_genome and (name := _NAME.search(fields[8])):
                names.add(unquote(name.group(1)))
    if not (here or names or elsewhere or unidentified):
        raise InputError(
            "no gene feature",
            where=str(source),
            expected="GFF3 with features gene, ncRNA_gene or pseudogene",
            repair="use the GFF3 of Ensembl for this build",
        )
    return AnnotatedGenes(frozenset(here), frozenset(names), frozenset(elsewhere - here), unidentified)


def analysable(
    genes: Iterable[Gene], gff3_genes: AnnotatedGenes | Set[str]
) -> tuple[tuple[Gene, ...], tuple[NotAnalysable, ...]]:
    """The genes that the annotation can report, and those that it cannot, each with the reason.

    `gff3_genes` are the genes of the gene models, or a plain set of names: by names alone a gene is found under its
    approved symbol or a former one.
    """
    shown: list[Gene] = []
    lost: list[NotAnalysable] = []
    for gene in genes:
        if not isinstance(gff3_genes, AnnotatedGenes):
            present = not gff3_genes.isdisjoint((gene.symbol, *gene.previous))
            reason = "not in the gene models"
        else:
            present = gene.hgnc_id in gff3_genes.hgnc_ids or gene.symbol in gff3_genes.names
            reason = "not in the gene models"
            if gene.hgnc_id in gff3_genes.elsewhere:
                reason = "only on a contig that the genome does not have"
        if present:
            shown.append(gene)
        else:
            lost.append(NotAnalysable(gene, reason))
    return tuple(shown), tuple(lost)
