"""In which mode of inheritance does a gene cause the diseases for which it stands on a panel?

The first source that says it decides: the chromosome for Y and mitochondrial genes, the curated list, Gene2Phenotype
(DDG2P), then the inheritance that HPO annotates to the diseases that brought the gene onto the panel, then to all
diseases of the gene. A gene of the X chromosome is XL whatever they say, for AD and AR there have no meaning. Where
nothing speaks the mode is unknown (`.`), never guessed.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import InputError
from filiation.genes.table import Gene
from filiation.io.files import require_file

MODES = ("AD", "AR", "AD/AR", "XL", "YL", "MT")
DDG2P_CATEGORIES = ("confirmed", "probable", "both RD and IF", "definitive", "strong")
_REQUIREMENTS = {
    "monoallelic": "AD",
    "monoallelic_autosomal": "AD",
    "biallelic": "AR",
    "biallelic_autosomal": "AR",
    "hemizygous": "XL",
    "monoallelic_x_hem": "XL",
    "monoallelic_x_het": "XL",
    "x-linked dominant": "XL",
    "x-linked over-dominance": "XL",
    "mitochondrial": "MT",
}
# Column names of the two forms of the file, before and after 2023.
_GENE, _CATEGORY, _REQUIREMENT = (
    ("gene symbol", "gene_symbol"),
    ("DDD category", "confidence category", "confidence"),
    ("allelic requirement", "allelic_requirement"),
)


@dataclass(frozen=True)
class DevelopmentalDisease:
    """A confirmed or probable disease of DDG2P: its gene, its name, the HPO ids of its signs."""

    symbol: str
    name: str
    terms: tuple[str, ...]


def read_ddg2p(path: str | Path) -> dict[str, set[str]]:
    """{gene name: modes} of the rows that DDG2P holds for confirmed or probable; the rest says nothing here."""
    found: dict[str, set[str]] = defaultdict(set)
    for gene, requirement, _ in _sure_rows(path):
        for word in requirement.replace(";", ",").split(","):
            if mode := _REQUIREMENTS.get(word.strip()):
                found[gene].add(mode)
    return found


def read_ddg2p_diseases(path: str | Path) -> list[DevelopmentalDisease]:
    """The diseases that DDG2P holds for confirmed or probable, with their signs."""
    return [
        DevelopmentalDisease(
            gene,
            row.get("disease name") or row.get("disease_name") or "",
            tuple(word.strip() for word in (row.get("phenotypes") or "").split(";") if word.strip()),
        )
        for gene, _, row in _sure_rows(path)
    ]


def _sure_rows(path: str | Path) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """(gene name, allelic requirement, row) of the confirmed and probable rows."""
    require_file(path, "DDG2P table")
    with open(path, encoding="utf-8-sig", errors="backslashreplace", newline="") as handle:
        reader = csv.DictReader(handle)
        columns = reader.fieldnames or []
        gene, category, requirement = (
            next((name for name in names if name in columns), "") for names in (_GENE, _CATEGORY, _REQUIREMENT)
        )
        if not (gene and category and requirement):
            raise InputError(
                f"columns {', '.join(columns[:6])}",
                where=f"{path}, line 1",
                expected=f"{_GENE[0]}, {_CATEGORY[0]}, {_REQUIREMENT[0]}",
                repair="give the CSV of Gene2Phenotype (DDG2P)",
            )
        for row in reader:
            if row[category] in DDG2P_CATEGORIES:
                yield row[gene], row[requirement] or "", row


def joined(modes: Iterable[str]) -> str:
    """AD, AR, AD/AR, XL, YL or MT; '' when nothing, or a mixture that means nothing, is given.

    >>> joined({"AR", "AD"}), joined({"XL"}), joined({"AD", "XL"}), joined([])
    ('AD/AR', 'XL', '', '')
    """
    text = "/".join(sorted(set(modes)))
    return text if text in MODES else ""


def mode_of(gene: Gene, sources: Iterable[tuple[str, Iterable[str]]]) -> tuple[str, str]:
    """(mode, source that said it) under the rule of the module docstring; both '' when nothing speaks."""
    location = gene.location or ""
    if location.startswith("mitochondri"):
        return "MT", "mitochondrial genome"
    if location.startswith("Y"):
        return "YL", "chromosome Y"
    for name, modes in sources:
        given = set(modes)
        if location.startswith("X") and given:
            # HGNC writes the pseudo-autosomal genes "Xp22.33 and Yp11.3": they behave as autosomal.
            given = given if " and Y" in location else {"XL"}
        if mode := joined(given):
            return mode, name
    return ("XL", "chromosome X") if location.startswith("X") and " and Y" not in location else ("", "")
