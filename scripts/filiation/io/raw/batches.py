"""Every batch of a file in order, in one or more threads, and the proof that no record was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from filiation.io.raw.header import Header
from filiation.io.raw.messages import record_error
from filiation.io.raw.reader import CallsReader, LinkedRecords
from filiation.io.raw.stream import run_in_order
from filiation.kernels.damage import UNSORTED

if TYPE_CHECKING:
    from filiation.io.vcf import TrioBatch
    from filiation.model.contigs import Interval

Result = TypeVar("Result")


class _Order:
    """Whether records are sorted across batches: every contig in one run, positions never falling."""

    def __init__(self, reader: CallsReader) -> None:
        self.reader = reader
        self.seen: set[int] = set()
        self.contig = -1
        self.pos = 0

    def check(self, batch: TrioBatch) -> None:
        """Look at the first record of every run of one contig; within runs the kernel has looked."""
        if not len(batch):
            return
        contig = batch.contig_index
        for v in [0, *(np.flatnonzero(contig[1:] != contig[:-1]) + 1)]:
            here = int(contig[v])
            follows = here == self.contig and v == 0
            if (follows and int(batch.pos[v]) < self.pos) or (not follows and here in self.seen):
                assert batch.records is not None
                raise record_error(
                    UNSORTED, self.pos, self.reader.path, self.reader.header, batch.first_record + int(v),
                    content=batch.records.content(int(v)),
                )  # fmt: skip
            self.seen.add(here)
            self.contig = here
        self.contig, self.pos = int(contig[-1]), int(batch.pos[-1])


class _Working(CallsReader):
    """A reader whose threads also do the caller's own work on each batch."""

    work: Callable[[TrioBatch], Any]

    def finish(self, linked: LinkedRecords) -> Any:
        """Decode, then work."""
        batch = self.decode(linked)
        return batch, self.work(batch)


def work_on_batches(
    path: str | Path,
    samples: Sequence[str],
    work: Callable[[TrioBatch], Result],
    pseudoautosomal: tuple[Interval, ...] = (),
    *,
    threads: int = 1,
) -> Iterator[tuple[TrioBatch, Result]]:
    """Every batch with what `work` makes of it, in the order of the file.

    `work` runs in the threads that decode, one batch beside another: it may not depend on the batches before.
    """
    from filiation.io.vcf import check_record_count

    reader = _Working(path, samples, pseudoautosomal)
    reader.work = work
    try:
        order = _Order(reader)
        for batch, result in run_in_order(reader, threads):
            order.check(batch)
            if len(batch):
                yield batch, result
    finally:
        reader.close()
    check_record_count(path, reader.records)


def raw_batches(
    path: str | Path, samples: Sequence[str], pseudoautosomal: tuple[Interval, ...] = (), *, threads: int = 1
) -> Iterator[TrioBatch]:
    """Batches of `io.vcf.read_batches`, as the pieces of the file give them."""
    for batch, _ in work_on_batches(path, samples, lambda batch: None, pseudoautosomal, threads=threads):
        yield batch


def read_file_header(path: str | Path) -> Header:
    """The header of a VCF or BCF, in any of its forms."""
    reader = CallsReader(path, ())
    reader.close()
    return reader.header
