"""Can the child's genotype have come from its parents, given which chromosomes each of them has?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import (
    AUTOSOME,
    FATHER,
    MISSING,
    MITOCHONDRIAL,
    MOTHER,
    PROBAND,
    PSEUDOAUTOSOMAL,
    SEX_FEMALE,
    SEX_MALE,
    X,
    Y,
)

NOT_EVALUATED, CONSISTENT, VIOLATION = -1, 0, 1


def can_give(genotype: int, n_copies: int, alternate: bool) -> bool:
    """Whether a parent can hand on an allele.

    A parent without data can give anything. So can one with a single copy that was called heterozygous: which
    of the two calls is right is not known.
    """
    if genotype == MISSING or (n_copies == 1 and genotype == 1):
        return True
    return genotype > 0 if alternate else genotype < 2


can_give_jit = inline(can_give)


def one_copy_status(child: int, parent: int, parent_copies: int) -> int:
    """Status of a child with one copy, from one parent; a heterozygous call of one copy is an error."""
    if child == MISSING or parent == MISSING or (child == 0 and parent == 0):
        return NOT_EVALUATED
    if child == 1:
        return VIOLATION
    return CONSISTENT if can_give_jit(parent, parent_copies, child == 2) else VIOLATION


one_copy_status_jit = inline(one_copy_status)


def two_copy_status(child: int, father: int, father_copies: int, mother: int) -> int:
    """Status of a child with a copy from each parent; a parent without data leaves the other to be tested."""
    if child == MISSING or (father == MISSING and mother == MISSING):
        return NOT_EVALUATED
    if child == 0 and father <= 0 and mother <= 0:
        return NOT_EVALUATED
    father_alternate = can_give_jit(father, father_copies, True)
    father_reference = can_give_jit(father, father_copies, False)
    mother_alternate = can_give_jit(mother, 2, True)
    mother_reference = can_give_jit(mother, 2, False)
    if child == 0:
        possible = father_reference and mother_reference
    elif child == 2:
        possible = father_alternate and mother_alternate
    else:
        possible = (father_alternate and mother_reference) or (father_reference and mother_alternate)
    return CONSISTENT if possible else VIOLATION


two_copy_status_jit = inline(two_copy_status)


def trio_status(genotype: np.ndarray, contig_class: np.ndarray, child_sex: int) -> np.ndarray:
    """Say for every site whether the child's genotype obeys Mendel's rules.

    Autosomes and pseudoautosomal regions: one allele from each parent. X: a son has his mother's, a daughter
    one from each, her father having one only. Y: a son has his father's. Mitochondrial genome: the mother's.
    Not evaluated: the child or both parents missing, nobody of the three carrying the alternate, the Y of a
    daughter, X and Y of a child of unknown sex, and mitochondrial heteroplasmy (a heterozygous call there).

    v = variants, 3 = proband (or the sibling under test), father, mother.

    Parameters
    ----------
    genotype : int8 (v, 3), 0, 1, 2; a single alternate copy is 2; -1 missing, also for an absent parent.
    contig_class : int8 (v,), codes of encoding.
    child_sex : SEX_*.

    Returns
    -------
    int8 (v,): -1 not evaluated, 0 consistent, 1 violation.
    """
    n_variants = genotype.shape[0]
    status = np.empty(n_variants, dtype=np.int8)
    for v in range(n_variants):
        child = genotype[v, PROBAND]
        father = genotype[v, FATHER]
        mother = genotype[v, MOTHER]
        place = contig_class[v]
        result = NOT_EVALUATED
        if place in (AUTOSOME, PSEUDOAUTOSOMAL):
            result = two_copy_status_jit(child, father, 2, mother)
        elif place == X and child_sex == SEX_MALE:
            result = one_copy_status_jit(child, mother, 2)
        elif place == X and child_sex == SEX_FEMALE:
            result = two_copy_status_jit(child, father, 1, mother)
        elif place == Y and child_sex == SEX_MALE:
            result = one_copy_status_jit(child, father, 1)
        elif place == MITOCHONDRIAL and child != 1 and mother != 1:
            result = one_copy_status_jit(child, mother, 1)
        status[v] = result
    return status


trio_status_jit = jit(trio_status)
