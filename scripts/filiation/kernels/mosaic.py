"""Are a member's alternate reads sequencing error, a mosaic, or a full carrier; and which share of reads is it?

Three explanations of k alternate reads among n, each a beta-binomial, which spreads more than a binomial because
reads of one site share their faults: error (mean: the error rate), carrier (mean: one half, or all), mosaic (any
fraction below a carrier's, each alike likely beforehand). Over-dispersion is the correlation between two reads of
one site, 0 none. Beta-binomial read counts as in Ramu et al. 2013 (10.1038/nmeth.2611) and Wright et al. 2019
(10.1038/s41467-019-11059-2), whose rule of two alternate reads in a parent is 42 % right.
"""

from __future__ import annotations

import math

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import MISSING_INT

# Last axis of the likelihoods.
ERROR, MOSAIC, CARRIER = 0, 1, 2
# Last axis of the fraction.
ESTIMATE, LOWER, UPPER = 0, 1, 2

# Fractions over which a mosaic is averaged, and of which the interval is made.
MOSAIC_STEPS = 100
FRACTION_STEPS = 1000
INTERVAL = 0.95

_LN10 = math.log(10.0)


def log_beta_binomial(k: int, n: int, mean: float, dispersion: float) -> float:
    """Log probability of k successes in n, with the mean share and the correlation between trials."""
    strength = 1.0 / dispersion - 1.0
    a, b = mean * strength, (1.0 - mean) * strength
    return float(
        math.lgamma(n + 1.0)
        - math.lgamma(k + 1.0)
        - math.lgamma(n - k + 1.0)
        + math.lgamma(k + a)
        + math.lgamma(n - k + b)
        - math.lgamma(n + a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + math.lgamma(a + b)
    )


log_beta_binomial_jit = inline(log_beta_binomial)


def log10_mosaic(k: int, n: int, top: float, error_rate: float, dispersion: float) -> float:
    """Log10 likelihood of a mosaic whose fraction is anywhere between 0 and `top`."""
    largest = -1.0e300
    logs = np.empty(MOSAIC_STEPS)
    for i in range(MOSAIC_STEPS):
        fraction = (i + 0.5) / MOSAIC_STEPS * top
        mean = fraction * (1.0 - error_rate) + (1.0 - fraction) * error_rate
        logs[i] = log_beta_binomial_jit(k, n, mean, dispersion)
        largest = max(largest, logs[i])
    total = 0.0
    for i in range(MOSAIC_STEPS):
        total += math.exp(logs[i] - largest)
    return float((largest + math.log(total / MOSAIC_STEPS)) / _LN10)


log10_mosaic_jit = inline(log10_mosaic)


def allele_fraction(k: int, n: int, error_rate: float, dispersion: float) -> tuple[float, float, float]:
    """Likeliest share of the allele, and the central 95 % of its posterior under an even prior; NaN without reads."""
    if n <= 0:
        return math.nan, math.nan, math.nan
    weight = np.empty(FRACTION_STEPS)
    best = 0
    for i in range(FRACTION_STEPS):
        fraction = (i + 0.5) / FRACTION_STEPS
        mean = fraction * (1.0 - error_rate) + (1.0 - fraction) * error_rate
        weight[i] = log_beta_binomial_jit(k, n, mean, dispersion)
        if weight[i] > weight[best]:
            best = i
    estimate = (best + 0.5) / FRACTION_STEPS
    if best == 0:
        estimate = 0.0
    elif best == FRACTION_STEPS - 1:
        estimate = 1.0
    peak = weight[best]
    total = 0.0
    for i in range(FRACTION_STEPS):
        weight[i] = math.exp(weight[i] - peak)
        total += weight[i]
    tail = (1.0 - INTERVAL) / 2.0
    lower, upper = -1.0, -1.0
    cumulative = 0.0
    for i in range(FRACTION_STEPS):
        cumulative += weight[i] / total
        if lower < 0.0 and cumulative >= tail:
            lower = i / FRACTION_STEPS
        if upper < 0.0 and cumulative >= 1.0 - tail:
            upper = (i + 1.0) / FRACTION_STEPS
    return estimate, min(lower, estimate), max(upper, estimate)


allele_fraction_jit = inline(allele_fraction)


def mosaic_log10_likelihoods(
    alt_reads: np.ndarray,
    total_reads: np.ndarray,
    ploidy: np.ndarray,
    error_rate: np.ndarray,
    error_dispersion: float,
    carrier_dispersion: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Log10 likelihoods of error, mosaic and carrier for every member, and the estimated allele fraction.

    v = variants, p = members. A diploid carrier has half of the reads, or all of them (the likelier counts), and
    its mosaic less than half; a haploid carrier has all, and its mosaic anything less.

    Parameters
    ----------
    alt_reads, total_reads : int32 (v, p), informative reads; -1 missing.
    ploidy : int8 (v, p), 1 or 2.
    error_rate : float64 (v, p), share of alternate reads in a member without the allele, 0–0.5.
    error_dispersion, carrier_dispersion : correlation between reads of one site, above 0 and below 1.

    Returns
    -------
    log10_likelihood : float64 (v, p, 3), ERROR, MOSAIC, CARRIER; NaN when missing, 0 without reads.
    fraction : float64 (v, p, 3), ESTIMATE, LOWER, UPPER; NaN without reads.
    """
    n_variants, n_members = alt_reads.shape
    log10_likelihood = np.full((n_variants, n_members, 3), np.nan)
    fraction = np.full((n_variants, n_members, 3), np.nan)
    for v in range(n_variants):
        for p in range(n_members):
            k, n = alt_reads[v, p], total_reads[v, p]
            if k == MISSING_INT or n == MISSING_INT:
                continue
            error = error_rate[v, p]
            all_reads = log_beta_binomial_jit(k, n, 1.0 - error, error_dispersion)
            carrier, top = all_reads, 1.0
            if ploidy[v, p] == 2:
                carrier = max(all_reads, log_beta_binomial_jit(k, n, 0.5, carrier_dispersion))
                top = 0.5
            log10_likelihood[v, p, ERROR] = log_beta_binomial_jit(k, n, error, error_dispersion) / _LN10
            log10_likelihood[v, p, MOSAIC] = log10_mosaic_jit(k, n, top, error, carrier_dispersion)
            log10_likelihood[v, p, CARRIER] = carrier / _LN10
            estimate, lower, upper = allele_fraction_jit(k, n, error, carrier_dispersion)
            fraction[v, p, ESTIMATE] = estimate
            fraction[v, p, LOWER] = lower
            fraction[v, p, UPPER] = upper
    return log10_likelihood, fraction


mosaic_log10_likelihoods_jit = jit(mosaic_log10_likelihoods)
