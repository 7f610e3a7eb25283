"""How is a text or a number written in French and in English?

French rules: Lexique des règles typographiques en usage à l'Imprimerie nationale (decimal comma, groups of
three digits apart by a narrow no-break space, no-break spaces before `:` and narrow ones before `; ! ? %` and
inside « »). Powers of ten are written out with superscript digits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

LANGUAGES = ("fr", "en")
NO_BREAK = "\u00a0"
NARROW = "\u202f"
MINUS = "\u2212"
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
# Below this a frequency is easier to compare as a power of ten.
_SCIENTIFIC_BELOW = 1e-3


@dataclass(frozen=True)
class Bilingual:
    """One text in both languages of the report, plain (not escaped); templates escape it when they print it."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `fr` or `en`."""
        return self.fr if language == "fr" else self.en

    def __html__(self) -> str:
        """Both texts, each tagged with its language; a text that is the same in both is written once."""
        if self.fr == self.en:
            return str(escape(self.fr))
        # Short tags: a page of 200 candidates holds some 18,000 pairs.
        return f"<i lang=fr>{escape(self.fr)}</i><i lang=en>{escape(self.en)}</i>"

    def __str__(self) -> str:
        return self.fr


def same(text: str) -> Bilingual:
    """A text that both languages share: an identifier, a symbol, a standard's term."""
    return Bilingual(text, text)


def both(write: Callable[..., str], *values: Any) -> Bilingual:
    """A number written by one of the functions below, in both languages."""
    return Bilingual(write(*values, "fr"), write(*values, "en"))


def french(text: str) -> str:
    """A French text with typographic apostrophes and the no-break spaces that its punctuation asks for."""
    text = re.sub(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ])", "’", text)
    text = re.sub(r" ([;!?%])", NARROW + r"\1", text)
    text = re.sub(r" (:)(?=\s|$)", NO_BREAK + r"\1", text)
    text = re.sub(r"« ?", "«" + NARROW, text)
    return re.sub(r" ?»", NARROW + "»", text)


def _point(text: str, language: str) -> str:
    """Digits of Python with the language's decimal mark and a real minus sign."""
    text = text.replace("-", MINUS)
    return text.replace(".", ",") if language == "fr" else text


def integer(value: int, language: str) -> str:
    """A whole number in groups of three: 4 912 331 (narrow no-break spaces), 4,912,331."""
    digits = f"{abs(value):,}".replace(",", NARROW if language == "fr" else ",")
    return MINUS + digits if value < 0 else digits


def decimal(value: float, digits: int, language: str) -> str:
    """A number with a fixed count of decimals: 0,998 and 0.998."""
    return _point(f"{value:.{digits}f}", language)


def compact(value: float, language: str) -> str:
    """A number without needless zeros, at most three significant decimals: 7, 2,5, 0,125."""
    return _point(f"{value:.3f}".rstrip("0").rstrip("."), language)


def significant(value: float, language: str) -> str:
    """A frequency: 0; 0,012; 1,2 × 10⁻⁵."""
    if value == 0:
        return "0"
    if abs(value) >= _SCIENTIFIC_BELOW:
        digits = max(0, 1 - math.floor(math.log10(abs(value))))
        return _point(f"{value:.{digits}f}", language)
    mantissa, exponent = f"{value:.1e}".split("e")
    power = str(int(exponent)).translate(SUPERSCRIPT)
    return f"{_point(mantissa, language)}{NARROW}×{NARROW}10{power}"


def probability(value: float, language: str) -> str:
    """A posterior probability; what would round to 1 or 0 is written as a bound: > 0,9999."""
    if value > 0.9999:
        return f">{NARROW}" + _point("0.9999", language)
    if value < 0.0001:
        return f"<{NARROW}" + _point("0.0001", language)
    return decimal(value, 4, language)


def percent(fraction: float, digits: int, language: str) -> str:
    """A share of 0–1 as a percentage: 97,9 % and 97.9%."""
    number = decimal(100 * fraction, digits, language)
    return f"{number}{NARROW}%" if language == "fr" else f"{number}%"


def megabases(bases: int, language: str) -> str:
    """A length on the genome in Mb or kb, one decimal."""
    if bases >= 1_000_000:
        return f"{decimal(bases / 1e6, 1, language)}{NARROW}Mb"
    return f"{decimal(bases / 1e3, 1, language)}{NARROW}kb"
