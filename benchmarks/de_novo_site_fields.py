"""What would a caller write of strand, mapping quality and read position at simulated sites, true and false?

The numbers were set to resemble what benchmarks/de_novo_grounding.py measures on the stored GATK trios: inherited
substitutions of balanced reads for alleles that are there; for artefacts, substitutions that all members show in 4 to
28 % of the reads (systematic) and that the child alone shows (sporadic). 30 % of the false substitutions show nothing
unusual, of the false insertions and deletions 70 %. Shapes are own choices, and not those of the scoring model, which
asks in steps. That a low depth blurs the strands is not simulated.

The caller's filter is as in the AJ trio. Of substitutions it is made of these fields and of more: what is there fails
it where a field is far out (inherited ones of balanced reads whose worst field is ordinary, raised or strong in the
steps of that benchmark: 11 of 1,592, 13 of 47, 18 of 20), artefacts with a fault nearly always, the others now and then
(11 of 60). Of insertions and deletions it does not follow the fields: 22 of 45 systematic ones, 4 of 14 of the child
alone and 0 of 142 inherited ones fail it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SOR, FS, MQ, MQ_RANK, POSITION_RANK, PASSED = range(6)
NONE, MAPPING, STRAND, BOTH = range(4)
# Share of artefacts that show nothing unusual, or a fault of mapping, of strand, of both.
CLASSES = {
    (False, True): (0.30, 0.50, 0.08, 0.12),
    (False, False): (0.30, 0.15, 0.35, 0.20),
    (True, True): (0.70, 0.20, 0.07, 0.03),
    (True, False): (0.70, 0.20, 0.07, 0.03),
}
# Mean and standard deviation of the logarithm of SOR; share of sites without fault that look as if they had one.
STRAND_ORDINARY, STRAND_FAULT, STRAND_OUTLIERS = (-0.33, 0.40), (1.1, 0.45), 0.015
# Share of sites whose reads all have one place; the others lie below 60 by an exponential.
ONE_PLACE, BELOW_ORDINARY, BELOW_FAULT, LEAST_FAULT = 0.95, 5.0, 8.0, 2.0
RANK_ORDINARY, RANK_FAULT, RANK_OUTLIERS, RANK_SHARE = (0.2, 0.9), (-4.5, 2.5), 0.02, 0.6
POSITION_ORDINARY, POSITION_FAULT, POSITION_SHARE = (0.9, 1.0), (-2.5, 1.2), 0.15
# Share of substitutions that fails the caller's filters for other reasons than the fields: alleles that are there,
# artefacts without a fault, artefacts with one. For the fields: where half of MOST fail, and how soft that limit is.
FAILS_TRUE, FAILS_UNMARKED, FAILS_MARKED, MOST = 0.007, 0.10, 0.97, 0.92
LIMITS = ((SOR, 2.2, 0.2), (MQ, 54.0, -1.0), (MQ_RANK, -3.8, -0.4), (POSITION_RANK, -3.0, -0.4))
# The same of insertions and deletions, whatever their fields.
INDEL_FAILS_TRUE, INDEL_FAILS_SYSTEMATIC, INDEL_FAILS_SPORADIC = 0.02, 0.49, 0.29


def _normal(value: np.ndarray, mean_and_deviation: tuple[float, float]) -> np.ndarray:
    """Density of the normal distribution."""
    mean, deviation = mean_and_deviation
    return np.asarray(np.exp(-0.5 * ((value - mean) / deviation) ** 2) / deviation)


def _fails(
    fields: np.ndarray, fault: np.ndarray, artefact: np.ndarray, systematic: np.ndarray, indel: np.ndarray
) -> Any:
    """Probability of every site that it fails the caller's filters."""
    excess = np.max([(fields[:, column] - limit) / softness for column, limit, softness in LIMITS], axis=0)
    for_fields = MOST / (1.0 + np.exp(-np.clip(excess, -50, 50)))
    otherwise = np.where(fault != NONE, FAILS_MARKED, np.where(artefact, FAILS_UNMARKED, FAILS_TRUE))
    of_indel = np.where(systematic, INDEL_FAILS_SYSTEMATIC, np.where(artefact, INDEL_FAILS_SPORADIC, INDEL_FAILS_TRUE))
    return np.where(indel, of_indel, 1.0 - (1.0 - for_fields) * (1.0 - otherwise))


def draw_site_fields(
    random: np.random.Generator, artefact: np.ndarray, systematic: np.ndarray, indel: np.ndarray, marked: bool
) -> np.ndarray:
    """Fields of every site in the columns of kernels.site_evidence; `marked`: whether artefacts show faults at all."""
    n = len(artefact)
    fault = np.zeros(n, dtype=np.int64)
    if marked:
        for (of_indel, of_all), shares in CLASSES.items():
            here = np.flatnonzero(artefact & (indel == of_indel) & (systematic == of_all))
            fault[here] = random.choice(4, len(here), p=shares)
    in_mapping, in_strand = np.isin(fault, (MAPPING, BOTH)), np.isin(fault, (STRAND, BOTH))
    fields = np.full((n, 6), np.nan)
    unusual = in_strand | (random.random(n) < STRAND_OUTLIERS)
    fields[:, SOR] = np.exp(np.where(unusual, random.normal(*STRAND_FAULT, n), random.normal(*STRAND_ORDINARY, n)))
    below = np.where(random.random(n) < ONE_PLACE, 0.0, random.exponential(BELOW_ORDINARY, n))
    below = np.where(in_mapping, LEAST_FAULT + random.exponential(BELOW_FAULT, n), below)
    fields[:, MQ] = np.maximum(60.0 - below, 0.0)
    low_rank = random.random(n) < np.where(in_mapping, RANK_SHARE, RANK_OUTLIERS)
    fields[:, MQ_RANK] = np.where(low_rank, random.normal(*RANK_FAULT, n), random.normal(*RANK_ORDINARY, n))
    at_the_end = (fault != NONE) & (random.random(n) < POSITION_SHARE)
    fields[:, POSITION_RANK] = np.where(
        at_the_end, random.normal(*POSITION_FAULT, n), random.normal(*POSITION_ORDINARY, n)
    )
    fields[:, PASSED] = random.random(n) >= _fails(fields, fault, artefact, artefact & systematic, indel)
    return fields


def _density(fields: np.ndarray, fault: int, artefact: bool, systematic: bool, indel: np.ndarray) -> np.ndarray:
    """Density of the fields given the fault; constants that all classes share are left out."""
    strand = np.log(fields[:, SOR])
    share = 1.0 if fault in (STRAND, BOTH) else STRAND_OUTLIERS
    density = share * _normal(strand, STRAND_FAULT) + (1 - share) * _normal(strand, STRAND_ORDINARY)
    below = 60.0 - fields[:, MQ]
    if fault in (MAPPING, BOTH):
        over = below - LEAST_FAULT
        density *= np.where(over > 0, np.exp(-np.maximum(over, 0) / BELOW_FAULT) / BELOW_FAULT, 0.0)
    else:
        density *= np.where(below > 0, (1 - ONE_PLACE) * np.exp(-below / BELOW_ORDINARY) / BELOW_ORDINARY, ONE_PLACE)
    share = RANK_SHARE if fault in (MAPPING, BOTH) else RANK_OUTLIERS
    rank = fields[:, MQ_RANK]
    density *= share * _normal(rank, RANK_FAULT) + (1 - share) * _normal(rank, RANK_ORDINARY)
    share = POSITION_SHARE if fault != NONE else 0.0
    position = fields[:, POSITION_RANK]
    density *= share * _normal(position, POSITION_FAULT) + (1 - share) * _normal(position, POSITION_ORDINARY)
    every = np.ones(len(fields), dtype=bool)
    fails = _fails(fields, every * fault, every & artefact, every & systematic, indel)
    return np.asarray(density * np.where(fields[:, PASSED] == 1, 1 - fails, fails))


def log_ratio_of_site(fields: np.ndarray, systematic: bool, indel: np.ndarray, marked: bool) -> np.ndarray:
    """Natural log of how much likelier the fields are under an artefact, with the numbers that drew them."""
    of_artefact = np.zeros(len(fields))
    for of_indel in (False, True):
        shares = CLASSES[of_indel, systematic] if marked else (1.0, 0.0, 0.0, 0.0)
        total = sum(share * _density(fields, fault, True, systematic, indel) for fault, share in enumerate(shares))
        of_artefact = np.where(indel == of_indel, total, of_artefact)
    return np.asarray(np.log(of_artefact + 1e-300) - np.log(_density(fields, NONE, False, False, indel) + 1e-300))
