"""The calls of a family, out of the bytes of a VCF or BCF: header, order and count checked, batches of arrays made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.raw.deflate import find_deflate, find_memchr
from filiation.io.raw.header import Header, header_size, read_header
from filiation.io.raw.messages import NotBiallelicError, record_error
from filiation.io.raw.records import Alleles, RawRecords
from filiation.io.raw.source import HEADROOM, Bytes, Piece, Places, open_source
from filiation.io.raw.split import Splitter
from filiation.kernels.damage import FIELDS, RECORD_CUT, SOUND
from filiation.kernels.decode_bcf import decode_bcf_jit, find_records_jit
from filiation.kernels.decode_vcf import DECIMAL, TEXT, UNDECLARED, WHOLE, decode_vcf_jit, find_lines_jit
from filiation.kernels.sites_bcf import sites_bcf_jit
from filiation.kernels.sites_vcf import sites_vcf_jit

if TYPE_CHECKING:
    from filiation.io.vcf import TrioBatch
    from filiation.model.contigs import Interval

# Bytes taken at a time while the header is read, so that few records wait for the first piece.
_HEADER_STEP = 1 << 16
# A sound record of either format takes at least this many bytes (8 columns of a VCF line with their ends).
_SHORTEST_RECORD = 16
# Bytes of a line that holds nothing but its end.
_BLANK_LINE = 2
Rows = npt.NDArray[np.int64]
_KINDS = {"": UNDECLARED, "Integer": WHOLE, "Float": DECIMAL}


@dataclass
class Opened:
    """An inflated piece: `data[start:]` is its content, before it is free room. `last`: the end of the file.

    newlines : places of the line ends in `data`; None where they are not known.
    """

    data: Bytes
    start: int
    last: bool
    newlines: Places | None = None


@dataclass
class LinkedRecords:
    """The whole records of one piece with the end of the piece before; `first_record` counts from the file's start.

    numbers : record of the piece that each was split from; None where nothing was split.
    """

    data: Bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    first_record: int
    numbers: npt.NDArray[np.int64] | None = None

    def number(self, v: int) -> int:
        """Number of a record in the file, from 0."""
        return self.first_record + (v if self.numbers is None else int(self.numbers[v]))


@dataclass
class Sites:
    """Where each record stands. alleles : int64 (v, 4), start and length of REF and of ALT in the piece's bytes."""

    contig_index: npt.NDArray[np.int32]
    pos: npt.NDArray[np.int64]
    alleles: npt.NDArray[np.int64]

    def allele_views(self, data: Bytes) -> tuple[Alleles, Alleles]:
        """REF and ALT as lists of strings."""
        return Alleles(data, self.alleles[:, 0], self.alleles[:, 1]), Alleles(
            data, self.alleles[:, 2], self.alleles[:, 3]
        )

    def is_snv(self) -> npt.NDArray[np.bool_]:
        """Whether one base stands for one."""
        return np.asarray((self.alleles[:, 1] == 1) & (self.alleles[:, 3] == 1))

    def take(self, rows: Rows) -> Sites:
        """Some of the records."""
        return Sites(self.contig_index[rows], self.pos[rows], self.alleles[rows])


def _starts_of_lines(start: int, newlines: Places | None) -> Places | None:
    """Where each line starts and the last one ends, when their ends are known and none is blank."""
    if newlines is None or not newlines.size:
        return None
    starts = np.empty(newlines.size + 1, dtype=np.int64)
    starts[0] = start
    np.add(newlines, 1, out=starts[1:])
    return starts if np.diff(starts).min() > _BLANK_LINE else None


@dataclass
class Asked:
    """Records that nothing removed so far, by number, with the position and the key of their alleles' shortest form.

    All int64 (k,); key -1 : an allele that kernels.allele_key has no key for.
    """

    rows: Rows
    pos: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]


class CallsFile:
    """One open file for `stream.run_in_order`; see `stream.Work` for what the three parts of the work are."""

    def __init__(self, path: str | Path, samples: Sequence[str], what: str = "normalised calls") -> None:
        self.path = str(path)
        self.deflate = find_deflate()
        self.source = open_source(path, what, self.deflate)
        try:
            self.header = self._open_header()
            self.columns = self._columns(samples)
        except BaseException:
            self.close()
            raise
        self.records = 0

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def _open_header(self) -> Header:
        """Read pieces until the header is whole; what follows it waits as the end of a piece before the first."""
        state = self.deflate.new_state() if self.deflate else 0
        content = b""
        try:
            size = None
            while size is None:
                piece = self.source.take(_HEADER_STEP)
                if piece is not None:
                    content += self.source.inflate(piece, 0, state)[0].tobytes()
                size = header_size(content, self.path, piece is None)
        finally:
            if self.deflate:
                self.deflate.free_state(state)
        header = read_header(content[:size], self.path)
        self._tail = np.frombuffer(content[size:], dtype=np.uint8)
        return header

    def _columns(self, samples: Sequence[str]) -> npt.NDArray[np.int64]:
        """Sample of the file for each member; -1 for a member without a name."""
        place = {name: number for number, name in enumerate(self.header.samples)}
        if absent := [name for name in samples if name and name not in place]:
            raise InputError(
                f"sample {', '.join(absent)} is not in the file",
                where=self.path,
                expected=f"one of {', '.join(place)}",
                repair="run `filiation normalise` again with the family's PED file",
            )
        return np.array([place[name] if name else -1 for name in samples], dtype=np.int64)

    def take(self) -> Piece | None:
        """The next piece of the file."""
        return self.source.take()

    def open_piece(self, piece: Piece | None, state: int) -> Opened:
        """Inflate a piece; the end of the file is a piece without content."""
        if piece is None:
            return Opened(np.empty(HEADROOM, dtype=np.uint8), HEADROOM, True)
        data, newlines = self.source.inflate(piece, HEADROOM, state, lines=not self.header.is_bcf)
        return Opened(data, HEADROOM, False, newlines)

    def link(self, opened: Opened) -> LinkedRecords:
        """Put the end of the piece before in front, and find the whole records."""
        tail, data, start = self._tail, opened.data, opened.start
        if tail.size <= start:
            start -= tail.size
            data[start : opened.start] = tail
        else:
            data = np.concatenate([tail, data[start:]])
            start = 0
        first = self.records
        if data is opened.data and (starts := _starts_of_lines(start, opened.newlines)) is not None:
            after = int(starts[-1])
            self._tail = data[after:].copy()
            self.records += starts.size - 1
            return LinkedRecords(data, starts[:-1], starts[1:], first)
        starts = np.empty((data.size - start) // _SHORTEST_RECORD + 1, dtype=np.int64)
        count, after, problem, detail = self._find(data, start, starts)
        if problem == SOUND and opened.last and after < data.size:
            problem = RECORD_CUT
        if problem != SOUND:
            raise record_error(problem, detail, self.path, self.header, first + count)
        self._tail = data[after:].copy()
        self.records += count
        starts = starts[:count].copy()
        return LinkedRecords(data, starts, self._ends(starts, after), first)

    def _find(self, data: Bytes, start: int, starts: npt.NDArray[np.int64]) -> tuple[int, int, int, int]:
        """Record boundaries of either format."""
        if self.header.is_bcf:
            found = find_records_jit(data, start, data.size, starts)
        else:
            found = find_lines_jit(data, start, data.size, starts, find_memchr())
        return int(found[0]), int(found[1]), int(found[2]), int(found[3])

    def _ends(self, starts: npt.NDArray[np.int64], after: int) -> npt.NDArray[np.int64]:
        """Where each record ends."""
        ends = np.empty_like(starts)
        ends[:-1] = starts[1:]
        if ends.size:
            ends[-1] = after
        return ends


class CallsReader(CallsFile):
    """Batches of arrays of a file's calls for the members asked for.

    split : records of several alternate alleles, or of none, become records of one each; without it they are refused.
    """

    def __init__(
        self,
        path: str | Path,
        samples: Sequence[str],
        pseudoautosomal: tuple[Interval, ...] = (),
        what: str = "normalised calls",
        *,
        split: bool = False,
    ) -> None:
        super().__init__(path, samples, what)
        self.pseudoautosomal = pseudoautosomal
        self.keys = self.header.format_keys()
        self.kinds = np.array([_KINDS.get(self.header.formats.get(name, ""), TEXT) for name in FIELDS], dtype=np.int64)
        self.contig_number, self.contig_length = self.header.contig_tables()
        names = [name.encode() for name in self.header.contigs]
        self.names = np.frombuffer(b"".join(names), dtype=np.uint8)
        self.name_offsets = np.cumsum([0, *map(len, names)], dtype=np.int64)
        self.members = np.full(len(self.header.samples), -1, dtype=np.int64)
        for member, column in enumerate(self.columns):
            if column >= 0:
                self.members[column] = member
        self.has_gl = "GL" in self.header.formats
        self.thresholds = (0.0, 0.0)
        self.lengths = np.array(self.header.contig_length, dtype=np.int64)
        self._splitter = Splitter(self.header, self.path) if split else None
        self._several_met = False

    def finish(self, linked: LinkedRecords) -> Any:
        """The third part of the work: decode."""
        return self.one_allele_each(linked, self.decode)

    def one_allele_each(self, linked: LinkedRecords, work: Callable[[LinkedRecords], Any]) -> Any:
        """What `work` makes of a piece whose records have one alternate allele each.

        Most files are read without a look at the number of alleles: the decoder stops at the first record that has
        another number, and from then on every piece is looked through before.
        """
        if self._splitter is None:
            return work(linked)
        if not self._several_met:
            try:
                return work(linked)
            except NotBiallelicError:
                self._several_met = True
        split = self._splitter.split(linked.data, linked.starts, linked.ends, linked.first_record)
        data, starts, ends, numbers = split
        return work(LinkedRecords(data, starts, ends, linked.first_record, numbers))

    def decode(self, linked: LinkedRecords, rows: Rows | None = None) -> TrioBatch:
        """The records of a piece as arrays; with `rows` those alone."""
        from filiation.io.vcf import TrioBatch, contig_classes

        starts = linked.starts if rows is None else linked.starts[rows]
        ends = linked.ends if rows is None else linked.ends[rows]
        n, p = starts.size, len(self.columns)
        sites = Sites(np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int64), np.empty((n, 4), dtype=np.int64))
        small = np.empty((2, n, p), dtype=np.int8)
        depths = np.empty((3, n, p), dtype=np.int32)
        quality = np.empty((n, p), dtype=np.float32)
        phred = np.empty((n, p, 3))
        likelihood = np.empty((n if self.has_gl else 0, p, 3))
        filled = (
            sites.contig_index, sites.pos, sites.alleles,
            small[0], small[1], depths[0], depths[1], depths[2], quality, phred, likelihood,
        )  # fmt: skip
        if self.header.is_bcf:
            problem, record, detail = decode_bcf_jit(
                linked.data, starts, len(self.header.samples), self.columns, self.keys,
                self.contig_number, self.contig_length, *filled,
            )  # fmt: skip
        else:
            problem, record, detail = decode_vcf_jit(
                linked.data, starts, ends, self.members, self.kinds, self.names, self.name_offsets,
                self.lengths, find_memchr(), *filled,
            )  # fmt: skip
        self._prove(linked, problem, int(record if rows is None or problem == SOUND else rows[record]), detail)
        ref, alt = sites.allele_views(linked.data)
        return TrioBatch(
            first_record=linked.first_record,
            contigs=self.header.contigs,
            contig_index=sites.contig_index,
            contig_class=contig_classes(sites.contig_index, sites.pos, self.header.contigs, self.pseudoautosomal),
            pos=sites.pos,
            ref=ref,
            alt=alt,
            is_snv=sites.is_snv(),
            genotype=small[0],
            alleles_called=small[1],
            ref_depth=depths[0],
            alt_depth=depths[1],
            depth=depths[2],
            genotype_quality=quality,
            phred=phred,
            log10_likelihood=likelihood if self.has_gl else np.full((n, p, 3), np.nan),
            info={},
            records=RawRecords(linked.data, starts, ends, self.header.is_bcf, self.header),
        )

    def ask_proband(self, linked: LinkedRecords) -> tuple[Sites, npt.NDArray[np.int8], Asked]:
        """Sites of every record of a piece, the reason of kernels.proband by `thresholds`, and what nothing removes."""
        n = linked.starts.size
        sites = Sites(np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int64), np.empty((n, 4), dtype=np.int64))
        reason, asked = np.empty(n, dtype=np.int8), np.empty((n, 3), dtype=np.int64)
        filled = (*self.thresholds, sites.contig_index, sites.pos, sites.alleles, reason, asked)
        if self.header.is_bcf:
            *damage, count = sites_bcf_jit(
                linked.data, linked.starts, len(self.header.samples), self.columns, self.keys,
                self.contig_number, self.contig_length, *filled,
            )  # fmt: skip
        else:
            *damage, count = sites_vcf_jit(
                linked.data, linked.starts, linked.ends, self.members, self.kinds, self.names, self.name_offsets,
                self.lengths, *filled,
            )  # fmt: skip
        self._prove(linked, *damage)
        rows, pos, key = np.ascontiguousarray(asked[:count].T)
        return sites, reason, Asked(rows, pos, key)

    def _prove(self, linked: LinkedRecords, problem: int, record: int, detail: int) -> None:
        """Stop at a record that a kernel found damaged."""
        if problem != SOUND:
            content = linked.data[linked.starts[record] : linked.ends[record]].tobytes()
            raise record_error(problem, detail, self.path, self.header, linked.number(record), content=content)
