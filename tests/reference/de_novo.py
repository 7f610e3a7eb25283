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


def _probability(row: list[float], alleles: tuple[int, ...], mixed: float = 1.0) -> Fraction:
    """Likelihood of a person's alleles; one copy with the allele is whatever the caller made of it, 1/1, or with the
    probability `mixed` 0/1."""
    if not alleles:
        return Fraction(1)
    if len(alleles) == 2:
        return Fraction(math.exp(row[sum(alleles)]))
    return Fraction(max(math.exp(row[2]), mixed * math.exp(row[1])) if alleles[0] else math.exp(row[0]))


def _gametes(alleles: tuple[int, ...], rate: Fraction) -> list[tuple[Fraction, int, bool]]:
    """(probability, allele, newly mutated to the alternate) of what a parent passes on."""
    outcomes = []
    for allele in alleles:
        share = Fraction(1, len(alleles))
        outcomes.append((share * (1 - rate), allele, False))
        outcomes.append((share * rate, 1 - allele, allele == 0))
    return outcomes


def _new_and_all(
    rows: tuple[list[float], list[float], list[float]],
    copies: tuple[int, int, int],
    frequency: float,
    rate: float,
    mixed: float,
    child_mixed: float | None = None,
) -> tuple[Fraction, Fraction]:
    """Weight of the configurations in which the child holds an alternate allele that mutated, and of all; an only copy
    looks mixed this often, the child's as often as its parent's unless another share is given."""
    child_row, father_row, mother_row = rows
    f, mu = Fraction(frequency), Fraction(rate)
    population = {0: 1 - f, 1: f}
    total = new = Fraction(0)
    for father in product((0, 1), repeat=copies[0]):
        for mother in product((0, 1), repeat=copies[1]):
            weight = _probability(father_row, father, mixed) * _probability(mother_row, mother, mixed)
            for allele in father + mother:
                weight *= population[allele]
            for passed in product(*(_gametes(parent, mu) for parent in (father, mother) if parent)):
                mass = weight
                for probability, _, _ in passed:
                    mass *= probability
                child = tuple(allele for _, allele, _ in passed)
                assert len(child) == copies[2]
                mass *= _probability(child_row, child, mixed if child_mixed is None else child_mixed)
                total += mass
                if any(mutated for _, _, mutated in passed):
                    new += mass
    return new, total


def posterior(
    rows: tuple[list[float], list[float], list[float]], contig_class: str, child_sex: str, frequency: float, rate: float
) -> float | None:
    """Share of all configurations in which the child holds an alternate allele that mutated; None: not evaluable.

    rows: natural log likelihoods of child, father, mother.
    """
    copies = COPIES.get((contig_class, child_sex))
    if copies is None:
        return None
    new, total = _new_and_all(rows, copies, frequency, rate, 1.0)
    return float(new / total)


def log10_odds(
    rows: tuple[list[float], list[float], list[float]],
    contig_class: str,
    child_sex: str,
    frequency: float,
    rate: float,
    artefacts: tuple[float, float],
    in_a_part: float,
    post_zygotic_share: float,
    mixed: float,
) -> float | None:
    """Odds of a new allele against inheritance and two artefacts; None: not evaluable.

    artefacts: natural log weights of a systematic one, and of a sporadic one without the parents.
    in_a_part: how much likelier the child's reads are when the allele is in a part of the cells, than in a carrier.
    """
    copies = COPIES.get((contig_class, child_sex))
    if copies is None:
        return None
    only = 1.0 if contig_class == "mitochondrial" else mixed
    new, total = _new_and_all(rows, copies, frequency, rate, only)
    carrier, _ = _new_and_all(rows, copies, frequency, rate, only, child_mixed=1.0)
    parents = sum(row[0] for row, n in zip(rows[1:], copies, strict=False) if n)
    other = total - new + Fraction(math.exp(artefacts[0])) + Fraction(math.exp(artefacts[1] + parents))
    share = Fraction(post_zygotic_share)
    return math.log10((1 - share) * new + share * Fraction(in_a_part) * carrier) - math.log10(other)
