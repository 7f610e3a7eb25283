"""What finding would overturn a candidate's inheritance class? The few words that a reader can act on."""

from __future__ import annotations

from filiation.model.contigs import ContigClass
from filiation.model.inheritance import CarrierState, CompoundPhase, Inheritance, PhaseEvidence
from filiation.model.pedigree import Sex
from filiation.prioritisation.draft import Context, Draft
from filiation.prioritisation.origin import (
    FATHER,
    MOTHER,
    imprinting_flags,
    non_carrier_parents,
    unaffected_carrier_parent,
)

_PARENTS = (("father", FATHER), ("mother", MOTHER))


def overturned_by(draft: Draft, context: Context) -> list[str]:
    """Findings that would take the class away, by name; the report has the words."""
    by_pattern = {
        Inheritance.DE_NOVO: _de_novo,
        Inheritance.PARENTAL_MOSAIC: _mosaic,
        Inheritance.AUTOSOMAL_RECESSIVE: _homozygote,
        Inheritance.COMPOUND_HETEROZYGOUS: _compound,
        Inheritance.X_LINKED: _x_linked,
        Inheritance.Y_LINKED: _one_lineage,
        Inheritance.MITOCHONDRIAL: _one_lineage,
        Inheritance.DOMINANT_INHERITED: _dominant,
        Inheritance.DOMINANT_UNKNOWN_ORIGIN: _unread_parents,
    }
    found = by_pattern[draft.pattern](draft, context)
    if draft.evidence.weak_proband:
        found.append("better_reads_of_the_proband")
    if "imprinted_parent_of_origin_unknown" in imprinting_flags(draft, context):
        found.append("parent_of_origin")
    return list(dict.fromkeys(found))


def _could_pass(draft: Draft, context: Context) -> list[tuple[str, int]]:
    """Parents who could have passed the allele, by contig class and sex."""
    boy = context.family.proband.sex is Sex.MALE
    place = draft.evidence.contig_class
    if place is ContigClass.MITOCHONDRIAL or (place is ContigClass.X and boy):
        return [("mother", MOTHER)]
    return [("father", FATHER)] if place is ContigClass.Y else list(_PARENTS)


def _unread_parents(draft: Draft, context: Context) -> list[str]:
    """Parents without data whose data would decide."""
    unknown = CarrierState.UNKNOWN
    return [
        f"data_of_the_{role}"
        for role, position in _could_pass(draft, context)
        if draft.evidence.states[position] == unknown
    ]


def _de_novo(draft: Draft, context: Context) -> list[str]:
    return [f"alternate_reads_in_the_{role}" for role, _ in _could_pass(draft, context)]


def _mosaic(draft: Draft, context: Context) -> list[str]:
    low = CarrierState.LOW_FRACTION
    found = []
    for role, position in _could_pass(draft, context):
        if draft.evidence.states[position] == low:
            found += [f"artefact_in_the_{role}", f"heterozygous_{role}"]
        elif draft.evidence.states[position] == CarrierState.CARRIER:
            found.append(f"heterozygous_{role}")
    return found or ["artefact_in_a_sibling"]


def _homozygote(draft: Draft, context: Context) -> list[str]:
    lacking = non_carrier_parents(draft, context)
    found = _unread_parents(draft, context)
    if lacking:
        found += ["deletion_on_the_other_copy", "uniparental_disomy", "allele_drop_out"]
        found.append("other_parentage")
    elif not found:
        found.append("healthy_relative_with_two_copies")
    return found


def _compound(draft: Draft, context: Context) -> list[str]:
    best = draft.partners[0]
    if best.evidence is PhaseEvidence.CONFLICT:
        return ["phase_by_long_reads"]
    found = ["second_variant_in_cis"]
    if best.phase is not CompoundPhase.TRANS_PROVEN:
        found += _unread_parents(draft, context)
    return found


def _x_linked(draft: Draft, context: Context) -> list[str]:
    if non_carrier_parents(draft, context):
        return _homozygote(draft, context)
    return [*_unread_parents(draft, context), "healthy_male_relative_with_the_allele"]


def _one_lineage(draft: Draft, context: Context) -> list[str]:
    if draft.pattern is Inheritance.Y_LINKED:
        return [*_unread_parents(draft, context), "healthy_male_relative_with_the_allele"]
    return [*_unread_parents(draft, context), "higher_share_in_a_healthy_maternal_relative"]


def _dominant(draft: Draft, context: Context) -> list[str]:
    if unaffected_carrier_parent(draft, context):
        return ["full_penetrance", "more_healthy_carriers"]
    return [*_unread_parents(draft, context), "healthy_relative_with_the_allele"]
