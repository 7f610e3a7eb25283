"""Which read pairs does a stored BAM or CRAM hold, as the sequencer gave them?

Primary alignments only, turned back to the strand that was read, mates matched by name and written when the
second of them is met: the order depends on the file alone. Overlapping windows that were extracted twice
leave exact duplicates (same name, flag, place, CIGAR and bases); they are dropped. Every record that does not
become a read of a pair is counted under its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import FaultList, InputError
from filiation.io.files import atomic_path, require_file
from filiation.io.reads_header import ReadsSummary, check_end, identity_faults, reading, take_header
from filiation.io.tables import funnel_rows, write_table
from filiation.model.columns import FUNNEL

REASONS = {
    "secondary": "secondary alignments; their read is in the primary one",
    "supplementary": "supplementary alignments; their read is in the primary one",
    "exact_duplicate": "same name, flag, contig, position, CIGAR and bases as an earlier record",
    "unpaired": "reads that are not part of a pair",
    "first_or_second_unclear": "reads marked as both or neither of the two reads of a pair",
    "without_bases": "records without stored bases",
    "without_qualities": "records without stored base qualities",
    "repeated_read": "further records of a read whose mate is still awaited, at another place",
    "mate_absent": "reads whose mate is not in the file (singletons), so that no pair can be written",
}
_COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVNacgtn", "TGCAYRSWMKVHDBNtgcan")


@dataclass
class Extraction:
    """Counts of one extraction: records read, pairs written, records dropped by reason."""

    records: int = 0
    pairs: int = 0
    hard_clipped: int = 0
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))

    def prove_conservation(self) -> None:
        """Every record must be accounted for: read of a written pair, or dropped under a reason."""
        accounted = 2 * self.pairs + sum(self.dropped.values())
        if accounted != self.records:
            raise AssertionError(f"{self.records} records read, {accounted} accounted for")

    def lines(self) -> list[str]:
        """The counts in words, reasons that occurred only."""
        told = [f"{self.records:,} records read, {self.pairs:,} pairs written"]
        told += [f"{count:,} dropped: {REASONS[name]}" for name, count in self.dropped.items() if count]
        if self.hard_clipped:
            told.append(f"{self.hard_clipped:,} written reads had lost bases to hard clipping before")
        return told


def extract_reads(
    reads: str | Path,
    fastq_1: str | Path,
    fastq_2: str | Path,
    metrics: str | Path,
    *,
    sample: str,
    read_group_sample: str | None = None,
    reference: str | Path | None = None,
) -> Extraction:
    """Write the pairs of a coordinate-sorted BAM or CRAM as two FASTQ files (BGZF, no date) and their counts.

    Memory: the reads whose mate has not been met yet. Raises InputError when the file is cut or damaged, not
    sorted, of another sample (SM), or a CRAM without its reference.
    """
    import pysam

    require_file(reads, "reads", where=f"sample {sample}")
    kind = check_end(reads)
    if kind == "cram" and reference is None:
        raise InputError(
            "a CRAM cannot be decoded without its reference",
            where=f"sample {sample}, {reads}",
            expected="--reference, the genome that the CRAM was written with",
            repair="set reference.fasta in config.yaml, or give --reference",
        )
    result = Extraction()
    with reading(reads, reference) as handle:
        header = ReadsSummary(Path(reads), kind)
        take_header(header, handle)
        faults = identity_faults(header, sample, read_group_sample or sample, f"sample {sample}")
        if faults:
            raise FaultList(faults)
        with atomic_path(fastq_1) as temporary_1, atomic_path(fastq_2) as temporary_2:
            with (
                pysam.BGZFile(str(temporary_1), "wb", None) as out_1,
                pysam.BGZFile(str(temporary_2), "wb", None) as out_2,
            ):
                for first, second in _pairs(handle, result, f"sample {sample}, {reads}"):
                    out_1.write(first)
                    out_2.write(second)
            result.prove_conservation()
            _write_metrics(metrics, result, sample)
    return result


def _write_metrics(path: str | Path, result: Extraction, sample: str) -> None:
    counts = {"records_in": (result.records, "records of the stored file")}
    counts |= {name: (result.dropped[name], meaning) for name, meaning in REASONS.items()}
    counts["records_out"] = (2 * result.pairs, "reads written, two for each pair")
    header = {"sample": sample, "pairs": str(result.pairs), "hard_clipped": str(result.hard_clipped)}
    write_table(path, FUNNEL, funnel_rows("extract_reads", counts), header)


def _pairs(handle: Any, result: Extraction, where: str) -> Iterator[tuple[bytes, bytes]]:
    """Both FASTQ records of each pair, when its second read is met."""
    waiting: dict[str, tuple[bool, bytes]] = {}
    for read in _distinct_records(handle, result, where):
        reason = _unusable(read)
        if reason:
            result.dropped[reason] += 1
            continue
        name, is_first = read.query_name, read.is_read1
        mate = waiting.get(name)
        if mate is not None and mate[0] == is_first:
            result.dropped["repeated_read"] += 1
            continue
        record = _fastq_record(read)
        operations = read.cigartuples
        if operations and 5 in (operations[0][0], operations[-1][0]):
            result.hard_clipped += 1
        if mate is None:
            waiting[name] = (is_first, record)
            continue
        del waiting[name]
        result.pairs += 1
        yield (record, mate[1]) if is_first else (mate[1], record)
    result.dropped["mate_absent"] = len(waiting)
    if not result.pairs:
        raise InputError(
            "no read pair in the file",
            where=where,
            expected="paired reads, both mates in the file",
            repair="give the file that holds both reads of each pair",
        )


def _distinct_records(handle: Any, result: Extraction, where: str) -> Iterator[Any]:
    """Records in file order without exact duplicates, which stand at one position in a sorted file."""
    place = (0, -1)
    seen: set[Any] = set()
    try:
        for read in handle.fetch(until_eof=True):
            result.records += 1
            placed = read.reference_id >= 0
            here = (read.reference_id if placed else 2**31, read.reference_start)
            if here < place:
                raise InputError(
                    f"not sorted by coordinate: record {result.records}, read {read.query_name}",
                    where=where,
                    expected="records in the order of contig and position",
                    repair="samtools sort -o sorted.bam FILE",
                )
            if here != place:
                place = here
                seen.clear()
            key = (read.query_name, read.flag, read.cigarstring, read.query_sequence)
            # All reads without a place share one position: only a digest of each is kept.
            entry = key if placed else hashlib.blake2b(repr(key).encode(), digest_size=16).digest()
            if entry in seen:
                result.dropped["exact_duplicate"] += 1
                continue
            seen.add(entry)
            yield read
    except (OSError, ValueError) as error:
        raise InputError(
            f"reads cannot be decoded after {result.records:,} records: {error}",
            where=where,
            expected="a whole file, and for CRAM the reference that it was written with",
            repair="give --reference of the right build; else copy the file again and compare checksums",
        ) from None


def _unusable(read: Any) -> str:
    """The reason why a record cannot be one of the two reads of a pair, '' when it can."""
    if read.is_secondary:
        return "secondary"
    if read.is_supplementary:
        return "supplementary"
    if not read.is_paired:
        return "unpaired"
    if read.is_read1 == read.is_read2:
        return "first_or_second_unclear"
    if not read.query_sequence:
        return "without_bases"
    if read.query_qualities is None:
        return "without_qualities"
    return ""


def _fastq_record(read: Any) -> bytes:
    """One record of four lines, bases and qualities as they came from the sequencer."""
    bases, quality = read.query_sequence, read.query_qualities_str
    if read.is_reverse:
        bases, quality = bases.translate(_COMPLEMENT)[::-1], quality[::-1]
    return f"@{read.query_name}\n{bases}\n+\n{quality}\n".encode()
