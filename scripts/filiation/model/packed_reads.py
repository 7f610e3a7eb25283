"""How is a pile of reads written in a few hundred characters, and read back?

One character is a number of 0 to 83. A molecule is: number of reads; for each read its first and last base as
offsets from the window's start (one character each in windows of up to 82 bases, two in larger ones; a read that goes
on beyond the window ends on the offset just outside), its flags, the number of events, and the events. Flags are
the sum of 1 reverse strand, 2 alternate allele, 4 another allele, 8 uninformative, 16 low mapping quality. An event
is a letter, an offset and, for the last four kinds, a length (83 stands for 83 or more): A C G T N a base that
differs (small letter: base quality below the threshold of the recheck), `-` a deletion, `+` an insertion before the
offset, `(` and `)` a soft clip at the left and right end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Printable ASCII without what HTML, JSON, our tables or a spreadsheet give a meaning to.
ALPHABET = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"&'<>\\`,|;")
BASE = len(ALPHABET)
LARGEST = BASE - 1
_VALUE = {letter: number for number, letter in enumerate(ALPHABET)}
REVERSE, ALT, OTHER, UNINFORMATIVE, LOW_MAPPING = 1, 2, 4, 8, 16
WITH_LENGTH = "-+()"


@dataclass(frozen=True)
class Event:
    """A difference from the reference; `length` is 1 for a base."""

    kind: str
    offset: int
    length: int = 1


@dataclass(frozen=True)
class Segment:
    """One read inside the window; offsets -1 and `width` mean that it goes on beyond."""

    first: int
    last: int
    flags: int
    events: tuple[Event, ...] = ()


Molecule = tuple[Segment, ...]


def _offset_digits(width: int) -> int:
    """Characters of an offset: offsets run from -1 to `width`."""
    return 1 if width + 2 <= BASE else 2


def _number(value: int, digits: int = 1) -> str:
    letters = ""
    for _ in range(digits):
        value, rest = divmod(value, BASE)
        letters = ALPHABET[rest] + letters
    return letters


def pack_depth(depth: Sequence[int]) -> tuple[int, str]:
    """Largest depth, and each depth in 83rds of it; a depth above zero never becomes zero."""
    largest = max(depth, default=0)
    if not largest:
        return 0, ALPHABET[0] * len(depth)
    return largest, "".join(ALPHABET[max(1, round(LARGEST * value / largest)) if value else 0] for value in depth)


def unpack_depth(largest: int, text: str) -> list[float]:
    """Depth at each base, to one 83rd of the largest."""
    return [largest * _VALUE[letter] / LARGEST for letter in text]


def pack_molecules(molecules: Sequence[Molecule], width: int) -> str:
    """The molecules of one member, in the order in which they are drawn."""
    digits = _offset_digits(width)
    parts = []
    for molecule in molecules:
        parts.append(_number(len(molecule)))
        for segment in molecule:
            events = segment.events[:LARGEST]
            parts += [
                _number(segment.first + 1, digits),
                _number(segment.last + 1, digits),
                _number(segment.flags),
                _number(len(events)),
            ]
            for event in events:
                parts += [event.kind, _number(event.offset + 1, digits)]
                if event.kind in WITH_LENGTH:
                    parts.append(_number(min(event.length, LARGEST)))
    return "".join(parts)


def unpack_molecules(text: str, width: int) -> list[Molecule]:
    """What `pack_molecules` wrote; ValueError for a text that it did not write."""
    letters = iter(text)
    digits = _offset_digits(width)

    def number(count: int = 1) -> int:
        value = 0
        for _ in range(count):
            value = value * BASE + _VALUE[next(letters)]
        return value

    molecules = []
    try:
        for letter in letters:
            molecules.append(tuple(_segments(letters, _VALUE[letter], digits, number)))
    except (StopIteration, RuntimeError, KeyError) as error:
        raise ValueError(f"not packed reads: {text[:40]!r}") from error
    return molecules


def _segments(letters: Iterator[str], count: int, digits: int, number: object) -> Iterator[Segment]:
    """The reads of one molecule."""
    assert callable(number)
    for _ in range(count):
        first, last = number(digits) - 1, number(digits) - 1
        flags, size = number(), number()
        events = []
        for _ in range(size):
            kind = next(letters)
            offset = number(digits) - 1
            events.append(Event(kind, offset, number() if kind in WITH_LENGTH else 1))
        yield Segment(first, last, flags, tuple(events))
