"""How does a laboratory change a panel without editing it: genes added, removed or moved, each with reason and author?

An overlay is a table of tab-separated columns action, gene, tier, inheritance, reason, author, date. Actions: `add` (as
tier lab where no tier is given), `remove` (the gene loses its tier; it is never excluded), `tier`, `mode`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from filiation.errors import FaultList, InputError, UserError, nearest
from filiation.genes.table import GeneTable
from filiation.io.files import require_file
from filiation.panels.load import TIERS
from filiation.panels.modes import MODES, mode_of

COLUMNS = ("action", "gene", "tier", "inheritance", "reason", "author", "date")
ACTIONS = ("add", "remove", "tier", "mode")


def read_overlay(path: str | Path) -> list[tuple[str, dict[str, str]]]:
    """(where, row) of every line; raises FaultList for a row without action, gene, reason or author."""
    require_file(path, "overlay")
    rows: list[tuple[str, dict[str, str]]] = []
    faults: list[UserError] = []
    with open(path, encoding="utf-8-sig", errors="backslashreplace", newline="") as handle:
        reader = csv.DictReader((line for line in handle if not line.startswith("#")), delimiter="\t")
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(
                f"columns {', '.join(reader.fieldnames or [])}",
                where=str(path),
                expected=", ".join(COLUMNS) + ", separated by tabs",
                repair="write these columns in this order",
            )
        for number, row in enumerate(reader, 1):
            where = f"{path}, change {number} ({row['gene'] or 'no gene'})"
            cells = {name: (row[name] or "").strip().removeprefix(".") for name in COLUMNS}
            rows.append((where, cells))
            empty = [name for name in ("action", "gene", "reason", "author") if not cells[name]]
            if empty:
                faults.append(InputError(f"no {', '.join(empty)}", where=where, expected="who changes what, and why"))
            elif cells["action"] not in ACTIONS:
                repair = nearest(cells["action"], list(ACTIONS))
                faults.append(
                    InputError(f"action '{cells['action']}'", where=where, expected=", ".join(ACTIONS), repair=repair)
                )
            for name, known in (("tier", TIERS), ("inheritance", MODES)):
                if cells[name] and cells[name] not in known:
                    faults.append(InputError(f"{name} '{cells[name]}'", where=where, expected=", ".join(known)))
    if faults:
        raise FaultList(faults)
    return rows


def apply_overlay(
    rows: list[dict[str, Any]], changes: list[tuple[str, dict[str, str]]], table: GeneTable
) -> tuple[list[dict[str, Any]], list[str]]:
    """(changed rows by symbol, one line for each change); raises FaultList when a change does not fit the panel."""
    # A row without id keeps its place under its symbol; a change names a gene by its id.
    by_id = {str(row["hgnc_id"] or row["gene"]): dict(row) for row in rows}
    faults: list[UserError] = []
    told: list[str] = []
    for where, change in changes:
        try:
            told.append(_apply(by_id, where, change, table))
        except InputError as fault:
            faults.append(fault)
    if faults:
        raise FaultList(faults)
    return sorted(by_id.values(), key=lambda row: str(row["gene"])), told


def _apply(by_id: dict[str, dict[str, Any]], where: str, change: dict[str, str], table: GeneTable) -> str:
    """One change; returns it in words."""
    gene = table.require(change["gene"], where)
    action, signed = change["action"], " ".join(filter(None, (change["author"], change["date"])))
    row = by_id.get(gene.hgnc_id)
    if (row is None) != (action == "add"):
        raise InputError(
            f"{action} {gene.label}, which is {'not ' if row is None else ''}on the panel",
            where=where,
            expected="add for a gene that is not there; remove, tier or mode for one that is",
            repair="use `add`" if row is None else "use `tier` or `mode`",
        )
    if row is None:
        mode, _ = mode_of(gene, (("overlay", change["inheritance"].split("/") if change["inheritance"] else ()),))
        by_id[gene.hgnc_id] = {
            "gene": gene.symbol,
            "hgnc_id": gene.hgnc_id,
            "tier": change["tier"] or "lab",
            "inheritance": mode or None,
            "evidence": change["reason"],
            "source": f"laboratory: {signed}",
        }
    elif action == "remove":
        del by_id[gene.hgnc_id]
    else:
        column = "tier" if action == "tier" else "inheritance"
        value = change[column]
        if not value or value == row[column]:
            raise InputError(
                f"{action} of {gene.label} to '{value}'", where=where, expected=f"another value in column {column}"
            )
        row |= {
            column: value,
            "evidence": f"{row['evidence']}; {change['reason']}",
            "source": f"{row['source']}; laboratory ({column}): {signed}",
        }
    return f"{action} {gene.symbol}: {change['reason']} ({signed})"
