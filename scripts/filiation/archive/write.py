"""How does an analysis get into the archive so that it is there whole or not at all, whatever stops the writer?

Parts are written into a hidden folder, made safe on disk, and get their name by one rename; then one transaction
registers them. A folder that is not registered does not exist for readers; the next writer of the family removes it
and writes the same bytes again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.archive.database import transaction
from filiation.archive.derived import store_derived
from filiation.archive.disk import disk_errors, require_space, sync_file, sync_folder, write_json
from filiation.archive.lock import family_lock
from filiation.archive.parts import arrow_table, read_part, write_part
from filiation.archive.records import AnalysisRecord, family_document
from filiation.archive.store import Archive, analysis_folder, family_folder
from filiation.errors import InputError
from filiation.io.files import sha256
from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_TABLES, HEADER_KEY, RECORD_SCHEMA, VCF_HEADER
from filiation.model.columns import CANDIDATES
from filiation.model.contigs import detect_assembly
from filiation.model.pedigree import Family
from filiation.model.report_tables import GENE_COVERAGE
from filiation.model.table_schema import TableSchema

ANALYSIS, REANALYSIS = "analysis", "reanalysis"
# Parts of which a row is one record; positions are stored as differences.
_SCHEMAS = {table.name.removeprefix("archive_"): table for table in ARCHIVE_TABLES}
_CONTIG = re.compile(r"^##contig=<ID=([^,>]+).*?length=(\d+)", re.MULTILINE)
# Arrow holds a table several times larger than Parquet; a quarter is above what was seen (own choice).
_SPACE_DIVISOR = 4


@dataclass(frozen=True)
class Link:
    """A file that stays outside the archive: kind (cram, calls, report …), path, checksum and size."""

    kind: str
    path: str
    sha256: str
    size: int


@dataclass
class AnalysisInput:
    """Everything that is kept of one analysis.

    parts : `calls`, `genotypes`, `excluded` as Arrow tables of model.archive_tables. tables : rows of tables of the
    report by their schema; headers : their `##key=value` lines. resources : name, kind, version, sha256 of everything
    whose version can change a result. settings : what it ran with. carry_over : parts that are not given are taken
    over from the latest analysis.
    """

    family: Family
    date: str
    kind: str = ANALYSIS
    program: str = f"filiation {__version__}"
    panel: str = ""
    panel_version: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    resources: Sequence[Mapping[str, str]] = ()
    links: Sequence[Link] = ()
    parts: dict[str, Any] = field(default_factory=dict)
    tables: dict[TableSchema, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    headers: dict[TableSchema, Mapping[str, str]] = field(default_factory=dict)
    carry_over: bool = False


@dataclass
class Staged:
    """An analysis under its final name that is not registered yet."""

    given: AnalysisInput
    number: int
    record: bytes
    content_sha256: str
    parts: list[dict[str, Any]]


def add_analysis(archive: Archive, given: AnalysisInput) -> AnalysisRecord:
    """Keep an analysis; the same input again is recognised and nothing is written. Returns what is stored.

    The day is no part of the identity: the same analysis on another day stays the first one. A run is recognised
    even when re-analyses came after it; a re-analysis is compared with the latest analysis alone, because a release
    may take back what another brought.
    """
    name = given.family.name
    check_assembly(archive, given)
    with disk_errors(archive.path), family_lock(archive.path, name):
        staged = _stage(archive, given, durable=True)
        if isinstance(staged, AnalysisRecord):
            return staged
        with transaction(archive.connection, archive.path) as connection:
            register(connection, staged)
    return archive.analysis(name, staged.number)


def add_many(archive: Archive, inputs: Iterable[AnalysisInput]) -> int:
    """Keep the analyses of many families in one transaction, made safe on disk once before it; returns how many."""
    with disk_errors(archive.path), ExitStack() as held:
        staged = []
        for given in inputs:
            check_assembly(archive, given)
            held.enter_context(family_lock(archive.path, given.family.name, heartbeat=False))
            entry = _stage(archive, given, durable=False)
            if isinstance(entry, Staged):
                staged.append(entry)
        os.sync()
        with transaction(archive.connection, archive.path) as connection:
            for entry in staged:
                register(connection, entry)
    return len(staged)


def check_assembly(archive: Archive, given: AnalysisInput) -> None:
    """Stop at calls of another genome build than the archive's."""
    found = assembly_of(given)
    if found in ("GRCh37", "GRCh38") and archive.assembly in ("GRCh37", "GRCh38") and found != archive.assembly:
        raise InputError(
            f"calls of family {given.family.name} on {found}",
            where=str(archive.path),
            expected=f"{archive.assembly}, the build of this archive",
            repair=f"make an archive of its own: filiation archive create {archive.path}-{found} --assembly {found}",
        )


def assembly_of(given: AnalysisInput) -> str:
    """The genome build that the calls were made on, by the lengths of their contigs; '' when they do not tell."""
    calls = given.parts.get("calls")
    header = (calls.schema.metadata or {}).get(VCF_HEADER.encode(), b"").decode() if calls is not None else ""
    return detect_assembly({name: int(length) for name, length in _CONTIG.findall(header)})


def _latest(archive: Archive, name: str) -> AnalysisRecord | None:
    """The family's latest analysis, None for a family that is not there."""
    rows = archive.query(
        "SELECT count(*) AS n FROM analyses JOIN families USING (family_number) WHERE family = ?", [name]
    )
    return archive.analysis(name) if rows[0]["n"] else None


def remove_leftovers(archive: Archive, name: str) -> list[str]:
    """Remove what a killed writer of this family left: hidden folders and folders that are not registered."""
    folder = family_folder(archive.path, name)
    rows = archive.query("SELECT number FROM analyses JOIN families USING (family_number) WHERE family = ?", [name])
    registered = {f"{row['number']:04d}" for row in rows}
    removed = []
    for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
        if entry.name not in registered:
            shutil.rmtree(entry)
            removed.append(entry.name)
    return removed


def _same(archive: Archive, given: AnalysisInput, content: str) -> AnalysisRecord | None:
    """The stored analysis with this content, if it counts as the same one."""
    rows = archive.query(
        "SELECT number, content_sha256 FROM analyses JOIN families USING (family_number) WHERE family = ?"
        " ORDER BY number DESC",
        [given.family.name],
    )
    candidates = rows[:1] if given.kind == REANALYSIS else rows
    number = next((row["number"] for row in candidates if row["content_sha256"] == content), None)
    return None if number is None else archive.analysis(given.family.name, number)


def _stage(archive: Archive, given: AnalysisInput, *, durable: bool) -> Staged | AnalysisRecord:
    """Write the parts and the manifest under their final name; the stored analysis when it is the same."""
    name = given.family.name
    remove_leftovers(archive, name)
    latest = _latest(archive, name)
    tables = dict(given.parts)
    tables |= {
        schema.name: arrow_table(schema, rows, _header(given.headers.get(schema, {})))
        for schema, rows in given.tables.items()
    }
    require_space(archive.path, sum(table.nbytes for table in tables.values()) // _SPACE_DIVISOR)
    number = latest.number + 1 if latest else 1
    final = analysis_folder(archive.path, name, number)
    temporary = final.with_name(f".{number:04d}.{os.getpid()}.tmp")
    temporary.mkdir(parents=True)
    try:
        parts = [_write(temporary, part, table, number) for part, table in sorted(tables.items())]
        parts = _shared(parts, latest, temporary, carry_over=given.carry_over)
        content = _content(given, parts)
        same = _same(archive, given, content)
        if same is not None:
            shutil.rmtree(temporary)
            return same
        record = write_json(temporary / "record.json", _manifest(given, number, parts, content))
        if durable:
            for path in sorted(temporary.iterdir()):
                sync_file(path)
            sync_folder(temporary)
        os.rename(temporary, final)
        if durable:
            for folder in (final.parent, final.parent.parent, final.parent.parent.parent):
                sync_folder(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    add_to_cohort(archive, given, number, parts, durable=durable)
    return Staged(given, number, record, content, parts)


def _header(lines: Mapping[str, str]) -> dict[str, str]:
    """The lines of a table's header as metadata; schema and program stand elsewhere."""
    kept = {key: value for key, value in lines.items() if key not in ("schema", "program")}
    return {HEADER_KEY: json.dumps(kept, sort_keys=True, ensure_ascii=False)} if kept else {}


def add_to_cohort(
    archive: Archive, given: AnalysisInput, number: int, parts: list[dict[str, Any]], *, durable: bool
) -> None:
    """Write what the family adds to the cohort index; readers ignore it until the analysis is registered.

    Parts that were taken over are read again: the index holds the rows of each family's latest analysis.
    """
    from filiation.cohort.index import add_segment

    tables = {name: given.parts.get(name) for name in ("calls", "genotypes")}
    for part in parts:
        if part["name"] in tables and tables[part["name"]] is None:
            path = analysis_folder(archive.path, given.family.name, part["stored_in"]) / part["file"]
            tables[part["name"]] = read_part(path, _SCHEMAS[part["name"]])
    calls = tables["calls"] if tables["calls"] is not None else arrow_table(ARCHIVE_CALLS, [])
    persons = {Path(link.path).stem: link.sha256 for link in given.links if link.kind == "cram"}
    thresholds, genotypes = _index_thresholds(), tables["genotypes"]
    add_segment(
        archive.path, given.family, number, calls, genotypes, archive.assembly, persons, thresholds, durable=durable
    )


@cache
def _index_thresholds() -> Any:
    """The thresholds of the cohort index, read once for any number of families."""
    from filiation.cohort.index import THRESHOLDS
    from filiation.cohort.segment import load_thresholds

    return load_thresholds(THRESHOLDS)


def _write(folder: Path, name: str, table: Any, number: int) -> dict[str, Any]:
    """Write one part; its entry in the manifest."""
    path = folder / f"{name}.parquet"
    if name in _SCHEMAS:
        write_part(path, table, delta=("pos",), plain=("info", "samples", "qual"))
    else:
        write_part(path, table)
    return {
        "name": name,
        "file": path.name,
        "stored_in": number,
        "schema": (table.schema.metadata or {})[b"filiation.schema"].decode(),
        "rows": table.num_rows,
        "bytes": path.stat().st_size,
        "sha256": sha256(path),
    }


def _shared(
    parts: list[dict[str, Any]], latest: AnalysisRecord | None, folder: Path, *, carry_over: bool
) -> list[dict[str, Any]]:
    """Refer to parts that the latest analysis already holds, byte for byte, instead of storing them again."""
    if latest is None:
        return parts
    before = latest.parts
    shared = []
    for part in parts:
        earlier = before.get(part["name"])
        if earlier is not None and earlier["sha256"] == part["sha256"]:
            (folder / part["file"]).unlink()
            part = earlier
        shared.append(part)
    given = {part["name"] for part in shared}
    if carry_over:
        shared += [part for name, part in before.items() if name not in given]
    return sorted(shared, key=lambda part: str(part["name"]))


def _content(given: AnalysisInput, parts: list[dict[str, Any]]) -> str:
    """Checksum of everything but the day, the number, and the folders that linked files lie in."""
    document = {
        **_described(given),
        "links": sorted([link.kind, Path(link.path).name, link.sha256, link.size] for link in given.links),
        "parts": [[part["name"], part["sha256"], part["rows"]] for part in parts],
    }
    return sha256_of(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _described(given: AnalysisInput) -> dict[str, Any]:
    return {
        "family": family_document(given.family),
        "kind": given.kind,
        "program": given.program,
        "panel": {"name": given.panel, "version": given.panel_version},
        "settings": given.settings,
        "resources": sorted((_resource(row) for row in given.resources), key=lambda row: (row["kind"], row["name"])),
        "links": [vars(link) for link in sorted(given.links, key=lambda link: (link.kind, link.path))],
    }


def _resource(row: Mapping[str, str]) -> dict[str, str]:
    return {name: str(row.get(name) or "") for name in ("name", "kind", "version", "sha256")}


def _manifest(given: AnalysisInput, number: int, parts: list[dict[str, Any]], content: str) -> dict[str, Any]:
    return {
        "schema": RECORD_SCHEMA,
        **_described(given),
        "number": number,
        "date": given.date,
        "content_sha256": content,
        "parts": parts,
    }


def register(connection: sqlite3.Connection, staged: Staged) -> int:
    """Enter a staged analysis into the database; the family's number."""
    given, family = staged.given, staged.given.family
    number = _register_family(connection, family, given.date)
    by_name = {part["name"]: part for part in staged.parts}
    connection.execute(
        "INSERT INTO analyses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, staged.number, given.kind, given.date, given.program, family.pre_indication, given.panel,
            given.panel_version, _resource_set(connection, given), sha256_of(staged.record).hexdigest(),
            staged.content_sha256, by_name.get("calls", {}).get("rows", 0), by_name.get("genotypes", {}).get("rows", 0),
            sum(part["bytes"] for part in staged.parts if part["stored_in"] == staged.number) + len(staged.record),
            " ".join(by_name),
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)",
        [(number, staged.number, link.kind, link.path, link.sha256, link.size) for link in given.links],
    )
    store_derived(
        connection, (number, staged.number, given.date), (given.panel, given.panel_version),
        given.tables.get(CANDIDATES, ()), given.tables.get(GENE_COVERAGE, ()),
    )  # fmt: skip
    return number


def _register_family(connection: sqlite3.Connection, family: Family, date: str) -> int:
    """Enter the family, or what changed of it; its number."""
    words = (family.pre_indication, ";".join(family.hpo_terms), ";".join(family.hpo_absent), family.structure)
    connection.execute(
        "INSERT INTO families (family, pre_indication, hpo_terms, hpo_absent, structure, added)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (family) DO UPDATE SET pre_indication = excluded.pre_indication,"
        " hpo_terms = excluded.hpo_terms, hpo_absent = excluded.hpo_absent, structure = excluded.structure",
        (family.name, *words, date),
    )
    number = int(connection.execute("SELECT family_number FROM families WHERE family = ?", [family.name]).fetchone()[0])
    connection.execute("DELETE FROM members WHERE family_number = ?", [number])
    connection.executemany(
        "INSERT INTO members VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, place, member.sample, member.role.value, member.sex.value, member.affection.value)
            for place, member in enumerate(family.members)
        ],
    )
    return number


def _resource_set(connection: sqlite3.Connection, given: AnalysisInput) -> int:
    """Number of the set of resources; analyses with the same resources share one."""
    rows = _described(given)["resources"]
    checksum = sha256_of(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    connection.execute("INSERT INTO resource_sets (sha256) VALUES (?) ON CONFLICT DO NOTHING", [checksum])
    number = int(connection.execute("SELECT set_number FROM resource_sets WHERE sha256 = ?", [checksum]).fetchone()[0])
    connection.executemany(
        "INSERT INTO resources VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(number, row["name"], row["kind"], row["version"], row["sha256"]) for row in rows],
    )
    return number
