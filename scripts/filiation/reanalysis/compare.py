"""What became of each candidate, and why? Every change has its cause, proved by judging again without it.

A cause is what, taken away alone, leaves the candidate another standing. Where none does alone (two sources say the
same), those that suffice alone; where none does, all of them together. What remains between the stored table and the
same evidence judged by this program is the program's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from filiation.errors import FiliationError
from filiation.prioritisation.candidates import Prioritised
from filiation.reanalysis.release import (
    CAUSES,
    CLINVAR,
    COHORT,
    FREQUENCY,
    GENE_FACTS,
    HPO,
    PANEL,
    SOFTWARE,
)
from filiation.reanalysis.standing import (
    NEW,
    UNCHANGED,
    VANISHED,
    Key,
    Row,
    Standing,
    change_of,
    key_of,
    shelf_reason,
    told,
)

# Columns of the candidates table that a cause speaks through; the first that differ are told.
EVIDENCE: dict[str, tuple[str, ...]] = {
    CLINVAR: ("clinvar_significance", "clinvar_stars"),
    HPO: ("hpo_disease", "hpo_score"),
    GENE_FACTS: ("gene_disease_validity", "clingen_haploinsufficiency", "loeuf", "pli", "missense_z"),
    PANEL: ("panel_tier", "panel_inheritance"),
    FREQUENCY: ("population_af", "population_source", "population_homozygotes", "population_hemizygotes"),
    COHORT: ("inhouse_carriers", "inhouse_af", "recurrent_artefact"),
}
_LONGEST = 80


class Judges(Protocol):
    """Judges a family with any choice of what is new."""

    def judged(self, causes: Iterable[str]) -> Prioritised:
        """The family with what is new under some causes."""


@dataclass(frozen=True)
class History:
    """What the archive says of a family's candidates: dates of first sight, last decisions by (variant, gene).

    evidence_dates : cause → date of the newest source under it; date : day of the release.
    """

    first_seen: Mapping[Key, str] = field(default_factory=dict)
    decisions: Mapping[Key, str] = field(default_factory=dict)
    evidence_dates: Mapping[str, str] = field(default_factory=dict)
    date: str = ""


def compare(before: Sequence[Row], judge: Judges, causes: frozenset[str], history: History) -> list[dict[str, Any]]:
    """Rows of the table `changes`, those of the table now in its order, then those that vanished.

    causes : what is new for this family.
    """
    result = judge.judged(causes)
    old = {key_of(row): row for row in before}
    now = {key_of(row): row for row in result.candidates}
    removal = {_variant(row): row for row in result.removed}
    rows = []
    for key in [*now, *(key for key in old if key not in now)]:
        first, second = old.get(key), now.get(key)
        change = change_of(first, second)
        found = [] if change == UNCHANGED else causes_of(key, first, judge, causes)
        if change != UNCHANGED and not found:
            raise FiliationError(
                f"{key[0]} in {key[1] or 'no gene'} is {change} without a cause",
                expected="a cause for every change",
                repair="a fault of the program, please report it",
            )
        rows.append(_row(key, first, second, change, found, removal.get(key[0]), history))
    _tell_moves(rows, old, now)
    return rows


def causes_of(key: Key, before: Row | None, judge: Judges, causes: frozenset[str]) -> list[str]:
    """Causes of a change, in the order of CAUSES."""

    def standing(some: Iterable[str]) -> Standing | None:
        row = next((row for row in judge.judged(some).candidates if key_of(row) == key), None)
        return None if row is None else Standing.of(row)

    found = set()
    stored = None if before is None else Standing.of(before)
    base, full = standing(()), standing(causes)
    if base != stored:
        found.add(SOFTWARE)
    if full != base:
        alone = {cause for cause in causes if standing(causes - {cause}) != full}
        alone = alone or {cause for cause in causes if standing({cause}) != base}
        found |= alone or causes
    return [cause for cause in CAUSES if cause in found]


def _variant(row: Mapping[str, Any]) -> str:
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"


def _row(
    key: Key,
    before: Row | None,
    now: Row | None,
    change: str,
    causes: Sequence[str],
    removal: Row | None,
    history: History,
) -> dict[str, Any]:
    """One row of the table."""
    shown = now if now is not None else before
    assert shown is not None
    dates = [history.evidence_dates[cause] for cause in causes if history.evidence_dates.get(cause)]
    first_seen = history.first_seen.get(key) or (history.date if change == NEW else None)
    return {
        **{name: shown[name] for name in ("chrom", "pos", "ref", "alt", "gene")},
        "change": change,
        "before": told(before),
        "now": told(now),
        "cause": ",".join(causes) or None,
        "detail": _detail(before, now, change, causes, removal),
        "first_seen": first_seen,
        "evidence_date": max(dates, default=None),
        "decision": history.decisions.get(key),
        "decisions_elsewhere": None,
    }


def _detail(before: Row | None, now: Row | None, change: str, causes: Sequence[str], removal: Row | None) -> str | None:
    """The values before and now of the causes' columns; the rule that removed or chose the row."""
    if change == UNCHANGED:
        return None
    words = []
    for cause in causes:
        words += _differences(before, now, EVIDENCE.get(cause, ()))
    if change == VANISHED and removal is not None:
        words.append(f"removed by {removal['reason']}: {removal['detail']}")
    elif now is not None and (rule := shelf_reason(now)) != (shelf_reason(before) if before is not None else ""):
        words.append(f"shelf by {rule}")
    return "; ".join(words) or None


def _differences(before: Row | None, now: Row | None, columns: Sequence[str]) -> list[str]:
    """`column: before -> now` for each that differs; a side without a row says nothing."""
    found = []
    for name in columns:
        first, second = (None if row is None else row.get(name) for row in (before, now))
        if before is not None and now is not None and first == second:
            continue
        if first is None and second is None:
            continue
        sides = [_short(first) if before is not None else "", _short(second) if now is not None else ""]
        found.append(f"{name}: {' -> '.join(filter(None, sides))}")
    return found


def _short(value: Any) -> str:
    text = "." if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _tell_moves(rows: Sequence[dict[str, Any]], old: Mapping[Key, Row], now: Mapping[Key, Row]) -> None:
    """Name what pushed an unchanged row to another shelf: a candidate that came, or the place of one that went."""
    places = {"A": 0, "B": 1, "C": 2}
    came = [row for row in rows if row["change"] not in (UNCHANGED, VANISHED) and now[key_of(row)]["shelf"] != "C"]
    went = [row for row in rows if row["change"] not in (UNCHANGED, NEW) and old[key_of(row)]["shelf"] != "C"]
    for row in rows:
        key = key_of(row)
        if row["change"] != UNCHANGED or old[key]["shelf"] == now[key]["shelf"]:
            continue
        down = places[now[key]["shelf"]] > places[old[key]["shelf"]]
        others = ", ".join(f"{_variant(one)} ({one['cause']})" for one in (came if down else went)[:3])
        words = f"displaced by {others}" if down else f"took the place of {others}"
        row["detail"] = (
            f"{old[key]['shelf']} -> {now[key]['shelf']}, {words if others else 'by the order of the others'}"
        )
