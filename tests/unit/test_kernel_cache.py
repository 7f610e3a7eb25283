"""Is compiled code kept so that it is never that of other sources, and does a kernel that was loaded still compile?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filiation.config import REPOSITORY
from filiation.kernels._jit import text_of_kernels

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


def test_kernel_cache__a_kernel_that_was_loaded_is_compiled_for_other_types(tmp_path: Path) -> None:
    (tmp_path / "kernel_of_test.py").write_text(KERNEL, "utf-8")
    (tmp_path / "cache").mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment |= {
        "FILIATION_NUMBA_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY / "scripts"), str(tmp_path)]),
    }
    told = []
    for arguments in ([], ["floats"]):
        command = [sys.executable, "-c", PROGRAM, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        told.append(done.stdout.splitlines())
    assert told == [["[0, 2, 4] 0", ""], ["[0, 2, 4] 1", "[0.0, 2.0, 4.0]"]]
