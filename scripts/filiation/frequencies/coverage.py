"""Where has a source looked? Outside these intervals an allele that it does not hold is unknown, not absent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.files import check_bgzf_blocks, compression, open_text, require_file

Intervals = dict[str, npt.NDArray[np.int64]]


def _line_interval(line: str, where: str, is_vcf: bool) -> tuple[str, int, int]:
    """Contig, 0-based start and end of a line of BED, or of a VCF record: its reference bases, to INFO/END if given."""
    cells = line.rstrip("\r\n").split("\t" if "\t" in line else None)
    try:
        if is_vcf:
            start = int(cells[1]) - 1
            told = [item[4:] for item in cells[7].split(";") if item.startswith("END=")] if len(cells) > 7 else []
            end = int(told[0]) if told else start + len(cells[3])
        else:
            start, end = int(cells[1]), int(cells[2])
        if not 0 <= start < end < 1 << 32:
            raise ValueError
    except (IndexError, ValueError):
        raise InputError(
            f"not an interval: {line.strip()[:60]!r}",
            where=where,
            expected="contig, start (from 0) and end, separated by tabs; or a VCF whose records are the covered bases",
            repair="correct the line",
        ) from None
    return cells[0], start, end


def read_coverage(path: str | Path) -> Intervals:
    """Covered intervals by contig, sorted and merged, int64 (k, 2), 0-based half-open. BED or VCF, plain or gzip."""
    require_file(path, "covered regions")
    if compression(path) == "bgzf":
        check_bgzf_blocks(path, "covered regions")
    found: dict[str, list[tuple[int, int]]] = {}
    is_vcf = False
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            if number == 1 and line.startswith("##fileformat=VCF"):
                is_vcf = True
            if not line.strip() or line.startswith(("#", "track", "browser")):
                continue
            contig, start, end = _line_interval(line, f"{path}, line {number}", is_vcf)
            found.setdefault(contig, []).append((start, end))
    if not found:
        raise InputError(
            "no interval in the file",
            where=str(path),
            expected="the regions that the source has looked at",
            repair="give the right BED, or leave --coverage out",
        )
    return {contig: _merged(intervals) for contig, intervals in found.items()}


def _merged(intervals: list[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """Sorted and disjoint."""
    array = np.array(sorted(intervals), dtype=np.int64)
    reach = np.maximum.accumulate(array[:, 1])
    opens = np.concatenate([[True], array[1:, 0] > reach[:-1]])
    ends = np.concatenate([np.flatnonzero(opens)[1:] - 1, [len(array) - 1]])
    return np.stack([array[opens, 0], reach[ends]], axis=1)
