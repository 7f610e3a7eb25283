"""Where are the small files that families were judged with, so that they can be judged with them again?

ARCHIVE/resources/<first two digits>/<sha256>/<name>: panels, weights, tables of criteria, links and facts of genes,
each once, whatever the number of families. ClinVar and population frequencies are not kept: their values stand in the
records.
"""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path

from filiation.archive.lock import remove_names_of_the_dead, whole_file
from filiation.errors import InputError
from filiation.io.files import sha256

FOLDER = "resources"


def keep(archive: Path, file: Path) -> str:
    """Keep a copy of a file under its checksum, which is returned; one that is kept already is left alone."""
    found = sha256(file)
    target = _folder(archive, found) / file.name
    if target.is_file():
        remove_names_of_the_dead(target)
        return found
    with whole_file(target) as temporary:
        shutil.copyfile(file, temporary)
        os.chmod(temporary, 0o640)
    return found


def find(archive: Path, checksum: str) -> Path | None:
    """The kept file of a checksum; None when there is none. InputError when its content is not that any more."""
    folder = _folder(archive, checksum)
    path = next((entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")), None) if (
        checksum and folder.is_dir()
    ) else None  # fmt: skip
    if path is not None and _checksum(path) != checksum:
        raise InputError(
            f"the kept file {path.name} is damaged",
            where=str(path),
            expected=f"SHA-256 {checksum}",
            repair="bring it back from a copy, or remove it and name the file under previous: of the release",
        )
    return path


@lru_cache(maxsize=256)
def _checksum(path: Path) -> str:
    """SHA-256 of a kept file, proved once in a process."""
    return sha256(path)


def _folder(archive: Path, checksum: str) -> Path:
    return archive / FOLDER / checksum[:2] / checksum
