"""Show the version of every tool and package, and what is missing.

One line per external program, bcftools plugin, htslib and Python package: what was found and where, the
oldest version that was tried, what it is needed for, and a verdict:
  OK          found, recent enough
  WARN        works with a limit, which is named below the table
  MISSING     no run is possible; the way to get it is named below the table; exit code 1
  not needed  only one option needs it, or another program does its work

Examples:
  filiation doctor
  filiation doctor --json > doctor.json
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation doctor`."""
    parser.add_argument("--json", action="store_true", help="write the findings as JSON instead of a table")


def main(options: argparse.Namespace) -> int:
    """Print the findings; 1 when something that every run needs is missing."""
    import json

    from filiation.doctor import as_records, examine, is_ready, table

    findings = examine(_cache_folder)
    print(json.dumps(as_records(findings), indent=2) if options.json else table(findings))
    return 0 if is_ready(findings) else 1


def _cache_folder() -> Path | None:
    from filiation.kernels._jit import cache_folder

    return cache_folder()
