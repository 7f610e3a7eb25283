"""What do sources say of the variant and its gene beyond the row? What nobody looked for is named as such."""

from __future__ import annotations

import re
from dataclasses import dataclass

from filiation.report.catalogue import known, plural, source_text, term, text
from filiation.report.data import Row
from filiation.report.evidence_view import GeneDisease, annotation_states
from filiation.report.knowledge import Knowledge, Membership
from filiation.report.typography import Bilingual, both, decimal, percent, same, significant

NULL_TERMS = ("stop_gained", "frameshift", "splice_acceptor", "splice_donor", "start_lost", "transcript_ablation")
_DOMAINS_SHOWN = 4
_PANELS_ON_PAPER = 4
_DECAY = (
    ("escapes nonsense-mediated decay", "escapes"),
    ("decay not expected", "escapes"),
    ("nonsense-mediated decay expected", "expected"),
    ("nonsense-mediated decay not determined", "not_determined"),
)


@dataclass(frozen=True)
class Fact:
    """One fact of a variant: its name and value; an identifier is set in type of even width."""

    name: Bilingual
    value: Bilingual
    identifier: bool = False


def nonsense_mediated_decay(row: Row) -> str:
    """expected, escapes, not_determined or not_applicable: the column of that name, else what PVS1 rested on."""
    if row.get("nmd"):
        return str(row["nmd"])
    terms = {part.lstrip("*").removesuffix("_variant") for part in (row["consequence"] or "").split("&")}
    if not terms & set(NULL_TERMS):
        return "not_applicable"
    reason = next((item for item in (row.get("acmg_criteria") or "").split("|") if item.startswith("PVS1")), "")
    return next((state for words, state in _DECAY if words in reason), "not_determined")


def variant_facts(row: Row) -> tuple[Fact, ...]:
    """dbSNP, VRS, nonsense-mediated decay and protein domain; each is there, with a value or the reason of none."""
    states = annotation_states(row)
    found = []
    asked = any(states.get(source) in ("found", "not_found") for source in ("population", "clinvar"))
    numbers = (
        ("dbsnp", "dbsnp_id", text("fact.no_number") if asked else term("predictor", "not_annotated")),
        ("vrs", "vrs_id", text("fact.not_computed")),
    )
    for key, column, missing in numbers:
        value = row.get(column)
        found.append(Fact(text(f"fact.{key}"), same(str(value)) if value else missing, bool(value)))
    found.append(Fact(text("fact.nmd"), term("nmd", nonsense_mediated_decay(row))))
    domain, state = row.get("protein_domain"), states.get("protein_domain", "not_annotated")
    found.append(
        Fact(
            text("fact.domain"),
            source_text(_domains(str(domain)))
            if domain
            else term("predictor", "not_found" if state == "found" else state),
        )
    )
    return tuple(found)


def _domains(text: str) -> str:
    """`Pfam PF00069, SMART SM00220`; of many the first ones and how many more."""
    names = [" ".join(item.split(":", 1)) for item in text.split(";") if item]
    return ", ".join(names[:_DOMAINS_SHOWN]) + (f" (+{len(names) - _DOMAINS_SHOWN})" if names[_DOMAINS_SHOWN:] else "")


def group_lines(row: Row) -> tuple[Bilingual, ...]:
    """Frequencies by ancestry group, highest first, then how well the source saw the site."""
    lines = []
    groups = [item.partition("=") for item in (row.get("population_by_group") or "").split(";") if "=" in item]
    values = sorted(
        ((float(value), name) for name, _, value in groups if _number(value)), key=lambda pair: (-pair[0], pair[1])
    )
    if values:
        parts = [(term("population_group", name.lower()), both(significant, value)) for value, name in values if value]
        if zeros := [term("population_group", name.lower()) for value, name in values if not value]:
            names = Bilingual(", ".join(word.fr for word in zeros), ", ".join(word.en for word in zeros))
            parts.append((names, same("0")))
        lines.append(
            Bilingual(
                " · ".join(f"{name.fr} {value.fr}" for name, value in parts),
                " · ".join(f"{name.en} {value.en}" for name, value in parts),
            )
        )
    elif row.get("population_af") is not None:
        lines.append(text("frequency.no_groups"))
    coverage = dict(item.split("=", 1) for item in (row.get("population_coverage") or "").split(";") if "=" in item)
    parts_of_coverage = []
    if _number(coverage.get("alleles", "")):
        parts_of_coverage.append(text("frequency.alleles", count=int(float(coverage["alleles"]))))
    if _number(coverage.get("median", "")):
        parts_of_coverage.append(text("frequency.median_depth", value=both(decimal, float(coverage["median"]), 0)))
    if _number(coverage.get("over_20", "")):
        parts_of_coverage.append(text("frequency.over_20", share=both(percent, float(coverage["over_20"]), 0)))
    if parts_of_coverage:
        lines.append(
            Bilingual(
                ", ".join(part.fr for part in parts_of_coverage), ", ".join(part.en for part in parts_of_coverage)
            )
        )
    else:
        lines.append(text("frequency.no_site_coverage"))
    return tuple(lines)


def _number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def clinvar_conflict(row: Row) -> Bilingual | None:
    """What ClinVar's submitters say where they differ: `pathogène 1, VUS 3`."""
    found = re.findall(r"([A-Za-z_ -]+)\((\d+)\)", row.get("clinvar_conflict") or "")
    if not found:
        return None
    words = []
    for name, count in found:
        key = name.strip("_ ").lower().replace(" ", "_")
        words.append((term("clinvar", key) if known("clinvar", key) else same(name), count))
    return Bilingual(
        ", ".join(f"{word.fr} {count}" for word, count in words),
        ", ".join(f"{word.en} {count}" for word, count in words),
    )


@dataclass(frozen=True)
class PanelLine:
    """Panels that hold a gene in the same tier and version; paper names the first of them and counts the rest."""

    head: Bilingual
    first: Bilingual
    rest: Bilingual | None = None
    more: Bilingual | None = None


def panel_line(row: Row, knowledge: Knowledge) -> tuple[PanelLine, ...]:
    """The panels of the catalogue that hold the gene, by tier and version: that of the analysis stands first."""
    if not knowledge.panels:
        return (PanelLine(text("panels.not_read"), same("")),)
    found = knowledge.memberships.get(row["gene"] or "", ())
    if not found:
        return (PanelLine(plural("panels.on_none", knowledge.panels), same("")),)
    alike: dict[tuple[str, str, str], list[Membership]] = {}
    for member in sorted(found, key=lambda member: not member.evidence):
        alike.setdefault((member.tier, member.version, member.date), []).append(member)
    return tuple(_panels_alike(*key, members) for key, members in alike.items())


def _panels_alike(tier: str, version: str, date: str, members: list[Membership]) -> PanelLine:
    """One line of panels: tier, version, its date where the panel gives one, and names."""
    words = {"version": version or "?", "tier": term("tier", tier)}
    head = text("panels.dated", **words, date=date) if date else text("panels.one", **words)
    names = [member.panel for member in members]
    first, rest = names[:_PANELS_ON_PAPER], names[_PANELS_ON_PAPER:]
    if not rest:
        return PanelLine(head, _listed(first))
    return PanelLine(head, _listed(first), _listed(rest), plural("panels.more", len(rest)))


def _listed(words: list[Bilingual]) -> Bilingual:
    """Words with commas between them."""
    return Bilingual(", ".join(word.fr for word in words), ", ".join(word.en for word in words))


def panel_evidence(row: Row, knowledge: Knowledge) -> str:
    """Why the gene stands on the panel of the analysis, as the panel writes it; '' when it is not on it."""
    members = knowledge.memberships.get(row["gene"] or "", ())
    return next((member.evidence for member in members if member.evidence), "")


def omim_numbers(row: Row, knowledge: Knowledge, diseases: tuple[GeneDisease, ...]) -> Bilingual:
    """OMIM numbers of the gene's diseases by HPO, those that are listed with a name left out."""
    if knowledge.omim is None:
        return term("predictor", "not_annotated")
    named = {disease.identifier for disease in diseases}
    numbers = [name for name in knowledge.omim.get(row["gene"] or "", ()) if name not in named]
    return same(", ".join(numbers)) if numbers else text("fact.no_other")
