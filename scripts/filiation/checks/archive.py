"""Can the families of this run be kept in the archive that the configuration names?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from filiation.archive.database import database_path
from filiation.archive.store import open_archive
from filiation.checks.result import CheckedFile, CheckReport
from filiation.config import RunConfig
from filiation.errors import ConfigError, InputError, UserError
from filiation.io.files import require_file
from filiation.io.reference_check import BUILD_WORDS, ReferenceSummary
from filiation.io.vcf_lines import CallsSummary
from filiation.model.contigs import detect_assembly

KEY = "archive.path"


def check_archive(
    report: CheckReport, config: RunConfig, calls: Iterable[CallsSummary], reference: ReferenceSummary | None
) -> None:
    """Faults of the archive: not writable, of another build, of a newer or an older schema, or no archive at all.

    A folder that is not there yet is no fault when it can be made: the first family makes the archive. calls : the
    families' stored calls, whose contig lengths tell the build where no reference is configured.
    """
    if config.archive.in_house and not config.archive.path:
        report.faults.append(
            ConfigError(
                "archive.in_house is true, but archive.path is empty",
                expected="the archive whose families are counted",
                repair="give archive.path, or set archive.in_house to false",
            )
        )
    if config.archive.path is None:
        return
    path, notes, faults = Path(config.archive.path), [], []
    builds = [reference.build if reference else "", config.reference.assembly]
    builds += [detect_assembly({name: size for name, size in one.contigs.items() if size}) for one in calls]
    build = next((name for name in builds if name in ("GRCh37", "GRCh38")), "other")
    try:
        notes = _read(path, build)
    except UserError as fault:
        faults = [fault]
    report.add(CheckedFile(str(path), "archive", KEY, faults, notes))
    if config.archive.consents:
        try:
            require_file(config.archive.consents, "table of consents")
        except UserError as fault:
            report.add(CheckedFile(config.archive.consents, "consents", "archive.consents", [fault]))


def _read(path: Path, build: str) -> list[str]:
    """What there is to say of an archive that can be used; raises the fault of one that cannot."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        there = next(folder for folder in [path, *path.absolute().parents] if folder.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise InputError(
                "the archive cannot be made: the folder is not writable",
                where=str(there),
                expected="a folder in which this account may write",
                repair=f"name another folder under {KEY}, or ask for the right to write",
            )
        return ["not there yet: the first family makes it"]
    with open_archive(path) as archive:
        if not all(os.access(place, os.W_OK) for place in (path, path / "families", database_path(path))):
            raise InputError(
                "the archive is not writable",
                where=str(path),
                expected="an archive to which this account may add",
                repair=f"ask for the right to write, or leave {KEY} empty",
            )
        if "other" not in (archive.assembly, build) and archive.assembly != build:
            raise InputError(
                f"an archive of {archive.assembly}",
                where=str(path),
                expected=f"an archive of {BUILD_WORDS[build]}, the build of this run",
                repair=f"name the archive of that build under {KEY}; nothing was written",
            )
        return [f"{len(archive.names())} families, {archive.assembly}"]
