"""Is everything in the archive as it was written: every file, every row, and the index of the cohort with them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from filiation.archive.lock import locks
from filiation.archive.parts import part_metadata
from filiation.archive.store import Archive, family_folder
from filiation.errors import FiliationError
from filiation.io.files import sha256
from filiation.model.archive_tables import SCHEMA_KEY

FAIL, NOTE = "FAIL", "NOTE"
_SORTED_PARTS = ("calls", "genotypes", "excluded")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written. FAIL: something is lost or wrong; NOTE: left by a stopped writer."""

    verdict: str
    family: str
    where: str
    found: str
    repair: str

    def text(self) -> str:
        """The finding on one line."""
        return f"{self.verdict}  {self.family or '.'}  {self.where}: {self.found}; repair: {self.repair}"


def verify(archive: Archive, families: Sequence[str] | None = None) -> list[Finding]:
    """Compare files, database and cohort index with each other; [] when all is as it was written.

    families : only these; None: all, the database itself, and the cohort index.
    """
    records = archive.families(families)
    findings = [finding for record in records for finding in _family(archive, record.name)]
    if families is None:
        findings = [
            *_database(archive),
            *findings,
            *_strangers(archive),
            *_locks(archive),
            *_kept(archive),
            *_cohort(archive),
        ]
    return findings


def _database(archive: Archive) -> Iterator[Finding]:
    where = str(archive.path / "archive.sqlite")
    for row in archive.query("PRAGMA integrity_check"):
        if row["integrity_check"] != "ok":
            yield Finding(FAIL, "", where, str(row["integrity_check"]), "put back the last copy of this file")
    for row in archive.query("PRAGMA foreign_key_check"):
        yield Finding(FAIL, "", where, f"a row of {row['table']} without its family", "put back the last copy")
    for row in archive.query("SELECT certificate, document FROM forgotten WHERE state = 'begun'"):
        yield Finding(
            FAIL,
            "",
            where,
            f"an erasure was stopped before its end (certificate {row['certificate']})",
            "repeat filiation archive forget with the same family",
        )


def _family(archive: Archive, name: str) -> Iterator[Finding]:
    """Everything of one family."""
    rows = archive.query(
        "SELECT number, record_sha256, set_number FROM analyses JOIN families USING (family_number) WHERE family = ?"
        " ORDER BY number",
        [name],
    )
    seen: set[tuple[int, str]] = set()
    for row in rows:
        folder = archive.folder(name, row["number"])
        try:
            manifest = archive.manifest(name, row["number"], row["record_sha256"])
        except FiliationError as error:
            yield Finding(FAIL, name, str(folder), error.found, "bring the folder back from a copy")
            continue
        content = (folder / "record.json").read_bytes()
        if sha256_of(content).hexdigest() != row["record_sha256"]:
            yield Finding(FAIL, name, str(folder), "record.json is not the one that was registered", "bring it back")
        for part in manifest["parts"]:
            key = (part["stored_in"], part["file"])
            if key not in seen:
                seen.add(key)
                yield from check_part(name, archive.folder(name, part["stored_in"]) / part["file"], part)
        yield from _unknown_files(name, folder, manifest)
    registered = {f"{row['number']:04d}" for row in rows}
    folder = family_folder(archive.path, name)
    for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
        if entry.name not in registered:
            yield Finding(
                NOTE, name, str(entry), "left by a stopped writer, not registered", "none: the next add removes it"
            )


def _unknown_files(name: str, folder: Path, manifest: dict[str, Any]) -> Iterator[Finding]:
    known = {part["file"] for part in manifest["parts"] if part["stored_in"] == manifest["number"]} | {"record.json"}
    for entry in sorted(folder.iterdir()):
        if entry.name not in known:
            yield Finding(
                NOTE, name, str(entry), "a file that the manifest does not name", f"look at it, then rm {entry}"
            )


def check_part(name: str, path: Path, part: dict[str, Any]) -> Iterator[Finding]:
    """What is wrong with one Parquet file, compared with its entry in the manifest."""
    repair = "bring the file back from a copy, or forget the family and add its analyses again"
    try:
        size = path.stat().st_size
    except OSError:
        yield Finding(FAIL, name, str(path), "the part is missing", repair)
        return
    if size != part["bytes"] or sha256(path) != part["sha256"]:
        yield Finding(FAIL, name, str(path), f"damaged: {size} bytes, or another checksum than was written", repair)
        return
    try:
        with pq.ParquetFile(path) as source:
            label = part_metadata(source).get(SCHEMA_KEY.encode(), b"").decode()
            rows = source.metadata.num_rows
            unsorted = part["name"] in _SORTED_PARTS and not _is_sorted(source)
    except (OSError, pa.ArrowException) as error:
        yield Finding(FAIL, name, str(path), f"cannot be read ({error})", repair)
        return
    if label != part["schema"] or rows != part["rows"]:
        yield Finding(FAIL, name, str(path), f"{rows} rows of {label}, not {part['rows']} of {part['schema']}", repair)
    if unsorted:
        yield Finding(FAIL, name, str(path), "records are not sorted by contig and position", repair)


def _is_sorted(source: Any) -> bool:
    """Whether each contig is one run of rising positions."""
    table = source.read(columns=["contig", "pos"])
    encoded = table.column("contig").combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    pos = table.column("pos").to_numpy()
    same = codes[1:] == codes[:-1]
    return int((~same).sum()) + 1 <= max(1, len(encoded.dictionary)) and bool(np.all(pos[1:][same] >= pos[:-1][same]))


def _strangers(archive: Archive) -> Iterator[Finding]:
    """Folders of families that the database does not know."""
    known = set(archive.names())
    for folder in sorted((archive.path / "families").glob("*/*")):
        if folder.name not in known:
            yield Finding(
                NOTE,
                folder.name,
                str(folder),
                "not registered: the first add was stopped, or the database is older than this folder",
                "filiation archive adopt registers what is whole; else add the run again, or rm -r after a look",
            )


def _locks(archive: Archive) -> Iterator[Finding]:
    for family, content, state in locks(archive.path):
        if state == "dead":
            who = f"process {content.get('pid')} of this host, which is dead"
            yield Finding(
                NOTE, family, str(archive.path / "locks"), f"locked by {who}", "none: the next writer takes it"
            )


def _kept(archive: Archive) -> Iterator[Finding]:
    """Files that a replay needs, kept under their checksum."""
    for path in sorted((archive.path / "resources").glob("*/*/*")):
        if path.name.startswith("."):
            yield Finding(NOTE, "", str(path), "left by a stopped writer", f"rm {path}")
        elif sha256(path) != path.parent.name:
            yield Finding(
                FAIL, "", str(path), "its checksum is not the one that it is kept under",
                "bring the file back from a copy, or remove it and name it under previous: of the release",
            )  # fmt: skip


def _cohort(archive: Archive) -> Iterator[Finding]:
    """What the cohort index says of itself."""
    from filiation.cohort.check import findings

    for text in findings(archive):
        yield Finding(FAIL, "", str(archive.path / "cohort"), text, f"filiation archive compact {archive.path}")
