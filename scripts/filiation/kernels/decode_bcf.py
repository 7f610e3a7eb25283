"""What do the members of a family show in the records of an inflated BCF, read straight from its bytes?

Layout: VCF specification v4.3, section 6 (BCF2). Every length is compared with the record that holds it before a
byte is read; INFO is stepped over. Nothing is returned of a record that is not sound: the first damage ends the work.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.borrow import borrow
from filiation.kernels.damage import (
    AD,
    ALLELE_OUT_OF_RANGE,
    BAD_GENOTYPE,
    BAD_TYPE,
    DP,
    EMPTY_ALLELE,
    FIELD_TWICE,
    GL,
    GQ,
    GT,
    LENGTHS_DISAGREE,
    MAX_RECORD_BYTES,
    NOT_BIALLELIC,
    PL,
    POSITION_OUTSIDE,
    RECORD_TOO_LARGE,
    SOUND,
    UNKNOWN_CONTIG,
    UNSORTED,
    WRONG_SAMPLE_COUNT,
)
from filiation.kernels.encoding import MISSING, MISSING_INT
from filiation.kernels.inflate import unsigned_16_jit, unsigned_32_jit

# Types of the typed values.
_INT8, _INT16, _INT32, _FLOAT, _CHARACTER = 1, 2, 3, 5, 7
_FIXED_SHARED = 24
# Values that no integer of a file takes: missing, and end of a short vector.
_NO_VALUE = -(1 << 40)
_END = -(1 << 41)


def find_records(data: np.ndarray, start: int, end: int, starts: np.ndarray) -> tuple[int, int, int, int]:
    """Starts of the whole BCF records in `data[start:end]`.

    Returns
    -------
    records found, where the first incomplete one starts, damage code, its number (bytes of an impossible record).
    """
    count = 0
    at = start
    while at + 8 <= end and count < starts.size:
        shared = unsigned_32_jit(data, at)
        size = 8 + shared + unsigned_32_jit(data, at + 4)
        if shared < _FIXED_SHARED or size > MAX_RECORD_BYTES:
            return count, at, RECORD_TOO_LARGE, size
        if at + size > end:
            break
        starts[count] = at
        count += 1
        at += size
    return count, at, SOUND, 0


find_records_jit = jit(find_records)


def signed_32(data: np.ndarray, at: int) -> Any:
    """Little-endian signed 32-bit number."""
    value = unsigned_32_jit(data, at)
    return value - 4294967296 if value >= 2147483648 else value


signed_32_jit = inline(signed_32)


def integer_at(data: np.ndarray, at: int, kind: int) -> Any:
    """An integer of 1, 2 or 4 bytes; `_NO_VALUE` for missing, `_END` for the end of a vector."""
    if kind == _INT8:
        value = np.int64(data[np.uint64(at)])
        if value >= 128:
            value -= 256
            if value == -128:
                return _NO_VALUE
            if value == -127:
                return _END
        return value
    if kind == _INT16:
        value = unsigned_16_jit(data, at)
        if value >= 32768:
            value -= 65536
            if value == -32768:
                return _NO_VALUE
            if value == -32767:
                return _END
        return value
    value = signed_32_jit(data, at)
    if value == -2147483648:
        return _NO_VALUE
    if value == -2147483647:
        return _END
    return value


integer_at_jit = inline(integer_at)


def width_of(kind: int) -> Any:
    """Bytes of one value of a type; 0 for the type of nothing, -1 for one that does not exist."""
    if kind in (_INT8, _CHARACTER):
        return 1
    if kind == _INT16:
        return 2
    if kind in (_INT32, _FLOAT):
        return 4
    return 0 if kind == 0 else -1


width_of_jit = inline(width_of)


def descriptor_at(data: np.ndarray, at: int, end: int) -> tuple[Any, Any, Any]:
    """Type and number of values that a descriptor announces, and where the values start; type -1 when damaged."""
    if at >= end:
        return -1, 0, at
    kind = np.int64(data[np.uint64(at)]) & 15
    number = np.int64(data[np.uint64(at)]) >> 4
    at += 1
    if number == 15:
        if at >= end:
            return -1, 0, at
        width = np.int64(data[np.uint64(at)]) & 15
        single = np.int64(data[np.uint64(at)]) >> 4
        at += 1
        if single != 1 or width < _INT8 or width > _INT32 or at + width_of_jit(width) > end:
            return -1, 0, at
        number = integer_at_jit(data, at, width)
        if number < 0:
            return -1, 0, at
        at += width_of_jit(width)
    if width_of_jit(kind) < 0:
        return -1, 0, at
    return kind, number, at


descriptor_at_jit = inline(descriptor_at)


def float_at(words: np.ndarray, data: np.ndarray, at: int) -> float:
    """A 32-bit float; missing and end of vector are NaN by their bits. `words`: uint32 (1,) for the conversion."""
    words[0] = unsigned_32_jit(data, at)
    return float(words.view(np.float32)[0])


float_at_jit = inline(float_at)


def number_at(words: np.ndarray, data: np.ndarray, at: int, kind: int) -> float:
    """A value of any number type as float64, NaN when missing."""
    if kind == _INT8 and data[np.uint64(at)] < 128:
        return float(data[np.uint64(at)])
    if kind == _FLOAT:
        return float_at_jit(words, data, at)
    value = integer_at_jit(data, at, kind)
    return np.nan if value <= _NO_VALUE else float(value)


number_at_jit = inline(number_at)


def count_at(words: np.ndarray, data: np.ndarray, at: int, kind: int) -> Any:
    """A number of reads; missing and negative are MISSING_INT."""
    if kind == _INT8 and data[np.uint64(at)] < 128:
        return np.int64(data[np.uint64(at)])
    if kind == _FLOAT:
        value = float_at_jit(words, data, at)
        return np.int64(value) if value >= 0.0 and value < 2147483648.0 else MISSING_INT
    number = integer_at_jit(data, at, kind)
    return number if number >= 0 else MISSING_INT


count_at_jit = inline(count_at)


def called_alleles(data: np.ndarray, at: int, kind: int, number: int) -> tuple[int, int, int, int]:
    """Ploidy, known alleles, alternate alleles and the highest allele of one genotype; ploidy -1 when damaged."""
    ploidy = 0
    known = 0
    alternate = 0
    highest = -1
    width = width_of_jit(kind)
    ended = False
    for place in range(number):
        value = integer_at_jit(data, at + place * width, kind)
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


def place_likelihoods(row: np.ndarray) -> None:
    """Two values of a haploid member stand at 0 and 2 copies, with nothing between."""
    if not np.isnan(row[1]) and np.isnan(row[2]):
        row[2] = row[1]
        row[1] = np.nan


place_likelihoods_jit = inline(place_likelihoods)


def step_alleles(data: np.ndarray, at: int, end: int, v: int, alleles: np.ndarray) -> int:
    """Step over ID, REF and ALT from `at`; start and length of REF and ALT go to `alleles[v]`. Damage code."""
    for item in range(3):
        kind, number, at = descriptor_at_jit(data, at, end)
        if kind < 0 or (kind != _CHARACTER and number > 0):
            return BAD_TYPE
        if at + number > end:
            return LENGTHS_DISAGREE
        if item > 0:
            if number == 0:
                return EMPTY_ALLELE
            alleles[v, 2 * item - 2] = at
            alleles[v, 2 * item - 1] = number
        at += number
    return SOUND


step_alleles_jit = inline(step_alleles)


def find_fields(
    data: np.ndarray, at: int, end: int, n_fields: int, n_samples: int, keys: np.ndarray, fields: np.ndarray
) -> tuple[int, int]:
    """Where the FORMAT fields asked for start in one record: rows of (start, type, values) in `fields`.

    The fields together must take the whole block. Returns damage code and its number.
    """
    for field in range(keys.size):
        fields[field, 0] = -1
    for _ in range(n_fields):
        kind, number, at = descriptor_at_jit(data, at, end)
        if kind < _INT8 or kind > _INT32 or number != 1 or at + width_of_jit(kind) > end:
            return BAD_TYPE, 0
        key = integer_at_jit(data, at, kind)
        at += width_of_jit(kind)
        kind, number, at = descriptor_at_jit(data, at, end)
        if kind < 0:
            return BAD_TYPE, 0
        size = number * width_of_jit(kind) * n_samples
        if size > end - at:
            return LENGTHS_DISAGREE, 0
        for field in range(keys.size):
            if keys[field] == key:
                if fields[field, 0] >= 0:
                    return FIELD_TWICE, field
                if kind != 0 and kind != _CHARACTER and number > 0:
                    fields[field, 0] = at
                    fields[field, 1] = kind
                    fields[field, 2] = number
                break
        at += size
    return (SOUND, 0) if at == end else (LENGTHS_DISAGREE, 0)


find_fields_jit = inline(find_fields)


def decode_bcf(
    data: np.ndarray,
    starts: np.ndarray,
    n_samples: int,
    columns: np.ndarray,
    keys: np.ndarray,
    contig_number: np.ndarray,
    contig_length: np.ndarray,
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
    """Decode the biallelic records that start at `starts` for the members whose columns are asked for.

    v = records, p = members, c = contigs of the header's dictionary.

    Parameters
    ----------
    data : uint8, inflated; every record lies wholly in it (find_records).
    n_samples : samples of the header.  columns : int64 (p,), sample of each member, -1 not in the file.
    keys : int64 (6,), dictionary numbers of damage.FIELDS, -1 not declared.
    contig_number : int32 (c,), place of a contig in the caller's list, -1 none.  contig_length : int64 (c,), 0 unknown.
    contig_index … log10_likelihood : filled. alleles : int64 (v, 4), start and length of REF and of ALT in `data`.
        An empty `log10_likelihood` means that the field is not declared.

    Returns
    -------
    damage code, record it concerns, its number.
    """
    fields = np.empty((keys.size, 3), dtype=np.int64)
    words = np.zeros(1, dtype=np.uint32)
    last_contig = -1
    last_pos = 0
    for v in range(starts.size):
        fixed = starts[v] + 8
        shared_end = fixed + unsigned_32_jit(data, starts[v])
        end = shared_end + unsigned_32_jit(data, starts[v] + 4)
        contig = signed_32_jit(data, fixed)
        if contig < 0 or contig >= contig_number.size or contig_number[contig] < 0:
            return UNKNOWN_CONTIG, v, contig
        position = signed_32_jit(data, fixed + 4) + 1
        if position < 0 or (contig_length[contig] > 0 and position > contig_length[contig] + 1):
            return POSITION_OUTSIDE, v, position
        if contig == last_contig and position < last_pos:
            return UNSORTED, v, last_pos
        last_contig = contig
        last_pos = position
        contig_index[v] = contig_number[contig]
        pos[v] = position
        n_alleles = unsigned_16_jit(data, fixed + 18)
        if n_alleles != 2:
            return NOT_BIALLELIC, v, n_alleles - 1
        code = step_alleles_jit(data, fixed + _FIXED_SHARED, shared_end, v, alleles)
        if code != SOUND:
            return code, v, 0
        n_fields = np.int64(data[np.uint64(fixed + 23)])
        in_record = unsigned_32_jit(data, fixed + 20) & 0xFFFFFF
        if in_record != n_samples and not (in_record == 0 and n_fields == 0):
            return WRONG_SAMPLE_COUNT, v, in_record
        code, detail = find_fields_jit(data, shared_end, end, n_fields, n_samples, keys, fields)
        if code != SOUND:
            return code, v, detail
        at, kind, number = fields[GT, 0], fields[GT, 1], fields[GT, 2]
        if at >= 0 and kind == _FLOAT:
            return BAD_TYPE, v, 0
        code, detail = decode_genotypes_jit(data, at, kind, number, columns, v, genotype, alleles_called)
        if code != SOUND:
            return code, v, detail
        at, kind, number = fields[AD, 0], fields[AD, 1], fields[AD, 2]
        decode_counts_jit(data, at, kind, number, 0, columns, words, v, ref_depth)
        decode_counts_jit(data, at, kind, number, 1, columns, words, v, alt_depth)
        at, kind, number = fields[DP, 0], fields[DP, 1], fields[DP, 2]
        decode_counts_jit(data, at, kind, number, 0, columns, words, v, depth)
        at, kind, number = fields[GQ, 0], fields[GQ, 1], fields[GQ, 2]
        decode_qualities_jit(data, at, kind, number, columns, words, v, genotype_quality)
        at, kind, number = fields[PL, 0], fields[PL, 1], fields[PL, 2]
        decode_likelihoods_jit(data, at, kind, number, columns, words, v, phred)
        if log10_likelihood.size:
            at, kind, number = fields[GL, 0], fields[GL, 1], fields[GL, 2]
            decode_likelihoods_jit(data, at, kind, number, columns, words, v, log10_likelihood)
    return SOUND, -1, 0


def decode_likelihoods(
    data: np.ndarray, at: int, kind: int, number: int, columns: np.ndarray, words: np.ndarray, v: int, out: np.ndarray
) -> None:
    """PL or GL of every member of record v into `out` (v, p, 3); NaN where there is none."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        first, second, third = np.nan, np.nan, np.nan
        if at >= 0 and columns[p] >= 0:
            start = at + columns[p] * number * width
            first = number_at_jit(words, data, start, kind)
            if number > 1:
                second = number_at_jit(words, data, start + width, kind)
            if number > 2:
                third = number_at_jit(words, data, start + 2 * width, kind)
            if np.isnan(third) and not np.isnan(second):
                # Two values of a haploid member stand at 0 and 2 copies, with nothing between.
                third = second
                second = np.nan
        out[v, p, 0] = first
        out[v, p, 1] = second
        out[v, p, 2] = third


decode_likelihoods_jit = inline(decode_likelihoods)


def decode_genotypes(
    data: np.ndarray,
    at: int,
    kind: int,
    number: int,
    columns: np.ndarray,
    v: int,
    genotype: np.ndarray,
    alleles_called: np.ndarray,
) -> tuple[int, int]:
    """Genotype of every member of record v. Damage code and its number."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        column = columns[p]
        genotype[v, p] = MISSING
        alleles_called[v, p] = 0
        if at < 0 or column < 0:
            continue
        start = at + column * number * width
        if kind == _INT8 and number == 2:
            # Two bytes of a diploid call: 0 unknown, 1 reference, 2 alternate once the phase bit is gone.
            first = np.int64(data[np.uint64(start)]) >> 1
            second = np.int64(data[np.uint64(start + 1)]) >> 1
            if first <= 2 and second <= 2:
                known = (first > 0) + (second > 0)
                alternate = (first == 2) + (second == 2)
                alleles_called[v, p] = known
                genotype[v, p] = alternate if known == 2 or alternate > 0 else MISSING
                continue
        ploidy, known, alternate, highest = called_alleles_jit(data, start, kind, number)
        if ploidy < 0:
            return BAD_GENOTYPE, column
        if highest > 1:
            return ALLELE_OUT_OF_RANGE, highest
        alleles_called[v, p] = min(known, 127)
        genotype[v, p] = genotype_of_jit(ploidy, known, alternate)
    return SOUND, 0


decode_genotypes_jit = inline(decode_genotypes)


def decode_counts(
    data: np.ndarray, at: int, kind: int, number: int, place: int, columns: np.ndarray, words: np.ndarray, v: int,
    out: np.ndarray,
) -> None:  # fmt: skip
    """One value (number `place`) of AD or DP of every member of record v; MISSING_INT where there is none."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        value = MISSING_INT
        if at >= 0 and columns[p] >= 0 and place < number:
            value = count_at_jit(words, data, at + (columns[p] * number + place) * width, kind)
        out[v, p] = value


decode_counts_jit = inline(decode_counts)


def decode_qualities(
    data: np.ndarray, at: int, kind: int, number: int, columns: np.ndarray, words: np.ndarray, v: int, out: np.ndarray
) -> None:
    """GQ of every member of record v; NaN where there is none."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        value = np.nan
        if at >= 0 and columns[p] >= 0:
            value = number_at_jit(words, data, at + columns[p] * number * width, kind)
        out[v, p] = value


decode_qualities_jit = inline(decode_qualities)
_decode_bcf = inline(decode_bcf)


def decode_bcf_borrowed(
    data: np.ndarray,
    starts: np.ndarray,
    n_samples: int,
    columns: np.ndarray,
    keys: np.ndarray,
    contig_number: np.ndarray,
    contig_length: np.ndarray,
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
    """`decode_bcf` on arrays whose references are not counted."""
    return _decode_bcf(
        borrow(data),
        borrow(starts),
        n_samples,
        borrow(columns),
        borrow(keys),
        borrow(contig_number),
        borrow(contig_length),
        borrow(contig_index),
        borrow(pos),
        borrow(alleles),
        borrow(genotype),
        borrow(alleles_called),
        borrow(ref_depth),
        borrow(alt_depth),
        borrow(depth),
        borrow(genotype_quality),
        borrow(phred),
        borrow(log10_likelihood),
    )


# Without compilation there is nothing to count.
decode_bcf_jit = (
    jit(decode_bcf) if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0") else jit(decode_bcf_borrowed)
)
