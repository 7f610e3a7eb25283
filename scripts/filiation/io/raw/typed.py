"""How does BCF write typed values? A descriptor with type and number, then the values (VCF specification, 6.3.3)."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def descriptor(kind: int, number: int) -> bytes:
    """The byte or bytes in front of typed values."""
    if number < 15:
        return bytes([number << 4 | kind])
    return bytes([0xF0 | kind]) + integers([number])


def integers(values: Sequence[int]) -> bytes:
    """Whole numbers in the least width that holds them all (the eight lowest values of a width are reserved)."""
    low, high = min(values), max(values)
    kind, code = next(
        (kind, code)
        for kind, code, largest in ((1, "b", 127), (2, "h", 32_767), (3, "i", 2_147_483_647))
        if high <= largest and low >= -largest + 7
    )
    return descriptor(kind, len(values)) + struct.pack(f"<{len(values)}{code}", *values)


def typed_at(content: bytes | bytearray, at: int) -> tuple[int, int, int]:
    """Type, number of values and start of the values of a typed vector."""
    kind, number = content[at] & 15, content[at] >> 4
    at += 1
    if number == 15:
        width = {1: 1, 2: 2, 3: 4}[content[at] & 15]
        number = int.from_bytes(content[at + 1 : at + 1 + width], "little")
        at += 1 + width
    return kind, number, at


def after(content: bytes | bytearray, at: int) -> int:
    """Where the typed vector at `at` ends."""
    kind, number, at = typed_at(content, at)
    return at + number * {0: 0, 1: 1, 2: 2, 3: 4, 5: 4, 7: 1}[kind]
