"""Align one unit's FASTQ pair: a sorted BAM with one read group, and as many reads as the FASTQ files hold.

Both FASTQ files are read through first: complete, in step, counted. The result does not depend on the number
of threads.

Examples:
  filiation align --fastq-1 lane1_R1.fastq.gz --fastq-2 lane1_R2.fastq.gz --sample child --unit lane1 \\
      --reference results/reference/genome.fa --aligner-file results/reference/aligner.txt --threads 8 \\
      --output child.lane1.bam
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--fastq-1", required=True, help="FASTQ of the first reads, plain or gzip")
    parser.add_argument("--fastq-2", required=True, help="FASTQ of the second reads, in the same order")
    parser.add_argument("--sample", required=True, help="sample id, becomes SM of the read group")
    parser.add_argument("--unit", required=True, help="lane or run; the read group is SAMPLE.UNIT")
    parser.add_argument("--library", help="library, within which duplicates are marked (default: the sample id)")
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument("--aligner-file", required=True, help="aligner.txt of index-reference")
    parser.add_argument("--threads", type=int, default=1, help="threads (default: 1)")
    parser.add_argument("--output", required=True, help="BAM to write")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.alignment import align, read_aligner

    reads = align(
        fastq_1=options.fastq_1,
        fastq_2=options.fastq_2,
        sample=options.sample,
        unit=options.unit,
        library=options.library,
        reference=options.reference,
        aligner=read_aligner(options.aligner_file),
        threads=max(1, options.threads),
        output=options.output,
    )
    print(f"{options.sample}.{options.unit}: {reads} reads aligned, none lost", file=sys.stderr)
    return 0
