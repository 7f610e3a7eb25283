"""Read configuration, sheets, PED and every input file, and list every fault at once.

Nothing is written (but the table of --output), no index is made, no network is used. Every fault names the
file, the line or record, the sample, what was expected and the repair. Ends with 0 when a run can begin, with
2 when there are faults. FASTQ and VCF files of 200 MB and more are read in part; BAM and CRAM by header,
first reads and end of file. --deep reads FASTQ, VCF and BAM to the end and compares every checksum.

Examples:
  filiation check --config config/config.yaml
  filiation check --config config/config.yaml --deep --output results/run/check.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--config", required=True, help="config.yaml; paths in it are relative to this folder")
    parser.add_argument("--deep", action="store_true", help="read every file to its end")
    parser.add_argument("--output", help="table to write: one row per file and fault")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.checks.everything import check_everything
    from filiation.errors import FaultList

    report = check_everything(options.config, deep=options.deep, progress=_tell)
    if options.output:
        report.write(options.output)
    if report.faults:
        raise FaultList(report.faults)
    print("\n".join(report.summary()))
    return 0


def _tell(text: str) -> None:
    print(f"filiation check: {text}", file=sys.stderr)
