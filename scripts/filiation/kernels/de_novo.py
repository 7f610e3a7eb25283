"""How probable is it that the child's alternate allele arose anew and was inherited from nobody?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import (
    AUTOSOME,
    FATHER,
    MITOCHONDRIAL,
    MOTHER,
    PROBAND,
    PSEUDOAUTOSOMAL,
    SEX_FEMALE,
    SEX_MALE,
    X,
    Y,
)


def copies(contig_class: int, child_sex: int) -> tuple[int, int, int]:
    """Copies that father, mother and child bring to a position, 0 = takes no part; (0, 0, 0) when the sex leaves
    it open.

    Autosomes and pseudoautosomal regions: two each. X: a boy has one, from his mother; a girl two. Y: a boy has
    his father's. Mitochondrial: the mother's, counted as one.
    """
    if contig_class in (AUTOSOME, PSEUDOAUTOSOMAL):
        return 2, 2, 2
    if contig_class == X and child_sex == SEX_MALE:
        return 0, 2, 1
    if contig_class == X and child_sex == SEX_FEMALE:
        return 1, 2, 2
    if contig_class == Y and child_sex == SEX_MALE:
        return 1, 0, 1
    if contig_class == MITOCHONDRIAL:
        return 0, 1, 1
    return 0, 0, 0


copies_jit = inline(copies)


def genotype_prior(alternate: int, n_copies: int, frequency: float) -> float:
    """Probability of a parent's genotype under Hardy–Weinberg proportions; 0 for impossible genotypes.

    A haploid parent carries 0 or 2 in the coding of likelihoods (2 = every copy is alternate).
    """
    if n_copies == 2:
        if alternate == 0:
            return (1.0 - frequency) * (1.0 - frequency)
        if alternate == 1:
            return 2.0 * frequency * (1.0 - frequency)
        return frequency * frequency
    if n_copies == 1:
        if alternate == 0:
            return 1.0 - frequency
        return frequency if alternate == 2 else 0.0
    return 1.0 if alternate == 0 else 0.0


genotype_prior_jit = inline(genotype_prior)


def haploid_likelihood(row: np.ndarray, alternate: int, mixed: float) -> float:
    """Likelihood of one copy from the three diploid values (natural log in, probability out).

    Callers that know nothing of ploidy call an only copy 1/1 or, where reads of a paralogue mix in, 0/1. Both say
    that the allele is there, so the better of the two stands for one alternate copy; `mixed` is how often an only copy
    looks like the second.
    """
    if alternate == 0:
        return float(np.exp(row[0]))
    return float(max(mixed * np.exp(row[1]), np.exp(row[2])))


haploid_likelihood_jit = inline(haploid_likelihood)


def member_likelihood(row: np.ndarray, alternate: int, n_copies: int, mixed: float) -> float:
    """Likelihood of a member's genotype (0, 1, 2 in the coding above) with its number of copies."""
    if n_copies == 2:
        return float(np.exp(row[alternate]))
    if n_copies == 1:
        return haploid_likelihood_jit(row, alternate, mixed)
    return 1.0


member_likelihood_jit = inline(member_likelihood)


def family_weights(
    likelihood: np.ndarray,
    copies_of: tuple[int, int, int],
    frequency: float,
    rate: float,
    child_copy: float,
    mixed: float,
) -> tuple[float, float]:
    """Weight of all family histories in which the child holds a mutated allele, and of all others.

    The two are summed apart, never as a difference, so that neither loses its digits beside the other.

    likelihood : float64 (3, 3), natural log: proband, father, mother.
    child_copy : likelihood of the child's reads when the only copy of a child with one copy has the allele.
    mixed : how often a parent's only copy with the allele looks like a heterozygote.
    """
    father_copies, mother_copies, child_copies = copies_of
    new = 0.0
    inherited = 0.0
    none = np.exp(likelihood[PROBAND, 0])
    one = np.exp(likelihood[PROBAND, 1])
    two = np.exp(likelihood[PROBAND, 2])
    if child_copies == 1:
        one = child_copy
    for father in range(3):
        father_weight = genotype_prior_jit(father, father_copies, frequency)
        if father_weight == 0.0:
            continue
        father_weight *= member_likelihood_jit(likelihood[FATHER], father, father_copies, mixed)
        father_passes = 0.5 * father if father_copies > 0 else 0.0
        father_new = (1.0 - father_passes) * rate
        father_inherited = father_passes * (1.0 - rate)
        father_reference = 1.0 - father_inherited - father_new
        for mother in range(3):
            weight = genotype_prior_jit(mother, mother_copies, frequency)
            if weight == 0.0:
                continue
            weight *= father_weight * member_likelihood_jit(likelihood[MOTHER], mother, mother_copies, mixed)
            mother_passes = 0.5 * mother if mother_copies > 0 else 0.0
            mother_new = (1.0 - mother_passes) * rate
            mother_inherited = mother_passes * (1.0 - rate)
            mother_reference = 1.0 - mother_inherited - mother_new
            if child_copies == 1:
                from_mother = mother_copies > 0
                mutated = mother_new if from_mother else father_new
                transmitted = mother_inherited if from_mother else father_inherited
                reference = mother_reference if from_mother else father_reference
                new += weight * one * mutated
                inherited += weight * (none * reference + one * transmitted)
                continue
            new += weight * (
                one * (father_new * mother_reference + father_reference * mother_new)
                + two * (father_new * (mother_inherited + mother_new) + father_inherited * mother_new)
            )
            inherited += weight * (
                none * father_reference * mother_reference
                + one * (father_inherited * mother_reference + father_reference * mother_inherited)
                + two * father_inherited * mother_inherited
            )
    return new, inherited


family_weights_jit = inline(family_weights)


def de_novo_posterior(
    likelihood: np.ndarray,
    contig_class: np.ndarray,
    child_sex: int,
    allele_frequency: np.ndarray,
    mutation_rate: np.ndarray,
) -> np.ndarray:
    """Posterior probability that an alternate allele of the child is new, by the laws of inheritance alone.

    Sums over all genotypes of father, mother and child. Each parental gamete carries the alternate allele
    because it was transmitted, or because the reference allele mutated; configurations in which the child holds
    at least one mutated allele are de novo. The posterior is their share of the whole. A parent without data
    has flat likelihoods, so that only the prior speaks and the posterior stays far below one: missing data are
    no evidence of absence. Artefacts have no place in this sum: see de_novo_log_odds.

    v = variants, p = members (proband, father, mother, …).

    Parameters
    ----------
    likelihood : float64 (v, p, 3), natural log, maximum 0 (genotype_log_likelihoods). With maxima of 0 the
        smallest total is frequency^4 × rate^2, far above the smallest double, so plain sums are exact enough.
    contig_class : int8 (v,), codes of encoding.
    child_sex : SEX_*; X and Y need it.
    allele_frequency : float64 (v,), population frequency used as the prior, 0 < f < 1.
    mutation_rate : float64 (v,), per allele and generation.

    Returns
    -------
    float64 (v,), 0–1; NaN where the child has no such chromosome or its sex is unknown.

    References
    ----------
    Model family: Li et al. 2012 (doi 10.1371/journal.pgen.1002944); Ramu et al. 2013 (10.1038/nmeth.2611).
    """
    n_variants = likelihood.shape[0]
    posterior = np.full(n_variants, np.nan)
    for v in range(n_variants):
        copies_of = copies_jit(contig_class[v], child_sex)
        if copies_of[2] == 0:
            continue
        child_copy = haploid_likelihood_jit(likelihood[v, PROBAND], 2, 1.0)
        new, inherited = family_weights_jit(
            likelihood[v], copies_of, allele_frequency[v], mutation_rate[v], child_copy, 1.0
        )
        if new + inherited > 0.0:
            posterior[v] = new / (new + inherited)
    return posterior


de_novo_posterior_jit = jit(de_novo_posterior)


def de_novo_log_odds(
    likelihood: np.ndarray,
    systematic: np.ndarray,
    sporadic: np.ndarray,
    post_zygotic: np.ndarray,
    contig_class: np.ndarray,
    child_sex: int,
    allele_frequency: np.ndarray,
    mutation_rate: np.ndarray,
    post_zygotic_share: float,
    mixed_share: float,
) -> np.ndarray:
    """Log10 odds that the allele is new in the child, against inheritance and against artefacts.

    The histories of de_novo_posterior, and two more in which nobody carries the allele: a systematic artefact, which
    shows the same share of alternate reads in all members, and a sporadic one, which the child's reads alone show
    (both parents then are without the allele). Odds keep apart what probabilities near one cannot.

    Parameters
    ----------
    likelihood : float64 (v, >=3, 3), natural log: reads_beside_likelihoods.
    systematic, sporadic : float64 (v,), natural log of artefact rate × likelihood ratio; -inf for none.
    post_zygotic : float64 (v,), natural log of what new alleles in a part of the child's cells add; 0 for nothing.
    contig_class, child_sex, allele_frequency, mutation_rate : as in de_novo_posterior.
    post_zygotic_share : share of new alleles that are in a part of the child's cells; post_zygotic was made with it.
    mixed_share : share of alleles of an only copy, of child or parent, that a caller sees as heterozygous (reads of a
        paralogue mix in); artefacts look so as a rule. Mitochondrial genomes are many: there a mixture is ordinary.

    Returns
    -------
    float64 (v,), limited to ±300; NaN where the child has no such chromosome or its sex is unknown. The
    posterior is 1 / (1 + 10^-odds).
    """
    n_variants = likelihood.shape[0]
    odds = np.full(n_variants, np.nan)
    for v in range(n_variants):
        copies_of = copies_jit(contig_class[v], child_sex)
        if copies_of[2] == 0:
            continue
        mixed = 1.0 if contig_class[v] == MITOCHONDRIAL else mixed_share
        only_copy, seen_anyhow = 1.0, 1.0
        if copies_of[2] == 1:
            only_copy = haploid_likelihood_jit(likelihood[v, PROBAND], 2, mixed)
            # What a carrier of any kind would have; an allele in a part of the cells is compared with that.
            seen_anyhow = haploid_likelihood_jit(likelihood[v, PROBAND], 2, 1.0)
        new, inherited = family_weights_jit(
            likelihood[v], copies_of, allele_frequency[v], mutation_rate[v], only_copy, mixed
        )
        without = likelihood[v, FATHER, 0] if copies_of[0] > 0 else 0.0
        without += likelihood[v, MOTHER, 0] if copies_of[1] > 0 else 0.0
        # A likelihood ratio that no double holds stands for certainty.
        other = inherited + np.exp(min(systematic[v], 600.0)) + np.exp(min(sporadic[v] + without, 600.0))
        in_a_part = np.exp(min(post_zygotic[v], 600.0)) - (1.0 - post_zygotic_share)
        # A likelihood that no double holds is as good as none.
        new *= 1.0 - post_zygotic_share + max(in_a_part, 0.0) * (seen_anyhow / max(only_copy, 1e-300))
        odds[v] = min(300.0, max(-300.0, np.log10(max(new, 1e-300)) - np.log10(max(other, 1e-300))))
    return odds


de_novo_log_odds_jit = jit(de_novo_log_odds)
