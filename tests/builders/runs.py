"""The `filiation` command as a user calls it, on simulated families."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# The day of the run is printed in the report: the same day for all.
DAY = {"SOURCE_DATE_EPOCH": "1760000000"}


def filiation(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "filiation", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **DAY}, capture_output=True, text=True, check=False, timeout=900
    )


def run_command(folder: Path) -> Sequence[str | Path]:
    """The arguments that take a simulated family to its report."""
    return ["run", "--config", folder / "config" / "config.yaml", "--directory", folder, "--cores", "2"]
