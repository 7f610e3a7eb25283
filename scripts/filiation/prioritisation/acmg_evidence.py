"""What does the ACMG/AMP engine hear of a candidate? The facts of its record, its gene and its family."""

from __future__ import annotations

from filiation.acmg.criterion import Criterion
from filiation.acmg.engine import classify_variant, proposed_class
from filiation.acmg.evidence import PartnerEvidence, VariantEvidence
from filiation.evidence.fields import NOT_ANNOTATED
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import CarrierState, CompoundPhase
from filiation.model.pedigree import Affection
from filiation.prioritisation.draft import COMPOUND, Context, Draft
from filiation.prioritisation.evidence import Evidence
from filiation.prioritisation.origin import covering_segment
from filiation.prioritisation.ranking import Ranking

UNKNOWN_SOURCES = ("not_found", "not_covered", "no_frequency", NOT_ANNOTATED)
LOW_COMPLEXITY = "low_complexity"


def judge_all(drafts: list[Draft], context: Context, ranking: Ranking) -> None:
    """Set the criteria and the proposed class of every draft.

    Twice where there are pairs: PM3 asks for the class of the partner, which must not rest on PM3 itself.
    """
    for draft in drafts:
        set_criteria(draft, acmg_evidence(draft, context, ranking, {}), ranking)
    classes = {(draft.evidence.key, draft.gene): partner_class(draft) for draft in drafts}
    for draft in drafts:
        if draft.pattern is COMPOUND:
            set_criteria(draft, acmg_evidence(draft, context, ranking, classes), ranking)


def set_criteria(draft: Draft, evidence: VariantEvidence, ranking: Ranking) -> None:
    """Judge one draft."""
    draft.criteria = classify_variant(evidence, ranking.acmg, ranking.protein_index)
    draft.acmg_class = proposed_class(draft.criteria, ranking.acmg)


def partner_class(draft: Draft) -> str:
    """Class of a variant as the partner of another: what ClinVar says with a star, else what the points propose."""
    entry = draft.evidence.clinvar
    if entry is not None and entry.pathogenic and entry.stars >= 1:
        return "likely_pathogenic" if entry.significance.lower().startswith("likely") else "pathogenic"
    return draft.acmg_class


def criterion(draft: Draft, name: str) -> Criterion:
    """One criterion of a draft that was judged."""
    return next(item for item in draft.criteria if item.name == name)


def acmg_evidence(
    draft: Draft, context: Context, ranking: Ranking, classes: dict[tuple[str, str], str]
) -> VariantEvidence:
    """The plain facts of one draft; classes : class of every candidate, for partners in trans."""
    record, facts, effect, known = draft.evidence, draft.evidence.facts, draft.effect, draft.known
    parents = (context.family.father, context.family.mother)
    repeat = facts.state(LOW_COMPLEXITY)
    source = record.population_source
    match = known.match
    return VariantEvidence(
        term=draft.term,
        pattern=draft.pattern.value,
        status=draft.status,
        mitochondrial=record.contig_class is ContigClass.MITOCHONDRIAL,
        x_linked=record.contig_class is ContigClass.X,
        transcript_status=effect.status if effect else "",
        hgvs_c=effect.hgvs_c if effect else "",
        hgvs_p=effect.hgvs_p if effect else "",
        nmd=effect.nmd if effect else "",
        protein_position=effect.protein_position if effect else None,
        protein_length=effect.protein_length if effect else None,
        exon_coding_bases=effect.exon_coding_bases if effect else None,
        gene=known.acmg,
        population_state=source if source in UNKNOWN_SOURCES else "found",
        population_af=record.population_af,
        population_faf=facts.population_faf,
        population_alleles=None if (counted := facts.coverage("alleles")) is None else int(counted),
        population_depth=facts.coverage("median"),
        homozygotes=_affected_by_state(record),
        revel=facts.revel,
        alphamissense=facts.alphamissense,
        cadd=facts.cadd_phred,
        spliceai=facts.spliceai_max,
        in_repeat=None if repeat == NOT_ANNOTATED else LOW_COMPLEXITY in facts.region_flags,
        parentage=ranking.parentage.state,
        parentage_text=ranking.parentage.text,
        parents_healthy=all(parent is not None and parent.affection is Affection.UNAFFECTED for parent in parents),
        recheck=ranking.recheck.get((record.key, draft.pattern.value), ""),
        posterior=record.posterior,
        hpo_score=match.score if match else None,
        hpo_text=f"with {match.disease_id} {match.disease_name}" if match else "",
        partners=tuple(
            PartnerEvidence(
                partner.key,
                classes.get((partner.key, draft.gene), ""),
                partner.phase is CompoundPhase.TRANS_PROVEN,
            )
            for partner in (draft.partners if draft.pattern is COMPOUND else ())
        ),
        homozygous_run=covering_segment(record, "roh", context),
        clinvar_id=record.clinvar.variation_id if record.clinvar else "",
        relatives=_relatives(draft, context),
    )


def _relatives(draft: Draft, context: Context) -> str:
    """Affection and carrier state of each relative, for those who judge segregation."""
    family = context.family
    slots = (family.father, family.mother, *family.siblings)
    words = []
    for member, state in zip(slots, draft.evidence.states[1:], strict=False):
        if member is not None:
            name = member.role.value if member.role.value != "sibling" else f"sibling {member.sample}"
            words.append(f"{name} {member.affection.value}, {CarrierState(state).name.lower().replace('_', ' ')}")
    return "; ".join(words)


def _affected_by_state(record: Evidence) -> int | None:
    """People of the source who would be ill of a recessive allele: homozygotes, on the X hemizygous men too."""
    counts = [record.population_homozygotes]
    if record.contig_class is ContigClass.X:
        counts.append(record.population_hemizygotes)
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
