"""Which stretches of a child's chromosomes come from one parent only?

Likelihood of the child's genotype given the parents', for a copy from each and for hetero- and isodisomy of
either, along windows of each autosome; then the likeliest row of origins. A segment must besides hold proofs
that genotype errors do not explain, because parents who share a haplotype look like a disomy without proof.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filiation.kernels.encoding import MISSING
from filiation.kernels.homozygosity import most_likely_states_jit, runs_of_state_jit
from filiation.kernels.uniparental import (
    CONTRADICTION,
    FROM_BOTH,
    MATERNAL_HETERODISOMY,
    MATERNAL_ISODISOMY,
    N_ORIGINS,
    NEUTRAL,
    PATERNAL_HETERODISOMY,
    PATERNAL_ISODISOMY,
    PROOF,
    SUPPORT,
    evidence_by_window_jit,
    origin_switching,
    parental_origin_evidence_jit,
    window_log_likelihood,
)
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Family, Member
from filiation.quality.segment import LARGEST_PHRED, PHRED_PER_NAT, DepthByWindow, Segment, by_contig
from filiation.quality.tally import Markers, trio_columns, trio_genotypes
from filiation.quality.thresholds import UniparentalThresholds
from filiation.quality.verdict import CheckRow, Verdict

EXPECTED = "both parents give one copy of every autosome"
# Chromosomes with imprinted genes whose uniparental disomy is a known disorder (del Gaudio et al. 2020, ACMG,
# doi 10.1038/s41436-020-0782-9).
IMPRINTED = ("6", "7", "11", "14", "15", "20")
# Origins from one parent, taken together when a segment is delimited: kind of segment → its two forms.
_KINDS = {
    "upd_maternal": (MATERNAL_HETERODISOMY, MATERNAL_ISODISOMY),
    "upd_paternal": (PATERNAL_HETERODISOMY, PATERNAL_ISODISOMY),
}


@dataclass(frozen=True)
class UniparentalResult:
    """Segments of one child, and how many sites could have excluded or shown them."""

    segments: list[Segment]
    exclusions: int
    proofs: int


@dataclass(frozen=True)
class _Chromosome:
    """The trio's sites on one chromosome. v = sites, w = windows."""

    contig: int
    name: str
    pos: npt.NDArray[np.int64]
    child: npt.NDArray[np.int8]
    complete: npt.NDArray[np.bool_]
    evidence: npt.NDArray[np.int8]
    window: npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Search:
    """What is the same for all chromosomes of one child."""

    sample: str
    depth: DepthByWindow
    limits: UniparentalThresholds
    parents_related: bool
    usual_heterozygosity: float


def error_tail(found: int, sites: int, error_rate: float) -> float:
    """Probability of at least `found` errors among `sites`, each with the error rate (Poisson)."""
    mean = sites * error_rate
    if found <= 0 or mean <= 0:
        return 1.0 if found <= 0 else 0.0
    if found <= mean:
        return 1.0
    term = math.exp(found * math.log(mean) - mean - math.lgamma(found + 1))
    total = 0.0
    count = found
    while term > total * 1e-12:
        total += term
        count += 1
        term *= mean / count
    return min(1.0, total)


def uniparental_segments(
    family: Family,
    child: Member,
    contigs: Sequence[str],
    markers: Markers,
    depth: DepthByWindow,
    limits: UniparentalThresholds,
    parents_related: bool,
) -> UniparentalResult:
    """Stretches that a child has from one parent only; their ends are the outermost sites that say so.

    When the parents are related only proofs count, not supporting sites.
    """
    genotype = trio_genotypes(markers.genotype, trio_columns(family, child))
    evidence = parental_origin_evidence_jit(genotype)
    usual = genotype[:, 0][genotype[:, 0] != MISSING]
    search = _Search(
        sample=child.sample,
        depth=depth,
        limits=limits,
        parents_related=parents_related,
        usual_heterozygosity=float((usual == 1).mean()) if len(usual) else 0.0,
    )
    segments: list[Segment] = []
    for contig, part in by_contig(markers.contig_index):
        _, window = np.unique((markers.pos[part] - 1) // depth.window_bp, return_inverse=True)
        chromosome = _Chromosome(
            contig=contig,
            name=contigs[contig],
            pos=markers.pos[part],
            child=genotype[part, 0],
            complete=(genotype[part] != MISSING).all(axis=1),
            evidence=evidence[part],
            window=window.astype(np.int64),
        )
        segments += _on_chromosome(chromosome, search)
    contradicts = evidence == CONTRADICTION
    # A site that excludes both forms of a disomy shows a copy from the other parent.
    excluding = (contradicts[:, :2].all(axis=1) | contradicts[:, 2:].all(axis=1)).sum()
    proving = (evidence == PROOF).any(axis=1).sum()
    return UniparentalResult(segments, int(excluding), int(proving))


def _on_chromosome(chromosome: _Chromosome, search: _Search) -> list[Segment]:
    """Segments of one chromosome that pass the limits."""
    limits = search.limits
    n_windows = int(chromosome.window[-1]) + 1
    counts = evidence_by_window_jit(chromosome.evidence, chromosome.window, n_windows)
    scores = window_log_likelihood(counts, limits.error_rate, not search.parents_related)
    start = np.full(N_ORIGINS, np.log(limits.switch_probability))
    start[FROM_BOTH] = np.log1p(-limits.switch_probability * (N_ORIGINS - 1))
    change = origin_switching(limits.switch_probability, limits.recombination_probability)
    states = most_likely_states_jit(scores, change, start)
    found = []
    for kind, forms in _KINDS.items():
        here = np.isin(states, forms).astype(np.int8)
        for first, last in runs_of_state_jit(here, np.zeros(n_windows, np.int64), 1, 0):
            log_odds = float(scores[np.arange(first, last + 1), states[first : last + 1]].sum())
            inside = (chromosome.window >= first) & (chromosome.window <= last)
            # What each site says of the origin that was found for its window.
            said = chromosome.evidence[inside, states[chromosome.window[inside]] - 1]
            segment = _delimit(chromosome, search, kind, np.flatnonzero(inside), said, log_odds)
            if segment is not None:
                found.append(segment)
    return found


def _delimit(
    chromosome: _Chromosome,
    search: _Search,
    kind: str,
    sites: npt.NDArray[np.int64],
    said: npt.NDArray[np.int8],
    log_odds: float,
) -> Segment | None:
    """The segment from the first to the last site in favour; None when it does not pass the limits."""
    limits = search.limits
    favourable = np.flatnonzero((said == PROOF) | (said == SUPPORT))
    if len(favourable) == 0:
        return None
    left, right = favourable[0], favourable[-1]
    sites, said = sites[left : right + 1], said[left : right + 1]
    proofs = int((said == PROOF).sum())
    informative = int((said != NEUTRAL).sum())
    start, end = int(chromosome.pos[sites[0]]), int(chromosome.pos[sites[-1]])
    if (
        proofs < limits.proofs_min
        or int((said == CONTRADICTION).sum()) > limits.contradiction_share_max * informative
        or end - start + 1 < limits.length_bp_min
        or error_tail(proofs, int(chromosome.complete[sites].sum()), limits.error_rate) > limits.chance_max
    ):
        return None
    child = chromosome.child[sites]
    heterozygosity = float((child[child != MISSING] == 1).mean())
    return Segment(
        sample=search.sample,
        kind=kind,
        chrom=chromosome.name,
        start=start,
        end=end,
        markers=informative,
        quality=max(0.0, min(LARGEST_PHRED, PHRED_PER_NAT * log_odds)),
        depth_ratio=search.depth.ratio(chromosome.contig, start, end, limits.depth_sites_min),
        heterozygosity=heterozygosity / search.usual_heterozygosity if search.usual_heterozygosity else math.nan,
    )


def split_deletions(segments: Sequence[Segment], limits: UniparentalThresholds) -> tuple[list[Segment], list[Segment]]:
    """Segments with two copies (or of unknown depth), and those in which a copy is lost."""
    lost = [segment for segment in segments if segment.depth_ratio < limits.deletion_depth_max]
    return [segment for segment in segments if segment not in lost], lost


def uniparental_row(
    child: Member, result: UniparentalResult, limits: UniparentalThresholds
) -> tuple[CheckRow, list[Segment]]:
    """The verdict on one child and the segments that are disomies; deletions are named in the row only."""
    disomies, lost = split_deletions(result.segments, limits)
    observed = f"{len(disomies)} segments; {result.proofs} sites prove one parent, {result.exclusions} exclude it"
    words = [_disomy_words(segment, limits) for segment in disomies]
    for segment in lost:
        parent = "father" if segment.kind == "upd_maternal" else "mother"
        words.append(
            f"{segment.place}: the copy of the {parent} is lost (depth {segment.depth_ratio:.2f} of the "
            "autosomes): a deletion, not a disomy"
        )
    if words:
        verdict, meaning = Verdict.WARN, "; ".join(words)
    elif result.exclusions < limits.exclusions_min:
        verdict, meaning = Verdict.UNKNOWN, "too few informative sites to exclude uniparental disomy"
    else:
        verdict, meaning = Verdict.OK, "no uniparental disomy found where there are informative sites"
    return CheckRow("uniparental_disomy", child.sample, observed, EXPECTED, verdict, meaning), disomies


def _disomy_words(segment: Segment, limits: UniparentalThresholds) -> str:
    parent = "mother" if segment.kind == "upd_maternal" else "father"
    if segment.heterozygosity <= limits.isodisomy_heterozygosity_max:
        form = (
            "isodisomy" if segment.depth_ratio == segment.depth_ratio else "isodisomy, or a deletion (depth not known)"
        )
    else:
        form = "heterodisomy at least in part"
    chromosome = bare_name(segment.chrom)
    imprinted = f"; chromosome {chromosome} has imprinted genes" if chromosome in IMPRINTED else ""
    return f"{segment.place}: both copies from the {parent} ({form}){imprinted}"
