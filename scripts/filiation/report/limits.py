"""What did this analysis not look at, and what was missing from this family's inputs?"""

from __future__ import annotations

from dataclasses import dataclass

from filiation.model.pedigree import Role
from filiation.panels.catalogue import load_catalogue
from filiation.report.catalogue import known, term, text
from filiation.report.data import ReportData
from filiation.report.typography import Bilingual, same

# Header line by which the step that normalises says whether indels could be left-aligned.
LEFT_ALIGNED = "left_aligned"
# Name under which `record-run` writes the reference genome into the versions table.
REFERENCE_ROW = "reference.fasta"


@dataclass(frozen=True)
class Limit:
    """One limit; `own` limits come from this family's inputs, the others hold for every report."""

    words: Bilingual
    own: bool


def left_alignment(data: ReportData) -> str:
    """`left_aligned`, `not_left_aligned` or `left_alignment_unknown`.

    The step that normalises says so in its header; failing that, the versions table names the reference genome
    whenever the configuration has one, and calls are left-aligned whenever there is one.
    """
    said = data.funnel_headers.get(LEFT_ALIGNED)
    if said in ("yes", "no"):
        return "left_aligned" if said == "yes" else "not_left_aligned"
    if not data.versions.rows:
        return "left_alignment_unknown"
    named = any((row["name"] or "").startswith(REFERENCE_ROW) for row in data.versions.rows)
    return "left_aligned" if named else "not_left_aligned"


def family_limits(data: ReportData) -> list[Bilingual]:
    """What this family's own inputs left out."""
    found = []
    for role in (Role.FATHER, Role.MOTHER):
        if data.family.with_role(role) is None:
            found.append(text("limits.parent_missing", role=term("role", role)))
    found.append(text("limits.reads_present") if data.coverage else text("limits.reads_absent"))
    found.append(text(f"limits.{left_alignment(data)}"))
    rows = data.candidates.rows
    if rows and all(row["population_source"] in (None, "not_annotated") for row in rows):
        found.append(text("limits.no_frequencies"))
    if rows and all(row["clinvar_significance"] in (None, "not_annotated") for row in rows):
        found.append(text("limits.no_clinvar"))
    if not data.options.hpo_terms:
        found.append(text("limits.no_hpo"))
    if data.panel is None:
        found.append(text("limits.no_panel"))
    elif not data.panel.validated:
        found.append(text("limits.panel_not_validated"))
    if any(row["verdict"] not in ("OK", "WARN", "FAIL") for row in data.quality.rows):
        found.append(text("limits.quality_unknown"))
    return found


def pre_indication_limits(data: ReportData) -> list[Bilingual]:
    """What is known to escape in this pre-indication, and the documents that the plan asks for; by the catalogue."""
    name = data.options.pre_indication
    found = load_catalogue().entries.get(name) if name else None
    if found is None:
        return []
    lines = []
    for mechanism in dict.fromkeys(spot.mechanism for spot in found.blind_spots):
        loci = [_locus(spot.locus) for spot in found.blind_spots if spot.mechanism == mechanism]
        named = Bilingual(", ".join(locus.fr for locus in loci), ", ".join(locus.en for locus in loci))
        lines.append(text("limits.blind_spot", mechanism=term("blind_spot", mechanism), loci=named))
    if found.required_documents:
        lines.append(text("limits.documents", documents="; ".join(found.required_documents)))
    return lines


def _locus(name: str) -> Bilingual:
    """A locus of the catalogue: a symbol is the same in both languages, words are translated."""
    return term("locus", name) if known("locus", name) else same(name)


def limits(data: ReportData) -> tuple[Limit, ...]:
    """First what is particular to this family, then what no report of this version searches."""
    general = (
        text("limits.structural"),
        text("limits.repeats"),
        text("limits.mitochondrial"),
        text("limits.mosaicism"),
        text("limits.methylation"),
        text("limits.noncoding"),
        text("limits.mappability"),
        text("limits.secondary_findings"),
        text("limits.negative"),
    )
    own = [Limit(words, True) for words in (*family_limits(data), *pre_indication_limits(data))]
    return (*own, *(Limit(words, False) for words in general))
