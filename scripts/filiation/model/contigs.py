"""Which inheritance a position follows: autosome, pseudoautosomal, X, Y or mitochondrial; `chr1` and `1`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class ContigClass(IntEnum):
    """Ploidy class of a position; the integer codes are those of `kernels.encoding`."""

    AUTOSOME = 0
    PSEUDOAUTOSOMAL = 1
    X = 2
    Y = 3
    MITOCHONDRIAL = 4


@dataclass(frozen=True)
class Interval:
    """0-based, half-open interval on a contig named without `chr`."""

    contig: str
    start: int
    end: int


# Pseudoautosomal regions, 0-based half-open. GRCh38: Genome Reference Consortium, human assembly GRCh38.p14
# (X 10,001–2,781,479 and 155,701,383–156,030,895; Y 10,001–2,781,479 and 56,887,903–57,217,415, 1-based).
# GRCh37: X 60,001–2,699,520 and 154,931,044–155,260,560; Y 10,001–2,649,520 and 59,034,050–59,363,566.
PSEUDOAUTOSOMAL: dict[str, tuple[Interval, ...]] = {
    "GRCh38": (
        Interval("X", 10_000, 2_781_479),
        Interval("X", 155_701_382, 156_030_895),
        Interval("Y", 10_000, 2_781_479),
        Interval("Y", 56_887_902, 57_217_415),
    ),
    "GRCh37": (
        Interval("X", 60_000, 2_699_520),
        Interval("X", 154_931_043, 155_260_560),
        Interval("Y", 10_000, 2_649_520),
        Interval("Y", 59_034_049, 59_363_566),
    ),
}

# Length of chromosome 1 and X by assembly: enough to tell which build a file was made on.
ASSEMBLY_LENGTHS: dict[str, dict[str, int]] = {
    "GRCh38": {"1": 248_956_422, "2": 242_193_529, "20": 64_444_167, "X": 156_040_895, "Y": 57_227_415},
    "GRCh37": {"1": 249_250_621, "2": 243_199_373, "20": 63_025_520, "X": 155_270_560, "Y": 59_373_566},
}

_MITOCHONDRIAL = {"M", "MT"}


def bare_name(contig: str) -> str:
    """`chr1` → `1`, `chrM` → `MT`; other names unchanged. Used to compare, never to write."""
    name = contig[3:] if contig.startswith("chr") else contig
    return "MT" if name in _MITOCHONDRIAL else name


def contig_style(contigs: list[str]) -> str:
    """`chr` when primary chromosomes carry the prefix, `bare` when not, `none` when there are none; `mixed`
    when both styles stand in one list."""
    primary = re.compile(r"(chr)?([1-9]|1[0-9]|2[0-2]|X|Y|M|MT)$")
    styles = {name.startswith("chr") for name in contigs if primary.match(name)}
    if not styles:
        return "none"
    if len(styles) == 2:
        return "mixed"
    return "chr" if styles.pop() else "bare"


def base_class(contig: str) -> ContigClass:
    """Class of a whole contig by its name, before pseudoautosomal regions are taken out.

    Everything that is not X, Y or mitochondrial counts as autosomal, unplaced contigs included.
    """
    name = bare_name(contig)
    if name == "X":
        return ContigClass.X
    if name == "Y":
        return ContigClass.Y
    if name == "MT":
        return ContigClass.MITOCHONDRIAL
    return ContigClass.AUTOSOME


def classify(contig: str, start: int, pseudoautosomal: tuple[Interval, ...]) -> ContigClass:
    """Class of one 0-based position, pseudoautosomal regions taken into account."""
    whole = base_class(contig)
    if whole in (ContigClass.X, ContigClass.Y):
        name = bare_name(contig)
        for interval in pseudoautosomal:
            if interval.contig == name and interval.start <= start < interval.end:
                return ContigClass.PSEUDOAUTOSOMAL
    return whole


def detect_assembly(lengths: dict[str, int]) -> str:
    """`GRCh38`, `GRCh37` or `other`, from contig lengths (names with or without `chr`)."""
    bare = {bare_name(name): length for name, length in lengths.items()}
    for assembly, known in ASSEMBLY_LENGTHS.items():
        shared = [name for name in known if name in bare]
        if shared and all(bare[name] == known[name] for name in shared):
            return assembly
    return "other"
