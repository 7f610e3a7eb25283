"""Which outputs of earlier steps must be made anew, since they are not what their steps wrote?

Snakemake trusts a file that exists and is newer than its inputs. A file that was shortened, changed or exchanged after
its step, even with its old time put back, is found here before a run is planned.
"""

from __future__ import annotations

from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import sha256
from filiation.ledger.entry import FOLDER, Entry, Recorded, entry_path, output_path, read_entry

# Read through before every run up to this size; larger files only when they were touched since.
_SMALL = 8 * 1024**2
# Snakemake sets the times of an output after its step ended: what is touched later was touched by somebody else.
_SETTLED_NS = 600 * 10**9


def load_entries(results: Path) -> tuple[dict[Path, Entry], dict[Path, str]]:
    """{output: entry} of everything below a folder of results, and {output: what is wrong} of unreadable entries."""
    entries: dict[Path, Entry] = {}
    damaged: dict[Path, str] = {}
    for path in sorted(results.rglob(f"{FOLDER}/*.json")):
        if path.name.startswith("."):
            continue
        try:
            entries[output_path(path)] = read_entry(path)
        except InputError as error:
            damaged[output_path(path)] = error.found
    return entries, damaged


def changed_outputs(results: Path) -> list[tuple[Path, str]]:
    """(path, what is wrong) of each output that is not what its step wrote, or was made from what is there no longer.

    Sizes are compared always; checksums of files of up to 8 MB, and of those that were touched after their entry.
    """
    entries, damaged = load_entries(results)
    found = {path: problem for path, problem in damaged.items() if path.is_file()}
    seen: dict[Path, str] = {}
    for path, entry in entries.items():
        if not path.is_file():
            continue
        problem = _difference(path, entry.output, path)
        for item in entry.inputs:
            if problem:
                break
            source = results.parent / item.file
            if not item.file or not source.is_file():
                continue
            if source in entries:
                same = entries[source].output.sha256 == item.sha256
            elif item.by_index:
                same = source.stat().st_size == item.bytes
            else:
                if source not in seen:
                    seen[source] = _difference(source, item, path)
                same = not seen[source]
            problem = "" if same else f"made from another {item.file} than the one that is there now"
        if problem:
            found[path] = problem
    return sorted(found.items())


def _difference(path: Path, known: Recorded, output: Path) -> str:
    """How a file differs from what was written down when `output` was made, '' when it does not seem to."""
    status = path.stat()
    if status.st_size != known.bytes:
        return f"{status.st_size} bytes where {known.bytes} were written"
    touched = status.st_ctime_ns > entry_path(output).stat().st_ctime_ns + _SETTLED_NS
    if (status.st_size <= _SMALL or touched) and sha256(path) != known.sha256:
        return "its content is not what was written"
    return ""
