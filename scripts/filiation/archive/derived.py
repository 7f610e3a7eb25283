"""What does the database keep of an analysis' tables, so that questions over all families take seconds?

Dates of first sight, from the candidates; genes of the panel that a member was read thinly in, from the coverage of
genes. Both can be worked out again from the stored parts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from filiation.archive.parts import read_table_part
from filiation.archive.records import variant_key
from filiation.archive.store import analysis_folder, read_manifest
from filiation.model.report_tables import GENE_COVERAGE
from filiation.model.table_schema import TableSchema

# Mean depth under which a gene is in the index of thin genes; questions with a higher limit open the families' tables.
# Own choice: twice the 15x under which a parent is usually said to be insufficiently read would be most of a genome.
THIN_GENE = 20.0

Rows = Iterable[Mapping[str, Any]]


def store_derived(
    connection: sqlite3.Connection,
    analysis: tuple[int, int, str],
    panel: tuple[str, str],
    candidates: Rows,
    gene_coverage: Rows,
) -> None:
    """Store the dates of first sight and the thin genes of an analysis; an earlier date of first sight stays.

    analysis : number of the family, of the analysis, and its date. panel : its name and version.
    """
    family_number, number, date = analysis
    coverage = list(gene_coverage)
    connection.executemany(
        "INSERT INTO first_seen VALUES (?, ?, ?, ?, ?) ON CONFLICT (family_number, variant, gene) DO NOTHING",
        [(family_number, variant_key(dict(row)), row["gene"] or "", date, number) for row in candidates],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO thin_genes VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (family_number, number, row["gene"], row["hgnc_id"] or "", row["role"], row["sample"], row["mean_depth"])
            for row in coverage
            if row["mean_depth"] is not None and row["mean_depth"] < THIN_GENE
        ],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO covered_genes VALUES (?, ?, ?, ?)",
        sorted({(*panel, row["gene"], row["hgnc_id"] or "") for row in coverage if row["mean_depth"] is not None}),
    )


def derive_analysis(
    connection: sqlite3.Connection, archive: Path, family: str, analysis: tuple[int, int, str], record_sha256: str
) -> None:
    """The same from the stored parts of an analysis, for a migration; analysis as in `store_derived`."""
    from filiation.model.columns import CANDIDATES

    manifest = read_manifest(archive, family, analysis[1], record_sha256)

    def rows(schema: TableSchema) -> list[dict[str, Any]]:
        part = next((part for part in manifest["parts"] if part["name"] == schema.name), None)
        if part is None:
            return []
        return read_table_part(analysis_folder(archive, family, part["stored_in"]) / part["file"], schema)

    panel = manifest["panel"]["name"], manifest["panel"]["version"]
    store_derived(connection, analysis, panel, rows(CANDIDATES), rows(GENE_COVERAGE))
