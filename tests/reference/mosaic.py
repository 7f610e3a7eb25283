"""Slow twin of kernels.mosaic: beta-binomials as products of rising steps, averages and intervals as plain sums."""

from __future__ import annotations

import math

MOSAIC_STEPS = 100
FRACTION_STEPS = 1000


def beta_binomial(k: int, n: int, mean: float, dispersion: float) -> float:
    """Log probability of k of n by Polya's urn: each success makes the next likelier."""
    strength = 1 / dispersion - 1
    a, b = mean * strength, (1 - mean) * strength
    logarithm = math.log(math.comb(n, k))
    logarithm += sum(math.log(a + step) for step in range(k))
    logarithm += sum(math.log(b + step) for step in range(n - k))
    return logarithm - sum(math.log(a + b + step) for step in range(n))


def shown(fraction: float, error: float) -> float:
    """Share of reads that show an allele present in this fraction."""
    return fraction * (1 - error) + (1 - fraction) * error


def log10_likelihoods(
    k: int, n: int, ploidy: int, error: float, error_dispersion: float, carrier_dispersion: float
) -> tuple[float, float, float]:
    """Error, mosaic and carrier."""
    top = 1.0 if ploidy == 1 else 0.5
    carrier = [beta_binomial(k, n, 1 - error, error_dispersion)]
    if ploidy == 2:
        carrier.append(beta_binomial(k, n, 0.5, carrier_dispersion))
    mosaic = sum(
        math.exp(beta_binomial(k, n, shown((step + 0.5) / MOSAIC_STEPS * top, error), carrier_dispersion))
        for step in range(MOSAIC_STEPS)
    )
    return (
        beta_binomial(k, n, error, error_dispersion) / math.log(10),
        math.log10(mosaic / MOSAIC_STEPS),
        max(carrier) / math.log(10),
    )


def fraction_posterior(k: int, n: int, error: float, dispersion: float) -> list[float]:
    """Posterior of the fraction on a grid of equal steps."""
    weights = [
        math.exp(beta_binomial(k, n, shown((step + 0.5) / FRACTION_STEPS, error), dispersion))
        for step in range(FRACTION_STEPS)
    ]
    total = sum(weights)
    return [weight / total for weight in weights]
