"""Real reads of NA12878: the caller reaches its target against the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from filiation.config import REPOSITORY

DATA = REPOSITORY.parent / "shared" / "data" / "reads" / "na12878_100kb_hg19"


@pytest.mark.tools
@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the reads of NA12878 are not on this machine")
def test_truth__every_confident_variant_is_called_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, str(REPOSITORY / "benchmarks" / "truth.py"), "--quick", "--json"]
    done = subprocess.run([*command, str(tmp_path / "truth.json")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = json.loads((tmp_path / "truth.json").read_text())["rows"]
    assert (row["regions_found"], row["regions_truth"], row["regions_extra"]) == (49, 49, 0)
    assert row["all_found"] >= 219
