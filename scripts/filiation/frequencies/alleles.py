"""Which number stands for an allele, so that alleles are compared without comparing text?

REF and ALT of up to 26 bases together (A, C, G, T) have a key of their own, one key for one allele: 5 bits for each
length and 2 bits for each base. Longer alleles, and those with other letters, are kept as text and compared letter
by letter; their key is -1 minus their number in that text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from filiation.io.raw.records import Alleles
from filiation.kernels.allele_key import KEY_BASES, allele_keys_jit

_BASE = {"A": 0, "C": 1, "G": 2, "T": 3}


class HasAlleles(Protocol):
    """Records with one alternate allele each: what `allele_codes` reads of a batch."""

    @property
    def pos(self) -> npt.NDArray[np.int64]:
        """Position of every record, 1-based."""

    @property
    def ref(self) -> Sequence[str]:
        """REF of every record."""

    @property
    def alt(self) -> Sequence[str]:
        """ALT of every record."""


@dataclass(frozen=True)
class AlleleCodes:
    """Alleles as numbers. pos, key : int64 (v,); text : uint8 and text_offset : int64, for negative keys."""

    pos: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]
    text: npt.NDArray[np.uint8]
    text_offset: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pos)


def minimal_allele(pos: int, ref: str, alt: str) -> tuple[int, str, str]:
    """The shortest way to write an allele without a reference: common ends cut, last bases first, one base kept.

    `AT>CT` and `A>C` are one allele; so are `CA>CG` at 10 and `A>G` at 11.
    """
    ref, alt = ref.upper(), alt.upper()
    if len(ref) == 1 or len(alt) == 1:
        return pos, ref, alt
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    start = 0
    while len(ref) - start > 1 and len(alt) - start > 1 and ref[start] == alt[start]:
        start += 1
    return pos + start, ref[start:], alt[start:]


@lru_cache(maxsize=65_536)
def allele_key(ref: str, alt: str) -> int:
    """Key of an allele in upper case, -1 when it must be compared as text."""
    if len(ref) + len(alt) > KEY_BASES or not ref or not alt:
        return -1
    bases = 0
    for letter in ref + alt:
        base = _BASE.get(letter)
        if base is None:
            return -1
        bases = bases << 2 | base
    return bases << 10 | len(ref) << 5 | len(alt)


def encode_alleles(alleles: Iterable[tuple[int, str, str]]) -> AlleleCodes:
    """Positions and keys of alleles that are minimal already."""
    pos: list[int] = []
    keys: list[int] = []
    text = bytearray()
    offsets = [0]
    for position, ref, alt in alleles:
        key = allele_key(ref, alt)
        if key < 0:
            key = -len(offsets)
            text += f"{ref}>{alt}".encode()
            offsets.append(len(text))
        pos.append(position)
        keys.append(key)
    return AlleleCodes(
        np.array(pos, dtype=np.int64),
        np.array(keys, dtype=np.int64),
        np.frombuffer(bytes(text), dtype=np.uint8),
        np.array(offsets, dtype=np.int64),
    )


def _letters(alleles: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The letters of all alleles in one array, and where each starts and how long it is."""
    if isinstance(alleles, Alleles):
        return alleles.arrays()
    encoded = [allele.encode() for allele in alleles]
    length = np.array([len(allele) for allele in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), np.cumsum(length) - length, length


def allele_codes(batch: HasAlleles) -> AlleleCodes:
    """Alleles of a batch, in the order of its records, as the look-up wants them."""
    pos = np.empty(len(batch.pos), dtype=np.int64)
    key = np.empty(len(batch.pos), dtype=np.int64)
    allele_keys_jit(batch.pos, *_letters(batch.ref), *_letters(batch.alt), pos, key)
    return with_text(pos, key, lambda v: (int(batch.pos[v]), batch.ref[v], batch.alt[v]))


def with_text(
    pos: npt.NDArray[np.int64], key: npt.NDArray[np.int64], spelled: Callable[[int], tuple[int, str, str]]
) -> AlleleCodes:
    """Codes of alleles by what kernels.allele_key says of them; those without a key are spelled. Both are filled."""
    text = np.flatnonzero(key < 0).tolist()
    codes = encode_alleles(minimal_allele(*spelled(v)) for v in text)
    pos[text], key[text] = codes.pos, codes.key
    return AlleleCodes(pos, key, codes.text, codes.text_offset)
