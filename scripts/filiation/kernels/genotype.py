"""How likely is each genotype of each member, on which field does that rest, and do the reads agree?

The evidence ladder: PL, else GL, else allelic depths with a base error, else the genotype with its quality.
The rung used is returned for every member; a member with none of them has flat likelihoods, which say nothing.
For the few records that look new in the child, the allelic depths are heard beside the caller's likelihoods.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from filiation.kernels._jit import inline, jit
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


class ReadNoise(NamedTuple):
    """How allelic depths scatter; meaning and source in resources/scoring/model-*.yaml."""

    error_rate: float
    error_overdispersion: float
    balance_overdispersion: float
    artefact_alpha: float
    artefact_beta: float
    artefact_overdispersion: float
    post_zygotic_share: float


def log_beta(a: float, b: float) -> float:
    """Natural log of the beta function."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


log_beta_jit = inline(log_beta)


def depth_log_likelihood(alternate: int, other: int, copies: int, balance: float, noise: ReadNoise) -> float:
    """Natural log of the beta-binomial probability of the reads given 0, 1 or 2 copies of the allele, without the
    binomial coefficient.

    The share of alternate reads has the mean error_rate, `balance`, or 1 - error_rate, and scatters between sites
    with the intra-class correlation of its kind: reads of one site share their library, place and errors.
    """
    if copies == 1:
        mean = balance
        shape = 1.0 / noise.balance_overdispersion - 1.0
    else:
        mean = noise.error_rate if copies == 0 else 1.0 - noise.error_rate
        shape = 1.0 / noise.error_overdispersion - 1.0
    a = mean * shape
    b = (1.0 - mean) * shape
    return log_beta_jit(a + alternate, b + other) - log_beta_jit(a, b)


depth_log_likelihood_jit = inline(depth_log_likelihood)


# Shares at which a systematic artefact is asked: dense near none, where most artefacts lie.
_N_SHARES = 24


def artefact_shares(noise: ReadNoise) -> tuple[np.ndarray, np.ndarray]:
    """Shares of alternate reads from 0 to 1, and the natural log of the prior weight of each (sums to one)."""
    shares = np.empty(_N_SHARES)
    weights = np.empty(_N_SHARES)
    total = 0.0
    for j in range(_N_SHARES):
        root = (j + 0.5) / _N_SHARES
        shares[j] = root * root
        density = shares[j] ** (noise.artefact_alpha - 1.0) * (1.0 - shares[j]) ** (noise.artefact_beta - 1.0)
        weights[j] = density * root
        total += weights[j]
    return shares, np.log(weights / total)


artefact_shares_jit = inline(artefact_shares)


def systematic_log_likelihood(
    alternate: np.ndarray, other: np.ndarray, shares: np.ndarray, log_weights: np.ndarray, overdispersion: float
) -> float:
    """Natural log probability of the members' reads when one share of alternate reads is common to all of them, but
    for a scatter between members; the share is summed over its prior."""
    shape = 1.0 / overdispersion - 1.0
    terms = np.empty(len(shares))
    for j in range(len(shares)):
        a = shares[j] * shape
        b = shape - a
        terms[j] = log_weights[j] - len(alternate) * log_beta_jit(a, b)
        for p in range(len(alternate)):
            terms[j] += log_beta_jit(a + alternate[p], b + other[p])
    best = terms.max()
    return float(best + np.log(np.exp(terms - best).sum()))


systematic_log_likelihood_jit = inline(systematic_log_likelihood)


_N_MOSAIC_SHARES = 20


def post_zygotic_factor(alternate: int, other: int, carrier: float, share: float) -> float:
    """Natural log of how much better a new allele explains the child's reads when it may also have arisen after
    fertilisation.

    A share of new alleles is in some of the child's cells only: any share of reads below one half, each alike likely.
    carrier : natural log probability of the reads given the allele in every cell.
    """
    total = 0.0
    for j in range(_N_MOSAIC_SHARES):
        fraction = 0.5 * (j + 0.5) / _N_MOSAIC_SHARES
        total += math.exp(min(600.0, alternate * math.log(fraction) + other * math.log(1.0 - fraction) - carrier))
    return math.log(1.0 - share + share * total / _N_MOSAIC_SHARES)


post_zygotic_factor_jit = inline(post_zygotic_factor)


def reads_beside_likelihoods(
    likelihood: np.ndarray,
    genotype: np.ndarray,
    ref_depth: np.ndarray,
    alt_depth: np.ndarray,
    depth: np.ndarray,
    balance: np.ndarray,
    noise: ReadNoise,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Genotype likelihoods that also hear the allelic depths, and how well other histories would explain the reads.

    Parents: a parent is as likely a carrier as the more sceptical of the caller's likelihoods and the reads says.
    PL(0/0) can exceed PL(0/1) although the parent has alternate reads, when the caller gave them little weight;
    and PL takes reads for independent, so that a few thin ones seem to prove absence. The two are not independent
    evidence, so they are not multiplied: against 0 copies, 1 and 2 copies each take the better of both.

    Split records: where a quarter of a member's reads (and three at least) show neither REF nor this ALT, another
    allele stands there. The caller's likelihoods of REF and ALT alone cannot express that (a 2/2 father has flat
    ones, a 1/2 child seems homozygous), so the reads decide: those with this allele against all others. This
    asks for a called genotype.

    Artefacts: the reads of all three members under one common share of alternate reads that scatters between members
    (mapping, paralogues, recurrent slippage), and the child's own under a share of its own (a sporadic error), each
    share with a beta prior; in relation to the best genotype of each parent, and to the child as a carrier.

    Post-zygotic mutations: the child's reads under any share below one half, in relation to the child as a carrier.

    v = variants; members are proband, father, mother.

    Parameters
    ----------
    likelihood : float64 (v, >=3, 3), natural log, of genotype_log_likelihoods.  genotype : int8 (v, >=3).
    ref_depth, alt_depth, depth : int32 (v, >=3), reads; -1 missing.
    balance : float64 (v,), share of alternate reads that a heterozygote is expected to show.

    Returns
    -------
    evidence : float64 (v, 3, 3), natural log, maximum 0.
    systematic, sporadic : float64 (v,), natural log of the likelihood ratio; systematic is -inf when a member has no
        allelic depths (nothing can be compared), sporadic is then 0 (nothing is known of the balance).
    post_zygotic : float64 (v,), natural log of post_zygotic_factor; 0 without allelic depths of the child.

    References
    ----------
    trio-dnm2 of bcftools (NEWS 1.12; parental noise --pn, --pns); over-dispersion: Ramu et al. 2013
    (doi 10.1038/nmeth.2611).
    """
    n_variants = likelihood.shape[0]
    evidence = likelihood[:, :3].copy()
    systematic = np.full(n_variants, -np.inf)
    sporadic = np.zeros(n_variants)
    post_zygotic = np.zeros(n_variants)
    reads = np.empty(3)
    alternates = np.zeros(3)
    others = np.zeros(3)
    shares, log_weights = artefact_shares_jit(noise)
    for v in range(n_variants):
        best_sum = 0.0
        complete = True
        for p in range(3):
            alternate = alt_depth[v, p]
            if ref_depth[v, p] == MISSING_INT or alternate == MISSING_INT:
                complete = False
                continue
            other = ref_depth[v, p]
            elsewhere = depth[v, p] - other - alternate
            split = depth[v, p] != MISSING_INT and elsewhere >= 3 and 4 * elsewhere >= depth[v, p]
            split = split and genotype[v, p] != MISSING
            if split:
                other = depth[v, p] - alternate
            if alternate + other == 0:
                complete = False
                continue
            for g in range(3):
                reads[g] = depth_log_likelihood_jit(alternate, other, g, balance[v], noise)
            # The child is asked as a carrier: too few reads for one are no better explained by its having none.
            best = max(reads[1], reads[2]) if p == 0 else max(reads[0], reads[1], reads[2])
            row = evidence[v, p]
            if split:
                if p == 0:
                    # Artefacts are histories of their own in the child: here its errors are independent.
                    reads[0] = alternate * np.log(noise.error_rate) + other * np.log(1.0 - noise.error_rate)
                top = max(reads[0], reads[1], reads[2])
                for g in range(3):
                    row[g] = reads[g] - top
            elif p > 0:
                for g in range(1, 3):
                    row[g] = max(row[g] - row[0], reads[g] - reads[0])
                row[0] = 0.0
                top = max(row[0], row[1], row[2])
                for g in range(3):
                    row[g] -= top
            alternates[p] = alternate
            others[p] = other
            best_sum += best
            if p == 0:
                share = log_beta_jit(noise.artefact_alpha + alternate, noise.artefact_beta + other)
                sporadic[v] = share - log_beta_jit(noise.artefact_alpha, noise.artefact_beta) - best
                post_zygotic[v] = post_zygotic_factor_jit(alternate, other, best, noise.post_zygotic_share)
        if complete:
            shared = systematic_log_likelihood_jit(
                alternates, others, shares, log_weights, noise.artefact_overdispersion
            )
            systematic[v] = shared - best_sum
    return evidence, systematic, sporadic, post_zygotic


reads_beside_likelihoods_jit = jit(reads_beside_likelihoods)


class AlternateQuality(NamedTuple):
    """What the quality of alternate reads tells; meaning and source in resources/scoring/model-*.yaml."""

    spread: float
    spread_of_read: float
    outliers: float
    ordinary_share: float
    low_ratio: float
    low_spread: float


# Fewer reads of either allele, or qualities that no base has (phred; likelihoods of another kind), tell nothing.
_LEAST_READS = 3
_LEAST_QUALITY, _MOST_QUALITY = 20.0, 80.0


def normal_density(value: float, mean: float, spread: float) -> float:
    """Density of the normal distribution."""
    z = (value - mean) / spread
    return math.exp(-0.5 * z * z) / (spread * math.sqrt(2.0 * math.pi))


normal_density_jit = inline(normal_density)


def artefact_by_quality(
    likelihood: np.ndarray, ref_depth: np.ndarray, alt_depth: np.ndarray, asked: np.ndarray, model: AlternateQuality
) -> np.ndarray:
    """Natural log of how much likelier the quality of the child's alternate reads is under an artefact.

    The caller's likelihoods and the allelic depths together give the quality of the average alternate and of the
    average reference read: each lowers its opposite homozygote, while against the heterozygote every read costs one
    half. The ratio of the two is 1 for an allele that is there, whatever the platform. Artefacts: a share has
    ordinary reads (mapping, paralogues, errors before sequencing), the others have worse ones (sequencing). Ratios
    above 1 count as 1. A few true alleles fall anywhere, which limits what a low quality can say.

    v = variants.

    Parameters
    ----------
    likelihood : float64 (v, 3), natural log, of the child.  ref_depth, alt_depth : int32 (v,), its reads; -1 missing.
    asked : bool (v,), substitutions whose likelihoods are the caller's own (PL or GL).

    Returns
    -------
    float64 (v,); 0 where nothing is told: not asked, fewer than three reads of either allele, or reference reads whose
    quality is no base's (likelihoods that are capped or come from elsewhere).
    """
    n_variants = likelihood.shape[0]
    told = np.zeros(n_variants)
    for v in range(n_variants):
        if not asked[v] or ref_depth[v] < _LEAST_READS or alt_depth[v] < _LEAST_READS:
            continue
        halves = (ref_depth[v] + alt_depth[v]) * math.log(2.0)
        reference = (likelihood[v, 1] - likelihood[v, 2] + halves) / ref_depth[v]
        alternate = (likelihood[v, 1] - likelihood[v, 0] + halves) / alt_depth[v]
        phred = reference * 10.0 / math.log(10.0)
        if not _LEAST_QUALITY <= phred <= _MOST_QUALITY:
            continue
        ratio = min(1.0, max(0.0, alternate / reference))
        of_reads = model.spread_of_read * model.spread_of_read / alt_depth[v]
        ordinary = normal_density_jit(ratio, 1.0, math.sqrt(model.spread * model.spread + of_reads))
        low = normal_density_jit(ratio, model.low_ratio, math.sqrt(model.low_spread * model.low_spread + of_reads))
        ordinary = (1.0 - model.outliers) * ordinary + model.outliers
        artefact = model.ordinary_share * ordinary + (1.0 - model.ordinary_share) * low
        told[v] = math.log(artefact / ordinary)
    return told


artefact_by_quality_jit = jit(artefact_by_quality)
