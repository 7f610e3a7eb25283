"""What does each member's call say at one variant? Missing evidence stays visible as missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from filiation.model.pedigree import Family, Role
from filiation.report.allele_balance import UNBALANCED, balance_probability, balance_words
from filiation.report.catalogue import term, text
from filiation.report.data import Row
from filiation.report.typography import Bilingual, both, percent, same

# Below these the report draws the number in a marked box; the legend of the table says so.
LOW_DEPTH = 10
LOW_GENOTYPE_QUALITY = 20
NOTHING = same("")
DASH = same("—")
SIBLING_CALL = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*):([^:]*):([^:]*):([^:|]*)")


@dataclass(frozen=True)
class MemberEvidence:
    """Genotype evidence of one member at one variant.

    `state`: `called`, `uncalled` (reads but no genotype), `no_data` (neither), `not_sequenced` (no such member).
    """

    role: Bilingual
    letter: Bilingual
    sample: str
    state: str
    genotype: str = ""
    words: Bilingual = NOTHING
    allele_depths: str = "—"
    depth: str = "—"
    quality: str = "—"
    likelihoods: str = ""
    phase_set: str = ""
    alt_share: Bilingual = DASH
    balance: Bilingual = DASH
    unbalanced: bool = False
    carrier: bool = False
    low_depth: bool = False
    low_quality: bool = False


def _genotype_words(genotype: str) -> Bilingual:
    """What a called genotype means: one allele is hemizygous, never half of a diploid one."""
    alleles = genotype.replace("|", "/").split("/")
    if "." in alleles:
        return text("genotype.partial")
    if len(alleles) == 1:
        return text("genotype.reference_single" if alleles == ["0"] else "genotype.hemizygous")
    if set(alleles) == {"0"}:
        return text("genotype.reference")
    return text("genotype.homozygous" if len(set(alleles)) == 1 else "genotype.heterozygous")


def _evidence_of(
    role: str,
    sample: str,
    genotype: str | None,
    ref: int | None,
    alt: int | None,
    depth: int | None,
    gq: int | None,
    *,
    one_copy: bool = False,
) -> MemberEvidence:
    """Evidence of a sequenced member. A genotype without a read behind it is no data, whatever was called.

    one_copy: the member has one copy of this chromosome, so that 1/1 is the caller's way of writing 1.
    """
    letter, words = term("role_letter", role), term("role", role)
    # Depth may be missing while allele depths are there, and the other way round.
    reads = depth if depth is not None else (None if ref is None and alt is None else (ref or 0) + (alt or 0))
    called = genotype is not None and not set(genotype) <= set("./|")
    if reads == 0 or (not called and reads is None):
        return MemberEvidence(words, letter, sample, "no_data")
    share = same("—")
    if ref is not None and alt is not None and ref + alt > 0:
        share = both(percent, alt / (ref + alt), 0)
    balance, unbalanced = _balance(genotype if called and not one_copy else None, ref, alt)
    return MemberEvidence(
        role=words,
        letter=letter,
        sample=sample,
        state="called" if called else "uncalled",
        genotype=genotype if called and genotype else "./.",
        words=_genotype_words("1" if one_copy else genotype) if called and genotype else text("genotype.uncalled"),
        allele_depths="—" if ref is None and alt is None else f"{_count(ref)},{_count(alt)}",
        depth=_count(depth),
        quality=_count(gq),
        alt_share=share,
        balance=balance,
        unbalanced=unbalanced,
        carrier=called and any(allele in genotype for allele in "123456789") if genotype else False,
        low_depth=reads is not None and reads < LOW_DEPTH,
        low_quality=gq is not None and gq < LOW_GENOTYPE_QUALITY,
    )


def _balance(genotype: str | None, ref: int | None, alt: int | None) -> tuple[Bilingual, bool]:
    """Whether the reads of a heterozygous call fit one half, and whether they clearly do not; `—` for other calls."""
    alleles = (genotype or "").replace("|", "/").split("/")
    if len(set(alleles)) != 2 or "." in alleles or ref is None or alt is None or ref + alt == 0:
        return DASH, False
    probability = balance_probability(ref, alt)
    return balance_words(probability), probability < UNBALANCED


def _count(value: int | None) -> str:
    return "—" if value is None else str(value)


def member_evidence(row: Row, family: Family) -> tuple[MemberEvidence, ...]:
    """Proband, father, mother, then siblings; a parent who was not sequenced keeps a line that says so."""
    lines = []
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        member = family.with_role(role)
        if member is None:
            lines.append(MemberEvidence(term("role", role), term("role_letter", role), "", "not_sequenced"))
            continue
        names = ("genotype", "ref_depth", "alt_depth", "depth", "genotype_quality")
        genotype, ref, alt, depth, quality = (row[f"{role}_{name}"] for name in names)
        one_copy = f"{role}=hemizygous" in (row["inheritance_reason"] or "").split()
        line = _evidence_of(role, member.sample, genotype, ref, alt, depth, quality, one_copy=one_copy)
        likelihoods, phase_set = row.get(f"{role}_likelihoods") or "", row.get(f"{role}_phase_set") or ""
        lines.append(replace(line, likelihoods=likelihoods, phase_set=phase_set))
    for sample, genotype, depths, quality in SIBLING_CALL.findall(row["siblings"] or ""):
        ref, alt = ([*(_number(part) for part in depths.split(",")), None, None])[:2]
        lines.append(_evidence_of(Role.SIBLING, sample, genotype, ref, alt, None, _number(quality)))
    return tuple(lines)


def _number(value: str) -> int | None:
    return int(value) if value.strip().isdecimal() else None
