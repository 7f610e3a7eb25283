"""How are the alleles of a source of frequencies packed, at most 6 bytes each?

A source is a run of blocks, each of whole positions, about `BLOCK_RECORDS` alleles. Numbers marked V are LEB128
(7 bits a byte, lowest first, high bit = more follows):

    V n, V flags, V length of deltas, V of long alleles, V of homozygotes, V of hemizygotes, then
    deltas        V per allele: position minus that of the allele before (0 for the first)
    codes         1 byte per allele: `short_code`, or LONG
    frequencies   3 bytes per allele (little endian): `decimal_code`; 4 bytes, IEEE single, where flags has RAW
    long alleles  per code LONG: V key; or V 0, V length, the bytes of `REF>ALT` when the key cannot hold it
    homozygotes   V index in the block, V count + 1 (0: not given), for alleles whose count is not 0
    hemizygotes   the same
    exact         4 bytes, IEEE single, per frequency whose code is EXACT

A frequency comes back as the IEEE single that the source holds: six significant digits, which is what VCF files
are written with, have a 24-bit decimal code of their own; any other value is kept whole. Nothing is rounded.
"""

from __future__ import annotations

import math

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import MISSING_INT

BLOCK_RECORDS = 96
LONG = 255
RAW = 1

FREQUENCY_ZERO, FREQUENCY_MISSING, FREQUENCY_EXACT = 0, 0xFFFFFE, 0xFFFFFF
MANTISSAS, LEAST_MANTISSA, _DECADES = 900_000, 100_000, 18
# Powers of ten up to 10^22 are exact in a double, so that one division gives the double nearest to the decimal.
POWER_OF_TEN = 10.0 ** np.arange(23)

BLOCKS_PER_SEGMENT = 512
_S7, _S13, _S17 = np.uint64(7), np.uint64(13), np.uint64(17)


def checksum(words: np.ndarray, first: int, last: int) -> np.uint64:
    """Checksum of the 8-byte words first ≤ w < last (xorshift64: a change of any one word always changes it)."""
    value = np.uint64(0x9E3779B97F4A7C15)
    for w in range(first, last):
        value ^= words[w]
        value ^= value << _S13
        value ^= value >> _S7
        value ^= value << _S17
    return value


checksum_jit = inline(checksum)


def short_code(key: int) -> int:
    """One byte for a substitution or an indel of one or two bases after its anchor base; LONG for the rest."""
    ref_length = (key >> 5) & 31
    alt_length = key & 31
    bases = key >> 10
    if ref_length == 1 and alt_length == 1:
        return bases
    if ref_length == 1 and alt_length == 2 and (bases >> 4) == ((bases >> 2) & 3):
        return 16 + (bases & 15)
    if ref_length == 2 and alt_length == 1 and (bases >> 4) == (bases & 3):
        return 32 + (bases >> 2)
    if ref_length == 1 and alt_length == 3 and (bases >> 6) == ((bases >> 4) & 3):
        return 48 + (bases & 63)
    if ref_length == 3 and alt_length == 1 and (bases >> 6) == (bases & 3):
        return 112 + (bases >> 2)
    return LONG


short_code_jit = inline(short_code)


def decimal_code(frequency: float) -> int:
    """24-bit code of an IEEE single that a decimal of six significant digits gives; EXACT when none does."""
    if np.isnan(frequency):
        return FREQUENCY_MISSING
    if frequency == 0.0:
        return FREQUENCY_ZERO
    if not 1e-17 <= frequency <= 1.0:
        return FREQUENCY_EXACT
    decade = math.floor(-math.log10(frequency))
    for exponent in range(max(0, decade - 1), min(_DECADES, decade + 2)):
        mantissa = round(frequency * POWER_OF_TEN[exponent + 5])
        if (
            LEAST_MANTISSA <= mantissa < LEAST_MANTISSA + MANTISSAS
            and np.float32(mantissa / POWER_OF_TEN[exponent + 5]) == frequency
        ):
            return int(1 + exponent * MANTISSAS + mantissa - LEAST_MANTISSA)
    return FREQUENCY_EXACT


decimal_code_jit = inline(decimal_code)


def put_number(out: np.ndarray, at: int, value: int) -> int:
    """Write one LEB128 number; returns where the next byte goes."""
    while value >= 128:
        out[at] = 128 | (value & 127)
        value >>= 7
        at += 1
    out[at] = value
    return at + 1


put_number_jit = inline(put_number)


def put_little_endian(out: np.ndarray, at: int, value: int, size: int) -> int:
    """Write the lowest bytes of a number, least first."""
    for k in range(size):
        out[at + k] = (value >> (8 * k)) & 255
    return at + size


put_little_endian_jit = inline(put_little_endian)


def put_long_alleles(
    out: np.ndarray, at: int, key: np.ndarray, first: int, last: int, text: np.ndarray, text_offset: np.ndarray
) -> int:
    """Write the alleles of one block that have no short code."""
    for v in range(first, last):
        if key[v] >= 0:
            if short_code_jit(key[v]) == LONG:
                at = put_number_jit(out, at, key[v])
            continue
        index = -1 - key[v]
        start, end = text_offset[index], text_offset[index + 1]
        at = put_number_jit(out, put_number_jit(out, at, 0), end - start)
        out[at : at + end - start] = text[start:end]
        at += end - start
    return at


put_long_alleles_jit = inline(put_long_alleles)


def put_counts(out: np.ndarray, at: int, counts: np.ndarray, first: int, last: int) -> int:
    """Write the counts of one block that are not 0; MISSING_INT is written as 0, a count as one more than it is."""
    for v in range(first, last):
        if counts[v] != 0:
            at = put_number_jit(out, at, v - first)
            at = put_number_jit(out, at, 0 if counts[v] == MISSING_INT else counts[v] + 1)
    return at


put_counts_jit = inline(put_counts)


def put_frequencies(
    out: np.ndarray, at: int, code: np.ndarray, bits: np.ndarray, first: int, last: int, raw: bool
) -> int:
    """Write the frequencies of one block: decimal codes, or IEEE singles when `raw`."""
    for v in range(first, last):
        if raw:
            at = put_little_endian_jit(out, at, np.int64(bits[v]), 4)
        else:
            at = put_little_endian_jit(out, at, code[v], 3)
    return at


put_frequencies_jit = inline(put_frequencies)


def pack_block(
    pos: np.ndarray,
    key: np.ndarray,
    text: np.ndarray,
    text_offset: np.ndarray,
    frequency: np.ndarray,
    bits: np.ndarray,
    homozygotes: np.ndarray,
    hemizygotes: np.ndarray,
    first: int,
    last: int,
    scratch: np.ndarray,
    out: np.ndarray,
    at: int,
) -> int:
    """Write the alleles first ≤ v < last as one block; returns where the next block starts.

    `scratch` takes the parts whose length stands in the head; `bits` are the bits of `frequency` as IEEE single.
    """
    code = np.empty(last - first, dtype=np.int64)
    exact = 0
    for v in range(first, last):
        code[v - first] = decimal_code_jit(frequency[v])
        exact += code[v - first] == FREQUENCY_EXACT
    # A block with many values of more than six digits is shorter with all of them whole.
    raw = 4 * exact > last - first
    deltas = 0
    for v in range(first, last):
        deltas = put_number_jit(scratch, deltas, pos[v] - pos[v - 1] if v > first else 0)
    longs = put_long_alleles_jit(scratch, deltas, key, first, last, text, text_offset)
    homs = put_counts_jit(scratch, longs, homozygotes, first, last)
    hemis = put_counts_jit(scratch, homs, hemizygotes, first, last)

    at = put_number_jit(out, at, last - first)
    at = put_number_jit(out, at, RAW if raw else 0)
    at = put_number_jit(out, at, deltas)
    at = put_number_jit(out, at, longs - deltas)
    at = put_number_jit(out, at, homs - longs)
    at = put_number_jit(out, at, hemis - homs)
    out[at : at + deltas] = scratch[:deltas]
    at += deltas
    for v in range(first, last):
        out[at] = short_code_jit(key[v]) if key[v] >= 0 else LONG
        at += 1
    at = put_frequencies_jit(out, at, code, bits[first:last], 0, last - first, raw)
    out[at : at + hemis - deltas] = scratch[deltas:hemis]
    at += hemis - deltas
    if not raw:
        for v in range(first, last):
            if code[v - first] == FREQUENCY_EXACT:
                at = put_little_endian_jit(out, at, np.int64(bits[v]), 4)
    return at


pack_block_jit = inline(pack_block)


def pack(
    pos: np.ndarray,
    key: np.ndarray,
    text: np.ndarray,
    text_offset: np.ndarray,
    frequency: np.ndarray,
    bits: np.ndarray,
    homozygotes: np.ndarray,
    hemizygotes: np.ndarray,
    scratch: np.ndarray,
    out: np.ndarray,
    block_start: np.ndarray,
    block_offset: np.ndarray,
) -> tuple[int, int]:
    """Pack the sorted alleles of one contig, or of a stretch of it that ends with a whole position.

    pos, key : int64 (v,); text : uint8, text_offset : int64, the alleles whose key is -1 - index
    frequency : float32 (v,), NaN missing; bits : uint32 (v,); homozygotes, hemizygotes : int32 (v,), -1 missing
    scratch, out : uint8, long enough; block_start, block_offset : int64, at least v long; filled
    Returns the number of blocks and of bytes. All alleles of a position stand in one block.
    """
    n_blocks = 0
    at = 0
    first = 0
    group = 0
    for v in range(1, len(pos) + 1):
        if v < len(pos) and pos[v] == pos[v - 1]:
            continue
        # A position ends before v; the block ends before this position when both together are too many.
        if v - first > BLOCK_RECORDS and group > first:
            block_start[n_blocks], block_offset[n_blocks] = pos[first], at
            at = pack_block_jit(
                pos, key, text, text_offset, frequency, bits, homozygotes, hemizygotes, first, group, scratch, out, at
            )
            n_blocks += 1
            first = group
        group = v
    if len(pos):
        block_start[n_blocks], block_offset[n_blocks] = pos[first], at
        at = pack_block_jit(
            pos, key, text, text_offset, frequency, bits, homozygotes, hemizygotes, first, len(pos), scratch, out, at
        )
        n_blocks += 1
    return n_blocks, at


pack_jit = jit(pack)
