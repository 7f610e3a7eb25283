"""Step 3: what each family was last compared with, and the locks that were removed by hand.

Nothing is worked out of what is there: a family of which nothing is remembered is compared with its stored analysis.
"""

from __future__ import annotations

MEANING = "what each family was last compared with, locks removed by hand"

STATEMENTS = (
    # Of the analysis `number`: a later one names its own inputs.
    """CREATE TABLE compared (
        family_number INTEGER PRIMARY KEY REFERENCES families ON DELETE CASCADE,
        number INTEGER NOT NULL,
        set_number INTEGER NOT NULL REFERENCES resource_sets
    ) STRICT""",
    # `locked`: a family, which need not be registered yet, or the cohort index.
    """CREATE TABLE unlocked (
        unlock_number INTEGER PRIMARY KEY,
        locked TEXT NOT NULL,
        date TEXT NOT NULL,
        reason TEXT NOT NULL,
        host TEXT NOT NULL,
        pid TEXT NOT NULL,
        since TEXT NOT NULL
    ) STRICT""",
)
