"""How are the numbers and fixed phrases of the quality table said in French?

`quality` writes what it observed in English (`1204 of 3910233 (0.0308 %)`, `at most 0.1 %`). The phrases it uses
stand in the catalogues under `phrase.`; a text with a word outside them stays as it is, marked as source text,
so that no sentence is ever half translated.
"""

from __future__ import annotations

import re
from functools import cache

from filiation.report.catalogue import load, source_text
from filiation.report.typography import NARROW, Bilingual, integer

_PREFIX = "phrase."
_GROUPED_FROM = 10_000
# Words of the table that are the same in both languages.
_SHARED = {"Mb", "kb", "bp", "X", "Y", "PL", "GL", "AD", "GQ", "DP", "SNVs", "somalier", "peddy"}


@cache
def _pattern() -> re.Pattern[str]:
    """Any of the phrases, the longest first, as whole words."""
    phrases = sorted(
        (key[len(_PREFIX) :] for key in load("en") if key.startswith(_PREFIX)),
        key=lambda phrase: (-len(phrase), phrase),
    )
    return re.compile(r"(?<![A-Za-z])(" + "|".join(re.escape(phrase) for phrase in phrases) + r")(?![A-Za-z])")


def _french_numbers(text: str) -> str:
    text = re.sub(r"(?<=\d)\.(?=\d)", ",", text)
    text = re.sub(
        r"(?<!\w)(?<!\d,)\d{5,}(?!\w)(?!,\d)",
        lambda match: integer(int(match.group()), "fr") if int(match.group()) >= _GROUPED_FROM else match.group(),
        text,
    )
    return re.sub(r"(?<=\d) ?%", NARROW + "%", text)


def _english_numbers(text: str) -> str:
    text = re.sub(r"(?<![\w.])\d{5,}(?![\w.]|\.\d)", lambda match: integer(int(match.group()), "en"), text)
    return re.sub(r"(?<=\d) %", "%", text)


def measure(text: str | None) -> Bilingual:
    """An observed or expected value in both languages, or as source text when it holds an unknown word."""
    if not text:
        return source_text("—")
    rest = _pattern().sub(" ", text)
    # A word with a digit in it is a contig or a sample.
    unknown = [word for word in re.findall(r"\w+", rest) if re.fullmatch(r"[A-Za-z]{2,}", word)]
    unknown = [word for word in unknown if word not in _SHARED]
    if unknown:
        return source_text(text)
    # Numbers first: the translated phrases may hold characters of their own.
    translated = _pattern().sub(lambda match: load("fr")[_PREFIX + match.group(1)], _french_numbers(text))
    translated = re.sub(r"(?<=\w): ", " : ", translated).replace(";", NARROW + ";").replace(" :", "\u00a0:")
    return Bilingual(translated, _english_numbers(text))
