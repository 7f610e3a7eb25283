"""What does the report know? One `ReportData`, read from the tables of a family; HTML and TSV are written from it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, InputError
from filiation.io.ped import read_pedigree
from filiation.io.tables import Table, read_table
from filiation.model.columns import CANDIDATES, COVERAGE, FUNNEL, PANEL, QUALITY, RECHECK, REMOVED, SEGMENTS, VERSIONS
from filiation.model.gate import check_gate
from filiation.model.pedigree import Family
from filiation.model.previous_tests import PATTERN, RESULTS, TESTS, split_tests
from filiation.model.report_tables import (
    CHANGES,
    GENE_COVERAGE,
    PANEL_CAME,
    PANEL_WENT,
    PHENOTYPE_TERMS,
    PROFILE,
    READ_VIEWS,
)
from filiation.model.run_tables import DEFAULT, SETTINGS, lines_for_family
from filiation.report.knowledge import Knowledge, Strength, panel_memberships

Row = dict[str, Any]
# Rows of the funnel that are no removals: records that a step made, and counts it gives for information.
ADDITIONS = ("added_by_splitting",)
INFORMATION = ("with_consequence", "in_clinvar")
# Words by which a step marks such a count itself.
SAID = "(for information"
# Words of the check of kinship for two people of one blood.
RELATED = ("related", "siblings", "parent and child")
# An age in years above this is a slip of the pen.
OLDEST = 120
# Statuses under which a laboratory has taken a panel over; anything else is a draft.
VALIDATED = ("validated", "validé", "valide")


@dataclass(frozen=True)
class Options:
    """What the command line says about a report, beside its tables."""

    family: str
    pre_indication: str = ""
    hpo_terms: tuple[str, ...] = ()
    language: str = "fr"
    simulated: bool = False
    override_reason: str = ""
    external_links: bool = False
    # Age in years when the sample was taken, by sample; a member who is not in it has none.
    ages: Mapping[str, float] = field(default_factory=dict)
    # (examination, result) of the index case before this one.
    previous_tests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Panel:
    """The gene panel that the candidates were tiered with."""

    identifier: str
    name_fr: str
    name_en: str
    version: str
    date: str
    status: str
    tiers: dict[str, int]

    @property
    def validated(self) -> bool:
        """Whether a laboratory declared the panel validated; a panel that does not say is not."""
        return self.status.lower() in VALIDATED

    @property
    def genes(self) -> int:
        """Number of rows (genes) of the panel."""
        return sum(self.tiers.values())


@dataclass(frozen=True)
class RuleCount:
    """One rule of a step, with the number of records that it removed (or added, or counted for information)."""

    reason: str
    count: int
    meaning: str

    @property
    def kind(self) -> str:
        """`removed`, `added` or `information`."""
        if self.reason in ADDITIONS:
            return "added"
        return "information" if self.reason in INFORMATION or SAID in self.meaning else "removed"


@dataclass(frozen=True)
class Step:
    """One step of the funnel; a count that the step did not write is None."""

    name: str
    records_in: int | None
    records_out: int | None
    rules: tuple[RuleCount, ...]

    def total(self, kind: str) -> int:
        """Sum of the rules of one kind."""
        return sum(rule.count for rule in self.rules if rule.kind == kind)

    @property
    def gap(self) -> int:
        """Records out beyond what in, added and removed explain; 0 when the step accounts for every record."""
        if self.records_in is None or self.records_out is None:
            return 0
        return self.records_out - (self.records_in + self.total("added") - self.total("removed"))


@dataclass(frozen=True)
class ReportData:
    """Everything both outputs are made from."""

    options: Options
    family: Family
    candidates: Table
    funnel: tuple[Step, ...]
    funnel_headers: dict[str, str]
    quality: Table
    segments: Table
    coverage: tuple[Row, ...]
    versions: Table
    panel: Panel | None = None
    recheck: Table | None = None
    read_views: Table | None = None
    gene_coverage: tuple[Row, ...] = ()
    profile: tuple[Row, ...] = ()
    changes: Table | None = None
    phenotype: tuple[Row, ...] = ()
    removed: Table | None = None
    knowledge: Knowledge = field(default_factory=Knowledge)

    @property
    def date(self) -> str:
        """Date of the run as the versions table gives it; '' when it gives none (the clock is never read)."""
        return self.versions.header.get("date", "")

    @property
    def settings(self) -> tuple[tuple[str, str, str], ...] | None:
        """(key, value, default) of every setting that is not its default, by key; None where the run did not say."""
        header = self.versions.header
        if SETTINGS not in header:
            return None
        found = []
        for key, told in sorted(header.items()):
            if key.startswith(f"{SETTINGS}."):
                value, _, default = told.partition(DEFAULT)
                found.append((key.removeprefix(f"{SETTINGS}."), value, default))
        return tuple(found)

    @property
    def caller(self) -> str:
        """The program that called the variants; '' where calls were given, which the tables of coverage show."""
        return self.versions.header.get("caller", "") if self.coverage else ""

    @property
    def manifest_sha256(self) -> str:
        """Checksum of the run's manifest: names, versions and checksums of the versions table, and changed settings."""
        rows = sorted([str(row[name] or "") for name in VERSIONS.names] for row in self.versions.rows)
        settings = sorted(self.settings or ())
        return hashlib.sha256(json.dumps([rows, settings], ensure_ascii=True).encode()).hexdigest()

    @property
    def parents_related(self) -> bool:
        """Whether the check of kinship found the parents related to each other."""
        if self.family.father is None or self.family.mother is None:
            return False
        parents = {self.family.father.sample, self.family.mother.sample}
        return any(
            row["check"] == "kinship"
            and set((row["sample"] or "").split("+")) == parents
            and (row["observed"] or "").startswith(RELATED)
            for row in self.quality.rows
        )

    @property
    def panel_changes(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """(genes that came, genes that went) since the last analysis; None where its panel was not compared."""
        header = self.changes.header if self.changes else {}
        if PANEL_CAME not in header:
            return None
        came, went = (tuple(filter(None, header.get(key, "").split(","))) for key in (PANEL_CAME, PANEL_WENT))
        return came, went

    @property
    def failures(self) -> list[Row]:
        """Quality checks with the verdict FAIL."""
        return [row for row in self.quality.rows if row["verdict"] == "FAIL"]

    @property
    def assembly(self) -> str:
        """GRCh38, GRCh37, other, or '' when no table says."""
        for header in (self.quality.header, self.candidates.header, self.versions.header, self.funnel_headers):
            if header.get("assembly"):
                return header["assembly"]
        return ""


def read_panel(path: str | Path) -> Panel:
    """The panel's name, version, date, status and gene counts by tier, from its header lines and rows."""
    table = read_table(path, PANEL)
    header = table.header

    def first(*keys: str) -> str:
        return next((header[key] for key in keys if header.get(key)), "")

    identifier = first("id", "panel", "pre_indication") or Path(path).stem
    tiers: dict[str, int] = {}
    for row in table.rows:
        tier = row["tier"] or "."
        tiers[tier] = tiers.get(tier, 0) + 1
    name = first("name_fr", "name", "title") or identifier
    return Panel(
        identifier=identifier,
        name_fr=name,
        name_en=first("name_en", "name", "title") or name,
        version=first("version", "panel_version"),
        date=first("date", "panel_date"),
        status=first("status", "panel_status"),
        tiers=tiers,
    )


def read_funnel(paths: Sequence[str | Path]) -> tuple[tuple[Step, ...], dict[str, str]]:
    """The steps in the order of the files and, inside a file, of its rows; and all header lines together."""
    steps: dict[str, dict[str, Any]] = {}
    headers: dict[str, str] = {}
    for path in paths:
        table = read_table(path, FUNNEL)
        headers.update(table.header)
        for row in table.rows:
            step = steps.setdefault(row["step"], {"records_in": None, "records_out": None, "rules": []})
            if row["reason"] in ("records_in", "records_out"):
                step[row["reason"]] = row["count"]
            else:
                step["rules"].append(RuleCount(row["reason"], row["count"] or 0, row["meaning"] or ""))
    return (
        tuple(
            Step(name, step["records_in"], step["records_out"], tuple(step["rules"])) for name, step in steps.items()
        ),
        headers,
    )


def parse_hpo_terms(terms: str) -> tuple[str, ...]:
    """HPO ids of `HP:0001249;HP:0001250`; a ConfigError names the first that is none."""
    found = tuple(term.strip() for term in terms.split(";") if term.strip())
    for term in found:
        if not re.fullmatch(r"HP:\d{7}", term):
            raise ConfigError(
                f"'{term}' is not an HPO term",
                where="--hpo-terms",
                expected="HP: and seven digits, several separated by ;",
                repair="correct the column hpo_terms of samples.tsv",
            )
    return found


def parse_ages(items: Sequence[str]) -> dict[str, float]:
    """Ages in years by sample of `CHILD=4.5`; a ConfigError for what is no age, a date of birth before all."""
    found = {}
    for item in items:
        sample, _, text = item.partition("=")
        try:
            age = float(text)
        except ValueError:
            age = -1.0
        if not sample or not 0 <= age <= OLDEST:
            raise ConfigError(
                f"'{item}' is not an age",
                where="--ages",
                expected=f"SAMPLE=YEARS with a number from 0 to {OLDEST}; never a date of birth",
                repair="correct the column age_at_sampling of samples.tsv",
            )
        found[sample] = age
    return found


def parse_tests(cell: str) -> tuple[tuple[str, str], ...]:
    """(examination, result) of the column previous_tests; a ConfigError for a word outside its list."""
    if cell and not re.fullmatch(PATTERN, cell):
        raise ConfigError(
            f"'{cell}' is no list of examinations",
            where="--previous-tests",
            expected=f"{', '.join(TESTS)}, each with :{', :'.join(RESULTS)} or without, separated by ;",
            repair="correct the column previous_tests of samples.tsv",
        )
    return split_tests(cell)


def carries_alternate(row: Row) -> bool:
    """Whether the index case has the alternate allele, by its genotype or, failing that, by a read."""
    genotype = row["proband_genotype"] or ""
    called = any(allele not in ("0", ".", "") for allele in genotype.replace("|", "/").split("/"))
    return called or bool(row["proband_alt_depth"])


def check_candidates(table: Table, path: str | Path) -> None:
    """Refuse a candidate that the index case does not carry: the report is about nobody else's variants."""
    for row in table.rows:
        if not carries_alternate(row):
            variant = "-".join(str(row[name]) for name in ("chrom", "pos", "ref", "alt"))
            raise InputError(
                f"candidate {variant} is not carried by the index case (genotype {row['proband_genotype']})",
                where=str(path),
                expected="an alternate allele, or a read with it, in the index case",
                repair="run `filiation prioritise` again; a relative's variant must not stand in the report",
            )


def read_report_data(
    options: Options,
    *,
    pedigree: str | Path,
    candidates: str | Path,
    funnel: Sequence[str | Path],
    quality: str | Path,
    segments: str | Path,
    versions: str | Path,
    coverage: Sequence[str | Path] = (),
    panel: str | Path | None = None,
    recheck: str | Path | None = None,
    read_views: str | Path | None = None,
    gene_coverage: str | Path | None = None,
    profile: str | Path | None = None,
    changes: str | Path | None = None,
    phenotype: str | Path | None = None,
    removed: str | Path | None = None,
    panels: str | Path | None = None,
    omim: Mapping[str, tuple[str, ...]] | None = None,
    strengths: Mapping[str, Strength] | None = None,
    blind: Mapping[str, str] | None = None,
    mutation_rates: tuple[str, Mapping[str, float]] | None = None,
    stop_on_fail: bool = True,
) -> ReportData:
    """Read every table of a family; tables that are optional may be left out, and the report says so.

    panels : folder of all panels, for the panels that hold each gene. omim : OMIM numbers by gene symbol. strengths :
    calibrated intervals by name of the predictor. blind : English of the French reasons why a gene is not wholly seen.
    mutation_rates : checksum of a scoring model and its rates by class; left out when the run was made with another.

    Raises InputError for a table of another schema, for a failed check without a reason, and for a candidate
    that the index case does not carry.
    """
    family = read_pedigree(pedigree)
    if family.name != options.family:
        raise InputError(
            f"the pedigree is of family '{family.name}'",
            where=str(pedigree),
            expected=f"family '{options.family}'",
            repair="give the PED file of this family, or correct --family",
        )
    checks = read_table(quality, QUALITY)
    if stop_on_fail:
        check_gate(checks.rows, options.override_reason, str(quality))
    table = read_table(candidates, CANDIDATES)
    check_candidates(table, candidates)
    steps, headers = read_funnel(funnel)
    told = read_table(versions, VERSIONS)
    return ReportData(
        options=options,
        family=family,
        candidates=table,
        funnel=steps,
        funnel_headers=headers,
        quality=checks,
        segments=read_table(segments, SEGMENTS),
        coverage=tuple(row for path in coverage for row in read_table(path, COVERAGE).rows),
        versions=replace(told, header=lines_for_family(told.header, family.name)),
        panel=read_panel(panel) if panel else None,
        recheck=read_table(recheck, RECHECK) if recheck else None,
        read_views=read_table(read_views, READ_VIEWS) if read_views else None,
        gene_coverage=tuple(read_table(gene_coverage, GENE_COVERAGE).rows) if gene_coverage else (),
        profile=tuple(read_table(profile, PROFILE).rows) if profile else (),
        changes=read_table(changes, CHANGES) if changes else None,
        phenotype=tuple(read_table(phenotype, PHENOTYPE_TERMS).rows) if phenotype else (),
        removed=read_table(removed, REMOVED) if removed else None,
        knowledge=_knowledge(table, options, panels, omim, strengths, blind, mutation_rates),
    )


def _knowledge(
    candidates: Table,
    options: Options,
    panels: str | Path | None,
    omim: Mapping[str, tuple[str, ...]] | None,
    strengths: Mapping[str, Strength] | None,
    blind: Mapping[str, str] | None,
    mutation_rates: tuple[str, Mapping[str, float]] | None,
) -> Knowledge:
    """What is known beside the tables, for the genes of the candidates."""
    genes = {(row["gene"], row["hgnc_id"] or "") for row in candidates.rows if row["gene"]}
    own = options.pre_indication
    count, unread, memberships = panel_memberships(panels, genes, own) if panels else (0, (), {})
    checksum, rates = mutation_rates or ("", {})
    if not checksum or checksum not in candidates.header.get("scoring_model", ""):
        rates = {}
    return Knowledge(count, unread, memberships, omim, strengths or {}, blind or {}, rates)
