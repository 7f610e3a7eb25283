"""Which candidates are discussed (A), looked at (B), or kept in the archive (C), and in which order?

A group is one candidate, or the two halves of the best compound pair of a gene, which stay together and share a rank.
Rules choose the shelf, the score the order within it. A and B hold `cap` rows at most; the groups that come after go
to C and say so. Nothing is lost: every candidate is on one shelf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filiation.acmg.engine import total_points
from filiation.model.consequence import group_of, severity
from filiation.model.inheritance import Status
from filiation.prioritisation.draft import COMPOUND, Draft
from filiation.prioritisation.rank import constrained, mode_fits, refuted_by_reads
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import ShelfRule

# What puts a candidate on C, and what raises one to B that no rule names.
BELOW, BEYOND_CAP, AMONG_THE_BEST = "no_rule", "beyond_cap", "among_the_best"
TIE_RULE = "score, ACMG points, severity of the consequence, phenotype similarity, contig, position, allele"


@dataclass
class Group:
    """One candidate or one pair, its score, its shelf and why it is there."""

    drafts: list[Draft]
    score: float
    shelf: str = "C"
    reason: str = BELOW


def shelve(drafts: Sequence[Draft], ranking: Ranking) -> list[Group]:
    """Every candidate in its group, in the order of discussion: A, B, C, each by score and the tie rule."""
    groups = form_groups(drafts)
    contigs = {draft.evidence.chrom: number for number, draft in enumerate(drafts)}
    groups.sort(key=lambda group: _order(group, contigs))
    for group in groups:
        found = [rule for draft in group.drafts if (rule := first_rule(draft, group.score, ranking)) is not None]
        if found:
            best = min(found, key=lambda rule: ranking.weights.shelf_rules.index(rule))
            group.shelf, group.reason = best.shelf, best.name
    _raise_the_best(groups, int(ranking.weights.shelves.looked_at_min))
    groups.sort(key=lambda group: group.shelf)
    _cap(groups, int(ranking.weights.shelves.cap))
    # Those beyond the cap join C at the place of their score.
    groups.sort(key=lambda group: (group.shelf, *_order(group, contigs)))
    return groups


def form_groups(drafts: Sequence[Draft]) -> list[Group]:
    """Groups of the candidates: the best pair of each gene together, every other candidate by itself.

    A half that is not in the best pair of its gene has the score of its own best pair. The score of a pair is the mean
    of its halves.
    """
    by_key = {(draft.evidence.key, draft.gene): draft for draft in drafts}
    best: dict[str, tuple[float, int]] = {}
    for number, draft in enumerate(drafts):
        if draft.pattern is COMPOUND and draft.gene and _best_partner(draft, by_key) is not None:
            value = pair_score(draft, by_key)
            if draft.gene not in best or value > best[draft.gene][0]:
                best[draft.gene] = (value, number)
    leads = {number for _, number in best.values()}
    taken: set[int] = set()
    groups = []
    for number in leads:
        lead = drafts[number]
        other = _best_partner(lead, by_key)
        pair = [lead] if other is None else sorted((lead, other), key=lambda d: (-d.score, d.evidence.pos))
        taken |= {id(draft) for draft in pair}
        groups.append(Group(pair, pair_score(lead, by_key)))
    groups += [
        Group([draft], pair_score(draft, by_key) if draft.pattern is COMPOUND else draft.score)
        for draft in drafts
        if id(draft) not in taken
    ]
    return groups


def _best_partner(draft: Draft, by_key: Mapping[tuple[str, str], Draft]) -> Draft | None:
    """The highest partner that is a candidate shown as half of a pair itself; None when there is none."""
    partners = [by_key[partner.key, draft.gene] for partner in draft.partners if (partner.key, draft.gene) in by_key]
    shown = [partner for partner in partners if partner.pattern is COMPOUND]
    return max(shown, key=lambda partner: partner.score, default=None)


def pair_score(draft: Draft, by_key: Mapping[tuple[str, str], Draft]) -> float:
    """Mean of a half and its best partner, whatever class the partner is shown under; its own score without one."""
    partners = [by_key[partner.key, draft.gene] for partner in draft.partners if (partner.key, draft.gene) in by_key]
    return (draft.score + max(partner.score for partner in partners)) / 2 if partners else draft.score


def _order(group: Group, contigs: Mapping[str, int]) -> tuple[float | int | str, ...]:
    """Sort key of the tie rule; what is best comes first."""
    first = group.drafts[0]
    match = first.known.match
    return (
        -round(group.score, 6),
        -max(total_points(draft.criteria) for draft in group.drafts),
        min(severity(draft.term) for draft in group.drafts),
        -(match.score if match else 0.0),
        contigs[first.evidence.chrom],
        first.evidence.pos,
        first.evidence.alt,
        first.gene,
    )


def first_rule(draft: Draft, score: float, ranking: Ranking) -> ShelfRule | None:
    """The first shelf rule that a candidate meets."""
    return next((rule for rule in ranking.weights.shelf_rules if rule_fits(rule, draft, score, ranking)), None)


def rule_fits(rule: ShelfRule, draft: Draft, score: float, ranking: Ranking) -> bool:
    """Whether a candidate meets every word of a rule."""
    entry = draft.evidence.clinvar
    fits = mode_fits(draft)
    splicing = draft.evidence.facts.spliceai_max
    checks = (
        not rule.inheritance or draft.pattern.value in rule.inheritance,
        not rule.status or _status_word(draft, ranking) == rule.status,
        not rule.consequence or bool(_consequence_words(draft) & set(rule.consequence)),
        not rule.clinvar or (entry is not None and _clinvar_word(entry.pathogenic, entry.significance) in rule.clinvar),
        not rule.stars_min or (entry is not None and entry.stars >= rule.stars_min),
        not rule.acmg or draft.acmg_class in rule.acmg,
        not rule.mode or fits is True or (rule.mode == "fits_or_unknown" and fits is None),
        rule.constrained is None or constrained(draft.known, ranking.acmg) is rule.constrained,
        rule.splicing_min is None or (splicing is not None and splicing >= rule.splicing_min),
        not rule.score or score >= float(getattr(ranking.weights.shelves, rule.score)),
    )
    return all(checks)


def _status_word(draft: Draft, ranking: Ranking) -> str:
    """Status of the class; what the members' reads refute is supported for no rule."""
    return Status.POSSIBLE.value if refuted_by_reads(draft, ranking) else draft.status


def _consequence_words(draft: Draft) -> set[str]:
    words = {group_of(draft.term).value} if draft.term else set()
    return words | {"rna_disease_gene"} if draft.in_disease_rna else words


def _clinvar_word(pathogenic: bool, significance: str) -> str:
    if pathogenic:
        return "pathogenic"
    return "conflicting" if "conflict" in significance.lower() else ""


def _raise_the_best(groups: Sequence[Group], wanted: int) -> None:
    """Put the best groups of C on B until A and B hold `wanted` rows, or nothing is left; groups stand by score."""
    rows = sum(len(group.drafts) for group in groups if group.shelf != "C")
    for group in groups:
        if group.shelf == "C" and rows + len(group.drafts) <= wanted:
            group.shelf, group.reason = "B", AMONG_THE_BEST
            rows += len(group.drafts)


def _cap(groups: Sequence[Group], cap: int) -> None:
    """Send to C every group from the first that does not fit any more; groups stand in the order of discussion."""
    rows, full = 0, False
    for group in groups:
        if group.shelf == "C":
            return
        rows += len(group.drafts)
        full = full or rows > cap
        if full:
            group.reason, group.shelf = f"{BEYOND_CAP}:{group.shelf}:{group.reason}", "C"
