"""What do the members of a family show in the lines of an inflated VCF, read straight from its bytes?

Every column is found by its tab and every value by its separator, within the line; INFO is stepped over. The first
line that is not sound ends the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from filiation.kernels._jit import inline, jit
from filiation.kernels.damage import (
    AD,
    ALLELE_OUT_OF_RANGE,
    BAD_GENOTYPE,
    BAD_NUMBER,
    BAD_POSITION,
    BLANK_LINE,
    DP,
    EMPTY_ALLELE,
    FIELD_TWICE,
    GQ,
    GT,
    HEADER_AMONG_RECORDS,
    MAX_RECORD_BYTES,
    NOT_BIALLELIC,
    NUL_BYTE,
    PL,
    POSITION_OUTSIDE,
    RECORD_TOO_LARGE,
    SOUND,
    TOO_FEW_COLUMNS,
    TOO_MANY_VALUES,
    UNDECLARED_FIELD,
    UNKNOWN_CONTIG,
    UNSORTED,
    WRONG_SAMPLE_COUNT,
)
from filiation.kernels.decode_bcf import genotype_of_jit, place_likelihoods_jit
from filiation.kernels.encoding import MISSING, MISSING_INT

# What a FORMAT line declares a field to be.
UNDECLARED, WHOLE, DECIMAL, TEXT = 0, 1, 2, 3

_TAB, _NEWLINE, _RETURN, _COMMA, _COLON, _DOT, _HASH = 9, 10, 13, 44, 58, 46, 35
_SLASH, _BAR, _PLUS, _MINUS, _ZERO, _NINE = 47, 124, 43, 45, 48, 57
_MOST_FIELDS = 256
# A position or an allele has no more digits than this; a longer one would not fit 32 bits.
_MOST_DIGITS = 10
_WORD, _INT = ir.IntType(64), ir.IntType(32)
_KEYS = np.frombuffer(b"GTADDPGQPLGL", dtype=np.uint8)


def _call_memchr(typing: Any, function: Any, source: Any, byte: Any, size: Any) -> Any:
    """The C library's memchr, by its address: where a byte stands, 0 when nowhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_WORD, [_WORD, _INT, _WORD])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])

    return types.uintp(types.uintp, types.uintp, types.int32, types.uintp), generate


call_memchr: Any = intrinsic(_call_memchr)


def find_byte(data: np.ndarray, at: int, end: int, byte: int, memchr: int) -> Any:
    """The first place of a byte in `data[at:end]`, `end` when it is not there. memchr: its address, or 0."""
    if memchr != 0 and end - at > 24:
        base = data.ctypes.data
        found = call_memchr(np.uint64(memchr), np.uint64(base + at), np.int32(byte), np.uint64(end - at))
        return end if found == 0 else np.int64(found - base)
    while at < end and data[at] != byte:
        at += 1
    return at


find_byte_jit = inline(find_byte)


def find_lines(data: np.ndarray, start: int, end: int, starts: np.ndarray, memchr: int) -> tuple[int, int, int, int]:
    """Starts of the whole lines in `data[start:end]`.

    Returns
    -------
    lines found, where the first incomplete one starts, damage code, its number (bytes of an endless line).
    """
    count = 0
    at = start
    # The C library behind VCF readers takes a NUL for the end of the line, and loses what follows.
    if find_byte_jit(data, start, end, 0, memchr) < end:
        nul = find_byte_jit(data, start, end, 0, memchr)
        while at < nul:
            after = find_byte_jit(data, at, nul, _NEWLINE, memchr)
            if after == nul:
                break
            count += 1
            at = after + 1
        return count, at, NUL_BYTE, 0
    while at < end and count < starts.size:
        after = find_byte_jit(data, at, end, _NEWLINE, memchr)
        if after == end:
            if end - at > MAX_RECORD_BYTES:
                return count, at, RECORD_TOO_LARGE, end - at
            break
        if after == at or (after == at + 1 and data[at] == _RETURN):
            return count, at, BLANK_LINE, 0
        if data[at] == _HASH:
            return count, at, HEADER_AMONG_RECORDS, 0
        starts[count] = at
        count += 1
        at = after + 1
    return count, at, SOUND, 0


find_lines_jit = jit(find_lines)


def whole_number(data: np.ndarray, at: int, end: int) -> tuple[Any, Any]:
    """A number of digits only, and where it ends; -1 when there is none or it is beyond 10 digits."""
    value: Any = 0
    start = at
    while at < end and data[at] >= _ZERO and data[at] <= _NINE:
        value = value * 10 + np.int64(data[at]) - _ZERO
        at += 1
        if at - start > _MOST_DIGITS:
            return -1, at
    return (value if at > start else -1), at


whole_number_jit = inline(whole_number)


def find_contig(data: np.ndarray, start: int, end: int, names: np.ndarray, offsets: np.ndarray) -> int:
    """Number of the contig whose name is `data[start:end]`, -1 when none is."""
    for contig in range(offsets.size - 1):
        if offsets[contig + 1] - offsets[contig] != end - start:
            continue
        same = True
        for place in range(end - start):
            if names[offsets[contig] + place] != data[start + place]:
                same = False
                break
        if same:
            return contig
    return -1


find_contig_jit = inline(find_contig)


def same_bytes(data: np.ndarray, first: int, second: int, size: int) -> bool:
    """Whether two pieces of one array hold the same bytes."""
    for place in range(size):  # noqa: SIM110 - compiled
        if data[first + place] != data[second + place]:
            return False
    return True


same_bytes_jit = inline(same_bytes)


def read_format(
    data: np.ndarray, at: int, end: int, keys: np.ndarray, kinds: np.ndarray, layout: np.ndarray
) -> tuple[int, int, int]:
    """Which field each value of a sample is: rows of damage.FIELDS in `layout`, -1 for all others.

    Returns
    -------
    number of fields, damage code, its number.
    """
    count = 0
    while True:
        stop = at
        while stop < end and data[stop] != _COLON:
            stop += 1
        if count == layout.size:
            return count, BAD_NUMBER, 0
        layout[count] = -1
        if stop - at == 2:
            for field in range(kinds.size):
                if keys[2 * field] == data[at] and keys[2 * field + 1] == data[at + 1]:
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


def read_decimal(data: np.ndarray, at: int, end: int) -> tuple[float, Any]:
    """A number such as -1.5e3, nan or inf, as a 32-bit float holds it, and where it ends; place -1 when it is none."""
    sign = 1.0
    if at < end and (data[at] == _MINUS or data[at] == _PLUS):
        sign = -1.0 if data[at] == _MINUS else 1.0
        at += 1
    if at + 3 <= end:
        first, second, third = data[at] | 32, data[at + 1] | 32, data[at + 2] | 32
        if first == 110 and second == 97 and third == 110:
            return np.nan, at + 3
        if first == 105 and second == 110 and third == 102:
            return sign * np.inf, at + 3
    mantissa: Any = 0
    digits = 0
    exponent = 0
    fraction = False
    while at < end and ((data[at] >= _ZERO and data[at] <= _NINE) or (data[at] == _DOT and not fraction)):
        if data[at] == _DOT:
            fraction = True
        else:
            digits += 1
            if mantissa < 100_000_000_000_000_000:
                mantissa = mantissa * 10 + np.int64(data[at]) - _ZERO
                exponent -= 1 if fraction else 0
            elif not fraction:
                exponent += 1
        at += 1
    if digits == 0:
        return np.nan, -1
    if at < end and (data[at] | 32) == 101:
        at += 1
        negative = at < end and data[at] == _MINUS
        if at < end and (data[at] == _MINUS or data[at] == _PLUS):
            at += 1
        power, at = whole_number_jit(data, at, end)
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


def read_values(data: np.ndarray, at: int, end: int, kind: int, values: np.ndarray) -> tuple[int, Any]:
    """The first values of a comma-separated list, NaN for missing, and where the list ends; -1 when damaged.

    A whole number beyond 32 bits is missing, as in the C library; an empty list too.
    """
    count = 0
    values[:] = np.nan
    while True:
        value = np.nan
        if at < end and data[at] == _DOT and (at + 1 == end or data[at + 1] in (_COMMA, _COLON, _TAB)):
            at += 1
        elif at == end or data[at] == _COLON or data[at] == _TAB or data[at] == _COMMA:
            pass
        elif kind == DECIMAL:
            value, at = read_decimal_jit(data, at, end)
            if at < 0:
                return count, -1
        else:
            negative = data[at] == _MINUS
            if negative or data[at] == _PLUS:
                at += 1
            start = at
            number: Any = 0
            while at < end and data[at] >= _ZERO and data[at] <= _NINE:
                if number < 10_000_000_000:
                    number = number * 10 + np.int64(data[at]) - _ZERO
                at += 1
            if at == start:
                return count, -1
            number = -number if negative else number
            if number <= 2147483647 and number >= -2147483640:
                value = float(number)
        if count < values.size:
            values[count] = value
        count += 1
        if at == end or data[at] == _COLON or data[at] == _TAB:
            return count, at
        if data[at] != _COMMA:
            return count, -1
        at += 1


read_values_jit = inline(read_values)


def read_genotype(data: np.ndarray, at: int, end: int) -> tuple[int, int, int, int, int]:
    """Ploidy, known alleles, alternate alleles, highest allele of a genotype, and where it ends; place -1 damaged."""
    ploidy = 0
    known = 0
    alternate = 0
    highest = -1
    # Since VCF 4.4 the first allele may carry a sign of phase too.
    if at < end and (data[at] == _SLASH or data[at] == _BAR):
        at += 1
    while True:
        if at < end and data[at] == _DOT:
            at += 1
        else:
            allele, at = whole_number_jit(data, at, end)
            if allele < 0:
                return ploidy, known, alternate, highest, -1
            known += 1
            alternate += allele == 1
            highest = max(highest, allele)
        ploidy += 1
        if at == end or data[at] == _COLON or data[at] == _TAB:
            return ploidy, known, alternate, highest, at
        if data[at] != _SLASH and data[at] != _BAR:
            return ploidy, known, alternate, highest, -1
        at += 1


read_genotype_jit = inline(read_genotype)


def reads_of(value: float) -> int:
    """A number of reads; missing and negative are MISSING_INT."""
    return int(value) if value >= 0.0 and value < 2147483648.0 else MISSING_INT


reads_of_jit = inline(reads_of)


def read_member(
    data: np.ndarray,
    at: int,
    end: int,
    v: int,
    p: int,
    kinds: np.ndarray,
    layout: np.ndarray,
    values: np.ndarray,
    genotype: np.ndarray,
    alleles_called: np.ndarray,
    ref_depth: np.ndarray,
    alt_depth: np.ndarray,
    depth: np.ndarray,
    genotype_quality: np.ndarray,
    phred: np.ndarray,
    log10_likelihood: np.ndarray,
) -> tuple[int, int, Any]:
    """One sample's values, up to its tab. Damage code, its number (-1: the sample), and where the sample ends."""
    for field in range(layout.size):
        code = layout[field]
        if code < 0:
            while at < end and data[at] != _COLON and data[at] != _TAB:
                at += 1
        elif code == GT:
            ploidy, known, alternate, highest, at = read_genotype_jit(data, at, end)
            if at < 0:
                return BAD_GENOTYPE, -1, at
            if highest > 1:
                return ALLELE_OUT_OF_RANGE, highest, at
            genotype[v, p] = genotype_of_jit(ploidy, known, alternate)
            alleles_called[v, p] = min(known, 127)
        else:
            _, at = read_values_jit(data, at, end, kinds[code], values)
            if at < 0:
                return BAD_NUMBER, -1, at
            if code == AD:
                ref_depth[v, p] = reads_of_jit(values[0])
                alt_depth[v, p] = reads_of_jit(values[1])
            elif code == DP:
                depth[v, p] = reads_of_jit(values[0])
            elif code == GQ:
                genotype_quality[v, p] = values[0]
            else:
                place_likelihoods_jit(values)
                if code == PL:
                    phred[v, p] = values
                else:
                    log10_likelihood[v, p] = values
        if at == end or data[at] == _TAB:
            return SOUND, 0, at
        at += 1
    return TOO_MANY_VALUES, -1, at


read_member_jit = inline(read_member)


def read_site(data: np.ndarray, at: int, end: int, alleles: np.ndarray, memchr: int) -> tuple[int, int, Any, Any]:
    """POS and alleles from behind CHROM's tab. Damage code, its number, position, place of INFO's tab or the end."""
    position, at = whole_number_jit(data, at, end)
    if position < 0 or at == end or data[at] != _TAB:
        return BAD_POSITION, 0, position, at
    at = find_byte_jit(data, at + 1, end, _TAB, 0)
    for item in range(2):
        if at == end:
            return TOO_FEW_COLUMNS, 0, position, at
        stop = find_byte_jit(data, at + 1, end, _TAB, 0)
        alleles[2 * item] = at + 1
        alleles[2 * item + 1] = stop - at - 1
        if stop == at + 1:
            return EMPTY_ALLELE, 0, position, at
        at = stop
    alternates = 1
    for place in range(alleles[2], alleles[2] + alleles[3]):
        alternates += data[place] == _COMMA
    if alleles[3] == 1 and data[alleles[2]] == _DOT:
        alternates = 0
    if alternates != 1:
        return NOT_BIALLELIC, alternates, position, at
    for _ in range(2):
        if at == end:
            return TOO_FEW_COLUMNS, 0, position, at
        at = find_byte_jit(data, at + 1, end, _TAB, 0)
    if at == end:
        return TOO_FEW_COLUMNS, 0, position, at
    return SOUND, 0, position, find_byte_jit(data, at + 1, end, _TAB, memchr)


read_site_jit = inline(read_site)


def decode_vcf(
    data: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    members: np.ndarray,
    kinds: np.ndarray,
    names: np.ndarray,
    offsets: np.ndarray,
    contig_length: np.ndarray,
    memchr: int,
    contig_index: np.ndarray,
    pos: np.ndarray,
    alleles: np.ndarray,
    genotype: np.ndarray,
    alleles_called: np.ndarray,
    ref_depth: np.ndarray,
    alt_depth: np.ndarray,
    depth: np.ndarray,
    genotype_quality: np.ndarray,
    phred: np.ndarray,
    log10_likelihood: np.ndarray,
) -> tuple[int, int, int]:
    """Decode the biallelic lines that lie in `data[starts[v]:ends[v]]` for the members whose columns are asked for.

    v = records, p = members, s = samples of the header, c = contigs.

    Parameters
    ----------
    data : uint8, inflated.  ends : behind the line's end.
    members : int64 (s,), member of each sample, -1 not asked for.
    kinds : int64 (6,), UNDECLARED, WHOLE, DECIMAL or TEXT for each of damage.FIELDS.
    names, offsets : the contigs' names, one behind the other, uint8 and int64 (c + 1,).
    contig_length : int64 (c,), 0 unknown.  memchr : address of the C library's function, 0 to do without.
    contig_index … log10_likelihood : filled; alleles : int64 (v, 4), start and length of REF and of ALT in `data`.
        An empty `log10_likelihood` means that the field is not declared.

    Returns
    -------
    damage code, record it concerns, its number.
    """
    layout = np.empty(_MOST_FIELDS, dtype=np.int64)
    values = np.empty(3)
    fields = 0
    last_contig, last_pos, name_start, name_size = -1, 0, 0, -1
    format_start, format_size = 0, -1
    for v in range(starts.size):
        at = starts[v]
        end = ends[v]
        if end > at and data[end - 1] == _NEWLINE:
            end -= 1
        if end > at and data[end - 1] == _RETURN:
            end -= 1
        stop = find_byte_jit(data, at, end, _TAB, 0)
        if stop == end:
            return TOO_FEW_COLUMNS, v, 0
        contig = last_contig
        if stop - at != name_size or not same_bytes_jit(data, at, name_start, name_size):
            contig = find_contig_jit(data, at, stop, names, offsets)
            if contig < 0:
                return UNKNOWN_CONTIG, v, -1
            name_start, name_size = at, stop - at
        code, detail, position, at = read_site_jit(data, stop + 1, end, alleles[v], memchr)
        if code != SOUND:
            return code, v, detail
        if contig_length[contig] > 0 and position > contig_length[contig] + 1:
            return POSITION_OUTSIDE, v, position
        if contig == last_contig and position < last_pos:
            return UNSORTED, v, last_pos
        last_contig = contig
        last_pos = position
        contig_index[v] = contig
        pos[v] = position
        genotype[v] = MISSING
        alleles_called[v] = 0
        ref_depth[v] = MISSING_INT
        alt_depth[v] = MISSING_INT
        depth[v] = MISSING_INT
        genotype_quality[v] = np.nan
        phred[v] = np.nan
        if log10_likelihood.size:
            log10_likelihood[v] = np.nan
        if members.size == 0:
            continue
        if at == end:
            return TOO_FEW_COLUMNS, v, 0
        stop = find_byte_jit(data, at + 1, end, _TAB, 0)
        if stop - at - 1 != format_size or not same_bytes_jit(data, at + 1, format_start, format_size):
            fields, code, detail = read_format_jit(data, at + 1, stop, _KEYS, kinds, layout)
            if code != SOUND:
                return code, v, detail
            format_start, format_size = at + 1, stop - at - 1
        at = stop
        for sample in range(members.size):
            if at == end:
                return TOO_FEW_COLUMNS, v, 0
            if members[sample] < 0:
                at = find_byte_jit(data, at + 1, end, _TAB, memchr)
                continue
            code, detail, at = read_member_jit(
                data, at + 1, end, v, members[sample], kinds, layout[:fields], values, genotype, alleles_called,
                ref_depth, alt_depth, depth, genotype_quality, phred, log10_likelihood,
            )  # fmt: skip
            if code != SOUND:
                return code, v, sample if detail < 0 else detail
        if at != end:
            return WRONG_SAMPLE_COUNT, v, members.size + 1
    return SOUND, -1, 0


decode_vcf_jit = jit(decode_vcf)
