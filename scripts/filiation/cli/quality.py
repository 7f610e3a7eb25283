"""Is every member who the sheet says, are the data good enough, and what is homozygous or from one parent?

Reads the unscreened, normalised calls of one family, of any structure, and writes one row for each check and
sample with its verdict: OK, WARN, FAIL, or UNKNOWN where there is not enough data to say. A FAIL (exchanged
sample, wrong parent, wrong sex, foreign DNA) is written with what probably happened, and the command ends with 2,
unless --override-reason says why not. The workflow writes the tables with --no-stop-on-fail, and `filiation
quality-gate` stops the family after them.
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
        "--relatedness",
        nargs="*",
        default=[],
        metavar="TABLE",
        help="tables of other programs to compare with: somalier's .pairs.tsv, peddy's .ped_check.csv",
    )
    parser.add_argument(
        "--thresholds",
        metavar="YAML",
        help="thresholds (default: the newest resources/scoring/quality-*.yaml)",
    )
    parser.add_argument("--output", required=True, metavar="TSV", help="table quality/1")
    parser.add_argument("--segments", required=True, metavar="TSV", help="table segments/1")
    parser.add_argument("--profile", metavar="TSV", help="table profile/1: depth and allele balance along the genome")
    parser.add_argument("--fingerprint", metavar="TSV", help="table fingerprint/1, for `filiation compare-families`")
    parser.add_argument("--override-reason", default="", metavar="TEXT", help="why a FAIL does not end with 2")
    parser.add_argument("--no-stop-on-fail", action="store_true", help="end with 0 in spite of a FAIL")


def main(options: argparse.Namespace) -> int:
    """Run the checks and print how many rows have each verdict, and every FAIL and WARN."""
    from dataclasses import asdict

    from filiation.config import RESOURCES
    from filiation.model.gate import check_gate
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
        fingerprint_output=options.fingerprint,
        relatedness=options.relatedness,
    )
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    print("quality: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()), file=sys.stderr)
    for row in rows:
        if row.verdict in (Verdict.FAIL, Verdict.WARN):
            print(f"  {row.verdict} {row.check} {row.sample}: {row.meaning} ({row.observed})", file=sys.stderr)
    if not options.no_stop_on_fail:
        check_gate([asdict(row) for row in rows], options.override_reason, options.output)
    return 0
