"""What is an allele of the simulated genome, and how does a haplotype with alleles read?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Sequence = NDArray[np.uint8]

COMPLEMENT = bytes.maketrans(b"ACGTN", b"TGCAN")


@dataclass(frozen=True, order=True)
class Allele:
    """One alternate allele, left-aligned and minimal as VCF has it; `position` is 0-based."""

    contig: str
    position: int
    ref: str
    alt: str

    @property
    def end(self) -> int:
        """End of the reference allele, exclusive."""
        return self.position + len(self.ref)

    @property
    def is_snv(self) -> bool:
        """One base for another."""
        return len(self.ref) == len(self.alt) == 1


def reverse_complement(sequence: bytes) -> bytes:
    """The other strand, read in its own direction."""
    return sequence.translate(COMPLEMENT)[::-1]


def left_align(sequence: Sequence, allele: Allele) -> Allele:
    """The allele moved as far left as the sequence allows and made minimal.

    Rule of Tan, Abecasis & Kang, Bioinformatics 2015: drop a shared last base, extend to the left when an
    allele becomes empty, until neither applies; then drop shared first bases while both keep one.
    """
    position, ref, alt = allele.position, allele.ref, allele.alt
    while ref and alt and ref[-1] == alt[-1] and (position > 0 or min(len(ref), len(alt)) > 1):
        ref, alt = ref[:-1], alt[:-1]
        if not ref or not alt:
            position -= 1
            before = chr(sequence[position])
            ref, alt = before + ref, before + alt
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return Allele(allele.contig, position, ref, alt)


def haplotype(sequence: Sequence, alleles: Iterable[Allele]) -> bytes:
    """The sequence with the alleles in it. They must not overlap and their reference bases must agree."""
    pieces: list[bytes] = []
    done = 0
    reference = sequence.tobytes()
    for allele in sorted(alleles):
        if allele.position < done:
            raise ValueError(f"{allele} overlaps the allele before it")
        if reference[allele.position : allele.end] != allele.ref.encode():
            raise ValueError(f"{allele} does not agree with the sequence")
        pieces += [reference[done : allele.position], allele.alt.encode()]
        done = allele.end
    pieces.append(reference[done:])
    return b"".join(pieces)
