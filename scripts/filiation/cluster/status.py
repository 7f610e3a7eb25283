"""How far is each family, what failed and why, and when will the run be done?

A stage is done when its last files are there, since files appear under their names only when complete. What runs and
what failed is read from the run's own log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiation.cluster.causes import Cause, likely_cause
from filiation.cluster.events import FAILED, RUNNING, JobEvent, job_events, useful_lines
from filiation.io.sheet import SampleSheet

DONE, WAITING = "done", "waiting"
STATES = (DONE, RUNNING, FAILED, WAITING)
# Stages in the order of a family, each with the rules that work in it and the last file of each person or family.
STAGES: tuple[tuple[str, frozenset[str], str], ...] = (
    (
        "alignment",
        frozenset({"align", "mark_duplicates", "adopt_reads", "extract_reads"}),
        "results/{family}/alignment/{sample}.cram",
    ),
    (
        "calling",
        frozenset({"write_pedigree", "call", "gather_calls", "normalise", "deepvariant_call", "glnexus_joint"}),
        "results/{family}/normalised/{family}.bcf",
    ),
    (
        "quality",
        frozenset({"quality", "quality_gate", "coverage", "panel_coverage"}),
        "results/{family}/quality/{family}.quality.tsv",
    ),
    ("screening", frozenset({"screen"}), "results/{family}/screened/{family}.bcf"),
    ("annotation", frozenset({"annotate", "vep_annotate"}), "results/{family}/annotated/{family}.bcf"),
    (
        "candidates",
        frozenset({"list_for_recheck", "recheck", "prioritise", "read_views", "phenotype"}),
        "results/{family}/prioritisation/{family}.candidates.tsv",
    ),
    ("report", frozenset({"report", "archive"}), "results/{family}/report/{family}.rcp.html"),
)
RUN_LOG = "logs/run.log"
LINES_OF_LOG = 12
# Running jobs of one family that are named.
MOST_SHOWN = 3


@dataclass(frozen=True)
class Failure:
    """One failed job with the last lines it wrote and what they tell."""

    family: str
    rule: str
    log: str
    last_lines: tuple[str, ...]
    cause: Cause | None


@dataclass
class FamilyStatus:
    """State of every stage of one family. at_work : its running jobs, each in words."""

    family: str
    stages: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    at_work: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The family in one word."""
        states = set(self.stages.values())
        if self.failures:
            return FAILED
        return DONE if states == {DONE} else RUNNING if RUNNING in states else WAITING


def members_of(sheet: SampleSheet) -> tuple[dict[str, list[str]], frozenset[str]]:
    """{family: its samples that have data}, and the families without an alignment."""
    families = {
        name: [sample for sample in family.samples if sample in sheet.rows] for name, family in sheet.families.items()
    }
    return families, frozenset(name for name in families if sheet.starts_from_calls(name))


def family_statuses(
    directory: Path, families: Mapping[str, Sequence[str]], *, alive: bool, starts_from_calls: frozenset[str]
) -> list[FamilyStatus]:
    """State of each family.

    families : {family: its samples}. alive : whether a run is at work; without one nothing is running, whatever the log
    says. starts_from_calls : families without an alignment.
    """
    events: dict[str, list[JobEvent]] = defaultdict(list)
    for event in job_events(_text(directory, RUN_LOG).splitlines()).values():
        events[event.family].append(event)
    found = []
    for family, samples in families.items():
        own = events[family]
        status = FamilyStatus(family)
        for stage, rules, pattern in STAGES:
            if stage == "alignment" and family in starts_from_calls:
                continue
            paths = {pattern.format(family=family, sample=sample) for sample in samples}
            done = all((directory / path).is_file() for path in paths)
            words = {event.state for event in own if event.rule in rules}
            if RUNNING in words and alive:
                status.stages[stage] = RUNNING
            elif FAILED in words and not done:
                status.stages[stage] = FAILED
            else:
                status.stages[stage] = DONE if done else WAITING
        status.at_work = [_at_work(event) for event in own if alive and event.state == RUNNING]
        status.failures = [failure_of(directory, event) for event in own if event.state == FAILED]
        found.append(status)
    return found


def _at_work(event: JobEvent) -> str:
    """`align F1-child L001 since 03:57, try 2`."""
    parts = [value for key, value in event.wildcards.items() if key != "family"]
    since = event.since.split()[3][:5] if len(event.since.split()) == 5 else ""
    words = " ".join([event.rule, *parts]) + (f" since {since}" if since else "")
    return words + (f", try {event.attempt}" if event.attempt > 1 else "")


def shared_failures(directory: Path) -> list[Failure]:
    """Failed jobs that work for all families: the reference, the intervals."""
    return [failure for failure in failed_jobs(directory) if not failure.family]


def failure_of(directory: Path, event: JobEvent) -> Failure:
    """A failed job with the end of its log, or of the cluster's where the step itself wrote nothing."""
    own = tuple(_text(directory, event.log).strip().splitlines()[-LINES_OF_LOG:])
    cluster = tuple(useful_lines(_text(directory, event.cluster_log))[-LINES_OF_LOG:])
    log, shown = (event.cluster_log, cluster) if cluster and not own else (event.log, own)
    return Failure(event.family, event.rule, log, shown, likely_cause("\n".join([event.message, *own, *cluster])))


def failed_jobs(directory: Path) -> list[Failure]:
    """Every failed job of the run, in the order in which they started."""
    events = job_events(_text(directory, RUN_LOG).splitlines())
    return [failure_of(directory, event) for event in events.values() if event.state == FAILED]


def _text(directory: Path, name: str) -> str:
    """A log, '' where there is none."""
    path = directory / name
    return path.read_text(encoding="utf-8", errors="replace") if name and path.is_file() else ""


SIGNS = {DONE: "✓", RUNNING: "…", FAILED: "✗", WAITING: "·"}


def table_text(statuses: Sequence[FamilyStatus], shared: Sequence[Failure], footer: str) -> str:
    """The table for a terminal, then each failure with the last lines of its log, then one line of sums."""
    names = [stage for stage, _, _ in STAGES]
    width = max([6, *(len(status.family) for status in statuses)])
    lines = [f"{'family':<{width}}  " + "  ".join(names)]
    for status in statuses:
        cells = [f"{SIGNS.get(status.stages.get(name, ''), ' '):^{len(name)}}" for name in names]
        lines.append(f"{status.family:<{width}}  " + "  ".join(cells) + f"  {status.state}")
        shown = status.at_work[:MOST_SHOWN]
        lines += [f"{'':<{width}}    {words}" for words in shown]
        if len(status.at_work) > len(shown):
            lines.append(f"{'':<{width}}    and {len(status.at_work) - len(shown)} more jobs")
    lines.append("; ".join(f"{sign} {state}" for state, sign in SIGNS.items()) + "; empty: not of this family")
    for failure, others in alike(shared, statuses):
        lines.append(f"\n{failure.family or 'all families'}: {failure.rule} failed ({failure.log or 'no log'})")
        lines += [f"    {line}" for line in failure.last_lines or ["(nothing written)"]]
        if failure.cause:
            lines.append(f"  likely cause: {failure.cause.cause}\n  repair: {failure.cause.repair}")
        else:
            lines.append("  no known cause: read the log")
        if others:
            lines.append(f"  the same: {', '.join(others)}")
    lines.append(f"\n{footer}")
    return "\n".join(lines)


def alike(shared: Sequence[Failure], statuses: Sequence[FamilyStatus]) -> list[tuple[Failure, list[str]]]:
    """Each failure once, with the logs of the later ones of the same rule and likely cause: a full disk fails hundreds.

    Failures without a known cause are told one by one.
    """
    first: dict[object, tuple[Failure, list[str]]] = {}
    for failure in [*shared, *(failure for status in statuses for failure in status.failures)]:
        key = (failure.rule, failure.cause) if failure.cause else failure
        if key in first:
            first[key][1].append(failure.log or failure.family)
        else:
            first[key] = failure, []
    return list(first.values())


def counts(statuses: Sequence[FamilyStatus]) -> dict[str, int]:
    """{state: families in it}."""
    return {state: sum(status.state == state for status in statuses) for state in STATES}
