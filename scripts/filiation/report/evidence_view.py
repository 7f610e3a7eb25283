"""What do public and in-house sources say of one variant and its gene? Not found, not looked for and zero differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from filiation.report.catalogue import known, plural, source_text, term, text
from filiation.report.data import Row
from filiation.report.knowledge import Strength
from filiation.report.phenotype_view import HpoTerm, disease_words
from filiation.report.typography import Bilingual, both, compact, same, significant

_CLINVAR_STARS = (
    ("practice_guideline", 4),
    ("reviewed_by_expert_panel", 3),
    ("multiple_submitters,_no_conflicts", 2),
    ("criteria_provided", 1),
)
NOT_ANNOTATED = "not_annotated"
_STEPS = ("supporting", "moderate", "strong")
# Predictors of the candidate row, and the source of each in `annotation_states`.
_PREDICTORS = (
    ("CADD", "cadd_phred", "cadd"),
    ("REVEL", "revel", "revel"),
    ("SpliceAI", "spliceai_max", "spliceai"),
    ("AlphaMissense", "alphamissense", "alphamissense"),
)


NOTHING = same("")


@dataclass(frozen=True)
class Evidence:
    """A look-up in a public source: `found`, `not_found` (looked for, absent) or `not_annotated` (not looked for)."""

    state: str
    words: Bilingual
    source: str = ""
    homozygotes: int | None = None
    review: Bilingual = NOTHING
    stars: int | None = None
    identifier: str = ""


def frequency(row: Row) -> Evidence:
    """Highest population frequency; absent, not covered, without a value and never looked up are different states."""
    source, value = row["population_source"], row["population_af"]
    if value is None and source in ("not_found", "not_covered", "no_frequency"):
        return Evidence(source, text(f"frequency.{source}"))
    if value is None:
        return Evidence("not_annotated", text("frequency.not_annotated"))
    return Evidence("found", both(significant, value), source or "", row["population_homozygotes"])


def _review(status: str) -> Bilingual:
    """ClinVar's review status in words."""
    key = status.strip().lower().replace(" ", "_")
    if not key:
        return same("—")
    return term("clinvar_review", key) if known("clinvar_review", key) else source_text(status.replace("_", " "))


def clinvar(row: Row) -> Evidence:
    """ClinVar's classification, in French words where it is one of the usual ones."""
    significance, review = row["clinvar_significance"], row["clinvar_review"] or ""
    if significance in (None, "not_annotated"):
        return Evidence("not_annotated", text("clinvar_state.not_annotated"))
    if significance == "not_found":
        return Evidence("not_found", text("clinvar_state.not_found"))
    parts = [part for part in re.split(r"[/|]|,_?", significance) if part]
    words = [term("clinvar", part.lower()) if known("clinvar", part.lower()) else source_text(part) for part in parts]
    joined = Bilingual(" / ".join(word.fr for word in words), " / ".join(word.en for word in words))
    stars = next((count for pattern, count in _CLINVAR_STARS if pattern in review.lower()), 0) if review else None
    if "no_assertion" in review.lower():
        stars = 0
    return Evidence("found", joined, "ClinVar", None, _review(review), stars, str(row["clinvar_id"] or ""))


@dataclass(frozen=True)
class Predictor:
    """One in-silico score: `found`, `not_found`, `not_applicable` or `not_annotated` (no such source was given).

    direction, strength : the calibrated interval that the score lies in, '' in none; `strength_words` names it.
    """

    name: str
    state: str
    words: Bilingual
    direction: str = ""
    strength: str = ""

    @property
    def mark(self) -> str:
        """▲ for each step of strength towards harmful, ▼ towards harmless."""
        arrow = "▲" if self.direction == "pathogenic" else "▼"
        return arrow * (_STEPS.index(self.strength) + 1) if self.strength else ""

    @property
    def strength_words(self) -> Bilingual:
        """`en faveur d'un effet, modéré`."""
        return text(f"calibrated.{self.direction}", strength=term("strength", self.strength))


@dataclass(frozen=True)
class GeneDisease:
    """One disease of the gene, as a curated source gives it."""

    identifier: str
    name: str
    mode: str
    validity: str
    source: str
    # Name in both languages; source text where Orphanet's French names were not given.
    words: Bilingual

    @property
    def validity_words(self) -> Bilingual:
        """The validity of the link in words."""
        key = self.validity.lower().replace(" ", "_")
        return term("validity", key) if known("validity", key) else source_text(self.validity)


def annotation_states(row: Row) -> dict[str, str]:
    """State of each source, as the step `annotate` wrote it; empty for tables without that column's value."""
    pairs = (item.partition(":") for item in (row.get("annotation_states") or "").split(";") if item)
    return {name.strip(): state.strip() for name, _, state in pairs}


def _why_missing(states: dict[str, str], source: str) -> str:
    """State of a source that has no value here; a source that found something else did not find this."""
    state = states.get(source, NOT_ANNOTATED)
    return "not_found" if state == "found" else state


def predictors(row: Row, strengths: Mapping[str, Strength] | None = None) -> tuple[Predictor, ...]:
    """The four scores in their order; without a value the words say why there is none.

    strengths : calibrated intervals by predictor. Those of REVEL, AlphaMissense and CADD are of missense changes.
    """
    states = annotation_states(row)
    missense = "missense" in (row["consequence"] or "")
    found = []
    for name, column, source in _PREDICTORS:
        value = row.get(column)
        state = "found" if value is not None else _why_missing(states, source)
        words = both(compact, value) if value is not None else term("predictor", state)
        interval = (strengths or {}).get(name)
        band = interval(value) if interval and value is not None and (missense or name == "SpliceAI") else None
        found.append(Predictor(name, state, words, *(band or ("", ""))))
    return tuple(found)


def gene_facts(row: Row) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """(name, value) of the constraint and dosage of the gene; what no source gave says so."""
    states = annotation_states(row)
    facts = (
        (same("pLI"), "pli", "constraint"),
        (same("LOEUF"), "loeuf", "constraint"),
        (text("gene_fact.missense_z"), "missense_z", "constraint"),
        (same("ClinGen HI"), "clingen_haploinsufficiency", "clingen_dosage"),
        (same("ClinGen TS"), "clingen_triplosensitivity", "clingen_dosage"),
    )
    shown = []
    for name, column, source in facts:
        value = row.get(column)
        if isinstance(value, float):
            shown.append((name, both(compact, value)))
        elif value is not None:
            shown.append((name, same(str(value))))
        else:
            shown.append((name, term("predictor", _why_missing(states, source))))
    return tuple(shown)


def gene_diseases(row: Row, terms: Mapping[str, HpoTerm]) -> tuple[GeneDisease, ...]:
    """The diseases of the gene, `id:name:mode:validity:source`; an identifier keeps its own colon."""
    found = []
    for item in (row.get("gene_disease_validity") or "").split("|"):
        match = re.fullmatch(r"((?:[A-Za-z]+:)?[^:]*):(.*):([^:]*):([^:]*):([^:]*)", item.strip())
        if match:
            identifier, name, mode, validity, source = (part.strip() for part in match.groups())
            found.append(GeneDisease(identifier, name, mode, validity, source, disease_words(identifier, name, terms)))
    return tuple(found)


def inhouse(row: Row) -> Bilingual:
    """Carriers among the laboratory's own families, this one left out."""
    carriers = row.get("inhouse_carriers")
    if carriers is None:
        looked_up = annotation_states(row).get("inhouse") == "not_found"
        return text("inhouse.not_found") if looked_up else text("inhouse.not_annotated")
    return plural("inhouse.carriers", carriers)


def inhouse_split(row: Row) -> Bilingual | None:
    """Other families with affected and with unaffected carriers; None where nobody carries it or nothing was asked."""
    affected, unaffected = row.get("inhouse_affected"), row.get("inhouse_unaffected")
    if affected is not None and unaffected is not None:
        return text("inhouse.split", affected=affected, unaffected=unaffected)
    return text("inhouse.split_not_annotated") if row.get("inhouse_carriers") else None


def population_lines(row: Row) -> tuple[Bilingual, ...]:
    """Homozygotes, hemizygotes and filtering frequency of the source, as far as it gives them."""
    found = []
    if (hemizygotes := row.get("population_hemizygotes")) is not None:
        found.append(plural("frequency.hemizygotes", hemizygotes))
    if (faf := row.get("population_faf")) is not None:
        found.append(text("frequency.faf", value=both(significant, faf)))
    return tuple(found)
