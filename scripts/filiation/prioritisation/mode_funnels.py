"""How many records does each rule remove among those that would act by one copy, and among those that need two?

Up to the inheritance pattern every record meets the same rules; from then on the two are counted apart. A record that
fits both counts in both. X-linked, Y-linked and mitochondrial patterns are counted in neither: one copy is all there is
in a man, and they stand in the funnel of all records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from filiation.model.inheritance import Inheritance
from filiation.prioritisation.known_genes import DOMINANT, RECESSIVE

# Steps of the funnel table, each with the patterns that it counts.
MODES = {"prioritise_dominant": DOMINANT, "prioritise_recessive": RECESSIVE}
OTHER_MODE = "pattern_gone"
MEANING = {
    "records_in": "annotated records with such a pattern",
    OTHER_MODE: "the record stays a candidate, but by a pattern of another kind",
    "records_out": "candidate variants with such a pattern",
}


def modes_of(patterns: Iterable[Inheritance]) -> frozenset[str]:
    """Steps of MODES in which a record with these patterns is counted."""
    known = set(patterns)
    return frozenset(mode for mode, of_mode in MODES.items() if known.intersection(of_mode))


@dataclass
class ModeFunnels:
    """Counts by step and reason; `reasons` are those of the prioritisation with their meaning, in order."""

    reasons: dict[str, str]
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {mode: Counter() for mode in MODES})

    def removed(self, before: frozenset[str], reason: str) -> None:
        """Count a record that a rule took out."""
        self._count(before, reason)

    def kept(self, before: frozenset[str], after: frozenset[str]) -> None:
        """Count a candidate; where none of its patterns of a mode is left, it leaves the funnel of that mode."""
        self._count(before & after, "records_out")
        self._count(before - after, OTHER_MODE)

    def _count(self, modes: frozenset[str], reason: str) -> None:
        for mode in modes:
            self.counts[mode].update(("records_in", reason))

    def rows(self) -> dict[str, dict[str, tuple[int, str]]]:
        """For `io.tables.funnel_rows`, by step."""
        meaning = {
            "records_in": MEANING["records_in"],
            **{reason: text for reason, text in self.reasons.items() if reason not in MEANING},
            OTHER_MODE: MEANING[OTHER_MODE],
            "records_out": MEANING["records_out"],
        }
        return {
            mode: {reason: (counts[reason], text) for reason, text in meaning.items()}
            for mode, counts in self.counts.items()
        }
