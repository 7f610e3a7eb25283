"""A prepared small genome and people aligned to it, as the commands of filiation make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from builders.reads import Planted, read_pairs, write_fasta, write_pairs
from filiation.reads.alignment import align, index_reference
from filiation.reads.duplicates import mark_duplicates
from filiation.reads.reference import prepare_genome


def prepare(folder: Path, genome: Mapping[str, str]) -> Path:
    """genome.fa with every index, in `folder`/reference."""
    folder.mkdir(parents=True, exist_ok=True)
    prepared = prepare_genome(write_fasta(folder / "lab.fa", genome), "auto", folder / "reference")
    index_reference(prepared.fasta, "bwa", folder / "reference" / "aligner.txt")
    return prepared.fasta


def aligned_unit(
    folder: Path,
    reference: Path,
    sample: str,
    unit: str,
    pairs: Sequence[tuple[str, str, str]],
    *,
    library: str | None = None,
    threads: int = 1,
) -> Path:
    """The BAM of one unit."""
    first, second = write_pairs(folder, f"{sample}.{unit}", pairs)
    bam = folder / f"{sample}.{unit}.bam"
    align(first, second, sample, unit, library, reference, "bwa", threads, bam)
    return bam


def aligned_person(
    folder: Path,
    reference: Path,
    genome: Mapping[str, str],
    sample: str,
    planted: Sequence[Planted] = (),
    *,
    depth: float = 30,
    seed: int = 1,
) -> Path:
    """The CRAM of a person with these variants, from one unit."""
    pairs = list(read_pairs(genome, planted, depth, seed))
    bam = aligned_unit(folder, reference, sample, "lane1", pairs)
    cram = folder / f"{sample}.cram"
    mark_duplicates([bam], sample, reference, 1, cram, folder / f"{sample}.alignment.tsv")
    return cram
