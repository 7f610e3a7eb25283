"""Slow twin of kernels.pileup: alignments, genotypes and biases written from their definitions, one case at a time."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cache


def probability_of_base(read: int, quality: int, haplotype: int) -> float:
    """Probability of a read base over a haplotype base; code 4 is N."""
    if 4 in (read, haplotype):
        return 0.25
    error = min(0.75, 10 ** (-quality / 10))
    return 1 - error if read == haplotype else error / 3


def best_alignment(
    read: list[int],
    quality: list[int],
    haplotype: list[int],
    gap_open: float,
    gap_extend: float,
    tract: tuple[int, int] | None,
) -> float:
    """Best log likelihood by recursion over the steps of an alignment: match, inserted base, deleted base."""

    def deletable(j: int) -> bool:
        return tract is None or not tract[0] <= j <= tract[1]

    def insertable(j: int) -> bool:
        return tract is None or not tract[0] <= j <= tract[1] + 1

    @cache
    def rest(i: int, j: int, step: str) -> float:
        """Best for the read from base i on, at haplotype base j, after a step."""
        if i == len(read):
            return 0.0
        choices = [-math.inf]
        if j < len(haplotype):
            emitted = math.log(probability_of_base(read[i], quality[i], haplotype[j]))
            choices.append(emitted + rest(i + 1, j + 1, "match"))
            # A deletion follows a match or a deletion.
            if step in ("match", "deletion") and deletable(j):
                choices.append((gap_extend if step == "deletion" else gap_open) + rest(i, j + 1, "deletion"))
        # An insertion follows the start, a match or an insertion.
        if step in ("start", "match", "insertion") and insertable(j):
            choices.append((gap_extend if step == "insertion" else gap_open) + rest(i + 1, j, "insertion"))
        return max(choices)

    return max(rest(0, start, "start") for start in range(len(haplotype) + 1))


def genotype_log10_likelihoods(
    reads: list[tuple[float, float]], mapping_quality: list[int], ploidy: int
) -> list[float | None]:
    """Each read is drawn from one copy at random; wrongly mapped, it is as likely under either allele."""
    totals: list[float | None] = []
    for alternates in range(3):
        if ploidy == 1 and alternates == 1:
            totals.append(None)
            continue
        copies = [1] * alternates + [0] * (2 - alternates)
        total = 0.0
        for (ref, alt), quality in zip(reads, mapping_quality, strict=True):
            best = max(ref, alt)
            chance = (math.exp(ref - best), math.exp(alt - best))
            wrong = min(1.0, 10 ** (-quality / 10))
            right = sum(chance[copy] for copy in copies) / 2
            total += math.log10((1 - wrong) * right + wrong * sum(chance) / 2 + 1e-300)
        totals.append(total)
    best_total = max(total for total in totals if total is not None)
    return [None if total is None else total - best_total for total in totals]


def strand_bias(ref_forward: int, ref_reverse: int, alt_forward: int, alt_reverse: int) -> float | None:
    """Fisher's exact test, two-sided, in exact fractions."""
    ref, alt, forward = ref_forward + ref_reverse, alt_forward + alt_reverse, ref_forward + alt_forward
    if ref == 0 or alt == 0:
        return None
    ways = math.comb(ref + alt, forward)

    def chance(a: int) -> Fraction:
        return Fraction(math.comb(ref, a) * math.comb(alt, forward - a), ways)

    seen = chance(ref_forward)
    possible = range(max(0, forward - alt), min(ref, forward) + 1)
    return float(sum(chance(a) for a in possible if chance(a) <= seen))


def position_bias(ref_distance: list[int], alt_distance: list[int]) -> float | None:
    """Rank-sum test by pairs, with the tie-corrected variance."""
    if not ref_distance or not alt_distance:
        return None
    pairs = itertools.product(alt_distance, ref_distance)
    u = sum(1.0 if alt > ref else 0.5 if alt == ref else 0.0 for alt, ref in pairs)
    every = ref_distance + alt_distance
    n = len(every)
    ties = sum(every.count(value) ** 3 - every.count(value) for value in set(every))
    variance = len(ref_distance) * len(alt_distance) / 12 * (n + 1 - ties / (n * (n - 1)))
    if variance <= 0:
        return 1.0
    z = (u + 0.5 - len(ref_distance) * len(alt_distance) / 2) / math.sqrt(variance)
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
