"""The slow, obvious form of the checksum of reads: one read at a time, from its text."""

from __future__ import annotations

from collections.abc import Iterable

WORD = 2**64 - 1
COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}


def of_read(name: str, mate: int, bases: str) -> int:
    """The number of one read; `bases` as the sequencer read them."""
    number = 0xCBF29CE484222325
    codes = ["ACGT".find(base.upper()) for base in bases]
    for byte in [*name.encode(), 0, mate, *(4 if code < 0 else code for code in codes)]:
        number = ((number ^ byte) * 0x100000001B3) & WORD
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & WORD
    return number ^ (number >> 31)


def totals(reads: Iterable[tuple[str, int, str]]) -> tuple[int, int, int]:
    """Reads, bases and checksum of (name, mate, bases)."""
    taken = list(reads)
    return len(taken), sum(len(read[2]) for read in taken), sum(of_read(*read) for read in taken) & WORD


def reverse_complement(bases: str) -> str:
    """The other strand."""
    return "".join(COMPLEMENT.get(base, "N") for base in reversed(bases))
