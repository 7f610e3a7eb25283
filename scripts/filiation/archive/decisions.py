"""What did the RCP d'aval decide of a stored family, and is it about a variant that its analysis showed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filiation.archive.database import transaction
from filiation.archive.records import variant_key
from filiation.archive.store import Archive
from filiation.errors import ConfigError, FaultList, InputError, UserError, nearest
from filiation.model.columns import CANDIDATES
from filiation.model.decisions import DECISIONS, SET_ASIDE_REASONS

# Classes of ACMG/AMP 2015 (Richards et al., Genet Med 17:405), 5 to 1 in the words of the candidates table.
CLASSES = ("pathogenic", "likely_pathogenic", "uncertain", "likely_benign", "benign")


def parse_classes(texts: Sequence[str]) -> dict[str, str]:
    """{chrom-pos-ref-alt: class} of VARIANT=CLASS on a command line; a word that is no class is a ConfigError."""
    classes = {}
    for text in texts:
        variant, _, word = text.rpartition("=")
        if not variant or word not in CLASSES:
            raise ConfigError(
                f"class '{text}'",
                where="--classification",
                expected=f"CHROM-POS-REF-ALT=CLASS, CLASS one of {', '.join(CLASSES)}",
                repair=nearest(word, list(CLASSES)),
            )
        classes[variant] = word
    return classes


def store_decisions(
    archive: Archive,
    family: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    classes: Mapping[str, str] | None = None,
    analysis: int | None = None,
) -> int:
    """Store decisions (rows of decisions/1 with date) on one analysis of a family, the latest by default.

    A decision or a reason outside the closed lists, and a variant that is not among the candidates of that analysis,
    are faults, all told at once; nothing is stored then. The same decision again changes nothing; another one on the
    same day replaces it.
    """
    record, chosen = archive.family(family), dict(classes or {})
    number = archive.analysis(family, analysis).number
    known = {(variant_key(row), row["gene"] or "") for row in archive.table(family, CANDIDATES, number)}
    variants = {variant for variant, _ in known}
    decided = {variant_key(dict(row)) for row in rows}
    faults: list[UserError] = [
        fault for row in rows for fault in _faults(archive, family, number, dict(row), known, sorted(variants))
    ]
    faults += [
        ConfigError(f"a class for {variant}, on which nothing is decided", where="--classification", repair="remove it")
        for variant in chosen
        if variant not in decided
    ]
    if faults:
        raise FaultList(faults)
    with transaction(archive.connection, archive.path) as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    record.number, variant_key(dict(row)), row["gene"] or "", row["date"], number, row["decision"],
                    chosen.get(variant_key(dict(row)), ""), row.get("reason") or "", row.get("note") or "",
                    row.get("participants") or "", row.get("run") or "",
                )
                for row in rows
            ],
        )  # fmt: skip
    return len(rows)


def _faults(
    archive: Archive, family: str, number: int, row: dict[str, Any], known: set[tuple[str, str]], variants: list[str]
) -> list[UserError]:
    """What is wrong with one decision."""
    variant, where = variant_key(row), f"{archive.path}, family {family}, analysis {number}"
    faults: list[UserError] = []
    if (variant, row["gene"] or "") not in known:
        faults.append(
            InputError(
                f"variant {variant} in {row['gene']} is not among the candidates",
                where=where,
                expected="a candidate of this analysis",
                repair=nearest(variant, variants) or "decide on the report of this analysis",
            )
        )
    if row["decision"] not in DECISIONS:
        faults.append(
            InputError(f"decision '{row['decision']}'", where=where, expected=f"one of {', '.join(DECISIONS)}")
        )
    if row.get("reason") and row["reason"] not in SET_ASIDE_REASONS:
        faults.append(
            InputError(f"reason '{row['reason']}'", where=where, expected=f"one of {', '.join(SET_ASIDE_REASONS)}")
        )
    return faults
