"""Is compiled code kept so that it is never that of other sources, and does a kernel that was loaded still compile?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from filiation.config import REPOSITORY
from filiation.kernels._jit import cache_folder, text_of_kernels

PROGRAM = """
import sys
import numpy as np
from kernel_of_test import doubled_jit
print(doubled_jit(np.arange(3)).tolist(), sum(doubled_jit.stats.cache_hits.values()))
print(doubled_jit(np.arange(3.0)).tolist() if len(sys.argv) > 1 else "")
"""
KERNEL = """
from filiation.kernels._jit import inline, jit
def twice(value):
    return 2 * value
twice_jit = inline(twice)
def doubled(values):
    out = values.copy()
    for place in range(values.size):
        out[place] = twice_jit(values[place])
    return out
doubled_jit = jit(doubled)
"""


def test_kernel_cache__a_change_of_any_kernel_is_another_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text("one = 1\n", "utf-8")
    before = text_of_kernels(tmp_path)
    assert text_of_kernels(tmp_path) == before
    (tmp_path / "b.py").write_text("one = 2\n", "utf-8")
    changed = text_of_kernels(tmp_path)
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    assert len({before, changed, text_of_kernels(tmp_path)}) == 3


def prepared(folder: Path) -> dict[str, str]:
    """A kernel and an empty cache in a folder; the environment of a process that uses them."""
    (folder / "kernel_of_test.py").write_text(KERNEL, "utf-8")
    (folder / "cache").mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    return environment | {
        "FILIATION_NUMBA_CACHE": str(folder / "cache"),
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY / "scripts"), str(folder)]),
    }


def test_kernel_cache__a_kernel_that_was_loaded_is_compiled_for_other_types(tmp_path: Path) -> None:
    environment = prepared(tmp_path)
    told = []
    for arguments in ([], ["floats"]):
        command = [sys.executable, "-c", PROGRAM, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        told.append(done.stdout.splitlines())
    assert told == [["[0, 2, 4] 0", ""], ["[0, 2, 4] 1", "[0.0, 2.0, 4.0]"]]


def test_kernel_cache__eight_first_starts_at_once_give_the_same_bytes(tmp_path: Path) -> None:
    environment = prepared(tmp_path)
    command = [sys.executable, "-W", "error", "-c", PROGRAM, "floats"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    starts = [subprocess.Popen(command, env=environment, text=True, **pipes) for _ in range(8)]  # type: ignore[call-overload]
    answers = [start.communicate(timeout=300) for start in starts]
    assert [start.returncode for start in starts] == [0] * 8, answers
    # How many found a file of another depends on the moment; what they computed does not.
    values = {(out.split("]")[0], out.splitlines()[1], error) for out, error in answers}
    assert values == {("[0, 2, 4", "[0.0, 2.0, 4.0]", "")}
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} == {".nbi", ".nbc"}, "nothing half-written is left"
    later = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert later.stdout.splitlines() == ["[0, 2, 4] 1", "[0.0, 2.0, 4.0]"]


def test_kernel_cache__a_folder_that_cannot_be_written_is_no_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILIATION_NUMBA_CACHE", str(tmp_path / "cache"))
    assert cache_folder() is not None
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert cache_folder() is None, "numba would write into the package or the home directory instead"


def test_kernel_cache__a_read_only_folder_costs_compiling_and_nothing_else(tmp_path: Path) -> None:
    environment = prepared(tmp_path)
    (tmp_path / "cache").chmod(0o500)
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    told = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    (tmp_path / "cache").chmod(0o700)
    assert {(done.stdout.split("]")[0], done.stderr) for done in told} == {("[0, 2, 4", "")}
    if os.geteuid():  # root may write anywhere
        assert [done.stdout.split()[-1] for done in told] == ["0", "0"]
        assert not list(tmp_path.rglob("*.nbi")), "not beside the kernel either"
