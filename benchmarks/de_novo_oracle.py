"""What could the best of all methods find? The posterior that knows the simulator's own numbers.

For each simulated site (benchmarks/de_novo_simulation.py): the probability of every member's reads and of the base
qualities of their alternate reads, and of the site's strand, mapping and position, under each origin, weighed by the
expected sites of that origin in a genome. Nothing that is computed from the same calls can be better but by chance;
what it loses, all lose. Two approximations: systematic artefacts that the frequency sources have are left to the
frequency, and shares are summed on grids.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from de_novo_simulation import (
    CHILD_MOSAIC,
    DE_NOVO,
    DROP_OUT,
    HIGHEST,
    INHERITED,
    KINDS,
    LOWEST,
    MEASURED,
    MOSAIC_READS,
    QUALITY_SHARES,
    SPORADIC,
    SYSTEMATIC,
    Scenario,
    Simulated,
    expected_sites,
    gammaln,
)
from de_novo_site_fields import log_ratio_of_site


def _beta_binomial(k: np.ndarray, n: np.ndarray, a: Any, b: Any) -> np.ndarray:
    """Natural log of the probability of k of n."""
    value = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + gammaln(a + k) + gammaln(b + n - k)
    return np.asarray(value - gammaln(a + b + n) - gammaln(a) - gammaln(b) + gammaln(a + b))


def _mixture(k: np.ndarray, n: np.ndarray, shares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Natural log of the probability of k of n over a distribution of shares."""
    total = np.full(k.shape, -np.inf)
    for share, weight in zip(np.clip(shares, 1e-12, 1 - 1e-12), weights / weights.sum(), strict=True):
        total = np.logaddexp(total, math.log(max(weight, 1e-300)) + k * np.log(share) + (n - k) * np.log1p(-share))
    return total + gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _log(values: Any) -> np.ndarray:
    """Natural log, of 0 too."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values))


def _either(one: np.ndarray, share: float, other: np.ndarray) -> np.ndarray:
    """Natural log of a mixture of two."""
    return np.logaddexp(_log(1 - share) + one, _log(share) + other)


def oracle(simulated: Simulated, scenario: Scenario = MEASURED) -> np.ndarray:
    """Probability that each site is new in the child, in all or in a part of its cells."""
    batch, kind = simulated.batch, simulated.kind
    n, k = batch.depth.astype(float), batch.alt_depth.astype(float)
    indel = np.array([one.indel for one in KINDS])[kind][:, None]
    repeat = np.array([one.repeat for one in KINDS])[kind][:, None]
    # Reads of insertions and deletions have no base quality of their own.
    right, wrong = (
        np.where(indel, 0.0, (simulated.alt_bins * np.log(QUALITY_SHARES[name])).sum(-1)) for name in ("true", "false")
    )
    z = (np.arange(120) + 0.5) / 120 * 5.5
    normal = np.exp(-z * z / 2)
    without = wrong.copy()
    for rows, scale in ((repeat[:, 0], 0.008), (~repeat[:, 0], 0.0012)):
        without[rows] += _mixture(k[rows], n[rows], np.minimum(scale * z * z, 0.3), normal)
    mean, shape = np.where(indel, 0.455, 0.485), 1 / 0.013 - 1
    carrier = _beta_binomial(k, n, mean * shape, (1 - mean) * shape) + right
    mosaic = _mixture(k[:, 0], n[:, 0], np.linspace(*MOSAIC_READS, 25), np.ones(25)) + right[:, 0]
    roots = (np.arange(40) + 0.5) / 40
    prior = roots * roots**0.6 * (1 - roots**2) ** 4
    systematic = np.full(len(k), -np.inf)
    for share, weight in zip(roots**2, prior / prior.sum(), strict=True):
        reads = sum(_beta_binomial(k[:, p], n[:, p], max(share * 99, 1e-3), (1 - share) * 99) for p in range(3))
        systematic = np.logaddexp(systematic, math.log(weight) + reads)
    systematic += _either(right.sum(axis=1), scenario.low_quality, wrong.sum(axis=1))
    fields = batch.site_fields
    systematic += log_ratio_of_site(fields, True, indel[:, 0], scenario.marked)
    own = _beta_binomial(k[:, 0], n[:, 0], 1.3, 3.5) + _either(right[:, 0], scenario.low_quality, wrong[:, 0])
    own += log_ratio_of_site(fields, False, indel[:, 0], scenario.marked)
    parents = without[:, 1] + without[:, 2]
    frequency = np.nan_to_num(simulated.frequency)
    inherited = np.full(len(k), -np.inf)
    for parent in (1, 2):
        passed = _either(carrier[:, parent], DROP_OUT, np.where(k[:, parent] == 0, 0.0, -np.inf))
        other = np.logaddexp(
            _log(1 - 2 * frequency) + without[:, 3 - parent], _log(2 * frequency) + carrier[:, 3 - parent]
        )
        inherited = np.logaddexp(inherited, math.log(0.5) + passed + other)
    known = ~np.isnan(simulated.frequency)

    def sites(origin: int) -> np.ndarray:
        """Natural log of the expected sites, per unit of frequency where the sources have the place."""
        absent = _log(expected_sites(origin, False, scenario)[kind])
        if origin == SYSTEMATIC:
            absent = absent + _log(1 - scenario.visible)
        if origin not in (DE_NOVO, INHERITED):
            return np.where(known, -np.inf, absent)
        there = _log(expected_sites(origin, True, scenario)[kind])
        spread = np.maximum(frequency, LOWEST) * math.log(HIGHEST / LOWEST) if origin == DE_NOVO else HIGHEST - LOWEST
        return np.where(known, there - _log(spread), absent)

    new = np.logaddexp(
        sites(DE_NOVO) + carrier[:, 0] + parents,
        sites(CHILD_MOSAIC) + mosaic + parents,
    )
    others = np.array([sites(INHERITED) + carrier[:, 0] + inherited, sites(SYSTEMATIC) + systematic])
    others = np.vstack([others, sites(SPORADIC) + own + parents])
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(np.logaddexp.reduce(others) - new, -700, 700))))
