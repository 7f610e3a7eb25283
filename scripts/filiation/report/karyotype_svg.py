"""Where do runs of homozygosity and uniparental disomies lie? Chromosomes to scale, one lane per kind of segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filiation.model.contigs import bare_name
from filiation.report.catalogue import text
from filiation.report.data import ReportData, Row
from filiation.report.typography import Bilingual, both, megabases

# Lengths of the primary chromosomes: GRCh38 (GCA_000001405.15) and GRCh37 (GCA_000001405.1), 1–22, X, Y.
_NAMES = (*(str(number) for number in range(1, 23)), "X", "Y")
_GRCH38 = (
    248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636, 138394717, 133797422,
    135086622, 133275309, 114364328, 107043718, 101991189, 90338345, 83257441, 80373285, 58617616, 64444167,
    46709983, 50818468, 156040895, 57227415,
)  # fmt: skip
_GRCH37 = (
    249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022, 141213431, 135534747,
    135006516, 133851895, 115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983, 63025520,
    48129895, 51304566, 155270560, 59373566,
)  # fmt: skip
CHROMOSOMES = {
    "GRCh38": dict(zip(_NAMES, _GRCH38, strict=True)),
    "GRCh37": dict(zip(_NAMES, _GRCH37, strict=True)),
}
KINDS = ("roh", "upd_maternal", "upd_paternal")
_COLUMN = 480
_LEFT = 44
_BAR = 410
_ROW = 30


@dataclass(frozen=True)
class Mark:
    """One segment: its lane (kind), place and length in the drawing, and its words."""

    kind: str
    x: float
    width: float
    words: Bilingual


@dataclass(frozen=True)
class Chromosome:
    """One chromosome's bar with its marks."""

    name: str
    x: float
    y: float
    width: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Karyotype:
    """The drawing; `scale` says where the lengths come from (key of the catalogue, after `karyotype.`)."""

    width: int
    height: float
    chromosomes: tuple[Chromosome, ...]
    scale: str


def chromosome_lengths(data: ReportData) -> tuple[dict[str, int], str]:
    """Length of each contig to draw, and where it comes from: `GRCh38`, `GRCh37`, `own_lengths` or `assumed`.

    Without a named assembly the contigs of the coverage tables give the lengths; without them GRCh38 is assumed,
    and the figure says so, unless a segment does not fit.
    """
    if data.assembly in CHROMOSOMES:
        return CHROMOSOMES[data.assembly], data.assembly
    if not data.coverage:
        known = CHROMOSOMES["GRCh38"]
        if all(row["end"] <= known.get(bare_name(row["chrom"]), 0) for row in data.segments.rows):
            return known, "assumed"
    lengths: dict[str, int] = {}
    for row in data.coverage:
        if row["chrom"] != "total" and row["length"]:
            lengths[bare_name(row["chrom"])] = row["length"]
    for row in data.segments.rows:
        name = bare_name(row["chrom"])
        # The coverage table counts bases without N, so a segment can end beyond it.
        lengths[name] = max(lengths.get(name, 0), row["end"])
    primary = {name: length for name, length in lengths.items() if name in _NAMES}
    return primary or lengths, "own_lengths"


def _marks(segments: Sequence[Row], x: float, scale: float) -> tuple[Mark, ...]:
    marks = []
    for row in segments:
        length = row["end"] - row["start"] + 1
        words = text(
            "karyotype.mark",
            kind=text(f"segment.{row['kind']}"),
            chrom=bare_name(row["chrom"]),
            start=both(megabases, row["start"]),
            length=both(megabases, length),
        )
        # Two units at least, or a short segment would not be seen in print.
        marks.append(Mark(row["kind"], round(x + row["start"] * scale, 1), round(max(2.0, length * scale), 1), words))
    return tuple(marks)


def draw_karyotype(data: ReportData) -> Karyotype | None:
    """The index case's segments on its chromosomes, None when it has none."""
    index = data.family.proband.sample
    drawn = [row for row in data.segments.rows if row["sample"] == index and row["kind"] in KINDS]
    if not drawn:
        return None
    lengths, length_source = chromosome_lengths(data)
    order = {name: place for place, name in enumerate(_NAMES)}
    names = sorted(lengths, key=lambda name: (order.get(name, len(order)), name))
    scale = _BAR / max(lengths.values())
    rows = (len(names) + 1) // 2
    chromosomes = []
    for number, name in enumerate(names):
        x = _LEFT + (number // rows) * _COLUMN
        y = 16 + (number % rows) * _ROW
        segments = [row for row in drawn if bare_name(row["chrom"]) == name]
        chromosomes.append(Chromosome(name, x, y, round(lengths[name] * scale, 1), _marks(segments, x, scale)))
    return Karyotype(_LEFT + 2 * _COLUMN - 20, 16 + rows * _ROW, tuple(chromosomes), length_source)
