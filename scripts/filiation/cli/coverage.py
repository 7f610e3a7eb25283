"""Depth of one sample over each contig, and the share of known bases at 10 and 20 reads or more.

Measured by mosdepth where it runs; otherwise counted here, slower, with the same result. Bases that are N in
the reference do not count.

Examples:
  filiation coverage --reads results/FAM/alignment/child.cram --sample child \\
      --reference results/reference/genome.fa --threads 4 --output results/FAM/quality/child.coverage.tsv
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--reads", required=True, help="the sample's CRAM")
    parser.add_argument("--sample", required=True, help="sample id")
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument("--threads", type=int, default=1, help="threads (default: 1)")
    parser.add_argument("--output", required=True, help="table coverage/1 to write")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.coverage import coverage

    coverage(options.reads, options.sample, options.reference, max(1, options.threads), options.output)
    return 0
