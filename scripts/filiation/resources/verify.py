"""Is every declared file here, whole, the one that was received, and of the declared build and version?

And which keys of the configuration point to it: a file that the configuration names but no manifest declares has no
known source, licence or version, and is listed as such.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from filiation.errors import InputError, UserError
from filiation.io.files import sha256
from filiation.resources.inspect import check_whole, stated
from filiation.resources.manifest import ROLLING, LockEntry, Resource, ResourceFile, read_lock
from filiation.resources.transfer import versions_differ

ABSENT = "absent"
PARTIAL = "partial"
UNRECORDED = "not recorded"
WHOLE = "whole"
DAMAGED = "damaged"
HERE = "here"
# Keys that name no file, or a file of the laboratory itself.
_NO_PUBLIC_DATA = ("name", "kind", "af", "vep_cache", "recurrent_artefacts", "previous_shares", "pseudoautosomal_bed")


@dataclass(frozen=True)
class FileState:
    """One declared file: its state in the folder, and the fault where it is damaged."""

    item: ResourceFile
    state: str
    entry: LockEntry | None = None
    size: int | None = None
    fault: UserError | None = None


def verify_file(item: ResourceFile, folder: Path, entry: LockEntry | None) -> FileState:
    """Compare every byte of a file with what was received, and its own statements with the manifest."""
    path = folder / item.file
    if not path.is_file():
        part = path.with_name(f"{item.file}.part")
        return FileState(item, PARTIAL if part.is_file() else ABSENT, entry)
    size = path.stat().st_size
    expected = item.sha256 or (entry.sha256 if entry else None)
    try:
        if entry is not None and size != entry.size:
            raise _fault(path, f"{size:,} bytes", f"{entry.size:,} bytes, as received")
        if expected is not None and (found := sha256(path)) != expected:
            raise _fault(path, f"SHA-256 {found}", expected)
        if not item.is_index:
            check_whole(path, item.resource.kind, item.file)
            says = stated(path, item.resource.kind)
            declared = entry.version if entry else item.resource.version
            if item.resource.build and says.build and says.build != item.resource.build:
                raise _fault(path, f"data of {says.build}", f"{item.resource.build}, as the manifest declares")
            for version in (item.resource.version, declared):
                if version != ROLLING and versions_differ(version, says.version):
                    raise _fault(path, f"version {says.version}", f"version {version}")
        if entry is not None and item.resource.version not in (ROLLING, entry.version):
            raise _fault(
                path, f"received as version {entry.version}", f"version {item.resource.version} of the manifest"
            )
    except UserError as fault:
        return FileState(item, DAMAGED, entry, size, fault)
    return FileState(item, WHOLE if expected else UNRECORDED, entry, size)


def _fault(path: Path, found: str, expected: str) -> InputError:
    return InputError(
        found,
        where=str(path),
        expected=expected,
        repair=f"mv {path} {path}.old, and fetch it again: filiation resources fetch NAME --to {path.parent}",
    )


def verify_folder(
    resources: Iterable[Resource], folder: str | Path, told: Callable[[str], None] = lambda line: None
) -> list[FileState]:
    """The state of every file of these resources, in the order of the manifest."""
    folder = Path(folder)
    lock = read_lock(folder)
    states = []
    for resource in resources:
        for item in resource.files():
            if (folder / item.file).is_file():
                told(f"{item.file}: comparing")
            states.append(verify_file(item, folder, lock.get(item.file)))
    return states


def verify_recorded(manifest: Mapping[str, Resource], folder: str | Path) -> dict[str, str]:
    """State of the files that stand in the lock alone: prepared from others, or declared no more."""
    folder = Path(folder)
    declared = {item.file for resource in manifest.values() for item in resource.files()}
    states: dict[str, str] = {}
    for name, entry in sorted(read_lock(folder).items()):
        path = folder / name
        if name in declared:
            continue
        if not path.is_file():
            states[name] = ABSENT
        elif path.stat().st_size != entry.size or sha256(path) != entry.sha256:
            states[name] = DAMAGED
        else:
            states[name] = WHOLE
    return states


def folder_states(resources: Iterable[Resource], folder: str | Path) -> list[FileState]:
    """What is there, by name and size alone: nothing is read."""
    folder = Path(folder)
    lock = read_lock(folder)
    states = []
    for resource in resources:
        for item in resource.files():
            path, entry = folder / item.file, lock.get(item.file)
            if path.is_file():
                size = path.stat().st_size
                state = UNRECORDED if entry is None else HERE if size == entry.size else DAMAGED
                states.append(FileState(item, state, entry, size))
            else:
                part = path.with_name(f"{item.file}.part")
                states.append(FileState(item, PARTIAL if part.is_file() else ABSENT, entry))
    return states


def age_in_days(entry: LockEntry | None, today: datetime.date) -> int | None:
    """Days since the source last changed the file, or since the date it states; None when neither is known."""
    if entry is None:
        return None
    for text in (entry.version, entry.source_date or ""):
        try:
            return (today - datetime.date.fromisoformat(text.replace("/", "-"))).days
        except ValueError:
            pass
    try:
        return (today - parsedate_to_datetime(entry.source_date or "").date()).days
    except (TypeError, ValueError):
        return None


def configured_files(settings: Mapping[str, Any]) -> dict[str, str]:
    """Files of public data that a configuration names, by their key: those of the groups reference, frequencies,
    annotation and resources; an entry of a list goes by its name, else by its kind."""
    found: dict[str, str] = {}
    for group in ("reference", "frequencies", "annotation", "resources"):
        _collect(settings.get(group), group, found)
    return found


def _collect(value: Any, key: str, found: dict[str, str]) -> None:
    """Add every path below a key."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            if name not in _NO_PUBLIC_DATA:
                _collect(below, f"{key}.{name}", found)
    elif isinstance(value, list):
        for number, entry in enumerate(value, 1):
            label = (entry.get("name") or entry.get("kind") or number) if isinstance(entry, Mapping) else number
            _collect(entry, f"{key}.{label}", found)
    elif isinstance(value, str) and ("/" in value or Path(value).suffix):
        found[key] = value


def keys_of(item: ResourceFile, configured: Mapping[str, str]) -> list[str]:
    """Keys of the configuration that name a file of this name."""
    return [key for key, path in configured.items() if Path(path).name == item.file]


def undeclared(configured: Mapping[str, str], resources: Iterable[Resource]) -> dict[str, str]:
    """Keys of the configuration whose file no manifest declares, with the path."""
    files = {item.file for resource in resources for item in resource.files()}
    return {key: path for key, path in configured.items() if Path(path).name not in files}
