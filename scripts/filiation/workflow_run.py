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
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import IO

import psutil

from filiation.cluster import lost, slurm, submission
from filiation.cluster.costs import write_costs
from filiation.cluster.preflight import check_cluster
from filiation.cluster.profile import Profile, job_name_prefix
from filiation.errors import ConfigError, FaultList, FiliationError, ToolError
from filiation.io.files import remove_abandoned_directories
from filiation.io.sheet import SampleSheet
from filiation.ledger.entry import CACHE_VARIABLE
from filiation.run_safety import (
    DiskWatch,
    Redaction,
    guarded,
    made_anew,
    needed_bytes,
    refuse_unsafe_options,
    require_disk,
    safe_environment,
)
from filiation.workflow_command import job_counts, plan_jobs, snakemake_command
from filiation.workflow_inputs import WorkflowInputs
from filiation.workflow_plan import jobs_of_many
from filiation.workflow_progress import Progress, failure_text

MARK = "FILIATION_RUN_DIRECTORY"
LOCK_NAME = ".filiation.lock"
# Temporary names of `io.files.atomic_path`, files named after them, and the folder of an unfinished aligner index.
_PART = re.compile(r"^\.(.+\.\d+|index-\w+)\.part(\..+)?$")
_NOTHING = "nothing to do: every output is there and newer than its inputs"
# How long Snakemake may take to end its jobs when we are told to stop.
_PATIENCE = 15.0
# Snakemake was stopped because SLURM had lost its jobs, and how often it is started.
_LOST, _ROUNDS = 3, 3


def run_workflow(
    config: Path,
    directory: Path,
    cores: int,
    extra: Sequence[str] = (),
    *,
    sheet: SampleSheet | None = None,
    inputs: WorkflowInputs | None = None,
    dry_run: bool = False,
    profile: Profile | None = None,
) -> int:
    """Plan and run the workflow in `directory`; returns 0, or 1 when a step failed.

    sheet : people whose data the jobs work on, by the size of which their costs are compared; None keeps no costs.
    inputs : sheet and configuration, from which the jobs of many families are told at once; None asks Snakemake.
    profile : where the jobs go; None is this machine. cores : of this machine; on a cluster, for the small steps that
    are not worth a job. Raises FiliationError when another run holds the folder, the plan cannot be made, or the
    cluster would not take it.
    """
    refuse_unsafe_options(extra)
    directory = directory.resolve()
    whole = snakemake_command(config, directory, submission.options(profile, cores, directory))
    command = [*whole, *extra]
    died = _previous_run_died(directory)
    with run_lock(directory) as run_id, guarded(sheet, directory) as verified:
        marks = {MARK: str(directory), "FILIATION_RUN_ID": run_id, CACHE_VARIABLE: str(verified)}
        environment = submission.environment(profile, safe_environment(os.environ) | marks)
        end_cluster_leftovers(profile, directory)
        end_leftovers(directory)
        remove_parts(directory / "results")
        _release_snakemake_lock(command, directory, environment)
        command += made_anew(directory, _say)
        many = None if extra or inputs is None else jobs_of_many(inputs, command, directory, environment)
        steps = _plan(Counter([*(job.rule for job in many), "all"]) if many else job_counts(command, environment))
        if steps and profile and profile.on_cluster:
            faults = check_cluster(profile, many or plan_jobs(command, (), environment), directory)
            if faults:
                raise FaultList(faults)
        if dry_run:
            if not steps:
                _say(_NOTHING)
            return 0
        code = 0
        if steps:
            require_disk(directory, needed_bytes(sheet, directory))
            try:
                code = _execute_to_the_end(command, environment, directory, profile)
            finally:
                end_cluster_leftovers(profile, directory)
                if sheet is not None:
                    write_costs(directory, sheet)
        else:
            _say(_NOTHING)
        tidy = code == 0 and (steps or died) and not {"--notemp", "--no-temp", "--nt"} & set(extra)
        # Without further options all was asked for, and all is there; otherwise only a plan can tell.
        if tidy and (not extra or not job_counts(whole, environment)):
            _remove_temporary_outputs(whole, environment)
        return code


def _say(text: str) -> None:
    """One line for the user; a terminal that went away is no reason to stop a run."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


@contextmanager
def run_lock(directory: Path) -> Iterator[str]:
    """Hold a folder for one run; the kernel releases the lock when the holder dies, however it dies."""
    path = directory / LOCK_NAME
    run_id = uuid.uuid4().hex
    try:
        directory.mkdir(parents=True, exist_ok=True)
        opened = open(path, "a+", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise ConfigError(
            f"the working folder cannot be written: {error.strerror}",
            where=str(directory),
            expected="a folder of yours",
            repair="give another folder with --directory",
        ) from None
    with opened as handle:
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


def is_at_work(directory: Path) -> bool:
    """Whether a run holds the folder now."""
    with suppress(OSError), open(directory / LOCK_NAME, encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _previous_run_died(directory: Path) -> bool:
    """Whether the last holder of the lock left its name behind, which it removes when it ends by itself."""
    with suppress(OSError):
        return (directory / LOCK_NAME).stat().st_size > 0
    return False


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

    Called with the lock held, so that whatever carries the folder's mark has lost its driver. Raises ToolError
    when one of them cannot be ended, since it may still write.
    """
    spared = _ancestors()
    ended: set[int] = set()
    deadline = time.monotonic() + 30
    # Again until none is found: one that dies may just have started another.
    while found := [p for p in psutil.process_iter() if p.pid not in spared and _belongs_to(p, directory)]:
        for process in found:
            with suppress(psutil.Error):
                process.kill()
            ended.add(process.pid)
        _, alive = psutil.wait_procs(found, timeout=5)
        if alive and time.monotonic() > deadline:
            raise ToolError(
                f"process {alive[0].pid}, left behind by a killed run, cannot be ended",
                where=str(directory),
                expected="no process that still writes here",
                repair=f"end it (kill -9 {alive[0].pid}), or restart the machine, and start again",
            )
    if ended:
        _say(f"ended {len(ended)} process(es) that a killed run had left in this folder")
    return len(ended)


def remove_parts(folder: Path) -> int:
    """Remove what killed steps left: half-written files under their temporary names, and scratch folders.

    Returns how many files there were. Called when no step of this folder is alive.
    """
    parts = [path for path in folder.rglob(".*.part*") if _PART.match(path.name)]
    for path in parts:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if parts:
        _say(f"removed {len(parts)} half-written file(s) of a killed run")
    if abandoned := remove_abandoned_directories():
        _say(f"removed {abandoned} scratch folder(s) of killed steps")
    return len(parts)


def end_cluster_leftovers(profile: Profile | None, directory: Path) -> int:
    """End the cluster's jobs that a dead run of this folder left; returns how many there were.

    Called with the lock held: whatever carries the folder's name has lost its driver, and would write files that the
    new run writes too.
    """
    if profile is None or profile.executor != "slurm":
        return 0
    ended = slurm.cancel(job_name_prefix(directory))
    if ended:
        _say(f"ended {ended} job(s) of the cluster that a dead run had left")
    return ended


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


def _plan(jobs: Mapping[str, int]) -> int:
    """Print the jobs that are to run, by rule; returns how many there are."""
    total = sum(jobs.values())
    if total:
        names = [f"{name} {count}" for name, count in jobs.items() if name != "all"]
        _say(f"plan: {total} jobs ({', '.join(names)})")
    return total


def _remove_temporary_outputs(whole: list[str], environment: dict[str, str]) -> None:
    """Remove the intermediate files that a killed run had no time to remove; only when no step needs them."""
    subprocess.run(
        [*whole, "--delete-temp-output"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _execute_to_the_end(
    command: list[str], environment: dict[str, str], directory: Path, profile: Profile | None
) -> int:
    """Run Snakemake; once more when the cluster has lost the jobs that it waits for."""
    for again in range(_ROUNDS):
        code = _execute(command, environment, directory, profile, again=again > 0)
        if code != _LOST:
            return code
        end_cluster_leftovers(profile, directory)
        end_leftovers(directory)
        remove_parts(directory / "results")
        _release_snakemake_lock(command, directory, environment)
    raise ToolError(
        f"SLURM has lost jobs of this run {_ROUNDS} times",
        expected="a job that is in the queue until it has ended",
        repair="ask the cluster's administrators, and run the same command again: finished steps are kept",
    )


def _execute(
    command: list[str], environment: dict[str, str], directory: Path, profile: Profile | None, *, again: bool = False
) -> int:
    """Run Snakemake, one line a finished step, its stream in logs/; returns 0, 1 when a step failed, or _LOST."""
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
    progress = Progress(started, _say)
    redaction = Redaction(directory, os.environ)
    watch = DiskWatch(directory)
    on_slurm = profile is not None and profile.executor == "slurm"
    watched = lost.watch(process, job_name_prefix(directory), submission.patience()) if on_slurm else None
    try:
        with (
            _stop_signals(),
            watch,
            open(log, "a" if again else "w", 1, "utf-8") as sink,
            watched or nullcontext(),
        ):
            for line in process.stdout:
                sink.write(redaction.line(line))
                progress.show(line)
                if watched:
                    watched.heard()
            code = process.wait()
    except BaseException:
        _stop(process, directory)
        if watch.problem:
            raise ToolError(watch.problem, repair="free space there, and run the same command again") from None
        raise
    finally:
        redaction.logs_of_snakemake(directory)
    if watched and watched.lost:
        _say("SLURM does not know the jobs that this run waits for; going on from the finished steps")
        return _LOST
    if code < 0:
        # Its steps do not know that it is gone.
        end_leftovers(directory)
        progress.failures.append(f"snakemake itself, by signal {-code} (out of memory?)")
    if code != 0:
        _say(failure_text(progress.failures, log))
        return 1
    _say(f"finished in {time.monotonic() - started:.0f} s")
    return 0


@contextmanager
def _stop_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an error while the block runs, so that no step outlives us."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise FiliationError(
            f"stopped by {signal.Signals(number).name}; finished steps are kept", repair="run the same command again"
        )

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Under nohup the user wants the run to outlive the terminal.
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[str], directory: Path) -> None:
    """Let Snakemake and its steps tidy up and end, as Ctrl-C does; what is still there after a while is killed."""
    spared = _ancestors()
    for other in psutil.process_iter():
        if other.pid not in spared and _belongs_to(other, directory):
            with suppress(psutil.Error):
                other.send_signal(signal.SIGINT)
    try:
        # Reads what it still says, so that it does not wait for us.
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    end_leftovers(directory)
