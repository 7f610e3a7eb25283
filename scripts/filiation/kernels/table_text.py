"""How are millions of short lines (contig, position, alleles, reason) written without a string for each?"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit

TAB, NEWLINE, ZERO = 9, 10, 48


def _put(out: np.ndarray, at: int, data: np.ndarray, start: int, length: int) -> int:
    """Copy bytes and return the place after them."""
    for offset in range(length):
        out[at + offset] = data[start + offset]
    return at + length


put = inline(_put)


def _put_number(out: np.ndarray, at: int, number: int) -> int:
    """Write a number of zero or more in decimal digits and return the place after it."""
    digits = 1
    rest = number // 10
    while rest > 0:
        digits += 1
        rest //= 10
    rest = number
    for offset in range(digits - 1, -1, -1):
        out[at + offset] = ZERO + rest % 10
        rest //= 10
    return at + digits


put_number = inline(_put_number)


def reason_lines(
    contig_text: np.ndarray,
    contig_ends: np.ndarray,
    contig_index: np.ndarray,
    pos: np.ndarray,
    ref_data: np.ndarray,
    ref_starts: np.ndarray,
    ref_lengths: np.ndarray,
    alt_data: np.ndarray,
    alt_starts: np.ndarray,
    alt_lengths: np.ndarray,
    reason_text: np.ndarray,
    reason_ends: np.ndarray,
    reason: np.ndarray,
) -> tuple[np.ndarray, int]:
    """`contig TAB pos TAB ref TAB alt TAB reason` for every record with a reason: the bytes, and how many lines.

    v = records. contig_text, reason_text : uint8, all names one behind the other; contig_ends, reason_ends : int64,
    where each ends. contig_index : int32 (v,). pos : int64 (v,), 1-based. The alleles lie in ref_data and alt_data
    (uint8) at starts and lengths (int64 (v,)). reason : int8 (v,), -1 for records that are left out.
    """
    size = 0
    for v in range(len(pos)):
        if reason[v] >= 0:
            contig, why = contig_index[v], reason[v]
            size += contig_ends[contig] - (contig_ends[contig - 1] if contig > 0 else 0)
            size += reason_ends[why] - (reason_ends[why - 1] if why > 0 else 0)
            # Twenty digits hold any int64; five separators.
            size += ref_lengths[v] + alt_lengths[v] + 25
    out = np.empty(size, dtype=np.uint8)
    at = 0
    lines = 0
    for v in range(len(pos)):
        if reason[v] < 0:
            continue
        contig, why = contig_index[v], reason[v]
        start = contig_ends[contig - 1] if contig > 0 else 0
        at = put(out, at, contig_text, start, contig_ends[contig] - start)
        out[at] = TAB
        at = put_number(out, at + 1, pos[v])
        out[at] = TAB
        at = put(out, at + 1, ref_data, ref_starts[v], ref_lengths[v])
        out[at] = TAB
        at = put(out, at + 1, alt_data, alt_starts[v], alt_lengths[v])
        out[at] = TAB
        start = reason_ends[why - 1] if why > 0 else 0
        at = put(out, at + 1, reason_text, start, reason_ends[why] - start)
        out[at] = NEWLINE
        at += 1
        lines += 1
    return out[:at], lines


reason_lines_jit = jit(reason_lines)
