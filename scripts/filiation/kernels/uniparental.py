"""Which sites prove, and which exclude, that a child has both copies of a chromosome from one parent?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import jit
from filiation.kernels.encoding import FATHER, MISSING, MOTHER, PROBAND

# What one site says. PROOF: both parents cannot each have given one copy, one parent could have given both.
# EXCLUDES: the child has an allele which that parent lacks. NEUTRAL also holds violations that fit nobody.
NEUTRAL, MATERNAL_PROOF, PATERNAL_PROOF, EXCLUDES_MATERNAL, EXCLUDES_PATERNAL, BIPARENTAL = range(6)
N_EVIDENCE = 6

# States of a position, in the order of the rows of `log_evidence`.
FROM_BOTH, FROM_MOTHER, FROM_FATHER = 0, 1, 2


def parental_origin_evidence(genotype: np.ndarray) -> np.ndarray:
    """Say for every autosomal site what the trio's genotypes reveal of the origin of the child's two copies.

    A homozygous child whose father is homozygous for the other allele has no copy from him (or lost it); when
    the mother carries the child's allele the site is a maternal proof, and the mirror image a paternal one. A
    child with an allele that the mother lacks cannot have both copies from her; a heterozygous child of parents
    homozygous for different alleles has one from each. No population frequency is needed, and members who share a
    haplotype by descent, as in consanguineous families, cannot produce a proof.

    v = variants, 3 = proband (or the sibling under test), father, mother.

    Parameters
    ----------
    genotype : int8 (v, 3), 0, 1, 2 of two copies; -1 missing.

    Returns
    -------
    int8 (v,): NEUTRAL 0, MATERNAL_PROOF 1, PATERNAL_PROOF 2, EXCLUDES_MATERNAL 3, EXCLUDES_PATERNAL 4, BIPARENTAL 5.

    References
    ----------
    King et al. 2014 (doi 10.1101/gr.160465.113), classes of informative genotypes.
    """
    n_variants = genotype.shape[0]
    evidence = np.zeros(n_variants, dtype=np.int8)
    for v in range(n_variants):
        child = genotype[v, PROBAND]
        father = genotype[v, FATHER]
        mother = genotype[v, MOTHER]
        if child == MISSING or father == MISSING or mother == MISSING:
            continue
        if child == 1:
            lacks_father = father != 1
            lacks_mother = mother != 1
            if lacks_father and lacks_mother:
                evidence[v] = BIPARENTAL if father != mother else NEUTRAL
            elif lacks_mother:
                evidence[v] = EXCLUDES_MATERNAL
            elif lacks_father:
                evidence[v] = EXCLUDES_PATERNAL
        else:
            opposite = 2 - child
            if father == opposite and mother != opposite:
                evidence[v] = MATERNAL_PROOF
            elif mother == opposite and father != opposite:
                evidence[v] = PATERNAL_PROOF
    return evidence


parental_origin_evidence_jit = jit(parental_origin_evidence)


def log_evidence(error_rate: float) -> np.ndarray:
    """Log probability of each kind of evidence in each state, up to a factor shared by the states.

    In every state the sites that the state forbids appear by error only; the others cost nothing.

    Returns
    -------
    float64 (3, 6): FROM_BOTH, FROM_MOTHER, FROM_FATHER × the codes of the evidence.
    """
    table = np.zeros((3, N_EVIDENCE))
    error = np.log(error_rate)
    table[FROM_BOTH, MATERNAL_PROOF] = error
    table[FROM_BOTH, PATERNAL_PROOF] = error
    for kind in (PATERNAL_PROOF, EXCLUDES_MATERNAL, BIPARENTAL):
        table[FROM_MOTHER, kind] = error
    for kind in (MATERNAL_PROOF, EXCLUDES_PATERNAL, BIPARENTAL):
        table[FROM_FATHER, kind] = error
    return table
