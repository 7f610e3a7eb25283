"""Do a member's reads at one record suggest a mosaic, and by which numbers?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from filiation.io.vcf import TrioBatch
from filiation.kernels.inheritance import LOW_FRACTION, binomial_upper_tail
from filiation.kernels.suspected_mosaic import suspected_mosaic_parent
from filiation.scoring.model import ScoringModel
from filiation.scoring.trio import evidence_thresholds


@dataclass(frozen=True)
class MosaicEvidence:
    """Reads of one member, and how seldom error shows so many of the allele, or a heterozygote so few.

    alternate, reads : with the allele, and with it or the reference.  error : binomial probability of this many
    alternate reads or more at the error rate.  heterozygote : of this few or fewer at one half.  suspected : whether
    the screen takes the member for a possible mosaic.
    """

    alternate: int
    reads: int
    error: float
    heterozygote: float
    suspected: bool

    @property
    def share(self) -> float:
        """Share of the reads that show the allele."""
        return self.alternate / self.reads


def mosaic_evidence(
    batch: TrioBatch, states: np.ndarray, v: int, position: int, model: ScoringModel
) -> MosaicEvidence | None:
    """The numbers of one member (0 proband, 1 father, 2 mother) at record v; None without allelic depths.

    A member is suspected when the screen reads the call as few alternate reads, and a parent also when called a
    heterozygote on a share that is seldom a heterozygote's, beside a child who is one.
    states : int8 (v, members), carrier states of the batch.
    """
    alternate, other = int(batch.alt_depth[v, position]), int(batch.ref_depth[v, position])
    if alternate < 0 or other < 0 or alternate + other == 0:
        return None
    thresholds = evidence_thresholds(model)
    one = slice(v, v + 1)
    parent = suspected_mosaic_parent(batch.genotype[one], batch.ref_depth[one], batch.alt_depth[one], thresholds)[0]
    return MosaicEvidence(
        alternate,
        alternate + other,
        float(binomial_upper_tail(alternate, alternate + other, thresholds.sequencing_error_rate)),
        float(binomial_upper_tail(other, alternate + other, 0.5)),
        int(states[v, position]) == LOW_FRACTION or (position > 0 and int(parent) == position),
    )
