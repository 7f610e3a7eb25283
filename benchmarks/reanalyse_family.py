"""How long does it take to judge one archived family again, from its stored calls alone?

Families of the simulated programme (`programme_families.py`) are added to an archive; half of their rows survived.
Each is judged whole, which gives its candidates, then in part, as a release does that touches some of its alleles.
Printed are medians over the families, of wall seconds and of CPU seconds; loading is told on its own. Imports and the
tables that are read once in a process (genes, HPO, panels) are left out: the first family is not counted.

    python benchmarks/reanalyse_family.py [--quick] [--families 12] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pysam
from programme_families import write_families

from filiation.archive.store import open_archive
from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.reanalysis.basis import Basis
from filiation.reanalysis.replay import Judge, open_release
from filiation.reanalysis.stored import load_stored

# Surviving alleles of the family that the release touches.
TOUCHED = 3


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """(what it gives, wall seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def measure(path: Path, families: int) -> dict[str, Any]:
    """Medians over the families of an archive."""
    write_families(path, families + 1)
    basis = Basis(scoring_model_path(), rank_weights_path(), acmg_table_path(), gene_table_path())
    opened = open_release(None, [], None, RESOURCES / "imprinted_genes.tsv")
    steps: dict[str, list[tuple[float, float]]] = {"load": [], "whole": [], "part": []}
    rows, candidates = [], []
    with open_archive(path) as archive:
        for name in archive.names():
            stored, *load = timed(lambda name=name: load_stored(archive, name))
            whole = Judge(stored, basis, basis, opened, whole=True)
            result, *all_rows = timed(lambda whole=whole: whole.judged(()))
            stored.candidates = result.candidates
            keys = frozenset(record.key for record in stored.calls[:TOUCHED])
            part = Judge(stored, basis, basis, opened, touched_keys=keys)
            again, *some_rows = timed(lambda part=part: part.judged(()))
            if [row["score"] for row in again.candidates] != [row["score"] for row in result.candidates]:
                raise AssertionError(f"{name}: judged in part and whole differ")
            rows.append(len(stored.calls))
            candidates.append(len(result.candidates))
            for step, found in (("load", load), ("whole", all_rows), ("part", some_rows)):
                steps[step].append((found[0], found[1]))
    found: dict[str, Any] = {"families": families, "rows": median(rows[1:]), "candidates": median(candidates[1:])}
    for step, pairs in steps.items():
        found[f"{step}_wall_seconds"] = round(median(wall for wall, _ in pairs[1:]), 3)
        found[f"{step}_cpu_seconds"] = round(median(cpu for _, cpu in pairs[1:]), 3)
    return found


def main() -> None:
    """Measure, print, and write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 families")
    parser.add_argument("--families", type=int, default=12)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    pysam.set_verbosity(0)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder) / "archive", 2 if options.quick else options.families)
    for name, value in found.items():
        print(f"{name:<20} {value}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
