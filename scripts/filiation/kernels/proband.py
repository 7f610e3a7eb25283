"""Is a record worth a second look: does the index case carry the allele, on enough reads and a fair quality?

The questions stand in the order of `scoring.screen`: the first that removes a record names its reason.
"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline
from filiation.kernels.encoding import MISSING

INFORMATIVE, WITHOUT_DATA, WITHOUT_ALLELE, FEW_ALTERNATE_READS, LOW_GENOTYPE_QUALITY = -1, 0, 1, 2, 3


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
