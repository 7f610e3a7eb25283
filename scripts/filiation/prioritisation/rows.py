"""What does the candidates table say of one draft: its row, its evidence, its flags, the rules it passed?"""

from __future__ import annotations

from typing import Any

from filiation.model.consequence import group_of
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import CarrierState, Inheritance
from filiation.model.pedigree import Member, Role, Sex
from filiation.panels.load import OFF_PANEL
from filiation.prioritisation.draft import COMPOUND, Context, Draft
from filiation.prioritisation.evidence import NO_CALL
from filiation.prioritisation.origin import (
    heteroplasmy,
    homozygote_flags,
    imprinting_flags,
    parent_of_origin,
    unaffected_carrier_parent,
    x_linked_mode,
)
from filiation.prioritisation.overturned import overturned_by
from filiation.prioritisation.rank import components_text
from filiation.prioritisation.row_facts import acmg_columns, consequence_columns, gene_columns, variant_columns
from filiation.prioritisation.shelves import Group
from filiation.scoring.model import ScoringModel

_STATE_WORDS = {
    CarrierState.UNKNOWN: "no_data",
    CarrierState.ABSENT: "absent",
    CarrierState.LOW_FRACTION: "few_alternate_reads",
    CarrierState.CARRIER: "carrier",
    CarrierState.HOMOZYGOUS: "homozygous",
}


def candidate_row(rank: int, draft: Draft, group: Group, context: Context) -> dict[str, Any]:
    """Row of the candidates table."""
    evidence, family = draft.evidence, context.family
    paired = draft.pattern is COMPOUND
    row: dict[str, Any] = {
        "rank": rank,
        "shelf": group.shelf,
        "chrom": evidence.chrom,
        "pos": evidence.pos,
        "ref": evidence.ref,
        "alt": evidence.alt,
        **gene_columns(draft, context),
        **consequence_columns(draft),
        **variant_columns(draft, family),
        **acmg_columns(draft),
        "inheritance": draft.pattern.value,
        "inheritance_status": draft.status,
        "inheritance_reason": _inheritance_reason(draft, context),
        "compound_partner": ",".join(partner.key for partner in draft.partners) if paired else None,
        "compound_phase": ",".join(partner.text for partner in draft.partners) if paired else None,
        "overturned_by": ";".join(overturned_by(draft, context)),
        "de_novo_posterior": evidence.posterior,
        "de_novo_log10_odds": evidence.log10_odds,
        "evidence_rung": ",".join(evidence.rungs),
        "siblings": "|".join(
            f"{member.sample}:{evidence.calls[member.sample].summary()}" for member in family.siblings
        ),
        "score": draft.score,
        "score_components": components_text(draft.parts),
        "caller_filter": evidence.caller_filter,
        "flags": ";".join(_flags(draft, context)),
        "kept_because": ";".join([*_kept_because(draft, context.model), _shelf_reason(group)]),
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
        row[f"{role.value}_likelihoods"] = call.likelihoods
        row[f"{role.value}_phase_set"] = call.phase_set
    return row


def _member_states(draft: Draft, context: Context) -> list[tuple[str, str]]:
    """(proband|father|mother|sibling id, what the member's data say); `hemizygous` where one copy is all there is."""
    family = context.family
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


def _inheritance_reason(draft: Draft, context: Context) -> str:
    """The evidence that made the class, and the other classes that remain open."""
    items = [f"{role}={word}" for role, word in _member_states(draft, context)]
    if draft.evidence.posterior is not None:
        items.append(f"de_novo_posterior={draft.evidence.posterior:.4g}")
    if mode := x_linked_mode(draft, context):
        items.append(f"mode={mode}")
    if draft.gene in context.imprinted:
        items.append(f"parent_of_origin={parent_of_origin(draft.evidence, context.family.proband)}")
    items += heteroplasmy(draft, context)
    others = [f"{name.value}:{status}" for name, status in draft.patterns.items() if name is not draft.pattern]
    if others:
        items.append(f"also={','.join(others)}")
    return " ".join(items)


def _flags(draft: Draft, context: Context) -> list[str]:
    """Things a reader must know before believing the row."""
    evidence, family, panel = draft.evidence, context.family, context.panel
    flags = []
    states = evidence.states
    for position, role in ((1, Role.FATHER), (2, Role.MOTHER)):
        member = family.with_role(role)
        if member is None:
            flags.append(f"{role.value}_not_sequenced")
        elif states[position] == CarrierState.UNKNOWN and _concerns(draft, context, role):
            flags.append(f"{role.value}_without_data")
        elif states[position] == CarrierState.LOW_FRACTION:
            flags.append(f"{role.value}_few_alternate_reads")
        elif states[position] == CarrierState.CARRIER and Inheritance.PARENTAL_MOSAIC in draft.patterns:
            # The screen leaves a mosaic possible beside a carrier for the reads of that parent alone.
            flags.append(f"{role.value}_called_heterozygous_on_few_reads")
    if evidence.weak_proband:
        flags.append("low_genotype_quality_or_balance")
    if evidence.caller_filter not in ("PASS", "."):
        flags.append("caller_filter")
    proband = evidence.calls[family.proband.sample]
    if _single_copy(evidence.contig_class, family.proband.sex) and proband.genotype.replace("|", "/") in ("0/1", "1/0"):
        flags.append("heterozygous_call_where_one_copy_is_expected")
    if evidence.contig_class is ContigClass.PSEUDOAUTOSOMAL and proband.genotype in ("0", "1"):
        flags.append("one_copy_called_where_two_are_expected")
    flags += homozygote_flags(draft, context)
    flags += imprinting_flags(draft, context)
    if unaffected_carrier_parent(draft, context):
        flags.append("unaffected_carrier_parent")
    if panel is not None and draft.known.panel_gene is None:
        flags.append(OFF_PANEL)
    return flags


def _concerns(draft: Draft, context: Context, role: Role) -> bool:
    """Whether a parent could have passed the allele at all (a boy's father has no say on the X)."""
    place = draft.evidence.contig_class
    if place is ContigClass.X and context.family.proband.sex is Sex.MALE:
        return role is Role.MOTHER
    if place is ContigClass.Y:
        return role is Role.FATHER
    if place is ContigClass.MITOCHONDRIAL:
        return role is Role.MOTHER
    return True


def _shelf_reason(group: Group) -> str:
    """`shelf A [de_novo_loss_in_constrained_gene]`: the shelf and the rule that chose it."""
    return f"shelf {group.shelf}, score {group.score:.4g} [{group.reason}]"


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
    if draft.pattern is Inheritance.X_LINKED:
        count = "unknown" if evidence.population_hemizygotes is None else str(evidence.population_hemizygotes)
        rules.append(
            f"population_hemizygotes {count} <= {value['max_hemizygotes_x_linked']:g} [max_hemizygotes_x_linked]"
        )
    rules += [f"clinvar {evidence.clinvar_state} is not benign", f"consequence {word}"]
    if draft.pattern is Inheritance.DE_NOVO:
        rules.append(
            f"de_novo_posterior {posterior} against {value['min_de_novo_posterior']:g} [min_de_novo_posterior]"
        )
    if draft.pattern is COMPOUND:
        rules.append(f"second variant in {draft.gene}, {draft.partners[0].text}")
    rules.append(f"inheritance {draft.pattern.value} {draft.status}")
    return rules
