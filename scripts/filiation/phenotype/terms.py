"""Which HPO terms did the clinician write: ids, labels, or both; old, doubled or repeated in general terms?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filiation.errors import FaultList, InputError, UserError
from filiation.phenotype.labels import (
    ENGLISH,
    FRENCH,
    SYNONYM,
    FrenchLabels,
    LabelIndex,
    folded,
    read_french_labels,
    retired_terms,
)
from filiation.phenotype.ontology import Ontology, load_ontology

BY_ID, REPLACED = "id", "replaced"
ID = re.compile(r"\bHP[:_](\d+)\b", re.IGNORECASE)
ID_DIGITS = 7
NEAREST = 4
NEAR = 0.72


@dataclass(frozen=True)
class Term:
    """One term of the patient.

    how : id, label, synonym, french_label, or replaced when `written` was an id that HPO has withdrawn for this one.
    label_fr : '' when no French label is known.
    """

    id: str
    label: str
    label_fr: str
    written: str
    how: str


@dataclass(frozen=True)
class ResolvedTerms:
    """The patient's terms in the order written, each once.

    notes : what a reader must know: replaced, repeated, general and not phenotypic terms, one sentence each.
    redundant : ids that only say in general what another term says exactly; similarity does not count them.
    other : ids that are no phenotypic abnormality (onset, inheritance …); similarity does not count them.
    """

    terms: tuple[Term, ...]
    notes: tuple[str, ...] = ()
    redundant: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    release: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all terms."""
        return tuple(term.id for term in self.terms)

    @property
    def compared(self) -> tuple[Term, ...]:
        """The terms that similarity is computed from."""
        return tuple(term for term in self.terms if term.id not in self.redundant | self.other)


def split_terms(text: str) -> tuple[str, ...]:
    """Terms of one text, separated by ; or by line ends, as in the column hpo_terms."""
    return tuple(part.strip() for part in re.split(r"[;\n]", text) if part.strip())


@cache
def _french(path: str) -> FrenchLabels:
    return read_french_labels(path)


@cache
def _index(path: str | None) -> LabelIndex:
    return LabelIndex(load_ontology(), _french(path) if path else None)


def resolve_terms(
    written: Sequence[str], *, french_labels: str | Path | None = None, where: str = "hpo_terms"
) -> ResolvedTerms:
    """Name the HPO terms that were written as ids, as English or French labels, or as `HP:0001250 Seizure`.

    A withdrawn id with one replacement is taken as that one, and the notes say so. Everything else that is unsure
    stops: an unknown id or label (with the nearest labels), a withdrawn id without one replacement (with the terms
    to consider), a label of several terms, a label that contradicts its id. All faults are told at once.
    No term at all is allowed.
    """
    words = [word.strip() for word in written if word.strip()]
    if not words:
        return ResolvedTerms(())
    ontology = load_ontology()
    french = _french(str(french_labels)) if french_labels else None
    resolver = _Resolver(ontology, french, str(french_labels) if french_labels else None, where)
    found: list[Term] = []
    faults: list[UserError] = []
    notes: list[str] = []
    for word in words:
        try:
            term = resolver.term(word)
        except InputError as fault:
            faults.append(fault)
            continue
        if term.how == REPLACED:
            notes.append(f"{word}: withdrawn by HPO, taken as {term.id} {term.label}")
        if any(term.id == other.id for other in found):
            notes.append(f"{word}: {term.id} {term.label} is there already, counted once")
        else:
            found.append(term)
    if faults:
        raise faults[0] if len(faults) == 1 else FaultList(faults)
    redundant, other = set(), set()
    for term in found:
        below = [exact for exact in found if exact is not term and term.id in ontology.ancestors(exact.id)]
        if not ontology.is_abnormality(term.id):
            other.add(term.id)
            notes.append(f"{term.id} {term.label}: no sign of the patient, not used in the similarity")
        elif below:
            redundant.add(term.id)
            notes.append(f"{term.id} {term.label}: said more exactly by {below[0].id} {below[0].label}, not counted")
    return ResolvedTerms(tuple(found), tuple(notes), frozenset(redundant), frozenset(other), ontology.release)


class _Resolver:
    """Names one word after the other, with the indexes that this needs."""

    def __init__(self, ontology: Ontology, french: FrenchLabels | None, path: str | None, where: str) -> None:
        self.ontology, self.french, self.path, self.where = ontology, french, path, where

    def term(self, written: str) -> Term:
        """The one term that was written."""
        match = ID.search(written)
        if match is None:
            identifier, how = self._by_label(written)
            return self._named(identifier, written, how)
        if len(match.group(1)) != ID_DIGITS:
            raise InputError(
                f"'{written}' is not an HPO id",
                where=self.where,
                expected=f"HP: and {ID_DIGITS} digits",
                repair="spreadsheets drop leading zeros: write HP:0001250, not HP:1250",
            )
        identifier, how = self._by_id(f"HP:{match.group(1)}", written)
        label = (written[: match.start()] + written[match.end() :]).strip(" \t()[]:-–,!")
        if label:
            self._check_label(identifier, label, written)
        return self._named(identifier, written, how)

    def _named(self, identifier: str, written: str, how: str) -> Term:
        label_fr = self.french.labels.get(identifier, "") if self.french else ""
        return Term(identifier, self.ontology.label(identifier), label_fr, written, how)

    def _by_id(self, identifier: str, written: str) -> tuple[str, str]:
        """A current id, or the one replacement of a withdrawn one."""
        if identifier in self.ontology and not self.ontology.is_obsolete(identifier):
            return identifier, BY_ID
        replaced_by, choices = retired_terms().get(identifier, ("", ()))
        if identifier in self.ontology:
            replaced_by = self.ontology.replacement(identifier) or replaced_by
        if replaced_by in self.ontology and not self.ontology.is_obsolete(replaced_by):
            return replaced_by, REPLACED
        label = self.ontology.label(identifier) if identifier in self.ontology else ""
        if label or choices:
            listed = [f"{choice} {self.ontology.label(choice)}" for choice in choices if choice in self.ontology]
            listed = listed or ([] if not label else self._nearest(label))
            raise InputError(
                f"'{written}' was withdrawn by HPO{f' ({label})' if label else ''} without a single replacement",
                where=self.where,
                expected=f"a term of HPO {self.ontology.release}",
                repair="choose one of: " + "; ".join(listed) if listed else "ask the clinician which sign was meant",
            )
        raise InputError(
            f"'{written}' is not in HPO {self.ontology.release}",
            where=self.where,
            expected="an id of the Human Phenotype Ontology",
            repair="correct the number, or write the label of the sign",
        )

    def _by_label(self, written: str) -> tuple[str, str]:
        """The one term of a label."""
        found = _index(self.path).find(written)
        if len(found) == 1:
            return next(iter(found.items()))
        if found:
            listed = "; ".join(f"{term} {self.ontology.label(term)}" for term in sorted(found))
            raise InputError(
                f"'{written}' names {len(found)} terms",
                where=self.where,
                expected="one term",
                repair=f"write the id of the one meant: {listed}",
            )
        near = self._nearest(written)
        unread = "" if self.path else "; French labels are read when resources.hpo_french_labels is set"
        raise InputError(
            f"'{written}' is no label of HPO {self.ontology.release}",
            where=self.where,
            expected=f"an HPO id, a label or an exact synonym{unread}",
            repair="nearest: " + "; ".join(near) if near else "look the sign up in HPO and write its id",
        )

    def _nearest(self, label: str) -> list[str]:
        """Up to four terms whose label is near, as `HP:… label`."""
        index = _index(self.path)
        listed: dict[str, None] = {}
        for near in difflib.get_close_matches(folded(label), index.labels(), n=2 * NEAREST, cutoff=NEAR):
            for term in index.find(near):
                listed[f"{term} {self._shown(term)}"] = None
        return list(listed)[:NEAREST]

    def _shown(self, term: str) -> str:
        french = self.french.labels.get(term) if self.french else None
        return f"{self.ontology.label(term)} / {french}" if french else self.ontology.label(term)

    def _check_label(self, identifier: str, label: str, written: str) -> None:
        """Stop when the label beside an id is that of another term; an unknown wording is the clinician's own."""
        found = _index(self.path).find(label)
        if found and identifier not in found:
            others = "; ".join(f"{term} {self.ontology.label(term)}" for term in sorted(found))
            raise InputError(
                f"'{written}': the id is {self.ontology.label(identifier)}, the label is that of {others}",
                where=self.where,
                expected="an id and its own label",
                repair="correct one of the two, or write the id alone",
            )


__all__ = ["BY_ID", "ENGLISH", "FRENCH", "REPLACED", "SYNONYM", "ResolvedTerms", "Term", "resolve_terms", "split_terms"]
