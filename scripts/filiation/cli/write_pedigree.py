"""Write the PED file of one family from the sample sheets.

Six columns: family, sample, father, mother, sex (1 male, 2 female, 0 unknown), phenotype (2 affected,
1 unaffected, 0 unknown). Only members who were sequenced have a line; a parent who was not is 0.

Examples:
  filiation write-pedigree --config config/config.yaml --family FAM1 --output results/FAM1/FAM1.ped
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--config", required=True, help="config.yaml")
    parser.add_argument("--family", required=True, help="family id, as in samples.tsv")
    parser.add_argument("--output", required=True, help="PED file to write")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.config import load_config
    from filiation.errors import SheetError, nearest
    from filiation.io.ped import write_pedigree
    from filiation.io.sheet import load_sheets

    config = load_config(options.config)
    families = load_sheets(config).families
    if options.family not in families:
        raise SheetError(
            f"no family '{options.family}'",
            where=config.samples,
            expected=f"one of {', '.join(families)}",
            repair=nearest(options.family, list(families)) or "correct --family",
        )
    write_pedigree(options.output, families[options.family])
    return 0
