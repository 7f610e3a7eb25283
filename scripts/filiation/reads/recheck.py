"""Do the members' own reads bear a candidate out: new in the child, from a mosaic parent, missed in a parent, false?

The calls are not believed here: every member's reads are counted again, each for the allele it supports. What a
parent without enough reads would show stays unknown. The verdict is made in one order, first match wins:
index case unread, allele not in the index case, carried by a parent, looks like an artefact, few reads in a
parent, a parent unread, absent from both parents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from filiation.kernels.mosaic import CARRIER, ERROR, ESTIMATE, LOWER, MOSAIC, UPPER, mosaic_log10_likelihoods_jit
from filiation.kernels.pileup import (
    ALT,
    OTHER,
    REF,
    UNINFORMATIVE,
    genotype_log10_likelihoods_jit,
    position_bias_jit,
    strand_bias_jit,
)
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Family, Member, Role, Sex
from filiation.reads.pileup import Context, Pileup
from filiation.reads.recheck_thresholds import RecheckThresholds

# What the reads of a member say.
ABSENT, MOSAIC_STATE, CARRIES, HOMOZYGOUS = "absent", "mosaic", "carrier", "homozygous"
UNDECIDED, NOT_COVERED, NOT_SEQUENCED = "undecided", "not_covered", "not_sequenced"
FULL_CARRIER = (CARRIES, HOMOZYGOUS)
UNKNOWN_STATES = (UNDECIDED, NOT_COVERED, NOT_SEQUENCED)

# Verdicts.
CONFIRMED_DE_NOVO = "confirmed_de_novo"
MOSAIC_PARENT = "mosaic_parent_suspected"
INHERITED_MISSED = "inherited_missed"
CONFIRMED = "confirmed"
VERDICT_NOT_COVERED = "not_covered"
ARTEFACT = "artefact_suspected"
VERDICTS = (CONFIRMED_DE_NOVO, MOSAIC_PARENT, INHERITED_MISSED, CONFIRMED, VERDICT_NOT_COVERED, ARTEFACT)

# Codes of the reasons; those that end in `_by` and `_in` go on with a role, as in `carried_by_father`.
REASON_CODES = (
    "not_written_in_bases", "proband_too_few_reads", "proband_few_alternate_reads", "proband_other_allele",
    "proband_no_more_than_error", "one_strand", "ends_of_reads", "poor_quality", "few_reads_in_both_parents",
    "carried_by_father", "carried_by_mother", "called_but_absent_in_father", "called_but_absent_in_mother",
    "mosaic_in_father", "mosaic_in_mother",
    *(f"{state}_{role}" for state in ("undecided", "not_covered", "not_sequenced") for role in ("father", "mother")),
    "carried_by_sibling", "absent_from_every_parent",
)  # fmt: skip

_HIGHEST_QUALITY = 99


@dataclass(frozen=True)
class MemberReads:
    """The reads of one member at one allele, counted and weighed; counts are molecules."""

    member: Member
    state: str
    ref: int = 0
    alt: int = 0
    other: int = 0
    uninformative: int = 0
    rejected_alt: int = 0
    genotype: str = "./."
    quality: int = 0
    mosaic_over_error: float = float("nan")
    mosaic_over_carrier: float = float("nan")
    fraction: tuple[float, float, float] = (float("nan"),) * 3
    ploidy: int = 2

    @property
    def words(self) -> str:
        """`father 0 of 31`: alternate and informative molecules."""
        if self.state == NOT_SEQUENCED:
            return f"{self.member.role} not sequenced"
        return f"{self.member.role} {self.alt} of {self.ref + self.alt + self.other}"


@dataclass(frozen=True)
class Bias:
    """Signs of an artefact among the alternate reads of the index case."""

    strand_p: float
    position_p: float
    clipped: int


@dataclass(frozen=True)
class Question:
    """What the calls say of an allele: its inheritance class, and the parents called with and without it.

    A parent without a genotype, or with one of no depth, is in neither set.
    """

    inheritance: str
    carriers: frozenset[Role] = frozenset()
    non_carriers: frozenset[Role] = frozenset()

    @property
    def asked_new(self) -> bool:
        """Whether the class says that no parent carries the allele in full."""
        return self.inheritance in (Inheritance.DE_NOVO, Inheritance.PARENTAL_MOSAIC)


@dataclass(frozen=True)
class Verdict:
    """The verdict, whether it agrees with the inheritance class, and why: in words, and in codes for the report."""

    verdict: str
    agreement: str
    reason: str
    post_zygotic: bool = False
    codes: tuple[str, ...] = ()


def expected_ploidy(contig_class: ContigClass, sex: Sex) -> int:
    """Copies of a position in a member: 1 on the X and Y of a male and on the mitochondrial genome, else 2."""
    if contig_class is ContigClass.MITOCHONDRIAL or contig_class is ContigClass.Y:
        return 1
    return 1 if contig_class is ContigClass.X and sex is Sex.MALE else 2


def giving_parents(contig_class: ContigClass, child: Sex) -> tuple[Role, ...]:
    """The parents who can have given an allele to a child, by the chromosome and the child's sex."""
    if contig_class is ContigClass.MITOCHONDRIAL:
        return (Role.MOTHER,)
    if contig_class is ContigClass.Y:
        return (Role.FATHER,)
    if contig_class is ContigClass.X and child is Sex.MALE:
        return (Role.MOTHER,)
    return (Role.FATHER, Role.MOTHER)


def site_error_rate(context: Context, thresholds: RecheckThresholds) -> float:
    """Share of alternate reads that error alone gives, by the kind of variant and its surroundings."""
    evidence = thresholds.evidence
    if len(context.allele.ref) == len(context.allele.alt):
        return evidence.error_rate_snv
    return evidence.error_rate_repeat if context.units >= evidence.repeat_units else evidence.error_rate_indel


def weigh_member(
    member: Member, pileup: Pileup, ploidy: int, error_rate: float, thresholds: RecheckThresholds
) -> MemberReads:
    """Counts, genotype and state of a member by the reads."""
    evidence = thresholds.evidence
    alt, informative = pileup.count(ALT), pileup.informative
    likelihood, fraction = mosaic_log10_likelihoods_jit(
        np.array([[alt]], dtype=np.int32),
        np.array([[informative]], dtype=np.int32),
        np.array([[ploidy]], dtype=np.int8),
        np.array([[max(error_rate, pileup.error_rate)]]),
        evidence.error_dispersion,
        evidence.carrier_dispersion,
    )
    log10 = likelihood[0, 0]
    genotype = genotype_log10_likelihoods_jit(pileup.log_likelihood, pileup.mapping_quality, ploidy)
    order = np.argsort(np.where(np.isnan(genotype), -np.inf, genotype), kind="stable")
    best, second = int(order[-1]), int(order[-2])
    quality = min(_HIGHEST_QUALITY, round(10.0 * (genotype[best] - genotype[second])))
    names = ("0", ".", "1") if ploidy == 1 else ("0/0", "0/1", "1/1")
    return MemberReads(
        member=member,
        state=_state(log10, alt, informative, evidence.depth_min, evidence.log10_ratio_min, ploidy),
        ref=pileup.count(REF),
        alt=alt,
        other=pileup.count(OTHER),
        uninformative=pileup.count(UNINFORMATIVE),
        rejected_alt=pileup.rejected_alt,
        genotype=names[best] if quality > 0 else ("." if ploidy == 1 else "./."),
        quality=quality,
        mosaic_over_error=float(log10[MOSAIC] - log10[ERROR]),
        mosaic_over_carrier=float(log10[MOSAIC] - log10[CARRIER]),
        fraction=(float(fraction[0, 0, ESTIMATE]), float(fraction[0, 0, LOWER]), float(fraction[0, 0, UPPER])),
        ploidy=ploidy,
    )


def _state(log10: Any, alt: int, informative: int, depth_min: float, ratio_min: float, ploidy: int) -> str:
    """What the counts of a member say: one explanation must be `ratio_min` better than the one it is taken over."""
    if informative < depth_min:
        # Few reads can prove presence, never absence.
        present = alt >= 2 and max(log10[CARRIER], log10[MOSAIC]) - log10[ERROR] >= ratio_min
        return CARRIES if present else NOT_COVERED
    if max(log10[CARRIER], log10[MOSAIC]) - log10[ERROR] >= ratio_min:
        if log10[MOSAIC] - log10[CARRIER] >= ratio_min:
            return MOSAIC_STATE
        return HOMOZYGOUS if ploidy == 2 and alt >= 0.8 * informative else CARRIES
    return ABSENT if log10[ERROR] - log10[CARRIER] >= ratio_min else UNDECIDED


def bias_of(pileup: Pileup) -> Bias:
    """Strand and position of the alternate reads against the reference reads, and how many are soft-clipped."""
    ref, alt = pileup.support == REF, pileup.support == ALT
    reverse = pileup.reverse
    strand = strand_bias_jit(
        int((ref & ~reverse).sum()), int((ref & reverse).sum()), int((alt & ~reverse).sum()), int((alt & reverse).sum())
    )
    position = position_bias_jit(pileup.distance[ref].astype(np.float64), pileup.distance[alt].astype(np.float64))
    return Bias(float(strand), float(position), int((alt & pileup.soft_clipped).sum()))


def _child_fault(child: MemberReads, thresholds: RecheckThresholds) -> tuple[str, tuple[str, ...]]:
    """Why the index case's reads do not show the allele, in words and codes; '' when they do."""
    if child.alt < thresholds.evidence.alt_reads_min:
        rejected = f" and {child.rejected_alt} of poor quality" if child.rejected_alt else ""
        written = f"; {child.other} reads show another allele: written otherwise?" if child.other > child.alt else ""
        codes = ("proband_few_alternate_reads", *(("proband_other_allele",) if written else ()))
        return f"{child.alt} good alternate reads{rejected} in the index case{written}", codes
    if child.state in (ABSENT, UNDECIDED):
        reads = child.ref + child.alt + child.other
        words = f"{child.alt} of {reads} reads in the index case, no more than error gives"
        return words, ("proband_no_more_than_error",)
    return "", ()


def _bias_fault(child: MemberReads, bias: Bias, thresholds: RecheckThresholds) -> tuple[str, tuple[str, ...]]:
    """Why the index case's alternate reads look like an artefact, in words and codes; '' when they do not."""
    artefact = thresholds.artefact
    faults, codes = [], []
    if bias.strand_p <= artefact.strand_p_max:
        codes.append("one_strand")
        faults.append(f"alternate reads on one strand (p={bias.strand_p:.2g})")
    if bias.position_p <= artefact.position_p_max:
        codes.append("ends_of_reads")
        faults.append(f"alternate reads end at the variant (p={bias.position_p:.2g})")
    alternate = child.alt + child.rejected_alt
    if alternate and child.rejected_alt / alternate > artefact.rejected_share_max:
        codes.append("poor_quality")
        faults.append(f"{child.rejected_alt} of {alternate} alternate reads are of poor base or mapping quality")
    return ", ".join(faults), tuple(codes)


def judge(
    members: Mapping[Role, MemberReads],
    siblings: tuple[MemberReads, ...],
    parents: tuple[Role, ...],
    bias: Bias,
    question: Question,
    thresholds: RecheckThresholds,
    *,
    heteroplasmy: bool = False,
) -> Verdict:
    """The verdict on one allele.

    parents : those who can have given it. heteroplasmy : few reads in the mother are her own state, no mosaic.
    """
    child = members[Role.PROBAND]
    counts = ", ".join(members[role].words for role in (Role.PROBAND, *parents))
    if child.state == NOT_COVERED:
        reason = f"too few reads of the index case; {counts}"
        return Verdict(VERDICT_NOT_COVERED, "undecided", reason, codes=("proband_too_few_reads",))
    fault, codes = _child_fault(child, thresholds)
    if fault:
        return Verdict(ARTEFACT, "contradicts", f"{fault}; {counts}", codes=codes)
    few = [role for role in parents if members[role].state == MOSAIC_STATE]
    carriers = [role for role in parents if members[role].state in FULL_CARRIER or (heteroplasmy and role in few)]
    if carriers:
        return _inherited(members, parents, carriers, question, counts)
    fault, codes = _bias_fault(child, bias, thresholds)
    if fault:
        return Verdict(ARTEFACT, "contradicts", f"{fault}; {counts}", codes=codes)
    if len(few) == 2:
        reason = f"few alternate reads in both parents: recurrent error; {counts}"
        return Verdict(ARTEFACT, "contradicts", reason, codes=("few_reads_in_both_parents",))
    if few:
        return _mosaic_parent(members[few[0]], question, counts)
    post_zygotic = child.state == MOSAIC_STATE and not heteroplasmy
    if unread := [role for role in parents if members[role].state in UNKNOWN_STATES]:
        lacking = ", ".join(f"{role} {members[role].state.replace('_', ' ')}" for role in unread)
        codes = tuple(f"{members[role].state}_{role}" for role in unread)
        return Verdict(VERDICT_NOT_COVERED, "undecided", f"{lacking}; {counts}", post_zygotic, codes)
    if carrying := [sibling for sibling in siblings if sibling.state in (*FULL_CARRIER, MOSAIC_STATE)]:
        names = ", ".join(sibling.member.sample for sibling in carrying)
        reason = f"{names} carries it and no parent does: germline mosaicism of a parent, or identical twins; {counts}"
        return Verdict(MOSAIC_PARENT, "contradicts", reason, codes=("carried_by_sibling",))
    mosaic_child = "the index case may be a mosaic; " if post_zygotic else ""
    expected = question.inheritance != Inheritance.PARENTAL_MOSAIC and not question.carriers & set(parents)
    reason = f"{mosaic_child}absent from the reads of every parent; {counts}"
    agreement = "agrees" if expected else "contradicts"
    return Verdict(CONFIRMED_DE_NOVO, agreement, reason, post_zygotic, ("absent_from_every_parent",))


def _inherited(
    members: Mapping[Role, MemberReads],
    parents: tuple[Role, ...],
    carriers: list[Role],
    question: Question,
    counts: str,
) -> Verdict:
    """At least one parent carries the allele: as it was called, or missed by the calls."""
    reason = f"the reads of the {' and the '.join(carriers)} carry it; {counts}"
    codes = tuple(f"carried_by_{role}" for role in carriers)
    if question.asked_new or question.non_carriers & set(carriers):
        return Verdict(INHERITED_MISSED, "contradicts", reason, codes=codes)
    lost = [role for role in parents if role in question.carriers and members[role].state == ABSENT]
    if lost:
        codes = (f"called_but_absent_in_{lost[0]}", *codes)
        return Verdict(CONFIRMED, "contradicts", f"called in the {lost[0]}, whose reads lack it; {reason}", codes=codes)
    return Verdict(CONFIRMED, "agrees", reason, codes=codes)


def _mosaic_parent(parent: MemberReads, question: Question, counts: str) -> Verdict:
    """A parent with more reads than error gives and fewer than a carrier has."""
    share, low, high = parent.fraction
    reason = (
        f"the {parent.member.role} has {parent.alt} alternate reads, {share:.0%} ({low:.0%} to {high:.0%}): "
        f"10^{parent.mosaic_over_error:.1f} times likelier as a mosaic than as error; {counts}"
    )
    agreement = "agrees" if question.inheritance == Inheritance.PARENTAL_MOSAIC else "contradicts"
    return Verdict(MOSAIC_PARENT, agreement, reason, codes=(f"mosaic_in_{parent.member.role}",))


def member_cells(role: str, reads: MemberReads) -> dict[str, Any]:
    """The cells of one member in the table."""
    if reads.state == NOT_SEQUENCED:
        return {f"{role}_state": NOT_SEQUENCED}
    share, low, high = reads.fraction
    return {
        f"{role}_ref_reads": reads.ref,
        f"{role}_alt_reads": reads.alt,
        f"{role}_other_reads": reads.other,
        f"{role}_uninformative_reads": reads.uninformative,
        f"{role}_rejected_alt_reads": reads.rejected_alt,
        f"{role}_reads_genotype": reads.genotype,
        f"{role}_reads_quality": reads.quality,
        f"{role}_state": reads.state,
        f"{role}_log10_mosaic_over_error": reads.mosaic_over_error,
        f"{role}_log10_mosaic_over_carrier": reads.mosaic_over_carrier,
        f"{role}_alt_fraction": share,
        f"{role}_alt_fraction_low": low,
        f"{role}_alt_fraction_high": high,
    }


def sibling_cell(siblings: tuple[MemberReads, ...]) -> str:
    """`SAMPLE:ref,alt,other,uninformative:state`, separated by |."""
    return "|".join(
        f"{sibling.member.sample}:{sibling.ref},{sibling.alt},{sibling.other},{sibling.uninformative}:{sibling.state}"
        for sibling in siblings
    )


def absent_member(family: Family, role: Role) -> MemberReads:
    """A place for a parent who was not sequenced."""
    sex = {Role.FATHER: Sex.MALE, Role.MOTHER: Sex.FEMALE}.get(role, Sex.UNKNOWN)
    return MemberReads(Member("", role, sex, family.proband.affection), NOT_SEQUENCED)
