"""How likely is each genotype of each member, and on which field does that rest?

The evidence ladder: PL, else GL, else allelic depths with a base error, else the genotype with its quality.
The rung used is returned for every member; a member with none of them has flat likelihoods, which say nothing.
"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import jit
from filiation.kernels.encoding import (
    MISSING,
    MISSING_INT,
    RUNG_AD,
    RUNG_GL,
    RUNG_GQ,
    RUNG_NONE,
    RUNG_PL,
)

_PHRED_TO_LOG = -np.log(10.0) / 10.0
_LOG10_TO_LOG = np.log(10.0)


def genotype_log_likelihoods(
    phred: np.ndarray,
    log10_likelihood: np.ndarray,
    ref_depth: np.ndarray,
    alt_depth: np.ndarray,
    genotype: np.ndarray,
    genotype_quality: np.ndarray,
    error_rate: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Log likelihoods of 0, 1 and 2 alternate alleles for every member, and the rung each rests on.

    v = variants, p = members. The likeliest genotype has 0; all others are negative. A haploid member with
    two PL (or GL) values has them at 0 and 2, and NaN at 1: the heterozygote is then as unlikely as the worse
    of the two.

    Parameters
    ----------
    phred : float64 (v, p, 3), PL as in the VCF specification; NaN missing.
    log10_likelihood : float64 (v, p, 3), GL; NaN missing.
    ref_depth, alt_depth : int32 (v, p), reads; -1 missing.
    genotype : int8 (v, p), alternate alleles called; -1 missing.
    genotype_quality : float32 (v, p), phred; NaN missing.
    error_rate : share of reads that show the other allele by error, 0–0.5.

    Returns
    -------
    likelihood : float64 (v, p, 3), natural log, maximum 0.
    rung : int8 (v, p), codes RUNG_* of encoding.
    """
    n_variants, n_members = genotype.shape
    likelihood = np.zeros((n_variants, n_members, 3))
    rung = np.empty((n_variants, n_members), dtype=np.int8)
    log_error = np.log(error_rate)
    log_right = np.log(1.0 - error_rate)
    log_half = np.log(0.5)
    for v in range(n_variants):
        for p in range(n_members):
            row = likelihood[v, p]
            reads = 0
            if ref_depth[v, p] != MISSING_INT and alt_depth[v, p] != MISSING_INT:
                reads = ref_depth[v, p] + alt_depth[v, p]
            if not np.isnan(phred[v, p, 0]) and not np.isnan(phred[v, p, 2]):
                rung[v, p] = RUNG_PL
                for g in range(3):
                    row[g] = phred[v, p, g] * _PHRED_TO_LOG
            elif not np.isnan(log10_likelihood[v, p, 0]) and not np.isnan(log10_likelihood[v, p, 2]):
                rung[v, p] = RUNG_GL
                for g in range(3):
                    row[g] = log10_likelihood[v, p, g] * _LOG10_TO_LOG
            elif reads > 0:
                rung[v, p] = RUNG_AD
                row[0] = ref_depth[v, p] * log_right + alt_depth[v, p] * log_error
                row[1] = reads * log_half
                row[2] = ref_depth[v, p] * log_error + alt_depth[v, p] * log_right
            elif genotype[v, p] != MISSING and not np.isnan(genotype_quality[v, p]):
                rung[v, p] = RUNG_GQ
                for g in range(3):
                    steps = abs(g - genotype[v, p])
                    row[g] = steps * genotype_quality[v, p] * _PHRED_TO_LOG
            else:
                rung[v, p] = RUNG_NONE
            if np.isnan(row[1]):
                row[1] = min(row[0], row[2])
            best = max(row[0], row[1], row[2])
            for g in range(3):
                row[g] -= best
    return likelihood, rung


genotype_log_likelihoods_jit = jit(genotype_log_likelihoods)
