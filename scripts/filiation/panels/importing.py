"""How does a laboratory bring its own panel: a PanelApp export, a plain gene list, or changes to a panel of ours?

Users bring the lists; none of PanelApp's is shipped. Every row is tied to one HGNC id: a row that is not, or a gene
that stands twice with two modes of inheritance, is a fault with its line, and nothing is written.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import FaultList, InputError, UserError
from filiation.genes.table import Gene, GeneTable
from filiation.io.files import require_file
from filiation.panels.modes import MODES, mode_of

# A plain list has a gene and its mode.
_PLAIN_COLUMNS = 2
FORMATS = ("panelapp-json", "panelapp-tsv", "genes")
GREEN, AMBER = "3", "2"
# Start of PanelApp's words for the mode of inheritance → ours. Imprinting and "other" say nothing here.
_WORDS = {
    "MONOALLELIC": "AD",
    "BIALLELIC": "AR",
    "BOTH": "AD/AR",
    "X-LINKED": "XL",
    "MITOCHONDRIAL": "MT",
    "AD": "AD",
    "AR": "AR",
    "AD/AR": "AD/AR",
    "XL": "XL",
    "YL": "YL",
    "MT": "MT",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One gene as a list gives it; `level` is PanelApp's confidence (3 green), '' in a plain list."""

    where: str
    name: str
    hgnc_id: str
    mode: str
    level: str
    needs_id: bool


@dataclass
class Imported:
    """Rows for a panel, the origin of the list, and notes of what was renamed or left out.

    not_covered : names of the list's regions and repeats, which no panel of genes covers.
    """

    rows: list[dict[str, str | None]]
    origin: str
    notes: list[str] = field(default_factory=list)
    not_covered: list[str] = field(default_factory=list)


def format_of(path: str | Path) -> str:
    """The format of a list, from its first characters."""
    with open(require_file(path, "gene list"), encoding="utf-8-sig", errors="replace") as handle:
        start = handle.readline()
    if start.lstrip().startswith(("{", "[")):
        return "panelapp-json"
    return "panelapp-tsv" if "Entity Name" in start or "Gene Symbol" in start else "genes"


def import_list(path: str | Path, kind: str, table: GeneTable, *, with_amber: bool = False) -> Imported:
    """The genes of a list as panel rows; raises FaultList with every faulty line.

    PanelApp's green genes become `core`; amber ones `lab` where asked, else they are counted with red ones and left
    out. Genes of a plain list become `core`.
    """
    readers = {"panelapp-json": _panelapp_json, "panelapp-tsv": _panelapp_tsv, "genes": _plain}
    origin, listed, others = readers[kind](Path(path))
    faults: list[UserError] = []
    result = Imported([], origin)
    if others:
        result.notes.append(
            f"{len(others)} regions and repeats left out: a panel holds genes; not covered: {', '.join(others)}"
        )
        result.not_covered = others
    kept: dict[str, tuple[Listed, dict[str, str | None]]] = {}
    left = 0
    for item in listed:
        if item.level and item.level != GREEN and not (with_amber and item.level == AMBER):
            left += 1
            continue
        try:
            gene = _gene(item, table, result.notes)
        except InputError as fault:
            faults.append(fault)
            continue
        row = _row(gene, item, origin)
        if gene.hgnc_id not in kept:
            kept[gene.hgnc_id] = (item, row)
            continue
        first, known = kept[gene.hgnc_id]
        if known["inheritance"] != row["inheritance"]:
            faults.append(_two_modes(gene, first, known, item, row))
        else:
            result.notes.append(f"{item.where}: {gene.label} stands at {first.where} already; kept once")
    if faults:
        raise FaultList(faults)
    if not kept:
        raise InputError("no gene", where=str(path), expected="at least one gene that is kept", repair="name a list")
    if left:
        result.notes.append(f"{left} genes below green left out")
    result.rows = sorted((row for _, row in kept.values()), key=lambda row: str(row["gene"]))
    return result


def _gene(item: Listed, table: GeneTable, notes: list[str]) -> Gene:
    """The one gene of a row; id and symbol must mean the same one."""
    if not item.name and not item.hgnc_id:
        raise InputError("no gene", where=item.where, expected="a symbol or an HGNC id", repair="complete the row")
    named = table.resolve(item.name) if item.name else None
    if item.needs_id and not item.hgnc_id:
        choices = ", ".join(gene.label for gene in named.choices) if named else ""
        raise InputError(
            f"{item.name} has no HGNC id",
            where=item.where,
            expected="HGNC:number in every row",
            repair=f"write the id that is meant: {choices or 'none is known for this name'}",
        )
    if not item.hgnc_id:
        gene = table.require(item.name, item.where)
    else:
        gene = table.require(item.hgnc_id, item.where)
        others = [gene.symbol, *gene.previous, *gene.aliases]
        if named is not None and item.name not in others:
            meant = named.gene.label if named.gene else f"a name that is {named.status}"
            raise InputError(
                f"{item.hgnc_id} is {gene.symbol}, but the row says {item.name} ({meant})",
                where=item.where,
                expected="an id and a symbol of one gene",
                repair="correct the id or the symbol",
            )
    if item.name and item.name != gene.symbol and not item.name.startswith("HGNC:"):
        notes.append(f"{item.where}: {item.name} is {gene.label} today")
    return gene


def _row(gene: Gene, item: Listed, origin: str) -> dict[str, str | None]:
    word = item.mode.strip().split(",")[0].split(" ")[0].upper()
    mode = _WORDS.get(word, "")
    known, _ = mode_of(gene, (("list", mode.split("/") if mode else ()),))
    return {
        "gene": gene.symbol,
        "hgnc_id": gene.hgnc_id,
        "tier": "lab" if item.level == AMBER else "core",
        "inheritance": known or None,
        "evidence": {GREEN: "green", AMBER: "amber"}.get(item.level, "listed"),
        "source": origin,
    }


def _two_modes(
    gene: Gene, first: Listed, known: dict[str, str | None], item: Listed, row: dict[str, str | None]
) -> InputError:
    return InputError(
        f"{gene.label} stands twice with two modes of inheritance: {known['inheritance'] or '.'} ({first.where}) and "
        f"{row['inheritance'] or '.'}",
        where=item.where,
        expected="one row a gene; AD/AR for a gene of both modes",
        repair="keep one row",
    )


def _panelapp_json(path: Path) -> tuple[str, list[Listed], list[str]]:
    """One panel of PanelApp's API (UK or Australia): name, version and `genes`."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"not complete JSON: {error}", where=str(path), repair="download the panel again") from None
    if not isinstance(data, dict) or not isinstance(data.get("genes"), list):
        raise InputError(
            "no list `genes`",
            where=str(path),
            expected="one panel of the PanelApp API (…/api/v1/panels/NUMBER/), not the list of panels",
            repair="download the panel itself",
        )
    origin = f"PanelApp panel {data.get('id', '?')} {data.get('name', '?')} {data.get('version', '?')}"
    listed = []
    for number, item in enumerate(data["genes"], 1):
        gene: Any = item.get("gene_data") if isinstance(item, dict) else None
        if not isinstance(gene, dict):
            raise InputError(
                "no `gene_data`",
                where=f"{path}, gene {number}",
                expected="genes as the PanelApp API writes them",
                repair="download the panel again",
            )
        name = str(gene.get("gene_symbol") or item.get("entity_name") or "")
        listed.append(
            Listed(
                f"{path}, gene {number} ({name or 'no symbol'})",
                name,
                str(gene.get("hgnc_id") or ""),
                str(item.get("mode_of_inheritance") or ""),
                _level(str(item.get("confidence_level") or "0")),
                needs_id=True,
            )
        )
    others = [
        f"{item.get('entity_name') or '?'} ({kind})" if isinstance(item, dict) else f"? ({kind})"
        for key, kind in (("regions", "region"), ("strs", "repeat"))
        for item in data.get(key) or ()
    ]
    return origin, listed, others


def _level(status: str) -> str:
    """PanelApp's confidence: 3, and 4 of its older panels, are green."""
    return GREEN if status.strip() in ("3", "4") else status.strip() or "0"


def _panelapp_tsv(path: Path) -> tuple[str, list[Listed], list[str]]:
    """PanelApp's table export; its rows of regions and repeats are not genes and are passed over."""
    listed = []
    others: list[str] = []
    names: set[str] = set()
    with open(path, encoding="utf-8-sig", errors="backslashreplace", newline="") as handle:
        reader = csv.DictReader(handle, delimiter="\t")
        needed = ("Gene Symbol", "GEL_Status", "Model_Of_Inheritance", "HGNC")
        if missing := [name for name in needed if name not in (reader.fieldnames or [])]:
            raise InputError(
                f"no column {', '.join(missing)}",
                where=f"{path}, line 1",
                expected="PanelApp's table export, separated by tabs",
                repair="export the panel again; a spreadsheet may have changed it",
            )
        for row in reader:
            if (kind := row.get("Entity type") or "gene") != "gene":
                others.append(f"{row.get('Entity Name') or '?'} ({'repeat' if kind == 'str' else kind})")
                continue
            names.add(f"{row.get('Level4') or '?'} {row.get('version') or '?'}")
            level = _level(row["GEL_Status"] or "0")
            where = f"{path}, line {reader.line_num}"
            mode = row["Model_Of_Inheritance"] or ""
            listed.append(
                Listed(
                    where, (row["Gene Symbol"] or "").strip(), (row["HGNC"] or "").strip(), mode, level, needs_id=True
                )
            )
    return f"PanelApp export {'; '.join(sorted(names))}", listed, others


def _plain(path: Path) -> tuple[str, list[Listed], list[str]]:
    """One gene a line (symbol or HGNC id), its mode after a tab where there is one; `#` starts a comment."""
    return f"gene list {path.name}", list(_plain_lines(path)), []


def _plain_lines(path: Path) -> Iterator[Listed]:
    with open(path, encoding="utf-8-sig", errors="backslashreplace") as handle:
        for number, raw in enumerate(handle, 1):
            cells = [cell.strip() for cell in raw.partition("#")[0].split("\t")]
            if not cells[0] and any(cells):
                raise InputError(
                    f"no gene in the first column: {raw.strip()[:60]!r}",
                    where=f"{path}, line {number}",
                    expected="a symbol or an HGNC id, then its mode after a tab",
                    repair="correct the line; a tab in front moves the gene to another column",
                )
            if not cells[0] or (number == 1 and cells[0].lower() in ("gene", "symbol", "hgnc_id")):
                continue
            mode = cells[1] if len(cells) > 1 else ""
            where = f"{path}, line {number}"
            known = mode in MODES or mode in ("", ".")
            if (not known and len(cells) > _PLAIN_COLUMNS) or (len(cells) == 1 and re.search("[;,]", cells[0])):
                raise InputError(
                    f"a table of a form that is not known: {raw.strip()[:80]!r}",
                    where=where,
                    expected="PanelApp's JSON or table export, or one gene a line with its mode after a tab",
                    repair="keep the column of the genes and that of the modes, separated by a tab",
                )
            if not known:
                raise InputError(f"mode '{mode}'", where=where, expected=", ".join(MODES), repair="correct it")
            yield Listed(where, cells[0], "", mode, "", needs_id=False)
