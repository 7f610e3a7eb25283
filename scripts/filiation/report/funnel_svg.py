"""How long is each bar of the funnel? Records left after each step, and records that each rule removed.

The scale is logarithmic, log10(1 + n), so that millions of calls and a handful of candidates stand in one
picture; the exact count is written at the end of every bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from filiation.report.catalogue import term, text
from filiation.report.data import Step
from filiation.report.typography import Bilingual, both, integer

# Steps that count part of the records, or other records: each is a funnel of its own.
BY_KIND = ("prioritise_dominant", "prioritise_recessive", "structural")
WIDTH = 980
LABEL_WIDTH = 330
_COUNT_WIDTH = 110
_KEPT_HEIGHT = 22
_REMOVED_HEIGHT = 17


@dataclass(frozen=True)
class Bar:
    """One line: `kept` (records that go on), `removed` or `added` (by a rule)."""

    kind: str
    label: Bilingual
    count: int
    written: Bilingual
    y: float
    height: float
    length: float


@dataclass(frozen=True)
class Funnel:
    """The drawing; `ticks` are (x, written count) of the scale's grid lines."""

    width: int
    height: float
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, Bilingual], ...]


def _lines(steps: Sequence[Step]) -> list[tuple[str, Bilingual, int]]:
    """(kind, label, count) of every line, in the order in which records meet the rules."""
    lines: list[tuple[str, Bilingual, int]] = []
    for number, step in enumerate(steps):
        if number == 0 and step.records_in is not None:
            start = step.name if step.name in BY_KIND else "calls"
            lines.append(("kept", term("funnel_start", start), step.records_in))
        lines += [(rule.kind, term("reason", rule.reason), rule.count) for rule in step.rules]
        if step.records_out is not None:
            lines.append(("kept", text("funnel.after", step=term("step", step.name)), step.records_out))
    return [line for line in lines if line[0] != "information"]


def draw_by_kind(steps: Sequence[Step]) -> tuple[tuple[Step, Funnel], ...]:
    """The funnels of one copy, of two copies and of structural variants, as far as they were counted.

    Rules that removed nothing are left out of these pictures; the table has them.
    """
    found = []
    for step in sorted((step for step in steps if step.name in BY_KIND), key=lambda step: BY_KIND.index(step.name)):
        told = replace(step, rules=tuple(rule for rule in step.rules if rule.count))
        if drawing := draw_funnel([told], separate=True):
            found.append((step, drawing))
    return tuple(found)


def draw_funnel(steps: Sequence[Step], *, separate: bool = False) -> Funnel | None:
    """Bars in order, None when no step was counted; steps of `BY_KIND` only when they are asked for (separate)."""
    lines = _lines([step for step in steps if separate or step.name not in BY_KIND])
    if not lines:
        return None
    largest = max(count for _, _, count in lines)
    room = WIDTH - LABEL_WIDTH - _COUNT_WIDTH
    unit = room / max(1.0, math.log10(1 + largest))
    bars = []
    y = 26.0
    for kind, label, count in lines:
        height = _KEPT_HEIGHT if kind == "kept" else _REMOVED_HEIGHT
        length = math.log10(1 + count) * unit
        bars.append(Bar(kind, label, count, both(integer, count), y, height - 5, round(length, 1)))
        y += height
    ticks = []
    power = 1
    while power <= largest:
        ticks.append((round(LABEL_WIDTH + math.log10(1 + power) * unit, 1), both(integer, power)))
        power *= 10
    return Funnel(WIDTH, y + 6, tuple(bars), tuple(ticks))
