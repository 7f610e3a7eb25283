"""Why did a job probably fail? Read from the last lines it wrote, and from what the scheduler says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A likely cause and what repairs it."""

    cause: str
    repair: str


# The first that matches is the cause: what the system says before what a program says of itself.
_PATTERNS: tuple[tuple[str, Cause], ...] = (
    (
        r"No space left on device|ENOSPC|disk is full",
        Cause("disk full", "free space where results/ or tmpdir lies, and run again"),
    ),
    (r"Disk quota exceeded|EDQUOT", Cause("quota used up", "free space or have the quota raised, and run again")),
    (
        r"DUE TO TIME LIMIT|TIMEOUT|DEADLINE",
        Cause(
            "time limit", "a further try gets more; set-resources: {RULE: {runtime: MINUTES}} in the profile gives more"
        ),
    ),
    (
        r"oom.?kill|Out of memory|OUT_OF_MEMORY|MemoryError|bad_alloc|exceeded memory limit|Cannot allocate memory",
        Cause("memory", "a further try gets more; set-resources: {RULE: {mem_mb: MB}} in the profile gives more"),
    ),
    (
        r"NODE_FAIL|BOOT_FAIL|node failure|slurmstepd: error:.*node",
        Cause("node failed", "run again; name the node to the cluster's administrators"),
    ),
    (r"PREEMPTED", Cause("pre-empted by other work", "run again, or choose another partition")),
    (r"CANCELLED|scancel", Cause("cancelled", "run again, when it was not meant")),
    (
        r"Stale file handle|Transport endpoint is not connected|Input/output error",
        Cause("the shared file system went away", "run again when it is back"),
    ),
    (r"Permission denied|EACCES", Cause("no permission", "look at the path that the log names")),
    (
        r"MissingInputException|Missing input files for rule|inputs of the job are not on this node",
        Cause(
            "a file that this machine has is missing on the node",
            "put it, reference and panels too, on a file system that the nodes see, and name it by that path",
        ),
    ),
    (
        r"command not found|No such file or directory: '(\w|-)+'$",
        Cause("a tool is missing on the node", "filiation doctor, on that node"),
    ),
    (
        r"\bKilled\b|signal 9|exit status 137|SIGKILL",
        Cause("killed, most often for its memory", "give more memory, and run again"),
    ),
    (r"Segmentation fault|signal 11|SIGSEGV", Cause("a program crashed", "run again; send us the log when it stays")),
)
_OURS = re.compile(r"^filiation [\w-]+: (?P<found>.+)$", re.MULTILINE)
_REPAIR = re.compile(r"^ +repair: (?P<repair>.+)$", re.MULTILINE)


def likely_cause(text: str) -> Cause | None:
    """The likely cause that a log tells; None when it tells none. text : the last lines of the job's log."""
    for pattern, cause in _PATTERNS:
        if re.search(pattern, text, re.MULTILINE):
            return cause
    if found := _OURS.search(text):
        repair = _REPAIR.search(text, found.end())
        return Cause(found["found"], repair["repair"] if repair else "see the log")
    return None
