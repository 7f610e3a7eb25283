"""What do the members of a family show in the lines of an inflated VCF, read straight from its bytes?

Every column is found by its tab and every value by its separator, within the line; INFO is stepped over. The first
line that is not sound ends the work.
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
    DP,
    EMPTY_ALLELE,
    GQ,
    GT,
    HEADER_AMONG_RECORDS,
    NOT_BIALLELIC,
    PL,
    POSITION_OUTSIDE,
    SOUND,
    TOO_FEW_COLUMNS,
    TOO_MANY_VALUES,
    UNKNOWN_CONTIG,
    UNSORTED,
    WRONG_SAMPLE_COUNT,
)
from filiation.kernels.encoding import MISSING, MISSING_INT
from filiation.kernels.memory import borrow, byte_at, memory_of
from filiation.kernels.vcf_text import (
    COLON,
    COMMA,
    DECIMAL,
    DOT,
    HASH,
    KEYS,
    MOST_FIELDS,
    NEWLINE,
    RETURN,
    TAB,
    TEXT,
    UNDECLARED,
    WHOLE,
    find_byte_jit,
    find_contig_jit,
    find_lines_jit,
    read_format_jit,
    read_genotype_jit,
    read_values_jit,
    reads_of_jit,
    same_bytes_jit,
    whole_number_jit,
)

__all__ = ["DECIMAL", "TEXT", "UNDECLARED", "WHOLE", "decode_vcf_jit", "find_lines_jit"]


def read_member(
    memory: Any,
    at: int,
    end: int,
    v: int,
    p: int,
    kinds: np.ndarray,
    layout: np.ndarray,
    fields: int,
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
    for field in range(fields):
        code = layout[field]
        if code < 0:
            while at < end and byte_at(memory, at) != COLON and byte_at(memory, at) != TAB:
                at += 1
        elif code == GT:
            ploidy, known, alternate, highest, at = read_genotype_jit(memory, at, end)
            if at < 0:
                return BAD_GENOTYPE, -1, at
            if highest > 1:
                return ALLELE_OUT_OF_RANGE, highest, at
            genotype[v, p] = genotype_of_jit(ploidy, known, alternate)
            alleles_called[v, p] = min(known, 127)
        else:
            first, second, third, at = read_values_jit(memory, at, end, kinds[code])
            if at < 0:
                return BAD_NUMBER, -1, at
            if code == AD:
                ref_depth[v, p] = reads_of_jit(first)
                alt_depth[v, p] = reads_of_jit(second)
            elif code == DP:
                depth[v, p] = reads_of_jit(first)
            elif code == GQ:
                genotype_quality[v, p] = first
            else:
                if np.isnan(third) and not np.isnan(second):
                    # Two values of a haploid member stand at 0 and 2 copies, with nothing between.
                    third = second
                    second = np.nan
                if code == PL:
                    phred[v, p, 0] = first
                    phred[v, p, 1] = second
                    phred[v, p, 2] = third
                else:
                    log10_likelihood[v, p, 0] = first
                    log10_likelihood[v, p, 1] = second
                    log10_likelihood[v, p, 2] = third
        if at == end or byte_at(memory, at) == TAB:
            return SOUND, 0, at
        at += 1
    return TOO_MANY_VALUES, -1, at


read_member_jit = inline(read_member)


def read_site(memory: Any, at: int, end: int, v: int, alleles: np.ndarray, memchr: int) -> tuple[int, int, Any, Any]:
    """POS and alleles from behind CHROM's tab. Damage code, its number, position, place of INFO's tab or the end."""
    position, at = whole_number_jit(memory, at, end)
    if position < 0 or at == end or byte_at(memory, at) != TAB:
        return BAD_POSITION, 0, position, at
    at = find_byte_jit(memory, at + 1, end, TAB, 0)
    for item in range(2):
        if at == end:
            return TOO_FEW_COLUMNS, 0, position, at
        stop = find_byte_jit(memory, at + 1, end, TAB, 0)
        alleles[v, 2 * item] = at + 1
        alleles[v, 2 * item + 1] = stop - at - 1
        if stop == at + 1:
            return EMPTY_ALLELE, 0, position, at
        at = stop
    alternates = 1
    for place in range(alleles[v, 2], alleles[v, 2] + alleles[v, 3]):
        alternates += byte_at(memory, place) == COMMA
    if alleles[v, 3] == 1 and byte_at(memory, alleles[v, 2]) == DOT:
        alternates = 0
    if alternates != 1:
        return NOT_BIALLELIC, alternates, position, at
    for _ in range(2):
        if at == end:
            return TOO_FEW_COLUMNS, 0, position, at
        at = find_byte_jit(memory, at + 1, end, TAB, 0)
    if at == end:
        return TOO_FEW_COLUMNS, 0, position, at
    return SOUND, 0, position, find_byte_jit(memory, at + 1, end, TAB, memchr)


read_site_jit = inline(read_site)


def clear_row(
    v: int,
    genotype: np.ndarray,
    alleles_called: np.ndarray,
    ref_depth: np.ndarray,
    alt_depth: np.ndarray,
    depth: np.ndarray,
    genotype_quality: np.ndarray,
    phred: np.ndarray,
    log10_likelihood: np.ndarray,
) -> None:
    """Everything of one record missing, before its samples are read."""
    for p in range(genotype.shape[1]):
        genotype[v, p] = MISSING
        alleles_called[v, p] = 0
        ref_depth[v, p] = MISSING_INT
        alt_depth[v, p] = MISSING_INT
        depth[v, p] = MISSING_INT
        genotype_quality[v, p] = np.nan
        for g in range(3):
            phred[v, p, g] = np.nan
            if log10_likelihood.size:
                log10_likelihood[v, p, g] = np.nan


clear_row_jit = inline(clear_row)


def decode_lines(
    memory: Any,
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
    """`decode_vcf` on memory and arrays whose references are not counted."""
    layout = np.empty(MOST_FIELDS, dtype=np.int64)
    fields = 0
    last_contig, last_pos, name_start, name_size = -1, 0, 0, -1
    format_start, format_size = 0, -1
    for v in range(starts.size):
        at = starts[v]
        end = ends[v]
        if end > at and byte_at(memory, end - 1) == NEWLINE:
            end -= 1
        if end > at and byte_at(memory, end - 1) == RETURN:
            end -= 1
        stop = find_byte_jit(memory, at, end, TAB, 0)
        if stop == end:
            return TOO_FEW_COLUMNS, v, 0
        contig = last_contig
        if stop - at != name_size or not same_bytes_jit(memory, at, name_start, name_size):
            contig = find_contig_jit(memory, at, stop, names, offsets)
            if contig < 0:
                return (HEADER_AMONG_RECORDS if byte_at(memory, at) == HASH else UNKNOWN_CONTIG), v, -1
            name_start, name_size = at, stop - at
        code, detail, position, at = read_site_jit(memory, stop + 1, end, v, alleles, memchr)
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
        clear_row_jit(
            v, genotype, alleles_called, ref_depth, alt_depth, depth, genotype_quality, phred, log10_likelihood
        )
        if members.size == 0:
            continue
        if at == end:
            return TOO_FEW_COLUMNS, v, 0
        stop = find_byte_jit(memory, at + 1, end, TAB, 0)
        if stop - at - 1 != format_size or not same_bytes_jit(memory, at + 1, format_start, format_size):
            fields, code, detail = read_format_jit(memory, at + 1, stop, KEYS, kinds, layout)
            if code != SOUND:
                return code, v, detail
            format_start, format_size = at + 1, stop - at - 1
        at = stop
        for sample in range(members.size):
            if at == end:
                return TOO_FEW_COLUMNS, v, 0
            if members[sample] < 0:
                at = find_byte_jit(memory, at + 1, end, TAB, memchr)
                continue
            code, detail, at = read_member_jit(
                memory, at + 1, end, v, members[sample], kinds, layout, fields, genotype, alleles_called,
                ref_depth, alt_depth, depth, genotype_quality, phred, log10_likelihood,
            )  # fmt: skip
            if code != SOUND:
                return code, v, sample if detail < 0 else detail
        if at != end:
            return WRONG_SAMPLE_COUNT, v, members.size + 1
    return SOUND, -1, 0


decode_lines_jit = inline(decode_lines)


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
    return decode_lines_jit(
        memory_of(data),
        borrow(starts),
        borrow(ends),
        borrow(members),
        borrow(kinds),
        borrow(names),
        borrow(offsets),
        borrow(contig_length),
        memchr,
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


decode_vcf_jit = jit(decode_vcf)
