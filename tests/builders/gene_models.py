"""A small genome with genes on both strands, as FASTA and Ensembl-style GFF3, and files of evidence for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from filiation.evidence.transcripts import Transcript
from filiation.io.indexed import write_indexed_table, write_indexed_vcf


def sequence(length: int, seed: int = 7) -> str:
    """Random bases."""
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


def put(genome: str, start: int, bases: str) -> str:
    """The genome with other bases from a 0-based start."""
    return genome[:start] + bases + genome[start + len(bases) :]


def transcript(
    exons: Iterable[tuple[int, int]],
    cds: Iterable[tuple[int, int]] = (),
    *,
    strand: str = "+",
    contig: str = "1",
    name: str = "ENST1",
    status: str = "other",
) -> Transcript:
    """A transcript by its intervals, 0-based and half-open."""
    parts = sorted(exons)
    return Transcript(
        name,
        "2",
        "GENE1",
        "ENSG1",
        contig,
        parts[0][0],
        parts[-1][1],
        strand,
        "protein_coding" if cds else "snRNA",
        status,
        parts,
        sorted(cds),
        "ENSP1.2" if cds else "",
    )


def gff3(transcripts: Iterable[Transcript], *, tags: dict[str, str] | None = None) -> str:
    """Gene models of some transcripts, in Ensembl's form, children before parents as Ensembl's sorted files have it."""
    lines, genes = [], {}
    for item in transcripts:
        where = f"{item.contig}\ttest"
        parent = f"Parent=transcript:{item.name}"
        for left, right in item.exons:
            lines.append(f"{where}\texon\t{left + 1}\t{right}\t.\t{item.strand}\t.\t{parent}")
        ordered = item.cds if item.strand == "+" else item.cds[::-1]
        done = 0
        for left, right in ordered:
            lines.append(
                f"{where}\tCDS\t{left + 1}\t{right}\t.\t{item.strand}\t{-done % 3}\t"
                f"ID=CDS:{item.protein.split('.')[0]};{parent};protein_id=ENSP1;version=2"
            )
            done += right - left
        tag = (tags or {}).get(item.name, "basic")
        lines.append(
            f"{where}\tmRNA\t{item.start + 1}\t{item.end}\t.\t{item.strand}\t.\tID=transcript:{item.name};"
            f"Parent=gene:{item.gene_id};biotype={item.biotype};tag={tag};version={item.version}"
        )
        start, end = genes.get(item.gene_id, (item.start, item.end, ""))[:2]
        genes[item.gene_id] = (min(start, item.start), max(end, item.end), item)
    for gene_id, (start, end, item) in genes.items():
        lines.append(
            f"{item.contig}\ttest\tgene\t{start + 1}\t{end}\t.\t{item.strand}\t.\tID=gene:{gene_id};"
            f"Name={item.gene};biotype={item.biotype};gene_id={gene_id}"
        )
    return "##gff-version 3\n" + "".join(f"{line}\n" for line in lines)


def write_cadd(path: Path, rows: Iterable[tuple[str, int, str, str, str]], *, build: str = "GRCh38") -> Path:
    """CADD: contig, position, ref, alt, PHRED."""
    lines = [f"## CADD {build}-v1.7 (c) test", "#Chrom\tPos\tRef\tAlt\tRawScore\tPHRED"]
    lines += [f"{chrom}\t{pos}\t{ref}\t{alt}\t0.1\t{phred}" for chrom, pos, ref, alt, phred in rows]
    write_indexed_table(path, lines)
    return path


def write_spliceai(path: Path, rows: Iterable[tuple[str, int, str, str, str]]) -> Path:
    """SpliceAI: contig, position, ref, alt, value of INFO/SpliceAI."""
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=1,length=3000>",
        '##INFO=<ID=SpliceAI,Number=.,Type=String,Description="SpliceAIv1.3.1 variant annotation">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    ]
    lines += [f"{chrom}\t{pos}\t.\t{ref}\t{alt}\t.\t.\tSpliceAI={value}" for chrom, pos, ref, alt, value in rows]
    write_indexed_vcf(path, lines)
    return path


def write_counts(path: Path, rows: Iterable[tuple[str, int, str, str, str]], fields: dict[str, str]) -> Path:
    """A VCF of counts: contig, position, ref, alt, INFO; fields : {INFO field: Number,Type}."""
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=1,length=3000>"]
    for name, kind in fields.items():
        number, type_ = kind.split(",")
        lines.append(f'##INFO=<ID={name},Number={number},Type={type_},Description="test">')
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    lines += [f"{chrom}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t{info}" for chrom, pos, ref, alt, info in rows]
    write_indexed_vcf(path, lines)
    return path
