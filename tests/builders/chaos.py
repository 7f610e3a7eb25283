"""Runs of a small family that are killed, starved or hurried, and what must be true of their files afterwards."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from builders.runs import DAY, digests
from filiation.ledger.entry import FOLDER, read_entry
from filiation.workflow_run import MARK

# Commands of the steps of a family that starts from stored calls, in an order in which they may run.
STORED_STEPS = ("write-pedigree", "record-run", "normalise", "quality", "screen", "annotate", "prioritise", "report")
FASTQ_STEPS = (
    *("prepare-reference", "index-reference", "align", "mark-duplicates", "call", "gather-calls", "normalise"),
    *("coverage", "screen", "annotate", "prioritise", "recheck", "read-views", "report"),
)
TARGETS = ("driver", "job", "both")
_PATIENCE = 300.0
# What takes minutes and adds little to a single day's changes.
every_night = pytest.mark.skipif(not os.environ.get("CHAOS_NIGHT"), reason="runs in make test-chaos (CHAOS_NIGHT=1)")


def copy_inputs(source: Path, target: Path) -> Path:
    """The inputs of a family in another folder, without results."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    return target


def environment(folder: Path, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The day of all runs, and locks in a folder of the test's own."""
    return {**os.environ, **DAY, "FILIATION_LOCKS": str(folder.parent / "locks"), **(changes or {})}


def run_command(folder: Path, *options: str, cores: int = 2) -> list[str]:
    """`filiation run` as a process of its own; inputs were checked when they were made."""
    command = [sys.executable, "-m", "filiation", "run", "--config", "config/config.yaml", "--directory", str(folder)]
    return [*command, "--cores", str(cores), "--no-check", *options]


def run(folder: Path, *options: str, cores: int = 2, **changes: str) -> subprocess.CompletedProcess[str]:
    """A run to its end; `changes`: variables of the environment."""
    return subprocess.run(
        run_command(folder, *options, cores=cores),
        cwd=folder,
        env=environment(folder, changes),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def finish(folder: Path, **changes: str) -> None:
    """A run that must succeed."""
    done = run(folder, **changes)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def started(folder: Path, **changes: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run at work, in a session of its own, and the file of what it says."""
    said = folder.parent / f"{folder.name}.said.txt"
    with open(said, "wb") as sink:
        driver = subprocess.Popen(
            run_command(folder), stdout=sink, stderr=sink, cwd=folder,
            env=environment(folder, changes), start_new_session=True,
        )  # fmt: skip
    try:
        yield driver, said
    finally:
        with suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()


def job_of(driver: int, step: str) -> psutil.Process | None:
    """The process of a step below a driver."""
    with suppress(psutil.Error):
        for process in psutil.Process(driver).children(recursive=True):
            with suppress(psutil.Error):
                words = process.cmdline()
                if words[1:3] == ["-m", "filiation"] and words[3:4] == [step]:
                    return process
    return None


def wait_for_step(driver: subprocess.Popen[bytes], step: str, said: Path) -> psutil.Process | None:
    """The process of a step once it has begun; None when the run ended without it."""
    deadline = time.monotonic() + _PATIENCE
    while driver.poll() is None:
        if found := job_of(driver.pid, step):
            return found
        assert time.monotonic() < deadline, said.read_text(errors="replace")
        time.sleep(0.01)
    return None


def kill(target: str, driver: subprocess.Popen[bytes], job: psutil.Process) -> None:
    """kill -9 of the driver, of a step, or of everything that the run started."""
    if target == "driver":
        driver.kill()
        driver.wait(timeout=60)
    elif target == "job":
        with suppress(psutil.Error):
            job.kill()
        driver.wait(timeout=_PATIENCE)
    else:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait(timeout=60)


def damaged(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """Files that stand under their own name and are not those of an undisturbed run.

    Between two runs this must be none: a file appears under its name when it is complete. Temporary names begin with a
    point, and ledger entries of steps that were not finished may be absent.
    """
    found = {name: digest for name, digest in digests(folder).items() if not Path(name).name.startswith(".")}
    return [name for name, digest in found.items() if name in expected and expected[name] != digest]


@dataclass
class Tally:
    """How many kills there were, and how many of them struck."""

    trials: int = 0
    struck: int = 0


def durations(finished: Path) -> dict[str, float]:
    """{command: seconds} that the steps of a finished run took, where Snakemake measured them."""
    found: dict[str, float] = {}
    for path in sorted((finished / "logs" / "benchmarks").rglob("*.tsv")):
        seconds = float(path.read_text(encoding="utf-8").splitlines()[1].split()[0])
        name = path.parent.name.replace("_", "-")
        found[name] = max(found.get(name, 0.0), seconds)
    return found


def chain(
    folder: Path, finished: Path, steps: Sequence[str], generator: random.Random, tally: Tally, most: int
) -> None:
    """Kill a family's run at one step after the other, take it to its end, and compare every byte.

    Each step is killed at a random moment of the time that it took in the finished run, which may come after its end
    this time; whose process dies is random too. After each kill nothing that stands under its own name may be wrong.
    """
    expected, seconds = digests(finished), durations(finished)
    for step in steps:
        if tally.trials >= most:
            break
        target = generator.choice(TARGETS)
        with started(folder) as (driver, said):
            job = wait_for_step(driver, step, said)
            tally.trials += 1
            if job is not None:
                time.sleep(generator.random() * 0.8 * seconds.get(step, 0.4))
                tally.struck += job.is_running()
                kill(target, driver, job)
        assert damaged(folder, expected) == [], f"{step}, {target} killed"
    finish(folder)
    assert_same(folder, expected)
    assert living(folder) == []


def starving_chain(
    folder: Path,
    finished: Path,
    left: dict[str, int],
    generator: random.Random,
    tally: Tally,
    *,
    disk: Path | None = None,
) -> None:
    """Take the room from a family's run at one step after the other, and compare every byte.

    A step has less than its largest output in the finished run: of a file, or of the whole `disk` that the folder
    stands on. Nothing that stands under its own name may be wrong afterwards. `left`: {step: trials that it still
    needs}, in an order in which they may run.
    """
    expected, largest = digests(finished), largest_outputs(finished)
    filler = disk / "filler" if disk is not None else None
    changes = {"TMPDIR": str(disk)} if disk is not None else {}
    for step in [step for step, trials in left.items() if trials]:
        room = int(generator.random() * largest[step])
        with started(folder, **changes) as (driver, said):
            job = wait_for_step(driver, step, said)
            if job is None:
                # It came to its end beside the step before, which failed, and the run has now come to its own.
                break
            tally.trials += 1
            left[step] -= 1
            if filler is not None:
                fill(filler)
                os.truncate(filler, max(0, filler.stat().st_size - room))
            else:
                with suppress(psutil.Error):
                    job.rlimit(psutil.RLIMIT_FSIZE, (room, psutil.RLIM_INFINITY))
            tally.struck += driver.wait(timeout=_PATIENCE) == 1
        assert damaged(folder, expected) == [], f"{step}, {room} bytes"
        if filler is not None:
            filler.unlink()
    finish(folder, **changes)
    assert_same(folder, expected)


def fill(path: Path) -> None:
    """Write a file until the disk takes no more."""
    with open(path, "wb", buffering=0) as sink:
        while True:
            try:
                sink.write(bytes(1024**2))
            except OSError:
                return


def largest_outputs(finished: Path) -> dict[str, int]:
    """{command: bytes of the largest file} that the steps of a finished run wrote."""
    found: dict[str, int] = {}
    for path in finished.rglob(f"{FOLDER}/*.json"):
        entry = read_entry(path)
        found[entry.command] = max(found.get(entry.command, 0), entry.output.bytes)
    return found


def assert_same(folder: Path, expected: Mapping[str, str]) -> None:
    """Every file of the results, and every byte."""
    found = digests(folder)
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


def living(folder: Path) -> list[psutil.Process]:
    """Processes of a folder's runs that are still there."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(folder.resolve()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of some megabytes (root only, and where mounting is allowed); raises OSError elsewhere."""
    folder.mkdir(parents=True)
    if not shutil.which("mount") or os.geteuid() != 0:
        raise OSError("only root mounts")
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0750", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        raise OSError("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


# Put before all else on PYTHONPATH: changes what a step of the workflow leaves, as a bad file system or clock would.
MEDDLER = """
import atexit, os, subprocess, sys, time

def outputs():
    words = sys.argv
    for option in ("--output", "--candidates", "--table"):
        if option in words:
            yield words[words.index(option) + 1]

def late():
    for path in outputs():
        if os.path.isfile(path):
            hidden = path + ".late"
            os.rename(path, hidden)
            subprocess.Popen(["sh", "-c", f"sleep 1.5; mv '{hidden}' '{path}'"], start_new_session=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def skewed():
    for path in outputs():
        if os.path.isfile(path):
            when = time.time() + float(os.environ["CHAOS_SKEW"])
            os.utime(path, (when, when))

words = getattr(sys, "orig_argv", [])
if "-m" in words and "filiation" in words and os.environ.get("CHAOS_STEP", "none") in words:
    atexit.register(late if os.environ["CHAOS"] == "late" else skewed)
"""


def meddling(folder: Path, kind: str, step: str, skew: str = "0") -> dict[str, str]:
    """The environment under which a step's outputs come late, or with times of another clock."""
    place = folder.parent / "meddler"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(MEDDLER, encoding="utf-8")
    path = f"{place}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return {"PYTHONPATH": path, "CHAOS": kind, "CHAOS_STEP": step, "CHAOS_SKEW": skew}
