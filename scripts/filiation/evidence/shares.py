"""Does each source still know as many of the records as in an earlier run, or did a field vanish with an upgrade?

A tool or resource that was upgraded can lose an annotation without a word, and a variant without it looks harmless. The
share of records that each source knows is therefore written by every run and compared with that of an earlier one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from filiation.errors import InputError
from filiation.evidence.fields import FOUND, NOT_ANNOTATED, NOT_APPLICABLE, SOURCES, VariantFacts

# A share may differ by one percent and what chance does: three standard errors of the difference of two shares.
# One percent is the gate that laboratories use for a release (own choice: the three standard errors, for small runs).
TOLERANCE = 0.01
STANDARD_ERRORS = 3.0


class ShareCounter:
    """Counts, for every source, the records it applies to and those it knows."""

    def __init__(self) -> None:
        self._states: Counter[tuple[str, str]] = Counter()

    def add(self, facts: VariantFacts) -> None:
        """Take one record into account."""
        self._states.update((source, facts.state(source)) for source in SOURCES)

    def rows(self) -> list[dict[str, Any]]:
        """One row per source, as of the table annotation_shares; nothing is compared yet."""
        rows = []
        for source in SOURCES:
            states = {state: count for (name, state), count in self._states.items() if name == source}
            records = sum(count for state, count in states.items() if state not in (NOT_APPLICABLE, NOT_ANNOTATED))
            found = states.get(FOUND, 0)
            configured = set(states) - {NOT_ANNOTATED} != set()
            rows.append(
                {
                    "source": source,
                    "records": records,
                    "found": found,
                    "share": found / records if records and configured else None,
                    "previous_share": None,
                    "verdict": "UNKNOWN",
                    "meaning": "no earlier run was given" if configured else "not configured",
                }
            )
        return rows


def compare_shares(rows: Sequence[dict[str, Any]], previous: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give every row its verdict against the rows of an earlier run; what a reader must be told, in words."""
    before = {str(row["source"]): row for row in previous}
    told = []
    for row in rows:
        earlier = before.get(row["source"])
        if earlier is None or earlier["share"] is None:
            row["meaning"] = "new in this run" if row["share"] is not None else "in neither run"
            row["verdict"] = "OK"
            continue
        row["previous_share"] = float(earlier["share"])
        row["verdict"], row["meaning"] = _verdict(row, earlier)
        if row["verdict"] != "OK":
            told.append(f"{row['verdict']} {row['source']}: {row['meaning']}")
    return told


def _verdict(row: Mapping[str, Any], earlier: Mapping[str, Any]) -> tuple[str, str]:
    """OK, WARN or FAIL of one source, and why."""
    share, was = row["share"], float(earlier["share"])
    if share is None:
        if row["records"] == 0 and row["meaning"] != "not configured":
            return "UNKNOWN", "no record to which the source applies"
        return "FAIL", f"the earlier run had it for {was:.1%} of its records; it is not configured any more"
    allowed = TOLERANCE + STANDARD_ERRORS * math.sqrt(
        was * (1 - was) / max(1, int(earlier["records"])) + share * (1 - share) / max(1, int(row["records"]))
    )
    if share == 0 and was > allowed:
        return "FAIL", f"the earlier run had it for {was:.1%} of its records; no record has it now"
    if abs(share - was) > allowed:
        return "WARN", f"{share:.1%} of the records, {was:.1%} in the earlier run; {allowed:.1%} is chance"
    return "OK", f"{share:.1%} of the records, {was:.1%} in the earlier run"


def require_no_loss(rows: Sequence[Mapping[str, Any]], where: str) -> None:
    """Stop when a source vanished: a record that is not annotated must not pass for one that is rare and harmless."""
    lost = [str(row["source"]) for row in rows if row["verdict"] == "FAIL"]
    if lost:
        raise InputError(
            f"sources that the earlier run had are gone: {', '.join(lost)}",
            where=where,
            expected="at least the sources of the earlier run, each with a share of records near to what it was",
            repair="name the source again in the configuration, look at its version and build; to go on without it, "
            "take annotation.previous_shares out",
        )
