"""Is the likeliest sequence of states really the likeliest, and are runs cut where they must be?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from filiation.kernels.homozygosity import (
    AUTOZYGOUS,
    HETEROZYGOUS,
    HOMOZYGOUS,
    OUTBRED,
    homozygosity_switching,
    log_homozygosity,
    most_likely_states,
    most_likely_states_jit,
    runs_of_state,
    runs_of_state_jit,
)
from reference import homozygosity as slow

pytestmark = pytest.mark.kernels

LOGS = st.floats(-20, 0, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_most_likely_states__no_other_sequence_is_more_probable(data: st.DataObject) -> None:
    n_states = data.draw(st.integers(1, 3))
    n_sites = data.draw(st.integers(1, 6))
    likelihood = data.draw(arrays(np.float64, (n_sites, n_states), elements=LOGS))
    switch = data.draw(arrays(np.float64, (n_states, n_states), elements=LOGS))
    start = data.draw(arrays(np.float64, n_states, elements=LOGS))
    states = most_likely_states_jit(likelihood, switch, start)
    np.testing.assert_array_equal(states, most_likely_states(likelihood, switch, start))
    found = slow.log_probability(tuple(int(state) for state in states), likelihood, switch, start)
    assert found == pytest.approx(slow.best_log_probability(likelihood, switch, start), abs=1e-9)


def test_most_likely_states__impossible_changes_are_never_taken() -> None:
    switch = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
    likelihood = np.array([[0.0, -1.0], [-5.0, 0.0], [0.0, -1.0]])
    assert most_likely_states_jit(likelihood, switch, np.zeros(2)).tolist() == [1, 1, 1]


def test_most_likely_states__a_chromosome_without_sites_has_no_states() -> None:
    assert len(most_likely_states_jit(np.zeros((0, 2)), np.zeros((2, 2)), np.zeros(2))) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30)), max_size=40),
    st.integers(0, 2),
    st.integers(0, 20),
)
def test_runs_of_state__agree_with_the_slow_twin(sites: list[tuple[int, int]], state: int, largest_gap: int) -> None:
    states = np.array([site[0] for site in sites], dtype=np.int8)
    position = np.cumsum(np.array([site[1] for site in sites], dtype=np.int64)).astype(np.int64)
    expected = slow.runs_of_state(states.tolist(), position.tolist(), state, largest_gap)
    assert runs_of_state(states, position, state, largest_gap).tolist() == expected
    assert runs_of_state_jit(states, position, state, largest_gap).tolist() == expected


def test_a_long_stretch_without_heterozygotes_is_autozygous_and_a_short_one_is_not() -> None:
    outbred = [HETEROZYGOUS, HOMOZYGOUS, HETEROZYGOUS] * 30
    shown = np.array(outbred + [HOMOZYGOUS] * 120 + outbred + [HOMOZYGOUS] * 8 + outbred)
    emission = log_homozygosity(0.5, 0.005)
    states = most_likely_states_jit(
        np.ascontiguousarray(emission.T[shown]), homozygosity_switching(1e-5), np.log([0.99, 0.01])
    )
    runs = runs_of_state_jit(states, np.arange(len(states), dtype=np.int64), AUTOZYGOUS, 0)
    assert runs.tolist() == [[90, 209]]
    assert states[0] == OUTBRED


def test_one_genotype_error_does_not_break_an_autozygous_stretch() -> None:
    shown = np.array([HOMOZYGOUS] * 100 + [HETEROZYGOUS] + [HOMOZYGOUS] * 100)
    emission = log_homozygosity(0.4, 0.005)
    states = most_likely_states_jit(
        np.ascontiguousarray(emission.T[shown]), homozygosity_switching(1e-5), np.log([0.99, 0.01])
    )
    assert (states == AUTOZYGOUS).all()
