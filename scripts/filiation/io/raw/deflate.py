"""Which libdeflate is there to inflate with? The wheel's, the environment's, the system's; none is possible too.

Only its memory-to-memory functions are used, whose interface has not changed since version 1.0. Without it blocks
are inflated by zlib, about three times slower, with the same checks.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SYMBOLS = (
    "libdeflate_alloc_decompressor",
    "libdeflate_free_decompressor",
    "libdeflate_deflate_decompress",
    "libdeflate_crc32",
)


@dataclass(frozen=True)
class Deflate:
    """A libdeflate that was found. The two addresses are for kernels."""

    path: str
    functions: ctypes.CDLL
    inflate: int
    crc32: int

    def new_state(self) -> int:
        """Address of a decompressor, for one thread."""
        state = self.functions.libdeflate_alloc_decompressor()
        if not state:
            raise MemoryError("libdeflate could not make a decompressor")
        return int(state)

    def free_state(self, state: int) -> None:
        """Give a decompressor back."""
        self.functions.libdeflate_free_decompressor(state)


def _folder_of(package: str) -> Path | None:
    """Folder of an installed package, which is not imported."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found is not None and found.origin else None


def _candidates() -> Iterator[str]:
    """Files that may be libdeflate, the fastest first: the `deflate` wheel, the environment, the system, cyvcf2's."""
    wheel = _folder_of("deflate")
    if wheel is not None:
        yield from sorted(map(str, wheel.glob("_deflate*.so")))
    for name in ("libdeflate.so.0", "libdeflate.so", "libdeflate.0.dylib"):
        inside = Path(sys.prefix) / "lib" / name
        if inside.is_file():
            yield str(inside)
    yield "libdeflate.so.0"
    reader = _folder_of("cyvcf2")
    if reader is not None:
        yield from sorted(map(str, reader.parent.glob("cyvcf2.libs/libdeflate*.so*")))


@cache
def find_deflate() -> Deflate | None:
    """The first usable libdeflate; None without one, with FILIATION_LIBDEFLATE=0, or where kernels are not compiled."""
    choice = os.environ.get("FILIATION_LIBDEFLATE", "")
    if choice == "0" or os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return None
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    for path in [choice] if choice else _candidates():
        try:
            library = ctypes.CDLL(path)
            functions = {name: getattr(library, name) for name in _SYMBOLS}
        except (OSError, AttributeError):
            continue
        functions["libdeflate_alloc_decompressor"].restype = ctypes.c_void_p
        functions["libdeflate_alloc_decompressor"].argtypes = []
        functions["libdeflate_free_decompressor"].restype = None
        functions["libdeflate_free_decompressor"].argtypes = [ctypes.c_void_p]
        address = {name: int(ctypes.cast(function, ctypes.c_void_p).value or 0) for name, function in functions.items()}
        return Deflate(path, library, address["libdeflate_deflate_decompress"], address["libdeflate_crc32"])
    return None


@cache
def find_memchr() -> int:
    """Address of the C library's memchr for kernels; 0 where kernels are not compiled."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0") or ctypes.sizeof(ctypes.c_void_p) != 8:
        return 0
    return int(ctypes.cast(ctypes.CDLL(None).memchr, ctypes.c_void_p).value or 0)
