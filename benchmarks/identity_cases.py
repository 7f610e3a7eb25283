"""Which mistakes can happen to the samples of a family, and which words should name each?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

from identity_genomes import Person, World, family_of

from filiation.model.pedigree import Family, Sex

LABELS = ("child", "father", "mother")
ROLES = {"child": "proband", "father": "father", "mother": "mother"}
MALE, FEMALE = Sex.MALE, Sex.FEMALE


class Relatives:
    """A trio and everybody who may be taken for one of its members, born when asked for."""

    def __init__(self, world: World, sex: Sex, populations: tuple[int, int] = (0, 0)) -> None:
        self.world, self.sex = world, sex
        paternal, maternal = populations
        self.paternal_grandfather = world.founder(MALE, paternal)
        self.paternal_grandmother = world.founder(FEMALE, paternal)
        self.maternal_grandfather = world.founder(MALE, maternal)
        self.maternal_grandmother = world.founder(FEMALE, maternal)
        self.father = world.child(self.paternal_grandfather, self.paternal_grandmother, MALE)
        self.mother = world.child(self.maternal_grandfather, self.maternal_grandmother, FEMALE)
        self.child = world.child(self.father, self.mother, sex)

    def sibling(self, sex: Sex) -> Person:
        """A full sibling of the child."""
        return self.world.child(self.father, self.mother, sex)

    def uncle(self) -> Person:
        """A brother of the father."""
        return self.world.child(self.paternal_grandfather, self.paternal_grandmother, MALE)

    def aunt(self) -> Person:
        """A sister of the mother."""
        return self.world.child(self.maternal_grandfather, self.maternal_grandmother, FEMALE)

    def half_sibling(self, through: str, sex: Sex) -> Person:
        """A child of one of the parents with somebody else."""
        other = self.world.founder(FEMALE if through == "father" else MALE)
        pair = (self.father, other) if through == "father" else (other, self.mother)
        return self.world.child(*pair, sex)

    def cousin(self, sex: Sex) -> Person:
        """A child of the father's brother."""
        return self.world.child(self.uncle(), self.world.founder(FEMALE), sex)

    def stranger(self, sex: Sex) -> Person:
        """Somebody of another family of the same run."""
        return self.world.founder(sex)


@dataclass(frozen=True)
class Case:
    """A mistake: who is in the tubes of child, father and mother (and siblings), and words that must be told."""

    name: str
    columns: Callable[[Relatives], list[Person]]
    words: tuple[str, ...]
    family: Callable[[Sex], Family] = family_of


def _exchange(order: tuple[str, ...]) -> Case:
    """The three members' tubes in another order."""
    moved = [label for label, person in zip(LABELS, order, strict=True) if label != person]
    if len(moved) == 2:
        words = (" and ".join(f"{ROLES[label]} {label}" for label in moved) + " look exchanged",)
    else:
        words = tuple(
            f"labelled {ROLES[label]} ({label}) is the {person}'s" for label, person in zip(LABELS, order, strict=True)
        )
    return Case("exchange " + "-".join(order), lambda people: [getattr(people, name) for name in order], words)


def _instead(label: str, name: str, who: Callable[[Relatives], Person], words: str) -> Case:
    """Somebody else's sample in one tube."""

    def columns(people: Relatives) -> list[Person]:
        return [who(people) if place == label else getattr(people, place) for place in LABELS]

    return Case(f"{label} is {name}", columns, (f"labelled {ROLES[label]} ({label}) is", words))


def _half(label: str, through: str, sex: Sex) -> Case:
    words = f"half-{'brother' if sex is MALE else 'sister'} through the {through}"
    return _instead(label, words, lambda people: people.half_sibling(through, sex), words)


def _other_sex(sex: Sex) -> Family:
    return family_of(FEMALE if sex is MALE else MALE)


def cases() -> list[Case]:
    """Every mistake that is tried."""
    found = [_exchange(order) for order in permutations(LABELS) if order != LABELS]
    for label in LABELS:
        for other in LABELS:
            if label != other:
                words = f"{other}'s, so {other} was read twice"
                found.append(_instead(label, f"the {other}'s", lambda people, o=other: getattr(people, o), words))
    found += [
        _instead("father", "an uncle", lambda people: people.uncle(), "an uncle, brother of the father"),
        _instead("father", "a grandfather", lambda people: people.paternal_grandfather, "the father's father"),
        _instead("father", "a brother", lambda people: people.sibling(MALE), "a brother of the child"),
        _instead("father", "a stranger", lambda people: people.stranger(MALE), "another biological father"),
        _instead("mother", "an aunt", lambda people: people.aunt(), "an aunt, sister of the mother"),
        _instead("mother", "a grandmother", lambda people: people.maternal_grandmother, "the mother's mother"),
        _instead("mother", "a sister", lambda people: people.sibling(FEMALE), "a sister of the child"),
        _instead("mother", "a stranger", lambda people: people.stranger(FEMALE), "another biological mother"),
        _half("father", "father", MALE),
        _half("father", "mother", MALE),
        _half("mother", "father", FEMALE),
        _half("mother", "mother", FEMALE),
        _instead("child", "a stranger", lambda people: people.stranger(people.sex), "somebody of another family"),
        _instead("child", "a cousin", lambda people: people.cousin(people.sex), "a cousin on the father's side"),
        Case(
            "both parents are strangers",
            lambda people: [people.child, people.stranger(MALE), people.stranger(FEMALE)],
            ("somebody of another family",),
        ),
        Case(
            "wrong sex of the child in the sheet",
            lambda people: [people.child, people.father, people.mother],
            ("the sex of proband child is declared",),
            _other_sex,
        ),
        Case(
            "a half-sibling declared as sibling",
            lambda people: [people.child, people.father, people.mother, people.half_sibling("mother", FEMALE)],
            ("labelled sibling (sister1) is", "a half-sister through the mother"),
            lambda sex: family_of(sex, siblings=[FEMALE]),
        ),
        Case(
            "the sibling is the child twice",
            lambda people: [people.child, people.father, people.mother, people.child],
            ("child was read twice",),
            lambda sex: family_of(sex, siblings=[sex]),
        ),
    ]
    return found
