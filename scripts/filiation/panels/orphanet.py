"""Which genes does Orphanet link to which disorders, and which disorders stand under a group?

Read from the files that a user downloads from Orphadata (CC BY 4.0): genes (en_product6, XML or CSV),
classifications (en_product3_NNN, XML) and linearisation (en_product7, XML or CSV). Orphanet: an online database of rare
diseases and orphan drugs, INSERM, www.orpha.net; Orphadata Science, www.orphadata.com.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from filiation.errors import InputError
from filiation.io.files import require_file

ASSESSED = "Assessed"
DISEASE_CAUSING = "Disease-causing germline mutation(s)"
_GENE_COLUMNS = ("orpha_code", "disorder_name", "gene_symbol", "gene_type", "association_type", "association_status")
_LINE_COLUMNS = ("orpha_code", "target_disorder_code")
# An XML file that declares entities is not Orphanet's, and could make the parser expand without end.
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GeneLink:
    """One assessed link: this gene, mutated in the germline, causes this disorder."""

    orpha_id: str
    disorder: str
    symbol: str
    hgnc_id: str | None
    gene_type: str


@dataclass
class Orphanet:
    """Disorders by gene, and the disorders under each group, by ORPHA id."""

    links: list[GeneLink] = field(default_factory=list)
    children: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    not_assessed: int = 0
    not_causal: int = 0

    def under(self, group: str) -> set[str]:
        """The disorders at or under a group; empty when no classification holds the group."""
        if group not in self.children:
            return {group} if any(link.orpha_id == group for link in self.links) else set()
        found: set[str] = set()
        waiting = [group]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting.extend(self.children.get(code, ()))
        return found


def read_orphanet(
    genes: str | Path, classifications: Iterable[str | Path], linearisation: str | Path | None
) -> Orphanet:
    """The links that count and the groups; links of another status or kind are counted, not kept.

    A link counts when it is `Assessed` and `Disease-causing germline mutation(s) in` (loss or gain of function
    included): modifiers, susceptibility, biomarkers, somatic mutations and fusion genes do not make a panel.
    """
    data = Orphanet()
    rows = _gene_rows_xml(Path(genes)) if str(genes).endswith(".xml") else _gene_rows_csv(Path(genes))
    for link, association, status in rows:
        if status != ASSESSED:
            data.not_assessed += 1
        elif not association.startswith(DISEASE_CAUSING):
            data.not_causal += 1
        else:
            data.links.append(link)
    if not data.links:
        raise InputError(
            "no assessed, disease-causing link between a gene and a disorder",
            where=str(genes),
            expected="Orphadata en_product6 (genes associated with rare diseases), XML or its CSV form",
            repair="download it again",
        )
    for path in classifications:
        for parent, child in _classification_pairs(Path(path)):
            data.children[parent].add(child)
    if linearisation:
        for group, disorder in _linearisation_pairs(Path(linearisation)):
            data.children[group].add(disorder)
    return data


def _linearisation_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """(preferential parent, disorder) of en_product7, XML as Orphadata publishes it or its CSV form."""
    if path.suffix != ".xml":
        for row in _csv_rows(path, _LINE_COLUMNS):
            if row["target_disorder_code"]:
                yield f"ORPHA:{row['target_disorder_code']}", f"ORPHA:{row['orpha_code']}"
        return
    found = False
    for disorder in _tree(path).iterfind("DisorderList/Disorder"):
        for association in disorder.iterfind("DisorderDisorderAssociationList/DisorderDisorderAssociation"):
            if group := _text(association, "TargetDisorder/OrphaCode"):
                found = True
                yield f"ORPHA:{group}", f"ORPHA:{_text(disorder, 'OrphaCode')}"
    if not found:
        raise InputError(
            "no disorder with a preferential parent",
            where=str(path),
            expected="the Orphadata linearisation (en_product7.xml), or its CSV form",
            repair="name that file",
        )


def _csv_rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    require_file(path, "Orphanet table")
    with open(path, encoding="utf-8-sig", errors="backslashreplace", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = [name for name in needed if name not in (reader.fieldnames or [])]
        if missing:
            raise InputError(
                f"no column {', '.join(missing)}",
                where=f"{path}, line 1",
                expected=", ".join(needed),
                repair="give the CSV form of the Orphadata file, separated by commas",
            )
        for row in reader:
            if any(row[name] is None for name in needed):
                raise InputError(
                    "a row with fewer cells than columns",
                    where=f"{path}, line {reader.line_num}",
                    expected=", ".join(needed),
                    repair="the file is cut: download it again",
                )
            yield row


def _gene_rows_csv(path: Path) -> Iterator[tuple[GeneLink, str, str]]:
    for row in _csv_rows(path, _GENE_COLUMNS):
        link = GeneLink(f"ORPHA:{row['orpha_code']}", row["disorder_name"], row["gene_symbol"], None, row["gene_type"])
        yield link, row["association_type"], row["association_status"]


def _tree(path: Path) -> ElementTree.Element:
    require_file(path, "Orphanet XML")
    data = path.read_bytes()
    if _DECLARATION.search(data):
        raise InputError(
            "the file declares a document type or an entity",
            where=str(path),
            expected="plain Orphadata XML",
            repair="download it from Orphadata again",
        )
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise InputError(
            f"not complete XML: {error}", where=str(path), expected="Orphadata XML", repair="download it again"
        ) from None


def _text(element: ElementTree.Element, name: str) -> str:
    found = element.find(name)
    return (found.text or "").strip() if found is not None else ""


def _gene_rows_xml(path: Path) -> Iterator[tuple[GeneLink, str, str]]:
    for disorder in _tree(path).iter("Disorder"):
        code, name = _text(disorder, "OrphaCode"), _text(disorder, "Name")
        for association in disorder.iter("DisorderGeneAssociation"):
            gene = association.find("Gene")
            if gene is None:
                continue
            references = gene.iter("ExternalReference")
            number = next((_text(ref, "Reference") for ref in references if _text(ref, "Source") == "HGNC"), "")
            link = GeneLink(
                f"ORPHA:{code}",
                name,
                _text(gene, "Symbol"),
                f"HGNC:{number}" if number.isdecimal() else None,
                _text(gene, "GeneType/Name"),
            )
            yield (
                link,
                _text(association, "DisorderGeneAssociationType/Name"),
                _text(association, "DisorderGeneAssociationStatus/Name"),
            )


def _classification_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """(group, child) for every edge of a classification, root downwards."""
    waiting = [(node, "") for roots in _tree(path).iter("ClassificationNodeRootList") for node in roots]
    if not waiting:
        raise InputError(
            "no ClassificationNodeRootList",
            where=str(path),
            expected="an Orphadata classification (en_product3_NNN.xml)",
            repair="name a classification file",
        )
    while waiting:
        node, parent = waiting.pop()
        code = f"ORPHA:{_text(node, 'Disorder/OrphaCode')}"
        if parent:
            yield parent, code
        children = node.find("ClassificationNodeChildList")
        waiting.extend((child, code) for child in (children if children is not None else ()))
