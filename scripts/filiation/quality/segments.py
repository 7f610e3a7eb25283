"""Where does a member's genome come from one ancestor or one parent only: runs of homozygosity and uniparental disomy?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filiation.kernels.encoding import MISSING
from filiation.kernels.homozygosity import (
    AUTOZYGOUS,
    HETEROZYGOUS,
    HOMOZYGOUS,
    log_homozygosity,
    most_likely_states_jit,
    runs_of_state_jit,
    switching,
)
from filiation.kernels.uniparental import (
    BIPARENTAL,
    EXCLUDES_MATERNAL,
    EXCLUDES_PATERNAL,
    FROM_FATHER,
    FROM_MOTHER,
    MATERNAL_PROOF,
    PATERNAL_PROOF,
    log_evidence,
    parental_origin_evidence_jit,
)
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Family, Member
from filiation.quality.tally import Markers, Windows, trio_columns, trio_genotypes
from filiation.quality.thresholds import HomozygosityThresholds, KinshipThresholds, UniparentalThresholds
from filiation.quality.verdict import CheckRow, Verdict

# Chromosomes with imprinted genes whose uniparental disomy is a known disorder (del Gaudio et al. 2020, ACMG,
# doi 10.1038/s41436-020-0782-9).
IMPRINTED = ("6", "7", "11", "14", "15", "20")
_LARGEST_PHRED = 99.0
_PHRED_PER_NAT = 10.0 / np.log(10.0)


@dataclass(frozen=True)
class Segment:
    """One run; `start` and `end` are 1-based positions of its first and last marker."""

    sample: str
    kind: str
    chrom: str
    start: int
    end: int
    markers: int
    quality: float
    depth_ratio: float
    heterozygosity: float

    @property
    def length(self) -> int:
        """Bases from the first to the last marker."""
        return self.end - self.start + 1

    @property
    def place(self) -> str:
        """chrom:start-end."""
        return f"{self.chrom}:{self.start}-{self.end}"


@dataclass(frozen=True)
class DepthByWindow:
    """Depth of one member by window of the autosomes, to tell a lost copy from a doubled one."""

    contig_index: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    depth_sum: npt.NDArray[np.int64]
    sites: npt.NDArray[np.int64]
    window_bp: int

    @classmethod
    def of(cls, windows: Windows, column: int, limits: KinshipThresholds) -> DepthByWindow:
        """Depths of the member in a column."""
        width = int(limits.window_bp)
        start = (windows.key & 0xFFFFFFFF) * width
        return cls(
            windows.contig_index, start, windows.depth_sum[:, column], windows.depth_sites[:, column], width
        )

    def ratio(self, contig: int, start: int, end: int, sites_min: float) -> float:
        """Mean depth in windows that lie inside a segment over that of the autosomes; NaN with too few sites."""
        inside = (self.contig_index == contig) & (self.start + self.window_bp > start) & (self.start < end)
        if self.sites[inside].sum() < sites_min or self.depth_sum.sum() == 0:
            return float("nan")
        return float(
            (self.depth_sum[inside].sum() / self.sites[inside].sum())
            / (self.depth_sum.sum() / self.sites.sum())
        )


def by_contig(contig_index: npt.NDArray[np.int32]) -> Iterator[tuple[int, slice]]:
    """Each contig with the slice of its markers; markers stand in the order of the file."""
    if len(contig_index) == 0:
        return
    edges = np.flatnonzero(np.diff(contig_index)) + 1
    bounds = [0, *edges.tolist(), len(contig_index)]
    for first, last in zip(bounds[:-1], bounds[1:], strict=True):
        yield int(contig_index[first]), slice(first, last)


def homozygosity_runs(
    sample: str,
    contigs: Sequence[str],
    markers: Markers,
    column: int,
    depth: DepthByWindow,
    limits: HomozygosityThresholds,
    depth_sites_min: float,
) -> tuple[list[Segment], int, int]:
    """Runs of homozygosity of one member, the bases over which they were sought, and the markers used.

    A marker is an autosomal SNV at which the family varies and the member has a usable genotype.
    """
    used = markers.genotype[:, column] != MISSING
    contig_index, pos = markers.contig_index[used], markers.pos[used]
    shown = np.where(markers.genotype[used, column] == 1, HETEROZYGOUS, HOMOZYGOUS).astype(np.int8)
    span = sum(int(pos[part][-1] - pos[part][0]) for _, part in by_contig(contig_index))
    if len(shown) == 0 or span / len(shown) > limits.marker_spacing_bp_max:
        return [], 0, len(shown)
    heterozygosity = min(0.9, max(limits.heterozygosity_min, float(shown.mean())))
    emission = log_homozygosity(heterozygosity, limits.error_rate)
    gain = emission[AUTOZYGOUS] - emission[1 - AUTOZYGOUS]
    change = switching(limits.switch_probability, limits.switch_probability, 2)
    segments = []
    for contig, part in by_contig(contig_index):
        states = most_likely_states_jit(shown[part], emission, change, np.log(np.array([0.99, 0.01])))
        for first, last in runs_of_state_jit(states, pos[part], AUTOZYGOUS, int(limits.gap_bp_max)):
            inside = shown[part][first : last + 1]
            start, end = int(pos[part][first]), int(pos[part][last])
            if (
                end - start + 1 < limits.length_bp_min
                or len(inside) < limits.markers_min
                or (end - start) / len(inside) > limits.marker_spacing_bp_max
                or inside.mean() > limits.heterozygous_share_max
            ):
                continue
            segments.append(
                Segment(
                    sample=sample,
                    kind="roh",
                    chrom=contigs[contig],
                    start=start,
                    end=end,
                    markers=len(inside),
                    quality=min(_LARGEST_PHRED, _PHRED_PER_NAT * float(gain[inside].sum())),
                    depth_ratio=depth.ratio(contig, start, end, depth_sites_min),
                    heterozygosity=float(inside.mean()),
                )
            )
    return segments, span, len(shown)


def homozygosity_row(
    member: Member,
    runs: Sequence[Segment],
    span: int,
    n_markers: int,
    limits: HomozygosityThresholds,
    deletion_depth_max: float,
) -> CheckRow:
    """How much of the autosomes lies in runs, and what that suggests."""
    lost = [run for run in runs if run.depth_ratio < deletion_depth_max]
    kept = [run for run in runs if run not in lost]
    long_bp = sum(run.length for run in kept if run.length >= limits.long_run_bp)
    longest = max(kept, key=lambda run: run.length, default=None)
    share = long_bp / span if span else 0.0
    expected = (
        f"at most {100 * limits.genome_share_max:g} % in runs of {limits.long_run_bp / 1e6:g} Mb or more"
    )
    observed = (
        f"{len(kept)} runs of {limits.length_bp_min / 1e6:g} Mb or more, "
        f"{sum(run.length for run in kept) / 1e6:.1f} Mb; long ones {100 * share:.2f} % of {span / 1e6:.0f} Mb"
    )
    words = []
    if lost:
        words.append("one copy lost (low depth), not homozygosity: " + ", ".join(run.place for run in lost))
    if share > limits.genome_share_max and span >= limits.judged_span_bp_min:
        words.append("the parents may be related; recessive variants in the runs deserve attention")
    if longest is not None and longest.length > limits.single_run_bp_max:
        words.append(
            f"longest run {longest.place}: isodisomy is possible when it stands alone on its chromosome"
        )
    if words:
        return CheckRow(
            "runs_of_homozygosity", member.sample, observed, expected, Verdict.WARN, "; ".join(words)
        )
    if span < limits.judged_span_bp_min and not kept:
        meaning = (
            f"{n_markers} markers are too few, too far apart, or on too little of the genome to find runs"
        )
        return CheckRow("runs_of_homozygosity", member.sample, observed, expected, Verdict.UNKNOWN, meaning)
    meaning = "no more than usual in a child of unrelated parents"
    return CheckRow("runs_of_homozygosity", member.sample, observed, expected, Verdict.OK, meaning)


@dataclass(frozen=True)
class UniparentalResult:
    """Segments of one child, and how many sites could have excluded or shown them."""

    segments: list[Segment]
    exclusions: int
    proofs: int


def uniparental_segments(
    family: Family,
    child: Member,
    contigs: Sequence[str],
    markers: Markers,
    depth: DepthByWindow,
    limits: UniparentalThresholds,
) -> UniparentalResult:
    """Stretches of one chromosome that a child has from one parent only.

    Found as the likeliest row of origins over the informative sites, then extended over all markers up to the
    next site that contradicts it: the ends are the outermost markers that fit one parent.
    """
    genotype = trio_genotypes(markers.genotype, trio_columns(family, child))
    evidence = parental_origin_evidence_jit(genotype)
    usual = genotype[:, 0][genotype[:, 0] != MISSING]
    usual_heterozygosity = float((usual == 1).mean()) if len(usual) else float("nan")
    emission = log_evidence(limits.error_rate)
    change = switching(limits.switch_probability, limits.switch_probability, 3)
    start = np.log(
        np.array([1 - 2 * limits.switch_probability, limits.switch_probability, limits.switch_probability])
    )
    segments = []
    for contig, part in by_contig(markers.contig_index):
        local, pos, child_genotype = evidence[part], markers.pos[part], genotype[part, 0]
        informative = np.flatnonzero(local)
        states = most_likely_states_jit(local[informative], emission, change, start)
        for state, proof, excluded in (
            (FROM_MOTHER, MATERNAL_PROOF, (PATERNAL_PROOF, EXCLUDES_MATERNAL, BIPARENTAL)),
            (FROM_FATHER, PATERNAL_PROOF, (MATERNAL_PROOF, EXCLUDES_PATERNAL, BIPARENTAL)),
        ):
            for first, last in runs_of_state_jit(states, pos[informative], state, 0):
                members = informative[first : last + 1]
                proofs = members[local[members] == proof]
                against = int(np.isin(local[members], excluded).sum())
                if len(proofs) < limits.proofs_min or against > limits.contradiction_share_max * len(proofs):
                    continue
                contradictions = np.flatnonzero(np.isin(local, excluded))
                before = contradictions[contradictions < proofs[0]]
                after = contradictions[contradictions > proofs[-1]]
                left = int(before[-1]) + 1 if len(before) else 0
                right = int(after[0]) - 1 if len(after) else len(local) - 1
                first_bp, last_bp = int(pos[left]), int(pos[right])
                if last_bp - first_bp + 1 < limits.length_bp_min:
                    continue
                inside = child_genotype[left : right + 1]
                inside = inside[inside != MISSING]
                log_odds = -np.log(limits.error_rate) * (len(proofs) - against)
                segments.append(
                    Segment(
                        sample=child.sample,
                        kind="upd_maternal" if state == FROM_MOTHER else "upd_paternal",
                        chrom=contigs[contig],
                        start=first_bp,
                        end=last_bp,
                        markers=len(proofs),
                        quality=min(_LARGEST_PHRED, _PHRED_PER_NAT * float(log_odds)),
                        depth_ratio=depth.ratio(contig, first_bp, last_bp, limits.depth_sites_min),
                        heterozygosity=float((inside == 1).mean()) / usual_heterozygosity,
                    )
                )
    excluding = int(np.isin(evidence, (EXCLUDES_MATERNAL, EXCLUDES_PATERNAL, BIPARENTAL)).sum())
    proving = int(np.isin(evidence, (MATERNAL_PROOF, PATERNAL_PROOF)).sum())
    return UniparentalResult(segments, excluding, proving)


def split_deletions(
    segments: Sequence[Segment], limits: UniparentalThresholds
) -> tuple[list[Segment], list[Segment]]:
    """Segments with two copies (or of unknown depth), and those in which a copy is lost."""
    lost = [segment for segment in segments if segment.depth_ratio < limits.deletion_depth_max]
    return [segment for segment in segments if segment not in lost], lost


def uniparental_row(
    child: Member, result: UniparentalResult, limits: UniparentalThresholds
) -> tuple[CheckRow, list[Segment]]:
    """The verdict on one child and the segments that are disomies; deletions are named in the row only."""
    disomies, lost = split_deletions(result.segments, limits)
    expected = "both parents give one copy of every autosome"
    observed = (
        f"{len(disomies)} segments; {result.proofs} sites prove one parent, {result.exclusions} exclude it"
    )
    words = [_disomy_words(segment, limits) for segment in disomies]
    for segment in lost:
        parent = "father" if segment.kind == "upd_maternal" else "mother"
        words.append(
            f"{segment.place}: the copy of the {parent} is lost (depth {segment.depth_ratio:.2f} of the autosomes): "
            "a deletion, not a disomy"
        )
    if words:
        verdict, meaning = Verdict.WARN, "; ".join(words)
    elif result.exclusions < limits.exclusions_min:
        verdict, meaning = Verdict.UNKNOWN, "too few informative sites to exclude uniparental disomy"
    else:
        verdict, meaning = Verdict.OK, "no uniparental disomy found where there are informative sites"
    return CheckRow("uniparental_disomy", child.sample, observed, expected, verdict, meaning), disomies


def _disomy_words(segment: Segment, limits: UniparentalThresholds) -> str:
    parent = "mother" if segment.kind == "upd_maternal" else "father"
    if segment.heterozygosity <= limits.isodisomy_heterozygosity_max:
        form = (
            "isodisomy"
            if segment.depth_ratio == segment.depth_ratio
            else "isodisomy, or a deletion (depth not known)"
        )
    else:
        form = "heterodisomy at least in part"
    chromosome = bare_name(segment.chrom)
    imprinted = f"; chromosome {chromosome} has imprinted genes" if chromosome in IMPRINTED else ""
    return f"{segment.place}: both copies from the {parent} ({form}){imprinted}"
