"""How is each member of the simulated family sequenced?

ART (Huang et al., Bioinformatics 2012) draws 2x150 read pairs with the error and quality profile of a HiSeq
2500 from each chromosome copy (mean fragment 400 bp, standard deviation 60): half the depth from each copy,
so that one copy of a man's X and Y comes out at half the depth of his autosomes. MT is deeper. Two lanes
per member, one library.

Assumptions: no GC bias, no contamination, no adapter; coverage is uniform in expectation. A PCR duplicate
is a pair repeated with the same bases, errors included; half of them appear in the other lane. A parent's
mosaic is made as nature does it, some cells' reads having the new base: of the pairs that show the
reference base at the site, a fixed share is edited. A stretch that a member has no reads of is N in both
copies: ART skips it.

Names hold lane, tile and coordinates like a sequencer's, and say SIMULATED; neither names nor order tell
the origin.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from filiation.demo.alleles import Allele, Sequence, haplotype, reverse_complement
from filiation.demo.genome import Genome, N
from filiation.demo.planted import Planted, unread_intervals
from filiation.demo.population import Family
from filiation.demo.settings import AUTOSOMES, MEMBERS, Settings
from filiation.io.files import atomic_path, private_directory
from filiation.io.tools import require_tool, run_tool

LANES = (1, 2)
READ_LENGTH = 150
# Bases on either side of a mosaic site that a read must show to be edited.
MOSAIC_FLANK = 10
# Fewer reads than this cannot be told from sequencing errors, by anyone.
MOSAIC_PAIRS = 3
PAIRS_PER_TILE = 5_000

# First read, its qualities, second read, its qualities.
Pair = tuple[bytes, bytes, bytes, bytes]


@dataclass(frozen=True)
class Source:
    """One FASTA that ART reads for one member: one chromosome set, or MT, with its depth over both lanes."""

    member: str
    name: str
    fasta: Path
    depth: float


def chromosome_copies(
    family: Family, genome: Genome, member: str
) -> dict[str, list[tuple[str, Sequence, list[Allele]]]]:
    """{source: [(contig, sequence, alleles)]}: `copy_1`, `copy_2` and `mt` of a member, before masking.

    A man's second copy has Y in the place of X; its pseudoautosomal start holds the alleles of copy 1 of "X".
    """
    male = len(family.haplotypes[member]["Y"]) == 1
    copies: dict[str, list[tuple[str, Sequence, list[Allele]]]] = {}
    for copy in (0, 1):
        chromosomes = [(c, genome.sequences[c], family.alleles(member, c, copy)) for c in AUTOSOMES]
        on_x = family.alleles(member, "X", copy)
        if male and copy == 1:
            moved = [Allele("Y", a.position, a.ref, a.alt) for a in on_x]
            chromosomes.append(("Y", genome.y_unmasked, moved + family.alleles(member, "Y", 0)))
        else:
            chromosomes.append(("X", genome.sequences["X"], on_x))
        copies[f"copy_{copy + 1}"] = chromosomes
    copies["mt"] = [("MT", genome.sequences["MT"], family.alleles(member, "MT", 0))]
    return copies


def sequenced_copy(
    contig: str, sequence: Sequence, alleles: list[Allele], unread: Iterable[tuple[str, int, int]]
) -> bytes:
    """One chromosome copy as ART is to read it: alleles in, stretches without reads out (N)."""
    masked, kept = sequence, alleles
    for where, start, end in unread:
        if where == contig:
            masked = masked.copy()
            masked[start:end] = N
            kept = [allele for allele in kept if allele.end <= start or allele.position >= end]
    return haplotype(masked, kept)


def write_sources(
    folder: Path, family: Family, genome: Genome, planted: list[Planted], settings: Settings
) -> list[Source]:
    """The FASTA files of every member's chromosome copies."""
    sources: list[Source] = []
    for member in MEMBERS:
        unread = unread_intervals(planted, member)
        for name, chromosomes in chromosome_copies(family, genome, member).items():
            fasta = folder / f"{member}.{name}.fa"
            with open(fasta, "wb") as handle:
                for contig, sequence, alleles in chromosomes:
                    handle.write(b">" + contig.encode() + b"\n")
                    handle.write(sequenced_copy(contig, sequence, alleles, unread) + b"\n")
            depth = settings.mitochondrial_depth if name == "mt" else settings.depth / 2
            sources.append(Source(member, name, fasta, depth))
    return sources


def _art_prefix(source: Source, lane: int) -> Path:
    return source.fasta.with_name(f"{source.member}.{source.name}.lane{lane}.")


def run_art(source: Source, lane: int, settings: Settings) -> None:
    """Draw one lane's read pairs from one source."""
    seed = settings.tool_seed(f"art {source.member} {source.name} {lane}")
    profile = ["-ss", "HS25", "-p", "-na", "-q", "-l", str(READ_LENGTH), "-m", "400", "-s", "60"]
    drawn = ["-f", f"{source.depth / len(LANES):g}", "-rs", str(seed)]
    run_tool(
        ["art_illumina", *profile, *drawn, "-i", str(source.fasta), "-o", str(_art_prefix(source, lane))],
        purpose="simulate reads",
        where=f"{source.member}, {source.name}, lane {lane}",
    )


def read_pairs(source: Source, lane: int) -> list[Pair]:
    """The pairs that ART drew, without their names."""
    prefix = _art_prefix(source, lane)
    first = Path(f"{prefix}1.fq").read_bytes().split(b"\n")
    second = Path(f"{prefix}2.fq").read_bytes().split(b"\n")
    return list(zip(first[1::4], first[3::4], second[1::4], second[3::4], strict=True))


def _edit(read: bytes, before: bytes, after: bytes) -> bytes:
    """The read with the mosaic base, on whichever strand it shows the reference context."""
    edited = read.replace(before, after)
    return edited if edited != read else read.replace(reverse_complement(before), reverse_complement(after))


def add_mosaic(
    lanes: list[list[Pair]], allele: Allele, sequence: Sequence, share: float, rng: np.random.Generator
) -> int:
    """Give a share of the reads over a site the alternate base, in place; returns the number of edited pairs.

    Only reads with `MOSAIC_FLANK` bases on both sides can be edited; the number is raised for the others,
    so that the share holds over all reads at the site. At least `MOSAIC_PAIRS` are edited.
    """
    position = allele.position
    left = sequence[position - MOSAIC_FLANK : position].tobytes()
    right = sequence[position + 1 : position + 1 + MOSAIC_FLANK].tobytes()
    before, after = left + allele.ref.encode() + right, left + allele.alt.encode() + right
    forms = (before, reverse_complement(before))
    showing = [
        (lane, index)
        for lane, pairs in enumerate(lanes)
        for index, pair in enumerate(pairs)
        if any(form in pair[0] or form in pair[2] for form in forms)
    ]
    seen = (READ_LENGTH - 2 * MOSAIC_FLANK) / READ_LENGTH
    wanted = min(len(showing), max(MOSAIC_PAIRS, round(share * len(showing) / seen)))
    for choice in rng.choice(len(showing), wanted, replace=False):
        lane, index = showing[int(choice)]
        first, first_quality, second, second_quality = lanes[lane][index]
        lanes[lane][index] = (
            _edit(first, before, after),
            first_quality,
            _edit(second, before, after),
            second_quality,
        )
    return wanted


def add_duplicates(lanes: list[list[Pair]], share: float, rng: np.random.Generator) -> list[list[Pair]]:
    """Each lane with PCR duplicates of its own pairs and, as many, of the other lane's."""
    result = []
    for lane, pairs in enumerate(lanes):
        other = lanes[1 - lane]
        count = round(share * len(pairs) / 2)
        copied = [pairs[int(i)] for i in rng.integers(0, len(pairs), count)]
        copied += [other[int(i)] for i in rng.integers(0, len(other), count)]
        result.append(pairs + copied)
    return result


def read_names(count: int, lane: int, rng: np.random.Generator) -> list[bytes]:
    """Unique names in the form of a sequencer: instrument, run, flow cell, lane, tile, x, y."""
    xs = rng.integers(1_000, 30_000, count)
    return [
        b"@SIMULATED:1:DEMO:%d:%d:%d:%d" % (lane, 1101 + i // PAIRS_PER_TILE, xs[i], 1_000 + 5 * (i % PAIRS_PER_TILE))
        for i in range(count)
    ]


def fastq_texts(pairs: list[Pair], lane: int, rng: np.random.Generator) -> tuple[bytes, bytes]:
    """Both FASTQ texts of one lane, pairs in random order under new names."""
    order = rng.permutation(len(pairs))
    names = read_names(len(pairs), lane, rng)
    first, second = [], []
    for name, index in zip(names, order, strict=True):
        one, one_quality, two, two_quality = pairs[index]
        first.append(b"%b 1:N:0:1\n%b\n+\n%b\n" % (name, one, one_quality))
        second.append(b"%b 2:N:0:1\n%b\n+\n%b\n" % (name, two, two_quality))
    return b"".join(first), b"".join(second)


def write_gzip(target: Path, text: bytes) -> None:
    """A gzip file without name or time in its header: the same text gives the same bytes."""
    compressor = zlib.compressobj(4, zlib.DEFLATED, 31)
    with atomic_path(target) as temporary:
        temporary.write_bytes(compressor.compress(text) + compressor.flush())


def fastq_name(member: str, lane: int, mate: int) -> str:
    """File name of one lane's reads."""
    return f"{member}_L{lane:03d}_R{mate}.fastq.gz"


def _member_lanes(
    member: str, sources: list[Source], genome: Genome, planted: list[Planted], settings: Settings
) -> list[list[Pair]]:
    """One member's pairs by lane, mosaic and duplicates included."""
    rng = settings.generator(f"library {member}")
    lanes = [
        [pair for source in sources if source.member == member for pair in read_pairs(source, lane)] for lane in LANES
    ]
    for item in planted:
        if item.case.mosaic_in == member:
            sequence = genome.sequences[item.allele.contig]
            add_mosaic(lanes, item.allele, sequence, settings.mosaic_fraction, rng)
    return add_duplicates(lanes, settings.duplicate_fraction, rng)


def sequence_family(
    folder: Path, family: Family, genome: Genome, planted: list[Planted], settings: Settings, threads: int
) -> list[Path]:
    """Write every lane of every member to `folder`; returns the files by member, lane and mate."""
    require_tool("art_illumina", "simulate reads (Debian package art-nextgen-simulation-tools)")
    written: list[Path] = []
    with private_directory("demo") as temporary, ThreadPoolExecutor(max(1, threads)) as pool:
        sources = write_sources(temporary, family, genome, planted, settings)
        for drawn in [pool.submit(run_art, source, lane, settings) for source in sources for lane in LANES]:
            drawn.result()
        # Compression runs beside the assembly of the next lane: zlib lets other threads work.
        compressing: list[Future[None]] = []
        for member in MEMBERS:
            rng = settings.generator(f"order {member}")
            for lane, pairs in zip(LANES, _member_lanes(member, sources, genome, planted, settings), strict=True):
                for mate, text in enumerate(fastq_texts(pairs, lane, rng), 1):
                    target = folder / fastq_name(member, lane, mate)
                    written.append(target)
                    compressing.append(pool.submit(write_gzip, target, text))
        for done in compressing:
            done.result()
    return written
