"""Is the phase of a pair what the parents, the siblings and the phase tags make it?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.compound_het import (
    pair_phase,
    pair_phase_jit,
    pair_status_jit,
    phased_pairs,
    phased_pairs_jit,
    read_phase,
    read_phase_jit,
)
from filiation.kernels.inheritance import NO, SUPPORTED
from filiation.model.inheritance import CompoundPhase, PhaseEvidence
from reference import compound_phase as slow
from reference.inheritance import Person

pytestmark = pytest.mark.kernels

STATES = {"unknown": -1, "absent": 0, "low_fraction": 1, "carrier": 2, "homozygous": 3}
AFFECTIONS = ("unknown", "unaffected", "affected")
READS = {"same": -1, "silent": 0, "different": 1}
PARENTS = list(product(STATES, repeat=2))


def people(states: tuple[str, ...], affections: tuple[str, ...]) -> list[Person]:
    """Index case, parents and siblings at one variant."""
    others = [Person(state, affection=word) for state, word in zip(states, affections, strict=True)]
    return [Person("carrier", affection="affected"), *others]


def codes(members: list[Person]) -> np.ndarray:
    """States of the members."""
    return np.array([STATES[person.state] for person in members], dtype=np.int8)


def phase(
    first: tuple[str, ...],
    second: tuple[str, ...],
    affections: tuple[str, ...] = ("unaffected", "unaffected"),
    reads: str = "silent",
    kernel: object = pair_phase_jit,
) -> tuple[str, str]:
    """Phase and evidence in words."""
    affection = np.array([2, *(AFFECTIONS.index(word) for word in affections)], dtype=np.int8)
    cell, ground = kernel(  # type: ignore[operator]
        codes(people(first, affections)), codes(people(second, affections)), affection, READS[reads]
    )
    return CompoundPhase(int(cell)).word, PhaseEvidence(int(ground)).word


@pytest.mark.parametrize("affections", list(product(AFFECTIONS, repeat=2)))
def test_phase__agrees_with_listing_all_origins_for_every_pair_of_parents(affections: tuple[str, str]) -> None:
    for first, second, reads in product(PARENTS, PARENTS, READS):
        expected = slow.phase(people(first, affections), people(second, affections), reads)
        assert phase(first, second, affections, reads) == expected, (first, second, reads)
        assert phase(first, second, affections, reads, pair_phase) == expected


@pytest.mark.parametrize("affections", list(product(AFFECTIONS, repeat=2)))
def test_phase__without_tags_agrees_with_the_status_of_the_pair(affections: tuple[str, str]) -> None:
    affection = np.array([2, *(AFFECTIONS.index(word) for word in affections)], dtype=np.int8)
    for first, second in product(PARENTS, repeat=2):
        status = pair_status_jit(codes(people(first, affections)), codes(people(second, affections)), affection)
        word = phase(first, second, affections)[0]
        assert (status == NO) == (word == "cis"), (first, second)
        assert (status == SUPPORTED) == (word == "trans_proven"), (first, second)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_phase__agrees_with_the_twin_with_siblings(data: st.DataObject) -> None:
    size = data.draw(st.integers(3, 4))
    affections = tuple(data.draw(st.lists(st.sampled_from(AFFECTIONS), min_size=size, max_size=size)))
    states = st.lists(st.sampled_from(sorted(STATES)), min_size=size, max_size=size).map(tuple)
    first, second, reads = data.draw(states), data.draw(states), data.draw(st.sampled_from(sorted(READS)))
    expected = slow.phase(people(first, affections), people(second, affections), reads)
    assert phase(first, second, affections, reads) == expected


def test_each_parent_without_a_call_at_one_site_does_not_lose_the_pair() -> None:
    # genmod issue 99.
    assert phase(("carrier", "unknown"), ("unknown", "carrier")) == ("trans_probable", "parents")


def test_one_parent_without_data_at_one_site_is_probable() -> None:
    assert phase(("carrier", "absent"), ("unknown", "carrier")) == ("trans_probable", "parents")
    assert phase(("carrier", "absent"), ("absent", "unknown")) == ("trans_probable", "parents")


def test_a_duo_without_the_father_is_probable_when_the_mother_has_one_of_two() -> None:
    assert phase(("unknown", "carrier"), ("unknown", "absent")) == ("trans_probable", "parents")
    assert phase(("unknown", "absent"), ("unknown", "absent")) == ("trans_possible", "nothing")


def test_a_new_variant_beside_an_inherited_one_and_a_solo_are_possible() -> None:
    assert phase(("absent", "absent"), ("absent", "carrier")) == ("trans_possible", "nothing")
    assert phase(("unknown", "unknown"), ("unknown", "unknown")) == ("trans_possible", "nothing")


def test_tags_prove_what_the_parents_leave_open() -> None:
    new, inherited = ("absent", "absent"), ("absent", "carrier")
    assert phase(new, inherited, reads="different") == ("trans_proven", "reads")
    assert phase(new, inherited, reads="same") == ("cis", "reads")


def test_tags_and_parents_that_disagree_leave_it_possible() -> None:
    assert phase(("carrier", "absent"), ("absent", "carrier"), reads="same") == ("trans_possible", "conflict")
    assert phase(("carrier", "absent"), ("carrier", "absent"), reads="different") == ("trans_possible", "conflict")


def test_an_affected_sibling_with_one_half_only_is_no_pair() -> None:
    three = ("unaffected", "unaffected", "affected")
    assert phase(("carrier", "absent", "carrier"), ("absent", "carrier", "absent"), three)[0] == "not_a_pair"
    assert phase(("carrier", "absent", "carrier"), ("absent", "carrier", "unknown"), three)[0] == "trans_proven"


def test_read_phase__speaks_only_within_one_phase_set() -> None:
    for function in (read_phase, read_phase_jit):
        assert function(4, 0, 4, 1) == 1
        assert function(4, 1, 4, 1) == -1
        assert function(4, 0, 5, 1) == 0
        assert function(-1, 0, -1, 1) == 0


def test_pairs__all_of_a_gene_with_their_phase_and_none_across_genes() -> None:
    states = np.array([[2, 2, 0], [2, 0, 2], [2, 2, 0], [2, 0, 2]], dtype=np.int8)
    arguments = (
        states,
        np.array([0, 0, 0, 1], dtype=np.int64),
        np.array([2, 1, 1], dtype=np.int8),
        np.full(4, -1, dtype=np.int64),
        np.zeros(4, dtype=np.int8),
    )
    for function in (phased_pairs, phased_pairs_jit):
        pairs, cells, _ = function(*arguments)
        found = {(int(i), int(j)): CompoundPhase(int(cell)).word for (i, j), cell in zip(pairs, cells, strict=True)}
        assert found == {(0, 1): "trans_proven", (0, 2): "cis", (1, 2): "trans_proven"}
