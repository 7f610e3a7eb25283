"""Small references, FASTQ pairs and BAM files, built record by record so that any record can be made wrong."""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pysam


def bases(length: int, seed: int) -> str:
    """Random bases, the same for the same seed."""
    return "".join(random.Random(seed).choices("ACGT", k=length))


def write_fasta(path: Path, contigs: dict[str, str]) -> Path:
    """Write a FASTA with lines of 60 bases."""
    lines: list[str] = []
    for name, sequence in contigs.items():
        lines.append(f">{name}")
        lines += [sequence[start : start + 60] for start in range(0, len(sequence), 60)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def fastq_record(name: str, sequence: str, quality: str | None = None) -> str:
    """One record; qualities alternate between # and F unless given."""
    quality = ("#F" * len(sequence))[: len(sequence)] if quality is None else quality
    return f"@{name}\n{sequence}\n+\n{quality}\n"


def write_fastq_pair(
    folder: Path, sample: str, unit: str = "L1", pairs: int = 50, seed: int | None = None
) -> tuple[Path, Path]:
    """Write gzip FASTQ files of random pairs under the names that `sheets.unit` gives."""
    seed = sum(sample.encode()) + sum(unit.encode()) if seed is None else seed
    paths = folder / f"{sample}.{unit}_1.fastq.gz", folder / f"{sample}.{unit}_2.fastq.gz"
    for mate, path in enumerate(paths, 1):
        text = "".join(
            fastq_record(f"{sample}:{number}/{mate}", bases(60, seed * 10_000 + 2 * number + mate))
            for number in range(pairs)
        )
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return paths


def alignment(header: pysam.AlignmentHeader, name: str, flag: int, start: int, sequence: str, **more: Any) -> Any:
    """One aligned record on the first contig; `more` sets any attribute of the record."""
    read = pysam.AlignedSegment(header)
    read.query_name, read.flag, read.reference_id, read.reference_start = name, flag, 0, start
    read.mapping_quality = 60
    read.query_sequence = sequence
    read.query_qualities = pysam.qualitystring_to_array("F" * len(sequence))
    read.cigarstring = f"{len(sequence)}M"
    for key, value in more.items():
        setattr(read, key, value)
    return read


def bam_header(
    contigs: dict[str, int], samples: Sequence[str] = (), order: str = "coordinate"
) -> pysam.AlignmentHeader:
    """A header with one read group per sample."""
    return pysam.AlignmentHeader.from_dict(
        {
            "HD": {"VN": "1.6", "SO": order},
            "SQ": [{"SN": name, "LN": length} for name, length in contigs.items()],
            "RG": [{"ID": f"rg{number}", "SM": sample} for number, sample in enumerate(samples)],
        }
    )


def proper_pair(header: pysam.AlignmentHeader, name: str, start: int, genome: str, length: int = 40) -> list[Any]:
    """A forward first read and a reverse second read, 60 bases further, that match the genome."""
    second = start + 60
    return [
        alignment(header, name, 99, start, genome[start : start + length]),
        alignment(header, name, 147, second, genome[second : second + length]),
    ]


def write_bam(path: Path, header: pysam.AlignmentHeader, records: Sequence[Any], sort: bool = True) -> Path:
    """Write records, sorted by position unless told not to."""
    ordered = sorted(records, key=lambda read: read.reference_start) if sort else records
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for read in ordered:
            handle.write(read)
    return path


def write_member_bam(
    path: Path, samples: Sequence[str], contigs: dict[str, str], lengths: dict[str, int] | None = None
) -> Path:
    """A BAM of 30 pairs that match the first contig; the header may announce other names and lengths."""
    told = lengths or {name: len(sequence) for name, sequence in contigs.items()}
    header = bam_header(told, samples)
    genome = next(iter(contigs.values()))
    pairs = [proper_pair(header, f"p{number}", 10 + number, genome) for number in range(30)]
    return write_bam(path, header, [read for pair in pairs for read in pair])


def write_cram(path: Path, bam: Path, fasta: Path) -> Path:
    """A BAM as CRAM on a FASTA, with the FASTA's checksums in the header."""
    with (
        pysam.AlignmentFile(str(bam)) as source,
        pysam.AlignmentFile(str(path), "wc", template=source, reference_filename=str(fasta)) as target,
    ):
        for read in source.fetch(until_eof=True):
            target.write(read)
    return path
