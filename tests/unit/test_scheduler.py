"""Do families come in the order of the sheet, without a processor standing idle?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from filiation.config import REPOSITORY
from snakemake_scheduler_plugin_filiation import Scheduler, sheet_order

GATHER = SimpleNamespace(
    output=[], input=["results/SECOND/report/x.html", "results/FIRST/report/x.html", "results/run/versions.tsv"]
)


class Job:
    """A job that makes one file; looked : how often its resources were asked for."""

    def __init__(self, path: str, cores: int, priority: int) -> None:
        self.output, self.input, self.priority = [path], list[str](), priority
        self._resources = {"_cores": cores, "_nodes": 1, "mem_mb": 10}
        self.looked = 0

    @property
    def scheduler_resources(self) -> dict[str, int]:
        """What it asks for."""
        self.looked += 1
        return self._resources


def job(path: str, cores: int = 1, priority: int = 0) -> Any:
    """A job that makes one file."""
    return Job(path, cores, priority)


def chosen(jobs: list[Any], cores: int) -> list[str]:
    """Files of the jobs that are started."""
    scheduler = Scheduler(None, None, None)
    return [
        one.output[0] for one in scheduler.select_jobs(jobs, [*jobs, GATHER], {"_cores": cores, "mem_mb": 1000}, {})
    ]


def test_order__is_that_of_the_sheet() -> None:
    assert sheet_order([job("results/FIRST/a"), GATHER]) == {"SECOND": 0, "FIRST": 1}


def test_jobs__of_all_families_come_first_then_family_by_family() -> None:
    jobs = [
        job("results/FIRST/b.bam"),
        job("results/FIRST/a.bam"),
        job("results/SECOND/z.bam"),
        job("results/reference/g"),
    ]
    assert chosen(jobs, 3) == ["results/reference/g", "results/SECOND/z.bam", "results/FIRST/a.bam"]


def test_jobs__that_do_not_fit_let_the_next_family_pass() -> None:
    jobs = [job("results/SECOND/large.bam", cores=4), job("results/FIRST/small.bam", cores=2)]
    assert chosen(jobs, 3) == ["results/FIRST/small.bam"]
    assert chosen(jobs, 6) == ["results/SECOND/large.bam", "results/FIRST/small.bam"]


def test_jobs__that_the_user_asks_for_first_come_first() -> None:
    jobs = [job("results/SECOND/a"), job("results/FIRST/a", priority=10)]
    assert chosen(jobs, 1) == ["results/FIRST/a"]


def test_jobs__that_wait_for_a_full_cluster_are_not_looked_at() -> None:
    jobs = [job(f"results/FIRST/{number}") for number in range(5)]
    scheduler = Scheduler(None, None, None)
    free = {"_cores": 10**6, "_nodes": 2, "mem_mb": 1000}
    started = scheduler.select_jobs(jobs, [*jobs, GATHER], free, {})
    assert [one.output for one in started] == [["results/FIRST/0"], ["results/FIRST/1"]]
    assert [one.looked for one in jobs] == [1, 1, 0, 0, 0]


SNAKEFILE = """
FAMILIES = [f"F{number}" for number in range(8)]
rule all:
    input: expand("results/{family}/report.txt", family=FAMILIES)
rule align:
    output: "results/{family}/{lane}.bam"
    shell: "echo {wildcards.family} >> order.txt; touch {output}"
rule report:
    input: "results/{family}/1.bam", "results/{family}/2.bam"
    output: "results/{family}/report.txt"
    shell: "echo {wildcards.family} >> order.txt; touch {output}"
"""


@pytest.mark.workflow
def test_snakemake__finishes_one_family_before_it_begins_the_next(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(SNAKEFILE, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--scheduler", "filiation", "--cores", "1"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    order = (tmp_path / "order.txt").read_text(encoding="utf-8").split()
    assert order == [f"F{number}" for number in range(8) for _ in range(3)]
