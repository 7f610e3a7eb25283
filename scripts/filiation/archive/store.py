"""Which families, analyses, tables and decisions does an archive hold?"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.archive.database import check_version, connect, database_path, new_database, schema_version
from filiation.archive.disk import disk_errors, sync_file, sync_folder, write_json
from filiation.archive.lock import process_name, remove_names_of_the_dead
from filiation.archive.records import (
    AnalysisRecord,
    Consent,
    DecisionRecord,
    FamilyRecord,
    FirstSeen,
)
from filiation.errors import InputError, UserError, nearest
from filiation.model.archive_tables import ARCHIVE_SCHEMA
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.model.table_schema import TableSchema

DESCRIPTION = "archive.json"
# Manifests kept in memory: those of a family are asked for again and again, those of 50,000 families are not.
_MANIFESTS_HELD = 64
FOLDERS = ("families", "cohort/segments", "cohort/compacted", "locks")


@dataclass
class Archive:
    """An open archive; `connection` reads, or writes when the archive was opened for writing."""

    path: Path
    assembly: str
    connection: sqlite3.Connection
    writable: bool = False
    _manifests: dict[str, dict[str, Any]] = field(default_factory=dict)

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def current_analyses(self) -> dict[str, int]:
        """{family id: number of its latest registered analysis}, in one read of the database."""
        rows = self.connection.execute(
            "SELECT family, max(number) FROM analyses JOIN families USING (family_number) GROUP BY family_number"
        )
        return {row[0]: row[1] for row in rows}

    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """Rows of a question to the database (SELECT)."""
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def names(self) -> list[str]:
        """Ids of all families, in order."""
        return [row["family"] for row in self.query("SELECT family FROM families ORDER BY family")]

    def families(self, names: Sequence[str] | None = None, *, pre_indication: str = "") -> list[FamilyRecord]:
        """Families in the order of their ids: all, those named, or those of a pre-indication."""
        condition, parameters = "", []
        if names is not None:
            return [self.family(name) for name in names]
        if pre_indication:
            condition, parameters = "WHERE f.pre_indication = ?", [pre_indication]
        members: dict[int, list[Member]] = {}
        for row in self.query("SELECT * FROM members ORDER BY family_number, position"):
            members.setdefault(row["family_number"], []).append(_member(row))
        rows = self.query(f"{_FAMILY_SELECT} {condition} GROUP BY f.family_number ORDER BY f.family", parameters)
        return [_family_record(row, members.get(row["family_number"], [])) for row in rows]

    def family(self, name: str) -> FamilyRecord:
        """One family; an unknown id is an InputError that names the nearest."""
        rows = self.query(f"{_FAMILY_SELECT} WHERE f.family = ? GROUP BY f.family_number", [name])
        if not rows:
            raise self.unknown_family(name)
        members = self.query(
            "SELECT * FROM members WHERE family_number = ? ORDER BY position", [rows[0]["family_number"]]
        )
        return _family_record(rows[0], [_member(row) for row in members])

    def unknown_family(self, name: str) -> InputError:
        """The message for a family that is not there."""
        names = self.names()
        return InputError(
            f"family '{name}' is not in the archive",
            where=str(self.path),
            expected=f"one of its {len(names)} families",
            repair=" ".join(filter(None, [nearest(name, names), f"filiation archive list {self.path}"])),
        )

    def analyses(self, family: str) -> list[AnalysisRecord]:
        """All analyses of a family, oldest first."""
        number = self.family(family).number
        rows = self.query("SELECT * FROM analyses WHERE family_number = ? ORDER BY number", [number])
        return [self._analysis_record(family, row) for row in rows]

    def analysis(self, family: str, number: int | None = None) -> AnalysisRecord:
        """One analysis, the latest when no number is given; an unknown one is an InputError that names the others."""
        record = self.family(family)
        wanted = record.latest if number is None else number
        rows = self.query("SELECT * FROM analyses WHERE family_number = ? AND number = ?", [record.number, wanted])
        if not rows:
            there = [
                f"{row['number']} of {row['date']}"
                for row in self.query(
                    "SELECT number, date FROM analyses WHERE family_number = ? ORDER BY number", [record.number]
                )
            ]
            raise InputError(
                f"family {family} has no analysis {wanted}",
                where=str(self.path),
                expected=f"one of: {', '.join(there) or 'none was added'}",
                repair=f"filiation archive show {self.path} {family}",
            )
        return self._analysis_record(family, rows[0])

    def _analysis_record(self, family: str, row: dict[str, Any]) -> AnalysisRecord:
        manifest = self.manifest(family, row["number"], row["record_sha256"])
        names = [
            "number",
            "kind",
            "date",
            "program",
            "pre_indication",
            "panel",
            "panel_version",
            "record_sha256",
            "content_sha256",
            "calls",
            "genotypes",
            "bytes",
        ]
        return AnalysisRecord(family, **{name: row[name] for name in names}, manifest=manifest)

    def manifest(self, family: str, number: int, expected_sha256: str) -> dict[str, Any]:
        """The content of record.json, whose bytes must be those that were registered."""
        if expected_sha256 not in self._manifests:
            if len(self._manifests) >= _MANIFESTS_HELD:
                self._manifests.pop(next(iter(self._manifests)))
            self._manifests[expected_sha256] = read_manifest(self.path, family, number, expected_sha256)
        return self._manifests[expected_sha256]

    def folder(self, family: str, number: int) -> Path:
        """The folder of one analysis; it need not exist."""
        return analysis_folder(self.path, family, number)

    def part_path(self, family: str, name: str, number: int | None = None) -> Path | None:
        """The Parquet file of a part (`calls`, `candidates`, …); None when the analysis has none."""
        record = self.analysis(family, number)
        part = record.parts.get(name)
        return None if part is None else self.folder(family, part["stored_in"]) / part["file"]

    def table(self, family: str, schema: TableSchema, number: int | None = None) -> list[dict[str, Any]]:
        """Rows of a table of the report as `io.tables.read_table` gives them; [] when the analysis has none."""
        from filiation.archive.parts import read_table_part

        path = self.part_path(family, schema.name, number)
        return [] if path is None else read_table_part(path, schema)

    def table_header(self, family: str, schema: TableSchema, number: int | None = None) -> dict[str, str]:
        """The `##key=value` lines of an archived table, without schema and program; {} when there is no such table."""
        from filiation.archive.parts import read_header

        path = self.part_path(family, schema.name, number)
        return {} if path is None else read_header(path)

    def decisions(self, family: str | None = None, variant: str | None = None) -> list[DecisionRecord]:
        """Decisions of a family, on a variant (`chrom-pos-ref-alt`), or both; oldest first."""
        conditions, parameters = ["1"], []
        for column, value in (("family", family), ("variant", variant)):
            if value is not None:
                conditions.append(f"{column} = ?")
                parameters.append(value)
        rows = self.query(
            "SELECT family, decisions.* FROM decisions JOIN families USING (family_number)"
            f" WHERE {' AND '.join(conditions)} ORDER BY date, family, variant, gene",
            parameters,
        )
        return [
            DecisionRecord(
                row["family"], row["variant"], row["gene"], row["date"], row["number"], row["decision"], row["class"],
                row["reason"], row["note"], row["participants"], row["run"],
            )
            for row in rows
        ]  # fmt: skip

    def first_seen(self, family: str) -> list[FirstSeen]:
        """When each candidate of a family was first shown."""
        rows = self.query(
            "SELECT variant, gene, date, number FROM first_seen WHERE family_number = ? ORDER BY variant, gene",
            [self.family(family).number],
        )
        return [FirstSeen(row["variant"], row["gene"], row["date"], row["number"]) for row in rows]

    def consents(self, family: str) -> list[Consent]:
        """Every consent and withdrawal of a family, oldest first."""
        rows = self.query(
            "SELECT purpose, given, date, recorded_by FROM consents WHERE family_number = ?"
            " ORDER BY date, consent_number",
            [self.family(family).number],
        )
        return [Consent(family, row["purpose"], bool(row["given"]), row["date"], row["recorded_by"]) for row in rows]


_FAMILY_SELECT = (
    "SELECT f.*, count(a.number) AS analyses, coalesce(max(a.number), 0) AS latest, coalesce(max(a.date), '')"
    " AS latest_date FROM families f LEFT JOIN analyses a USING (family_number)"
)


def _member(row: dict[str, Any]) -> Member:
    return Member(row["sample"], Role(row["role"]), Sex(row["sex"]), Affection(row["affection"]))


def _family_record(row: dict[str, Any], members: Sequence[Member]) -> FamilyRecord:
    family = Family(
        row["family"],
        tuple(members),
        row["pre_indication"],
        tuple(filter(None, row["hpo_terms"].split(";"))),
        tuple(filter(None, row["hpo_absent"].split(";"))),
    )
    return FamilyRecord(row["family_number"], family, row["added"], row["analyses"], row["latest"], row["latest_date"])


def family_folder(archive: Path, family: str) -> Path:
    """ARCHIVE/families/<xx>/<FAMILY>; xx spreads the families over 256 folders."""
    return archive / "families" / sha256_of(family.encode()).hexdigest()[:2] / family


def analysis_folder(archive: Path, family: str, number: int) -> Path:
    """The folder of one analysis of a family."""
    return family_folder(archive, family) / f"{number:04d}"


def read_manifest(archive: Path, family: str, number: int, expected_sha256: str) -> dict[str, Any]:
    """The content of an analysis' record.json; a missing or changed one is an InputError."""
    path = analysis_folder(archive, family, number) / "record.json"
    repair = f"bring the folder back from a copy; filiation archive verify {archive} --family {family}"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the manifest of analysis {number} cannot be read ({error.strerror})",
            where=str(path),
            expected="record.json as it was written",
            repair=repair,
        ) from None
    if sha256_of(content).hexdigest() != expected_sha256:
        raise InputError(
            f"the manifest of analysis {number} is not the one that was registered",
            where=str(path),
            expected=f"SHA-256 {expected_sha256}",
            repair=repair,
        )
    manifest: dict[str, Any] = json.loads(content)
    return manifest


def create_archive(path: str | Path, assembly: str) -> Archive:
    """Make an empty archive in a folder that is empty or not there, and open it for writing.

    assembly : GRCh38, GRCh37 or another name; calls of another build are refused later.
    """
    path = Path(path)
    if (path / DESCRIPTION).exists() or (path.exists() and any(path.iterdir())):
        raise _not_empty(path)
    description = {"schema": ARCHIVE_SCHEMA, "assembly": assembly, "program": f"filiation {__version__}"}
    with disk_errors(path):
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        remove_names_of_the_dead(path)
        temporary = path.with_name(process_name(path))
        try:
            for folder in FOLDERS:
                (temporary / folder).mkdir(parents=True)
            new_database(temporary)
            write_json(temporary / DESCRIPTION, description)
            for file in (temporary / DESCRIPTION, database_path(temporary)):
                sync_file(file)
            sync_folder(temporary)
            # An empty folder is replaced; one that another process filled in the meantime is not.
            os.rename(temporary, path)
            sync_folder(path.absolute().parent)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                raise _not_empty(path) from None
            raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return open_archive(path, write=True)


def _not_empty(path: Path) -> InputError:
    return InputError(
        "the folder is not empty",
        where=str(path),
        expected="a folder that is empty or not there",
        repair=f"name another folder; if it is an archive, filiation archive list {path}",
    )


def read_description(path: Path) -> dict[str, Any]:
    """The content of archive.json; a folder without it, or of a schema that we do not know, is refused."""
    where = path / DESCRIPTION
    try:
        document = json.loads(where.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise InputError(
            "no archive here" if not where.exists() else "archive.json cannot be read",
            where=str(path),
            expected="the folder of an archive, with archive.json",
            repair=f"filiation archive create {path} --assembly GRCh38, or correct the path",
        ) from None
    schema = str(document.get("schema"))
    if schema != ARCHIVE_SCHEMA:
        raise InputError(
            f"archive of schema '{schema}'",
            where=str(where),
            expected=f"'{ARCHIVE_SCHEMA}'",
            repair="use the version of filiation that made it, or a newer one",
        )
    return dict(document)


def open_archive(path: str | Path, *, write: bool = False) -> Archive:
    """Open an archive to read, or to write; a newer schema is refused, an older one names the command that migrates."""
    path = Path(path)
    document = read_description(path)
    if write and not os.access(path, os.W_OK):
        raise InputError("the archive is not writable", where=str(path), repair="ask for the right to write to it")
    connection = connect(path, write=write)
    try:
        check_version(path, schema_version(connection))
    except BaseException:
        with closing(connection):
            raise
    return Archive(path, str(document["assembly"]), connection, write)


@dataclass(frozen=True)
class NoArchive:
    """An archive that is not there yet: nobody is in it."""

    path: Path

    def current_analyses(self) -> dict[str, int]:
        """No family."""
        return {}


def archive_faults(path: str | Path, assembly: str | None = None) -> list[UserError]:
    """What would keep a run from adding to an archive; a folder that is not there yet is none when it can be made."""
    path = Path(path)
    if not path.exists():
        parent = next((folder for folder in path.absolute().parents if folder.exists()), Path("/"))
        if os.access(parent, os.W_OK):
            return []
        return [
            InputError(
                "the archive cannot be made here", where=str(path), repair=f"ask for the right to write {parent}"
            )
        ]
    try:
        with open_archive(path, write=True) as archive:
            if (
                assembly in ("GRCh37", "GRCh38")
                and archive.assembly in ("GRCh37", "GRCh38")
                and assembly != archive.assembly
            ):
                return [
                    InputError(
                        f"an archive of {archive.assembly}",
                        where=str(path),
                        expected=f"{assembly}, the build of this run",
                        repair="name an archive of this build, or a new folder",
                    )
                ]
    except UserError as fault:
        return [fault]
    return []
