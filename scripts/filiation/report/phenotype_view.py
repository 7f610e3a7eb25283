"""How well does a gene's disease fit the patient's signs, sign by sign?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filiation.report.catalogue import source_text, term
from filiation.report.data import Row
from filiation.report.typography import Bilingual, both, decimal, same

EXACT = 0.999


@dataclass(frozen=True)
class HpoTerm:
    """An HPO term with its label; without a label the id stands alone.

    information : its information content, in nats; None when no table gives it. kind_of : terms that it is a kind of.
    """

    identifier: str
    label: Bilingual
    information: float | None = None
    kind_of: frozenset[str] = frozenset()

    @property
    def content(self) -> Bilingual:
        """The information content as it is shown, `—` without any."""
        return same("—") if self.information is None else both(decimal, self.information, 1)


@dataclass(frozen=True)
class SignMatch:
    """One sign of the patient and the disease's nearest sign.

    kind : exact; parent (the disease's sign is the wider one), child (it is the narrower one); near (they share an
    ancestor); none.
    """

    patient: HpoTerm
    disease: HpoTerm | None
    similarity: Bilingual
    kind: str
    kind_words: Bilingual


@dataclass(frozen=True)
class PhenotypeFit:
    """The best disease of the gene with its score; `matched` of `total` signs have a counterpart."""

    score: Bilingual
    disease_id: str
    disease_name: str
    matches: tuple[SignMatch, ...]
    disease_words: Bilingual

    @property
    def matched(self) -> int:
        """Signs with a counterpart."""
        return sum(match.kind != "none" for match in self.matches)

    @property
    def shown(self) -> tuple[SignMatch, ...]:
        """Signs with a counterpart, best first."""
        return tuple(match for match in self.matches if match.kind != "none")

    @property
    def unmatched(self) -> tuple[SignMatch, ...]:
        """Signs that the disease does not show."""
        return tuple(match for match in self.matches if match.kind == "none")


def terms_of(rows: Sequence[Row]) -> dict[str, HpoTerm]:
    """The terms that the phenotype table names; an English label without a translation is marked as source text."""
    found = {}
    for row in rows:
        english = row["label_en"] or ""
        label = Bilingual(row["label_fr"], english) if row["label_fr"] else source_text(english)
        kind_of = frozenset(part for part in (row.get("kind_of") or "").split(";") if part)
        found[row["term"]] = HpoTerm(row["term"], label if english else same(""), row.get("information"), kind_of)
    return found


def labelled(identifier: str, terms: Mapping[str, HpoTerm]) -> HpoTerm:
    """A term with its label, as far as the labels of this report go."""
    return terms.get(identifier, HpoTerm(identifier, same("")))


def disease_words(identifier: str, name: str, terms: Mapping[str, HpoTerm]) -> Bilingual:
    """A disease's name; in French too where the phenotype table has it, else as source text."""
    known = terms.get(identifier.replace("Orphanet:", "ORPHA:"))
    return source_text(name) if known is None else Bilingual(known.label.fr or name, name)


def relation(patient: HpoTerm, disease: HpoTerm, similarity: float) -> str:
    """exact, parent, child, near or none: how the disease's sign stands to the patient's."""
    if not disease.identifier or similarity <= 0:
        return "none"
    if patient.identifier == disease.identifier or similarity >= EXACT:
        return "exact"
    if disease.identifier in patient.kind_of:
        return "parent"
    return "child" if patient.identifier in disease.kind_of else "near"


def phenotype_fit(row: Row, terms: Mapping[str, HpoTerm]) -> PhenotypeFit | None:
    """The fit of a row; None when no phenotype was compared (no HPO terms, or no disease of the gene is known)."""
    if row.get("hpo_score") is None:
        return None
    matches = []
    for item in (row.get("hpo_matches") or "").split(";"):
        found = re.fullmatch(r"\s*(HP:\d{7})>(HP:\d{7}|\.?):([0-9.eE+-]+)\s*", item)
        if not found:
            continue
        patient, disease = labelled(found[1], terms), labelled(found[2].strip("."), terms)
        similarity = float(found[3])
        kind = relation(patient, disease, similarity)
        matches.append(
            SignMatch(
                patient,
                disease if kind != "none" else None,
                both(decimal, similarity, 2),
                kind,
                term("sign_match", kind),
            )
        )
    best = re.fullmatch(r"((?:OMIM|ORPHA|MONDO|DECIPHER):\d+):?(.*)", row.get("hpo_disease") or "")
    order = {"exact": 0, "child": 1, "parent": 2, "near": 3, "none": 4}
    identifier = best[1] if best else (row.get("hpo_disease") or "")
    name = best[2].strip() if best else ""
    return PhenotypeFit(
        both(decimal, row["hpo_score"], 2),
        identifier,
        name,
        tuple(sorted(matches, key=lambda match: order[match.kind])),
        disease_words(identifier, name, terms),
    )
