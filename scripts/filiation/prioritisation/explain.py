"""What became of a site: reported, removed by which rule, not called, or not callable at all?

The answer is computed by the same functions that screened the family, on the records at the site; it does not
trust a memory of the run. The candidate and removal tables only say what happened after the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from filiation.calls.frequencies import Source
from filiation.errors import InputError
from filiation.io.files import private_directory
from filiation.io.tables import read_table
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf import TrioBatch
from filiation.model.columns import CANDIDATES, REMOVED
from filiation.model.inheritance import CarrierState
from filiation.model.pedigree import Family
from filiation.prioritisation.draft import Context
from filiation.prioritisation.evidence import Evidence
from filiation.prioritisation.questions import Site, parse_site, read_sites
from filiation.prioritisation.rules import MEANING as RULE_MEANING
from filiation.prioritisation.told import RuleLine, later_rules, screen_rules
from filiation.scoring.model import ScoringModel
from filiation.scoring.screen import KEPT, Decision, decisions, reason_meanings

Key = tuple[str, int, str, str]
# A call that stands this near may be the same change, written or aligned otherwise.
NEIGHBOURHOOD = 10
MIN_BASE_QUALITY = 20


@dataclass
class Explanation:
    """What became of one site: its row of the explanation table, and every rule it met (none where not called)."""

    site: Site
    row: dict[str, Any]
    rules: list[RuleLine] = field(default_factory=list)


def explain_sites(
    sites: Sequence[Site],
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    sources: Sequence[Source],
    *,
    candidates: str | Path | None = None,
    removed: str | Path | None = None,
    reference: str | Path | None = None,
    reads: Sequence[str | Path] = (),
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
) -> list[dict[str, Any]]:
    """One row of the explanation table for each site, in the order asked; see `explain`."""
    found = explain(
        sites,
        variants,
        Context(family, model),
        sources,
        candidates=candidates,
        removed=removed,
        reference=reference,
        reads=reads,
        assembly=assembly,
        pseudoautosomal_bed=pseudoautosomal_bed,
    )
    return [explanation.row for explanation in found]


def explain(
    sites: Sequence[Site],
    variants: str | Path,
    context: Context,
    sources: Sequence[Source],
    *,
    annotated: Sequence[Evidence] = (),
    candidates: str | Path | None = None,
    removed: str | Path | None = None,
    reference: str | Path | None = None,
    context_reference: str | Path | None = None,
    reads: Sequence[str | Path] = (),
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
) -> list[Explanation]:
    """What became of each site, in the order asked, with every rule on the way.

    annotated : records after annotation, for the rules that come after the screen. reads : CRAMs of the members in
    family order; where nothing was called, their reads are counted. context_reference : FASTA that the screen was
    given for the context of de novo candidates, None when it was given none.
    """
    family = context.family
    reported: dict[Key, list[dict[str, Any]]] = {}
    for shown in read_table(candidates, CANDIDATES).rows if candidates else []:
        reported.setdefault(_key(shown), []).append(shown)
    later = {_key(row): row for row in read_table(removed, REMOVED).rows} if removed else {}
    known = {(record.chrom, record.pos, record.ref, record.alt): record for record in annotated}
    found = _decisions_at(
        sites, variants, family, context.model, sources, assembly, pseudoautosomal_bed, context_reference
    )
    explanations = []
    for site in sites:
        row: dict[str, Any] = {"chrom": site.chrom, "pos": site.pos, "ref": site.ref, "alt": site.alt}
        lines: list[RuleLine] = []
        if site.key in found:
            batch, decision, v = found[site.key]
            row |= _called(batch, decision, v, family)
            row |= _outcome(str(decision.reason[v]), reported.get(site.key, []), later.get(site.key), context.model)
            kept = decision.reason[v] == KEPT
            lines = screen_rules(batch, decision, v, context)
            lines += later_rules(
                known.get(site.key) if kept else None, context, reported.get(site.key, []), later.get(site.key)
            )
        else:
            row |= _uncalled(site, found, family, reference, reads)
        explanations.append(Explanation(site, row, lines))
    return explanations


def _outcome(
    screen_reason: str, candidates: Sequence[dict[str, Any]], removal: dict[str, Any] | None, model: ScoringModel
) -> dict[str, str]:
    """Status and reason of a called record: the tables of `prioritise` where they know it, else the screen."""
    words = {**reason_meanings(model), **RULE_MEANING}
    if candidates:
        best = candidates[0]
        return {"status": "reported", "reason": f"rank {best['rank']}: {best['inheritance']}"}
    if screen_reason != KEPT:
        return {"status": "removed", "reason": f"{screen_reason}: {words[screen_reason]}"}
    if removal is not None:
        rule = removal["reason"]
        return {"status": "removed", "reason": f"{rule}: {words.get(rule, '')}"}
    return {"status": "kept_by_screen", "reason": "give --candidates and --removed for what came after"}


def _key(row: dict[str, Any]) -> Key:
    """Identity of the allele of a table row."""
    return str(row["chrom"]), int(row["pos"]), str(row["ref"]), str(row["alt"])


Found = dict[Key, tuple[TrioBatch, Decision, int]]


def _decisions_at(
    sites: Sequence[Site],
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    sources: Sequence[Source],
    assembly: str,
    pseudoautosomal_bed: str | Path | None,
    context_reference: str | Path | None,
) -> Found:
    """The screen's decision for every record at or near the sites."""
    found: Found = {}
    with private_directory("explain") as folder:
        near = folder / "near.bed"
        lines = {
            f"{site.chrom}\t{max(0, site.pos - 1 - NEIGHBOURHOOD)}\t{site.pos + NEIGHBOURHOOD}\n" for site in sites
        }
        near.write_text("".join(sorted(lines)), encoding="utf-8")
        subset = folder / "near.bcf"
        run_pipeline(
            [["bcftools", "view", "--no-version", "-T", near, "-Ob", "-o", subset, variants]],
            purpose="take the records at the sites",
            where=str(variants),
        )
        run_tool(["bcftools", "index", "-f", subset], purpose="index the records at the sites")
        for batch, decision in decisions(
            subset,
            family,
            model,
            sources,
            assembly=assembly,
            pseudoautosomal_bed=pseudoautosomal_bed,
            reference=context_reference,
        ):
            for v in range(len(batch)):
                name = batch.contigs[batch.contig_index[v]]
                found[name, int(batch.pos[v]), batch.ref[v], batch.alt[v]] = (batch, decision, v)
    return found


def transmission(states: Sequence[int]) -> str:
    """From whom the allele comes, in one word, by the carrier states of proband, father and mother."""
    proband, father, mother = (int(state) for state in states[:3])
    if proband == CarrierState.UNKNOWN:
        return "proband_without_data"
    if proband == CarrierState.ABSENT:
        return "not_in_proband"
    parents = (("father", father), ("mother", mother))
    carriers = [name for name, state in parents if state in (CarrierState.CARRIER, CarrierState.HOMOZYGOUS)]
    if all(state == CarrierState.HOMOZYGOUS for state in (proband, father, mother)):
        return "homozygous_in_all"
    if len(carriers) == 2:
        return "inherited_from_both" if proband == CarrierState.HOMOZYGOUS else "carried_by_both_parents"
    if carriers:
        return f"inherited_from_{carriers[0]}"
    few = [name for name, state in parents if state == CarrierState.LOW_FRACTION]
    if few:
        return f"few_alternate_reads_in_{'_and_'.join(few)}"
    unread = [name for name, state in parents if state == CarrierState.UNKNOWN]
    if unread:
        return f"unknown_{'_and_'.join(unread)}_without_data"
    return "absent_from_both_parents"


def _called(batch: TrioBatch, decision: Decision, v: int, family: Family) -> dict[str, Any]:
    """Genotypes, reads and transmission of a called record."""
    row: dict[str, Any] = {"inheritance": transmission(decision.scores.states[v])}
    for p, role in enumerate(("proband", "father", "mother")):
        member = (family.proband, family.father, family.mother)[p]
        if member is None:
            continue
        genotype = {-1: "./.", 0: "0/0", 1: "0/1", 2: "1/1"}[int(batch.genotype[v, p])]
        reads = [int(batch.ref_depth[v, p]), int(batch.alt_depth[v, p])]
        quality = batch.genotype_quality[v, p]
        row[role] = (
            f"{genotype}:{','.join('.' if depth < 0 else str(depth) for depth in reads)}:"
            f"{'.' if np.isnan(quality) else int(quality)}"
        )
    return row


def _uncalled(
    site: Site, found: Found, family: Family, reference: str | Path | None, reads: Sequence[str | Path]
) -> dict[str, Any]:
    """Why nothing was called: N in the reference, the same change written otherwise, or no evidence."""
    row: dict[str, Any] = {"status": "not_called", "reason": "no record at this position and allele"}
    base = _reference_base(site, reference) if reference else ""
    if base and set(base.upper()) <= {"N"}:
        row |= {"status": "not_callable", "reason": f"the reference is {base} there"}
    elif base and base.upper() != site.ref:
        raise InputError(
            f"REF is {site.ref} at {site.chrom}:{site.pos}",
            where="sites",
            expected=f"{base}, as in the reference {reference}",
            repair="give the sites on the coordinates of this reference",
        )
    near = [
        (key, entry)
        for key, entry in found.items()
        if key[0] == site.chrom and abs(key[1] - site.pos) <= NEIGHBOURHOOD and key[1:] != site.key[1:]
    ]
    if near and row["status"] == "not_called":
        near.sort(key=lambda item: (abs(item[0][1] - site.pos), item[0][1]))
        key, (batch, decision, v) = near[0]
        row |= _called(batch, decision, v, family)
        row["reason"] = (
            f"the calls have {key[0]}-{key[1]}-{key[2]}-{key[3]} instead; genotypes are those of that record"
        )
    elif reads:
        for role, member, path in zip(("proband", "father", "mother"), family.members, reads, strict=False):
            if member is not None:
                row[role] = _read_counts(site, path, reference)
    return row


def _reference_base(site: Site, reference: str | Path) -> str:
    """Bases of the reference under the site's REF allele."""
    import pysam

    with pysam.FastaFile(str(reference)) as fasta:
        if site.chrom not in fasta.references:
            raise InputError(
                f"contig {site.chrom} is not in the reference",
                where=str(reference),
                expected=f"one of {', '.join(fasta.references[:20])}",
                repair="give the sites on the coordinates of this reference",
            )
        return str(fasta.fetch(site.chrom, site.pos - 1, site.pos - 1 + len(site.ref)))


def _read_counts(site: Site, path: str | Path, reference: str | Path | None) -> str:
    """Bases of a member's reads at the site: `./.:A=3,T=40:.`, duplicates and low base quality left out."""
    import pysam

    with pysam.AlignmentFile(str(path), reference_filename=str(reference) if reference else None) as handle:
        counts = handle.count_coverage(
            site.chrom, site.pos - 1, site.pos, quality_threshold=MIN_BASE_QUALITY, read_callback="all"
        )
    bases = [f"{base}={int(column[0])}" for base, column in zip("ACGT", counts, strict=True) if column[0]]
    return f"./.:{','.join(bases) or 'no reads'}:."


__all__ = ["Explanation", "Site", "explain", "explain_sites", "parse_site", "read_sites", "transmission"]
