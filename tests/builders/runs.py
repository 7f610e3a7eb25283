"""The `filiation` command as a user calls it, on simulated families."""

from __future__ import annotations

import hashlib
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


def digests(folder: Path) -> dict[str, str]:
    """{path below results/: SHA-256} of every file, hidden ones too; a link counts as what it points to."""
    root = folder / "results"
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
