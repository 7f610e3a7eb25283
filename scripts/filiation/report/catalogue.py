"""Which words does the report use? Every sentence stands in locale/fr.po and locale/en.po (gettext), under one key.

Keys are of two sorts. Fixed keys are named in templates and code (`band.work_document`). Vocabulary keys carry
a value of our tables behind a prefix (`inheritance.de_novo`): a value without an entry is shown as it stands in
the table, marked as source text, and never translated at run time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import escape

from filiation.report.typography import LANGUAGES, Bilingual, french, integer

# Prefixes whose keys are built from values of the tables.
VOCABULARIES = (
    "acmg_class",
    "acmg_short",
    "affection",
    "agreement",
    "alert",
    "blind_spot",
    "cause",
    "change",
    "check",
    "check_meaning",
    "clinvar",
    "clinvar_review",
    "component",
    "compound_phase",
    "consequence",
    "criterion_state",
    "decision",
    "disomy_form",
    "effect_group",
    "evidence_column",
    "flag",
    "funnel_start",
    "gene_name",
    "inheritance",
    "inheritance_meaning",
    "kind",
    "locus",
    "member_state",
    "mutation_class",
    "named_member",
    "nmd",
    "origin_evidence",
    "overturn",
    "parent_of_origin",
    "person",
    "phase_evidence",
    "phrase",
    "population_group",
    "population_state",
    "predictor",
    "previous_test",
    "read_note",
    "reads_reason",
    "reads_state",
    "reads_verdict",
    "reason",
    "reason_item",
    "reason_meaning",
    "region",
    "role",
    "role_letter",
    "rule",
    "rule_state",
    "segment",
    "set_aside",
    "sex",
    "shelf",
    "shelf_rule",
    "sign_match",
    "status",
    "step",
    "strength",
    "structure",
    "test_result",
    "tier",
    "told",
    "transcript_status",
    "validity",
    "variant_kind",
    "verdict",
)


@dataclass(frozen=True)
class SourceText(Bilingual):
    """Text as another program or table wrote it (English), shown unchanged in both languages."""

    def __html__(self) -> str:
        # A private-use subtag keeps it readable for screen readers and out of the language switch.
        return f'<span class="source" lang="en-x-source">{escape(self.fr)}</span>'


def source_text(text: str) -> SourceText:
    """Mark a text of a table as source text."""
    return SourceText(text, text)


@cache
def entries(language: str) -> dict[str, str]:
    """The catalogue of one language as its file has it: {key: sentence}."""
    from babel.messages.pofile import read_po

    with files("filiation.report").joinpath("locale", f"{language}.po").open("rb") as handle:
        catalogue = read_po(handle, locale=language, abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalogue if message.id}


@cache
def load(language: str) -> dict[str, str]:
    """The catalogue of one language, French with its no-break spaces."""
    found = entries(language)
    return {key: french(entry) for key, entry in found.items()} if language == "fr" else found


def _in_language(value: Any, language: str) -> str:
    """One value of a sentence: whole numbers and bilingual texts take the form of the language."""
    if isinstance(value, Bilingual):
        return value.in_language(language)
    return integer(value, language) if isinstance(value, int) else str(value)


def _entry(key: str, language: str, values: dict[str, Any]) -> str:
    written = {name: _in_language(value, language) for name, value in values.items()}
    return load(language)[key].format_map(written)


def text(key: str, **values: Any) -> Bilingual:
    """The sentence of a key with its values filled in; values are data and are never read as a pattern."""
    return Bilingual(*(_entry(key, language, values) for language in LANGUAGES))


def plural(key: str, count: int, **values: Any) -> Bilingual:
    """The sentence `key.one` or `key.many`; French counts zero as one, English does not."""
    forms = {"fr": "one" if count < 2 else "many", "en": "one" if count == 1 else "many"}
    values["count"] = count
    return Bilingual(*(_entry(f"{key}.{forms[language]}", language, values) for language in LANGUAGES))


def known(vocabulary: str, value: str) -> bool:
    """Whether a value of a table has its words in the catalogues."""
    return f"{vocabulary}.{value}" in load("fr")


def term(vocabulary: str, value: str | None) -> Bilingual:
    """The words for a value of a table; the value itself, as source text, when there are none."""
    if vocabulary not in VOCABULARIES:
        raise KeyError(f"no vocabulary '{vocabulary}'")
    if value is None:
        return text("missing.cell")
    return text(f"{vocabulary}.{value}") if known(vocabulary, value) else source_text(value)
