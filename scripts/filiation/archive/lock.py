"""Who may write a family now, and what becomes of a lock whose owner died, here or on another node?

A lock is a small file made by linking a finished one under its name, which is atomic on network file systems too. It
names host, process and the process' start time, so that a number that the system gave again is not taken for the owner.
A dead owner on this host is taken over; one on another node cannot be asked, and the message says what to do.
"""

from __future__ import annotations

import fcntl
import glob
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filiation.archive.disk import disk_errors, sync_file, sync_folder
from filiation.errors import InputError

if TYPE_CHECKING:
    from filiation.archive.store import Archive

# The owner touches its lock this often; a lock untouched for STALE_SECONDS is said to be so (own choice).
HEARTBEAT_SECONDS = 20.0
STALE_SECONDS = 300.0
# Name under which the cohort index is locked (no family id begins with a point), and how long an erasure waits for it.
INDEX_LOCK = ".cohort-index"
INDEX_PATIENCE_SECONDS = 600.0


def lock_path(archive: Path, family: str) -> Path:
    """The lock file of a family."""
    return archive / "locks" / f"{family}.lock"


def process_start(pid: int) -> str:
    """Start time of a process of this host, in ticks since boot with the boot's id; '' when it is not running."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        if fields[0] in ("Z", "X"):
            return ""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}:{fields[19]}"
    except (OSError, IndexError):
        if Path("/proc/self/stat").exists():
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "running"


def _content() -> dict[str, Any]:
    pid = os.getpid()
    return {
        "host": socket.gethostname(),
        "pid": pid,
        "process_start": process_start(pid),
        "since": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def read_lock(path: Path) -> dict[str, Any] | None:
    """What a lock says; None when there is none, {} when it cannot be understood."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def owner_state(content: dict[str, Any]) -> str:
    """`alive` or `dead` for a process of this host, `elsewhere` for another node, `unknown` for an unreadable lock."""
    try:
        host, pid, start = str(content["host"]), int(content["pid"]), str(content["process_start"])
    except (KeyError, TypeError, ValueError):
        return "unknown"
    if host != socket.gethostname():
        return "elsewhere"
    return "alive" if start and process_start(pid) == start else "dead"


def process_name(path: Path) -> str:
    """Name of a temporary file or folder beside `path` that says which process of which host made it."""
    return f".{path.name}.{socket.gethostname()}.{os.getpid()}-{threading.get_ident()}.tmp"


def remove_names_of_the_dead(path: Path) -> None:
    """Remove what processes of this host that died left beside `path` under a `process_name`."""
    start = f".{path.name}.{socket.gethostname()}."
    for entry in path.parent.glob(f"{glob.escape(start)}*.tmp"):
        pid = entry.name.removeprefix(start).partition("-")[0]
        if pid.isdigit() and not process_start(int(pid)):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary name beside `target` for a file that several families share and no lock guards.

    It is flushed and moved onto `target` only if the block ends without an error. What dead processes of this host left
    beside it is removed; what a living one, or one of another host, is writing is not touched.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_names_of_the_dead(target)
    temporary = target.with_name(process_name(target))
    try:
        yield temporary
        sync_file(temporary)
        os.replace(temporary, target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def make_lock(path: Path, content: Mapping[str, Any]) -> bool:
    """Make a lock by linking a finished file under its name; False when somebody has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(process_name(path))
    try:
        temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:
            # A network answer may be lost after the link was made: the number of names says whether it was.
            return os.stat(temporary).st_nlink == 2
        return True
    finally:
        temporary.unlink(missing_ok=True)


def _take_over(path: Path, content: dict[str, Any]) -> bool:
    """Remove the lock of a dead process of this host, unless it changed hands; False where that cannot be done safely.

    Only processes of this host take over, one at a time: the folder is locked in the kernel that they share.
    """
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            return False
        if read_lock(path) == content:
            path.unlink(missing_ok=True)
        return True
    finally:
        os.close(handle)


def held_message(archive: Path, family: str, content: dict[str, Any]) -> InputError:
    """What is said of a lock that we may not take."""
    path = lock_path(archive, family)
    state = owner_state(content)
    who = f"process {content.get('pid')} on {content.get('host')}, since {content.get('since')}"
    unlock = f"filiation archive unlock {archive} {family} --reason 'node died'"
    with suppress(OSError):
        silent = time.time() - path.stat().st_mtime
        if silent > STALE_SECONDS:
            who += f"; no sign of life for {silent / 60:.0f} minutes"
    if state == "alive":
        repair = "wait until it has finished, then repeat the command"
    elif state == "dead":
        repair = f"this file system cannot lock folders, so the dead process' lock is not taken over: {unlock}"
    elif state == "elsewhere":
        repair = f"look there whether process {content.get('pid')} still runs; if it does not: {unlock}"
    else:
        who, repair = "a lock that cannot be read", f"make sure that nobody writes this family, then: {unlock}"
    return InputError(
        f"family {family} is being written by {who}",
        where=str(path),
        expected="one writer for a family",
        repair=repair,
    )


@contextmanager
def family_lock(archive: Path, family: str, *, patience_seconds: float = 0.0, heartbeat: bool = True) -> Iterator[None]:
    """Hold a family for writing; a living owner, or one on another node, is an InputError after `patience_seconds`.

    heartbeat : touch the lock while it is held, so that other nodes see a living owner.
    """
    path = lock_path(archive, family)
    ours = _content()
    deadline = time.monotonic() + patience_seconds
    with disk_errors(archive):
        while not make_lock(path, ours):
            content = read_lock(path)
            if content is None:
                continue
            if owner_state(content) == "dead" and _take_over(path, content):
                continue
            if time.monotonic() >= deadline:
                raise held_message(archive, family, content)
            time.sleep(0.2)
    remove_names_of_the_dead(path)
    ended = threading.Event()
    pulse = threading.Thread(target=_keep_fresh, args=(path, ended), daemon=True)
    if heartbeat:
        pulse.start()
    try:
        yield
    finally:
        ended.set()
        if heartbeat:
            pulse.join()
        # A lock that was removed by hand may be another's by now.
        if read_lock(path) == ours:
            path.unlink(missing_ok=True)


def _keep_fresh(path: Path, ended: threading.Event) -> None:
    """Touch the lock while its owner lives, for the eyes of other nodes."""
    while not ended.wait(HEARTBEAT_SECONDS):
        with suppress(OSError):
            os.utime(path)


def unlock(archive: Path, family: str) -> dict[str, Any]:
    """Remove a family's lock by hand; a living process of this host keeps it. Returns what the lock said."""
    path = lock_path(archive, family)
    content = read_lock(path)
    if content is None:
        raise InputError(
            f"family {family} is not locked",
            where=str(path),
            expected="a lock to remove",
            repair=f"filiation archive show {archive} --locks",
        )
    if owner_state(content) == "alive":
        raise held_message(archive, family, content)
    path.unlink(missing_ok=True)
    return content


def unlock_recorded(archive: Archive, family: str, reason: str, date: str) -> dict[str, Any]:
    """Remove a family's lock by hand and record who held it and why it was removed; returns what the lock said.

    archive : open for writing. The record is made first: no lock goes without one.
    """
    from filiation.archive.database import transaction

    with transaction(archive.connection, archive.path) as connection:
        content = read_lock(lock_path(archive.path, family)) or {}
        connection.execute(
            "INSERT INTO unlocked (locked, date, reason, host, pid, since) VALUES (?, ?, ?, ?, ?, ?)",
            (family, date, reason, *(str(content.get(name) or "") for name in ("host", "pid", "since"))),
        )
        return unlock(archive.path, family)


def unlocked(archive: Archive) -> list[dict[str, Any]]:
    """Every lock that was removed by hand, oldest first."""
    return archive.query("SELECT locked, date, reason, host, pid, since FROM unlocked ORDER BY unlock_number")


def locks(archive: Path) -> list[tuple[str, dict[str, Any], str]]:
    """Every lock: family, what it says, state of its owner."""
    found = []
    for path in sorted((archive / "locks").glob("*.lock")):
        content = read_lock(path)
        if content is not None:
            found.append((path.name.removesuffix(".lock"), content, owner_state(content)))
    return found
