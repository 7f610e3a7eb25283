"""Does the re-analysis of an archived family give what a fresh run of its calls with the new files gives?

The family's stored calls go through the whole workflow again, with the files of the release. The rows of its candidates
must be those of its latest state in the archive: same candidates, same class and status, same score, same shelf.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from programme_run import CONFIG, analyse, write_run
from programme_world import Trio

from filiation.archive.store import open_archive
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES

COMPARED = ("shelf", "inheritance", "inheritance_status", "acmg_class", "score", "clinvar_significance", "panel_tier")
# Words of ClinVar that decide alike; a family is not judged again because one of them became another.
UNDECIDED = {"not_found", "not_provided", "Uncertain_significance"}


def compare_with_fresh(
    home: Path, archive: Path, trios: Sequence[Trio], public: dict[str, Path], date: str, names: Sequence[str]
) -> tuple[int, list[str]]:
    """Rows compared, and a line for each that differs."""
    chosen = [trio for trio in trios if trio.name in names]
    folder = home / "fresh"
    write_run(folder, chosen, public, folder / "archive", date)
    config = yaml.safe_load((folder / CONFIG).read_text("utf-8"))
    own = {"name": "archive", "vcf": str(home / "in_house.vcf.gz"), "kind": "in-house", "af": "AF"}
    config["frequencies"].append({**own, "carriers": "CARRIERS", "families": "FAMILIES"})
    config["annotation"]["recurrent_artefacts"] = str(home / "artefacts.tsv")
    (folder / CONFIG).write_text(yaml.safe_dump(config), "utf-8")
    analyse(folder, chosen)
    compared, differences = 0, []
    with open_archive(archive) as opened:
        for trio in chosen:
            path = folder / "results" / trio.name / "prioritisation" / f"{trio.name}.candidates.tsv"
            fresh = {_key(row): _shown(row) for row in read_table(path, CANDIDATES).rows}
            ours = {_key(row): _shown(row) for row in opened.table(trio.name, CANDIDATES)}
            compared += len(fresh)
            differences += [
                f"{trio.name} {key}: fresh {fresh.get(key)}, re-analysis {ours.get(key)}"
                for key in sorted(fresh.keys() | ours.keys())
                if fresh.get(key) != ours.get(key)
            ]
    shutil.rmtree(folder)
    return compared, differences


def _key(row: dict[str, Any]) -> str:
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']} {row['gene']}"


def _shown(row: dict[str, Any]) -> tuple[Any, ...]:
    """What is compared; a table of a run holds four decimals of a score."""
    shown = {**row, "score": f"{row['score']:.4f}"}
    if shown["clinvar_significance"] in UNDECIDED:
        shown["clinvar_significance"] = "undecided"
    return tuple(shown[name] for name in COMPARED)
