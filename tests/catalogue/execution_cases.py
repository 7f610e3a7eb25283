"""Groups F and S: no room, no right to write, other locales and cores, files that only their owner may read."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from catalogue.calls import normalise_command, screen_command, sound_lines, write_calls
from catalogue.case import Case
from catalogue.sheet_cases import lay, sound_rows
from filiation.config import REPOSITORY


def _calls(arguments: Callable[[str], Sequence[str]]) -> list[str]:
    write_calls(Path("joint.vcf.gz"), sound_lines())
    return list(arguments("joint.vcf.gz"))


def _at(output: str, command: Callable[[str], Sequence[str]] = screen_command) -> Callable[[], Sequence[str]]:
    """The command with its output at another place."""

    def make() -> Sequence[str]:
        arguments = _calls(command)
        arguments[arguments.index("--output") + 1] = output
        return arguments

    return make


def _into_a_file() -> Sequence[str]:
    Path("taken").write_text("a file\n")
    return _at("taken/screened.bcf")()


def _over_a_folder() -> Sequence[str]:
    Path("folder/inside").mkdir(parents=True)
    return _at("folder")()


def _owner_only(told: str) -> None:
    for path in Path("out").rglob("*"):
        assert path.stat().st_mode & 0o007 == 0, path


def _same_under(**environment: str) -> Callable[[str], None]:
    """The same bytes from a process of its own with another environment."""

    def proves(told: str) -> None:
        first = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path("out").iterdir()}
        arguments = [part.replace("out/", "again/") for part in screen_command("joint.vcf.gz")]
        subprocess.run(
            [sys.executable, "-m", "filiation", *arguments, *(("--threads", "1") if not environment else ())],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts"), **environment},
            check=True,
            capture_output=True,
        )
        again = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path("again").iterdir()}
        assert first == again

    return proves


def _climbing(name: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        lay(sound_rows(pre_indication=name))
        return ["check", "--config", "config.yaml"]

    return make


def cases() -> list[Case]:
    """Every case of this module."""

    def sound() -> Sequence[str]:
        return _calls(screen_command)

    return [
        Case("F10", "output below a file", _into_a_file, "screen", ("taken",)),
        Case("F10", "output at the place of a folder", _over_a_folder, "screen", ("folder",)),
        Case(
            "F22",
            "French locale",
            sound,
            "screen",
            code=0,
            proves=_same_under(LC_ALL="fr_FR.UTF-8", LANG="fr_FR.UTF-8"),
        ),
        Case(
            "F22",
            "locale C, other side of the world",
            sound,
            "screen",
            code=0,
            proves=_same_under(LC_ALL="C", TZ="Pacific/Kiritimati"),
        ),
        Case("F23", "one thread", sound, "screen", code=0, proves=_same_under()),
        Case("S10", "outputs of the screen", sound, "screen", code=0, proves=_owner_only),
        Case("S10", "outputs of normalise", lambda: _calls(normalise_command), "normalise", code=0, proves=_owner_only),
        *(
            Case(
                "S2",
                f"pre-indication that climbs, {name}",
                _climbing(name),
                "check",
                ("pre_indication",),
                "samples.tsv",
                "line 2",
            )
            for name in ("../../etc/passwd", "/etc/passwd", "..", "nbia/../nbia", "nbia\\..")
        ),
    ]
