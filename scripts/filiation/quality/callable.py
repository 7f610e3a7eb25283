"""How much of the genome can be judged in every member, and has a child as many new mutations as that allows?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from filiation.model.pedigree import Family
from filiation.quality.sex import CoverageRow
from filiation.quality.tally import FamilyTally
from filiation.quality.thresholds import CoverageThresholds, DeNovoThresholds, Thresholds
from filiation.quality.verdict import CheckRow, Verdict, share_text


def callable_rows(
    family: Family, tally: FamilyTally, coverage: Sequence[CoverageRow], limits: Thresholds
) -> list[CheckRow]:
    """The family's callability, and the count of de novo candidates of each child with both parents."""
    rows = [callability_row(family, tally, coverage, limits.coverage)]
    if family.father and family.mother:
        length, source = callable_length(family, tally, coverage, limits)
        rows += [
            de_novo_row(child.sample, tally.de_novo[child.sample], length, source, limits.de_novo)
            for child in tally.children
        ]
    return rows


def _totals(family: Family, coverage: Sequence[CoverageRow]) -> list[CoverageRow]:
    """The whole-genome rows of all members; [] when one is missing or has no share at 10 reads."""
    by_sample = {row.sample: row for row in coverage if row.chrom == "total" and not math.isnan(row.fraction_10x)}
    return [by_sample[sample] for sample in family.samples] if set(family.samples) <= set(by_sample) else []


def callability_row(
    family: Family, tally: FamilyTally, coverage: Sequence[CoverageRow], limits: CoverageThresholds
) -> CheckRow:
    """Share of the genome, or of the variant sites, at which every member can be judged."""
    totals = _totals(family, coverage)
    if totals:
        # Which bases each member lacks is not in the tables: all the same ones at best, all different at worst.
        low = max(0.0, 1 - sum(1 - row.fraction_10x for row in totals))
        high = min(row.fraction_10x for row in totals)
        expected = f"at least {100 * limits.callable_min:g} % at 10x in every member"
        observed = f"{100 * low:.1f} to {100 * high:.1f} % of the genome at 10x in every member"
        enough, place = high >= limits.callable_min, "genome"
    else:
        expected = f"at least {100 * limits.callable_min:g} % of the variant sites"
        if not tally.sites:
            words = "no autosomal SNV to judge"
            return CheckRow("callability", family.name, "0 of 0", expected, Verdict.UNKNOWN, words)
        observed = f"{share_text(tally.sites_judged, tally.sites)} variant sites with a usable genotype in every member"
        enough, place = tally.sites_judged / tally.sites >= limits.callable_min, "variant sites"
    words = f"nearly all of the {place} can be judged in every member"
    if not enough:
        words = (
            f"a part of the {place} cannot be judged in every member: de novo and recessive searches are blind there"
        )
    return CheckRow("callability", family.name, observed, expected, Verdict.OK if enough else Verdict.WARN, words)


def callable_length(
    family: Family, tally: FamilyTally, coverage: Sequence[CoverageRow], limits: Thresholds
) -> tuple[float | None, str]:
    """Bases callable in every member, and how they were found; None when the calls do not show it.

    From variant sites alone only a whole genome shows which bases were read: the windows with SNVs, of which an
    exome has few.
    """
    totals = _totals(family, coverage)
    if totals:
        return min(row.fraction_10x for row in totals) * totals[0].length, "coverage tables"
    windows = tally.windows()
    if len(windows.key) == 0 or tally.sites / len(windows.key) < limits.de_novo.window_sites_min:
        return None, "the calls do not show which part of the genome was read: no coverage table, and too few sites"
    share = tally.sites_judged / tally.sites
    return len(windows.key) * limits.kinship.window_bp * share, "windows with variant sites"


def de_novo_row(child: str, count: int, length: float | None, source: str, limits: DeNovoThresholds) -> CheckRow:
    """The count against what the callable genome lets expect; far outside is a warning, other checks prove faults."""
    whole = f"{limits.usual_min:g} to {limits.usual_max:g} in a whole genome"
    observed = f"{count} SNVs of the child alone"
    if length is None:
        return CheckRow("de_novo_count", child, observed, whole, Verdict.UNKNOWN, source)
    scale = length / limits.genome_length
    low, high = limits.plausible_min * scale, limits.plausible_max * scale
    observed += f", in {length / 1e6:.0f} Mb callable ({source})"
    expected = f"{whole}, {limits.usual_min * scale:.2g} to {limits.usual_max * scale:.2g} here"
    spread = limits.standard_errors * math.sqrt(count + 1)
    if count - spread > high:
        verdict = Verdict.WARN
        words = "far more than a true child has: a wrong parent, foreign DNA, or calls that were not filtered"
    elif count + spread < low:
        verdict = Verdict.WARN
        words = "far fewer than a child has: calls of the child alone were lost or filtered away"
    else:
        verdict, words = Verdict.OK, "as many as a true child of these parents can have"
    return CheckRow("de_novo_count", child, observed, expected, verdict, words)
