"""Slow, obvious counts of what two members share."""

from __future__ import annotations

from itertools import combinations

import numpy as np


def pair_counts(genotype: np.ndarray, window: np.ndarray, n_windows: int) -> np.ndarray:
    """Twin of kernels.kinship.pair_counts: one question per count, asked of lists."""
    pairs = list(combinations(range(genotype.shape[1]), 2))
    counts = np.zeros((n_windows, len(pairs), 6), dtype=np.int64)
    for w in range(n_windows):
        for number, (a, b) in enumerate(pairs):
            seen = [
                (int(x), int(y))
                for x, y, place in zip(genotype[:, a], genotype[:, b], window, strict=True)
                if place == w and x != -1 and y != -1 and (x, y) != (0, 0)
            ]
            counts[w, number] = [
                len(seen),
                sum(set(pair) == {0, 2} for pair in seen),
                sum(2 in pair for pair in seen),
                sum(pair == (1, 1) for pair in seen),
                sum(pair[0] == 1 for pair in seen),
                sum(pair[1] == 1 for pair in seen),
            ]
    return counts
