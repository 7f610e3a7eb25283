"""How much does a file hold: reads and their checksum, records, or rows?

Counted from the file itself, by code that shares nothing with the step that wrote it.
"""

from __future__ import annotations

import gzip
import struct
import subprocess
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast

from filiation.errors import InputError, ToolError
from filiation.io.files import compression
from filiation.io.tools import environment, require_tool

_CHUNK = 8 * 1024**2
_FASTQ = (".fastq.gz", ".fq.gz", ".fastq", ".fq")
_CALLS = (".vcf", ".vcf.gz", ".vcf.bgz")
_ROWS = (".tsv", ".tsv.gz", ".bed", ".bed.gz", ".ped")

# {"reads": …, "bases": …, "checksum": 16 hexadecimal digits}, {"records": …} or {"rows": …}; {} where nothing counts.
Content = dict[str, int | str]


def count_content(path: Path, *, mate: int = 0, reference: str | None = None) -> Content:
    """The content of a file, by the end of its name.

    mate : which read of the pair a FASTQ holds (with it, any name is one). reference : what a CRAM was written with.
    Raises InputError for a file that ends too soon.
    """
    name = path.name.lower()
    try:
        if mate or name.endswith(_FASTQ):
            return _fastq(path, mate)
        if name.endswith((".bam", ".cram")):
            return _alignment(path, reference)
        if name.endswith(".bcf"):
            return {"records": _bcf_records(path)}
        if name.endswith(_CALLS):
            return {"records": _lines(path, header=False)}
        if name.endswith(_ROWS):
            return {"rows": _lines(path, header=name.endswith((".tsv", ".tsv.gz")))}
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error) as error:
        raise InputError(
            f"cannot be counted to its end: {error}",
            where=str(path),
            expected="a complete file",
            repair="copy or make the file again",
        ) from None
    return {}


def add_reads(contents: list[Content]) -> Content:
    """The reads of several files together; {} when one of them was not counted."""
    if not contents or any("reads" not in content for content in contents):
        return {}
    checksum = sum(int(str(content["checksum"]), 16) for content in contents) % 2**64
    sums = {key: sum(int(content[key]) for content in contents) for key in ("reads", "bases")}
    return {**sums, "checksum": f"{checksum:016x}"}


def _open(path: Path) -> IO[bytes]:
    """The decompressed bytes."""
    if compression(path) == "none":
        return open(path, "rb")
    return cast(IO[bytes], gzip.open(path, "rb"))


def _lines(path: Path, *, header: bool) -> int:
    """Lines that do not begin with `#`; `header` : one of them names the columns."""
    count = 0
    with _open(path) as handle:
        for line in handle:
            if not line.startswith(b"#"):
                count += 1
                break
        last = b"\n"
        while chunk := handle.read(_CHUNK):
            count += chunk.count(b"\n")
            last = chunk[-1:]
        count += last != b"\n"
    return count - 1 if header and count else count


def _bcf_records(path: Path) -> int:
    """Records of a BCF, by the lengths that stand before each (VCF specification, section 6.3)."""
    with _open(path) as handle:
        start = handle.read(9)
        if start[:3] != b"BCF":
            raise EOFError("it does not begin as a BCF")
        skip = struct.unpack("<I", start[5:9])[0]
        buffer, at, count = b"", 0, 0
        while True:
            if len(buffer) - at < 8 or skip:
                rest = buffer[at:]
                buffer, at = rest + handle.read(_CHUNK), 0
                if len(buffer) == len(rest) and (len(buffer) < 8 or skip):
                    if buffer or skip:
                        raise EOFError("it ends inside a record")
                    return count
            if skip:
                step = min(skip, len(buffer) - at)
                at, skip = at + step, skip - step
                continue
            shared, individual = struct.unpack_from("<II", buffer, at)
            at, skip, count = at + 8, shared + individual, count + 1
            if skip <= len(buffer) - at:
                at, skip = at + skip, 0


def _content(totals: Any, *, records: bool) -> Content:
    """The totals of the kernel as what is written down."""
    from filiation.kernels.read_checksum import BASES, CHECKSUM, READS, RECORDS

    found: Content = {"records": int(totals[RECORDS])} if records else {}
    found |= {"reads": int(totals[READS]), "bases": int(totals[BASES]), "checksum": f"{int(totals[CHECKSUM]):016x}"}
    return found


def _ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, the next one read and inflated while the last one is looked at."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, chunks, b"")
        while chunk := coming.result():
            coming = pool.submit(next, chunks, b"")
            yield chunk


def _fastq(path: Path, mate: int) -> Content:
    """Reads of one FASTQ."""
    import numpy as np

    from filiation.kernels.read_checksum import N_TOTALS, fastq_reads_jit

    totals = np.zeros(N_TOTALS, dtype=np.uint64)
    rest = b""
    with _open(path) as handle:
        for chunk in _ahead(iter(lambda: handle.read(_CHUNK), b"")):
            data = rest + chunk
            used = fastq_reads_jit(np.frombuffer(data, dtype=np.uint8), len(data), mate, totals)
            rest = data[used:]
        if rest:
            # The last line may lack its line end.
            data = rest + b"\n"
            if fastq_reads_jit(np.frombuffer(data, dtype=np.uint8), len(data), mate, totals) != len(data):
                raise EOFError("it ends inside a record")
    return _content(totals, records=False)


def _inflated(handle: IO[bytes]) -> Iterator[bytes]:
    """The content of BGZF blocks, in pieces of some megabytes."""
    pieces: list[bytes] = []
    size = 0
    while header := handle.read(18):
        if len(header) < 18 or header[12:14] != b"BC":
            raise EOFError("it ends inside a block")
        rest = struct.unpack("<H", header[16:18])[0] - 17
        body = handle.read(rest)
        if len(body) < rest:
            raise EOFError("it ends inside a block")
        piece = zlib.decompress(body[:-8], wbits=-15)
        pieces.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    if pieces:
        yield b"".join(pieces)


def _first_record(data: bytes) -> int:
    """Where the records of a BAM begin; -1 when its header is not complete yet (SAM specification, section 4.2)."""
    try:
        at = 8 + struct.unpack_from("<I", data, 4)[0]
        contigs = struct.unpack_from("<I", data, at)[0]
        at += 4
        for _ in range(contigs):
            at += 8 + struct.unpack_from("<I", data, at)[0]
    except struct.error:
        return -1
    return at if at <= len(data) else -1


def _alignment(path: Path, reference: str | None) -> Content:
    """Records and reads of a BAM or CRAM, decoded by samtools; {} for a CRAM whose reference is not at hand."""
    import numpy as np

    from filiation.kernels.read_checksum import N_TOTALS, bam_reads_jit

    if path.suffix == ".cram" and reference is None:
        return {}
    samtools = require_tool("samtools", "count reads")
    decoding = ["-T", reference] if reference else []
    totals = np.zeros(N_TOTALS, dtype=np.uint64)
    command = [samtools, "view", "--no-PG", "-u", "-@", "1", *decoding, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout
        assert process.stderr
        rest, begun = b"", False
        for chunk in _ahead(_inflated(process.stdout)):
            data = rest + chunk
            begin = 0
            if not begun:
                begin = _first_record(data)
                if begin < 0:
                    rest = data
                    continue
                begun = True
            used = int(bam_reads_jit(np.frombuffer(data, dtype=np.uint8), begin, len(data), totals))
            rest = data[used:]
        words = process.stderr.read().decode(errors="replace").strip()
    if process.returncode != 0 or rest:
        raise ToolError(
            f"samtools could not read the file to its end: {words[-300:] or f'exit code {process.returncode}'}",
            where=str(path),
            expected="a complete BAM or CRAM",
            repair="run the same command again: it makes the file anew",
        )
    return _content(totals, records=True)
