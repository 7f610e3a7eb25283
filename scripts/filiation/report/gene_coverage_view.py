"""Which genes of the panel were not wholly read, and which cannot be by this method?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filiation.report.data import Row
from filiation.report.evidence_view import NOT_ANNOTATED
from filiation.report.typography import Bilingual, both, decimal, percent, same

# A gene is listed when less than this share of its bases is read at 20 molecules in the index case or a parent.
LISTED_BELOW = 0.99
_ROLES = ("proband", "father", "mother")


@dataclass(frozen=True)
class MemberShare:
    """Share of a gene's bases at 20 molecules in one member, with the mean depth; state is found or not_annotated."""

    role: str
    state: str
    words: Bilingual
    value: float | None
    low: bool


@dataclass(frozen=True)
class GeneCoverage:
    """One gene of the panel."""

    gene: str
    transcript: str
    members: tuple[MemberShare, ...]
    depth: Bilingual
    exons: tuple[str, ...]
    blind: Bilingual | None
    has_model: bool
    worst: float


@dataclass(frozen=True)
class PanelCoverage:
    """The panel as it was read: genes under the threshold first in `listed`, the whole in `genes`."""

    genes: tuple[GeneCoverage, ...]
    listed: tuple[GeneCoverage, ...]
    blind: tuple[GeneCoverage, ...]
    without_model: tuple[str, ...]
    whole: int


def panel_coverage(rows: Sequence[Row], blind: Mapping[str, str] | None = None) -> PanelCoverage | None:
    """The table gene_coverage/1 by gene, worst first; None when there is no such table.

    blind : English of the table's French reasons why a gene is not wholly seen.
    """
    if not rows:
        return None
    by_gene: dict[str, list[Row]] = {}
    for row in rows:
        by_gene.setdefault(row["gene"], []).append(row)
    genes = [_gene(name, found, blind or {}) for name, found in by_gene.items()]
    read = [gene for gene in genes if gene.has_model]
    return PanelCoverage(
        genes=tuple(sorted(read, key=lambda gene: (gene.worst, gene.gene))),
        listed=tuple(
            sorted((gene for gene in read if gene.worst < LISTED_BELOW), key=lambda gene: (gene.worst, gene.gene))
        ),
        blind=tuple(gene for gene in genes if gene.blind),
        without_model=tuple(gene.gene for gene in genes if not gene.has_model),
        whole=sum(gene.worst >= LISTED_BELOW for gene in read),
    )


def _gene(name: str, rows: list[Row], english: Mapping[str, str]) -> GeneCoverage:
    """One gene out of its members' rows."""
    by_role = {row["role"]: row for row in rows if row["role"]}
    shares = tuple(_share(role, by_role.get(role)) for role in _ROLES)
    known = [share.value for share in shares if share.value is not None]
    index = by_role.get("proband")
    exons = []
    for item in ((index or {}).get("exons_under") or "").split(";"):
        parts = item.split(":")
        if len(parts) == 4:
            exons.append(f"{parts[0]} ({parts[1]}:{parts[2]})")
    depth = index["mean_depth"] if index else None
    reason = rows[0].get("blind") or ""
    return GeneCoverage(
        gene=name,
        transcript=(index or {}).get("transcript") or "",
        members=shares,
        depth=same("—") if depth is None else both(decimal, depth, 1),
        exons=tuple(exons),
        blind=Bilingual(reason, english.get(reason, reason)) if reason else None,
        has_model=bool(known),
        worst=min(known, default=0.0),
    )


def _share(role: str, row: Row | None) -> MemberShare:
    value = row["fraction_20x"] if row else None
    if value is None:
        return MemberShare(role, NOT_ANNOTATED, same("—"), None, False)
    # 99.97 % must not read as 100 %.
    shown = min(value, 0.999) if value < 1 else value
    return MemberShare(role, "found", both(percent, shown, 1), value, value < LISTED_BELOW)
