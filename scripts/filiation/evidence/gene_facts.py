"""What is known of a gene: constraint, dosage sensitivity, and how sure its diseases are?

Read from the published files, each optional: gnomAD v4.1 constraint metrics (the row of MANE Select, else of the
canonical transcript), the gene curation list of ClinGen's dosage map, and gene–disease validity from ClinGen, GenCC
and DDG2P. Genes are found by HGNC id first, then by symbol.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import open_text, require_file

COLUMNS = (
    "pli",
    "loeuf",
    "missense_z",
    "clingen_haploinsufficiency",
    "clingen_triplosensitivity",
    "gene_disease_validity",
)
KINDS = ("gnomad_constraint", "clingen_dosage", "clingen_validity", "gencc", "ddg2p")
# ClinGen's scores: no, little, some, sufficient evidence; 30 autosomal recessive; 40 dosage sensitivity unlikely.
_DOSAGE = {"0", "1", "2", "3", "30", "40"}
# Allelic requirement of DDG2P → mode of inheritance.
_REQUIREMENT = {
    "biallelic": "AR",
    "biallelic_autosomal": "AR",
    "monoallelic": "AD",
    "monoallelic_autosomal": "AD",
    "imprinted": "AD",
    "mosaic": "AD",
    "hemizygous": "XL",
    "x-linked dominant": "XL",
    "x-linked over-dominance": "XL",
    "monoallelic_x_hem": "XL",
    "monoallelic_x_het": "XL",
    "mitochondrial": "MT",
}
# Categories that DDG2P used until 2020 → the words of GenCC.
_CATEGORY = {"confirmed": "definitive", "probable": "strong", "possible": "limited", "both rd and if": "definitive"}


@dataclass(frozen=True)
class GeneFactFile:
    """One configured file: its kind and where it lies."""

    kind: str
    path: str


def parse_gene_fact_file(text: str) -> GeneFactFile:
    """`KIND=FILE`, the form of the command line."""
    kind, sign, path = text.partition("=")
    if not sign or not path or kind not in KINDS:
        raise ConfigError(
            f"--gene-facts {text!r}",
            expected=f"KIND=FILE with a kind of {', '.join(KINDS)}",
            repair=nearest(kind, list(KINDS)),
        )
    return GeneFactFile(kind, path)


@dataclass
class GeneFacts:
    """Facts by HGNC id and by symbol; kinds : the files that were read."""

    kinds: frozenset[str] = frozenset()
    _by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    _by_symbol: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def symbols_and_ids(self) -> list[str]:
        """Every name under which something is known."""
        return [*self._by_symbol, *self._by_id]

    def of(self, hgnc_id: str | None, symbol: str) -> dict[str, Any]:
        """Column name → value of a gene, None where no file has it; a file may know the id, another the symbol."""
        found: dict[str, Any] = dict.fromkeys(COLUMNS)
        for facts in (self._by_symbol.get(symbol), self._by_id.get(hgnc_id or "")):
            for name, value in (facts or {}).items():
                found[name] = value if not isinstance(value, list) else [*(found[name] or []), *value]
        links = found["gene_disease_validity"]
        found["gene_disease_validity"] = "|".join(sorted(set(links))) if links else None
        return found

    def add(self, hgnc_id: str, symbol: str, name: str, value: Any) -> None:
        """Keep one value under the id where there is one, else under the symbol; links of diseases add up."""
        store = self._by_id.setdefault(hgnc_id, {}) if hgnc_id else self._by_symbol.setdefault(symbol, {})
        if name == "gene_disease_validity":
            store.setdefault(name, []).append(value)
        else:
            store[name] = value


def load_gene_facts(files: Sequence[GeneFactFile]) -> GeneFacts:
    """Read every file; InputError with the line for a missing column, a decimal comma or a score off its scale."""
    facts = GeneFacts(frozenset(file.kind for file in files))
    for file in files:
        _READERS[file.kind](facts, require_file(file.path, f"gene facts {file.kind}"))
    return facts


def _rows(source: Path, delimiter: str, wanted: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """(where, row by column name in small letters) after the line that names every wanted column."""
    needed = set(wanted)
    names: list[str] = []
    with open_text(source) as handle:
        reader = csv.reader(handle, delimiter=delimiter)
        for cells in reader:
            where = f"{source}, line {reader.line_num}"
            if not names:
                found = [cell.lstrip("#\ufeff").strip().lower() for cell in cells]
                if needed <= set(found):
                    names = found
                continue
            if not any(cells) or cells[0].startswith(("#", "++")):
                continue
            if len(cells) < len(names):
                raise InputError(
                    f"{len(cells)} cells",
                    where=where,
                    expected=f"{len(names)} cells, as in the header",
                    repair="fetch the file again: it is cut or was edited",
                )
            yield where, dict(zip(names, (cell.strip() for cell in cells), strict=False))
    if not names:
        raise InputError(
            f"no line with the columns {', '.join(sorted(needed))}",
            where=str(source),
            expected="the file as its source publishes it",
            repair="fetch the file again, or correct its kind in annotation.gene_facts",
        )


def _number(text: str, where: str) -> float | None:
    """A number; NA, nan and nothing are unknown; a decimal comma stops the run."""
    if text.upper() in ("", ".", "NA", "NAN"):
        return None
    try:
        value = float(text)
    except ValueError:
        raise InputError(
            f"'{text}' is not a number",
            where=where,
            expected="a decimal point",
            repair="fetch the file again; decimal commas come from a spreadsheet",
        ) from None
    return value if math.isfinite(value) else None


def _constraint(facts: GeneFacts, source: Path) -> None:
    """gnomAD: pLI, LOEUF and missense Z of MANE Select, else of the canonical transcript; Ensembl before RefSeq."""
    columns = {"lof.pli": "pli", "lof.oe_ci.upper": "loeuf", "mis.z_score": "missense_z"}
    best: dict[str, tuple[int, dict[str, float | None]]] = {}
    for where, row in _rows(source, "\t", {"gene", "transcript", "mane_select", "canonical", *columns}):
        selected, canonical = row["mane_select"].lower() == "true", row["canonical"].lower() == "true"
        if not (selected or canonical):
            continue
        order = (0 if selected else 2) + (0 if row["transcript"].startswith("ENST") else 1)
        if row["gene"] not in best or order < best[row["gene"]][0]:
            best[row["gene"]] = (order, {name: _number(row[column], where) for column, name in columns.items()})
    for gene, (_, values) in best.items():
        for name, value in values.items():
            facts.add("", gene, name, value)


def _dosage(facts: GeneFacts, source: Path) -> None:
    """ClinGen: haploinsufficiency and triplosensitivity scores; `Not yet evaluated` is unknown."""
    columns = {
        "haploinsufficiency score": "clingen_haploinsufficiency",
        "triplosensitivity score": "clingen_triplosensitivity",
    }
    for where, row in _rows(source, "\t", {"gene symbol", *columns}):
        for column, name in columns.items():
            text = row[column].split(":")[0].strip()
            if text in _DOSAGE:
                facts.add("", row["gene symbol"], name, text)
            elif text and not text.lower().startswith(("not yet", "-")):
                raise InputError(
                    f"{column} '{text}'",
                    where=where,
                    expected=f"one of {', '.join(sorted(_DOSAGE, key=int))}, or Not yet evaluated",
                    repair="fetch the file again",
                )


def _link(identifier: str, name: str, mode: str, validity: str, origin: str) -> str:
    """One item of gene_disease_validity; the separators of the column are taken out of names."""
    words = (part.replace("|", " ").strip() or "." for part in (identifier, name, mode, validity, origin))
    return ":".join(words)


def _clingen_validity(facts: GeneFacts, source: Path) -> None:
    """ClinGen gene–disease validity, CSV."""
    wanted = {"gene symbol", "gene id (hgnc)", "disease label", "disease id (mondo)", "moi", "classification"}
    for _, row in _rows(source, ",", wanted):
        link = _link(
            row["disease id (mondo)"], row["disease label"], row["moi"], row["classification"].lower(), "ClinGen"
        )
        facts.add(row["gene id (hgnc)"], row["gene symbol"], "gene_disease_validity", link)


def _gencc(facts: GeneFacts, source: Path) -> None:
    """GenCC submissions, TSV; ClinGen's own stand in its file."""
    wanted = {"gene_curie", "gene_symbol", "disease_curie", "disease_title", "classification_title", "moi_title"}
    for _, row in _rows(source, "\t", wanted):
        submitter = row.get("submitter_title", "GenCC") or "GenCC"
        mode = {"Autosomal dominant": "AD", "Autosomal recessive": "AR", "X-linked": "XL", "Mitochondrial": "MT"}.get(
            row["moi_title"], row["moi_title"]
        )
        link = _link(
            row["disease_curie"],
            row["disease_title"],
            mode,
            row["classification_title"].lower(),
            "GenCC " + submitter.replace(":", " "),
        )
        facts.add(row["gene_curie"], row["gene_symbol"], "gene_disease_validity", link)


def _ddg2p(facts: GeneFacts, source: Path) -> None:
    """DDG2P, CSV, in the columns of today (confidence) or of before 2020 (DDD category)."""
    for _, row in _rows(source, ",", {"gene symbol", "disease name", "disease mim", "allelic requirement", "hgnc id"}):
        validity = (row.get("confidence") or row.get("confidence category") or row.get("ddd category") or "").lower()
        number, mim = row["hgnc id"].removeprefix("HGNC:"), row["disease mim"]
        modes = {
            _REQUIREMENT[word]
            for part in row["allelic requirement"].lower().replace(",", ";").split(";")
            if (word := part.strip()) in _REQUIREMENT
        }
        link = _link(
            f"OMIM:{mim}" if mim.isdecimal() else "",
            row["disease name"],
            "/".join(sorted(modes)),
            _CATEGORY.get(validity, validity),
            "DDG2P",
        )
        facts.add(f"HGNC:{number}" if number.isdecimal() else "", row["gene symbol"], "gene_disease_validity", link)


_READERS: Mapping[str, Callable[[GeneFacts, Path], None]] = {
    "gnomad_constraint": _constraint,
    "clingen_dosage": _dosage,
    "clingen_validity": _clingen_validity,
    "gencc": _gencc,
    "ddg2p": _ddg2p,
}
