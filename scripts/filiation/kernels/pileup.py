"""Which allele does each read support, how likely is each genotype by them, and do the alternate reads look real?

A read is compared with two short haplotypes, the reference around the variant and the same with the alternate
allele, by its best alignment under its own base qualities: an indel that the aligner placed elsewhere, or cut off
as a soft clip, counts as what it is. Genotype likelihoods weigh base and mapping quality (Li 2011,
10.1093/bioinformatics/btr509); strand bias is Fisher's exact test, read-position bias the rank-sum test.
"""

from __future__ import annotations

import math

import numpy as np

from filiation.kernels._jit import inline, jit

# What a read says of the two alleles.
REF, ALT, OTHER, UNINFORMATIVE = 0, 1, 2, 3

_LN10 = math.log(10.0)
_IMPOSSIBLE = -1.0e300
_CODE_N = 4


def emission(read_base: int, read_quality: int, haplotype_base: int) -> float:
    """Log probability of a read base over a haplotype base; bases are 0–3, 4 is N, which says nothing."""
    if read_base == _CODE_N or haplotype_base == _CODE_N:
        return math.log(0.25)
    error = min(0.75, 10.0 ** (float(read_quality) / -10.0))
    if read_base == haplotype_base:
        return math.log(1.0 - error)
    return math.log(error / 3.0)


emission_jit = inline(emission)


def best_alignment(
    read: np.ndarray,
    quality: np.ndarray,
    haplotype: np.ndarray,
    gap_open: float,
    gap_extend: float,
    tract_start: int,
    tract_end: int,
) -> float:
    """Log likelihood of the best alignment of a whole read segment inside a haplotype.

    The haplotype's ends are free. A gap costs `gap_open` for its first base and `gap_extend` for each further
    one; none may lie in the tract: no base of it deleted, nothing inserted before, inside or just after it. An
    empty tract (start > end) forbids nothing.

    Parameters
    ----------
    read, haplotype : uint8 codes 0–3 (A, C, G, T), 4 N.
    quality : uint8, phred, one for each read base.
    gap_open, gap_extend : natural log, negative.
    tract_start, tract_end : first and last haplotype base of the tract, 0-based.
    """
    n, m = len(read), len(haplotype)
    guarded = tract_start <= tract_end
    match = np.zeros(m + 1)
    insertion = np.full(m + 1, _IMPOSSIBLE)
    deletion = np.full(m + 1, _IMPOSSIBLE)
    for i in range(1, n + 1):
        next_match = np.full(m + 1, _IMPOSSIBLE)
        next_insertion = np.full(m + 1, _IMPOSSIBLE)
        next_deletion = np.full(m + 1, _IMPOSSIBLE)
        for j in range(m + 1):
            if j > 0:
                before = max(match[j - 1], insertion[j - 1], deletion[j - 1])
                if before > _IMPOSSIBLE:
                    next_match[j] = before + emission_jit(read[i - 1], quality[i - 1], haplotype[j - 1])
                if not (guarded and tract_start <= j - 1 <= tract_end):
                    next_deletion[j] = max(next_match[j - 1] + gap_open, next_deletion[j - 1] + gap_extend)
            if not (guarded and tract_start <= j <= tract_end + 1):
                next_insertion[j] = max(match[j] + gap_open, insertion[j] + gap_extend)
        match, insertion, deletion = next_match, next_insertion, next_deletion
    best = _IMPOSSIBLE
    for j in range(m + 1):
        best = max(best, match[j], insertion[j])
    return float(best)


best_alignment_jit = inline(best_alignment)


def allele_log_likelihoods(
    bases: np.ndarray,
    qualities: np.ndarray,
    offsets: np.ndarray,
    ref_haplotype: np.ndarray,
    alt_haplotype: np.ndarray,
    gap_open: float,
    gap_extend: float,
    tract_start: int,
    ref_tract_end: int,
    alt_tract_end: int,
) -> tuple[np.ndarray, np.ndarray]:
    """How well each read fits the reference and the alternate haplotype, and the better one without a gap in the tract.

    r = reads. A read that needs a gap inside the tract (where the variant can be written) may carry another allele
    than both: a third length of a repeat.

    Parameters
    ----------
    bases, qualities : uint8, all read segments one after the other; `offsets` int64 (r + 1) marks their limits.
    ref_haplotype, alt_haplotype : uint8 codes; both start at the same reference base.
    tract_start, ref_tract_end, alt_tract_end : the tract on the two haplotypes.

    Returns
    -------
    log_likelihood : float64 (r, 2), natural log, reference and alternate.
    strict : float64 (r,), natural log, the better haplotype when no gap may lie in the tract.
    """
    n_reads = len(offsets) - 1
    log_likelihood = np.zeros((n_reads, 2))
    strict = np.zeros(n_reads)
    for r in range(n_reads):
        read = bases[offsets[r] : offsets[r + 1]]
        quality = qualities[offsets[r] : offsets[r + 1]]
        ref = best_alignment_jit(read, quality, ref_haplotype, gap_open, gap_extend, 0, -1)
        alt = best_alignment_jit(read, quality, alt_haplotype, gap_open, gap_extend, 0, -1)
        if alt > ref:
            strict[r] = best_alignment_jit(
                read, quality, alt_haplotype, gap_open, gap_extend, tract_start, alt_tract_end
            )
        else:
            strict[r] = best_alignment_jit(
                read, quality, ref_haplotype, gap_open, gap_extend, tract_start, ref_tract_end
            )
        log_likelihood[r, 0] = ref
        log_likelihood[r, 1] = alt
    return log_likelihood, strict


allele_log_likelihoods_jit = jit(allele_log_likelihoods)


def genotype_log10_likelihoods(log_likelihood: np.ndarray, mapping_quality: np.ndarray, ploidy: int) -> np.ndarray:
    """Log10 likelihoods of 0, 1 and 2 alternate alleles by all reads of one member.

    A read comes from either allele of the genotype with equal chance; with the probability that it is mapped
    wrongly it says nothing (the mean of both). A haploid member has 0 and 2, and NaN at 1.

    Parameters
    ----------
    log_likelihood : float64 (r, 2), natural log, of each read under the reference and the alternate allele.
    mapping_quality : uint8 (r,), phred.
    ploidy : 1 or 2.

    Returns
    -------
    float64 (3,), best 0; all 0 without reads.
    """
    total = np.zeros(3)
    for r in range(len(mapping_quality)):
        best = max(log_likelihood[r, 0], log_likelihood[r, 1])
        ref = math.exp(log_likelihood[r, 0] - best)
        alt = math.exp(log_likelihood[r, 1] - best)
        wrong = min(1.0, 10.0 ** (float(mapping_quality[r]) / -10.0))
        neutral = wrong * (0.5 * ref + 0.5 * alt)
        for g in range(3):
            share = 0.5 * g
            total[g] += math.log((1.0 - wrong) * ((1.0 - share) * ref + share * alt) + neutral + 1e-300) / _LN10
    if ploidy == 1:
        total[1] = np.nan
        return total - max(total[0], total[2])
    return total - max(total[0], total[1], total[2])


genotype_log10_likelihoods_jit = jit(genotype_log10_likelihoods)


def log_hypergeometric(a: int, row_1: int, row_2: int, column: int) -> float:
    """Log probability of `a` in the first cell of a 2 by 2 table with these margins."""
    b = column - a
    return float(
        math.lgamma(row_1 + 1.0)
        - math.lgamma(a + 1.0)
        - math.lgamma(row_1 - a + 1.0)
        + math.lgamma(row_2 + 1.0)
        - math.lgamma(b + 1.0)
        - math.lgamma(row_2 - b + 1.0)
        - math.lgamma(row_1 + row_2 + 1.0)
        + math.lgamma(column + 1.0)
        + math.lgamma(row_1 + row_2 - column + 1.0)
    )


log_hypergeometric_jit = inline(log_hypergeometric)


def strand_bias(ref_forward: int, ref_reverse: int, alt_forward: int, alt_reverse: int) -> float:
    """Two-sided p-value of Fisher's exact test: are alternate reads on other strands than reference reads?

    NaN when either allele has no read: there is nothing to compare.
    """
    row_1, row_2 = ref_forward + ref_reverse, alt_forward + alt_reverse
    if row_1 == 0 or row_2 == 0:
        return math.nan
    column = ref_forward + alt_forward
    seen = log_hypergeometric_jit(ref_forward, row_1, row_2, column)
    total = 0.0
    for a in range(max(0, column - row_2), min(row_1, column) + 1):
        probability = log_hypergeometric_jit(a, row_1, row_2, column)
        if probability <= seen + 1e-7:
            total += math.exp(probability)
    return float(min(1.0, total))


strand_bias_jit = jit(strand_bias)


def position_bias(ref_distance: np.ndarray, alt_distance: np.ndarray) -> float:
    """One-sided p-value of the rank-sum test: do alternate reads have the variant nearer to their ends?

    Normal approximation with the correction for ties and for continuity (Mann and Whitney 1947). Distances in
    bases to the nearer end. NaN when either allele has no read; 1 when all distances are equal.
    """
    n_ref, n_alt = len(ref_distance), len(alt_distance)
    if n_ref == 0 or n_alt == 0:
        return math.nan
    # U counts pairs in which the alternate read has the larger distance; ties are a half.
    u = 0.0
    for a in range(n_alt):
        for b in range(n_ref):
            if alt_distance[a] > ref_distance[b]:
                u += 1.0
            elif alt_distance[a] == ref_distance[b]:
                u += 0.5
    every = np.sort(np.concatenate((ref_distance, alt_distance)))
    n = len(every)
    ties = 0.0
    start = 0
    for i in range(1, n + 1):
        if i == n or every[i] != every[start]:
            run = float(i - start)
            ties += run * run * run - run
            start = i
    variance = n_ref * n_alt / 12.0 * ((n + 1.0) - ties / (n * (n - 1.0)))
    if variance <= 0.0:
        return 1.0
    z = (u + 0.5 - n_ref * n_alt / 2.0) / math.sqrt(variance)
    return float(0.5 * math.erfc(-z / math.sqrt(2.0)))


position_bias_jit = jit(position_bias)
