"""Tabs, numbers, genotypes and FORMAT keys in the bytes of a VCF: where each ends and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from filiation.kernels._jit import inline, jit
from filiation.kernels.damage import (
    BAD_NUMBER,
    BLANK_LINE,
    FIELD_TWICE,
    GT,
    HEADER_AMONG_RECORDS,
    MAX_RECORD_BYTES,
    NUL_BYTE,
    RECORD_TOO_LARGE,
    SOUND,
    UNDECLARED_FIELD,
)
from filiation.kernels.encoding import MISSING_INT
from filiation.kernels.memory import (
    CHECKED,
    WIDE,
    byte_at,
    lowest_bit,
    memory_of,
    newlines_at,
    nuls_at,
    tabs_at,
    word_64_at,
)

# What a FORMAT line declares a field to be.
UNDECLARED, WHOLE, DECIMAL, TEXT = 0, 1, 2, 3

TAB, NEWLINE, RETURN, COMMA, COLON, DOT, HASH = 9, 10, 13, 44, 58, 46, 35
_SLASH, _BAR, _PLUS, _MINUS, _ZERO, _NINE = 47, 124, 43, 45, 48, 57
MOST_FIELDS = 256
# A position or an allele has no more digits than this; a longer one would not fit 32 bits.
_MOST_DIGITS = 10
# Eight digits in a word: `0` in each byte; what carries a byte above 9 into its high half; the high halves; two of
# four pairs of digits; and what each of them counts.
_EIGHT_ZEROS, _SIX_EACH, _HIGH_HALVES = 0x3030303030303030, 0x0606060606060606, -0x0F0F0F0F0F0F0F10
_PAIRS, _TIMES_1000000_AND_100, _TIMES_10000_AND_1 = 0x000000FF000000FF, 0x000F424000000064, 0x0000271000000001
_LOW_HALF = 0xFFFFFFFF
_WORD, _INT = ir.IntType(64), ir.IntType(32)
KEYS = np.frombuffer(b"GTADDPGQPLGL", dtype=np.uint8)


def _call_memchr(typing: Any, function: Any, source: Any, byte: Any, size: Any) -> Any:
    """The C library's memchr, by its address: where a byte stands, 0 when nowhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_WORD, [_WORD, _INT, _WORD])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])

    return types.uintp(types.uintp, types.uintp, types.int32, types.uintp), generate


call_memchr: Any = intrinsic(_call_memchr)


def find_byte(memory: Any, at: int, end: int, byte: int, memchr: int) -> Any:
    """The first place of a byte from `at` to before `end`, `end` when it is not there. memchr: its address, or 0."""
    if memchr != 0 and end - at > 24:
        found = call_memchr(np.uint64(memchr), np.uint64(memory + at), np.int32(byte), np.uint64(end - at))
        return end if found == 0 else np.int64(found) - memory
    while at < end and byte_at(memory, at) != byte:
        at += 1
    return at


def find_byte_checked(memory: Any, at: int, end: int, byte: int, memchr: int) -> Any:
    """`find_byte` where memory is an array whose bounds are checked."""
    while at < end and byte_at(memory, at) != byte:
        at += 1
    return at


find_byte_jit = inline(find_byte_checked if CHECKED else find_byte)


def list_tabs(memory: Any, at: int, end: int, limit: int, tabs: np.ndarray) -> Any:
    """Where the tabs of a line stand, into `tabs`, as far as it has room for; returns how many were found.

    limit : bytes of the memory. `tabs` takes WIDE more places than are asked for; those behind the last are `end`.
    """
    count: Any = 0
    most = tabs.size - WIDE
    while at < end and count < most:
        if at + WIDE <= limit:
            places = tabs_at(memory, at)
            if end - at < WIDE:
                places &= (1 << int(end - at)) - 1
            while places != 0:
                tabs[count] = at + lowest_bit(places)
                count += 1
                places &= places - 1
            at += WIDE
        else:
            if byte_at(memory, at) == TAB:
                tabs[count] = at
                count += 1
            at += 1
    for place in range(count, most):
        tabs[place] = end
    return count


list_tabs_jit = inline(list_tabs)


def list_newlines(memory: Any, at: int, end: int, newlines: np.ndarray, count: int) -> Any:
    """Add the places of the line ends in a piece of memory to a list of `count`; returns how many there are then.

    -1 where a NUL stands there or the list has no room: `find_lines` says what is wrong.
    """
    while at < end:
        if newlines.size - count < WIDE:
            return -1
        if at + WIDE <= end:
            if nuls_at(memory, at) != 0:
                return -1
            places = newlines_at(memory, at)
            while places != 0:
                newlines[count] = at + lowest_bit(places)
                count += 1
                places &= places - 1
            at += WIDE
        else:
            letter = byte_at(memory, at)
            if letter == 0:
                return -1
            if letter == NEWLINE:
                newlines[count] = at
                count += 1
            at += 1
    return count


list_newlines_jit = inline(list_newlines)


def find_lines(data: np.ndarray, start: int, end: int, starts: np.ndarray, memchr: int) -> tuple[int, int, int, int]:
    """Starts of the whole lines in `data[start:end]`.

    Returns
    -------
    lines found, where the first incomplete one starts, damage code, its number (bytes of an endless line).
    """
    memory = memory_of(data)
    count = 0
    at = start
    # The C library behind VCF readers takes a NUL for the end of the line, and loses what follows.
    if find_byte_jit(memory, start, end, 0, memchr) < end:
        nul = find_byte_jit(memory, start, end, 0, memchr)
        while at < nul:
            after = find_byte_jit(memory, at, nul, NEWLINE, memchr)
            if after == nul:
                break
            count += 1
            at = after + 1
        return count, at, NUL_BYTE, 0
    while at < end and count < starts.size:
        after = find_byte_jit(memory, at, end, NEWLINE, memchr)
        if after == end:
            if end - at > MAX_RECORD_BYTES:
                return count, at, RECORD_TOO_LARGE, end - at
            break
        if after == at or (after == at + 1 and byte_at(memory, at) == RETURN):
            return count, at, BLANK_LINE, 0
        if byte_at(memory, at) == HASH:
            return count, at, HEADER_AMONG_RECORDS, 0
        starts[count] = at
        count += 1
        at = after + 1
    return count, at, SOUND, 0


find_lines_jit = jit(find_lines)


def whole_number(memory: Any, at: int, end: int) -> tuple[Any, Any]:
    """A number of digits only, and where it ends; -1 when there is none or it is beyond 10 digits."""
    value: Any = 0
    start = at
    while at < end and byte_at(memory, at) >= _ZERO and byte_at(memory, at) <= _NINE:
        value = value * 10 + byte_at(memory, at) - _ZERO
        at += 1
        if at - start > _MOST_DIGITS:
            return -1, at
    return (value if at > start else -1), at


whole_number_jit = inline(whole_number)


def position_of(memory: Any, at: int, end: int) -> Any:
    """`whole_number` of a column that has to be one from `at` to `end`, else -1."""
    size = end - at
    if size < 8 or size > 9:
        value, stop = whole_number_jit(memory, at, end)
        return value if stop == end else -1
    # Eight digits at once: pairs, then fours, then all.
    digits = int(word_64_at(memory, end - 8)) ^ _EIGHT_ZEROS
    first = byte_at(memory, at) - _ZERO if size == 9 else 0
    if ((digits + _SIX_EACH) | digits) & _HIGH_HALVES or first < 0 or first > 9:
        return -1
    digits = digits * 10 + (digits >> 8)
    low = (digits & _PAIRS) * _TIMES_1000000_AND_100
    high = ((digits >> 16) & _PAIRS) * _TIMES_10000_AND_1
    return first * 100_000_000 + (((low + high) >> 32) & _LOW_HALF)


position_of_jit = inline(position_of)


def find_contig(memory: Any, start: int, end: int, names: np.ndarray, offsets: np.ndarray) -> int:
    """Number of the contig whose name is `byte_at(memory, start:end)`, -1 when none is."""
    for contig in range(offsets.size - 1):
        if offsets[contig + 1] - offsets[contig] != end - start:
            continue
        same = True
        for place in range(end - start):
            if names[offsets[contig] + place] != byte_at(memory, start + place):
                same = False
                break
        if same:
            return contig
    return -1


find_contig_jit = inline(find_contig)


def same_bytes(memory: Any, first: int, second: int, size: int) -> bool:
    """Whether two pieces of one array hold the same bytes."""
    for place in range(size):  # noqa: SIM110 - compiled
        if byte_at(memory, first + place) != byte_at(memory, second + place):
            return False
    return True


same_bytes_jit = inline(same_bytes)


def same_text(memory: Any, first: int, second: int, size: int, limit: int) -> bool:
    """`same_bytes`, by words of eight bytes where they stand within the memory's `limit`."""
    if size > 16 or max(first, second) + 8 > limit:
        return bool(same_bytes_jit(memory, first, second, size))
    if size < 8:
        return bool((word_64_at(memory, first) ^ word_64_at(memory, second)) & ((1 << (8 * size)) - 1) == 0)
    last = size - 8
    return bool(
        word_64_at(memory, first) == word_64_at(memory, second)
        and word_64_at(memory, first + last) == word_64_at(memory, second + last)
    )


same_text_jit = inline(same_text)


def read_format(
    memory: Any, at: int, end: int, keys: np.ndarray, kinds: np.ndarray, layout: np.ndarray
) -> tuple[int, int, int]:
    """Which field each value of a sample is: rows of damage.FIELDS in `layout`, -1 for all others.

    Returns
    -------
    number of fields, damage code, its number.
    """
    count = 0
    while True:
        stop = at
        while stop < end and byte_at(memory, stop) != COLON:
            stop += 1
        if count == layout.size:
            return count, BAD_NUMBER, 0
        layout[count] = -1
        if stop - at == 2:
            for field in range(kinds.size):
                if keys[2 * field] == byte_at(memory, at) and keys[2 * field + 1] == byte_at(memory, at + 1):
                    for earlier in range(count):
                        if layout[earlier] == field:
                            return count, FIELD_TWICE, field
                    if field == GT or kinds[field] == WHOLE or kinds[field] == DECIMAL:
                        layout[count] = field
                    elif kinds[field] == UNDECLARED:
                        return count, UNDECLARED_FIELD, field
        count += 1
        if stop == end:
            return count, SOUND, 0
        at = stop + 1


read_format_jit = inline(read_format)


def read_decimal(memory: Any, at: int, end: int) -> tuple[float, Any]:
    """A number such as -1.5e3, nan or inf, as a 32-bit float holds it, and where it ends; place -1 when it is none."""
    sign = 1.0
    if at < end and (byte_at(memory, at) == _MINUS or byte_at(memory, at) == _PLUS):
        sign = -1.0 if byte_at(memory, at) == _MINUS else 1.0
        at += 1
    if at + 3 <= end:
        first, second, third = byte_at(memory, at) | 32, byte_at(memory, at + 1) | 32, byte_at(memory, at + 2) | 32
        if first == 110 and second == 97 and third == 110:
            return np.nan, at + 3
        if first == 105 and second == 110 and third == 102:
            return sign * np.inf, at + 3
    mantissa: Any = 0
    digits = 0
    exponent = 0
    fraction = False
    while at < end:
        letter = byte_at(memory, at)
        if letter == DOT and not fraction:
            fraction = True
        elif letter >= _ZERO and letter <= _NINE:
            digits += 1
            if mantissa < 100_000_000_000_000_000:
                mantissa = mantissa * 10 + letter - _ZERO
                exponent -= 1 if fraction else 0
            elif not fraction:
                exponent += 1
        else:
            break
        at += 1
    if digits == 0:
        return np.nan, -1
    if at < end and (byte_at(memory, at) | 32) == 101:
        at += 1
        negative = at < end and byte_at(memory, at) == _MINUS
        if at < end and (byte_at(memory, at) == _MINUS or byte_at(memory, at) == _PLUS):
            at += 1
        power, at = whole_number_jit(memory, at, end)
        if power < 0:
            return np.nan, -1
        exponent += -power if negative else power
    value = float(mantissa)
    if exponent < 0:
        value = value / 10.0**-exponent if exponent >= -300 else 0.0
    elif exponent > 0:
        value = value * 10.0**exponent if exponent <= 300 else np.inf
    return sign * float(np.float32(value)), at


read_decimal_jit = inline(read_decimal)


def read_values(memory: Any, at: int, end: int, kind: int) -> tuple[float, float, float, Any]:
    """The first three values of a comma-separated list, NaN for missing, and where the list ends; -1 when damaged.

    A whole number beyond 32 bits is missing, as in the C library; an empty list too.
    """
    count = 0
    first, second, third = np.nan, np.nan, np.nan
    while True:
        value = np.nan
        if (
            at < end
            and byte_at(memory, at) == DOT
            and (at + 1 == end or byte_at(memory, at + 1) in (COMMA, COLON, TAB))
        ):
            at += 1
        elif at == end or byte_at(memory, at) == COLON or byte_at(memory, at) == TAB or byte_at(memory, at) == COMMA:
            pass
        elif kind == DECIMAL:
            value, at = read_decimal_jit(memory, at, end)
            if at < 0:
                return first, second, third, -1
        else:
            negative = byte_at(memory, at) == _MINUS
            if negative or byte_at(memory, at) == _PLUS:
                at += 1
            start = at
            number: Any = 0
            while at < end and byte_at(memory, at) >= _ZERO and byte_at(memory, at) <= _NINE:
                if number < 10_000_000_000:
                    number = number * 10 + byte_at(memory, at) - _ZERO
                at += 1
            if at == start:
                return first, second, third, -1
            number = -number if negative else number
            if number <= 2147483647 and number >= -2147483640:
                value = float(number)
        if count == 0:
            first = value
        elif count == 1:
            second = value
        elif count == 2:
            third = value
        count += 1
        if at == end or byte_at(memory, at) == COLON or byte_at(memory, at) == TAB:
            return first, second, third, at
        if byte_at(memory, at) != COMMA:
            return first, second, third, -1
        at += 1


read_values_jit = inline(read_values)


def read_genotype(memory: Any, at: int, end: int) -> tuple[int, int, int, int, int]:
    """Ploidy, known alleles, alternate alleles, highest allele of a genotype, and where it ends; place -1 damaged."""
    ploidy = 0
    known = 0
    alternate = 0
    highest = -1
    # Since VCF 4.4 the first allele may carry a sign of phase too.
    if at < end and (byte_at(memory, at) == _SLASH or byte_at(memory, at) == _BAR):
        at += 1
    while True:
        if at < end and byte_at(memory, at) == DOT:
            at += 1
        else:
            allele, at = whole_number_jit(memory, at, end)
            if allele < 0:
                return ploidy, known, alternate, highest, -1
            known += 1
            alternate += allele == 1
            highest = max(highest, allele)
        ploidy += 1
        if at == end or byte_at(memory, at) == COLON or byte_at(memory, at) == TAB:
            return ploidy, known, alternate, highest, at
        if byte_at(memory, at) != _SLASH and byte_at(memory, at) != _BAR:
            return ploidy, known, alternate, highest, -1
        at += 1


read_genotype_jit = inline(read_genotype)


def reads_of(value: float) -> int:
    """A number of reads; missing and negative are MISSING_INT."""
    return int(value) if value >= 0.0 and value < 2147483648.0 else MISSING_INT


reads_of_jit = inline(reads_of)
