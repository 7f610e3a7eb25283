"""Which genes does the panel of a pre-indication hold, in which tier and mode of inheritance?"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import sha256
from filiation.io.tables import read_table
from filiation.model.columns import PANEL
from filiation.panels.catalogue import load_catalogue, somatic_error

OFF_PANEL = "off_panel"
TIERS = ("core", "hpo", "lab")
# What a mode of inheritance is made of: AD/AR is both.
_MODE_PARTS = {"AD", "AR", "XL", "YL", "MT"}


@dataclass(frozen=True)
class PanelGene:
    """One gene of a panel."""

    symbol: str
    hgnc_id: str
    tier: str
    inheritance: str
    evidence: str = ""


@dataclass(frozen=True)
class Panel:
    """A panel file: its header lines (name, version, date, status, sources), its genes by symbol, its checksum."""

    path: str
    header: dict[str, str]
    genes: dict[str, PanelGene]
    checksum: str

    @property
    def pre_indication(self) -> str:
        """Name of the pre-indication, else of the file."""
        return self.header.get("pre_indication", Path(self.path).stem)

    @property
    def label(self) -> str:
        """Pre-indication, version and date in one phrase."""
        return f"{self.pre_indication} {self.header.get('version', '?')} ({self.header.get('date', '?')})"

    def gene_of(self, symbol: str, hgnc_id: str = "") -> PanelGene | None:
        """The panel's entry of a gene: by HGNC id, so that a renamed gene is found, then by symbol.

        A symbol that the panel gives to another HGNC id is another gene: symbols are handed on.
        """
        if hgnc_id and (gene := self._by_id.get(hgnc_id)):
            return gene
        gene = self.genes.get(symbol)
        return None if gene is None or (hgnc_id and gene.hgnc_id) else gene

    def tier_of(self, symbol: str, hgnc_id: str = "") -> str:
        """Tier of a gene; `off_panel` when the panel does not hold it."""
        gene = self.gene_of(symbol, hgnc_id)
        return gene.tier if gene else OFF_PANEL

    @cached_property
    def _by_id(self) -> dict[str, PanelGene]:
        return {gene.hgnc_id: gene for gene in self.genes.values() if gene.hgnc_id}


def available_panels(folder: str | Path) -> list[str]:
    """Pre-indications that have a panel file."""
    return sorted(path.stem for path in Path(folder).glob("*.tsv"))


def panel_path(folder: str | Path, pre_indication: str) -> Path:
    """File of a pre-indication's panel; an unknown one is an error that names the nearest, a cancer one says why."""
    path = Path(folder) / f"{pre_indication}.tsv"
    if not path.is_file():
        raise unknown_panel(folder, pre_indication)
    return path


def unknown_panel(folder: str | Path, name: str) -> ConfigError:
    """What a user is told who names no panel of a folder: a cancer, an alias for a slug, or the nearest name."""
    catalogue = load_catalogue()
    entry = catalogue.entries.get(name)
    if entry is not None and not entry.in_scope:
        return somatic_error(entry)
    known = available_panels(folder)
    hint = catalogue.suggestion(name) if name not in catalogue.entries else ""
    return ConfigError(
        f"no panel for pre-indication '{name}'",
        where=str(folder),
        expected=f"the name of one of the {len(known)} panels of the folder, without .tsv"
        if known
        else "a folder with panels, one .tsv each",
        repair=hint or nearest(name, known) or "see `filiation panels list`, or add a panel file of that name",
    )


def body_checksum(path: str | Path) -> str:
    """SHA-256 of what follows the `##` lines of a panel: its columns and rows, whoever wrote the header."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for line in handle:
            if not line.startswith(b"##"):
                digest.update(line)
    return digest.hexdigest()


def load_panel(path: str | Path, *, any_mode: bool = False) -> Panel:
    """Read a panel; a gene listed twice, with a malformed HGNC id, an unknown tier or an unknown mode is an error.

    An id may be missing (`.`) where the sources give none; the gene is then known by its symbol alone. A panel that
    states the checksum of its rows (`##body_sha256=`) must agree with it. `any_mode`: modes are judged by the caller.
    """
    table = read_table(path, PANEL)
    genes: dict[str, PanelGene] = {}
    by_id: dict[str, PanelGene] = {}
    for number, row in enumerate(table.rows, 1):
        gene = _panel_gene(row, f"{path}, gene {number} ({row['gene'] or 'no symbol'})")
        if not any_mode:
            _require_mode(gene, f"{path}, gene {number} ({gene.symbol})")
        twice = genes.get(gene.symbol) or by_id.get(gene.hgnc_id)
        if twice is not None:
            raise twice_error(twice, gene, f"{path}, gene {number} ({gene.symbol})")
        genes[gene.symbol] = gene
        if gene.hgnc_id:
            by_id[gene.hgnc_id] = gene
    stated = table.header.get("body_sha256")
    if stated and stated != body_checksum(path):
        raise InputError(
            "the genes are not those that the panel was written with",
            where=str(path),
            expected=f"rows of SHA-256 {stated[:12]}…, as its header states",
            repair="restore the file; changes of a laboratory are made with `filiation panels import --overlay`",
        )
    return Panel(str(path), table.header, genes, sha256(path))


def _panel_gene(row: dict[str, Any], where: str) -> PanelGene:
    """One row, its symbol, id and tier proven."""
    symbol, hgnc_id, tier = row["gene"], row["hgnc_id"], row["tier"]
    if not symbol or not symbol.isprintable() or (hgnc_id is not None and not re.fullmatch(r"HGNC:\d+", str(hgnc_id))):
        raise InputError(
            f"symbol {symbol!r} with id {hgnc_id!r}",
            where=where,
            expected="an approved symbol, and HGNC:number or .",
            repair="complete the row",
        )
    if tier not in TIERS:
        raise InputError(f"tier {tier!r}", where=where, expected=f"one of {', '.join(TIERS)}", repair="correct it")
    return PanelGene(symbol, hgnc_id or "", tier, row["inheritance"] or "", row.get("evidence") or "")


def _require_mode(gene: PanelGene, where: str) -> None:
    """A mode that is none would fit no inheritance class, and the gene would lose that point in silence."""
    if gene.inheritance and not _MODE_PARTS.issuperset(re.split(r"\s*[/,]\s*", gene.inheritance)):
        raise InputError(
            f"mode {gene.inheritance!r}",
            where=where,
            expected="AD, AR, AD/AR, XL, YL, MT, or .",
            repair="correct it; `filiation panels check` lists every fault of the panels at once",
        )


def twice_error(first: PanelGene, second: PanelGene, where: str) -> InputError:
    """A gene listed twice; when the two rows differ in mode of inheritance, both are named."""
    modes = f", as {first.inheritance or '.'} and as {second.inheritance or '.'}"
    differ = modes if first.inheritance != second.inheritance else ""
    name = first.symbol if first.symbol == second.symbol else f"{first.symbol} and {second.symbol}"
    return InputError(
        f"{name} stands twice in the panel{differ}",
        where=where,
        expected="one row a gene; a gene of both modes is AD/AR",
        repair="keep one row with the mode that is meant" if differ else "merge the rows",
    )
