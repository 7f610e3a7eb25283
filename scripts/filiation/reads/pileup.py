"""What does each read of a member say of one allele? Alignments over a site, as arrays.

Left out: unmapped, secondary, supplementary, duplicate and failed reads. Overlapping mates are one molecule and
count once: the better of the two where they agree, uninformative where they do not. A substitution of one base is
read off the alignment; everything else is compared with two haplotypes, soft-clipped bases included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.kernels.pileup import ALT, OTHER, REF, UNINFORMATIVE, allele_log_likelihoods_jit
from filiation.reads.recheck_thresholds import ReadThresholds

# Unmapped, secondary, failed, duplicate, supplementary.
SKIPPED_FLAGS = 0x4 | 0x100 | 0x200 | 0x400 | 0x800
_MAX_ALLELE_QUALITY = 60
_CODES = np.full(256, 4, dtype=np.uint8)
for _number, _letter in enumerate("ACGT"):
    _CODES[ord(_letter)] = _CODES[ord(_letter.lower())] = _number
# CIGAR operations.
_MATCH, _INSERTION, _DELETION, _SKIP, _SOFT_CLIP, _EQUAL, _DIFFERENT = 0, 1, 2, 3, 4, 7, 8


@dataclass(frozen=True)
class Allele:
    """One alternate allele; position 1-based, as in VCF."""

    chrom: str
    pos: int
    ref: str
    alt: str

    @property
    def is_snv(self) -> bool:
        """One base for another."""
        return len(self.ref) == len(self.alt) == 1

    @property
    def key(self) -> str:
        """`chrom-pos-ref-alt`."""
        return f"{self.chrom}-{self.pos}-{self.ref}-{self.alt}"


@dataclass(frozen=True)
class Context:
    """An allele on the reference: the two haplotypes around it, and where it can be written.

    `start` is the 0-based reference position of the haplotypes' first base; the tract is 0-based on the
    haplotypes and inclusive. `units` counts the copies of an indel's unit in the reference.
    """

    allele: Allele
    start: int
    ref_haplotype: npt.NDArray[np.uint8]
    alt_haplotype: npt.NDArray[np.uint8]
    tract_start: int
    ref_tract_end: int
    alt_tract_end: int
    units: int
    flank: int


@dataclass(frozen=True)
class Pileup:
    """The molecules of one member over an allele, one entry each. r = molecules.

    `support` is REF, ALT, OTHER or UNINFORMATIVE (kernels.pileup); `leaning` is the support before the filters of
    quality. `distance` is the number of read bases from the variant to the nearer end of the read.
    """

    names: list[str]
    support: npt.NDArray[np.int8]
    leaning: npt.NDArray[np.int8]
    log_likelihood: npt.NDArray[np.float64]
    allele_quality: npt.NDArray[np.uint8]
    mapping_quality: npt.NDArray[np.uint8]
    reverse: npt.NDArray[np.bool_]
    distance: npt.NDArray[np.int32]
    soft_clipped: npt.NDArray[np.bool_]

    def count(self, support: int) -> int:
        """Molecules with this support."""
        return int((self.support == support).sum())

    @property
    def informative(self) -> int:
        """Molecules that show the reference, the alternate or another allele."""
        return int((self.support != UNINFORMATIVE).sum())

    @property
    def rejected_alt(self) -> int:
        """Molecules that would support the alternate allele but for their quality."""
        return int(((self.leaning == ALT) & (self.support == UNINFORMATIVE)).sum())

    @property
    def error_rate(self) -> float:
        """Mean error probability of the informative molecules by their quality; 0 without any."""
        quality = self.allele_quality[self.support != UNINFORMATIVE].astype(np.float64)
        return float(np.mean(10.0 ** (-quality / 10.0))) if len(quality) else 0.0


@dataclass(frozen=True)
class _Read:
    """One read over the site, before mates are joined."""

    name: str
    leaning: int
    log_likelihood: tuple[float, float]
    allele_quality: int
    mapping_quality: int
    reverse: bool
    distance: int
    soft_clipped: bool


def allele_context(fasta: Any, allele: Allele, flank: int) -> Context:
    """The haplotypes of an allele from an open FASTA; an InputError when REF is not the reference there.

    A reference of N says nothing against REF, which is then taken as it is written.
    """
    start, end = allele.pos - 1, allele.pos - 1 + len(allele.ref)
    if allele.chrom not in fasta.references or end > fasta.get_reference_length(allele.chrom):
        raise InputError(
            f"no position {allele.chrom}:{allele.pos} in the reference",
            where=allele.key,
            expected=f"a position of the reference's {len(fasta.references)} contigs",
            repair="give the reference that the reads were aligned to",
        )
    found = fasta.fetch(allele.chrom, start, end).upper()
    if any(base not in (expected, "N") for base, expected in zip(found, allele.ref, strict=True)):
        raise InputError(
            f"REF is {allele.ref} and the reference has {found}",
            where=allele.key,
            expected="the same bases",
            repair="give the reference that the calls were made on",
        )
    pad = flank + abs(len(allele.alt) - len(allele.ref)) + 20
    tract, units = _tract(fasta, allele)
    first = max(0, start - pad)
    before = fasta.fetch(allele.chrom, first, start).upper()
    after = fasta.fetch(allele.chrom, end, end + tract + pad).upper()
    lead = 1 if len(allele.ref) != len(allele.alt) and allele.ref[0] == allele.alt[0] else 0
    return Context(
        allele=allele,
        start=first,
        ref_haplotype=_encode(before + allele.ref + after),
        alt_haplotype=_encode(before + allele.alt + after),
        tract_start=len(before) + lead,
        ref_tract_end=len(before) + len(allele.ref) - 1 + tract,
        alt_tract_end=len(before) + len(allele.alt) - 1 + tract,
        units=units,
        flank=flank,
    )


def _tract(fasta: Any, allele: Allele) -> tuple[int, int]:
    """How many bases an indel can be shifted to the right, and how often its unit stands in the reference."""
    longer, shorter = sorted((allele.ref, allele.alt), key=len, reverse=True)
    if len(longer) == len(shorter) or not longer.startswith(shorter):
        return 0, 0
    moved = longer[len(shorter) :]
    end = allele.pos - 1 + len(allele.ref)
    right = fasta.fetch(allele.chrom, end, end + 1000).upper()
    shift = 0
    while shift < len(right) and right[shift] == moved[shift % len(moved)]:
        shift += 1
    unit = next(
        length
        for length in range(1, len(moved) + 1)
        if moved == (moved[:length] * len(moved))[: len(moved)] and len(moved) % length == 0
    )
    deleted = len(moved) if len(allele.ref) > len(allele.alt) else 0
    return shift, (shift + deleted) // unit


def _encode(sequence: str) -> npt.NDArray[np.uint8]:
    """Bases as codes 0–3, everything else 4."""
    return _CODES[np.frombuffer(sequence.encode("ascii"), dtype=np.uint8)]


def records_over(handle: Any, context: Context, window: int = 0) -> list[Any]:
    """The usable records of an open BAM or CRAM over an allele, or within `window` bases of it, in file order."""
    allele = context.allele
    # A read clipped before the variant ends beside it, and its clipped bases still know the allele.
    margin = max(window, 0 if allele.is_snv else context.flank)
    return [
        record
        for record in handle.fetch(
            allele.chrom, max(0, allele.pos - 1 - margin), allele.pos - 1 + len(allele.ref) + margin
        )
        if not record.flag & SKIPPED_FLAGS and record.query_sequence and record.query_qualities is not None
    ]


def pile_up(handle: Any, context: Context, thresholds: ReadThresholds) -> Pileup:
    """All molecules of an open BAM or CRAM over an allele."""
    return pile_up_records(records_over(handle, context), context, thresholds)


def pile_up_records(records: list[Any], context: Context, thresholds: ReadThresholds) -> Pileup:
    """The molecules of some records; a record that does not reach the allele says nothing and is left out."""
    allele = context.allele
    reads = _substitution_reads(records, allele) if allele.is_snv else _haplotype_reads(records, context, thresholds)
    return _molecules(reads, thresholds)


def _substitution_reads(records: list[Any], allele: Allele) -> list[_Read]:
    """Reads over a single-base change, by the base that is aligned there."""
    reads = []
    for record in records:
        place = _read_place(record, allele.pos - 1)
        if place is None:
            continue
        index, aligned = place
        base = record.query_sequence[index].upper() if aligned else "-"
        quality = int(record.query_qualities[index])
        leaning = {allele.ref: REF, allele.alt: ALT, "N": UNINFORMATIVE}.get(base, OTHER)
        error = min(0.75, 10.0 ** (-quality / 10.0))
        right, wrong = np.log(1.0 - error), np.log(error / 3.0)
        likelihood = {REF: (right, wrong), ALT: (wrong, right)}.get(leaning, (wrong, wrong))
        reads.append(_read(record, index, leaning, likelihood, quality))
    return reads


def _read_place(record: Any, position: int) -> tuple[int, bool] | None:
    """Index of the read base over a 0-based position, and whether it is aligned there (not deleted); None outside."""
    index, reference = 0, record.reference_start
    for operation, length in record.cigartuples or ():
        if operation in (_MATCH, _EQUAL, _DIFFERENT):
            if reference <= position < reference + length:
                return index + position - reference, True
            index += length
            reference += length
        elif operation == _DELETION:
            if reference <= position < reference + length:
                return max(0, index - 1), False
            reference += length
        elif operation == _SKIP:
            if reference <= position < reference + length:
                return None
            reference += length
        elif operation in (_INSERTION, _SOFT_CLIP):
            index += length
    return None


def _read(record: Any, index: int, leaning: int, likelihood: tuple[float, float], quality: int) -> _Read:
    """A read with what it says, and how well it is placed."""
    operations = record.cigartuples or ()
    return _Read(
        name=record.query_name,
        leaning=leaning,
        log_likelihood=likelihood,
        allele_quality=min(quality, _MAX_ALLELE_QUALITY),
        mapping_quality=record.mapping_quality,
        reverse=record.is_reverse,
        distance=min(index, len(record.query_sequence) - 1 - index),
        soft_clipped=any(operation == _SOFT_CLIP for operation, _ in operations),
    )


def _projected(record: Any) -> npt.NDArray[np.int64]:
    """Reference position of every read base; clipped ends go on as if they were aligned, insertions stay in place."""
    positions: list[npt.NDArray[np.int64]] = []
    reference = record.reference_start
    for number, (operation, length) in enumerate(record.cigartuples or ()):
        steps = np.arange(length, dtype=np.int64)
        if operation in (_MATCH, _EQUAL, _DIFFERENT):
            positions.append(reference + steps)
            reference += length
        elif operation == _SOFT_CLIP:
            ahead = number > 0 and bool(positions)
            positions.append(reference + steps if ahead else reference - length + steps)
        elif operation == _INSERTION:
            positions.append(np.full(length, reference, dtype=np.int64))
        elif operation in (_DELETION, _SKIP):
            reference += length
    return np.concatenate(positions) if positions else np.zeros(0, dtype=np.int64)


def _haplotype_reads(records: list[Any], context: Context, thresholds: ReadThresholds) -> list[_Read]:
    """Reads over an indel or a change of several bases, by the haplotype that they fit."""
    allele = context.allele
    first = allele.pos - 1 - context.flank
    last = context.start + context.ref_tract_end + 1 + context.flank
    chosen: list[tuple[Any, int]] = []
    bases: list[npt.NDArray[np.uint8]] = []
    qualities: list[npt.NDArray[np.uint8]] = []
    for record in records:
        projected = _projected(record)
        low, high = int(np.searchsorted(projected, first)), int(np.searchsorted(projected, last))
        index = int(np.searchsorted(projected, allele.pos - 1))
        if high <= low or projected[0] > context.start + context.ref_tract_end or projected[-1] < allele.pos - 1:
            continue
        chosen.append((record, min(index, len(projected) - 1)))
        bases.append(_encode(record.query_sequence)[low:high])
        qualities.append(np.asarray(record.query_qualities, dtype=np.uint8)[low:high])
    if not chosen:
        return []
    to_log = -np.log(10.0) / 10.0
    likelihood, strict = allele_log_likelihoods_jit(
        np.concatenate(bases),
        np.concatenate(qualities),
        np.cumsum([0, *(len(segment) for segment in bases)], dtype=np.int64),
        context.ref_haplotype,
        context.alt_haplotype,
        thresholds.gap_open * to_log,
        thresholds.gap_extend * to_log,
        context.tract_start,
        context.ref_tract_end,
        context.alt_tract_end,
    )
    reads = []
    least = thresholds.allele_ratio_min * np.log(10.0)
    for (record, index), (ref, alt), without_gap in zip(chosen, likelihood, strict, strict=True):
        ratio = abs(alt - ref) / np.log(10.0)
        leaning = (ALT if alt > ref else REF) if ratio >= thresholds.allele_ratio_min else UNINFORMATIVE
        # A third length of a repeat; a change beside the variant fits its haplotype better all the same.
        if without_gap < max(ref, alt) - 1e-9 and without_gap - min(ref, alt) < least:
            leaning = OTHER
        told = (float(ref), float(alt)) if leaning in (REF, ALT) else (0.0, 0.0)
        quality = _MAX_ALLELE_QUALITY if leaning == OTHER else round(10.0 * ratio)
        reads.append(_read(record, index, leaning, told, quality))
    return reads


def _molecules(reads: list[_Read], thresholds: ReadThresholds) -> Pileup:
    """Mates joined into molecules, in the order of the file, and judged by the quality filters."""
    by_name: dict[str, _Read] = {}
    contradicting: set[str] = set()
    for read in reads:
        other = by_name.get(read.name)
        if other is None:
            by_name[read.name] = read
            continue
        told = {read.leaning, other.leaning} - {UNINFORMATIVE}
        if len(told) == 2:
            contradicting.add(read.name)
        by_name[read.name] = max((other, read), key=_worth)
    molecules = list(by_name.values())
    leaning = np.array([read.leaning for read in molecules], dtype=np.int8)
    support = leaning.copy()
    likelihood = np.array([read.log_likelihood for read in molecules], dtype=np.float64).reshape(-1, 2)
    for number, read in enumerate(molecules):
        poor = (
            read.mapping_quality < thresholds.mapping_quality_min or read.allele_quality < thresholds.base_quality_min
        )
        if poor or read.name in contradicting:
            support[number] = UNINFORMATIVE
        if read.name in contradicting:
            leaning[number] = UNINFORMATIVE
            likelihood[number] = 0.0
    return Pileup(
        names=[read.name for read in molecules],
        support=support,
        leaning=leaning,
        log_likelihood=likelihood,
        allele_quality=np.array([read.allele_quality for read in molecules], dtype=np.uint8),
        mapping_quality=np.array([read.mapping_quality for read in molecules], dtype=np.uint8),
        reverse=np.array([read.reverse for read in molecules], dtype=np.bool_),
        distance=np.array([read.distance for read in molecules], dtype=np.int32),
        soft_clipped=np.array([read.soft_clipped for read in molecules], dtype=np.bool_),
    )


def _worth(read: _Read) -> tuple[bool, int, int]:
    """Which of two mates speaks for their molecule: the one that says something, then by its quality."""
    return read.leaning != UNINFORMATIVE, read.allele_quality, read.mapping_quality
