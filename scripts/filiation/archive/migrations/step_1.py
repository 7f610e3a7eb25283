"""Step 1: families, members, consents, analyses with their resources and links, decisions."""

from __future__ import annotations

MEANING = "families, members, consents, analyses with their resources and links, decisions"

STATEMENTS = (
    """CREATE TABLE families (
        family_number INTEGER PRIMARY KEY AUTOINCREMENT,
        family TEXT NOT NULL UNIQUE,
        pre_indication TEXT NOT NULL DEFAULT '',
        hpo_terms TEXT NOT NULL DEFAULT '',
        hpo_absent TEXT NOT NULL DEFAULT '',
        structure TEXT NOT NULL,
        added TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE members (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        position INTEGER NOT NULL,
        sample TEXT NOT NULL,
        role TEXT NOT NULL,
        sex TEXT NOT NULL,
        affection TEXT NOT NULL,
        PRIMARY KEY (family_number, sample)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX members_by_sample ON members (sample)",
    """CREATE TABLE consents (
        consent_number INTEGER PRIMARY KEY,
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        purpose TEXT NOT NULL CHECK (purpose IN ('research', 'incidental')),
        given INTEGER NOT NULL CHECK (given IN (0, 1)),
        date TEXT NOT NULL,
        recorded_by TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX consents_by_family ON consents (family_number)",
    """CREATE TABLE resource_sets (
        set_number INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL UNIQUE
    ) STRICT""",
    """CREATE TABLE resources (
        set_number INTEGER NOT NULL REFERENCES resource_sets,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        version TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (set_number, kind, name)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE analyses (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        date TEXT NOT NULL,
        program TEXT NOT NULL,
        pre_indication TEXT NOT NULL,
        panel TEXT NOT NULL,
        panel_version TEXT NOT NULL,
        set_number INTEGER NOT NULL REFERENCES resource_sets,
        record_sha256 TEXT NOT NULL,
        content_sha256 TEXT NOT NULL,
        calls INTEGER NOT NULL,
        genotypes INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        parts TEXT NOT NULL,
        PRIMARY KEY (family_number, number)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX analyses_by_panel ON analyses (panel, panel_version)",
    """CREATE TABLE links (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        PRIMARY KEY (family_number, number, kind, path)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE decisions (
        family_number INTEGER NOT NULL REFERENCES families ON DELETE CASCADE,
        variant TEXT NOT NULL,
        gene TEXT NOT NULL,
        date TEXT NOT NULL,
        number INTEGER NOT NULL,
        decision TEXT NOT NULL,
        class TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        participants TEXT NOT NULL DEFAULT '',
        run TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (family_number, variant, gene, date)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX decisions_by_variant ON decisions (variant)",
)
