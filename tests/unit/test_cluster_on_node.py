"""Does a job whose node does not see its inputs end with an error, and not as if it were done?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.cluster.causes import likely_cause
from filiation.cluster.on_node import inputs_of_job, require_inputs
from filiation.errors import InputError

COMMAND = ["snakemake", "--mode", "remote", "--latency-wait", "3"]


class Clock:
    """Seconds that pass only while somebody sleeps; what comes when is put there by `at`."""

    def __init__(self, at: float = -1.0, path: Path | None = None) -> None:
        self.now, self.at, self.path = 0.0, at, path

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.path is not None and self.now >= self.at:
            self.path.touch()


def test_inputs__are_those_of_the_command_line_or_of_its_list(tmp_path: Path) -> None:
    assert inputs_of_job([*COMMAND, "--wait-for-files", "a b.bam", "c.fa", "--force"]) == ["a b.bam", "c.fa"]
    listed = tmp_path / "list.txt"
    listed.write_text("x.bam\ny z.bam\n")
    assert inputs_of_job([*COMMAND, "--wait-for-files-file", str(listed)]) == ["x.bam", "y z.bam"]
    assert inputs_of_job(COMMAND) == []


def test_node__that_sees_every_input_goes_on_at_once(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "a").touch()
    require_inputs([*COMMAND, "--wait-for-files", str(tmp_path / "a")], sleep=clock.sleep, clock=clock)
    assert clock.now == 0


def test_node__that_sees_an_input_late_waits_for_it(tmp_path: Path) -> None:
    late = tmp_path / "late"
    clock = Clock(2.0, late)
    require_inputs([*COMMAND, "--wait-for-files", str(late)], sleep=clock.sleep, clock=clock)
    assert clock.now == 2


def test_node__that_does_not_see_an_input_says_which_and_how_to_repair_it(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "there").touch()
    # A link is seen, and what it leads to is not.
    (tmp_path / "link.fa").symlink_to(tmp_path / "elsewhere" / "genome.fa")
    names = [str(tmp_path / name) for name in ("there", "link.fa", *(f"gone{number}" for number in range(7)))]
    with pytest.raises(InputError, match="inputs of the job are not on this node") as raised:
        require_inputs([*COMMAND, "--wait-for-files", *names, "--force"], sleep=clock.sleep, clock=clock)
    message = raised.value.message()
    assert clock.now == 3
    assert "link.fa" in message
    assert "there," not in message
    assert "and 3 more" in message
    found = likely_cause(message)
    assert found is not None
    assert found.cause == "a file that this machine has is missing on the node"
