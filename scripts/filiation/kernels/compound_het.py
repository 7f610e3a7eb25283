"""Which two heterozygous variants of one gene can lie on different copies (in trans), and what proves it?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import AFFECTED, FATHER, MOTHER, UNAFFECTED
from filiation.kernels.inheritance import ABSENT, LOW_FRACTION, NO, POSSIBLE, SUPPORTED, UNKNOWN, carries

# From whom one copy of the child comes.
FROM_FATHER, FROM_MOTHER, FROM_EITHER, FROM_NEITHER, FROM_UNKNOWN = 0, 1, 2, 3, 4

# Phase of a pair, in the order of model.inheritance.CompoundPhase.
NOT_A_PAIR, CIS, TRANS_POSSIBLE, TRANS_PROBABLE, TRANS_PROVEN = 0, 1, 2, 3, 4
# What the phase rests on, in the order of model.inheritance.PhaseEvidence.
BY_NOTHING, BY_RELATIVES, BY_PARENTS, BY_READS, BY_CONFLICT = 0, 1, 2, 3, 4


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


def likely_origin(father: int, mother: int) -> int:
    """The parent from whom an allele comes in all likelihood: the only one who shows it, or the only one whose data
    leave it open while the other has data and lacks it. FROM_UNKNOWN when that names nobody."""
    if carries(father) != carries(mother):
        return FROM_FATHER if carries(father) else FROM_MOTHER
    if not carries(father):
        father_open = father in (UNKNOWN, LOW_FRACTION)
        mother_open = mother in (UNKNOWN, LOW_FRACTION)
        if father_open and mother == ABSENT:
            return FROM_FATHER
        if mother_open and father == ABSENT:
            return FROM_MOTHER
    return FROM_UNKNOWN


likely_origin_jit = inline(likely_origin)


def read_phase(first_set: int, first_copy: int, second_set: int, second_copy: int) -> int:
    """What the phase tags of the index case say: 1 on different copies, -1 on the same copy, 0 nothing.

    first_set, second_set : number of the phase set (FORMAT PS or PID), -1 none. first_copy, second_copy : 0 or 1.
    """
    if first_set < 0 or first_set != second_set:
        return 0
    return 1 if first_copy != second_copy else -1


read_phase_jit = inline(read_phase)


def _opposite_parents(first: int, second: int) -> bool:
    """Whether one origin is the father and the other the mother."""
    return (first == FROM_FATHER and second == FROM_MOTHER) or (first == FROM_MOTHER and second == FROM_FATHER)


opposite_parents = inline(_opposite_parents)


def pair_phase(first: np.ndarray, second: np.ndarray, affection: np.ndarray, reads: int) -> tuple[int, int]:
    """Phase of two variants of one gene and what it rests on: (NOT_A_PAIR … TRANS_PROVEN, BY_NOTHING … BY_CONFLICT).

    NOT_A_PAIR: an affected sibling lacks one, or a healthy sibling has both. CIS: both from the same parent, both in
    a healthy parent, or both on one copy by the phase tags. TRANS_PROVEN: one from each parent, both with data at
    both, or different copies by the phase tags. TRANS_PROBABLE: each has another parent as its likely origin, and a
    parent lacks data at a site. TRANS_POSSIBLE: everything else, such as a de novo variant beside an inherited one,
    or an index case alone. Parents and reads that contradict each other leave it possible: one of them errs.

    first, second : int8 (p,), carrier states; affection : int8 (p,); reads : from `read_phase`.
    """
    parent_has_both = False
    for p in range(1, affection.shape[0]):
        both = carries(first[p]) and carries(second[p])
        if p >= 3 and both and affection[p] == UNAFFECTED:
            return NOT_A_PAIR, BY_RELATIVES
        if p >= 3 and affection[p] == AFFECTED and (first[p] == ABSENT or second[p] == ABSENT):
            return NOT_A_PAIR, BY_RELATIVES
        parent_has_both = parent_has_both or (p < 3 and both and affection[p] == UNAFFECTED)
    first_origin = origin_jit(first[FATHER], first[MOTHER])
    second_origin = origin_jit(second[FATHER], second[MOTHER])
    one_parent = first_origin == second_origin and first_origin in (FROM_FATHER, FROM_MOTHER)
    cis = parent_has_both or one_parent
    trans = not cis and opposite_parents(first_origin, second_origin)
    if (reads == 1 and cis) or (reads == -1 and trans):
        return TRANS_POSSIBLE, BY_CONFLICT
    if cis:
        return CIS, BY_PARENTS
    if trans:
        return TRANS_PROVEN, BY_PARENTS
    if reads != 0:
        return (TRANS_PROVEN if reads == 1 else CIS), BY_READS
    first_likely = likely_origin_jit(first[FATHER], first[MOTHER])
    second_likely = likely_origin_jit(second[FATHER], second[MOTHER])
    if opposite_parents(first_likely, second_likely):
        return TRANS_PROBABLE, BY_PARENTS
    return TRANS_POSSIBLE, BY_NOTHING


pair_phase_jit = jit(pair_phase)


def phased_pairs(
    states: np.ndarray, gene: np.ndarray, affection: np.ndarray, phase_set: np.ndarray, copy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every pair of variants of one gene with its phase, those in cis included.

    v = variants that may be half of a pair, sorted by gene; p = members.

    Parameters
    ----------
    states : int8 (v, p).  gene : int64 (v,), equal numbers stand together.  affection : int8 (p,).
    phase_set : int64 (v,), phase set of the index case, -1 none.  copy : int8 (v,), copy that carries it, 0 or 1.

    Returns
    -------
    pairs : int64 (n, 2), row numbers.  phase, evidence : int8 (n,), as `pair_phase`.
    """
    n_variants = states.shape[0]
    count = 0
    for i in range(n_variants):
        j = i + 1
        while j < n_variants and gene[j] == gene[i]:
            count += 1
            j += 1
    pairs = np.empty((count, 2), dtype=np.int64)
    phase = np.empty(count, dtype=np.int8)
    evidence = np.empty(count, dtype=np.int8)
    count = 0
    for i in range(n_variants):
        j = i + 1
        while j < n_variants and gene[j] == gene[i]:
            reads = read_phase_jit(phase_set[i], copy[i], phase_set[j], copy[j])
            cell, ground = pair_phase_jit(states[i], states[j], affection, reads)
            pairs[count, 0] = i
            pairs[count, 1] = j
            phase[count] = cell
            evidence[count] = ground
            count += 1
            j += 1
    return pairs, phase, evidence


phased_pairs_jit = jit(phased_pairs)

__all__ = [
    "POSSIBLE",
    "SUPPORTED",
    "compound_pairs",
    "compound_pairs_jit",
    "likely_origin",
    "likely_origin_jit",
    "origin",
    "origin_jit",
    "pair_phase",
    "pair_phase_jit",
    "pair_status",
    "pair_status_jit",
    "phased_pairs",
    "phased_pairs_jit",
    "read_phase",
    "read_phase_jit",
]
