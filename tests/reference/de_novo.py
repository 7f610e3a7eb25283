"""The de novo posterior by listing every chromosome, gamete and mutation of a family, in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

# (father, mother, child) copies of a position, by class and sex of the child.
COPIES = {
    ("autosome", "male"): (2, 2, 2),
    ("autosome", "female"): (2, 2, 2),
    ("autosome", "unknown"): (2, 2, 2),
    ("pseudoautosomal", "male"): (2, 2, 2),
    ("pseudoautosomal", "female"): (2, 2, 2),
    ("pseudoautosomal", "unknown"): (2, 2, 2),
    ("X", "male"): (0, 2, 1),
    ("X", "female"): (1, 2, 2),
    ("Y", "male"): (1, 0, 1),
    ("mitochondrial", "male"): (0, 1, 1),
    ("mitochondrial", "female"): (0, 1, 1),
    ("mitochondrial", "unknown"): (0, 1, 1),
}


def _probability(row: list[float], alleles: tuple[int, ...]) -> Fraction:
    """Likelihood of a person's alleles; one copy with the allele is whatever the caller made of it, 0/1 or 1/1."""
    if not alleles:
        return Fraction(1)
    if len(alleles) == 2:
        return Fraction(math.exp(row[sum(alleles)]))
    return Fraction(math.exp(max(row[1], row[2]) if alleles[0] else row[0]))


def _gametes(alleles: tuple[int, ...], rate: Fraction) -> list[tuple[Fraction, int, bool]]:
    """(probability, allele, newly mutated to the alternate) of what a parent passes on."""
    outcomes = []
    for allele in alleles:
        share = Fraction(1, len(alleles))
        outcomes.append((share * (1 - rate), allele, False))
        outcomes.append((share * rate, 1 - allele, allele == 0))
    return outcomes


def posterior(
    rows: tuple[list[float], list[float], list[float]], contig_class: str, child_sex: str, frequency: float, rate: float
) -> float | None:
    """Share of all configurations in which the child holds an alternate allele that mutated; None: not evaluable.

    rows: natural log likelihoods of child, father, mother.
    """
    copies = COPIES.get((contig_class, child_sex))
    if copies is None:
        return None
    child_row, father_row, mother_row = rows
    f, mu = Fraction(frequency), Fraction(rate)
    population = {0: 1 - f, 1: f}
    total = new = Fraction(0)
    for father in product((0, 1), repeat=copies[0]):
        for mother in product((0, 1), repeat=copies[1]):
            weight = _probability(father_row, father) * _probability(mother_row, mother)
            for allele in father + mother:
                weight *= population[allele]
            for passed in product(*(_gametes(parent, mu) for parent in (father, mother) if parent)):
                mass = weight
                for probability, _, _ in passed:
                    mass *= probability
                child = tuple(allele for _, allele, _ in passed)
                assert len(child) == copies[2]
                mass *= _probability(child_row, child)
                total += mass
                if any(mutated for _, _, mutated in passed):
                    new += mass
    return float(new / total)
