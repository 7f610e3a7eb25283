"""What would a reader see of the reads of every member around a candidate? One packed row for each member.

The molecules are those that `filiation recheck` counts, judged by the same rules: the picture and the counts cannot
disagree. At most 30 are drawn, alternate ones first; each kind keeps its share, and at least five alternate
molecules are drawn where there are so many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.io.files import require_file
from filiation.io.reads_header import reading
from filiation.kernels.pileup import ALT, OTHER, REF, UNINFORMATIVE
from filiation.model import packed_reads
from filiation.model.packed_reads import Event, Molecule, Segment
from filiation.model.pedigree import Family, Member
from filiation.reads.alignment_files import require_reads_index
from filiation.reads.pileup import Allele, Context, Pileup, allele_context, pile_up_records, records_over
from filiation.reads.recheck_thresholds import ReadThresholds

Row = dict[str, Any]
SHOWN = 30
_ALWAYS_SHOWN_ALT = 5
_FLANK = 40
# Twice an indel's length on each side, so that its whole can be seen, up to here.
_LARGEST_FLANK = 200
_LARGE_SHARE = 0.2
_LETTERS = "ACGTN"
_MATCH, _INSERTION, _DELETION, _SKIP, _SOFT_CLIP, _EQUAL, _DIFFERENT = 0, 1, 2, 3, 4, 7, 8


def window_of(allele: Allele, contig_length: int) -> tuple[int, int]:
    """0-based, half-open window of the picture: 40 bases on each side, or twice an indel's length, 200 at most."""
    size = max(len(allele.ref), len(allele.alt))
    flank = min(max(_FLANK, 2 * size if size > 1 else 0), _LARGEST_FLANK)
    # A deletion longer than the window is seen at its left end.
    end = allele.pos - 1 + min(len(allele.ref), _LARGEST_FLANK)
    return max(0, allele.pos - 1 - flank), min(contig_length, end + flank)


def read_views(
    family: Family,
    alleles: Iterable[Allele],
    reads: Mapping[str, Path],
    reference: str | Path,
    thresholds: ReadThresholds,
) -> list[Row]:
    """Rows of the table `read_views/1`: for each allele in the order given, every member of the family.

    reads : file of each member by sample; a member without one has a row that says so. InputError for a file without
    an index and for an allele that is not on the reference.
    """
    import pysam

    rows = []
    with ExitStack() as stack:
        fasta = stack.enter_context(pysam.FastaFile(str(require_file(reference, "reference"))))
        alignments = {}
        for sample, path in reads.items():
            alignments[sample] = stack.enter_context(reading(path, reference))
            require_reads_index(alignments[sample], path)
        for allele in dict.fromkeys(alleles):
            if not set(allele.ref + allele.alt) <= set("ACGTN"):
                rows += [_row(allele, member, "allele_not_in_bases") for member in family.members]
                continue
            context = allele_context(fasta, allele, int(thresholds.flank))
            start, end = window_of(allele, fasta.get_reference_length(allele.chrom))
            bases = fasta.fetch(allele.chrom, start, end).upper()
            for member in family.members:
                handle = alignments.get(member.sample)
                if handle is None:
                    rows.append(_row(allele, member, "reads_not_given"))
                else:
                    rows.append(_drawn(allele, member, handle, context, start, bases, thresholds))
    return rows


def _row(allele: Allele, member: Member, note: str) -> Row:
    """The cells that every row has."""
    return {
        "chrom": allele.chrom,
        "pos": allele.pos,
        "ref": allele.ref,
        "alt": allele.alt,
        "role": member.role.value,
        "sample": member.sample,
        "window": 1,
        "note": note,
    }


def _drawn(
    allele: Allele, member: Member, handle: Any, context: Context, start: int, bases: str, thresholds: ReadThresholds
) -> Row:
    """One member's row."""
    window = max(allele.pos - 1 - start, start + len(bases) - (allele.pos - 1 + len(allele.ref)))
    records = records_over(handle, context, window)
    close = {id(record) for record in _near(records, context)}
    pileup = pile_up_records([record for record in records if id(record) in close], context, thresholds)
    depth, differing = _depth(records, start, bases)
    largest, packed_depth = packed_reads.pack_depth(depth.tolist())
    chosen = choose(pileup)
    segments = _segments(records, pileup, start, bases, thresholds)
    molecules = [segments[pileup.names[number]] for number in chosen]
    row = _row(allele, member, "drawn" if len(pileup.names) else "no_reads_over_allele")
    return row | {
        "start": start + 1,
        "reference": bases,
        "molecules": len(pileup.names),
        "ref_reads": pileup.count(REF),
        "alt_reads": pileup.count(ALT),
        "other_reads": pileup.count(OTHER),
        "shown": len(chosen),
        "max_depth": largest,
        "depth": packed_depth,
        "differences": _differences(depth, differing, bases),
        "reads": packed_reads.pack_molecules(molecules, len(bases)) or None,
    }


def _near(records: list[Any], context: Context) -> list[Any]:
    """The records that the recheck would look at: those over the allele, or near enough to be clipped before it."""
    allele = context.allele
    margin = 0 if allele.is_snv else context.flank
    first, last = allele.pos - 1 - margin, allele.pos - 1 + len(allele.ref) + margin
    return [record for record in records if record.reference_start < last and (record.reference_end or 0) > first]


def choose(pileup: Pileup) -> list[int]:
    """Which molecules are drawn, by their place in the pile: alternate, other, reference, then those that cannot tell.

    Above 30 each kind keeps its share (the alternate ones at least five), taken evenly over the pile.
    """
    kinds = [np.flatnonzero(pileup.support == kind) for kind in (ALT, OTHER, REF, UNINFORMATIVE)]
    total = sum(len(kind) for kind in kinds)
    if total <= SHOWN:
        return [int(number) for kind in kinds for number in kind]
    shares = [min(len(kind), round(SHOWN * len(kind) / total)) for kind in kinds]
    shares[0] = max(shares[0], min(len(kinds[0]), _ALWAYS_SHOWN_ALT))
    while sum(shares) > SHOWN:
        shares[int(np.argmax(shares))] -= 1
    chosen = []
    for kind, share in zip(kinds, shares, strict=True):
        places = np.linspace(0, len(kind) - 1, share).round().astype(int) if share else np.zeros(0, dtype=int)
        chosen += [int(number) for number in kind[places]]
    return chosen


def _blocks(record: Any) -> list[tuple[int, int, int, int]]:
    """(operation, length, read index, reference position) of every CIGAR operation."""
    blocks = []
    index, reference = 0, record.reference_start
    for operation, length in record.cigartuples or ():
        blocks.append((operation, length, index, reference))
        if operation in (_MATCH, _EQUAL, _DIFFERENT):
            index += length
            reference += length
        elif operation in (_DELETION, _SKIP):
            reference += length
        elif operation in (_INSERTION, _SOFT_CLIP):
            index += length
    return blocks


def _depth(records: list[Any], start: int, bases: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Reads over each base of the window, and how many show each letter (ACGTN, deletion)."""
    width = len(bases)
    depth = np.zeros(width, dtype=np.int64)
    letters = np.zeros((width, 6), dtype=np.int64)
    for record in records:
        sequence = record.query_sequence
        for operation, length, index, reference in _blocks(record):
            first, last = max(reference, start), min(reference + length, start + width)
            if last <= first:
                continue
            if operation in (_MATCH, _EQUAL, _DIFFERENT):
                depth[first - start : last - start] += 1
                for place in range(first, last):
                    letter = _LETTERS.find(sequence[index + place - reference])
                    letters[place - start, letter if letter >= 0 else 4] += 1
            elif operation == _DELETION:
                letters[first - start : last - start, 5] += 1
    return depth, letters


def _differences(depth: npt.NDArray[np.int64], letters: npt.NDArray[np.int64], bases: str) -> str | None:
    """`offset:base:per cent` where a fifth of the reads or more show something else than the reference."""
    found = []
    for offset, base in enumerate(bases):
        reads = int(depth[offset] + letters[offset, 5])
        for number, letter in enumerate("ACGT-"):
            count = int(letters[offset, 5 if letter == "-" else number])
            if reads and letter != base and base != "N" and count / reads >= _LARGE_SHARE:
                found.append(f"{offset}:{letter}:{round(100 * count / reads)}")
    return ",".join(found) or None


def _segments(
    records: list[Any], pileup: Pileup, start: int, bases: str, thresholds: ReadThresholds
) -> dict[str, Molecule]:
    """The reads of each molecule of the pile inside the window, by name."""
    support = {name: int(kind) for name, kind in zip(pileup.names, pileup.support, strict=True)}
    found: dict[str, list[Segment]] = {name: [] for name in support}
    end = start + len(bases)
    for record in records:
        if record.query_name not in found or record.reference_start >= end or (record.reference_end or 0) <= start:
            continue
        flags = packed_reads.REVERSE if record.is_reverse else 0
        flags |= {
            ALT: packed_reads.ALT,
            OTHER: packed_reads.OTHER,
            UNINFORMATIVE: packed_reads.UNINFORMATIVE,
        }.get(support[record.query_name], 0)
        if record.mapping_quality < thresholds.mapping_quality_min:
            flags |= packed_reads.LOW_MAPPING
        first = max(record.reference_start - start, -1)
        last = min(record.reference_end - 1 - start, len(bases))
        events = _events(record, start, bases, thresholds.base_quality_min)
        found[record.query_name].append(Segment(first, last, flags, tuple(events)))
    return {name: tuple(segments) for name, segments in found.items()}


def _events(record: Any, start: int, bases: str, base_quality_min: float) -> list[Event]:
    """Where a read differs from the reference inside the window, from left to right."""
    events: list[Event] = []
    width = len(bases)
    sequence, qualities = record.query_sequence, record.query_qualities
    blocks = _blocks(record)
    for number, (operation, length, index, reference) in enumerate(blocks):
        offset = reference - start
        if operation in (_MATCH, _EQUAL, _DIFFERENT):
            for place in range(max(offset, 0), min(offset + length, width)):
                at = index + place - offset
                base = sequence[at].upper()
                if base != bases[place]:
                    letter = base if base in _LETTERS else "N"
                    events.append(Event(letter if qualities[at] >= base_quality_min else letter.lower(), place))
        elif operation == _DELETION and offset < width and offset + length > 0:
            first = max(offset, 0)
            events.append(Event("-", first, min(offset + length, width) - first))
        elif operation == _INSERTION and 0 <= offset <= width:
            events.append(Event("+", offset, length))
        elif operation == _SOFT_CLIP and 0 <= offset <= width:
            events.append(Event("(" if number == 0 or (blocks[0][0] == 5 and number == 1) else ")", offset, length))
    return events
