"""Runs that tests of several folders look at: the demonstration, and the reduced family taken to its report."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.runs import filiation, run_command
from filiation.demo.settings import Settings
from filiation.demo.simulate import simulate


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a folder once for all workers of the session; a test that comes second waits for the first."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder = root / f"shared-{name}"
        with open(root / f"shared-{name}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "made").exists():
                folder.mkdir()
                fill(folder)
                (folder / "made").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def demo(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A folder in which `filiation demo` was run once, with the default caller; what it said is in demo.log."""

    def fill(folder: Path) -> None:
        done = filiation("demo", cwd=folder)
        (folder / "demo.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("demo", fill) / "demo"


@pytest.fixture(scope="session")
def reduced_inputs(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """Simulated data and configuration of the reduced family."""

    def fill(folder: Path) -> None:
        simulate(folder / "inputs", Settings.reduced(), caller="bcftools", threads=2, say=lambda text: None)

    return made_once("reduced", fill) / "inputs"


@pytest.fixture(scope="session")
def undisturbed(made_once: Callable[[str, Callable[[Path], None]], Path], reduced_inputs: Path) -> Path:
    """The reduced family, run once from FASTQ to its report."""

    def fill(folder: Path) -> None:
        subprocess.run(["cp", "-a", str(reduced_inputs), str(folder / "run")], check=True)
        done = filiation(*run_command(folder / "run"), cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("undisturbed", fill) / "run"
