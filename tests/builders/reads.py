"""A small random genome, people who carry known variants on it, and error-free read pairs of them."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READ_LENGTH = 100
# Spread widely enough that a small deletion does not make a pair look improper.
FRAGMENT_LENGTHS = (240, 360)
_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")


@dataclass(frozen=True)
class Planted:
    """A variant on one or both haplotypes; `position` is 1-based, alleles as in VCF."""

    contig: str
    position: int
    ref: str
    alt: str
    haplotypes: tuple[int, ...] = (0,)


def random_genome(lengths: Mapping[str, int], seed: int = 1) -> dict[str, str]:
    """Random sequence of each contig."""
    generator = random.Random(seed)
    return {name: "".join(generator.choices("ACGT", k=length)) for name, length in lengths.items()}


def mask(sequence: str, start: int, end: int) -> str:
    """The sequence with N from `start` to `end`, 0-based half-open."""
    return sequence[:start] + "N" * (end - start) + sequence[end:]


def write_fasta(path: Path, genome: Mapping[str, str]) -> Path:
    """A plain FASTA of 60 bases a line."""
    with open(path, "w", encoding="ascii") as handle:
        for name, sequence in genome.items():
            handle.write(f">{name}\n")
            handle.writelines(f"{sequence[start : start + 60]}\n" for start in range(0, len(sequence), 60))
    return path


def substitution(genome: Mapping[str, str], contig: str, position: int, *haplotypes: int) -> Planted:
    """A single-base change at a 1-based position, on the haplotypes named (default: the first)."""
    ref = genome[contig][position - 1]
    return Planted(contig, position, ref, "CGTA"["ACGT".index(ref)], haplotypes or (0,))


def haplotype(genome: Mapping[str, str], planted: Sequence[Planted], number: int) -> dict[str, str]:
    """The genome of one haplotype."""
    sequences = dict(genome)
    for variant in sorted(planted, key=lambda variant: -variant.position):
        if number in variant.haplotypes:
            sequence, start = sequences[variant.contig], variant.position - 1
            assert sequence[start : start + len(variant.ref)] == variant.ref
            sequences[variant.contig] = sequence[:start] + variant.alt + sequence[start + len(variant.ref) :]
    return sequences


def read_pairs(
    genome: Mapping[str, str], planted: Sequence[Planted], depth: float, seed: int
) -> Iterator[tuple[str, str, str]]:
    """(name, first read, second read) in random order of fragments, half of the depth from each haplotype."""
    generator = random.Random(seed)
    number = 0
    for side in (0, 1):
        for name, sequence in haplotype(genome, planted, side).items():
            for _ in range(int(depth / 2 * len(sequence) / (2 * READ_LENGTH))):
                length = generator.randint(*FRAGMENT_LENGTHS)
                start = generator.randrange(len(sequence) - length + 1)
                fragment = sequence[start : start + length]
                if "N" in fragment:
                    continue
                if generator.random() < 0.5:
                    fragment = fragment.translate(_COMPLEMENT)[::-1]
                number += 1
                second = fragment[-READ_LENGTH:].translate(_COMPLEMENT)[::-1]
                yield f"{name}:{start}:{side}:{number}", fragment[:READ_LENGTH], second


def write_pairs(folder: Path, name: str, pairs: Sequence[tuple[str, str, str]]) -> tuple[Path, Path]:
    """Two gzip FASTQ files without a time stamp."""
    paths = (folder / f"{name}_1.fastq.gz", folder / f"{name}_2.fastq.gz")
    for mate, path in enumerate(paths, 1):
        text = "".join(f"@{pair[0]}/{mate}\n{pair[mate]}\n+\n{'I' * len(pair[mate])}\n" for pair in pairs)
        path.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))
    return paths
