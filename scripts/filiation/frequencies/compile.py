"""How is a VCF of population frequencies made into a side-car of at most 6 bytes an allele?

One pass over the source, in bounded memory: alleles are packed as they come, the index is kept aside and written
after them. The same source gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from filiation import __version__
from filiation.errors import ConfigError, InputError
from filiation.frequencies.alleles import encode_alleles
from filiation.frequencies.coverage import Intervals, read_coverage
from filiation.frequencies.layout import ALIGNMENT, PREFIX, Contig, Header, SourceFile, write_header
from filiation.frequencies.source import Allele, Entry, Fields, SourceReader, declared_fields
from filiation.frequencies.table import SECTION_TYPES
from filiation.io.files import atomic_path, sha256
from filiation.io.vcf import header_contigs
from filiation.kernels.encoding import MISSING_INT
from filiation.kernels.frequency_packing import BLOCKS_PER_SEGMENT, checksum_jit, pack_jit
from filiation.model.contigs import bare_name, base_class, detect_assembly

CHUNK_ALLELES = 65_536
# More than any allele takes beyond its text: three numbers of ten bytes, code, frequency.
_MOST_BYTES = 48
_SEX_CONTIGS = (2, 3)
_LARGEST_CONTIG = 1 << 32

Progress = Callable[[str], None]


@dataclass
class _Writer:
    """Packs alleles into the payload and keeps the index."""

    handle: IO[bytes]
    fields: Fields
    contigs: list[Contig] = field(default_factory=list)
    block_start: list[npt.NDArray[Any]] = field(default_factory=list)
    block_offset: list[npt.NDArray[Any]] = field(default_factory=list)
    block_byte: list[npt.NDArray[Any]] = field(default_factory=list)
    n_blocks: int = 0
    n_bytes: int = 0
    waiting: list[tuple[Allele, Entry]] = field(default_factory=list)
    name: str = ""
    records: int = 0
    first: tuple[int, int] = (0, 0)

    def add(self, contig: str, alleles: dict[Allele, Entry]) -> None:
        """Take the alleles of one or more whole positions."""
        if contig != self.name:
            self.close_contig()
            self.name, self.first = contig, (self.n_blocks, self.n_bytes)
        self.waiting += sorted(alleles.items(), key=lambda item: item[0][0]) if len(alleles) > 1 else alleles.items()
        if len(self.waiting) >= CHUNK_ALLELES:
            self._flush()

    def close_contig(self) -> None:
        """Write what waits and note where the contig stands."""
        self._flush()
        if self.name:
            self.contigs.append(Contig(self.name, 0, self.records, *self.first, 0))
        self.name, self.records = "", 0

    def _counts(self, name: str, wanted: bool) -> npt.NDArray[np.int32]:
        if not wanted:
            return np.zeros(len(self.waiting), dtype=np.int32)
        values = [getattr(entry, name) for _, entry in self.waiting]
        return np.array([MISSING_INT if value is None else value for value in values], dtype=np.int32)

    def _flush(self) -> None:
        """Pack the waiting alleles."""
        if not self.waiting:
            return
        n = len(self.waiting)
        codes = encode_alleles(allele for allele, _ in self.waiting)
        frequency = np.array([entry.af for _, entry in self.waiting], dtype=np.float32)
        size = _MOST_BYTES * (n + 1) + len(codes.text)
        start, offset = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
        out = np.empty(size, dtype=np.uint8)
        blocks, used = pack_jit(
            codes.pos,
            codes.key,
            codes.text,
            codes.text_offset,
            frequency,
            frequency.view(np.uint32),
            self._counts("homozygotes", self.fields.homozygotes is not None),
            self._counts(
                "hemizygotes", self.fields.hemizygotes is not None and int(base_class(self.name)) in _SEX_CONTIGS
            ),
            np.empty(size, dtype=np.uint8),
            out,
            start,
            offset,
        )
        self.handle.write(out[:used].data)
        offset = offset[:blocks] + self.n_bytes
        if self.n_bytes + used - self.first[1] >= _LARGEST_CONTIG or int(codes.pos[-1]) >= _LARGEST_CONTIG:
            raise InputError(f"contig {self.name} is too large for this format", expected="less than 4 GiB packed")
        self.block_start.append(start[:blocks].astype(np.uint32))
        self.block_offset.append((offset - self.first[1]).astype(np.uint32))
        self.block_byte.append(offset)
        self.n_blocks += blocks
        self.n_bytes += used
        self.records += n
        self.waiting = []


def _joined(parts: list[npt.NDArray[Any]], kind: Any) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, dtype=kind), *parts]).astype(kind)


def _segments(path: Path, writer: _Writer) -> dict[str, npt.NDArray[Any]]:
    """First byte of every segment of the payload, and its checksum."""
    first = _joined(writer.block_byte, np.int64)[::BLOCKS_PER_SEGMENT]
    bounds = np.concatenate([first, [writer.n_bytes]]).astype(np.int64)
    checks = np.empty(len(first), dtype=np.uint64)
    if len(first):
        padded = (writer.n_bytes + 7) // 8 * 8
        words = np.memmap(path, dtype=np.uint64, mode="r", offset=PREFIX.size, shape=(padded // 8,))
        for k in range(len(first)):
            checks[k] = checksum_jit(words, bounds[k] // 8, (bounds[k + 1] + 7) // 8)
    return {"segment_byte": bounds, "segment_checksum": checks}


def _place_contigs(
    writer: _Writer, lengths: dict[str, int], coverage: Intervals
) -> tuple[list[Contig], npt.NDArray[np.int64]]:
    """Contigs with their lengths and covered intervals; contigs that are covered and hold no allele come last."""
    by_bare = {bare_name(name): intervals for name, intervals in coverage.items()}
    length_of = {bare_name(name): length for name, length in lengths.items()}
    found: list[Contig] = []
    intervals: list[npt.NDArray[np.int64]] = [np.empty((0, 2), dtype=np.int64)]
    n_intervals = 0
    known = [bare_name(contig.name) for contig in writer.contigs]
    empty = [
        Contig(name, 0, 0, writer.n_blocks, writer.n_bytes, 0) for name in coverage if bare_name(name) not in known
    ]
    for contig in [*writer.contigs, *empty]:
        bare = bare_name(contig.name)
        found.append(
            Contig(
                contig.name,
                length_of.get(bare, 0),
                contig.records,
                contig.first_block,
                contig.first_byte,
                n_intervals,
            )
        )
        if bare in by_bare:
            intervals.append(by_bare[bare])
            n_intervals += len(by_bare[bare])
    return found, np.concatenate(intervals)


def _append(handle: IO[bytes], arrays: dict[str, npt.NDArray[Any]]) -> tuple[dict[str, tuple[int, int]], str]:
    """Write the sections, each aligned; returns where they stand and the checksum of them all."""
    digest = hashlib.sha256()
    places: dict[str, tuple[int, int]] = {}
    for name, kind in SECTION_TYPES.items():
        handle.seek(0, 2)
        handle.write(bytes(-handle.tell() % ALIGNMENT))
        content = np.ascontiguousarray(arrays[name], dtype=kind).tobytes()
        places[name] = (handle.tell(), len(content))
        handle.write(content)
        digest.update(content)
    return places, digest.hexdigest()


def _body_digest(handle: IO[bytes]) -> str:
    digest = hashlib.sha256()
    handle.seek(PREFIX.size)
    while part := handle.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def _source_file(path: str | Path) -> SourceFile:
    return SourceFile(Path(path).name, Path(path).stat().st_size, sha256(path))


def compile_source(
    vcfs: Sequence[str | Path],
    name: str,
    output: str | Path,
    *,
    fields: Fields = Fields(),  # noqa: B008
    optional_homozygotes: bool = True,
    coverage: str | Path | None = None,
    progress: Progress | None = None,
    label: str = "",
) -> Header:
    """Write the side-car of one source, from one file or from one file per contig; returns its header.

    `label` names the source in messages, where it is not the file itself. Raises InputError for a damaged, unsorted
    or contradictory source; the output is then left as it was.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise ConfigError(f"name {name!r}", expected="letters, digits, '.', '_' and '-', with the release: gnomad4.1")
    covered = read_coverage(coverage) if coverage else {}
    lengths: dict[str, int] = {}
    declared = [declared_fields(path, fields, optional_homozygotes=optional_homozygotes) for path in vcfs]
    used = declared[0]
    if any(other != used for other in declared):
        raise InputError(
            f"INFO/{fields.homozygotes} is declared in some of the files only",
            where=", ".join(str(path) for path in vcfs),
            expected="files of one release, with the same fields",
            repair="compile the files of another release apart",
        )
    reader = SourceReader(used, label=label)
    with atomic_path(output) as temporary, open(temporary, "w+b") as handle:
        handle.write(bytes(PREFIX.size))
        writer = _Writer(handle, used)
        for path in vcfs:
            lengths |= header_contigs(path)
            _pack_file(reader, path, writer, progress)
        writer.close_contig()
        handle.write(bytes(-writer.n_bytes % 8))
        handle.flush()
        contigs, intervals = _place_contigs(writer, lengths, covered)
        arrays = _segments(temporary, writer) | {
            "block_start": _joined(writer.block_start, np.uint32),
            "block_offset": _joined(writer.block_offset, np.uint32),
            "covered_start": intervals[:, 0],
            "covered_end": intervals[:, 1],
        }
        places, index_digest = _append(handle, arrays)
        header = Header(
            name=name,
            build=detect_assembly(lengths),
            af=used.af,
            homozygotes=used.homozygotes,
            hemizygotes=used.hemizygotes,
            records=reader.counts.alleles,
            payload_bytes=writer.n_bytes,
            counts=reader.counts.as_dict(),
            contigs=contigs,
            sources=[_source_file(path) for path in vcfs],
            coverage=_source_file(coverage) if coverage else None,
            sections=places,
            index_sha256=index_digest,
            body_sha256=_body_digest(handle),
            compiled_by=f"filiation {__version__}",
        )
        write_header(handle, header)
    return header


def _pack_file(reader: SourceReader, path: str | Path, writer: _Writer, progress: Progress | None) -> None:
    """Pack one file, telling each contig as it begins."""
    contig = ""
    positions: Iterable[tuple[str, dict[Allele, Entry]]] = reader.positions(path)
    for name, alleles in positions:
        if name != contig:
            contig = name
            if progress:
                progress(f"{Path(path).name}: {name}")
        reader.counts.without_frequency += sum(entry.af != entry.af for entry in alleles.values())
        writer.add(name, alleles)
