"""The `filiation` command, killed by signal 9 just before a chosen step that changes a file, or at a chosen moment.

A small process imports the package once and forks for each command, so that a trial costs what the command costs. The
child counts its own steps: every file opened for writing, renamed, linked, removed, every folder made, every fsync
inside one folder (the audit events of Python), and every statement that a database there is given. Nothing of this is
in the package; it does not know that it is watched.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

# Imported before the first fork; none of them starts a thread by being imported.
PRELOADED = ("numpy", "pyarrow.parquet", "pyarrow.dataset", "duckdb", "pysam", "numba", "filiation.__main__")
# Audit event of Python → which of its arguments is the path. A path opened for reading is no step.
WRITING = {
    "os.rename": 1,
    "os.remove": 0,
    "os.mkdir": 0,
    "os.rmdir": 0,
    "os.link": 1,
    "os.symlink": 1,
    "os.truncate": 0,
}
OUTCOME, KILLED = "outcome", -signal.SIGKILL


class Steps:
    """Counts the steps of this process inside a folder; kills it before the one that was chosen."""

    def __init__(self, folder: Path, chosen: int | None) -> None:
        self.folder, self.chosen, self.names = str(folder.resolve()), chosen, []  # type: tuple[str, int | None, list[str]]
        self._fsync, self._connect = os.fsync, sqlite3.connect

    def take(self, kind: str, path: str) -> None:
        """Count one step; never returns from the chosen one."""
        self.names.append(f"{kind} {os.path.relpath(path, self.folder)}")
        if self.chosen == len(self.names) - 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def _inside(self, path: Any) -> str | None:
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        whole = os.path.abspath(os.fsdecode(path))
        return whole if whole == self.folder or whole.startswith(self.folder + os.sep) else None

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook."""
        if event == "open":
            path, mode, flags = arguments
            writes = any(sign in (mode or "") for sign in "wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
            if writes and (found := self._inside(path)):
                self.take("open", found)
        elif event in WRITING and (found := self._inside(arguments[WRITING[event]])):
            self.take(event.removeprefix("os."), found)

    def fsync(self, descriptor: Any) -> None:
        """In place of os.fsync."""
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        if found := self._inside(os.readlink(f"/proc/self/fd/{number}")):
            self.take("fsync", found)
        self._fsync(descriptor)

    def connect(self, database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        """In place of sqlite3.connect."""
        connection = self._connect(database, *arguments, **options)
        # With room for a page or two SQLite writes to the file long before COMMIT, as a large transaction does: a kill
        # then leaves a half-written database and a journal that the next one must roll back.
        connection.execute("PRAGMA cache_size = 1")
        named = str(database).removeprefix("file:").partition("?")[0]
        if found := self._inside(named):
            connection.set_trace_callback(lambda text: self._statement(found, text))
        return connection

    def _statement(self, path: str, text: str) -> None:
        word = text.split(None, 1)[0].upper() if text.strip() else ""
        if word not in ("SELECT", "PRAGMA"):
            self.take(f"sql {word}", path)

    def install(self) -> None:
        """Begin to count."""
        sys.addaudithook(self.audit)
        os.fsync = self.fsync  # type: ignore[assignment]
        sqlite3.connect = self.connect  # type: ignore[assignment]


@dataclass(frozen=True)
class Outcome:
    """How a command ended: exit code (negative: signal), its steps (of one that was not killed), words and seconds."""

    code: int
    steps: list[str]
    text: str
    seconds: float


def _child(request: dict[str, Any]) -> None:
    """Run one command in a forked process; what it says and its steps go to files of the folder `notes`."""
    notes = Path(request["notes"])
    os.chdir(request["cwd"])
    with open(notes / "said", "w", encoding="utf-8") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    steps = Steps(Path(request["folder"]), request["step"])
    steps.install()
    code = 1
    try:
        from filiation.__main__ import main

        code = main(request["arguments"]) or 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    steps.chosen = None
    (notes / "steps").write_text(json.dumps(steps.names), encoding="utf-8")
    os._exit(code)


def _serve() -> None:
    """The process that forks: one request a line on stdin, one answer a line on stdout."""
    for name in PRELOADED:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        request = json.loads(line)
        if not (child := os.fork()):
            _child(request)
        if (after := request["after"]) is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), file=answers, flush=True)


class Commands:
    """Runs `filiation` commands on an archive, whole or killed."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        notes.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Commands:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.close()
        self._server.wait(timeout=30)
        self._server.stdout.close()

    def run(
        self, folder: Path, arguments: Sequence[str | Path], *, step: int | None = None, after: float | None = None
    ) -> Outcome:
        """Run a command in a folder, which holds all that it may change; `step`: killed before it; `after`: seconds."""
        for name in ("said", "steps"):
            (self.notes / name).unlink(missing_ok=True)
        request = {
            "folder": str(folder),
            "arguments": list(map(str, arguments)),
            "step": step,
            "after": after,
            "cwd": str(folder),
            "notes": str(self.notes),
        }
        assert self._server.stdin
        assert self._server.stdout
        with self._one_at_a_time:
            started = time.perf_counter()
            print(json.dumps(request), file=self._server.stdin, flush=True)
            code = json.loads(self._server.stdout.readline())
            seconds = time.perf_counter() - started
        steps = self.notes / "steps"
        names = json.loads(steps.read_text("utf-8")) if steps.is_file() else []
        said = (self.notes / "said").read_text("utf-8") if (self.notes / "said").is_file() else ""
        return Outcome(code, names, said, seconds)


def database_text(path: Path) -> str:
    """Everything that a database holds, as SQL; the bytes of its file depend on what was deleted in it before."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return "\n".join(connection.iterdump())


def content(folder: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> dict[str, bytes]:
    """{path: bytes} of every file of a folder; of a database its content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            found[name] = database_text(path).encode() if path.suffix == ".sqlite" else read(path)
    return found


if __name__ == "__main__":
    _serve()
