"""How is one row of the recheck table put into words: what the members' own reads say of a candidate?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from filiation.model.pedigree import Family, Role
from filiation.report.catalogue import known, source_text, term, text
from filiation.report.data import Row
from filiation.report.typography import Bilingual, both, compact, percent, same

CONTRADICTS = "contradicts"
ARTEFACT, INHERITED = "artefact_suspected", "inherited_missed"
_SIBLING = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*):(\d+),(\d+),(\d+),(\d+):([a-z_]+)")


@dataclass(frozen=True)
class MemberReads:
    """The reads of one member: counts as `reference,alternate`, other and uninformative, the share, the state."""

    role: Bilingual
    sample: str
    state: Bilingual
    counts: str
    other: str
    uninformative: str
    share: Bilingual
    interval: Bilingual


@dataclass(frozen=True)
class Recheck:
    """What the reads say of one candidate."""

    verdict: str
    words: Bilingual
    agreement: str
    agreement_words: Bilingual
    members: tuple[MemberReads, ...]
    origin: Bilingual
    ratios: tuple[tuple[Bilingual, Bilingual], ...]
    reason: Bilingual
    post_zygotic: bool
    effect: str = ""

    @property
    def flags(self) -> tuple[Bilingual, ...]:
        """What a reader must know before trusting the call."""
        found = []
        if self.agreement == CONTRADICTS:
            found.append(text("recheck.contradiction", verdict=self.words))
        if self.effect:
            found.append(text(f"recheck.{self.effect}"))
        if self.post_zygotic:
            found.append(text("recheck.post_zygotic"))
        return tuple(found)


def _interval(low: float | None, high: float | None) -> Bilingual:
    """`3 à 30 %`; nothing without reads."""
    if low is None or high is None:
        return same("")
    return text("recheck.interval", low=both(compact, round(100 * low)), high=both(percent, high, 0))


def _member(row: Row, role: Role, sample: str) -> MemberReads:
    """The reads of the proband or a parent."""
    state = row[f"{role}_state"] or "not_covered"
    ref, alt, other, lost = (row[f"{role}_{name}_reads"] for name in ("ref", "alt", "other", "uninformative"))
    read = ref is not None and alt is not None
    share = row[f"{role}_alt_fraction"]
    return MemberReads(
        role=term("role", role),
        sample=sample,
        state=term("reads_state", state),
        counts=f"{ref},{alt}" if read else "—",
        other="—" if other is None else str(other),
        uninformative="—" if lost is None else str(lost),
        share=same("—") if share is None else both(percent, share, 0),
        interval=_interval(row[f"{role}_alt_fraction_low"], row[f"{role}_alt_fraction_high"]),
    )


def _members(row: Row, family: Family) -> tuple[MemberReads, ...]:
    """Proband, father, mother, then siblings; a parent who was not sequenced keeps a line that says so."""
    lines = []
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        member = family.with_role(role)
        lines.append(_member(row, role, member.sample if member else ""))
    for sample, ref, alt, other, lost, state in _SIBLING.findall(row["siblings"] or ""):
        reads = int(ref) + int(alt) + int(other)
        share = both(percent, int(alt) / reads, 0) if reads else same("—")
        sibling = term("role", Role.SIBLING)
        lines.append(
            MemberReads(sibling, sample, term("reads_state", state), f"{ref},{alt}", other, lost, share, same(""))
        )
    return tuple(lines)


def _origin(row: Row) -> Bilingual:
    """Parent of origin with what shows it."""
    origin = term("parent_of_origin", row["parent_of_origin"] or "unknown")
    evidence = row["origin_evidence"] or "none"
    if evidence == "none":
        return origin
    against = row["phase_conflicts"] or 0
    shown = term("origin_evidence", evidence)
    if evidence == "reads":
        return text("recheck.origin_reads", origin=origin, pairs=row["phase_pairs"] or 0, against=against)
    return text("recheck.origin", origin=origin, evidence=shown)


def _ratios(row: Row) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """Log10 ratio of a mosaic against error for each parent who has alternate reads."""
    found = []
    for role in (Role.FATHER, Role.MOTHER):
        ratio = row[f"{role}_log10_mosaic_over_error"]
        if ratio is not None and row[f"{role}_alt_reads"]:
            found.append((text("recheck.mosaic_ratio", role=term("role", role)), both(compact, round(ratio, 1))))
    return tuple(found)


def effect_of_reads(candidate: Row, reads: Row | None) -> str:
    """What the reads do to a candidate's place: `lowered`, `still_a_pair`, or '' where it keeps it.

    An artefact, and a variant new by the calls that a parent's reads carry, are discussed last; none is ever removed.
    What is inherited after all stays where it is when it may be half of a compound pair, and that is said.
    """
    if reads is None or reads["agreement"] != CONTRADICTS:
        return ""
    if reads["verdict"] == ARTEFACT:
        return "lowered"
    if reads["verdict"] != INHERITED:
        return ""
    pair = candidate["inheritance"] == "compound_heterozygous" or "compound_heterozygous" in (
        candidate["inheritance_reason"] or ""
    )
    return "still_a_pair" if pair else "lowered"


def _reason(row: Row) -> Bilingual:
    """Why, in both languages: the reasons by their codes, then alternate and informative reads of each member."""
    codes = [code for code in (row["reason_codes"] or "").split(";") if code]
    if not codes or not all(known("reads_reason", code) for code in codes):
        return source_text(row["reason"] or "")
    parts = [term("reads_reason", code) for code in codes]
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        counts = [row[f"{role}_{name}_reads"] for name in ("ref", "alt", "other")]
        if None not in counts:
            parts.append(text("recheck.counts", role=term("role", role), alt=counts[1], reads=sum(counts)))
    return Bilingual("\u00a0; ".join(part.fr for part in parts), "; ".join(part.en for part in parts))


def recheck_view(row: Row, family: Family, candidate: Row | None = None) -> Recheck:
    """One row of the recheck table in words."""
    return Recheck(
        effect=effect_of_reads(candidate, row) if candidate else "",
        verdict=row["verdict"],
        words=term("reads_verdict", row["verdict"]),
        agreement=row["agreement"] or "undecided",
        agreement_words=term("agreement", row["agreement"] or "undecided"),
        members=_members(row, family),
        origin=_origin(row),
        ratios=_ratios(row),
        reason=_reason(row),
        post_zygotic=bool(row["post_zygotic"]),
    )
