"""What stands in a compiled frequency file, and is the file whole and of the version this program reads?

    64 bytes    magic, schema version, place, length and SHA-256 of the header
    payload     blocks of alleles, contig after contig (kernels.frequency)
    sections    block index, checksums of the payload's segments, covered intervals; 64-byte aligned
    header      JSON: source, build, contigs, counts, source files with SHA-256, SHA-256 of all that stands before

The header and the sections are checked whenever the file is opened, each segment of the payload when the first
look-up falls in it, everything by `filiation resources status`. The file's name says nothing: the magic does.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from filiation.errors import InputError

MAGIC = b"FILFREQ\n"
SCHEMA_VERSION = 1
PREFIX = struct.Struct("<8sIIQQ32s")
ALIGNMENT = 64
RECOMPILE = "filiation resources compile --vcf SOURCE.vcf.gz --name NAME --output {path}"


@dataclass(frozen=True)
class SourceFile:
    """A file that a side-car was made from."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Contig:
    """Where one contig's alleles and covered intervals stand; length 0 when the source does not declare it."""

    name: str
    length: int
    records: int
    first_block: int
    first_byte: int
    first_interval: int


@dataclass(frozen=True)
class Header:
    """All that a side-car says of itself."""

    name: str
    build: str
    af: str
    homozygotes: str | None
    hemizygotes: str | None
    records: int
    payload_bytes: int
    counts: dict[str, int]
    contigs: list[Contig]
    sources: list[SourceFile]
    coverage: SourceFile | None
    sections: dict[str, tuple[int, int]]
    index_sha256: str
    body_sha256: str
    compiled_by: str
    schema_version: int = field(default=SCHEMA_VERSION)


def is_compiled(path: str | Path) -> bool:
    """Whether a file is a compiled side-car, by its first bytes."""
    try:
        with open(path, "rb") as handle:
            return handle.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def write_header(handle: IO[bytes], header: Header) -> None:
    """Append the header, and the prefix that points to it at the start of the file."""
    handle.seek(0, 2)
    place = handle.tell()
    text = json.dumps(asdict(header), sort_keys=True, indent=1).encode()
    handle.write(text)
    handle.seek(0)
    handle.write(PREFIX.pack(MAGIC, SCHEMA_VERSION, 0, place, len(text), hashlib.sha256(text).digest()))


def damaged(path: str | Path, found: str) -> InputError:
    """The error for a side-car that is not what was written."""
    return InputError(
        f"compiled frequencies are damaged: {found}",
        where=str(path),
        expected="the file as `filiation resources compile` wrote it",
        repair=f"copy the file again and run `filiation resources status {path}`, or compile it again: "
        + RECOMPILE.format(path=path),
    )


def read_header(path: str | Path) -> Header:
    """Header of a side-car; InputError when it is cut, changed, of another version, or no side-car at all."""
    size = Path(path).stat().st_size
    with open(path, "rb") as handle:
        start = handle.read(PREFIX.size)
        if start[: len(MAGIC)] != MAGIC:
            raise InputError(
                "not a compiled frequency file",
                where=str(path),
                expected="a file that `filiation resources compile` wrote",
                repair=RECOMPILE.format(path=path),
            )
        if len(start) < PREFIX.size:
            raise damaged(path, f"{size} bytes only")
        _, version, reserved, place, length, digest = PREFIX.unpack(start)
        if version != SCHEMA_VERSION:
            raise InputError(
                f"compiled frequencies of version {version}",
                where=str(path),
                expected=f"version {SCHEMA_VERSION}",
                repair="compile the source again with this program: " + RECOMPILE.format(path=path),
            )
        if reserved or place + length != size:
            raise damaged(path, f"{size:,} bytes where {place + length:,} were written")
        handle.seek(place)
        text = handle.read(length)
    if hashlib.sha256(text).digest() != digest:
        raise damaged(path, "the header does not have its checksum")
    return _parse(json.loads(text))


def _parse(data: dict[str, Any]) -> Header:
    """The typed header of its JSON, whose checksum was right."""
    data["contigs"] = [Contig(**entry) for entry in data["contigs"]]
    data["sources"] = [SourceFile(**entry) for entry in data["sources"]]
    data["coverage"] = SourceFile(**data["coverage"]) if data["coverage"] else None
    data["sections"] = {name: (int(offset), int(size)) for name, (offset, size) in data["sections"].items()}
    return Header(**data)


def verify(path: str | Path) -> Header:
    """Read the whole file and compare every byte with what was written."""
    header = read_header(path)
    with open(path, "rb") as handle:
        handle.seek(PREFIX.size)
        digest = hashlib.sha256()
        left = PREFIX.unpack(_prefix(path))[3] - PREFIX.size
        while left > 0:
            part = handle.read(min(left, 1 << 20))
            if not part:
                raise damaged(path, "the file ends too early")
            digest.update(part)
            left -= len(part)
    if digest.hexdigest() != header.body_sha256:
        raise damaged(path, "the content does not have its SHA-256")
    return header


def _prefix(path: str | Path) -> bytes:
    with open(path, "rb") as handle:
        return handle.read(PREFIX.size)
