"""Is the genealogy right, and does each contamination prior obey genetics?"""

from __future__ import annotations

import numpy as np
import pytest

from filiation.model.pedigree import Role
from filiation.quality.contamination import ABSENT, DEEPEST, GROUPS, ReadTally, group_priors, joint_prior
from filiation.quality.persons import PEOPLE, full_siblings, kinship, parent_and_child


@pytest.mark.parametrize(
    ("first", "second", "relatedness"),
    [
        ("proband", "proband", 1),
        ("proband", "father", 0.5),
        ("father", "mother", 0),
        ("proband", "sister", 0.5),
        ("proband", "paternal grandfather", 0.25),
        ("proband", "maternal aunt", 0.25),
        ("proband", "paternal half-brother", 0.25),
        ("mother", "paternal half-brother", 0),
        ("mother", "maternal half-sister", 0.5),
        ("mother", "maternal uncle", 0.5),
        ("proband", "paternal cousin", 0.125),
        ("paternal half-brother", "maternal half-sister", 0),
        ("stranger", "stranger", 0),
    ],
)
def test_relatedness__is_that_of_the_textbook(first: str, second: str, relatedness: float) -> None:
    assert 2 * kinship(first, second) == relatedness
    assert kinship(first, second) == kinship(second, first)


def test_parents_and_siblings__are_known_from_both_sides() -> None:
    assert parent_and_child("proband", "mother")
    assert parent_and_child("mother", "proband")
    assert not parent_and_child("proband", "paternal uncle")
    assert full_siblings("father", "paternal aunt")
    assert not full_siblings("proband", "maternal half-sister")
    assert len({person.key for person in PEOPLE}) == len(PEOPLE)


def test_prior__a_strangers_alternates_follow_from_the_parents_four_chromosomes() -> None:
    weight = joint_prior()
    for father in range(3):
        for mother in range(3):
            if father + mother == 0:
                continue
            stranger = weight[father, mother].sum(axis=0)
            share = (stranger * np.arange(3)).sum() / (2 * stranger.sum())
            assert share == pytest.approx((father + mother) / 5)


@pytest.mark.parametrize("role", [Role.PROBAND, Role.FATHER, Role.MOTHER])
@pytest.mark.parametrize("source", [None, 0, 1])
def test_prior__sums_to_one_wherever_it_speaks(role: Role, source: int | None) -> None:
    sums = group_priors(role, source).sum(axis=(1, 2))
    assert np.all((np.abs(sums - 1) < 1e-9) | (sums == 0))
    # Father and mother are group 4 f + m for a child: one alternate homozygote, one reference homozygote.
    if role is Role.PROBAND and source is None:
        child = group_priors(role, None)[2 * (ABSENT + 1)].sum(axis=1)
        assert child[1] > 0.99


def test_reads__deep_sites_are_halved_until_they_fit_and_keep_their_share() -> None:
    tally = ReadTally()
    n = 1000
    both = np.ones(n, dtype=np.int8)
    alt = np.full(n, 5, dtype=np.int32)
    tally.add(both, both, np.full(n, 495, np.int32), alt, both, np.arange(n))
    cells = tally.cells()
    assert cells[:, 3].sum() == n
    assert (cells[:, 1] + cells[:, 2]).max() <= DEEPEST
    assert (cells[:, 0] < GROUPS).all()
    share = (cells[:, 2] * cells[:, 3]).sum() / ((cells[:, 1] + cells[:, 2]) * cells[:, 3]).sum()
    assert share == pytest.approx(0.01, abs=0.003)


def test_reads__a_site_that_only_the_member_itself_carries_is_left_out() -> None:
    tally = ReadTally()
    none, own = np.zeros(3, np.int8), np.array([1, 2, 0], dtype=np.int8)
    reads = np.full(3, 10, np.int32)
    tally.add(none, none, reads, reads, own, np.arange(3))
    assert len(tally.cells()) == 0
    absent = np.full(3, -1, dtype=np.int8)
    tally.add(absent, absent, reads, reads, own, np.arange(3))
    assert tally.cells()[:, 3].sum() == 1
