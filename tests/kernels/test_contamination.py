"""Does the likelihood of mixed reads agree with its slow twin, and does it peak at the share that was mixed in?"""

from __future__ import annotations

from math import lgamma
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.contamination import reads_log_likelihood, reads_log_likelihood_jit
from reference import contamination as slow

pytestmark = pytest.mark.kernels


def coefficients(cells: np.ndarray) -> np.ndarray:
    return np.array([lgamma(r + a + 1) - lgamma(r + 1) - lgamma(a + 1) for _, r, a, _ in cells], dtype=np.float64)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Any, ...]:
    groups = draw(st.integers(1, 3))
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, groups - 1), st.integers(0, 25), st.integers(0, 25), st.integers(1, 9)),
            max_size=8,
        )
    )
    cells = np.array(rows, dtype=np.int64).reshape(-1, 4)
    weights = draw(st.lists(st.integers(0, 5), min_size=9 * groups, max_size=9 * groups))
    prior = np.array(weights, dtype=np.float64).reshape(groups, 3, 3) + 1e-3
    prior /= prior.sum(axis=(1, 2), keepdims=True)
    het = draw(st.lists(st.floats(1e-9, 1), min_size=len(cells), max_size=len(cells)))
    fractions = np.array(draw(st.lists(st.floats(0, 0.5), max_size=3)), dtype=np.float64)
    errors = np.array(draw(st.lists(st.floats(1e-4, 0.2), max_size=2)), dtype=np.float64)
    return (
        cells,
        coefficients(cells),
        np.array(het, dtype=np.float64),
        prior,
        fractions,
        errors,
        draw(st.sampled_from([0.0, 0.01, 0.3])),
    )


@settings(max_examples=80, deadline=None)
@given(problems())
def test_likelihood__agrees_with_the_slow_twin(problem: tuple[Any, ...]) -> None:
    expected = slow.reads_log_likelihood(*problem)
    np.testing.assert_allclose(reads_log_likelihood(*problem), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(reads_log_likelihood_jit(*problem), expected, rtol=1e-9, atol=1e-9)


def test_likelihood__peaks_at_the_share_that_was_mixed_in() -> None:
    # 4,000 sites homozygous for the reference, of which the source has the alternate at half; 50 reads each.
    generator = np.random.default_rng(3)
    foreign = generator.integers(0, 2, 4000) * 2
    alt = generator.binomial(50, 0.002 + 0.996 * 0.04 * foreign / 2)
    values, sites = np.unique(alt, return_counts=True)
    cells = np.stack([np.zeros_like(values), 50 - values, values, sites], axis=1).astype(np.int64)
    prior = np.zeros((1, 3, 3))
    prior[0, 0, 0] = prior[0, 0, 2] = 0.5
    fractions = np.array([0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08])
    found = reads_log_likelihood_jit(
        cells, coefficients(cells), np.zeros(len(cells)), prior, fractions, np.array([0.002]), 0.01
    )
    assert fractions[np.argmax(found[:, 0])] == 0.04
