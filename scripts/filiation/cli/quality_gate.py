"""Stop a family whose quality checks failed, unless a reason to continue is given, and record that reason.

Ends with 2, and writes nothing, when a check of the table is FAIL and there is no reason. Otherwise writes the
table gate/1: no row when nothing failed, else each failed check, with the reason in the header. What follows in the
workflow (candidates, report, archive) waits for this table.

Examples:
  filiation quality-gate --quality results/FAM/quality/FAM.quality.tsv --output results/FAM/quality/FAM.gate.tsv
  filiation quality-gate --quality FAM.quality.tsv --override-reason 'father is the adoptive father' \\
      --output FAM.gate.tsv
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation quality-gate`."""
    parser.add_argument("--quality", required=True, metavar="TSV", help="table quality/1 of the family")
    parser.add_argument("--override-reason", default="", metavar="TEXT", help="why a FAIL does not stop the family")
    parser.add_argument("--no-stop-on-fail", action="store_true", help="go on in spite of a FAIL, without a reason")
    parser.add_argument("--output", required=True, metavar="TSV", help="table gate/1")


def main(options: argparse.Namespace) -> int:
    """Judge the table and write the gate."""
    from filiation.io.tables import read_table, write_table
    from filiation.model.columns import GATE, QUALITY
    from filiation.model.gate import check_gate, failed_checks

    table = read_table(options.quality, QUALITY)
    if not options.no_stop_on_fail:
        check_gate(table.rows, options.override_reason, options.quality)
    failed = failed_checks(table.rows)
    header = {key: value for key, value in table.header.items() if key in ("family", "thresholds")}
    header["gate"] = "passed" if not failed else "overridden" if options.override_reason.strip() else "not enforced"
    if failed and options.override_reason.strip():
        header["override_reason"] = " ".join(options.override_reason.split())
    names = GATE.names
    write_table(options.output, GATE, ({name: row[name] for name in names} for row in failed), header)
    return 0
