"""The family's candidates: rules, pairs, panel and rank applied to every annotated record."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.calls.consequences import Consequence
from filiation.io.vcf import header_contigs, pseudoautosomal_intervals
from filiation.model.consequence import group_of
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import CarrierState, Inheritance, Status
from filiation.model.pedigree import Family, Member, Role, Sex
from filiation.panels.load import OFF_PANEL, Panel
from filiation.prioritisation.evidence import NO_CALL, Evidence, read_evidence
from filiation.prioritisation.rank import components, components_text, pattern_weight
from filiation.prioritisation.rules import MEANING, Removal, benign_in_clinvar, considered_genes
from filiation.scoring.compound import find_pairs
from filiation.scoring.model import ScoringModel

COMPOUND = Inheritance.COMPOUND_HETEROZYGOUS
_STATE_WORDS = {
    CarrierState.UNKNOWN: "no_data",
    CarrierState.ABSENT: "absent",
    CarrierState.LOW_FRACTION: "few_alternate_reads",
    CarrierState.CARRIER: "carrier",
    CarrierState.HOMOZYGOUS: "homozygous",
}


@dataclass
class Draft:
    """One record on one gene, before the rank is known."""

    evidence: Evidence
    consequence: Consequence | None
    patterns: dict[Inheritance, str]
    partners: list[tuple[str, str]] = field(default_factory=list)
    pattern: Inheritance = COMPOUND
    status: str = "possible"
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def gene(self) -> str:
        """Gene symbol, its id where it has no symbol, '' without annotation."""
        return (self.consequence.gene or self.consequence.gene_id) if self.consequence else ""

    @property
    def score(self) -> float:
        """Sum of the components."""
        return sum(self.parts.values())


@dataclass
class Prioritised:
    """Rows of the candidates table and of the removed table, and the funnel's counts."""

    candidates: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    counts: dict[str, int]

    def rows(self) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        return {reason: (self.counts[reason], text) for reason, text in MEANING.items()}


def prioritise(
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    panel: Panel | None,
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
) -> Prioritised:
    """Apply the rules to every annotated record and rank what remains.

    Each record is removed once at most, with one reason; a record on several genes is a candidate when one of
    them keeps it. The panel labels and ranks.
    """
    counts = dict.fromkeys(MEANING, 0)
    removed: list[dict[str, Any]] = []
    drafts: list[Draft] = []
    panel_genes = set(panel.genes) if panel else set()
    regions = pseudoautosomal_intervals(assembly, header_contigs(variants), pseudoautosomal_bed)

    def remove(evidence: Evidence, removal: Removal) -> None:
        counts[removal.reason] += 1
        removed.append(_removed_row(evidence, removal))

    for evidence in read_evidence(variants, family, regions):
        counts["records_in"] += 1
        removal = benign_in_clinvar(evidence)
        genes: list[Consequence] = []
        if removal is None:
            genes, removal = considered_genes(evidence, panel_genes)
        if removal is not None:
            remove(evidence, removal)
            continue
        drafts += [Draft(evidence, gene, dict(evidence.patterns)) for gene in genes] or [
            Draft(evidence, None, dict(evidence.patterns))
        ]
    _pair_up(drafts, family)
    kept: list[Draft] = []
    survivors = {id(draft.evidence) for draft in drafts if draft.patterns}
    reported: set[int] = set()
    for draft in drafts:
        if draft.patterns:
            kept.append(draft)
        elif id(draft.evidence) not in survivors and id(draft.evidence) not in reported:
            reported.add(id(draft.evidence))
            where = draft.gene or "no gene annotation"
            remove(draft.evidence, Removal("compound_without_partner", where))
    counts["records_out"] = len(survivors)
    for draft in kept:
        _choose_pattern(draft, panel, model)
    return Prioritised(_ranked_rows(kept, family, panel, model), removed, counts)


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


def _pair_up(drafts: list[Draft], family: Family) -> None:
    """Give every half of a compound pair its partners; take the pattern from those that have none."""
    halves = [draft for draft in drafts if COMPOUND in draft.patterns]
    pairs = find_pairs(family, [half.gene for half in halves], [half.evidence.states for half in halves])
    for pair in pairs:
        first, second = halves[pair.first], halves[pair.second]
        # A pair is as sure as the weaker genotype of its two halves.
        weak = first.evidence.weak_proband or second.evidence.weak_proband
        status = Status.POSSIBLE.value if weak else pair.status
        first.partners.append((second.evidence.key, status))
        second.partners.append((first.evidence.key, status))
    for half in halves:
        if not half.partners:
            del half.patterns[COMPOUND]
        else:
            half.partners.sort(key=lambda partner: (partner[1] != "supported", partner[0]))
            half.patterns[COMPOUND] = half.partners[0][1]


def _choose_pattern(draft: Draft, panel: Panel | None, model: ScoringModel) -> None:
    """Show a candidate under its weightiest pattern; ties go to the order of model.inheritance."""
    order = list(Inheritance)
    draft.pattern, draft.status = max(
        draft.patterns.items(), key=lambda item: (pattern_weight(item[0], item[1], model), -order.index(item[0]))
    )
    if draft.evidence.weak_proband:
        draft.status = "possible"
    draft.parts = components(draft.evidence, draft.consequence, draft.pattern, draft.status, panel, model)


def _ranked_rows(drafts: list[Draft], family: Family, panel: Panel | None, model: ScoringModel) -> list[dict[str, Any]]:
    """Candidate rows, best first; the two halves of a pair stand together under one rank."""
    by_key = {(draft.evidence.key, draft.gene): draft for draft in drafts}
    contig_order = {draft.evidence.chrom: number for number, draft in enumerate(drafts)}

    def group_key(draft: Draft) -> str:
        if draft.pattern is not COMPOUND:
            return f"{draft.evidence.key}:{draft.gene}"
        return f"pair:{draft.gene}"

    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(group_key(draft), []).append(draft)

    def group_score(members: list[Draft]) -> float:
        # A pair is as strong as its best half with its best partner.
        if members[0].pattern is not COMPOUND:
            return members[0].score
        best = max(members, key=lambda member: member.score)
        partners = [by_key[(key, best.gene)].score for key, _ in best.partners if (key, best.gene) in by_key]
        return (best.score + max(partners)) / 2 if partners else best.score

    ordered = sorted(
        groups.values(),
        key=lambda members: (
            -group_score(members),
            contig_order[members[0].evidence.chrom],
            members[0].evidence.pos,
            members[0].evidence.alt,
        ),
    )
    rows = []
    for rank, members in enumerate(ordered, 1):
        for draft in sorted(members, key=lambda member: (-member.score, member.evidence.pos)):
            rows.append(_row(rank, draft, family, panel, model))
    return rows


def _row(rank: int, draft: Draft, family: Family, panel: Panel | None, model: ScoringModel) -> dict[str, Any]:
    """Row of the candidates table."""
    evidence, consequence = draft.evidence, draft.consequence
    gene = panel.genes.get(draft.gene) if panel else None
    row: dict[str, Any] = {
        "rank": rank,
        "chrom": evidence.chrom,
        "pos": evidence.pos,
        "ref": evidence.ref,
        "alt": evidence.alt,
        "gene": draft.gene or None,
        "gene_id": (gene.hgnc_id if gene else None) or (consequence.gene_id if consequence else None),
        "consequence": consequence.term if consequence else None,
        "transcript": consequence.transcript if consequence else None,
        "amino_acid_change": consequence.amino_acid_change if consequence else None,
        "dna_change": consequence.dna_change if consequence else None,
        "inheritance": draft.pattern.value,
        "inheritance_status": draft.status,
        "inheritance_reason": _inheritance_reason(draft, family),
        "compound_partner": ",".join(key for key, _ in draft.partners) if draft.pattern is COMPOUND else None,
        "de_novo_posterior": evidence.posterior,
        "evidence_rung": ",".join(evidence.rungs),
        "siblings": "|".join(
            f"{member.sample}:{evidence.calls[member.sample].summary()}" for member in family.siblings
        ),
        "population_af": evidence.population_af,
        "population_source": evidence.population_source,
        "population_homozygotes": evidence.population_homozygotes,
        "clinvar_significance": evidence.clinvar_state,
        "clinvar_review": evidence.clinvar.review if evidence.clinvar else None,
        "clinvar_id": evidence.clinvar.variation_id if evidence.clinvar else None,
        "panel_tier": None if panel is None else panel.tier_of(draft.gene),
        "panel_inheritance": gene.inheritance if gene else None,
        "score": draft.score,
        "score_components": components_text(draft.parts),
        "caller_filter": evidence.caller_filter,
        "flags": ";".join(_flags(draft, family, panel)),
        "kept_because": ";".join(_kept_because(draft, model)),
    }
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        member = family.with_role(role)
        if member is None:
            continue
        call = evidence.calls.get(member.sample, NO_CALL)
        row[f"{role.value}_genotype"] = call.genotype
        row[f"{role.value}_ref_depth"] = call.ref_depth
        row[f"{role.value}_alt_depth"] = call.alt_depth
        row[f"{role.value}_depth"] = call.depth
        row[f"{role.value}_genotype_quality"] = call.genotype_quality
    return row


def _member_states(draft: Draft, family: Family) -> list[tuple[str, str]]:
    """(proband|father|mother|sibling id, what the member's data say); `hemizygous` where one copy is all there is."""
    slots: list[tuple[str, Member | None]] = [
        ("proband", family.proband),
        ("father", family.father),
        ("mother", family.mother),
        *((member.sample, member) for member in family.siblings),
    ]
    words = []
    for (name, member), state in zip(slots, draft.evidence.states, strict=True):
        if member is None:
            words.append((name, "not_sequenced"))
        elif state == CarrierState.HOMOZYGOUS and _single_copy(draft.evidence.contig_class, member.sex):
            words.append((name, "hemizygous"))
        else:
            words.append((name, _STATE_WORDS[CarrierState(state)]))
    return words


def _single_copy(contig_class: ContigClass, sex: Sex) -> bool:
    """Whether a person of this sex has one copy of the chromosome."""
    return sex is Sex.MALE and contig_class in (ContigClass.X, ContigClass.Y)


def _inheritance_reason(draft: Draft, family: Family) -> str:
    """The evidence that made the class, and the other classes that remain open."""
    items = [f"{role}={word}" for role, word in _member_states(draft, family)]
    if draft.evidence.posterior is not None:
        items.append(f"de_novo_posterior={draft.evidence.posterior:.4g}")
    others = [f"{name.value}:{status}" for name, status in draft.patterns.items() if name is not draft.pattern]
    if others:
        items.append(f"also={','.join(others)}")
    return " ".join(items)


def _flags(draft: Draft, family: Family, panel: Panel | None) -> list[str]:
    """Things a reader must know before believing the row."""
    evidence = draft.evidence
    flags = []
    states = evidence.states
    for position, role in ((1, Role.FATHER), (2, Role.MOTHER)):
        member = family.with_role(role)
        if member is None:
            flags.append(f"{role.value}_not_sequenced")
        elif states[position] == CarrierState.UNKNOWN and _concerns(evidence, family, role):
            flags.append(f"{role.value}_without_data")
        elif states[position] == CarrierState.LOW_FRACTION:
            flags.append(f"{role.value}_few_alternate_reads")
    if evidence.weak_proband:
        flags.append("low_genotype_quality_or_balance")
    if evidence.caller_filter not in ("PASS", "."):
        flags.append("caller_filter")
    proband = evidence.calls[family.proband.sample]
    if _single_copy(evidence.contig_class, family.proband.sex) and proband.genotype.replace("|", "/") in ("0/1", "1/0"):
        flags.append("heterozygous_call_where_one_copy_is_expected")
    if draft.pattern is Inheritance.AUTOSOMAL_RECESSIVE and CarrierState.ABSENT in states[1:3]:
        flags.append("homozygote_with_a_non_carrier_parent")
    if panel is not None and panel.tier_of(draft.gene) == OFF_PANEL:
        flags.append(OFF_PANEL)
    return flags


def _concerns(evidence: Evidence, family: Family, role: Role) -> bool:
    """Whether a parent could have passed the allele at all (a boy's father has no say on the X)."""
    if evidence.contig_class is ContigClass.X and family.proband.sex is Sex.MALE:
        return role is Role.MOTHER
    if evidence.contig_class is ContigClass.Y:
        return role is Role.FATHER
    if evidence.contig_class is ContigClass.MITOCHONDRIAL:
        return role is Role.MOTHER
    return True


def _kept_because(draft: Draft, model: ScoringModel) -> list[str]:
    """Every rule that was passed, with its value, its threshold and the name of the threshold."""
    evidence, value = draft.evidence, model.threshold
    proband_reads = next(iter(evidence.calls.values()))
    reads = "unknown" if proband_reads.alt_depth is None else str(proband_reads.alt_depth)
    quality = "unknown" if proband_reads.genotype_quality is None else str(proband_reads.genotype_quality)
    af = evidence.population_source if evidence.population_af is None else f"{evidence.population_af:.3g}"
    consequence = draft.consequence
    word = f"{consequence.term} ({group_of(consequence.term).value})" if consequence else "not annotated"
    posterior = "not evaluable" if evidence.posterior is None else f"{evidence.posterior:.4g}"
    rules = [
        f"proband_alt_depth {reads} >= {value['min_proband_alt_depth']:g} [min_proband_alt_depth]",
        f"proband_genotype_quality {quality} >= {value['min_proband_genotype_quality']:g} "
        "[min_proband_genotype_quality]",
        f"population_af {af} <= {value['max_frequency_recessive']:g} [max_frequency_recessive]",
    ]
    if draft.pattern not in (COMPOUND, Inheritance.AUTOSOMAL_RECESSIVE, Inheritance.X_LINKED):
        rules.append(f"population_af {af} <= {value['max_frequency_dominant']:g} [max_frequency_dominant]")
    else:
        count = "unknown" if evidence.population_homozygotes is None else str(evidence.population_homozygotes)
        rules.append(
            f"population_homozygotes {count} <= {value['max_homozygotes_recessive']:g} [max_homozygotes_recessive]"
        )
    rules += [f"clinvar {evidence.clinvar_state} is not benign", f"consequence {word}"]
    if draft.pattern is Inheritance.DE_NOVO:
        rules.append(
            f"de_novo_posterior {posterior} against {value['min_de_novo_posterior']:g} [min_de_novo_posterior]"
        )
    if draft.pattern is COMPOUND:
        rules.append(f"second variant in {draft.gene}, trans {draft.partners[0][1]}")
    rules.append(f"inheritance {draft.pattern.value} {draft.status}")
    return rules
