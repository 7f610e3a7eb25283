"""Does a write that cannot go on leave the last good state, and say what to do?"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from builders.archive import analysis, call, make_archive, tree, trio
from filiation.archive import disk
from filiation.archive.database import database_path
from filiation.archive.disk import require_space
from filiation.archive.store import Archive, open_archive
from filiation.archive.verify import verify
from filiation.archive.write import add_analysis
from filiation.errors import InputError

NEW = (call(7), call(8))


def test_space__too_little_is_said_before_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_archive(tmp_path / "A") as archive:
        before = tree(archive.path)
        monkeypatch.setattr(disk, "free_bytes", lambda _: 1024)
        with pytest.raises(InputError, match="0 MiB free"):
            add_analysis(archive, analysis(trio(), NEW))
        assert tree(archive.path) == before
    require_space_needs_more_than_there_is(tmp_path, monkeypatch)


def require_space_needs_more_than_there_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reserve counts too."""
    monkeypatch.setattr(disk, "free_bytes", lambda _: disk.RESERVE_BYTES)
    require_space(folder, 0)
    with pytest.raises(InputError):
        require_space(folder, 1)


def _stopped_at(archive: Archive, monkeypatch: pytest.MonkeyPatch, function: str, code: int, call_number: int) -> bool:
    """Whether an add was stopped by an error of the system in the n-th call of a function of `os`."""
    original, count = getattr(os, function), [0]

    def failing(*arguments: object, **options: object) -> object:
        count[0] += 1
        if count[0] == call_number:
            raise OSError(code, os.strerror(code), "somewhere")
        return original(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, function, failing)
        try:
            add_analysis(archive, analysis(trio(), NEW))
        except InputError as error:
            told = error.message()
        else:
            return False
    assert "the disk or the quota is full" in told
    assert "the archive is as it was before" in told
    return True


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_add__a_disk_that_fills_up_at_any_step_leaves_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    with make_archive(tmp_path / "A") as archive:
        expected_database = archive.query("SELECT * FROM analyses")
        stops = 0
        for function in ("fsync", "rename"):
            number = 1
            while _stopped_at(archive, monkeypatch, function, code, number):
                stops += 1
                number += 1
                with open_archive(tmp_path / "A") as reader:
                    assert [row.verdict for row in verify(reader) if row.verdict == "FAIL"] == []
                    assert reader.query("SELECT * FROM analyses") == expected_database
            # The call after the last one that was made: this add went to its end, so it is taken back for the next.
            with sqlite3.connect(database_path(archive.path)) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("DELETE FROM analyses WHERE number = 2")
        assert stops > 8


def test_add__a_full_disk_while_parquet_is_written_is_told_and_cleaned_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filiation.archive import write

    def full(*_: object, **__: object) -> None:
        raise OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device")

    with make_archive(tmp_path / "A") as archive:
        before = tree(archive.path)
        monkeypatch.setattr(write, "write_part", full)
        with pytest.raises(InputError, match="the disk or the quota is full"):
            add_analysis(archive, analysis(trio(), NEW))
        assert tree(archive.path) == before


def test_add__a_database_that_cannot_grow_leaves_the_analysis_out(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        pages = archive.query("PRAGMA page_count")[0]["page_count"]
        archive.connection.execute(f"PRAGMA max_page_count = {pages}")
        many = analysis(trio("NEW"), [call(pos) for pos in range(1, 600)])
        with pytest.raises(InputError, match="the disk or the quota is full"):
            add_analysis(archive, many)
        assert archive.names() == ["FAM001", "FAM002"]
        archive.connection.execute("PRAGMA max_page_count = 100000")
        assert add_analysis(archive, many).number == 1
        assert [row for row in verify(archive) if row.verdict == "FAIL"] == []


def test_archive__files_are_for_owner_and_group(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        with make_archive(tmp_path / "A") as archive:
            modes = {path.stat().st_mode & 0o007 for path in archive.path.rglob("*")}
    finally:
        os.umask(old)
    assert modes == {0}
