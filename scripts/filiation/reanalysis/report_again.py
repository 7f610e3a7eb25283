"""How is a family's report written again from what the archive holds, changes and decisions included?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filiation.acmg.table import AcmgTable, load_acmg_table
from filiation.archive.records import family_of_document
from filiation.io.files import private_directory
from filiation.io.ped import write_pedigree
from filiation.io.tables import write_table
from filiation.model.columns import (
    CANDIDATES,
    COVERAGE,
    FUNNEL,
    GATE,
    GENE_COVERAGE,
    PHENOTYPE_TERMS,
    PROFILE,
    QUALITY,
    READ_VIEWS,
    RECHECK,
    REMOVED,
    SEGMENTS,
    VERSIONS,
)
from filiation.model.pedigree import Family
from filiation.model.previous_tests import split_tests
from filiation.model.report_tables import CHANGES
from filiation.model.table_schema import TableSchema
from filiation.prioritisation.report_facts import blind_reasons, mutation_rates, omim_numbers, predictor_strengths
from filiation.reanalysis.last_basis import INPUT, Finder, last_basis
from filiation.reanalysis.stored import StoredAnalysis
from filiation.report.crate import NAME
from filiation.report.data import Options, read_report_data
from filiation.report.exports import write_exports
from filiation.scoring.model import ScoringModel, load_scoring_model

if TYPE_CHECKING:
    from filiation.archive.records import AnalysisRecord
    from filiation.archive.store import Archive

Rows = Sequence[Mapping[str, Any]]
# Tables without which there is no report: one that was not archived is shown as empty.
_NEEDED = (CANDIDATES, FUNNEL, QUALITY, SEGMENTS, VERSIONS)
_OPTIONAL = {
    RECHECK: "recheck",
    REMOVED: "removed",
    READ_VIEWS: "read_views",
    GENE_COVERAGE: "gene_coverage",
    PROFILE: "profile",
    CHANGES: "changes",
    PHENOTYPE_TERMS: "phenotype",
}
# Other forms of the report, by the argument of `write_exports`, with the endings of docs/outputs.md.
FORMS = {
    "pdf": "rcp.pdf",
    "xlsx": "rcp.xlsx",
    "json": "rcp.json",
    "phenopacket": "phenopacket.json",
    "vcf": "candidates.vcf",
    "summary_file": "summary.json",
}


def write_report(
    archive: Archive,
    family: Family,
    new: Mapping[TableSchema, tuple[Rows, Mapping[str, str]]],
    panel: Path | None,
    acmg: AcmgTable,
    model: ScoringModel,
    folder: Path,
    language: str,
    *,
    panels: Path,
    blind: Path,
    number: int | None = None,
    forms: Sequence[str] = (),
) -> list[Path]:
    """Write FOLDER/FAMILY/FAMILY.rcp.html and .rcp.tsv, and the other forms that are named; returns them.

    new : rows and header lines of the tables of the new analysis; every other table is that of the stored one, the
    latest unless a number is given. panels : folder of all panels. blind : table of genes that short reads do not see
    whole. forms : of FORMS. The quality gate was passed, or
    overruled with a reason, when the family was first reported: it does not stop here, and the page shows the reason.
    """
    record = archive.analysis(family.name, number)
    with private_directory("report") as private:
        paths = {}
        for schema in (*_NEEDED, *_OPTIONAL, COVERAGE):
            rows, header = new.get(schema) or (
                archive.table(family.name, schema, record.number),
                archive.table_header(family.name, schema, record.number),
            )
            if rows or schema in _NEEDED:
                paths[schema] = private / f"{schema.name}.tsv"
                write_table(paths[schema], schema, rows, header)
        pedigree = private / "family.ped"
        write_pedigree(pedigree, family)
        optional: dict[str, Any] = {name: paths.get(schema) for schema, name in _OPTIONAL.items()}
        data = read_report_data(
            _options(archive, family, record, language),
            pedigree=pedigree,
            candidates=paths[CANDIDATES],
            funnel=[paths[FUNNEL]],
            quality=paths[QUALITY],
            segments=paths[SEGMENTS],
            versions=paths[VERSIONS],
            coverage=[paths[COVERAGE]] if COVERAGE in paths else [],
            panel=panel,
            panels=panels,
            blind=blind_reasons(blind),
            omim=omim_numbers(),
            strengths=predictor_strengths(acmg),
            mutation_rates=mutation_rates(model),
            stop_on_fail=False,
            **optional,
        )
        target = folder / family.name
        page, table = target / f"{family.name}.rcp.html", target / f"{family.name}.rcp.tsv"
        others = {form: target / f"{family.name}.{ending}" for form, ending in FORMS.items() if form in forms}
        named = {"crate_file": target / NAME} if forms else {}
        write_exports(data, html=page, table=table, **others, **named)
    return [page, table, *others.values(), *named.values()]


def write_archived_report(
    archive: Archive, name: str, finder: Finder, blind: Path, folder: Path, language: str, number: int | None = None
) -> list[Path]:
    """Write the report of a stored analysis, the latest unless a number is given, in every form; returns the files.

    Raises InputError when the panel or a table that it was judged with is kept nowhere.
    """
    record = archive.analysis(name, number)
    # As it was then: signs may have been added since.
    family = family_of_document(record.manifest["family"])
    stored = StoredAnalysis(
        family, record.number, record.date, record.program, "", [], [], [],
        resources=record.resources, pre_indication=record.panel or record.pre_indication,
    )  # fmt: skip
    basis = last_basis(stored, finder)
    versions = archive.table(name, VERSIONS, record.number)
    lines = {**archive.table_header(name, VERSIONS, record.number), "date": record.date}
    rows = versions or [row for row in record.resources if row["kind"] != INPUT]
    return write_report(
        archive, family, {VERSIONS: (rows, lines)}, basis.panel, load_acmg_table(basis.acmg_table),
        load_scoring_model(basis.scoring_model), folder, language,
        panels=finder.panels, blind=blind, number=record.number, forms=tuple(FORMS),
    )  # fmt: skip


def _options(archive: Archive, family: Family, record: AnalysisRecord, language: str) -> Options:
    """What the report was told beyond its tables when the family was analysed, as far as the archive keeps it."""
    settings = record.settings
    return Options(
        family.name,
        family.pre_indication,
        tuple(family.hpo_terms),
        language,
        simulated="data" in archive.table_header(family.name, CANDIDATES, record.number),
        override_reason=archive.table_header(family.name, GATE, record.number).get("override_reason", ""),
        external_links=bool(settings.get("external_links")),
        ages=settings.get("ages") or {},
        previous_tests=split_tests(settings.get("previous_tests") or ""),
    )
