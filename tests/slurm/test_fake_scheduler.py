"""Are the outputs right, and no step at work twice, on a scheduler that loses jobs, lies and lags?"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders.fake_slurm import KINDS, Trial

pytestmark = [pytest.mark.workflow, pytest.mark.slow]
# `make test-slurm-fake` makes ten of each kind.
TRIALS = int(os.environ.get("FAKE_SLURM_TRIALS", "1"))
# A trial mostly waits.
AT_ONCE = 3


def attempted(trial: Trial) -> list[str]:
    """What is wrong at the end of a trial."""
    trial.prepare()
    return [f"{trial.kind} {trial.number}: {fault}" for fault in trial.wrong(trial.run())]


@pytest.mark.parametrize("kind", KINDS)
def test_fake_slurm__gives_the_right_outputs_once(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    trials = [Trial(tmp_path / f"{number}", kind, number) for number in range(TRIALS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = list(pool.map(attempted, trials))
    record_property("trials", TRIALS)
    record_property("series", f"{KINDS[kind]}; {faults.count([])} of {TRIALS} trials")
    assert [fault for found in faults for fault in found] == []
