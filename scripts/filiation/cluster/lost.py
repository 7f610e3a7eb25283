"""Does the run wait for jobs that the cluster has lost?

The executor waits for a job until SLURM says how it ended. A controller that lost its state never does, nor does one
that has pre-empted a job for good. So: when the queue holds none of the run's jobs, nothing runs on this machine, and
Snakemake has said nothing for longer than any of its pauses, what it waits for does not exist. It is stopped then, and
started again by the caller. While SLURM or its accounting does not answer, nothing is concluded.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from filiation.cluster import slurm
from filiation.errors import ToolError

# The executor asks at least every three minutes, and a job's files may take two to be seen.
_TIME_TO_STOP = 15.0


class LostJobs:
    """Watches one Snakemake; lost : True when it was stopped because its jobs are nowhere.

    queue : number of jobs of the run in the queue; accounting : asks it, ToolError when it does not answer;
    patience : seconds of silence that are too long; pause : seconds between two looks.
    """

    def __init__(
        self,
        process: subprocess.Popen[str],
        queue: Callable[[], int],
        accounting: Callable[[], None],
        patience: float,
        pause: float = 15.0,
    ) -> None:
        self.process = process
        self.queue = queue
        self.accounting = accounting
        self.patience = patience
        self.pause = min(pause, patience / 4)
        self.lost = False
        self._quiet_since = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> LostJobs:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def heard(self) -> None:
        """Snakemake has said something."""
        self._quiet_since = time.monotonic()

    def _watch(self) -> None:
        while not self._over.wait(self.pause):
            if not self._nothing_there():
                self.heard()
            elif time.monotonic() - self._quiet_since > self.patience:
                self.lost = True
                self._stop()
                return

    def _nothing_there(self) -> bool:
        """Whether no job is in the queue and nothing runs here; False where nobody can tell."""
        try:
            if psutil.Process(self.process.pid).children() or self.queue():
                return False
            self.accounting()
        except (ToolError, psutil.Error):
            return False
        return True

    def _stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        if not self._over.wait(_TIME_TO_STOP):
            with suppress(ProcessLookupError):
                self.process.kill()


def watch(process: subprocess.Popen[str], prefix: str, patience: float) -> LostJobs:
    """Watch a Snakemake whose jobs go to SLURM under names that begin with a prefix."""
    accounts = slurm.keeps_accounts()

    def accounting() -> None:
        if accounts:
            slurm.ask("sacct", "--noheader", "--allocations", "--starttime=now-1minutes", "--format=jobid")

    return LostJobs(process, lambda: len(slurm.jobs(prefix)), accounting, patience)
