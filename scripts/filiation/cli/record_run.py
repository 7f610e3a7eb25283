"""Write down what exactly is run: the configuration, and the version of everything that shapes a result.

The configuration is written with all defaults filled in. The versions table (versions/1) names Filiation,
Python and its packages, every external tool found, the scoring model, the quality thresholds, the panels that
the sheet uses, and the files that config.yaml names, each with its SHA-256 (above 4 GiB: of their index).
Its header gives the day, UTC, or the day of SOURCE_DATE_EPOCH where that is set.

Examples:
  filiation record-run --config config/config.yaml \\
      --output-config results/run/config.yaml --output-versions results/run/versions.tsv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation record-run`."""
    parser.add_argument("--config", type=Path, required=True, help="the configuration of the run")
    parser.add_argument("--output-config", type=Path, required=True, help="receives the merged configuration")
    parser.add_argument("--output-versions", type=Path, required=True, help="receives the versions table")


def main(options: argparse.Namespace) -> None:
    """Read configuration and sheets, write both files."""
    from filiation.config import load_config
    from filiation.io.sheet import load_sheets
    from filiation.run_record import htslib_warnings, record_run, software_rows

    config = load_config(options.config)
    sheet = load_sheets(config)
    record_run(config, sheet, Path(), options.output_config, options.output_versions)
    for warning in htslib_warnings(software_rows()):
        print(f"record-run: warning: {warning}", file=sys.stderr)
