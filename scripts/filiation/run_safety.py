"""May this run start, and may it go on: nobody else on the family, room on the disk, no option that hides a fault?

One run a folder is held by the folder's own lock (`workflow_run`); here is what reaches further: one run a family
whatever the folder and the node, the disk, the options of Snakemake, and what the logs tell.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filiation.archive.lock import make_lock, owner_state, process_start, read_lock
from filiation.errors import ConfigError, FiliationError, InputError, ToolError
from filiation.io.sheet import SampleSheet
from filiation.ledger.changed import changed_outputs
from filiation.ledger.entry import entry_path, read_entry

# Folder of the families' locks; a site with several users of one family names a folder that all of them can write.
LOCKS_VARIABLE = "FILIATION_LOCKS"
# Least free space to start with and to go on with: room for tables, logs and the message itself (own choice).
START_BYTES, GO_ON_BYTES = 64 * 1024**2, 16 * 1024**2
# Space per byte of FASTQ or stored reads: the CRAM, and the BAM of each unit until duplicates are marked (own choice).
SPACE_PER_BYTE_OF_READS = 1.5
_WATCH_SECONDS = 5.0
# Options of Snakemake that take away what makes a restart safe.
_REFUSED = {
    "--nolock": "two runs would write the same files",
    "--keep-incomplete": "half-written files would be taken for finished ones",
    "--ignore-incomplete": "half-written files would be taken for finished ones",
    "--ii": "half-written files would be taken for finished ones",
    "--directory": "the lock would be that of another folder; use --directory of filiation run",
    "-d": "the lock would be that of another folder; use --directory of filiation run",
    "--cleanup-metadata": "what was made by whom would be forgotten",
    "--cm": "what was made by whom would be forgotten",
    "--touch": "old files would be taken for new ones",
    "-t": "old files would be taken for new ones",
    "--drop-metadata": "what was made by whom would be forgotten",
    "--profile": "its options would not be checked; use --profile of filiation run",
    "--workflow-profile": "its options would not be checked; use --profile of filiation run",
}
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|CREDENTIAL|PRIVATE", re.IGNORECASE)
_PERSONAL_LINE = re.compile(r"^(\s*(User|Host|Command): |host: )")


def refuse_unsafe_options(extra: Sequence[str]) -> None:
    """Stop at an option of Snakemake that would make two runs, or half-written files, possible; ConfigError.

    Snakemake accepts abbreviations, so the beginning of such an option is refused too.
    """
    for option in extra:
        name = option.split("=", 1)[0]
        for refused, reason in _REFUSED.items():
            short = not refused.startswith("--") and not name.startswith("--") and name.startswith(refused)
            if short or (name.startswith("--") and len(name) > 2 and refused.startswith(name)):
                raise ConfigError(f"{name} is not accepted: {reason}", repair="leave the option out")


def locks_folder() -> Path:
    """Where the families' locks are: FILIATION_LOCKS, else the user's state folder, which nodes of a cluster share."""
    if chosen := os.environ.get(LOCKS_VARIABLE):
        return Path(chosen)
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(state) / "filiation" / "locks"


def family_key(sheet: SampleSheet, family: str, base: Path) -> str:
    """What makes a family one, whatever folder it is run from: its id, its samples, and where their data lie."""
    parts = [family]
    for sample in sorted(sheet.families[family].samples):
        row = sheet.rows[sample]
        files = [
            row.vcf,
            row.bam,
            *(name for unit in sheet.units.get(sample, []) for name in (unit.fastq_1, unit.fastq_2)),
        ]
        parts += [sample, *(os.path.realpath(base / name) for name in files if name)]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def _reads(sheet: SampleSheet, sample: str) -> list[str | None]:
    """FASTQ or stored reads of a sample, as the sheets name them."""
    return [sheet.rows[sample].bam, *(name for u in sheet.units.get(sample, []) for name in (u.fastq_1, u.fastq_2))]


@contextmanager
def family_locks(sheet: SampleSheet, base: Path) -> Iterator[None]:
    """Hold every family of the sheet; a family that a living run holds, or one of another host, is a FiliationError."""
    with ExitStack() as held:
        for family in sorted(sheet.families):
            held.enter_context(_hold(locks_folder() / f"{family_key(sheet, family, base)}.lock", family))
        yield


@contextmanager
def _hold(path: Path, family: str) -> Iterator[None]:
    ours = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        # Boot of the machine and start of the process: a number that was given again is not taken for the holder.
        "process_start": process_start(os.getpid()),
        "slurm_job": os.environ.get("SLURM_JOB_ID", ""),
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        guard = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Those of this host one after the other; between hosts the link below is atomic.
            with suppress(OSError):
                fcntl.flock(guard, fcntl.LOCK_EX)
            there = read_lock(path)
            if there is not None:
                if owner_state(there) != "dead":
                    raise _held(path, family, there)
                path.unlink(missing_ok=True)
            if not make_lock(path, ours):
                raise _held(path, family, read_lock(path) or {})
        finally:
            os.close(guard)
    except OSError as error:
        raise ConfigError(
            f"the lock of family {family} cannot be made: {error.strerror}",
            where=str(path.parent),
            expected="a folder that you can write, on a file system that all nodes see",
            repair=f"name such a folder: export {LOCKS_VARIABLE}=FOLDER",
        ) from None
    try:
        yield
    finally:
        if read_lock(path) == ours:
            path.unlink(missing_ok=True)


def _held(path: Path, family: str, content: Mapping[str, object]) -> FiliationError:
    """What is said of a lock that may not be taken."""
    who = f"process {content.get('pid', '?')} on {content.get('host', 'an unknown host')}"
    if job := content.get("slurm_job"):
        who += f", SLURM job {job}"
    repair = "wait until it has finished, or stop it, and start again"
    if owner_state(dict(content)) != "alive":
        look = f"squeue -j {job}" if job else f"ssh {content.get('host', 'HOST')} ps -p {content.get('pid', 'PID')}"
        repair = f"look whether it is still at work ({look}); if it is not: rm {path}"
    return FiliationError(
        f"family {family} is being analysed by another run ({who})",
        where=str(path),
        expected="one run a family at a time, from whatever folder or node",
        repair=repair,
    )


def safe_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for Snakemake; ConfigError when it would take options from a profile that we do not see."""
    if environment.get("SNAKEMAKE_PROFILE"):
        raise ConfigError(
            "SNAKEMAKE_PROFILE is set: Snakemake would take options from it that make a restart unsafe",
            where="environment",
            repair="unset SNAKEMAKE_PROFILE, and give --profile FOLDER to filiation run",
        )
    return dict(environment)


def needed_bytes(sheet: SampleSheet | None, base: Path) -> int:
    """Space that a run from the beginning takes, from the size of the reads that it starts from."""
    if sheet is None:
        return START_BYTES
    size = 0
    for sample, row in sheet.rows.items():
        if (base / "results" / row.family / "alignment" / f"{sample}.cram").is_file():
            continue
        for name in _reads(sheet, sample):
            if name and not row.vcf:
                with suppress(OSError):
                    size += (base / name).stat().st_size
    return START_BYTES + int(SPACE_PER_BYTE_OF_READS * size)


def require_disk(directory: Path, needed: int) -> None:
    """Stop unless the working folder and scratch can be written and have room; ToolError names folder and bytes.

    A megabyte is written and flushed: a full quota or a lost mount shows only then.
    """
    for folder, least in ((directory, needed), (Path(tempfile.gettempdir()), START_BYTES)):
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(bytes(1024**2))
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            raise ToolError(
                f"nothing can be written here: {error.strerror}",
                where=str(folder),
                expected="a folder that takes at least one megabyte",
                repair="free space or raise the quota" if full else "mount it for writing, or choose another folder",
            ) from None
        free = shutil.disk_usage(folder).free
        if free < least:
            raise ToolError(
                f"{free:,} bytes are free here",
                where=str(folder),
                expected=f"at least {least:,} ({SPACE_PER_BYTE_OF_READS} for each byte of reads, and room to work)",
                repair="free space there, or choose another folder (--directory; TMPDIR for scratch)",
            )


class DiskWatch:
    """Looks at the disk while a run is at work, and stops the run before a full disk stops it in the middle."""

    def __init__(self, directory: Path, least: int = GO_ON_BYTES, seconds: float = _WATCH_SECONDS) -> None:
        self.problem = ""
        self._folders = (directory, Path(tempfile.gettempdir()))
        self._least, self._seconds = least, seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> DiskWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(self._seconds):
            for folder in self._folders:
                with suppress(OSError):
                    free = shutil.disk_usage(folder).free
                    if free < self._least:
                        self.problem = f"{folder}: {free:,} bytes are left, too little to go on"
                        os.kill(os.getpid(), signal.SIGTERM)
                        return


@contextmanager
def verified_folder(directory: Path) -> Iterator[Path]:
    """A private folder in which the jobs of one run note which files they have read through; gone after it."""
    for left in directory.glob(".filiation-verified-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".filiation-verified-", dir=directory, ignore_cleanup_errors=True) as name:
        yield Path(name)


class Redaction:
    """Takes out of a line of a log what names a person or is secret: folders above ours, login, host, secrets."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        home = environment.get("HOME", "")
        self._replaced = [(str(directory), "."), *([(home, "~")] if len(home) > 3 else [])]
        secrets = (value for name, value in environment.items() if _SECRET_NAME.search(name))
        self._replaced += [(value, "***") for value in secrets if len(value) >= 6 and "/" not in value]

    def line(self, text: str) -> str:
        """One line, '' when nothing of it may be kept."""
        if _PERSONAL_LINE.match(text):
            return ""
        for found, instead in self._replaced:
            text = text.replace(found, instead)
        return text

    def logs_of_snakemake(self, directory: Path) -> None:
        """The same for the logs that Snakemake keeps itself."""
        kept_by_snakemake = (directory / ".snakemake" / name for name in ("log", "slurm_logs"))
        for path in (path for folder in kept_by_snakemake for path in folder.rglob("*.log")):
            with suppress(OSError):
                text = path.read_text(encoding="utf-8", errors="replace")
                kept = "".join(self.line(line) for line in text.splitlines(keepends=True))
                if kept != text:
                    path.write_text(kept, encoding="utf-8")


@contextmanager
def guarded(sheet: SampleSheet | None, directory: Path) -> Iterator[Path]:
    """Hold the families of the sheet, and a folder in which jobs note what they have read through."""
    with ExitStack() as held:
        if sheet is not None:
            held.enter_context(family_locks(sheet, directory))
        yield held.enter_context(verified_folder(directory))


def made_anew(directory: Path, say: Callable[[str], None]) -> list[str]:
    """Options that repeat the steps whose outputs are not what they wrote, and say so."""
    changed = changed_outputs(directory / "results")
    for path, problem in changed:
        say(f"made anew: {path.relative_to(directory)}: {problem}")
    forced = {name: None for path, _ in changed for name in _forced(path, directory)}
    return ["--forcerun", *forced] if forced else []


def _forced(path: Path, directory: Path) -> list[str]:
    """What Snakemake is told to repeat for an output: itself, or the rules of the reference.

    Beside the outputs of the reference stand files that no rule names: the dictionary, and those of an aligner's index.
    """
    if path.parent != directory / "results" / "reference":
        return [str(path.relative_to(directory))]
    try:
        return [read_entry(entry_path(path)).command.replace("-", "_")]
    except InputError:
        return ["prepare_reference", "index_reference"]
