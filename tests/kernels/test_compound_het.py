"""Are two variants of a gene a pair exactly when they can lie on different copies?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.compound_het import compound_pairs, compound_pairs_jit, pair_status, pair_status_jit
from filiation.kernels.inheritance import NO, POSSIBLE, SUPPORTED
from reference import compound_het as slow
from reference.inheritance import Person

pytestmark = pytest.mark.kernels

STATES = {"unknown": -1, "absent": 0, "low_fraction": 1, "carrier": 2, "homozygous": 3}
AFFECTIONS = ("unknown", "unaffected", "affected")
PARENTS = list(product(STATES, repeat=2))


def codes(people: list[Person]) -> np.ndarray:
    """States of the members."""
    return np.array([STATES[person.state] for person in people], dtype=np.int8)


def affection(people: list[Person]) -> np.ndarray:
    """Affections of the members."""
    return np.array([AFFECTIONS.index(person.affection) for person in people], dtype=np.int8)


def members(states: tuple[str, ...], affections: tuple[str, ...]) -> list[Person]:
    """Index case, parents and siblings at one variant."""
    return [Person("carrier", affection="affected")] + [
        Person(state, affection=word) for state, word in zip(states, affections, strict=True)
    ]


def status(
    first: tuple[str, ...], second: tuple[str, ...], affections: tuple[str, ...] = ("unaffected", "unaffected")
) -> int:
    """Status of a pair; states of father, mother (and siblings) at the first and the second variant."""
    one, two = members(first, affections), members(second, affections)
    return int(pair_status_jit(codes(one), codes(two), affection(one)))


@pytest.mark.parametrize("affections", list(product(AFFECTIONS, repeat=2)))
def test_pair__agrees_with_listing_all_origins_for_every_pair_of_parents(affections: tuple[str, str]) -> None:
    for first, second in product(PARENTS, repeat=2):
        one, two = members(first, affections), members(second, affections)
        expected = slow.pair(one, two)
        arguments = (codes(one), codes(two), affection(one))
        assert pair_status_jit(*arguments) == expected, (first, second)
        assert pair_status(*arguments) == expected


family = st.integers(0, 2).flatmap(
    lambda siblings: st.tuples(
        st.lists(st.sampled_from(AFFECTIONS), min_size=2 + siblings, max_size=2 + siblings).map(tuple),
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.lists(st.sampled_from(sorted(STATES)), min_size=2 + siblings, max_size=2 + siblings).map(tuple),
            ),
            max_size=12,
        ),
    )
)


@settings(max_examples=200, deadline=None)
@given(family)
def test_pairs__are_all_pairs_within_a_gene_and_no_other(
    drawn: tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]],
) -> None:
    affections, variants = drawn
    variants.sort(key=lambda variant: variant[0])
    people = [members(states, affections) for _, states in variants]
    genes = [gene for gene, _ in variants]
    expected = slow.pairs(people, genes)
    table = np.array([codes(row) for row in people], dtype=np.int8).reshape(len(people), 3 + len(affections) - 2)
    of_family = affection(members(("unknown",) * len(affections), affections))
    for function in (compound_pairs, compound_pairs_jit):
        pairs, cells = function(table, np.array(genes, dtype=np.int64), of_family)
        assert {(int(i), int(j)): int(cell) for (i, j), cell in zip(pairs, cells, strict=True)} == expected


def test_one_from_each_parent_is_in_trans() -> None:
    assert status(("carrier", "absent"), ("absent", "carrier")) == SUPPORTED


def test_both_from_one_parent_are_in_cis() -> None:
    assert status(("carrier", "absent"), ("carrier", "absent"), ("affected", "unaffected")) == NO
    assert status(("absent", "carrier"), ("absent", "carrier"), ("unaffected", "unknown")) == NO


def test_a_healthy_member_with_both_excludes_the_pair() -> None:
    assert status(("carrier", "unknown"), ("carrier", "unknown")) == NO
    healthy_sister = ("unaffected", "unaffected", "unaffected")
    assert status(("carrier", "absent", "carrier"), ("absent", "carrier", "carrier"), healthy_sister) == NO


def test_a_new_variant_beside_an_inherited_one_is_possible() -> None:
    assert status(("absent", "absent"), ("absent", "carrier")) == POSSIBLE
    assert status(("absent", "absent"), ("absent", "absent")) == POSSIBLE


@pytest.mark.parametrize(
    "second", [("unknown", "carrier"), ("absent", "unknown"), ("unknown", "unknown"), ("unknown", "absent")]
)
def test_a_parent_without_data_does_not_lose_the_pair(second: tuple[str, str]) -> None:
    assert status(("carrier", "absent"), second) == POSSIBLE


def test_a_parent_of_undeclared_health_with_both_leaves_it_open_while_the_other_has_no_data() -> None:
    undeclared = ("unknown", "unaffected")
    assert status(("carrier", "unknown"), ("carrier", "unknown"), undeclared) == POSSIBLE


def test_both_parents_carriers_of_one_half_leave_it_possible() -> None:
    assert status(("carrier", "carrier"), ("absent", "carrier"), ("unaffected", "affected")) == POSSIBLE
    assert status(("carrier", "carrier"), ("absent", "carrier")) == NO, "the healthy mother carries both"
    assert status(("carrier", "carrier"), ("absent", "absent")) == POSSIBLE


def test_an_affected_sibling_must_have_both() -> None:
    three = ("unaffected", "unaffected", "affected")
    assert status(("carrier", "absent", "carrier"), ("absent", "carrier", "carrier"), three) == SUPPORTED
    assert status(("carrier", "absent", "carrier"), ("absent", "carrier", "absent"), three) == NO
    assert status(("carrier", "absent", "carrier"), ("absent", "carrier", "unknown"), three) == SUPPORTED
