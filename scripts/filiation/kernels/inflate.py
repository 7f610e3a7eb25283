"""Which BGZF blocks stand in a piece of a file, and what do they hold? Every block checked against length and CRC.

Functions of libdeflate and of the C library are called by address, so that the compiled form can be kept between
runs and needs no library to be loaded. Addresses come from `io.raw.deflate`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from filiation.kernels._jit import inline, jit
from filiation.kernels.damage import (
    BLOCK_TOO_LARGE,
    NOT_A_BLOCK,
    NOT_INFLATED,
    SOUND,
    WRONG_CRC,
    WRONG_LENGTH,
)
from filiation.kernels.memory import WIDE, borrow, memory_of
from filiation.kernels.vcf_text import list_newlines_jit

# Columns of the block table: where the deflated bytes start, how many, inflated size, CRC, offset of the block.
START, DEFLATED, INFLATED, CRC, OFFSET = 0, 1, 2, 3, 4
BLOCK_COLUMNS = 5
# Places that a list of line ends must have to spare.
SPARE_PLACES = WIDE
_LARGEST_BLOCK = 65_536
_FIXED_HEADER = 12
_TRAILER = 8


def _call_by_address(builder: Any, returns: ir.Type, arguments: Any, argument_types: list[ir.Type]) -> Any:
    """LLVM code that calls the function whose address is the first argument."""
    kind = ir.FunctionType(returns, argument_types)
    return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])


_WORD, _INT = ir.IntType(64), ir.IntType(32)


def _call_inflate(
    typing: Any, function: Any, state: Any, source: Any, size: Any, target: Any, room: Any, produced: Any
) -> Any:
    """libdeflate_deflate_decompress: 0 when the whole stream was inflated."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call_by_address(builder, _INT, arguments, [_WORD] * 6)

    return types.int32(*[types.uintp] * 7), generate


call_inflate: Any = intrinsic(_call_inflate)


def _call_crc32(typing: Any, function: Any, start: Any, source: Any, size: Any) -> Any:
    """libdeflate_crc32 of a piece of memory."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call_by_address(builder, _INT, arguments, [_INT, _WORD, _WORD])

    return types.uint32(types.uintp, types.uint32, types.uintp, types.uintp), generate


call_crc32: Any = intrinsic(_call_crc32)


def unsigned_16(data: np.ndarray, at: int) -> Any:
    """Little-endian 16-bit number."""
    # Unsigned places spare the test for negative ones, and the loads become one.
    place = np.uint64(at)
    return np.int64(data[place]) | (np.int64(data[place + np.uint64(1)]) << 8)


unsigned_16_jit = inline(unsigned_16)


def unsigned_32(data: np.ndarray, at: int) -> Any:
    """Little-endian 32-bit number."""
    place = np.uint64(at)
    return (
        np.int64(data[place])
        | (np.int64(data[place + np.uint64(1)]) << 8)
        | (np.int64(data[place + np.uint64(2)]) << 16)
        | (np.int64(data[place + np.uint64(3)]) << 24)
    )


unsigned_32_jit = inline(unsigned_32)


def _block_size_at(data: np.ndarray, at: int, filled: int) -> tuple[int, int]:
    """Header and whole size of the BGZF block at `at`; (0, 0) when more bytes are needed, (-1, 0) when none is there.

    The size stands in the extra subfield BC (SAM specification, section 4.1).
    """
    if at + _FIXED_HEADER > filled:
        return 0, 0
    if data[at] != 31 or data[at + 1] != 139 or data[at + 2] != 8 or data[at + 3] != 4:
        return -1, 0
    header = _FIXED_HEADER + unsigned_16_jit(data, at + 10)
    if at + header > filled:
        return 0, 0
    field = at + _FIXED_HEADER
    while field + 4 <= at + header:
        length = unsigned_16_jit(data, field + 2)
        if field + 4 + length > at + header:
            return -1, 0
        if data[field] == 66 and data[field + 1] == 67 and length == 2:
            size = unsigned_16_jit(data, field + 4) + 1
            if size < header + _TRAILER:
                return -1, 0
            return header, size
        field += 4 + length
    return -1, 0


block_size_at = inline(_block_size_at)


def find_blocks(
    data: np.ndarray, filled: int, file_offset: int, room: int, blocks: np.ndarray
) -> tuple[int, int, int, int]:
    """List the whole BGZF blocks in `data[:filled]` until their content would exceed `room` bytes.

    Parameters
    ----------
    data : uint8. file_offset : place of data[0] in the file. room : inflated bytes that the caller takes.
    blocks : int64 (b, BLOCK_COLUMNS), filled.

    Returns
    -------
    blocks listed, bytes of `data` they take, bytes they hold when inflated, damage code of the block after them.
    """
    count = 0
    at = 0
    inflated = 0
    while count < blocks.shape[0]:
        header, size = block_size_at(data, at, filled)
        if header < 0:
            return count, at, inflated, NOT_A_BLOCK
        if header == 0 or at + size > filled:
            break
        length = unsigned_32_jit(data, at + size - 4)
        if length > _LARGEST_BLOCK:
            return count, at, inflated, BLOCK_TOO_LARGE
        if inflated + length > room:
            break
        blocks[count, START] = at + header
        blocks[count, DEFLATED] = size - header - _TRAILER
        blocks[count, INFLATED] = length
        blocks[count, CRC] = unsigned_32_jit(data, at + size - _TRAILER)
        blocks[count, OFFSET] = file_offset + at
        inflated += length
        count += 1
        at += size
    return count, at, inflated, SOUND


find_blocks_jit = jit(find_blocks)


def inflate_blocks(
    data: np.ndarray,
    blocks: np.ndarray,
    target: np.ndarray,
    at: int,
    inflate: int,
    crc32: int,
    state: int,
    newlines: np.ndarray,
) -> tuple[int, int, int]:
    """Inflate every block of a table into `target`, one after the other from `at`, and list the line ends.

    Parameters
    ----------
    inflate, crc32 : addresses of libdeflate_deflate_decompress and libdeflate_crc32.
    state : address of this thread's libdeflate decompressor.
    newlines : int64, filled while the bytes are in the processor's cache; empty when nobody asks.

    Returns
    -------
    damage code, the block it concerns, line ends listed (-1: see vcf_text.list_newlines).
    """
    memory = memory_of(target)
    newlines = borrow(newlines)
    listed: Any = 0
    produced = np.zeros(1, dtype=np.uint64)
    for block in range(blocks.shape[0]):
        start, deflated, length = blocks[block, START], blocks[block, DEFLATED], blocks[block, INFLATED]
        if start < 0 or deflated < 0 or start + deflated > data.size or at < 0 or at + length > target.size:
            return WRONG_LENGTH, block, listed
        result = call_inflate(
            np.uint64(inflate),
            np.uint64(state),
            np.uint64(data.ctypes.data + start),
            np.uint64(deflated),
            np.uint64(target.ctypes.data + at),
            np.uint64(length),
            np.uint64(produced.ctypes.data),
        )
        if result == 1:
            return NOT_INFLATED, block, listed
        if result != 0 or np.int64(produced[0]) != length:
            return WRONG_LENGTH, block, listed
        found = call_crc32(np.uint64(crc32), np.uint32(0), np.uint64(target.ctypes.data + at), np.uint64(length))
        if np.int64(found) != blocks[block, CRC]:
            return WRONG_CRC, block, listed
        if newlines.size > 0 and listed >= 0:
            listed = list_newlines_jit(memory, at, at + length, newlines, listed)
        at += length
    return SOUND, -1, listed


inflate_blocks_jit = jit(inflate_blocks)
