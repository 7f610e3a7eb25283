"""What will a run need in all: jobs, core-hours, memory, disk, scratch, time and money, rule by rule?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filiation.cluster.estimate import FROM_DEFAULTS, FROM_LIMITS, Estimate, History, wall_seconds
from filiation.cluster.planned import PlannedJob

# Rules whose temporary files stand on scratch while they run, as a share of what the person came with: sorting and
# marking duplicates write the reads once more; extraction, twice.
SCRATCH_SHARE = {"align": 1.5, "mark_duplicates": 1.5, "adopt_reads": 1.0, "extract_reads": 2.0}


@dataclass(frozen=True)
class RulePlan:
    """All jobs of one rule. memory_mb : of its largest job; None where nothing is known."""

    rule: str
    jobs: int
    core_hours: float
    longest_seconds: float
    memory_mb: float | None
    basis: str
    local: bool


@dataclass(frozen=True)
class RunPlan:
    """The whole run. disk_bytes : of the results that stay; None when no earlier run says.

    core_hours : processors held, used or not; cpu_hours : of these at work, as far as earlier jobs say. defaulted and
    guessed : rules that stand at the defaults that ship, and at their limits.
    """

    rules: tuple[RulePlan, ...]
    jobs: int
    families: int
    core_hours: float
    cpu_hours: float
    memory_mb: float
    disk_bytes: float | None
    scratch_bytes: float
    wall_seconds: float
    money: float | None
    defaulted: tuple[str, ...]
    guessed: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "jobs": self.jobs,
            "families": self.families,
            "core_hours": round(self.core_hours, 4),
            "cpu_hours": round(self.cpu_hours, 4),
            "memory_mb_peak_of_a_job": round(self.memory_mb),
            "disk_bytes": None if self.disk_bytes is None else round(self.disk_bytes),
            "scratch_bytes_of_a_job": round(self.scratch_bytes),
            "wall_seconds": round(self.wall_seconds, 1),
            "money": None if self.money is None else round(self.money, 2),
            "rules_at_defaults": list(self.defaulted),
            "rules_without_history": list(self.guessed),
            "rules": [vars(rule) for rule in self.rules],
        }


def make_plan(
    jobs: Sequence[PlannedJob],
    history: History,
    size_of: Callable[[str, str, str], int],
    *,
    cores: int,
    at_once: int | None = None,
    cost_per_core_hour: float | None = None,
) -> RunPlan:
    """Add up the estimates of every job.

    size_of : (family, sample, unit) → bytes they came with, '' for all. cores, at_once : processors and jobs at one
    time.
    """
    intervals = Counter((job.rule, job.family) for job in jobs if "interval" in job.wildcards)

    def size(job: PlannedJob) -> int:
        own = size_of(job.family, job.wildcards.get("sample", ""), job.wildcards.get("unit", ""))
        return own // max(1, intervals[job.rule, job.family])

    estimates = [history.estimate(job, size(job)) for job in jobs]
    families = sorted({job.family for job in jobs if job.family})
    kept = [history.output_bytes(size_of(family, "", "")) for family in families]
    scratch = max((SCRATCH_SHARE[job.rule] * size(job) for job in jobs if job.rule in SCRATCH_SHARE), default=0.0)
    core_hours = sum(estimate.core_seconds for estimate in estimates) / 3600
    return RunPlan(
        rules=_by_rule(estimates),
        jobs=len(jobs),
        families=len(families),
        core_hours=core_hours,
        cpu_hours=sum(estimate.cpu_seconds or 0.0 for estimate in estimates) / 3600,
        memory_mb=max((estimate.memory_mb or 0.0 for estimate in estimates), default=0.0),
        disk_bytes=None if None in kept else sum(size for size in kept if size is not None),
        scratch_bytes=scratch,
        wall_seconds=wall_seconds(estimates, cores, at_once),
        money=None if cost_per_core_hour is None else core_hours * cost_per_core_hour,
        defaulted=tuple(dict.fromkeys(e.job.rule for e in estimates if e.basis == FROM_DEFAULTS)),
        guessed=tuple(dict.fromkeys(e.job.rule for e in estimates if e.basis == FROM_LIMITS)),
    )


def _by_rule(estimates: Sequence[Estimate]) -> tuple[RulePlan, ...]:
    """One row a rule, in the order of the plan's first jobs."""
    found = []
    of_rule: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        of_rule.setdefault(estimate.job.rule, []).append(estimate)
    for rule, same in of_rule.items():
        memory = [estimate.memory_mb for estimate in same if estimate.memory_mb is not None]
        found.append(
            RulePlan(
                rule,
                len(same),
                sum(estimate.core_seconds for estimate in same) / 3600,
                max(estimate.seconds or 0.0 for estimate in same),
                max(memory) if memory else None,
                same[0].basis,
                same[0].job.local,
            )
        )
    return tuple(found)


def table_text(plan: RunPlan) -> str:
    """The plan for a terminal: one line a rule, then the sums."""
    lines = [f"{'rule':<22}{'jobs':>6}{'core-hours':>12}{'longest':>10}{'memory':>10}  known from"]
    for rule in plan.rules:
        memory = f"{rule.memory_mb:.0f} MB" if rule.memory_mb is not None else "."
        lines.append(
            f"{rule.rule:<22}{rule.jobs:>6}{rule.core_hours:>12.3f}{duration(rule.longest_seconds):>10}{memory:>10}"
            f"  {rule.basis}"
        )
    lines += [
        f"{plan.jobs} jobs for {plan.families} families: {plan.core_hours:.2f} core-hours"
        + (f" ({plan.cpu_hours:.2f} of them at work)" if plan.cpu_hours else "")
        + f", {duration(plan.wall_seconds)} from first to last job",
        f"largest job {plan.memory_mb:.0f} MB; scratch of a job {size(plan.scratch_bytes)}; results "
        + (size(plan.disk_bytes) if plan.disk_bytes is not None else "unknown: no earlier run"),
    ]
    if plan.money is not None:
        lines.append(f"money at the price given: {plan.money:.2f}")
    if plan.defaulted:
        lines.append(
            f"no earlier job of {', '.join(plan.defaulted)}: the defaults that ship stand in (docs/operations.md); "
            "--history with an earlier run gives the figures of your machines"
        )
    if plan.guessed:
        lines.append(
            f"no earlier job of {', '.join(plan.guessed)}: their rules' limits stand in, which are far too high"
        )
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """`3 h 20`, `12 min`, `45 s`."""
    if seconds >= 5400:
        return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d}"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def size(number: float) -> str:
    """`1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TB"


def limits(settings: Mapping[str, Any]) -> int | None:
    """How many jobs a profile lets run at once; None for any number."""
    value = settings.get("jobs")
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None
