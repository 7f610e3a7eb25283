"""What do strand, mapping quality and read position say: is the allele there, or are its reads in the wrong place?"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from filiation.kernels._jit import inline, jit

# Columns of the fields that are asked, in this order; NaN missing.
STRAND_ODDS, STRAND_FISHER, MAPPING_QUALITY, MAPPING_RANK, POSITION_RANK, PASSED_FILTER = range(6)
N_FIELDS = 6

# How far a field is from what an allele that is there shows.
ORDINARY, RAISED, STRONG = 0, 1, 2


class SiteCuts(NamedTuple):
    """From which value on a field is raised, and strong; meaning and source in resources/scoring/model-*.yaml."""

    strand_odds_raised: float
    strand_odds_strong: float
    strand_fisher_raised: float
    strand_fisher_strong: float
    mapping_quality_raised: float
    mapping_quality_strong: float
    mapping_rank_raised: float
    mapping_rank_strong: float
    position_rank_raised: float


class SiteShares(NamedTuple):
    """Shares of alleles of one kind (that are there, or artefacts) whose field is raised, or strong; and that fail the
    caller's filters: of all, where no field is known, and of those whose worst field is ordinary, raised or strong."""

    strand_raised: float
    strand_strong: float
    mapping_raised: float
    mapping_strong: float
    position_raised: float
    filtered: float
    filtered_ordinary: float
    filtered_raised: float
    filtered_strong: float


def level_above(value: float, raised: float, strong: float) -> int:
    """Level of a field that rises in artefacts."""
    return STRONG if value >= strong else RAISED if value >= raised else ORDINARY


level_above_jit = inline(level_above)


def log_ratio(level: int, raised_of: float, strong_of: float, raised_true: float, strong_true: float) -> float:
    """Natural log of how much likelier a level is in artefacts than in alleles that are there."""
    if level == STRONG:
        return math.log(strong_of / strong_true)
    if level == RAISED:
        return math.log(raised_of / raised_true)
    return math.log((1.0 - raised_of - strong_of) / (1.0 - raised_true - strong_true))


log_ratio_jit = inline(log_ratio)


def filter_log_ratio(passed: bool, worst: int, of: SiteShares, true: SiteShares) -> float:
    """Natural log of how much likelier the caller's filter is under an artefact, given the site's worst field (its
    level; -1 where no field is known)."""
    if worst == STRONG:
        artefact, there = of.filtered_strong, true.filtered_strong
    elif worst == RAISED:
        artefact, there = of.filtered_raised, true.filtered_raised
    elif worst == ORDINARY:
        artefact, there = of.filtered_ordinary, true.filtered_ordinary
    else:
        artefact, there = of.filtered, true.filtered
    return math.log((1.0 - artefact) / (1.0 - there)) if passed else math.log(artefact / there)


filter_log_ratio_jit = inline(filter_log_ratio)


def site_log_ratio(
    fields: np.ndarray,
    substitution: np.ndarray,
    cuts: SiteCuts,
    true: SiteShares,
    artefact: SiteShares,
    true_indel: SiteShares,
    artefact_indel: SiteShares,
) -> np.ndarray:
    """Natural log of how much likelier the site's fields are under an artefact than under an allele that is there.

    Four questions, each with a ratio of its own, multiplied: strand (by the odds ratio of strands, else by the
    p-value of Fisher's test), mapping (the worse of the reads' mapping quality and of its rank sum between alternate
    and reference reads, for both tell of the same fault), position in the reads, and the caller's filter. The filter
    is made of these fields and of others, so it is asked given the worst of them: of sites whose fields are ordinary
    it finds some artefacts, and where a field is raised it tells what the caller made of the rest. A missing field
    says nothing.

    v = variants.

    Parameters
    ----------
    fields : float64 (v, N_FIELDS), NaN missing: SOR; FS, phred; MQ; MQRankSum and ReadPosRankSum, z (negative:
        alternate reads lower, or nearer the ends); 1 passed the caller's filters, 0 did not.
    substitution : bool (v,); insertions and deletions have shares of their own.

    Returns
    -------
    float64 (v,), 0 where nothing is told.

    References
    ----------
    Fields of GATK (gatk.broadinstitute.org, annotation modules); that they part true from false calls: DePristo et al.
    2011 (doi 10.1038/ng.806).
    """
    n_variants = fields.shape[0]
    ratio = np.zeros(n_variants)
    for v in range(n_variants):
        row = fields[v]
        of, there = (artefact, true) if substitution[v] else (artefact_indel, true_indel)
        strand, mapping, position = -1, -1, -1
        if not np.isnan(row[STRAND_ODDS]):
            strand = level_above_jit(row[STRAND_ODDS], cuts.strand_odds_raised, cuts.strand_odds_strong)
        elif not np.isnan(row[STRAND_FISHER]):
            strand = level_above_jit(row[STRAND_FISHER], cuts.strand_fisher_raised, cuts.strand_fisher_strong)
        if strand >= 0:
            ratio[v] += log_ratio_jit(
                strand, of.strand_raised, of.strand_strong, there.strand_raised, there.strand_strong
            )
        if not np.isnan(row[MAPPING_QUALITY]):
            mapping = level_above_jit(-row[MAPPING_QUALITY], -cuts.mapping_quality_raised, -cuts.mapping_quality_strong)
        if not np.isnan(row[MAPPING_RANK]):
            mapping = max(
                mapping, level_above_jit(-row[MAPPING_RANK], -cuts.mapping_rank_raised, -cuts.mapping_rank_strong)
            )
        if mapping >= 0:
            ratio[v] += log_ratio_jit(
                mapping, of.mapping_raised, of.mapping_strong, there.mapping_raised, there.mapping_strong
            )
        if not np.isnan(row[POSITION_RANK]):
            position = RAISED if row[POSITION_RANK] <= cuts.position_rank_raised else ORDINARY
            ratio[v] += log_ratio_jit(position, of.position_raised, 0.0, there.position_raised, 0.0)
        if not np.isnan(row[PASSED_FILTER]):
            ratio[v] += filter_log_ratio_jit(row[PASSED_FILTER] != 0.0, max(strand, mapping, position), of, there)
    return ratio


site_log_ratio_jit = jit(site_log_ratio)
