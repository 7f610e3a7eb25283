"""How does an archive that an older program made become one of this program?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from filiation.archive.database import check_version, connect, database_path, schema_version, transaction
from filiation.archive.disk import require_space
from filiation.archive.migrations import CURRENT, Step, run_steps
from filiation.archive.store import read_description


def migrate(path: str | Path) -> tuple[int, list[Step]]:
    """Run the steps that are missing, all in one transaction; returns the version before and the steps.

    A stop in the middle leaves the old schema. A newer archive is refused.
    """
    path = Path(path)
    read_description(path)
    with closing(connect(path, write=True)) as connection:
        before = schema_version(connection)
        if before >= CURRENT:
            check_version(path, before)
            return before, []
        # The journal of the transaction can grow to the size of the database.
        require_space(path, 2 * database_path(path).stat().st_size)
        with transaction(connection, path):
            # Another process may have migrated while we waited for our turn.
            return before, run_steps(connection, path, schema_version(connection))
