"""Calls as arrays: batches of a normalised BCF, one struct of arrays for a list of members.

Only files that `normalise` wrote are read here: biallelic, sorted, checked. Before the first record is believed
the whole file is proven complete (BGZF blocks and CRC), and after the last the count is compared with the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.files import check_bgzf_blocks, require_file
from filiation.io.raw.records import Alleles, RawRecords
from filiation.io.tools import run_tool
from filiation.kernels.encoding import MISSING, MISSING_INT
from filiation.model.contigs import ContigClass, Interval, bare_name, base_class

BATCH_RECORDS = 20_000
# Values that htslib uses in integer FORMAT fields: missing, and end of a short vector.
_HTS_MISSING = -2_147_483_648
_HTS_END = -2_147_483_647


@dataclass
class TrioBatch:
    """Consecutive records as arrays. v = variants, p = members in the order asked for.

    A member whose name is empty was not sequenced and has missing values throughout.
    """

    first_record: int
    contigs: list[str]
    contig_index: npt.NDArray[np.int32]
    contig_class: npt.NDArray[np.int8]
    pos: npt.NDArray[np.int64]
    ref: Sequence[str]
    alt: Sequence[str]
    is_snv: npt.NDArray[np.bool_]
    genotype: npt.NDArray[np.int8]
    alleles_called: npt.NDArray[np.int8]
    ref_depth: npt.NDArray[np.int32]
    alt_depth: npt.NDArray[np.int32]
    depth: npt.NDArray[np.int32]
    genotype_quality: npt.NDArray[np.float32]
    phred: npt.NDArray[np.float64]
    log10_likelihood: npt.NDArray[np.float64]
    info: dict[str, list[Any]]
    # The records' own bytes while the batch lives; None for a batch that was not read from a file's bytes.
    records: RawRecords | None = None
    # What the caller wrote of each site (io.raw.site_fields), where it does not stand in `records`; (v, 6).
    site_fields: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.pos)

    def part(self, start: int, stop: int) -> TrioBatch:
        """The records from `start` to before `stop`, as views."""
        rows = slice(start, stop)
        changed: dict[str, Any] = {
            name: value[rows]
            for name, value in vars(self).items()
            if isinstance(value, np.ndarray) or name in ("ref", "alt")
        }
        changed["info"] = {name: values[rows] for name, values in self.info.items()}
        changed["records"] = None if self.records is None else self.records[rows]
        return replace(self, first_record=self.first_record + start, **changed)

    def sites(self, rows: npt.NDArray[np.int64]) -> TrioBatch:
        """Positions and alleles of some of the records, for look-ups; every array of the members is empty."""
        named = {"contig_index", "contig_class", "pos", "is_snv"}
        changed: dict[str, Any] = {
            name: value[rows] if name in named else value[:0]
            for name, value in vars(self).items()
            if isinstance(value, np.ndarray)
        }
        return replace(self, **changed, ref=_alleles_of(self.ref, rows), alt=_alleles_of(self.alt, rows), info={})

    def take(self, rows: npt.NDArray[np.int64]) -> TrioBatch:
        """Some of the records, in the order of `rows`; `first_record` keeps its meaning only for the whole."""
        changed: dict[str, Any] = {
            name: value[rows] for name, value in vars(self).items() if isinstance(value, np.ndarray)
        }
        changed |= {"ref": _alleles_of(self.ref, rows), "alt": _alleles_of(self.alt, rows)}
        changed["info"] = {name: [values[v] for v in rows] for name, values in self.info.items()}
        changed["records"] = None if self.records is None else self.records[rows]
        return replace(self, **changed)


def _alleles_of(alleles: Sequence[str], rows: npt.NDArray[np.int64]) -> Sequence[str]:
    """Alleles of some records."""
    return alleles.take(rows) if isinstance(alleles, Alleles) else [alleles[v] for v in rows]


def pseudoautosomal_intervals(
    assembly: str, lengths: dict[str, int], bed: str | Path | None = None
) -> tuple[Interval, ...]:
    """Pseudoautosomal regions of the build: by table for GRCh38 and GRCh37 (auto: by contig lengths), by BED else."""
    from filiation.model.contigs import PSEUDOAUTOSOMAL, detect_assembly

    if bed:
        intervals = []
        with open(require_file(bed, "BED of the pseudoautosomal regions"), encoding="utf-8-sig") as handle:
            for number, line in enumerate(handle, 1):
                fields = line.split()
                if not fields or line.startswith(("#", "track", "browser")):
                    continue
                if len(fields) < 3 or not (fields[1].isdecimal() and fields[2].isdecimal()):
                    raise InputError(
                        f"not a BED line: {line.strip()!r}",
                        where=f"{bed}, line {number}",
                        expected="contig, start, end, separated by tabs",
                        repair="correct the line",
                    )
                intervals.append(Interval(bare_name(fields[0]), int(fields[1]), int(fields[2])))
        return tuple(intervals)
    build = detect_assembly(lengths) if assembly == "auto" else assembly
    return PSEUDOAUTOSOMAL.get(build, ())


def header_contigs(path: str | Path) -> dict[str, int]:
    """Contig lengths declared in a VCF or BCF header (0 where the header gives none)."""
    from filiation.io.vcf_header import open_calls

    with open_calls(require_file(path, "calls")) as handle:
        return {str(name): int(contig.length or 0) for name, contig in handle.header.contigs.items()}


@cache
def _base_classes(contigs: tuple[str, ...]) -> npt.NDArray[np.int8]:
    """Ploidy class of every contig by its name."""
    return np.array([int(base_class(name)) for name in contigs], dtype=np.int8)


def contig_classes(
    contig_index: npt.NDArray[np.int32],
    pos: npt.NDArray[np.int64],
    contigs: list[str],
    pseudoautosomal: tuple[Interval, ...],
) -> npt.NDArray[np.int8]:
    """Ploidy class of every record, pseudoautosomal regions of X and Y taken into account."""
    classes = _base_classes(tuple(contigs))[contig_index]
    on_sex_chromosome = classes == int(ContigClass.X)
    on_sex_chromosome |= classes == int(ContigClass.Y)
    if pseudoautosomal and on_sex_chromosome.any():
        for number in np.unique(contig_index[on_sex_chromosome]):
            name = bare_name(contigs[number])
            for interval in pseudoautosomal:
                if interval.contig == name:
                    inside = (contig_index == number) & (pos > interval.start) & (pos <= interval.end)
                    classes[inside] = int(ContigClass.PSEUDOAUTOSOMAL)
    return classes


def read_batches(
    path: str | Path,
    samples: Sequence[str],
    *,
    pseudoautosomal: tuple[Interval, ...] = (),
    info_fields: Sequence[str] = (),
    batch_records: int = BATCH_RECORDS,
    threads: int = 1,
    split: bool = False,
) -> Iterator[TrioBatch]:
    """Read a normalised BCF or VCF in batches of arrays for the members asked for.

    The bytes are decoded in compiled code, in `threads` threads; with `info_fields` record by record, which is
    slow. The batches, but not where they are cut, are the same with any number of threads. With `split` a record of
    several alternate alleles is read as one of each.

    Raises InputError when the file is damaged or unsorted, a sample is not in it, a record is not biallelic, or
    another number of records was read than the index counts.
    """
    if info_fields:
        yield from _read_with_info(path, samples, pseudoautosomal, info_fields, batch_records)
        return
    from filiation.io.raw.batches import raw_batches

    for batch in raw_batches(path, samples, pseudoautosomal, threads=threads, split=split):
        for start in range(0, len(batch), batch_records):
            yield batch.part(start, start + batch_records) if len(batch) > batch_records else batch


def _read_with_info(
    path: str | Path,
    samples: Sequence[str],
    pseudoautosomal: tuple[Interval, ...],
    info_fields: Sequence[str],
    batch_records: int,
) -> Iterator[TrioBatch]:
    """`read_batches` record by record, with the INFO fields named."""
    import cyvcf2

    check_bgzf_blocks(path, "normalised calls")
    reader = cyvcf2.VCF(str(path))
    try:
        columns = {name: number for number, name in enumerate(reader.samples)}
        if absent := [name for name in samples if name and name not in columns]:
            raise InputError(
                f"sample {', '.join(absent)} is not in the file",
                where=str(path),
                expected=f"one of {', '.join(columns)}",
                repair="run `filiation normalise` again with the family's PED file",
            )
        contigs = list(reader.seqnames)
        collector = _Collector(path, samples, columns, contigs, pseudoautosomal, list(info_fields))
        total = 0
        for record in reader:
            collector.add(record)
            if len(collector) >= batch_records:
                yield collector.batch(total)
                total += len(collector)
                collector.clear()
        if len(collector):
            yield collector.batch(total)
            total += len(collector)
    finally:
        reader.close()
    check_record_count(path, total)


def check_record_count(path: str | Path, total: int) -> None:
    """Stop when an index counts another number of records than were read."""
    expected = indexed_records(path)
    if expected is not None and expected != total:
        raise InputError(
            f"{total} records were read and the index counts {expected}",
            where=str(path),
            expected="the same number: the file was cut, or its index is of another file",
            repair="compare the file's checksum with its source, or run the step that wrote it again; if the file is "
            f"whole: bcftools index -f {path}",
        )


def indexed_records(path: str | Path) -> int | None:
    """Number of records that the index beside a file counts, or None without an index."""
    if not any(Path(f"{path}{suffix}").is_file() for suffix in (".csi", ".tbi")):
        return None
    text = run_tool(["bcftools", "index", "--nrecords", path], purpose="count the records by the index")
    return int(text) if text.strip().isdecimal() else None


class _Collector:
    """Gathers records into the lists that become one batch."""

    def __init__(
        self,
        path: str | Path,
        samples: Sequence[str],
        columns: dict[str, int],
        contigs: list[str],
        pseudoautosomal: tuple[Interval, ...],
        info_fields: list[str],
    ) -> None:
        self.path = path
        self.contigs = contigs
        self.contig_number = {name: number for number, name in enumerate(contigs)}
        self.pseudoautosomal = pseudoautosomal
        self.info_fields = info_fields
        # Position in the file of each member; members without data point at an extra missing column.
        self.n_file = len(columns)
        self.select = np.array([columns[name] if name else self.n_file for name in samples], dtype=np.int64)
        self.clear()

    def clear(self) -> None:
        """Start the next batch."""
        self.contig_index: list[int] = []
        self.pos: list[int] = []
        self.ref: list[str] = []
        self.alt: list[str] = []
        self.genotype: list[npt.NDArray[Any]] = []
        self.fields: dict[str, list[npt.NDArray[Any] | None]] = {name: [] for name in ("AD", "DP", "GQ", "PL", "GL")}
        self.info: dict[str, list[Any]] = {name: [] for name in self.info_fields}

    def __len__(self) -> int:
        return len(self.pos)

    def add(self, record: Any) -> None:
        """Take one record."""
        if len(record.ALT) != 1:
            raise InputError(
                f"{len(record.ALT)} alternate alleles",
                where=f"{self.path}, {record.CHROM}:{record.POS}",
                expected="exactly one, as `filiation normalise` writes them",
                repair="run `filiation normalise` first",
            )
        self.contig_index.append(self.contig_number[record.CHROM])
        self.pos.append(record.POS)
        self.ref.append(record.REF)
        self.alt.append(record.ALT[0])
        self.genotype.append(record.genotype.array())
        present = record.FORMAT
        for name, values in self.fields.items():
            values.append(record.format(name) if name in present else None)
        for name, items in self.info.items():
            items.append(record.INFO.get(name))

    def batch(self, first_record: int) -> TrioBatch:
        """The arrays of what was taken."""
        contig_index = np.array(self.contig_index, dtype=np.int32)
        pos = np.array(self.pos, dtype=np.int64)
        genotype, alleles_called = self._genotypes()
        depths = self._integers("AD", 2)
        return TrioBatch(
            first_record=first_record,
            contigs=self.contigs,
            contig_index=contig_index,
            contig_class=contig_classes(contig_index, pos, self.contigs, self.pseudoautosomal),
            pos=pos,
            ref=self.ref,
            alt=self.alt,
            is_snv=np.array([len(r) == 1 and len(a) == 1 for r, a in zip(self.ref, self.alt, strict=True)]),
            genotype=genotype,
            alleles_called=alleles_called,
            ref_depth=np.ascontiguousarray(depths[:, :, 0]),
            alt_depth=np.ascontiguousarray(depths[:, :, 1]),
            depth=np.ascontiguousarray(self._integers("DP", 1)[:, :, 0]),
            genotype_quality=np.ascontiguousarray(self._floats("GQ", 1)[:, :, 0].astype(np.float32)),
            phred=self._likelihoods("PL"),
            log10_likelihood=self._likelihoods("GL"),
            info=self.info,
        )

    def _genotypes(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Alternate alleles and called alleles of every member.

        A hemizygous `1` counts as two alternate alleles, so that 1 and 1/1 mean the same. A half call with the
        alternate allele counts one; a half call with the reference is missing: the other allele is unknown.
        """
        n = len(self.pos)
        genotype = np.full((n, len(self.select)), MISSING, dtype=np.int8)
        called = np.zeros((n, len(self.select)), dtype=np.int8)
        for v, array in enumerate(self.genotype):
            alleles = array[:, :-1]
            padded = np.vstack([alleles, np.full((1, alleles.shape[1]), -1, dtype=alleles.dtype)])[self.select]
            if padded.max(initial=-1) > 1:
                raise InputError(
                    f"allele number {padded.max()} in a record with one alternate allele",
                    where=f"{self.path}, {self.contigs[self.contig_index[v]]}:{self.pos[v]}",
                    expected="0, 1 or .",
                    repair="produce the calls again; the line was edited or damaged",
                )
            known = (padded >= 0).sum(axis=1)
            alternate = (padded == 1).sum(axis=1)
            haploid = (padded != -2).sum(axis=1) == 1
            called[v] = known
            full = known == np.where(haploid, 1, 2)
            genotype[v, full] = np.where(haploid, 2 * alternate, alternate)[full]
            half = ~full & (alternate > 0)
            genotype[v, half] = 1
        return genotype, called

    def _floats(self, name: str, width: int) -> npt.NDArray[np.float64]:
        """A FORMAT field as float64 (v, p, width); NaN for missing and for vectors of another length."""
        n = len(self.pos)
        out = np.full((n, self.n_file + 1, width), np.nan)
        for v, array in enumerate(self.fields[name]):
            if array is None or array.ndim != 2 or array.dtype.kind not in "if":
                continue
            values = array.astype(np.float64)
            if array.dtype.kind == "i":
                values[(array == _HTS_MISSING) | (array == _HTS_END)] = np.nan
            use = min(width, values.shape[1])
            out[v, : self.n_file, :use] = values[:, :use]
        return out[:, self.select, :]

    def _integers(self, name: str, width: int) -> npt.NDArray[np.int32]:
        """A FORMAT field as int32 (v, p, width); -1 for missing."""
        values = self._floats(name, width)
        values[np.isnan(values) | (values < 0)] = MISSING_INT
        return values.astype(np.int32)

    def _likelihoods(self, name: str) -> npt.NDArray[np.float64]:
        """PL or GL as float64 (v, p, 3); two values of a haploid member stand at 0 and 2 copies."""
        values = self._floats(name, 3)
        haploid = ~np.isnan(values[:, :, 1]) & np.isnan(values[:, :, 2])
        values[haploid, 2] = values[haploid, 1]
        values[haploid, 1] = np.nan
        return values
