"""Does a run on a real SLURM give the bytes of a local run through each fault alone? By `make test-slurm`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from builders.runs import digests, filiation, run_command
from builders.slurm import Cluster, Run

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.tools,
    pytest.mark.slow,
    pytest.mark.xdist_group("slurm"),
    pytest.mark.skipif(
        os.environ.get("SLURM_TESTS") != "1", reason="one fault a run takes minutes each: make test-slurm"
    ),
]
Start = Callable[[Path, Path], Run]
MakeProfile = Callable[..., Path]


def stored_inputs(folder: Path, undisturbed: Path) -> None:
    """The reduced family from its stored calls: few jobs, so that a fault is tried in a minute."""
    for part in ("config", "data"):
        shutil.copytree(undisturbed / part, folder / part, symlinks=True)
    calls = "data/stored.bcf"
    shutil.copy(undisturbed / "results" / "DEMO" / "calling" / "DEMO.bcf", folder / calls)
    shutil.copy(undisturbed / "results" / "DEMO" / "calling" / "DEMO.bcf.csi", folder / f"{calls}.csi")
    sheet = folder / "config" / "samples.tsv"
    head, *rows = sheet.read_text(encoding="utf-8").splitlines()
    sheet.write_text("\n".join([f"{head}\tvcf", *(f"{row}\t{calls}" for row in rows)]) + "\n", encoding="utf-8")
    settings = yaml.safe_load((folder / "config" / "config.yaml").read_text(encoding="utf-8"))
    settings.pop("units", None)
    (folder / "config" / "units.tsv").unlink()
    settings["report"] = {**settings.get("report", {}), "pdf": False}
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


@pytest.fixture
def stored(tmp_path: Path, undisturbed: Path) -> Path:
    """Inputs of the stored family, in a folder of this test."""
    stored_inputs(tmp_path / "stored", undisturbed)
    return tmp_path / "stored"


@pytest.fixture(scope="session")
def expected(made_once: Callable[[str, Callable[[Path], None]], Path], undisturbed: Path) -> dict[str, str]:
    """Outputs of the stored family, run once on this machine and undisturbed."""

    def fill(folder: Path) -> None:
        stored_inputs(folder / "run", undisturbed)
        done = filiation(*run_command(folder / "run"), "--no-check", cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    found = digests(made_once("stored", fill) / "run")
    assert "DEMO/report/DEMO.rcp.html" in found
    return found


def test_slurm__the_family_from_fastq_gives_the_bytes_of_a_local_run(
    cluster: Cluster, start: Start, profile: MakeProfile, tmp_path: Path, reduced_inputs: Path, undisturbed: Path
) -> None:
    folder = tmp_path / "family"
    subprocess.run(["cp", "-a", str(reduced_inputs), str(folder)], check=True)
    said = start(folder, profile()).finish(900)
    assert "finished in" in said, said
    assert digests(folder) == digests(undisturbed)
    assert cluster.jobs() == []


def test_slurm__a_cancelled_job_and_a_restarted_controller_change_nothing(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, expected: dict[str, str]
) -> None:
    run = start(stored, profile())
    cluster.ask("scancel", cluster.wait_for_job(run, "rule_normalise"))
    cluster.wait_for_job(run, "rule_normalise")
    cluster.controller("stop")
    time.sleep(3)
    cluster.controller("start")
    said = run.finish()
    assert "finished in" in said, said
    assert digests(stored) == expected


def test_slurm__a_job_killed_for_its_memory_is_tried_again_with_more(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, expected: dict[str, str]
) -> None:
    small = profile(set_resources={"normalise": {"mem_mb": "60 if attempt == 1 else 2000"}})
    run = start(stored, small)
    said = run.finish()
    assert "finished in" in said, said
    log = (stored / "logs" / "run.log").read_text(encoding="utf-8")
    assert "Trying to restart job" in log, log
    assert digests(stored) == expected


def test_slurm__a_job_at_its_time_limit_is_tried_again(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, expected: dict[str, str]
) -> None:
    run = start(stored, profile(set_resources={"normalise": {"runtime": "1 if attempt == 1 else 60"}}))
    number = cluster.wait_for_job(run, "rule_normalise")
    cluster.freeze(number)
    said = run.finish()
    assert "finished in" in said, said
    log = (stored / "logs" / "run.log").read_text(encoding="utf-8")
    assert f"'{number}' failed, SLURM status is: 'TIMEOUT'" in log, log
    assert digests(stored) == expected


@pytest.mark.parametrize("state", ["down", "drain"])
def test_slurm__a_node_that_goes_and_comes_back_finishes_its_jobs(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, expected: dict[str, str], state: str
) -> None:
    run = start(stored, profile())
    number = cluster.wait_for_job(run, "rule_normalise")
    cluster.set_node(state)
    if state == "down":
        # SLURM puts the job back.
        assert cluster.wait_for_job(run, "rule_normalise", "PENDING") == number
    else:
        cluster.wait_for_job(run, "rule_interpretation", "PENDING")
    cluster.set_node("resume")
    said = run.finish()
    assert "finished in" in said, said
    assert digests(stored) == expected


def test_slurm__a_driver_killed_while_jobs_run_leaves_no_second_writer(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, expected: dict[str, str]
) -> None:
    settings = profile()
    first = start(stored, settings)
    number = cluster.wait_for_job(first, "rule_normalise")
    cluster.freeze(number)
    os.killpg(first.driver.pid, signal.SIGKILL)
    first.driver.wait()
    second = start(stored, settings)
    said = second.finish()
    assert "ended 1 job(s) of the cluster that a dead run had left" in said, said
    assert "finished in" in said, said
    assert number not in cluster.jobs()
    assert digests(stored) == expected


def test_slurm__a_second_driver_on_the_family_is_refused(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path
) -> None:
    settings = profile()
    first = start(stored, settings)
    cluster.wait_for_job(first, "rule_normalise")
    second = start(stored, settings)
    assert "another run is at work in this folder" in second.finish(60)
    assert second.driver.returncode == 1
    first.driver.send_signal(signal.SIGTERM)
    first.finish(120)
    assert cluster.jobs() == []


def test_slurm__accounting_that_is_away_for_a_while_loses_no_job(
    cluster_with_accounts: Cluster,
    start: Start,
    profile: MakeProfile,
    stored: Path,
    expected: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    run = start(stored, profile(default_resources={"mem_mb": 2000, "runtime": 60, "slurm_account": "laboratory"}))
    cluster_with_accounts.wait_for_job(run, "rule_normalise")
    cluster_with_accounts.accounting("stop")
    time.sleep(60)
    cluster_with_accounts.accounting("start")
    tell("slurmdbd stopped for 60 s")
    said = run.finish(900)
    assert "finished in" in said, said
    assert digests(stored) == expected


def test_slurm__files_that_the_node_does_not_see_are_named_with_their_repair(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, expected: dict[str, str]
) -> None:
    cluster.give_node(stored / "data")
    run = start(stored, profile())
    said = run.finish()
    assert run.driver.returncode == 1, said
    assert "a file that this machine has is missing on the node" in said, said
    assert "name it by that path" in said
    cluster.say("node", str(cluster.folder), "stop")
    cluster.say("node", str(cluster.folder), "start")
    said = start(stored, profile()).finish()
    assert "finished in" in said, said
    assert digests(stored) == expected


def test_slurm__scratch_that_the_node_alone_has_is_used_and_left_empty(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path, tmp_path: Path, expected: dict[str, str]
) -> None:
    mount = tmp_path / "node"
    mount.mkdir()
    # On the driver's machine the folder is not there, and nobody may make it.
    on_node = cluster.give_node(mount) / "scratch"
    scratch = mount / "scratch"
    defaults = {"mem_mb": 2000, "runtime": 60, "tmpdir": f"{scratch}/$SLURM_JOB_ID"}
    said = start(stored, profile(default_resources=defaults)).finish()
    assert "finished in" in said, said
    assert digests(stored) == expected
    folders = list(on_node.iterdir())
    assert len(folders) > 5
    assert all(folder.name.isdecimal() for folder in folders)
    # Compiled kernels stay for the next job of the node, nothing else does.
    left = [path.relative_to(folder) for folder in folders for path in folder.rglob("*")]
    assert [path for path in left if not path.parts[0].startswith("filiation-numba-")] == []
    assert list(mount.iterdir()) == []


def test_slurm__what_the_cluster_would_not_take_is_said_before_the_first_job(
    cluster: Cluster, start: Start, profile: MakeProfile, stored: Path
) -> None:
    defaults = {"mem_mb": 2000, "runtime": 60, "slurm_partition": "mian"}
    run = start(stored, profile(default_resources=defaults, set_resources={"screen": {"mem_mb": 900000}}))
    said = run.finish(120)
    assert run.driver.returncode == 2, said
    assert "partition 'mian' is not one of this cluster's" in said
    assert "did you mean 'main'?" in said
    run = start(stored, profile(set_resources={"screen": {"mem_mb": 900000}, "annotate": {"runtime": 9999}}))
    said = run.finish(120)
    assert run.driver.returncode == 2, said
    assert "2 rule(s) do not fit: annotate asks for 9999 min; screen asks for 900000 MB" in said
    assert "main: 64 threads and 256000 MB on its largest node, 1440 min" in said
    assert cluster.jobs("all") == []
