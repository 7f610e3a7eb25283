"""Which HPO term does a label name, in English or French?

English labels are those of the release in hpo3, exact synonyms stand in resources/phenotype/synonyms.tsv, French
labels come from the official translation (hp-fr, a babelon table), which the user brings. Case, accents and the
kind of apostrophe do not matter.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from filiation.config import RESOURCES
from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.phenotype.ontology import Ontology

FOLDER = RESOURCES / "phenotype"
LABEL_PREDICATE = "rdfs:label"
SYNONYM_PREDICATES = {"oboInOwl:hasExactSynonym", "oio:hasExactSynonym"}
BABELON_COLUMNS = ("subject_id", "predicate_id", "translation_language", "translation_value")
NOT_TRANSLATED = "NOT_TRANSLATED"

ENGLISH, SYNONYM, FRENCH = "label", "synonym", "french_label"


def folded(label: str) -> str:
    """The label without case, accents, ligatures, double spaces and with one kind of apostrophe and hyphen."""
    text = label.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("’", "'").replace("‐", "-")
    text = unicodedata.normalize("NFKD", text)
    return " ".join("".join(letter for letter in text if not unicodedata.combining(letter)).casefold().split())


@dataclass(frozen=True)
class FrenchLabels:
    """French labels of HPO terms: id → label as written, and id → further words that mean the same."""

    labels: dict[str, str]
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_french_labels(path: str | Path) -> FrenchLabels:
    """Labels of hp-fr.babelon.tsv, the French translation published with HPO.

    Official translations are preferred to candidates. InputError when the file is of another form or language.
    """
    path = require_file(path, "French HPO labels", where="resources.hpo_french_labels")
    labels: dict[str, tuple[bool, str]] = {}
    synonyms: dict[str, list[str]] = defaultdict(list)
    with open(path, encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        missing = [name for name in BABELON_COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise InputError(
                f"no column {missing[0]}",
                where=f"{path}, line 1",
                expected="the babelon table hp-fr.babelon.tsv of the HPO translations",
                repair="set resources.hpo_french_labels to that file, or to null for English labels",
            )
        for row in rows:
            text = (row["translation_value"] or "").strip()
            term, status = row["subject_id"], row.get("translation_status") or ""
            if row["translation_language"] != "fr" or not text or status == NOT_TRANSLATED:
                continue
            official = status == "OFFICIAL"
            if row["predicate_id"] == LABEL_PREDICATE and (official or term not in labels):
                if term not in labels or not labels[term][0]:
                    labels[term] = (official, text)
            elif row["predicate_id"] in SYNONYM_PREDICATES:
                synonyms[term].append(text)
    if not labels:
        raise InputError(
            "no French label in it",
            where=str(path),
            expected="rows of rdfs:label with translation_language fr",
            repair="set resources.hpo_french_labels to hp-fr.babelon.tsv, or to null for English labels",
        )
    return FrenchLabels(
        {term: text for term, (_, text) in labels.items()}, {term: tuple(words) for term, words in synonyms.items()}
    )


def table_rows(path: Path) -> Iterator[list[str]]:
    """Cells of each row of a table of resources/phenotype, its credit and its header left out."""
    with open(path, encoding="utf-8") as handle:
        lines = (line.rstrip("\n") for line in handle if not line.startswith("#"))
        next(lines)
        for line in lines:
            yield line.split("\t")


@cache
def shipped_synonyms() -> dict[str, tuple[str, ...]]:
    """{id: exact English synonyms}."""
    return {term: tuple(words.split("|")) for term, words in table_rows(FOLDER / "synonyms.tsv")}


@cache
def retired_terms() -> dict[str, tuple[str, tuple[str, ...]]]:
    """{withdrawn id: (its replacement or '', the terms to consider)}."""
    return {
        term: ("" if replaced_by == "." else replaced_by, () if choices == "." else tuple(choices.split(";")))
        for term, replaced_by, choices in table_rows(FOLDER / "retired_terms.tsv")
    }


class LabelIndex:
    """Terms by label: label → the ids it names and how it names them."""

    def __init__(self, ontology: Ontology, french: FrenchLabels | None = None) -> None:
        self._found: dict[str, dict[str, str]] = defaultdict(dict)
        current = [term for term in ontology.ids() if not ontology.is_obsolete(term)]
        self._add(((term, ontology.label(term)) for term in current), ENGLISH)
        if french is not None:
            words = [(term, french.labels[term]) for term in current if term in french.labels]
            words += [(term, word) for term in current for word in french.synonyms.get(term, ())]
            self._add(words, FRENCH)
        synonyms = shipped_synonyms()
        self._add(((term, word) for term in current for word in synonyms.get(term, ())), SYNONYM)

    def _add(self, words: Iterable[tuple[str, str]], kind: str) -> None:
        """An English label beats a French one, and both beat a synonym of another term."""
        fresh: dict[str, dict[str, str]] = defaultdict(dict)
        for term, word in words:
            key = folded(word)
            if key not in self._found:
                fresh[key][term] = kind
        self._found.update(fresh)

    def find(self, label: str) -> dict[str, str]:
        """{id: label, synonym or french_label} of the terms that the label names; empty when none."""
        return dict(self._found.get(folded(label), {}))

    def labels(self) -> list[str]:
        """Every folded label, for finding the nearest one."""
        return list(self._found)
