"""Slow, obvious look-up of allele frequencies: a dictionary of exact alleles and a list of covered intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

FOUND, ABSENT, NOT_COVERED, NO_FREQUENCY = 0, 1, 2, 3


@dataclass
class Source:
    """What a source holds: {(contig, pos, ref, alt): (frequency, homozygotes, hemizygotes)}, None for missing."""

    entries: dict[tuple[str, int, str, str], tuple[float | None, int | None, int | None]]
    covered: list[tuple[str, int, int]] | None = None

    def lookup(self, contig: str, pos: int, ref: str, alt: str) -> tuple[float, int, int, int]:
        """Frequency (NaN missing), homozygotes and hemizygotes (-1 missing), state."""
        entry = self.entries.get((contig, pos, ref, alt))
        if entry is not None:
            frequency, homozygotes, hemizygotes = entry
            counts = (-1 if homozygotes is None else homozygotes, -1 if hemizygotes is None else hemizygotes)
            if frequency is None:
                return math.nan, *counts, NO_FREQUENCY
            return float(np.float32(frequency)), *counts, FOUND
        if self.covered is not None and not any(
            name == contig and start < pos <= end for name, start, end in self.covered
        ):
            return math.nan, -1, -1, NOT_COVERED
        return math.nan, -1, -1, ABSENT
