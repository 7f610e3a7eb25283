"""Will this cluster take the jobs of this plan? Said before the first one is submitted.

Partition and account exist, the largest job of each rule fits a node and the partition's time limit, scratch can be
written, the clock of this machine agrees with that of the shared file system.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from filiation.cluster import slurm
from filiation.cluster.partitions import partition_faults
from filiation.cluster.plan import SCRATCH_SHARE, size
from filiation.cluster.planned import PlannedJob
from filiation.cluster.profile import Profile
from filiation.errors import ConfigError, UserError, nearest

# Clocks that differ by less are made up for by `latency-wait`; by more, outputs look older than their inputs.
LARGEST_SKEW = 5.0
# Compiled kernels and small tables of a job; with less, nothing works.
SMALLEST_SCRATCH = 200e6


def check_cluster(profile: Profile, jobs: Iterable[PlannedJob], directory: Path) -> list[UserError]:
    """Every reason why the cluster would not take the plan, or lose a part of it; empty when there is none."""
    faults: list[UserError] = []
    where = str(profile.folder / "config.yaml")
    asked = profile.default_resources
    jobs = list(jobs)
    faults += _scratch(str(asked.get("tmpdir") or ""), jobs, where)
    faults += _clock(directory)
    if profile.executor != "slurm":
        return faults
    asks = [job for job in jobs if not job.local]
    faults += partition_faults(asks, slurm.partitions(), _several(asked.get("slurm_partition")), where)
    known = slurm.accounts()
    wanted = {job.account for job in asks} | {str(asked.get("slurm_account") or "")}
    for account in sorted(wanted - {""} - (known or wanted)):
        faults.append(
            ConfigError(
                f"account {account!r} is not one of yours",
                where=where,
                expected=", ".join(sorted(known or [])),
                repair=nearest(account, sorted(known or [])) or "sacctmgr show associations user=$USER",
            )
        )
    return faults


def _several(value: object) -> tuple[str, ...]:
    """The partitions that a profile names, in the comma-separated form of sbatch."""
    return tuple(part for part in str(value or "").split(",") if part)


def _scratch(folder: str, jobs: list[PlannedJob], where: str) -> list[UserError]:
    """Scratch that is not there on this machine may be there on the nodes; one that refuses us is nobody's, and one
    without the room that the largest job needs fails it halfway.
    """
    path = Path(os.path.expandvars(folder)) if folder and folder != "system_tmpdir" else None
    if path is None or not path.is_dir():
        return []
    where = f"{where}: default-resources: tmpdir"
    if not os.access(path, os.W_OK | os.X_OK):
        return [
            ConfigError(
                f"scratch {str(path)!r} cannot be written",
                where=where,
                expected="a folder of yours on every node",
                repair="give another one, or ask the cluster's administrators",
            )
        ]
    needed, free = scratch_needed(jobs), shutil.disk_usage(path).free
    if free >= needed:
        return []
    return [
        ConfigError(
            f"scratch {str(path)!r} has {size(free)} left",
            where=where,
            expected=f"{size(needed)}, which the largest job of this run writes there",
            repair="free space, or give another folder",
        )
    ]


def scratch_needed(jobs: Iterable[PlannedJob]) -> float:
    """Bytes that the largest job writes to scratch, by the inputs that are there already; at least SMALLEST_SCRATCH."""
    needed = [
        SCRATCH_SHARE[job.rule] * sum(os.path.getsize(path) for path in job.inputs if os.path.isfile(path))
        for job in jobs
        if job.rule in SCRATCH_SHARE
    ]
    return max([*needed, SMALLEST_SCRATCH])


def _clock(directory: Path) -> list[UserError]:
    """Whether the file system of the working folder stamps files with another time than this machine's."""
    probe = directory / f".filiation-clock-{uuid.uuid4().hex}"
    try:
        before = time.time()
        probe.touch()
        stamped = probe.stat().st_mtime
        after = time.time()
    except OSError as error:
        return [ConfigError(f"the working folder cannot be written: {error.strerror}", where=str(directory))]
    finally:
        probe.unlink(missing_ok=True)
    skew = max(before - stamped, stamped - after)
    if skew <= LARGEST_SKEW:
        return []
    return [
        ConfigError(
            f"the clock of the file system differs by {skew:.0f} s from this machine's",
            where=str(directory),
            expected=f"at most {LARGEST_SKEW:.0f} s: outputs would look older than their inputs",
            repair="have the clocks set (NTP), or start from another node",
        )
    ]
