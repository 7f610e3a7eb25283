"""What does the picture of the reads show, and what does it say where there is none?

The page draws it on a canvas from the packed rows (model.packed_reads), when a detail is opened; the paper version
draws the same as SVG. Both show the members one above the other on one axis: index case, father, mother, siblings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filiation.model.packed_reads import (
    LOW_MAPPING,
    REVERSE,
    UNINFORMATIVE,
    Molecule,
    unpack_depth,
    unpack_molecules,
)
from filiation.report.catalogue import plural, term, text
from filiation.report.data import Row
from filiation.report.typography import Bilingual

ROLES = ("proband", "father", "mother", "sibling")


@dataclass(frozen=True)
class MemberPicture:
    """The reads of one member in the window of a candidate; `note` says why there is no picture ('' when there is)."""

    role: Bilingual
    letter: Bilingual
    sample: str
    words: Bilingual
    note: Bilingual | None
    row: Row


@dataclass(frozen=True)
class ReadPicture:
    """All members of one candidate; `packed` is what the script draws from."""

    chrom: str
    pos: int
    start: int
    reference: str
    allele_length: int
    members: tuple[MemberPicture, ...]

    @property
    def packed(self) -> dict[str, Any]:
        """The data island of one picture: start, bases, place of the allele, and for each member its packed rows."""
        return {
            "s": self.start,
            "r": self.reference,
            "p": self.pos - self.start,
            "l": self.allele_length,
            "m": [
                {
                    "d": member.row["depth"],
                    "x": member.row["max_depth"],
                    "v": member.row["differences"] or "",
                    "t": member.row["reads"] or "",
                    "n": member.row["shown"] or 0,
                }
                if member.note is None
                else None
                for member in self.members
            ],
        }


def read_pictures(rows: Sequence[Row]) -> Mapping[str, ReadPicture]:
    """The pictures by `chrom-pos-ref-alt`."""
    by_variant: dict[str, list[Row]] = {}
    for row in rows:
        key = f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"
        by_variant.setdefault(key, []).append(row)
    return {key: _picture(group) for key, group in by_variant.items()}


def _picture(rows: list[Row]) -> ReadPicture:
    """One candidate's picture, members in the order index case, father, mother, siblings."""
    ordered = sorted(
        rows, key=lambda row: (ROLES.index(row["role"]) if row["role"] in ROLES else len(ROLES), row["sample"])
    )
    drawn = next((row for row in ordered if row["reference"]), ordered[0])
    return ReadPicture(
        chrom=drawn["chrom"],
        pos=drawn["pos"],
        start=drawn["start"] or drawn["pos"],
        reference=drawn["reference"] or "",
        allele_length=len(drawn["ref"]),
        members=tuple(_member(row) for row in ordered),
    )


def _member(row: Row) -> MemberPicture:
    """One member: counts in words, or why nothing is drawn."""
    role = row["role"] or "sibling"
    if row["note"] != "drawn":
        note = term("read_note", row["note"] or "reads_not_given")
        return MemberPicture(term("role", role), term("role_letter", role), row["sample"] or "", note, note, row)
    words = text(
        "reads.counts",
        ref=row["ref_reads"] or 0,
        alt=row["alt_reads"] or 0,
        other=row["other_reads"] or 0,
    )
    if row["shown"] is not None and row["molecules"] is not None and row["shown"] < row["molecules"]:
        extra = plural("reads.sampled", row["shown"], total=row["molecules"])
        words = Bilingual(f"{words.fr} ; {extra.fr}", f"{words.en}; {extra.en}")
    return MemberPicture(term("role", role), term("role_letter", role), row["sample"] or "", words, None, row)


# Hues of Okabe and Ito (2008); those of the page's canvas.
_FILLS = {
    "depth": "#b9c4ce", "forward": "#f0bfae", "reverse": "#a9cbe6", "deletion": "#1b2733", "insertion": "#8a3a68",
    "clip": "#e69f00", "A": "#009e73", "C": "#0072b2", "G": "#b57f00", "T": "#d55e00", "N": "#6b7680",
}  # fmt: skip
_FAINT = 0.45


@dataclass(frozen=True)
class Shape:
    """One rectangle of the SVG: its colour and opacity, place and size in the units of the drawing."""

    fill: str
    opacity: float
    x: float
    y: float
    width: float
    height: float = 4.0


def _shape(kind: str, x: float, y: float, width: float, height: float = 4.0, *, faint: bool = False) -> Shape:
    return Shape(_FILLS[kind], _FAINT if faint else 1.0, round(x, 1), round(y, 1), round(width, 1), round(height, 1))


@dataclass(frozen=True)
class MemberDrawing:
    """The shapes of one member and the height they take."""

    member: MemberPicture
    height: float
    shapes: tuple[Shape, ...]


BASE, _ROW, _TRACK = 6.0, 5.0, 26.0


def draw_member(picture: ReadPicture, member: MemberPicture) -> MemberDrawing:
    """The SVG shapes of one member: depth on top, then one line for each molecule, alternate ones first."""
    width = len(picture.reference)
    if member.note is not None or not width:
        return MemberDrawing(member, 0, ())
    row = member.row
    depth = unpack_depth(row["max_depth"] or 0, row["depth"] or "")
    scale = (_TRACK - 2) / max(1.0, max(depth, default=1.0))
    shapes = [
        _shape("depth", place * BASE, _TRACK - value * scale, BASE, value * scale)
        for place, value in enumerate(depth)
        if value
    ]
    for item in (row["differences"] or "").split(","):
        parts = item.split(":")
        if len(parts) == 3:
            place, share = int(parts[0]), int(parts[2]) / 100
            high = depth[place] * scale * share if place < len(depth) else 0
            shapes.append(_shape("deletion" if parts[1] == "-" else parts[1], place * BASE, _TRACK - high, BASE, high))
    y = _TRACK + 3
    for molecule in unpack_molecules(row["reads"] or "", width):
        shapes += _molecule_shapes(molecule, width, y)
        y += _ROW
    return MemberDrawing(member, y + 2, tuple(shapes))


def _molecule_shapes(molecule: Molecule, width: int, y: float) -> list[Shape]:
    """The bars and events of one molecule; mates share a line."""
    shapes = []
    for segment in molecule:
        first, last = max(segment.first, 0), min(segment.last, width - 1)
        faint = bool(segment.flags & (UNINFORMATIVE | LOW_MAPPING))
        strand = "reverse" if segment.flags & REVERSE else "forward"
        shapes.append(_shape(strand, first * BASE, y, (last - first + 1) * BASE, faint=faint))
        for event in segment.events:
            x = event.offset * BASE
            if event.kind == "-":
                shapes.append(_shape("deletion", x, y + 1.4, event.length * BASE, 1.2))
            elif event.kind == "+":
                shapes.append(_shape("insertion", x - 1, y - 0.5, 2, 5))
            elif event.kind in "()":
                shapes.append(_shape("clip", x - (0 if event.kind == "(" else 1.5), y, 1.5))
            else:
                shapes.append(_shape(event.kind.upper(), x, y, BASE, faint=event.kind.islower()))
    return shapes
