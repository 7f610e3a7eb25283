"""When the sheet is contradicted, what probably happened to the samples?

Every assignment of the people of a small genealogy (parents, grandparents, uncles and aunts, siblings,
half-siblings, cousins, strangers) to the samples of the family is tried: exchanges of every kind, a relative in
place of a parent, the same person twice, somebody of another family, a wrong sex in the sheet. An assignment costs
the mishaps that it assumes and the relations and sexes that it leaves unexplained; the cheapest are told, all of
them, up to eight, when they cost the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from filiation.model.pedigree import Family, Member, Role, Sex
from filiation.quality.kinship import PairEvidence, Relation
from filiation.quality.persons import PEOPLE, Person, full_siblings, kinship, parent_and_child
from filiation.quality.thresholds import ExplanationThresholds

# Twenty people for each of five members are three million assignments.
MOST_MEMBERS = 5
# A relation or a sex that an assignment does not explain; no number of mishaps is worth one.
_UNEXPLAINED = 100.0
# More than this many of one cost say that nothing is known; the rest are counted, own choice.
_MOST_TOLD = 8
_ANCESTORS = ("grandfather", "grandmother", "cousin")


@dataclass(frozen=True)
class Explanation:
    """One assignment: for each member the person whose DNA its sample holds, and members whose sex is mislabelled."""

    people: tuple[Person, ...]
    wrong_sex: tuple[Member, ...]
    cost: float


def _predicted(first: Person, second: Person) -> Relation:
    """The relation of two people in the words of what genotypes show."""
    if first is second and not first.stranger:
        return Relation.IDENTICAL
    if parent_and_child(first.key, second.key):
        return Relation.PARENT_CHILD
    if full_siblings(first.key, second.key):
        return Relation.SIBLINGS
    return Relation.DISTANT if kinship(first.key, second.key) > 0 else Relation.UNRELATED


def pair_cost(first: Person, second: Person, pair: PairEvidence, observed: Relation, scale: float) -> float:
    """How badly two people explain what a pair of samples shows; 0 to 1 when they do."""
    predicted = _predicted(first, second)
    if observed is Relation.UNKNOWN:
        return 0.0
    expected = 2 * kinship(first.key, second.key)
    distance = min(abs(pair.relatedness - expected) / scale, 1.0) if not np.isnan(pair.relatedness) else 0.0
    if observed is Relation.NOT_PARENT_CHILD:
        refuted = predicted in (Relation.IDENTICAL, Relation.PARENT_CHILD)
        return _UNEXPLAINED if refuted else distance
    if observed is predicted:
        return distance
    # Cousins share an eighth or less, which is seldom told from nothing; parents may be related.
    if predicted is Relation.DISTANT and observed is Relation.UNRELATED and expected < 0.2:
        return distance + 0.5
    parents = {person.role for person in (first, second)} == {Role.FATHER, Role.MOTHER}
    if parents and observed is Relation.DISTANT:
        # The nearer, the less likely: cousins are a common finding, uncle and niece a rare one.
        return 2 * pair.relatedness / scale
    return _UNEXPLAINED


def label_cost(
    member: Member, person: Person, declared: Sex, observed: Sex, limits: ExplanationThresholds
) -> tuple[float, bool]:
    """Cost of a member's sample being a person's, and whether the sheet's sex must then be wrong."""
    right = person.role is member.role or (member.role is Role.SIBLING and person.key in ("brother", "sister"))
    sex = declared if person.sex is Sex.UNKNOWN and (right or person.role is Role.PROBAND) else person.sex
    if right:
        cost = 0.0
        sex = member.sex if member.role in (Role.PROBAND, Role.SIBLING) else sex
    elif person.role is not None:
        cost = limits.exchanged
    elif person.stranger:
        cost = limits.stranger
    elif any(word in person.key for word in _ANCESTORS):
        cost = limits.distant_relative
    else:
        cost = limits.relative
    if Sex.UNKNOWN in (sex, observed) or sex is observed:
        return cost, False
    return (cost + limits.wrong_sex, True) if right else (cost + _UNEXPLAINED, False)


def explanations(
    family: Family,
    evidence: Sequence[PairEvidence],
    relations: Mapping[frozenset[str], Relation],
    sexes: Mapping[str, Sex],
    limits: ExplanationThresholds,
) -> list[Explanation]:
    """The cheapest assignments, best first; [] when none explains every relation, or the family is too large."""
    members = family.members
    if not 2 <= len(members) <= MOST_MEMBERS:
        return []
    n = len(members)
    declared = family.proband.sex
    labels = [
        [label_cost(member, person, declared, sexes.get(member.sample, Sex.UNKNOWN), limits) for person in PEOPLE]
        for member in members
    ]
    total = np.zeros((len(PEOPLE),) * n)
    for place, costs in enumerate(labels):
        shape = [1] * n
        shape[place] = len(PEOPLE)
        total = total + np.array([cost for cost, _ in costs]).reshape(shape)
    by_pair = {frozenset((pair.first.sample, pair.second.sample)): pair for pair in evidence}
    for (i, a), (j, b) in combinations(enumerate(members), 2):
        key = frozenset((a.sample, b.sample))
        matrix = _pair_matrix(by_pair[key], relations[key], limits.relatedness_scale)
        if a.role is b.role is Role.SIBLING:
            _let_siblings_be_two(matrix, relations[key])
        shape = [1] * n
        shape[i] = shape[j] = len(PEOPLE)
        total = total + matrix.reshape(shape)
    least = float(total.min())
    if least >= _UNEXPLAINED:
        return []
    found = []
    for index in np.argwhere(total <= least + limits.tie):
        people = tuple(PEOPLE[place] for place in index)
        wrong = tuple(member for member, place, costs in zip(members, index, labels, strict=True) if costs[place][1])
        found.append(Explanation(people, wrong, float(total[tuple(index)])))
    return sorted(found, key=lambda item: item.cost)


def _pair_matrix(pair: PairEvidence, observed: Relation, scale: float) -> npt.NDArray[np.float64]:
    """Cost of every two people for one pair of samples."""
    costs = [pair_cost(first, second, pair, observed, scale) for first, second in product(PEOPLE, repeat=2)]
    return np.array(costs).reshape(len(PEOPLE), len(PEOPLE))


def _let_siblings_be_two(matrix: npt.NDArray[np.float64], observed: Relation) -> None:
    """Two siblings of the sheet may both be "a brother": the genealogy names one of each."""
    if observed in (Relation.SIBLINGS, Relation.UNKNOWN):
        for place, person in enumerate(PEOPLE):
            if person.key in ("brother", "sister"):
                matrix[place, place] = 0.0


def told(family: Family, found: Sequence[Explanation]) -> str:
    """What probably happened, in one sentence; '' when nothing explains it."""
    phrases: dict[str, None] = {}
    by_label = _merged(family, found)
    for people in by_label:
        phrases.setdefault(_phrase(family, people), None)
    shown = list(phrases)[:_MOST_TOLD]
    if len(phrases) > _MOST_TOLD:
        shown.append(f"{len(phrases) - _MOST_TOLD} other explanations are as good")
    return "; or ".join(shown)


def _merged(family: Family, found: Sequence[Explanation]) -> list[tuple[tuple[Person, ...], ...]]:
    """Explanations that differ in one member only are put together: for each member the people it may be."""
    groups: list[list[list[Person]]] = []
    for item in found:
        for group in groups:
            different = [place for place, people in enumerate(group) if item.people[place] not in people]
            if len(different) <= 1 and all(
                len(people) == 1 for place, people in enumerate(group) if place not in different
            ):
                for place in different:
                    group[place].append(item.people[place])
                break
        else:
            groups.append([[person] for person in item.people])
    return [tuple(tuple(people) for people in group) for group in groups]


def _phrase(family: Family, people: Sequence[Sequence[Person]]) -> str:
    """One explanation in words."""
    members = family.members
    moved = [
        (member, candidates)
        for member, candidates in zip(members, people, strict=True)
        if not any(_is(member, person) for person in candidates)
    ]
    if not moved:
        return ""
    roles: dict[Role, Member] = {member.role: member for member in members if member.role is not Role.SIBLING}
    taken = {member.sample: candidates[0].role for member, candidates in moved if candidates[0].role is not None}
    if len(taken) == len(moved) and {member.role for member, _ in moved} == set(taken.values()):
        if len(moved) == 2:
            return " and ".join(f"{member.role} {member.sample}" for member, _ in moved) + " look exchanged"
        return "samples look exchanged in a circle: " + ", ".join(
            f"the sample labelled {member.role} ({member.sample}) is {_whose(candidates[0])}"
            for member, candidates in moved
        )
    parts = []
    for member, candidates in moved:
        words = " or ".join(dict.fromkeys(_whose(person) for person in candidates))
        person = candidates[0]
        if person.role is not None:
            twice = roles.get(person.role)
            there = twice is not None and twice.sample not in {other.sample for other, _ in moved}
            words += f", so {twice.sample} was read twice" if there and twice else ""
        if person.stranger and member.role in (Role.FATHER, Role.MOTHER):
            words += f", or another biological {member.role} than declared"
        parts.append(f"the sample labelled {member.role} ({member.sample}) is {words}")
    return ", and ".join(parts)


def _whose(person: Person) -> str:
    """Whose sample it is, after "is": `the father's`, `an uncle, brother of the father`."""
    return person.words if person.role is None else f"{person.words}'s"


def _is(member: Member, person: Person) -> bool:
    return person.role is member.role or (member.role is Role.SIBLING and person.key in ("brother", "sister"))


def sex_words(found: Sequence[Explanation], sexes: Mapping[str, Sex]) -> str:
    """Which sexes of the sheet are wrong under the best explanation, '' when none is."""
    if not found:
        return ""
    parts = [
        f"the sex of {member.role} {member.sample} is declared {member.sex}, the data are {sexes[member.sample]}"
        for member in found[0].wrong_sex
    ]
    return "; ".join(parts)
