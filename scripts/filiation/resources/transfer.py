"""How does a file of public data get here: resumable, checked before it bears its name, from a site or a mirror?

The bytes go to `FILE.part`; what they come from is noted beside it, so that a later call goes on where this one was
stopped, and starts again when the source has changed meanwhile. Only a file that is whole, of the declared checksum and
of the declared build is given its name; another is kept aside as `FILE.refused`.

This is the one module of the program that may open a connection, and never within a job of a cluster.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from filiation import __version__
from filiation.errors import ConfigError, InputError, ToolError
from filiation.io.files import atomic_text, md5, sha256
from filiation.resources.inspect import check_whole, stated
from filiation.resources.manifest import ROLLING, LockEntry, ResourceFile, read_lock

CHUNK = 1 << 20
TIMEOUT_SECONDS = 60
ATTEMPTS = 3
# Variables by which a scheduler marks its jobs: nodes have no network, and a run must not depend on one.
JOB_VARIABLES = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID", "OAR_JOB_ID")
_SECONDS_BETWEEN_LINES = 5.0
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Received:
    """What was done for one file, its entry for the lock, and what it was compared with; '' when with nothing."""

    entry: LockEntry
    state: str
    compared_with: str = ""


def refuse_within_a_job() -> None:
    """ConfigError within a job of a cluster: data are fetched once, on the machine that has a network."""
    if job := next((name for name in JOB_VARIABLES if os.environ.get(name)), None):
        raise ConfigError(
            f"a fetch within a cluster job ({job} is set)",
            expected="a machine with a network: the login node, or a workstation",
            repair="run the command there, or give --from-mirror FOLDER",
        )


def fetch(
    item: ResourceFile,
    folder: str | Path,
    *,
    lock: dict[str, LockEntry],
    mirror: str | Path | None = None,
    update: bool = False,
    progress: Progress = lambda line: None,
) -> Received:
    """Bring one file into a folder, or find it there already; returns its entry for the lock.

    update : ask again for a file whose source is replaced in place (version `latest`).
    InputError for a file that is refused, ToolError when the source cannot be reached.
    """
    target = Path(folder) / item.file
    known = lock.get(item.file)
    if target.is_file() and not (update and item.resource.version == ROLLING):
        if known is not None:
            _require_same(target, known)
            return Received(known, "here already", "the copy received before")
        compared = _known_beforehand(item)
        return Received(_accept(target, target, item, item.sha256, None, Stamp()), "found here, recorded", compared)
    # What was received once under a fixed version must come again bit for bit.
    expected, compared = item.sha256, _known_beforehand(item)
    if expected is None and known is not None and item.resource.version != ROLLING:
        expected, compared = known.sha256, "the copy received before"
    part = target.with_name(f"{item.file}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(part):
        if mirror is not None or urlsplit(item.address).scheme == "file":
            source, from_lock = _in_mirror(item, mirror)
            progress(f"{item.file}: copied from {source}")
            _copy(source, part)
            if expected is None and from_lock is not None:
                compared = "the mirror's lock"
            expected, stamp = expected or from_lock, Stamp()
        else:
            refuse_within_a_job()
            stamp = _download(item.address, part, item.file, progress)
        entry = _accept(part, target, item, expected, known, stamp)
        os.replace(part, target)
        _note(part).unlink(missing_ok=True)
    return Received(entry, "received", compared)


def _known_beforehand(item: ResourceFile) -> str:
    """Which checksum the manifest has of a file, '' for none."""
    return "the manifest's sha256" if item.sha256 else "the md5 that its source publishes" if item.md5 else ""


@dataclass(frozen=True)
class Stamp:
    """How the source marks the version of a file: entity tag and date of its last change; '' when it does not."""

    tag: str = ""
    date: str = ""

    @property
    def validator(self) -> str:
        """What a resumed request is made conditional on; weak tags cannot serve."""
        return self.tag if self.tag and not self.tag.startswith("W/") else self.date


def _accept(
    path: Path, target: Path, item: ResourceFile, expected: str | None, known: LockEntry | None, stamp: Stamp
) -> LockEntry:
    """The lock entry of a file that passes every check; a file that does not is kept aside and refused."""
    resource = item.resource
    found = sha256(path)
    kept = f"the file is kept as {target.name}.refused" if path != target else f"move {target} away"
    try:
        if expected is not None and found != expected:
            raise InputError(
                f"SHA-256 {found}",
                where=item.file,
                expected=f"{expected}, as {'the manifest declares' if item.sha256 else 'it was received before'}",
                repair=f"{kept}; fetch again. A source that has changed on purpose "
                f"needs a new version in the manifest (received before: {known.version if known else 'nothing'})",
            )
        if expected is None and item.md5 is not None and (published := md5(path)) != item.md5:
            raise InputError(
                f"MD5 {published}",
                where=item.file,
                expected=f"{item.md5}, as its source publishes it",
                repair=f"{kept}; fetch again",
            )
        if not item.is_index:
            check_whole(path, resource.kind, item.file)
        says = stated(path, resource.kind) if not item.is_index else None
        if says and resource.build and says.build and says.build != resource.build:
            raise InputError(
                f"data of {says.build}",
                where=item.file,
                expected=f"{resource.build}, as the manifest declares",
                repair=f"{kept}; correct the address or the mirror",
            )
        if says and versions_differ(resource.version, says.version):
            raise InputError(
                f"version {says.version}",
                where=item.file,
                expected=f"{resource.version}, as the manifest declares",
                repair=f"{kept}; correct the version or the address",
            )
    except InputError:
        if path != target:
            os.replace(path, target.with_name(f"{item.file}.refused"))
            _note(path).unlink(missing_ok=True)
        raise
    version = (says.version if says else None) if resource.version == ROLLING else resource.version
    return LockEntry(
        item.file, resource.name, version or ROLLING, found, path.stat().st_size, item.address, stamp.date or None
    )


def versions_differ(declared: str, said: str | None) -> bool:
    """Does a file state another version than its declaration? Only like is compared with like: 1.7 with 1.6, a date
    with a date; a file that states no version, or states it in other terms, does not contradict."""
    if said is None or declared == ROLLING:
        return False
    dates = [text.replace("-", "") for text in (declared, said)]
    if all(text.isdecimal() and len(text) == 8 for text in dates):
        return dates[0] != dates[1]
    if all("." in text and text.replace(".", "").isdecimal() for text in (declared, said)):
        return declared != said
    return False


def _require_same(target: Path, known: LockEntry) -> None:
    """A file that is here already must have the size that was received; `verify` compares every byte."""
    size = target.stat().st_size
    if size != known.size:
        raise InputError(
            f"{size:,} bytes",
            where=str(target),
            expected=f"{known.size:,} bytes, as received",
            repair=f"the file was cut or replaced: mv {target} {target}.old, and fetch again",
        )


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """Only one fetch writes a file at a time."""
    guard = part.with_name(f".{part.name}.lock")
    descriptor = os.open(guard, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(
                f"{part.name} is being written by another fetch", repair="wait for it, or stop it"
            ) from None
        yield
        guard.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _in_mirror(item: ResourceFile, mirror: str | Path | None) -> tuple[Path, str | None]:
    """Where a mirror holds a file (flat, by resource name or by address), and the checksum of the mirror's own lock."""
    address = urlsplit(item.address)
    if mirror is None:
        source = Path(unquote(address.path))
        places = [source]
    else:
        root = Path(mirror)
        places = [
            root / item.file,
            root / item.resource.name / item.file,
            root / address.netloc / unquote(address.path).lstrip("/"),
        ]
    for place in places:
        if place.is_file():
            entry = read_lock(place.parent).get(item.file)
            return place, entry.sha256 if entry and entry.name == item.resource.name else None
    raise InputError(
        f"{item.file} is not in the mirror",
        where=str(mirror or places[0]),
        expected="one of " + ", ".join(str(place) for place in places),
        repair=f"copy it there from {item.address}",
    )


def _copy(source: Path, part: Path) -> None:
    _require_space(part, source.stat().st_size)
    with open(source, "rb") as reader, open(part, "wb") as writer:
        shutil.copyfileobj(reader, writer, CHUNK)
        writer.flush()
        os.fsync(writer.fileno())


def _require_space(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise InputError(
            f"{free / 1e9:.1f} GB free",
            where=str(part.parent),
            expected=f"{needed / 1e9:.1f} GB for {part.name}",
            repair="free some space, or give another folder with --to",
        )


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.source")


class _SameProtection(urllib.request.HTTPRedirectHandler):
    """Follows redirections, but never from an encrypted address to a plain one."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request to go on with."""
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.HTTPError(req.full_url, 400, f"redirected to the unprotected {newurl}", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, part: Path, name: str, progress: Progress) -> Stamp:
    """Bring the whole of an address into `part`, going on where an earlier call was stopped."""
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            progress(f"{name}: {reason}; trying again")
            time.sleep(2.0**attempt)
        try:
            return _attempt(address, part, name, progress)
        except urllib.error.HTTPError as error:
            reason = f"the server answered {error.code} {error.reason}"
            if error.code < 500 and error.code not in (408, 429):
                break
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
    kept = part.stat().st_size if part.is_file() else 0
    raise ToolError(
        f"{name} could not be fetched: {reason}",
        where=address,
        expected="the whole file",
        repair=f"run the same command again: it goes on after {kept:,} bytes; without a network: --from-mirror FOLDER",
    )


def _attempt(address: str, part: Path, name: str, progress: Progress) -> Stamp:
    """One request; a connection that ends too early is an error that leaves what came."""
    have, validator = _resumable(address, part)
    headers = {"User-Agent": f"filiation/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    request = urllib.request.Request(address, headers=headers)
    try:
        response = urllib.request.build_opener(_SameProtection).open(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not have:
            raise
        # What we have is all there is, or is no part of this file: it is asked for once more, whole.
        part.unlink()
        return _attempt(address, part, name, progress)
    with response:
        resumed = response.status == 206
        start = have if resumed else 0
        stamp = _stamp(response.headers)
        left = int(response.headers["Content-Length"]) if response.headers["Content-Length"] else None
        total = None if left is None else start + left
        _require_space(part, left or 0)
        with atomic_text(_note(part)) as note:
            note.write(f"{address}\n{stamp.validator}\n")
        with open(part, "ab" if resumed else "wb") as writer:
            if resumed:
                progress(f"{name}: going on after {start:,} bytes")
            got = _pour(response, writer, start, total, name, progress)
            writer.flush()
            os.fsync(writer.fileno())
    if total is not None and got != total:
        raise ConnectionError(f"{got:,} of {total:,} bytes came")
    return stamp


def _pour(response: IO[bytes], writer: IO[bytes], start: int, total: int | None, name: str, progress: Progress) -> int:
    """Write what comes; returns the number of bytes that the file has then."""
    began = told = time.monotonic()
    got = start
    while chunk := response.read(CHUNK):
        writer.write(chunk)
        got += len(chunk)
        now = time.monotonic()
        if now - told >= _SECONDS_BETWEEN_LINES:
            told = now
            share = f"{100 * got / total:.0f} % of {total / 1e9:.2f} GB" if total else f"{got / 1e9:.2f} GB"
            progress(f"{name}: {share}, {(got - start) / 1e6 / (now - began):.1f} MB/s")
    return got


def _stamp(headers: Message) -> Stamp:
    return Stamp(headers.get("ETag", ""), headers.get("Last-Modified", ""))


def _resumable(address: str, part: Path) -> tuple[int, str]:
    """Bytes that a request can go on after, and the condition; (0, '') when the file must be asked for whole."""
    note = _note(part)
    if not part.is_file() or not note.is_file():
        return 0, ""
    lines = note.read_text(encoding="utf-8").splitlines()
    if len(lines) < 2 or lines[0] != address or not lines[1]:
        return 0, ""
    return part.stat().st_size, lines[1]
