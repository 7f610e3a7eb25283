"""What did each job of a run cost? Kept in `logs/costs.tsv`, from which later runs are planned.

Snakemake measures each job (`logs/benchmarks`); the size of the data that a person or a family came with is what jobs
of one rule are compared by.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError
from filiation.io.sheet import SampleSheet
from filiation.io.tables import read_table, write_table
from filiation.model.run_tables import JOB_COSTS

COSTS = Path("logs") / "costs.tsv"
RESULTS = "results"


def source_bytes(sheet: SampleSheet, family: str, sample: str = "", base: Path = Path()) -> int:
    """Size of the FASTQ, BAM, CRAM or VCF files of one person, of a family, or of all; a file several share once.

    base : folder that the sheets' paths are relative to.
    """
    if sample:
        people = [sample]
    elif family:
        people = [name for name in sheet.families[family].samples if name in sheet.rows]
    else:
        people = list(sheet.rows)
    files = set()
    for person in people:
        row = sheet.rows[person]
        files |= {path for path in (row.bam, row.vcf) if path}
        for unit in sheet.units.get(person, []):
            files |= {unit.fastq_1, unit.fastq_2}
    return sum((base / path).stat().st_size for path in files if (base / path).is_file())


def collect_costs(directory: Path, sheet: SampleSheet) -> list[dict[str, Any]]:
    """One row for each job that was measured in a working folder, and one for the results of each family."""
    rows = []
    for path in sorted((directory / "logs" / "benchmarks").glob("*/*.tsv")):
        measured = _measured(path)
        if measured is None:
            continue
        family, *rest = path.stem.split(".")
        if family not in sheet.families:
            family, rest = "", path.stem.split(".")
        sample = next((part for part in rest if part in sheet.rows), "")
        rows.append(
            {
                "rule": path.parent.name,
                "family": family or None,
                "part": ".".join(rest) or None,
                "source_bytes": source_bytes(sheet, family, sample, directory),
                "seconds": measured["s"],
                "cpu_seconds": measured["cpu_time"],
                "memory_mb": measured["max_rss"],
            }
        )
    for family in sheet.families:
        folder = directory / RESULTS / family
        if folder.is_dir():
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
            rows.append(
                {
                    "rule": RESULTS,
                    "family": family,
                    "source_bytes": source_bytes(sheet, family, base=directory),
                    "output_bytes": size,
                }
            )
    return rows


def _measured(path: Path) -> dict[str, float | None] | None:
    """The last line of a benchmark file of Snakemake; None for one that a killed job left unfinished."""
    with open(path, encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source, delimiter="\t"))
    if not rows:
        return None
    found: dict[str, float | None] = {}
    for name in ("s", "cpu_time", "max_rss"):
        try:
            found[name] = float(rows[-1].get(name) or "")
        except ValueError:
            # A job that ended before the first sample was taken has `-` or NA here.
            found[name] = None
    return found if found["s"] is not None else None


def write_costs(directory: Path, sheet: SampleSheet) -> Path:
    """Write `logs/costs.tsv` of a working folder."""
    rows = collect_costs(directory, sheet)
    write_table(directory / COSTS, JOB_COSTS, rows, {})
    return directory / COSTS


def read_costs(paths: Iterable[Path]) -> list[Mapping[str, Any]]:
    """Rows of several runs; a path is a costs table or a working folder with one."""
    rows: list[Mapping[str, Any]] = []
    for path in paths:
        table = path / COSTS if path.is_dir() else path
        if not table.is_file():
            raise ConfigError(
                "no costs of an earlier run",
                where=str(path),
                expected=f"a table of costs, or a working folder with {COSTS}",
                repair="give the folder of a run that `filiation run` finished",
            )
        rows += read_table(table, JOB_COSTS).rows
    return rows
