"""What do the members of a family show in the records of an inflated BCF, read straight from its bytes?

Layout: VCF specification v4.3, section 6 (BCF2). Every length is compared with the record that holds it before a
byte is read; INFO is stepped over. Nothing is returned of a record that is not sound: the first damage ends the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.bcf_values import (
    CHARACTER,
    FLOAT,
    INT8,
    INT32,
    called_alleles_jit,
    count_at_jit,
    descriptor_at_jit,
    ends_at_jit,
    genotype_of_jit,
    integer_at_jit,
    number_at_jit,
    signed_32_jit,
    width_of_jit,
)
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
from filiation.kernels.memory import borrow, byte_at, memory_of, word_16_at, word_32_at

_FIXED_SHARED = 24


def find_records(data: np.ndarray, start: int, end: int, starts: np.ndarray) -> tuple[int, int, int, int]:
    """Starts of the whole BCF records in `data[start:end]`.

    Returns
    -------
    records found, where the first incomplete one starts, damage code, its number (bytes of an impossible record).
    """
    memory = memory_of(data)
    count = 0
    at = start
    while at + 8 <= end and count < starts.size:
        shared = word_32_at(memory, at)
        size = 8 + shared + word_32_at(memory, at + 4)
        if shared < _FIXED_SHARED or size > MAX_RECORD_BYTES:
            return count, at, RECORD_TOO_LARGE, size
        if at + size > end:
            break
        starts[count] = at
        count += 1
        at += size
    return count, at, SOUND, 0


find_records_jit = jit(find_records)


def step_alleles(memory: Any, at: int, end: int, v: int, alleles: np.ndarray) -> int:
    """Step over ID, REF and ALT from `at`; start and length of REF and ALT go to `alleles[v]`. Damage code."""
    for item in range(3):
        kind, number, at = descriptor_at_jit(memory, at, end)
        if kind < 0 or (kind != CHARACTER and number > 0):
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
    memory: Any, at: int, end: int, n_fields: int, n_samples: int, keys: np.ndarray, fields: np.ndarray
) -> tuple[int, int]:
    """Where the FORMAT fields asked for start in one record: rows of (start, type, values) in `fields`.

    The fields together must take the whole block. Returns damage code and its number.
    """
    for field in range(keys.size):
        fields[field, 0] = -1
    for _ in range(n_fields):
        kind, number, at = descriptor_at_jit(memory, at, end)
        if kind < INT8 or kind > INT32 or number != 1 or at + width_of_jit(kind) > end:
            return BAD_TYPE, 0
        key = integer_at_jit(memory, at, kind)
        at += width_of_jit(kind)
        kind, number, at = descriptor_at_jit(memory, at, end)
        if kind < 0:
            return BAD_TYPE, 0
        size = number * width_of_jit(kind) * n_samples
        if size > end - at:
            return LENGTHS_DISAGREE, 0
        for field in range(keys.size):
            if keys[field] == key:
                if fields[field, 0] >= 0:
                    return FIELD_TWICE, field
                if kind != 0 and kind != CHARACTER and number > 0:
                    fields[field, 0] = at
                    fields[field, 1] = kind
                    fields[field, 2] = number
                break
        at += size
    return (SOUND, 0) if at == end else (LENGTHS_DISAGREE, 0)


find_fields_jit = inline(find_fields)


def decode_records(
    memory: Any,
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
    """`decode_bcf` on memory and arrays whose references are not counted."""
    fields = np.empty((keys.size, 3), dtype=np.int64)
    last_contig = -1
    last_pos = 0
    for v in range(starts.size):
        fixed = starts[v] + 8
        shared_end = fixed + word_32_at(memory, starts[v])
        end = shared_end + word_32_at(memory, starts[v] + 4)
        contig = signed_32_jit(memory, fixed)
        if contig < 0 or contig >= contig_number.size or contig_number[contig] < 0:
            return UNKNOWN_CONTIG, v, contig
        position = signed_32_jit(memory, fixed + 4) + 1
        if position < 0 or (contig_length[contig] > 0 and position > contig_length[contig] + 1):
            return POSITION_OUTSIDE, v, position
        if contig == last_contig and position < last_pos:
            return UNSORTED, v, last_pos
        last_contig = contig
        last_pos = position
        contig_index[v] = contig_number[contig]
        pos[v] = position
        n_alleles = word_16_at(memory, fixed + 18)
        if n_alleles != 2:
            return NOT_BIALLELIC, v, n_alleles - 1
        code = step_alleles_jit(memory, fixed + _FIXED_SHARED, shared_end, v, alleles)
        if code != SOUND:
            return code, v, 0
        n_fields = byte_at(memory, fixed + 23)
        in_record = word_32_at(memory, fixed + 20) & 0xFFFFFF
        if in_record != n_samples and not (in_record == 0 and n_fields == 0):
            return WRONG_SAMPLE_COUNT, v, in_record
        code, detail = find_fields_jit(memory, shared_end, end, n_fields, n_samples, keys, fields)
        if code != SOUND:
            return code, v, detail
        at, kind, number = fields[GT, 0], fields[GT, 1], fields[GT, 2]
        if at >= 0 and kind == FLOAT:
            return BAD_TYPE, v, 0
        code, detail = decode_genotypes_jit(memory, at, kind, number, columns, v, genotype, alleles_called)
        if code != SOUND:
            return code, v, detail
        at, kind, number = fields[AD, 0], fields[AD, 1], fields[AD, 2]
        decode_counts_jit(memory, at, kind, number, 0, columns, v, ref_depth)
        decode_counts_jit(memory, at, kind, number, 1, columns, v, alt_depth)
        at, kind, number = fields[DP, 0], fields[DP, 1], fields[DP, 2]
        decode_counts_jit(memory, at, kind, number, 0, columns, v, depth)
        at, kind, number = fields[GQ, 0], fields[GQ, 1], fields[GQ, 2]
        decode_qualities_jit(memory, at, kind, number, columns, v, genotype_quality)
        at, kind, number = fields[PL, 0], fields[PL, 1], fields[PL, 2]
        decode_likelihoods_jit(memory, at, kind, number, columns, v, phred)
        if log10_likelihood.size:
            at, kind, number = fields[GL, 0], fields[GL, 1], fields[GL, 2]
            decode_likelihoods_jit(memory, at, kind, number, columns, v, log10_likelihood)
    return SOUND, -1, 0


def decode_likelihoods(
    memory: Any, at: int, kind: int, number: int, columns: np.ndarray, v: int, out: np.ndarray
) -> None:
    """PL or GL of every member of record v into `out` (v, p, 3); NaN where there is none."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        first, second, third = np.nan, np.nan, np.nan
        if at >= 0 and columns[p] >= 0:
            start = at + columns[p] * number * width
            first = number_at_jit(memory, start, kind)
            known = 0 if ends_at_jit(memory, start, kind) else number
            if known > 1:
                second = number_at_jit(memory, start + width, kind)
                known = 1 if ends_at_jit(memory, start + width, kind) else known
            if known > 2:
                third = number_at_jit(memory, start + 2 * width, kind)
            if np.isnan(third) and not np.isnan(second):
                # Two values of a haploid member stand at 0 and 2 copies, with nothing between.
                third = second
                second = np.nan
        out[v, p, 0] = first
        out[v, p, 1] = second
        out[v, p, 2] = third


decode_likelihoods_jit = inline(decode_likelihoods)


def decode_genotypes(
    memory: Any,
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
        if kind == INT8 and number == 2:
            # Two bytes of a diploid call: 0 unknown, 1 reference, 2 alternate once the phase bit is gone.
            first = byte_at(memory, start) >> 1
            second = byte_at(memory, start + 1) >> 1
            if first <= 2 and second <= 2:
                known = int(first > 0) + int(second > 0)
                alternate = int(first == 2) + int(second == 2)
                alleles_called[v, p] = known
                genotype[v, p] = alternate if known == 2 or alternate > 0 else MISSING
                continue
        ploidy, known, alternate, highest = called_alleles_jit(memory, start, kind, number)
        if ploidy < 0:
            return BAD_GENOTYPE, column
        if highest > 1:
            return ALLELE_OUT_OF_RANGE, highest
        alleles_called[v, p] = min(known, 127)
        genotype[v, p] = genotype_of_jit(ploidy, known, alternate)
    return SOUND, 0


decode_genotypes_jit = inline(decode_genotypes)


def decode_counts(
    memory: Any, at: int, kind: int, number: int, place: int, columns: np.ndarray, v: int,
    out: np.ndarray,
) -> None:  # fmt: skip
    """One value (number `place`) of AD or DP of every member of record v; MISSING_INT where there is none."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        value = MISSING_INT
        if at >= 0 and columns[p] >= 0 and place < number:
            start = at + columns[p] * number * width
            if place == 0 or not ends_at_jit(memory, start, kind):
                value = count_at_jit(memory, start + place * width, kind)
        out[v, p] = value


decode_counts_jit = inline(decode_counts)


def decode_qualities(
    memory: Any, at: int, kind: int, number: int, columns: np.ndarray, v: int, out: np.ndarray
) -> None:
    """GQ of every member of record v; NaN where there is none."""
    width = width_of_jit(kind)
    for p in range(columns.size):
        value = np.nan
        if at >= 0 and columns[p] >= 0:
            value = number_at_jit(memory, at + columns[p] * number * width, kind)
        out[v, p] = value


decode_qualities_jit = inline(decode_qualities)
decode_records_jit = inline(decode_records)


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
    return decode_records_jit(
        memory_of(data),
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


decode_bcf_jit = jit(decode_bcf)
