"""With which options and which environment does Snakemake hand its jobs to the cluster?

On SLURM, two small scripts of `workflow/bin/slurm` stand between: `sbatch`, which submits a job once whatever SLURM
answers, and `sole-writer`, which each job asks on its node before its first step.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from filiation.cluster import slurm
from filiation.cluster.profile import Profile, job_name_prefix
from filiation.config import WORKFLOW

PATIENCE_VARIABLE = "FILIATION_SLURM_PATIENCE"
DEFAULT_PATIENCE = 900.0
# The executor (2.8.0) forgets its jobs when `sacct` or `squeue` fails five times in a row, and then waits for ever: it
# asks on, once a second, as long as SLURM is away.
_UNTIL_IT_ANSWERS = {"slurm-status-attempts": "1000000", "max-status-checks-per-second": "1"}


def scripts() -> Path:
    """Folder of the scripts that stand between the executor and SLURM."""
    return WORKFLOW / "bin" / "slurm"


def options(profile: Profile | None, cores: int, directory: Path) -> list[str]:
    """Options that say where jobs go, and in which order: family by family unless the profile has another.

    cores : of this machine.
    """
    order = ["--scheduler", "filiation"]
    if profile is None:
        return ["--cores", str(cores), *order]
    found = ["--workflow-profile", str(profile.folder.resolve())]
    if "scheduler" not in profile.settings:
        found += order
    if not profile.on_cluster:
        return [*found, "--cores", str(cores)]
    found += ["--local-cores", str(cores)]
    if profile.executor == "slurm":
        found += ["--slurm-jobname-prefix", job_name_prefix(directory)]
        own = shlex.quote(str(scripts() / "sole-writer"))
        found += ["--precommand", " && ".join(filter(None, [str(profile.settings.get("precommand") or ""), own]))]
        for option, value in _UNTIL_IT_ANSWERS.items():
            if option not in profile.settings:
                found += [f"--{option}", value]
        if not slurm.keeps_accounts():
            # Without accounting the executor would ask `sacct` for ever.
            for option, given in (("slurm-status-command", ["squeue"]), ("slurm-no-account", [])):
                if option not in profile.settings:
                    found += [f"--{option}", *given]
    return found


def environment(profile: Profile | None, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of Snakemake: it finds our scheduler by the name of its package; where jobs go to SLURM, `sbatch`
    is ours, and knows what the partitions allow.
    """
    before = base.get("PYTHONPATH")
    found = {**base, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *([before] if before else [])])}
    if profile is None or profile.executor != "slurm":
        return found
    limits = [f"{one.name}:{one.minutes or ''}:{one.memory_mb}" for one in slurm.partitions().values()]
    return {
        **found,
        "PATH": f"{scripts()}{os.pathsep}{base.get('PATH', os.defpath)}",
        "FILIATION_SLURM_LIMITS": " ".join(limits),
    }


def patience(environ: Mapping[str, str] = os.environ) -> float:
    """Seconds for which a run waits for a scheduler that does not answer, or for jobs that it does not know."""
    try:
        return max(1.0, float(environ.get(PATIENCE_VARIABLE, DEFAULT_PATIENCE)))
    except ValueError:
        return DEFAULT_PATIENCE
