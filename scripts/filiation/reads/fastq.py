"""Are two FASTQ files complete and in step, and how many reads do they hold?"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import IO, cast

from filiation.errors import InputError
from filiation.io.files import check_bgzf_end, compression, require_file


def count_pairs(fastq_1: str | Path, fastq_2: str | Path) -> int:
    """Number of pairs; every name of the first file must be that of the second, in the same order.

    Names are compared up to the first space and without a closing `/1` or `/2`. InputError names the file and
    record where a file is cut, is not FASTQ, or where the two lose step.
    """
    first, second = (require_file(path, "FASTQ") for path in (fastq_1, fastq_2))
    pairs = 0
    for name_1, name_2 in zip_longest(_names(first), _names(second)):
        if name_1 != name_2:
            raise _out_of_step(first, second, pairs, name_1, name_2)
        pairs += 1
    if pairs == 0:
        raise InputError(
            "no read", where=str(first), expected="FASTQ records", repair="copy or extract the FASTQ again"
        )
    return pairs


def _out_of_step(first: Path, second: Path, pairs: int, name_1: bytes | None, name_2: bytes | None) -> InputError:
    """The error for two files that are not mates of each other."""
    if name_1 is None or name_2 is None:
        shorter, longer = (first, second) if name_1 is None else (second, first)
        rest = sum(1 for _ in _names(longer)) - pairs
        return InputError(
            f"{pairs} reads, but {pairs + rest} in {longer}",
            where=str(shorter),
            expected="as many reads in both files of a pair",
            repair="copy both files again from the same run; one of them is cut",
        )
    return InputError(
        f"read {pairs + 1} is '{name_1.decode(errors='replace')}', but its mate in {second} is "
        f"'{name_2.decode(errors='replace')}'",
        where=f"{first}, record {pairs + 1}",
        expected="the same read names in the same order in both files",
        repair="check that fastq_1 and fastq_2 come from the same lane; never sort or filter one alone",
    )


def _open(path: Path) -> IO[bytes]:
    """Bytes of a plain or gzip FASTQ."""
    kind = compression(path)
    if kind == "none":
        return open(path, "rb")
    if kind == "bgzf":
        check_bgzf_end(path, "FASTQ")
    return cast(IO[bytes], gzip.open(path, "rb"))


def _names(path: Path) -> Iterator[bytes]:
    """Read names of one FASTQ, each record checked for its form."""
    number = 0
    try:
        with _open(path) as handle:
            for header, bases, plus, qualities in zip_longest(*[handle] * 4, fillvalue=b""):
                number += 1
                # The last line of a file may lack its line end, hence the comparison without it.
                if (
                    header[:1] != b"@"
                    or plus[:1] != b"+"
                    or len(bases) < 2
                    or len(bases.rstrip(b"\n")) != len(qualities.rstrip(b"\n"))
                    or bases[-2:] == b"\r\n"
                ):
                    raise _bad_record(path, number, header, bases, plus, qualities)
                name = header[1:].split(None, 1)[0] if len(header) > 2 else b""
                yield name[:-2] if name[-2:] in (b"/1", b"/2") else name
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"the compressed file is truncated or damaged after {number} reads ({error})",
            where=str(path),
            expected="a complete gzip file",
            repair="copy the file again from its source and compare checksums",
        ) from None


def _bad_record(path: Path, number: int, *lines: bytes) -> InputError:
    """What is wrong with the four lines of one record."""
    header, bases, plus, qualities = lines
    if bases[-2:] == b"\r\n":
        found, repair = "lines end in CR LF", "convert the line ends: dos2unix FILE"
    elif not plus or not qualities:
        found, repair = (
            "the file ends inside a record: it is truncated",
            "copy the file again from its source",
        )
    elif header[:1] != b"@" or plus[:1] != b"+":
        found = f"lines starting with {header[:20]!r} and {plus[:20]!r}"
        repair = "give a FASTQ file: four lines a read, the first with @, the third with +"
    else:
        found = f"{len(bases.rstrip())} bases but {len(qualities.rstrip())} qualities"
        repair = "copy the file again from its source"
    return InputError(found, where=f"{path}, record {number}", expected="four complete lines a read", repair=repair)
