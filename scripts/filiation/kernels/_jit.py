"""The one door to numba: how kernels are compiled, and where their compiled form is kept.

Usage: write the plain function, then `name_jit = jit(name)`. No fastmath: it deletes tests for missing values.

The compiled code is cached in a folder of the node itself (never on a shared file system, where two nodes may
write at once): FILIATION_NUMBA_CACHE, or `filiation-numba-<user>` under TMPDIR; `FILIATION_NUMBA_CACHE=0`
switches the cache off. The folder must belong to the user alone and be writable; otherwise nothing is cached, and each
start compiles for itself. Processes that start at once on an empty folder each write whole files under names of their
own and rename them, so that a reader finds a file or none, never a part.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _private(folder: Path) -> bool:
    """Whether a cache folder is a real folder that only this user can write: cached code is executed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = os.lstat(folder)
    except OSError:
        return False
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.getuid()
        and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def _writable(folder: Path) -> bool:
    """Whether compiled code can be kept in a folder. Numba does not read from one that it cannot write to: it would
    look for another place, the package's own folder or the home directory, which nodes may share."""
    return _private(folder) and os.access(folder, os.W_OK | os.X_OK)


def text_of_kernels(folder: Path = Path(__file__).parent) -> str:
    """Checksum over the sources of all kernels."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def cache_folder() -> Path | None:
    """Folder of the compiled kernels, or None when nothing is to be cached.

    One folder per numba and Python version and per text of the kernels: numba itself asks only whether the file of
    the function that is called has changed, not those of the functions that it calls in turn.
    """
    import numba

    choice = os.environ.get("FILIATION_NUMBA_CACHE", "")
    if choice == "0":
        return None
    base = Path(choice) if choice else Path(tempfile.gettempdir()) / f"filiation-numba-{os.getuid()}"
    if not _writable(base):
        return None
    version = f"numba-{numba.__version__}-python-{sys.version_info.major}.{sys.version_info.minor}"
    folder = base / f"{version}-kernels-{text_of_kernels()}"
    return folder if _writable(folder) else None


_FOLDER = cache_folder()
if _FOLDER is not None and not os.environ.get("NUMBA_CACHE_DIR"):
    os.environ["NUMBA_CACHE_DIR"] = str(_FOLDER)
    import numba.core.config

    numba.core.config.CACHE_DIR = str(_FOLDER)  # type: ignore[attr-defined]


def _load_alone(dispatcher: Any) -> None:
    """Let a kernel be loaded from the cache without what only compiling needs.

    Before numba looks into its cache it imports every implementation that a compilation may use, which takes longer
    than all kernels of a command together. Machine code needs the memory functions alone; where a kernel is not in
    the cache, the compiler imports the rest itself.
    """
    from numba.core.runtime import rtsys

    cache = dispatcher._cache
    whole = cache.load_overload

    def load(signature: Any, target: Any) -> Any:
        try:
            rtsys.initialize(target)
            with cache._guard_against_spurious_io_errors():
                return cache._load_overload(signature, target)
        except (AttributeError, TypeError):  # another numba than those that were tried
            return whole(signature, target)

    cache.load_overload = load


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel: nopython, releasing the interpreter lock, IEEE arithmetic, cached on the node."""
    import numba

    caching = _FOLDER is not None and os.environ.get("NUMBA_BOUNDSCHECK") != "1"
    # No kernel is called back from C: without that wrapper a fifth less is to be compiled.
    options: dict[str, Any] = {"nogil": True, "fastmath": False, "cache": caching, "no_cfunc_wrapper": True}
    dispatcher: Any = numba.njit(**options)(function)
    if caching and hasattr(dispatcher, "_cache"):
        _load_alone(dispatcher)
    return dispatcher  # type: ignore[no-any-return]


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a small function that kernels call; LLVM decides whether to inline it."""
    return jit(function)
