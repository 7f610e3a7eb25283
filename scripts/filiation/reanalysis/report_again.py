"""How is a family's report written again from what the archive holds, changes and decisions included?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filiation.acmg.table import AcmgTable
from filiation.io.files import private_directory
from filiation.io.ped import write_pedigree
from filiation.io.tables import write_table
from filiation.model.columns import (
    CANDIDATES,
    COVERAGE,
    FUNNEL,
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
from filiation.model.report_tables import CHANGES
from filiation.model.table_schema import TableSchema
from filiation.prioritisation.report_facts import omim_numbers, predictor_strengths
from filiation.report.data import Options, read_report_data
from filiation.report.exports import write_exports

if TYPE_CHECKING:
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


def write_report(
    archive: Archive,
    family: Family,
    new: Mapping[TableSchema, tuple[Rows, Mapping[str, str]]],
    panel: Path | None,
    acmg: AcmgTable,
    folder: Path,
    language: str,
) -> list[Path]:
    """Write FOLDER/FAMILY/FAMILY.rcp.html and .rcp.tsv; returns them.

    new : rows and header lines of the tables of the new analysis; every other table is that of the last one. The
    quality gate was passed, or overruled with a reason, when the family was first reported: it does not stop here.
    """
    with private_directory("report") as private:
        paths = {}
        for schema in (*_NEEDED, *_OPTIONAL, COVERAGE):
            rows, header = new.get(schema) or (
                archive.table(family.name, schema),
                archive.table_header(family.name, schema),
            )
            if rows or schema in _NEEDED:
                paths[schema] = private / f"{schema.name}.tsv"
                write_table(paths[schema], schema, rows, header)
        pedigree = private / "family.ped"
        write_pedigree(pedigree, family)
        optional: dict[str, Any] = {name: paths.get(schema) for schema, name in _OPTIONAL.items()}
        simulated = "data" in archive.table_header(family.name, CANDIDATES)
        data = read_report_data(
            Options(family.name, family.pre_indication, tuple(family.hpo_terms), language, simulated=simulated),
            pedigree=pedigree,
            candidates=paths[CANDIDATES],
            funnel=[paths[FUNNEL]],
            quality=paths[QUALITY],
            segments=paths[SEGMENTS],
            versions=paths[VERSIONS],
            coverage=[paths[COVERAGE]] if COVERAGE in paths else [],
            panel=panel,
            omim=omim_numbers(),
            strengths=predictor_strengths(acmg),
            stop_on_fail=False,
            **optional,
        )
        target = folder / family.name
        page, table = target / f"{family.name}.rcp.html", target / f"{family.name}.rcp.tsv"
        write_exports(data, html=page, table=table)
    return [page, table]
