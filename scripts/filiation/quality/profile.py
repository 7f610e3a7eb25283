"""What do depth and allele balance look like along the index case's genome? Bins of equal length, for one picture.

Depth and B-allele fraction are read at the SNVs of the unscreened calls, where every sequenced family has them. A
bin keeps the mean depth of its sites and its first two B-allele fractions: at 3,000 bins a genome is 6,000 points at
most, and the same calls always give the same points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from filiation.io.vcf import TrioBatch
from filiation.kernels.encoding import MISSING, MISSING_INT
from filiation.model.contigs import bare_name

BINS = 3000
BALANCES_PER_BIN = 2
# Fewer reads than this give a fraction that says nothing.
MIN_READS = 10
_PRIMARY = frozenset((*(str(number) for number in range(1, 23)), "X", "Y"))


@dataclass
class _Bin:
    sites: int = 0
    depth: int = 0
    balances: list[tuple[int, float]] = field(default_factory=list)


@dataclass
class GenomeProfile:
    """Collects the bins of one sample, batch by batch. lengths : contig lengths of the calls' header."""

    sample_column: int
    lengths: Mapping[str, int]
    bins: dict[tuple[str, int], _Bin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        total = sum(length for name, length in self.lengths.items() if bare_name(name) in _PRIMARY)
        self.size = max(1, -(-total // BINS))

    def add(self, batch: TrioBatch) -> None:
        """Take the SNVs of one batch into account; a site without a call or without reads is left out."""
        column = self.sample_column
        ref, alt = batch.ref_depth[:, column], batch.alt_depth[:, column]
        usable = batch.is_snv & (batch.genotype[:, column] != MISSING) & (ref != MISSING_INT) & (alt != MISSING_INT)
        for v in np.flatnonzero(usable):
            chrom = batch.contigs[int(batch.contig_index[v])]
            if bare_name(chrom) not in _PRIMARY:
                continue
            place = self.bins.setdefault((chrom, int(batch.pos[v] - 1) // self.size), _Bin())
            reads = int(ref[v] + alt[v])
            place.sites += 1
            place.depth += reads
            if reads >= MIN_READS and len(place.balances) < BALANCES_PER_BIN:
                place.balances.append((int(batch.pos[v]), float(alt[v]) / reads))

    def rows(self) -> list[dict[str, Any]]:
        """Rows of the table `profile/1`; depth is relative to the median bin of the autosomes."""
        means = {key: found.depth / found.sites for key, found in self.bins.items()}
        autosomal = [mean for (chrom, _), mean in means.items() if bare_name(chrom) not in ("X", "Y")]
        median = float(np.median(autosomal)) if autosomal else float("nan")
        rows = []
        for (chrom, number), found in self.bins.items():
            start = number * self.size + 1
            length = self.lengths.get(chrom) or start + self.size - 1
            rows.append(
                {
                    "chrom": chrom,
                    "start": start,
                    "end": min(start + self.size - 1, length),
                    "sites": found.sites,
                    "depth_ratio": means[chrom, number] / median if median > 0 else None,
                    "allele_balance": ";".join(f"{pos}:{value:.3f}" for pos, value in found.balances),
                }
            )
        return rows
