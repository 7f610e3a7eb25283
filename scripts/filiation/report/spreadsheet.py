"""What does the spreadsheet of a report hold? The same tables, every cell text or number, none a formula or a link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from filiation.io.files import atomic_path
from filiation.model.columns import CANDIDATES, QUALITY, VERSIONS, TableSchema
from filiation.model.report_tables import CHANGES, GENE_COVERAGE
from filiation.report.catalogue import text
from filiation.report.data import ReportData
from filiation.report.table import table_header

_LONGEST_CELL = 32_000
_WIDEST = 42


def write_xlsx(path: str | Path, data: ReportData) -> None:
    """Write the workbook, atomically: what it is, the candidates, quality, panel coverage, changes, versions."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with atomic_path(path) as temporary, xlsxwriter.Workbook(str(temporary), options) as book:
        # The date of the run, not of the clock: the same report gives the same bytes.
        book.set_properties(
            {"title": data.family.name, "created": _run_date(data.date), "comments": text("band.work_document").fr}
        )
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E6F1F8"})
        page = book.add_worksheet("Lisez-moi")
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 110)
        for number, (key, value) in enumerate(table_header(data).items()):
            page.write_string(number, 0, key, bold)
            page.write_string(number, 1, str(value)[:_LONGEST_CELL])
        _sheet(book, "Candidats", CANDIDATES, data.candidates.rows, bold, frozen=_frozen(CANDIDATES))
        _sheet(book, "Qualité", QUALITY, data.quality.rows, bold)
        _sheet(book, "Couverture du panel", GENE_COVERAGE, data.gene_coverage, bold)
        _sheet(book, "Changements", CHANGES, data.changes.rows if data.changes else (), bold)
        _sheet(book, "Versions", VERSIONS, data.versions.rows, bold)


def _frozen(schema: TableSchema) -> int:
    """Columns that stay in view: up to the gene."""
    return schema.names.index("gene") + 1


def _run_date(date: str) -> datetime:
    try:
        return datetime.fromisoformat(date[:10])
    except ValueError:
        return datetime(2000, 1, 1)


def _sheet(
    book: Any, name: str, schema: TableSchema, rows: Iterable[dict[str, Any]], bold: Any, frozen: int = 1
) -> None:
    """One table: frozen header with the meaning of each column as a note, filters, cells by their kind."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, frozen)
    widths = [len(column.name) for column in schema.columns]
    for place, column in enumerate(schema.columns):
        sheet.write_string(0, place, column.name, bold)
        sheet.write_comment(0, place, column.meaning + (f" ({column.unit})" if column.unit else ""))
    count = 0
    for count, row in enumerate(rows, 1):
        for place, column in enumerate(schema.columns):
            value = row.get(column.name)
            if value is None or value != value:
                continue
            if column.kind in ("int", "float"):
                sheet.write_number(count, place, value)
            elif column.kind == "flag":
                sheet.write_string(count, place, "yes" if value else "no")
            else:
                written = str(value)[:_LONGEST_CELL]
                sheet.write_string(count, place, written)
                widths[place] = max(widths[place], len(written))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(_WIDEST, width + 2))
    sheet.autofilter(0, 0, max(count, 1), len(schema.columns) - 1)
