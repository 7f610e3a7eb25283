"""What has a candidate earned by itself? Its shelf by its own rule, its ACMG class, what ClinVar says of it.

The rank, and the shelf of a row that filled a page or no longer fitted on it, depend on the others: a row that moves
because another came or went has not changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filiation.calls.clinvar import ClinVarEntry
from filiation.prioritisation.shelves import AMONG_THE_BEST, BEYOND_CAP

NEW, UPGRADED, DOWNGRADED, VANISHED, UNCHANGED = "new", "upgraded", "downgraded", "vanished", "unchanged"
_SHELVES = ("C", "B", "A")
_CLASSES = ("benign", "likely_benign", "uncertain", "likely_pathogenic", "pathogenic")
_REASON = re.compile(r"shelf [ABC], score [^\[]*\[([^\]]*)\]")

Row = Mapping[str, Any]
Key = tuple[str, str]


def key_of(row: Row) -> Key:
    """(chrom-pos-ref-alt, gene): a candidate is one variant in one gene."""
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}", row["gene"] or ""


def shelf_reason(row: Row) -> str:
    """Rule that chose the shelf of a row, as `kept_because` ends with it; '' for a table that does not say."""
    found = _REASON.findall(row.get("kept_because") or "")
    return found[-1] if found else ""


def earned_shelf(row: Row) -> str:
    """Shelf by the row's own rule: C for one that filled the page, its former shelf for one beyond the cap."""
    reason = shelf_reason(row)
    if reason == AMONG_THE_BEST:
        return "C"
    if reason.startswith(f"{BEYOND_CAP}:"):
        shelf, _, rule = reason.removeprefix(f"{BEYOND_CAP}:").partition(":")
        return "C" if rule == AMONG_THE_BEST else shelf
    return str(row["shelf"])


def clinvar_level(row: Row) -> int:
    """3 pathogenic with a star, 2 without, 1 conflicting, 0 anything else."""
    text = row.get("clinvar_significance") or ""
    entry = ClinVarEntry(text, row.get("clinvar_review") or "", "")
    if entry.pathogenic:
        return 3 if (row.get("clinvar_stars") or 0) >= 1 else 2
    return 1 if "conflict" in text.lower() else 0


@dataclass(frozen=True, order=True)
class Standing:
    """What a row has earned; a higher one is a better candidate. Shelf first, then class, then ClinVar."""

    shelf: int
    acmg: int
    clinvar: int

    @classmethod
    def of(cls, row: Row) -> Standing:
        """Standing of a row of the candidates table."""
        name = row.get("acmg_class") or "uncertain"
        return cls(
            _SHELVES.index(earned_shelf(row)), _CLASSES.index(name) if name in _CLASSES else 2, clinvar_level(row)
        )


def change_of(before: Row | None, now: Row | None) -> str:
    """One of new, upgraded, downgraded, vanished, unchanged."""
    if before is None:
        return NEW if now is not None else UNCHANGED
    if now is None:
        return VANISHED
    first, second = Standing.of(before), Standing.of(now)
    return UNCHANGED if first == second else UPGRADED if second > first else DOWNGRADED


def told(row: Row | None) -> str | None:
    """`B, uncertain, rank 7`."""
    return None if row is None else f"{row['shelf']}, {row.get('acmg_class') or 'no class'}, rank {row['rank']}"
