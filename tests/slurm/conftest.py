"""A cluster for each test that asks for one, a profile that asks often, and runs that are gone when the test ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from builders.runs import DAY
from builders.shared_runs import made_once, reduced_inputs, undisturbed
from builders.slurm import Cluster, Run, alone, require_slurm, started
from filiation.config import REPOSITORY

__all__ = ["made_once", "reduced_inputs", "undisturbed"]
# A small family's steps take seconds, and a job's start as long: few jobs.
GROUPS = {
    "reference": ("prepare_reference", "index_reference"),
    "reads": ("align", "mark_duplicates"),
    "calling": ("call", "gather_calls"),
    "quality": ("coverage", "panel_coverage", "quality"),
    "interpretation": ("screen", "annotate"),
    "ranking": ("recheck", "prioritise"),
}


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster without accounting."""
    require_slurm()
    with alone(), started(tmp_path_factory.mktemp("slurm")) as found:
        yield found


@pytest.fixture
def cluster_with_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with slurmdbd."""
    require_slurm("slurmdbd", "mariadbd")
    folder = tmp_path_factory.mktemp("slurm")
    # The database's own user walks through it.
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    with alone(), started(folder, "accounting") as found:
        yield found


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say in the log of the tests what was done."""
    return lambda text: record_property("series", text)


@pytest.fixture
def profile(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the profile that ships, asking often, with further options."""

    def make(*, grouped: bool = False, **options: object) -> Path:
        settings = yaml.safe_load((REPOSITORY / "workflow" / "profiles" / "slurm" / "config.yaml").read_text())
        settings |= {
            "slurm-init-seconds-before-status-checks": 1,
            "seconds-between-status-checks": 1,
            "latency-wait": 10,
        }
        if grouped:
            settings["groups"] = [f"{rule}={group}" for group, rules in GROUPS.items() for rule in rules]
        settings |= {key.replace("_", "-"): value for key, value in options.items()}
        folder = tmp_path / "profile"
        folder.mkdir(exist_ok=True)
        (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        return folder

    return make


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[Path, Path], Run]]:
    """Start runs; they are gone when the test ends."""
    runs: list[Run] = []

    def begin(folder: Path, profile: Path) -> Run:
        said = tmp_path / f"said-{len(runs)}.txt"
        command = ["run", "--config", folder / "config" / "config.yaml", "--directory", folder, "--cores", "2"]
        with open(said, "wb") as sink:
            driver = subprocess.Popen(
                [sys.executable, "-m", "filiation", *map(str, command), "--no-check", "--profile", str(profile)],
                stdout=sink,
                stderr=sink,
                cwd=folder,
                env={**os.environ, **DAY},
                start_new_session=True,
            )
        runs.append(Run(driver, said))
        return runs[-1]

    yield begin
    for run in runs:
        run.driver.kill()
        run.driver.wait()
