"""Origin of a child's two copies, by listing all ways in which parents can hand them on."""

from __future__ import annotations

from fractions import Fraction
from itertools import product


def distribution(draws: list[int]) -> dict[int, Fraction]:
    """Share of each genotype among equally likely draws."""
    return {genotype: Fraction(draws.count(genotype), len(draws)) for genotype in (0, 1, 2)}


def chromosomes(genotype: int) -> tuple[int, int]:
    """The two alleles of a genotype."""
    return {0: (0, 0), 1: (0, 1), 2: (1, 1)}[genotype]


def evidence(child: int, father: int, mother: int) -> list[int]:
    """Twin of kernels.uniparental.parental_origin_evidence for one site: 0 neutral … 3 contradiction."""
    if -1 in (child, father, mother):
        return [0, 0, 0, 0]
    both = distribution([a + b for a, b in product(chromosomes(father), chromosomes(mother))])[child]
    out = []
    for parent in (mother, father):
        heterodisomy = distribution([sum(chromosomes(parent))])[child]
        isodisomy = distribution([2 * allele for allele in chromosomes(parent)])[child]
        for one in (heterodisomy, isodisomy):
            if one == 0:
                out.append(3 if both > 0 else 0)
            elif both == 0:
                out.append(2)
            else:
                out.append(1 if one > both else 0)
    return out
