"""Whose reads are in a stored BAM or CRAM, on which genome, and is the file whole?

Only the header and the first records are read; nothing is ever fetched from a network.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import InputError, UserError
from filiation.io.files import BGZF_END, check_bgzf_blocks, check_bgzf_end, require_file
from filiation.io.reference_check import ReferenceSummary, contig_problems, missing_contigs

FIRST_RECORDS = 10_000
# End-of-file containers of CRAM 2.1 and 3.x (CRAM specification, section 9).
_CRAM_ENDS = (
    bytes.fromhex("0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b"),
    bytes.fromhex("0b000000ffffffff0fe0454f460000000001000001000606010001000100"),
)


@dataclass
class ReadsSummary:
    """What a stored file of reads says of itself; contig → length and contig → M5, SM of its read groups."""

    path: Path
    kind: str = "bam"
    contigs: dict[str, int] = field(default_factory=dict)
    md5: dict[str, str] = field(default_factory=dict)
    read_groups: int = 0
    samples: list[str] = field(default_factory=list)
    sort_order: str = ""
    first_unsorted: str = ""
    records_seen: int = 0
    contigs_used: set[str] = field(default_factory=set)
    paired: bool = False
    notes: list[str] = field(default_factory=list)
    faults: list[UserError] = field(default_factory=list)


def forbid_network() -> None:
    """Keep htslib from looking up CRAM references anywhere but in the file that is given to it."""
    os.environ["REF_PATH"] = ":"
    os.environ.pop("REF_CACHE", None)


@contextmanager
def reading(path: str | Path, reference: str | Path | None = None) -> Iterator[Any]:
    """`open_reads`, closed at the end.

    pysam fails once more when it closes a damaged file; the fault that was told first is the one to know.
    """
    handle = open_reads(path, reference)
    try:
        yield handle
    except BaseException:
        with suppress(OSError, ValueError):
            handle.close()
        raise
    try:
        handle.close()
    except (OSError, ValueError) as error:
        raise InputError(
            f"reads cannot be read to their end: {error}",
            where=str(path),
            expected="a whole file",
            repair="copy the file again from its source and compare checksums",
        ) from None


def open_reads(path: str | Path, reference: str | Path | None = None) -> Any:
    """A BAM or CRAM opened with pysam, without network; an InputError when it is neither."""
    import pysam

    forbid_network()
    verbosity = pysam.set_verbosity(0)
    try:
        return pysam.AlignmentFile(
            str(path), "r", check_sq=False, reference_filename=str(reference) if reference else None
        )
    except (OSError, ValueError) as error:
        raise InputError(
            f"reads cannot be opened: {error}",
            where=str(path),
            expected="a BAM or CRAM file",
            repair="copy the file again from its source and compare checksums",
        ) from None
    finally:
        pysam.set_verbosity(verbosity)


def read_reads_header(path: str | Path, where: str, *, whole: bool = False) -> ReadsSummary:
    """Header and first records of a BAM or CRAM, its end and (`whole`, BAM) all its BGZF checksums.

    Faults: missing, empty, cut, damaged, no contig, no read.
    """
    summary = ReadsSummary(Path(path))
    try:
        require_file(path, "reads")
        summary.kind = check_end(path)
        if summary.kind == "bam" and whole:
            check_bgzf_blocks(path, "BAM")
        elif summary.kind == "bam":
            summary.notes.append("end of file and first reads checked; --deep checks every BGZF block")
        else:
            summary.notes.append("header and end of file checked; the reads are checked when they are decoded")
        with reading(path) as reads:
            take_header(summary, reads)
            if summary.kind == "bam":
                _take_records(summary, reads)
    except UserError as fault:
        fault.where = ", ".join(part for part in (where, fault.where) if part)
        summary.faults.append(fault)
    except (OSError, ValueError) as error:
        summary.faults.append(
            InputError(
                f"reads are damaged after {summary.records_seen:,} records: {error}",
                where=f"{where}, {path}",
                expected="records that can be decoded",
                repair="copy the file again from its source and compare checksums",
            )
        )
    return summary


def _kind(path: str | Path) -> str:
    """`bam` or `cram`, from the first bytes."""
    with open(path, "rb") as handle:
        start = handle.read(4)
    if start == b"CRAM":
        return "cram"
    if start == BGZF_END[:4]:
        return "bam"
    raise InputError(
        "neither BAM nor CRAM",
        where=str(path),
        expected="a BAM or CRAM file",
        repair="samtools view -b FILE.sam > FILE.bam, for SAM text; FASTQ belongs in units.tsv",
    )


def check_end(path: str | Path) -> str:
    """`bam` or `cram`; an InputError when the file lacks its end-of-file mark."""
    kind = _kind(path)
    if kind == "bam":
        check_bgzf_end(path, "BAM")
    else:
        _check_cram_end(path)
    return kind


def _check_cram_end(path: str | Path) -> None:
    with open(path, "rb") as handle:
        handle.seek(max(0, os.path.getsize(path) - len(_CRAM_ENDS[0])))
        tail = handle.read()
    if not tail.endswith(_CRAM_ENDS):
        raise InputError(
            "CRAM has no end-of-file container: the file is truncated",
            where=str(path),
            expected="a complete CRAM",
            repair="copy or produce the file again, and compare its checksum with the source",
        )


def take_header(summary: ReadsSummary, reads: Any) -> None:
    """Contigs, read groups and order as the header of an open file gives them."""
    header: Mapping[str, Any] = reads.header.to_dict()
    for contig in header.get("SQ", []):
        summary.contigs[contig["SN"]] = int(contig["LN"])
        if contig.get("M5"):
            summary.md5[contig["SN"]] = str(contig["M5"]).lower()
    groups = header.get("RG", [])
    summary.read_groups = len(groups)
    summary.samples = list(dict.fromkeys(str(group["SM"]) for group in groups if group.get("SM")))
    summary.sort_order = header.get("HD", {}).get("SO", "")


def _take_records(summary: ReadsSummary, reads: Any) -> None:
    """Read the first records: can they be decoded, are they paired, are they in coordinate order?

    The contigs that reads lie on are those of the first records and, where there is an index, all others.
    """
    if reads.has_index():
        summary.contigs_used |= {entry.contig for entry in reads.get_index_statistics() if entry.mapped}
    last = (0, -1)
    for read in itertools.islice(reads.fetch(until_eof=True), FIRST_RECORDS):
        summary.records_seen += 1
        summary.paired = summary.paired or read.is_paired
        if read.reference_name:
            summary.contigs_used.add(read.reference_name)
        # Reads without a place come last, as if on a contig after all others.
        place = (read.reference_id if read.reference_id >= 0 else 2**31, read.reference_start)
        if place < last and not summary.first_unsorted:
            summary.first_unsorted = f"record {summary.records_seen}, read {read.query_name}"
        last = place
    if not summary.records_seen:
        raise InputError("no read in the file", where=str(summary.path), expected="reads")


def identity_faults(summary: ReadsSummary, sample: str, expected: str, where: str) -> list[UserError]:
    """Faults of the read groups: reads of several persons, or of another person than the sheet's.

    Without any read group (or without SM) the sheet's name is taken, and a note says so.
    """
    if not summary.samples:
        summary.notes.append(f"no read group names a sample: the reads get the sheet's name '{sample}'")
        return []
    place = f"{where}, {summary.path}"
    if len(summary.samples) > 1:
        return [
            InputError(
                f"read groups of {len(summary.samples)} samples: {', '.join(summary.samples)}",
                where=place,
                expected="the reads of one person",
                repair=f"samtools view -b -r READ_GROUP for each, then name the file of '{expected}'",
            )
        ]
    if summary.samples[0] != expected:
        return [
            InputError(
                f"read group SM is '{summary.samples[0]}'",
                where=place,
                expected=f"SM '{expected}', as in the sample sheet",
                repair=f"name the file of '{sample}'; if this is the same person, write "
                f"'{summary.samples[0]}' in column read_group_sample",
            )
        ]
    return []


def order_faults(summary: ReadsSummary, where: str) -> list[UserError]:
    """Faults of order: reads must be paired, and sorted by coordinate."""
    place = f"{where}, {summary.path}"
    faults: list[UserError] = []
    unsorted = summary.first_unsorted or (
        f"header SO:{summary.sort_order}" if summary.sort_order not in ("", "coordinate") else ""
    )
    if unsorted:
        faults.append(
            InputError(
                f"not sorted by coordinate ({unsorted})",
                where=place,
                expected="records in the order of contig and position",
                repair=f"samtools sort -o sorted.{summary.kind} {summary.path}",
            )
        )
    if summary.kind == "bam" and summary.records_seen and not summary.paired:
        faults.append(
            InputError(
                f"none of the first {summary.records_seen:,} reads is paired",
                where=place,
                expected="paired-end reads",
                repair="give paired-end data; single-end reads are not analysed",
            )
        )
    return faults


def reference_faults(summary: ReadsSummary, reference: ReferenceSummary, where: str, *, keep: bool) -> list[UserError]:
    """Faults of the genome that the reads lie on: build, contig names, contigs and (CRAM) checksums.

    Reads of a BAM that are realigned may come from any genome; a CRAM is decoded with the reference always.
    """
    if not keep and summary.kind == "bam":
        return []
    place = f"{where}, {summary.path}"
    problems = contig_problems(summary.contigs, reference.contigs)
    repair = "give reference.fasta of the genome that the reads were aligned to"
    if summary.kind == "bam":
        repair += ", or set alignment.stored_reads: realign"
    missing = missing_contigs(summary.contigs, reference.contigs)
    if used := [name for name in missing if name in summary.contigs_used]:
        more = f" and {len(used) - 3} more" if len(used) > 3 else ""
        problems.append(f"reads on contigs that the reference does not have: {', '.join(used[:3])}{more}")
    elif missing and not problems:
        summary.notes.append(f"{len(missing)} contigs of the header are not in the reference")
    if not problems:
        return _md5_faults(summary, reference, place)
    return [
        InputError(
            "; ".join(problems),
            where=place,
            expected=f"the contigs of {reference.path}",
            repair=repair,
        )
    ]


def _md5_faults(summary: ReadsSummary, reference: ReferenceSummary, place: str) -> list[UserError]:
    """A CRAM stores differences from its reference: on another sequence it gives other reads."""
    if summary.kind != "cram":
        return []
    wrong = [name for name, md5 in summary.md5.items() if name in reference.md5 and reference.md5[name] != md5]
    if not summary.md5:
        summary.notes.append("no M5 in the header: the reference cannot be proven to be the CRAM's")
    if not wrong:
        return []
    name = wrong[0]
    return [
        InputError(
            f"{len(wrong)} contig(s) of other sequence than the reference's; first {name}: MD5 "
            f"{summary.md5[name]} in the CRAM, {reference.md5[name]} in the reference",
            where=place,
            expected=f"a CRAM made with {reference.path}",
            repair="give reference.fasta of the genome that the CRAM was written with",
        )
    ]
