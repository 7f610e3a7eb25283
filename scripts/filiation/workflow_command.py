"""With which command is Snakemake started, and which jobs does it say that it would start?"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from filiation.cluster.planned import PlannedJob, planned_jobs
from filiation.config import WORKFLOW
from filiation.errors import FiliationError
from filiation.workflow_progress import plan_problem

# Threads are cut to the cores that a plan is given: more than any node has, so that they stand as the rules say.
_ALL_THREADS = ("--dry-run", "--cores", "100000", "--nolock")


def snakemake_command(config: Path, directory: Path, where: Sequence[str] = ()) -> list[str]:
    """The command line of Snakemake; where : options that say where jobs go. FiliationError without a workflow."""
    if not (WORKFLOW / "Snakefile").is_file():
        raise FiliationError(
            f"no workflow at {WORKFLOW}",
            expected="the repository's workflow/Snakefile beside the package",
            repair="install from a clone: pip install -e .",
        )
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(WORKFLOW / "Snakefile")),
        *("--directory", str(directory), "--configfile", str(config.resolve()), *where),
        # Not left to the profile, which may be another one: what a killed run began is done again.
        "--rerun-incomplete",
        # With the processors that each job held: what it costs is compared by them.
        "--benchmark-extended",
    ]


def plan_jobs(
    command: Sequence[str], targets: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> list[PlannedJob]:
    """The jobs that a run would start now, with what each asks for; FiliationError when Snakemake cannot plan.

    command : of Snakemake, with its options. targets : files to make; none for all. environment : None for ours.
    """
    text = _said([*command, *_ALL_THREADS, *(["--", *targets] if targets else [])], environment)
    return list(planned_jobs(text))


def job_counts(command: Sequence[str], environment: Mapping[str, str] | None = None) -> dict[str, int]:
    """{rule: number of jobs} that are to run; FiliationError when Snakemake cannot plan."""
    text = _said([*command, "--dry-run", "--quiet", "rules"], environment)
    found = re.search(r"^job\s+count\n[-\s]+\n(?P<body>(?:.+\n)+?)total\s+\d+", text, re.MULTILINE)
    if found:
        lines = [line.split() for line in found["body"].splitlines() if line.split()]
        return {name: int(count) for name, count in lines}
    if "Nothing to be done" in text:
        return {}
    raise FiliationError(
        f"Snakemake's plan was not understood:\n{text.strip()[-2000:]}",
        expected="a table of jobs, or nothing to be done",
        repair="run snakemake itself on workflow/Snakefile, and report the message above to us",
    )


def _said(command: Sequence[str], environment: Mapping[str, str] | None) -> str:
    """What a dry run prints."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    if done.returncode != 0:
        raise FiliationError(plan_problem(text))
    return text
