"""Does the node of a job see the files that the job reads? Asked before its first step.

Snakemake (9.27) waits on the node for the inputs of its job; where they do not come it says so and ends with 0. The run
would take the job for done, and outputs that an earlier run left in their place for its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from filiation.errors import InputError

# Snakemake's own, where its command line names no time.
_LATENCY_WAIT = 5.0
_SHOWN = 5


def inputs_of_job(arguments: Sequence[str]) -> list[str]:
    """Files that Snakemake's command line for one job names as those to wait for, on it or in a list."""
    files = list(_after("--wait-for-files", arguments))
    for name in _after("--wait-for-files-file", arguments):
        files += Path(name).read_text(encoding="utf-8").splitlines()
    return files


def require_inputs(
    arguments: Sequence[str],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Wait for the files of a job as long as Snakemake would; InputError names those that this node does not see.

    arguments : of Snakemake on the node. A link whose target is not there counts as a file that is not there.
    """
    wait = float(next(iter(_after("--latency-wait", arguments)), _LATENCY_WAIT))
    end = clock() + wait
    missing = inputs_of_job(arguments)
    while missing := [name for name in missing if not os.path.exists(name)]:
        if clock() >= end:
            raise InputError(
                f"inputs of the job are not on this node: {', '.join(missing[:_SHOWN])}"
                + (f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""),
                where=os.uname().nodename,
                expected=f"files that the nodes see as the machine of the run does, within {wait:g} s (latency-wait)",
                repair="put them, reference and panels too, on a file system that the nodes see, named by its path",
            )
        sleep(1.0)


def _after(option: str, arguments: Sequence[str]) -> Sequence[str]:
    """The words between an option and the next one; nothing where it is not given."""
    if option not in arguments:
        return ()
    rest = arguments[arguments.index(option) + 1 :]
    end = next((number for number, word in enumerate(rest) if word.startswith("-")), len(rest))
    return rest[:end]
