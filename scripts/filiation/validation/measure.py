"""Run what measures a goal, in a process of its own, and read what it found.

A goal that was measured is stored with the fingerprint of the code, so that a stopped validation goes on where it was.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import ToolError
from filiation.io.files import atomic_text, sha256
from filiation.validation.goals import COUNTS, Goal

MET = "met"
FEWER = "met on fewer trials"
MISSED = "missed"
NOT_RUN = "not run"
# Code, rules and thresholds: whatever changes what a goal measures.
_FINGERPRINTED = ("scripts", "tests", "benchmarks", "resources", "workflow")
_SUFFIXES = {".py", ".yaml", ".smk", ".sh", ".tsv", ".j2", ".js", ".css"}
# pytest: everything passed; some failed; no test was collected.
_PYTEST_RAN = (0, 1)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Found:
    """What one goal came to.

    values : measured, in the order of the goal's measures; None where nothing was measured.
    trials : how many; 0 when it did not run.
    verdict : met, met on fewer trials (than the floor asks for), missed, not run.
    told : why it did not run, or the last lines of what failed.
    size : "full" when every trial that the goal asks for was made, "small" otherwise.
    commit : of the code that was measured, which need not be the one that writes the report.
    """

    goal: str
    verdict: str
    values: list[float | None] = field(default_factory=list)
    trials: int = 0
    command: str = ""
    seconds: float = 0.0
    told: str = ""
    fingerprint: str = ""
    size: str = ""
    commit: str = ""


def measured(goal: Goal, root: Path, folder: Path, *, full: bool, again: bool = False, run: Run | None = None) -> Found:
    """What a goal came to; from the folder when the same code measured it before in the same size.

    root : the clone, with tests/ and benchmarks/. folder : where results and the output of each goal are kept.
    """
    if goal.by == "absent":
        return Found(goal.id, NOT_RUN, [None] * len(goal.measures), told=goal.reason)
    variables = variables_of(goal, full=full)
    stamp = fingerprint(root, goal, variables, full=full)
    kept = folder / f"{goal.id}.json"
    if not again and kept.is_file():
        before = Found(**json.loads(kept.read_text(encoding="utf-8")))
        if before.fingerprint == stamp and before.verdict != NOT_RUN:
            return before
    command, output = command_of(goal, folder, full=full)
    output.unlink(missing_ok=True)
    began = time.monotonic()
    done = (run or subprocess.run)(
        command,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "scripts")} | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - began
    write_text(folder / f"{goal.id}.log", done.stdout)
    found = read_found(goal, output, done.returncode, done.stdout)
    shown = " ".join([*(f"{k}={v}" for k, v in variables.items()), *_shown(goal, full=full)])
    made = {"command": shown, "seconds": round(seconds, 1), "fingerprint": stamp, "commit": commit_of(root)}
    found = Found(**{**asdict(found), **made, "size": size_of(goal, full=full)})
    write_text(kept, json.dumps(asdict(found), indent=1, ensure_ascii=False) + "\n")
    return found


def variables_of(goal: Goal, *, full: bool) -> dict[str, str]:
    """The variables that size a goal; one that the caller's environment sets goes before the goal's own value."""
    own = goal.environment(full=full)
    return own | {name: os.environ[name] for name in own | goal.environment(full=True) if os.environ.get(name)}


def size_of(goal: Goal, *, full: bool) -> str:
    """Whether a goal was measured with every trial it asks for: "full", also where it knows one size alone."""
    used = (variables_of(goal, full=full), goal.arguments(full=full))
    return "full" if used == (goal.environment(full=True), goal.arguments(full=True)) else "small"


def commit_of(root: Path) -> str:
    """The commit of the clone, with `-dirty` where files were changed since."""
    done = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=10"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def command_of(goal: Goal, folder: Path, *, full: bool) -> tuple[list[str], Path]:
    """The command that measures a goal, and the file it writes its numbers to."""
    if goal.by == "tests":
        output = folder.resolve() / f"{goal.id}.xml"
        words = ["-m", "pytest", "-q", "-o", "junit_family=xunit1", f"--junitxml={output}"]
        return [sys.executable, *words, *goal.run, *goal.arguments(full=full)], output
    output = folder.resolve() / f"{goal.id}.measured.json"
    return [sys.executable, *goal.run, *goal.arguments(full=full), "--json", str(output)], output


def _shown(goal: Goal, *, full: bool) -> list[str]:
    """The command as a reader would type it."""
    program = ["python", "-m", "pytest"] if goal.by == "tests" else ["python"]
    return [*program, *goal.run, *goal.arguments(full=full)]


def read_found(goal: Goal, output: Path, code: int, text: str) -> Found:
    """The verdict of a goal out of what its process wrote.

    A process that wrote nothing, a test that failed, a number that is not there: never `met`.
    """
    last = "\n".join(line for line in text.splitlines()[-6:] if line.strip())
    nothing: list[float | None] = [None] * len(goal.measures)
    if not output.is_file() and goal.by == "benchmark" and code == 0:
        # It ends so where the data it needs are not there.
        return Found(goal.id, NOT_RUN, nothing, told=last or "the benchmark wrote no numbers")
    if not output.is_file():
        return Found(goal.id, MISSED, nothing, told=f"ended with {code} and wrote no result: {last}")
    numbers = _of_tests(output) if goal.by == "tests" else _of_benchmark(output)
    if goal.by == "tests" and code not in _PYTEST_RAN:
        return Found(goal.id, MISSED, nothing, told=f"pytest ended with {code}: {last}")
    if goal.by == "tests" and not sum(numbers.get("passed", [])) and not sum(numbers.get("failed", [])):
        return Found(goal.id, NOT_RUN, nothing, told="every test of this goal was skipped: " + _why_skipped(output))
    values = [_value(numbers.get(measure.take), worst=measure.worst, low=measure.at_least) for measure in goal.measures]
    trials = int(sum(numbers.get(goal.trials, [])))
    failed = int(sum(numbers.get("failed", []))) if goal.by == "tests" else 0
    missing = [m.take for m, value in zip(goal.measures, values, strict=True) if value is None]
    if missing:
        return Found(goal.id, MISSED, values, trials, told=f"'{missing[0]}' was not measured: {last}")
    held = all(m.holds(value) for m, value in zip(goal.measures, values, strict=True) if value is not None)
    # A benchmark that misses a goal of its own may end with 1; its numbers decide.
    if not held or failed or code not in _PYTEST_RAN:
        return Found(goal.id, MISSED, values, trials, told=last if failed or code not in _PYTEST_RAN else "")
    return Found(goal.id, MET if trials >= goal.floor_trials else FEWER, values, trials)


def _value(found: list[float] | None, *, worst: bool, low: float | None) -> float | None:
    if not found:
        return None
    if worst:
        return min(found) if low is not None else max(found)
    return sum(found)


def _of_tests(path: Path) -> dict[str, list[float]]:
    """Numbers of tests in each state, and every property with a number that a test recorded."""
    numbers: dict[str, list[float]] = {name: [0.0] for name in COUNTS}
    # Written by pytest a moment ago, in our own folder.
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        state = "passed"
        if case.find("failure") is not None or case.find("error") is not None:
            state = "failed"
        elif case.find("skipped") is not None:
            state = "skipped"
        numbers[state][0] += 1
        for entry in case.iter("property"):
            try:
                number = float(entry.get("value", ""))
            except ValueError:
                continue
            numbers.setdefault(entry.get("name", ""), []).append(number)
    return numbers


def _why_skipped(path: Path) -> str:
    reasons = {entry.get("message", "") for entry in ElementTree.parse(path).getroot().iter("skipped")}
    return "; ".join(sorted(reasons)) or "no reason given"


def _of_benchmark(path: Path) -> dict[str, list[float]]:
    """The numbers a benchmark wrote under `goals`, by name."""
    data: Any = json.loads(path.read_text(encoding="utf-8"))
    goals: Mapping[str, Any] = data.get("goals", {}) if isinstance(data, dict) else {}
    return {name: [float(value)] for name, value in goals.items()}


def fingerprint(root: Path, goal: Goal, variables: Mapping[str, str], *, full: bool) -> str:
    """A checksum of the goal, its size, and of all that could change what it measures."""
    size = f"{full}{sorted(variables.items())}"
    return hashlib.sha256(f"{goal.model_dump_json()}{size}{_code(root)}".encode()).hexdigest()


@functools.cache
def _code(root: Path) -> str:
    total = hashlib.sha256()
    for name in _FINGERPRINTED:
        for path in sorted((root / name).rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file() and "results" not in path.parts:
                total.update(f"{path.relative_to(root)} {sha256(path)}\n".encode())
    return total.hexdigest()


def write_text(path: Path, text: str) -> None:
    """A whole file of text, or none."""
    with atomic_text(path) as handle:
        handle.write(text)


def require_clone(root: Path) -> Path:
    """The clone that tests and benchmarks stand in; a ToolError where only the package was installed."""
    for name in ("tests", "benchmarks"):
        if not (root / name).is_dir():
            raise ToolError(
                f"no {name}/ beside the package",
                where=str(root),
                expected="a clone of Filiation, where its tests and benchmarks stand",
                repair="run `filiation validate` from the clone that was installed with `make setup`",
            )
    return root
