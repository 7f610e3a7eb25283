"""Columns of the tables about runs: what each job cost; how the versions table names changed settings."""

from __future__ import annotations

from collections.abc import Mapping

from filiation.model.table_schema import Column, TableSchema

# Header lines of the versions table: SETTINGS=count, then SETTINGS.key=value DEFAULT default for each that was changed.
SETTINGS = "settings"
DEFAULT = " instead of "
_REASONS = f"{SETTINGS}.quality.override_reasons."


def lines_for_family(header: Mapping[str, str], family: str) -> dict[str, str]:
    """Header lines of the versions table without the reasons for which other families of the run went on.

    A reason (an adoptive father) is that family's own; the table is shared by all families of the run.
    """
    others = [key for key in header if key.startswith(_REASONS) and key != _REASONS + family]
    kept = {key: value for key, value in header.items() if key not in others}
    if others and kept.get(SETTINGS, "").isdecimal():
        kept[SETTINGS] = str(int(kept[SETTINGS]) - len(others))
    return kept


JOB_COSTS = TableSchema(
    "job_costs",
    1,
    "What each job of a run cost, as measured while it ran; `filiation plan` learns from these tables.",
    (
        Column("rule", "str", "rule of the workflow; `results`: the files of a family that stay"),
        Column("family", "str", "family, `.` for the jobs of all families"),
        Column("part", "str", "sample, unit or interval"),
        Column("threads", "int", "processors that the job held"),
        Column(
            "source_bytes",
            "int",
            "size of the data that the job's unit, person or family came with; a job of one interval counts its share",
            "bytes",
        ),
        Column("seconds", "float", "wall-clock time", "s"),
        Column("cpu_seconds", "float", "time of all processors", "s"),
        Column("memory_mb", "float", "largest resident memory", "MB"),
        Column("output_bytes", "int", "size of the files that stay", "bytes"),
    ),
)
