"""Which ACMG/AMP criteria are met, not met, not evaluable here, or for humans to judge, and what do they add up to?"""

from __future__ import annotations

from dataclasses import dataclass

from filiation.report.catalogue import known, source_text, term, text
from filiation.report.data import Row
from filiation.report.told import told
from filiation.report.typography import Bilingual, both, integer, same

STATES = ("met", "not_met", "not_evaluable", "for_humans")
# The French habit numbers the classes from 5 (pathogenic) to 1 (benign).
CLASS_NUMBERS = {"pathogenic": 5, "likely_pathogenic": 4, "uncertain": 3, "likely_benign": 2, "benign": 1}


@dataclass(frozen=True)
class Criterion:
    """One criterion with the value that decided it; `points` is '' unless it is met."""

    name: str
    state: str
    state_words: Bilingual
    points: Bilingual
    why: Bilingual


@dataclass(frozen=True)
class Suggestion:
    """What the points of the met criteria add up to: a suggestion that a human judges, never a conclusion."""

    key: str
    number: int | None
    words: Bilingual
    points: int | None
    criteria: tuple[Criterion, ...]

    @property
    def met(self) -> tuple[Criterion, ...]:
        """The criteria that count."""
        return tuple(criterion for criterion in self.criteria if criterion.state == "met")

    def in_state(self, state: str) -> tuple[Criterion, ...]:
        """The criteria of one of the four states."""
        return tuple(criterion for criterion in self.criteria if criterion.state == state)


def criteria(cell: str | None) -> tuple[Criterion, ...]:
    """The criteria of the column `acmg_criteria`; a text that is not of its form is shown as it stands."""
    found = []
    for item in (cell or "").split("|"):
        if not item.strip():
            continue
        name, state, points, why = [*(part.strip() for part in item.split(":", 3)), "", "", ""][:4]
        if state not in STATES:
            found.append(
                Criterion(name, "not_evaluable", term("criterion_state", "not_evaluable"), same(""), same(item))
            )
            continue
        try:
            shown = both(integer, int(points)) if state == "met" else same("")
        except ValueError:
            shown = same(points)
        found.append(Criterion(name, state, term("criterion_state", state), shown, told(why)))
    return tuple(found)


def suggestion(row: Row) -> Suggestion:
    """The suggested class of a row; without ACMG columns it says that nothing was evaluated."""
    key = row.get("acmg_class") or "not_evaluated"
    words = term("acmg_class", key) if known("acmg_class", key) else source_text(key)
    return Suggestion(key, CLASS_NUMBERS.get(key), words, row.get("acmg_points"), criteria(row.get("acmg_criteria")))


def points_words(points: int | None) -> Bilingual:
    """`14 points`, `—` without any."""
    return same("—") if points is None else text("acmg.points", count=points)
