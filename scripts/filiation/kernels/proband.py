"""Is a record worth a second look: does the index case carry the allele, on enough reads and a fair quality?

The questions stand in the order of `scoring.screen`: the first that removes a record names its reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filiation.kernels._jit import inline
from filiation.kernels.allele_key import allele_key_jit
from filiation.kernels.encoding import MISSING
from filiation.kernels.memory import byte_at

INFORMATIVE, WITHOUT_DATA, WITHOUT_ALLELE, FEW_ALTERNATE_READS, LOW_GENOTYPE_QUALITY = -1, 0, 1, 2, 3
SPANNING_DELETION, SYMBOLIC_ALLELE = 4, 5
_STAR, _SMALLER, _GREATER, _OPENING, _CLOSING, _DOT = 42, 60, 62, 91, 93, 46


def proband_reason(
    genotype: int, alternate_reads: int, quality: float, least_reads: float, least_quality: float
) -> int:
    """The reason that removes a record, INFORMATIVE for none. Missing reads and quality remove nothing.

    alternate_reads : MISSING_INT for none; quality : NaN for none, compared as the 32-bit float that batches hold.
    """
    if genotype == MISSING:
        return WITHOUT_DATA
    if genotype == 0:
        return WITHOUT_ALLELE
    if alternate_reads >= 0 and alternate_reads < least_reads:
        return FEW_ALTERNATE_READS
    single = np.float32(quality)
    if np.isfinite(single) and single < np.float32(least_quality):
        return LOW_GENOTYPE_QUALITY
    return INFORMATIVE


proband_reason_jit = inline(proband_reason)


def no_base(letter: int) -> bool:
    """Whether an allele that begins or ends so is not written in bases: <DEL>, breakends, unknown."""
    return letter in (_SMALLER, _GREATER, _OPENING, _CLOSING, _DOT)


no_base_jit = inline(no_base)


def allele_reason(first: int, last: int) -> int:
    """The reason that removes a record by the first and last letter of its alternate allele, INFORMATIVE for none."""
    if first == _STAR:
        return SPANNING_DELETION
    return SYMBOLIC_ALLELE if no_base_jit(first) or no_base_jit(last) else INFORMATIVE


allele_reason_jit = inline(allele_reason)


def list_allele(memory: Any, v: int, position: int, alleles: np.ndarray, asked: np.ndarray, count: int) -> Any:
    """`allele_reason` of record v, which is added to the `count` of `asked` when nothing removes it."""
    first, length = alleles[v, 2], alleles[v, 3]
    answer = allele_reason_jit(byte_at(memory, first), byte_at(memory, first + length - 1))
    if answer == INFORMATIVE:
        cut, key = allele_key_jit(memory, alleles[v, 0], alleles[v, 1], memory, first, length)
        asked[count, 0] = v
        asked[count, 1] = position + cut
        asked[count, 2] = key
    return answer


list_allele_jit = inline(list_allele)
