"""Are the outputs the same, byte for byte, whenever and whoever of a run was killed by signal 9?

CHAOS_TRIALS sets the number of kills (16 in `make test`, 500 in `make test-chaos`), CHAOS_SEED chooses other moments.
CHAOS_NIGHT=1 adds a chain over every step of the family that starts from FASTQ.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.chaos import FASTQ_STEPS, STORED_STEPS, Tally, chain, copy_inputs, every_night

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]
TRIALS = int(os.environ.get("CHAOS_TRIALS", "16"))
SEED = os.environ.get("CHAOS_SEED", "2026")


def test_kill__at_random_moments_of_every_step_gives_the_bytes_of_an_undisturbed_run(
    tmp_path: Path, stored_inputs: Path, finished: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = Tally()
    number = 0
    while tally.trials < TRIALS:
        folder = copy_inputs(stored_inputs, tmp_path / f"chain {number}")
        chain(folder, finished, STORED_STEPS, random.Random(f"{SEED} {number}"), tally, TRIALS)
        shutil.rmtree(folder)
        number += 1
        print(f"{tally.trials} kills, {tally.struck} of them before the step had ended; {number} runs compared")
    record_property("trials", tally.trials)
    record_property("struck", tally.struck)
    # A moment that comes after the end of a step is a trial of the step after it; many must strike the step itself.
    assert tally.struck > tally.trials / 8


@every_night
def test_kill__of_a_family_from_its_fastq_gives_the_bytes_of_an_undisturbed_run(
    tmp_path: Path, reduced_inputs: Path, undisturbed: Path
) -> None:
    tally = Tally()
    folder = copy_inputs(reduced_inputs, tmp_path / "from fastq")
    chain(folder, undisturbed, FASTQ_STEPS, random.Random(SEED), tally, len(FASTQ_STEPS))
    assert tally.struck > tally.trials / 8
