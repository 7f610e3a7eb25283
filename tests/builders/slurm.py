"""A SLURM of the distribution's packages on this machine, alone, and runs of `filiation` on it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
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
        try:
            self.driver.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"not finished in {patience:.0f} s: {self.said.read_text(encoding='utf-8')}") from None
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

    def give_node(self, folder: Path) -> Path:
        """Start the node again with an empty folder of its own over one of this machine; where we see what is in it.

        Skips where the kernel lets root mount nothing, as in a container without that right: then no folder can be the
        node's alone. A node that does not start is a failure.
        """
        probe = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", str(folder)]
        tried = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=60)
        if tried.returncode != 0:
            pytest.skip(f"no folder can be the node's alone, root may not mount here: {tried.stderr.strip()}")
        self.say("node", str(self.folder), "stop")
        self.say("node", str(self.folder), "start", str(folder))
        process = (self.folder / "run" / "slurmd.pid").read_text(encoding="utf-8").strip()
        return Path(f"/proc/{process}/root{folder}")

    def ask(self, *command: str) -> str:
        """What a command of SLURM prints."""
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    def jobs(self, state: str = "RUNNING") -> list[str]:
        """Numbers of the jobs in a state."""
        return self.ask("squeue", "-h", "-o", "%i", "-t", state).split()

    def wait_for_job(
        self, run: Run, rule: str, state: str = "RUNNING", patience: float = 400, *, other_than: Sequence[str] = ()
    ) -> str:
        """Until a job of a rule or group is in a state; its number. Its comment names the rule."""
        deadline = time.monotonic() + patience
        while True:
            for line in self.ask("squeue", "-h", "-o", "%i|%k", "-t", state).splitlines():
                number, _, comment = line.partition("|")
                if rule in comment and number not in other_than:
                    return number
            assert run.driver.poll() is None, run.said.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, self.ask("squeue") + run.said.read_text(encoding="utf-8")
            time.sleep(0.1)

    def set_node(self, state: str) -> None:
        """Set the node's state: down, drain, or resume; jobs that were put back need not wait for two minutes."""
        if state != "resume":
            self.ask("scontrol", "update", f"nodename={self.node}", f"state={state}", "reason=test")
            return
        deadline = time.monotonic() + 60
        # A node that has come back by itself cannot be resumed.
        while self.ask("sinfo", "-h", "-o", "%T").strip() not in ("idle", "mixed", "allocated", "completing"):
            self._try("scontrol", "update", f"nodename={self.node}", "state=resume")
            assert time.monotonic() < deadline, self.ask("sinfo", "-R")
            time.sleep(0.5)
        for _ in range(6):
            for number in self.jobs("PENDING"):
                self._try("scontrol", "update", f"jobid={number}", "StartTime=now")
            time.sleep(0.3)

    def _try(self, *command: str) -> None:
        """A command of SLURM that may come too late."""
        subprocess.run(command, capture_output=True, check=False, timeout=60)

    def freeze(self, number: str) -> None:
        """Stop the processes of a job, so that it neither ends nor goes on."""
        deadline = time.monotonic() + 30
        while not (found := [process for process in psutil.process_iter() if _of_job(process, number)]):
            assert time.monotonic() < deadline, self.ask("squeue")
            time.sleep(0.1)
        for process in found:
            with suppress(psutil.Error):
                process.send_signal(signal.SIGSTOP)

    @property
    def node(self) -> str:
        """Name of its one node."""
        return self.ask("sinfo", "-h", "-o", "%n").strip()


def _of_job(process: psutil.Process, number: str) -> bool:
    """Whether a process was started by a job, and is none of SLURM's own."""
    try:
        return process.environ().get("SLURM_JOB_ID") == number and not process.name().startswith(("slurm", "srun"))
    except (psutil.Error, OSError):
        return False


@contextmanager
def alone() -> Iterator[None]:
    """Hold the machine's one set of SLURM ports; tests of other workers wait."""
    with open("/tmp/filiation-slurm-tests.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def started(folder: Path, *options: str) -> Iterator[Cluster]:
    """A cluster that is stopped at the end; a skip with its own words where this machine cannot start one."""
    cluster = Cluster(folder)
    try:
        done = subprocess.run(
            ["bash", str(SCRIPT), "start", str(folder), *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        if done.returncode != 0:
            logs = "".join(path.read_text(errors="replace")[-500:] for path in folder.glob("log/slurm*.log"))
            pytest.skip(f"SLURM cannot be started on this machine: {(done.stderr.strip() + ' ' + logs).strip()}")
        yield cluster
    finally:
        cluster.say("stop", str(folder))


def require_slurm(*further: str) -> None:
    """Skip, saying why, where no SLURM can be started, or where nobody wants it (SLURM_TESTS=0)."""
    if os.environ.get("SLURM_TESTS") == "0":
        pytest.skip("SLURM_TESTS=0")
    if os.geteuid() != 0:
        pytest.skip("SLURM's daemons are started by root")
    missing = [name for name in (*NEEDED, *further) if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]
    if missing:
        pytest.skip(f"{', '.join(missing)} not found: bash tests/slurm/cluster.sh install accounting")
