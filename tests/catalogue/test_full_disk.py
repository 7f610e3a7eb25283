"""Is a disk that fills up told, with the earlier output whole and nothing half written under its name?

A limit on the size of a file stands for the full disk: the write that passes it fails in the same way, at any byte.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from catalogue.calls import normalise_command, screen_command, sound_lines, write_calls
from catalogue.case import EARLIER, lay_earlier_outputs
from catalogue.panel_cases import import_of
from catalogue.reads_cases import extract
from filiation.config import REPOSITORY


def _of_calls(command: Callable[[str], list[str]]) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        write_calls(Path("joint.vcf.gz"), sound_lines())
        return command("joint.vcf.gz")

    return make


COMMANDS = {
    "normalise": _of_calls(normalise_command),
    "screen": _of_calls(screen_command),
    "panels": import_of("PANK2\nFTL\nWDR45\n"),
    "extract-reads": extract(lambda: None),
}


@pytest.mark.parametrize("limit", [0, 100, 300])
@pytest.mark.parametrize("command", list(COMMANDS))
def test_disk__that_is_full_leaves_the_earlier_output_and_says_so(
    command: str, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = list(COMMANDS[command]())
    lay_earlier_outputs(arguments)
    done = subprocess.run(
        [sys.executable, "-m", "filiation", *arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts"), "TMPDIR": str(tmp_path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 2), done.stderr[-1500:]
    assert "Traceback" not in done.stderr
    assert f"filiation {command}: " in done.stderr
    for path in Path("out").rglob("*"):
        assert path.is_dir() or path.read_text() == EARLIER, path
