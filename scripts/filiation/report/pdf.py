"""How does a report become paper? Its own print template, PDF/A-3 with the JSON document attached.

A4, one summary page, one page for each candidate of shelves A and B with the reads of the trio, then changes, panel
coverage, limits, versions, and room for the conclusion and the signatures. One language, that of the report.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from filiation.io.files import atomic_path
from filiation.report.candidate_view import Candidate
from filiation.report.data import ReportData
from filiation.report.document import document
from filiation.report.html import asset, environment, page_values
from filiation.report.reads_view import BASE, MemberDrawing, draw_member

_PAIR = re.compile(r"<i lang=fr>([^<]*)</i><i lang=en>([^<]*)</i>")

# From the usual setting to the closest.
DENSITIES = ("", "snug", "compact", "tight")


@dataclass(frozen=True)
class Drawing:
    """The reads of one candidate: the members' shapes, the width of all, and where the allele stands."""

    members: tuple[MemberDrawing, ...]
    width: float
    place: float
    allele: float


def printed_candidates(candidates: list[Candidate]) -> list[Candidate]:
    """Those of shelves A and B; all of a table without shelves, at most 30."""
    on_shelves = [candidate for candidate in candidates if candidate.shelf in ("A", "B")]
    return on_shelves or [candidate for candidate in candidates if candidate.shelf == "none"][:30]


def print_page(data: ReportData, density: str = "", *, summary_only: bool = False) -> str:
    """The HTML of the print template, in the report's language alone.

    density : '', snug, compact or tight, how close the summary is set. summary_only : without what follows it.
    """
    values = page_values(data)
    candidates = [candidate for group in values["groups"] for candidate in group.candidates]
    printed = printed_candidates(candidates)
    drawings = {}
    for candidate in printed:
        picture = candidate.picture
        if picture is not None and picture.reference and not summary_only:
            drawings[candidate.anchor] = Drawing(
                tuple(draw_member(picture, member) for member in picture.members),
                len(picture.reference) * BASE,
                (picture.pos - picture.start) * BASE,
                max(1, picture.allele_length) * BASE,
            )
    page = (
        environment()
        .get_template("print.html.jinja")
        .render(
            **values | {"style": Markup(asset("print.css"))},
            printed=printed,
            left_out=len(data.candidates.rows) - len(printed),
            drawings=drawings,
            density=density,
            summary_only=summary_only,
        )
    )
    return _PAIR.sub(r"\1" if data.options.language == "fr" else r"\2", page)


def summary_density(data: ReportData) -> str:
    """How close the summary must be set to stand on one page; '' where it fits, or where no setting would do."""
    import weasyprint

    def fits(density: str) -> bool:
        summary = print_page(data, density, summary_only=True)
        return len(weasyprint.HTML(string=summary, url_fetcher=_refuse).render().pages) == 1

    if fits(DENSITIES[0]) or not fits(DENSITIES[-1]):
        return ""
    return next((density for density in DENSITIES[1:-1] if fits(density)), DENSITIES[-1])


def _refuse(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    raise ValueError(f"the print template asks for {url}: nothing outside it may be read")


def write_pdf(path: str | Path, data: ReportData) -> None:
    """Write the PDF, atomically; the same data give the same bytes with the same fonts."""
    import weasyprint

    created = _run_date(data.date)
    attached = weasyprint.Attachment(
        string=json.dumps(document(data), ensure_ascii=False, indent=1),
        name=f"{data.family.name}.rcp.json",
        description="filiation-report/1",
        created=created,
        modified=created,
    )

    page = weasyprint.HTML(string=print_page(data, summary_density(data)), url_fetcher=_refuse)
    with atomic_path(path) as temporary:
        page.write_pdf(
            str(temporary),
            pdf_variant="pdf/a-3u",
            pdf_tags=True,
            attachments=[attached],
            pdf_identifier=data.family.name.encode(),
        )


def _run_date(date: str) -> datetime:
    """The date of the run, the epoch when it gives none: never the clock."""
    try:
        return datetime.fromisoformat(date[:10]).replace(tzinfo=UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
