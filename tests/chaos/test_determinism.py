"""Are the bytes the same over cores, locales, time zones and another order of the jobs?"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from builders.chaos import copy_inputs, environment, every_night, run
from builders.runs import digests, filiation
from builders.runs import run_command as usual_command

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a French user: comma in numbers, `a A b B` in lists; made here, as few machines have it."""
    folder = tmp_path_factory.mktemp("locales")
    compiler = shutil.which("localedef")
    if compiler is None or not Path("/usr/share/i18n/locales/fr_FR").is_file():
        pytest.skip("no French locale can be made here: apt-get install locales")
    subprocess.run([compiler, "--quiet", "-c", "-i", "fr_FR", "-f", "UTF-8", folder / "fr_FR.UTF-8"], check=True)
    found = {"LC_ALL": "fr_FR.UTF-8", "LOCPATH": str(folder)}
    sorted_lines = subprocess.run(
        ["sort"], input="B\na\n", env={**os.environ, **found}, capture_output=True, text=True, check=True
    )
    assert sorted_lines.stdout == "a\nB\n", "the locale is not used"
    return found


# The undisturbed run takes two cores and the machine's own ways. A time zone a day ahead, and one of half an hour; the
# quality and the record of versions first, which usually come after the screen.
OTHER_ORDER = ("--", "--prioritize", "quality", "record_run")
WAYS = {
    "one core, French, a day ahead, another order": (1, {"TZ": "Pacific/Kiritimati"}, OTHER_ORDER),
    "one core, C, a day ahead": (1, {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"}, ()),
    "two cores, French, half an hour": (2, {"TZ": "Asia/Kolkata"}, ()),
    "another order of the jobs": (2, {}, OTHER_ORDER),
    # As many threads and jobs at once, whatever the number of processors.
    "sixteen cores": (16, {}, ()),
}
ALL_WAYS = [name if number == 0 else pytest.param(name, marks=every_night) for number, name in enumerate(WAYS)]


@pytest.mark.parametrize("way", ALL_WAYS)
def test_determinism__of_the_family_from_stored_calls(
    way: str, tmp_path: Path, stored_inputs: Path, expected: dict[str, str], request: pytest.FixtureRequest
) -> None:
    cores, changes, options = WAYS[way]
    if "French" in way:
        changes = changes | request.getfixturevalue("french")
    folder = copy_inputs(stored_inputs, tmp_path / "run")
    done = run(folder, *options, cores=cores, **changes)
    assert done.returncode == 0, done.stdout + done.stderr
    found = digests(folder)
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


@every_night
@pytest.mark.parametrize("cores", [1, 16])
def test_determinism__of_the_family_from_fastq_over_cores_locale_and_time_zone(
    cores: int,
    tmp_path: Path,
    reduced_inputs: Path,
    undisturbed: Path,
    french: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = copy_inputs(reduced_inputs, tmp_path / "run")
    for name, value in environment(folder, french | {"TZ": "Pacific/Kiritimati"}).items():
        monkeypatch.setenv(name, value)
    command = [*usual_command(folder)]
    command[command.index("--cores") + 1] = str(cores)
    done = filiation(*command, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    expected, found = digests(undisturbed), digests(folder)
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []
