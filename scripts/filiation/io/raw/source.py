"""The bytes of a VCF or BCF, inflated piece by piece: BGZF blocks proven one by one, or plain and gzip streams.

A piece is taken by one thread at a time and inflated by many. Files are read, not mapped: one that shrinks while it
is read gives an error and not a signal.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.files import check_bgzf_end, compression, require_file
from filiation.io.raw.deflate import Deflate
from filiation.kernels.damage import (
    BLOCK_TOO_LARGE,
    NOT_A_BLOCK,
    NOT_INFLATED,
    SOUND,
    WRONG_CRC,
    WRONG_LENGTH,
)
from filiation.kernels.inflate import (
    BLOCK_COLUMNS,
    CRC,
    DEFLATED,
    INFLATED,
    OFFSET,
    SPARE_PLACES,
    START,
    find_blocks_jit,
    inflate_blocks_jit,
)

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

# Compressed bytes of one piece, and the inflated bytes that it may hold however well it is compressed.
PIECE_BYTES = 1 << 21
ROOM = 1 << 24
# Free bytes in front of an inflated piece, for the end of a record that began in the piece before.
HEADROOM = 1 << 18
_LARGEST_BLOCK = 1 << 16
_SMALLEST_BLOCK = 26
# A line of a VCF that has its eight columns is no shorter.
_SHORTEST_LINE = 16

_PROBLEMS = {
    NOT_A_BLOCK: "bytes that are not a BGZF block",
    BLOCK_TOO_LARGE: "a block that declares more than 64 KiB",
    NOT_INFLATED: "deflate data that cannot be inflated",
    WRONG_LENGTH: "a block whose length is not the declared one",
    WRONG_CRC: "a CRC that does not match",
}


@dataclass
class Piece:
    """Some of a file's bytes: BGZF blocks still to be inflated, or bytes that need no more work (`blocks` None)."""

    data: Bytes
    blocks: npt.NDArray[np.int64] | None
    inflated: int


def _room(spare: list[Bytes], size: int) -> Bytes:
    """An array of a size, in memory that is spare where it is long enough, else in new memory somewhat longer."""
    base = None
    # One step: threads share the list.
    with suppress(IndexError):
        base = spare.pop().base
    if base is None or base.size < size:
        base = np.empty(size + size // 8, dtype=np.uint8)
    return base[:size]


class BgzfSource:
    """A BGZF file. `take` gives the next whole blocks, `inflate` proves and inflates them."""

    def __init__(self, path: str | Path, what: str, deflate: Deflate | None) -> None:
        self.path = str(path)
        self.what = what
        self.deflate = deflate
        check_bgzf_end(path, what)
        self._handle = os.open(path, os.O_RDONLY)
        self._size = os.fstat(self._handle).st_size
        self._offset = 0
        # Memory for content and for compressed bytes that is not in use: new memory is cleared page by page first.
        self._spare: list[Bytes] = []
        self._spare_packed: list[Bytes] = []

    def close(self) -> None:
        """Close the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def take(self, limit: int = PIECE_BYTES) -> Piece | None:
        """The next blocks, about `limit` compressed bytes; None at the end of the file."""
        if self._offset >= self._size:
            return None
        data = _room(self._spare_packed, min(limit + _LARGEST_BLOCK, self._size - self._offset))
        filled = os.preadv(self._handle, [data.data], self._offset)
        blocks = np.empty((filled // _SMALLEST_BLOCK + 1, BLOCK_COLUMNS), dtype=np.int64)
        count, used, inflated, problem = find_blocks_jit(data, filled, self._offset, ROOM, blocks)
        if count == 0:
            raise self._damaged(_PROBLEMS.get(problem, "a block cut short"), self._offset)
        self._offset += used
        return Piece(data, blocks[:count], inflated)

    def inflate(self, piece: Piece, headroom: int, state: int, lines: bool = False) -> tuple[Bytes, Places | None]:
        """The piece's content behind `headroom` free bytes, and where its lines end, if asked for and no line is odd.

        `state`: this thread's libdeflate decompressor.
        """
        assert piece.blocks is not None
        target = _room(self._spare, headroom + piece.inflated)
        newlines, listed = np.empty(piece.inflated // _SHORTEST_LINE + SPARE_PLACES if lines else 0, dtype=np.int64), -1
        if self.deflate is not None:
            problem, block, listed = inflate_blocks_jit(
                piece.data, piece.blocks, target, headroom, self.deflate.inflate, self.deflate.crc32, state, newlines
            )
        else:
            problem, block = _inflate_with_zlib(piece, target, headroom)
        if problem != SOUND:
            raise self._damaged(_PROBLEMS[problem], int(piece.blocks[block, OFFSET]))
        self._spare_packed.append(piece.data)
        return target, newlines[:listed].copy() if lines and listed >= 0 else None

    def give_back(self, content: Bytes) -> None:
        """Content that nobody looks at any more, whose memory may hold the next."""
        self._spare.append(content)

    def _damaged(self, problem: str, offset: int) -> InputError:
        """The error of a block."""
        return InputError(
            f"{self.what} is damaged: {problem} at byte {offset}",
            where=self.path,
            expected="BGZF blocks whose CRC agrees with their content",
            repair="copy the file again from its source and compare checksums",
        )


def _inflate_with_zlib(piece: Piece, target: Bytes, at: int) -> tuple[int, int]:
    """`inflate_blocks` without libdeflate: damage code and block."""
    assert piece.blocks is not None
    for number, block in enumerate(piece.blocks):
        packed = piece.data[block[START] : block[START] + block[DEFLATED]]
        machine = zlib.decompressobj(wbits=-15)
        try:
            content = machine.decompress(packed.tobytes(), int(block[INFLATED]) + 1)
        except zlib.error:
            return NOT_INFLATED, number
        if len(content) != block[INFLATED] or not machine.eof or machine.unused_data:
            return WRONG_LENGTH, number
        if zlib.crc32(content) != block[CRC]:
            return WRONG_CRC, number
        target[at : at + len(content)] = np.frombuffer(content, dtype=np.uint8)
        at += len(content)
    return SOUND, -1


class StreamSource:
    """A plain or gzip file (any number of members), read in one thread: the slow way in, with the same result."""

    def __init__(self, path: str | Path, what: str, packed: bool) -> None:
        self.path = str(path)
        self.what = what
        self.deflate = None
        opener: Callable[..., Any] = gzip.open if packed else open
        self._handle: IO[bytes] = opener(path, "rb")

    def close(self) -> None:
        """Close the file."""
        self._handle.close()

    def take(self, limit: int = PIECE_BYTES) -> Piece | None:
        """The next bytes; None at the end of the file."""
        try:
            data = self._handle.read(4 * limit)
        except (EOFError, OSError, zlib.error) as error:
            raise InputError(
                f"{self.what} is damaged: {error}",
                where=self.path,
                expected="a complete gzip file",
                repair="copy the file again from its source and compare checksums",
            ) from error
        return Piece(np.frombuffer(data, dtype=np.uint8), None, len(data)) if data else None

    def inflate(self, piece: Piece, headroom: int, state: int, lines: bool = False) -> tuple[Bytes, Places | None]:
        """The piece's content behind `headroom` free bytes; its lines are not looked for."""
        target = np.empty(headroom + piece.inflated, dtype=np.uint8)
        target[headroom:] = piece.data
        return target, None

    def give_back(self, content: Bytes) -> None:
        """Nothing is kept: this way is the slow one."""


Source = BgzfSource | StreamSource


def open_source(path: str | Path, what: str, deflate: Deflate | None) -> Source:
    """The right source for a file, by its first bytes."""
    require_file(path, what)
    kind = compression(path)
    if kind == "bgzf":
        return BgzfSource(path, what, deflate)
    return StreamSource(path, what, kind == "gzip")
