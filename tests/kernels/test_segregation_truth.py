"""Does the kernel agree with the textbook on every trio: genotypes, sex, place, missing data, affection?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from filiation.kernels.inheritance import (
    EvidenceThresholds,
    carrier_states,
    carrier_states_jit,
    inheritance_patterns,
    inheritance_patterns_jit,
)
from reference.segregation_truth import PATTERNS, Question, Relative, shows, single_copy, truth

pytestmark = pytest.mark.kernels

THRESHOLDS = EvidenceThresholds(6, 15.0, 0.005, 0.001, 0.0001, 0.25, 0.05, 0.5, 0.01, 0.003)
PLACES = ("autosome", "pseudoautosomal", "X", "Y", "mitochondrial")
SEXES = ("unknown", "male", "female")
HEALTH = ("unknown", "unaffected", "affected")
POSTERIORS = (None, 0.001, 0.3, 0.9)
# Genotype as called, and the reads and quality behind it; a 0/0 without reads, or of poor quality, is no data.
CALLS = {
    "./.": (-1, 0, 0, 0.0),
    "0/0": (0, 30, 0, 99.0),
    "0/0 unread": (0, 0, 0, np.nan),
    "0/0 doubtful": (0, 30, 0, 3.0),
    "0/1": (1, 15, 15, 99.0),
    "1/1": (2, 0, 30, 99.0),
    "0": (0, 15, 0, 99.0),
    "1": (2, 0, 15, 99.0),
}
CHILD_CALLS = ("./.", "0/0", "0/1", "1/1", "1")
TRIOS = list(product(CHILD_CALLS, CALLS, CALLS))


def relative(call: str, sex: str, place: str, health: str) -> Relative:
    """A relative as the data show them."""
    genotype = call.split()[0]
    return Relative(shows(genotype, has_data=" " not in call, single_copy=single_copy(sex, place)), health)


def states(calls: list[tuple[str, ...]], kernel: object = carrier_states_jit) -> np.ndarray:
    """Carrier states of the calls."""
    columns = [np.array([[CALLS[call][field] for call in row] for row in calls]) for field in range(4)]
    genotype, ref, alt, quality = columns
    return kernel(  # type: ignore[operator, no-any-return]
        genotype.astype(np.int8),
        quality.astype(np.float32),
        ref.astype(np.int32),
        alt.astype(np.int32),
        (ref + alt).astype(np.int32),
        THRESHOLDS,
    )


def cells(
    members: np.ndarray,
    place: str,
    sexes: tuple[str, ...],
    health: tuple[str, ...],
    posterior: float | None,
    reduced: bool,
    kernel: object = inheritance_patterns_jit,
) -> np.ndarray:
    """The kernel's cells for one family at variants of one place."""
    n = len(members)
    return kernel(  # type: ignore[operator, no-any-return]
        members,
        np.full(n, PLACES.index(place), dtype=np.int8),
        np.array([SEXES.index(sex) for sex in sexes], dtype=np.int8),
        np.array([HEALTH.index(word) for word in health], dtype=np.int8),
        np.full(n, np.nan if posterior is None else posterior),
        np.zeros(n, dtype=np.int8),
        THRESHOLDS._replace(reduced_penetrance=reduced),
    )


def asked(
    calls: tuple[str, ...],
    place: str,
    sexes: tuple[str, ...],
    health: tuple[str, ...],
    posterior: float | None,
    reduced: bool,
) -> list[int]:
    """The textbook's cells."""
    child = relative(calls[0], "unknown", place, "affected").shows
    others = [
        relative(call, sex, place, word) for call, sex, word in zip(calls[1:], sexes[1:], health[1:], strict=True)
    ]
    question = Question(child, others[0], others[1], sexes[0], place, posterior, tuple(others[2:]), reduced)
    found = truth(question)
    return [found[name] for name in PATTERNS]


@pytest.mark.parametrize("sex, place", list(product(SEXES, PLACES)))
def test_truth__every_trio_of_genotypes_affections_and_missing_data(sex: str, place: str) -> None:
    members = states(TRIOS)
    sexes = (sex, "male", "female")
    answered = 0
    for father, mother, reduced in product(HEALTH, HEALTH, (False, True)):
        health = ("affected", father, mother)
        for posterior in POSTERIORS:
            found = cells(members, place, sexes, health, posterior, reduced)
            expected = [asked(calls, place, sexes, health, posterior, reduced) for calls in TRIOS]
            wrong = np.flatnonzero((found != np.array(expected, dtype=np.int8)).any(axis=1))
            assert not len(wrong), (TRIOS[wrong[0]], health, posterior, reduced, found[wrong[0]], expected[wrong[0]])
            answered += len(TRIOS)
    assert answered == 5 * 8 * 8 * 9 * 2 * 4


@pytest.mark.parametrize("place", PLACES)
def test_truth__every_sibling_of_every_sex_and_affection(place: str) -> None:
    siblings = ("./.", "0/0", "0/1", "1/1", "1")
    parent = ("./.", "0/0", "0/1", "1/1")
    quartets = list(product(("0/1", "1/1"), parent, parent, siblings))
    members = states(quartets)
    for sex, brother, ill, reduced in product(SEXES[1:], SEXES, HEALTH, (False, True)):
        for parents in (("unaffected", "unaffected"), ("affected", "unaffected"), ("unknown", "unknown")):
            sexes, health = (sex, "male", "female", brother), ("affected", *parents, ill)
            found = cells(members, place, sexes, health, 0.9, reduced)
            expected = [asked(calls, place, sexes, health, 0.9, reduced) for calls in quartets]
            wrong = np.flatnonzero((found != np.array(expected, dtype=np.int8)).any(axis=1))
            assert not len(wrong), (quartets[wrong[0]], sexes, health, found[wrong[0]], expected[wrong[0]])


def test_truth__plain_python_gives_the_same_cells() -> None:
    members = states(TRIOS, carrier_states)
    np.testing.assert_array_equal(members, states(TRIOS))
    for sex, place in product(SEXES, PLACES):
        arguments = (members, place, (sex, "male", "female"), ("affected", "unaffected", "affected"), 0.9, False)
        np.testing.assert_array_equal(cells(*arguments), cells(*arguments, kernel=inheritance_patterns))
