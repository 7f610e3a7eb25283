"""Step 2: when each candidate was first seen, thinly read genes, releases, alerts, and erasures.

What older analyses show is worked out from their stored tables: the dates of first sight and the thin genes.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

MEANING = "dates of first sight, thinly read genes, releases, alerts, erasures"

STATEMENTS = (
    """CREATE TABLE first_seen (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        variant TEXT NOT NULL,
        gene TEXT NOT NULL,
        date TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (family_number, variant, gene)
    ) STRICT, WITHOUT ROWID""",
    # Genes of the panel that a member was read thinly in: mean depth below THIN_GENE (filiation.archive.depth).
    """CREATE TABLE thin_genes (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        number INTEGER NOT NULL,
        gene TEXT NOT NULL,
        hgnc_id TEXT NOT NULL,
        role TEXT NOT NULL,
        sample TEXT NOT NULL,
        mean_depth REAL NOT NULL,
        PRIMARY KEY (gene, family_number, number, sample)
    ) STRICT, WITHOUT ROWID""",
    # Genes whose coverage was measured with a panel: a gene that is not here is not well read, it is unknown.
    """CREATE TABLE covered_genes (
        panel TEXT NOT NULL,
        panel_version TEXT NOT NULL,
        gene TEXT NOT NULL,
        hgnc_id TEXT NOT NULL,
        PRIMARY KEY (gene, panel, panel_version)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE releases (
        release TEXT PRIMARY KEY,
        date TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        state TEXT NOT NULL,
        description TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE alerts (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        number INTEGER NOT NULL,
        variant TEXT NOT NULL,
        gene TEXT NOT NULL,
        release TEXT NOT NULL,
        date TEXT NOT NULL,
        kind TEXT NOT NULL,
        value REAL NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (family_number, number, variant, gene)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX alerts_by_release ON alerts (release)",
    """CREATE TABLE forgotten (
        certificate TEXT PRIMARY KEY,
        date TEXT NOT NULL,
        requester TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('begun', 'done')),
        document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


def fill(connection: sqlite3.Connection, archive: Path) -> None:
    """Dates of first sight and thin genes of the analyses that are already there, from their tables."""
    from filiation.archive.derived import derive_analysis

    rows = connection.execute(
        "SELECT family_number, family, number, date, record_sha256 FROM analyses JOIN families USING (family_number)"
        " ORDER BY family_number, number"
    ).fetchall()
    for family_number, family, number, date, record_sha256 in rows:
        derive_analysis(connection, archive, family, (family_number, number, date), record_sha256)
