"""Does a fuzzer that follows the code of our parsers find an input that is read wrongly, or that kills the process?

FUZZ_MINUTES=60 in the environment gives each parser an hour of processor time; `make test` a few seconds.
FUZZ_CORPUS names a folder that keeps the inputs that reached new code, for the next night to go on from.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.coverage_fuzz import NAMES
from filiation.config import REPOSITORY

MINUTES = float(os.environ.get("FUZZ_MINUTES", "0.05"))
# A minute for one input is a parser that hangs.
OPTIONS = ("-timeout=60", "-print_final_stats=1", "-verbosity=0")

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="atheris has packages for Linux on x86_64 alone"
)


def cpu_seconds() -> float:
    """Processor time of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", NAMES)
def test_coverage_fuzz__finds_no_input_that_a_parser_reads_wrongly(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = Path(os.environ.get("FUZZ_CORPUS") or tmp_path) / name
    paths = os.pathsep.join([str(REPOSITORY / "scripts"), str(REPOSITORY / "tests")])
    began, start, inputs, wall = cpu_seconds(), time.monotonic(), 0, MINUTES * 60
    while (left := MINUTES * 60 + began - cpu_seconds()) > 0:
        if inputs:
            # On a machine with other work a second of the processor takes longer.
            wall = left * (time.monotonic() - start) / (cpu_seconds() - began)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "builders.coverage_fuzz", name, str(folder)),
                *(*OPTIONS, f"-max_total_time={max(2, round(wall))}"),
            ],
            env={**os.environ, "PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        found = [path for kind in ("crash-*", "timeout-*", "oom-*") for path in folder.glob(kind)]
        shown = "\n".join(f"{path}: {path.read_bytes()[:2000]!r}" for path in found)
        assert done.returncode == 0, f"{name} ended with {done.returncode}\n{shown}\n{done.stdout[-3000:]}"
        inputs += int(re.findall(r"number_of_executed_units: *(\d+)", done.stdout)[-1])
    minutes = (cpu_seconds() - began) / 60
    print(f"{name}: {inputs} inputs in {minutes:.1f} minutes of processor time")
    record_property("fuzz_minutes", round(min(minutes, MINUTES), 2))
    record_property("inputs", inputs)
    # The fuzzer went on from the sound file: it found more that reach new code.
    assert len(list((folder / "corpus").iterdir())) > 5
