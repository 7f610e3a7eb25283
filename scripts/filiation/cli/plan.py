"""Say before anything starts what a run will need: jobs, core-hours, memory, disk, time, money.

Every run leaves what its jobs cost in logs/costs.tsv; --history names such tables, or the folders of earlier runs. The
working folder's own is always read. For a rule that none of them knows the defaults that ship stand in, and the plan
says so. Nothing is started.

Examples:
  filiation plan --config config/config.yaml
  filiation plan --config config/config.yaml --history ../run-2026-10 ../run-2026-11 --cores 64
  filiation plan --config config/config.yaml --profile slurm --cost-per-core-hour 0.02 --json plan.json
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation plan`."""
    parser.add_argument("--config", required=True, type=Path, help="configuration of the run")
    parser.add_argument("--directory", type=Path, default=Path(), help="working folder, as for `filiation run`")
    parser.add_argument("--profile", default="local", metavar="NAME|FOLDER", help="as for `filiation run`")
    parser.add_argument("--history", nargs="*", type=Path, default=[], metavar="PATH", help="costs of earlier runs")
    parser.add_argument(
        "--cores", type=int, default=os.cpu_count() or 1, help="cores that run at one time (default: this machine's)"
    )
    parser.add_argument("--cost-per-core-hour", type=float, metavar="PRICE", help="adds the money, in its currency")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the plan for programs")


def main(options: argparse.Namespace) -> int:
    """Plan, estimate, print."""
    import json
    from dataclasses import replace
    from functools import cache

    from filiation.cluster.costs import COSTS, default_costs, read_costs, source_bytes
    from filiation.cluster.estimate import History
    from filiation.cluster.plan import limits, make_plan, table_text
    from filiation.cluster.profile import load_profile
    from filiation.config import load_config
    from filiation.errors import ConfigError
    from filiation.io.files import atomic_text
    from filiation.workflow_command import snakemake_command
    from filiation.workflow_inputs import WorkflowInputs
    from filiation.workflow_plan import jobs_of_run

    if options.cores < 1:
        raise ConfigError(f"--cores {options.cores}", expected="1 or more", repair="give --cores 8")
    if options.cost_per_core_hour is not None and options.cost_per_core_hour < 0:
        raise ConfigError(f"--cost-per-core-hour {options.cost_per_core_hour}", expected="a price", repair="give 0.02")
    config_path, profile = options.config.resolve(), load_profile(options.profile)
    earlier = [path.resolve() for path in options.history]
    json_path = options.json.resolve() if options.json else None
    os.chdir(options.directory.resolve())
    inputs = WorkflowInputs(load_config(config_path))
    if COSTS.is_file():
        earlier.append(COSTS)
    command = snakemake_command(config_path, Path().resolve(), profile.of_rules)
    jobs = jobs_of_run(inputs, command, Path().resolve())
    if not profile.on_cluster:
        # One machine gives a job no more than it has.
        jobs = [replace(job, threads=min(job.threads, options.cores)) for job in jobs]
    plan = make_plan(
        jobs,
        History(read_costs(earlier), default_costs()),
        cache(lambda family, sample, unit: source_bytes(inputs.sheet, family, sample, unit)),
        cores=options.cores,
        at_once=limits(profile.settings) if profile.on_cluster else None,
        cost_per_core_hour=options.cost_per_core_hour,
    )
    print(table_text(plan))
    if json_path:
        with atomic_text(json_path) as sink:
            json.dump(plan.as_dict(), sink, indent=1, sort_keys=True)
            sink.write("\n")
    return 0
