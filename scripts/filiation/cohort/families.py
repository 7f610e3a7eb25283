"""Who is counted: which families are in the index, with which founders, and who is the same person in two of them?

Founders are the parents in the archive; the index case is one where no parent is there. A person who is known to be in
two families counts once, in the family that came first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from filiation.cohort.layout import FamilyFacts, is_affected, role_sex
from filiation.model.pedigree import Sex

# Order of the columns of the arrays by person.
TRIO = ("proband", "father", "mother")
_SEX = {Sex.UNKNOWN.value: 0, Sex.MALE.value: 1, Sex.FEMALE.value: 2}
MALE, FEMALE = 1, 2

FAMILIES_FILE = pa.schema(
    [
        pa.field("number", pa.int32(), nullable=False),
        pa.field("family", pa.string(), nullable=False),
        pa.field("analysis", pa.int32(), nullable=False),
        pa.field("contigs", pa.uint32(), nullable=False),
        pa.field("sequenced", pa.uint8(), nullable=False),
        pa.field("proband_sex", pa.uint8(), nullable=False),
        pa.field("facts", pa.string(), nullable=False),
    ]
)


@dataclass
class Families:
    """Families by their number in the index. facts : JSON, read only where persons or members are asked for."""

    ids: list[str]
    analysis: np.ndarray
    contigs: np.ndarray
    sequenced: np.ndarray
    proband_sex: np.ndarray
    facts: list[str]
    _numbers: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def of(facts: Sequence[FamilyFacts]) -> Families:
        """Families in the order given, numbered 0, 1, …"""
        return Families(
            [item.family for item in facts],
            np.array([item.analysis for item in facts], dtype=np.int32),
            np.array([sum(1 << code for code in item.contigs) for item in facts], dtype=np.uint32),
            np.array(
                [sum(1 << bit for bit, role in enumerate(TRIO) if item.member(role)) for item in facts], dtype=np.uint8
            ),
            np.array([_proband_sex(item) for item in facts], dtype=np.uint8),
            [json.dumps(item.as_json(), sort_keys=True, separators=(",", ":")) for item in facts],
        )

    @staticmethod
    def from_table(table: pa.Table) -> Families:
        """Families of a generation, in the order of their numbers."""
        values = {name: table.column(name).to_numpy() for name in ("analysis", "contigs", "sequenced", "proband_sex")}
        return Families(table.column("family").to_pylist(), **values, facts=table.column("facts").to_pylist())

    def table(self) -> pa.Table:
        """The families as they are written."""
        return pa.table(
            [
                pa.array(np.arange(len(self), dtype=np.int32)),
                pa.array(self.ids, type=pa.string()),
                pa.array(self.analysis),
                pa.array(self.contigs),
                pa.array(self.sequenced),
                pa.array(self.proband_sex),
                pa.array(self.facts, type=pa.string()),
            ],
            schema=FAMILIES_FILE,
        )

    def chosen(self, numbers: np.ndarray) -> Families:
        """Some of the families, in the order asked for."""
        rows = numbers.tolist()
        return Families(
            [self.ids[n] for n in rows],
            self.analysis[numbers],
            self.contigs[numbers],
            self.sequenced[numbers],
            self.proband_sex[numbers],
            [self.facts[n] for n in rows],
        )

    def emptied(self, numbers: np.ndarray) -> Families:
        """The same families, of whom some have no member and no contig: they count nowhere."""
        found = self.chosen(np.arange(len(self)))
        found.contigs, found.sequenced = self.contigs.copy(), self.sequenced.copy()
        found.contigs[numbers] = 0
        found.sequenced[numbers] = 0
        for number in numbers.tolist():
            found.facts[number] = json.dumps(FamilyFacts(found.ids[number], ()).as_json())
        return found

    @staticmethod
    def joined(parts: Iterable[Families]) -> Families:
        """Families of several lists behind one another."""
        known = list(parts)
        return Families(
            [name for part in known for name in part.ids],
            np.concatenate([part.analysis for part in known]),
            np.concatenate([part.contigs for part in known]),
            np.concatenate([part.sequenced for part in known]),
            np.concatenate([part.proband_sex for part in known]),
            [text for part in known for text in part.facts],
        )

    def number(self, family: str) -> int | None:
        """Number of a family, None when the index does not hold it."""
        if not self._numbers and self.ids:
            self._numbers.update({name: number for number, name in enumerate(self.ids)})
        return self._numbers.get(family)

    def facts_of(self, number: int) -> FamilyFacts:
        """All facts of one family."""
        return FamilyFacts.from_json(json.loads(self.facts[number]))

    @cached_property
    def affected(self) -> np.ndarray:
        """int8 (families, proband father mother): 1 affected, 0 not, -1 not known or not sequenced."""
        codes = np.full((len(self), 3), -1, dtype=np.int8)
        for number in range(len(self)):
            facts = self.facts_of(number)
            for place, role in enumerate(TRIO):
                member = facts.member(role)
                known = is_affected(member) if member else None
                if known is not None:
                    codes[number, place] = int(known)
        return codes

    @cached_property
    def persons(self) -> list[tuple[str, ...]]:
        """Known identities of each family: proband, father, mother, '' for none, then those of the siblings."""
        if not any('"person":"' in text and text.count('"person":""') < text.count('"person"') for text in self.facts):
            return [("", "", "")] * len(self)
        found = []
        for number in range(len(self)):
            facts = self.facts_of(number)
            trio = [member.person if (member := facts.member(role)) else "" for role in TRIO]
            others = [member.person for member in facts.members if member.role not in TRIO and member.person]
            found.append((*trio, *others))
        return found

    @cached_property
    def kindred(self) -> np.ndarray:
        """int32: the lowest number among the families that share a person with this one, over any chain."""
        parent = list(range(len(self)))

        def root(number: int) -> int:
            while parent[number] != number:
                parent[number] = parent[parent[number]]
                number = parent[number]
            return number

        first: dict[str, int] = {}
        for number, persons in enumerate(self.persons):
            for person in filter(None, persons):
                other = root(first.setdefault(person, number))
                here = root(number)
                parent[max(other, here)] = min(other, here)
        return np.array([root(number) for number in range(len(self))], dtype=np.int32)

    @cached_property
    def founders(self) -> np.ndarray:
        """bool (families, proband father mother): who counts as a founder; nobody twice."""
        there = ((self.sequenced[:, None] >> np.arange(3)) & 1).astype(bool)
        counted = there.copy()
        counted[:, 0] &= ~(there[:, 1] | there[:, 2])
        seen: set[str] = set()
        for number, persons in enumerate(self.persons):
            for place, person in enumerate(persons[:3]):
                if person and counted[number, place]:
                    counted[number, place] = person not in seen
                    seen.add(person)
        return counted


def _proband_sex(facts: FamilyFacts) -> int:
    proband = facts.member("proband")
    return _SEX[role_sex("proband", proband.sex)] if proband else 0
