"""From whom does the allele come, and what else could the same genotypes mean?

Parent of origin, imprinted genes, X-linked mode, share of mitochondrial copies, and the apparent homozygote whose
parent does not carry the allele: a deletion, a uniparental disomy, allele drop-out or another parentage.
"""

from __future__ import annotations

from filiation.model.contigs import ContigClass, bare_name
from filiation.model.inheritance import CarrierState, Inheritance
from filiation.model.pedigree import Affection, Member, Role, Sex
from filiation.prioritisation.depth import MIN_LOG10_RATIO
from filiation.prioritisation.draft import Context, Draft
from filiation.prioritisation.evidence import Evidence
from filiation.scoring.segregation import origin_of_copy

FATHER, MOTHER = 1, 2
_CARRIES = (CarrierState.CARRIER, CarrierState.HOMOZYGOUS)


def carries(state: int) -> bool:
    """Whether a state says that the allele is there in every cell."""
    return state in _CARRIES


def parent_of_origin(evidence: Evidence, proband: Member) -> str:
    """`father`, `mother`, `either`, `neither` or `unknown`, from the genotypes alone."""
    father, mother = evidence.states[FATHER], evidence.states[MOTHER]
    one_parent = {
        ContigClass.Y: (FATHER, "father"),
        ContigClass.MITOCHONDRIAL: (MOTHER, "mother"),
    }.get(evidence.contig_class)
    if evidence.contig_class is ContigClass.X and proband.sex is Sex.MALE:
        one_parent = (MOTHER, "mother")
    if one_parent:
        position, role = one_parent
        state = evidence.states[position]
        return role if carries(state) else ("neither" if state == CarrierState.ABSENT else "unknown")
    return origin_of_copy(father, mother)


def non_carrier_parents(draft: Draft, context: Context) -> list[str]:
    """Parents with data who lack the allele of an apparent homozygote: `father`, `mother`."""
    evidence = draft.evidence
    if evidence.states[0] != CarrierState.HOMOZYGOUS:
        return []
    recessive = draft.pattern is Inheritance.AUTOSOMAL_RECESSIVE
    girl_on_x = draft.pattern is Inheritance.X_LINKED and evidence.contig_class is ContigClass.X
    if not recessive and not (girl_on_x and context.family.proband.sex is not Sex.MALE):
        return []
    absent = CarrierState.ABSENT
    return [role for role, position in (("father", FATHER), ("mother", MOTHER)) if evidence.states[position] == absent]


def homozygote_flags(draft: Draft, context: Context) -> list[str]:
    """What the tables and the depth say of an apparent homozygote with a non-carrier parent."""
    lacking = non_carrier_parents(draft, context)
    if not lacking:
        return []
    flags = ["homozygote_with_a_non_carrier_parent"]
    if len(lacking) == 1:
        kind = "upd_maternal" if lacking == ["father"] else "upd_paternal"
        if segment := covering_segment(draft.evidence, kind, context):
            flags.append(f"uniparental_disomy_{kind[4:]}={segment}")
    if deletion := deletion_over(draft.evidence, lacking, context):
        flags.append(f"deletion_called_on_the_other_copy={deletion}")
    if (ratio := half_depth(draft, lacking, context)) is not None:
        flags.append(f"half_depth_suggests_deletion={ratio:.2f}")
    return flags


def covering_segment(evidence: Evidence, kind: str, context: Context) -> str:
    """`chrom:start-end` of the index case's segment of a kind that covers the site, '' when there is none."""
    sample = context.family.proband.sample
    for row in context.segments:
        same_place = row["sample"] == sample and bare_name(str(row["chrom"])) == bare_name(evidence.chrom)
        if same_place and row["kind"] == kind and row["start"] <= evidence.pos <= row["end"]:
            return f"{row['chrom']}:{row['start']}-{row['end']}"
    return ""


def deletion_over(evidence: Evidence, lacking: list[str], context: Context) -> str:
    """Name of a called deletion that covers the site and can have come from a parent who lacks the allele, else ''."""
    places = [FATHER if role == "father" else MOTHER for role in lacking]
    for call in context.structural:
        given = any(carries(call.states[place]) or call.states[place] == CarrierState.UNKNOWN for place in places)
        if given and call.covers(evidence.chrom, evidence.pos):
            return call.key
    return ""


def half_depth(draft: Draft, lacking: list[str], context: Context) -> float | None:
    """Depth of the index case over the usual one, when one copy is likelier than two.

    By the index case alone, or together with a parent who lacks the allele and would have passed the deletion.
    """
    proband = context.family.proband.sample
    alone = context.depth.log10_half(draft.evidence, proband)
    best = alone
    for role in lacking:
        member = context.family.with_role(Role(role))
        if member is not None and alone > 0:
            best = max(best, alone + context.depth.log10_half(draft.evidence, member.sample))
    return context.depth.ratio(draft.evidence, proband) if best >= MIN_LOG10_RATIO else None


def imprinting_flags(draft: Draft, context: Context) -> list[str]:
    """Whether the gene is imprinted and the allele came on the copy that is silent, or nobody knows on which."""
    gene = context.imprinted.get(draft.gene)
    if gene is None:
        return []
    flags = [f"imprinted_{gene.expressed}"]
    if not gene.silent_parent or draft.evidence.states[0] == CarrierState.HOMOZYGOUS:
        return flags
    parent = parent_of_origin(draft.evidence, context.family.proband)
    if parent == gene.silent_parent:
        flags.append("inherited_on_the_silent_copy")
    elif parent not in ("father", "mother"):
        flags.append("imprinted_parent_of_origin_unknown")
    return flags


def unaffected_carrier_parent(draft: Draft, context: Context) -> bool:
    """Whether the dominant class rests on reduced penetrance: a healthy parent carries the allele."""
    if draft.pattern is not Inheritance.DOMINANT_INHERITED:
        return False
    parents = ((FATHER, context.family.father), (MOTHER, context.family.mother))
    return any(
        member is not None and member.affection is Affection.UNAFFECTED and carries(draft.evidence.states[position])
        for position, member in parents
    )


def x_linked_mode(draft: Draft, context: Context) -> str:
    """Dominant or recessive, as sex, copies and the carrier parent's health make it; '' off the X.

    A hemizygous boy of a healthy carrier mother: recessive; of an affected one: dominant; of unknown or new origin:
    either. A girl with two copies: recessive; with one from an affected parent: dominant; with one from a healthy
    mother: dominant with reduced penetrance, or recessive with skewed inactivation.
    """
    evidence, family = draft.evidence, context.family
    if evidence.contig_class is not ContigClass.X:
        return ""
    mother = family.mother
    if family.proband.sex is Sex.MALE:
        if mother is None or not carries(evidence.states[MOTHER]) or mother.affection is Affection.UNKNOWN:
            return "x_dominant_or_recessive"
        return "x_dominant" if mother.affection is Affection.AFFECTED else "x_recessive"
    if evidence.states[0] == CarrierState.HOMOZYGOUS:
        return "x_recessive"
    healthy_mother = mother is not None and mother.affection is not Affection.AFFECTED
    if healthy_mother and carries(evidence.states[MOTHER]):
        return "x_dominant_or_skewed_inactivation"
    return "x_dominant"


def heteroplasmy(draft: Draft, context: Context) -> list[str]:
    """`heteroplasmy_proband=0.82` for every member with reads at a mitochondrial site."""
    if draft.evidence.contig_class is not ContigClass.MITOCHONDRIAL:
        return []
    items = []
    for member in context.family.members:
        call = draft.evidence.calls[member.sample]
        if call.ref_depth is None or call.alt_depth is None or call.ref_depth + call.alt_depth == 0:
            continue
        name = member.sample if member.role is Role.SIBLING else member.role.value
        items.append(f"heteroplasmy_{name}={call.alt_depth / (call.ref_depth + call.alt_depth):.3f}")
    return items
