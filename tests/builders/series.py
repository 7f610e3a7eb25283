"""The faults that were tried on a cluster, as lines of the log of the tests, and as a page.

A test tells what it did with `record_property("series", …)`; both are written from the same reports.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from filiation.io.files import atomic_text

_HEAD = """# {title}

Written by `{command}`: do not edit. {machine}. Each line is from the last time that its test ran.
A run is passed when its outputs are those of an undisturbed run on one machine, byte for byte, no step was at work
twice at the same time, and no job is left.

| test | what was done | result | time |
|---|---|---|---|
"""


def series(reporter: pytest.TerminalReporter) -> list[tuple[str, str, str, float]]:
    """(test, what was done, result, seconds) of each test in tests/slurm, in the order of their names."""
    rows = []
    for result in ("passed", "failed", "skipped"):
        for report in reporter.stats.get(result, []):
            if not report.nodeid.startswith("tests/slurm/"):
                continue
            name = report.nodeid.rpartition("::")[2].split("__", 1)[-1].partition("@")[0].replace("_", " ")
            told = [str(text) for key, text in report.user_properties if key == "series"]
            if result == "skipped" and isinstance(report.longrepr, tuple):
                told = [report.longrepr[2].removeprefix("Skipped: ")]
            rows.append((name, "; ".join(told), result, report.duration))
    return sorted(rows)


def write_series(reporter: pytest.TerminalReporter) -> None:
    """Tell the series in the log; with SLURM_SERIES=FILE, as a page too."""
    rows = series(reporter)
    if not rows:
        return
    reporter.section("runs on a cluster")
    for name, told, result, seconds in rows:
        reporter.write_line(f"{result.upper():8}{seconds:5.0f} s  {name}" + (f": {told}" if told else ""))
    real = {result: _on_a_real_one(reporter, result) for result in ("passed", "failed", "skipped")}
    if real["skipped"] and not real["passed"] + real["failed"]:
        reporter.write_line(
            "NO REAL SLURM: what runs on a real cluster was SKIPPED here, for the reasons above", red=True
        )
    if page := os.environ.get("SLURM_SERIES"):
        write_page(Path(page), [row for row in rows if row[2] != "skipped"])


def write_page(page: Path, rows: list[tuple[str, str, str, float]]) -> None:
    """Write the rows of `series` as a page, which keeps the lines of tests that did not run this time."""
    lines = {}
    if page.exists():
        table = page.read_text(encoding="utf-8").splitlines()
        lines = {line.split(" | ")[0].strip("| "): line for line in table if line.startswith("| ")}
        lines.pop("test", None)
    for name, told, result, seconds in rows:
        lines[name] = f"| {name} | {told.replace('|', '/')} | {result} | {_time(seconds)} |"
    head = _HEAD.format(
        title=os.environ.get("SLURM_SERIES_TITLE", "Faults on SLURM"),
        command=os.environ.get("SLURM_SERIES_COMMAND", "make test-slurm"),
        machine=_machine(),
    )
    with atomic_text(page) as handle:
        handle.write(head + "\n".join(lines[name] for name in sorted(lines)) + "\n")


def _time(seconds: float) -> str:
    """How long a test ran; one that reads what a fixture tried for all of them has no time of its own."""
    return f"{seconds:.0f} s" if seconds >= 0.5 else "with the others"


def _on_a_real_one(reporter: pytest.TerminalReporter, result: str) -> int:
    """How many tests of the series of `make test` have a result."""
    return sum(report.nodeid.startswith("tests/slurm/test_series.py") for report in reporter.stats.get(result, []))


def _machine() -> str:
    """The scheduler and the size of the machine."""
    version = "no SLURM"
    if os.environ.get("SLURM_SERIES_TITLE"):
        version = "Shell scripts in place of the commands of SLURM"
    elif found := shutil.which("slurmd", path=f"{os.environ['PATH']}:/usr/sbin"):
        version = subprocess.run([found, "-V"], capture_output=True, text=True, check=False).stdout.strip()
    return f"{version}, {os.cpu_count()} cores, {platform.system()}"
