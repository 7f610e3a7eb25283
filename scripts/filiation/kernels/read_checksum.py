"""Are these the same reads, whatever their order, place on the genome and strand?

Each read gives one number from its name, its number in the pair and its bases as the sequencer read them; the numbers
are added modulo 2^64. The sum does not depend on the order of the reads, on their alignment, or on marks (duplicate,
mapped or not), and it changes when a read is lost, doubled or altered (by chance it stays the same once in 2^64).
Letters other than A, C, G and T count as N, which is what aligners write for them.
"""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import inline, jit

# Places of the totals: records of any kind, reads (each once), bases of the reads, sum of the reads' numbers.
RECORDS, READS, BASES, CHECKSUM = range(4)
N_TOTALS = 4

NEWLINE, SPACE, TAB, RETURN, SLASH = 10, 32, 9, 13, 47
# FNV-1a, 64 bits (Fowler, Noll, Vo), and the last mixing of splitmix64 (Steele, Lea, Flood 2014).
START, FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)

# Code of a base: A 0, C 1, G 2, T 3, all else 4. Of letters, and of the four bits that BAM uses (SAM, section 4.2).
LETTER_CODE = np.full(256, 4, dtype=np.uint8)
for _code, _letters in enumerate((b"Aa", b"Cc", b"Gg", b"Tt")):
    LETTER_CODE[list(_letters)] = _code
NIBBLE_CODE = np.full(16, 4, dtype=np.uint8)
NIBBLE_CODE[[1, 2, 4, 8]] = (0, 1, 2, 3)
COMPLEMENT = np.array([3, 2, 1, 0, 4], dtype=np.uint8)

REVERSE, FIRST, SECOND, NOT_PRIMARY = 0x10, 0x40, 0x80, 0x900


def _step(number: np.uint64, byte: np.uint64) -> np.uint64:
    """One byte more."""
    return (number ^ byte) * FACTOR


step = inline(_step)


def _finish(number: np.uint64) -> np.uint64:
    """Spread every bit over all others, so that sums do not cancel."""
    number = (number ^ (number >> SHIFT_1)) * MIX_1
    number = (number ^ (number >> SHIFT_2)) * MIX_2
    return number ^ (number >> SHIFT_3)


finish = inline(_finish)


def _start(data: np.ndarray, begin: int, end: int, mate: int) -> np.uint64:
    """The name, and which read of its pair it is."""
    number = START
    for place in range(begin, end):
        number = step(number, np.uint64(data[place]))
    return step(step(number, np.uint64(0)), np.uint64(mate))


start = inline(_start)


def _line_end(data: np.ndarray, begin: int, length: int) -> int:
    """Place of the next line end; `length` when there is none."""
    place = begin
    while place < length and data[place] != NEWLINE:
        place += 1
    return place


line_end = inline(_line_end)


def fastq_reads(data: np.ndarray, length: int, mate: int, totals: np.ndarray) -> int:
    """Add the whole FASTQ records at the beginning of a piece of text; returns the bytes that were used.

    Names end at the first white space and lose a closing `/1` or `/2`.

    Parameters
    ----------
    data : uint8 (b,), text that begins with a record, of which the first `length` bytes count.
    mate : 1 or 2, the read of the pair that this file holds; 0 without pairs.
    totals : uint64 (4,), RECORDS, READS, BASES, CHECKSUM; added to.
    """
    used = 0
    while True:
        ends_name = line_end(data, used, length)
        ends_bases = line_end(data, ends_name + 1, length)
        ends_plus = line_end(data, ends_bases + 1, length)
        ends_record = line_end(data, ends_plus + 1, length)
        if ends_record >= length:
            return used
        last = used + 1
        while last < ends_name and data[last] != SPACE and data[last] != TAB and data[last] != RETURN:
            last += 1
        if last - used > 3 and data[last - 2] == SLASH and (data[last - 1] == 49 or data[last - 1] == 50):
            last -= 2
        number = start(data, used + 1, last, mate)
        ends_sequence = ends_bases
        if ends_sequence > ends_name + 1 and data[ends_sequence - 1] == RETURN:
            ends_sequence -= 1
        for place in range(ends_name + 1, ends_sequence):
            number = step(number, np.uint64(LETTER_CODE[data[place]]))
        totals[RECORDS] += np.uint64(1)
        totals[READS] += np.uint64(1)
        totals[BASES] += np.uint64(ends_sequence - ends_name - 1)
        totals[CHECKSUM] += finish(number)
        used = ends_record + 1


fastq_reads_jit = jit(fastq_reads)


def _number(data: np.ndarray, place: int, size: int) -> int:
    """A little-endian number of 1 to 4 bytes."""
    value = 0
    for offset in range(size):
        value |= int(data[place + offset]) << (8 * offset)
    return value


number_at = inline(_number)


def bam_reads(data: np.ndarray, begin: int, length: int, totals: np.ndarray) -> int:
    """Add the whole BAM records of a piece; returns the place of the first byte that was not used.

    Secondary and supplementary records are parts of reads that stand elsewhere: they count as records only. The bases
    of a read on the reverse strand are complemented and taken from the end, as the sequencer read them.

    Parameters
    ----------
    data : uint8 (b,), uncompressed BAM; a record begins at `begin`, the first `length` bytes count.
    totals : uint64 (4,), RECORDS, READS, BASES, CHECKSUM; added to.
    """
    place = begin
    while place + 36 <= length:
        size = number_at(data, place, 4)
        if place + 4 + size > length:
            break
        name_length = number_at(data, place + 12, 1)
        cigar = number_at(data, place + 16, 2)
        flag = number_at(data, place + 18, 2)
        bases = number_at(data, place + 20, 4)
        totals[RECORDS] += np.uint64(1)
        if not flag & NOT_PRIMARY:
            mate = 0
            if flag & FIRST:
                mate = 1
            elif flag & SECOND:
                mate = 2
            name = place + 36
            number = start(data, name, name + name_length - 1, mate)
            sequence = name + name_length + 4 * cigar
            for offset in range(bases):
                index = bases - 1 - offset if flag & REVERSE else offset
                packed = data[sequence + (index >> 1)]
                code = NIBBLE_CODE[packed & 15] if index & 1 else NIBBLE_CODE[packed >> 4]
                if flag & REVERSE:
                    code = COMPLEMENT[code]
                number = step(number, np.uint64(code))
            totals[READS] += np.uint64(1)
            totals[BASES] += np.uint64(bases)
            totals[CHECKSUM] += finish(number)
        place += 4 + size
    return place


bam_reads_jit = jit(bam_reads)
