"""What does ClinVar say of the changes of a gene's protein, residue by residue? For PS1, PM5, PM1 and BP1.

The ClinVar VCF is sorted by position and does not name the protein change; ClinVar's table variant_summary.txt does.
Only rows of the genes that have candidates are kept.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from filiation.acmg.criterion import Finding, met, not_evaluable, not_met
from filiation.acmg.evidence import VariantEvidence
from filiation.acmg.table import AcmgTable
from filiation.errors import InputError
from filiation.io.files import require_file

_COLUMNS = ("Name", "GeneSymbol", "ClinicalSignificance", "ReviewStatus", "VariationID")
_STARS = {
    "practice guideline": 4,
    "reviewed by expert panel": 3,
    "criteria provided, multiple submitters, no conflicts": 2,
    "criteria provided, multiple submitters": 2,
    "criteria provided, single submitter": 1,
}
_CHANGE = re.compile(r"p\.\(?([A-Z][a-z]{2})(\d+)([A-Z][a-z]{2})\)?")
# Changes of length that keep the frame: p.Lys100del, p.Lys100_Gly102dup, p.Lys100delinsGlyPro.
_IN_FRAME = re.compile(r"p\.\(?[A-Z][a-z]{2}(\d+)(?:_[A-Z][a-z]{2}\d+)?(?:del|dup|ins|delins)(?:[A-Z][a-z]{2})*\)?")
_START = re.compile(r"p\.\(?Met1\D")
_TRUNCATED = re.compile(rf"fs|Ter(?!\d)|{_START.pattern}")
_SPLICE_SITE = re.compile(r"c\.[*-]?\d+[+-][12](?!\d)")
_TRANSCRIPT = re.compile(r"([A-Z]{2}_\d+)(?:\.\d+)?\(")
_CLASSES = {
    "pathogenic": "pathogenic",
    "pathogenic/likely pathogenic": "pathogenic",
    "likely pathogenic": "likely_pathogenic",
    "benign": "benign",
    "benign/likely benign": "benign",
    "likely benign": "likely_benign",
    "uncertain significance": "uncertain",
    "conflicting classifications of pathogenicity": "uncertain",
    "conflicting interpretations of pathogenicity": "uncertain",
}
PATHOGENIC, BENIGN = ("pathogenic", "likely_pathogenic"), ("benign", "likely_benign")


@dataclass(frozen=True)
class ProteinChange:
    """Residue before, its number from 1, residue after; three-letter codes."""

    before: str
    position: int
    after: str


@dataclass(frozen=True)
class ProteinEntry:
    """One ClinVar entry: its change, its class, its stars, its VariationID, and its name."""

    change: ProteinChange
    acmg_class: str
    stars: int
    variation_id: str
    name: str


@dataclass(frozen=True)
class PlacedEntry:
    """A missense or in-frame entry of any class: its first residue, its p. name, its transcript without version."""

    position: int
    change: str
    transcript: str
    acmg_class: str
    stars: int
    variation_id: str


@dataclass(frozen=True)
class TruncatingEntry:
    """A pathogenic or likely pathogenic entry that stops, shifts or skips: its stars and its VariationID."""

    stars: int
    variation_id: str


@dataclass(frozen=True)
class ProteinIndex:
    """ClinVar's entries by gene symbol.

    entries : pathogenic and likely pathogenic missense. placed : missense and in-frame ones of every class.
    truncating : pathogenic and likely pathogenic ones that truncate.
    """

    entries: dict[str, tuple[ProteinEntry, ...]] = field(default_factory=dict)
    placed: dict[str, tuple[PlacedEntry, ...]] = field(default_factory=dict)
    truncating: dict[str, tuple[TruncatingEntry, ...]] = field(default_factory=dict)

    def at(self, gene: str, position: int) -> list[ProteinEntry]:
        """Pathogenic missense entries of a residue."""
        return [entry for entry in self.entries.get(gene, ()) if entry.change.position == position]

    def around(self, gene: str, position: int, reach: int) -> list[PlacedEntry]:
        """Missense and in-frame entries of every class at other residues, up to `reach` residues away."""
        return [entry for entry in self.placed.get(gene, ()) if 0 < abs(entry.position - position) <= reach]


def in_frame_position(hgvs_p: str) -> int | None:
    """First residue of an in-frame change of length out of a p. name; None for anything else."""
    found = _IN_FRAME.fullmatch(hgvs_p.rpartition(":")[2].strip())
    return int(found[1]) if found and "Ter" not in hgvs_p else None


def protein_change(hgvs_p: str) -> ProteinChange | None:
    """A missense change out of a p. name (`NP_1:p.(Arg248Gln)`); None for anything else."""
    found = _CHANGE.fullmatch(hgvs_p.rpartition(":")[2].strip())
    if not found or found[3] == "Ter" or found[1] == found[3]:
        return None
    return ProteinChange(found[1], int(found[2]), found[3])


def load_protein_index(path: str | Path, genes: Collection[str]) -> ProteinIndex:
    """ClinVar's entries of some genes, out of its variant_summary.txt[.gz].

    Entries without a germline class (drug response, not provided) are left out. Raises InputError for a table without
    the columns that are needed.
    """
    path = require_file(path, "ClinVar variant summary")
    wanted = set(genes)
    found: dict[str, dict[str, ProteinEntry]] = {}
    placed: dict[str, dict[str, PlacedEntry]] = {}
    truncating: dict[str, dict[str, TruncatingEntry]] = {}
    with _opened(path) as handle:
        for row in _rows(handle, str(path)):
            gene, number = row["GeneSymbol"], row["VariationID"]
            acmg_class = _CLASSES.get(row["ClinicalSignificance"].partition(";")[0].strip().lower())
            if gene not in wanted or acmg_class is None:
                continue
            stars = _STARS.get(row["ReviewStatus"].strip().lower(), 0)
            named = re.search(r"\((p\.[^)]*)\)", row["Name"])
            name = named[1] if named else ""
            # A change of the first residue loses the start: no missense change.
            change = None if _START.match(name) else protein_change(name)
            position = change.position if change else in_frame_position(name)
            transcript = _TRANSCRIPT.match(row["Name"])
            # The table has one row for each assembly; both say the same.
            if position is not None:
                placed.setdefault(gene, {})[number] = PlacedEntry(
                    position, name, transcript[1] if transcript else "", acmg_class, stars, number
                )
            if acmg_class not in PATHOGENIC:
                continue
            if change is not None:
                found.setdefault(gene, {})[number] = ProteinEntry(change, acmg_class, stars, number, row["Name"])
            elif _TRUNCATED.search(name) or (not name and _SPLICE_SITE.search(row["Name"])):
                truncating.setdefault(gene, {})[number] = TruncatingEntry(stars, number)
    return ProteinIndex(
        {gene: tuple(entries.values()) for gene, entries in found.items()},
        {gene: tuple(entries.values()) for gene, entries in placed.items()},
        {gene: tuple(entries.values()) for gene, entries in truncating.items()},
    )


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8", newline="")


def _rows(handle: IO[str], where: str) -> Iterator[dict[str, str]]:
    """Rows by column name; the header starts with #."""
    lines = csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [name.lstrip("#") for name in next(lines, [])]
    if missing := [name for name in _COLUMNS if name not in header]:
        raise InputError(
            f"no column {', '.join(missing)}",
            where=where,
            expected="ClinVar's variant_summary.txt, with its header line",
            repair="take variant_summary.txt.gz from ClinVar's tab_delimited folder",
        )
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(header):
            raise InputError(
                f"{len(cells)} cells in a table of {len(header)} columns",
                where=f"{where}, line {number}",
                expected="a complete line",
                repair="fetch the file again: it was cut or edited",
            )
        yield dict(zip(header, cells, strict=True))


def ps1(evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None) -> Finding:
    """The same change of amino acid by another change of DNA is pathogenic in ClinVar."""
    return _neighbour(evidence, table, index, same_change=True)


def pm5(evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None) -> Finding:
    """Another missense change of the same residue is pathogenic in ClinVar, and PS1 does not say so already."""
    if _neighbour(evidence, table, index, same_change=True).state == "met":
        return not_met("counted in PS1")
    return _neighbour(evidence, table, index, same_change=False)


def _neighbour(
    evidence: VariantEvidence, table: AcmgTable, index: ProteinIndex | None, *, same_change: bool
) -> Finding:
    """PS1 (same change: strong, likely pathogenic moderate) or PM5 (other change: moderate, supporting)."""
    if not evidence.term:
        return not_evaluable("no consequence is annotated")
    if not evidence.missense:
        return not_met(f"{evidence.term} is not missense")
    if index is None:
        return not_evaluable("no ClinVar table by protein change is configured")
    change = protein_change(evidence.hgvs_p)
    if change is None:
        return not_evaluable("the change of the protein is not named")
    if evidence.spliceai is not None and evidence.spliceai >= table.splicing.effect_min:
        return not_met(f"SpliceAI {evidence.spliceai:g}: the change may act on splicing, not on the residue")
    stars_min = table.protein_neighbours.stars_min
    known = [
        entry
        for entry in index.at(evidence.gene.symbol, change.position)
        if entry.stars >= stars_min
        and entry.variation_id != evidence.clinvar_id
        and entry.change.before == change.before
        and (entry.change.after == change.after) is same_change
    ]
    if not known:
        return not_met(f"no such entry with {stars_min:g} star(s) at residue {change.position}")
    best = min(known, key=lambda entry: (entry.acmg_class != "pathogenic", -entry.stars, entry.variation_id))
    pathogenic = best.acmg_class == "pathogenic"
    strength = ("strong" if pathogenic else "moderate") if same_change else ("moderate" if pathogenic else "supporting")
    words = f"{best.name}, {best.acmg_class.replace('_', ' ')}, {best.stars} star(s), id {best.variation_id}"
    return met(words, strength)
