"""Are the bytes the same over cores, locales, time zones and another order of the jobs?"""

from __future__ import annotations

import locale
from pathlib import Path

import pytest

from builders.chaos import copy_inputs, environment, every_night, run
from builders.runs import digests, filiation
from builders.runs import run_command as usual_command

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]


def french() -> str:
    """fr_FR.UTF-8 where the machine has it, else C.UTF-8, which sorts and prints as C does but reads UTF-8."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "fr_FR.UTF-8")
    except locale.Error:
        return "C.UTF-8"
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return "fr_FR.UTF-8"


# The undisturbed run takes two cores and the machine's own ways. A time zone a day ahead, and one of half an hour; the
# quality and the record of versions first, which usually come after the screen.
OTHER_ORDER = ("--", "--prioritize", "quality", "record_run")
WAYS = {
    "one core, French, a day ahead, another order": (1, {"LC_ALL": "", "TZ": "Pacific/Kiritimati"}, OTHER_ORDER),
    "one core, C, a day ahead": (1, {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"}, ()),
    "two cores, French, half an hour": (2, {"LC_ALL": "", "TZ": "Asia/Kolkata"}, ()),
    "another order of the jobs": (2, {}, OTHER_ORDER),
}
ALL_WAYS = [name if number == 0 else pytest.param(name, marks=every_night) for number, name in enumerate(WAYS)]


@pytest.mark.parametrize("way", ALL_WAYS)
def test_determinism__of_the_family_from_stored_calls(
    way: str, tmp_path: Path, stored_inputs: Path, expected: dict[str, str]
) -> None:
    cores, changes, options = WAYS[way]
    changes = {name: value or french() for name, value in changes.items()}
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    done = run(folder, *options, cores=cores, **changes)
    assert done.returncode == 0, done.stdout + done.stderr
    found = digests(folder)
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


@every_night
def test_determinism__of_the_family_from_fastq_over_cores_locale_and_time_zone(
    tmp_path: Path, reduced_inputs: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_inputs(reduced_inputs, tmp_path / "run")
    for name, value in environment(folder, {"LC_ALL": french(), "TZ": "Pacific/Kiritimati"}).items():
        monkeypatch.setenv(name, value)
    command = [*usual_command(folder)]
    command[command.index("--cores") + 1] = "1"
    done = filiation(*command, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    expected, found = digests(undisturbed), digests(folder)
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []
