"""Where do the simulated genes lie, and which proteins do they code for?

One transcript per gene: 5-8 exons on either strand, an untranslated end on the first and last exon, introns
that begin GTAAGT and end in a pyrimidine-rich stretch and AG, an open reading frame from ATG to a stop
codon whose other codons are drawn at random among the 61 sense codons (no run of five equal bases). Symbols
are approved HGNC symbols and their panel is real, so that the panel logic is exercised; coordinates,
sequences, exon counts and the ENSG9…, ENST9…, ENSP9… ids are invented. KDM5C, DDX3X and OPHN1 lie on X and
SHOX in its pseudoautosomal region, as in people; the autosomal genes are spread over contigs 1-3 for
convenience.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filiation.demo.alleles import Sequence, reverse_complement
from filiation.demo.genome import Genome
from filiation.demo.settings import Settings

# (symbol, contig, on the panel deficience-intellectuelle)
GENES: tuple[tuple[str, str, bool], ...] = (
    ("ARID1B", "1", True),
    ("SYNGAP1", "1", True),
    ("SCN2A", "1", True),
    ("TRAPPC9", "1", True),
    ("MYBPC3", "1", False),
    ("GRIN2B", "1", True),
    ("LDLR", "1", False),
    ("MAN1B1", "2", True),
    ("ANKRD11", "2", True),
    ("FOXP1", "2", True),
    ("STXBP1", "2", True),
    ("KCNQ1", "2", False),
    ("DYRK1A", "2", True),
    ("CTNNB1", "3", True),
    ("TUSC3", "3", True),
    ("PKD1", "3", False),
    ("SATB2", "3", True),
    ("SHOX", "X", False),
    ("KDM5C", "X", True),
    ("DDX3X", "X", True),
    ("OPHN1", "X", True),
)
PSEUDOAUTOSOMAL_GENES = {"SHOX"}

_CODE = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODONS = {
    first + second + third: _CODE[16 * i + 4 * j + k]
    for i, first in enumerate("TCAG")
    for j, second in enumerate("TCAG")
    for k, third in enumerate("TCAG")
}
SENSE_CODONS = sorted(codon for codon, amino_acid in CODONS.items() if amino_acid != "*")
STOP_CODONS = sorted(codon for codon, amino_acid in CODONS.items() if amino_acid == "*")
DONOR = b"GTAAGT"
ACCEPTOR = b"TTCTTTCCTGCAG"
SLOT_MARGIN = 700


@dataclass(frozen=True)
class Gene:
    """A protein-coding gene with one transcript; intervals are 0-based, half-open, ascending."""

    symbol: str
    contig: str
    strand: str
    exons: tuple[tuple[int, int], ...]
    cds: tuple[tuple[int, int], ...]
    number: int
    on_panel: bool

    @property
    def start(self) -> int:
        """First base of the gene."""
        return self.exons[0][0]

    @property
    def end(self) -> int:
        """End of the gene, exclusive."""
        return self.exons[-1][1]

    def stable_id(self, letter: str) -> str:
        """Synthetic Ensembl-like id: G gene, T transcript, P protein."""
        return f"ENS{letter}9{self.number:010d}"

    @property
    def introns(self) -> list[tuple[int, int]]:
        """Introns, ascending."""
        return [(left[1], right[0]) for left, right in zip(self.exons, self.exons[1:], strict=False)]

    @property
    def coding_positions(self) -> NDArray[np.int64]:
        """Position of every coding base, in the order of translation."""
        positions = np.concatenate([np.arange(start, end) for start, end in self.cds])
        return positions if self.strand == "+" else positions[::-1]


def translate(coding: str) -> str:
    """Amino acids of a coding sequence, `*` for stop; an incomplete last codon is not read."""
    return "".join(CODONS[coding[i : i + 3]] for i in range(0, len(coding) - 2, 3))


def coding_sequence(gene: Gene, sequence: Sequence) -> str:
    """Bases from the start to the stop codon, on the gene's strand."""
    forward = b"".join(sequence[start:end].tobytes() for start, end in gene.cds)
    return (forward if gene.strand == "+" else reverse_complement(forward)).decode()


def _shape(settings: Settings, rng: np.random.Generator) -> tuple[list[int], list[int], int, int]:
    """Coding length of each exon, intron lengths, and lengths of the two untranslated ends."""
    count = int(rng.integers(5, 9))
    coding = [int(length) for length in rng.integers(120, 261, count)]
    coding[-1] -= sum(coding) % 3
    introns = [int(n) for n in rng.integers(settings.shortest_intron, settings.longest_intron + 1, count - 1)]
    return coding, introns, int(rng.integers(80, 151)), int(rng.integers(150, 301))


def _lay_out(symbol: str, contig: str, slot: tuple[int, int], number: int, on_panel: bool, settings: Settings) -> Gene:
    """One gene somewhere in its slot of the contig."""
    rng = settings.generator(f"gene {symbol}")
    coding, introns, five_prime, three_prime = _shape(settings, rng)
    span = sum(coding) + sum(introns) + five_prime + three_prime
    room = slot[1] - slot[0] - 2 * SLOT_MARGIN - span
    if room < 0:
        raise ValueError(f"{symbol} ({span} bp) does not fit its slot {slot} of contig {contig}")
    offset = slot[0] + SLOT_MARGIN + int(rng.integers(0, room + 1))
    # In the gene's own direction first: (start, end) from 0, then mirrored for the minus strand.
    exons, cds, cursor = [], [], 0
    for rank, length in enumerate(coding):
        before = five_prime if rank == 0 else 0
        after = three_prime if rank == len(coding) - 1 else 0
        exons.append((cursor, cursor + before + length + after))
        cds.append((cursor + before, cursor + before + length))
        cursor = exons[-1][1] + (introns[rank] if rank < len(introns) else 0)
    strand = "+" if rng.random() < 0.5 else "-"
    if strand == "-":
        exons = [(span - end, span - start) for start, end in reversed(exons)]
        cds = [(span - end, span - start) for start, end in reversed(cds)]
    return Gene(
        symbol,
        contig,
        strand,
        tuple((offset + start, offset + end) for start, end in exons),
        tuple((offset + start, offset + end) for start, end in cds),
        number,
        on_panel,
    )


def place_genes(settings: Settings) -> list[Gene]:
    """All genes: each contig is cut into equal slots, one gene somewhere in each."""
    par = settings.pseudoautosomal_length
    genes: list[Gene] = []
    areas: dict[str, list[tuple[str, bool]]] = {}
    for symbol, contig, on_panel in GENES:
        area = "PAR" if symbol in PSEUDOAUTOSOMAL_GENES else contig
        areas.setdefault(area, []).append((symbol, on_panel))
    for area, members in areas.items():
        contig = "X" if area == "PAR" else area
        start = par if area == "X" else 0
        end = par if area == "PAR" else settings.contig_lengths[contig]
        width = (end - start) // len(members)
        for rank, (symbol, on_panel) in enumerate(members):
            slot = (start + rank * width, start + (rank + 1) * width)
            genes.append(_lay_out(symbol, contig, slot, len(genes) + 1, on_panel, settings))
    return genes


def _open_reading_frame(length: int, rng: np.random.Generator) -> bytes:
    """ATG, random sense codons without a run of five equal bases, a stop codon; `length` in bases."""
    text = "ATG"
    while len(text) < length - 3:
        codon = SENSE_CODONS[int(rng.integers(len(SENSE_CODONS)))]
        tail = text[-4:] + codon
        if not any(base * 5 in tail for base in "ACGT"):
            text += codon
    return (text + STOP_CODONS[int(rng.integers(len(STOP_CODONS)))]).encode()


def _write(sequence: Sequence, start: int, text: bytes) -> None:
    sequence[start : start + len(text)] = np.frombuffer(text, np.uint8)


def write_genes(genome: Genome, genes: list[Gene], settings: Settings) -> None:
    """Write reading frames and splice sites into the genome."""
    for gene in genes:
        rng = settings.generator(f"protein {gene.symbol}")
        sequence = genome.sequences[gene.contig]
        length = sum(end - start for start, end in gene.cds)
        coding = _open_reading_frame(length, rng)
        forward = coding if gene.strand == "+" else reverse_complement(coding)
        for start, end in gene.cds:
            _write(sequence, start, forward[: end - start])
            forward = forward[end - start :]
        for start, end in gene.introns:
            if gene.strand == "+":
                _write(sequence, start, DONOR)
                _write(sequence, end - len(ACCEPTOR), ACCEPTOR)
            else:
                _write(sequence, start, reverse_complement(ACCEPTOR))
                _write(sequence, end - len(DONOR), reverse_complement(DONOR))


def exon_intervals(genes: list[Gene]) -> dict[str, list[tuple[int, int]]]:
    """{contig: exons of all its genes}."""
    intervals: dict[str, list[tuple[int, int]]] = {}
    for gene in genes:
        intervals.setdefault(gene.contig, []).extend(gene.exons)
    return intervals
