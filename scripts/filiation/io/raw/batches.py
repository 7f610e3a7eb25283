"""Every batch of a file in order, in one or more threads, and the proof that no record was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filiation.io.raw.header import Header
from filiation.io.raw.pieces import Order, runs_of
from filiation.io.raw.reader import CallsReader
from filiation.io.raw.stream import run_in_order

if TYPE_CHECKING:
    from filiation.io.vcf import TrioBatch
    from filiation.model.contigs import Interval


def raw_batches(
    path: str | Path,
    samples: Sequence[str],
    pseudoautosomal: tuple[Interval, ...] = (),
    *,
    threads: int = 1,
    split: bool = False,
) -> Iterator[TrioBatch]:
    """Batches of `io.vcf.read_batches`, as the pieces of the file give them."""
    from filiation.io.vcf import check_record_count

    reader = CallsReader(path, samples, pseudoautosomal, split=split)
    try:
        order = Order(reader)
        for batch in run_in_order(reader, threads):
            order.check(runs_of(batch.first_record, batch.contig_index, batch.pos, batch.records.content))
            if len(batch):
                yield batch
    finally:
        reader.close()
    check_record_count(path, reader.records)


def read_file_header(path: str | Path) -> Header:
    """The header of a VCF or BCF, in any of its forms."""
    reader = CallsReader(path, ())
    reader.close()
    return reader.header
