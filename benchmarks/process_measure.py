"""How long does a whole process take, on how much processor and memory? Of the process and its children alone.

A process begins as a copy of the one that starts it, whose memory would count as its own peak: a small launcher of
its own starts each, and tells what the operating system says of it afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Measure = dict[str, float]
_LAUNCHER = """
import json, os, sys, time
report, *command = sys.argv[1:]
started = time.perf_counter()
child = os.fork()
if not child:
    os.execvp(command[0], command)
_, status, usage = os.wait4(child, 0)
found = {"wall": time.perf_counter() - started, "cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024}
open(report, "w").write(json.dumps({**found, "exit": os.waitstatus_to_exitcode(status)}))
"""


def measure(
    command: Sequence[str | Path], folder: Path, *, scripts: Path, environment: Mapping[str, str] | None = None
) -> Measure:
    """Wall and CPU seconds and peak memory (MiB) of a command with its children; what it prints goes to
    `folder`/stdout."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    report = folder / "measure.json"
    with open(folder / "stdout", "wb") as sink, open(folder / "stderr", "wb") as words:
        subprocess.run(
            [sys.executable, "-S", "-E", "-c", _LAUNCHER, report, *map(str, command)],
            stdout=sink,
            stderr=words,
            env={**own, "PYTHONPATH": str(scripts), **(environment or {})},
            check=True,
        )
    found: Measure = json.loads(report.read_text("utf-8"))
    if found.pop("exit"):
        raise SystemExit(f"{' '.join(map(str, command))}:\n{(folder / 'stderr').read_text('utf-8')[-2000:]}")
    return found
