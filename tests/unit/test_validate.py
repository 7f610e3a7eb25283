"""`filiation validate`: does a goal count as met only when it was measured here and its floor was reached?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from filiation.__main__ import main
from filiation.config import RESOURCES
from filiation.errors import ConfigError, ToolError
from filiation.validation.goals import Goal, Measure, read_goals, with_goals
from filiation.validation.measure import FEWER, MET, MISSED, NOT_RUN, Found, measured, read_found, require_clone
from filiation.validation.page import Setting, Validation, as_html, as_json, as_markdown
from filiation.validation.requirements import Requirements, read_requirements

REPOSITORY = Path(__file__).resolve().parents[2]
GOALS = RESOURCES / "validation" / "goals-1.yaml"
REQUIREMENTS = RESOURCES / "validation" / "requirements-1.yaml"


def goal(**changes: Any) -> Goal:
    """A goal measured by tests: at least two files, no failed test, ten trials."""
    given: dict[str, Any] = {
        "id": "one",
        "title": "One goal",
        "by": "tests",
        "run": ("tests",),
        "trials": "trials",
        "floor_trials": 10,
        "measures": (
            Measure(name="files", take="files", at_least=2),
            Measure(name="failed", take="failed", at_most=0),
        ),
    }
    return Goal(**(given | changes))


def junit(folder: Path, *cases: str) -> Path:
    """What pytest writes; a case is the inside of its element."""
    path = folder / "one.xml"
    inside = "".join(f'<testcase name="t{n}">{case}</testcase>' for n, case in enumerate(cases))
    path.write_text(f"<testsuites><testsuite>{inside}</testsuite></testsuites>")
    return path


def properties(**values: float) -> str:
    """Properties that a test recorded."""
    inside = "".join(f'<property name="{name}" value="{value}"/>' for name, value in values.items())
    return f"<properties>{inside}</properties>"


def test_goal__is_met_when_every_number_reaches_its_floor(tmp_path: Path) -> None:
    found = read_found(goal(), junit(tmp_path, properties(files=1, trials=4), properties(files=1, trials=6)), 0, "")
    assert (found.verdict, found.values, found.trials) == (MET, [2.0, 0.0], 10)


def test_goal__on_fewer_trials_than_the_floor_asks_is_told_apart(tmp_path: Path) -> None:
    assert read_found(goal(), junit(tmp_path, properties(files=5, trials=9)), 0, "").verdict == FEWER


@pytest.mark.parametrize(
    ("cases", "code"),
    [
        ((properties(files=1, trials=10),), 0),
        ((properties(files=5, trials=10), '<failure message="no"/>'), 1),
        ((properties(files=5, trials=10), '<error message="no"/>'), 1),
        ((properties(trials=10),), 0),
        ((properties(files=5, trials=10),), 3),
    ],
)
def test_goal__is_missed_by_a_low_number_a_failed_test_a_number_not_there_or_a_process_that_broke(
    tmp_path: Path, cases: tuple[str, ...], code: int
) -> None:
    assert read_found(goal(), junit(tmp_path, *cases), code, "last words").verdict == MISSED


def test_goal__whose_tests_were_all_skipped_was_not_run_and_says_why(tmp_path: Path) -> None:
    found = read_found(goal(), junit(tmp_path, '<skipped message="no stored reads here"/>'), 0, "")
    assert (found.verdict, found.told) == (NOT_RUN, "every test of this goal was skipped: no stored reads here")


def test_goal__whose_process_wrote_nothing_is_missed_and_shows_its_last_words(tmp_path: Path) -> None:
    found = read_found(goal(), tmp_path / "absent.xml", 139, "first\nlast words")
    assert found.verdict == MISSED
    assert "ended with 139" in found.told
    assert "last words" in found.told


def test_goal__of_a_benchmark_takes_the_numbers_it_wrote_as_goals(tmp_path: Path) -> None:
    one = goal(by="benchmark", run=("benchmarks/x.py",), measures=(Measure(name="r", take="r", at_least=97),))
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"goals": {"r": 95.5, "trials": 10}}))
    assert (read_found(one, path, 0, "").verdict, read_found(one, path, 0, "").values) == (MISSED, [95.5])
    path.write_text(json.dumps({"goals": {"r": 97.5, "trials": 10}}))
    assert read_found(one, path, 0, "").verdict == MET
    # A benchmark that finds no data ends with 0 and writes nothing: it showed nothing.
    assert read_found(one, tmp_path / "absent.json", 0, "skipped: no real reads").verdict == NOT_RUN


def test_goal__measured_before_is_taken_from_its_folder_until_the_code_changes(tmp_path: Path) -> None:
    runs = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        runs.append(command)
        junit(tmp_path, properties(files=2, trials=10))
        return subprocess.CompletedProcess(command, 0, stdout="passed")

    root = tmp_path / "clone"
    root.mkdir()
    first = measured(goal(), root, tmp_path, full=False, run=run)
    again = measured(goal(), root, tmp_path, full=False, run=run)
    assert len(runs) == 1
    assert again == first
    assert first.verdict == MET
    measured(goal(floor_trials=20), root, tmp_path, full=False, run=run)
    measured(goal(), root, tmp_path, full=True, run=run)
    assert len(runs) == 3


def test_goal__says_in_which_size_and_at_which_commit_it_was_measured(tmp_path: Path) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        junit(tmp_path, properties(files=2, trials=10))
        return subprocess.CompletedProcess(command, 0, stdout="passed")

    root = tmp_path / "clone"
    root.mkdir()
    nightly = goal(full={"TRIALS": "500"})
    assert measured(nightly, root, tmp_path, full=False, run=run).size == "small"
    large = measured(nightly, root, tmp_path, full=True, run=run)
    assert (large.size, large.commit) == ("full", "unknown")
    assert measured(goal(), root, tmp_path, full=False, run=run).size == "full"
    row = next(line for line in as_markdown(validation(large)).splitlines() if "TRIALS=500" in line)
    assert "| full | unknown |" in row


def test_goal__of_a_size_that_the_caller_chose_is_shown_with_it_and_is_not_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    def run(command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        given.append(env["TRIALS"])
        junit(tmp_path, properties(files=2, trials=10))
        return subprocess.CompletedProcess(command, 0, stdout="passed")

    root = tmp_path / "clone"
    root.mkdir()
    nightly = goal(full={"TRIALS": "500"})
    for chosen in ("70", "80"):
        monkeypatch.setenv("TRIALS", chosen)
        for full in (False, True):
            found = measured(nightly, root, tmp_path, full=full, run=run)
            assert found.size == "small"
            assert found.command.startswith(f"TRIALS={chosen} ")
    assert given == ["70", "70", "80", "80"]


def test_goals__set_only_variables_that_the_tests_read() -> None:
    read = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("*.py"))
    for entry in read_goals(GOALS).goals:
        for name in {**entry.quick, **entry.full}.keys() - {"arguments"}:
            assert f'environ.get("{name}"' in read or f'environ["{name}"' in read, f"{entry.id}: nothing reads {name}"


def test_goals__of_the_file_name_tests_and_benchmarks_that_exist() -> None:
    for entry in read_goals(GOALS).goals:
        for word in entry.run:
            if word.startswith(("tests/", "benchmarks/")):
                assert (REPOSITORY / word).exists(), f"{entry.id}: {word}"


def test_goals__with_an_unknown_key_or_twice_the_same_are_refused(tmp_path: Path) -> None:
    text = GOALS.read_text(encoding="utf-8")
    wrong = tmp_path / "goals.yaml"
    wrong.write_text(text.replace("floor_trials: 300", "floor_trails: 300", 1))
    with pytest.raises(ConfigError, match="floor_trails"):
        read_goals(wrong)
    wrong.write_text(text.replace("id: mutants", "id: malformed_inputs", 1))
    with pytest.raises(ConfigError, match="stands twice"):
        read_goals(wrong)


def test_goals__of_a_laboratory_stand_behind_ours_under_names_of_their_own(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    text = "version: 1\ngoals:\n  - {id: %s, title: Ours, by: absent, reason: no families yet}\n"
    own.write_text(text % "solved_families")
    assert with_goals(read_goals(GOALS), own).goals[-1].id == "solved_families"
    own.write_text(text % "identity")
    with pytest.raises(ConfigError, match="'identity' is one of ours"):
        with_goals(read_goals(GOALS), own)


def test_requirements__are_shown_by_goals_tests_and_documents_that_exist() -> None:
    goals = {entry.id for entry in read_goals(GOALS).goals}
    for entry in read_requirements(REQUIREMENTS).requirements:
        assert set(entry.goals) <= goals, entry
        assert entry.goals or entry.tests or entry.documents, entry
        for name in (*entry.tests, *entry.documents):
            assert (REPOSITORY / name.split("::")[0]).exists(), name


def validation(*found: Found) -> Validation:
    """A validation of one goal."""
    setting = Setting("0", "abc", "2026-01-01", "two cores", (("bcftools", "1.20"),))
    goals = read_goals(GOALS).model_copy(update={"goals": (goal(title="<b>One</b> | goal"),)})
    return Validation(setting, goals, found, Requirements(version=1, note="Note.", requirements=()))


def test_page__shows_goal_floor_measured_trials_and_what_was_not_run() -> None:
    page = validation(Found("one", FEWER, [3.0, 0.0], 4))
    row = next(line for line in as_markdown(page).splitlines() if "files ≥ 2" in line)
    assert [cell.strip() for cell in row.strip("|").split(" | ")][1:] == [
        "files ≥ 2; failed ≤ 0", "files: 3; failed: 0", "4 of 10", "✓ met, fewer trials",
    ]  # fmt: skip
    assert "nothing: every goal was run" in as_markdown(page)
    absent = as_markdown(validation(Found("one", NOT_RUN, [None, None], told="no reads here")))
    assert "(not run): no reads here" in absent
    assert "files: " not in absent


def test_page__escapes_what_it_shows_and_asks_for_nothing_from_outside() -> None:
    page = as_html(validation(Found("one", MISSED, [1.0, 0.0], 10)))
    assert "&lt;b&gt;One" in page
    assert "<b>One" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert json.loads(as_json(validation(Found("one", MET, [2.0, 0.0], 10))))["goals"][0]["verdict"] == MET


def test_command__an_unknown_goal_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--goal", "identify"]) == 2
    assert "did you mean 'identity'?" in capsys.readouterr().err


def test_command__lists_the_goals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--list"]) == 0
    assert "killed_runs" in capsys.readouterr().out


def test_command__needs_the_clone(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no tests/ beside the package"):
        require_clone(tmp_path)
