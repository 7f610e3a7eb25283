"""Every rule that a record meets, in order: its value, the threshold, whether it passed, and the key that sets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from filiation.io.vcf import TrioBatch
from filiation.model.consequence import group_of
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import CarrierState, Inheritance
from filiation.model.pedigree import Family
from filiation.panels.load import OFF_PANEL
from filiation.prioritisation.draft import COMPOUND, Context
from filiation.prioritisation.evidence import Evidence
from filiation.prioritisation.penetrance import patterns_in_gene
from filiation.prioritisation.rules import benign_in_clinvar, considered_genes
from filiation.scoring.mosaic_evidence import mosaic_evidence
from filiation.scoring.screen import Decision
from filiation.scoring.segregation import patterns_of
from filiation.scoring.trio import DOMINANT_PATTERNS, PATTERN_CLASSES

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
NOT_REACHED = "removed before this rule"


# Configuration of the rules after the screen; the second variant has no threshold of its own.
_LATER_KEYS = {
    "benign_in_clinvar": "annotation.clinvar_vcf",
    "consequence_considered": "annotation.consequences",
    "penetrance": "prioritisation.reduced_penetrance",
    "second_variant_in_trans": "no key",
    "panel": "prioritisation.panels",
}


@dataclass(frozen=True)
class RuleLine:
    """One rule: what was found, what is asked, the outcome (pass, fail, unknown), and the key of the threshold."""

    rule: str
    value: str
    threshold: str
    outcome: str
    key: str = "-"


def _number(value: float, missing: bool) -> str:
    return "unknown" if missing else f"{value:.4g}"


def _compared(rule: str, value: float, missing: bool, sign: str, limit: float, key: str) -> RuleLine:
    """A number against a threshold; missing is unknown, and unknown removes nothing."""
    fits = value >= limit if sign == ">=" else value <= limit
    outcome = UNKNOWN if missing else (PASS if fits else FAIL)
    return RuleLine(rule, _number(value, missing), f"{sign} {limit:g}", outcome, key)


def _parents(states: Sequence[int]) -> str:
    """`proband carrier, father absent, mother no data`."""
    words = {-1: "no data", 0: "absent", 1: "few alternate reads", 2: "carrier", 3: "homozygous"}
    names = ["proband", "father", "mother", *(f"sibling {n}" for n in range(1, len(states) - 2))]
    return ", ".join(f"{name} {words[int(state)]}" for name, state in zip(names, states, strict=True))


def screen_rules(batch: TrioBatch, decision: Decision, v: int, context: Context) -> list[RuleLine]:
    """The rules of the screen on record v of a batch, each judged by itself."""
    limit = context.model.threshold
    genotype = int(batch.genotype[v, 0])
    alt_reads, quality = int(batch.alt_depth[v, 0]), float(batch.genotype_quality[v, 0])
    af = float(decision.frequency.af[v])
    homozygotes = float(decision.frequency.homozygotes[v])
    hemizygotes = float(decision.frequency.hemizygotes[v])
    written = {-1: "./.", 0: "0/0", 1: "0/1", 2: "1/1"}[genotype]
    carried = UNKNOWN if genotype < 0 else (PASS if genotype > 0 else FAIL)
    lines = [
        RuleLine("proband_has_a_call", written, "a genotype", FAIL if genotype < 0 else PASS, "no key"),
        RuleLine("proband_carries_the_allele", written, "the alternate allele", carried, "no key"),
        _compared(
            "proband_alt_depth", alt_reads, alt_reads < 0, ">=", limit["min_proband_alt_depth"], "min_proband_alt_depth"
        ),
        _compared(
            "proband_genotype_quality",
            quality,
            bool(np.isnan(quality)),
            ">=",
            limit["min_proband_genotype_quality"],
            "min_proband_genotype_quality",
        ),
        _compared(
            "population_af",
            af,
            bool(np.isnan(af)),
            "<=",
            limit["max_frequency_recessive"],
            "max_frequency_recessive",
        ),
        _compared(
            "population_af_for_one_copy",
            af,
            bool(np.isnan(af)),
            "<=",
            limit["max_frequency_dominant"],
            "max_frequency_dominant",
        ),
        _compared(
            "population_homozygotes",
            homozygotes,
            bool(np.isnan(homozygotes)),
            "<=",
            limit["max_homozygotes_recessive"],
            "max_homozygotes_recessive",
        ),
        _compared(
            "population_hemizygotes",
            hemizygotes,
            bool(np.isnan(hemizygotes)),
            "<=",
            limit["max_hemizygotes_x_linked"],
            "max_hemizygotes_x_linked",
        ),
        *_evidence_rules(batch, decision, v, context),
        *_mosaic_rules(batch, decision, v, context),
        *_pattern_rules(batch, decision, v, context),
    ]
    left = bool((decision.scores.patterns[v] != 0).any())
    lines.append(
        RuleLine(
            "inheritance_pattern_left", "yes" if left else "none", "at least one", PASS if left else FAIL, "no key"
        )
    )
    return lines


def _evidence_rules(batch: TrioBatch, decision: Decision, v: int, context: Context) -> list[RuleLine]:
    """What makes a parent's 0/0 an absence: enough reads, enough quality; otherwise the parent is unknown."""
    limit = context.model.threshold
    lines = []
    members = (context.family.father, context.family.mother)
    for position, (role, member) in enumerate(zip(("father", "mother"), members, strict=True), 1):
        state = CarrierState(int(decision.scores.states[v, position]))
        if member is None:
            lines.append(RuleLine(f"{role}_has_data", "not sequenced", "data", UNKNOWN))
            continue
        depth, quality = int(batch.depth[v, position]), float(batch.genotype_quality[v, position])
        value = (
            f"{_number(depth, depth < 0)} reads, GQ {_number(quality, bool(np.isnan(quality)))}: {state.name.lower()}"
        )
        threshold = f"reads >= {limit['min_depth']:g}, GQ >= {limit['min_genotype_quality']:g} for an absence"
        outcome = UNKNOWN if state is CarrierState.UNKNOWN else PASS
        lines.append(RuleLine(f"{role}_has_data", value, threshold, outcome, "min_depth, min_genotype_quality"))
    return lines


def _mosaic_rules(batch: TrioBatch, decision: Decision, v: int, context: Context) -> list[RuleLine]:
    """Whether the reads of the index case and of each parent suggest a mosaic, and how far they are from error and from
    a heterozygote; `fail` says that nothing suggests one."""
    limit = context.model.threshold
    members = (context.family.proband, context.family.father, context.family.mother)
    lines = []
    for position, (role, member) in enumerate(zip(("proband", "father", "mother"), members, strict=True)):
        of_call = limit["heterozygote_p_value"]
        asked = f"share <= {limit['max_mosaic_fraction']:g}, error < {limit['mosaic_p_value']:g}, "
        asked += f"heterozygote < {of_call:g}"
        key = "max_mosaic_fraction, mosaic_p_value, heterozygote_p_value"
        if position:
            asked += f" ({limit['suspected_mosaic_p_value']:g} where called 0/1)"
            key += ", suspected_mosaic_p_value"
        reads = mosaic_evidence(batch, decision.scores.states, v, position, context.model) if member else None
        if reads is None:
            lines.append(RuleLine(f"{role}_may_be_mosaic", "no allelic depths", asked, UNKNOWN, key))
            continue
        value = (
            f"{reads.alternate} of {reads.reads} reads ({100 * reads.share:.0f} %), probability by error "
            f"{reads.error:.2g}, in a heterozygote {reads.heterozygote:.2g}"
        )
        if reads.suspected:
            value += ": mosaic suspected" if position else ": mosaic or artefact suspected"
        lines.append(RuleLine(f"{role}_may_be_mosaic", value, asked, PASS if reads.suspected else FAIL, key))
    return lines


def _pattern_rules(batch: TrioBatch, decision: Decision, v: int, context: Context) -> list[RuleLine]:
    """One line for each inheritance pattern: whether the genotypes fit, and what took it away where they do."""
    limit = context.model.threshold
    states = [int(state) for state in decision.scores.states[v]]
    reduced = bool(limit.get("reduced_penetrance", 0))
    place = ContigClass(int(batch.contig_class[v]))
    fits = patterns_of(states, place, context.family, context.model, reduced_penetrance=reduced)
    posterior = float(decision.scores.posterior[v])
    lines = []
    for column, pattern in enumerate(PATTERN_CLASSES):
        cell = int(decision.scores.patterns[v, column])
        threshold, key = "fits the genotypes", "min_depth, min_genotype_quality"
        if pattern is Inheritance.DE_NOVO:
            threshold = (
                f"posterior >= {limit['min_de_novo_posterior']:g} supported, "
                f">= {limit['min_possible_de_novo_posterior']:g} possible"
            )
            key = "min_de_novo_posterior, min_possible_de_novo_posterior"
        if cell:
            value = {1: "possible", 2: "supported"}[cell]
        elif pattern not in fits:
            value = f"does not fit: {_parents(states)}"
        elif pattern is Inheritance.DE_NOVO and posterior < limit["min_possible_de_novo_posterior"]:
            value = "posterior too low"
        else:
            value = "fits, too frequent in the population"
            key = "max_frequency_dominant" if column in DOMINANT_PATTERNS else "max_homozygotes_recessive"
            if pattern is Inheritance.X_LINKED:
                key += ", max_hemizygotes_x_linked"
        if pattern is Inheritance.DE_NOVO and not np.isnan(posterior):
            value += f" (posterior {posterior:.4g})"
        lines.append(RuleLine(f"pattern_{pattern.value}", value, threshold, PASS if cell else FAIL, key))
    return lines


def later_rules(
    evidence: Evidence | None, context: Context, candidates: Sequence[dict[str, Any]], removed: dict[str, Any] | None
) -> list[RuleLine]:
    """The rules after the screen: ClinVar, consequence, penetrance, second variant, panel.

    evidence : the annotated record, None when it never came so far. candidates : its rows of the candidates table, one
    a gene. removed : its row of the removed table.
    """
    if evidence is None:
        return _not_reached(
            ("benign_in_clinvar", "consequence_considered", "penetrance", "second_variant_in_trans", "panel")
        )
    stars = "" if evidence.clinvar is None else f", {evidence.clinvar.stars} star(s)"
    benign = benign_in_clinvar(evidence)
    kept, gone = considered_genes(
        evidence,
        lambda consequence: context.tier_of(consequence.gene, consequence.gene_id) != OFF_PANEL,
        context.model.threshold["min_splicing_score"],
    )
    lines = [
        RuleLine(
            "benign_in_clinvar",
            f"{evidence.clinvar_state}{stars}",
            "not benign with a star",
            FAIL if benign else (PASS if evidence.clinvar else UNKNOWN),
            _LATER_KEYS["benign_in_clinvar"],
        )
    ]
    if not evidence.annotated:
        lines.append(RuleLine("consequence_considered", "not annotated", "-", UNKNOWN, "annotation.consequences"))
    for consequence in evidence.consequences:
        value = f"{consequence.term} ({group_of(consequence.term).value}) in {consequence.gene or 'no gene'}"
        outcome = PASS if consequence in kept else FAIL
        lines.append(
            RuleLine(
                "consequence_considered",
                value,
                "coding, splice, RNA of a disease; UTR on the panel",
                outcome,
                "annotation.consequences",
            )
        )
    if gone is not None and not evidence.consequences:
        lines.append(RuleLine("consequence_considered", gone.detail, "a gene", FAIL, "annotation.consequences"))
    if benign is not None or gone is not None:
        return lines + _not_reached(("penetrance", "second_variant_in_trans", "panel"))
    for symbol in [consequence.gene for consequence in kept] or [""]:
        row = next((row for row in candidates if (row["gene"] or "") == symbol), None)
        lines += _gene_rules(evidence, symbol, context, row, removed)
    return lines


def _not_reached(names: Sequence[str]) -> list[RuleLine]:
    """Rules that nobody could ask any more."""
    return [RuleLine(name, NOT_REACHED, "-", UNKNOWN, _LATER_KEYS[name]) for name in names]


def _gene_rules(
    evidence: Evidence,
    symbol: str,
    context: Context,
    candidate: dict[str, Any] | None,
    removed: dict[str, Any] | None,
) -> list[RuleLine]:
    """Penetrance, second variant and panel for one gene."""
    patterns = patterns_in_gene(evidence, symbol, context.penetrance, context.family, context.model)
    listed = "reduced" if context.penetrance.reduced_in(symbol) else "full"
    left = ", ".join(f"{name.value} {status}" for name, status in patterns.items()) or "no pattern left"
    lines = [
        RuleLine(
            "penetrance",
            f"{listed} in {symbol or 'no gene'}: {left}",
            "a pattern is left",
            PASS if patterns else FAIL,
            "prioritisation.reduced_penetrance",
        )
    ]
    if COMPOUND in patterns:
        reason = str(removed["reason"]) if removed else ""
        if reason.startswith("compound_"):
            value, outcome = f"{reason}: {removed['detail'] if removed else ''}", FAIL
        elif candidate and candidate.get("compound_phase"):
            value, outcome = f"{candidate['compound_partner']} {candidate['compound_phase']}", PASS
        elif candidate and "compound_heterozygous" in str(candidate["inheritance_reason"]):
            value, outcome = "a second variant, shown under a weightier pattern", PASS
        else:
            value = "none in trans" if candidate else "tables of prioritise not given"
            outcome = FAIL if candidate else UNKNOWN
        key = _LATER_KEYS["second_variant_in_trans"]
        lines.append(RuleLine("second_variant_in_trans", value, "one in the gene, not in cis", outcome, key))
    tier = context.tier_of(symbol) if context.panel else "no panel given"
    lines.append(
        RuleLine(
            "panel",
            tier,
            "labels and ranks, never removes",
            UNKNOWN if tier in (OFF_PANEL, "no panel given") else PASS,
            _LATER_KEYS["panel"],
        )
    )
    return lines


def rules_text(title: str, row: dict[str, Any], lines: Sequence[RuleLine], family: Family) -> str:
    """The printed form of one variant: what became of it, the members' genotypes, then every rule in order."""
    members = [("proband", family.proband), ("father", family.father), ("mother", family.mother)]
    shown = [f"{role} {member.sample} {row.get(role) or '.'}" for role, member in members if member]
    out = [f"{title}: {row['status']}", f"  {row.get('inheritance') or '.'}; {'; '.join(shown)}"]
    widths = [max((len(getattr(line, name)) for line in lines), default=0) for name in ("rule", "value", "threshold")]
    for number, line in enumerate(lines, 1):
        cells = [
            f"{line.rule:<{widths[0]}}",
            f"{line.value:<{min(widths[1], 60)}}",
            f"{line.threshold:<{min(widths[2], 60)}}",
        ]
        out.append(f"  {number:>2}. {line.outcome:<7}  {'  '.join(cells)}  [{line.key}]".rstrip())
    out.append(f"  => {row['reason']}")
    return "\n".join(out)
