"""The status of a run as one static page, without script and without network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from filiation.cluster.status import MOST_SHOWN, SIGNS, STAGES, STATES, Failure, FamilyStatus, alike, counts

TEMPLATES = Path(__file__).parent / "templates"


def status_page(statuses: Sequence[FamilyStatus], shared: Sequence[Failure], footer: str) -> str:
    """HTML of the table, with every failure under it."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("status.html").render(
        statuses=statuses,
        names=[stage for stage, _, _ in STAGES],
        failures=alike(shared, statuses),
        footer=footer,
        counts=counts(statuses),
        states=STATES,
        signs=SIGNS,
        most_shown=MOST_SHOWN,
    )
