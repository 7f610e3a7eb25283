"""What do depth and allele balance look like along the genome, with the segments found? Four lanes, one picture.

Chromosomes stand side by side, to scale. Points are drawn as one path a lane, so that 6,000 of them stay small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from filiation.model.contigs import bare_name
from filiation.report.data import ReportData
from filiation.report.karyotype_svg import KINDS, chromosome_lengths

WIDTH, LEFT = 1200, 64
_PLOT = WIDTH - LEFT - 8
# (lane, top, height)
SEGMENT_TOP, SEGMENT_HEIGHT = 20, 9
DEPTH_TOP, DEPTH_HEIGHT = 56, 70
BALANCE_TOP, BALANCE_HEIGHT = 142, 80
HEIGHT = 246
# Depth is drawn from 0 to twice the median; what is beyond stands on the edge.
DEPTH_MOST = 2.0
# More are slow to draw and say no more.
MOST_POINTS = 6000


@dataclass(frozen=True)
class Band:
    """One chromosome's place along the picture."""

    name: str
    x: float
    width: float
    shaded: bool


@dataclass(frozen=True)
class SegmentMark:
    """One segment in its lane (0 to 2 for roh, upd_maternal, upd_paternal)."""

    kind: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class GenomePicture:
    """The drawing; `depth` and `balance` are SVG paths, one point each `M x y h0`."""

    bands: tuple[Band, ...]
    marks: tuple[SegmentMark, ...]
    depth: str
    balance: str
    points: int


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "".join(f"M{x:.0f} {y:.0f}h0" for x, y in points)


def _thinned(points: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Every second, third, … point, so that no more than `most` are drawn."""
    step = max(1, math.ceil(len(points) / max(1, most)))
    return points[::step]


def draw_genome(data: ReportData) -> GenomePicture | None:
    """The picture of the index case; None without a profile of its calls."""
    if not data.profile:
        return None
    lengths, _ = chromosome_lengths(data)
    for row in data.profile:
        name = bare_name(row["chrom"])
        if name in lengths or not lengths:
            lengths[name] = max(lengths.get(name, 0), row["end"])
    present = {bare_name(row["chrom"]) for row in data.profile}
    names = [name for name in lengths if name in present]
    total = sum(lengths[name] for name in names)
    if not total:
        return None
    scale = _PLOT / total
    starts: dict[str, float] = {}
    bands = []
    x = float(LEFT)
    for number, name in enumerate(names):
        starts[name] = x
        bands.append(Band(name, round(x, 1), round(lengths[name] * scale, 1), number % 2 == 1))
        x += lengths[name] * scale
    depth, balance = [], []
    for row in data.profile:
        name = bare_name(row["chrom"])
        if name not in starts:
            continue
        middle = starts[name] + (row["start"] + row["end"]) / 2 * scale
        if row["depth_ratio"] is not None:
            ratio = min(row["depth_ratio"], DEPTH_MOST)
            depth.append((middle, DEPTH_TOP + DEPTH_HEIGHT * (1 - ratio / DEPTH_MOST)))
        for item in (row["allele_balance"] or "").split(";"):
            position, _, value = item.partition(":")
            if value:
                place = starts[name] + int(position) * scale
                balance.append((place, BALANCE_TOP + BALANCE_HEIGHT * (1 - float(value))))
    balance = _thinned(balance, MOST_POINTS - len(depth))
    index = data.family.proband.sample
    marks = []
    for row in data.segments.rows:
        name = bare_name(row["chrom"])
        if row["sample"] == index and row["kind"] in KINDS and name in starts:
            lane = KINDS.index(row["kind"])
            width = max(1.5, (row["end"] - row["start"] + 1) * scale)
            y = SEGMENT_TOP + lane * (SEGMENT_HEIGHT + 2)
            marks.append(SegmentMark(row["kind"], round(starts[name] + row["start"] * scale, 1), y, round(width, 1)))
    return GenomePicture(tuple(bands), tuple(marks), _path(depth), _path(balance), len(depth) + len(balance))
