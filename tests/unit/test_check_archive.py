"""Does `filiation check` say before the run that the archive cannot take its families?"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builders.archive import make_archive
from builders.inputs import fastq_trio
from builders.sheets import FASTQ_TRIO, trio
from filiation.archive.store import create_archive

Check = Callable[..., str]


@pytest.fixture(autouse=True)
def reads(check: Check) -> None:
    """The trio's reads."""
    fastq_trio()


def configured(check: Check, code: int = 2, *, assembly: str = "auto", **archive: object) -> str:
    """What check says of an archive section."""
    reference = {"fasta": "genome.fa", "assembly": assembly}
    return check(
        trio(), FASTQ_TRIO, code=code, annotation={"consequences": "none"}, reference=reference, archive=archive
    )


def test_archive__none_is_the_default_and_no_fault(check: Check) -> None:
    assert "archive" not in configured(check, code=0)


def test_archive__a_folder_that_is_not_there_is_made_by_the_first_family(check: Check) -> None:
    told = configured(check, code=0, path="archive")
    assert "archive (archive.path): not there yet: the first family makes it" in told
    assert not Path("archive").exists()


def test_archive__families_that_are_there_are_counted_and_nothing_is_written(check: Check) -> None:
    make_archive(Path("archive")).close()
    before = {path: path.stat().st_mtime_ns for path in Path("archive").rglob("*")}
    assert "archive (archive.path): 2 families, GRCh38" in configured(check, code=0, path="archive")
    assert {path: path.stat().st_mtime_ns for path in Path("archive").rglob("*")} == before


def test_archive__one_that_may_not_be_written_is_told_before_the_run(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_archive("archive", "GRCh38").close()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    assert "the archive is not writable" in configured(check, path="archive")


def test_archive__one_that_cannot_be_made_is_told_before_the_run(check: Check) -> None:
    Path("file").write_text("no folder")
    assert "the archive cannot be made" in configured(check, path="file/archive")


def test_archive__of_another_build_is_refused(check: Check) -> None:
    create_archive("archive", "GRCh38").close()
    told = configured(check, path="archive", assembly="GRCh37")
    assert "an archive of GRCh38" in told
    assert "GRCh37 (hg19), the build of this run" in told


def test_archive__a_newer_and_an_older_schema_name_what_to_do(check: Check) -> None:
    create_archive("archive", "GRCh38").close()
    with closing(sqlite3.connect("archive/archive.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
    assert "filiation archive migrate archive" in configured(check, path="archive")
    with closing(sqlite3.connect("archive/archive.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "written by a newer filiation" in configured(check, path="archive")
    description = json.loads(Path("archive/archive.json").read_text())
    Path("archive/archive.json").write_text(json.dumps({**description, "schema": "filiation-archive/9"}))
    assert "archive of schema 'filiation-archive/9'" in configured(check, path="archive")


def test_archive__a_folder_of_something_else_is_no_archive(check: Check) -> None:
    Path("archive").mkdir()
    Path("archive/thesis.odt").touch()
    assert "no archive here" in configured(check, path="archive")


def test_archive__in_house_counts_need_an_archive_and_consents_a_file(check: Check) -> None:
    assert "archive.in_house is true, but archive.path is empty" in configured(check, in_house=True)
    assert "consents.tsv" in configured(check, path="archive", consents="consents.tsv")
