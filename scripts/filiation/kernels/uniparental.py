"""Which sites prove, support or contradict that a child has both copies of a chromosome from one parent?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import FATHER, MISSING, MOTHER, PROBAND

# Origins of the two copies. Heterodisomy: the parent's two different copies; isodisomy: one of them twice.
FROM_BOTH, MATERNAL_HETERODISOMY, MATERNAL_ISODISOMY, PATERNAL_HETERODISOMY, PATERNAL_ISODISOMY = range(5)
N_DISOMIES = 4
N_ORIGINS = 5

# What one site says of one disomy, compared with a copy from each parent.
NEUTRAL, SUPPORT, PROOF, CONTRADICTION = range(4)


def both_parents_probability(child: int, father: int, mother: int) -> float:
    """Probability of the child's genotype when each parent gives one of its two alleles at random."""
    father_alternate = 0.5 * father
    mother_alternate = 0.5 * mother
    if child == 0:
        return (1.0 - father_alternate) * (1.0 - mother_alternate)
    if child == 2:
        return father_alternate * mother_alternate
    return father_alternate * (1.0 - mother_alternate) + (1.0 - father_alternate) * mother_alternate


both_parents_probability_jit = inline(both_parents_probability)


def disomy_probability(child: int, parent: int, isodisomy: bool) -> float:
    """Probability of the child's genotype when one parent gives both copies."""
    if isodisomy and parent == 1:
        return 0.0 if child == 1 else 0.5
    return 1.0 if child == parent else 0.0


disomy_probability_jit = inline(disomy_probability)


def parental_origin_evidence(genotype: np.ndarray) -> np.ndarray:
    """Say for every autosomal site what the trio's genotypes reveal of the origin of the child's two copies.

    The probability of the genotype given the parents is compared between each disomy and one copy
    from each parent. PROOF: impossible from both parents, possible from the one (a homozygous child of a father
    homozygous for the other allele has no copy from him, or lost it). CONTRADICTION: the reverse. SUPPORT:
    more probable from the one, as with a child as heterozygous as its mother. Population frequencies are not
    needed. Parents who share a haplotype by descent produce support, but never a proof.

    v = variants, 3 = proband (or the sibling under test), father, mother.

    Parameters
    ----------
    genotype : int8 (v, 3), 0, 1, 2 of two copies; -1 missing: a site with a missing member is neutral.

    Returns
    -------
    int8 (v, 4): NEUTRAL 0, SUPPORT 1, PROOF 2, CONTRADICTION 3 for maternal hetero- and isodisomy, paternal
    hetero- and isodisomy.

    References
    ----------
    King et al. 2014 (doi 10.1101/gr.160465.113); the comparison by origin follows UPDhmm (Bioconductor).
    """
    n_variants = genotype.shape[0]
    evidence = np.zeros((n_variants, N_DISOMIES), dtype=np.int8)
    for v in range(n_variants):
        child = genotype[v, PROBAND]
        father = genotype[v, FATHER]
        mother = genotype[v, MOTHER]
        if child == MISSING or father == MISSING or mother == MISSING:
            continue
        both = both_parents_probability_jit(child, father, mother)
        for d in range(N_DISOMIES):
            parent = mother if d < 2 else father
            one = disomy_probability_jit(child, parent, d % 2 == 1)
            if one == 0.0:
                if both > 0.0:
                    evidence[v, d] = CONTRADICTION
            elif both == 0.0:
                evidence[v, d] = PROOF
            elif one > both:
                evidence[v, d] = SUPPORT
    return evidence


parental_origin_evidence_jit = jit(parental_origin_evidence)


def evidence_by_window(evidence: np.ndarray, window: np.ndarray, n_windows: int) -> np.ndarray:
    """Count each kind of evidence for each disomy in each window.

    w = windows. `window` is int64 (v,), 0 ≤ window < n_windows. Returns int64 (w, 4, 4):
    window, disomy, kind.
    """
    counts = np.zeros((n_windows, N_DISOMIES, 4), dtype=np.int64)
    for v in range(evidence.shape[0]):
        for d in range(N_DISOMIES):
            counts[window[v], d, evidence[v, d]] += 1
    return counts


evidence_by_window_jit = jit(evidence_by_window)


def window_log_likelihood(counts: np.ndarray, error_rate: float, use_support: bool) -> np.ndarray:
    """Log likelihood of each window under each origin, relative to a copy from each parent.

    Neighbouring sites are not independent (linkage disequilibrium, a deletion, a bad region), so a window
    counts at most one proof and one support, and at most two contradictions, however many sites it has. A
    support is worth log 2, a proof or contradiction the log of the error rate.

    Parameters
    ----------
    counts : int64 (w, 4, 4) of `evidence_by_window`.
    use_support : False when the parents are related: shared haplotypes look like disomy, without proof.

    Returns
    -------
    float64 (w, 5), column FROM_BOTH is 0.
    """
    unit = -np.log(error_rate)
    scores = np.zeros((counts.shape[0], N_ORIGINS))
    scores[:, 1:] = unit * (np.minimum(counts[:, :, PROOF], 1) - np.minimum(counts[:, :, CONTRADICTION], 2))
    if use_support:
        scores[:, 1:] += np.log(2.0) * np.minimum(counts[:, :, SUPPORT], 1)
    return scores


def origin_switching(switch: float, recombination: float) -> np.ndarray:
    """Log probability of going from one origin (row) to another (column) between two windows.

    `switch`: from both parents into a disomy and back. `recombination`: between hetero- and isodisomy of one
    parent. From one parent to the other there is no direct way. Returns float64 (5, 5).
    """
    table = np.zeros((N_ORIGINS, N_ORIGINS))
    table[FROM_BOTH, 1:] = switch
    table[1:, FROM_BOTH] = switch
    for first, second in (
        (MATERNAL_HETERODISOMY, MATERNAL_ISODISOMY),
        (PATERNAL_HETERODISOMY, PATERNAL_ISODISOMY),
    ):
        table[first, second] = recombination
        table[second, first] = recombination
    np.fill_diagonal(table, 1.0 - table.sum(axis=1))
    with np.errstate(divide="ignore"):
        return np.log(table)
