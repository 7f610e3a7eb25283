"""How many X does each member have, is there a Y, and does that agree with the declared sex?"""

from __future__ import annotations

from dataclasses import dataclass

from filiation.kernels.encoding import AUTOSOME, X, Y
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Member, Sex
from filiation.quality.tally import MemberCounts
from filiation.quality.thresholds import SexThresholds
from filiation.quality.verdict import CheckRow, Verdict


@dataclass(frozen=True)
class CoverageRow:
    """Depth of one sample over one contig (table coverage/1); NaN where the table has `.`."""

    sample: str
    chrom: str
    length: int
    mean_depth: float
    fraction_10x: float
    fraction_20x: float


@dataclass(frozen=True)
class SexEvidence:
    """What sex chromosomes show. Copies of X: 1, 2 or None; Y: True, False or None (not known)."""

    x_copies_by_genotype: int | None
    x_copies_by_depth: int | None
    has_y: bool | None
    text: str

    @property
    def contradictory(self) -> bool:
        """Genotypes and depth of the X disagree: loss of heterozygosity, mosaicism, contamination."""
        return None not in (self.x_copies_by_genotype, self.x_copies_by_depth) and (
            self.x_copies_by_genotype != self.x_copies_by_depth
        )

    @property
    def x_copies(self) -> int | None:
        """Copies of X on which genotypes and depth agree, or that one of them shows alone."""
        if self.contradictory:
            return None
        return self.x_copies_by_genotype or self.x_copies_by_depth

    @property
    def sex(self) -> Sex:
        """Sex shown by X and Y together; UNKNOWN when they disagree or neither can be judged."""
        if self.contradictory:
            return Sex.UNKNOWN
        if self.x_copies == 2:
            return Sex.UNKNOWN if self.has_y else Sex.FEMALE
        if self.x_copies == 1:
            return Sex.UNKNOWN if self.has_y is False else Sex.MALE
        return Sex.UNKNOWN


def _depth_ratios(
    sample: str, counts: MemberCounts, coverage: list[CoverageRow], limits: SexThresholds
) -> tuple[float | None, float | None, str]:
    """Depth of X and of Y relative to the autosomes, and where it was taken from."""
    rows = [row for row in coverage if row.sample == sample and row.chrom != "total" and row.length > 0]
    autosomes = [row for row in rows if bare_name(row.chrom).isdigit()]
    if autosomes:
        base = sum(row.mean_depth * row.length for row in autosomes) / sum(row.length for row in autosomes)
        by_name = {bare_name(row.chrom): row.mean_depth for row in rows}
        if base > 0:
            ratios = [by_name[name] / base if name in by_name else None for name in ("X", "Y")]
            return ratios[0], ratios[1], "coverage table"
    if counts.depth_sites[AUTOSOME] < limits.autosomal_depth_sites_min or not counts.mean_depth(AUTOSOME) > 0:
        return None, None, "no depth"
    base = counts.mean_depth(AUTOSOME)
    measured = [
        counts.mean_depth(place) / base if counts.depth_sites[place] >= limits.depth_sites_min else None
        for place in (X, Y)
    ]
    return measured[0], measured[1], "variant sites"


def sex_evidence(sample: str, counts: MemberCounts, coverage: list[CoverageRow], limits: SexThresholds) -> SexEvidence:
    """Copies of X by heterozygosity and by depth, and the Y by depth."""
    het, hom = counts.x_heterozygous, counts.x_homozygous_alternate
    by_genotype = None
    words = f"X heterozygous {het}, homozygous or hemizygous {hom}"
    if het + hom >= limits.x_sites_min:
        if het <= limits.one_x_ratio_max * hom:
            by_genotype = 1
        elif het >= limits.two_x_ratio_min * hom:
            by_genotype = 2
    x_ratio, y_ratio, source = _depth_ratios(sample, counts, coverage, limits)
    by_depth = None
    if x_ratio is not None:
        by_depth = 1 if x_ratio <= limits.one_x_depth_max else 2 if x_ratio >= limits.two_x_depth_min else None
        words += f"; X depth {x_ratio:.2f} of autosomes ({source})"
    has_y = None
    if y_ratio is not None:
        has_y = (
            True if y_ratio >= limits.y_present_depth_min else False if y_ratio <= limits.y_absent_depth_max else None
        )
        words += f"; Y depth {y_ratio:.2f}"
    words += f"; Y alternate calls {counts.y_alternate}"
    return SexEvidence(by_genotype, by_depth, has_y, words)


def sex_row(member: Member, evidence: SexEvidence, limits: SexThresholds) -> CheckRow:
    """Compare the sex that the data show with the declared one."""
    observed = f"{evidence.sex}: {evidence.text}"
    expected = (
        f"{member.sex}: X heterozygous/homozygous at most {limits.one_x_ratio_max:g} (male), "
        f"at least {limits.two_x_ratio_min:g} (female)"
    )
    verdict, words = _judge(member, evidence)
    return CheckRow("sex", member.sample, observed, expected, verdict, words)


def _judge(member: Member, evidence: SexEvidence) -> tuple[Verdict, str]:
    copies = {1: "one X", 2: "two X"}
    if evidence.contradictory:
        return Verdict.WARN, (
            "heterozygosity and depth of the X disagree: copy-number change, uniparental isodisomy, "
            "mosaicism or contamination is possible"
        )
    if evidence.x_copies is not None and evidence.sex is Sex.UNKNOWN:
        y = "and a Y" if evidence.has_y else "and no Y"
        return (
            Verdict.WARN,
            f"{copies[evidence.x_copies]} {y}: an aneuploidy of the sex chromosomes is possible",
        )
    if evidence.sex is Sex.UNKNOWN:
        return Verdict.UNKNOWN, "too few sites on the X, or values between the limits, to tell the sex"
    if member.sex is Sex.UNKNOWN:
        return (
            Verdict.WARN,
            f"the data look {evidence.sex}; declare it, since the X is not analysed without a sex",
        )
    if evidence.sex is member.sex:
        return Verdict.OK, f"the data look {evidence.sex}, as declared"
    return (
        Verdict.FAIL,
        f"declared {member.sex}, but the data look {evidence.sex}: exchanged sample or wrong sheet",
    )
