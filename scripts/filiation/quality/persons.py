"""Who could a sample really be? The people of a small genealogy, and how each is related to each other one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from filiation.model.pedigree import Role, Sex


@dataclass(frozen=True)
class Person:
    """Somebody whose DNA may be in a tube. `sex` UNKNOWN: as declared in the sheet for the index case and siblings.

    `words` name him after "is"; a `stranger` is unrelated to everybody, another stranger included.
    """

    key: str
    sex: Sex
    words: str
    father: str = ""
    mother: str = ""
    role: Role | None = None
    stranger: bool = False


_MALE, _FEMALE = Sex.MALE, Sex.FEMALE
# Parents stand before their children. A key without words is only a link of the genealogy, nobody's sample.
PEOPLE: tuple[Person, ...] = (
    Person("paternal grandfather", _MALE, "the father's father"),
    Person("paternal grandmother", _FEMALE, "the father's mother"),
    Person("maternal grandfather", _MALE, "the mother's father"),
    Person("maternal grandmother", _FEMALE, "the mother's mother"),
    Person("father", _MALE, "the father", "paternal grandfather", "paternal grandmother", Role.FATHER),
    Person("mother", _FEMALE, "the mother", "maternal grandfather", "maternal grandmother", Role.MOTHER),
    Person("proband", Sex.UNKNOWN, "the child", "father", "mother", Role.PROBAND),
    Person("paternal uncle", _MALE, "an uncle, brother of the father", "paternal grandfather", "paternal grandmother"),
    Person("paternal aunt", _FEMALE, "an aunt, sister of the father", "paternal grandfather", "paternal grandmother"),
    Person("maternal uncle", _MALE, "an uncle, brother of the mother", "maternal grandfather", "maternal grandmother"),
    Person("maternal aunt", _FEMALE, "an aunt, sister of the mother", "maternal grandfather", "maternal grandmother"),
    Person("brother", _MALE, "a brother of the child", "father", "mother"),
    Person("sister", _FEMALE, "a sister of the child", "father", "mother"),
    Person("paternal half-brother", _MALE, "a half-brother through the father", "father"),
    Person("paternal half-sister", _FEMALE, "a half-sister through the father", "father"),
    Person("maternal half-brother", _MALE, "a half-brother through the mother", "", "mother"),
    Person("maternal half-sister", _FEMALE, "a half-sister through the mother", "", "mother"),
    Person("paternal cousin", Sex.UNKNOWN, "a cousin on the father's side", "paternal uncle"),
    Person("maternal cousin", Sex.UNKNOWN, "a cousin on the mother's side", "", "maternal aunt"),
    Person("stranger", Sex.UNKNOWN, "somebody of another family", stranger=True),
)
_BY_KEY = {person.key: person for person in PEOPLE}
_ORDER = {person.key: place for place, person in enumerate(PEOPLE)}


@cache
def kinship(first: str, second: str) -> float:
    """Kinship coefficient of two people by descent: 0.5 for one person, 0.25 for parent and child, 0 unrelated.

    Nobody in the genealogy is inbred. Source: Malécot 1948, recursion over the later born.
    """
    if first == second:
        return 0.0 if _BY_KEY[first].stranger else 0.5
    if _ORDER[first] < _ORDER[second]:
        first, second = second, first
    later = _BY_KEY[first]
    return sum(kinship(parent, second) / 2 for parent in (later.father, later.mother) if parent)


def parent_and_child(first: str, second: str) -> bool:
    """Whether one of two people is the other's parent."""
    a, b = _BY_KEY[first], _BY_KEY[second]
    return second in (a.father, a.mother) or first in (b.father, b.mother)


def full_siblings(first: str, second: str) -> bool:
    """Whether two people have both parents in common."""
    a, b = _BY_KEY[first], _BY_KEY[second]
    return first != second and bool(a.father and a.mother) and (a.father, a.mother) == (b.father, b.mother)
