"""Build the aligner's index of the reference, unless a complete one is there already.

Examples:
  filiation index-reference --reference results/reference/genome.fa --output results/reference/aligner.txt
  filiation index-reference --reference results/reference/genome.fa --aligner bwa \\
      --output results/reference/aligner.txt
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument(
        "--aligner",
        choices=["auto", "bwa", "bwa-mem2"],
        default="auto",
        help="auto takes bwa-mem2 where it is on PATH, else bwa (default: auto)",
    )
    parser.add_argument("--output", required=True, help="text file that names the aligner used, written last")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.alignment import index_reference

    index_reference(options.reference, options.aligner, options.output)
    return 0
