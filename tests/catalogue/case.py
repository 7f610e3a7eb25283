"""One case of the catalogue: files with one fault, the command that meets them, and what the user must be told.

A refused case must leave every file of its folder as it was, the earlier outputs of the command too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

# Options whose value is a file that the command writes.
OUTPUTS = ("--output", "--funnel", "--excluded", "--candidates", "--removed", "--metrics", "--fastq-1", "--fastq-2")
EARLIER = "an earlier good output\n"

Make = Callable[[], Sequence[str]]
Proof = Callable[[str], None]


@dataclass(frozen=True)
class Case:
    """A fault of one row of the catalogue.

    row : its number in the catalogue, as A1.
    fault : what is wrong, in words; one malformed file (or set of files) for each fault of a row.
    by : what tells cases of one fault apart: the command or the form of the file.
    make : writes the files into the working directory and returns the command line.
    found : parts of the message that say what was found.
    file, place, sample : what the message must name, `` where there is none; `place` is a regular expression.
    code : exit code; 0 for a fault that is accepted or flagged.
    proves : for an accepted fault, looks at what was printed and written and asserts that nothing is lost.
    """

    row: str
    fault: str
    make: Make
    by: str = ""
    found: tuple[str, ...] = ()
    file: str = ""
    place: str = ""
    sample: str = ""
    code: int = 2
    proves: Proof | None = None

    @property
    def name(self) -> str:
        """`A1-cut at a block edge-screen`."""
        return "-".join(part for part in (self.row, self.fault, self.by) if part)


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path; links are not followed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def lay_earlier_outputs(arguments: Sequence[str]) -> None:
    """Write a file at every place that the command would write, as if an earlier run had ended well."""
    for option, value in pairwise(arguments):
        if option in OUTPUTS:
            path = Path(value)
            if path.is_dir() or path.parent.is_file():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(EARLIER)
