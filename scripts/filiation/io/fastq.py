"""Is a pair of FASTQ files whole, and are its reads in step?

Small files are read to the end. Of large ones the first `HEAD_RECORDS` records are read and, where the format
allows it (plain text and BGZF), the last ones: a gzip file that is not BGZF can only be proven complete by
reading it whole, which the caller asks for with `whole=True`.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import InputError, UserError
from filiation.io.files import BGZF_END, check_bgzf_end, compression, require_file

WHOLE_BELOW = 200_000_000
HEAD_RECORDS = 100_000
_TAIL_BYTES = 400_000
_REPORT_EVERY = 1_000_000
_SIGNATURE_RECORDS = 25
_BASES = b"ACGTNacgtn"
_BASES_AND_END = _BASES + b"\n"
_QUALITIES_AND_END = bytes(range(33, 127)) + b"\n"
# Phred+33 ends at 75 (quality 42) on the instruments that also write low qualities; Phred+64 begins at 59.
_PHRED_64_LOWEST = 59
_PHRED_33_HIGHEST = 75

Progress = Callable[[str], None]


@dataclass
class FastqSummary:
    """What was seen of one FASTQ file; `notes` says what was not read."""

    path: Path
    records: int = 0
    complete: bool = True
    signature: str = ""
    # Quality characters seen so far, and the line end, which is none.
    qualities: bytes = b"\n"
    last_header: bytes = b""
    notes: list[str] = field(default_factory=list)
    faults: list[UserError] = field(default_factory=list)


def read_name(header: bytes) -> bytes:
    """Name of a read without `@`, comment and /1 or /2: the same for both mates."""
    name = header[1:].split(None, 1)[0] if len(header) > 1 else b""
    return name[:-2] if name.endswith((b"/1", b"/2")) else name


def mate_number(header: bytes) -> int:
    """1 or 2 as the header says (/1, or a Casava comment `1:N:0:…`), 0 when it does not."""
    words = header.split()
    if words and words[0].endswith((b"/1", b"/2")):
        return int(words[0][-1:])
    if len(words) > 1 and words[1][:2] in (b"1:", b"2:"):
        return int(words[1][:1])
    return 0


def check_fastq_pair(
    first: str | Path,
    second: str | Path,
    where: str,
    *,
    whole: bool = False,
    progress: Progress = lambda text: None,
) -> tuple[FastqSummary, FastqSummary]:
    """Read both files of a pair side by side and return what was seen, faults included.

    Each file: exists, is not empty, gzip intact, records of four lines, SEQ and QUAL of one length, bases
    ACGTN, qualities Phred+33, no CRLF. Together: same number of records, same names in the same order, first
    reads and second reads not exchanged for one another.
    """
    summaries = (FastqSummary(Path(first)), FastqSummary(Path(second)))
    for summary in summaries:
        try:
            require_file(summary.path, "FASTQ", where=f"{where}, {summary.path}")
        except UserError as fault:
            summary.faults.append(fault)
    if any(summary.faults for summary in summaries):
        return summaries
    if os.path.samefile(first, second):
        summaries[1].faults.append(_same_file_fault(first, second, where))
        return summaries
    large = any(summary.path.stat().st_size >= WHOLE_BELOW for summary in summaries)
    limit = HEAD_RECORDS if large and not whole else None
    _read_in_step(summaries, where, limit, progress)
    for summary in summaries:
        summary.faults += _encoding_faults(summary, where)
        if limit is not None and not summary.faults:
            _check_tail(summary, where)
    if limit is not None and not any(summary.faults for summary in summaries):
        _compare_last(summaries, where)
    return summaries


def _read_in_step(
    summaries: tuple[FastqSummary, FastqSummary], where: str, limit: int | None, progress: Progress
) -> None:
    """Read records of both files in turn; after a fault of one file, read the other on its own."""
    readers = [records(summary, where, limit) for summary in summaries]
    first, second = summaries
    compared = True
    for count in itertools.count(1):
        headers = [next(reader, None) for reader in readers]
        if headers == [None, None]:
            break
        if headers[0] is not None and headers[1] is not None and compared:
            if read_name(headers[0]) != read_name(headers[1]):
                second.faults.append(_out_of_step(summaries, headers[0], headers[1], where))
                compared = False
            elif first.records == 1 and mate_number(headers[0]) == mate_number(headers[1]) != 0:
                second.faults.append(_same_mates(summaries, mate_number(headers[0]), where))
                compared = False
        if count % _REPORT_EVERY == 0:
            progress(f"{first.path.name}, {second.path.name}: {count:,} pairs read")
    if first.records != second.records and not first.faults and not second.faults:
        more, less = (first, second) if first.records > second.records else (second, first)
        less.faults.append(
            InputError(
                f"{less.records:,} reads, but its mate file {more.path} has "
                f"{'at least ' if limit is not None else ''}{more.records:,}",
                where=f"{where}, {less.path}",
                expected="the same number of reads in both files of a pair",
                repair="copy both files again from the sequencer's output; never trim one file alone",
            )
        )


def records(summary: FastqSummary, where: str, limit: int | None) -> Iterator[bytes]:
    """The header of each record that is well formed; stops after the first fault, kept in `summary`."""
    place = f"{where}, {summary.path}"
    digest = hashlib.sha256()
    try:
        with _open(summary.path) as handle:
            lines: Iterator[bytes] = iter(handle)
            while limit is None or summary.records < limit:
                record = list(itertools.islice(lines, 4))
                if not _is_sound(record):
                    # Empty lines at the end of a file are harmless; anywhere else they break the record.
                    if not any(text.strip() for text in record):
                        break
                    fault = _record_fault(record, summary.records, place)
                    if fault is not None:
                        summary.faults.append(fault)
                        return
                summary.records += 1
                if unseen := record[3].translate(None, summary.qualities):
                    summary.qualities += bytes(set(unseen))
                if summary.records <= _SIGNATURE_RECORDS:
                    digest.update(read_name(record[0]) + record[1])
                    summary.signature = digest.hexdigest()
                summary.last_header = record[0]
                yield record[0]
            else:
                summary.complete = next(lines, None) is None
    except (EOFError, OSError, zlib.error) as error:
        summary.faults.append(_compression_fault(error, summary.records, place))
    if summary.records == 0 and not summary.faults:
        summary.faults.append(
            InputError("no read in the file", where=place, expected="reads", repair="copy the file again")
        )


def _open(path: Path) -> io.BufferedReader:
    """The file as bytes, inflated; the buffer makes reading by line several times faster."""
    if compression(path) == "none":
        return open(path, "rb")
    return io.BufferedReader(gzip.GzipFile(path, "rb"), 1 << 17)  # type: ignore[type-var]


def _compression_fault(error: Exception, count: int, place: str) -> InputError:
    """A gzip stream that ends early, has a wrong checksum, or is followed by other bytes."""
    cause = f"{type(error).__name__}: {error}"
    if isinstance(error, EOFError):
        cause = "the gzip stream stops in the middle: the file is truncated"
    elif isinstance(error, gzip.BadGzipFile):
        cause = f"damaged gzip: {error}"
    elif isinstance(error, zlib.error):
        cause = f"damaged gzip data: {error}"
    return InputError(
        f"{cause}, after at least {count:,} whole reads",
        where=place,
        expected="gzip members that are intact to the end of the file",
        repair="copy the file again from its source and compare checksums (gzip -t FILE tests it)",
    )


def _is_sound(record: list[bytes]) -> bool:
    """Whether a record is plainly well formed; False also for rare forms that `_record_fault` then judges."""
    if len(record) < 4:
        return False
    header, bases, plus, quality = record
    return (
        header[:1] == b"@"
        and not header[1:2].isspace()
        and plus[:1] == b"+"
        and len(bases) == len(quality)
        and not bases.translate(None, _BASES_AND_END)
        and not quality.translate(None, _QUALITIES_AND_END)
    )


def _record_fault(record: list[bytes], number: int, place: str) -> InputError | None:
    """The first thing that is wrong with one record of four lines, None when nothing is."""
    line = 4 * number + 1
    spot = f"{place}, line {line}, read {number + 1}"
    if len(record) < 4:
        return InputError(
            f"the last record has {len(record)} of its 4 lines: the file is truncated",
            where=spot,
            expected="four lines: @name, bases, +, qualities",
            repair="copy the file again from its source and compare checksums",
        )
    if any(text.endswith(b"\r\n") for text in record):
        return InputError(
            "lines end in CRLF",
            where=spot,
            expected="LF line ends",
            repair="sed 's/\\r$//' on the plain text",
        )
    header, bases, plus, quality = (text.rstrip(b"\n") for text in record)
    if not header.startswith(b"@") or len(header) < 2 or header[1:2].isspace():
        return InputError(
            f"{_show(header)} where a read name belongs",
            where=spot,
            expected="a line beginning with @ and the read name",
            repair="lines were lost or added above this one: copy the file again",
        )
    if not plus.startswith(b"+"):
        return InputError(
            f"{_show(plus)} where the + line belongs",
            where=f"{place}, line {line + 2}, read {_name(header)}",
            expected="a line beginning with +",
            repair="lines were lost or added above this one: copy the file again",
        )
    return _content_fault(_name(header), bases, quality, line, place)


def _content_fault(name: str, bases: bytes, quality: bytes, line: int, place: str) -> InputError | None:
    """Faults of the bases and qualities of one record."""
    if len(bases) != len(quality):
        return InputError(
            f"{len(bases)} bases and {len(quality)} qualities",
            where=f"{place}, line {line + 3}, read {name}",
            expected="one quality per base",
            repair="the file is damaged here: copy it again from its source",
        )
    strange = bases.translate(None, _BASES)
    if strange:
        return InputError(
            f"base {_show(strange[:1])}",
            where=f"{place}, line {line + 1}, read {name}",
            expected="A, C, G, T or N",
            repair="the file is damaged or not DNA: copy it again from its source",
        )
    if quality and (min(quality) < 33 or max(quality) > 126):
        return InputError(
            f"quality byte {min(quality) if min(quality) < 33 else max(quality)}",
            where=f"{place}, line {line + 3}, read {name}",
            expected="printable characters from ! to ~",
            repair="the file is damaged here: copy it again from its source",
        )
    return None


def _name(header: bytes) -> str:
    return read_name(header).decode(errors="backslashreplace")


def _show(text: bytes) -> str:
    shown = text[:40].decode(errors="backslashreplace")
    return f"'{shown}…'" if len(text) > 40 else f"'{shown}'"


def _encoding_faults(summary: FastqSummary, where: str) -> list[UserError]:
    """Qualities that only make sense with an offset of 64 (Illumina before 1.8; Cock et al. 2010)."""
    seen = sorted(set(summary.qualities) - set(b"\n"))
    if summary.faults or not seen or seen[0] < _PHRED_64_LOWEST or seen[-1] <= _PHRED_33_HIGHEST:
        return []
    return [
        InputError(
            f"qualities from '{chr(seen[0])}' to '{chr(seen[-1])}': Phred+64",
            where=f"{where}, {summary.path}",
            expected="Phred+33 (Sanger, Illumina 1.8 and later)",
            repair=f"seqtk seq -Q64 -V {summary.path} | gzip > converted.fastq.gz",
        )
    ]


def _out_of_step(summaries: tuple[FastqSummary, FastqSummary], first: bytes, second: bytes, where: str) -> InputError:
    number = summaries[0].records
    return InputError(
        f"the files are out of step: read {number:,} (line {4 * number - 3}) is '{_name(first)}' in "
        f"{summaries[0].path.name} and '{_name(second)}' in {summaries[1].path.name}",
        where=f"{where}, {summaries[1].path}",
        expected="the two reads of a fragment at the same place in both files",
        repair="name the two files of one lane; if they are, copy both again from the sequencer's output",
    )


def _same_mates(summaries: tuple[FastqSummary, FastqSummary], number: int, where: str) -> InputError:
    return InputError(
        f"both files hold reads number {number} of their fragments",
        where=f"{where}, {summaries[0].path.name} and {summaries[1].path.name}",
        expected="first reads in fastq_1 and second reads in fastq_2",
        repair="name the R1 and the R2 file of the lane",
    )


def _same_file_fault(first: str | Path, second: str | Path, where: str) -> InputError:
    return InputError(
        f"fastq_1 and fastq_2 are one file: {first}" + ("" if str(first) == str(second) else f" = {second}"),
        where=where,
        expected="two files, first and second reads",
        repair="name the R2 file in fastq_2",
    )


def _check_tail(summary: FastqSummary, where: str) -> None:
    """The end of a large file, without reading what lies between: last record whole, BGZF end present."""
    kind = compression(summary.path)
    place = f"{where}, {summary.path}"
    if summary.complete:
        return
    if kind == "gzip":
        summary.last_header = b""
        summary.notes.append(
            f"first {summary.records:,} reads read, not the end (plain gzip); --deep reads the file whole"
        )
        return
    try:
        if kind == "bgzf":
            check_bgzf_end(summary.path, "FASTQ")
        tail = _tail(summary.path, kind)
    except UserError as damage:
        summary.faults.append(damage)
        return
    summary.notes.append(f"first {summary.records:,} and last reads read; --deep reads the file whole")
    lines = tail.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    fault = _record_fault([line + b"\n" for line in lines[-4:]], 0, place)
    if fault is not None:
        summary.faults.append(
            InputError(
                "the last four lines are not a whole record: the file is truncated",
                where=place,
                expected="four lines: @name, bases, +, qualities",
                repair="copy the file again from its source and compare checksums",
            )
        )
        return
    summary.last_header = lines[-4]


def _tail(path: Path, kind: str) -> bytes:
    """The last bytes of the text of a plain or BGZF file."""
    with open(path, "rb") as handle:
        handle.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        data = handle.read()
    if kind == "none":
        return data
    magic = BGZF_END[:4]
    start = data.find(magic)
    while start >= 0:
        if data[start + 12 : start + 16] == BGZF_END[12:16]:
            try:
                return gzip.decompress(data[start:])
            except (EOFError, OSError, zlib.error):
                pass
        start = data.find(magic, start + 1)
    raise InputError(
        "the last BGZF blocks cannot be inflated",
        where=str(path),
        expected="intact BGZF blocks",
        repair="copy the file again from its source and compare checksums",
    )


def _compare_last(summaries: tuple[FastqSummary, FastqSummary], where: str) -> None:
    """The last reads of both files must be mates: otherwise one file is longer."""
    first, second = summaries
    names = [read_name(summary.last_header) for summary in summaries]
    if all(names) and names[0] != names[1]:
        second.faults.append(
            InputError(
                f"the last reads are not mates: {_show(names[0])} in {first.path.name}, "
                f"{_show(names[1])} in {second.path.name}",
                where=f"{where}, {second.path}",
                expected="the same number of reads, in the same order, in both files",
                repair="copy both files again from the sequencer's output",
            )
        )
