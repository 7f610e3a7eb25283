"""What did each job of a run cost? Kept in `logs/costs.tsv`, from which later runs are planned.

Snakemake measures each job (`logs/benchmarks`); the size of the data that a person or a family came with is what jobs
of one rule are compared by.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from filiation.config import RESOURCES
from filiation.errors import ConfigError
from filiation.io.sheet import SampleSheet
from filiation.io.tables import read_table, write_table
from filiation.model.run_tables import JOB_COSTS

COSTS = Path("logs") / "costs.tsv"
# What jobs cost where no earlier run is known: measured, and made large, by benchmarks/wgs_cost.py.
DEFAULT_COSTS = RESOURCES / "costs" / "default-1.tsv"
RESULTS = "results"


def source_bytes(sheet: SampleSheet, family: str, sample: str = "", unit: str = "", base: Path = Path()) -> int:
    """Size of the FASTQ, BAM, CRAM or VCF files of a unit, a person or a family; a file that several share once.

    '' for the jobs of all families is 0: what they do does not grow with the families. base : folder that the sheets'
    paths are relative to.
    """
    if not family:
        return 0
    people = [sample] if sample else [name for name in sheet.families[family].samples if name in sheet.rows]
    files = set()
    for person in people:
        row = sheet.rows[person]
        files |= {path for path in (row.bam, row.vcf) if path}
        for lane in sheet.units.get(person, []):
            if unit in ("", lane.unit):
                files |= {lane.fastq_1, lane.fastq_2}
    return sum((base / path).stat().st_size for path in files if (base / path).is_file())


def collect_costs(directory: Path, sheet: SampleSheet) -> list[dict[str, Any]]:
    """One row for each job that was measured in a working folder, and one for the results of each family."""
    rows: list[dict[str, Any]] = []
    intervals: Counter[tuple[str, str]] = Counter()
    for path in sorted((directory / "logs" / "benchmarks").glob("*/*.tsv")):
        measured = _measured(path)
        if measured is None:
            continue
        rule = path.parent.name
        family, *rest = path.stem.split(".")
        if family not in sheet.families:
            family, rest = "", path.stem.split(".")
        sample = next((part for part in rest if part in sheet.rows), "")
        unit = rest[1] if sample and len(rest) == 2 else ""
        intervals[rule, family] += bool(family and rest and not sample)
        rows.append(
            {
                "rule": rule,
                "family": family or None,
                "part": ".".join(rest) or None,
                "threads": None if measured["threads"] is None else int(measured["threads"]),
                "source_bytes": source_bytes(sheet, family, sample, unit, directory),
                "seconds": measured["s"],
                "cpu_seconds": measured["cpu_time"],
                "memory_mb": measured["max_rss"],
            }
        )
    for row in rows:
        row["source_bytes"] //= max(1, intervals[str(row["rule"]), str(row["family"])])
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
    for name in ("s", "cpu_time", "max_rss", "threads"):
        try:
            found[name] = float(rows[-1].get(name) or "")
        except ValueError:
            # A job that ended before the first sample was taken has `-` or NA here; `threads` is of the long form.
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


def default_costs() -> list[Mapping[str, Any]]:
    """The table of defaults that ships; nothing when it is not there."""
    return list(read_table(DEFAULT_COSTS, JOB_COSTS).rows) if DEFAULT_COSTS.is_file() else []
