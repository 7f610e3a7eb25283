"""Compound heterozygotes by listing, for two variants, every way in which the child can have come by them."""

from __future__ import annotations

from itertools import combinations, product

from reference.inheritance import NO, POSSIBLE, SUPPORTED, Person


def origins(father: Person, mother: Person) -> set[str]:
    """From whom the alternate allele may come: father, mother, or new.

    Parents with data who lack it did not pass it. One carrier beside a non-carrier is the origin, without any doubt.
    """
    possible = {name for name, parent in (("father", father), ("mother", mother)) if parent.state != "absent"}
    certain = any(parent.carries for parent in (father, mother))
    return possible if certain else possible | {"new"}


def pair(first: list[Person], second: list[Person]) -> int:
    """Status of two variants; members in kernel order: proband, father, mother, siblings."""
    for number, (one, two) in enumerate(zip(first, second, strict=True)):
        if number == 0:
            continue
        if one.healthy and one.carries and two.carries:
            return NO
        if number >= 3 and one.ill and "absent" in (one.state, two.state):
            return NO
    ways = list(product(origins(first[1], first[2]), origins(second[1], second[2])))
    apart = [(a, b) for a, b in ways if a != b or "new" in (a, b)]
    if not apart:
        return NO
    return SUPPORTED if len(ways) == 1 and "new" not in ways[0] else POSSIBLE


def pairs(states: list[list[Person]], genes: list[int]) -> dict[tuple[int, int], int]:
    """All pairs of one gene that can be in trans."""
    found = {}
    for i, j in combinations(range(len(genes)), 2):
        if genes[i] == genes[j] and (status := pair(states[i], states[j])) != NO:
            found[i, j] = status
    return found
