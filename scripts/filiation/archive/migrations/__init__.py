"""By which steps does the database of an older archive become that of this program?

One module a step, numbered from 1; a new archive runs all of them, an older one those that it lacks. A step is never
changed once it was released: what it did is how old archives look.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filiation.archive.migrations import step_1, step_2, step_3


@dataclass(frozen=True)
class Step:
    """One step: the statements, and what must be worked out from the stored files after them."""

    version: int
    meaning: str
    statements: tuple[str, ...]
    fill: Callable[[sqlite3.Connection, Path], None] | None = None


STEPS: tuple[Step, ...] = (
    Step(1, step_1.MEANING, step_1.STATEMENTS),
    Step(2, step_2.MEANING, step_2.STATEMENTS, step_2.fill),
    Step(3, step_3.MEANING, step_3.STATEMENTS),
)
CURRENT = STEPS[-1].version


def run_steps(connection: sqlite3.Connection, archive: Path, start: int, stop: int = CURRENT) -> list[Step]:
    """Take the database from version `start` to version `stop` in the transaction that is open; the steps made."""
    made = [step for step in STEPS if start < step.version <= stop]
    for step in made:
        for statement in step.statements:
            connection.execute(statement)
        if step.fill is not None:
            step.fill(connection, archive)
        connection.execute(f"PRAGMA user_version = {step.version}")
    return made
