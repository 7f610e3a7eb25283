"""A family of two steps on a scheduler of shell scripts, what may befall a job, and what is true at the end.

The scripts lie in tests/slurm/fake; the run is that of `filiation run` with the profile that ships.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psutil
import yaml

from filiation.config import REPOSITORY

FAKE = REPOSITORY / "tests" / "slurm" / "fake"
TINY = REPOSITORY / "tests" / "slurm" / "tiny"
INPUT = "reads of nobody\n"
# {kind: what SLURM does}; each has two variants, which the trials take in turn.
KINDS = {
    "lost": "a job is accepted, and is in no queue",
    "vanished": "a job that runs is in no queue any more, and its node ends it at once, or later",
    "failed-but-ran": "sbatch says that it failed, and the job runs; the queue shows it at once, or seconds later",
    "double-submit": "one sbatch makes two jobs, and tells of the second, or of the first",
    "accounting-away": "sacct does not answer for some time",
    "queue-away": "squeue does not answer for some time",
    "preempted": "a job is pre-empted, and put back, or gone for good",
    "memory": "a job is ended for its memory",
    "time-limit": "a job is ended for its time",
    "node-failed": "the node of a job fails, and SLURM puts the job back while it is submitted again, or does not",
    "requeued": "a job is ended and put back under its number",
    "cancelled": "a job is cancelled while it runs, or while it waits",
    "late-output": "outputs are seen seconds after the job has ended, or later than they are waited for",
    "clock-skew": "outputs bear the time of a clock that is 90 s behind, or before",
    "lies": "a job that runs has failed, says the queue, or is done",
}
# A second completed execution is right only where the first one's output was not to be seen, or not believed.
_AGAIN = {"late-output", "lies", "clock-skew"}
_DRIVER = """import sys; from pathlib import Path
import filiation.workflow_command as command; import filiation.workflow_run as run
from filiation.cluster.profile import load_profile
from filiation.errors import FiliationError
command.WORKFLOW = Path(sys.argv[1])
try:
    profile = load_profile(sys.argv[2])
    sys.exit(run.run_workflow(Path("config/config.yaml"), Path("."), 2, ["--notemp"], profile=profile))
except FiliationError as error:
    sys.exit(error.message())
"""


@dataclass
class Trial:
    """One run under one fault; folder : its working folder, with the scheduler's state in folder/slurm.

    kind : of KINDS, or `none`; options : of the profile, beyond those that ship.
    """

    folder: Path
    kind: str
    number: int = 0
    options: dict[str, object] = field(default_factory=dict)

    def prepare(self) -> None:
        """Input, profile and fault: which step, how late and which variant depend on kind and number."""
        generator = random.Random(f"{self.kind} {self.number}")
        for name in ("config", "slurm/jobs", "profile", "workflow"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "workflow" / "Snakefile").write_bytes((TINY / "Snakefile").read_bytes())
        (self.folder / "config" / "input.txt").write_text(INPUT)
        (self.folder / "config" / "config.yaml").write_text("{}\n")
        settings = yaml.safe_load((REPOSITORY / "workflow" / "profiles" / "slurm" / "config.yaml").read_text())
        del settings["groups"]
        settings |= {
            "slurm-init-seconds-before-status-checks": 2,
            "seconds-between-status-checks": 1,
            "latency-wait": 6,
            "slurm-no-account": True,
            **self.options,
        }
        if settings["executor"] != "slurm":
            settings = {key: value for key, value in settings.items() if "slurm" not in key}
        (self.folder / "profile" / "config.yaml").write_text(yaml.safe_dump(settings))
        work = generator.choice(("piece:", "whole:"))
        # Below 2: seconds after the job's start, before its step; above: in the step, after the fraction of a second.
        delay = f"{generator.choice((0, 1, 2, 2))}.{generator.randint(10, 80)}"
        (self.folder / "slurm" / "fault").write_text(f"{self.kind} {work} {delay} {self.number % 2}\n")
        if self.kind == "accounting-away":
            (self.folder / "slurm" / "accounts").touch()

    def run(self, patience: float = 900) -> subprocess.CompletedProcess[str]:
        """The run to its end; one that hangs is ended, with 124 and what its processes were at."""
        environment = {
            **os.environ,
            "FAKE_SLURM": str(self.folder / "slurm"),
            "PATH": f"{FAKE}:{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY / "scripts"),
            # As short as the trials are.
            "FILIATION_SLURM_PATIENCE": "60",
            "FILIATION_SLURM_LAG": "3",
            # What is ended because it hangs says where.
            "PYTHONFAULTHANDLER": "1",
        }
        command = [sys.executable, "-c", _DRIVER, str(self.folder / "workflow"), str(self.folder / "profile")]
        driver = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            said, errors = driver.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            at_work = subprocess.run(["ps", "-e", "-o", "pid,ppid,stat,wchan:24,etime,args"], capture_output=True)
            for process in reversed([psutil.Process(driver.pid), *psutil.Process(driver.pid).children(recursive=True)]):
                with suppress(psutil.Error):
                    process.send_signal(signal.SIGABRT)
            said, errors = driver.communicate()
            log = "\n".join(_lines(self.folder / "logs" / "run.log")[-80:])
            return subprocess.CompletedProcess(command, 124, at_work.stdout.decode(), f"{log}\n{errors}")
        return subprocess.CompletedProcess(command, driver.returncode, said, errors)

    def stood_still(self) -> list[str]:
        """Jobs that the scheduler ended at their time limit, and the last frames of each: a run gets over them."""
        found = []
        for path in sorted((self.folder / "slurm").glob("overdue.*")):
            log = self.folder / "slurm" / "jobs" / path.suffix[1:] / "output"
            frames = [line.strip() for line in _lines(Path(log.read_text().strip())) if line.startswith("  File ")]
            found.append(f"job {path.suffix[1:]} stood still and was ended: {'; '.join(frames[:8]) or 'no frames'}")
        return found

    def wrong(self, done: subprocess.CompletedProcess[str]) -> list[str]:
        """Everything that is not as it should be; empty when the trial was passed."""
        found = []
        if done.returncode != 0:
            found.append(f"the run ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
        if self.kind != "none" and not (self.folder / "slurm" / "befell").exists():
            found.append("the fault did not befall any job")
        for name, text in expected().items():
            path = self.folder / "results" / name
            if not path.is_file() or path.read_text() != text:
                found.append(f"{name} is {path.read_text()!r}" if path.is_file() else f"{name} is not there")
        if extra := {path.name for path in self.folder.glob("results/*")} - expected().keys():
            found.append(f"half files: {', '.join(sorted(extra))}")
        return found + self._double_runs() + self._jobs_left()

    def _jobs_left(self) -> list[str]:
        """Jobs that the scheduler still runs."""
        states = [(path.parent.name, path.read_text().strip()) for path in self.folder.glob("slurm/jobs/*/state")]
        return [f"job {number} is {state}" for number, state in states if state in ("PENDING", "RUNNING")]

    def _double_runs(self) -> list[str]:
        """Two jobs at one step at the same time, or a step completed more often than the fault excuses."""
        ends: dict[str, float] = {}
        for line in _lines(self.folder / "slurm" / "events"):
            stamp, what, number = line.split()
            if what == "ended":
                ends.setdefault(number, float(stamp))
        spans: dict[str, list[tuple[float, float, str]]] = {}
        done: dict[str, int] = {}
        for line in _lines(self.folder / "journal"):
            what, step, number, stamp = line.split()
            if what == "begin":
                spans.setdefault(step, []).append((float(stamp), ends.get(number, time.time()), number))
            else:
                done[step] = done.get(step, 0) + 1
        found = []
        for step, times in spans.items():
            times.sort()
            for (_, end, first), (begin, _, second) in pairwise(times):
                if begin < end and first != second:
                    found.append(f"{step}: job {second} began before job {first} had ended")
        allowed = 2 if self.kind in _AGAIN else 1
        return found + [f"{step} was completed {count} times" for step, count in done.items() if count > allowed]


def _lines(path: Path) -> list[str]:
    """Lines of a file; none when it is not there."""
    return path.read_text().splitlines() if path.exists() else []


def expected() -> dict[str, str]:
    """{file: its text} of an undisturbed run."""
    piece = f"{hashlib.sha256(INPUT.encode()).hexdigest()}  config/input.txt\n"
    return {"piece.txt": piece, "whole.txt": f"whole {piece}"}
