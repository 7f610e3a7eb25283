"""How long is each bar of the funnel? Records left after each step, and records that each rule removed.

The scale is logarithmic, log10(1 + n), so that millions of calls and a handful of candidates stand in one
picture; the exact count is written at the end of every bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from filiation.report.catalogue import term, text
from filiation.report.data import Step
from filiation.report.typography import Bilingual, both, integer

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
            lines.append(("kept", text("funnel.start"), step.records_in))
        lines += [(rule.kind, term("reason", rule.reason), rule.count) for rule in step.rules]
        if step.records_out is not None:
            lines.append(("kept", text("funnel.after", step=term("step", step.name)), step.records_out))
    return [line for line in lines if line[0] != "information"]


def draw_funnel(steps: Sequence[Step]) -> Funnel | None:
    """Bars in order, None when no step was counted."""
    lines = _lines(steps)
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
