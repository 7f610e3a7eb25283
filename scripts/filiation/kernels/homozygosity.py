"""Which hidden states explain a row of sites best, and where does a member's genome lack heterozygotes?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import jit

# States of a position, in the order of the rows of `log_homozygosity`.
OUTBRED, AUTOZYGOUS = 0, 1
# What a marker shows.
HOMOZYGOUS, HETEROZYGOUS = 0, 1


def most_likely_states(log_likelihood: np.ndarray, log_switch: np.ndarray, log_start: np.ndarray) -> np.ndarray:
    """The sequence of states with the highest joint probability (Viterbi) along one chromosome.

    Among equally probable sequences, the one in the lower state at the last place where they differ.

    v = sites (or windows) in order of position, k = states.

    Parameters
    ----------
    log_likelihood : float64 (v, k), log probability of what the site shows in each state.
    log_switch : float64 (k, k), log probability of going from a state (row) to a state (column).
    log_start : float64 (k,), log probability of the state of the first site.

    Returns
    -------
    int8 (v,), the state of each site.

    References
    ----------
    Viterbi 1967; for homozygosity: Narasimhan et al. 2016, BCFtools/RoH (doi 10.1093/bioinformatics/btw044).
    """
    n_sites, n_states = log_likelihood.shape
    states = np.empty(n_sites, dtype=np.int8)
    if n_sites == 0:
        return states
    came_from = np.zeros((n_sites, n_states), dtype=np.int8)
    score = log_start + log_likelihood[0]
    following = np.empty(n_states)
    for v in range(1, n_sites):
        for k in range(n_states):
            best = 0
            best_score = score[0] + log_switch[0, k]
            for j in range(1, n_states):
                candidate = score[j] + log_switch[j, k]
                if candidate > best_score:
                    best = j
                    best_score = candidate
            came_from[v, k] = best
            following[k] = best_score + log_likelihood[v, k]
        for k in range(n_states):
            score[k] = following[k]
    last = 0
    for k in range(1, n_states):
        if score[k] > score[last]:
            last = k
    states[n_sites - 1] = last
    for v in range(n_sites - 1, 0, -1):
        states[v - 1] = came_from[v, states[v]]
    return states


most_likely_states_jit = jit(most_likely_states)


def runs_of_state(states: np.ndarray, position: np.ndarray, state: int, largest_gap_bp: int) -> np.ndarray:
    """First and last site of every maximal stretch in one state, broken where no site was seen for too long.

    Parameters
    ----------
    states : int8 (v,); position : int64 (v,), ascending, in bp; largest_gap_bp : 0 or less means no limit.

    Returns
    -------
    int64 (r, 2), indices of the first and of the last site (inclusive) of each run.
    """
    n_sites = states.shape[0]
    runs = np.empty((n_sites, 2), dtype=np.int64)
    n_runs = 0
    for v in range(n_sites):
        if states[v] != state:
            continue
        continues = v > 0 and states[v - 1] == state
        if continues and largest_gap_bp > 0 and position[v] - position[v - 1] > largest_gap_bp:
            continues = False
        if not continues:
            runs[n_runs, 0] = v
            n_runs += 1
        runs[n_runs - 1, 1] = v
    return runs[:n_runs].copy()


runs_of_state_jit = jit(runs_of_state)


def log_homozygosity(heterozygosity: float, error_rate: float) -> np.ndarray:
    """Log probability of a homozygous and of a heterozygous marker, outbred and autozygous.

    `heterozygosity` is the member's own share of heterozygotes among the markers at which the family varies,
    so that no population frequency is needed; `error_rate` is the share inside an autozygous stretch, where
    only errors and new mutations are heterozygous. Both strictly between 0 and 1.

    Returns
    -------
    float64 (2, 2): OUTBRED, AUTOZYGOUS × HOMOZYGOUS, HETEROZYGOUS.
    """
    return np.log(np.array([[1.0 - heterozygosity, heterozygosity], [1.0 - error_rate, error_rate]]))


def homozygosity_switching(switch: float) -> np.ndarray:
    """Log probability of entering and leaving an autozygous stretch between two markers. float64 (2, 2)."""
    return np.log(np.array([[1.0 - switch, switch], [switch, 1.0 - switch]]))
