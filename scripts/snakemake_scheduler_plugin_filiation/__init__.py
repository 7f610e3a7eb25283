"""Which of the jobs that are ready does Snakemake start next, when there are not processors for all?

First come, first served: the jobs of the family that stands first in the sheet, then those of the second, and so on;
the jobs of all families before them. Whatever processors are left go to the next family, so that none stands idle.
Snakemake's own schedulers take the jobs with the largest inputs of all families first: of a hundred families none would
be finished before nearly all are, and with thousands of jobs ready they weigh each against each.

A plug-in of Snakemake: found by the name of this package, asked for with `--scheduler filiation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from snakemake_interface_scheduler_plugins.base import SchedulerBase

_RESULTS = "results/"


class Scheduler(SchedulerBase):
    """Chooses jobs in the order of their families."""

    def __post_init__(self) -> None:
        self._place: dict[str, int] = {}
        self._keys: dict[Any, tuple[int, int, str]] = {}

    def select_jobs(
        self,
        selectable_jobs: Sequence[Any],
        remaining_jobs: Sequence[Any],
        available_resources: Mapping[str, int | str],
        input_sizes: Mapping[Any, int],
    ) -> Sequence[Any]:
        """The jobs that fit into what is free, taken in order; one that does not fit lets the next ones pass."""
        if not self._place:
            self._place = sheet_order(remaining_jobs)
        free = {name: amount for name, amount in available_resources.items() if isinstance(amount, int | float)}
        chosen = []
        # Of thousands of jobs that wait, a round on a full machine or cluster looks at none.
        full = [name for name in ("_cores", "_nodes") if name in free]
        for job in sorted(selectable_jobs, key=self._key):
            if any(free[name] == 0 for name in full):
                break
            asked = job.scheduler_resources
            needs = {name: asked.get(name, 0) for name in free}
            if all(needs[name] <= free[name] for name in free):
                chosen.append(job)
                for name, amount in needs.items():
                    free[name] -= amount
        return chosen

    def _key(self, job: Any) -> tuple[int, int, str]:
        """What is asked for first, then the family that stands first; one order for equal jobs."""
        key = self._keys.get(job)
        if key is None:
            first = min((str(path) for path in job.output), default="")
            key = self._keys[job] = -job.priority, self._place.get(family_of(first), -1), first
        return key


def family_of(path: str) -> str:
    """Folder below results/ that a path lies in."""
    return path[len(_RESULTS) :].partition("/")[0] if path.startswith(_RESULTS) else ""


def sheet_order(jobs: Iterable[Any]) -> dict[str, int]:
    """{family: place}, as the job that only gathers the reports lists them; families that it leaves out have none."""
    order: dict[str, int] = {}
    for job in jobs:
        if not list(job.output):
            for path in job.input:
                order.setdefault(family_of(str(path)), len(order))
    order.pop("run", None)
    return order
