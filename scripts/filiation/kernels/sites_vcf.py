"""Where does each line of an inflated VCF stand, and what removes it by what the index case shows?

The first of the screen's two stages, for all records, as `sites_bcf` is for BCF; INFO and what is not asked for is
stepped over. The same checks as `decode_vcf`, but that values which nobody asks for need not be numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.bcf_values import genotype_of_jit
from filiation.kernels.damage import (
    AD,
    ALLELE_OUT_OF_RANGE,
    BAD_GENOTYPE,
    BAD_NUMBER,
    BAD_POSITION,
    EMPTY_ALLELE,
    GQ,
    GT,
    HEADER_AMONG_RECORDS,
    NOT_BIALLELIC,
    POSITION_OUTSIDE,
    SOUND,
    TOO_FEW_COLUMNS,
    UNKNOWN_CONTIG,
    UNSORTED,
    WRONG_SAMPLE_COUNT,
)
from filiation.kernels.encoding import MISSING, MISSING_INT, PROBAND
from filiation.kernels.memory import WIDE, borrow, byte_at, memory_of, word_32_at
from filiation.kernels.proband import INFORMATIVE, WITHOUT_DATA, list_allele_jit, proband_reason_jit
from filiation.kernels.vcf_text import (
    COLON,
    COMMA,
    DOT,
    HASH,
    KEYS,
    MOST_FIELDS,
    NEWLINE,
    RETURN,
    TAB,
    find_contig_jit,
    list_tabs_jit,
    position_of_jit,
    read_format_jit,
    read_genotype_jit,
    read_values_jit,
    reads_of_jit,
    same_text_jit,
)

# The place of GT among the fields of a sample where FORMAT has none.
_NOWHERE = MOST_FIELDS
_ZERO, _ONE, _SLASH, _BAR = 48, 49, 47, 124


def step_field(memory: Any, at: int, end: int) -> Any:
    """Where one value of a sample ends: its colon, the sample's tab, or the end."""
    while at < end and byte_at(memory, at) != COLON and byte_at(memory, at) != TAB:
        at += 1
    return at


step_field_jit = inline(step_field)


def call_at(memory: Any, at: int, end: int, place: int) -> tuple[int, int, int, Any]:
    """Damage code, its number (-1: the sample), genotype code of a sample whose GT stands at `place`, and where it
    ends."""
    if place == 0 and at + 4 <= end:
        letters = word_32_at(memory, at)
        first, between, second, after = letters & 255, letters >> 8 & 255, letters >> 16 & 255, letters >> 24
        if first in (_ZERO, _ONE) and second in (_ZERO, _ONE) and between in (_SLASH, _BAR) and after in (COLON, TAB):
            return SOUND, 0, first + second - 2 * _ZERO, at + 3
    for _ in range(place):
        at = step_field_jit(memory, at, end)
        if at == end or byte_at(memory, at) == TAB:
            return SOUND, 0, MISSING, at
        at += 1
    ploidy, known, alternate, highest, at = read_genotype_jit(memory, at, end)
    if at < 0:
        return BAD_GENOTYPE, -1, MISSING, at
    if highest > 1:
        return ALLELE_OUT_OF_RANGE, highest, MISSING, at
    return SOUND, 0, genotype_of_jit(ploidy, known, alternate), at


call_at_jit = inline(call_at)


def proband_values(
    memory: Any, at: int, end: int, field: int, fields: int, kinds: np.ndarray, layout: np.ndarray
) -> tuple[bool, int, float]:
    """Alternate reads and genotype quality of a sample from its value number `field` on, which starts at `at`.

    The first answer is False when one of them is no number.
    """
    reads = MISSING_INT
    quality = np.nan
    while field < fields and (field == 0 or byte_at(memory, at - 1) == COLON):
        if layout[field] == AD or layout[field] == GQ:
            value, second, _, at = read_values_jit(memory, at, end, kinds[layout[field]])
            if at < 0:
                return False, reads, quality
            if layout[field] == AD:
                reads = reads_of_jit(second)
            else:
                quality = value
        else:
            at = step_field_jit(memory, at, end)
        if at == end:
            break
        at += 1
        field += 1
    return True, reads, quality


proband_values_jit = inline(proband_values)


def sites_of_lines(
    memory: Any,
    limit: int,
    starts: np.ndarray,
    ends: np.ndarray,
    members: np.ndarray,
    kinds: np.ndarray,
    names: np.ndarray,
    offsets: np.ndarray,
    contig_length: np.ndarray,
    least_reads: float,
    least_quality: float,
    contig_index: np.ndarray,
    pos: np.ndarray,
    alleles: np.ndarray,
    reason: np.ndarray,
    asked: np.ndarray,
) -> tuple[int, int, int, int]:
    """`sites_vcf` on memory and arrays whose references are not counted."""
    layout = borrow(np.empty(MOST_FIELDS, dtype=np.int64))
    # With samples one place more than there may be: a tab too many is one sample too many.
    n_tabs = 9 + members.size if members.size else 8
    tabs = borrow(np.empty(n_tabs + WIDE, dtype=np.int64))
    fields, place = 0, _NOWHERE
    count: Any = 0
    last_contig, last_pos, name_start, name_size = -1, 0, 0, -1
    format_start, format_size = 0, -1
    for v in range(starts.size):
        at = starts[v]
        end = ends[v]
        if end > at and byte_at(memory, end - 1) == NEWLINE:
            end -= 1
        if end > at and byte_at(memory, end - 1) == RETURN:
            end -= 1
        found = list_tabs_jit(memory, at, end, limit, tabs)
        contig = last_contig
        if tabs[0] - at != name_size or not same_text_jit(memory, at, name_start, name_size, limit):
            if tabs[0] == end:
                return TOO_FEW_COLUMNS, v, 0, count
            contig = find_contig_jit(memory, at, tabs[0], names, offsets)
            if contig < 0:
                return (HEADER_AMONG_RECORDS if byte_at(memory, at) == HASH else UNKNOWN_CONTIG), v, -1, count
            name_start, name_size = at, tabs[0] - at
        position = position_of_jit(memory, tabs[0] + 1, tabs[1])
        if position < 0 or tabs[1] == end:
            return BAD_POSITION, v, 0, count
        for item in range(2):
            start, stop = tabs[2 + item] + 1, tabs[3 + item]
            if start > end:
                return TOO_FEW_COLUMNS, v, 0, count
            alleles[v, 2 * item] = start
            alleles[v, 2 * item + 1] = stop - start
            if stop == start:
                return EMPTY_ALLELE, v, 0, count
        first, length = alleles[v, 2], alleles[v, 3]
        alternates = 1
        for letter in range(first, first + length):
            alternates += byte_at(memory, letter) == COMMA
        if length == 1 and byte_at(memory, first) == DOT:
            alternates = 0
        if alternates != 1:
            return NOT_BIALLELIC, v, alternates, count
        if found < 7:
            return TOO_FEW_COLUMNS, v, 0, count
        if contig_length[contig] > 0 and position > contig_length[contig] + 1:
            return POSITION_OUTSIDE, v, position, count
        if contig == last_contig and position < last_pos:
            return UNSORTED, v, last_pos, count
        last_contig = contig
        last_pos = position
        contig_index[v] = contig
        pos[v] = position
        reason[v] = WITHOUT_DATA
        if members.size == 0:
            continue
        if found < 8:
            return TOO_FEW_COLUMNS, v, 0, count
        at, stop = tabs[7] + 1, tabs[8]
        if stop - at != format_size or not same_text_jit(memory, at, format_start, format_size, limit):
            fields, code, detail = read_format_jit(memory, at, stop, KEYS, kinds, layout)
            if code != SOUND:
                return code, v, detail, count
            format_start, format_size = at, stop - at
            place = _NOWHERE
            for field in range(fields):
                if layout[field] == GT:
                    place = field
        for sample in range(members.size):
            start = tabs[8 + sample] + 1
            if start > end:
                return TOO_FEW_COLUMNS, v, 0, count
            if members[sample] < 0 or place == _NOWHERE:
                continue
            code, detail, genotype, at = call_at_jit(memory, start, end, place)
            if code != SOUND:
                return code, v, sample if detail < 0 else detail, count
            if members[sample] == PROBAND:
                answer = proband_reason_jit(genotype, MISSING_INT, np.nan, least_reads, least_quality)
                if answer == INFORMATIVE:
                    # Fields in front of the genotype may be asked for too.
                    known = 0 if place > 0 else 1
                    sound, reads, quality = proband_values_jit(
                        memory, start if place > 0 else at + 1, end, known, fields, kinds, layout
                    )
                    if not sound:
                        return BAD_NUMBER, v, sample, count
                    answer = proband_reason_jit(genotype, reads, quality, least_reads, least_quality)
                reason[v] = answer
        if found != 8 + members.size:
            return WRONG_SAMPLE_COUNT, v, members.size + 1, count
        if reason[v] == INFORMATIVE:
            reason[v] = list_allele_jit(memory, v, position, alleles, asked, count)
            count += reason[v] == INFORMATIVE
    return SOUND, -1, 0, count


sites_of_lines_jit = inline(sites_of_lines)


def sites_vcf(
    data: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    members: np.ndarray,
    kinds: np.ndarray,
    names: np.ndarray,
    offsets: np.ndarray,
    contig_length: np.ndarray,
    least_reads: float,
    least_quality: float,
    contig_index: np.ndarray,
    pos: np.ndarray,
    alleles: np.ndarray,
    reason: np.ndarray,
    asked: np.ndarray,
) -> tuple[int, int, int, int]:
    """Sites of the biallelic lines in `data[starts[v]:ends[v]]`, and kernels.proband's reason for member PROBAND.

    Parameters
    ----------
    data … contig_length : as in decode_vcf; every genotype of the members asked for is proven.
    least_reads, least_quality : thresholds of proband_reason.
    contig_index, pos, alleles : filled, as in decode_vcf.  reason : int8 (v,), filled.
    asked : int64 (v, 3), filled from its start with the number of each record that nothing removes, and the position
        and key of its allele's shortest form (kernels.allele_key).

    Returns
    -------
    damage code, record it concerns, its number; records in `asked`.
    """
    return sites_of_lines_jit(
        memory_of(data),
        data.size,
        borrow(starts),
        borrow(ends),
        borrow(members),
        borrow(kinds),
        borrow(names),
        borrow(offsets),
        borrow(contig_length),
        least_reads,
        least_quality,
        borrow(contig_index),
        borrow(pos),
        borrow(alleles),
        borrow(reason),
        borrow(asked),
    )


sites_vcf_jit = jit(sites_vcf)
