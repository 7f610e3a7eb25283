"""Which bases of the reference stand beside a variant?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.files import require_file


class ReferenceFlanks:
    """The reference opened to look beside variants, a few at a time."""

    def __init__(self, fasta: str | Path) -> None:
        import pysam

        self.path = str(require_file(fasta, "reference"))
        try:
            self._fasta = pysam.FastaFile(self.path)
        except (OSError, ValueError) as error:
            raise InputError(
                f"the reference cannot be opened: {error}",
                where=self.path,
                expected="a FASTA, plain or compressed with bgzip, with its .fai",
                repair=f"samtools faidx {self.path}",
            ) from None
        self._lengths = dict(zip(self._fasta.references, self._fasta.lengths, strict=True))

    def beside(self, chrom: Sequence[str], pos: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.uint8]:
        """The base before each position, then the bases from it on: uint8 (v, width), ASCII upper case.

        Zero beyond the ends of a contig; a row of zeros for a contig that the reference lacks, or for position 1.
        """
        flank = np.zeros((len(pos), width), dtype=np.uint8)
        for v, (name, position) in enumerate(zip(chrom, pos, strict=True)):
            length = self._lengths.get(name, 0)
            start = int(position) - 2
            if start < 0 or start >= length:
                continue
            bases = self._fasta.fetch(name, start, min(length, start + width)).upper().encode("ascii")
            flank[v, : len(bases)] = np.frombuffer(bases, dtype=np.uint8)
        return flank

    def close(self) -> None:
        """Let the file go."""
        self._fasta.close()
