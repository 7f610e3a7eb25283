"""Typed values in the bytes of a BCF record: integers of three widths, floats, descriptors, genotypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from filiation.kernels._jit import inline
from filiation.kernels.encoding import MISSING, MISSING_INT
from filiation.kernels.memory import byte_at, float_32_at, word_16_at, word_32_at

# Types of the typed values.
INT8, INT16, INT32, FLOAT, CHARACTER = 1, 2, 3, 5, 7
# Four bits for each type, the lowest for type 0: its width and one more, 0 where no such type exists. Types change
# from record to record, and a table asks for no guess.
_WIDTHS = 0x20505321
# Values that no integer of a file takes: missing, and end of a short vector.
_NO_VALUE = -(1 << 40)
_END = -(1 << 41)


def signed_32(memory: Any, at: int) -> Any:
    """Little-endian signed 32-bit number."""
    value = word_32_at(memory, at)
    return value - 4294967296 if value >= 2147483648 else value


signed_32_jit = inline(signed_32)


def integer_at(memory: Any, at: int, kind: int) -> Any:
    """An integer of 1, 2 or 4 bytes; `_NO_VALUE` for missing, `_END` for the end of a vector."""
    if kind == INT8:
        value = byte_at(memory, at)
        if value >= 128:
            value -= 256
            if value == -128:
                return _NO_VALUE
            if value == -127:
                return _END
        return value
    if kind == INT16:
        value = word_16_at(memory, at)
        if value >= 32768:
            value -= 65536
            if value == -32768:
                return _NO_VALUE
            if value == -32767:
                return _END
        return value
    value = signed_32_jit(memory, at)
    if value == -2147483648:
        return _NO_VALUE
    if value == -2147483647:
        return _END
    return value


integer_at_jit = inline(integer_at)


def ends_at(memory: Any, at: int, kind: int) -> bool:
    """Whether a vector ends here: what stands behind the end of a short vector is no value, whatever it is."""
    if kind == INT8:
        return bool(byte_at(memory, at) == 129)
    if kind == INT16:
        return bool(word_16_at(memory, at) == 32769)
    return bool(word_32_at(memory, at) == (0x7F800002 if kind == FLOAT else 0x80000001))


ends_at_jit = inline(ends_at)


def width_of(kind: int) -> Any:
    """Bytes of one value of a type; 0 for the type of nothing, -1 for one that does not exist."""
    return (_WIDTHS >> 4 * (int(kind) & 15) & 15) - 1


width_of_jit = inline(width_of)


def descriptor_at(memory: Any, at: int, end: int) -> tuple[Any, Any, Any]:
    """Type and number of values that a descriptor announces, and where the values start; type -1 when damaged."""
    if at >= end:
        return -1, 0, at
    kind = byte_at(memory, at) & 15
    number = byte_at(memory, at) >> 4
    at += 1
    if number == 15:
        if at >= end:
            return -1, 0, at
        width = byte_at(memory, at) & 15
        single = byte_at(memory, at) >> 4
        at += 1
        if single != 1 or width < INT8 or width > INT32 or at + width_of_jit(width) > end:
            return -1, 0, at
        number = integer_at_jit(memory, at, width)
        if number < 0:
            return -1, 0, at
        at += width_of_jit(width)
    if width_of_jit(kind) < 0:
        return -1, 0, at
    return kind, number, at


descriptor_at_jit = inline(descriptor_at)


def number_at(memory: Any, at: int, kind: int) -> float:
    """A value of any number type as float64, NaN when missing."""
    if kind == INT8 and byte_at(memory, at) < 128:
        return float(byte_at(memory, at))
    if kind == FLOAT:
        return float_32_at(memory, at)
    value = integer_at_jit(memory, at, kind)
    return np.nan if value <= _NO_VALUE else float(value)


number_at_jit = inline(number_at)


def count_at(memory: Any, at: int, kind: int) -> Any:
    """A number of reads; missing and negative are MISSING_INT."""
    if kind == INT8 and byte_at(memory, at) < 128:
        return byte_at(memory, at)
    if kind == FLOAT:
        value = float_32_at(memory, at)
        return np.int64(value) if value >= 0.0 and value < 2147483648.0 else MISSING_INT
    number = integer_at_jit(memory, at, kind)
    return number if number >= 0 else MISSING_INT


count_at_jit = inline(count_at)


def called_alleles(memory: Any, at: int, kind: int, number: int) -> tuple[int, int, int, int]:
    """Ploidy, known alleles, alternate alleles and the highest allele of one genotype; ploidy -1 when damaged."""
    ploidy = 0
    known = 0
    alternate = 0
    highest = -1
    width = width_of_jit(kind)
    ended = False
    for place in range(number):
        value = integer_at_jit(memory, at + place * width, kind)
        if value == _END:
            ended = True
            continue
        # A value behind the end, or one that codes no allele.
        if ended or (value != _NO_VALUE and value < 0):
            return -1, 0, 0, 0
        ploidy += 1
        allele = (value >> 1) - 1 if value != _NO_VALUE else -1
        if allele >= 0:
            known += 1
            alternate += allele == 1
            highest = max(highest, allele)
    return ploidy, known, alternate, highest


called_alleles_jit = inline(called_alleles)


def genotype_of(ploidy: int, known: int, alternate: int) -> int:
    """Genotype code of alleles counted: a haploid 1 counts as two alternate alleles, so that 1 and 1/1 mean the same.

    A half call with the alternate allele counts one; a half call with the reference is missing: the other allele is
    unknown.
    """
    if ploidy == 1:
        return 2 * alternate if known == 1 else MISSING
    if known == 2:
        return alternate
    return 1 if alternate > 0 else MISSING


genotype_of_jit = inline(genotype_of)
