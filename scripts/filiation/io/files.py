"""Whole files: written atomically, never half; compressed files proven complete before they are believed."""

from __future__ import annotations

import errno
import fcntl
import gzip
import hashlib
import io
import os
import re
import shutil
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from filiation.errors import InputError

# The empty BGZF block that ends every complete BGZF file (SAM specification, section 4.1.2).
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
# Names that `private_directory` gives; the folder of compiled kernels, filiation-numba-<user>, is no scratch.
_SCRATCH = re.compile(r"^filiation-(?!numba-)[a-z-]+-[a-z0-9_]{8}$")


@contextmanager
def atomic_path(target: str | Path) -> Iterator[Path]:
    """A temporary name beside `target`, moved onto it only if the block ends without an error.

    The file is flushed to disk before the move, so that a crash leaves the old file or the new, never a part.
    """
    target = Path(target)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    # What a dead process of our number left, or somebody planted: a link would be written through.
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        if temporary.is_file():
            descriptor = os.open(temporary, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_text(target: str | Path) -> Iterator[IO[str]]:
    """A text file that appears under its name only when complete; UTF-8, `\\n` line ends."""
    with atomic_path(target) as temporary, open(temporary, "x", encoding="utf-8", newline="\n") as handle:
        yield handle


@contextmanager
def private_directory(prefix: str) -> Iterator[Path]:
    """A temporary folder that only the owner can read, removed at the end (TMPDIR is honoured).

    It is locked while we live, so that `remove_abandoned_directories` knows the folders of killed processes.
    """
    with tempfile.TemporaryDirectory(prefix=f"filiation-{prefix}-") as name:
        handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Where folders cannot be locked (some network file systems) none is ever taken for abandoned.
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(handle)


def remove_abandoned_directories() -> int:
    """Remove the user's scratch folders whose process was killed; returns how many.

    A folder that is a minute old and not locked has no living owner: the kernel takes the lock away.
    """
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob("filiation-*-*"):
        if not _SCRATCH.match(folder.name) or folder.is_symlink():
            continue
        with suppress(OSError):
            status = folder.stat()
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < 60:
                continue
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                removed += 1
            finally:
                os.close(handle)
    return removed


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def md5(path: str | Path) -> str:
    """Hexadecimal MD5 of a file's bytes: to compare with what a source publishes, not against forgery."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def require_file(path: str | Path, what: str, *, where: str = "") -> Path:
    """The path, when it is a readable, non-empty file; otherwise an `InputError` that says which it is not."""
    path = Path(path)
    place = where or str(path)
    if not path.exists():
        raise InputError(
            f"{what} not found: {path}", where=where, expected="an existing file", repair="correct the path"
        )
    if path.is_dir():
        raise InputError(f"{what} is a folder: {path}", where=where, expected="a file", repair="name the file")
    if not os.access(path, os.R_OK):
        raise InputError(f"{what} cannot be read: {path}", where=where, repair=f"chmod u+r {path}")
    if path.stat().st_size == 0:
        name = "" if str(path) in place else f": {path}"
        raise InputError(f"{what} is empty (0 bytes){name}", where=place, expected="data", repair="copy the file again")
    return path


def compression(path: str | Path) -> str:
    """`bgzf`, `gzip` or `none`, from the first bytes and never from the name."""
    with open(path, "rb") as handle:
        start = handle.read(18)
    if start[:2] != b"\x1f\x8b":
        return "none"
    if len(start) >= 18 and start[3] & 4 and start[12:14] == b"BC":
        return "bgzf"
    return "gzip"


def require_bgzf(path: str | Path, what: str) -> None:
    """Stop at a file that is to be searched by place and is not packed in BGZF blocks, which alone can be."""
    form = compression(path)
    if form != "bgzf":
        raise InputError(
            f"{what}: " + ("compressed with gzip, not with bgzip (BGZF)" if form == "gzip" else "not compressed"),
            where=str(path),
            expected="BGZF, in which a place can be found, and an index",
            repair=f"{'gunzip -c' if form == 'gzip' else 'cat'} {path} | bgzip -c > packed.gz, then index it",
        )


def check_bgzf_end(path: str | Path, what: str) -> None:
    """Stop when a BGZF file lacks its closing block: it was cut, perhaps between two records."""
    size = os.path.getsize(path)
    with open(path, "rb") as handle:
        handle.seek(max(0, size - len(BGZF_END)))
        tail = handle.read()
    if tail != BGZF_END:
        raise InputError(
            f"{what} has no BGZF end-of-file block: the file is truncated",
            where=str(path),
            expected="a complete file, ending in the 28-byte empty BGZF block",
            repair="copy or produce the file again, and compare its checksum with the source",
        )


def check_bgzf_blocks(path: str | Path, what: str) -> int:
    """Inflate every block of a BGZF file and compare length and CRC; returns the number of inflated bytes.

    A bit flip or a cut inside the file stops here, with the offset, before any record is believed.
    """
    check_bgzf_end(path, what)
    inflated = 0
    offset = 0
    with open(path, "rb") as handle:
        while header := handle.read(18):
            problem = ""
            if len(header) < 18 or header[:4] != b"\x1f\x8b\x08\x04" or header[12:14] != b"BC":
                problem = "bytes that are not a BGZF block"
            else:
                size = struct.unpack("<H", header[16:18])[0] + 1
                body = handle.read(size - 18)
                if len(body) < size - 18:
                    problem = "a block cut short"
                else:
                    problem = _block_problem(body)
                    inflated += struct.unpack("<I", body[-4:])[0]
            if problem:
                raise InputError(
                    f"{what} is damaged: {problem} at byte {offset}",
                    where=str(path),
                    expected="BGZF blocks whose CRC agrees with their content",
                    repair="copy the file again from its source and compare checksums",
                )
            offset += size
    return inflated


def _block_problem(body: bytes) -> str:
    """What is wrong with the deflated part of one BGZF block, '' when nothing."""
    try:
        data = zlib.decompress(body[:-8], wbits=-15)
    except zlib.error as error:
        return f"deflate data that cannot be inflated ({error})"
    crc, length = struct.unpack("<II", body[-8:])
    if len(data) != length:
        return f"a block of {len(data)} bytes that declares {length}"
    if zlib.crc32(data) != crc:
        return "a CRC that does not match"
    return ""


class _Inflated(io.TextIOWrapper):
    """Lines of a gzip file; damage met on the way is an InputError that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(gzip.GzipFile(path, "rb"), encoding="utf-8", errors="backslashreplace")  # type: ignore[type-var]

    def _damaged(self, error: Exception) -> InputError:
        return InputError(
            f"gzip that is damaged or cut: {error}",
            where=str(self._path),
            expected="a compressed file that is whole",
            repair="copy or fetch the file again, and compare its checksum with the source (gzip -t tests it)",
        )

    def __next__(self) -> str:  # type: ignore[override]
        try:
            return super().__next__()
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged(error) from None

    def read(self, size: int | None = -1, /) -> str:
        """The rest of the text, or so many letters of it."""
        try:
            return super().read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._damaged(error) from None


def open_text(path: str | Path) -> IO[str]:
    """A text file, plain or gzip of any number of members, decoded as UTF-8 with bad bytes kept visible."""
    if compression(path) == "none":
        return open(path, encoding="utf-8", errors="backslashreplace")
    return _Inflated(Path(path))
