"""In which difficult region of the genome does a record lie: low complexity, segmental duplication?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filiation.errors import ConfigError, InputError
from filiation.io.files import open_text, require_file
from filiation.model.contigs import bare_name

KINDS = ("low_complexity", "segmental_duplication")


@dataclass(frozen=True)
class RegionFile:
    """One BED: its name with version, the kind of region it lists, where it lies."""

    name: str
    kind: str
    path: str


def parse_region_file(text: str) -> RegionFile:
    """`NAME=KIND,FILE`, the form of the command line."""
    name, sign, rest = text.partition("=")
    kind, comma, path = rest.partition(",")
    if not sign or not comma or not name or not path or kind not in KINDS:
        raise ConfigError(f"--region {text!r}", expected=f"NAME=KIND,FILE with a kind of {', '.join(KINDS)}")
    return RegionFile(name, kind, path)


class Regions:
    """The regions of some BED files that hold a record of the family."""

    def __init__(self, files: Iterable[RegionFile], records: Mapping[str, Iterable[int]]) -> None:
        """records : 0-based positions of the family's records by contig; only intervals with one of them are kept."""
        positions = {bare_name(contig): sorted(places) for contig, places in records.items()}
        self.kinds: set[str] = set()
        self.contigs: set[str] = set()
        self.paths: list[str] = []
        self._hits: dict[tuple[str, int], set[str]] = {}
        for file in files:
            self.kinds.add(file.kind)
            self.paths.append(file.path)
            for contig, start, end in _intervals(file):
                self.contigs.add(bare_name(contig))
                places = positions.get(bare_name(contig))
                if places is None:
                    continue
                for place in places[bisect_left(places, start) : bisect_right(places, end - 1)]:
                    self._hits.setdefault((bare_name(contig), place), set()).add(file.kind)

    def at(self, chrom: str, position: int) -> tuple[str, ...]:
        """Kinds of region that a record's first base (0-based) lies in, in the order of KINDS."""
        found = self._hits.get((bare_name(chrom), position), set())
        return tuple(kind for kind in KINDS if kind in found)

    def shares_contigs(self, contigs: Iterable[str]) -> bool:
        """Whether at least one contig of the files is among these."""
        return not self.contigs.isdisjoint(map(bare_name, contigs))


def _intervals(file: RegionFile) -> Iterable[tuple[str, int, int]]:
    """Intervals of a BED; InputError with the line for anything else."""
    source = require_file(file.path, f"regions {file.name}")
    seen = False
    with open_text(source) as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith(("#", "track", "browser")) or line.isspace():
                continue
            cells = line.rstrip("\r\n").split("\t")
            try:
                start, end = int(cells[1]), int(cells[2])
                if not 0 <= start < end:
                    raise ValueError
            except (IndexError, ValueError):
                raise InputError(
                    f"not an interval: {line.strip()[:60]!r}",
                    where=f"{source}, line {number}",
                    expected="BED: contig, start (from 0) and end, separated by tabs",
                    repair="correct the line, or fetch the file again",
                ) from None
            seen = True
            yield cells[0], start, end
    if not seen:
        raise InputError(
            "no interval in the file",
            where=str(source),
            expected="at least one interval",
            repair="fetch the file again: an empty list would clear every record",
        )
