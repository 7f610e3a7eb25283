"""What is a segment, and was a copy of the chromosome lost there?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filiation.quality.tally import Windows
from filiation.quality.thresholds import KinshipThresholds

# Confidence beyond this is not meaningful: the sites of a segment are not independent.
LARGEST_PHRED = 99.0
PHRED_PER_NAT = 10.0 / float(np.log(10.0))


@dataclass(frozen=True)
class Segment:
    """One run; `start` and `end` are 1-based positions of its first and last marker."""

    sample: str
    kind: str
    chrom: str
    start: int
    end: int
    markers: int
    quality: float
    depth_ratio: float
    heterozygosity: float

    @property
    def length(self) -> int:
        """Bases from the first to the last marker."""
        return self.end - self.start + 1

    @property
    def place(self) -> str:
        """chrom:start-end."""
        return f"{self.chrom}:{self.start}-{self.end}"


@dataclass(frozen=True)
class DepthByWindow:
    """Depth of one member by window of the autosomes, to tell a lost copy from a doubled one."""

    contig_index: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    depth_sum: npt.NDArray[np.int64]
    sites: npt.NDArray[np.int64]
    window_bp: int

    @classmethod
    def of(cls, windows: Windows, column: int, limits: KinshipThresholds) -> DepthByWindow:
        """Depths of the member in a column."""
        width = int(limits.window_bp)
        start = (windows.key & 0xFFFFFFFF) * width
        return cls(windows.contig_index, start, windows.depth_sum[:, column], windows.depth_sites[:, column], width)

    def ratio(self, contig: int, start: int, end: int, sites_min: float) -> float:
        """Mean depth in the windows of a segment over that of the autosomes; NaN with too few sites."""
        inside = (self.contig_index == contig) & (self.start + self.window_bp > start) & (self.start < end)
        if self.sites[inside].sum() < sites_min or self.depth_sum.sum() == 0:
            return float("nan")
        return float(
            (self.depth_sum[inside].sum() / self.sites[inside].sum()) / (self.depth_sum.sum() / self.sites.sum())
        )


def by_contig(contig_index: npt.NDArray[np.int32]) -> Iterator[tuple[int, slice]]:
    """Each contig with the slice of its markers; markers stand in the order of the file."""
    if len(contig_index) == 0:
        return
    edges = np.flatnonzero(np.diff(contig_index)) + 1
    bounds = [0, *edges.tolist(), len(contig_index)]
    for first, last in itertools.pairwise(bounds):
        yield int(contig_index[first]), slice(first, last)
