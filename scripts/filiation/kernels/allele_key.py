"""Which number stands for each allele, read from the bytes of the records?

The rule is that of `frequencies.alleles`: the allele is cut to its shortest form, and its key holds 5 bits for each
length and 2 bits for each base, up to KEY_BASES bases; -1 for an allele that must be compared as text.
"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.memory import borrow

# REF and ALT together, so that a key fits 62 bits.
KEY_BASES = 26
_A, _C, _G, _T, _TO_UPPER = 65, 67, 71, 84, 0xDF


def base_number(letter: int) -> int:
    """A, C, G, T of either case as 0 to 3; -1 for anything else."""
    upper = letter & _TO_UPPER
    if upper == _A:
        return 0
    if upper == _C:
        return 1
    if upper == _G:
        return 2
    if upper == _T:
        return 3
    return -1


base_number_jit = inline(base_number)


def add_bases(key: int, data: np.ndarray, start: int, length: int) -> int:
    """Append the bases of one allele to a key; -1 when one is no base."""
    for k in range(start, start + length):
        base = base_number_jit(data[k])
        if base < 0:
            return -1
        key = key << 2 | base
    return key


add_bases_jit = inline(add_bases)


def borrowed_allele_keys(
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
    """`allele_keys` on arrays whose references are not counted."""
    for v in range(len(pos)):
        ref, n_ref = ref_start[v], ref_length[v]
        alt, n_alt = alt_start[v], alt_length[v]
        if n_ref == 1 and n_alt == 1:
            before, after = base_number_jit(ref_data[ref]), base_number_jit(alt_data[alt])
            out_pos[v] = pos[v]
            out_key[v] = -1 if before < 0 or after < 0 else (before << 2 | after) << 10 | 1 << 5 | 1
            continue
        while (
            n_ref > 1
            and n_alt > 1
            and (ref_data[ref + n_ref - 1] & _TO_UPPER) == (alt_data[alt + n_alt - 1] & _TO_UPPER)
        ):
            n_ref -= 1
            n_alt -= 1
        cut = 0
        while n_ref > 1 and n_alt > 1 and (ref_data[ref + cut] & _TO_UPPER) == (alt_data[alt + cut] & _TO_UPPER):
            n_ref -= 1
            n_alt -= 1
            cut += 1
        out_pos[v] = pos[v] + cut
        out_key[v] = -1
        if n_ref < 1 or n_alt < 1 or n_ref + n_alt > KEY_BASES:
            continue
        bases = add_bases_jit(0, ref_data, ref + cut, n_ref)
        if bases >= 0:
            bases = add_bases_jit(bases, alt_data, alt + cut, n_alt)
        if bases >= 0:
            out_key[v] = bases << 10 | n_ref << 5 | n_alt


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
        borrow(ref_data),
        borrow(ref_start),
        borrow(ref_length),
        borrow(alt_data),
        borrow(alt_start),
        borrow(alt_length),
        borrow(out_pos),
        borrow(out_key),
    )


allele_keys_jit = jit(allele_keys)
