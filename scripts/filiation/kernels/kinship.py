"""How often do two members share, or fail to share, alleles at the sites where their family varies?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import jit

# Columns of the counts of a pair (a, b) over sites where both are called and one carries the alternate.
SITES, OPPOSITE_HOMOZYGOTES, HOMOZYGOUS_ALTERNATE, SHARED_HETEROZYGOTES, HETEROZYGOTES_A, HETEROZYGOTES_B = range(6)
N_COUNTS = 6


def pair_counts(genotype: np.ndarray, window: np.ndarray, n_windows: int) -> np.ndarray:
    """Count, for every pair of members and every window, the genotype combinations that kinship rests on.

    Sites at which a member of the pair is missing, or at which both are homozygous for the reference, say
    nothing and are not counted: the second kind is not even in a file of the family's own variants, and
    every count below is the same with or without them.

    v = variants, s = samples, w = windows, q = pairs (0, 1), (0, 2), …, (1, 2), …

    Parameters
    ----------
    genotype : int8 (v, s), alternate alleles 0, 1, 2 of two copies; -1 missing.
    window : int64 (v,), window of each variant, 0 ≤ window < n_windows.

    Returns
    -------
    int64 (w, q, 6): sites; opposite homozygotes (0 and 2); sites at which at least one of the two is
    homozygous for the alternate; both heterozygous; the first heterozygous; the second heterozygous.

    References
    ----------
    Manichaikul et al. 2010, KING-robust (doi 10.1093/bioinformatics/btq559), needs these counts only.
    """
    n_variants, n_samples = genotype.shape
    n_pairs = n_samples * (n_samples - 1) // 2
    counts = np.zeros((n_windows, n_pairs, N_COUNTS), dtype=np.int64)
    for v in range(n_variants):
        w = window[v]
        pair = 0
        for a in range(n_samples):
            first = genotype[v, a]
            for b in range(a + 1, n_samples):
                second = genotype[v, b]
                if first >= 0 and second >= 0 and (first > 0 or second > 0):
                    row = counts[w, pair]
                    row[SITES] += 1
                    if first == 2 or second == 2:
                        row[HOMOZYGOUS_ALTERNATE] += 1
                        if first == 0 or second == 0:
                            row[OPPOSITE_HOMOZYGOTES] += 1
                    if first == 1:
                        row[HETEROZYGOTES_A] += 1
                    if second == 1:
                        row[HETEROZYGOTES_B] += 1
                    if first == 1 and second == 1:
                        row[SHARED_HETEROZYGOTES] += 1
                pair += 1
    return counts


pair_counts_jit = jit(pair_counts)
