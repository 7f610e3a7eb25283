"""How does a `ReportData` become one HTML file that needs nothing else?

Style and script are inlined and named by their SHA-256 in the Content-Security-Policy, which allows nothing
else: no request, no other script, no form. Templates escape every value; the only texts that are not escaped
are our own style and script.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from filiation import __version__
from filiation.io.files import atomic_text
from filiation.io.tables import cells_of
from filiation.model.columns import CANDIDATES
from filiation.model.decisions import SET_ASIDE_REASONS
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Role
from filiation.panels.catalogue import load_catalogue
from filiation.report import catalogue, genome_svg, members_view, typography
from filiation.report.acmg_view import points_words
from filiation.report.candidate_view import Group, PageContext, group_candidates, variant_key
from filiation.report.data import ReportData, Step
from filiation.report.funnel_svg import BY_KIND, draw_by_kind, draw_funnel
from filiation.report.gene_coverage_view import panel_coverage
from filiation.report.genome_svg import draw_genome
from filiation.report.karyotype_svg import draw_karyotype
from filiation.report.limits import limits
from filiation.report.naming import run_name
from filiation.report.pedigree_svg import draw_pedigree
from filiation.report.phenotype_view import HpoTerm, labelled, terms_of
from filiation.report.quality_view import coverage_lines, report_tiles, tiles, verdict_of
from filiation.report.reads_view import read_pictures
from filiation.report.told import observed, told
from filiation.report.typography import LANGUAGES, Bilingual
from filiation.report.why_view import threshold_keys

# A page with more details than this is slow on an office computer; the TSV always holds every candidate.
MAX_CANDIDATES = 200
_DISCUSS_FIRST = 5
# Of the variants that the last step removed, so many are listed.
MAX_REMOVED = 30
# The cells of a candidate's row, in their order.
_EVIDENCE_COLUMNS = ("frequency", "clinvar", "predictors", "hpo", "acmg", "flags")
ROW_COLUMNS = ("rank", "gene", "variant", "transmission", "trio", *_EVIDENCE_COLUMNS)
# The head of the lines of the trio, whose columns stand as far apart as those of `.member-line`.
TRIO_HEAD = "  GT  AD      DP  GQ"


@dataclass(frozen=True)
class InheritanceCount:
    """Number of candidates of one inheritance class."""

    key: str
    words: Bilingual
    count: int


def asset(name: str) -> str:
    """One of our own template files, as text."""
    return files("filiation.report").joinpath("templates", name).read_text(encoding="utf-8")


def content_hash(content: str) -> str:
    """`sha256-…` of an inline style or script, as Content-Security-Policy writes it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")


def content_security_policy(script: str, style: str) -> str:
    """The policy of the page: our one script, our one style, nothing else."""
    return (
        f"default-src 'none'; script-src '{content_hash(script)}'; style-src '{content_hash(style)}'; "
        "img-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
    )


def heads_on_paper() -> str:
    """Style that writes the head of its column into each cell of a candidate's row, on paper, in the page's language.

    A candidate begins a page of its own there and is no row of a table (report.css says why), so that no head of a
    table is repeated above it.
    """
    rules = []
    for place, name in enumerate(ROW_COLUMNS, start=1):
        words = catalogue.text(f"column.{name}") if name != "trio" else Bilingual(TRIO_HEAD, TRIO_HEAD)
        for language in LANGUAGES:
            page = f"html:not(.print-list):has(#language-{language}:checked)"
            head = _css_string(words.in_language(language))
            rules.append(f"{page} .summary-row > :nth-child({place})::before {{ content: {head}; }}")
    return "@media print {\n" + "\n".join(rules) + "\n}\n"


def _css_string(words: str) -> str:
    """Words as a string of CSS: every character that could end it, or the style, by its number."""
    return '"' + re.sub(r"[^\w .,·()#]", lambda found: f"\\{ord(found[0]):x} ", words) + '"'


def inheritance_counts(data: ReportData) -> list[InheritanceCount]:
    """Candidates by inheritance class, classes in the order of the model, those without a candidate left out."""
    counts = Counter(row["inheritance"] or "unknown" for row in data.candidates.rows)
    order = [str(inheritance) for inheritance in Inheritance]
    names = sorted(counts, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [InheritanceCount(name, catalogue.term("inheritance", name), counts[name]) for name in names]


def shown_groups(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """The best groups up to `MAX_CANDIDATES` variants; a compound pair is never cut."""
    shown: list[Group] = []
    total = 0
    for group in groups:
        if shown and total + len(group.candidates) > MAX_CANDIDATES:
            break
        shown.append(group)
        total += len(group.candidates)
    return tuple(shown)


def contradicted_last(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """The same groups, those last of which a candidate is lowered by its members' reads; otherwise in their order."""

    def lowered(group: Group) -> bool:
        return any(candidate.recheck and candidate.recheck.effect == "lowered" for candidate in group.candidates)

    return tuple(sorted(groups, key=lowered))


def largest_removals(steps: tuple[Step, ...]) -> list[tuple[Step, Bilingual, int]]:
    """For each step, the rule that removed most: what a family without a candidate wants to know first."""
    found = []
    for step in steps:
        if step.name in BY_KIND:
            continue
        rules = [rule for rule in step.rules if rule.kind == "removed" and rule.count > 0]
        if rules:
            largest = max(rules, key=lambda rule: rule.count)
            found.append((step, catalogue.term("reason", largest.reason), largest.count))
    return found


def environment() -> Environment:
    """Templates with escaping on and with an error for any name that does not exist."""
    templates = Environment(
        loader=PackageLoader("filiation.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        text=catalogue.text,
        plural=catalogue.plural,
        term=catalogue.term,
        source=catalogue.source_text,
        known=catalogue.known,
        observed=observed,
        told=told,
        points_words=points_words,
        both=typography.both,
        integer=typography.integer,
        decimal=typography.decimal,
        megabases=typography.megabases,
        verdict_of=verdict_of,
        Role=Role,
        low_depth=members_view.LOW_DEPTH,
        low_quality=members_view.LOW_GENOTYPE_QUALITY,
    )
    return templates


def page_values(data: ReportData) -> dict[str, Any]:
    """Everything that the templates of the page and of the paper version are filled with."""
    terms = terms_of(data.phenotype)
    groups = group_candidates(data.candidates.rows, page_context(data, terms))
    shown = contradicted_last(shown_groups(groups))
    coverage = coverage_lines(data)
    covered = panel_coverage(data.gene_coverage, data.knowledge.blind)
    before = data.changes.header.get("before", "") if data.changes else ""
    return {
        "before": int(before) if before.isdecimal() else None,
        "catalogue_version": load_catalogue().version,
        "data": data,
        "options": data.options,
        "family": data.family,
        "ages": {sample: age_words(years) for sample, years in data.options.ages.items()},
        "language": data.options.language,
        "version": __version__,
        "groups": shown,
        "run_name": run_name(data.family.name, data.candidates.rows),
        "set_aside_reasons": SET_ASIDE_REASONS,
        "change_words": change_words(data, shown),
        "shelves": shelf_counts(groups),
        "kinds": kind_counts(shown),
        "signs": signs(data, terms),
        "genome": draw_genome(data),
        "genome_svg": genome_svg,
        "panel_coverage": covered,
        "shown_count": sum(len(group.candidates) for group in shown),
        "discuss_first": shown[:_DISCUSS_FIRST],
        "structure": _structure(data),
        "panel_name": Bilingual(data.panel.name_fr, data.panel.name_en) if data.panel else None,
        "tiles": (*tiles(data.quality.rows), *report_tiles(data, covered)),
        "inheritance_counts": inheritance_counts(data),
        "off_panel_count": sum(row["panel_tier"] == "off_panel" for row in data.candidates.rows),
        "possible_count": sum(row["inheritance_status"] == "possible" for row in data.candidates.rows),
        "pedigree": draw_pedigree(data.family, related=data.parents_related),
        "funnel": draw_funnel(data.funnel),
        "separate_steps": BY_KIND,
        "funnels_by_kind": draw_by_kind(data.funnel),
        "removals": largest_removals(data.funnel),
        "karyotype": draw_karyotype(data),
        "coverage": coverage,
        "coverage_tables": (
            (True, catalogue.text("coverage.caption"), [line for line in coverage if line.total]),
            (False, catalogue.text("coverage.contig_caption"), [line for line in coverage if not line.total]),
        ),
        "limits": limits(data),
        "pre_indication": pre_indication_name(data),
        "panel_sha256": next((row["sha256"] for row in data.versions.rows if row["kind"] == "panel"), None),
        "change_counts": change_counts(data),
        "removed_last": removed_last(data),
        "thresholds": threshold_keys(rule for group in shown for item in group.candidates for rule in item.rules),
        "headers": _headers(data),
    }


def age_words(years: float) -> Bilingual:
    """An age as it is said: in months below two years, in whole years above."""
    months = round(years * 12)
    return catalogue.plural("family.months", months) if months < 24 else catalogue.plural("family.years", int(years))


def _tight(text: str) -> str:
    """A text without empty lines; style and script too, before the policy names them by their checksum."""
    return re.sub(r"\n\s*\n+", "\n", text)


def render(data: ReportData) -> str:
    """The whole page. Same data, same bytes."""
    style, script = _tight(asset("report.css") + heads_on_paper()), _tight(asset("report.js"))
    values = page_values(data)
    pictures = {
        candidate.anchor: candidate.picture.packed
        for group in values["groups"]
        for candidate in group.candidates
        if candidate.picture is not None and candidate.picture.reference
    }
    page = environment().get_template("report.html.jinja")
    written = page.render(
        **values,
        policy=content_security_policy(script, style),
        # Our own files, not data: the one place where escaping is off.
        style=Markup(style),
        script=Markup(script),
        fields=data_island(fields_table(values["groups"])),
        pictures=data_island(pictures),
    )
    return _tight(written)


def page_context(data: ReportData, terms: Mapping[str, HpoTerm]) -> PageContext:
    """What the candidates are put into words with."""
    return PageContext(
        family=data.family,
        rechecked={variant_key(row): row for row in (data.recheck.rows if data.recheck else ())},
        pictures=read_pictures(data.read_views.rows) if data.read_views else {},
        terms=terms,
        knowledge=data.knowledge,
        external_links=data.options.external_links,
    )


@dataclass(frozen=True)
class Sign:
    """One sign of the index case, present or absent."""

    term: HpoTerm
    present: bool
    onset: str


def signs(data: ReportData, terms: Mapping[str, HpoTerm]) -> list[Sign]:
    """The signs of the command line, present; with those of the phenotype table, present or absent."""
    rows = {row["term"]: row for row in data.phenotype if row["status"] != "label"}
    found = []
    for identifier in dict.fromkeys([*data.options.hpo_terms, *rows]):
        row = rows.get(identifier, {})
        present = identifier in data.options.hpo_terms or row.get("status") != "absent"
        found.append(Sign(labelled(identifier, terms), present, row.get("onset") or ""))
    return found


def pre_indication_name(data: ReportData) -> Bilingual | None:
    """The name of the pre-indication in the catalogue; None for one that it does not know."""
    found = load_catalogue().entries.get(data.options.pre_indication)
    return Bilingual(found.name_fr, found.name_en) if found else None


def change_counts(data: ReportData) -> list[tuple[Bilingual, int]]:
    """How many candidates are new, went up, went down or vanished; nothing without an earlier analysis."""
    rows = data.changes.rows if data.changes else []
    counts = Counter(row["change"] for row in rows)
    return [
        (catalogue.term("change", name), counts[name])
        for name in ("new", "upgraded", "downgraded", "vanished")
        if counts[name]
    ]


def removed_last(data: ReportData) -> tuple[list[dict[str, Any]], int]:
    """Variants that the last step removed, in a gene first, to `MAX_REMOVED`; and how many there are."""
    rows = data.removed.rows if data.removed else []
    in_genes = sorted(
        rows, key=lambda row: (row["gene"] is None, row["reason"] in ("outside_genes", "benign_in_clinvar"))
    )
    return in_genes[:MAX_REMOVED], len(rows)


@dataclass(frozen=True)
class ShelfCount:
    """Number of candidates on one shelf, or of one kind of variant."""

    key: str
    words: Bilingual
    count: int


def shelf_counts(groups: tuple[Group, ...]) -> list[ShelfCount]:
    """Candidates by shelf, A first; a table without shelves has none."""
    counts = Counter(candidate.shelf for group in groups for candidate in group.candidates)
    return [ShelfCount(key, catalogue.term("shelf", key), counts[key]) for key in ("A", "B", "C") if counts[key]]


def kind_counts(groups: tuple[Group, ...]) -> list[ShelfCount]:
    """Candidates of the page that are substitutions, insertions or deletions, and structural variants."""
    counts = Counter(candidate.kind for group in groups for candidate in group.candidates)
    return [ShelfCount(key, catalogue.term("variant_kind", key), counts[key]) for key in ("snv", "indel", "sv")]


def data_island(content: object) -> Markup:
    """JSON for a script element: nothing in it can end the element or start another."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def fields_table(groups: tuple[Group, ...]) -> dict[str, object]:
    """Every column of every candidate that the page shows, as the table has it, in the order of the page.

    Equal cells are stored once: a row is a list of places in `values`.
    """
    rows = [cells_of(candidate.row, CANDIDATES) for group in groups for candidate in group.candidates]
    counts = Counter(cell for row in rows for cell in row)
    values = sorted(counts, key=lambda cell: (-counts[cell], cell))
    places = {cell: place for place, cell in enumerate(values)}
    return {"columns": CANDIDATES.names, "values": values, "rows": [[places[cell] for cell in row] for row in rows]}


def change_words(data: ReportData, groups: tuple[Group, ...]) -> dict[str, tuple[bool, Bilingual]]:
    """(whether it changed, in words) since the last analysis, by the anchor of the candidate."""
    changes = {(variant_key(row), row["gene"]): row for row in (data.changes.rows if data.changes else ())}
    found = {}
    for candidate in (candidate for group in groups for candidate in group.candidates):
        row = changes.get((candidate.variant, candidate.row["gene"]))
        if row is None:
            continue
        if row["change"] != "unchanged":
            found[candidate.anchor] = (True, catalogue.term("change", row["change"]))
        elif row["first_seen"]:
            found[candidate.anchor] = (False, catalogue.text("flags.seen_since", date=row["first_seen"]))
        else:
            found[candidate.anchor] = (False, catalogue.text("flags.seen"))
    return found


def _structure(data: ReportData) -> Bilingual:
    """solo, duo, trio, quartet, or the number of members."""
    name = data.family.structure
    if name.split()[0].isdecimal():
        return catalogue.text("structure.members", count=len(data.family.members))
    return catalogue.term("structure", name)


def _headers(data: ReportData) -> list[tuple[str, str]]:
    """Header lines of the tables (thresholds, models), each once, by name."""
    merged = {**data.quality.header, **data.funnel_headers, **data.candidates.header}
    if data.recheck and "thresholds" in data.recheck.header:
        merged["recheck_thresholds"] = data.recheck.header["thresholds"]
    return [(key, value) for key, value in sorted(merged.items()) if key not in ("schema", "program")]


def write_html(path: str | Path, data: ReportData) -> None:
    """Write the page, atomically."""
    page = render(data)
    with atomic_text(path) as handle:
        handle.write(page)
