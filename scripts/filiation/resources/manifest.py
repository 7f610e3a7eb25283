"""Which public data can be used, from where, under which licence; and what was received (the lock)?

resources/manifest.tsv declares them. A file whose SHA-256 is not known beforehand has `.` there; an MD5 that a source
publishes is compared as well. What was received is recorded in `manifest.lock.tsv` beside the files, and is the truth
from then on. A checksum is never invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.tables import Table, read_table, write_table
from filiation.model.columns import RESOURCES_LOCK, RESOURCES_MANIFEST

LOCK = "manifest.lock.tsv"
# A version that the source replaces in place: which one was received is written in the lock.
ROLLING = "latest"
RESTRICTIONS = ("none", "non_commercial", "agreement")
ACCESS = ("open", "manual")
BUILDS = ("GRCh38", "GRCh37")
_NAME = re.compile(r"^[a-z0-9_]+$")
_FILE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_MD5 = re.compile(r"^[0-9a-f]{32}$")
_SCHEMES = ("https", "http", "file")
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Resource:
    """One row of the manifest; `parts` and `index` say of how many files it consists."""

    name: str
    version: str
    file: str
    address: str
    parts: tuple[str, ...]
    index: str | None
    sha256: str | None
    size: int | None
    licence: str
    restriction: str
    access: str
    date: str | None
    build: str | None
    kind: str
    used_for: str
    md5: str | None = None

    def files(self) -> Iterator[ResourceFile]:
        """Every file of the resource, each followed by its index."""
        for part in self.parts or ("",):
            file, address = (text.replace("{part}", part) for text in (self.file, self.address))
            yield ResourceFile(self, file, address, self.sha256, self.size, is_index=False, md5=self.md5)
            if self.index:
                yield ResourceFile(self, file + self.index, address + self.index, None, None, is_index=True)


@dataclass(frozen=True)
class ResourceFile:
    """One file to fetch or verify."""

    resource: Resource
    file: str
    address: str
    sha256: str | None
    size: int | None
    is_index: bool
    md5: str | None = None


@dataclass(frozen=True)
class LockEntry:
    """What was received under a file name; `version` is the one that the file states, where it states one."""

    file: str
    name: str
    version: str
    sha256: str
    size: int
    address: str
    source_date: str | None = None


def _parts(text: str | None, where: str) -> tuple[str, ...]:
    """`chr1-22,chrX` → chr1 … chr22 chrX; `181-183` → 181 182 183."""
    found: list[str] = []
    for item in (text or "").split(","):
        if not item:
            continue
        bounds = re.fullmatch(r"([A-Za-z]*)(\d+)-(\d+)", item)
        if bounds and int(bounds.group(2)) <= int(bounds.group(3)):
            found += [f"{bounds.group(1)}{n}" for n in range(int(bounds.group(2)), int(bounds.group(3)) + 1)]
        elif re.fullmatch(r"[A-Za-z0-9]+", item):
            found.append(item)
        else:
            raise InputError(f"parts {text!r}", where=where, expected="chr1-22,chrX", repair="correct the parts")
    return tuple(found)


def _problem(row: Mapping[str, Any], resource: Resource, known: Iterable[str]) -> str:
    """What is wrong with one row of the manifest, '' when nothing."""
    if not _NAME.match(resource.name):
        return "a name may have small letters, digits and _"
    if resource.name in known:
        return f"{resource.name} stands twice"
    if any(not _FILE.match(item.file) for item in resource.files()):
        return f"file {resource.file!r} is no plain file name"
    if resource.sha256 is not None and not _SHA256.match(resource.sha256):
        return f"sha256 {resource.sha256!r} is not 64 hexadecimal digits"
    if resource.md5 is not None and not _MD5.match(resource.md5):
        return f"md5 {resource.md5!r} is not 32 hexadecimal digits"
    if resource.restriction not in RESTRICTIONS or resource.access not in ACCESS:
        return f"restriction {resource.restriction!r}, access {resource.access!r}"
    if resource.build not in (None, *BUILDS):
        return f"build {resource.build!r}"
    if urlsplit(resource.address).scheme not in _SCHEMES:
        return f"address {resource.address!r}"
    address = urlsplit(resource.address)
    if address.scheme == "http" and not resource.sha256 and address.hostname not in _THIS_MACHINE:
        return "http without a sha256: nothing would prove what was received"
    if resource.parts and (resource.sha256 or resource.md5):
        return "one checksum for several files"
    missing = [name for name in ("version", "licence", "kind", "used_for") if not row[name]]
    return f"no {', '.join(missing)}" if missing else ""


def read_manifest(path: str | Path) -> dict[str, Resource]:
    """All declared resources by name; InputError for a row that contradicts itself."""
    table: Table = read_table(path, RESOURCES_MANIFEST)
    found: dict[str, Resource] = {}
    for number, row in enumerate(table.rows, 1):
        where = f"{path}, resource {number} ({row['name'] or 'no name'})"
        if not row["name"] or not row["file"] or not row["address"]:
            raise InputError("no name, file or address", where=where, repair="complete the row")
        values: dict[str, Any] = {**row, "parts": _parts(row["parts"], where)}
        resource = Resource(**values)
        if problem := _problem(row, resource, found):
            raise InputError(
                problem,
                where=where,
                expected=f"restriction {' or '.join(RESTRICTIONS)}; access {' or '.join(ACCESS)}; build "
                f"{' or '.join(BUILDS)} or .; address with {', '.join(_SCHEMES)}; names once",
                repair="correct the row, or fetch the manifest of the repository again",
            )
        found[resource.name] = resource
    return found


def select(manifest: dict[str, Resource], names: Iterable[str]) -> list[Resource]:
    """The resources of these names, in the order of the manifest; an unknown one names the nearest."""
    wanted = list(names)
    for name in wanted:
        if name not in manifest:
            raise ConfigError(
                f"no resource '{name}' in the manifest",
                expected=f"one of {', '.join(manifest)}",
                repair=nearest(name, list(manifest)) or "filiation resources status",
            )
    return [resource for name, resource in manifest.items() if name in wanted]


def read_lock(folder: str | Path) -> dict[str, LockEntry]:
    """What was received into a folder, by file name; empty when nothing was."""
    path = Path(folder) / LOCK
    if not path.is_file():
        return {}
    rows = read_table(path, RESOURCES_LOCK).rows
    for number, row in enumerate(rows, 1):
        if not _SHA256.match(str(row["sha256"])) or row["size"] is None or not _FILE.match(str(row["file"])):
            raise InputError(
                f"sha256 {row['sha256']!r}, size {row['size']} of {row['file']!r}",
                where=f"{path}, entry {number}",
                expected="a file name, 64 hexadecimal digits and a size",
                repair="restore the lock from a backup; without it, fetch the files again",
            )
    return {str(row["file"]): LockEntry(**{name: row[name] for name in RESOURCES_LOCK.names}) for row in rows}


def write_lock(folder: str | Path, entries: dict[str, LockEntry]) -> None:
    """Write the lock of a folder, by file name."""
    rows = [vars(entries[file]) for file in sorted(entries)]
    write_table(Path(folder) / LOCK, RESOURCES_LOCK, rows)
