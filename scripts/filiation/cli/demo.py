"""Simulate the built-in trio and run the whole chain on it, from FASTQ to the report.

The family is invented: a boy with intellectual disability and his parents, a genome of 1.3 Mb under Ensembl
contig names, 30x 2x150 reads, eleven planted variants whose expected outcome is in data/truth.tsv. All
outputs are labelled « données simulées ». A second call simulates nothing and goes on where the first one
stopped.

Examples:
  filiation demo
  filiation demo --directory /scratch/demo --cores 8
  filiation demo --simulate-only --seed 7 --directory demo-7
  filiation demo --caller freebayes --directory demo-freebayes
"""

from __future__ import annotations

import argparse
from pathlib import Path

from filiation.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation demo`."""
    parser.add_argument(
        "--directory",
        type=Path,
        default=Path("demo"),
        help="folder to make, data and results (default: demo)",
    )
    parser.add_argument("--cores", type=int, default=2, help="cores for simulation and workflow (default: 2)")
    parser.add_argument("--seed", type=int, help="another seed gives another family (default: 2025)")
    parser.add_argument("--simulate-only", action="store_true", help="write data and configuration, then stop")
    parser.add_argument(
        "--caller", choices=["bcftools", "freebayes"], default="bcftools", help="caller of the small variants"
    )


def main(options: argparse.Namespace) -> int | None:
    """Simulate, then run the workflow; the last line printed is the path of the report."""
    if options.cores < 1:
        raise ConfigError(f"--cores {options.cores}", expected="1 or more", repair="give --cores 2")
    if options.seed is not None and options.seed < 0:
        raise ConfigError(f"--seed {options.seed}", expected="0 or more", repair="give --seed 1")
    from filiation.demo.files import FAMILY
    from filiation.demo.settings import DEFAULT_SEED, Settings
    from filiation.demo.simulate import simulate

    settings = Settings(seed=DEFAULT_SEED if options.seed is None else options.seed)
    directory = options.directory
    config = simulate(directory, settings, caller=options.caller, threads=options.cores)
    if options.simulate_only:
        print(config)
        return 0

    from filiation.config import load_config
    from filiation.io.sheet import load_sheets
    from filiation.workflow_run import run_workflow

    sheet = load_sheets(load_config(config), directory)
    code = run_workflow(config.resolve(), directory.resolve(), options.cores, sheet=sheet)
    if code == 0:
        print(directory / "results" / FAMILY / "report" / f"{FAMILY}.rcp.html")
    return code
