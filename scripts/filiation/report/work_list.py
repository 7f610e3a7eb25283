"""Which changes of a release deserve to be read first, over all families? One table and one page.

The page needs nothing else and asks for nothing: no script, no request; its style is named by its checksum in the
Content-Security-Policy, as in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.io.files import atomic_text
from filiation.io.tables import data_label, write_table
from filiation.model.report_tables import WORK_LIST
from filiation.report.html import asset, content_hash, environment

# Lines of the page beside the alerts; the table holds all.
MAX_LINES = 500


@dataclass(frozen=True)
class Summary:
    """What the head of the page says. errors : families that could not be judged, with what was found."""

    release: str
    date: str
    families: int
    judged: int
    written: int
    resources: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


def ordered(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with their place: alerts first, then by value; families and places of the genome break ties."""
    found = sorted(
        rows,
        key=lambda row: (not row["alert"], -row["value"], row["family"], row["chrom"], row["pos"], row["alt"]),
    )
    return [{**row, "place": place} for place, row in enumerate(found, 1)]


def write_work_list(
    rows: Sequence[Mapping[str, Any]], summary: Summary, table: Path, page: Path, language: str
) -> None:
    """Write the table and the page; equal rows give equal bytes."""
    write_table(table, WORK_LIST, rows, {"release": summary.release, "date": summary.date})
    style = asset("work_list.css")
    policy = f"default-src 'none'; style-src '{content_hash(style)}'; form-action 'none'; base-uri 'none'"
    alerts = [row for row in rows if row["alert"]]
    text = (
        environment()
        .get_template("work_list.html.jinja")
        .render(
            language=language,
            policy=policy,
            style=style,
            summary=summary,
            alerts=alerts,
            lines=[row for row in rows if not row["alert"]][:MAX_LINES],
            total=len(rows),
            simulated=bool(data_label()),
            version=__version__,
        )
    )
    with atomic_text(page) as handle:
        handle.write(text)
