"""Does a failing external program stop the run, with its own words, wherever it stands in a pipe?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.errors import ToolError
from filiation.io.tools import environment, find_tool, require_tool, run_pipeline, run_tool, tool_version


def program(folder: Path, name: str, text: str) -> Path:
    """A small program of our own."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_run__returns_what_the_program_says(tmp_path: Path) -> None:
    assert run_tool(["echo", "two words"], purpose="speak") == "two words\n"
    with open(tmp_path / "out", "wb") as handle:
        assert run_tool(["echo", "x"], purpose="speak", stdout=handle) == ""
    assert (tmp_path / "out").read_text() == "x\n"


def test_run__a_failure_is_told_in_the_programs_own_words(tmp_path: Path) -> None:
    broken = program(tmp_path, "broken", 'echo "cannot read input.bcf" >&2; exit 3')
    with pytest.raises(ToolError) as caught:
        run_tool([broken, "--region", "a b"], purpose="find variants", where="FAM")
    message = str(caught.value)
    for part in ("FAM", "find variants", "exit code 3", "cannot read input.bcf", "'a b'"):
        assert part in message
    assert caught.value.exit_code == 1


def test_run__a_missing_program_says_how_to_get_it() -> None:
    with pytest.raises(ToolError, match="make setup"):
        run_tool(["no-such-program"], purpose="test")
    assert find_tool("no-such-program") is None
    assert require_tool("sh", "test").endswith("sh")


def test_run__arguments_are_never_a_shells(tmp_path: Path) -> None:
    assert run_tool(["echo", "$(touch x); `id` > y"], purpose="speak", cwd=tmp_path) == "$(touch x); `id` > y\n"
    assert list(tmp_path.iterdir()) == []


def test_pipeline__joins_programs_and_returns_what_each_complained_of(tmp_path: Path) -> None:
    noisy = program(tmp_path, "noisy", "echo note >&2; cat")
    errors = run_pipeline([["echo", "b a"], [noisy], ["tr", "a-z", "A-Z"]], purpose="test", output=tmp_path / "out")
    assert (tmp_path / "out").read_text() == "B A\n"
    assert errors == ["", "note\n", ""]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_pipeline__a_failure_anywhere_stops(tmp_path: Path, place: int) -> None:
    commands = [["echo", "x"], ["cat"], ["cat"]]
    commands[place] = [str(program(tmp_path, "broken", "cat > /dev/null; echo my fault >&2; exit 7"))]
    with pytest.raises(ToolError, match="my fault"):
        run_pipeline(commands, purpose="test")


def test_pipeline__the_cause_is_named_and_not_the_broken_pipe(tmp_path: Path) -> None:
    endless = program(tmp_path, "endless", "while echo line; do :; done")
    broken = program(tmp_path, "broken", "echo disk full >&2; exit 28")
    with pytest.raises(ToolError, match="disk full"):
        run_pipeline([["sh", "-c", f"exec {endless}"], [broken]], purpose="test")


def test_pipeline__a_program_killed_is_a_failure(tmp_path: Path) -> None:
    killed = program(tmp_path, "killed", "kill -9 $$")
    with pytest.raises(ToolError, match="signal 9"):
        run_pipeline([["echo", "x"], [killed]], purpose="test")


def test_environment__forbids_references_from_the_network() -> None:
    assert environment()["REF_PATH"] == ":"
    assert environment()["LC_ALL"] == "C"


def test_version__as_the_program_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "made-up", "echo made-up v1.22-beta")
    program(tmp_path, "silent", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert tool_version("made-up") == "1.22-beta"
    assert tool_version("silent") == "unknown"
    assert tool_version("absent-program") == "missing"
