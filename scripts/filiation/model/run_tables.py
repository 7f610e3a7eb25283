"""Columns of the tables about runs: what each job cost; how the versions table names changed settings."""

from __future__ import annotations

from filiation.model.table_schema import Column, TableSchema

# Header lines of the versions table: SETTINGS=count, then SETTINGS.key=value DEFAULT default for each that was changed.
SETTINGS = "settings"
DEFAULT = " instead of "

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
