"""What does the simulated reference genome look like?

Assumptions, all of them poorer than nature:

- base composition changes every 2-10 kb (GC 36-56 %, drawn per window); three in four CpG are lost, as by
  deamination; otherwise bases are independent;
- short tandem repeats: one per 8 kb, units of 2-4 bp, 8-20 copies; homopolymers: one per 5 kb, 8-18 bp;
- a dispersed repeat family: one 300 bp consensus with a poly-A tail, one copy per 7 kb, either strand, each
  copy 5-20 % diverged (substitutions only);
- one segmental duplication: a stretch of contig 1 copied into contig 2, 1.5 % diverged;
- all of these keep 350 bp away from exons: the planted cases test the rules of inheritance, not the aligner;
- the pseudoautosomal region is the start of X. The copy on Y is N in the reference, as aligners expect it
  (hard-masked analysis set); people do have it. X and Y share nothing else;
- MT is linear: no read spans its origin, and it has no copies in the nucleus.

No telomeres, centromeres, gaps or alternate contigs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from filiation.demo.alleles import Sequence, reverse_complement
from filiation.demo.settings import Settings

BASES = np.frombuffer(b"ACGT", np.uint8)
N = ord("N")
EXON_CLEARANCE = 350
KILOBASES_PER = {"homopolymer": 5, "tandem": 8, "dispersed": 7}


@dataclass
class Genome:
    """Reference sequences, true sequence of Y, and the difficult places (0-based, half-open)."""

    sequences: dict[str, Sequence]
    y_unmasked: Sequence
    pseudoautosomal_length: int
    difficult: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    tandem: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)

    def text(self, contig: str, start: int, end: int) -> str:
        """Reference bases of an interval."""
        return self.sequences[contig][start:end].tobytes().decode()

    def near_difficult(self, contig: str, position: int, margin: int) -> bool:
        """Whether a repeat or duplication lies within `margin` bp."""
        return any(start - margin < position < end + margin for start, end in self.difficult.get(contig, []))


def random_sequence(length: int, rng: np.random.Generator) -> Sequence:
    """Bases with a GC content that changes along the contig, and few CpG."""
    sequence = np.empty(length, np.uint8)
    start = 0
    while start < length:
        end = min(length, start + int(rng.integers(2_000, 10_000)))
        gc = rng.uniform(0.36, 0.56)
        weights = [(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]
        sequence[start:end] = rng.choice(BASES, end - start, p=weights)
        start = end
    cpg = np.flatnonzero((sequence[:-1] == ord("C")) & (sequence[1:] == ord("G")))
    lost = cpg[rng.random(len(cpg)) < 0.75]
    to_tpg = rng.random(len(lost)) < 0.5
    sequence[lost[to_tpg]] = ord("T")
    sequence[lost[~to_tpg] + 1] = ord("A")
    return sequence


def diverge(sequence: Sequence, share: float, rng: np.random.Generator) -> Sequence:
    """A copy in which about `share` of the bases are another base."""
    copy = sequence.copy()
    changed = np.flatnonzero(rng.random(len(copy)) < share)
    codes = np.searchsorted(BASES, copy[changed])
    copy[changed] = BASES[(codes + rng.integers(1, 4, len(changed))) % 4]
    return copy


class _Free:
    """Which bases of a contig may still receive a repeat."""

    def __init__(self, length: int, exons: list[tuple[int, int]], boundaries: list[int]) -> None:
        self.taken: NDArray[np.bool_] = np.zeros(length, bool)
        self.taken[:500] = self.taken[-500:] = True
        for start, end in exons:
            self.taken[max(0, start - EXON_CLEARANCE) : end + EXON_CLEARANCE] = True
        for boundary in boundaries:
            self.taken[max(0, boundary - 500) : boundary + 500] = True

    def take(self, length: int, rng: np.random.Generator) -> int | None:
        """Start of a free stretch, now taken with 30 bp around it; None when 50 tries found none."""
        for _ in range(50):
            start = int(rng.integers(0, max(1, len(self.taken) - length)))
            if not self.taken[start : start + length].any():
                self.taken[max(0, start - 30) : start + length + 30] = True
                return start
        return None


def _tandem(rng: np.random.Generator) -> tuple[bytes, int]:
    """Sequence and unit length of one short tandem repeat."""
    unit_length = int(rng.integers(2, 5))
    while True:
        unit = rng.choice(BASES, unit_length).tobytes()
        if len(set(unit)) > 1 and unit[:2] != unit[2:4]:
            return unit * int(rng.integers(8, 21)), unit_length


def _dispersed(consensus: Sequence, rng: np.random.Generator) -> bytes:
    """One copy of the repeat family, with its poly-A tail, on either strand."""
    copy = diverge(consensus, rng.uniform(0.05, 0.20), rng).tobytes() + b"A" * int(rng.integers(8, 20))
    return copy if rng.random() < 0.5 else reverse_complement(copy)


def _plant_repeats(genome: Genome, contig: str, free: _Free, consensus: Sequence, rng: np.random.Generator) -> None:
    """Write one contig's homopolymers, tandem repeats and dispersed copies."""
    sequence = genome.sequences[contig]
    for kind, kilobases in KILOBASES_PER.items():
        for _ in range(len(sequence) // (1_000 * kilobases)):
            unit = 1
            if kind == "homopolymer":
                repeat = bytes([rng.choice(BASES)]) * int(rng.integers(8, 19))
            elif kind == "tandem":
                repeat, unit = _tandem(rng)
            else:
                repeat, unit = _dispersed(consensus, rng), 0
            start = free.take(len(repeat), rng)
            if start is None:
                continue
            end = start + len(repeat)
            sequence[start:end] = np.frombuffer(repeat, np.uint8)
            genome.difficult[contig].append((start, end))
            if unit:
                genome.tandem[contig].append((start, end, unit))


def _plant_duplication(genome: Genome, free: dict[str, _Free], length: int, rng: np.random.Generator) -> None:
    """Copy a free stretch of contig 1 onto one of contig 2, slightly diverged."""
    source, target = free["1"].take(length, rng), free["2"].take(length, rng)
    if source is None or target is None:
        raise ValueError("no room for the segmental duplication; make the contigs longer")
    copied = genome.sequences["1"][source : source + length]
    genome.sequences["2"][target : target + length] = diverge(copied, 0.015, rng)
    genome.difficult["1"].append((source, source + length))
    genome.difficult["2"].append((target, target + length))


def make_genome(settings: Settings, exons: dict[str, list[tuple[int, int]]]) -> Genome:
    """The reference genome, with repeats clear of `exons` ({contig: 0-based half-open intervals}).

    The gene models are written into it afterwards (`genes.write_genes`).
    """
    rng = settings.generator("genome")
    par = settings.pseudoautosomal_length
    lengths = settings.contig_lengths
    sequences = {contig: random_sequence(length, rng) for contig, length in lengths.items()}
    genome = Genome(
        sequences,
        sequences["Y"],
        par,
        {contig: [] for contig in lengths},
        {contig: [] for contig in lengths},
    )
    consensus = random_sequence(300, rng)
    nuclear = [contig for contig in lengths if contig != "MT"]
    free = {
        contig: _Free(lengths[contig], exons.get(contig, []), [par] if contig in "XY" else []) for contig in nuclear
    }
    # Y's pseudoautosomal part is X's, so repeats of its own must stay out of it.
    free["Y"].taken[:par] = True
    _plant_duplication(genome, free, settings.segmental_duplication, rng)
    for contig in nuclear:
        _plant_repeats(genome, contig, free[contig], consensus, rng)
        genome.difficult[contig].sort()
    return genome


def mask_pseudoautosomal(genome: Genome) -> None:
    """Give Y the pseudoautosomal sequence of X, and mask it in the reference; done once genes are written."""
    par = genome.pseudoautosomal_length
    unmasked = genome.sequences["Y"].copy()
    unmasked[:par] = genome.sequences["X"][:par]
    masked = unmasked.copy()
    masked[:par] = N
    genome.y_unmasked = unmasked
    genome.sequences["Y"] = masked
