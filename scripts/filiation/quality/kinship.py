"""Is each pair of members related as the sheet says, and if not, which exchange of samples would explain it?

Two numbers, both free of population frequencies and unchanged by sites at which the pair does not vary, so
that they hold on the family's own joint calls. The share of opposite homozygotes among the sites at which one
of the two is homozygous for the alternate: nearly nothing between parent and child, about a fifth between
unrelated people (four times less between siblings). And the relatedness of KING-robust (Manichaikul et al.
2010): 1 for one person, 0.5 for first degree, 0 for unrelated, with a standard error from a jackknife over
windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt

from filiation.kernels.kinship import (
    HETEROZYGOTES_A,
    HETEROZYGOTES_B,
    HOMOZYGOUS_ALTERNATE,
    OPPOSITE_HOMOZYGOTES,
    SHARED_HETEROZYGOTES,
    SITES,
)
from filiation.model.pedigree import Family, Member, Role
from filiation.quality.tally import Windows
from filiation.quality.thresholds import KinshipThresholds
from filiation.quality.verdict import CheckRow, Verdict, lower_bound


class Relation(StrEnum):
    """What two members' genotypes show."""

    IDENTICAL = "identical"
    PARENT_CHILD = "parent and child"
    SIBLINGS = "siblings"
    DISTANT = "related, less than siblings"
    UNRELATED = "unrelated"
    NOT_PARENT_CHILD = "not parent and child, degree open"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class PairEvidence:
    """Counts and relatedness of one pair.

    `homozygous_sites` and `opposite` are without the autosome `left_out`, '' when there are too few autosomes.
    """

    first: Member
    second: Member
    sites: int
    homozygous_sites: int
    opposite: int
    opposite_windows: int
    windows: int
    autosomes: int
    relatedness: float
    standard_error: float

    left_out: str = ""

    @property
    def opposite_rate(self) -> float:
        """Opposite homozygotes among sites with a homozygote for the alternate; NaN without any."""
        return self.opposite / self.homozygous_sites if self.homozygous_sites else float("nan")


def jackknife_relatedness(counts: npt.NDArray[np.int64]) -> tuple[float, float]:
    """KING-robust relatedness (twice the kinship) and its standard error, leaving out one window at a time.

    `counts` is (w, 6) for one pair. NaN without heterozygotes; the error is NaN with fewer than two windows.
    """
    shared = counts[:, SHARED_HETEROZYGOTES] - 2 * counts[:, OPPOSITE_HOMOZYGOTES]
    heterozygotes = counts[:, HETEROZYGOTES_A] + counts[:, HETEROZYGOTES_B]
    used = counts[:, SITES] > 0
    shared, heterozygotes = shared[used], heterozygotes[used]
    total = heterozygotes.sum()
    if total == 0:
        return float("nan"), float("nan")
    relatedness = float(2 * shared.sum() / total)
    rest = total - heterozygotes
    n = len(rest)
    if n < 2 or (rest == 0).any():
        return relatedness, float("nan")
    without = 2 * (shared.sum() - shared) / rest
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    return relatedness, error


def worst_autosome(counts: npt.NDArray[np.int64], contig_index: npt.NDArray[np.int64]) -> int | None:
    """The autosome with the most opposite homozygotes, which is left aside when there are three or more.

    A child with both copies of one chromosome from one parent is that chromosome's stranger to the other parent;
    a wrong parent is a stranger on every chromosome.
    """
    used = counts[:, HOMOZYGOUS_ALTERNATE] > 0
    autosomes = np.unique(contig_index[used])
    if len(autosomes) < 3:
        return None
    opposite = [int(counts[contig_index == contig, OPPOSITE_HOMOZYGOTES].sum()) for contig in autosomes]
    return int(autosomes[int(np.argmax(opposite))]) if max(opposite) else None


def evidence_of(
    first: Member,
    second: Member,
    counts: npt.NDArray[np.int64],
    contig_index: npt.NDArray[np.int64],
    contigs: Sequence[str],
) -> PairEvidence:
    """Evidence on one pair from its counts by window (w, 6) and the contig of each window."""
    used = counts[:, SITES] > 0
    relatedness, error = jackknife_relatedness(counts)
    worst = worst_autosome(counts, contig_index)
    kept = counts if worst is None else counts[contig_index != worst]
    return PairEvidence(
        first=first,
        second=second,
        sites=int(counts[:, SITES].sum()),
        homozygous_sites=int(kept[:, HOMOZYGOUS_ALTERNATE].sum()),
        opposite=int(kept[:, OPPOSITE_HOMOZYGOTES].sum()),
        opposite_windows=int((counts[:, OPPOSITE_HOMOZYGOTES] > 0).sum()),
        windows=int(used.sum()),
        autosomes=len(np.unique(contig_index[used])),
        relatedness=relatedness,
        standard_error=error,
        left_out="" if worst is None else contigs[worst],
    )


def pair_evidence(family: Family, windows: Windows, contigs: Sequence[str]) -> list[PairEvidence]:
    """Evidence on every pair of members, in the order of the family."""
    return [
        evidence_of(first, second, windows.pairs[:, number, :], windows.contig_index, contigs)
        for number, (first, second) in enumerate(combinations(family.members, 2))
    ]


def observed_relation(pair: PairEvidence, limits: KinshipThresholds) -> Relation:
    """The relation that the genotypes show, or UNKNOWN when there are too few sites or windows to say."""
    margin = limits.standard_errors * pair.standard_error
    low, high = pair.relatedness - margin, pair.relatedness + margin
    spread = pair.windows >= limits.windows_min and not np.isnan(pair.standard_error)
    if spread and low > limits.identical_relatedness_min:
        return Relation.IDENTICAL
    if pair.homozygous_sites < limits.homozygous_sites_min:
        return Relation.UNKNOWN
    if pair.opposite_rate <= limits.opposite_rate_max:
        lower_degree = spread and high < limits.first_degree_relatedness_min
        return Relation.UNKNOWN if lower_degree else Relation.PARENT_CHILD
    refuted = (
        spread
        and pair.opposite >= limits.opposite_sites_min
        and pair.opposite_windows >= limits.opposite_windows_min
        and lower_bound(pair.opposite, pair.homozygous_sites, limits.standard_errors) > limits.opposite_rate_max
    )
    if not refuted:
        return Relation.UNKNOWN
    if low > limits.unrelated_relatedness_max:
        return Relation.SIBLINGS if pair.relatedness >= limits.first_degree_relatedness_min else Relation.DISTANT
    if high < limits.first_degree_relatedness_min:
        return Relation.UNRELATED
    return Relation.NOT_PARENT_CHILD


def expected_relation(first: Role, second: Role) -> Relation:
    """The relation that two roles imply; siblings are taken as children of both parents."""
    parents = {Role.FATHER, Role.MOTHER}
    roles = {first, second}
    if roles <= parents:
        return Relation.UNRELATED
    if roles & parents:
        return Relation.PARENT_CHILD
    return Relation.SIBLINGS


def judge(expected: Relation, observed: Relation, autosomes: int, limits: KinshipThresholds) -> Verdict:
    """Verdict on a pair. Related parents are a warning, not a fault: consanguinity is a finding."""
    if observed is Relation.UNKNOWN:
        return Verdict.UNKNOWN
    if expected is Relation.PARENT_CHILD:
        return Verdict.OK if observed is expected else Verdict.FAIL
    if expected is Relation.UNRELATED:
        if observed is Relation.UNRELATED:
            return Verdict.OK
        if observed is Relation.NOT_PARENT_CHILD:
            return Verdict.UNKNOWN
        return Verdict.WARN if observed is Relation.DISTANT else Verdict.FAIL
    if observed is Relation.SIBLINGS:
        return Verdict.OK
    if autosomes < limits.sibling_autosomes_min or observed is Relation.NOT_PARENT_CHILD:
        return Verdict.UNKNOWN
    return Verdict.WARN if observed is Relation.DISTANT else Verdict.FAIL


def parents_judged(pair: PairEvidence, relation: Relation, limits: KinshipThresholds) -> Relation:
    """The relation of two parents: few opposite homozygotes alone must not make them parent and child.

    In one small region two unrelated people can share a haplotype by chance; the relatedness must say so too.
    """
    if relation is not Relation.PARENT_CHILD:
        return relation
    low = pair.relatedness - limits.standard_errors * pair.standard_error
    sure = pair.windows >= limits.windows_min and low > limits.unrelated_relatedness_max
    return relation if sure else Relation.UNKNOWN


def observed_relations(evidence: Sequence[PairEvidence], limits: KinshipThresholds) -> dict[frozenset[str], Relation]:
    """{two samples: relation} for every pair."""
    relations = {}
    for pair in evidence:
        relation = observed_relation(pair, limits)
        if expected_relation(pair.first.role, pair.second.role) is Relation.UNRELATED:
            relation = parents_judged(pair, relation, limits)
        relations[frozenset((pair.first.sample, pair.second.sample))] = relation
    return relations


def kinship_rows(
    evidence: Sequence[PairEvidence],
    relations: Mapping[frozenset[str], Relation],
    limits: KinshipThresholds,
) -> list[CheckRow]:
    """One row for each pair."""
    rows = []
    for pair in evidence:
        expected = expected_relation(pair.first.role, pair.second.role)
        observed = relations[frozenset((pair.first.sample, pair.second.sample))]
        verdict = judge(expected, observed, pair.autosomes, limits)
        relatedness = "." if np.isnan(pair.relatedness) else f"{pair.relatedness:.2f}"
        error = "" if np.isnan(pair.standard_error) else f" ± {pair.standard_error:.2f}"
        rate = "." if np.isnan(pair.opposite_rate) else f"{pair.opposite_rate:.4f}"
        aside = f" without {pair.left_out}, which has most" if pair.left_out else ""
        rows.append(
            CheckRow(
                "kinship",
                f"{pair.first.sample}+{pair.second.sample}",
                f"{observed}: opposite homozygotes {pair.opposite} of {pair.homozygous_sites} ({rate}){aside}; "
                f"relatedness {relatedness}{error}; {pair.windows} windows on {pair.autosomes} autosomes",
                _expected_text(expected, limits),
                verdict,
                _meaning(pair, expected, observed, verdict),
            )
        )
    return rows


def _expected_text(expected: Relation, limits: KinshipThresholds) -> str:
    if expected is Relation.PARENT_CHILD:
        return f"{expected}: opposite homozygotes at most {limits.opposite_rate_max:g}"
    if expected is Relation.UNRELATED:
        return f"{expected}: relatedness at most {limits.unrelated_relatedness_max:g}"
    return f"{expected}: relatedness at least {limits.first_degree_relatedness_min:g}"


def _meaning(pair: PairEvidence, expected: Relation, observed: Relation, verdict: Verdict) -> str:
    first, second = f"{pair.first.role} {pair.first.sample}", f"{pair.second.role} {pair.second.sample}"
    if verdict is Verdict.UNKNOWN:
        return f"too few sites, or too close together, to say whether {first} and {second} are {expected}"
    if verdict is Verdict.OK:
        if expected is Relation.PARENT_CHILD and pair.windows < 10:
            return f"{first} and {second} can be {expected}; the region is small, so this is weak evidence"
        return f"{first} and {second} are {expected}, as the sheet says"
    if observed is Relation.IDENTICAL:
        twins = " or identical twins" if expected is Relation.SIBLINGS else ""
        return f"{first} and {second} are the same person twice{twins}"
    if expected is Relation.PARENT_CHILD:
        parent, child = (first, second) if pair.first.role in (Role.FATHER, Role.MOTHER) else (second, first)
        return f"{parent} is not a parent of {child}: they look {observed}"
    if expected is Relation.UNRELATED and verdict is Verdict.WARN:
        return f"{first} and {second} are related: expect long runs of homozygosity in their children"
    return f"{first} and {second} look {observed}, the sheet says {expected}"
