"""In which order are candidates discussed? A sum of named components; every component is shown.

Each component carries the name of its weight in the file of weights. What is unknown adds nothing and takes nothing
away: a missing source, phenotype or panel leaves the others to decide.
"""

from __future__ import annotations

from filiation.acmg.computation import protein_predictor
from filiation.acmg.engine import total_points
from filiation.acmg.evidence import VariantEvidence
from filiation.acmg.null_variant import SUFFICIENT
from filiation.acmg.table import AcmgTable
from filiation.model.consequence import ConsequenceGroup, group_of
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.prioritisation.draft import Draft
from filiation.prioritisation.known_genes import DOMINANT, RECESSIVE, KnownGene, fits_modes
from filiation.prioritisation.ranking import Ranking
from filiation.prioritisation.weights import RankWeights, Weights

_LOSS, _MISSENSE = ConsequenceGroup.LOSS_OF_FUNCTION, ConsequenceGroup.MISSENSE_OR_INFRAME
CODING = (_LOSS, _MISSENSE)
# Verdicts of the recheck that speak against the candidate itself, and their weights.
_CONTRADICTIONS = {"artefact_suspected": "reads_show_artefact", "inherited_missed": "reads_show_carrier"}


def pattern_weight(pattern: Inheritance, status: str, weights: Weights) -> float:
    """Weight of one pattern with its status; used to choose which class a candidate is shown under."""
    if pattern is Inheritance.DE_NOVO and status != "supported":
        return weights.de_novo_possible
    weight = weights.of(pattern.value)
    # Unknown origin is possible by nature; its own weight says so already.
    if status != "supported" and pattern is not Inheritance.DOMINANT_UNKNOWN_ORIGIN:
        weight += weights.possible_instead_of_supported
    return weight


def components(draft: Draft, ranking: Ranking) -> dict[str, float]:
    """Every part of a candidate's score, by the name of its weight; parts of no points are left out."""
    rank = ranking.weights
    pattern = f"{draft.pattern.value}:{draft.status}"
    parts = {pattern: pattern_weight(draft.pattern, draft.status, rank.weights)}
    names = [
        *_doubts_of_de_novo(draft, rank),
        *_consequence(draft),
        *_splicing(draft, rank),
        *_rarity(draft, rank),
        *_clinvar(draft),
        *_panel(draft),
        *_constraint(draft, ranking),
        *_diseases(draft),
        *_quality(draft),
        *_reads(draft, ranking),
    ]
    for name in names:
        parts[name] = rank.weights.of(name)
    parts["predictor_points"] = rank.weights.predictor_points * _predictor_points(draft, ranking.acmg)
    parts["phenotype_similarity"] = rank.weights.phenotype_similarity * _phenotype(draft.known, rank)
    parts["acmg_points"] = rank.weights.acmg_points * total_points(draft.criteria)
    return {name: value for name, value in parts.items() if value or name == pattern}


def _doubts_of_de_novo(draft: Draft, rank: RankWeights) -> list[str]:
    """A supported de novo whose posterior is not near one."""
    posterior = draft.evidence.posterior
    sure = posterior is None or posterior >= rank.limits.sure_de_novo_posterior
    supported = draft.pattern is Inheritance.DE_NOVO and draft.status == "supported"
    return ["de_novo_doubtful"] if supported and not sure else []


def _consequence(draft: Draft) -> list[str]:
    """Group of the consequence, or the RNA of a gene that makes ill as an RNA."""
    if not draft.term:
        return []
    group = group_of(draft.term)
    if group not in CODING and draft.in_disease_rna:
        return ["rna_disease_gene"]
    names = [] if group is ConsequenceGroup.OTHER else [group.value]
    if group is _LOSS and draft.effect is not None and draft.effect.nmd == "escapes":
        names.append("escapes_decay")
    return names


def _splicing(draft: Draft, rank: RankWeights) -> list[str]:
    """SpliceAI, where the loss of a splice site is not already said."""
    score = draft.evidence.facts.spliceai_max
    if score is None or group_of(draft.term) is _LOSS:
        return []
    if score >= rank.limits.splicing_strong:
        return ["splicing_strong"]
    return ["splicing_likely"] if score >= rank.limits.splicing_likely else []


def _predictor_points(draft: Draft, table: AcmgTable) -> int:
    """Points of the one calibrated predictor of a missense change, 0 for anything else."""
    facts = draft.evidence.facts
    if draft.term != "missense_variant":
        return 0
    scores = VariantEvidence(revel=facts.revel, alphamissense=facts.alphamissense, cadd=facts.cadd_phred)
    found = protein_predictor(scores, table)
    verdict = found[2].strength(found[1]) if found else None
    return table.points_of("PP3" if verdict[0] == "pathogenic" else "BP4", verdict[1]) if verdict else 0


def _rarity(draft: Draft, rank: RankWeights) -> list[str]:
    """Frequency in the population and in the laboratory's other families."""
    record, limits = draft.evidence, rank.limits
    names = []
    af = record.population_af
    if af is None and record.population_source == "not_found":
        names.append("absent_from_population")
    elif af is not None and af <= limits.very_rare:
        names.append("very_rare")
    elif af is not None and af >= limits.not_rare:
        names.append("not_rare")
    two_copies = draft.pattern in RECESSIVE or draft.pattern is Inheritance.X_LINKED
    homozygotes = record.population_homozygotes
    if two_copies and homozygotes is not None and homozygotes >= limits.homozygotes:
        names.append("homozygotes_in_population")
    carriers = record.facts.inhouse_carriers
    most = limits.inhouse_carriers_recessive if draft.pattern in RECESSIVE else limits.inhouse_carriers
    if carriers is not None and carriers >= most:
        names.append("frequent_in_house")
    return names


def _clinvar(draft: Draft) -> list[str]:
    """What ClinVar says of this allele."""
    entry = draft.evidence.clinvar
    if entry is None:
        return []
    if entry.pathogenic:
        return ["clinvar_pathogenic" if entry.stars >= 1 else "clinvar_pathogenic_no_star"]
    if entry.benign:
        return ["clinvar_benign_no_star"]
    return ["clinvar_conflicting"] if "conflict" in entry.significance.lower() else []


def _panel(draft: Draft) -> list[str]:
    """Tier of the gene on the panel, and whether the class fits the panel's mode; off the panel nothing."""
    gene = draft.known.panel_gene
    if gene is None:
        return []
    names = [f"panel_{gene.tier}"]
    if gene.inheritance and matches_mode(draft.pattern, gene.inheritance, draft.evidence.contig_class):
        names.append("mode_matches_panel")
    return names


def matches_mode(pattern: Inheritance, mode: str, contig_class: ContigClass) -> bool:
    """Whether a pattern fits the mode of inheritance that the panel gives for the gene."""
    modes = frozenset(part.strip() for part in mode.replace(",", "/").split("/") if part.strip())
    return fits_modes(pattern, modes, contig_class)


def _one_copy(draft: Draft) -> bool:
    """Whether one copy, or the only copy of a boy's X, is what would make ill."""
    return draft.pattern in DOMINANT or draft.pattern is Inheritance.X_LINKED


def constrained(known: KnownGene, table: AcmgTable) -> bool:
    """Whether the gene does not tolerate the loss of one copy: ClinGen 3, else LOEUF, else pLI."""
    if str(known.facts.get("clingen_haploinsufficiency") or "") == SUFFICIENT:
        return True
    loeuf, pli = known.number("loeuf"), known.number("pli")
    if loeuf is not None:
        return loeuf < table.null_variant.loeuf_max
    return pli is not None and pli >= table.null_variant.pli_min


def _constraint(draft: Draft, ranking: Ranking) -> list[str]:
    """Constraint of the gene against what the variant does to one copy."""
    if not draft.term or not _one_copy(draft):
        return []
    known, table = draft.known, ranking.acmg
    group = group_of(draft.term)
    if group is _LOSS:
        if str(known.facts.get("clingen_haploinsufficiency") or "") == SUFFICIENT:
            return ["haploinsufficient_gene"]
        if constrained(known, table):
            return ["constrained_gene"]
        loeuf = known.number("loeuf")
        return ["tolerant_gene"] if loeuf is not None and loeuf >= ranking.weights.limits.tolerant_loeuf else []
    missense_z = known.number("missense_z")
    if group is _MISSENSE and missense_z is not None and missense_z >= table.gene.missense_z_min:
        return ["constrained_missense"]
    return []


def mode_fits(draft: Draft) -> bool | None:
    """Whether the class fits the diseases of the gene; None when their modes are not known."""
    modes = draft.known.modes
    return None if modes is None else fits_modes(draft.pattern, modes, draft.evidence.contig_class)


def _diseases(draft: Draft) -> list[str]:
    """Links of the gene to diseases, in the light of the inheritance class."""
    known = draft.known
    if known.refuted:
        return ["disease_gene_refuted"]
    fits = mode_fits(draft)
    if fits is False:
        return ["mode_contradicts_disease"]
    if not known.links:
        return []
    return ["disease_gene_definitive" if known.validity in ("definitive", "strong") else "disease_gene_other"]


def _phenotype(known: KnownGene, rank: RankWeights) -> float:
    """Share of a perfect fit of the phenotype above what an unrelated gene shows, 0–1."""
    if known.match is None:
        return 0.0
    neutral = rank.limits.phenotype_neutral
    return max(0.0, (known.match.score - neutral) / (1 - neutral))


def _quality(draft: Draft) -> list[str]:
    """Doubts about the call and its place."""
    record, facts = draft.evidence, draft.evidence.facts
    names = []
    if record.weak_proband or record.caller_filter not in ("PASS", "."):
        names.append("flagged_quality")
    if "low_complexity" in facts.region_flags and len(record.ref) != len(record.alt):
        names.append("low_complexity")
    if "segmental_duplication" in facts.region_flags:
        names.append("segmental_duplication")
    if facts.recurrent_artefact:
        names.append("recurrent_artefact")
    return names


def _asked(draft: Draft) -> tuple[str, str]:
    """What the recheck was asked: the allele under its class."""
    return draft.evidence.key, draft.pattern.value


def _reads(draft: Draft, ranking: Ranking) -> list[str]:
    """What the members' reads said of the class; nothing where they were not opened, or could not decide."""
    agreement = ranking.recheck.get(_asked(draft), "")
    if agreement == "agrees":
        return ["reads_agree"]
    if agreement != "contradicts":
        return []
    return [_CONTRADICTIONS.get(ranking.verdicts.get(_asked(draft), ""), "reads_show_another_class")]


def refuted_by_reads(draft: Draft, ranking: Ranking) -> bool:
    """Whether the reads show an artefact, or a carrier parent of what was taken to be new."""
    return bool(set(_reads(draft, ranking)) & set(_CONTRADICTIONS.values()))


def components_text(parts: dict[str, float]) -> str:
    """`de_novo:supported=6;loss_of_function=5`."""
    return ";".join(f"{name}={value:.3g}" for name, value in parts.items())
