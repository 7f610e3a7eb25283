"""Mutational class, repeat context, and the reads' say on a trio, written from the definitions with plain strings."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

PURINES = "AG"


def trim(ref: str, alt: str) -> tuple[str, str, int]:
    """Alleles without the bases they share at the right, then at the left; and how many went at the left."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    left = 0
    while ref and alt and ref[0] == alt[0]:
        ref, alt, left = ref[1:], alt[1:], left + 1
    return ref, alt, left


def mutation_class(ref: str, alt: str, before: str = "", following: str = "") -> tuple[str, str]:
    """(class, context). `before`: the base before POS; `following`: the reference from POS on; empty = unknown."""
    short_ref, short_alt, left = trim(ref, alt)
    known = bool(before)
    sequence = following if known else ref
    if len(short_ref) == len(short_alt) == 1:
        if (short_ref in PURINES) != (short_alt in PURINES):
            return "transversion", "unique"
        if short_ref in "AT":
            return "transition not CpG", "unique"
        neighbour = (before + sequence)[left + len(before) - 1 : left + len(before)] if short_ref == "G" else ""
        if short_ref == "G" and not known and left == 0:
            neighbour = ""
        if short_ref == "C":
            neighbour = sequence[left + 1 : left + 2]
        if neighbour not in ("A", "C", "G", "T"):
            return "transition", "unique"
        return ("transition CpG" if short_ref + neighbour in ("CG", "GC") else "transition not CpG"), "unique"
    if short_ref and short_alt:
        return "multi nucleotide", "unique"
    if not short_ref and not short_alt:
        return "multi nucleotide", "unique"
    changed = short_ref or short_alt
    name = "indel 1" if len(changed) == 1 else "indel 2 to 4" if len(changed) <= 4 else "indel longer"
    unit = re.fullmatch(r"(.+?)\1*", changed)[1]  # type: ignore[index]
    run = re.match(f"(?:{unit})*", sequence[left:])
    copies = len(run[0]) // len(unit) if run else 0
    copies += len(short_alt) // len(unit)
    enough = {1: 5, 2: 4}.get(len(unit), 3)
    if copies >= enough or (not known and changed != unit):
        return name, "repeat"
    return name, "unique" if known else "unknown"


@dataclass(frozen=True)
class Reads:
    """Reads of one member; None is missing."""

    ref: int | None
    alt: int | None
    depth: int | None
    called: int | None


def _polya(alternate: int, other: int, mean: float, correlation: float) -> float:
    """Log probability of a given order of reads, one read after the other out of a Pólya urn."""
    total = 1 / correlation - 1
    balls = {True: mean * total, False: (1 - mean) * total}
    log = 0.0
    for shows_it in [True] * alternate + [False] * other:
        log += math.log(balls[shows_it] / (balls[True] + balls[False]))
        balls[shows_it] += 1
    return log


def _share(alternate: int, other: int, alpha: float, beta: float) -> float:
    """The same with a share of alternate reads drawn from a beta distribution."""
    return _polya(alternate, other, alpha / (alpha + beta), 1 / (alpha + beta + 1))


def _common_share(counted: list[tuple[int, int, float]], alpha: float, beta: float, correlation: float) -> float:
    """All members out of urns of one composition, the composition being a square of the midpoints of 24 steps."""
    roots = [(step + 0.5) / 24 for step in range(24)]
    prior = [root * (root * root) ** (alpha - 1) * (1 - root * root) ** (beta - 1) for root in roots]
    logs = [
        math.log(weight / sum(prior)) + sum(_polya(alt, other, root * root, correlation) for alt, other, _ in counted)
        for root, weight in zip(roots, prior, strict=True)
    ]
    best = max(logs)
    return best + math.log(sum(math.exp(value - best) for value in logs))


def evidence(
    rows: list[list[float]],
    members: list[Reads],
    balance: float,
    error: float,
    error_rho: float,
    rho: float,
    alpha: float,
    beta: float,
    artefact_rho: float,
    post_zygotic_share: float,
) -> tuple[list[list[float]], float, float, float]:
    """Likelihoods after hearing the reads, the log likelihood ratios of a systematic and a sporadic artefact, and the
    log factor of a new allele in a part of the cells."""
    new_rows, counted, sporadic, post_zygotic = [], [], 0.0, 0.0
    for number, (row, reads) in enumerate(zip(rows, members, strict=True)):
        row = list(row)
        if reads.ref is None or reads.alt is None:
            new_rows.append(row)
            continue
        other = reads.ref
        split = False
        if reads.depth is not None and reads.called is not None:
            third_allele = reads.depth - reads.ref - reads.alt
            split = third_allele >= 3 and third_allele >= reads.depth / 4
        if split:
            assert reads.depth is not None
            other = reads.depth - reads.alt
        if reads.alt + other == 0:
            new_rows.append(row)
            continue
        by_reads = [
            _polya(reads.alt, other, mean, correlation)
            for mean, correlation in ((error, error_rho), (balance, rho), (1 - error, error_rho))
        ]
        best = max(by_reads) if number else max(by_reads[1:])
        if split:
            if number == 0:
                by_reads[0] = reads.alt * math.log(error) + other * math.log(1 - error)
            row = [value - max(by_reads) for value in by_reads]
        elif number:
            against_none = [max(row[g] - row[0], by_reads[g] - by_reads[0]) for g in range(3)]
            row = [value - max(against_none) for value in against_none]
        counted.append((reads.alt, other, best))
        if number == 0:
            sporadic = _share(reads.alt, other, alpha, beta) - best
            shares = [(step + 0.5) / 40 for step in range(20)]
            logs = [reads.alt * math.log(share) + other * math.log(1 - share) - best for share in shares]
            mosaic = sum(math.exp(value) for value in logs) / len(logs)
            post_zygotic = math.log(1 - post_zygotic_share + post_zygotic_share * mosaic)
        new_rows.append(row)
    if len(counted) < 3:
        return new_rows, -math.inf, sporadic, post_zygotic
    pooled = _common_share(counted, alpha, beta, artefact_rho)
    return new_rows, pooled - sum(c[2] for c in counted), sporadic, post_zygotic
