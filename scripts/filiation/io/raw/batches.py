"""Every batch of a file in order, in one or more threads, and the proof that no record was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from filiation.io.raw.messages import record_error
from filiation.io.raw.reader import CallsReader
from filiation.io.raw.stream import run_in_order
from filiation.kernels.damage import UNSORTED

if TYPE_CHECKING:
    from filiation.io.vcf import TrioBatch
    from filiation.model.contigs import Interval


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


def raw_batches(
    path: str | Path, samples: Sequence[str], pseudoautosomal: tuple[Interval, ...] = (), *, threads: int = 1
) -> Iterator[TrioBatch]:
    """Batches of `io.vcf.read_batches`, as the pieces of the file give them."""
    from filiation.io.vcf import check_record_count

    reader = CallsReader(path, samples, pseudoautosomal)
    try:
        order = _Order(reader)
        for batch in run_in_order(reader, threads):
            order.check(batch)
            if len(batch):
                yield batch
    finally:
        reader.close()
    check_record_count(path, reader.records)
