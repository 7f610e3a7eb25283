"""Which files of a finished run go into the archive, and what is said where one is not there?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from filiation.archive.calls import (
    Places,
    calls_table,
    chosen_rows,
    counted_records,
    excluded_part,
    excluded_table,
    genotypes_table,
)
from filiation.archive.places import load_listed_alleles, load_near_genes
from filiation.archive.write import AnalysisInput, Link
from filiation.errors import InputError, nearest
from filiation.genes.table import GeneTable
from filiation.io.files import require_file, sha256
from filiation.io.tables import read_table
from filiation.model.archive_tables import COUNTED_REASON
from filiation.model.columns import (
    ANNOTATION_SHARES,
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
from filiation.model.run_tables import lines_for_family
from filiation.model.table_schema import TableSchema
from filiation.scoring.model import ScoringModel

# Tables of one file each, by folder and ending under results/{family}.
ONE_FILE: tuple[tuple[TableSchema, str, str], ...] = (
    (CANDIDATES, "prioritisation", "candidates.tsv"),
    (REMOVED, "prioritisation", "removed.tsv"),
    (RECHECK, "prioritisation", "recheck.tsv"),
    (READ_VIEWS, "prioritisation", "read_views.tsv"),
    (PHENOTYPE_TERMS, "prioritisation", "phenotype.tsv"),
    (QUALITY, "quality", "quality.tsv"),
    (GATE, "quality", "gate.tsv"),
    (SEGMENTS, "quality", "segments.tsv"),
    (PROFILE, "quality", "profile.tsv"),
    (GENE_COVERAGE, "quality", "gene_coverage.tsv"),
    (ANNOTATION_SHARES, "annotated", "shares.tsv"),
)
FUNNEL_FOLDERS = ("normalised", "screened", "annotated", "prioritisation")
# Without these there is nothing to look at again.
REQUIRED = (CANDIDATES, REMOVED)


@dataclass
class RunFiles:
    """Files of a finished run of one family; a path that is None was not made by it."""

    normalised: Path
    annotated: Path
    excluded: Path | None
    tables: Mapping[TableSchema, Path]
    funnels: Sequence[Path] = ()
    coverage: Sequence[Path] = ()
    versions: Path | None = None
    reports: Sequence[Path] = ()
    links: Sequence[tuple[str, Path]] = field(default_factory=tuple)


def results_folder(results: Path, name: str) -> Path:
    """The folder of a family under `results`; an unknown family is an InputError that names the nearest."""
    if not (results / name).is_dir():
        there = sorted(path.parent.name for path in results.glob("*/*.ped"))
        raise InputError(
            f"no results of family '{name}'",
            where=str(results),
            expected=f"one of {', '.join(there) or '(the folder holds none)'}",
            repair=nearest(name, there) or "correct --results or --family, or run the family first: filiation run",
        )
    return results / name


def run_files(results: Path, family: Family) -> RunFiles:
    """The files of a family under `results`, by the names of docs/outputs.md; a missing step is an InputError."""
    name, folder = family.name, results_folder(results, family.name)
    tables = {schema: folder / step / f"{name}.{ending}" for schema, step, ending in ONE_FILE}
    for schema in REQUIRED:
        require_file(tables[schema], f"{schema.name} table", where=f"{folder}: the run is not finished")
    report = folder / "report"
    crams = [folder / "alignment" / f"{sample}.cram" for sample in family.samples]
    excluded = folder / "screened" / f"{name}.excluded.tsv.gz"
    versions = results / "run" / "versions.tsv"
    calls = folder / "normalised" / f"{name}.bcf"
    return RunFiles(
        normalised=calls,
        annotated=require_file(folder / "annotated" / f"{name}.bcf", "annotated calls"),
        excluded=excluded if excluded.is_file() else None,
        tables={schema: path for schema, path in tables.items() if path.is_file()},
        funnels=_there(folder / step / f"{name}.funnel.tsv" for step in FUNNEL_FOLDERS),
        coverage=_there(folder / "quality" / f"{sample}.coverage.tsv" for sample in family.samples),
        versions=versions if versions.is_file() else None,
        reports=sorted(path for path in report.iterdir() if path.is_file()) if report.is_dir() else [],
        links=[*(("cram", path) for path in _there(crams)), *(("calls", path) for path in _there([calls]))],
    )


def _there(paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if path.is_file()]


def load_places(
    genes_gff3: Path | None, clinvar: Path | None, table: GeneTable | None, rna_genes: Sequence[str] = ()
) -> Places:
    """Near genes, ClinVar's alleles and names of genes, as far as the files are given."""
    return Places(
        load_near_genes(genes_gff3, rna_genes) if genes_gff3 else None,
        load_listed_alleles(clinvar) if clinvar else None,
        table,
    )


def input_of_run(
    files: RunFiles,
    family: Family,
    date: str,
    places: Places,
    model: ScoringModel,
    *,
    settings: Mapping[str, Any],
    inputs: Sequence[Mapping[str, str]] = (),
    with_links: bool = True,
) -> AnalysisInput:
    """Everything of a finished run that the archive keeps.

    inputs : rows name (the role), kind `input`, version, sha256 of the files that a later replay must compare with.
    with_links : also where CRAM and calls stand, with size and checksum.
    """
    counted: dict[str, int] = {}
    parts: dict[str, Any] = {"calls": calls_table(files.annotated, family, places)}
    if files.excluded is not None:
        excluded = excluded_table(files.excluded)
        kept_for = chosen_rows(excluded, places)
        rows = np.flatnonzero(kept_for)
        parts["genotypes"] = genotypes_table(
            require_file(files.normalised, "normalised calls"), family, excluded.take(rows), kept_for[rows], model
        )
        rest = excluded.filter(kept_for == 0)
        parts["excluded"] = excluded_part(rest)
        counted = counted_records(rest)
    tables: dict[TableSchema, Sequence[Mapping[str, Any]]] = {}
    headers: dict[TableSchema, Mapping[str, str]] = {}
    for schema, path in files.tables.items():
        table = read_table(path, schema)
        tables[schema], headers[schema] = table.rows, table.header
    for schema, paths in ((FUNNEL, files.funnels), (COVERAGE, files.coverage)):
        read = [read_table(path, schema) for path in paths]
        if read:
            tables[schema] = [row for table in read for row in table.rows]
            headers[schema] = {key: value for table in read for key, value in table.header.items()}
    versions: list[dict[str, Any]] = []
    if files.versions:
        table = read_table(files.versions, VERSIONS)
        tables[VERSIONS] = versions = table.rows
        lines = lines_for_family(table.header, family.name)
        # The day is the analysis' own; here it would make another analysis of the same results.
        headers[VERSIONS] = {key: value for key, value in lines.items() if key != "date"}
    panel, version = _panel(headers.get(CANDIDATES, {}))
    return AnalysisInput(
        family,
        date,
        panel=panel,
        panel_version=version,
        settings={
            **settings,
            "near_gene": "known" if places.near is not None else "by the annotation alone: no gene models were given",
            "clinvar_listed": "known" if places.listed is not None else "by the annotation alone: no ClinVar was given",
            f"counted_{COUNTED_REASON}": counted,
            "screen_excluded": "kept" if files.excluded is not None else "not there: the run wrote no excluded table",
        },
        resources=[*versions, *inputs],
        links=[_link("report", path) for path in files.reports]
        + [_link(kind, path) for kind, path in files.links if with_links],
        parts=parts,
        tables=tables,
        headers=headers,
    )


def _panel(header: Mapping[str, str]) -> tuple[str, str]:
    """Name and version of the panel that the candidates name; empty when none was used."""
    words = header.get("panel", "").split()
    return (words[0], words[1]) if len(words) > 1 else ("", "")


def _link(kind: str, path: Path) -> Link:
    return Link(kind, str(path.absolute()), sha256(path), path.stat().st_size)
