"""Is each way in which a cluster would not take a run, or would lose a part of it, told with its repair?

Before the first job where it can be known; else as the likely cause of the job that failed.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from builders.sheets import FASTQ_TRIO, trio, write_run
from filiation.cluster import slurm
from filiation.cluster.causes import likely_cause
from filiation.cluster.planned import PlannedJob
from filiation.cluster.preflight import check_cluster, scratch_needed
from filiation.cluster.profile import Profile
from filiation.config import load_config
from filiation.errors import FaultList
from filiation.io.sheet import load_sheets


def told(folder: Path, executor: str = "cluster-generic", **resources: str) -> list[str]:
    """What is said of a profile with these default resources."""
    profile = Profile(folder, executor, {"default-resources": resources})
    return [fault.message() for fault in check_cluster(profile, [PlannedJob("align", threads=2)], folder)]


def partitions(monkeypatch: pytest.MonkeyPatch, *found: slurm.Partition) -> None:
    """A cluster with these partitions, which keeps no accounts."""
    monkeypatch.setattr(slurm, "partitions", lambda: {one.name: one for one in found})
    monkeypatch.setattr(slurm, "accounts", lambda: None)


def test_partition__unknown_brings_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partitions(monkeypatch, slurm.Partition("genome", None, 64, 256_000))
    (fault,) = told(tmp_path, "slurm", slurm_partition="genmoe")
    assert "partition 'genmoe' is not one of this cluster's" in fault
    assert "did you mean 'genome'" in fault


def test_partition__none_given_and_none_by_default_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partitions(monkeypatch, slurm.Partition("genome", None, 64, 256_000))
    (fault,) = told(tmp_path, "slurm")
    assert "no partition is given" in fault
    partitions(monkeypatch, slurm.Partition("genome", None, 64, 256_000, default=True))
    assert told(tmp_path, "slurm") == []


def test_node__too_small_for_a_rule_is_told_with_the_line_of_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partitions(monkeypatch, slurm.Partition("small", 60, 4, 8_000, default=True))
    jobs = [PlannedJob("align", threads=2, memory_mb=24_000, minutes=30)]
    (fault,) = check_cluster(Profile(tmp_path, "slurm", {}), jobs, tmp_path)
    assert "1 rule(s) do not fit: align asks for 24000 MB" in fault.message()
    assert "set-resources: {align: {mem_mb: 8000}}" in fault.message()


def test_partition__that_is_down_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    up, down = slurm.Partition("genome", None, 64, 256_000), slurm.Partition("bigmem", None, 64, 10**6, state="down")
    partitions(monkeypatch, up, down)
    (fault,) = told(tmp_path, "slurm", slurm_partition="bigmem")
    assert "partition 'bigmem' takes no jobs now: it is down" in fault
    assert "expected: genome\n" in fault


def test_partition__of_a_rule_is_the_one_that_its_jobs_must_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partitions(
        monkeypatch, slurm.Partition("short", 60, 4, 8_000, default=True), slurm.Partition("bigmem", None, 64, 10**6)
    )
    profile = Profile(tmp_path, "slurm", {})
    screen = PlannedJob("screen", memory_mb=4_000, minutes=30)
    align = PlannedJob("align", threads=32, memory_mb=24_000, minutes=720)

    def faults_with(*names: str) -> list[str]:
        placed = [screen, replace(align, partitions=names)]
        return [fault.message() for fault in check_cluster(profile, placed, tmp_path)]

    assert faults_with("bigmem") == []
    # sbatch takes several, and starts the job in the first that has room.
    assert faults_with("short", "bigmem") == []
    (fault,) = faults_with()
    assert "align asks for 32 threads, 24000 MB, 720 min" in fault
    (fault,) = faults_with("bigmen")
    assert "did you mean 'bigmem'" in fault


def test_account__of_one_rule_is_checked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partitions(monkeypatch, slurm.Partition("genome", None, 64, 256_000, default=True))
    monkeypatch.setattr(slurm, "accounts", lambda: {"genetics"})
    jobs = [PlannedJob("align", account="gentics"), PlannedJob("call", account="genetics")]
    (fault,) = check_cluster(Profile(tmp_path, "slurm", {}), jobs, tmp_path)
    assert "account 'gentics' is not one of yours" in fault.message()


def test_scratch__that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(tmp_path) and access(path, mode))
    (fault,) = told(tmp_path, tmpdir=str(tmp_path))
    assert "cannot be written" in fault


def test_scratch__that_is_full_is_told_with_what_the_largest_job_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    (fault,) = told(tmp_path, tmpdir=str(tmp_path))
    assert "has 1 MB left" in fault
    assert "200 MB" in fault


def test_scratch__need_grows_with_the_inputs_of_the_largest_job(tmp_path: Path) -> None:
    reads = tmp_path / "reads.bam"
    with open(reads, "wb") as handle:
        handle.truncate(1_000_000_000)
    assert scratch_needed([PlannedJob("mark_duplicates", inputs=(str(reads),))]) == pytest.approx(1.5e9)
    assert scratch_needed([PlannedJob("screen", inputs=(str(reads),))]) == pytest.approx(200e6)


def test_scratch__of_the_nodes_alone_is_not_judged_here(tmp_path: Path) -> None:
    assert told(tmp_path, tmpdir=str(tmp_path / "on-the-nodes")) == []


def test_clock__of_the_file_system_that_differs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(tmp_path) == []
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 90)
    (fault,) = told(tmp_path)
    assert "the clock of the file system differs by" in fault
    assert "NTP" in fault


def test_accounting__none_is_seen_in_the_configuration_of_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, kept in (
        ("AccountingStorageType   = accounting_storage/none", False),
        ("AccountingStorageType   = (null)", False),
        ("AccountingStorageType   = accounting_storage/slurmdbd", True),
    ):
        monkeypatch.setattr(slurm, "ask", lambda *command, text=text: f"Other = 1\n{text}\n")
        assert slurm.keeps_accounts() is kept


def test_reference__missing_on_the_node_is_the_cause_of_the_job_that_failed() -> None:
    log = "MissingInputException in rule align in file alignment.smk:\nMissing input files for rule align:\n  genome.fa"
    found = likely_cause(log)
    assert found is not None
    assert found.cause == "a file that this machine has is missing on the node"
    ours = likely_cause("filiation call: reference genome: no file /data/genome.fa\n  repair: correct the path")
    assert ours is not None
    assert (ours.cause, ours.repair) == ("reference genome: no file /data/genome.fa", "correct the path")


def test_family__listed_twice_is_told_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(write_run(tmp_path, [*trio(), *trio()], FASTQ_TRIO))
    with pytest.raises(FaultList) as caught:
        load_sheets(config)
    text = caught.value.message()
    assert "sample 'CHILD' stands on line 2 already" in text
    assert text.count("already") == 3
