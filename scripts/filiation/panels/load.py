"""Which genes does the panel of a pre-indication hold, in which tier and mode of inheritance?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import sha256
from filiation.io.tables import read_table
from filiation.model.columns import PANEL

OFF_PANEL = "off_panel"
TIERS = ("core", "hpo", "lab")


@dataclass(frozen=True)
class PanelGene:
    """One gene of a panel."""

    symbol: str
    hgnc_id: str
    tier: str
    inheritance: str


@dataclass(frozen=True)
class Panel:
    """A panel file: its header lines (name, version, date, status, sources), its genes by symbol, its checksum."""

    path: str
    header: dict[str, str]
    genes: dict[str, PanelGene]
    checksum: str

    @property
    def label(self) -> str:
        """Pre-indication, version and date in one phrase."""
        name = self.header.get("pre_indication", Path(self.path).stem)
        return f"{name} {self.header.get('version', '?')} ({self.header.get('date', '?')})"

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
    """File of a pre-indication's panel; an unknown one is an error that names the nearest."""
    path = Path(folder) / f"{pre_indication}.tsv"
    if not path.is_file():
        known = available_panels(folder)
        raise ConfigError(
            f"no panel for pre-indication '{pre_indication}'",
            where=str(folder),
            expected=f"one of {', '.join(known) or '(the folder holds none)'}",
            repair=nearest(pre_indication, known) or "add a panel file of that name",
        )
    return path


def load_panel(path: str | Path) -> Panel:
    """Read a panel; a gene listed twice, with a malformed HGNC id or with an unknown tier is an error.

    An id may be missing (`.`) where the sources give none; the gene is then known by its symbol alone.
    """
    table = read_table(path, PANEL)
    genes: dict[str, PanelGene] = {}
    for number, row in enumerate(table.rows, 1):
        symbol, hgnc_id, tier = row["gene"], row["hgnc_id"], row["tier"]
        where = f"{path}, gene {number} ({symbol or 'no symbol'})"
        if not symbol or (hgnc_id is not None and not re.fullmatch(r"HGNC:\d+", str(hgnc_id))):
            raise InputError(
                f"symbol {symbol!r} with id {hgnc_id!r}",
                where=where,
                expected="an approved symbol, and HGNC:number or .",
                repair="complete the row",
            )
        if tier not in TIERS:
            raise InputError(f"tier {tier!r}", where=where, expected=f"one of {', '.join(TIERS)}", repair="correct it")
        if symbol in genes:
            raise InputError(
                f"{symbol} stands twice in the panel",
                where=where,
                expected="one row a gene",
                repair="merge the rows",
            )
        genes[symbol] = PanelGene(symbol, hgnc_id or "", tier, row["inheritance"] or "")
    return Panel(str(path), table.header, genes, sha256(path))
