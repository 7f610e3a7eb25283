"""What changed between two versions of a panel, and which archived families does it touch?

Genes are compared by HGNC id: a renamed gene has not changed. A gene without id is compared by its symbol.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filiation.errors import InputError
from filiation.genes.table import GeneTable
from filiation.io.files import open_text
from filiation.panels.load import Panel, PanelGene


@dataclass(frozen=True, slots=True)
class Change:
    """One gene that came, went, moved tier or changed mode; `before` or `after` is '' where there is none."""

    change: str
    symbol: str
    hgnc_id: str
    before: str
    after: str


_CANDIDATES = ".candidates.tsv"
CAME, WENT, TIER, MODE, RENAMED = "came", "went", "moved_tier", "changed_mode", "renamed"


def compare(old: Panel, new: Panel) -> list[Change]:
    """The changes, in the order came, went, moved tier, changed mode, renamed; by symbol within each."""
    before, after = _by_identity(old), _by_identity(new)
    changes: list[Change] = []
    for key in sorted(set(before) | set(after)):
        first, second = before.get(key), after.get(key)
        if first is None and second is not None:
            changes.append(Change(CAME, second.symbol, second.hgnc_id, "", _said(second)))
        elif second is None and first is not None:
            changes.append(Change(WENT, first.symbol, first.hgnc_id, _said(first), ""))
        elif first is not None and second is not None:
            changes += _of_one_gene(first, second)
    order = (CAME, WENT, TIER, MODE, RENAMED)
    return sorted(changes, key=lambda change: (order.index(change.change), change.symbol))


def _of_one_gene(first: PanelGene, second: PanelGene) -> list[Change]:
    found = []
    for word, one, two in (
        (TIER, first.tier, second.tier),
        (MODE, first.inheritance or ".", second.inheritance or "."),
        (RENAMED, first.symbol, second.symbol),
    ):
        if one != two:
            found.append(Change(word, second.symbol, second.hgnc_id, one, two))
    return found


def _by_identity(panel: Panel) -> dict[str, PanelGene]:
    return {gene.hgnc_id or f"symbol {gene.symbol}": gene for gene in panel.genes.values()}


def _said(gene: PanelGene) -> str:
    return f"{gene.tier} {gene.inheritance or '.'}"


@dataclass(frozen=True, slots=True)
class TouchedFamily:
    """A family whose stored candidates were tiered with this pre-indication's panel, and its genes that changed.

    `same_file` says whether it was the very file that is compared, by checksum.
    """

    family: str
    path: str
    panel: str
    same_file: bool
    genes: tuple[str, ...]


def changed_names(changes: list[Change], table: GeneTable) -> set[str]:
    """Every symbol under which a changed gene may stand in an older analysis: today's, and former ones of it alone."""
    names = {change.symbol for change in changes} | {change.before for change in changes if change.change == RENAMED}
    for gene in (table.by_id(change.hgnc_id) for change in changes if change.hgnc_id):
        if gene is not None:
            names |= {name for name in gene.previous if table.resolve(name).gene == gene}
    return names - {""}


def touched_families(
    archive: str | Path, old: Panel, changes: list[Change], names: set[str]
) -> tuple[list[TouchedFamily], list[str]]:
    """(families analysed with this pre-indication's panel, tables that name no panel).

    A family is found by its candidates table, whose header names the panel and its checksum; tables of any version are
    read, but not the state before the recheck of a table that stands in the folder above. A gene that came may matter
    without a candidate of today, so a family is listed even when no gene matches. names : of `changed_names`.
    """
    folder = Path(archive)
    if not folder.is_dir():
        raise InputError(f"no such folder: {archive}", expected="a folder of results", repair="correct --archive")
    name = old.header.get("pre_indication", Path(old.path).stem)
    changed = names | {change.hgnc_id for change in changes if change.hgnc_id}
    families: list[TouchedFamily] = []
    without: list[str] = []
    for path in sorted(folder.rglob(f"*{_CANDIDATES}")):
        if (path.parent.parent / path.name).is_file():
            continue
        label, genes = _panel_and_genes(path)
        if not label:
            without.append(str(path))
        elif label.split(" ")[0] == name:
            found = sorted({symbol for symbol, hgnc_id in genes if symbol in changed or hgnc_id in changed})
            family = path.name.removesuffix(_CANDIDATES)
            families.append(TouchedFamily(family, str(path), label, old.checksum in label, tuple(found)))
    return families, without


def _panel_and_genes(path: Path) -> tuple[str, set[tuple[str, str]]]:
    """The panel that a candidates table names ('' for none), and its (symbol, HGNC id), whatever its version."""
    label = ""
    columns: list[str] = []
    genes: set[tuple[str, str]] = set()
    with open_text(path) as handle:
        for raw in handle:
            line = raw.rstrip("\r\n")
            if line.startswith("##"):
                label = line.partition("=")[2] if line.startswith("##panel=") else label
            elif not columns:
                columns = line.split("\t")
            else:
                row = dict(zip(columns, line.split("\t"), strict=False))
                genes.add((row.get("gene", ""), row.get("hgnc_id", "")))
    return label, genes
