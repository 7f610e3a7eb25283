"""What becomes of a run on a full or read-only disk, with files that come late, other clocks, and a second run?"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from pathlib import Path

import pytest

from builders.chaos import (
    assert_same,
    copy_inputs,
    damaged,
    environment,
    every_night,
    fill,
    finish,
    meddling,
    run,
    run_command,
    started,
    wait_for_step,
)

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]


@pytest.mark.parametrize("disk", [100], indirect=True)
@pytest.mark.parametrize("step", ["screen", pytest.param("report", marks=every_night)])
def test_disk__that_fills_while_a_step_is_at_work_stops_the_run_and_spoils_nothing(
    step: str, disk: Path, stored_inputs: Path, expected: dict[str, str]
) -> None:
    folder = copy_inputs(stored_inputs, disk / "run")
    with started(folder, TMPDIR=str(disk)) as (driver, said):
        assert wait_for_step(driver, step, said), said.read_text()
        fill(disk / "filler")
        assert driver.wait(timeout=300) == 1
    assert damaged(folder, expected) == []
    (disk / "filler").unlink()
    finish(folder)
    assert_same(folder, expected)


@pytest.mark.parametrize("least", [2000, pytest.param(200, marks=every_night)])
def test_disk__that_takes_only_so_many_bytes_of_a_file_leaves_no_short_file(
    least: int, tmp_path: Path, stored_inputs: Path, expected: dict[str, str]
) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    with started(folder) as (driver, said):
        # The steps that begin from now on inherit the limit: their own files end at it.
        assert wait_for_step(driver, "normalise", said), said.read_text()
        for process in [driver.pid, *children(driver.pid)]:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (least, resource.RLIM_INFINITY))
        assert driver.wait(timeout=300) != 0
    assert damaged(folder, expected) == []
    finish(folder)
    assert_same(folder, expected)


def children(pid: int) -> list[int]:
    """Processes below one."""
    import psutil

    return [process.pid for process in psutil.Process(pid).children(recursive=True)]


@pytest.mark.parametrize("disk", [100], indirect=True)
def test_disk__that_is_read_only_is_named_before_anything_starts(disk: Path, stored_inputs: Path) -> None:
    folder = copy_inputs(stored_inputs, disk / "run")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    done = run(folder, FILIATION_LOCKS=str(disk.parent / "locks"))
    assert done.returncode == 2
    assert str(folder) in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "results").exists()


@pytest.mark.parametrize("disk", [20], indirect=True)
def test_disk__without_room_is_named_before_anything_starts(disk: Path, stored_inputs: Path) -> None:
    folder = copy_inputs(stored_inputs, disk / "run")
    done = run(folder)
    assert done.returncode == 1
    assert "bytes are free here" in done.stderr
    assert not (folder / "results").exists()


def test_files__that_come_late_are_waited_for(tmp_path: Path, stored_inputs: Path, expected: dict[str, str]) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    finish(folder, **meddling(folder, "late", "annotate"))
    assert_same(folder, expected)


@pytest.mark.parametrize("skew", ["7200", pytest.param("-7200", marks=every_night)])
def test_clock__of_another_node_changes_no_byte_and_repeats_nothing_in_the_end(
    skew: str, tmp_path: Path, stored_inputs: Path, expected: dict[str, str]
) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    finish(folder, **meddling(folder, "skewed", "screen", skew))
    assert_same(folder, expected)


@pytest.mark.parametrize("place", ["two folders", pytest.param("one folder", marks=every_night)])
def test_race__of_two_runs_on_one_family_ends_with_one_run_and_whole_files(
    place: str, tmp_path: Path, stored_inputs: Path, expected: dict[str, str]
) -> None:
    folders = [copy_inputs(stored_inputs, tmp_path / "a")]
    folders.append(folders[0] if place == "one folder" else copy_inputs(stored_inputs, tmp_path / "b"))
    if place == "two folders":
        # The same data: only then are two families of one name the same family.
        data = folders[1] / "data"
        subprocess.run(["rm", "-r", str(data)], check=True)
        data.symlink_to(folders[0] / "data")
    drivers = [
        subprocess.Popen(
            run_command(folder), cwd=folder, env=environment(folder), stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True,
        )
        for folder in folders
    ]  # fmt: skip
    answers = [driver.communicate(timeout=600)[1] for driver in drivers]
    codes = sorted(driver.returncode for driver in drivers)
    assert codes == [0, 1], answers
    refusal = answers[0] if drivers[0].returncode else answers[1]
    assert "another run" in refusal
    winner = folders[1] if drivers[0].returncode else folders[0]
    assert_same(winner, expected)


def test_lock__of_a_dead_run_elsewhere_is_refused_with_the_command_that_removes_it(
    tmp_path: Path, stored_inputs: Path
) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    locks = tmp_path / "locks"
    with started(folder) as (driver, said):
        deadline = time.monotonic() + 120
        while not list(locks.glob("*.lock")):
            assert driver.poll() is None, said.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
    (lock,) = locks.glob("*.lock")
    # The holder was killed: on its own host the lock is taken over. The same lock of another host is not.
    text = lock.read_text()
    lock.write_text(text.replace(os.uname().nodename, "node17"), encoding="utf-8")
    done = run(folder)
    assert done.returncode == 1
    assert f"rm {lock}" in done.stderr
    assert "node17" in done.stderr
    lock.write_text(text, encoding="utf-8")
    assert run(folder, "--dry-run").returncode == 0
    assert not lock.exists()


def test_snakemake_profile__of_the_environment_is_refused(tmp_path: Path, stored_inputs: Path) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    done = run(folder, SNAKEMAKE_PROFILE=str(tmp_path))
    assert done.returncode == 2
    assert "unset SNAKEMAKE_PROFILE" in done.stderr
