"""External programs: found, run by argument list, checked at every stage of a pipe, reported in one message."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from filiation.errors import ToolError

# htslib looks up unknown CRAM references on the network unless told not to; nodes have no network, and a
# reference that is fetched is a reference nobody checked.
_ENVIRONMENT = {"REF_PATH": ":", "LC_ALL": "C"}


def environment() -> dict[str, str]:
    """The environment that external programs run in: the user's, without reference look-ups, in the C locale."""
    return {**os.environ, **_ENVIRONMENT}


def find_tool(name: str) -> str | None:
    """Path of a program, or None."""
    return shutil.which(name)


def require_tool(name: str, purpose: str) -> str:
    """Path of a program; a `ToolError` that says how to get it when it is not there."""
    path = find_tool(name)
    if path is None:
        raise ToolError(
            f"{name} not found on PATH; it is needed to {purpose}",
            expected=f"{name} installed",
            repair="run `make setup`, or activate the environment made from environment.yml; `filiation doctor` "
            "lists everything that is missing",
        )
    return path


def run_tool(
    command: Sequence[str | Path],
    *,
    purpose: str,
    where: str = "",
    stdout: IO[bytes] | None = None,
    cwd: str | Path | None = None,
) -> str:
    """Run one program to its end; returns its standard output as text unless `stdout` receives it.

    Raises ToolError with the last lines of its standard error when it ends with anything but 0.
    """
    arguments = [str(part) for part in command]
    require_tool(arguments[0], purpose)
    done = subprocess.run(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=stdout if stdout is not None else subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=cwd,
        check=False,
    )
    if done.returncode != 0:
        raise _failure(arguments, done.returncode, done.stderr.decode(errors="replace"), purpose, where)
    return done.stdout.decode(errors="replace") if stdout is None else ""


def run_pipeline(
    commands: Sequence[Sequence[str | Path]],
    *,
    purpose: str,
    where: str = "",
    output: str | Path | None = None,
) -> list[str]:
    """Run programs joined by pipes; every one must end with 0. Returns each program's standard error.

    The last program's standard output goes to `output` when given. The first program to fail, in the order of
    the pipe, is the one that is named (a broken pipe further up is only its consequence).
    """
    pipeline = [[str(part) for part in command] for command in commands]
    for arguments in pipeline:
        require_tool(arguments[0], purpose)
    errors = [tempfile.TemporaryFile() for _ in pipeline]  # noqa: SIM115
    processes: list[subprocess.Popen[bytes]] = []
    sink = open(output, "wb") if output is not None else subprocess.DEVNULL  # noqa: SIM115
    try:
        upstream: IO[bytes] | int | None = subprocess.DEVNULL
        for number, arguments in enumerate(pipeline):
            last = number == len(pipeline) - 1
            process = subprocess.Popen(
                arguments,
                stdin=upstream,
                stdout=sink if last else subprocess.PIPE,
                stderr=errors[number],
                env=environment(),
            )
            if upstream is not None and not isinstance(upstream, int):
                upstream.close()
            upstream = process.stdout
            processes.append(process)
        codes = [process.wait() for process in processes]
        texts = []
        for handle in errors:
            handle.seek(0)
            texts.append(handle.read().decode(errors="replace"))
        failed = [number for number, code in enumerate(codes) if code != 0]
        # SIGPIPE (-13) upstream only says that a program further down stopped reading.
        causes = [number for number in failed if codes[number] != -13] or failed
        if causes:
            number = causes[0]
            raise _failure(pipeline[number], codes[number], texts[number], purpose, where)
        return texts
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for handle in errors:
            handle.close()
        if not isinstance(sink, int):
            sink.close()


def _failure(arguments: Sequence[str], code: int, errors: str, purpose: str, where: str) -> ToolError:
    """The error for a program that ended badly: its command, its code, its own last words."""
    lines = [line for line in errors.strip().splitlines() if line.strip()]
    words = "\n    ".join(lines[-8:]) if lines else "(nothing on standard error)"
    reason = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return ToolError(
        f"{Path(arguments[0]).name} {reason} while it had to {purpose}:\n    {words}",
        where=where,
        repair=f"look at the message above; the command was: {shlex.join(arguments)}",
    )


def tool_version(name: str) -> str:
    """The version a program gives of itself, `missing` when it is not there, `unknown` when it does not say."""
    if find_tool(name) is None:
        return "missing"
    arguments = {"bwa": [], "bwa-mem2": ["version"], "art_illumina": ["-h"], "freebayes": ["--version"]}
    done = subprocess.run(
        [name, *arguments.get(name, ["--version"])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        check=False,
        timeout=60,
    )
    found = re.search(r"\d+\.\d+(?:\.\d+)*(?:[-+][\w.]+)?", done.stdout.decode(errors="replace"))
    return found.group(0) if found else "unknown"


def htslib_versions() -> dict[str, str]:
    """{`htslib of PROGRAM`: version} of the programs that use one and of pysam, which brings its own."""
    found = {}
    for name in ("samtools", "bcftools"):
        if find_tool(name) is not None:
            words = subprocess.run(
                [name, "--version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=environment(),
                check=False,
                timeout=60,
            ).stdout.decode(errors="replace")
            version = re.search(r"htslib (\S+)", words)
            found[f"htslib of {name}"] = version[1] if version else "unknown"
    from pysam.version import __htslib_version__

    found["htslib of pysam"] = str(__htslib_version__)
    return found
