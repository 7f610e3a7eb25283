"""Of which mutational class is each change, and does it add or take copies of a tandem repeat?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit

# Classes of change. A transition whose neighbour is unknown is TRANSITION, the average over all contexts.
(
    TRANSITION,
    TRANSITION_NOT_CPG,
    TRANSITION_CPG,
    TRANSVERSION,
    INDEL_1,
    INDEL_2_TO_4,
    INDEL_LONGER,
    MULTI_NUCLEOTIDE,
) = range(8)
N_CLASSES = 8

# Whether an insertion or deletion lies in a tandem repeat; substitutions are always UNIQUE.
CONTEXT_UNKNOWN, UNIQUE, TANDEM_REPEAT = 0, 1, 2

# Copies from which sequencing and alignment slip: five of one base, four of two bases, three of longer units.
MIN_COPIES_MONO, MIN_COPIES_DI, MIN_COPIES_LONGER = 5, 4, 3

# Bases of the reference beside a variant that are looked at: one before POS, the others from POS on.
FLANK = 65

_A, _C, _G, _T = 65, 67, 71, 84


def substitution_class(ref: int, alt: int, before: int, after: int) -> int:
    """Class of a single base change; the neighbours are ASCII codes, 0 when unknown."""
    purine_change = (ref == _A and alt == _G) or (ref == _G and alt == _A)
    pyrimidine_change = (ref == _C and alt == _T) or (ref == _T and alt == _C)
    if not purine_change and not pyrimidine_change:
        return TRANSVERSION
    if ref in (_A, _T):
        return TRANSITION_NOT_CPG
    neighbour, partner = (after, _G) if ref == _C else (before, _C)
    if neighbour not in (_A, _C, _G, _T):
        return TRANSITION
    return TRANSITION_CPG if neighbour == partner else TRANSITION_NOT_CPG


substitution_class_jit = inline(substitution_class)


def smallest_period(bases: np.ndarray) -> int:
    """Length of the shortest unit of which the sequence is a whole number of copies."""
    length = len(bases)
    for period in range(1, length):
        if length % period:
            continue
        repeats = True
        for i in range(period, length):
            if bases[i] != bases[i - period]:
                repeats = False
                break
        if repeats:
            return period
    return length


smallest_period_jit = inline(smallest_period)


def copies_from(sequence: np.ndarray, start: int, unit: np.ndarray) -> int:
    """Consecutive copies of the unit in the sequence, from an index on."""
    length = len(unit)
    copies = 0
    while start + (copies + 1) * length <= len(sequence):
        for i in range(length):
            if sequence[start + copies * length + i] != unit[i]:
                return copies
        copies += 1
    return copies


copies_from_jit = inline(copies_from)


def indel_context(ref: np.ndarray, changed: np.ndarray, prefix: int, inserted: bool, flank: np.ndarray) -> int:
    """Whether the changed bases are copies of a tandem repeat.

    With the reference, its copies are counted. Without, only what the alleles show: several copies of a unit
    changed at once, or enough of them standing in the longer allele, are a repeat; all else is unknown.
    """
    period = smallest_period_jit(changed)
    unit = changed[:period]
    known = flank[0] != 0
    sequence = flank[1:] if known else ref
    copies = copies_from_jit(sequence, prefix, unit)
    if inserted:
        copies += len(changed) // period
    enough = MIN_COPIES_MONO if period == 1 else MIN_COPIES_DI if period == 2 else MIN_COPIES_LONGER
    if copies >= enough or (not known and len(changed) >= 2 * period):
        return TANDEM_REPEAT
    return UNIQUE if known else CONTEXT_UNKNOWN


indel_context_jit = inline(indel_context)


def mutation_classes(
    ref: np.ndarray, ref_end: np.ndarray, alt: np.ndarray, alt_end: np.ndarray, flank: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mutational class and repeat context of every variant.

    Bases that both alleles share at their ends are set aside first, the right end before the left. One base against
    one is a substitution; bases on one side only are an insertion or deletion, by length; everything else is a
    multi-nucleotide change. A transition is at a CpG when C>T stands before G, or G>A behind C.

    v = variants.

    Parameters
    ----------
    ref, alt : uint8, the alleles of all variants one after the other, ASCII upper case.
    ref_end, alt_end : int64 (v,), index behind the last base of each allele.
    flank : uint8 (v, FLANK), reference: the base before POS, then the bases from POS on; all 0 = not known.

    Returns
    -------
    mutation_class : int8 (v,), TRANSITION …  context : int8 (v,), CONTEXT_UNKNOWN, UNIQUE or TANDEM_REPEAT.

    References
    ----------
    Classes as in Kong et al. 2012 (doi 10.1038/nature11396); repeats: Li 2014 (doi 10.1093/bioinformatics/btu356),
    low-complexity regions hold most false heterozygous indels.
    """
    n_variants = len(ref_end)
    classes = np.full(n_variants, MULTI_NUCLEOTIDE, dtype=np.int8)
    contexts = np.full(n_variants, UNIQUE, dtype=np.int8)
    for v in range(n_variants):
        reference = ref[ref_end[v - 1] if v else 0 : ref_end[v]]
        alternate = alt[alt_end[v - 1] if v else 0 : alt_end[v]]
        r, a = len(reference), len(alternate)
        while r > 0 and a > 0 and reference[r - 1] == alternate[a - 1]:
            r -= 1
            a -= 1
        prefix = 0
        while prefix < r and prefix < a and reference[prefix] == alternate[prefix]:
            prefix += 1
        if r - prefix == 1 and a - prefix == 1:
            beside = flank[v] if prefix + 2 < flank.shape[1] else flank[v, :0]
            before = beside[prefix] if len(beside) else 0
            after = beside[prefix + 2] if len(beside) else 0
            # Without a reference the alleles themselves may still show the neighbour.
            if before == 0 and prefix > 0:
                before = reference[prefix - 1]
            if after == 0 and prefix + 1 < len(reference):
                after = reference[prefix + 1]
            classes[v] = substitution_class_jit(reference[prefix], alternate[prefix], before, after)
        elif (r == prefix) != (a == prefix):
            inserted = r == prefix
            changed = alternate[prefix:a] if inserted else reference[prefix:r]
            length = len(changed)
            classes[v] = INDEL_1 if length == 1 else INDEL_2_TO_4 if length <= 4 else INDEL_LONGER
            contexts[v] = indel_context_jit(reference, changed, prefix, inserted, flank[v])
    return classes, contexts


mutation_classes_jit = jit(mutation_classes)
