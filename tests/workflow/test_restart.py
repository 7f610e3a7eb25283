"""Is a report that was reached through any number of deaths the same, byte for byte, as an undisturbed one?

The runs lie in different folders, so that a path in an output would show as a difference.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from builders.runs import DAY, digests, filiation, run_command
from filiation.workflow_run import MARK

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]
SEED = 2025
# Finished steps (of 27) before each death: in the alignments, and later.
MOMENTS = ((1, 9), (2, 10))


def marked(folder: Path) -> list[psutil.Process]:
    """Living processes of a folder's run."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


@contextmanager
def started(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run in a session of its own, and the file of what it says."""
    said = folder / "said.txt"
    with open(said, "wb") as sink:
        driver = subprocess.Popen(
            [sys.executable, "-m", "filiation", *map(str, run_command(folder))],
            stdout=sink,
            stderr=sink,
            cwd=folder,
            env={**os.environ, **DAY},
            start_new_session=True,
        )
    try:
        yield driver, said
    finally:
        driver.kill()
        driver.wait()


def wait_for_steps(said: Path, driver: subprocess.Popen[bytes], number: int) -> None:
    """Until a number of steps is finished."""
    deadline = time.monotonic() + 180
    while said.read_bytes().count(b"\n[") < number:
        assert driver.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.05)


def kill(who: str, driver: subprocess.Popen[bytes]) -> None:
    """kill -9 of the driver, of its process group, or of its Snakemake."""
    if who == "driver":
        driver.kill()
    elif who == "group":
        os.killpg(driver.pid, signal.SIGKILL)
    else:
        (snakemake,) = psutil.Process(driver.pid).children()
        assert "snakemake" in snakemake.cmdline()
        snakemake.kill()
        # The driver says so and ends the steps.
        assert driver.wait(timeout=60) == 1
    driver.wait(timeout=60)


@pytest.mark.parametrize("who", ["driver", "group", "snakemake"])
def test_restart__killed_twice_gives_the_bytes_of_an_undisturbed_run(
    who: str, tmp_path: Path, reduced_inputs: Path, undisturbed: Path
) -> None:
    generator = random.Random(f"{SEED} {who}")
    folder = tmp_path / "another place" / who
    folder.parent.mkdir()
    subprocess.run(["cp", "-a", str(reduced_inputs), str(folder)], check=True)
    for earliest, latest in MOMENTS:
        steps, delay = generator.randint(earliest, latest), generator.random()
        with started(folder) as (driver, said):
            wait_for_steps(said, driver, steps)
            time.sleep(delay)
            kill(who, driver)
        assert not (folder / "results" / "DEMO" / "report" / "DEMO.rcp.html").exists()
    done = filiation(*run_command(folder), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr

    expected, found = digests(undisturbed), digests(folder)
    assert len(expected) > 40
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []
    assert marked(folder.resolve()) == []
