"""A working directory with a small genome, and `filiation check` run in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.inputs import GENOME
from builders.sheets import write_run
from builders.stored_reads import write_fasta
from filiation.__main__ import main

Check = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a reference genome."""
    monkeypatch.chdir(tmp_path)
    write_fasta(tmp_path / "genome.fa", GENOME)
    return tmp_path


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs `filiation check` on sheets and returns what it printed; asserts its exit code (default 2: faults)."""

    def run(*sheets: Any, code: int = 2, options: tuple[str, ...] = (), **config: Any) -> str:
        path = write_run(folder, *sheets, **{"reference": {"fasta": "genome.fa"}, **config})
        assert main(["check", "--config", path.name, *options]) == code
        printed = capsys.readouterr()
        return printed.out if code == 0 else printed.err

    return run
