"""Which two heterozygous variants of one gene can lie on different copies (in trans)?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import AFFECTED, FATHER, MOTHER, UNAFFECTED
from filiation.kernels.inheritance import ABSENT, NO, POSSIBLE, SUPPORTED, carries

# From whom one copy of the child comes.
FROM_FATHER, FROM_MOTHER, FROM_EITHER, FROM_NEITHER, FROM_UNKNOWN = 0, 1, 2, 3, 4


def origin(father: int, mother: int) -> int:
    """Parent of origin of a heterozygous variant, from the carrier states of the parents.

    FROM_NEITHER needs data from both. A carrier and a parent without data is still FROM_UNKNOWN: the other
    could carry it as well.
    """
    if carries(father) and carries(mother):
        return FROM_EITHER
    if carries(father) and mother == ABSENT:
        return FROM_FATHER
    if carries(mother) and father == ABSENT:
        return FROM_MOTHER
    if father == ABSENT and mother == ABSENT:
        return FROM_NEITHER
    return FROM_UNKNOWN


origin_jit = inline(origin)


def pair_status(first: np.ndarray, second: np.ndarray, affection: np.ndarray) -> int:
    """Whether two variants can be in trans: SUPPORTED, POSSIBLE or NO.

    SUPPORTED: one from the father, one from the mother, both parents with data at both. NO: both from the same
    parent, or a healthy member carries both (a healthy parent with both holds them in cis), or an affected sibling
    lacks one. Everything else that the data leave open is POSSIBLE: a parent without data, or a de novo variant
    beside an inherited one.

    first, second : int8 (p,), carrier states; affection : int8 (p,).
    """
    for p in range(1, affection.shape[0]):
        both = carries(first[p]) and carries(second[p])
        if both and affection[p] == UNAFFECTED:
            return NO
        if affection[p] == AFFECTED and p >= 3 and (first[p] == ABSENT or second[p] == ABSENT):
            return NO
    first_origin = origin_jit(first[FATHER], first[MOTHER])
    second_origin = origin_jit(second[FATHER], second[MOTHER])
    if first_origin == second_origin and first_origin in (FROM_FATHER, FROM_MOTHER):
        return NO
    if (first_origin == FROM_FATHER and second_origin == FROM_MOTHER) or (
        first_origin == FROM_MOTHER and second_origin == FROM_FATHER
    ):
        return SUPPORTED
    return POSSIBLE


pair_status_jit = jit(pair_status)


def compound_pairs(states: np.ndarray, gene: np.ndarray, affection: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of variants of one gene that can be in trans, with their status.

    v = variants that may be half of a pair, sorted by gene; p = members.

    Parameters
    ----------
    states : int8 (v, p).  gene : int64 (v,), equal numbers stand together.  affection : int8 (p,).

    Returns
    -------
    pairs : int64 (n, 2), row numbers.  status : int8 (n,), SUPPORTED or POSSIBLE.
    """
    n_variants = states.shape[0]
    count = 0
    for step in range(2):
        if step == 1:
            pairs = np.empty((count, 2), dtype=np.int64)
            status = np.empty(count, dtype=np.int8)
            count = 0
        for i in range(n_variants):
            j = i + 1
            while j < n_variants and gene[j] == gene[i]:
                cell = pair_status_jit(states[i], states[j], affection)
                if cell != NO:
                    if step == 1:
                        pairs[count, 0] = i
                        pairs[count, 1] = j
                        status[count] = cell
                    count += 1
                j += 1
    return pairs, status


compound_pairs_jit = jit(compound_pairs)

__all__ = [
    "POSSIBLE",
    "SUPPORTED",
    "compound_pairs",
    "compound_pairs_jit",
    "origin",
    "origin_jit",
    "pair_status",
    "pair_status_jit",
]
