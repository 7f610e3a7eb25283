"""Merge a sample's units, mark duplicates within each library, write the sample's CRAM and its index.

No record is removed. The metrics table counts reads, mapped reads and duplicates.

Examples:
  filiation mark-duplicates --input child.lane1.bam child.lane2.bam --sample child \\
      --reference results/reference/genome.fa --threads 4 --output results/FAM/alignment/child.cram \\
      --metrics results/FAM/alignment/child.alignment.tsv
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--input", required=True, nargs="+", metavar="BAM", help="the sample's units, from align")
    parser.add_argument("--sample", required=True, help="sample id; units of another sample stop")
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument("--threads", type=int, default=1, help="threads (default: 1)")
    parser.add_argument("--output", required=True, help="CRAM to write, with .crai beside it")
    parser.add_argument("--metrics", required=True, help="table alignment/1 to write")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.duplicates import mark_duplicates

    mark_duplicates(
        units=options.input,
        sample=options.sample,
        reference=options.reference,
        threads=max(1, options.threads),
        output=options.output,
        metrics=options.metrics,
    )
    return 0
