"""Call a family's small variants jointly in one interval.

All samples are called together and diploid everywhere. FORMAT holds GT, AD, DP, GQ and PL for both callers.
The interval is called with a margin that is thrown away again, so that the calls do not depend on the cuts.

Examples:
  filiation call --caller bcftools --reads child.cram father.cram mother.cram \\
      --reference results/reference/genome.fa --interval intervals/1.bed --output calls/1.bcf
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "--caller", choices=["bcftools", "freebayes"], default="bcftools", help="caller (default: bcftools)"
    )
    parser.add_argument("--reads", required=True, nargs="+", metavar="CRAM", help="one indexed CRAM per sample")
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument("--interval", required=True, help="BED of split-regions; may be empty")
    parser.add_argument("--output", required=True, help="BCF to write")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.calling import call_interval

    records = call_interval(options.caller, options.reads, options.reference, options.interval, options.output)
    print(f"{records} records", file=sys.stderr)
    return 0
