"""Which frequency does a compiled source give for each allele asked for? The packed form is `frequency_packing`'s."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import MISSING_INT
from filiation.kernels.frequency_packing import (
    BLOCKS_PER_SEGMENT,
    FREQUENCY_EXACT,
    FREQUENCY_MISSING,
    FREQUENCY_ZERO,
    LEAST_MANTISSA,
    LONG,
    MANTISSAS,
    POWER_OF_TEN,
    RAW,
    checksum_jit,
    short_code_jit,
)
from filiation.kernels.memory import borrow, memory_of, word_64_at

# What a source says of an allele.
FOUND, ABSENT, NOT_COVERED, NO_FREQUENCY = 0, 1, 2, 3

# Entries of the layout of one block: where each part starts.
_N, _FLAGS, _DELTAS, _CODES, _FREQUENCIES, _LONGS, _HOMOZYGOTES, _HEMIZYGOTES, _EXACT = range(9)
_LAYOUT = 9
_WORD = 8
# The high bits of eight bytes (as a signed number), and the bytes at even places.
_LONG_DELTAS, _EVEN_BYTES = -0x7F7F7F7F7F7F7F80, 0x00FF00FF00FF00FF
# One in each pair of bytes, and the bit above a byte.
_EVEN_ONES, _EVEN_CARRY = 0x0001000100010001, 0x0100010001000100
# Look-ups whose blocks are fetched together; bytes of most blocks, and of a cache line.
_TOGETHER, _BLOCK_BYTES, _LINE_BYTES = 16, 512, 64
# Blocks that are looked at from the last one found.
_NEAR = 8


def get_number(data: np.ndarray, at: int) -> tuple[int, int]:
    """Read one LEB128 number; returns it and where the next byte stands."""
    value = 0
    shift = 0
    byte = int(np.int64(data[at]))
    while byte >= 128:
        value |= (byte & 127) << shift
        shift += 7
        at += 1
        byte = int(np.int64(data[at]))
    return value | (byte << shift), at + 1


get_number_jit = inline(get_number)


def get_short_number(data: np.ndarray, at: int) -> Any:
    """`get_number` of one that mostly takes one or two bytes, and behind which another byte stands."""
    first, second = np.int64(data[at]), np.int64(data[at + 1])
    # Which of the two it is cannot be guessed, and is not asked.
    more = first >> 7
    if more & second >> 7:
        return get_number_jit(data, at)
    return (first & 127) | (second & 127 & -more) << 7, at + 1 + more


get_short_number_jit = inline(get_short_number)


def get_little_endian(data: np.ndarray, at: int, size: int) -> int:
    """Read a number of `size` bytes, least first."""
    value = 0
    for k in range(size):
        value |= int(np.int64(data[at + k])) << (8 * k)
    return value


get_little_endian_jit = inline(get_little_endian)


def single(bits: int) -> float:
    """The value of a non-negative IEEE single from its bits; NaN stays NaN."""
    exponent = (bits >> 23) & 255
    fraction = bits & 0x7FFFFF
    if exponent == 255:
        return math.nan
    if exponent == 0:
        return math.ldexp(float(fraction), -149)
    return math.ldexp(float(fraction | 0x800000), int(exponent - 150))


single_jit = inline(single)


def open_block(data: np.ndarray, at: int, layout: np.ndarray) -> None:
    """Read the head of a block: how many alleles, and where each part starts."""
    n, at = get_short_number_jit(data, at)
    flags, at = get_short_number_jit(data, at)
    deltas, at = get_short_number_jit(data, at)
    longs, at = get_short_number_jit(data, at)
    homs, at = get_short_number_jit(data, at)
    hemis, at = get_short_number_jit(data, at)
    layout[_N] = n
    layout[_FLAGS] = flags
    layout[_DELTAS] = at
    layout[_CODES] = at + deltas
    layout[_FREQUENCIES] = layout[_CODES] + n
    layout[_LONGS] = layout[_FREQUENCIES] + n * (4 if flags & RAW else 3)
    layout[_HOMOZYGOTES] = layout[_LONGS] + longs
    layout[_HEMIZYGOTES] = layout[_HOMOZYGOTES] + homs
    layout[_EXACT] = layout[_HEMIZYGOTES] + hemis


open_block_jit = inline(open_block)


def frequency_of(data: np.ndarray, layout: np.ndarray, j: int) -> float:
    """Frequency of the j-th allele of a block; NaN when the source gives none."""
    if layout[_FLAGS] & RAW:
        return single_jit(get_little_endian_jit(data, layout[_FREQUENCIES] + 4 * j, 4))
    code = get_little_endian_jit(data, layout[_FREQUENCIES] + 3 * j, 3)
    if code == FREQUENCY_ZERO:
        return 0.0
    if code == FREQUENCY_MISSING:
        return math.nan
    if code == FREQUENCY_EXACT:
        before = 0
        for k in range(j):
            before += get_little_endian_jit(data, layout[_FREQUENCIES] + 3 * k, 3) == FREQUENCY_EXACT
        return single_jit(get_little_endian_jit(data, layout[_EXACT] + 4 * before, 4))
    exponent = (code - 1) // MANTISSAS
    mantissa = (code - 1) % MANTISSAS + LEAST_MANTISSA
    return float(np.float32(mantissa / POWER_OF_TEN[exponent + 5]))


frequency_of_jit = inline(frequency_of)


def count_of(data: np.ndarray, start: int, end: int, j: int) -> int:
    """Count of the j-th allele of a block in one of its lists of counts; 0 when it is not listed."""
    while start < end:
        index, start = get_number_jit(data, start)
        count, start = get_number_jit(data, start)
        if index == j:
            return count - 1
        if index > j:
            break
    return 0


count_of_jit = inline(count_of)


def step_counts(data: np.ndarray, start: int, end: int, j: int) -> int:
    """Where the entry of the j-th allele of a block stands in a list of counts, or that of the next one listed."""
    while start < end:
        index, after = get_number_jit(data, start)
        if index >= j:
            break
        _, start = get_number_jit(data, after)
    return start


step_counts_jit = inline(step_counts)


def is_long_allele(
    data: np.ndarray, layout: np.ndarray, j: int, key: int, text: np.ndarray, text_offset: np.ndarray
) -> bool:
    """Whether the j-th allele of a block, whose code is LONG, is the one asked for: key or letters compared."""
    before = 0
    for k in range(layout[_CODES], layout[_CODES] + j):
        before += data[k] == LONG
    at = layout[_LONGS]
    for _ in range(before):
        stored, at = get_number_jit(data, at)
        if stored == 0:
            length, at = get_number_jit(data, at)
            at += length
    stored, at = get_number_jit(data, at)
    if stored != 0:
        return bool(stored == key)
    if key >= 0:
        return False
    length, at = get_number_jit(data, at)
    start = text_offset[-1 - key]
    if text_offset[-key] - start != length:
        return False
    for k in range(length):  # noqa: SIM110
        if data[at + k] != text[start + k]:
            return False
    return True


is_long_allele_jit = inline(is_long_allele)


def find_block(block_start: np.ndarray, first: int, last: int, hint: int, pos: int) -> int:
    """The last block of first ≤ b < last that starts at or before `pos`, first - 1 when none does.

    Looks among the next few from `hint`, where a sorted batch finds it, else in the whole contig.
    """
    if first <= hint < last and block_start[hint] <= pos:
        if hint + _NEAR >= last or block_start[hint + _NEAR] > pos:
            first, last = hint, min(last, hint + _NEAR)
    elif block_start[first] > pos:
        return first - 1
    # Half the blocks are given up in every step, without a branch that the processor would have to guess.
    size = last - first
    while size > 1:
        half = size >> 1
        first += half if block_start[first + half] <= pos else 0
        size -= half
    return first


find_block_jit = inline(find_block)


def find_blocks(
    data: np.ndarray,
    block_start: np.ndarray,
    block_offset: np.ndarray,
    contig_block: np.ndarray,
    contig_byte: np.ndarray,
    contig: np.ndarray,
    pos: np.ndarray,
    hint: int,
    block_of: np.ndarray,
) -> int:
    """The block that each of a few alleles would stand in, -1 for none, into `block_of`; returns the last one found.

    A byte of every cache line of the blocks is read, so that the processor fetches them side by side, not each when
    the look-up comes to it.
    """
    fetched: Any = 0
    for k in range(len(pos)):
        c = contig[k]
        block_of[k] = -1
        if c < 0 or contig_block[c] >= contig_block[c + 1]:
            continue
        block = find_block_jit(block_start, contig_block[c], contig_block[c + 1], hint, pos[k])
        if block < contig_block[c]:
            continue
        block_of[k] = block
        if block != hint:
            start = contig_byte[c] + np.int64(block_offset[block])
            for line in range(start, min(start + _BLOCK_BYTES, data.size), _LINE_BYTES):
                fetched += np.int64(data[line])
        hint = block
    # What was read has to be of use, or the compiler leaves the reading out; the sum is never negative.
    return hint if fetched >= 0 else -1


find_blocks_jit = inline(find_blocks)


def is_covered(start: np.ndarray, end: np.ndarray, first: int, last: int, pos: int) -> bool:
    """Whether a 1-based position lies in one of the sorted, disjoint 0-based half-open intervals first ≤ k < last."""
    low, high = first - 1, last
    while high - low > 1:
        middle = (low + high) // 2
        if start[middle] < pos:
            low = middle
        else:
            high = middle
    return bool(low >= first and pos <= end[low])


is_covered_jit = inline(is_covered)


def segment_is_whole(
    words: np.ndarray, segment_byte: np.ndarray, segment_checksum: np.ndarray, segment: int, checked: np.ndarray
) -> bool:
    """Whether the bytes of a segment have the checksum they were written with; computed on first use."""
    if checked[segment]:
        return True
    first = segment_byte[segment] // _WORD
    last = (segment_byte[segment + 1] + _WORD - 1) // _WORD
    if checksum_jit(words, first, last) != segment_checksum[segment]:
        return False
    checked[segment] = 1
    return True


segment_is_whole_jit = inline(segment_is_whole)


def sums_to(deltas: int, least: int) -> tuple[int, int]:
    """How many of eight deltas make `least` or more together, and what they make; all eight make 256 at most."""
    # Byte k of the product is the sum of the first k + 1.
    sums: Any = deltas
    sums += sums << 8
    sums += sums << 16
    sums += sums << 32
    # Bit 8 of each pair of bytes is set where the sum is `least` or more.
    even = ((sums & _EVEN_BYTES) | _EVEN_CARRY) - least * _EVEN_ONES
    odd = (((sums >> 8) & _EVEN_BYTES) | _EVEN_CARRY) - least * _EVEN_ONES
    reached = ((even >> 8) & _EVEN_ONES) + ((odd >> 8) & _EVEN_ONES)
    short = 8 - (((reached * _EVEN_ONES) >> 48) & 15)
    return short + 1, (sums >> (8 * short)) & 255


sums_to_jit = inline(sums_to)


def go_to(data: np.ndarray, here: int, j: int, at: int, last: int, target: int) -> tuple[int, int, int]:
    """The first allele of a block at or after a position, else the last: its position, index, and the next delta."""
    while here < target and j < last:
        left = min(last - j, 8)
        if at + 8 <= data.size:
            # Eight deltas of one byte each are added at once; those that are no longer of the block count nothing.
            deltas = int(word_64_at(memory_of(data), at))
            if left < 8:
                deltas &= (1 << int(8 * left)) - 1
            if deltas & _LONG_DELTAS == 0:
                pairs = (deltas & _EVEN_BYTES) + ((deltas >> 8) & _EVEN_BYTES)
                step = ((pairs & 0xFFFF) + ((pairs >> 16) & 0xFFFF)) + (
                    ((pairs >> 32) & 0xFFFF) + ((pairs >> 48) & 0xFFFF)
                )
                if here + step < target:
                    here += step
                    j += left
                    at += left
                    continue
                if step < 256:
                    passed, step = sums_to_jit(deltas, int(target - here))
                    return here + step, j + passed, at + passed
        delta = int(np.int64(data[at]))
        at += 1
        if delta >= 128:
            delta, at = get_number_jit(data, at - 1)
        here += delta
        j += 1
    return here, j, at


go_to_jit = inline(go_to)


def find_allele(
    data: np.ndarray, layout: np.ndarray, j: int, at: int, key: int, text: np.ndarray, text_offset: np.ndarray
) -> int:
    """Index in the block of the allele asked for, among those at the position of the j-th; -1 when not there.

    `at` is the delta after the j-th; a delta of 0 is one byte and says that the next stands at the same position.
    """
    code = short_code_jit(key) if key >= 0 else LONG
    while True:
        if data[layout[_CODES] + j] == code and (
            code != LONG or is_long_allele_jit(data, layout, j, key, text, text_offset)
        ):
            return j
        j += 1
        if j >= layout[_N] or data[at] != 0:
            return -1
        at += 1


find_allele_jit = inline(find_allele)


def lookup_borrowed(
    data: np.ndarray,
    words: np.ndarray,
    block_start: np.ndarray,
    block_offset: np.ndarray,
    contig_block: np.ndarray,
    contig_byte: np.ndarray,
    segment_byte: np.ndarray,
    segment_checksum: np.ndarray,
    checked: np.ndarray,
    covered_start: np.ndarray,
    covered_end: np.ndarray,
    contig_covered: np.ndarray,
    coverage_known: bool,
    contig: np.ndarray,
    pos: np.ndarray,
    key: np.ndarray,
    text: np.ndarray,
    text_offset: np.ndarray,
    out_frequency: np.ndarray,
    out_homozygotes: np.ndarray,
    out_hemizygotes: np.ndarray,
    out_state: np.ndarray,
) -> int:
    """`lookup` on arrays whose references are not counted."""
    layout, block_of = np.zeros(_LAYOUT, dtype=np.int64), np.empty(_TOGETHER, dtype=np.int64)
    opened, hint, at, j, here, before, homs, hemis = -1, -1, 0, 0, 0, 0, 0, 0
    for v in range(len(pos)):
        if v % _TOGETHER == 0:
            stop = min(v + _TOGETHER, len(pos))
            hint = find_blocks_jit(
                data, block_start, block_offset, contig_block, contig_byte, contig[v:stop], pos[v:stop], hint, block_of
            )
        c, target = contig[v], pos[v]
        out_frequency[v] = math.nan
        out_homozygotes[v] = out_hemizygotes[v] = MISSING_INT
        out_state[v] = ABSENT
        block = block_of[v % _TOGETHER]
        if block >= 0:
            # Within a block the search goes on from where it stands, unless it has to go back.
            if block != opened or before > target:
                segment = block // BLOCKS_PER_SEGMENT
                if not segment_is_whole_jit(words, segment_byte, segment_checksum, segment, checked):
                    return segment
                open_block_jit(data, contig_byte[c] + int(np.int64(block_offset[block])), layout)
                homs, hemis = layout[_HOMOZYGOTES], layout[_HEMIZYGOTES]
                opened, j, here = block, 0, int(np.int64(block_start[block]))
                at = layout[_DELTAS] + 1
            before = target
            here, j, at = go_to_jit(data, here, j, at, layout[_N] - 1, target)
            if here == target:
                found = find_allele_jit(data, layout, j, at, key[v], text, text_offset)
                if found >= 0:
                    value = frequency_of_jit(data, layout, found)
                    out_frequency[v] = value
                    out_state[v] = NO_FREQUENCY if math.isnan(value) else FOUND
                    # What is listed before this position is not asked for again before the block is opened again.
                    homs = step_counts_jit(data, homs, layout[_HEMIZYGOTES], j)
                    hemis = step_counts_jit(data, hemis, layout[_EXACT], j)
                    out_homozygotes[v] = count_of_jit(data, homs, layout[_HEMIZYGOTES], found)
                    out_hemizygotes[v] = count_of_jit(data, hemis, layout[_EXACT], found)
                    continue
        if coverage_known and not (
            c >= 0 and is_covered_jit(covered_start, covered_end, contig_covered[c], contig_covered[c + 1], target)
        ):
            out_state[v] = NOT_COVERED
    return -1


lookup_borrowed_jit = inline(lookup_borrowed)


def lookup(
    data: np.ndarray,
    words: np.ndarray,
    block_start: np.ndarray,
    block_offset: np.ndarray,
    contig_block: np.ndarray,
    contig_byte: np.ndarray,
    segment_byte: np.ndarray,
    segment_checksum: np.ndarray,
    checked: np.ndarray,
    covered_start: np.ndarray,
    covered_end: np.ndarray,
    contig_covered: np.ndarray,
    coverage_known: bool,
    contig: np.ndarray,
    pos: np.ndarray,
    key: np.ndarray,
    text: np.ndarray,
    text_offset: np.ndarray,
    out_frequency: np.ndarray,
    out_homozygotes: np.ndarray,
    out_hemizygotes: np.ndarray,
    out_state: np.ndarray,
) -> int:
    """Look up a batch of alleles in a compiled source, exactly; any order, fastest when sorted.

    data : uint8, words : uint64, the same packed bytes; block_start, block_offset : uint32 (b,)
    contig_block, contig_byte, contig_covered : int64 (c+1,), first block, byte and interval of each contig
    segment_byte : int64 (s+1,), segment_checksum : uint64 (s,), checked : uint8 (s,), one segment per
        BLOCKS_PER_SEGMENT blocks
    contig : int32 (v,), -1 where the source does not know the contig; pos : int64 (v,), 1-based; key : int64 (v,)
    out_frequency : float64 (v,), NaN unless FOUND; out_homozygotes, out_hemizygotes : int32 (v,), -1 missing
    out_state : int8 (v,), FOUND, ABSENT, NOT_COVERED or NO_FREQUENCY (in the source, without a usable value)
    Returns -1, or the number of the segment whose bytes are damaged.
    """
    return lookup_borrowed_jit(
        borrow(data),
        borrow(words),
        borrow(block_start),
        borrow(block_offset),
        borrow(contig_block),
        borrow(contig_byte),
        borrow(segment_byte),
        borrow(segment_checksum),
        borrow(checked),
        borrow(covered_start),
        borrow(covered_end),
        borrow(contig_covered),
        coverage_known,
        borrow(contig),
        borrow(pos),
        borrow(key),
        borrow(text),
        borrow(text_offset),
        borrow(out_frequency),
        borrow(out_homozygotes),
        borrow(out_hemizygotes),
        borrow(out_state),
    )


lookup_jit = jit(lookup)
