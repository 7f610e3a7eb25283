"""PS2, PM6, PM3: what does the family itself say, once the identity of its members is known?

De novo counts as confirmed only where the kinship of both parents was measured and fits (quality table); where it was
not measured it is assumed, and where the identity check failed, or the reads of the recheck contradict it, it does not
count.
"""

from __future__ import annotations

from filiation.acmg.criterion import Finding, State, met, not_evaluable, not_met
from filiation.acmg.evidence import ASSUMED, CONFIRMED, CONTRADICTED, VariantEvidence
from filiation.acmg.table import AcmgTable

_DE_NOVO = "de_novo"
_PATHOGENIC = ("pathogenic", "likely_pathogenic")


def ps2(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """De novo with both parents confirmed; points by how well the phenotype fits the gene."""
    if obstacle := _no_de_novo(evidence):
        return obstacle
    if evidence.parentage != CONFIRMED:
        return not_met(f"parentage {evidence.parentage} ({evidence.parentage_text}): see PM6")
    points = table.de_novo
    consistent, words = _consistent(evidence, table)
    value = points.confirmed_consistent if consistent else points.confirmed_heterogeneous
    return _by_points(value, f"both parents confirmed ({evidence.parentage_text}), {words}", table)


def pm6(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """De novo with the parents taken as the sheet says."""
    if obstacle := _no_de_novo(evidence):
        return obstacle
    if evidence.parentage != ASSUMED:
        return not_met("parentage confirmed: see PS2")
    points = table.de_novo
    consistent, words = _consistent(evidence, table)
    value = points.assumed_consistent if consistent else points.assumed_heterogeneous
    return _by_points(value, f"parentage assumed ({evidence.parentage_text}), {words}", table)


def _no_de_novo(evidence: VariantEvidence) -> Finding | None:
    """Why neither PS2 nor PM6 applies, None when one of them may."""
    if evidence.pattern != _DE_NOVO:
        return not_met("not de novo")
    if evidence.status != "supported":
        return not_evaluable("de novo is possible, not supported")
    if evidence.recheck == "contradicts":
        return not_met("the reads of the recheck contradict de novo")
    if evidence.parentage == CONTRADICTED:
        return not_met(f"the identity check failed ({evidence.parentage_text})")
    if not evidence.parents_healthy:
        return not_met("a parent is affected, or of unknown affection")
    if evidence.gene.modes is not None and evidence.gene.modes and not evidence.gene.modes & {"AD", "XL", "MT"}:
        return Finding(State.FOR_HUMANS, "only recessive diseases of the gene are known")
    return None


def _consistent(evidence: VariantEvidence, table: AcmgTable) -> tuple[bool, str]:
    """Whether the phenotype fits the gene, and the words."""
    if evidence.hpo_score is None:
        return False, "no phenotype to compare"
    limit = table.de_novo.consistent_similarity_min
    fits = evidence.hpo_score >= limit
    return fits, f"phenotype similarity {evidence.hpo_score:.2f} {'>=' if fits else '<'} {limit:g}"


def _by_points(points: float, words: str, table: AcmgTable) -> Finding:
    """Met at the strength that case points reach; too few are not met."""
    strength = table.case_points.strength(points)
    text = f"{words}: {points:g} case points"
    return (
        met(text, strength) if strength else not_met(f"{text}, supporting needs {table.case_points.supporting_min:g}")
    )


def pm3(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """In trans with a pathogenic variant, or homozygous, in a recessive disorder; only for a rare variant."""
    if not evidence.recessive:
        return not_met("not a recessive pattern")
    if evidence.gene.modes is not None and evidence.gene.modes and "AR" not in evidence.gene.modes:
        return not_met("no recessive disease of the gene is known")
    limits = table.population
    if evidence.population_af is not None and evidence.population_af > limits.rare_for_recessive:
        return not_met(f"allele frequency {evidence.population_af:.3g} > {limits.rare_for_recessive:g}")
    points = table.in_trans
    if evidence.pattern == "autosomal_recessive":
        if evidence.status != "supported":
            return not_evaluable("homozygous is possible, not supported")
        run = evidence.homozygous_run
        value = points.homozygous_consanguineous if run else points.homozygous
        return _by_points(
            value, f"homozygous, {f'in the run of homozygosity {run}' if run else 'in no long run'}", table
        )
    best, words = 0.0, ""
    for partner in evidence.partners:
        if partner.acmg_class not in _PATHOGENIC:
            continue
        unknown = points.unknown_pathogenic if partner.acmg_class == "pathogenic" else points.unknown_likely_pathogenic
        value = points.proven if partner.trans_proven else unknown
        if value > best:
            best, words = value, f"{'trans proven' if partner.trans_proven else 'phase not proven'} with {partner.key}"
            words += f" ({partner.acmg_class.replace('_', ' ')})"
    return _by_points(best, words, table) if best else not_met("no partner is pathogenic or likely pathogenic")
