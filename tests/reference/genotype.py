"""Genotype likelihoods of one member, written out by hand in probabilities instead of logarithms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Fields:
    """What a caller wrote of one member; None is missing. PL and GL have three values, or two when haploid."""

    phred: tuple[float, ...] | None = None
    log10: tuple[float, ...] | None = None
    ref_depth: int | None = None
    alt_depth: int | None = None
    genotype: int | None = None
    quality: float | None = None


def _three(values: tuple[float, ...]) -> list[float]:
    """Log likelihoods of 0, 1, 2 alternate alleles; between two haploid values, the heterozygote is as unlikely
    as the worse of them."""
    if len(values) == 3:
        return list(values)
    reference, alternate = values
    return [reference, min(reference, alternate), alternate]


def rung_of(fields: Fields) -> str:
    """The best field that is there."""
    if fields.phred is not None:
        return "PL"
    if fields.log10 is not None:
        return "GL"
    if fields.ref_depth is not None and fields.alt_depth is not None and fields.ref_depth + fields.alt_depth > 0:
        return "AD"
    if fields.genotype is not None and fields.quality is not None:
        return "GQ"
    return "none"


def log_likelihoods(fields: Fields, error_rate: float) -> list[float]:
    """Natural log likelihoods of 0, 1 and 2 alternate alleles, the best of them 0."""
    rung = rung_of(fields)
    if rung == "PL":
        raw = [value * math.log(10) / -10 for value in _three_phred(fields)]
    elif rung == "GL":
        assert fields.log10 is not None
        raw = [value * math.log(10) for value in _three(fields.log10)]
    elif rung == "AD":
        assert fields.ref_depth is not None
        assert fields.alt_depth is not None
        raw = []
        for copies in (0, 1, 2):
            shows_alternate = {0: error_rate, 1: 0.5, 2: 1 - error_rate}[copies]
            total = 0.0
            for read in ["reference"] * fields.ref_depth + ["alternate"] * fields.alt_depth:
                total += math.log(shows_alternate if read == "alternate" else 1 - shows_alternate)
            raw.append(total)
    elif rung == "GQ":
        assert fields.genotype is not None
        assert fields.quality is not None
        raw = [-abs(copies - fields.genotype) * fields.quality * math.log(10) / 10 for copies in (0, 1, 2)]
    else:
        raw = [0.0, 0.0, 0.0]
    return [value - max(raw) for value in raw]


def _three_phred(fields: Fields) -> list[float]:
    """PL of three genotypes: phred runs the other way round, so the haploid rule is applied to its negative."""
    assert fields.phred is not None
    return [-value for value in _three(tuple(-value for value in fields.phred))]


def artefact_by_quality(
    row: list[float],
    reference: int | None,
    alternate: int | None,
    spread: float,
    spread_of_read: float,
    outliers: float,
    ordinary_share: float,
    low_ratio: float,
    low_spread: float,
) -> float:
    """Log of how much likelier the ratio of qualities is under an artefact; 0 when it cannot be told.

    row: natural log likelihoods of a child with 0, 1, 2 copies.
    """
    if reference is None or alternate is None or min(reference, alternate) < 3:
        return 0.0
    # Against the heterozygote each read has the probability one half, whatever it shows.
    of_heterozygote = math.log(0.5) * (reference + alternate)
    of_reference_reads = (of_heterozygote - (row[2] - row[1] + of_heterozygote * 2)) / reference
    of_alternate_reads = (of_heterozygote - (row[0] - row[1] + of_heterozygote * 2)) / alternate
    if not 20 <= of_reference_reads * 10 / math.log(10) <= 80:
        return 0.0
    ratio = min(max(of_alternate_reads / of_reference_reads, 0.0), 1.0)
    there = NormalDist(1.0, math.hypot(spread, spread_of_read / math.sqrt(alternate)))
    worse = NormalDist(low_ratio, math.hypot(low_spread, spread_of_read / math.sqrt(alternate)))
    ordinary = there.pdf(ratio) * (1 - outliers) + outliers
    return math.log((ordinary_share * ordinary + (1 - ordinary_share) * worse.pdf(ratio)) / ordinary)
