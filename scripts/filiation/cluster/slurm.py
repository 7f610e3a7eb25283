"""What does SLURM say: which jobs are ours, which partitions and accounts are there, what is the largest node?

Questions to `squeue`, `sinfo`, `sacctmgr`; one change, `scancel`. Each answer is one call, whatever the number of jobs.
"""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

from filiation.errors import ToolError

# States of which nothing more comes.
ENDED = {
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT"
}  # fmt: skip
PATIENCE = 120.0


@dataclass(frozen=True)
class ClusterJob:
    """One job of the queue. comment : `rule_NAME_wildcards_…`, as the executor writes it."""

    number: str
    name: str
    state: str
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Partition:
    """What one partition takes. minutes : longest job, None without a limit; cpus, memory_mb : of the largest node.

    state : `up`, or why it takes no jobs: `down`, `drain`, `inact`.
    """

    name: str
    minutes: int | None
    cpus: int
    memory_mb: int
    default: bool = False
    state: str = "up"


def ask(*command: str, timeout: float = 60.0) -> str:
    """What one command of SLURM prints; ToolError with its own words when it fails or does not answer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        raise ToolError(f"{command[0]} not found", repair="start from a login node of the cluster") from None
    except subprocess.TimeoutExpired:
        raise ToolError(
            f"{command[0]} does not answer ({timeout:.0f} s)", repair="try again when SLURM answers"
        ) from None
    if done.returncode != 0:
        raise ToolError(
            f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}",
            repair="try again when SLURM answers; `scontrol ping` says whether it does",
        )
    return done.stdout


def jobs(prefix: str) -> list[ClusterJob]:
    """Jobs of ours whose name begins with a prefix and that have not ended."""
    text = ask("squeue", "--me", "--noheader", "--array", "--format=%i|%j|%T|%r|%k", "--states=all")
    found = []
    for line in text.splitlines():
        number, name, state, reason, comment = (line.split("|", 4) + [""] * 5)[:5]
        if name.startswith(prefix) and state not in ENDED:
            found.append(ClusterJob(number, name, state, reason, comment))
    return found


def cancel(prefix: str, *, patience: float = PATIENCE, pause: float = 1.0) -> int:
    """End the jobs of a dead run and wait until the last one writes no more; returns how many there were.

    A SLURM that does not answer is waited for as long as a job that does not end. Raises ToolError when one does not
    end: it may still write.
    """
    ended: set[str] = set()
    deadline = time.monotonic() + patience
    while True:
        try:
            left = [job.number for job in jobs(prefix)]
        except ToolError:
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
            continue
        if not left:
            return len(ended)
        if time.monotonic() > deadline:
            raise ToolError(
                f"{len(left)} job(s) of a dead run do not end: {', '.join(left[:10])}",
                expected="no job that still writes here",
                repair="scancel them, and ask the cluster's administrators when they stay",
            )
        new = [number for number in left if number not in ended]
        for first in range(0, len(new), 500):
            # A job that ends by itself meanwhile is an error to scancel; what is left is seen at the next look.
            with suppress(ToolError):
                ask("scancel", *new[first : first + 500])
                ended.update(new[first : first + 500])
        time.sleep(pause)


def partitions() -> dict[str, Partition]:
    """Every partition, those that take no jobs too."""
    found: dict[str, Partition] = {}
    for line in ask("sinfo", "--noheader", "--format=%P|%a|%l|%c|%m").splitlines():
        name, state, limit, cpus, memory = line.split("|")
        bare = name.rstrip("*")
        before = found.get(bare)
        found[bare] = Partition(
            bare,
            minutes(limit),
            max(number(cpus), before.cpus if before else 0),
            max(number(memory), before.memory_mb if before else 0),
            name.endswith("*"),
            state,
        )
    return found


def accounts() -> set[str] | None:
    """Accounts that we may charge; None where the cluster keeps no accounts, or does not say."""
    try:
        text = ask("sacctmgr", "--noheader", "--parsable2", "show", "associations", f"user={_user()}", "format=account")
    except ToolError:
        return None
    return {line.strip() for line in text.splitlines() if line.strip()} or None


def keeps_accounts() -> bool:
    """Whether the cluster keeps accounts, so that `sacct` can tell what became of a job."""
    found = re.search(r"^AccountingStorageType\s*=\s*(\S+)", ask("scontrol", "show", "config"), re.MULTILINE)
    return found is not None and found[1] not in ("accounting_storage/none", "(null)")


def _user() -> str:
    import getpass

    return getpass.getuser()


def number(text: str) -> int:
    """`64+` and `16` as numbers: nodes of several sizes are told by a plus."""
    found = re.match(r"\d+", text)
    return int(found[0]) if found else 0


def minutes(text: str) -> int | None:
    """A time limit of SLURM, `[days-]hours:minutes:seconds`, in minutes; None without a limit."""
    if text in ("infinite", "UNLIMITED", "n/a", "NOT_SET", ""):
        return None
    days, dash, clock = text.rpartition("-")
    parts = [int(part) for part in clock.split(":")]
    if dash:
        hours, minute, _ = [*parts, 0, 0][:3]
        return int(days) * 1440 + hours * 60 + minute
    if len(parts) == 3:
        return parts[0] * 60 + parts[1]
    return parts[0] if len(parts) == 1 else parts[0] + (parts[1] > 0)
