"""How likely are the reads of one member, when a given share of them is somebody else's?"""

from __future__ import annotations

import math

import numpy as np

from filiation.kernels._jit import inline, jit


def alternate_share(own: int, foreign: int, fraction: float, error_rate: float) -> float:
    """Expected share of alternate reads: a mixture of two genotypes (0, 1, 2), read with errors both ways."""
    share = ((1.0 - fraction) * own + fraction * foreign) / 2.0
    return error_rate + (1.0 - 2.0 * error_rate) * share


alternate_share_jit = inline(alternate_share)


def reads_log_likelihood(
    cells: np.ndarray,
    coefficient: np.ndarray,
    heterozygous: np.ndarray,
    prior: np.ndarray,
    fractions: np.ndarray,
    error_rates: np.ndarray,
    noise_share: float,
) -> np.ndarray:
    """Log-likelihood of all sites for every share of foreign reads and every rate of read errors.

    Sites with the same reads and the same prior are one cell with a count. A site whose own genotype is
    heterozygous says nothing of the share, since balance differs between sites for many reasons: its
    probability is given, and only homozygous sites with reads of the other allele count.

    n = cells, g = groups of sites with the same prior, f = shares, r = error rates.

    Parameters
    ----------
    cells : int64 (n, 4): group, reference reads, alternate reads, number of sites.
    coefficient : float64 (n,), logarithm of the binomial coefficient of the reads.
    heterozygous : float64 (n,), probability of the reads at a heterozygous site.
    prior : float64 (g, 3, 3), probability of own genotype × genotype of the source; sums to 1 in each group.
    fractions : float64 (f,), 0 ≤ share < 1; error_rates : float64 (r,), 0 < rate < 0.5.
    noise_share : share of sites at which the reads say nothing of genotypes (paralogues, misalignment), where any
        count of alternate reads is as likely as another.

    Returns
    -------
    float64 (f, r), natural logarithm, summed over all sites.
    """
    total = np.zeros((len(fractions), len(error_rates)))
    log_alternate = np.empty((2, 3))
    log_reference = np.empty((2, 3))
    for f in range(len(fractions)):
        for r in range(len(error_rates)):
            for own in range(2):
                for foreign in range(3):
                    share = alternate_share_jit(2 * own, foreign, fractions[f], error_rates[r])
                    log_alternate[own, foreign] = math.log(share)
                    log_reference[own, foreign] = math.log(1.0 - share)
            value = 0.0
            for n in range(len(cells)):
                group, ref, alt, sites = cells[n, 0], cells[n, 1], cells[n, 2], cells[n, 3]
                mixed = heterozygous[n] * (prior[group, 1, 0] + prior[group, 1, 1] + prior[group, 1, 2])
                for own in range(2):
                    for foreign in range(3):
                        weight = prior[group, 2 * own, foreign]
                        if weight > 0.0:
                            mixed += weight * math.exp(
                                coefficient[n] + alt * log_alternate[own, foreign] + ref * log_reference[own, foreign]
                            )
                noise = noise_share / (ref + alt + 1.0)
                value += sites * math.log((1.0 - noise_share) * mixed + noise)
            total[f, r] = value
    return total


reads_log_likelihood_jit = jit(reads_log_likelihood)
