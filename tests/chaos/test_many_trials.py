"""Are the outputs whole, byte for byte, whichever step finds the disk full, and however often two runs meet?

DISK_TRIALS sets how often every step finds no room on the disk, and how often within a file (two steps once in `make
test`, every step three times in `make test-chaos`);
RACE_TRIALS how often two runs of one family are started at once (2 and 200).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.chaos import STORED_STEPS, Tally, assert_same, copy_inputs, environment, run_command, starving_chain

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]
DISK_TRIALS = int(os.environ.get("DISK_TRIALS", "0"))
BY_DAY = ("normalise", "report")
RACE_TRIALS = int(os.environ.get("RACE_TRIALS", "2"))
SEED = os.environ.get("CHAOS_SEED", "2026")


@pytest.mark.parametrize("disk", [100], indirect=True)
def test_disk__that_is_full_at_any_step_stops_the_run_and_spoils_nothing(
    disk: Path, stored_inputs: Path, finished: Path, record_property: Callable[[str, object], None]
) -> None:
    starve(disk, stored_inputs, finished, record_property, disk)


def test_disk__with_a_quota_that_ends_within_a_file_of_any_step_spoils_nothing(
    tmp_path: Path, stored_inputs: Path, finished: Path, record_property: Callable[[str, object], None]
) -> None:
    starve(tmp_path, stored_inputs, finished, record_property)


def starve(
    place: Path,
    stored_inputs: Path,
    finished: Path,
    record_property: Callable[[str, object], None],
    disk: Path | None = None,
) -> None:
    """Chains of steps without room until each had its trials; every one must have ended the run."""
    tally = Tally()
    left = dict.fromkeys(STORED_STEPS, DISK_TRIALS) if DISK_TRIALS else dict.fromkeys(BY_DAY, 1)
    number = 0
    while any(left.values()):
        folder = copy_inputs(stored_inputs, place / f"chain {number}")
        starving_chain(folder, finished, left, random.Random(f"{SEED} {number}"), tally, disk=disk)
        shutil.rmtree(folder)
        number += 1
        print(f"{tally.trials} steps without room, {tally.struck} of them failed for it; {number} runs compared")
    record_property("trials", tally.trials)
    assert tally.struck == tally.trials


def test_race__of_two_runs_on_one_family_ends_with_whole_files_each_time(
    tmp_path: Path, finished: Path, expected: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    folder = copy_inputs(finished, tmp_path / "run")
    generator = random.Random(SEED)
    refused = 0
    for _ in range(RACE_TRIALS):
        # One step is left to do, so that there is something to meet at.
        shutil.rmtree(folder / "results" / "FAM" / "report")
        drivers = []
        for _ in range(2):
            drivers.append(
                subprocess.Popen(
                    run_command(folder), cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE, text=True,
                )
            )  # fmt: skip
            time.sleep(generator.random())
        answers = [driver.communicate(timeout=600)[1] for driver in drivers]
        codes = [driver.returncode for driver in drivers]
        # The later one is refused, or finds everything done.
        assert sorted(codes) in ([0, 0], [0, 1]), answers
        for code, answer in zip(codes, answers, strict=True):
            assert code == 0 or "another run" in answer, answer
        refused += codes != [0, 0]
        assert_same(folder, expected)
    record_property("trials", RACE_TRIALS)
    assert refused
