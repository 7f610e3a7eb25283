"""The family's candidates: rules, pairs, panel and rank applied to every annotated record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.calls.consequences import Consequence
from filiation.calls.structural import StructuralCall
from filiation.io.tables import funnel_rows
from filiation.io.vcf import header_contigs, pseudoautosomal_intervals
from filiation.model.inheritance import CompoundPhase, Inheritance
from filiation.model.pedigree import Family
from filiation.prioritisation.acmg_evidence import judge_all
from filiation.prioritisation.depth import DepthBaseline
from filiation.prioritisation.draft import COMPOUND, Context, Draft, Partner
from filiation.prioritisation.evidence import Evidence, read_evidence
from filiation.prioritisation.imprinting import ImprintedGene
from filiation.prioritisation.mode_funnels import ModeFunnels, modes_of
from filiation.prioritisation.penetrance import Penetrance, patterns_in_gene
from filiation.prioritisation.rank import components, pattern_weight
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.rows import candidate_row
from filiation.prioritisation.rules import MEANING, Removal, benign_in_clinvar, considered_genes
from filiation.prioritisation.shelves import shelve
from filiation.scoring.compound import StructuralHalf, phase_pairs
from filiation.scoring.model import ScoringModel


@dataclass
class Prioritised:
    """Rows of the candidates table and of the removed table, and the funnel's counts."""

    candidates: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    counts: dict[str, int]
    modes: ModeFunnels = field(default_factory=lambda: ModeFunnels(MEANING))

    @property
    def shelves(self) -> str:
        """`2 on A, 5 on B, 11 on C`: rows on each shelf."""
        return ", ".join(f"{sum(row['shelf'] == shelf for row in self.candidates)} on {shelf}" for shelf in "ABC")

    def rows(self) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        return {reason: (self.counts[reason], text) for reason, text in MEANING.items()}

    def funnel(self) -> list[dict[str, Any]]:
        """Rows of the funnel table: all records, then those that act by one copy, then those that need two."""
        by_mode = (row for step, counts in self.modes.rows().items() for row in funnel_rows(step, counts))
        return [*funnel_rows("prioritise", self.rows()), *by_mode]


def prioritise(
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    ranking: Ranking,
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
    penetrance: Penetrance | None = None,
    imprinted: Mapping[str, ImprintedGene] | None = None,
    segments: Sequence[Mapping[str, Any]] = (),
    structural: Sequence[tuple[str, StructuralCall]] = (),
    depth: DepthBaseline | None = None,
) -> Prioritised:
    """Apply the rules to every annotated record, rank what remains and put it on shelves.

    Each record is removed once at most, with one reason; a record on several genes is a candidate when one of
    them keeps it. ranking : weights, ACMG table and what is known of genes; its panel labels and ranks.
    segments : rows of the segments table, to name a uniparental disomy. structural : (gene, structural variant of the
    index case) that may be the other half of a compound pair, '' where it hits no gene. depth : the
    family's usual depth where `variants` holds a part of its records; None: it is taken from them.
    """
    counts = dict.fromkeys(MEANING, 0)
    removed: list[dict[str, Any]] = []
    drafts: list[Draft] = []
    genes_known = ranking.genes
    penetrance = penetrance or Penetrance()
    regions = pseudoautosomal_intervals(assembly, header_contigs(variants), pseudoautosomal_bed)
    records = list(read_evidence(variants, family, regions))
    context = Context(
        family,
        model,
        genes_known.panel,
        penetrance,
        dict(imprinted or {}),
        tuple(map(dict, segments)),
        tuple(dict.fromkeys(call for _, call in structural)),
        depth or DepthBaseline.of(records),
    )

    modes = ModeFunnels(MEANING)
    before: dict[str, frozenset[str]] = {}

    def remove(evidence: Evidence, removal: Removal) -> None:
        counts[removal.reason] += 1
        modes.removed(before.get(evidence.key) or modes_of(evidence.patterns), removal.reason)
        removed.append(_removed_row(evidence, removal))

    for evidence in records:
        counts["records_in"] += 1
        removal = benign_in_clinvar(evidence)
        genes: Sequence[Consequence | None] = []
        if removal is None:
            genes, removal = considered_genes(
                evidence,
                lambda consequence: genes_known.on_panel(consequence.gene, consequence.gene_id),
                model.threshold["min_splicing_score"],
            )
        if removal is not None:
            remove(evidence, removal)
            continue
        for gene in genes or [None]:
            symbol = gene.gene if gene else ""
            drafts.append(Draft(evidence, gene, patterns_in_gene(evidence, symbol, penetrance, family, model)))
            before[evidence.key] = before.get(evidence.key, frozenset()) | modes_of(drafts[-1].patterns)
    had_pair = {id(draft) for draft in drafts if COMPOUND in draft.patterns}
    pair_up(drafts, family, [StructuralHalf(call.key, gene, call.states) for gene, call in structural if gene])
    kept = [draft for draft in drafts if draft.patterns]
    survivors = {id(draft.evidence) for draft in kept}
    reported: set[int] = set()
    for draft in drafts:
        if not draft.patterns and id(draft.evidence) not in survivors | reported:
            reported.add(id(draft.evidence))
            remove(draft.evidence, _no_pattern_left(draft, id(draft) in had_pair))
    counts["records_out"] = len(survivors)
    left: dict[str, frozenset[str]] = {}
    for draft in kept:
        left[draft.evidence.key] = left.get(draft.evidence.key, frozenset()) | modes_of(draft.patterns)
    for key, after in left.items():
        modes.kept(before[key], after)
    for draft in kept:
        draft.known = genes_known.of(draft.consequence.gene if draft.consequence else "", draft.gene_id)
        _choose_pattern(draft, ranking)
    judge_all(kept, context, ranking)
    for draft in kept:
        draft.parts = components(draft, ranking)
    return Prioritised(_ranked_rows(kept, context, ranking), removed, counts, modes)


def _no_pattern_left(draft: Draft, half: bool) -> Removal:
    """Why a draft without a pattern goes: no second variant in trans, or full penetrance."""
    where = draft.gene or "no gene annotation"
    if not half:
        return Removal("penetrance_is_full", where)
    if not draft.rejected:
        return Removal("compound_without_partner", where)
    nearest = max(draft.rejected, key=lambda partner: partner.phase)
    reason = "compound_in_cis" if nearest.phase is CompoundPhase.CIS else "compound_excluded_by_relatives"
    return Removal(reason, f"{where}: {nearest.key} {nearest.text}")


def _removed_row(evidence: Evidence, removal: Removal) -> dict[str, Any]:
    """Row of the removed table."""
    return {
        "chrom": evidence.chrom,
        "pos": evidence.pos,
        "ref": evidence.ref,
        "alt": evidence.alt,
        "gene": evidence.consequences[0].gene if evidence.consequences else None,
        "step": "prioritise",
        "reason": removal.reason,
        "detail": removal.detail,
    }


def pair_up(drafts: list[Draft], family: Family, structural: Sequence[StructuralHalf] = ()) -> None:
    """Give every half of a compound pair its partners in trans; take the pattern from those that have none."""
    halves = [draft for draft in drafts if COMPOUND in draft.patterns]
    pairs = phase_pairs(
        family,
        [half.gene for half in halves],
        [half.evidence.states for half in halves],
        [half.evidence.phase for half in halves],
        structural,
    )
    for pair in pairs:
        first = halves[pair.first]
        second = halves[pair.second] if pair.second < len(halves) else None
        key = second.evidence.key if second else structural[pair.second - len(halves)].key
        for half, other in ((first, key), (second, first.evidence.key)):
            if half is not None:
                partner = Partner(other, pair.phase, pair.evidence)
                (half.partners if pair.in_trans else half.rejected).append(partner)
    weak = {half.evidence.key for half in halves if half.evidence.weak_proband}
    for half in halves:
        if not half.partners:
            del half.patterns[COMPOUND]
        else:
            half.partners.sort(key=lambda partner: (partner.key in weak, -partner.phase, partner.key))
            # A pair is as sure as the weaker genotype of its two halves.
            doubtful = half.evidence.weak_proband or half.partners[0].key in weak
            half.patterns[COMPOUND] = "possible" if doubtful else half.partners[0].phase.status.value


def _choose_pattern(draft: Draft, ranking: Ranking) -> None:
    """Show a candidate under its weightiest pattern; ties go to the order of model.inheritance."""
    order = list(Inheritance)
    weights = ranking.weights.weights
    draft.pattern, draft.status = max(
        draft.patterns.items(), key=lambda item: (pattern_weight(item[0], item[1], weights), -order.index(item[0]))
    )
    if draft.evidence.weak_proband:
        draft.status = "possible"


def _ranked_rows(drafts: list[Draft], context: Context, ranking: Ranking) -> list[dict[str, Any]]:
    """Candidate rows, best first; the two halves of a pair stand together under one rank."""
    rows = []
    for rank, group in enumerate(shelve(drafts, ranking), 1):
        rows += [candidate_row(rank, draft, group, context) for draft in group.drafts]
    return rows
