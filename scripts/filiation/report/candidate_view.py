"""How is one row of the candidate table put into words? Missing evidence stays visible as missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Family
from filiation.report.acmg_view import Suggestion, suggestion
from filiation.report.allele_balance import nearest_de_novo
from filiation.report.catalogue import known, source_text, term, text
from filiation.report.data import Row
from filiation.report.de_novo_view import log_odds, prior
from filiation.report.evidence_view import (
    Evidence,
    GeneDisease,
    Predictor,
    clinvar,
    frequency,
    gene_diseases,
    gene_facts,
    inhouse,
    inhouse_split,
    population_lines,
    predictors,
)
from filiation.report.facts_view import (
    Fact,
    PanelLine,
    clinvar_conflict,
    group_lines,
    omim_numbers,
    panel_evidence,
    panel_line,
    variant_facts,
)
from filiation.report.knowledge import Knowledge
from filiation.report.members_view import NOTHING, MemberEvidence, member_evidence
from filiation.report.phenotype_view import HpoTerm, PhenotypeFit, phenotype_fit
from filiation.report.reads_view import ReadPicture
from filiation.report.recheck_view import Recheck, recheck_view
from filiation.report.typography import Bilingual, both, compact, probability, same
from filiation.report.why_view import Rule, nearly_removed, rules_of

_LONG_ALLELE = 12
_LONG_CHANGE = 28
# Bases from which a length change is called a structural variant, as in calls/structural.py.
_STRUCTURAL = 50


@dataclass(frozen=True)
class Partner:
    """The second variant of a compound pair, and whether the two are in trans; `anchor` is '' when it is not in
    the table."""

    variant: str
    anchor: str
    phase: Bilingual = NOTHING


@dataclass(frozen=True)
class Transcript:
    """The effect on one transcript; the first is the one that the row shows."""

    name: str
    status: Bilingual
    consequence: Bilingual
    hgvs_c: str
    hgvs_p: str


@dataclass(frozen=True)
class PageContext:
    """What the rows of a page are read with: reads by variant, pictures by variant, HPO terms, what else is known."""

    family: Family
    rechecked: Mapping[str, Row] = field(default_factory=dict)
    pictures: Mapping[str, ReadPicture] = field(default_factory=dict)
    terms: Mapping[str, HpoTerm] = field(default_factory=dict)
    knowledge: Knowledge = field(default_factory=Knowledge)
    external_links: bool = False


@dataclass(frozen=True)
class Candidate:
    """One variant in one gene, in words."""

    anchor: str
    row: Row
    gene: str
    variant: str
    variant_short: str
    change: str
    protein: str
    consequence: tuple[Bilingual, ...]
    inheritance: str
    inheritance_words: Bilingual
    status: str
    status_words: Bilingual
    meaning: Bilingual
    partners: tuple[Partner, ...]
    posterior: Bilingual | None
    members: tuple[MemberEvidence, ...]
    frequency: Evidence
    clinvar: Evidence
    tier: str
    tier_words: Bilingual
    score: Bilingual
    components: tuple[tuple[Bilingual, Bilingual], ...]
    flags: tuple[Bilingual, ...]
    recheck: Recheck | None
    rules: tuple[Rule, ...]
    reasons: tuple[tuple[Bilingual, Bilingual], ...]
    links: tuple[tuple[str, str], ...]
    shelf: str
    shelf_words: Bilingual
    name: str
    transcripts: tuple[Transcript, ...]
    predictors: tuple[Predictor, ...]
    gene_facts: tuple[tuple[Bilingual, Bilingual], ...]
    diseases: tuple[GeneDisease, ...]
    inhouse: Bilingual
    population: tuple[Bilingual, ...]
    regions: tuple[Bilingual, ...]
    acmg: Suggestion
    phenotype: PhenotypeFit | None
    picture: ReadPicture | None
    name_status: Bilingual | None = None
    facts: tuple[Fact, ...] = ()
    population_detail: tuple[Bilingual, ...] = ()
    panels: tuple[PanelLine, ...] = ()
    omim: Bilingual = NOTHING
    conflict: Bilingual | None = None
    nearest_de_novo: Bilingual | None = None
    overturned_by: tuple[Bilingual, ...] = ()
    inhouse_split: Bilingual | None = None
    prior: Bilingual | None = None
    log_odds: Bilingual | None = None
    panel_evidence: str = ""

    @property
    def disease(self) -> Bilingual | None:
        """The disease that stands beside the gene: the one that fits the signs best, else the first known."""
        if self.phenotype and self.phenotype.disease_name:
            return self.phenotype.disease_words
        return self.diseases[0].words if self.diseases else None

    @property
    def nearly_removed(self) -> tuple[Rule, ...]:
        """The rules that it passed narrowly, without a value, or not at all."""
        return nearly_removed(self.rules)

    @property
    def kind(self) -> str:
        """snv, indel or sv."""
        return variant_kind(self.row["ref"], self.row["alt"])

    @property
    def number(self) -> int:
        """Place of the candidate in the page, from 0."""
        return int(self.anchor.rpartition("-")[2]) - 1


@dataclass(frozen=True)
class Group:
    """Candidates that are read together: the variants of one compound gene, or one variant alone."""

    gene: str
    compound: bool
    candidates: tuple[Candidate, ...]


def items(value: str | None, separator: str = ";") -> list[str]:
    """The parts of a list cell, without empty ones."""
    return [part.strip() for part in (value or "").split(separator) if part.strip()]


def short_change(change: str | None) -> str:
    """A change of protein or DNA, its middle left out when it is long (a frameshift as bcftools csq writes it)."""
    if change is None or len(change) <= _LONG_CHANGE:
        return change or ""
    return f"{change[:14]}…{change[-8:]}"


def _without_reference(name: str | None) -> str:
    """An HGVS name without its reference sequence, which the detail gives: `c.1861C>T`."""
    return (name or "").rpartition(":")[2]


def variant_key(row: Row) -> str:
    """`chrom-pos-ref-alt`, the name under which a compound partner is written."""
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"


def partner_keys(row: Row) -> list[str]:
    """The variants that a compound pair is made with; several are separated by commas."""
    return items(row["compound_partner"], ",")


def _phases(row: Row) -> Iterator[Bilingual]:
    """Phase with each partner, and what says so, without end: a table may leave the column empty."""
    for item in items(row["compound_phase"], ","):
        phase, _, evidence = item.partition(":")
        yield text(
            "detail.phase", phase=term("compound_phase", phase), evidence=term("phase_evidence", evidence or "nothing")
        )
    while True:
        yield NOTHING


def variant_kind(ref: str, alt: str) -> str:
    """snv (same length: substitutions of several bases too), indel, or sv: symbolic, or 50 bases and more longer."""
    if not (ref + alt).isalpha() or abs(len(ref) - len(alt)) >= _STRUCTURAL:
        return "sv"
    return "snv" if len(ref) == len(alt) else "indel"


def _short_allele(allele: str) -> str:
    """An allele, or its start and its length when it is long."""
    return allele if len(allele) <= _LONG_ALLELE else f"{allele[:6]}…[{len(allele)}]"


def consequences(row: Row) -> tuple[Bilingual, ...]:
    """The Sequence Ontology terms in words, with or without the `_variant` that bcftools leaves out."""
    words = []
    for so_term in items(row["consequence"], "&"):
        name = so_term.lstrip("*").removesuffix("_variant")
        words.append(term("consequence", name) if known("consequence", name) else source_text(so_term))
    return tuple(words)


def _flag(flag: str) -> Bilingual:
    """A flag in words; `name=value` keeps its value."""
    name, mark, value = flag.partition("=")
    if not known("flag", name):
        return source_text(flag)
    words = term("flag", name)
    return Bilingual(f"{words.fr} ({value})", f"{words.en} ({value})") if mark else words


def flags(row: Row) -> tuple[Bilingual, ...]:
    """Everything a reader must know before trusting the call, the caller's own objection included."""
    # `caller_filter` only repeats that the column of that name holds an objection, which is quoted below.
    found = [_flag(flag) for flag in items(row["flags"]) if flag != "caller_filter"]
    caller = row["caller_filter"]
    if caller and caller != "PASS":
        found.append(text("flags.caller_filter", filter=caller))
    return tuple(found)


def _reasons(row: Row) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """The evidence behind the inheritance class: what each member's data say; a sentence stays a sentence."""
    evidence = row["inheritance_reason"] or ""
    parts = evidence.split()
    if not all("=" in part for part in parts):
        return ((same(""), source_text(evidence)),)
    pairs = []
    for part in parts:
        name, _, value = part.partition("=")
        # The column of that name is shown already.
        if name == "de_novo_posterior":
            continue
        words = term("role", name) if known("role", name) else term("reason_item", name)
        pairs.append((words, _reason_value(value)))
    return tuple(pairs)


def _reason_value(value: str) -> Bilingual:
    """A member's state, a probability, or other inheritance classes with their status."""
    if known("member_state", value):
        return term("member_state", value)
    try:
        return both(probability, float(value))
    except ValueError:
        pass
    words = []
    for item in value.split(","):
        pattern, _, status = item.partition(":")
        if not (known("inheritance", pattern) and known("status", status)):
            return source_text(value)
        words.append(text("reason_item.pattern", pattern=term("inheritance", pattern), status=term("status", status)))
    return Bilingual("; ".join(word.fr for word in words), "; ".join(word.en for word in words))


def _components(row: Row) -> tuple[tuple[Bilingual, Bilingual], ...]:
    """(component, points) in the order of the table; a value that is no number is shown as it stands."""
    pairs = []
    for item in items(row["score_components"]):
        name, _, value = item.partition("=")
        try:
            written = both(compact, float(value))
        except ValueError:
            written = source_text(value)
        # A pattern's component carries its status: `de_novo:supported`.
        pattern, _, status = name.partition(":")
        if known("inheritance", pattern) and known("status", status):
            pairs.append((text("component.pattern", pattern=term("inheritance", pattern)), written))
        else:
            pairs.append((term("component", name), written))
    return tuple(pairs)


def _name_status(row: Row) -> Bilingual | None:
    """How the gene's name was resolved, unless it is the approved one: `ancien nom MLL2`."""
    status, _, name = (row["gene_name_status"] or "").partition(":")
    if status in ("", "approved"):
        return None
    words = term("gene_name", status)
    return Bilingual(f"{words.fr} {name}".strip(), f"{words.en} {name}".strip())


def links(row: Row) -> tuple[tuple[str, str], ...]:
    """(name, address) of public pages, built only from identifiers of the expected form."""
    found = []
    gene_id = str(row["gene_id"] or "")
    hgnc_id = str(row.get("hgnc_id") or gene_id)
    if re.fullmatch(r"HGNC:\d+", hgnc_id):
        found.append(("HGNC", f"https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/{hgnc_id}"))
    if re.fullmatch(r"ENSG\d{11}(\.\d+)?", gene_id):
        found.append(("Ensembl", f"https://www.ensembl.org/id/{gene_id}"))
    if re.fullmatch(r"\d+", str(row["clinvar_id"] or "")):
        found.append(("ClinVar", f"https://www.ncbi.nlm.nih.gov/clinvar/variation/{row['clinvar_id']}/"))
    return tuple(found)


def transcripts(row: Row) -> tuple[Transcript, ...]:
    """The transcript that is shown, then MANE Plus Clinical and the worst other one."""
    found: list[list[str | None]] = []
    if row["transcript"]:
        found.append([row[name] for name in ("transcript", "transcript_status", "consequence", "hgvs_c", "hgvs_p")])
    for item in items(row["other_transcripts"], "|"):
        parts = [None if part == "." else part for part in item.split(":", 4)]
        if len(parts) == 5:
            found.append(parts)
    return tuple(
        Transcript(
            name or "—",
            term("transcript_status", status) if status else same(""),
            consequences({"consequence": effect})[0] if effect else same("—"),
            coding or "",
            protein or "",
        )
        for name, status, effect, coding, protein in found
    )


def line_to_copy(row: Row) -> str:
    """`GENE NM_…:c.… p.… (chr-pos-ref-alt) 0/1 de_novo`, as a laboratory system takes it."""
    place = "-".join(str(row[name]) for name in ("chrom", "pos", "ref", "alt"))
    change = row.get("hgvs_c") or row["dna_change"] or ""
    coding = f"{row['transcript']}:{change}" if row["transcript"] and change and ":" not in change else change
    parts = (row["gene"], coding, row.get("hgvs_p") or row["amino_acid_change"], f"({place})", row["proband_genotype"])
    return " ".join(str(part) for part in (*parts, row["inheritance"]) if part)


def view(row: Row, number: int, page: PageContext, anchors: dict[Any, str], rows: Sequence[Row]) -> Candidate:
    """One row in words; `anchors` maps (gene, variant) to its place in the page; `rows` are all candidates."""
    key = variant_key(row)
    rechecked_row = page.rechecked.get(key)
    recheck = recheck_view(rechecked_row, page.family, row) if rechecked_row else None
    inheritance = row["inheritance"] or "unknown"
    tier = row["panel_tier"] or "none"
    shelf = row.get("shelf") or "none"
    posterior = row["de_novo_posterior"]
    diseases = gene_diseases(row, page.terms)
    partners = tuple(
        Partner(partner, anchors.get((row["gene"], partner), ""), phase)
        for partner, phase in zip(partner_keys(row), _phases(row), strict=False)
    )
    return Candidate(
        anchor=f"candidate-{number}",
        row=row,
        gene=row["gene"] or "—",
        variant=key,
        variant_short=f"{row['chrom']}-{row['pos']}-{_short_allele(row['ref'])}-{_short_allele(row['alt'])}",
        change=short_change(_without_reference(row["hgvs_c"]) or row["amino_acid_change"] or row["dna_change"]),
        protein=short_change(_without_reference(row["hgvs_p"])),
        consequence=consequences(row),
        inheritance=inheritance,
        inheritance_words=term("inheritance", inheritance),
        status=row["inheritance_status"] or "unknown",
        status_words=term("status", row["inheritance_status"] or "unknown"),
        meaning=term("inheritance_meaning", inheritance) if inheritance in set(Inheritance) else same(""),
        partners=partners,
        posterior=both(probability, posterior) if posterior is not None else None,
        members=member_evidence(row, page.family),
        frequency=frequency(row),
        clinvar=clinvar(row),
        tier=tier,
        tier_words=term("tier", tier),
        score=both(compact, round(row["score"], 1)) if row["score"] is not None else same("—"),
        components=_components(row),
        flags=(*(recheck.flags if recheck else ()), *flags(row)),
        recheck=recheck,
        rules=rules_of(row),
        reasons=_reasons(row),
        links=links(row) if page.external_links else (),
        shelf=shelf,
        shelf_words=term("shelf", shelf),
        name=line_to_copy(row),
        transcripts=transcripts(row),
        predictors=predictors(row, page.knowledge.strengths),
        gene_facts=gene_facts(row),
        diseases=diseases,
        inhouse=inhouse(row),
        population=population_lines(row),
        regions=tuple(term("region", name) for name in items(row["region_flags"])),
        acmg=suggestion(row),
        phenotype=phenotype_fit(row, page.terms),
        picture=page.pictures.get(key),
        name_status=_name_status(row),
        facts=variant_facts(row),
        population_detail=group_lines(row),
        panels=panel_line(row, page.knowledge),
        omim=omim_numbers(row, page.knowledge, diseases),
        conflict=clinvar_conflict(row),
        nearest_de_novo=nearest_de_novo(row, rows),
        inhouse_split=inhouse_split(row),
        prior=prior(row, page.knowledge.mutation_rates),
        log_odds=log_odds(row),
        panel_evidence=panel_evidence(row, page.knowledge),
        overturned_by=tuple(term("overturn", name) for name in items(row["overturned_by"])),
    )


def _clusters(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Row numbers that belong together, in the order of their best rank.

    Two rows of one gene belong together when one names the other as its compound partner, directly or through
    a third variant.
    """
    place = {(row["gene"], variant_key(row)): number for number, row in enumerate(rows)}
    neighbours: dict[int, set[int]] = {number: set() for number in range(len(rows))}
    for number, row in enumerate(rows):
        for partner in partner_keys(row):
            other = place.get((row["gene"], partner))
            if other is not None and other != number:
                neighbours[number].add(other)
                neighbours[other].add(number)
    seen: set[int] = set()
    for start in range(len(rows)):
        if start in seen:
            continue
        cluster, waiting = [], [start]
        seen.add(start)
        while waiting:
            number = waiting.pop()
            cluster.append(number)
            fresh = neighbours[number] - seen
            seen |= fresh
            waiting.extend(fresh)
        yield sorted(cluster)


def group_candidates(rows: Sequence[Row], page: PageContext) -> tuple[Group, ...]:
    """All candidates in words, best rank first, the variants of a compound pair side by side."""
    ranked = sorted(rows, key=lambda row: row["rank"] if row["rank"] is not None else len(rows) + 1)
    clusters = list(_clusters(ranked))
    order = [number for cluster in clusters for number in cluster]
    anchors = {
        (ranked[number]["gene"], variant_key(ranked[number])): f"candidate-{position}"
        for position, number in enumerate(order, 1)
    }
    groups = []
    position = 0
    for cluster in clusters:
        candidates = []
        for number in cluster:
            position += 1
            candidates.append(view(ranked[number], position, page, anchors, ranked))
        compound = len(cluster) > 1 or any(candidate.partners for candidate in candidates)
        groups.append(Group(candidates[0].gene, compound, tuple(candidates)))
    return tuple(groups)
