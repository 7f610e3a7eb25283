"""BGZF files whose blocks end where a test wants them to."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

from catalogue.calls import FIRST, sound_lines, write_calls
from filiation.io.files import BGZF_END


def blocks(data: bytes) -> list[int]:
    """Where the BGZF blocks of a file start."""
    starts = []
    at = 0
    while at < len(data):
        starts.append(at)
        at += struct.unpack("<H", data[at + 16 : at + 18])[0] + 1
    return starts


def many_blocks(form: str) -> bytes:
    """Sound calls in blocks of a few hundred bytes, each of a whole number of lines where they are text."""
    path = write_calls(Path(f"whole.{form}"), sound_lines())
    content = gzip.decompress(path.read_bytes())
    path.unlink()
    if form == "bcf":
        return b"".join(one_block(content[at : at + 300]) for at in range(0, len(content), 300)) + BGZF_END
    lines = content.splitlines(keepends=True)
    pieces = [b"".join(lines[:FIRST]), *(b"".join(lines[at : at + 4]) for at in range(FIRST, len(lines), 4))]
    return b"".join(one_block(piece) for piece in pieces) + BGZF_END


def one_block(content: bytes, level: int = 6) -> bytes:
    """One BGZF block."""
    machine = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = machine.compress(content) + machine.flush()
    head = bytes.fromhex("1f8b08040000000000ff060042430200") + struct.pack("<H", len(packed) + 25)
    return head + packed + struct.pack("<II", zlib.crc32(content), len(content))
