"""Does the catalogue hold every pre-indication of the plan, and is a faulty one refused by line and entry?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filiation.errors import ConfigError, FaultList, UserError
from filiation.panels.catalogue import CONFIDENCES, MECHANISMS, SHIPPED, load_catalogue

# What the leaflet of 2020 prints: its categories and the number of lines in each.
LEAFLET = {
    "Malformations, troubles du (neuro)développement et neurosensoriels": 13,
    "Maladies neurologiques et neuromusculaires": 8,
    "Maladies cardiaques, pulmonaires et vasculaires": 7,
    "Maladies endocriniennes, métaboliques et mitochondriales": 10,
    "Maladies gastro-hépato-entériques": 2,
    "Maladies dermatologiques": 1,
    "Maladies immuno-hématologiques et auto-inflammatoires": 9,
    "Maladies rénales": 1,
    "Maladies osseuses et du métabolisme phospho-calcique": 2,
}
LATER = {
    "syndromes-ehlers-danlos-non-vasculaires",
    "maladies-cerebrovasculaires-rares",
    "neuropathies-optiques-genetiques",
    "migraine-hemiplegique-familiale",
    "hypertension-arterielle-monogenique-sujet-jeune",
    "predisposition-hemopathies-malignes-enfant-adolescent",
}


def test_catalogue__holds_the_61_of_2020_line_by_line() -> None:
    entries = load_catalogue().entries
    first = [entry for entry in entries.values() if entry.slug not in LATER]
    assert len(first) == 61
    kinds = [entry.kind for entry in first]
    assert (kinds.count("rare_disease"), kinds.count("oncogenetics"), kinds.count("cancer")) == (51, 2, 8)
    lines = {name: sum(name in entry.categories for entry in first) for name in LEAFLET}
    assert lines == LEAFLET
    twice = {entry.slug for entry in first if len(entry.categories) == 2}
    assert twice == {"diabete-neonatal", "diabetes-rares-lipoatrophiques"}
    assert set(entries) >= LATER


def test_catalogue__every_fact_has_a_source_and_a_confidence() -> None:
    catalogue = load_catalogue()
    for entry in catalogue.entries.values():
        for name, facts in entry.facts.items():
            for fact in facts:
                assert fact.source in catalogue.sources, (entry.slug, name)
                assert fact.confidence in CONFIDENCES, (entry.slug, name)
        assert {spot.mechanism for spot in entry.blind_spots} <= set(MECHANISMS)


@pytest.mark.parametrize(
    ("slug", "locus"),
    [
        ("ataxies-hereditaires-sujet-jeune", "RFC1"),
        ("nephropathies-chroniques", "MUC1"),
        ("nephropathies-chroniques", "PKD1"),
        ("hypotonies-neonatales-peripheriques", "SMN1"),
        ("diabete-neonatal", "6q24"),
    ],
)
def test_catalogue__known_blind_spots_are_named(slug: str, locus: str) -> None:
    assert any(locus in spot.locus for spot in load_catalogue().find(slug).blind_spots)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("nbia", "nbia"),
        ("Cardiomyopathies familiales", "cardiomyopathies-familiales"),
        ("cmd FAMILIALE", "cardiomyopathies-familiales"),
        ("Epilepsies pharmacorésistantes à début précoce", "epilepsies-pharmacoresistantes-debut-precoce"),
        (
            "Anomalies sévères de la différenciation sexuelles d’origine gonadique et hypothalamo-hypophysaire",
            "anomalies-differenciation-sexuelle",
        ),
    ],
)
def test_find__slug_name_or_alias_whatever_case_and_accents(name: str, slug: str) -> None:
    assert load_catalogue().find(name).slug == slug


def test_find__unknown_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'deficience-intellectuelle'"):
        load_catalogue().find("deficience-intelectuelle")
    with pytest.raises(ConfigError, match="epilepsies-pharmacoresistantes"):
        load_catalogue().find("epilepsies")
    with pytest.raises(ConfigError, match="filiation panels list"):
        load_catalogue().find("zzz")


@pytest.mark.parametrize("name", ["cancers-rares", "Lymphomes de diagnostic incertain"])
def test_find__a_cancer_is_somatic_and_out_of_scope(name: str) -> None:
    with pytest.raises(ConfigError, match="somatic, out of scope"):
        load_catalogue().find(name)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("    aliases: {value", "    alias: {value", "unknown key 'alias'.*did you mean 'aliases'"),
        ("source: leaflet, confidence: read", "source: leaflett, confidence: read", "did you mean 'leaflet'"),
        ("confidence: memory", "confidence: sure", "confidence 'sure'"),
        ("kind: rare_disease", "kind: rare", "kind 'rare'"),
        ('["trio"]', '["trios"]', "did you mean 'trio'"),
        ("FMR1: repeat_expansion", "FMR1: repeats", "blind spot 'FMR1: repeats'"),
        ("HP:0001249 Intel", "HP:001249 Intel", "an id, a space and its label"),
        ('ddg2p_roots: ["HP:0012759 ', 'ddg2p_roots: ["HP:12759 ', "ddg2p_roots is"),
        ("'intellectual disab'", "'intellectual (disab'", "not an expression"),
        ("slug: dysraphismes", "slug: deficience-intellectuelle", "stands twice"),
        ('    valid_from: {value: "2020"', '    valid_from: {value: "hier"', "YYYY"),
    ],
)
def test_catalogue__a_fault_names_line_and_entry(tmp_path: Path, before: str, after: str, words: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "c.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(FaultList) as caught:
        load_catalogue(path)
    assert re.search(words, caught.value.message(), re.DOTALL), caught.value.message()
    assert re.search(r"line \d+, entry [dt]", caught.value.message())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- b\n", "not a catalogue"),
        ("version: 1\n", "not a catalogue"),
        ("a: [b\n", "not valid YAML"),
        ("", "0 bytes"),
    ],
)
def test_catalogue__another_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        load_catalogue(path)
