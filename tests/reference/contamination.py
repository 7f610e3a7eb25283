"""Slow, obvious likelihood of reads that are partly somebody else's."""

from __future__ import annotations

import math

import numpy as np


def binomial(n: int, k: int, share: float) -> float:
    """Probability of k successes in n."""
    return math.comb(n, k) * share**k * (1 - share) ** (n - k)


def site_likelihood(
    ref: int, alt: int, prior: np.ndarray, heterozygous: float, fraction: float, error_rate: float, noise: float
) -> float:
    """One site: over the pairs of genotypes, draw each read from the member or from the source, then misread it."""
    reads = 0.0
    for own in (0, 1, 2):
        for foreign in (0, 1, 2):
            if own == 1:
                reads += prior[own, foreign] * heterozygous
                continue
            true = (1 - fraction) * own / 2 + fraction * foreign / 2
            seen = true * (1 - error_rate) + (1 - true) * error_rate
            reads += prior[own, foreign] * binomial(ref + alt, alt, seen)
    return (1 - noise) * reads + noise / (ref + alt + 1)


def reads_log_likelihood(
    cells: np.ndarray,
    coefficient: np.ndarray,
    heterozygous: np.ndarray,
    prior: np.ndarray,
    fractions: np.ndarray,
    error_rates: np.ndarray,
    noise_share: float,
) -> np.ndarray:
    """Twin of kernels.contamination.reads_log_likelihood; the coefficient is computed again from the reads."""
    assert len(coefficient) == len(cells)
    return np.array(
        [
            [
                sum(
                    int(sites)
                    * math.log(site_likelihood(int(ref), int(alt), prior[group], float(het), c, e, noise_share))
                    for (group, ref, alt, sites), het in zip(cells, heterozygous, strict=True)
                )
                for e in error_rates
            ]
            for c in fractions
        ]
    ).reshape(len(fractions), len(error_rates))
