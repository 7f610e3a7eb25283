"""Which lines of a sorted, compressed table stand at one position?

A table with three lines for each base of the genome has a million bytes of text in every window of its tabix index
(16,384 bases); reading a window from its start takes 10 ms. Here the index gives the window, and the compressed blocks
in it are searched by halves: a block is inflated only to learn at which position it begins.
"""

from __future__ import annotations

import gzip
import mmap
import struct
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filiation.errors import InputError

_WINDOW_BITS = 14
_KEPT_BLOCKS = 64
_BEGINNING = 1024


@dataclass(frozen=True)
class TabixIndex:
    """What is used of a .tbi: columns of contig and position (from 0), and the offset of each window by contig."""

    contig_column: int
    position_column: int
    windows: dict[str, tuple[int, ...]]


def read_tabix_index(path: str | Path) -> TabixIndex:
    """Read a .tbi (tabix format, Li 2011, Bioinformatics 27:718); InputError when it is none or is cut."""
    try:
        data = gzip.decompress(Path(path).read_bytes())
        if data[:4] != b"TBI\1":
            raise ValueError("no tabix index")
        contigs, _, sequence, begin, _, _, _, length = struct.unpack_from("<8i", data, 4)
        names = data[36 : 36 + length].split(b"\0")[:contigs]
        place = 36 + length
        windows = {}
        for name in names:
            (bins,) = struct.unpack_from("<i", data, place)
            place += 4
            for _ in range(bins):
                (chunks,) = struct.unpack_from("<i", data, place + 4)
                place += 8 + 16 * chunks
            (count,) = struct.unpack_from("<i", data, place)
            windows[name.decode()] = struct.unpack_from(f"<{count}Q", data, place + 4)
            place += 4 + 8 * count
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise InputError(
            f"the index cannot be read: {error}",
            where=str(path),
            expected="a complete .tbi of tabix",
            repair="copy the index again, or make it with tabix",
        ) from None
    return TabixIndex(sequence - 1, begin - 1, windows)


class SortedTable:
    """A table sorted by contig and position, compressed by bgzip, with its .tbi."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._index = read_tabix_index(f"{path}.tbi")
        with open(path, "rb") as handle:
            self._bytes = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def __enter__(self) -> SortedTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._bytes.close()

    @property
    def contigs(self) -> list[str]:
        """Contigs in the order of the index."""
        return list(self._index.windows)

    def at(self, contig: str, position: int) -> list[list[str]]:
        """Cells of every line at a 1-based position, in the order of the file."""
        windows = self._index.windows.get(contig, ())
        window = (position - 1) >> _WINDOW_BITS
        if window >= len(windows) or not windows[window]:
            return []
        key = contig.encode()
        following = next((place for place in windows[window + 1 : window + 3] if place), windows[window])
        block = self._block_before(windows[window] >> 16, following >> 16, key, position)
        text = self._inflated(block)
        # The first line of a block is the end of one that began in the block before it, unless the window starts here.
        start = text.find(b"\n") + 1 if block != windows[window] >> 16 else windows[window] & 0xFFFF
        return self._lines(block, text[start:], key, position)

    def _lines(self, block: int, text: bytes, contig: bytes, position: int) -> list[list[str]]:
        """Lines at the position, from some text of a block on; what a block leaves open is read from the next."""
        found: list[list[str]] = []
        while True:
            whole, _, rest = text.rpartition(b"\n")
            for line in whole[self._first_not_before(whole, contig, position) :].split(b"\n"):
                place = self._place(line, contig)
                if place is None or place > position:
                    if line:
                        return found
                elif place == position:
                    found.append(line.decode(errors="replace").split("\t"))
            block = self._next(block)
            more = self._inflated(block) if block < len(self._bytes) else b""
            if not more:
                if self._place(rest, contig) == position:
                    found.append(rest.decode(errors="replace").split("\t"))
                return found
            text = rest + more

    def _first_not_before(self, text: bytes, contig: bytes, position: int) -> int:
        """Start of the first line of the text whose position is not smaller, by halves."""
        low, high = 0, len(text)
        while low < high:
            middle = text.rfind(b"\n", low, (low + high) // 2 + 1) + 1
            middle = max(middle, low)
            end = text.find(b"\n", middle)
            end = len(text) if end < 0 else end
            place = self._place(text[middle:end], contig)
            if place is not None and place < position:
                low = end + 1
            elif middle == low:
                return low
            else:
                high = middle - 1
        return min(low, len(text))

    def _place(self, line: bytes, contig: bytes) -> int | None:
        """Position of a line; None on another contig, which comes later, or for what is no record."""
        cells = line.split(b"\t", max(self._index.contig_column, self._index.position_column) + 1)
        if len(cells) <= max(self._index.contig_column, self._index.position_column):
            return None
        text = cells[self._index.position_column]
        return int(text) if cells[self._index.contig_column] == contig and text.isdigit() else None

    def _block_before(self, first: int, last: int, contig: bytes, position: int) -> int:
        """The last of the blocks from `first` to `last` that begins with a smaller position, by halves.

        Where `last` is too near, the lines are still found: they are read on from the block that is returned.
        """
        blocks = [first]
        while blocks[-1] < last and (following := self._next(blocks[-1])) < len(self._bytes):
            blocks.append(following)
        low, high = 0, len(blocks)
        while high - low > 1:
            middle = (low + high) // 2
            if self._begins_before(blocks[middle], contig, position):
                low = middle
            else:
                high = middle
        return blocks[low]

    def _begins_before(self, block: int, contig: bytes, position: int) -> bool:
        """Whether the first whole line of a block lies before the position."""
        text = self._beginning(block)
        start = text.find(b"\n") + 1
        end = text.find(b"\n", start)
        if not start or end < 0:
            text = self._inflated(block)
            start = text.find(b"\n") + 1
            end = text.find(b"\n", start)
        place = self._place(text[start : end if end >= 0 else len(text)], contig) if start else None
        return place is not None and place < position

    def _beginning(self, block: int) -> bytes:
        """The first bytes of a block's text: enough, as a rule, for its first whole line."""
        if block in self._kept:
            return self._kept[block]
        packed = self._bytes[block + 18 : self._next(block) - 8]
        try:
            return zlib.decompressobj(wbits=-15).decompress(packed, _BEGINNING)
        except zlib.error as error:
            raise self._damaged(block, str(error)) from None

    def _next(self, block: int) -> int:
        """Offset of the block behind one."""
        if self._bytes[block : block + 4] != b"\x1f\x8b\x08\x04":
            raise self._damaged(block, "no BGZF block")
        return block + int(struct.unpack_from("<H", self._bytes, block + 16)[0]) + 1

    def _inflated(self, block: int) -> bytes:
        """The text of a block; the last ones are kept."""
        if block in self._kept:
            self._kept.move_to_end(block)
            return self._kept[block]
        end = self._next(block)
        try:
            text = zlib.decompress(self._bytes[block + 18 : end - 8], wbits=-15)
        except zlib.error as error:
            raise self._damaged(block, str(error)) from None
        self._kept[block] = text
        if len(self._kept) > _KEPT_BLOCKS:
            self._kept.popitem(last=False)
        return text

    def _damaged(self, block: int, found: str) -> InputError:
        return InputError(
            f"damaged at byte {block}: {found}",
            where=self.path,
            expected="a complete file of bgzip that belongs to its index",
            repair="copy file and index again, and compare their checksums",
        )
