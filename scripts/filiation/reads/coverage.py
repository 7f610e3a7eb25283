"""How deep is one sample's genome read, over the bases that are known?

Depth counts every aligned, primary, not duplicate, not failed read from its first to its last aligned base
(deletions included, overlapping mates twice): the fast mode of mosdepth (Pedersen and Quinlan 2018). Where
mosdepth cannot run, the same is counted here, slower, with the same numbers.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.errors import InputError, ToolError
from filiation.io.files import private_directory
from filiation.io.reads_header import forbid_network
from filiation.io.tables import write_table
from filiation.io.tools import find_tool, run_tool
from filiation.model.columns import COVERAGE
from filiation.reads.alignment_files import sample_of
from filiation.reads.reference import Runs, known_base_runs

THRESHOLDS = (10, 20)
# Unmapped, secondary, failed, duplicate: not counted, as in mosdepth.
_SKIPPED_FLAGS = 0x4 | 0x100 | 0x200 | 0x400
# Bases counted at a time without mosdepth.
_TILE = 1 << 22


@dataclass
class ContigDepth:
    """Known bases of a contig, aligned bases over them, and known bases at 10 and at 20 reads or more."""

    length: int = 0
    bases: int = 0
    deep: tuple[int, int] = (0, 0)

    def plus(self, other: ContigDepth) -> ContigDepth:
        """Both together."""
        deep = (self.deep[0] + other.deep[0], self.deep[1] + other.deep[1])
        return ContigDepth(self.length + other.length, self.bases + other.bases, deep)


def coverage(reads: str | Path, sample: str, reference: str | Path, threads: int, output: str | Path) -> ContigDepth:
    """Write the table `coverage/1` of one sample, a row per contig and the row `total`; returns the total.

    Depth and shares are over the bases that are not N. A contig of N only has no depth (`.`).
    """
    if (found := sample_of(reads)) != sample:
        raise InputError(
            f"reads of sample '{found}'",
            where=str(reads),
            expected=f"sample '{sample}'",
            repair="give the CRAM of this sample",
        )
    runs = known_base_runs(reference)
    problem = mosdepth_problem()
    if problem:
        print(f"filiation coverage: {problem}; depth is counted without it, slower", file=sys.stderr)
        depths = count_depth(reads, reference, runs, threads)
    else:
        depths = _mosdepth(reads, reference, runs, threads)
    total = ContigDepth()
    for depth in depths.values():
        total = total.plus(depth)
    write_table(output, COVERAGE, [_row(sample, name, depth) for name, depth in [*depths.items(), ("total", total)]])
    return total


def _row(sample: str, name: str, depth: ContigDepth) -> dict[str, Any]:
    """One row of the table."""
    known = depth.length > 0
    return {
        "sample": sample,
        "chrom": name,
        "length": depth.length,
        "mean_depth": depth.bases / depth.length if known else None,
        "fraction_10x": depth.deep[0] / depth.length if known else None,
        "fraction_20x": depth.deep[1] / depth.length if known else None,
    }


def mosdepth_problem() -> str:
    """Why mosdepth cannot be used here, '' when it can.

    mosdepth opens htslib by the name libhts.so, which some systems install with their development files only.
    """
    if find_tool("mosdepth") is None:
        return "mosdepth is not on PATH"
    try:
        run_tool(["mosdepth", "--version"], purpose="say its version")
    except ToolError as error:
        if "libhts" in error.found:
            return "mosdepth does not find libhts.so (Debian: apt-get install libhts-dev)"
        return "mosdepth does not start"
    return ""


def _mosdepth(reads: str | Path, reference: str | Path, runs: Runs, threads: int) -> dict[str, ContigDepth]:
    """Depth by mosdepth over the known runs: exact counts of bases at each threshold."""
    with private_directory("coverage") as work:
        bed = work / "known.bed"
        with open(bed, "w", encoding="utf-8") as handle:
            for contig, contig_runs in runs.items():
                handle.writelines(f"{contig}\t{start}\t{end}\n" for start, end in contig_runs)
        thresholds = ",".join(str(value) for value in THRESHOLDS)
        command: list[str | Path] = ["mosdepth", "-n", "-x", "-t", str(max(0, threads - 1)), "-b", bed]
        command += ["-T", thresholds, "-f", reference, work / "depth", reads]
        run_tool(command, purpose="measure depth", where=str(reads))
        depths = {contig: ContigDepth() for contig in runs}
        with gzip.open(work / "depth.thresholds.bed.gz", "rt") as table:
            for line in table:
                if not line.startswith("#"):
                    contig, start, end, _, ten, twenty = line.split("\t")
                    piece = ContigDepth(int(end) - int(start), 0, (int(ten), int(twenty)))
                    depths[contig] = depths[contig].plus(piece)
        for line in (work / "depth.mosdepth.summary.txt").read_text().splitlines():
            name, _, bases = line.split("\t")[:3]
            contig = name.removesuffix("_region")
            if name.endswith("_region") and contig in depths:
                depths[contig].bases = int(bases)
        return depths


def count_depth(reads: str | Path, reference: str | Path, runs: Runs, threads: int) -> dict[str, ContigDepth]:
    """The same depth counted from the records, tile by tile."""
    import numpy
    import pysam

    forbid_network()
    depths = {}
    with pysam.AlignmentFile(str(reads), reference_filename=str(reference), threads=threads) as handle:
        for contig, contig_runs in runs.items():
            depth = ContigDepth()
            for first, last in _tiles(contig_runs):
                change = numpy.zeros(last - first + 1, dtype=numpy.int32)
                for record in handle.fetch(contig, first, last):
                    if not record.flag & _SKIPPED_FLAGS:
                        change[max(record.reference_start, first) - first] += 1
                        change[min(record.reference_end or first, last) - first] -= 1
                reached = numpy.cumsum(change[:-1])
                deep = tuple(int((reached >= threshold).sum()) for threshold in THRESHOLDS)
                depth = depth.plus(ContigDepth(last - first, int(reached.sum()), (deep[0], deep[1])))
            depths[contig] = depth
    return depths


def _tiles(runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs cut into pieces that fit into memory."""
    for start, end in runs:
        for first in range(start, end, _TILE):
            yield first, min(first + _TILE, end)
