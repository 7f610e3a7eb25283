"""Which frequency does a compiled source give for each allele asked for? Packing it, and looking it up.

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

BLOCK_RECORDS = 128
LONG = 255
RAW = 1

# An allele key holds lengths and bases of up to 26 bases, REF and ALT together.
KEY_BASES = 26

FREQUENCY_ZERO, FREQUENCY_MISSING, FREQUENCY_EXACT = 0, 0xFFFFFE, 0xFFFFFF
_MANTISSAS, _LEAST_MANTISSA, _DECADES = 900_000, 100_000, 18
# Powers of ten up to 10^22 are exact in a double, so that one division gives the double nearest to the decimal.
_POWER = 10.0 ** np.arange(23)

# What a source says of an allele.
FOUND, ABSENT, NOT_COVERED, NO_FREQUENCY = 0, 1, 2, 3

# Entries of the layout of one block: where each part starts.
_N, _FLAGS, _DELTAS, _CODES, _FREQUENCIES, _LONGS, _HOMOZYGOTES, _HEMIZYGOTES, _EXACT = range(9)
_LAYOUT = 9
BLOCKS_PER_SEGMENT = 512
_WORD = 8
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
        mantissa = round(frequency * _POWER[exponent + 5])
        if (
            _LEAST_MANTISSA <= mantissa < _LEAST_MANTISSA + _MANTISSAS
            and np.float32(mantissa / _POWER[exponent + 5]) == frequency
        ):
            return int(1 + exponent * _MANTISSAS + mantissa - _LEAST_MANTISSA)
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


def open_block(data: np.ndarray, at: int, layout: np.ndarray) -> None:
    """Read the head of a block: how many alleles, and where each part starts."""
    n, at = get_number_jit(data, at)
    flags, at = get_number_jit(data, at)
    deltas, at = get_number_jit(data, at)
    longs, at = get_number_jit(data, at)
    homs, at = get_number_jit(data, at)
    hemis, at = get_number_jit(data, at)
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
    exponent = (code - 1) // _MANTISSAS
    mantissa = (code - 1) % _MANTISSAS + _LEAST_MANTISSA
    return float(np.float32(mantissa / _POWER[exponent + 5]))


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

    Gallops from `hint` when the block asked for lies at or after it, else bisects the whole contig.
    """
    low, high = first - 1, last
    if first <= hint < last and block_start[hint] <= pos:
        low = hint
        step = 1
        while low + step < last and block_start[low + step] <= pos:
            low += step
            step *= 2
        high = min(last, low + step)
    while high - low > 1:
        middle = (low + high) // 2
        if block_start[middle] <= pos:
            low = middle
        else:
            high = middle
    return low


find_block_jit = inline(find_block)


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
    layout = np.zeros(_LAYOUT, dtype=np.int64)
    opened, hint, at, j, here, before = -1, -1, 0, 0, 0, 0
    for v in range(len(pos)):
        c, target = contig[v], pos[v]
        out_frequency[v] = math.nan
        out_homozygotes[v] = out_hemizygotes[v] = MISSING_INT
        out_state[v] = ABSENT
        block = -1
        if c >= 0 and contig_block[c] < contig_block[c + 1]:
            block = find_block_jit(block_start, contig_block[c], contig_block[c + 1], hint, target)
        if c >= 0 and block >= contig_block[c]:
            hint = block
            # Within a block the search goes on from where it stands, unless it has to go back.
            if block != opened or before > target:
                segment = block // BLOCKS_PER_SEGMENT
                if not segment_is_whole_jit(words, segment_byte, segment_checksum, segment, checked):
                    return segment
                open_block_jit(data, contig_byte[c] + int(np.int64(block_offset[block])), layout)
                opened, j, here = block, 0, int(np.int64(block_start[block]))
                at = layout[_DELTAS] + 1
            before = target
            while here < target and j + 1 < layout[_N]:
                delta, at = get_number_jit(data, at)
                here += delta
                j += 1
            if here == target:
                found = find_allele_jit(data, layout, j, at, key[v], text, text_offset)
                if found >= 0:
                    value = frequency_of_jit(data, layout, found)
                    out_frequency[v] = value
                    out_state[v] = NO_FREQUENCY if math.isnan(value) else FOUND
                    homs, hemis = layout[_HOMOZYGOTES], layout[_HEMIZYGOTES]
                    out_homozygotes[v] = count_of_jit(data, homs, hemis, found)
                    out_hemizygotes[v] = count_of_jit(data, hemis, layout[_EXACT], found)
                    continue
        if coverage_known and not (
            c >= 0 and is_covered_jit(covered_start, covered_end, contig_covered[c], contig_covered[c + 1], target)
        ):
            out_state[v] = NOT_COVERED
    return -1


lookup_jit = jit(lookup)
