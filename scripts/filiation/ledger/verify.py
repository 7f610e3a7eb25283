"""Is a finished run, from its first input to its report, the one that its steps wrote down?

Every output is read through and compared with its entry, every entry with those of the files that its step read, and
every count of reads and records with the step's own table. The first broken link is the one to repair: what comes after
it follows from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import FiliationError, InputError
from filiation.io.files import sha256
from filiation.ledger.changed import load_entries
from filiation.ledger.conservation import same_reads, unbalanced
from filiation.ledger.content import Content, add_reads
from filiation.ledger.entry import FOLDER, INDEX_SUFFIXES, Entry, Recorded

# What other programs of the workflow leave among the results, and no step of ours reads.
_FOREIGN = (".g.vcf.gz", ".g.vcf.gz.tbi")


@dataclass(frozen=True)
class Fault:
    """One broken link of the chain."""

    file: str
    expected: str
    found: str
    command: str


@dataclass
class Proof:
    """What was compared, and what is broken, in the order of the steps."""

    files: int = 0
    bytes: int = 0
    steps: int = 0
    inputs: int = 0
    outside: int = 0
    removed: int = 0
    reads: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def verify_run(
    results: Path,
    threads: int,
    *,
    inputs: bool = False,
    outside: Iterable[Path] = (),
    say: Callable[[str], None] = lambda text: None,
) -> Proof:
    """Prove a folder of results; `inputs` : files of the working folder that no step wrote are read through too.

    outside : files that stand outside of the working folder and are read through, to be found again by their checksum.
    Raises InputError when nothing was written down about the folder.
    """
    entries, damaged = load_entries(results)
    if not entries and not damaged:
        raise InputError(
            "no ledger here",
            where=str(results),
            expected="the results/ folder of a run of this version",
            repair="name results/ of a run; results of an older version: make them anew with filiation run",
        )
    order = _in_order(entries, results.parent)
    proof = Proof(steps=len({(entry.command, entry.inputs) for entry in entries.values()}))
    there = [path for path in order if path.is_file()]
    sources = _sources(entries, results.parent) if inputs else []
    say(f"{len(there)} outputs and {len(sources)} inputs to be read through")
    with ThreadPoolExecutor(max(1, threads)) as pool:
        sums = dict(zip([*there, *sources], pool.map(_checksum, [*there, *sources]), strict=True))
        known_outside = set(pool.map(_checksum, outside))
    proof.files, proof.inputs = len(there), len(sources)
    proof.bytes = sum(path.stat().st_size for path in sums)
    faults = [_damaged(path, problem, results) for path, problem in damaged.items()]
    for path in order:
        faults += _faults_of(path, entries, sums, results.parent, proof)
    faults += _unknown(results, entries, damaged, proof)
    if known_outside:
        faults += _not_found(entries, known_outside)
    proof.faults = faults
    proof.reads = _reads(entries, results.parent)
    return proof


def _checksum(path: Path) -> str:
    """SHA-256, '' when the file cannot be read."""
    try:
        return sha256(path)
    except OSError:
        return ""


def _in_order(entries: dict[Path, Entry], root: Path) -> list[Path]:
    """Outputs so that each comes after all that it was made from."""
    depth: dict[Path, int] = {}

    def measure(path: Path, above: frozenset[Path]) -> int:
        if path not in depth:
            sources = [root / item.file for item in entries[path].inputs if item.file]
            below = [measure(source, above | {path}) for source in sources if source in entries and source not in above]
            depth[path] = 1 + max(below, default=0)
        return depth[path]

    return sorted(entries, key=lambda path: (measure(path, frozenset()), path))


def _sources(entries: dict[Path, Entry], root: Path) -> list[Path]:
    """Files of the working folder that steps read and no step of ours wrote."""
    named = {root / item.file for entry in entries.values() for item in entry.inputs if item.file}
    return sorted(path for path in named if path not in entries and path.is_file())


def _repair(path: Path, root: Path) -> str:
    """The command that makes a file anew."""
    return f"filiation run --config CONFIG --directory {root}   (makes it and all that follows from it anew)"


def _damaged(path: Path, problem: str, results: Path) -> Fault:
    name = str(path.relative_to(results.parent))
    return Fault(name, "a ledger entry", problem, _repair(path, results.parent))


def _faults_of(path: Path, entries: dict[Path, Entry], sums: dict[Path, str], root: Path, proof: Proof) -> list[Fault]:
    """The broken links of one output: itself, what it was made from, and the counts of its step."""
    entry, name, repair = entries[path], str(path.relative_to(root)), _repair(path, root)
    known = entry.output
    if path not in sums:
        if entry.temporary:
            proof.removed += 1
        else:
            return [Fault(name, f"{known.bytes} bytes", "the file is not there", repair)]
    elif (size := path.stat().st_size) != known.bytes:
        return [Fault(name, f"{known.bytes} bytes", f"{size} bytes", repair)]
    elif sums[path] != known.sha256:
        return [Fault(name, f"SHA-256 {known.sha256}", f"SHA-256 {sums[path] or 'unknown: unreadable'}", repair)]
    faults = []
    for item in entry.inputs:
        if fault := _link(name, item, entries, sums, root, proof):
            faults.append(Fault(*fault, repair))
    if not faults and known.option == _main_option(entry.command) and (problem := _balance(path, entry, entries)):
        faults.append(Fault(name, "every read and record kept, or counted under a reason", problem, repair))
    return faults


def _main_option(command: str) -> str:
    """The output by which the counts of a step are compared, once a step."""
    return {"extract-reads": "fastq_1", "prioritise": "candidates"}.get(command, "output")


def _link(
    name: str, item: Recorded, entries: dict[Path, Entry], sums: dict[Path, str], root: Path, proof: Proof
) -> tuple[str, str, str] | None:
    """What is wrong between an output and one file that it was made from: file, expected, found."""
    if not item.file:
        proof.outside += 1
        return None
    source = root / item.file
    if source in entries:
        made = entries[source].output
        if made.sha256 != item.sha256:
            return name, f"made from {item.file} of SHA-256 {made.sha256}", f"made from one of {item.sha256}"
        return None
    if not source.is_file():
        # Inputs may be put away after a run; what the steps wrote is proven without them.
        return None
    if (size := source.stat().st_size) != item.bytes:
        return item.file, f"{item.bytes} bytes, as {name} was made from it", f"{size} bytes"
    if not item.by_index and source in sums and sums[source] != item.sha256:
        return item.file, f"SHA-256 {item.sha256}, as {name} was made from it", f"SHA-256 {sums[source]}"
    return None


def _balance(path: Path, entry: Entry, entries: dict[Path, Entry]) -> str:
    """What does not add up in a step, from the entries and its own table."""
    if str(path).endswith(INDEX_SUFFIXES):
        return ""
    before: dict[str, list[Content]] = {}
    for item in entry.inputs:
        if not item.file.endswith(INDEX_SUFFIXES):
            before.setdefault(item.option, []).append(item.content)
    after: dict[str, Content] = {}
    tables: dict[str, Path] = {}
    for other, made in entries.items():
        if made.command == entry.command and made.inputs == entry.inputs and not str(other).endswith(INDEX_SUFFIXES):
            after.setdefault(made.output.option, made.output.content)
            tables[made.output.option] = other
    try:
        return unbalanced(entry.command, before, after, tables)
    except (FiliationError, KeyError, ValueError) as error:
        return f"the step's table cannot be read: {error}"


def _unknown(results: Path, entries: dict[Path, Entry], damaged: dict[Path, str], proof: Proof) -> list[Fault]:
    """Files among the results that no step of ours wrote, and that none of ours read from another program."""
    read = {results.parent / item.file for entry in entries.values() for item in entry.inputs if item.file}
    vouched = set(entries) | set(damaged) | read
    faults = []
    for path in sorted(results.rglob("*")):
        if path.is_file() and path not in vouched and FOLDER not in path.parts:
            name = str(path.relative_to(results.parent))
            if path.name.endswith(_FOREIGN):
                proof.foreign.append(name)
            else:
                faults.append(
                    Fault(name, "files that steps of the run wrote", "no step wrote it", f"mv {path} elsewhere")
                )
    return faults


def _not_found(entries: dict[Path, Entry], known: set[str]) -> list[Fault]:
    """Inputs from outside whose checksum none of the files has that the configuration names now."""
    faults = {}
    for path, entry in entries.items():
        for item in entry.inputs:
            if not item.file and not item.by_index and item.sha256 not in known:
                text = f"a file of SHA-256 {item.sha256} and {item.bytes} bytes (--{item.option.replace('_', '-')})"
                found = "no file that the configuration names has it"
                faults[item.sha256] = Fault(f"input of {path.name}", text, found, "filiation run --config CONFIG")
    return list(faults.values())


def _reads(entries: dict[Path, Entry], root: Path) -> list[str]:
    """One line a CRAM: its reads, and whether they are those of the FASTQ files it was made from."""
    lines = []
    for path, entry in entries.items():
        if path.suffix != ".cram" or "reads" not in entry.output.content:
            continue
        sources = [_first_reads(item, entries, root) for item in entry.inputs if item.option in ("input", "reads")]
        whole = add_reads([content for found in sources for content in found if content])
        problem = same_reads(whole, entry.output.content, "the first files", "the CRAM")
        told = "as in the files it came from" if whole and not problem else problem or "origin not counted"
        lines.append(f"{path.name}: {entry.output.content['reads']} reads, {told}")
    return lines


def _first_reads(item: Recorded, entries: dict[Path, Entry], root: Path) -> list[Content]:
    """The contents of the files that a BAM or FASTQ goes back to."""
    source = root / item.file
    if source in entries:
        options = ("fastq_1", "fastq_2", "reads", "input")
        below = [part for part in entries[source].inputs if part.option in options]
        return [content for part in below for content in _first_reads(part, entries, root)]
    return [item.content] if not item.file.endswith(INDEX_SUFFIXES) else []


def all_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))
