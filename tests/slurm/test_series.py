"""Does the demonstration run on a real SLURM from FASTQ to its report, and through a series of faults, byte for byte?

These two runs are part of `make test`; one fault a run, and more of them, in test_on_slurm.py.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.runs import digests
from builders.slurm import Cluster, Run

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow, pytest.mark.xdist_group("slurm")]
Start = Callable[[Path, Path], Run]
Tell = Callable[[str], None]


def test_slurm__the_demonstration_runs_end_to_end(
    cluster: Cluster,
    start: Start,
    profile: Callable[..., Path],
    tmp_path: Path,
    reduced_inputs: Path,
    undisturbed: Path,
    tell: Tell,
) -> None:
    folder = tmp_path / "family"
    subprocess.run(["cp", "-a", str(reduced_inputs), str(folder)], check=True)
    said = start(folder, profile(grouped=True)).finish(900)
    assert "finished in" in said, said
    assert digests(folder) == digests(undisturbed)
    assert cluster.jobs() == []
    count = len(re.findall(r"submitted with SLURM jobid", (folder / "logs" / "run.log").read_text(encoding="utf-8")))
    tell(f"from FASTQ to the report, {count} jobs")


def test_slurm__a_series_of_faults_changes_no_byte(
    cluster: Cluster,
    start: Start,
    profile: Callable[..., Path],
    tmp_path: Path,
    reduced_inputs: Path,
    undisturbed: Path,
    tell: Tell,
) -> None:
    folder = tmp_path / "family"
    subprocess.run(["cp", "-a", str(reduced_inputs), str(folder)], check=True)
    settings = profile(grouped=True, set_resources={"normalise": {"mem_mb": "60 if attempt == 1 else 2000"}})
    run = start(folder, settings)

    cluster.wait_for_job(run, "reads")
    cluster.set_node("down")
    time.sleep(1)
    cluster.set_node("resume")
    tell("node down under its jobs, and back")

    slow = cluster.wait_for_job(run, "reads")
    cluster.ask("scontrol", "update", f"jobid={slow}", "TimeLimit=1")
    cluster.freeze(slow)
    tell("time limit")

    cancelled = cluster.wait_for_job(run, "reads", other_than=[slow])
    cluster.ask("scancel", cancelled)
    tell("scancel")

    cluster.controller("stop")
    time.sleep(3)
    cluster.controller("start")
    tell("slurmctld stopped for seconds")

    cluster.set_node("drain")
    time.sleep(1)
    cluster.set_node("resume")
    tell("node drained, and back")

    left = cluster.wait_for_job(run, "calling")
    cluster.freeze(left)
    os.killpg(run.driver.pid, signal.SIGKILL)
    run.driver.wait()
    first_log = (folder / "logs" / "run.log").read_text(encoding="utf-8")
    assert re.search(rf"JOB {slow} ON \S+ CANCELLED AT \S+ DUE TO TIME LIMIT", first_log), first_log
    assert re.search(rf"JOB {cancelled} ON \S+ CANCELLED AT \S+ \*", first_log), first_log
    second = start(folder, settings)
    tell("driver killed, and started again over its jobs")

    cluster.wait_for_job(second, "normalise")
    third = start(folder, settings)
    assert "another run is at work in this folder" in third.finish(120)
    tell("second driver refused")

    said = second.finish(900)
    assert re.search(r"ended \d job\(s\) of the cluster that a dead run had left", said), said
    assert left not in cluster.jobs()
    assert "finished in" in said, said
    assert "Trying to restart job" in (folder / "logs" / "run.log").read_text(encoding="utf-8")
    tell("out of memory, tried again with more")

    assert digests(folder) == digests(undisturbed)
    assert cluster.jobs() == []
