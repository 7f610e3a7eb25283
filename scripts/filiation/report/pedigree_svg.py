"""Where does each symbol of the pedigree drawing stand?

Symbols follow the standardised human pedigree nomenclature (Bennett et al. 2008, doi:10.1007/s10897-008-9169-9):
square male, circle female, diamond unknown sex; filled affected, `?` unknown affection; an arrow points at the
index case. A parent who was not sequenced is drawn with a dashed line.
"""

from __future__ import annotations

from dataclasses import dataclass

from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.report.catalogue import term, text
from filiation.report.typography import Bilingual, same

SIZE = 44
_SPACE = 130
_MARGIN = 70
_PARENT_Y = 40
_CHILD_Y = 164


# Distance between the two lines of related parents.
_DOUBLE = 6


@dataclass(frozen=True)
class Symbol:
    """One person: centre of the symbol, shape, fill and the lines of text below it."""

    x: float
    y: float
    shape: str
    filled: bool
    question: bool
    dashed: bool
    index: bool
    role: Bilingual
    label: Bilingual
    affection: Bilingual


@dataclass(frozen=True)
class Pedigree:
    """The drawing: its size, its people and the lines between them (x1, y1, x2, y2)."""

    width: float
    height: float
    symbols: tuple[Symbol, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    related: bool = False


_SHAPES = {Sex.MALE: "square", Sex.FEMALE: "circle", Sex.UNKNOWN: "diamond"}


def _symbol(member: Member, x: float, y: float) -> Symbol:
    return Symbol(
        x=x,
        y=y,
        shape=_SHAPES[member.sex],
        filled=member.affection is Affection.AFFECTED,
        question=member.affection is Affection.UNKNOWN,
        dashed=False,
        index=member.role is Role.PROBAND,
        role=term("role", member.role),
        label=same(member.sample),
        affection=term("affection", member.affection),
    )


def _absent_parent(role: Role, x: float) -> Symbol:
    """A parent of whom nothing was sequenced."""
    return Symbol(
        x=x,
        y=_PARENT_Y,
        shape="square" if role is Role.FATHER else "circle",
        filled=False,
        question=True,
        dashed=True,
        index=False,
        role=term("role", role),
        label=text("pedigree.not_sequenced"),
        affection=term("affection", Affection.UNKNOWN),
    )


def draw_pedigree(family: Family, *, related: bool = False) -> Pedigree:
    """Place parents above, the index case and sequenced siblings below, and the lines that join them.

    related : the parents are of one blood, which a double line between them says.
    """
    children = [family.proband, *family.siblings]
    width = max(2, len(children)) * _SPACE + 2 * _MARGIN - _SPACE
    middle = width / 2
    father_x, mother_x = middle - _SPACE / 2, middle + _SPACE / 2
    first = middle - _SPACE * (len(children) - 1) / 2
    places = [first + _SPACE * number for number in range(len(children))]
    symbols = [
        _symbol(family.father, father_x, _PARENT_Y) if family.father else _absent_parent(Role.FATHER, father_x),
        _symbol(family.mother, mother_x, _PARENT_Y) if family.mother else _absent_parent(Role.MOTHER, mother_x),
        *(_symbol(member, x, _CHILD_Y) for member, x in zip(children, places, strict=True)),
    ]
    half = SIZE / 2
    # The line of descent ends between the parents' labels and the children's symbols.
    branch = _CHILD_Y - half - 16
    lines = [
        (father_x + half, _PARENT_Y, mother_x - half, _PARENT_Y),
        (middle, _PARENT_Y, middle, branch),
        *((x, branch, x, _CHILD_Y - half) for x in places),
    ]
    if related:
        lines.append((father_x + half, _PARENT_Y - _DOUBLE, mother_x - half, _PARENT_Y - _DOUBLE))
    if len(places) > 1:
        lines.append((places[0], branch, places[-1], branch))
    return Pedigree(width, _CHILD_Y + half + 52, tuple(symbols), tuple(lines), related)
