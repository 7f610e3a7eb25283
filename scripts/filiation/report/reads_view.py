"""What does the picture of the reads show, and what does it say where there is none?

The page draws it on a canvas from the packed rows (model.packed_reads), when a detail is opened; the paper version
draws the same as SVG. Both show the members one above the other on one axis: index case, father, mother, siblings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filiation.model.packed_reads import (
    ALT,
    LOW_MAPPING,
    OTHER,
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


@dataclass(frozen=True)
class Shape:
    """One rectangle or letter of the SVG: its class, place and size in the units of the drawing; `letter` may be ''."""

    kind: str
    x: float
    y: float
    width: float
    height: float = 4.0
    letter: str = ""


@dataclass(frozen=True)
class MemberDrawing:
    """The shapes of one member and the height they take."""

    member: MemberPicture
    height: float
    shapes: tuple[Shape, ...]


_BASE, _ROW, _TRACK = 6.0, 5.0, 26.0


def draw_member(picture: ReadPicture, member: MemberPicture) -> MemberDrawing:
    """The SVG shapes of one member: depth on top, then one line for each molecule, alternate ones first."""
    width = len(picture.reference)
    if member.note is not None or not width:
        return MemberDrawing(member, 0, ())
    row = member.row
    depth = unpack_depth(row["max_depth"] or 0, row["depth"] or "")
    scale = (_TRACK - 2) / max(1.0, max(depth, default=1.0))
    shapes = [
        Shape("depth", round(place * _BASE, 1), round(_TRACK - value * scale, 1), _BASE, round(value * scale, 1))
        for place, value in enumerate(depth)
        if value
    ]
    for item in (row["differences"] or "").split(","):
        parts = item.split(":")
        if len(parts) == 3:
            place, share = int(parts[0]), int(parts[2]) / 100
            high = depth[place] * scale * share if place < len(depth) else 0
            kind = f"base-{parts[1]}" if parts[1] != "-" else "deletion"
            shapes.append(Shape(kind, round(place * _BASE, 1), round(_TRACK - high, 1), _BASE, round(high, 1)))
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
        kind = "reverse" if segment.flags & REVERSE else "forward"
        if segment.flags & (UNINFORMATIVE | LOW_MAPPING):
            kind += " faded"
        if segment.flags & ALT:
            kind += " alt"
        elif segment.flags & OTHER:
            kind += " other"
        shapes.append(Shape(kind, first * _BASE, y, (last - first + 1) * _BASE))
        for event in segment.events:
            x = event.offset * _BASE
            if event.kind == "-":
                shapes.append(Shape("deletion", x, y, event.length * _BASE))
            elif event.kind == "+":
                shapes.append(Shape("insertion", x - 1, y - 0.5, 2, 5))
            elif event.kind in "()":
                shapes.append(Shape("clip", x - (0 if event.kind == "(" else 1.5), y, 1.5))
            else:
                faint = " faint" if event.kind.islower() else ""
                shapes.append(Shape(f"base-{event.kind.upper()}{faint}", x, y, _BASE))
    return shapes
