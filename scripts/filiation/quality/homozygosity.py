"""Where are both copies of a member's chromosome the same, and does that suggest related parents?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filiation.kernels.encoding import MISSING
from filiation.kernels.homozygosity import (
    AUTOZYGOUS,
    HETEROZYGOUS,
    HOMOZYGOUS,
    OUTBRED,
    homozygosity_switching,
    log_homozygosity,
    most_likely_states_jit,
    runs_of_state_jit,
)
from filiation.model.pedigree import Member
from filiation.quality.segment import LARGEST_PHRED, PHRED_PER_NAT, DepthByWindow, Segment, by_contig
from filiation.quality.tally import Markers
from filiation.quality.thresholds import HomozygosityThresholds
from filiation.quality.verdict import CheckRow, Verdict


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
    gain = emission[AUTOZYGOUS] - emission[OUTBRED]
    change = homozygosity_switching(limits.switch_probability)
    segments = []
    for contig, part in by_contig(contig_index):
        states = most_likely_states_jit(
            np.ascontiguousarray(emission.T[shown[part]]), change, np.log(np.array([0.99, 0.01]))
        )
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
                    quality=min(LARGEST_PHRED, PHRED_PER_NAT * float(gain[inside].sum())),
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
    expected = f"at most {100 * limits.genome_share_max:g} % in runs of {limits.long_run_bp / 1e6:g} Mb or more"
    observed = (
        f"{len(kept)} runs of {limits.length_bp_min / 1e6:g} Mb or more, "
        f"{sum(run.length for run in kept) / 1e6:.1f} Mb; "
        f"long ones {100 * share:.2f} % of {span / 1e6:.0f} Mb"
    )
    words = []
    if lost:
        words.append("one copy lost (low depth), not homozygosity: " + ", ".join(run.place for run in lost))
    if share > limits.genome_share_max and span >= limits.judged_span_bp_min:
        words.append("the parents may be related; recessive variants in the runs deserve attention")
    if longest is not None and longest.length > limits.single_run_bp_max:
        words.append(f"longest run {longest.place}: isodisomy is possible when it stands alone on its chromosome")
    if words:
        return CheckRow("runs_of_homozygosity", member.sample, observed, expected, Verdict.WARN, "; ".join(words))
    if span < limits.judged_span_bp_min and not kept:
        meaning = f"{n_markers} markers are too few, too far apart, or on too little of the genome to find runs"
        return CheckRow("runs_of_homozygosity", member.sample, observed, expected, Verdict.UNKNOWN, meaning)
    meaning = "no more than usual in a child of unrelated parents"
    return CheckRow("runs_of_homozygosity", member.sample, observed, expected, Verdict.OK, meaning)
