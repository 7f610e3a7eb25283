"""The small family that starts from stored calls, and what its undisturbed run writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from builders.chaos import copy_inputs, finish, small_disk
from builders.runs import digests
from builders.shared_runs import made_once, reduced_inputs, undisturbed
from builders.stored_family import write_stored_family

__all__ = ["made_once", "reduced_inputs", "undisturbed"]


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of its own, of as many megabytes as the test asks for."""
    with ExitStack() as held:
        try:
            made = held.enter_context(small_disk(tmp_path / "disk", request.param))
        except OSError as error:
            pytest.skip(f"no small disk: {error}")
        yield made


@pytest.fixture(scope="session")
def stored_inputs(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """Data and configuration of the small family."""
    return made_once("stored-inputs", lambda folder: _write(folder / "family")) / "family"


def _write(folder: Path) -> None:
    write_stored_family(folder)


@pytest.fixture(scope="session")
def finished(made_once: Callable[[str, Callable[[Path], None]], Path], stored_inputs: Path) -> Path:
    """The small family, run once without disturbance; the kernels are compiled by it too."""

    def fill(folder: Path) -> None:
        finish(copy_inputs(stored_inputs, folder / "family"))

    return made_once("stored-finished", fill) / "family"


@pytest.fixture(scope="session")
def expected(finished: Path) -> dict[str, str]:
    """{file: SHA-256} of the undisturbed run."""
    found = digests(finished)
    assert len(found) > 50
    return found
