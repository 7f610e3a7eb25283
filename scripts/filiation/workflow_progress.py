"""What has a run finished, which of its steps failed, and what did those say last?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

_FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
_STEPS = re.compile(r"(\d+) of (\d+) steps")
_FAILED = re.compile(r"Error in rule (\w+)")
_FAILED_LOG = re.compile(r"\s+log: (\S+) \(check log file\(s\)")


class Progress:
    """One line for each finished step; failed rules and their logs are collected."""

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
        elif found := _FAILED.search(line) or _FAILED_LOG.match(line):
            self.failures.append(found[1])


def failure_text(failures: list[str], log: Path) -> str:
    """Which steps failed, with the last lines that each of them wrote."""
    parts = []
    for item in dict.fromkeys(failures):
        path = log.parent.parent / item
        if path.is_file():
            lines = _text(path).strip().splitlines()[-12:]
            parts.append(f"{item}:\n    " + "\n    ".join(lines or ["(empty log)"]))
        else:
            parts.append(f"failed step: {item}")
    if not parts:
        parts = ["snakemake stopped before any step failed:", *(f"  {line}" for line in _useful(_text(log))[-12:])]
    summary = "\n".join(parts)
    return f"{summary}\nwhole output: {log}\nrepair the cause and run the same command again: finished steps are kept"


def _text(path: Path) -> str:
    """A log, '' when there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


_BANNER = re.compile(
    r"SNAKEMAKE$|=+$|  (Date|Workflow ID|Platform|Host|User|(Snakemake|Python) version|Command|Snakefile|"
    r"(Base|Run|Working) directory|Config file\(s\)|Config MD5): "
)


def _useful(text: str) -> list[str]:
    """Lines of Snakemake's words without its banner and its frames."""
    return [
        line
        for line in text.splitlines()
        if line.strip()
        and not line.startswith(("Using workflow specific", "Assuming unrestricted", "host:", "Building DAG"))
        and not _BANNER.match(line)
        and not re.match(r'\s*File ".*", line \d+', line)
    ]


def plan_problem(text: str) -> str:
    """The useful part of Snakemake's words when it cannot plan: ours first, without its frames."""
    return "the workflow cannot be planned:\n  " + "\n  ".join(_useful(text)[-30:])
