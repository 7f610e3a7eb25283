"""Reading and writing our tables: TSV with `##key=value` lines that name schema, program and sources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.errors import InputError
from filiation.io.files import atomic_text, require_file
from filiation.model.columns import TableSchema

MISSING = "."
# What kind of data a run works on, written into every output when set (the workflow sets it for simulated data).
DATA_LABEL = "FILIATION_DATA_LABEL"
# A cell that starts with one of these would be read as a formula by a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Table:
    """A table in memory: header lines and rows; a missing cell is None."""

    schema: TableSchema
    rows: list[dict[str, Any]] = field(default_factory=list)
    header: dict[str, str] = field(default_factory=dict)


def data_label() -> str:
    """`données simulées` in a run on simulated data, '' otherwise; see DATA_LABEL."""
    return " ".join(os.environ.get(DATA_LABEL, "").split())


def _to_text(value: Any, kind: str) -> str:
    """One cell as text; None and NaN become `.`; text can neither break the line nor start a formula."""
    if value is None or value != value or value == "":
        return MISSING
    if kind == "float":
        return f"{float(value):.6g}"
    if kind == "int":
        return str(int(value))
    if kind == "flag":
        return "yes" if value else "no"
    text = " ".join(str(value).split())
    return "'" + text if text.startswith(_FORMULA_STARTS) and len(text) > 1 else text


def _from_text(text: str, kind: str, where: str) -> Any:
    """One cell as a value; `.` becomes None."""
    if text == MISSING:
        return None
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        raise InputError(
            f"'{text}' is not {'a whole number' if kind == 'int' else 'a number'}",
            where=where,
            expected="digits, with a point and never a comma as decimal mark",
            repair="run the step that wrote this table again",
        ) from None
    if kind == "flag":
        return text == "yes"
    return text[1:] if len(text) > 2 and text[0] == "'" and text[1] in "=+-@" else text


def cells_of(row: Mapping[str, Any], schema: TableSchema) -> list[str]:
    """The cells of one row as they stand in the file."""
    return [_to_text(row.get(column.name), column.kind) for column in schema.columns]


def write_table(
    path: str | Path,
    schema: TableSchema,
    rows: Iterable[Mapping[str, Any]],
    header: Mapping[str, str] | None = None,
) -> int:
    """Write rows under a schema, atomically; returns how many. A row with a column the schema lacks is a bug."""
    count = 0
    names = set(schema.names)
    with atomic_text(path) as handle:
        handle.write(f"##schema={schema.label}\n##program=filiation {__version__}\n")
        lines = dict(header or {})
        if label := data_label():
            lines["data"] = label
        for key, value in lines.items():
            handle.write(f"##{key}={' '.join(str(value).split())}\n")
        handle.write("\t".join(schema.names) + "\n")
        for row in rows:
            if unknown := set(row) - names:
                raise KeyError(f"{schema.label} has no column {sorted(unknown)}")
            handle.write("\t".join(cells_of(row, schema)) + "\n")
            count += 1
    return count


def read_table(path: str | Path, schema: TableSchema) -> Table:
    """Read a table that we wrote; another schema or version is refused with the step that makes this one."""
    require_file(path, f"{schema.name} table")
    try:
        return _read(path, schema)
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {error.object[error.start]:#04x} is not UTF-8 text",
            where=str(path),
            expected=f"a {schema.name} table as it was written",
            repair="run the step that wrote this table again; an editor may have changed its encoding",
        ) from None


def _read(path: str | Path, schema: TableSchema) -> Table:
    """The table of a file that is there."""
    table = Table(schema)
    columns: list[str] = []
    kinds = {column.name: column.kind for column in schema.columns}
    with open(path, encoding="utf-8") as handle:
        for number, raw in enumerate(handle, 1):
            line = raw.rstrip("\r\n")
            if line.startswith("##"):
                key, _, value = line[2:].partition("=")
                table.header[key] = value
                continue
            if not columns:
                _check_header(path, table.header.get("schema", "none"), line.split("\t"), schema)
                columns = line.split("\t")
                continue
            cells = line.split("\t")
            if len(cells) != len(columns):
                raise InputError(
                    f"{len(cells)} cells",
                    where=f"{path}, line {number}",
                    expected=f"{len(columns)} cells, separated by tabs",
                    repair="run the step that wrote this table again",
                )
            table.rows.append(
                {
                    name: _from_text(cell, kinds[name], f"{path}, line {number}, column {name}")
                    for name, cell in zip(columns, cells, strict=True)
                }
            )
    if not columns:
        _check_header(path, table.header.get("schema", "none"), [], schema)
    return table


def _check_header(path: str | Path, label: str, columns: list[str], schema: TableSchema) -> None:
    """Stop when a table is not the one that is expected."""
    if label != schema.label:
        raise InputError(
            f"table of schema '{label}'",
            where=str(path),
            expected=f"schema '{schema.label}'",
            repair="run the step that writes this table again with this version of filiation",
        )
    if columns != schema.names:
        missing = [name for name in schema.names if name not in columns]
        extra = [name for name in columns if name not in schema.names]
        raise InputError(
            f"columns differ: missing {missing or 'none'}, unexpected {extra or 'none'}",
            where=str(path),
            expected="\t".join(schema.names),
            repair="run the step that writes this table again",
        )


def funnel_rows(step: str, counts: Mapping[str, tuple[int, str]]) -> list[dict[str, Any]]:
    """Rows of the funnel table for one step from {reason: (count, meaning)}, in the order given."""
    return [
        {"step": step, "reason": reason, "count": count, "meaning": meaning}
        for reason, (count, meaning) in counts.items()
    ]
