"""Bytes read straight from memory, and arrays without an owner: what makes the decoders fast.

A compiled function that is handed an array copies seven numbers and counts a reference by an atomic operation. In the
decoders, which make dozens of such calls for each record, that took three quarters of the time. So the input's bytes
are handed on as an address, and `borrow` gives arrays that belong to nobody. Every place is compared with its record
before it is read; under NUMBA_BOUNDSCHECK=1 and NUMBA_DISABLE_JIT=1 the same code works on the array itself, so that
the tests of those modes find a place that was not.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from filiation.kernels._jit import inline

# Bytes that are looked at together.
WIDE = 64
CHECKED = "1" in (os.environ.get("NUMBA_BOUNDSCHECK"), os.environ.get("NUMBA_DISABLE_JIT"))


def _borrow(typing: Any, array: Any) -> Any:
    """The same array, without a reference to its memory's owner, which must live as long."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, value=arguments[0])
        view.meminfo = view.meminfo.type(None)
        view.parent = view.parent.type(None)
        return view._getvalue()

    return array(array), generate


def _load(bits: int) -> Any:
    """A function that reads an unsigned little-endian number of so many bits at an address."""

    def load(typing: Any, memory: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = builder.inttoptr(builder.add(*arguments), ir.IntType(bits).as_pointer())
            found = builder.load(place, align=1)
            return builder.zext(found, ir.IntType(64)) if bits < 64 else found

        return types.int64(types.int64, types.int64), generate

    return intrinsic(load)


def _places_of(letter: int) -> Any:
    """A function that says where a byte stands among the 64 at an address: bit k is set for the k-th."""

    def places(typing: Any, memory: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            many = ir.VectorType(ir.IntType(8), WIDE)
            found = builder.load(builder.inttoptr(builder.add(*arguments), many.as_pointer()), align=1)
            equal = builder.icmp_unsigned("==", found, ir.Constant(many, [letter] * WIDE))
            return builder.bitcast(equal, ir.IntType(64))

        return types.int64(types.int64, types.int64), generate

    return intrinsic(places)


def _lowest_bit(typing: Any, bits: Any) -> Any:
    """The number of the lowest bit that is set; 64 where none is."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), generate


def _load_float(typing: Any, memory: Any, at: Any) -> Any:
    """A 32-bit float at an address, as 64 bits; missing and end of vector are NaN by their bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.inttoptr(builder.add(*arguments), ir.FloatType().as_pointer())
        return builder.fpext(builder.load(place, align=1), ir.DoubleType())

    return types.float64(types.int64, types.int64), generate


def _address(data: np.ndarray) -> Any:
    """Address of an array's first byte."""
    return np.int64(data.ctypes.data)


def _array(data: np.ndarray) -> Any:
    """The array itself, where its bounds are to be checked."""
    return data


def _byte(data: np.ndarray, at: int) -> Any:
    """One byte of an array."""
    return np.int64(data[at])


def _places_in(letter: int) -> Any:
    """`_places_of` on an array."""

    def places(data: np.ndarray, at: int) -> Any:
        found = 0
        for place in range(WIDE):
            if data[at + place] == letter:
                found |= 1 << place
        return found

    return inline(places)


def _lowest_set(bits: int) -> Any:
    """`_lowest_bit` without an instruction of its own."""
    for place in range(WIDE):
        if bits >> place & 1:
            return place
    return WIDE


def _word_16(data: np.ndarray, at: int) -> Any:
    """Two bytes of an array, little-endian."""
    return np.int64(data[at]) | (np.int64(data[at + 1]) << 8)


def _word_32(data: np.ndarray, at: int) -> Any:
    """Four bytes of an array, little-endian."""
    return (
        np.int64(data[at])
        | (np.int64(data[at + 1]) << 8)
        | (np.int64(data[at + 2]) << 16)
        | (np.int64(data[at + 3]) << 24)
    )


def _word_64(data: np.ndarray, at: int) -> Any:
    """Eight bytes of an array, little-endian, as a signed number."""
    value = np.uint64(0)
    for place in range(8):
        value |= np.uint64(data[at + place]) << np.uint64(8 * place)
    return np.int64(value)


def _float_32(data: np.ndarray, at: int) -> Any:
    """A 32-bit float of an array."""
    return np.float64(data[at : at + 4].copy().view(np.float32)[0])


memory_of: Any = inline(_array if CHECKED else _address)
byte_at: Any = inline(_byte) if CHECKED else _load(8)
word_16_at: Any = inline(_word_16) if CHECKED else _load(16)
word_32_at: Any = inline(_word_32) if CHECKED else _load(32)
word_64_at: Any = inline(_word_64) if CHECKED else _load(64)
float_32_at: Any = inline(_float_32) if CHECKED else intrinsic(_load_float)
borrow: Any = inline(_array) if CHECKED else intrinsic(_borrow)
tabs_at: Any = (_places_in if CHECKED else _places_of)(9)
newlines_at: Any = (_places_in if CHECKED else _places_of)(10)
nuls_at: Any = (_places_in if CHECKED else _places_of)(0)
lowest_bit: Any = inline(_lowest_set) if CHECKED else intrinsic(_lowest_bit)
