"""Is there room to write, and what is said when the disk or the quota is full in the middle of it?"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filiation.errors import FiliationError, InputError

# Free space that a write must leave: SQLite's journal and the index of the cohort need some (own choice).
RESERVE_BYTES = 32 * 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)


def free_bytes(path: Path) -> int:
    """Bytes that we may still write on the file system of a folder."""
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def require_space(path: Path, wanted: int) -> None:
    """Stop before anything is written when `wanted` bytes and the reserve do not fit."""
    free = free_bytes(path)
    if free < wanted + RESERVE_BYTES:
        raise InputError(
            f"{free // 2**20} MiB free",
            where=str(path),
            expected=f"{(wanted + RESERVE_BYTES) // 2**20 + 1} MiB for this write and its safety copy",
            repair="free space on this file system; nothing was written",
        )


def _is_full(error: BaseException) -> bool:
    """Whether an error of the system, of Arrow or of SQLite means a full disk or quota."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    text = str(error).lower()
    return any(word in text for word in ("no space left", "quota exceeded", "database or disk is full"))


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full disk, a quota and a lost file system into a message; the block cleans up after itself."""
    try:
        yield
    except FiliationError:
        raise
    except Exception as error:
        if _is_full(error):
            raise InputError(
                "the disk or the quota is full: the write was stopped",
                where=str(path),
                expected="room for the whole analysis",
                repair="free space or raise the quota, then repeat the command; the archive is as it was before",
            ) from error
        if isinstance(error, OSError) and error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise InputError(
                f"not writable ({error.strerror})",
                where=str(error.filename or path),
                expected="a folder that this account may write",
                repair=f"ask for the right to write, or check the mount: ls -ld {path}",
            ) from error
        raise


def sync_file(path: Path) -> None:
    """Make a file's bytes safe on disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Make the names in a folder safe on disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, document: Any) -> bytes:
    """Write a document with sorted keys, UTF-8; returns its bytes."""
    content = (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    path.write_bytes(content)
    return content
