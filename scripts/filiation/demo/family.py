"""Which alleles does the boy receive from his parents?

- Autosomes: one gamete from each parent. Crossovers without interference (Haldane): their number is
  Poisson, their places uniform, the first strand is drawn evenly.
- X outside the pseudoautosomal region: from the mother only, recombined between her two X.
- Pseudoautosomal region: two copies, one on the X he has from his mother, one on the Y he has from his
  father. The father's X and Y recombine there: one obligate crossover per meiosis touches two of four
  chromatids, so that half of the gametes are recombinant, at a uniform place. The end next to the rest of Y
  is always Y's.
- Y from the father, MT from the mother, both without recombination.
- No gene conversion, no interference, the same rate everywhere; the rate is inflated (`Settings`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filiation.demo.settings import AUTOSOMES, Settings

# {contig: (copies, sites) presence of each site's allele}. Copies of a man's X: the X, then the
# pseudoautosomal part of his Y; of the boy's autosomes: the paternal copy, then the maternal.
Haplotypes = dict[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Meiosis:
    """Which of a parent's two copies a gamete has, along one contig."""

    first: int
    breakpoints: tuple[int, ...]

    def strand_at(self, positions: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Copy (0 or 1) at 0-based positions."""
        return (self.first + np.searchsorted(self.breakpoints, positions, side="right")) % 2


@dataclass(frozen=True)
class Transmission:
    """Both parents' meioses by contig; the father's "X" covers the pseudoautosomal region only."""

    father: dict[str, Meiosis]
    mother: dict[str, Meiosis]


def haldane(length: int, rate: float, rng: np.random.Generator) -> Meiosis:
    """A gamete under Haldane's model: Poisson(rate x length) crossovers, uniform places."""
    count = int(rng.poisson(rate * length))
    return Meiosis(int(rng.integers(2)), tuple(sorted(int(p) for p in rng.integers(1, length, count))))


def pseudoautosomal(length: int, rng: np.random.Generator) -> Meiosis:
    """A father's gamete for a son over the pseudoautosomal region: copy 1 (Y) at the inner end, always."""
    if rng.random() < 0.5:
        return Meiosis(0, (int(rng.integers(1, length)),))
    return Meiosis(1, ())


def draw_transmission(settings: Settings) -> Transmission:
    """Draw the meioses that made the boy."""
    rng = settings.generator("meioses")
    lengths, rate = settings.contig_lengths, settings.crossovers_per_base
    father = {contig: haldane(lengths[contig], rate, rng) for contig in AUTOSOMES}
    father["X"] = pseudoautosomal(settings.pseudoautosomal_length, rng)
    mother = {contig: haldane(lengths[contig], rate, rng) for contig in (*AUTOSOMES, "X")}
    return Transmission(father, mother)


def gamete(copies: NDArray[np.bool_], meiosis: Meiosis, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The alleles (sites) of a gamete from a parent's two copies (2, sites)."""
    return copies[meiosis.strand_at(positions), np.arange(len(positions))]


def make_son(
    father: Haplotypes,
    mother: Haplotypes,
    transmission: Transmission,
    positions: dict[str, NDArray[np.int64]],
    pseudoautosomal_length: int,
) -> Haplotypes:
    """The boy's haplotypes under the rules of the module docstring; new alleles are added by the caller."""
    son: Haplotypes = {}
    for contig in AUTOSOMES:
        son[contig] = np.stack(
            [
                gamete(father[contig], transmission.father[contig], positions[contig]),
                gamete(mother[contig], transmission.mother[contig], positions[contig]),
            ]
        )
    on_y = gamete(father["X"], transmission.father["X"], positions["X"])
    on_y = on_y & (positions["X"] < pseudoautosomal_length)
    son["X"] = np.stack([gamete(mother["X"], transmission.mother["X"], positions["X"]), on_y])
    son["Y"] = father["Y"].copy()
    son["MT"] = mother["MT"].copy()
    return son
