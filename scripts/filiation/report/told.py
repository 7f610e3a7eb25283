"""How is a reason that another step wrote in English said in both languages?

The steps write why a criterion is met or a rule was passed as short English sentences with values in them. Each such
sentence stands in the catalogues under `told.` with its values as {names}; the English entry is the pattern by which a
sentence is recognised. A sentence may be made of several, joined by `; ` or `, `. One that is not known stays as it
is, marked as source text, so that no sentence is ever half translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from filiation.report.catalogue import SourceText, known, load, source_text, term, text
from filiation.report.phrases import measure
from filiation.report.typography import MINUS, NARROW, SUPERSCRIPT, Bilingual, same

_PREFIX = "told."
# A sentence of more parts than this is not one that a step wrote.
_MOST_PARTS = 80
_MEMBER = r"(?:proband|father|mother|sibling) \S+"
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


def _effect(name: str) -> Bilingual | None:
    """Sequence Ontology terms in words, several joined by &."""
    words = [f"{part.lstrip('*').removesuffix('_variant')}" for part in name.split("&")]
    if not all(known("consequence", word) for word in words):
        return None
    found = [term("consequence", word) for word in words]
    return Bilingual(", ".join(word.fr for word in found), ", ".join(word.en for word in found))


def _of(vocabulary: str) -> Callable[[str], Bilingual | None]:
    """Words of one vocabulary; None for a value that it does not hold."""

    def look_up(value: str) -> Bilingual | None:
        key = value.strip().lower().replace(" ", "_") if vocabulary == "validity" else value
        return term(vocabulary, key) if known(vocabulary, key) else None

    return look_up


def _phase(value: str) -> Bilingual | None:
    """`trans_proven:parents` in words."""
    phase, _, evidence = value.partition(":")
    if not known("compound_phase", phase) or not known("phase_evidence", evidence):
        return None
    return text("detail.phase", phase=term("compound_phase", phase), evidence=term("phase_evidence", evidence))


def _member(value: str) -> Bilingual | None:
    """`father SAMPLE` in words."""
    role, _, sample = value.partition(" ")
    words = term("named_member", role)
    return Bilingual(f"{words.fr} {sample}", f"{words.en} {sample}")


def _relation(value: str) -> Bilingual | None:
    """A relation of two people, in the phrases of the quality table."""
    words = measure(value)
    return None if isinstance(words, SourceText) else words


def _label(value: str) -> Bilingual:
    """A role as it stands on a tube."""
    words = term("role", value)
    return Bilingual(words.fr.lower(), words.en.lower())


def _persons(value: str) -> Bilingual | None:
    """Whose sample it may be: `the father's or a brother of the child`."""
    keys = [re.sub(r"\W+", "_", part) for part in value.split(" or ")]
    if not all(known("person", key) for key in keys):
        return None
    found = [term("person", key) for key in keys]
    return Bilingual(" ou ".join(words.fr for words in found), " or ".join(words.en for words in found))


def _form(value: str) -> Bilingual | None:
    """Form of a disomy."""
    key = "_".join(re.findall(r"\w+", value.lower()))
    return term("disomy_form", key) if known("disomy_form", key) else None


def _quoted(value: str) -> Bilingual:
    """What another program wrote: a number as each language writes it, known values in words, the rest as it stands."""
    if re.fullmatch(_NUMBER, value):
        return number(value)
    return _clinvar(value) or same(value)


def _class(value: str) -> Bilingual | None:
    """Proposed class of a candidate."""
    key = value.replace(" ", "_")
    return term("acmg_class", key) if known("acmg_class", key) else None


def _clinvar(value: str) -> Bilingual | None:
    """A state, or the classifications of an entry."""
    if known("population_state", value):
        return term("population_state", value)
    parts = [part for part in re.split(r"[/|]|,_?", value.lower()) if part]
    if not parts or not all(known("clinvar", part) for part in parts):
        return None
    words = [term("clinvar", part) for part in parts]
    return Bilingual(" / ".join(word.fr for word in words), " / ".join(word.en for word in words))


def number(value: str) -> Bilingual:
    """A number of the tables as each language writes it: 0,034; 1,2 × 10⁻⁵."""
    if "e" in value:
        mantissa, _, exponent = value.partition("e")
        power = str(int(exponent)).translate(SUPERSCRIPT)
        written = f"10{power}" if mantissa == "1" else f"{mantissa}{NARROW}×{NARROW}10{power}"
        return Bilingual(written.replace(".", ","), written)
    signed = value.replace("-", MINUS)
    return Bilingual(signed.replace(".", ","), signed)


# Name of a value → (its form in the sentence, what it is called in both languages; None refuses the sentence).
_VALUES: dict[str, tuple[str, Callable[[str], Bilingual | None]]] = {
    "value": (_NUMBER, number),
    "limit": (_NUMBER, number),
    **dict.fromkeys(("benign", "uncertain", "first", "last", "total", "judged"), (_NUMBER, number)),
    "place": (r"\w+", same),
    "group_name": (r"\w+", same),
    "variant": (r"\S+", same),
    **dict.fromkeys(("sample", "sample_two"), (r"\S+", same)),
    "score": ("REVEL|AlphaMissense|CADD|SpliceAI|LOEUF|pLI", same),
    "member": (_MEMBER, _member),
    "member_two": (_MEMBER, _member),
    "label": ("proband|father|mother|sibling", _label),
    "persons": (r".+", _persons),
    **dict.fromkeys(("sex", "sex_two"), ("male|female|unknown", _of("sex"))),
    "program": ("somalier|peddy", same),
    "places": (r"[^\s,]+(?:, [^\s,]+)*", same),
    "relation": (r"[a-z, ]+", _relation),
    "relation_two": (r"[a-z, ]+", _relation),
    "form": (r".+", _form),
    "class_name": (r"[a-z_ ]+", _class),
    "text": (r".+", same),
    "quoted": (r".+", _quoted),
    "quoted_two": (r".+", _quoted),
    "evidence": (r"\w+", _of("evidence_column")),
    "shelf_rule": (r"\w+", _of("shelf_rule")),
    "removal": (r"\w+", _of("reason")),
    **dict.fromkeys(("words", "words_two"), (r".+", lambda sentence: _parts_told(sentence))),
    "effect": (r"[\w&*]+", _effect),
    "group": (r"\w+", _of("effect_group")),
    "state": (r"\w+", _of("population_state")),
    "clinvar": (r"\S+", _clinvar),
    "verdict": (r"\w+", _of("verdict")),
    "validity": (r"[\w ]+", _of("validity")),
    "pattern": (r"\w+", _of("inheritance")),
    "status": (r"\w+", _of("status")),
    "shelf": (r"[A-C]", same),
    "shelf_two": (r"[A-C]", same),
    "phase": (r"\w+:\w+", _phase),
}


@cache
def _patterns() -> Sequence[tuple[str, re.Pattern[str]]]:
    """Every known sentence as a pattern, the one with most words of its own first."""
    found = []
    for key, sentence in load("en").items():
        if not key.startswith(_PREFIX):
            continue
        pieces = re.split(r"\{(\w+)\}", sentence)
        form = "".join(
            f"(?P<{piece}>{_VALUES[piece][0]})" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
        )
        found.append((sum(map(len, pieces[::2])), key, re.compile(form)))
    return [(key, pattern) for _, key, pattern in sorted(found, key=lambda entry: (-entry[0], entry[1]))]


def _parts(sentence: str, separator: str) -> list[str]:
    """The sentence split at a separator that stands in no parentheses."""
    parts, depth, start, place = [], 0, 0, 0
    while place < len(sentence):
        depth += {"(": 1, ")": -1}.get(sentence[place], 0)
        if depth == 0 and sentence.startswith(separator, place):
            parts.append(sentence[start:place])
            place += len(separator)
            start = place
            continue
        place += 1
    return [*parts, sentence[start:]]


def _whole(sentence: str) -> Bilingual | None:
    """The sentence as one entry of the catalogues."""
    for key, pattern in _patterns():
        match = pattern.fullmatch(sentence)
        if match is None:
            continue
        values = {name: _VALUES[name][1](value) for name, value in match.groupdict().items()}
        if all(value is not None for value in values.values()):
            said = text(key, **values)
            return Bilingual(said.fr, said.en.replace(">=", "≥").replace("<=", "≤"))
    return None


def _parts_told(sentence: str) -> Bilingual | None:
    """A sentence inside another."""
    return _told(sentence)


@lru_cache(maxsize=20_000)
def _told(sentence: str) -> Bilingual | None:
    """The sentence, whole or by its parts; None when a part is not known."""
    sentence = sentence.strip()
    if found := _whole(sentence):
        return found
    for separator, joins in (("; ", ("\u202f; ", "; ")), (", ", (", ", ", "))):
        parts = _parts(sentence, separator)
        if len(parts) < 2:
            continue
        said = [_told(part) for part in parts]
        known_parts = [part for part in said if part is not None]
        if len(known_parts) == len(parts):
            return Bilingual(
                joins[0].join(part.fr for part in known_parts), joins[1].join(part.en for part in known_parts)
            )
    return None


def told(sentence: str) -> Bilingual:
    """A reason in both languages; as source text when its words are not known."""
    parts = len(re.findall(r"[:;,] ", sentence))
    return (_told(sentence) if parts <= _MOST_PARTS else None) or source_text(sentence)


def observed(words: str | None) -> Bilingual:
    """What a check observed or expected: numbers with fixed phrases, or a sentence that is told."""
    found = measure(words)
    return told(words) if words and isinstance(found, SourceText) else found
