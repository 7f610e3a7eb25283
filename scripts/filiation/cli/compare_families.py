"""Compare the fingerprints of all families of a run: exchanged tubes, one person in two families, related families.

`filiation quality --fingerprint` writes a fingerprint for each family. Unrelated families give no row. Two
fingerprints of one family (an earlier run and this one) must show the same persons. Ends with 2 when a row is FAIL
and no reason to continue is given for one of its families; the table is written all the same.

Examples:
  filiation compare-families --fingerprints results/*/quality/*.fingerprint.tsv --output results/run/families.tsv
  filiation compare-families --fingerprints FAM1.fingerprint.tsv old/FAM1.fingerprint.tsv --output again.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation compare-families`."""
    parser.add_argument("--fingerprints", required=True, nargs="+", metavar="TSV", help="tables fingerprint/1")
    parser.add_argument("--thresholds", metavar="YAML", help="thresholds (default: the newest quality-*.yaml)")
    parser.add_argument(
        "--override",
        nargs=2,
        action="append",
        default=[],
        metavar=("FAMILY", "REASON"),
        help="why a FAIL that concerns this family does not stop the run",
    )
    parser.add_argument("--no-stop-on-fail", action="store_true", help="end with 0 in spite of a FAIL")
    parser.add_argument("--output", required=True, metavar="TSV", help="table families/1")


def main(options: argparse.Namespace) -> int:
    """Compare, write, and stop on a FAIL without a reason."""
    from filiation.config import RESOURCES
    from filiation.errors import InputError
    from filiation.io.tables import write_table
    from filiation.model.columns import FAMILIES
    from filiation.quality.fingerprint import compare_all, read_fingerprint
    from filiation.quality.thresholds import load_thresholds, newest_thresholds

    thresholds = load_thresholds(options.thresholds or newest_thresholds(RESOURCES / "scoring"))
    found = [read_fingerprint(path) for path in options.fingerprints]
    rows, apart = compare_all(found, thresholds)
    pairs = len(found) * (len(found) - 1) // 2
    header = {
        "fingerprints": str(len(found)),
        "compared": f"{pairs - apart} of {pairs} pairs of families; the others read other parts of the genome",
        "thresholds": f"{thresholds.name} sha256:{thresholds.checksum}",
    }
    reasons = {family: " ".join(reason.split()) for family, reason in options.override if reason.strip()}
    for family, reason in sorted(reasons.items()):
        header[f"override_reason_{family}"] = reason
    write_table(options.output, FAMILIES, rows, header)
    failed = [row for row in rows if row["verdict"] == "FAIL"]
    for row in rows:
        if row["verdict"] != "OK":
            print(f"  {row['verdict']} {row['meaning']}", file=sys.stderr)
    print(f"compare-families: {header['compared']}; {len(failed)} FAIL", file=sys.stderr)
    open_rows = [row for row in failed if not {row["first_family"], row["second_family"]} & set(reasons)]
    if open_rows and not options.no_stop_on_fail:
        raise InputError(
            "; ".join(dict.fromkeys(str(row["meaning"]) for row in open_rows)),
            where=options.output,
            expected="families that share nobody, each with its own samples",
            repair="correct the sheet; to continue all the same, give one of the families a reason under "
            "quality.override_reasons in config.yaml (option --override FAMILY REASON)",
        )
    return 0
