"""One piece of a file on its way through the screen: the sites of all its records, the members of those asked for.

A piece's bytes are read in place and given back when the work on it is done; what is to outlive it is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from filiation.io.raw.messages import record_error, record_place
from filiation.io.raw.reader import Asked, CallsReader, LinkedRecords, Rows, Sites
from filiation.io.raw.records import RawRecords
from filiation.io.raw.stream import run_in_order
from filiation.kernels.damage import UNSORTED

if TYPE_CHECKING:
    from filiation.io.vcf import TrioBatch
    from filiation.model.contigs import Interval

Result = TypeVar("Result")


@dataclass
class Piece:
    """The records of one piece. `reason`: what kernels.proband says of each; `asked`: those without one."""

    reader: CallsReader
    linked: LinkedRecords
    sites: Sites
    reason: npt.NDArray[np.int8]
    asked: Asked

    def __len__(self) -> int:
        return len(self.sites.pos)

    def classes_of(self, rows: Rows) -> npt.NDArray[np.int8]:
        """Ploidy class of some of the records."""
        from filiation.io.vcf import contig_classes

        reader, sites = self.reader, self.sites
        return contig_classes(sites.contig_index[rows], sites.pos[rows], reader.header.contigs, reader.pseudoautosomal)

    def allele(self, v: int) -> tuple[int, str, str]:
        """Position, REF and ALT of one record."""
        ref, alt = self.sites.allele_views(self.linked.data)
        return int(self.sites.pos[v]), ref[v], alt[v]

    def members_of(self, rows: Rows) -> TrioBatch:
        """Everything of some of the records."""
        return self.reader.decode(self.linked, rows)

    def records_of(self, rows: Rows) -> RawRecords:
        """The bytes of some of the records."""
        linked = self.linked
        return RawRecords(linked.data, linked.starts[rows], linked.ends[rows], self.reader.header.is_bcf)

    def place(self, v: int) -> str:
        """File, line (record of a BCF) and position of one record."""
        reader = self.reader
        return f"{reader.path}, {record_place(reader.header, self.linked.number(v), self.content(v))}"

    def content(self, v: int) -> bytes:
        """The bytes of one record."""
        return self.linked.data[self.linked.starts[v] : self.linked.ends[v]].tobytes()


@dataclass(frozen=True)
class Run:
    """Consecutive records of one contig in a piece: number of the first in the file, its bytes, both ends."""

    record: int
    content: bytes
    contig: int
    first: int
    last: int


def runs_of(
    first_record: int,
    contig_index: npt.NDArray[np.int32],
    pos: npt.NDArray[np.int64],
    content: Callable[[int], bytes],
) -> list[Run]:
    """The runs of a piece; there is one, but where a contig ends. `content`: the bytes of a record."""
    if not len(contig_index):
        return []
    bounds = [0, *(np.flatnonzero(contig_index[1:] != contig_index[:-1]) + 1).tolist(), len(pos)]
    return [
        Run(first_record + start, content(start), int(contig_index[start]), int(pos[start]), int(pos[stop - 1]))
        for start, stop in pairwise(bounds)
    ]


class Order:
    """Whether records are sorted from piece to piece: every contig in one run, positions never falling."""

    def __init__(self, reader: CallsReader) -> None:
        self.reader = reader
        self.seen: set[int] = set()
        self.contig = -1
        self.pos = 0

    def check(self, runs: Sequence[Run]) -> None:
        """Look at where the runs of a piece begin; within runs the kernel has looked."""
        for number, run in enumerate(runs):
            follows = run.contig == self.contig and number == 0
            if (follows and run.first < self.pos) or (not follows and run.contig in self.seen):
                raise record_error(
                    UNSORTED, self.pos, self.reader.path, self.reader.header, run.record, content=run.content
                )
            self.seen.add(run.contig)
            self.contig, self.pos = run.contig, run.last


class _Working(CallsReader):
    """A reader whose threads also do the caller's own work on each piece."""

    work: Callable[[Piece], Any]

    def finish(self, linked: LinkedRecords) -> Any:
        """Ask of every record, then work; the bytes of the piece are free afterwards."""
        result = self.one_allele_each(linked, self._work_on)
        self.source.give_back(linked.data)
        return result

    def _work_on(self, linked: LinkedRecords) -> Any:
        """Where the piece's records stand, and what the work makes of them."""
        sites, reason, asked = self.ask_proband(linked)
        piece = Piece(self, linked, sites, reason, asked)
        runs = runs_of(linked.first_record, sites.contig_index, sites.pos, piece.content)
        return runs, self.work(piece)


def work_on_pieces(
    path: str | Path,
    samples: Sequence[str],
    thresholds: tuple[float, float],
    work: Callable[[Piece], Result],
    pseudoautosomal: tuple[Interval, ...] = (),
    *,
    threads: int = 1,
) -> Iterator[Result]:
    """What `work` makes of every piece of a file, in the order of the file, with the proof that no record was lost.

    `work` runs in the threads that decode, one piece beside another: it may not depend on the pieces before, and
    what it returns may not refer to the piece. `thresholds` : of kernels.proband. A record of several alternate
    alleles is one of each to it.
    """
    from filiation.io.vcf import check_record_count

    reader = _Working(path, samples, pseudoautosomal, split=True)
    reader.work = work
    reader.thresholds = thresholds
    try:
        order = Order(reader)
        for runs, result in run_in_order(reader, threads):
            order.check(runs)
            if runs:
                yield result
    finally:
        reader.close()
    check_record_count(path, reader.records)
