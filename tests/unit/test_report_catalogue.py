"""Words and numbers of the report in French and English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import filiation.report
from filiation.model.inheritance import Inheritance, Status
from filiation.model.pedigree import Affection, Role, Sex
from filiation.report import catalogue, typography
from filiation.report.candidate_view import consequences
from filiation.report.catalogue import SourceText, plural, term, text
from filiation.report.phrases import measure
from filiation.report.typography import NARROW, both, french

FOLDER = Path(filiation.report.__file__).parent
ENTRIES = {language: catalogue.entries(language) for language in ("fr", "en")}
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*")) if path.suffix in (".py", ".jinja")
)


def test_every_key_is_in_both_catalogues() -> None:
    assert list(ENTRIES["fr"]) == list(ENTRIES["en"])


def test_both_languages_fill_the_same_values_into_a_sentence() -> None:
    for key in ENTRIES["fr"]:
        names = [sorted(re.findall(r"\{(\w+)\}", ENTRIES[language][key])) for language in ("fr", "en")]
        assert names[0] == names[1], key


def test_no_entry_is_empty() -> None:
    assert [key for language in ENTRIES for key, entry in ENTRIES[language].items() if not entry.strip()] == []


def test_every_key_named_in_code_or_template_exists() -> None:
    for key in re.findall(r"\btext\(\s*\"([^\"{}]+)\"(?!\s*~)", SOURCES):
        assert key in ENTRIES["fr"], key
    for key in re.findall(r"\bplural\(\s*\"([^\"]+)\"", SOURCES):
        assert {f"{key}.one", f"{key}.many"} <= set(ENTRIES["fr"]), key


def test_every_key_is_used() -> None:
    """A key is used when it is named, when its vocabulary is looked up, or when its prefix is joined to a name."""
    prefixes = set(re.findall(r"\"([a-z_]+\.)\" ~", SOURCES)) | set(re.findall(r"text\(f\"([a-z_]+\.)\{", SOURCES))
    unused = []
    for key in ENTRIES["fr"]:
        stem = key.removesuffix(".one").removesuffix(".many")
        prefix = key.split(".")[0]
        looked_up = prefix in catalogue.VOCABULARIES
        if not (looked_up or f"{prefix}." in prefixes or f'"{key}"' in SOURCES or f'"{stem}"' in SOURCES):
            unused.append(key)
    assert unused == []


def test_every_vocabulary_is_looked_up_somewhere() -> None:
    for vocabulary in catalogue.VOCABULARIES:
        assert re.search(rf"(term|known|_of)\(\s*\"{vocabulary}\"", SOURCES) or f'"{vocabulary}.' in SOURCES, vocabulary


@pytest.mark.parametrize("vocabulary,values", [
    ("inheritance", Inheritance), ("inheritance_meaning", Inheritance), ("status", Status), ("sex", Sex),
    ("role", Role), ("role_letter", Role), ("affection", Affection), ("verdict", ("OK", "WARN", "FAIL", "UNKNOWN")),
    ("tier", ("core", "hpo", "lab", "off_panel")), ("segment", ("roh", "upd_maternal", "upd_paternal")),
])  # fmt: skip
def test_every_value_of_our_models_has_its_words(vocabulary: str, values: object) -> None:
    assert [value for value in values if not catalogue.known(vocabulary, str(value))] == []  # type: ignore[attr-defined]


def test_consequences_that_can_be_annotated_have_french_words() -> None:
    from filiation.model.consequence import SEVERITY

    coding = SEVERITY[: SEVERITY.index("intron_variant") + 1]
    # Terms that only structural variants have are not searched by this version.
    structural = {"transcript_amplification", "feature_elongation", "feature_truncation"}
    shown = {name: consequences({"consequence": name})[0] for name in coding if name not in structural}
    assert [name for name, words in shown.items() if isinstance(words, SourceText)] == []


def test_the_catalogues_never_conclude() -> None:
    for language in ENTRIES:
        for key, entry in ENTRIES[language].items():
            assert not re.search(r"diagnos", entry, re.IGNORECASE), key


def test_french_punctuation_has_its_no_break_spaces() -> None:
    assert french("Pourquoi ? « oui » : 5 %") == (f"Pourquoi{NARROW}? «{NARROW}oui{NARROW}»\u00a0: 5{NARROW}%")
    assert french("l'index") == "l’index"
    assert not re.search(
        r" [;!?%»]|« ", "".join(text(key).fr for key in ENTRIES["fr"] if "{" not in ENTRIES["fr"][key])
    )


@pytest.mark.parametrize("value,fr,en", [
    (1.2e-5, f"1,2{NARROW}×{NARROW}10⁻⁵", f"1.2{NARROW}×{NARROW}10⁻⁵"),
    (0.0023, "0,0023", "0.0023"),
    (0.5, "0,50", "0.50"),
    (0, "0", "0"),
])  # fmt: skip
def test_frequencies_are_written_to_be_compared(value: float, fr: str, en: str) -> None:
    written = both(typography.significant, value)
    assert (written.fr, written.en) == (fr, en)


def test_whole_numbers_are_grouped() -> None:
    written = both(typography.integer, 4912331)
    assert (written.fr, written.en) == (f"4{NARROW}912{NARROW}331", "4,912,331")


def test_a_posterior_is_never_rounded_to_certainty() -> None:
    assert typography.probability(0.999999, "fr") == f">{NARROW}0,9999"
    assert typography.probability(1e-9, "en") == f"<{NARROW}0.0001"
    assert typography.probability(0.8641, "fr") == "0,8641"


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    assert plural("frequency.homozygotes", 0).fr == "0 homozygote"
    assert plural("frequency.homozygotes", 0).en == "0 homozygotes"


def test_a_value_is_never_read_as_a_pattern() -> None:
    assert text("flags.caller_filter", filter="{filter.__class__}").en.endswith("{filter.__class__}")


def test_an_unknown_value_is_shown_as_source_text_and_escaped() -> None:
    shown = term("flag", "<b>odd</b>")
    assert isinstance(shown, SourceText)
    assert shown.__html__() == '<span class="source" lang="en-x-source">&lt;b&gt;odd&lt;/b&gt;</span>'


def test_fixed_phrases_of_the_quality_table_are_said_in_french() -> None:
    observed = measure("parent and child: opposite homozygotes 112 of 910233 (0.0001); relatedness 0.50")
    assert observed.fr == (
        f"parent et enfant\u00a0: homozygotes opposés 112 sur 910{NARROW}233 (0,0001){NARROW}; apparentement 0,50"
    )
    assert observed.en.startswith("parent and child: opposite homozygotes 112 of 910,233")


def test_a_sentence_with_an_unknown_word_is_not_half_translated() -> None:
    shown = measure("at most 3 quokkas")
    assert isinstance(shown, SourceText)
    assert shown.fr == "at most 3 quokkas"
