"""Reading one sheet: lines of samples.tsv or units.tsv as typed rows, every fault by line and column.

Accepted: a byte-order mark, CRLF, comment lines that begin with #, empty lines, columns in any order; an
empty cell or `.` is missing. Everything is text: a sample called 00123 or NA stays what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from filiation.config import ID_PATTERN
from filiation.errors import SheetError, UserError, nearest
from filiation.panels.catalogue import load_catalogue

RowModel = TypeVar("RowModel", bound=BaseModel)

_ID_WORDS = "letters, digits, _ and -, at most 64, beginning with a letter or digit"
_PATTERN_WORDS = {
    ID_PATTERN: _ID_WORDS,
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case words joined by -, without accents",
    r"^HP:\d{7}(;HP:\d{7})*$": "HPO terms such as HP:0001250, separated by ; without spaces",
}


@dataclass(frozen=True)
class Line(Generic[RowModel]):
    """A validated row and the number of its line in the sheet."""

    number: int
    row: RowModel


def read_rows(
    path: Path, model: type[RowModel], what: str, *, may_be_empty: bool = False
) -> tuple[list[Line[RowModel]], list[UserError], set[str]]:
    """The valid rows of a sheet, all its faults, and the sample names of the lines that were refused.

    `may_be_empty`: a header without a row is no fault.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        fault = SheetError(
            f"{what}: byte {error.start} is not UTF-8",
            where=str(path),
            expected="plain text in UTF-8",
            repair="in the spreadsheet: save as « Texte Unicode » or CSV UTF-8, separated by tabs",
        )
        return [], [fault], set()
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not numbered:
        return [], [SheetError(f"{what} is empty", where=str(path), expected=_header_words(model))], set()
    header_line, header_text = numbered[0]
    header = [cell.strip() for cell in header_text.split("\t")]
    faults = _header_faults(header, header_text, model, f"{path}, line {header_line}")
    if faults:
        return [], faults, set()
    rows: list[Line[RowModel]] = []
    refused: set[str] = set()
    for number, text in numbered[1:]:
        cells = [cell.strip() for cell in text.split("\t")]
        problems = _cell_count_faults(cells, header, f"{path}, line {number}")
        values = {column: cell for column, cell in zip(header, cells, strict=False) if cell not in ("", ".")}
        if not problems:
            row, problems = _validate(values, model, path, number)
            if row is not None:
                rows.append(Line(number, row))
        if problems:
            refused.add(values.get("sample", ""))
        faults += problems
    if not rows and not faults and not may_be_empty:
        faults.append(SheetError(f"{what} has a header and no row", where=str(path), expected="one row each"))
    return rows, faults, refused


def _header_words(model: type[BaseModel]) -> str:
    return "a header with " + ", ".join(model.model_fields) + ", separated by tabs"


def _header_faults(header: list[str], text: str, model: type[BaseModel], where: str) -> list[UserError]:
    """Faults of the header: another separator than tab, unknown, repeated or missing columns."""
    known = list(model.model_fields)
    for separator, name in ((r"[ ]+", "spaces"), (r";", "semicolons"), (r",", "commas")):
        words = {word.strip().strip('"') for word in re.split(separator, text.strip())}
        if len(header) == 1 and len(words & set(known)) >= 2:
            return [
                SheetError(
                    f"columns separated by {name}",
                    where=where,
                    expected="columns separated by tabs",
                    repair="replace the separators by tabs; in a spreadsheet: save as tab-separated text",
                )
            ]
    faults: list[UserError] = []
    for column in header:
        if column not in known:
            faults.append(
                SheetError(
                    f"unknown column '{column}'",
                    where=where,
                    expected=f"columns among {', '.join(known)}",
                    repair=nearest(column.lower(), known) or "remove the column, or begin its name line with #",
                )
            )
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            faults.append(SheetError(f"column '{column}' stands twice", where=where, repair="remove one"))
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    missing = [name for name in required if name not in header]
    if missing:
        faults.append(
            SheetError(
                f"column{'s' if len(missing) > 1 else ''} {', '.join(missing)} missing",
                where=where,
                expected=f"at least {', '.join(required)}",
                repair="add the column; the header is the first line that is not a comment",
            )
        )
    return faults


def _cell_count_faults(cells: list[str], header: list[str], where: str) -> list[UserError]:
    """A row must have as many cells as the header; empty cells too many at the end are forgiven."""
    if len(cells) == len(header) or (len(cells) > len(header) and not any(cells[len(header) :])):
        return []
    spaces = len(cells) < len(header) and any("  " in cell or cell.count(" ") > 1 for cell in cells)
    return [
        SheetError(
            f"{len(cells)} cell{'s' if len(cells) > 1 else ''}" + (", with spaces inside" if spaces else ""),
            where=where,
            expected=f"{len(header)} cells separated by tabs, as in the header",
            repair="replace the spaces between the columns by tabs"
            if spaces
            else "add or remove tabs; write . in a cell that is empty",
        )
    ]


def _validate(
    values: dict[str, str], model: type[RowModel], path: Path, number: int
) -> tuple[RowModel | None, list[UserError]]:
    """A row under its model, or one fault per cell that is wrong."""
    faults: list[UserError] = []
    row: RowModel | None = None
    try:
        row = model.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            column = str(problem["loc"][0])
            faults.append(_cell_fault(column, values, dict(problem), f"{path}, line {number}"))
    for column, value in values.items():
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", value):
            faults.append(
                SheetError(
                    f"'{value}' is a network address",
                    where=_place(f"{path}, line {number}", column, values),
                    expected="a file that can be read without network",
                    repair="copy the file to local storage and name it",
                )
            )
    return (None if faults else row), faults


def _place(where: str, column: str, values: dict[str, str]) -> str:
    sample = values.get("sample", "")
    return f"{where}, column {column}" + (f", sample {sample}" if sample and column != "sample" else "")


def _cell_fault(column: str, values: dict[str, str], problem: dict[str, object], where: str) -> SheetError:
    """The fault of one cell, in the words of the sheet instead of the validator's."""
    value = values.get(column, "")
    place = _place(where, column, values)
    context = problem.get("ctx")
    context = context if isinstance(context, dict) else {}
    if problem["type"] == "missing":
        return SheetError(f"{column} is empty", where=place, expected=f"a value of {column} in every row")
    if problem["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return SheetError(
            f"{column} '{value}'",
            where=place,
            expected=f"{', '.join(choices)}; or . when not known",
            repair=nearest(value.lower(), choices) or "correct the cell",
        )
    repair = "rename it, in every sheet" if column in ("family", "sample", "unit", "library") else "correct the cell"
    if re.fullmatch(r"-?\d+,\d+", value):
        repair = "this looks like a number with a decimal comma: write a point, or shift the cell to its column"
    elif column == "pre_indication":
        repair = load_catalogue().suggestion(value) or "see `filiation panels list`"
    return SheetError(
        f"{column} '{value}'",
        where=place,
        expected=_PATTERN_WORDS.get(str(context.get("pattern", "")), str(problem["msg"])),
        repair=repair,
    )
