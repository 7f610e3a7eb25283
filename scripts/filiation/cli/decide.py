"""Take the decisions that the RCP d'aval entered in the report: check every line, write them as a table.

The page saves a file (button "save the decisions"); nothing leaves the browser otherwise. A decision on a variant that
is not in the report, on another family or on another report is refused.

Examples:
  filiation decide --candidates results/FAM1/prioritisation/FAM1.candidates.tsv --family FAM1 \\
      --date 2026-11-21 --participant biologist --participant geneticist \\
      --decisions FAM1.decisions.json --output results/FAM1/decisions/FAM1.decisions.tsv
  filiation decide --archive /data/archive --family FAM1 --date 2026-11-21 --participant biologist \\
      --decisions FAM1.decisions.json --classification chr2-166051977-C-T=likely_pathogenic \\
      --output results/FAM1/decisions/FAM1.decisions.tsv
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

ROLES = ("biologist", "interpreter", "geneticist", "bioinformatician", "genetic_counsellor", "prescriber")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation decide`."""
    parser.add_argument("--family", required=True, help="family id")
    parser.add_argument(
        "--candidates", metavar="TSV", help="candidates of the report decided on; default: those in the archive"
    )
    parser.add_argument("--decisions", required=True, metavar="JSON", help="file that the page saved")
    parser.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="date of the meeting")
    parser.add_argument(
        "--participant", action="append", default=[], choices=ROLES, help="role of a participant; no names"
    )
    parser.add_argument("--archive", metavar="FOLDER", help="archive that keeps the decisions too")
    parser.add_argument("--analysis", type=int, metavar="N", help="analysis decided on; default: the family's latest")
    parser.add_argument(
        "--classification",
        action="append",
        default=[],
        metavar="VARIANT=CLASS",
        help="class given in the meeting, kept in the archive; may be repeated",
    )
    parser.add_argument("--output", required=True, metavar="TSV", help="table decisions/1 to write")


def main(options: argparse.Namespace) -> int:
    """Check the file and write the table."""
    from datetime import date

    from filiation.archive.decisions import parse_classes, store_decisions
    from filiation.archive.store import open_archive
    from filiation.errors import ConfigError
    from filiation.io.tables import write_table
    from filiation.model.report_tables import DECISIONS
    from filiation.report.decisions import read_decisions
    from filiation.report.naming import run_name

    try:
        day = date.fromisoformat(options.date).isoformat()
    except ValueError:
        raise ConfigError(
            f"date {options.date!r}", where="--date", expected="YYYY-MM-DD", repair="correct it"
        ) from None
    if not options.archive and (options.classification or options.analysis or not options.candidates):
        raise ConfigError(
            "no archive is named",
            expected="--candidates TSV alone, or --archive with --analysis and --classification",
            repair="give --candidates or --archive",
        )
    classes = parse_classes(options.classification)
    candidates = _candidates(options)
    rows = read_decisions(options.decisions, options.family, candidates, run_name(options.family, candidates))
    roles = ";".join(dict.fromkeys(options.participant))
    rows = [row | {"date": day, "participants": roles or None} for row in rows]
    if options.archive:
        with open_archive(options.archive, write=True) as archive:
            store_decisions(archive, options.family, rows, classes=classes, analysis=options.analysis)
    write_table(options.output, DECISIONS, rows, {"family": options.family})
    print(f"decide: {len(rows)} decisions of {day}", file=sys.stderr)
    return 0


def _candidates(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Candidates of the report that was decided on, out of the table or out of the archive."""
    from filiation.archive.store import open_archive
    from filiation.io.tables import read_table
    from filiation.model.columns import CANDIDATES

    if options.candidates:
        return read_table(options.candidates, CANDIDATES).rows
    with open_archive(options.archive) as archive:
        return archive.table(options.family, CANDIDATES, options.analysis)
