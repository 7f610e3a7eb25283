"""Which jobs of a plan would the partitions of this cluster not take, and which lines of the profile repair it?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from filiation.cluster.planned import PlannedJob
from filiation.cluster.slurm import Partition
from filiation.errors import ConfigError, UserError, nearest


def partition_faults(
    jobs: Sequence[PlannedJob], partitions: Mapping[str, Partition], asked: tuple[str, ...], where: str
) -> list[UserError]:
    """Partitions that are unknown or take no jobs, and those that some rules do not fit; each of them once.

    jobs : those that go to the cluster. asked : partitions of a job that names none; none for the cluster's default.
    where : the profile's file.
    """
    default = tuple(one.name for one in partitions.values() if one.default)
    of_choice: dict[tuple[str, ...], list[PlannedJob]] = defaultdict(list)
    for job in jobs:
        of_choice[job.partitions or asked or default].append(job)
    if asked:
        of_choice[asked] += []
    faults: list[UserError] = []
    for choice, same in of_choice.items():
        if not choice:
            faults.append(
                ConfigError(
                    "no partition is given, and the cluster has no default one",
                    where=where,
                    expected=_up(partitions),
                    repair="set slurm_partition under default-resources",
                )
            )
            continue
        wrong = [fault for name in choice if (fault := _unusable(name, partitions, where))]
        faults += wrong
        found = [partitions[name] for name in choice if name in partitions]
        if not wrong and (fault := _too_large(same, found, partitions, where)):
            faults.append(fault)
    return faults


def _up(partitions: Mapping[str, Partition]) -> str:
    """Names of the partitions that take jobs."""
    return ", ".join(sorted(one.name for one in partitions.values() if one.state == "up")) or "a partition that is up"


def _unusable(name: str, partitions: Mapping[str, Partition], where: str) -> UserError | None:
    """What is wrong with a partition's name or state; None when it takes jobs."""
    if name not in partitions:
        return ConfigError(
            f"partition {name!r} is not one of this cluster's",
            where=where,
            expected=_up(partitions),
            repair=nearest(name, list(partitions)) or "sinfo shows them",
        )
    if partitions[name].state != "up":
        return ConfigError(
            f"partition {name!r} takes no jobs now: it is {partitions[name].state}",
            where=where,
            expected=_up(partitions),
            repair="choose another one, or wait until the cluster's administrators bring it up",
        )
    return None


def _excess(jobs: Sequence[PlannedJob], partition: Partition) -> dict[str, int]:
    """{threads, mem_mb, runtime : the most that these jobs ask for}, as far as the partition has less."""
    most = {
        "threads": max(job.threads for job in jobs),
        "mem_mb": max(job.memory_mb or 0 for job in jobs),
        "runtime": max(job.minutes or 0 for job in jobs),
    }
    has = _has(partition)
    return {name: value for name, value in most.items() if (limit := has[name]) is not None and value > limit}


def _has(partition: Partition) -> dict[str, int | None]:
    """What the largest node and the time limit of a partition give."""
    return {"threads": partition.cpus, "mem_mb": partition.memory_mb, "runtime": partition.minutes}


def _too_large(
    jobs: Sequence[PlannedJob], chosen: Sequence[Partition], partitions: Mapping[str, Partition], where: str
) -> UserError | None:
    """One fault that names every rule of which a job fits none of the chosen partitions; None when all fit."""
    of_rule: dict[str, list[PlannedJob]] = defaultdict(list)
    for job in jobs:
        of_rule[job.rule].append(job)
    misfits = {}
    for rule, same in sorted(of_rule.items()):
        found = [_excess(same, partition) for partition in chosen]
        if all(found):
            # Of several partitions the one that lacks least is told.
            misfits[rule] = min(zip(found, chosen, strict=True), key=lambda pair: len(pair[0]))
    if not misfits:
        return None
    names = {"threads": "threads", "mem_mb": "MB", "runtime": "min"}
    told = [
        f"{rule} asks for {', '.join(f'{value} {names[name]}' for name, value in excess.items())}"
        for rule, (excess, _) in misfits.items()
    ]
    limits = [
        f"{one.name}: {one.cpus} threads and {one.memory_mb} MB on its largest node"
        + (f", {one.minutes} min" if one.minutes is not None else "")
        for one in chosen
    ]
    roomy = [
        one.name
        for one in partitions.values()
        if one.state == "up" and not any(_excess(same, one) for same in of_rule.values())
    ]
    other = f"slurm_partition: {roomy[0]} takes them all; or" if roomy else "choose another partition, or"
    return ConfigError(
        f"{len(misfits)} rule(s) do not fit: {'; '.join(told)}",
        where=where,
        expected="; ".join(limits),
        repair=f"{other} set in the profile, where less is enough: {_lines(misfits)}",
    )


def _lines(misfits: Mapping[str, tuple[Mapping[str, int], Partition]]) -> str:
    """`set-threads` and `set-resources` that bring the rules down to what their partition has."""
    threads = [f"{rule}: {one.cpus}" for rule, (excess, one) in misfits.items() if "threads" in excess]
    resources = []
    for rule, (excess, one) in misfits.items():
        has = _has(one)
        if parts := [f"{name}: {has[name]}" for name in ("mem_mb", "runtime") if name in excess]:
            resources.append(f"{rule}: {{{', '.join(parts)}}}")
    found = [f"set-threads: {{{', '.join(threads)}}}"] if threads else []
    found += [f"set-resources: {{{', '.join(resources)}}}"] if resources else []
    return " and ".join(found)
