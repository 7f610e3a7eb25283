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
    partitions = slurm.partitions()
    name = str(asked.get("slurm_partition") or "")
    if name and name not in partitions:
        faults.append(
            ConfigError(
                f"partition {name!r} is not one of this cluster's",
                where=where,
                expected=", ".join(sorted(partitions)) or "a partition that is up",
                repair=nearest(name, list(partitions)) or "sinfo shows them",
            )
        )
    default = next((one.name for one in partitions.values() if one.default), "")
    if not name and not default:
        faults.append(
            ConfigError(
                "no partition is given, and the cluster has no default one",
                where=where,
                expected=", ".join(sorted(partitions)),
                repair="set slurm_partition under default-resources",
            )
        )
    account = str(asked.get("slurm_account") or "")
    known = slurm.accounts()
    if account and known is not None and account not in known:
        faults.append(
            ConfigError(
                f"account {account!r} is not one of yours",
                where=where,
                expected=", ".join(sorted(known)),
                repair=nearest(account, sorted(known)) or "sacctmgr show associations user=$USER",
            )
        )
    chosen = partitions.get(name or default)
    if chosen:
        faults += _too_large(jobs, chosen, where)
    return faults


def _too_large(jobs: list[PlannedJob], partition: slurm.Partition, where: str) -> list[UserError]:
    """Rules of which a job fits no node of the partition, or not into its time limit; each rule once."""
    faults: list[UserError] = []
    for rule in dict.fromkeys(job.rule for job in jobs if not job.local):
        same = [job for job in jobs if job.rule == rule]
        threads = max(job.threads for job in same)
        memory = max((job.memory_mb or 0 for job in same), default=0)
        longest = max((job.minutes or 0 for job in same), default=0)
        found = []
        if threads > partition.cpus:
            found.append(f"{threads} threads on nodes of {partition.cpus}")
        if memory > partition.memory_mb:
            found.append(f"{memory} MB on nodes of {partition.memory_mb} MB")
        if partition.minutes is not None and longest > partition.minutes:
            found.append(f"{longest} min where {partition.minutes} are allowed")
        if found:
            key = "set-threads" if threads > partition.cpus else "set-resources"
            example = f"{rule}: {partition.cpus}" if key == "set-threads" else _smaller(rule, partition)
            faults.append(
                ConfigError(
                    f"rule {rule} does not fit partition {partition.name}: {'; '.join(found)}",
                    where=where,
                    expected="jobs that fit a node",
                    repair=f"choose another partition, or set in the profile, {key}: {{{example}}}",
                )
            )
    return faults


def _smaller(rule: str, partition: slurm.Partition) -> str:
    """Resources of a rule that the partition can take."""
    parts = [f"mem_mb: {partition.memory_mb}"]
    if partition.minutes is not None:
        parts.append(f"runtime: {partition.minutes}")
    return f"{rule}: {{{', '.join(parts)}}}"


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
