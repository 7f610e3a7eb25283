"""Is every member who the sheet says, are the data good enough, and what is homozygous or from one parent?

Reads the unscreened, normalised calls of one family, of any structure, and writes one row for each check and
sample with its verdict: OK, WARN, FAIL, or UNKNOWN where there is not enough data to say. A FAIL (wrong
parent, wrong sex) is written and printed; the command still ends with 0, and the workflow stops before the
report.
Thresholds: resources/scoring/quality-<version>.yaml, each with its meaning and source.

Examples:
  filiation quality --pedigree results/FAM/FAM.ped --variants results/FAM/normalised/FAM.bcf \\
      --output results/FAM/quality/FAM.quality.tsv --segments results/FAM/quality/FAM.segments.tsv
  filiation quality --pedigree FAM.ped --variants FAM.bcf --assembly GRCh38 \\
      --coverage child.coverage.tsv father.coverage.tsv mother.coverage.tsv \\
      --output FAM.quality.tsv --segments FAM.segments.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation quality`."""
    parser.add_argument("--pedigree", required=True, metavar="PED", help="PED file of the family")
    parser.add_argument(
        "--variants", required=True, metavar="BCF", help="normalised calls of the family, before the screen"
    )
    parser.add_argument(
        "--assembly",
        choices=("auto", "GRCh38", "GRCh37", "other"),
        default="auto",
        help="build, for the pseudoautosomal regions; auto reads it from the contig lengths (default: auto)",
    )
    parser.add_argument("--pseudoautosomal-bed", metavar="BED", help="pseudoautosomal regions of another assembly")
    parser.add_argument(
        "--coverage",
        nargs="*",
        default=[],
        metavar="TSV",
        help="coverage tables of the members; without them depth is taken at variant sites (the rows say so)",
    )
    parser.add_argument(
        "--thresholds",
        metavar="YAML",
        help="thresholds (default: the newest resources/scoring/quality-*.yaml)",
    )
    parser.add_argument("--output", required=True, metavar="TSV", help="table quality/1")
    parser.add_argument("--segments", required=True, metavar="TSV", help="table segments/1")
    parser.add_argument("--profile", metavar="TSV", help="table profile/1: depth and allele balance along the genome")


def main(options: argparse.Namespace) -> int:
    """Run the checks and print how many rows have each verdict, and every FAIL and WARN."""
    from filiation.config import RESOURCES
    from filiation.quality.assess import assess_quality
    from filiation.quality.thresholds import newest_thresholds
    from filiation.quality.verdict import Verdict

    rows = assess_quality(
        options.pedigree,
        options.variants,
        options.output,
        options.segments,
        options.thresholds or newest_thresholds(RESOURCES / "scoring"),
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
        coverage=options.coverage,
        profile_output=options.profile,
    )
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    print("quality: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()), file=sys.stderr)
    for row in rows:
        if row.verdict in (Verdict.FAIL, Verdict.WARN):
            print(f"  {row.verdict} {row.check} {row.sample}: {row.meaning} ({row.observed})", file=sys.stderr)
    return 0
