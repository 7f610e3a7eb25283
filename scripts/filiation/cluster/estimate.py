"""How long will the jobs of a plan take, with how much memory and disk, by what earlier runs cost?

Jobs of one rule are compared by the size of the data that their person or family came with: a job takes a start that
does not depend on it, and a part in proportion to it. Both come from least squares over all earlier jobs of the rule,
neither below zero. Jobs of one size alone cannot tell the two apart: a larger job is then taken in full proportion, a
smaller one as long as they were, so that an estimate errs towards too much.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filiation.cluster.costs import RESULTS
from filiation.cluster.planned import PlannedJob

# Sizes that differ by less are one size: two FASTQ of one library differ by a few per cent.
SAME_SIZE = 1.2


@dataclass(frozen=True)
class Line:
    """`start + slope * bytes`, from how many jobs."""

    start: float
    slope: float
    jobs: int

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

    @property
    def core_seconds(self) -> float:
        """Time times the processors that it holds, used or not: what a cluster charges."""
        return (self.seconds or 0.0) * self.job.threads


def fit(points: Sequence[tuple[float, float]]) -> Line:
    """Least squares of a non-negative start and a non-negative slope through (bytes, value)."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    smallest, largest = min(x for x, _ in points), max(x for x, _ in points)
    if largest <= smallest * SAME_SIZE or not largest:
        return Line(mean_y, 0.0, count)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    if slope <= 0:
        return Line(mean_y, 0.0, count)
    start = mean_y - slope * mean_x
    if start < 0:
        return Line(0.0, sum(x * y for x, y in points) / sum(x * x for x, _ in points), count)
    return Line(start, slope, count)


class History:
    """Earlier jobs of every rule."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            self._rows[str(row["rule"])].append(row)

    def value(self, rule: str, column: str, size: int) -> tuple[float, int] | None:
        """Expected value of a column for a job of a rule, and how many earlier jobs say so; None when none does."""
        points = [
            (float(row["source_bytes"] or 0), float(row[column]))
            for row in self._rows.get(rule, [])
            if row.get(column) is not None
        ]
        if not points:
            return None
        line = fit(points)
        largest = max(x for x, _ in points)
        if line.slope == 0 and largest and size > largest * SAME_SIZE:
            return line.start * size / largest, line.jobs
        return line.at(size), line.jobs

    def output_bytes(self, size: int) -> float | None:
        """Bytes that stay of a family that came with `size` bytes."""
        found = self.value(RESULTS, "output_bytes", size)
        return found[0] if found else None

    def estimate(self, job: PlannedJob, size: int) -> Estimate:
        """What one job of a plan will need; the limits that its rule asks for where no earlier job says more."""
        memory = self.value(job.rule, "memory_mb", size)
        seconds = self.value(job.rule, "seconds", size)
        if seconds is not None:
            basis = f"{seconds[1]} earlier job(s)"
            return Estimate(job, seconds[0], memory[0] if memory else None, basis)
        if job.local:
            return Estimate(job, 2.0, None, "a small step on this machine")
        limit = job.minutes * 60.0 if job.minutes else None
        return Estimate(job, limit, job.memory_mb, "no earlier job: the limits of its rule")


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
    # Jobs that are ready and find no room wait in the order of the plan.
    ready = [number for number, before in enumerate(waits) if not before]
    heapq.heapify(ready)
    running: list[tuple[float, int]] = []
    now, free = 0.0, cores
    while ready or running:
        postponed = []
        while ready and free > 0 and (jobs is None or len(running) < jobs):
            number = heapq.heappop(ready)
            needed = min(estimates[number].job.threads, cores)
            if needed > free:
                postponed.append(number)
                continue
            free -= needed
            heapq.heappush(running, (now + (estimates[number].seconds or 0.0), number))
        for number in postponed:
            heapq.heappush(ready, number)
        now, number = heapq.heappop(running)
        free += min(estimates[number].job.threads, cores)
        for follower in followers[number]:
            waits[follower].discard(number)
            if not waits[follower]:
                heapq.heappush(ready, follower)
    return now
