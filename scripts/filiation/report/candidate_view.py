"""How is one row of the candidate table put into words? Missing evidence stays visible as missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filiation.model.columns import CANDIDATES
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Family, Role
from filiation.report.catalogue import known, source_text, term, text
from filiation.report.data import Row
from filiation.report.recheck_view import Recheck, recheck_view
from filiation.report.typography import Bilingual, both, compact, percent, probability, same, significant

# Below these the report draws the number in a marked box; the legend of the table says so.
LOW_DEPTH = 10
LOW_GENOTYPE_QUALITY = 20
_LONG_ALLELE = 12
_LONG_CHANGE = 28
NOTHING = same("")
DASH = same("—")
_SIBLING = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*):([^:]*):([^:]*):([^:|]*)")
_CLINVAR_STARS = (
    ("practice_guideline", 4),
    ("reviewed_by_expert_panel", 3),
    ("multiple_submitters,_no_conflicts", 2),
    ("criteria_provided", 1),
)


@dataclass(frozen=True)
class MemberEvidence:
    """Genotype evidence of one member at one variant.

    `state`: `called`, `uncalled` (reads but no genotype), `no_data` (neither), `not_sequenced` (no such member).
    """

    role: Bilingual
    letter: Bilingual
    sample: str
    state: str
    genotype: str = ""
    words: Bilingual = NOTHING
    allele_depths: str = "—"
    depth: str = "—"
    quality: str = "—"
    alt_share: Bilingual = DASH
    carrier: bool = False
    low_depth: bool = False
    low_quality: bool = False


@dataclass(frozen=True)
class Evidence:
    """A look-up in a public source: `found`, `not_found` (looked for, absent) or `not_annotated` (not looked for)."""

    state: str
    words: Bilingual
    source: str = ""
    homozygotes: int | None = None
    review: str = ""
    stars: int | None = None
    identifier: str = ""
    hemizygotes: int | None = None


@dataclass(frozen=True)
class Rule:
    """One rule that the variant passed: its words (empty when the catalogue has none) and what the table says."""

    words: Bilingual
    value: str


@dataclass(frozen=True)
class Partner:
    """The second variant of a compound pair, and whether the two are in trans; `anchor` is '' when it is not in
    the table."""

    variant: str
    anchor: str
    phase: Bilingual = NOTHING


@dataclass(frozen=True)
class Candidate:
    """One variant in one gene, in words."""

    anchor: str
    row: Row
    gene: str
    variant: str
    variant_short: str
    change: str
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
    overturned_by: tuple[Bilingual, ...] = ()

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """(name, value, meaning) of every column of the table, `.` where a value is missing."""
        return [
            (column.name, "." if self.row[column.name] is None else str(self.row[column.name]), column.meaning)
            for column in CANDIDATES.columns
        ]


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


def _short_allele(allele: str) -> str:
    """An allele, or its start and its length when it is long."""
    return allele if len(allele) <= _LONG_ALLELE else f"{allele[:6]}…[{len(allele)}]"


def _genotype_words(genotype: str) -> Bilingual:
    """What a called genotype means: one allele is hemizygous, never half of a diploid one."""
    alleles = genotype.replace("|", "/").split("/")
    if "." in alleles:
        return text("genotype.partial")
    if len(alleles) == 1:
        return text("genotype.reference_single" if alleles == ["0"] else "genotype.hemizygous")
    if set(alleles) == {"0"}:
        return text("genotype.reference")
    return text("genotype.homozygous" if len(set(alleles)) == 1 else "genotype.heterozygous")


def _evidence_of(
    role: str,
    sample: str,
    genotype: str | None,
    ref: int | None,
    alt: int | None,
    depth: int | None,
    gq: int | None,
    *,
    one_copy: bool = False,
) -> MemberEvidence:
    """Evidence of a sequenced member. A genotype without a read behind it is no data, whatever was called.

    one_copy: the member has one copy of this chromosome, so that 1/1 is the caller's way of writing 1.
    """
    letter, words = term("role_letter", role), term("role", role)
    # Depth may be missing while allele depths are there, and the other way round.
    reads = depth if depth is not None else (None if ref is None and alt is None else (ref or 0) + (alt or 0))
    called = genotype is not None and not set(genotype) <= set("./|")
    if reads == 0 or (not called and reads is None):
        return MemberEvidence(words, letter, sample, "no_data")
    share = same("—")
    if ref is not None and alt is not None and ref + alt > 0:
        share = both(percent, alt / (ref + alt), 0)
    return MemberEvidence(
        role=words,
        letter=letter,
        sample=sample,
        state="called" if called else "uncalled",
        genotype=genotype if called and genotype else "./.",
        words=_genotype_words("1" if one_copy else genotype) if called and genotype else text("genotype.uncalled"),
        allele_depths="—" if ref is None and alt is None else f"{_count(ref)},{_count(alt)}",
        depth=_count(depth),
        quality=_count(gq),
        alt_share=share,
        carrier=called and any(allele in genotype for allele in "123456789") if genotype else False,
        low_depth=reads is not None and reads < LOW_DEPTH,
        low_quality=gq is not None and gq < LOW_GENOTYPE_QUALITY,
    )


def _count(value: int | None) -> str:
    return "—" if value is None else str(value)


def member_evidence(row: Row, family: Family) -> tuple[MemberEvidence, ...]:
    """Proband, father, mother, then siblings; a parent who was not sequenced keeps a line that says so."""
    lines = []
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        member = family.with_role(role)
        if member is None:
            lines.append(MemberEvidence(term("role", role), term("role_letter", role), "", "not_sequenced"))
            continue
        names = ("genotype", "ref_depth", "alt_depth", "depth", "genotype_quality")
        genotype, ref, alt, depth, quality = (row[f"{role}_{name}"] for name in names)
        one_copy = f"{role}=hemizygous" in (row["inheritance_reason"] or "").split()
        lines.append(_evidence_of(role, member.sample, genotype, ref, alt, depth, quality, one_copy=one_copy))
    for sample, genotype, depths, quality in _SIBLING.findall(row["siblings"] or ""):
        ref, alt = ([*(_number(part) for part in depths.split(",")), None, None])[:2]
        lines.append(_evidence_of(Role.SIBLING, sample, genotype, ref, alt, None, _number(quality)))
    return tuple(lines)


def _number(value: str) -> int | None:
    return int(value) if value.strip().isdecimal() else None


def frequency(row: Row) -> Evidence:
    """Highest population frequency; absent, not covered, without a value and never looked up are different states."""
    source, value = row["population_source"], row["population_af"]
    if value is None and source in ("not_found", "not_covered", "no_frequency"):
        return Evidence(source, text(f"frequency.{source}"))
    if value is None:
        return Evidence("not_annotated", text("frequency.not_annotated"))
    return Evidence(
        "found",
        both(significant, value),
        source or "",
        row["population_homozygotes"],
        hemizygotes=row["population_hemizygotes"],
    )


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
    return Evidence("found", joined, "ClinVar", None, review.replace("_", " "), stars, str(row["clinvar_id"] or ""))


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


def _rules(row: Row) -> tuple[Rule, ...]:
    rules = []
    for item in items(row["kept_because"]):
        name = re.match(r"[a-z_0-9]+", item)
        if name and known("rule", name.group()):
            value = item[name.end() :].strip().replace(">=", "≥").replace("<=", "≤")
            rules.append(Rule(term("rule", name.group()), value))
        else:
            rules.append(Rule(same(""), item))
    return tuple(rules)


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


def links(row: Row) -> tuple[tuple[str, str], ...]:
    """(name, address) of public pages, built only from identifiers of the expected form."""
    found = []
    gene_id = str(row["gene_id"] or "")
    if re.fullmatch(r"HGNC:\d+", gene_id):
        found.append(("HGNC", f"https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/{gene_id}"))
    if re.fullmatch(r"ENSG\d{11}(\.\d+)?", gene_id):
        found.append(("Ensembl", f"https://www.ensembl.org/id/{gene_id}"))
    if re.fullmatch(r"\d+", str(row["clinvar_id"] or "")):
        found.append(("ClinVar", f"https://www.ncbi.nlm.nih.gov/clinvar/variation/{row['clinvar_id']}/"))
    return tuple(found)


def view(
    row: Row,
    number: int,
    family: Family,
    anchors: dict[Any, str],
    rechecked: Mapping[str, Row],
    *,
    external_links: bool,
) -> Candidate:
    """One row in words; `anchors` maps (gene, variant) to its place in the page, `rechecked` variants to reads."""
    rechecked_row = rechecked.get(variant_key(row))
    recheck = recheck_view(rechecked_row, family, row) if rechecked_row else None
    inheritance = row["inheritance"] or "unknown"
    tier = row["panel_tier"] or "none"
    posterior = row["de_novo_posterior"]
    partners = tuple(
        Partner(partner, anchors.get((row["gene"], partner), ""), phase)
        for partner, phase in zip(partner_keys(row), _phases(row), strict=False)
    )
    return Candidate(
        anchor=f"candidate-{number}",
        row=row,
        gene=row["gene"] or "—",
        variant=variant_key(row),
        variant_short=f"{row['chrom']}-{row['pos']}-{_short_allele(row['ref'])}-{_short_allele(row['alt'])}",
        change=short_change(row["amino_acid_change"] or row["dna_change"]),
        consequence=consequences(row),
        inheritance=inheritance,
        inheritance_words=term("inheritance", inheritance),
        status=row["inheritance_status"] or "unknown",
        status_words=term("status", row["inheritance_status"] or "unknown"),
        meaning=term("inheritance_meaning", inheritance) if inheritance in set(Inheritance) else same(""),
        partners=partners,
        posterior=both(probability, posterior) if posterior is not None else None,
        members=member_evidence(row, family),
        frequency=frequency(row),
        clinvar=clinvar(row),
        tier=tier,
        tier_words=term("tier", tier),
        score=both(compact, row["score"]) if row["score"] is not None else same("—"),
        components=_components(row),
        flags=(*(recheck.flags if recheck else ()), *flags(row)),
        recheck=recheck,
        rules=_rules(row),
        reasons=_reasons(row),
        links=links(row) if external_links else (),
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


def group_candidates(
    rows: Sequence[Row], family: Family, rechecked: Sequence[Row] = (), *, external_links: bool = False
) -> tuple[Group, ...]:
    """All candidates in words, best rank first, the variants of a compound pair side by side."""
    reads = {variant_key(row): row for row in rechecked}
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
            candidates.append(view(ranked[number], position, family, anchors, reads, external_links=external_links))
        compound = len(cluster) > 1 or any(candidate.partners for candidate in candidates)
        groups.append(Group(candidates[0].gene, compound, tuple(candidates)))
    return tuple(groups)
