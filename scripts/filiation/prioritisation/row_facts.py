"""The columns of a candidate that hold facts: its gene, its consequence, its evidence by source, its criteria."""

from __future__ import annotations

from typing import Any

from filiation.acmg.engine import criteria_text, total_points
from filiation.model.inheritance import CarrierState
from filiation.model.pedigree import Affection, Family
from filiation.panels.load import OFF_PANEL
from filiation.prioritisation.draft import Context, Draft

# Facts of the gene that are shown as they come.
GENE_FACTS = (
    "pli",
    "loeuf",
    "missense_z",
    "clingen_haploinsufficiency",
    "clingen_triplosensitivity",
    "gene_disease_validity",
)


def gene_columns(draft: Draft, context: Context) -> dict[str, Any]:
    """Identity of the gene, what is known of it, its place on the panel, its fit to the phenotype."""
    known = draft.known
    match = known.match
    tier = known.panel_gene.tier if known.panel_gene else OFF_PANEL
    return {
        "gene": draft.gene or None,
        "gene_id": (known.panel_gene.hgnc_id if known.panel_gene else "") or draft.gene_id or None,
        "hgnc_id": known.hgnc_id or None,
        "gene_name_status": known.name_status or None,
        **{name: known.facts.get(name) for name in GENE_FACTS},
        "hpo_score": match.score if match else None,
        "hpo_disease": f"{match.disease_id}:{match.disease_name}" if match else None,
        "hpo_matches": ";".join(
            f"{item.patient_term}>{item.disease_term or '.'}:{item.similarity:.2f}" for item in match.matches
        )
        if match
        else None,
        "panel_tier": None if context.panel is None else tier,
        "panel_inheritance": known.panel_gene.inheritance if known.panel_gene else None,
    }


def consequence_columns(draft: Draft) -> dict[str, Any]:
    """Consequence and names on the clinical transcript; as the annotator wrote them where that is all there is."""
    consequence, effect = draft.consequence, draft.effect
    return {
        "consequence": draft.term or None,
        "transcript": effect.transcript if effect else (consequence.transcript if consequence else None),
        "transcript_status": effect.status if effect else None,
        "hgvs_g": draft.evidence.facts.hgvs_g or None,
        "vrs_id": draft.evidence.facts.vrs_id or None,
        "dbsnp_id": draft.evidence.facts.dbsnp_id or None,
        "hgvs_c": effect.hgvs_c if effect else None,
        "hgvs_p": effect.hgvs_p if effect else None,
        "protein_domain": (effect.protein_domain or "").replace("&", ";") or None if effect else None,
        "exon": effect.exon if effect else None,
        "intron": effect.intron if effect else None,
        "other_transcripts": effect.other_transcripts if effect else None,
        "amino_acid_change": consequence.amino_acid_change if consequence else None,
        "dna_change": consequence.dna_change if consequence else None,
    }


def variant_columns(draft: Draft, family: Family) -> dict[str, Any]:
    """What the sources say of the allele."""
    affected, unaffected = other_families(draft, family)
    evidence, facts = draft.evidence, draft.evidence.facts
    clinvar = evidence.clinvar
    return {
        "population_af": evidence.population_af,
        "population_source": evidence.population_source,
        "population_homozygotes": evidence.population_homozygotes,
        "population_hemizygotes": evidence.population_hemizygotes,
        "population_faf": facts.population_faf,
        "population_by_group": facts.population_by_group or None,
        "population_coverage": facts.population_coverage or None,
        "inhouse_af": facts.inhouse_af,
        "inhouse_carriers": facts.inhouse_carriers,
        "inhouse_affected": affected,
        "inhouse_unaffected": unaffected,
        "clinvar_significance": evidence.clinvar_state,
        "clinvar_review": clinvar.review if clinvar else None,
        "clinvar_id": clinvar.variation_id if clinvar else None,
        "clinvar_stars": clinvar.stars if clinvar else None,
        "clinvar_date": facts.clinvar_date or None,
        "clinvar_conflict": facts.clinvar_conflict or None,
        "cadd_phred": facts.cadd_phred,
        "revel": facts.revel,
        "spliceai_max": facts.spliceai_max,
        "spliceai_detail": facts.spliceai_detail or None,
        "alphamissense": facts.alphamissense,
        "region_flags": ";".join(facts.region_flags) or None,
        "recurrent_artefact": facts.recurrent_artefact or None,
        "annotation_states": facts.states_text,
    }


def other_families(draft: Draft, family: Family) -> tuple[int | None, int | None]:
    """(other families with an affected carrier, with an unaffected one); (None, None) where nobody counted them apart.

    Where a source has this family too, it is taken off on the side on which its own carriers stand, by their genotypes
    and their affection in the pedigree.
    """
    counted = dict(item.split("=", 1) for item in draft.evidence.facts.inhouse_split.split(";") if "=" in item)
    if not {"affected", "unaffected", "own"} <= set(counted):
        return None, None
    own = int(counted["own"])
    slots = [family.proband, family.father, family.mother, *family.siblings]
    carriers = {
        member.affection
        for member, state in zip(slots, draft.evidence.states, strict=True)
        if member is not None and state in (CarrierState.CARRIER, CarrierState.HOMOZYGOUS)
    }
    affected, unaffected = (
        max(0, int(counted[name]) - own * (affection in carriers))
        for name, affection in (("affected", Affection.AFFECTED), ("unaffected", Affection.UNAFFECTED))
    )
    return affected, unaffected


def acmg_columns(draft: Draft) -> dict[str, Any]:
    """Criteria, points and the class they alone would give."""
    return {
        "acmg_points": total_points(draft.criteria),
        "acmg_class": draft.acmg_class,
        "acmg_criteria": criteria_text(draft.criteria),
    }
