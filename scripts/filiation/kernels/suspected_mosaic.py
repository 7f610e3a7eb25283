"""Which parent, called a heterozygote, may have the allele in a part of the cells only?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import jit
from filiation.kernels.encoding import FATHER, MISSING_INT, MOTHER, PROBAND
from filiation.kernels.inheritance import EvidenceThresholds, binomial_upper_tail_jit


def suspected_mosaic_parent(
    genotype: np.ndarray, ref_depth: np.ndarray, alt_depth: np.ndarray, thresholds: EvidenceThresholds
) -> np.ndarray:
    """Which parent is called a heterozygote on reads that fit a mosaic better, while the child's fit a heterozygote?

    v = variants; members are proband, father, mother. A caller knows no mosaics: it writes 0/1 for a share of 15 to
    25 % of the reads. A parent is suspected when the share is at most `max_mosaic_fraction`, more than error
    (`mosaic_p_value`) and seldom seen in a heterozygote (`suspected_mosaic_p_value`, looser than the one that makes
    LOW_FRACTION of a call). The child must carry the allele on as many reads as a heterozygote (or more): where it
    shows few as well, a paralogue or a skewed balance explains both.

    Returns
    -------
    int8 (v,): FATHER, MOTHER, or PROBAND for nobody; two parents at once suspect a mapping artefact, hence nobody.
    """
    n_variants = genotype.shape[0]
    suspected = np.full(n_variants, PROBAND, dtype=np.int8)
    for v in range(n_variants):
        alternate, other = alt_depth[v, PROBAND], ref_depth[v, PROBAND]
        if genotype[v, PROBAND] < 1 or alternate == MISSING_INT or other == MISSING_INT:
            continue
        if binomial_upper_tail_jit(other, alternate + other, 0.5) < thresholds.heterozygote_p_value:
            continue
        for p in (FATHER, MOTHER):
            alternate, other = alt_depth[v, p], ref_depth[v, p]
            if genotype[v, p] != 1 or alternate == MISSING_INT or other == MISSING_INT:
                continue
            reads = alternate + other
            if alternate < 2 or alternate > thresholds.max_mosaic_fraction * reads:
                continue
            error = binomial_upper_tail_jit(alternate, reads, thresholds.sequencing_error_rate)
            heterozygote = binomial_upper_tail_jit(other, reads, 0.5)
            if error < thresholds.mosaic_p_value and heterozygote < thresholds.suspected_mosaic_p_value:
                if suspected[v] != PROBAND:
                    suspected[v] = PROBAND
                    break
                suspected[v] = p
    return suspected


suspected_mosaic_parent_jit = jit(suspected_mosaic_parent)
