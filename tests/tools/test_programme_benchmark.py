"""Does a small programme of re-analysis find every planted change, say its cause, and call nobody for nothing?"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from filiation.config import REPOSITORY

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """`benchmarks/programme.py --quick`."""
    output = tmp_path_factory.mktemp("programme") / "programme.json"
    command = [sys.executable, str(REPOSITORY / "benchmarks" / "programme.py"), "--quick", "--json", str(output)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY / "benchmarks")
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return found


def test_programme__every_planted_change_is_told_with_its_cause_and_no_other(result: dict[str, Any]) -> None:
    assert result["planned_changes"] >= 18
    assert (result["missing"], result["unplanned"], result["wrong_cause"]) == ([], [], [])


def test_programme__alerts_are_the_planted_diagnoses_and_nothing_else(result: dict[str, Any]) -> None:
    assert result["planned_alerts"] >= 6
    assert result["alerts"] == result["planned_alerts"]
    assert result["alerts_unplanned"] == []


def test_programme__decisions_are_carried_and_a_second_run_writes_nothing(result: dict[str, Any]) -> None:
    assert result["decisions_carried"] == "2 of 2"
    assert result["second_runs_that_wrote"] == 0


def test_programme__a_family_judged_again_is_as_one_analysed_today(result: dict[str, Any]) -> None:
    assert result["rows_compared_with_a_fresh_run"] >= 60
    assert result["rows_that_differ"] == []
    assert result["verify"] == []
