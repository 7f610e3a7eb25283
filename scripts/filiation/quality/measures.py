"""Are the calls and the depth of each member good enough, and do children's genotypes obey Mendel's rules?"""

from __future__ import annotations

from collections.abc import Sequence

from filiation.kernels.encoding import AUTOSOME
from filiation.model.pedigree import Family, Member
from filiation.quality.contamination import contamination_row, estimate
from filiation.quality.sex import CoverageRow
from filiation.quality.tally import FamilyTally, MemberCounts
from filiation.quality.thresholds import CallThresholds, CoverageThresholds, MendelianThresholds, Thresholds
from filiation.quality.verdict import CheckRow, Verdict, lower_bound, share_text

# Margin, in standard errors, by which a share must pass its limit before it is said to be above it.
_MARGIN = 3.0
_MENDELIAN_PLACES = {
    "mendelian_errors_snv": "SNVs on autosomes",
    "mendelian_errors_indel": "indels on autosomes",
    "mendelian_errors_x": "SNVs on the X outside the pseudoautosomal regions",
    "mendelian_errors_y": "SNVs on the Y outside the pseudoautosomal regions",
}


def mendelian_rows(family: Family, tally: FamilyTally, limits: MendelianThresholds) -> list[CheckRow]:
    """One row for each child and class; a class without any site to judge on X or Y has no row."""
    parents = [parent.role.value for parent in (family.father, family.mother) if parent]
    rows = []
    for (child, check), (evaluated, violations) in tally.mendelian.items():
        if not parents or (evaluated == 0 and check in ("mendelian_errors_x", "mendelian_errors_y")):
            continue
        rows.append(_mendelian_row(child, check, evaluated, violations, parents, limits))
    return rows


def _mendelian_row(
    child: str,
    check: str,
    evaluated: int,
    violations: int,
    parents: Sequence[str],
    limits: MendelianThresholds,
) -> CheckRow:
    warn, fail = {
        "mendelian_errors_snv": (limits.snv_warn, limits.snv_fail),
        "mendelian_errors_indel": (limits.indel_warn, None),
    }.get(check, (limits.sex_chromosome_warn, None))
    place = _MENDELIAN_PLACES[check]
    with_whom = f"compared with the {' and the '.join(parents)}; missing genotypes are not counted"
    expected = f"at most {100 * warn:g} %" + (f", never above {100 * fail:g} %" if fail else "")
    low = lower_bound(violations, evaluated, _MARGIN)
    if evaluated < limits.sites_min:
        verdict, words = Verdict.UNKNOWN, f"fewer than {limits.sites_min:g} {place} can be judged"
    elif fail is not None and low > fail:
        verdict, words = Verdict.FAIL, f"{place}: so many violations that a parent must be wrong"
    elif low > warn:
        verdict, words = (
            Verdict.WARN,
            f"{place}: more violations than usual, calls are noisy or a parent is wrong",
        )
    else:
        verdict, words = Verdict.OK, f"{place}: violations are as rare as usual"
    return CheckRow(check, child, share_text(violations, evaluated), expected, verdict, f"{words}; {with_whom}")


def coverage_row(
    member: Member, counts: MemberCounts, coverage: Sequence[CoverageRow], limits: CoverageThresholds
) -> CheckRow:
    """Depth of the genome from the coverage table, else the depth at variant sites, which the row says."""
    total = next((row for row in coverage if row.sample == member.sample and row.chrom == "total"), None)
    if total is not None:
        low = [
            words
            for value, limit, words in (
                (total.mean_depth, limits.mean_depth_min, "mean depth"),
                (total.fraction_10x, limits.fraction_10x_min, "share at 10 reads"),
                (total.fraction_20x, limits.fraction_20x_min, "share at 20 reads"),
            )
            if value < limit
        ]
        return CheckRow(
            "coverage",
            member.sample,
            f"mean {total.mean_depth:.1f}; {100 * total.fraction_10x:.1f} % at 10x; "
            f"{100 * total.fraction_20x:.1f} % at 20x",
            f"mean {limits.mean_depth_min:g}; {100 * limits.fraction_10x_min:g} % at 10x; "
            f"{100 * limits.fraction_20x_min:g} % at 20x",
            Verdict.WARN if low else Verdict.OK,
            f"low {', '.join(low)}: variants are missed there" if low else "depth of the whole genome is sufficient",
        )
    expected = f"mean {limits.variant_depth_min:g} at variant sites"
    sites = counts.depth_sites[AUTOSOME]
    if sites == 0:
        words = "the calls carry no depth and no coverage table was given"
        return CheckRow("coverage", member.sample, "no depth", expected, Verdict.UNKNOWN, words)
    mean = counts.mean_depth(AUTOSOME)
    enough = mean >= limits.variant_depth_min
    words = "measured at variant sites only; how much of the genome was covered is not known"
    return CheckRow(
        "coverage",
        member.sample,
        f"mean {mean:.1f} at {sites} variant sites",
        expected,
        Verdict.OK if enough else Verdict.WARN,
        words if enough else f"low depth, heterozygotes are missed; {words}",
    )


def call_rows(member: Member, counts: MemberCounts, limits: CallThresholds) -> list[CheckRow]:
    """Call rate, transitions, heterozygotes and their balance, of one member."""
    return [
        _call_rate(member, counts, limits),
        _ratio_row(
            "transition_ratio",
            member,
            (counts.transitions, counts.transversions),
            (limits.transition_ratio_min, limits.transition_ratio_max),
            limits,
            ("transitions", "transversions"),
            "random errors mix in below, an unusual set above",
        ),
        _ratio_row(
            "heterozygote_ratio",
            member,
            (counts.heterozygous, counts.homozygous_alternate),
            (limits.heterozygote_ratio_min, limits.heterozygote_ratio_max),
            limits,
            ("heterozygous", "homozygous alternate"),
            "related parents or lost heterozygotes below, contamination or false heterozygotes above",
        ),
        _balance_row(member, counts, limits),
    ]


def _call_rate(member: Member, counts: MemberCounts, limits: CallThresholds) -> CheckRow:
    rate = counts.called / counts.records if counts.records else 0.0
    if counts.records < limits.sites_min and rate < limits.call_rate_min and counts.called > 0:
        verdict, words = Verdict.UNKNOWN, "too few autosomal records to judge"
    elif rate < limits.call_rate_min:
        verdict = Verdict.WARN
        words = "many genotypes are missing: missing is unknown, not reference, and weakens every conclusion"
    else:
        verdict, words = Verdict.OK, "nearly every record has a genotype"
    return CheckRow(
        "call_rate",
        member.sample,
        f"{share_text(counts.called, counts.records)} autosomal records called",
        f"at least {100 * limits.call_rate_min:g} %",
        verdict,
        words,
    )


def _ratio_row(
    check: str,
    member: Member,
    counts: tuple[int, int],
    bounds: tuple[float, float],
    limits: CallThresholds,
    names: tuple[str, str],
    words: str,
) -> CheckRow:
    """A ratio of two counts between two bounds; outside only when the margin of chance is passed too."""
    above, below = counts
    total = above + below
    ratio = above / below if below else float("nan")
    low, high = bounds
    if total < limits.sites_min:
        verdict, meaning = Verdict.UNKNOWN, f"fewer than {limits.sites_min:g} sites"
    # As shares of the total, r : 1 is r / (1 + r), of which chance is known.
    elif lower_bound(above, total, _MARGIN) > high / (1 + high):
        verdict, meaning = Verdict.WARN, f"higher than usual: {words}"
    elif lower_bound(below, total, _MARGIN) > 1 / (1 + low):
        verdict, meaning = Verdict.WARN, f"lower than usual: {words}"
    else:
        verdict, meaning = Verdict.OK, "as usual"
    shown = "." if ratio != ratio else f"{ratio:.2f}"
    return CheckRow(
        check,
        member.sample,
        f"{shown} ({above} {names[0]}, {below} {names[1]})",
        f"{low:g} to {high:g}",
        verdict,
        meaning,
    )


def _balance_row(member: Member, counts: MemberCounts, limits: CallThresholds) -> CheckRow:
    total = counts.balanced_sites + counts.unbalanced_sites
    expected = f"at most {100 * limits.unbalanced_heterozygotes_max:g} %"
    if total < limits.sites_min:
        verdict, words = Verdict.UNKNOWN, "too few heterozygotes with allelic depths"
    elif lower_bound(counts.unbalanced_sites, total, _MARGIN) > limits.unbalanced_heterozygotes_max:
        verdict, words = Verdict.WARN, "many heterozygotes out of balance: contamination or poor calls"
    else:
        verdict, words = Verdict.OK, "heterozygotes show both alleles about equally"
    observed = f"{share_text(counts.unbalanced_sites, total)} heterozygotes out of balance"
    return CheckRow("allele_balance", member.sample, observed, expected, verdict, words)


def member_rows(
    family: Family, tally: FamilyTally, coverage: Sequence[CoverageRow], thresholds: Thresholds
) -> list[CheckRow]:
    """Coverage and calls of every member, grouped by check."""
    grouped: dict[str, list[CheckRow]] = {}
    for place, (member, counts) in enumerate(zip(family.members, tally.members, strict=True)):
        found = call_rows(member, counts, thresholds.calls)
        found.insert(1, coverage_row(member, counts, coverage, thresholds.coverage))
        foreign = estimate(family, member, tally.reads[place], thresholds.contamination)
        found.append(contamination_row(member, foreign, thresholds.contamination))
        for row in found:
            grouped.setdefault(row.check, []).append(row)
    return [row for group in grouped.values() for row in group]
