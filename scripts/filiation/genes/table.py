"""Which gene does a name stand for today, by its HGNC id?

Names are tried in one order, and each step must match letter for letter: HGNC id, approved symbol, previous
symbol, alias symbol, withdrawn symbol. The first step that knows the name decides. Nothing is guessed: a name that
several genes carry at that step is `ambiguous`, one that a spreadsheet has rewritten is `mangled`, one that differs by
case or by a space is `unknown`; all of them come with the genes they may mean, for a person to choose.

The table is HGNC's own (`hgnc_complete_set.txt`, columns by name), or the one under resources/genes that is made
from it. Withdrawn entries are not in HGNC's complete set: they are read from `withdrawn.txt` beside it, else from
the table that ships, so that an old name keeps its meaning when a laboratory brings a newer set.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from filiation.errors import InputError
from filiation.genes.spreadsheet import made_by_spreadsheet, original_names
from filiation.io.files import open_text, require_file, sha256

HGNC_ID = re.compile(r"^HGNC:[1-9]\d*$")
# Statuses of `Resolution.status` that name one gene.
RESOLVED = ("approved", "previous", "alias")
_REQUIRED = ("hgnc_id", "symbol", "name", "status", "alias_symbol", "prev_symbol", "ensembl_gene_id", "entrez_id")
# Columns that are facts of a gene, in the order of `Gene`.
_FACTS = ("name", "locus_group", "locus_type", "location", "ensembl_gene_id", "entrez_id", "mane_select")
_SHOWN_CHOICES = 8


class Gene(NamedTuple):
    """One approved HGNC entry; a fact that the table does not hold is None."""

    hgnc_id: str
    symbol: str
    name: str | None
    locus_group: str | None
    locus_type: str | None
    location: str | None
    ensembl_gene_id: str | None
    ncbi_gene_id: str | None
    mane_select: str | None
    aliases: tuple[str, ...]
    previous: tuple[str, ...]

    @property
    def label(self) -> str:
        """Symbol and id in one phrase."""
        return f"{self.symbol} ({self.hgnc_id})"


class Withdrawn(NamedTuple):
    """One entry that HGNC has withdrawn; `merged_into` are the ids it points to, none when it has no successor."""

    hgnc_id: str
    symbol: str
    merged_into: tuple[str, ...]


class Resolution(NamedTuple):
    """What a name stands for.

    `status` is approved, previous, alias, ambiguous, withdrawn, mangled or unknown; `gene` is set for the first three,
    and for a withdrawn HGNC id that was merged into one gene. `choices` are the genes that the name can mean: the one
    found, or those to choose from. `lower` are other genes that carry the name at a later step: an approved symbol that
    is also another gene's alias still means the approved gene.
    """

    name: str
    status: str
    gene: Gene | None
    choices: tuple[Gene, ...]
    lower: tuple[Gene, ...] = ()

    @property
    def found(self) -> bool:
        """Does the name stand for exactly one gene of today?"""
        return self.gene is not None


@dataclass
class GeneTable:
    """All genes by id, by symbol, by previous and by alias symbol, and the withdrawn entries."""

    path: str
    header: dict[str, str]
    genes: dict[str, Gene]
    withdrawn: dict[str, Withdrawn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._approved: dict[str, Gene] = {}
        self._previous: dict[str, list[Gene]] = {}
        self._alias: dict[str, list[Gene]] = {}
        self._withdrawn: dict[str, list[Withdrawn]] = {}
        self._folded: dict[str, list[str]] | None = None
        for gene in self.genes.values():
            if gene.symbol in self._approved:
                raise InputError(
                    f"{gene.symbol} is the approved symbol of two entries: "
                    f"{self._approved[gene.symbol].hgnc_id} and {gene.hgnc_id}",
                    where=self.path,
                    expected="one HGNC entry for each approved symbol",
                    repair="fetch the HGNC table again",
                )
            self._approved[gene.symbol] = gene
            for name in gene.previous:
                self._previous.setdefault(name, []).append(gene)
            for name in gene.aliases:
                self._alias.setdefault(name, []).append(gene)
        for entry in self.withdrawn.values():
            self._withdrawn.setdefault(entry.symbol, []).append(entry)

    def __len__(self) -> int:
        return len(self.genes)

    @property
    def label(self) -> str:
        """Source, date and number of genes, as a header line shows them."""
        version = self.header.get("version") or self.header.get("sha256", "")[:12] or "no version stated"
        return f"HGNC {version}, {len(self.genes)} genes"

    def by_id(self, hgnc_id: str) -> Gene | None:
        """The gene that an HGNC id stands for today; a withdrawn id follows its merger where there is one target."""
        gene = self.genes.get(hgnc_id)
        if gene is None and hgnc_id in self.withdrawn:
            targets = self._targets(self.withdrawn[hgnc_id])
            gene = targets[0] if len(targets) == 1 else None
        return gene

    def by_ensembl_id(self, ensembl_gene_id: str) -> Gene | None:
        """The gene of an Ensembl gene id (its version is ignored); None when no entry, or more than one, has it."""
        if not hasattr(self, "_ensembl"):
            index: dict[str, Gene | None] = {}
            for gene in self.genes.values():
                if gene.ensembl_gene_id:
                    index[gene.ensembl_gene_id] = None if gene.ensembl_gene_id in index else gene
            self._ensembl = index
        return self._ensembl.get(ensembl_gene_id.partition(".")[0])

    def resolve(self, name: str) -> Resolution:
        """What a name stands for, under the rule of the module docstring; never raises for a name it does not know."""
        if HGNC_ID.match(name):
            return self._resolve_id(name)
        approved = self._approved.get(name)
        steps = (
            ("approved", (approved,) if approved else ()),
            ("previous", tuple(self._previous.get(name, ()))),
            ("alias", tuple(self._alias.get(name, ()))),
        )
        for number, (status, found) in enumerate(steps):
            if not found:
                continue
            later = (gene for _, genes in steps[number + 1 :] for gene in genes)
            lower = tuple(dict.fromkeys(gene for gene in later if gene not in found))
            if len(found) == 1:
                return Resolution(name, status, found[0], found, lower)
            return Resolution(name, "ambiguous", None, found, lower)
        if name in self._withdrawn:
            targets = [gene for entry in self._withdrawn[name] for gene in self._targets(entry)]
            return Resolution(name, "withdrawn", None, tuple(dict.fromkeys(targets)))
        mangled = self._mangled(name)
        if mangled or made_by_spreadsheet(name):
            return Resolution(name, "mangled", None, mangled)
        return Resolution(name, "unknown", None, self._alike(name))

    def require(self, name: str, where: str = "") -> Gene:
        """The one gene that a name stands for; otherwise an `InputError` that lists the genes to choose from."""
        found = self.resolve(name)
        if found.gene is not None:
            return found.gene
        raise InputError(
            f"gene {name!r} {_PROBLEM[found.status]}",
            where=where,
            expected="an approved HGNC symbol or an HGNC id, letter for letter",
            repair=self._repair(found),
        )

    def _resolve_id(self, name: str) -> Resolution:
        """An HGNC id: of a gene, or of an entry that was withdrawn or merged."""
        if gene := self.genes.get(name):
            return Resolution(name, "approved", gene, (gene,))
        if entry := self.withdrawn.get(name):
            targets = self._targets(entry)
            return Resolution(name, "withdrawn", targets[0] if len(targets) == 1 else None, targets)
        return Resolution(name, "unknown", None, ())

    def _targets(self, entry: Withdrawn) -> tuple[Gene, ...]:
        """The genes of today that a withdrawn entry went into, through further mergers."""
        found: dict[Gene, None] = {}
        seen: set[str] = set()
        pending = list(entry.merged_into)
        while pending:
            hgnc_id = pending.pop(0)
            if hgnc_id in seen:
                continue
            seen.add(hgnc_id)
            if gene := self.genes.get(hgnc_id):
                found[gene] = None
            elif hgnc_id in self.withdrawn:
                pending += self.withdrawn[hgnc_id].merged_into
        return tuple(found)

    def _names(self) -> Iterator[str]:
        yield from self._approved
        yield from self._previous
        yield from self._alias

    def _mangled(self, cell: str) -> tuple[Gene, ...]:
        """The genes whose names a spreadsheet turns into this cell."""
        names = original_names(cell, self._names)
        # A spreadsheet drops capitals, too: Oct4 and OCT4 become the same date.
        resolved = (self._steps(name) or self._alike(name) for name in names)
        return tuple(dict.fromkeys(gene for genes in resolved for gene in genes))

    def _steps(self, name: str) -> tuple[Gene, ...]:
        """The genes of a name at the first step that knows it."""
        if gene := self._approved.get(name):
            return (gene,)
        return tuple(self._previous.get(name) or self._alias.get(name) or ())

    def _alike(self, name: str) -> tuple[Gene, ...]:
        """The genes whose names differ from this one by case or spaces only."""
        if self._folded is None:
            self._folded = {}
            for known in self._names():
                self._folded.setdefault(_fold(known), []).append(known)
        names = dict.fromkeys(self._folded.get(_fold(name), ()))
        return tuple(dict.fromkeys(gene for known in names for gene in self._steps(known)))

    def _repair(self, found: Resolution) -> str:
        """What to write instead."""
        if found.choices:
            shown = ", ".join(gene.label for gene in found.choices[:_SHOWN_CHOICES])
            more = len(found.choices) - _SHOWN_CHOICES
            return f"write the one that is meant: {shown}" + (f" and {more} more" if more > 0 else "")
        if found.status == "withdrawn":
            return "HGNC names no successor: leave the gene out, or name the locus by a current symbol"
        if found.status == "mangled":
            return "take the name from the list as it was before a spreadsheet opened it; no gene of today fits"
        near = difflib.get_close_matches(found.name, self._approved, n=3, cutoff=0.75)
        return f"did you mean {' or '.join(near)}?" if near else "look the gene up: filiation genes NAME"


_PROBLEM = {
    "ambiguous": "is a former or other name of several genes",
    "withdrawn": "was withdrawn by HGNC",
    "mangled": "is what a spreadsheet made of a gene name",
    "unknown": "is not a name that HGNC knows",
}


def _fold(name: str) -> str:
    """A name without its spaces and without the difference of capitals."""
    return "".join(name.split()).casefold()


def _values(cell: str) -> tuple[str, ...]:
    """A cell of several values, separated by | as HGNC writes them, with or without quotes."""
    if not cell:
        return ()
    return tuple(dict.fromkeys(part for value in cell.strip('"').split("|") if (part := value.strip())))


class _Rows:
    """Rows of an HGNC table: `column` gives the place of a column by name, `##key=value` lines are in `header`."""

    def __init__(self, path: Path, required: Iterable[str]) -> None:
        self.path = path
        self.header: dict[str, str] = {}
        self.columns: list[str] = []
        self._lines = self._read(tuple(required))
        # The first row is read at once, so that the names of the columns are known.
        self._first = next(self._lines, None)

    def __iter__(self) -> Iterator[list[str]]:
        if self._first is not None:
            yield self._first
            yield from self._lines

    def column(self, name: str) -> int:
        """Place of a column; the last place, which is an empty cell, when the table has no such column."""
        return self.columns.index(name) if name in self.columns else len(self.columns)

    def _read(self, required: tuple[str, ...]) -> Iterator[list[str]]:
        with open_text(self.path) as handle:
            for number, raw in enumerate(handle, 1):
                line = raw.rstrip("\r\n")
                if line.startswith("##"):
                    key, _, value = line[2:].partition("=")
                    self.header[key] = value
                elif not self.columns:
                    self._take_columns(line, number, required)
                elif line.strip():
                    cells = line.split("\t")
                    # Empty cells at the end may have been cut by an editor; a row without a symbol is damaged.
                    if len(cells) < 2:
                        raise InputError(
                            "1 cell",
                            where=f"{self.path}, line {number}",
                            expected=f"{len(self.columns)} cells, separated by tabs",
                            repair="the file is cut or not tab-separated: fetch it again",
                        )
                    yield cells + [""] * (len(self.columns) + 1 - len(cells))

    def _take_columns(self, line: str, number: int, required: tuple[str, ...]) -> None:
        self.columns = [cell.strip().lstrip("\ufeff").lower() for cell in line.split("\t")]
        if missing := [name for name in required if name not in self.columns]:
            raise InputError(
                f"no column {', '.join(missing)} (found {', '.join(self.columns[:8])})",
                where=f"{self.path}, line {number}",
                expected="HGNC's table hgnc_complete_set.txt, tab-separated, with its first line",
                repair="fetch it again: filiation resources fetch hgnc --to FOLDER",
            )


def _withdrawn_beside(path: Path) -> dict[str, Withdrawn]:
    """Entries of HGNC's withdrawn.txt beside the complete set: id, status, symbol, `id|symbol|status` of successors."""
    beside = path.with_name("withdrawn.txt")
    if not beside.is_file():
        return {}
    rows = _Rows(beside, ("hgnc_id", "status", "withdrawn_symbol"))
    merged = next((place for place, name in enumerate(rows.columns) if name.startswith("merged_into")), -1)
    hgnc_id, symbol = rows.column("hgnc_id"), rows.column("withdrawn_symbol")
    return {
        row[hgnc_id]: Withdrawn(row[hgnc_id], row[symbol], tuple(dict.fromkeys(re.findall(r"HGNC:\d+", row[merged]))))
        for row in rows
    }


def read_gene_table(path: str | Path) -> GeneTable:
    """Read one HGNC table, without the withdrawn entries of any other; InputError when it is not such a table."""
    path = require_file(path, "gene table")
    rows = _Rows(path, _REQUIRED)
    genes: dict[str, Gene] = {}
    withdrawn: dict[str, Withdrawn] = {}
    facts = [rows.column(name) for name in _FACTS]
    id_at, symbol_at, status_at = (rows.column(name) for name in ("hgnc_id", "symbol", "status"))
    alias_at, previous_at, merged_at = (rows.column(name) for name in ("alias_symbol", "prev_symbol", "merged_into"))
    for number, row in enumerate(rows, 1):
        hgnc_id, symbol = row[id_at], row[symbol_at]
        twice = hgnc_id in genes or hgnc_id in withdrawn
        if twice or not symbol or not HGNC_ID.match(hgnc_id):
            raise InputError(
                f"{'a second row of' if twice else 'id'} {hgnc_id!r}, symbol {symbol!r}",
                where=f"{path}, entry {number}",
                expected="HGNC:number and a symbol, each id once",
                repair="fetch the table again from HGNC; do not edit it in a spreadsheet",
            )
        if row[status_at] == "Approved":
            name, group, kind, location, ensembl, ncbi, mane = [row[place].strip('"') or None for place in facts]
            aliases, previous = _values(row[alias_at]), _values(row[previous_at])
            genes[hgnc_id] = Gene(hgnc_id, symbol, name, group, kind, location, ensembl, ncbi, mane, aliases, previous)
        else:
            withdrawn[hgnc_id] = Withdrawn(hgnc_id, symbol, _values(row[merged_at]))
    if not genes:
        raise InputError(
            "no approved gene",
            where=str(path),
            expected="HGNC's complete set",
            repair="fetch it: filiation resources fetch hgnc --to FOLDER",
        )
    rows.header.setdefault("sha256", sha256(path))
    return GeneTable(str(path), rows.header, genes, withdrawn)


@lru_cache(maxsize=4)
def _load(path: str, shipped: str, _stamp: tuple[int, int]) -> GeneTable:
    table = read_gene_table(path)
    if table.withdrawn or path == shipped:
        return table
    beside = _withdrawn_beside(Path(path))
    if not beside and Path(shipped).is_file():
        # What was withdrawn, or dropped from HGNC since, keeps its meaning; an id in use is never withdrawn.
        known = read_gene_table(shipped)
        beside = known.withdrawn
    withdrawn = {hgnc_id: entry for hgnc_id, entry in beside.items() if hgnc_id not in table.genes}
    return GeneTable(table.path, table.header, table.genes, withdrawn)


def load_gene_table(path: str | Path, shipped: str | Path | None = None) -> GeneTable:
    """The gene table of a path, read once per process; `shipped` (default: the one under resources/genes) lends its
    withdrawn entries to a table that has none."""
    path = require_file(path, "gene table")
    if shipped is None:
        shipped = Path(__file__).resolve().parents[3] / "resources" / "genes" / "hgnc.tsv"
    status = path.stat()
    return _load(str(path), str(shipped), (status.st_mtime_ns, status.st_size))
