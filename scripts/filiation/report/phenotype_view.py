"""How well does a gene's disease fit the patient's signs, sign by sign?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from filiation.report.catalogue import term
from filiation.report.data import Row
from filiation.report.typography import Bilingual, both, decimal, same

EXACT = 0.999


@dataclass(frozen=True)
class HpoTerm:
    """An HPO term with its label; without a label the id stands alone."""

    identifier: str
    label: Bilingual


@dataclass(frozen=True)
class SignMatch:
    """One sign of the patient and the disease's nearest sign; kind: exact, near or none."""

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

    @property
    def matched(self) -> int:
        """Signs with a counterpart."""
        return sum(match.kind != "none" for match in self.matches)


def labelled(identifier: str, labels: Mapping[str, Bilingual]) -> HpoTerm:
    """A term with its label, as far as the labels of this report go."""
    return HpoTerm(identifier, labels.get(identifier, same("")))


def phenotype_fit(row: Row, labels: Mapping[str, Bilingual]) -> PhenotypeFit | None:
    """The fit of a row; None when no phenotype was compared (no HPO terms, or no disease of the gene is known)."""
    if row.get("hpo_score") is None:
        return None
    matches = []
    for item in (row.get("hpo_matches") or "").split(";"):
        found = re.fullmatch(r"\s*(HP:\d{7})>(HP:\d{7}|\.?):([0-9.eE+-]+)\s*", item)
        if not found:
            continue
        patient, disease, similarity = found[1], found[2].strip("."), float(found[3])
        kind = (
            "none"
            if not disease or similarity <= 0
            else "exact"
            if patient == disease or similarity >= EXACT
            else "near"
        )
        matches.append(
            SignMatch(
                labelled(patient, labels),
                labelled(disease, labels) if kind != "none" else None,
                both(decimal, similarity, 2),
                kind,
                term("sign_match", kind),
            )
        )
    disease = re.fullmatch(r"((?:OMIM|ORPHA|MONDO|DECIPHER):\d+):?(.*)", row.get("hpo_disease") or "")
    order = {"exact": 0, "near": 1, "none": 2}
    return PhenotypeFit(
        both(decimal, row["hpo_score"], 2),
        disease[1] if disease else (row.get("hpo_disease") or ""),
        disease[2].strip() if disease else "",
        tuple(sorted(matches, key=lambda match: order[match.kind])),
    )
