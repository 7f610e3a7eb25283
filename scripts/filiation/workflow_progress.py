"""What has a run finished, which of its steps failed, and what did those say last?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from filiation.cluster.events import useful_lines
from filiation.cluster.status import alike, failed_jobs

_FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
_STEPS = re.compile(r"(\d+) of (\d+) steps")
_FAILED = re.compile(r"Error in rule (\w+)")


class Progress:
    """One line for each finished step; failed rules are collected."""

    def __init__(self, started: float, say: Callable[[str], None]) -> None:
        self.started = started
        self.say = say
        self.rule = ""
        self.failures: list[str] = []

    def show(self, line: str) -> None:
        """Take one line of Snakemake's output."""
        if found := _FINISHED.search(line):
            self.rule = found[1]
        elif found := _STEPS.search(line):
            elapsed = time.monotonic() - self.started
            self.say(f"[{int(found[1]):>4}/{found[2]}] {elapsed:6.0f} s  {self.rule}")
        elif found := _FAILED.search(line):
            self.failures.append(found[1])


def failure_text(failures: list[str], log: Path) -> str:
    """Which steps failed, with the last lines that each of them wrote, and the likely cause.

    failures : rules and other words that were collected while Snakemake spoke. log : of the run.
    """
    jobs = alike(failed_jobs(log.parent.parent), ())
    rules = {job.rule for job, _ in jobs}
    # A rule whose jobs all came to their end at a further try did not fail; what is no rule's name is told always.
    parts = [f"failed step: {item}" for item in dict.fromkeys(failures) if item in rules or " " in item or not rules]
    for job, others in jobs:
        parts += [f"{job.log or job.rule}:", *(f"    {line}" for line in job.last_lines or ["(empty log)"])]
        if job.cause:
            parts.append(f"  likely cause: {job.cause.cause}\n  repair: {job.cause.repair}")
        if others:
            parts.append(f"  the same: {', '.join(others)}")
    if not parts:
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        parts = ["snakemake stopped before any step failed:", *(f"  {line}" for line in useful_lines(text)[-12:])]
    summary = "\n".join(parts)
    return f"{summary}\nwhole output: {log}\nrepair the cause and run the same command again: finished steps are kept"


def plan_problem(text: str) -> str:
    """The useful part of Snakemake's words when it cannot plan: ours first, without its frames."""
    return "the workflow cannot be planned:\n  " + "\n  ".join(useful_lines(text)[-30:])
