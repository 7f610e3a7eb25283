"""Are the outputs right, and no step at work twice, on a scheduler that loses jobs, lies and lags?"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders.fake_slurm import KINDS, Trial

# All on one worker of the tests: they wait for each other there, and not on every worker.
pytestmark = [pytest.mark.workflow, pytest.mark.slow, pytest.mark.xdist_group("fake_slurm")]
# `make test-slurm-fake` makes ten of each kind.
TRIALS = int(os.environ.get("FAKE_SLURM_TRIALS", "1"))
# A trial mostly waits.
AT_ONCE = 5


def attempted(trial: Trial) -> list[str]:
    """What is wrong at the end of a trial."""
    trial.prepare()
    return [f"{trial.kind} {trial.number}: {fault}" for fault in trial.wrong(trial.run())]


@pytest.fixture(scope="module")
def trials(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[Trial, list[str]]]]:
    """{kind: its trials, and what is wrong at the end of each}, of the kinds that are asked for, several at once."""
    folder = tmp_path_factory.mktemp("fake_slurm")
    asked = {item.callspec.params.get("kind") for item in request.session.items if hasattr(item, "callspec")}
    kinds = [kind for kind in KINDS if kind in asked]
    begun = [Trial(folder / f"{kind}-{number}", kind, number) for number in range(TRIALS) for kind in kinds]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(zip(begun, pool.map(attempted, begun), strict=True))
    return {kind: [(trial, wrong) for trial, wrong in done if trial.kind == kind] for kind in kinds}


@pytest.mark.parametrize("kind", KINDS)
def test_fake_slurm__gives_the_right_outputs_once(
    kind: str, trials: dict[str, list[tuple[Trial, list[str]]]], record_property: Callable[[str, object], None]
) -> None:
    passed = sum(not wrong for _, wrong in trials[kind])
    still = [text for trial, _ in trials[kind] for text in trial.stood_still()]
    record_property("trials", TRIALS)
    record_property("series", "; ".join([KINDS[kind], f"{passed} of {TRIALS} trials", *still]))
    assert [fault for _, wrong in trials[kind] for fault in wrong] == []
