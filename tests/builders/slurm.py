"""A SLURM of the distribution's packages on this machine, alone, and runs of `filiation` on it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from filiation.config import REPOSITORY

SCRIPT = REPOSITORY / "tests" / "slurm" / "cluster.sh"
NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")


@dataclass
class Run:
    """`filiation run` on the cluster, in a session of its own; what it says is in said."""

    driver: subprocess.Popen[bytes]
    said: Path

    def finish(self, patience: float = 400) -> str:
        """Wait for its end; what it said."""
        self.driver.wait(timeout=patience)
        return self.said.read_text(encoding="utf-8")


@dataclass
class Cluster:
    """A cluster of one node at work; folder : its state and its logs."""

    folder: Path

    def say(self, *arguments: str) -> str:
        """One action of the script of the cluster."""
        done = subprocess.run(
            ["bash", str(SCRIPT), *arguments], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def controller(self, action: str) -> None:
        """`stop` or `start` of slurmctld alone."""
        self.say("controller", str(self.folder), action)

    def accounting(self, action: str) -> None:
        """`stop` or `start` of slurmdbd alone."""
        self.say("accounting", str(self.folder), action)

    def ask(self, *command: str) -> str:
        """What a command of SLURM prints."""
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    def jobs(self, state: str = "RUNNING") -> list[str]:
        """Numbers of the jobs in a state."""
        return self.ask("squeue", "-h", "-o", "%i", "-t", state).split()

    def wait_for_job(self, run: Run, rule: str, state: str = "RUNNING", patience: float = 240) -> str:
        """Until a job of a rule is in a state; its number. The executor names the rule in the comment."""
        deadline = time.monotonic() + patience
        while True:
            for line in self.ask("squeue", "-h", "-o", "%i|%k", "-t", state).splitlines():
                number, _, comment = line.partition("|")
                if rule in comment:
                    return number
            assert run.driver.poll() is None, run.said.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, self.ask("squeue") + run.said.read_text(encoding="utf-8")
            time.sleep(0.1)

    @property
    def node(self) -> str:
        """Name of its one node."""
        return self.ask("sinfo", "-h", "-o", "%n").strip()


@contextmanager
def alone() -> Iterator[None]:
    """Hold the machine's one set of SLURM ports; tests of other workers wait."""
    with open("/tmp/filiation-slurm-tests.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def started(folder: Path, *options: str) -> Iterator[Cluster]:
    cluster = Cluster(folder)
    try:
        cluster.say("start", str(folder), *options)
        yield cluster
    finally:
        cluster.say("stop", str(folder))


def require_slurm(*further: str) -> None:
    """Skip, saying why, where no SLURM can be started, or nobody asked for it."""
    if not os.environ.get("SLURM_TESTS"):
        pytest.skip("runs on a real SLURM take minutes each: make test-slurm")
    if os.geteuid() != 0:
        pytest.skip("SLURM's daemons are started by root")
    missing = [name for name in (*NEEDED, *further) if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]
    if missing:
        pytest.skip(f"{', '.join(missing)} not found: apt-get install munge slurmctld slurmd slurm-client")
