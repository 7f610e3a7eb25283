"""What `filiation check` found: every file that was read, every fault, in the order of reading."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiation.config import RunConfig
from filiation.errors import UserError
from filiation.io.sheet import SampleSheet
from filiation.io.tables import write_table
from filiation.model.columns import CHECKS
from filiation.model.pedigree import Family

Progress = Callable[[str], None]


# Files from this size on are announced before they are read.
LONG_FILE = 50_000_000


def tell_long(progress: Progress, owner: str, *paths: str) -> None:
    """Announce files whose reading takes a moment."""
    for path in paths:
        size = os.path.getsize(path) if os.path.isfile(path) else 0
        if size >= LONG_FILE:
            progress(f"{owner}: reading {path} ({size / 1e6:,.0f} MB)")


@dataclass
class CheckedFile:
    """One file that was read: its kind in words, whose it is, its faults, and what was not proven."""

    path: str
    kind: str
    owner: str
    faults: Sequence[UserError] = ()
    notes: Sequence[str] = ()


@dataclass
class CheckReport:
    """All of a check; `faults` holds every fault, those of the files included."""

    config: RunConfig | None = None
    sheet: SampleSheet = field(default_factory=SampleSheet)
    files: list[CheckedFile] = field(default_factory=list)
    faults: list[UserError] = field(default_factory=list)

    def add(self, checked: CheckedFile) -> None:
        """Keep one file and its faults."""
        self.files.append(checked)
        self.faults += checked.faults

    def summary(self) -> list[str]:
        """Families, members, where their data start, files read, and the notes, one line each."""
        families = self.sheet.families
        lines = [f"{len(families)} families, {len(self.sheet.rows)} members, {len(self.files)} files checked"]
        lines += [f"  {name}: {self._family_words(family)}" for name, family in families.items()]
        lines += [f"  note: {file.path} ({file.owner}): {note}" for file in self.files for note in file.notes]
        return lines

    def _family_words(self, family: Family) -> str:
        entries: dict[str, list[str]] = {}
        for sample in family.samples:
            entries.setdefault(self.sheet.entry(sample), []).append(sample)
        told = "; ".join(f"{', '.join(samples)} from {entry}" for entry, samples in entries.items())
        return f"{family.structure} ({told})"

    def write(self, path: str | Path) -> None:
        """Write one row per file and fault, and one per fault that belongs to no file."""
        rows = []
        told: set[int] = set()
        for file in self.files:
            told |= {id(fault) for fault in file.faults}
            common = {"file": file.path, "kind": file.kind, "owner": file.owner}
            rows += [{**common, "verdict": "FAIL", "message": fault.message()} for fault in file.faults]
            rows += [{**common, "verdict": "WARN", "message": note} for note in file.notes]
            if not file.faults and not file.notes:
                rows.append({**common, "verdict": "OK"})
        rest = [fault for fault in self.faults if id(fault) not in told]
        sheet_rows = [
            {
                "file": fault.where,
                "kind": "configuration and sheets",
                "verdict": "FAIL",
                "message": fault.message(),
            }
            for fault in rest
        ]
        write_table(path, CHECKS, sheet_rows + rows)
