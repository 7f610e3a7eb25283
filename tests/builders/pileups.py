"""Alignments over one variant, read by read: which allele, how good, which strand, clipped or not; as indexed BAM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pysam

from builders.reads import random_genome, write_fasta

CONTIG = "chr1"
LENGTH = 4000
READ_LENGTH = 100
TRIO_PED = "FAM\tchild\tfather\tmother\t2\t2\nFAM\tfather\t0\t0\t1\t1\nFAM\tmother\t0\t0\t2\t1\n"


@dataclass(frozen=True)
class Change:
    """A variant, 1-based, alleles as in VCF."""

    pos: int
    ref: str
    alt: str


@dataclass(frozen=True)
class Reads:
    """`count` molecules that carry the changes given, each starting so that it covers `over`.

    before : bases of the read before the variant, cycled through; quality : of every base; clipped : "end" or
    "start", the side of the first change that the aligner left clipped instead of aligning across it.
    """

    count: int
    changes: tuple[Change, ...] = ()
    quality: int = 35
    mapping_quality: int = 60
    strands: str = "+-"
    before: Sequence[int] = field(default_factory=lambda: range(12, 88, 5))
    clipped: str = ""
    mate_after: int | None = None
    flag: int = 0


def genome_with(start: int, sequence: str, seed: int = 7) -> str:
    """A random contig with a given sequence from a 1-based position on."""
    contig = random_genome({CONTIG: LENGTH}, seed)[CONTIG]
    return contig[: start - 1] + sequence + contig[start - 1 + len(sequence) :]


def change_at(genome: str, pos: int) -> Change:
    """A substitution of the base at a position."""
    ref = genome[pos - 1]
    return Change(pos, ref, "CGTA"["ACGT".index(ref)])


def _aligned(
    genome: str, start: int, changes: tuple[Change, ...], clipped: str
) -> tuple[str, list[tuple[int, int]], int]:
    """Bases, CIGAR and place of a read of one molecule from a 0-based start."""
    bases, cigar, place = "", [], start
    for change in sorted(changes, key=lambda change: change.pos):
        first = change.pos - 1
        if first < place or len(bases) + first - place >= READ_LENGTH:
            continue
        bases += genome[place:first] + change.alt
        longer, shorter = max(len(change.ref), len(change.alt)), min(len(change.ref), len(change.alt))
        cigar.append((0, first - place + shorter))
        if longer > shorter:
            cigar.append((2 if len(change.ref) > len(change.alt) else 1, longer - shorter))
        place = first + len(change.ref)
    rest = READ_LENGTH - len(bases)
    if rest > 0:
        bases += genome[place : place + rest]
        cigar.append((0, rest))
    bases = bases[:READ_LENGTH]
    if not clipped or len(cigar) == 1:
        return bases, _trimmed(cigar, len(bases)), start
    if clipped == "end":
        return bases, [(0, cigar[0][1]), (4, len(bases) - cigar[0][1])], start
    lost = cigar[0][1] + (cigar[1][1] if cigar[1][0] == 1 else 0)
    return bases, [(4, lost), (0, len(bases) - lost)], place


def _trimmed(cigar: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """A CIGAR whose operations are joined where alike, and that uses just so many read bases."""
    joined: list[tuple[int, int]] = []
    used = 0
    for operation, size in cigar:
        if operation in (0, 1):
            size = min(size, length - used)
            used += size
        if size <= 0:
            continue
        if joined and joined[-1][0] == operation:
            joined[-1] = (operation, joined[-1][1] + size)
        else:
            joined.append((operation, size))
    return joined[:-1] if joined[-1][0] == 2 else joined


def write_person(folder: Path, sample: str, genome: str, over: int, groups: Sequence[Reads]) -> Path:
    """The indexed BAM of a person with these groups of molecules over a 1-based position."""
    path = folder / f"{sample}.bam"
    header = {
        "HD": {"VN": "1.6", "SO": "coordinate"},
        "SQ": [{"SN": CONTIG, "LN": len(genome)}],
        "RG": [{"ID": sample, "SM": sample}],
    }
    records = []
    for number, group in enumerate(groups):
        for copy in range(group.count):
            start = over - 1 - group.before[copy % len(group.before)]
            starts = [start] if group.mate_after is None else [start, start + group.mate_after]
            for mate, first in enumerate(starts):
                bases, cigar, place = _aligned(genome, first, group.changes, group.clipped)
                read = pysam.AlignedSegment()
                read.query_name = f"{sample}.{number}.{copy}"
                reverse = group.strands[copy % len(group.strands)] == "-"
                paired = 0x1 | (0x40 if mate == 0 else 0x80) if len(starts) == 2 else 0
                read.flag = group.flag | (0x10 if reverse != (mate == 1) else 0) | paired
                read.reference_id, read.reference_start = 0, place
                read.mapping_quality = group.mapping_quality
                read.query_sequence = bases
                read.query_qualities = pysam.qualitystring_to_array(chr(group.quality + 33) * len(bases))
                read.cigartuples = cigar
                read.set_tag("RG", sample)
                records.append(read)
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for read in sorted(records, key=lambda read: (read.reference_start, read.query_name)):
            handle.write(read)
    pysam.index(str(path))
    return path


def write_reference(folder: Path, genome: str) -> Path:
    """The FASTA of the contig, indexed."""
    fasta = write_fasta(folder / "genome.fa", {CONTIG: genome})
    pysam.faidx(str(fasta))
    return fasta
