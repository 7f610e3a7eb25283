"""Is there a damaged PED file, sheet, panel, list, BED, GFF or configuration that ends in a traceback or loses a row?

TEXT_MUTANTS=100000 in the environment tries so many; the child process bears a signal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from builders.text_mutants import OUTCOMES, PARSERS
from filiation.config import REPOSITORY

MUTANTS = int(os.environ.get("TEXT_MUTANTS", "2400"))


def test_fuzz__no_damaged_text_ends_in_a_traceback_or_loses_a_row(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("mutants", MUTANTS)
    paths = os.pathsep.join([str(REPOSITORY / "scripts"), str(REPOSITORY / "tests")])
    done = subprocess.run(
        [sys.executable, "-m", "builders.text_mutants", "0", str(MUTANTS), str(tmp_path / "mutants")],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    seed = tmp_path / "mutants" / "seed"
    assert done.returncode == 0, f"seed {seed.read_text()}: {done.returncode}\n{done.stderr[-2000:]}"
    outcomes = json.loads(done.stdout)
    for name in PARSERS:
        assert {outcome for outcome in outcomes[name] if outcome not in OUTCOMES} == set(), name
        # Both are common: the mutants are neither all harmless nor all absurd.
        assert min(outcomes[name].values()) > sum(outcomes[name].values()) / 30, name
    assert sum(sum(found.values()) for found in outcomes.values()) == MUTANTS
