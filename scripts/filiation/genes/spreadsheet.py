"""Is this cell what a spreadsheet made of a gene name, and of which names could it have been made?

Spreadsheets turn names into dates and numbers when a list is opened: SEPT2 into 2-Sep, MARCH1 and MARC1 into 1-Mar,
DEC1 into 1-Dec, in a French one SEPT2 into 2-sept. and MARS1 into 1-mars; saved again as a full date or as a day
number (44805); and a clone name such as 2310009E13 into 2.31E+19. Several names give the same cell (MARCH1 and MARC1),
so a cell is never turned back: the names are shown for a person to choose (Ziemann et al., Genome Biology 2016;17:177;
Abeysooriya et al., PLoS Computational Biology 2021;17:e1008984).
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable

# Month → beginnings of gene names that an English or French spreadsheet reads as that month, longest first.
_NAMES: dict[int, tuple[str, ...]] = {
    1: ("JAN", "JANV"),
    2: ("FEB", "FEV"),
    3: ("MARCH", "MARC", "MARS", "MAR"),
    4: ("APR", "AVR"),
    5: ("MAY", "MAI"),
    6: ("JUN", "JUIN"),
    7: ("JUL", "JUIL"),
    8: ("AUG", "AOUT"),
    9: ("SEPT", "SEP"),
    10: ("OCT",),
    11: ("NOV",),
    12: ("DEC",),
}
_MONTHS: dict[str, int] = {
    **{word: month for month, words in _NAMES.items() for word in words},
    **{"JANUARY": 1, "FEBRUARY": 2, "APRIL": 4, "JUNE": 6, "JULY": 7, "AUGUST": 8},
    **{"SEPTEMBER": 9, "OCTOBER": 10, "NOVEMBER": 11, "DECEMBER": 12},
    **{"JANVIER": 1, "FEVRIER": 2, "FEVR": 2, "AVRIL": 4, "JUILLET": 7},
    **{"SEPTEMBRE": 9, "OCTOBRE": 10, "NOVEMBRE": 11, "DECEMBRE": 12},
}
_DAY_MONTH = re.compile(r"^(\d{1,2})[-/. ]+([A-Z]+)\.?(?:[-/. ]+\d{2,4})?$")
_MONTH_NUMBER = re.compile(r"^([A-Z]+)\.?[-/. ]+(\d{1,2})$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.0+)?)?$")
# With points only a full date is one: 3.14 is a number.
_NUMERIC = re.compile(r"^(\d{1,2})(?:/(\d{1,2})(?:/\d{2,4})?|\.(\d{1,2})\.\d{2,4})$")
_SCIENTIFIC = re.compile(r"^(\d(?:[.,]\d+)?)E\+?(\d{1,3})$")
_CLONE = re.compile(r"^\d+E\d+$", re.IGNORECASE)
# Day numbers of the years 1990 to 2060 (day 1 is 1 January 1900, and 1900 counts as a leap year).
_FIRST_SERIAL, _LAST_SERIAL = 32874, 58440
_SERIAL_ORIGIN = datetime.date(1899, 12, 30)


def _plain(cell: str) -> str:
    """Capitals without accents and without outer spaces: `2-déc.` becomes `2-DEC.`."""
    decomposed = unicodedata.normalize("NFKD", cell.strip())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).upper()


def _dates(cell: str) -> list[tuple[int, int]]:
    """(month, number) pairs that a cell can stand for as a date; an empty list when it is none."""
    text = _plain(cell)
    for pattern, month_at, number_at in ((_DAY_MONTH, 2, 1), (_MONTH_NUMBER, 1, 2)):
        found = pattern.match(text)
        if found and found.group(month_at) in _MONTHS:
            return [(_MONTHS[found.group(month_at)], int(found.group(number_at)))]
    if found := _ISO.match(text):
        return [(int(found.group(2)), int(found.group(3)))]
    if found := _NUMERIC.match(text):
        first, second = int(found.group(1)), int(found.group(2) or found.group(3))
        # French and British: day first; American: month first. Both are kept.
        return [pair for pair in dict.fromkeys([(second, first), (first, second)]) if 1 <= pair[0] <= 12]
    if text.isascii() and text.isdigit() and len(text) == 5 and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        date = _SERIAL_ORIGIN + datetime.timedelta(days=int(text))
        return [(date.month, date.day)]
    return []


def _clones(cell: str, names: Callable[[], Iterable[str]]) -> list[str]:
    """Names of digits, E and digits that are shown as this number in scientific notation."""
    found = _SCIENTIFIC.match(_plain(cell))
    if not found:
        return []
    mantissa = found.group(1).replace(",", ".")
    decimals = len(mantissa.partition(".")[2])
    exponent = int(found.group(2))
    shown: list[str] = []
    for name in names():
        if _CLONE.match(name):
            digits, _, power = name.upper().partition("E")
            value = f"{int(digits):.{decimals}e}"
            value_mantissa, _, value_power = value.partition("e")
            if value_mantissa == mantissa and int(value_power) + int(power) == exponent:
                shown.append(name)
    return shown


def original_names(cell: str, names: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """Names that a spreadsheet may have turned into this cell, known or not; empty when the cell looks like neither
    a date nor a number. `names` gives all known names, asked for only where the cell is a number."""
    dated = [
        f"{beginning}{number}"
        for month, number in _dates(cell)
        if month in _NAMES and number > 0
        for beginning in _NAMES[month]
    ]
    return tuple(dict.fromkeys([*dated, *_clones(cell, names)]))


def made_by_spreadsheet(cell: str) -> bool:
    """Whether a cell is a date or a number in scientific notation, whichever gene it once named."""
    return bool(_dates(cell) or _SCIENTIFIC.match(_plain(cell)))
