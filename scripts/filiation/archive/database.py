"""How is the archive's SQLite file opened, checked and written so that a crash leaves the old state or the new?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filiation.archive.disk import disk_errors
from filiation.archive.migrations import CURRENT, run_steps
from filiation.errors import InputError

FILE_NAME = "archive.sqlite"
# A writer holds the file for one short transaction; a waiting one gives up after this.
_PATIENCE_SECONDS = 60.0


def database_path(archive: Path) -> Path:
    """The SQLite file of an archive."""
    return archive / FILE_NAME


def connect(archive: Path, *, write: bool) -> sqlite3.Connection:
    """A connection without implicit transactions; readers cannot write, writers wait for each other.

    A writer that was killed in the middle of a transaction leaves a journal that the next one must roll back, be it a
    reader: a reader who may write opens the file so, and then forbids itself to.
    """
    path = database_path(archive)
    may_write = write or all(os.access(place, os.W_OK) for place in (path, archive))
    mode = "rw" if may_write else "ro"
    address = f"file:{path.absolute().as_posix().replace('?', '%3f').replace('#', '%23')}?mode={mode}"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        # A rollback journal works on network file systems; write-ahead logs need shared memory.
        if write:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        elif may_write:
            connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise _database_fault(path, error) from error
    return connection


def _database_fault(path: Path, error: sqlite3.Error) -> InputError:
    """What a failure of SQLite means for the user."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return InputError(
            "another process has been writing for more than a minute",
            where=str(path),
            expected="short transactions of other writers",
            repair="repeat the command; filiation archive show ARCHIVE --locks names the writers",
        )
    if "readonly database" in text:
        return InputError(
            "a writer was stopped in the middle, and its journal must be rolled back first",
            where=f"{path}-journal",
            expected="an account that may write to the archive",
            repair=f"filiation archive verify {path.parent}, under such an account",
        )
    return InputError(
        f"the database cannot be read ({text})",
        where=str(path),
        expected="the SQLite file of an archive",
        repair="put back its last copy; filiation archive adopt ARCHIVE then registers what was added since, from the "
        "families' folders",
    )


@contextmanager
def transaction(connection: sqlite3.Connection, archive: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction: everything in the block happens, or nothing of it."""
    path = database_path(archive)
    with disk_errors(archive):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise _database_fault(path, error) from error
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def schema_version(connection: sqlite3.Connection) -> int:
    """Version of the database's schema; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_version(archive: Path, version: int) -> None:
    """Stop at a database that this program does not know or that must be migrated first."""
    if version > CURRENT:
        raise InputError(
            f"database schema {version}",
            where=str(database_path(archive)),
            expected=f"schema {CURRENT} or older: this archive was written by a newer filiation",
            repair="use that version or a newer one; nothing was changed",
        )
    if version < CURRENT:
        raise InputError(
            f"database schema {version}",
            where=str(database_path(archive)),
            expected=f"schema {CURRENT}",
            repair=f"filiation archive migrate {archive}",
        )


def new_database(archive: Path, *, version: int = CURRENT) -> None:
    """Make the database of a new archive; an older `version` is for tests of migration."""
    path = database_path(archive)
    path.touch(mode=0o640)
    with closing(connect(archive, write=True)) as connection, transaction(connection, archive):
        run_steps(connection, archive, 0, version)
