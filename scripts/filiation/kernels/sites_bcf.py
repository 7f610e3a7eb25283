"""Where does each record of an inflated BCF stand, and what removes it by what the index case shows?

The first of the screen's two stages, for all records: positions, alleles and genotypes are proven and read, the
depths and the quality of the index case where its genotype leaves the question open, nothing else. The same checks
as `decode_bcf`; functions here are handed numbers alone, which spares the counting of references.
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
    EMPTY_ALLELE,
    FIELD_TWICE,
    FIELDS,
    GQ,
    GT,
    LENGTHS_DISAGREE,
    NOT_BIALLELIC,
    POSITION_OUTSIDE,
    SOUND,
    UNKNOWN_CONTIG,
    UNSORTED,
    WRONG_SAMPLE_COUNT,
)
from filiation.kernels.encoding import MISSING, MISSING_INT
from filiation.kernels.memory import borrow, byte_at, memory_of, word_16_at, word_32_at
from filiation.kernels.proband import INFORMATIVE, list_allele_jit, proband_reason_jit

_FIXED_SHARED = 24
_KEY_OF_ONE_BYTE = 0x11
_NO_FIELD = -1


def text_at(memory: Any, at: int, end: int) -> tuple[int, Any, Any]:
    """Damage code, start and length of a text with its descriptor."""
    kind, number, at = descriptor_at_jit(memory, at, end)
    if kind < 0 or (kind != CHARACTER and number > 0):
        return BAD_TYPE, at, 0
    if at + number > end:
        return LENGTHS_DISAGREE, at, 0
    return SOUND, at, number


text_at_jit = inline(text_at)


def field_at(memory: Any, at: int, end: int) -> tuple[Any, Any, Any, Any]:
    """Key, type and number of values of a FORMAT field, and where its values start; key -1 when damaged."""
    if at + 4 <= end:
        head = word_32_at(memory, at)
        kind, number = head >> 16 & 15, head >> 20 & 15
        if head & 0x80FF == _KEY_OF_ONE_BYTE and number < 15:
            return (head >> 8 & 127 if width_of_jit(kind) >= 0 else -1), kind, number, at + 3
    kind, number, at = descriptor_at_jit(memory, at, end)
    if kind < INT8 or kind > INT32 or number != 1 or at + width_of_jit(kind) > end:
        return -1, 0, 0, at
    key = integer_at_jit(memory, at, kind)
    kind, number, after = descriptor_at_jit(memory, at + width_of_jit(kind), end)
    # A key that is missing or negative is that of no field, and no damage of the block.
    return (max(key, 1 << 30) if key < 0 else key) if kind >= 0 else -1, kind, number, after


field_at_jit = inline(field_at)


def genotype_at(memory: Any, at: int, kind: int, number: int) -> tuple[int, int]:
    """Genotype code of one member, and the highest allele; -2 as the highest when the genotype is damaged."""
    if kind == INT8 and number == 2:
        # Two bytes of a diploid call: 0 unknown, 1 reference, 2 alternate once the phase bit is gone.
        first = byte_at(memory, at) >> 1
        second = byte_at(memory, at + 1) >> 1
        if first <= 2 and second <= 2:
            known = int(first > 0) + int(second > 0)
            alternate = int(first == 2) + int(second == 2)
            return (alternate if known == 2 or alternate > 0 else MISSING), 1
    ploidy, known, alternate, highest = called_alleles_jit(memory, at, kind, number)
    if ploidy < 0:
        return MISSING, -2
    return genotype_of_jit(ploidy, known, alternate), highest


genotype_at_jit = inline(genotype_at)


def sites_of_records(
    memory: Any,
    starts: np.ndarray,
    n_samples: int,
    columns: np.ndarray,
    slots: np.ndarray,
    contig_number: np.ndarray,
    contig_length: np.ndarray,
    least_reads: float,
    least_quality: float,
    contig_index: np.ndarray,
    pos: np.ndarray,
    alleles: np.ndarray,
    reason: np.ndarray,
    asked: np.ndarray,
) -> tuple[int, int, int, int]:
    """`sites_bcf` on memory and arrays whose references are not counted."""
    count: Any = 0
    last_contig = -1
    last_pos = 0
    for v in range(starts.size):
        fixed = starts[v] + 8
        shared_end = fixed + word_32_at(memory, starts[v])
        end = shared_end + word_32_at(memory, starts[v] + 4)
        contig = signed_32_jit(memory, fixed)
        if contig < 0 or contig >= contig_number.size or contig_number[contig] < 0:
            return UNKNOWN_CONTIG, v, contig, count
        position = signed_32_jit(memory, fixed + 4) + 1
        if position < 0 or (contig_length[contig] > 0 and position > contig_length[contig] + 1):
            return POSITION_OUTSIDE, v, position, count
        if contig == last_contig and position < last_pos:
            return UNSORTED, v, last_pos, count
        last_contig = contig
        last_pos = position
        contig_index[v] = contig_number[contig]
        pos[v] = position
        if word_16_at(memory, fixed + 18) != 2:
            return NOT_BIALLELIC, v, word_16_at(memory, fixed + 18) - 1, count
        code, at, number = text_at_jit(memory, fixed + _FIXED_SHARED, shared_end)
        for item in range(2):
            if code != SOUND:
                return code, v, 0, count
            code, at, number = text_at_jit(memory, at + number, shared_end)
            if code == SOUND and number == 0:
                code = EMPTY_ALLELE
            alleles[v, 2 * item] = at
            alleles[v, 2 * item + 1] = number
        if code != SOUND:
            return code, v, 0, count
        n_fields = byte_at(memory, fixed + 23)
        in_record = word_32_at(memory, fixed + 20) & 0xFFFFFF
        if in_record != n_samples and not (in_record == 0 and n_fields == 0):
            return WRONG_SAMPLE_COUNT, v, in_record, count

        seen = 0
        call_at, call_kind, call_number = -1, 0, 0
        reads_at, reads_kind, reads_number = -1, 0, 0
        quality_at, quality_kind, quality_number = -1, 0, 0
        at = shared_end
        for _ in range(n_fields):
            key, kind, number, at = field_at_jit(memory, at, end)
            if key < 0:
                return BAD_TYPE, v, 0, count
            size = number * width_of_jit(kind) * n_samples
            if size > end - at:
                return LENGTHS_DISAGREE, v, 0, count
            field = slots[key] if key < slots.size else _NO_FIELD
            if field >= 0:
                if seen >> field & 1:
                    return FIELD_TWICE, v, field, count
                if kind not in (0, CHARACTER) and number > 0:
                    seen |= 1 << field
                    if field == GT:
                        call_at, call_kind, call_number = at, kind, number
                    elif field == AD:
                        reads_at, reads_kind, reads_number = at, kind, number
                    elif field == GQ:
                        quality_at, quality_kind, quality_number = at, kind, number
            at += size
        if at != end:
            return LENGTHS_DISAGREE, v, 0, count

        proband = MISSING
        if call_at >= 0:
            if call_kind == FLOAT:
                return BAD_TYPE, v, 0, count
            size = call_number * width_of_jit(call_kind)
            for p in range(columns.size):
                if columns[p] >= 0:
                    genotype, highest = genotype_at_jit(memory, call_at + columns[p] * size, call_kind, call_number)
                    if highest == -2:
                        return BAD_GENOTYPE, v, columns[p], count
                    if highest > 1:
                        return ALLELE_OUT_OF_RANGE, v, highest, count
                    if p == 0:
                        proband = genotype
        answer = proband_reason_jit(proband, MISSING_INT, np.nan, least_reads, least_quality)
        if answer == INFORMATIVE:
            reads = MISSING_INT
            quality = np.nan
            if reads_number > 1:
                at = reads_at + columns[0] * reads_number * width_of_jit(reads_kind)
                if not ends_at_jit(memory, at, reads_kind):
                    reads = count_at_jit(memory, at + width_of_jit(reads_kind), reads_kind)
            if quality_at >= 0:
                at = quality_at + columns[0] * quality_number * width_of_jit(quality_kind)
                quality = number_at_jit(memory, at, quality_kind)
            answer = proband_reason_jit(proband, reads, quality, least_reads, least_quality)
        if answer == INFORMATIVE:
            answer = list_allele_jit(memory, v, position, alleles, asked, count)
            count += answer == INFORMATIVE
        reason[v] = answer
    return SOUND, -1, 0, count


sites_of_records_jit = inline(sites_of_records)


def sites_bcf(
    data: np.ndarray,
    starts: np.ndarray,
    n_samples: int,
    columns: np.ndarray,
    keys: np.ndarray,
    contig_number: np.ndarray,
    contig_length: np.ndarray,
    least_reads: float,
    least_quality: float,
    contig_index: np.ndarray,
    pos: np.ndarray,
    alleles: np.ndarray,
    reason: np.ndarray,
    asked: np.ndarray,
) -> tuple[int, int, int, int]:
    """Sites of the biallelic records that start at `starts`, and kernels.proband's reason of each for the first member.

    Parameters
    ----------
    data … contig_length : as in decode_bcf; every genotype of the members in `columns` is proven.
    least_reads, least_quality : thresholds of proband_reason.
    contig_index, pos, alleles : filled, as in decode_bcf.  reason : int8 (v,), filled.
    asked : int64 (v, 3), filled from its start with the number of each record that nothing removes, and the position
        and key of its allele's shortest form (kernels.allele_key).

    Returns
    -------
    damage code, record it concerns, its number; records in `asked`.
    """
    slots = np.full(max(keys.max(), 0) + 1, _NO_FIELD, dtype=np.int64)
    for field in range(len(FIELDS)):
        if keys[field] >= 0:
            slots[keys[field]] = field
    return sites_of_records_jit(
        memory_of(data),
        borrow(starts),
        n_samples,
        borrow(columns),
        borrow(slots),
        borrow(contig_number),
        borrow(contig_length),
        least_reads,
        least_quality,
        borrow(contig_index),
        borrow(pos),
        borrow(alleles),
        borrow(reason),
        borrow(asked),
    )


sites_bcf_jit = jit(sites_bcf)
