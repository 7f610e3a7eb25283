"""Which number stands for each allele, read from the bytes of the records?

The rule is that of `frequencies.alleles`: the allele is cut to its shortest form, and its key holds 5 bits for each
length and 2 bits for each base, up to KEY_BASES bases; -1 for an allele that must be compared as text.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.memory import borrow, byte_at, memory_of

# REF and ALT together, so that a key fits 62 bits.
KEY_BASES = 26
_TO_UPPER = 0xDF
# The letters A, C, G, T, lowest byte first.
_LETTERS = 0x54474341


def base_number(letter: int) -> int:
    """A, C, G, T of either case as 0 to 3; -1 for anything else."""
    # Two bits tell the four letters apart; bases have no order that a processor could guess.
    upper = letter & _TO_UPPER
    number = upper >> 1 & 3
    number ^= number >> 1
    return number if _LETTERS >> 8 * number & 255 == upper else -1


base_number_jit = inline(base_number)


def add_bases(key: int, memory: Any, start: int, length: int) -> int:
    """Append the bases of one allele to a key; -1 when one is no base."""
    for k in range(start, start + length):
        base = base_number_jit(byte_at(memory, k))
        if base < 0:
            return -1
        key = key << 2 | base
    return key


add_bases_jit = inline(add_bases)


def allele_key(ref_memory: Any, ref: int, n_ref: int, alt_memory: Any, alt: int, n_alt: int) -> tuple[int, int]:
    """By how many bases the shortest form of an allele begins later, and its key; -1 without one."""
    cut = 0
    if n_ref == 1 and n_alt == 1:
        before, after = base_number_jit(byte_at(ref_memory, ref)), base_number_jit(byte_at(alt_memory, alt))
        return cut, -1 if before < 0 or after < 0 else (before << 2 | after) << 10 | 1 << 5 | 1
    while n_ref > 1 and n_alt > 1:
        if (byte_at(ref_memory, ref + n_ref - 1) ^ byte_at(alt_memory, alt + n_alt - 1)) & _TO_UPPER:
            break
        n_ref -= 1
        n_alt -= 1
    while n_ref > 1 and n_alt > 1:
        if (byte_at(ref_memory, ref + cut) ^ byte_at(alt_memory, alt + cut)) & _TO_UPPER:
            break
        n_ref -= 1
        n_alt -= 1
        cut += 1
    if n_ref < 1 or n_alt < 1 or n_ref + n_alt > KEY_BASES:
        return cut, -1
    bases = add_bases_jit(0, ref_memory, ref + cut, n_ref)
    if bases >= 0:
        bases = add_bases_jit(bases, alt_memory, alt + cut, n_alt)
    return cut, bases << 10 | n_ref << 5 | n_alt if bases >= 0 else -1


allele_key_jit = inline(allele_key)


def borrowed_allele_keys(
    pos: np.ndarray,
    ref_memory: Any,
    ref_start: np.ndarray,
    ref_length: np.ndarray,
    alt_memory: Any,
    alt_start: np.ndarray,
    alt_length: np.ndarray,
    out_pos: np.ndarray,
    out_key: np.ndarray,
) -> None:
    """`allele_keys` on arrays whose references are not counted."""
    for v in range(len(pos)):
        cut, key = allele_key_jit(ref_memory, ref_start[v], ref_length[v], alt_memory, alt_start[v], alt_length[v])
        out_pos[v] = pos[v] + cut
        out_key[v] = key


borrowed_allele_keys_jit = inline(borrowed_allele_keys)


def allele_keys(
    pos: np.ndarray,
    ref_data: np.ndarray,
    ref_start: np.ndarray,
    ref_length: np.ndarray,
    alt_data: np.ndarray,
    alt_start: np.ndarray,
    alt_length: np.ndarray,
    out_pos: np.ndarray,
    out_key: np.ndarray,
) -> None:
    """Position of the shortest form and key of every allele.

    pos : int64 (v,), 1-based; *_data : uint8, *_start and *_length : int64 (v,), where each allele's letters stand
    out_pos, out_key : int64 (v,), filled; where out_key is -1 the caller encodes the text, position included.
    """
    borrowed_allele_keys_jit(
        borrow(pos),
        memory_of(ref_data),
        borrow(ref_start),
        borrow(ref_length),
        memory_of(alt_data),
        borrow(alt_start),
        borrow(alt_length),
        borrow(out_pos),
        borrow(out_key),
    )


allele_keys_jit = jit(allele_keys)
