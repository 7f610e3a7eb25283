"""How long does `filiation annotate` take for the survivors of one genome?

A simulated genome of three contigs with genes on both strands, gene models in Ensembl's form, 20,000 records of one
child spread over it, and a CADD-like table that is as dense as the real one (three lines for each base) in the tabix
windows that are asked. The time is that of the whole step: bcftools csq, transcripts, HGVS names by two engines, and
the look-ups.

    python benchmarks/annotation_speed.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pysam

from filiation.calls.annotate import annotate_calls
from filiation.evidence.collect import EvidenceSources
from filiation.evidence.scores import ScoreFile
from filiation.io.indexed import write_indexed_table
from filiation.io.tools import run_tool

CONTIGS = ("1", "2", "3")
EXONS, EXON, INTRON = 8, 150, 2_000
WINDOW = 16_384
DENSE_WINDOWS = 60


def write_genome(path: Path, length: int, rng: np.random.Generator) -> dict[str, str]:
    """Random bases, one line a contig."""
    genome = {contig: "".join(rng.choice(list("ACGT"), length)) for contig in CONTIGS}
    path.write_text("".join(f">{contig}\n{bases}\n" for contig, bases in genome.items()))
    pysam.faidx(str(path))
    return genome


def write_models(path: Path, length: int, genes: int) -> None:
    """Genes at equal distances; every second one on the minus strand; the first exon is half untranslated."""
    lines = ["##gff-version 3"]
    for contig in CONTIGS:
        for number in range(genes):
            start = 10_000 + number * ((length - 20_000) // genes)
            name, strand = f"9{contig}{number:06d}", "+-"[number % 2]
            end = start + EXONS * EXON + (EXONS - 1) * INTRON
            kind = f"biotype=protein_coding;Name=G{name}"
            lines.append(f"{contig}\tb\tgene\t{start + 1}\t{end}\t.\t{strand}\t.\tID=gene:ENSG{name};{kind}")
            lines.append(
                f"{contig}\tb\tmRNA\t{start + 1}\t{end}\t.\t{strand}\t.\tID=transcript:ENST{name};"
                f"Parent=gene:ENSG{name};{kind};tag=MANE_Select;version=1"
            )
            parent = f"Parent=transcript:ENST{name}"
            for exon in range(EXONS):
                left = start + exon * (EXON + INTRON)
                place = f"{left + 1}\t{left + EXON}\t.\t{strand}"
                lines.append(f"{contig}\tb\texon\t{place}\t.\t{parent}")
                lines.append(f"{contig}\tb\tCDS\t{place}\t0\t{parent};protein_id=ENSP{name};version=1")
    path.write_text("".join(f"{line}\n" for line in lines))


def dense_windows(length: int) -> list[int]:
    """First base (0-based) of the windows that the table is dense in."""
    step = length // DENSE_WINDOWS
    return [number * step // WINDOW * WINDOW for number in range(1, DENSE_WINDOWS)]


def cadd_lines(genome: dict[str, str], length: int) -> Iterator[str]:
    """Three lines for each base of the dense windows of the first contig."""
    yield "## CADD-like, simulated"
    yield "#Chrom\tPos\tRef\tAlt\tRawScore\tPHRED"
    for window in dense_windows(length):
        for place in range(window, min(window + WINDOW, length)):
            ref = genome["1"][place]
            for alt in "ACGT".replace(ref, ""):
                yield f"1\t{place + 1}\t{ref}\t{alt}\t0.123456\t{place % 400 / 10:.3f}"


def write_calls(path: Path, genome: dict[str, str], length: int, records: int, rng: np.random.Generator) -> None:
    """Substitutions and some short deletions; a third of them in the dense windows."""
    windows = dense_windows(length)
    places = {contig: set(map(int, rng.integers(1000, length - 1000, records // 3))) for contig in CONTIGS}
    places["1"] = {int(rng.choice(windows)) + int(rng.integers(WINDOW - 10)) for _ in range(records // 3)}
    lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={contig},length={length}>" for contig in CONTIGS)]
    lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tCHILD")
    for contig in CONTIGS:
        for place in sorted(places[contig]):
            bases = genome[contig][place : place + 3]
            short = place % 6 == 0
            ref = bases if short else bases[0]
            alt = bases[0] if short else "ACGT"["ACGT".index(bases[0]) - 1]
            lines.append(f"{contig}\t{place + 1}\t.\t{ref}\t{alt}\t.\t.\t.\tGT\t0/1")
    text = path.with_suffix(".vcf")
    text.write_text("".join(f"{line}\n" for line in lines))
    run_tool(["bcftools", "view", "--no-version", "-Ob", "-o", path, text], purpose="pack the calls")


def measure(records: int, length: int, genes: int) -> dict[str, float]:
    """Seconds of the step, and what it did."""
    rng = np.random.default_rng(20)
    with tempfile.TemporaryDirectory(prefix="annotation-speed-") as name:
        folder = Path(name)
        genome = write_genome(folder / "genome.fa", length, rng)
        write_models(folder / "genes.gff3", length, genes)
        write_indexed_table(folder / "cadd.tsv.gz", cadd_lines(genome, length))
        write_calls(folder / "calls.bcf", genome, length, records, rng)
        found: dict[str, float] = {}
        for label, scores in (("without_scores", ()), ("with_cadd", (("c", "cadd", "cadd.tsv.gz"),))):
            files = [ScoreFile(one, kind, str(folder / path)) for one, kind, path in scores]
            start = time.perf_counter()
            counts = annotate_calls(
                folder / "calls.bcf",
                folder / "annotated.bcf",
                consequences="csq",
                reference=folder / "genome.fa",
                genes_gff3=folder / "genes.gff3",
                sources=EvidenceSources(scores=files),
            )
            found[f"seconds_{label}"] = round(time.perf_counter() - start, 2)
            found |= {"records": counts.counts["records_in"], "on_a_gene": counts.counts["with_consequence"]}
        share = next(row for row in counts.shares if row["source"] == "cadd")
        return {**found, "with_a_score": share["found"]}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2,000 records on a tenth of the genome")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    figures = measure(2_000, 2_000_000, 60) if options.quick else measure(20_000, 20_000_000, 600)
    for name, value in figures.items():
        print(f"{name}\t{value}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
