"""How long will the jobs of a plan take, with how much memory and disk, by what earlier runs cost?

Jobs of one rule are compared by the size of the data that their unit, person or family came with: a job takes a start
that does not depend on it, and a part in proportion to it. Both come from a robust line through all earlier jobs of
the rule, neither below zero. Jobs of one size alone cannot tell the two apart: a larger job is then taken in full
proportion, a smaller one as long as they were, so that an estimate errs towards too much. The jobs of all families
(reference, indexes) take what they took.

Time is compared in core-seconds, processors held times time: with twice the processors a job is expected to take half
the time. Where no earlier job of a rule is known, the defaults that ship stand in, and are named as such.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any

from filiation.cluster.costs import RESULTS
from filiation.cluster.planned import PlannedJob

# Sizes that differ by less are one size: two FASTQ of one library differ by a few per cent.
SAME_SIZE = 1.2
# Above this number of earlier jobs a line is drawn through some of them only, spread evenly over their sizes.
MOST_POINTS = 60
# What a small step on the driver's machine takes: the start of Python and of the package.
LOCAL_SECONDS = 2.0
FROM_EARLIER, FROM_DEFAULTS, FROM_LIMITS = "earlier job(s)", "defaults that ship", "no earlier job: the rule's limits"


@dataclass(frozen=True)
class Line:
    """`start + slope * bytes`, from how many jobs. above : how far the highest of them lies above it."""

    start: float
    slope: float
    jobs: int
    above: float = 0.0

    def at(self, size: float) -> float:
        """The value at a size."""
        return self.start + self.slope * size


@dataclass(frozen=True)
class Estimate:
    """What one job will need. seconds is None when no earlier job says, and the rule sets no limit either."""

    job: PlannedJob
    seconds: float | None
    memory_mb: float | None
    basis: str
    cpu_seconds: float | None = None

    @property
    def core_seconds(self) -> float:
        """Time times the processors that it holds, used or not: what a cluster charges."""
        return (self.seconds or 0.0) * self.job.threads


def fit(points: Sequence[tuple[float, float]]) -> Line:
    """A line with a non-negative start and slope through (bytes, value), of which a few may be far off.

    The slope is the median of the slopes between two points of different sizes (Theil 1950, Sen 1968), the start the
    median of what is left: one job that compiled its kernels, or met a slow disk, moves neither.
    """
    points = sorted(points)
    if len(points) > MOST_POINTS:
        points = [points[number * (len(points) - 1) // (MOST_POINTS - 1)] for number in range(MOST_POINTS)]
    count = len(points)
    smallest, largest = points[0][0], points[-1][0]
    if largest <= smallest * SAME_SIZE or not largest:
        slope = 0.0
    else:
        slope = max(0.0, median((d - b) / (c - a) for (a, b), (c, d) in combinations(points, 2) if c > a * SAME_SIZE))
    start = median(y - slope * x for x, y in points)
    if start < 0:
        # Through nothing, by least squares: the large jobs weigh most.
        start, slope = 0.0, sum(x * y for x, y in points) / sum(x * x for x, _ in points)
    return Line(start, slope, count, max(0.0, *(y - start - slope * x for x, y in points)))


class History:
    """Earlier jobs of every rule; `defaults` are the rows of the table that ships, for rules without any."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], defaults: Iterable[Mapping[str, Any]] = ()) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._lines: dict[tuple[str, str, int], tuple[Line, float] | None] = {}
        self._defaults: set[str] = set()
        for row in rows:
            self._rows[str(row["rule"])].append(row)
        known = set(self._rows)
        for row in defaults:
            if row["rule"] not in known:
                self._rows[str(row["rule"])].append(row)
                self._defaults.add(str(row["rule"]))

    def value(self, rule: str, column: str, size: int, threads: int = 0) -> tuple[float, int] | None:
        """Expected value of a column for a job of a rule, and how many earlier jobs say so; None when none does.

        threads : of the job that is planned, by which earlier jobs that did not record theirs are taken; 0 for values
        that are not times of a job.
        """
        key = (rule, column, threads)
        if key not in self._lines:
            points = [
                (
                    float(row["source_bytes"] or 0),
                    float(row[column]) * ((row.get("threads") or threads) if threads else 1),
                )
                for row in self._rows.get(rule, [])
                if row.get(column) is not None
            ]
            self._lines[key] = (fit(points), max(x for x, _ in points)) if points else None
        found = self._lines[key]
        if found is None:
            return None
        line, largest = found
        scale = size / largest if line.slope == 0 and largest and size > largest * SAME_SIZE else 1.0
        if column == "memory_mb":
            # A job that is given less than the largest took may be killed for it.
            return line.at(size) + line.above, line.jobs
        return line.at(size) * scale, line.jobs

    def output_bytes(self, size: int) -> float | None:
        """Bytes that stay of a family that came with `size` bytes."""
        found = self.value(RESULTS, "output_bytes", size)
        return found[0] if found else None

    def estimate(self, job: PlannedJob, size: int) -> Estimate:
        """What one job of a plan will need; the limits that its rule asks for where no earlier job says more."""
        work = self.value(job.rule, "seconds", size, threads=job.threads)
        if work is not None:
            memory = self.value(job.rule, "memory_mb", size)
            cpu = self.value(job.rule, "cpu_seconds", size)
            basis = FROM_DEFAULTS if job.rule in self._defaults else f"{work[1]} {FROM_EARLIER}"
            return Estimate(
                job,
                work[0] / job.threads,
                memory[0] if memory else job.memory_mb,
                basis,
                cpu[0] if cpu else None,
            )
        if job.local:
            return Estimate(job, LOCAL_SECONDS, None, "a small step on this machine")
        limit = job.minutes * 60.0 if job.minutes else None
        return Estimate(job, limit, job.memory_mb, FROM_LIMITS)


def wall_seconds(estimates: Sequence[Estimate], cores: int, jobs: int | None = None) -> float:
    """Time from the first job to the last, each started as soon as its inputs are there and processors are free.

    cores : processors in all; jobs : how many may run at once, None for any number. A job that needs more processors
    than there are takes all of them, as Snakemake has it.
    """
    producer = {path: number for number, estimate in enumerate(estimates) for path in estimate.job.outputs}
    waits = [
        {producer[path] for path in estimate.job.inputs if path in producer and producer[path] != number}
        for number, estimate in enumerate(estimates)
    ]
    followers: dict[int, list[int]] = defaultdict(list)
    for number, before in enumerate(waits):
        for other in before:
            followers[other].append(number)
    needs = [min(estimate.job.threads, cores) for estimate in estimates]
    # Jobs that are ready wait in the order of the plan, those of one number of processors together: of thousands that
    # find no room only the first of each is looked at.
    ready: dict[int, list[int]] = {need: [] for need in set(needs)}
    for number, before in enumerate(waits):
        if not before:
            heapq.heappush(ready[needs[number]], number)
    running: list[tuple[float, int]] = []
    now, free = 0.0, cores
    while True:
        while jobs is None or len(running) < jobs:
            fitting = [(queue[0], need) for need, queue in ready.items() if queue and need <= free]
            if not fitting:
                break
            number, need = min(fitting)
            heapq.heappop(ready[need])
            free -= need
            heapq.heappush(running, (now + (estimates[number].seconds or 0.0), number))
        if not running:
            return now
        now, number = heapq.heappop(running)
        free += needs[number]
        for follower in followers[number]:
            waits[follower].discard(number)
            if not waits[follower]:
                heapq.heappush(ready[needs[follower]], follower)
