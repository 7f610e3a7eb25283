"""Running the workflow: one run a folder, plan first, progress, and a restart that is safe after any death.

A driver that was killed leaves jobs behind that still write. Before anything starts, such leftovers of this
folder are found by the mark in their environment and ended; only then is Snakemake's own lock taken away and the
unfinished steps repeated.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil

from filiation.config import WORKFLOW
from filiation.errors import ConfigError, FiliationError, ToolError

MARK = "FILIATION_RUN_DIRECTORY"
LOCK_NAME = ".filiation.lock"
# Options of Snakemake that take away what makes a restart safe.
_REFUSED = {
    "--nolock": "two runs would write the same files",
    "--keep-incomplete": "half-written files would be taken for finished ones",
    "--ignore-incomplete": "half-written files would be taken for finished ones",
}


def run_workflow(
    config: Path,
    directory: Path,
    cores: int,
    extra: Sequence[str] = (),
    *,
    dry_run: bool = False,
) -> int:
    """Plan and run the workflow in `directory`; returns 0, or 1 when a step failed.

    Raises FiliationError when another run holds the folder or the plan cannot be made.
    """
    for option in extra:
        name = option.split("=", 1)[0]
        if name in _REFUSED:
            raise ConfigError(f"{name} is not accepted: {_REFUSED[name]}", repair="leave the option out")
    if not (WORKFLOW / "Snakefile").is_file():
        raise FiliationError(
            f"no workflow at {WORKFLOW}",
            expected="the repository's workflow/Snakefile beside the package",
            repair="install from a clone: pip install -e .",
        )
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        str(WORKFLOW / "Snakefile"),
        "--directory",
        str(directory),
        "--configfile",
        str(config.resolve()),
        "--cores",
        str(cores),
        *extra,
    ]
    with run_lock(directory) as run_id:
        environment = {**os.environ, MARK: str(directory), "FILIATION_RUN_ID": run_id}
        end_leftovers(directory)
        _release_snakemake_lock(command, directory, environment)
        steps = _plan(command, environment)
        if dry_run or not steps:
            if not steps:
                print("nothing to do: every output is there and newer than its inputs", file=sys.stderr)
            return 0
        return _execute(command, environment, directory)


@contextmanager
def run_lock(directory: Path) -> Iterator[str]:
    """Hold a folder for one run; the kernel releases the lock when the holder dies, however it dies."""
    path = directory / LOCK_NAME
    run_id = uuid.uuid4().hex
    with open(path, "a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            raise FiliationError(
                f"another run is at work in this folder ({_holder(handle)})",
                where=str(directory),
                expected="one run at a time",
                repair="wait for it, or stop it (Ctrl-C in its terminal), and start again",
            ) from None
        handle.seek(0)
        handle.truncate()
        json.dump({"host": socket.gethostname(), "pid": os.getpid(), "run": run_id}, handle)
        handle.flush()
        try:
            yield run_id
        finally:
            handle.seek(0)
            handle.truncate()


def _holder(handle: IO[str]) -> str:
    """Host and process of whoever holds the lock, as far as the file says."""
    try:
        data = json.load(handle)
        return f"process {data['pid']} on {data['host']}"
    except (ValueError, KeyError):
        return "it did not leave its name"


def _belongs_to(process: psutil.Process, directory: Path) -> bool:
    """Whether a process was started by a run of this folder."""
    try:
        return process.environ().get(MARK) == str(directory)
    except (psutil.Error, OSError):
        # Another user's process, or one that has just ended: not ours.
        return False


def _ancestors() -> set[int]:
    """This process and those it was started from; a run inside a marked shell must not end its own parents."""
    try:
        own = psutil.Process()
        return {own.pid, *(parent.pid for parent in own.parents())}
    except psutil.Error:
        return {os.getpid()}


def end_leftovers(directory: Path) -> int:
    """End the processes that a killed run of this folder left behind; returns how many there were.

    Called with the lock held, so that whatever carries the folder's mark has lost its driver.
    """
    spared = _ancestors()
    found = [p for p in psutil.process_iter() if p.pid not in spared and _belongs_to(p, directory)]
    for process in found:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    if found:
        psutil.wait_procs(found, timeout=30)
        print(f"ended {len(found)} process(es) that a killed run had left in this folder", file=sys.stderr)
    return len(found)


def _release_snakemake_lock(command: list[str], directory: Path, environment: dict[str, str]) -> None:
    """Take away Snakemake's lock of a run that is dead; refuse when a plain `snakemake` is alive here."""
    locks = directory / ".snakemake" / "locks"
    if not locks.is_dir() or not any(locks.iterdir()):
        return
    spared = _ancestors()
    for process in psutil.process_iter():
        try:
            if process.pid in spared or "snakemake" not in " ".join(process.cmdline()):
                continue
            if Path(process.cwd()) == directory:
                raise FiliationError(
                    f"a snakemake is at work in this folder (process {process.pid})",
                    where=str(directory),
                    expected="one run at a time",
                    repair="wait for it or stop it, and start again",
                )
        except (psutil.Error, OSError):
            continue
    done = subprocess.run([*command, "--unlock"], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ToolError(f"the lock of a dead run could not be released:\n{done.stderr.strip()[-1000:]}")


def _plan(command: list[str], environment: dict[str, str]) -> int:
    """Print the jobs that are to run, by rule; returns how many there are."""
    done = subprocess.run(
        [*command, "--dry-run", "--quiet", "rules"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    text = done.stdout + done.stderr
    if done.returncode != 0:
        raise FiliationError(_plan_problem(text))
    found = re.search(r"^job\s+count\n[-\s]+\n(?P<body>(?:.+\n)+?)total\s+(?P<total>\d+)", text, re.MULTILINE)
    if not found:
        return 0
    jobs = [line.split() for line in found["body"].splitlines() if line.split()]
    names = [f"{name} {count}" for name, count in jobs if name != "all"]
    print(f"plan: {int(found['total'])} jobs ({', '.join(names)})", file=sys.stderr)
    return int(found["total"])


def _plan_problem(text: str) -> str:
    """The useful part of Snakemake's words when it cannot plan: ours first, without its frames."""
    kept = [
        line
        for line in text.splitlines()
        if line.strip()
        and not line.startswith(("Using workflow specific", "Assuming unrestricted", "host:", "Building DAG"))
        and not re.match(r'\s*File ".*", line \d+', line)
    ]
    return "the workflow cannot be planned:\n  " + "\n  ".join(kept[-30:])


def _execute(command: list[str], environment: dict[str, str], directory: Path) -> int:
    """Run Snakemake, turning its stream into one line a finished step; keep the stream in logs/."""
    log = directory / "logs" / "run.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    progress = Progress(started)
    with open(log, "w", encoding="utf-8") as sink:
        for line in process.stdout:
            sink.write(line)
            progress.show(line)
        code = process.wait()
    failures = progress.failures
    if code != 0:
        print(_failure_text(failures, log), file=sys.stderr)
        return 1
    print(f"finished in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


_FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
_STEPS = re.compile(r"(\d+) of (\d+) steps")
_FAILED = re.compile(r"Error in rule (\w+)")
_FAILED_LOG = re.compile(r"\s+log: (\S+) \(check log file\(s\)")


class Progress:
    """One line for each finished step; failed rules and their logs are collected."""

    def __init__(self, started: float) -> None:
        self.started = started
        self.rule = ""
        self.failures: list[str] = []

    def show(self, line: str) -> None:
        """Take one line of Snakemake's output."""
        if found := _FINISHED.search(line):
            self.rule = found[1]
        elif found := _STEPS.search(line):
            elapsed = time.monotonic() - self.started
            print(f"[{int(found[1]):>4}/{found[2]}] {elapsed:6.0f} s  {self.rule}", file=sys.stderr, flush=True)
        elif found := _FAILED.search(line) or _FAILED_LOG.match(line):
            self.failures.append(found[1])


def _failure_text(failures: list[str], log: Path) -> str:
    """Which steps failed, with the last lines that each of them wrote."""
    parts = []
    for item in dict.fromkeys(failures):
        path = log.parent.parent / item
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
            parts.append(f"{item}:\n    " + "\n    ".join(lines or ["(empty log)"]))
        else:
            parts.append(f"failed step: {item}")
    summary = "\n".join(parts) or "snakemake stopped"
    return f"{summary}\nwhole output: {log}\nrepair the cause and run the same command again: finished steps are kept"
