"""Run the workflow for all families of the sheets: check, plan, progress, lock, resume.

First every input is checked (`filiation check`), then the plan is printed, then the steps run. The same command
again goes on where the last one stopped, after a crash or a `kill -9` too: finished steps are kept, unfinished
ones repeated. Plain `snakemake` on workflow/Snakefile works as well, without the check and the clean-up. At the end
those of `notify` in the configuration are told, in numbers only; nobody by default.

Examples:
  filiation run --config config/config.yaml --cores 8
  filiation run --config config/config.yaml --dry-run
  filiation run --config config/config.yaml --profile slurm
  filiation run --config config/config.yaml --profile /path/of/our/profile --cores 4
  filiation run --config config/config.yaml --cores 8 -- --until candidates
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filiation.config import RunConfig
    from filiation.io.sheet import SampleSheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation run`."""
    parser.add_argument("--config", required=True, type=Path, help="configuration of the run")
    parser.add_argument(
        "--directory",
        type=Path,
        default=Path(),
        help="working folder: sheets' paths and results/ are relative to it",
    )
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="cores of this machine (default: all)")
    parser.add_argument(
        "--profile",
        default="local",
        metavar="NAME|FOLDER",
        help="where jobs go: local (default), slurm, or a folder with a config.yaml of snakemake options",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    parser.add_argument("--no-check", action="store_true", help="do not read the input files before the run")
    parser.add_argument("snakemake", nargs="*", help="further options for snakemake, after --")


def main(options: argparse.Namespace) -> int:
    """Check, plan, run, and name the reports."""
    from filiation.cluster.profile import load_profile
    from filiation.config import load_config
    from filiation.workflow_inputs import WorkflowInputs
    from filiation.workflow_run import run_workflow

    config_path = options.config.resolve()
    profile = load_profile(options.profile)
    directory = options.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    os.chdir(directory)
    config = load_config(config_path)
    inputs = WorkflowInputs(config)
    sheet = inputs.sheet
    if not options.no_check:
        from filiation.checks.everything import check_everything
        from filiation.errors import FaultList

        faults = check_everything(str(config_path), deep=False, progress=lambda text: None).faults
        if faults:
            raise FaultList(faults)
    started, code = time.time(), 1
    try:
        code = run_workflow(
            config_path,
            directory,
            options.cores,
            options.snakemake,
            sheet=sheet,
            inputs=inputs,
            dry_run=options.dry_run,
            profile=profile,
        )
    except KeyboardInterrupt:
        code = 130
        raise
    finally:
        _tell_the_end(config, sheet, directory, code, started)
    if code == 0 and not options.dry_run:
        for family in sheet.families:
            page = directory / "results" / family / "report" / f"{family}.rcp.html"
            if page.is_file():
                print(page)
    sys.stdout.flush()
    return code


def _tell_the_end(config: RunConfig, sheet: SampleSheet, directory: Path, code: int, started: float) -> None:
    """Tell those of `notify`, when Snakemake worked at all since we started; a message that fails is only said."""
    from filiation.cluster.status import counts, family_statuses, members_of
    from filiation.notification import notify

    log = directory / "logs" / "run.log"
    asked = config.notify.email or config.notify.webhook_file
    # File systems stamp with a clock that is coarser than ours.
    if not asked or not log.is_file() or log.stat().st_mtime < started - 1:
        return
    families, from_calls = members_of(sheet)
    statuses = family_statuses(directory, families, alive=False, starts_from_calls=from_calls)
    for problem in notify(config.notify, counts(statuses), code=code, seconds=time.time() - started):
        print(f"filiation run: {problem}", file=sys.stderr)
