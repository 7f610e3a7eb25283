"""Do the counts that kinship rests on agree with the obvious way of counting, and with genetics?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from filiation.kernels.kinship import (
    HOMOZYGOUS_ALTERNATE,
    OPPOSITE_HOMOZYGOTES,
    SITES,
    pair_counts,
    pair_counts_jit,
)
from reference import kinship as slow

pytestmark = pytest.mark.kernels


@st.composite
def families(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    n_variants = draw(st.integers(0, 40))
    n_samples = draw(st.integers(1, 5))
    n_windows = draw(st.integers(1, 4))
    genotype = draw(arrays(np.int8, (n_variants, n_samples), elements=st.integers(-1, 2)))
    window = draw(arrays(np.int64, n_variants, elements=st.integers(0, n_windows - 1)))
    return genotype, window, n_windows


@settings(max_examples=60, deadline=None)
@given(families())
def test_pair_counts__agree_with_the_slow_twin(family: tuple[np.ndarray, np.ndarray, int]) -> None:
    expected = slow.pair_counts(*family)
    np.testing.assert_array_equal(pair_counts(*family), expected)
    np.testing.assert_array_equal(pair_counts_jit(*family), expected)


def test_pair_counts__sites_where_a_pair_does_not_vary_change_nothing() -> None:
    genotype = np.array([[0, 2], [1, 1], [2, 1]], dtype=np.int8)
    silent = np.array([[0, 0], [-1, 2], [1, -1]], dtype=np.int8)
    alone = pair_counts_jit(genotype, np.zeros(3, np.int64), 1)
    together = pair_counts_jit(np.vstack([genotype, silent]), np.zeros(6, np.int64), 1)
    np.testing.assert_array_equal(alone, together)
    assert alone[0, 0, SITES] == 3


def test_pair_counts__one_person_twice_has_no_opposite_homozygote() -> None:
    person = np.array([0, 1, 2, 2, 1], dtype=np.int8)
    counts = pair_counts_jit(np.stack([person, person], axis=1), np.zeros(5, np.int64), 1)[0, 0]
    assert counts[OPPOSITE_HOMOZYGOTES] == 0
    assert counts[HOMOZYGOUS_ALTERNATE] == 2
