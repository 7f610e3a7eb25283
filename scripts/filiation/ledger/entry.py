"""What was written down about a file: its size, checksum and content, the step that wrote it and what that step read.

The entry of `FOLDER/NAME` is `FOLDER/.ledger/NAME.json`. It holds no time, no host, no person and no path outside the
working folder, so that equal runs give equal entries; what lies outside is known by its checksum alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.io.files import atomic_text, sha256
from filiation.ledger.content import Content

SCHEMA = "ledger/1"
FOLDER = ".ledger"
# Folder in which the jobs of one run tell each other what they have read through already; set by `filiation run`.
CACHE_VARIABLE = "FILIATION_LEDGER_CACHE"
# Above it an indexed file from outside is known by its index, which names every compressed block: as in versions.tsv.
LARGEST_OUTSIDE = 4 * 1024**3
INDEX_SUFFIXES = (".csi", ".tbi", ".crai", ".bai", ".fai")


@dataclass(frozen=True)
class Recorded:
    """One file that a step read or wrote.

    option : of the command, without dashes. file : path from the working folder, '' outside of it.
    """

    option: str
    file: str
    bytes: int
    sha256: str
    content: Content = field(default_factory=dict, hash=False)
    by_index: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is written."""
        data: dict[str, Any] = {"option": self.option, "bytes": self.bytes, "sha256": self.sha256}
        if self.file:
            data["file"] = self.file
        if self.by_index:
            data["sha256_of"] = "index"
        return {**data, **({"content": self.content} if self.content else {})}

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> Recorded:
        """What was written."""
        content = data.get("content", {})
        size = int(data["bytes"])
        return cls(data["option"], data.get("file", ""), size, data["sha256"], content, "sha256_of" in data)


@dataclass(frozen=True)
class Entry:
    """The entry of one output: itself, the step, and every input of the step."""

    output: Recorded
    command: str
    program: str
    inputs: tuple[Recorded, ...]
    temporary: bool = False


def entry_path(output: str | Path) -> Path:
    """Where the entry of a file stands."""
    output = Path(output)
    return output.parent / FOLDER / f"{output.name}.json"


def output_path(entry: Path) -> Path:
    """The file that an entry is of."""
    return entry.parent.parent / entry.name.removesuffix(".json")


def write_entry(path: Path, entry: Entry) -> None:
    """Write an entry so that it survives a loss of power."""
    data = {
        "schema": SCHEMA,
        "command": entry.command,
        "program": entry.program,
        **({"temporary": True} if entry.temporary else {}),
        "output": entry.output.as_json(),
        "inputs": [item.as_json() for item in entry.inputs],
    }
    with atomic_text(path) as handle:
        handle.write(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    sync_file(path)


def read_entry(path: Path) -> Entry:
    """Read an entry; InputError when it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError(data["schema"])
        inputs = tuple(Recorded.of_json(item) for item in data["inputs"])
        temporary = bool(data.get("temporary"))
        return Entry(Recorded.of_json(data["output"]), data["command"], data["program"], inputs, temporary)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"the ledger entry cannot be read: {error}",
            where=str(path),
            expected=f"an entry of schema {SCHEMA}",
            repair=f"remove {output_path(path)} and run filiation run again, which makes both anew",
        ) from None


def sync_file(path: Path) -> None:
    """Make a finished file and its name survive a loss of power, where the file system can."""
    for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        # Some network file systems sync folders by themselves and refuse to be asked.
        with suppress(OSError):
            handle = os.open(place, flags)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def identity(path: Path) -> str:
    """What changes whenever a file does: place, inode, size, and the times of content and inode.

    The time of the inode cannot be put back by a user, unlike that of the content.
    """
    status = path.stat()
    parts = (path.resolve(), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def checksum(path: Path) -> str:
    """SHA-256 of a file; read through once a run, by whichever job comes first."""
    folder = os.environ.get(CACHE_VARIABLE, "")
    if not folder or not Path(folder).is_dir():
        return sha256(path)
    known = Path(folder) / identity(path)
    try:
        found = known.read_text(encoding="ascii")
        if len(found) == 64:
            return found
    except OSError:
        pass
    found = sha256(path)
    if known.name == identity(path):
        with atomic_text(known) as handle:
            handle.write(found)
    return found
