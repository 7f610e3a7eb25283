"""Are the configured public data still the files that were received, and is the gene table one?

A file with a lock beside it (`filiation resources fetch` wrote it) is compared with what was received: its size at
once, every byte with --deep. A file without a lock is left alone: nobody has said what it should be.
"""

from __future__ import annotations

from pathlib import Path

from filiation.checks.result import CheckedFile, CheckReport, Progress, tell_long
from filiation.config import RESOURCES, RunConfig
from filiation.errors import InputError, UserError
from filiation.genes.table import load_gene_table
from filiation.io.files import sha256
from filiation.resources.manifest import ROLLING, LockEntry, Resource, read_lock, read_manifest
from filiation.resources.verify import configured_files


def check_declared(report: CheckReport, config: RunConfig, *, deep: bool, progress: Progress) -> None:
    """Faults of configured files that are not what was received, or of another version than the manifest declares."""
    manifest = read_manifest(RESOURCES / "manifest.tsv")
    for key, name in configured_files(config.model_dump()).items():
        path = Path(name)
        try:
            entry = read_lock(path.parent).get(path.name)
            faults = _partial(path, key) if entry is None else _differences(path, key, entry, manifest, deep, progress)
        except UserError as fault:
            entry, faults = None, [fault]
        if entry is not None or faults:
            notes = [] if entry is None else [f"{entry.name} {entry.version}, as received from {entry.address}"]
            report.add(CheckedFile(str(path), "public data", key, faults, notes))


def check_gene_table(report: CheckReport, config: RunConfig) -> None:
    """Faults of a gene table that the configuration names: not HGNC's, cut, an id or a symbol twice."""
    path = config.resources.gene_table
    if path is None:
        return
    try:
        notes, faults = [load_gene_table(path).label], []
    except UserError as fault:
        notes, faults = [], [fault]
    report.add(CheckedFile(path, "gene table", "resources.gene_table", faults, notes))


def _partial(path: Path, key: str) -> list[UserError]:
    """A file of which only a part is there."""
    part = path.with_name(f"{path.name}.part")
    if path.exists() or not part.is_file():
        return []
    return [
        InputError(
            f"{key}: only a part of it is there ({part.stat().st_size:,} bytes)",
            where=str(path),
            expected="the whole file",
            repair=f"filiation resources fetch NAME --to {path.parent}: it goes on where it was stopped",
        )
    ]


def _differences(
    path: Path, key: str, entry: LockEntry, manifest: dict[str, Resource], deep: bool, progress: Progress
) -> list[UserError]:
    """What differs between a file, its lock and the manifest."""
    if not path.is_file():
        return _partial(path, key)
    found = expected = ""
    declared = manifest.get(entry.name)
    if path.stat().st_size != entry.size:
        found, expected = f"{path.stat().st_size:,} bytes", f"{entry.size:,} bytes, as received"
    elif declared is not None and declared.version not in (ROLLING, entry.version):
        found = f"{entry.name} received as version {entry.version}"
        expected = f"version {declared.version}, as resources/manifest.tsv declares"
    elif deep:
        tell_long(progress, key, str(path))
        if (digest := sha256(path)) != entry.sha256:
            found, expected = f"SHA-256 {digest}", f"{entry.sha256}, as received"
    if not found:
        return []
    return [
        InputError(
            f"{key}: {found}",
            where=str(path),
            expected=expected,
            repair=f"mv {path} {path}.old && filiation resources fetch {entry.name} --to {path.parent}",
        )
    ]
