"""Hidden states by trying every sequence, and runs by reading one site after the other."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np


def log_probability(
    states: tuple[int, ...], log_likelihood: np.ndarray, log_switch: np.ndarray, log_start: np.ndarray
) -> float:
    """Joint log probability of one sequence of states and what the sites show."""
    total = log_start[states[0]] + log_likelihood[0, states[0]]
    for v in range(1, len(states)):
        total += log_switch[states[v - 1], states[v]] + log_likelihood[v, states[v]]
    return float(total)


def best_log_probability(log_likelihood: np.ndarray, log_switch: np.ndarray, log_start: np.ndarray) -> float:
    """The highest joint log probability over all k ** v sequences."""
    n_sites, n_states = log_likelihood.shape
    return max(
        log_probability(states, log_likelihood, log_switch, log_start)
        for states in product(range(n_states), repeat=n_sites)
    )


def runs_of_state(states: list[int], position: list[int], state: int, largest_gap: int) -> list[list[int]]:
    """Twin of kernels.homozygosity.runs_of_state."""
    runs = []
    for value, group in groupby(enumerate(states), key=lambda item: item[1]):
        if value != state:
            continue
        run: list[int] = []
        for index, _ in group:
            if run and 0 < largest_gap < position[index] - position[run[-1]]:
                runs.append([run[0], run[-1]])
                run = []
            run.append(index)
        runs.append([run[0], run[-1]])
    return runs
