"""Does the depth at one site speak for a deleted copy? Each member is compared with the own median."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from filiation.model.contigs import ContigClass
from filiation.prioritisation.evidence import Evidence

# Fewer sites than this give no median worth comparing with.
MIN_SITES = 20
# Poisson likelihood of one copy against two: 100 times likelier.
MIN_LOG10_RATIO = 2.0


@dataclass(frozen=True)
class DepthBaseline:
    """Median depth of each member at the family's autosomal records; a member with too few sites has none."""

    median_depth: dict[str, float]

    @classmethod
    def of(cls, records: Iterable[Evidence]) -> DepthBaseline:
        """Medians over the autosomal records."""
        depths: dict[str, list[int]] = {}
        for evidence in records:
            if evidence.contig_class is not ContigClass.AUTOSOME:
                continue
            for sample, call in evidence.calls.items():
                if call.depth:
                    depths.setdefault(sample, []).append(call.depth)
        return cls({sample: float(median(values)) for sample, values in depths.items() if len(values) >= MIN_SITES})

    def ratio(self, evidence: Evidence, sample: str) -> float | None:
        """Depth of a member at a site over the member's median, None when one of them is unknown."""
        usual, depth = self.median_depth.get(sample), evidence.calls[sample].depth
        return depth / usual if usual and depth is not None else None

    def log10_half(self, evidence: Evidence, sample: str) -> float:
        """log10 of the Poisson likelihood of half the usual depth over that of the usual depth; 0 without data."""
        usual, depth = self.median_depth.get(sample), evidence.calls[sample].depth
        if not usual or depth is None:
            return 0.0
        return (usual / 2 - depth * math.log(2)) / math.log(10)
