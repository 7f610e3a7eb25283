"""Cut the reference (or the regions of a BED) into intervals for parallel calling.

Every base is in exactly one interval. Intervals hold about the same number of bases that are not N; cuts lie
at ends of contigs or in runs of N where one is near. One interval per output is written; the last are empty
files when there is less to cut than outputs.

Examples:
  filiation split-regions --reference results/reference/genome.fa --output intervals/1.bed intervals/2.bed
  filiation split-regions --reference results/reference/genome.fa --regions-bed exome.bed --output all.bed
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument("--regions-bed", help="call inside these regions only")
    parser.add_argument("--output", required=True, nargs="+", metavar="BED", help="one BED per interval")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.intervals import split_regions

    split_regions(options.reference, options.regions_bed, options.output)
    return 0
