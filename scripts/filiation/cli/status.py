"""Show how far each family is: stages done, running, failed with the likely cause, and when the run will end.

Reads the working folder alone; the run need not be at work. ✓ done, … running, ✗ failed, · waiting.

Examples:
  filiation status --config config/config.yaml
  filiation status --config config/config.yaml --history ../run-2026-10 --cores 64
  filiation status --config config/config.yaml --html status.html --no-eta
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation status`."""
    parser.add_argument("--config", required=True, type=Path, help="configuration of the run")
    parser.add_argument("--directory", type=Path, default=Path(), help="working folder, as for `filiation run`")
    parser.add_argument("--history", nargs="*", type=Path, default=[], metavar="PATH", help="as for `filiation plan`")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="cores that run at one time")
    parser.add_argument("--no-eta", action="store_true", help="do not plan the rest: faster for hundreds of families")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the table as one static page")


def main(options: argparse.Namespace) -> int:
    """Read, print; 1 when a job of the run has failed."""
    from filiation.cluster.status import counts, family_statuses, members_of, shared_failures, table_text
    from filiation.cluster.status_page import status_page
    from filiation.config import load_config
    from filiation.io.files import atomic_text
    from filiation.io.sheet import load_sheets
    from filiation.workflow_run import is_at_work

    config_path = options.config.resolve()
    html = options.html.resolve() if options.html else None
    options.history = [path.resolve() for path in options.history]
    os.chdir(options.directory.resolve())
    sheet = load_sheets(load_config(config_path))
    directory, alive = Path().resolve(), is_at_work(Path())
    families, from_calls = members_of(sheet)
    statuses = family_statuses(directory, families, alive=alive, starts_from_calls=from_calls)
    shared = shared_failures(directory)
    footer = ", ".join(f"{number} {state}" for state, number in counts(statuses).items() if number)
    footer = f"{len(statuses)} families: {footer}; " + ("a run is at work" if alive else "no run is at work")
    if not options.no_eta and any(status.state != "done" for status in statuses):
        footer += f"; {_rest(options, config_path)}"
    print(table_text(statuses, shared, footer))
    if html:
        with atomic_text(html) as sink:
            sink.write(status_page(statuses, shared, footer))
    return 1 if shared or any(status.failures for status in statuses) else 0


def _rest(options: argparse.Namespace, config_path: Path) -> str:
    """`about 3 h 20 of work are left`, or why that is not known."""
    from dataclasses import replace
    from functools import cache

    from filiation.cluster.costs import COSTS, default_costs, read_costs, source_bytes
    from filiation.cluster.estimate import History
    from filiation.cluster.plan import duration, make_plan
    from filiation.config import load_config
    from filiation.workflow_command import snakemake_command
    from filiation.workflow_inputs import WorkflowInputs
    from filiation.workflow_plan import jobs_of_run

    earlier = [*options.history, *([COSTS] if COSTS.is_file() else [])]
    if not earlier:
        return "no costs of an earlier run: give --history for the time that is left"
    inputs, folder = WorkflowInputs(load_config(config_path)), Path().resolve()
    jobs = [
        replace(job, threads=min(job.threads, options.cores))
        for job in jobs_of_run(inputs, snakemake_command(config_path, folder), folder)
    ]
    if not jobs:
        return "nothing is left to do"
    size_of = cache(lambda family, sample, unit: source_bytes(inputs.sheet, family, sample, unit))
    plan = make_plan(jobs, History(read_costs(earlier), default_costs()), size_of, cores=options.cores)
    doubt = f" (limits of {', '.join(plan.guessed)} counted in full)" if plan.guessed else ""
    return f"{plan.jobs} jobs left, about {duration(plan.wall_seconds)} on {options.cores} cores{doubt}"
