"""Write the JSON schemas, the commented default configuration and the reference tables of the documentation.

Needed only after a change of scripts/filiation/config.py or model/columns.py; a test tells when. It writes
workflow/schemas/{config,samples,units}.schema.yaml and config/config.yaml, and refreshes the generated tables
inside config/README.md and docs/outputs.md where these files exist.

Examples:
  filiation schemas --output-dir .
  filiation schemas --output-dir my-project      # a fresh commented config/config.yaml for a new project
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation schemas`."""
    parser.add_argument(
        "--output-dir",
        type=Path,
        required=True,
        help="folder that receives workflow/schemas/ and config/; the repository itself, as a rule",
    )


def main(options: argparse.Namespace) -> None:
    """Write the files and name them."""
    from filiation.schemas import write_all

    for path in write_all(options.output_dir):
        print(path)
