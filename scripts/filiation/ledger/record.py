"""Is what a step is about to read what the step before wrote, and what did this one read and write?

Switched on by FILIATION_LEDGER=1, which the workflow sets for every job.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from filiation import __version__
from filiation.errors import FiliationError, InputError, ToolError
from filiation.ledger.conservation import lost_in_archive, unbalanced
from filiation.ledger.content import Content, count_content
from filiation.ledger.entry import (
    INDEX_SUFFIXES,
    LARGEST_OUTSIDE,
    Entry,
    Recorded,
    checksum,
    entry_path,
    identity,
    read_entry,
    sync_file,
    write_entry,
)
from filiation.ledger.steps import STEPS, inputs, outputs, step_name

SWITCH = "FILIATION_LEDGER"
# Files from outside up to this size are counted too, by whichever step reads them.
_SMALL = 64 * 1024**2
_MATE = {"fastq_1": 1, "fastq_2": 2}


def run_recorded(command: str, options: argparse.Namespace, run: Callable[[], int]) -> int:
    """Run a command between a check of what it reads and a record of what it wrote; returns the command's code.

    Raises InputError when an input is not the file that its step wrote, ToolError when reads or records went missing.
    """
    name = step_name(command, options)
    if not name:
        return run()
    read = [(*item, identity(item[1])) for item in inputs(name, options)]
    recorded = [_input(option, path) for option, path, _ in read]
    for _, path in outputs(name, options):
        entry_path(path).unlink(missing_ok=True)
    if code := run():
        return code
    for _, path, before in read:
        if not path.is_file() or identity(path) != before:
            raise ToolError(
                "changed while the step was reading it",
                where=str(path),
                expected="files that stay as they are during a run",
                repair="let nothing else write there, and run the same command again",
            )
    _record(name, options, [path for _, path, _ in read], recorded)
    return 0


def _place(path: Path) -> str:
    """The path from the working folder, '' outside of it; links are not followed."""
    absolute = Path(os.path.abspath(path))
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else ""


def _input(option: str, path: Path) -> Recorded:
    """What is known of a file that is to be read: its entry, which must be true; without one, its own bytes."""
    place, size = _place(path), path.stat().st_size
    known = entry_path(path)
    if known.is_file():
        entry = read_entry(known)
        _require_same(path, entry)
        return replace(entry.output, option=option, file=place)
    index = _index_for(path) if size > LARGEST_OUTSIDE else None
    if index is not None:
        return Recorded(option, place, size, checksum(index), by_index=True)
    return Recorded(option, place, size, checksum(path))


def _index_for(path: Path) -> Path | None:
    """The index that stands for a large file from outside."""
    found = (Path(f"{path}{suffix}") for suffix in INDEX_SUFFIXES)
    return next((index for index in found if index.is_file()), None)


def _require_same(path: Path, entry: Entry) -> None:
    """Stop unless a file has the size and checksum that its step wrote down; InputError."""
    size = path.stat().st_size
    if size != entry.output.bytes:
        found, expected = f"{size} bytes", f"{entry.output.bytes} bytes"
    elif (now := checksum(path)) != entry.output.sha256:
        found, expected = f"SHA-256 {now}", f"SHA-256 {entry.output.sha256}"
    else:
        return
    raise InputError(
        f"this is not the file that filiation {entry.command} wrote: {found}",
        where=str(path),
        expected=expected,
        repair="run filiation run again: it makes the file anew, and everything that was made from it",
    )


def _record(name: str, options: argparse.Namespace, paths: list[Path], recorded: list[Recorded]) -> None:
    """Count, compare and write the entries of one step's outputs."""
    step = STEPS[name]
    reference = getattr(options, "reference", None)
    read = [_counted(item, path, step.counted, reference) for item, path in zip(recorded, paths, strict=True)]
    written: list[tuple[Path, Recorded]] = []
    for option, path in outputs(name, options):
        if path.is_file():
            content = count_content(path, mate=_MATE.get(option, 0), reference=reference)
            made = Recorded(option, _place(path), path.stat().st_size, checksum(path), content)
            written.append((path, made))
    before: dict[str, list[Content]] = {}
    for item, path in zip(read, paths, strict=True):
        if not str(path).endswith(INDEX_SUFFIXES):
            before.setdefault(item.option, []).append(item.content)
    after: dict[str, Content] = {}
    for path, item in written:
        if not str(path).endswith(INDEX_SUFFIXES):
            after.setdefault(item.option, item.content)
    tables = {item.option: path for path, item in written if item.option in ("funnel", "metrics")}
    problem = unbalanced(name, before, after, tables)
    if name == "archive add" and not problem and written:
        problem = lost_in_archive(Path(options.archive), written[0][0], read)
    if problem:
        raise ToolError(
            f"{name} did not keep what it was given: {problem}",
            where=", ".join(str(path) for path, _ in written),
            expected="every read and record kept, or counted under a reason",
            repair="check disk space and the tools' versions, then run the same command again",
        )
    program = f"filiation {__version__}"
    for path, item in written:
        sync_file(path)
        entry = Entry(item, name, program, tuple(read), temporary=item.option in step.temporary)
        write_entry(entry_path(path), entry)


def _counted(item: Recorded, path: Path, counted: tuple[str, ...], reference: str | None) -> Recorded:
    """The same with its content, where that is known or worth counting."""
    if item.content or str(path).endswith(INDEX_SUFFIXES):
        return item
    if item.option not in counted and item.bytes > _SMALL:
        return item
    try:
        return replace(item, content=count_content(path, mate=_MATE.get(item.option, 0), reference=reference))
    except FiliationError:
        if item.option in counted:
            raise
        # A resource that the step itself was content with: its checksum is enough.
        return item
