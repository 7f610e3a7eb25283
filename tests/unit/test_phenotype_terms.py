"""Is every sign that a clinician writes named right, and is what is unsure refused with the choices?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.hpo import french_labels
from filiation.config import REPOSITORY
from filiation.errors import FaultList, InputError
from filiation.phenotype.labels import folded, read_french_labels, retired_terms, shipped_synonyms
from filiation.phenotype.ontology import load_ontology
from filiation.phenotype.terms import resolve_terms, split_terms

SEIZURE, EPILEPTIC_SPASM, NERVOUS_SYSTEM = "HP:0001250", "HP:0011097", "HP:0000707"
BABELON = REPOSITORY.parent / "shared" / "data" / "annotation" / "hpo" / "hp-fr-preprocessed.babelon.tsv"


@pytest.fixture
def french(tmp_path: Path) -> Path:
    """Two French labels, one of them with a worse candidate, and one that two terms share."""
    return french_labels(
        tmp_path / "hp-fr.tsv",
        [
            ("HP:0001363", "Synostose du crâne", "CANDIDATE"),
            ("HP:0001363", "Crâniosynostose", "OFFICIAL"),
            ("HP:0011304", "Pouce large", "OFFICIAL"),
            ("HP:0010055", "Hallux large", "OFFICIAL"),
            ("HP:0001770", "Syndactylie", "OFFICIAL"),
            ("HP:0006101", "Syndactylie", "OFFICIAL"),
        ],
    )


def test_terms__no_term_at_all_is_allowed() -> None:
    assert resolve_terms([]).terms == ()
    assert resolve_terms(["", "  "]).ids == ()


def test_terms__ids_labels_and_synonyms_name_the_same_term() -> None:
    for written in (SEIZURE, "hp:0001250", "HP_0001250", "Seizure", "SEIZURE", "Seizures", "Seizure (HP:0001250)"):
        assert resolve_terms([written]).ids == (SEIZURE,), written
    assert resolve_terms(["HP:0001250", "Broad thumb"]).terms[1].how == "label"
    assert resolve_terms(["Seizures"]).terms[0].how == "synonym"


def test_terms__french_labels_are_read_without_regard_to_accents_and_case(french: Path) -> None:
    found = resolve_terms(["craniosynostose", "POUCE LARGE"], french_labels=french)
    assert found.ids == ("HP:0001363", "HP:0011304")
    assert [term.label_fr for term in found.terms] == ["Crâniosynostose", "Pouce large"]
    assert found.terms[0].how == "french_label"


def test_terms__without_the_french_file_the_message_says_how_to_get_french_labels() -> None:
    with pytest.raises(InputError, match="hpo_french_labels"):
        resolve_terms(["Pouce large, sans fichier"])


def test_terms__a_french_label_of_two_terms_stops_with_both(french: Path) -> None:
    with pytest.raises(InputError, match=r"names 2 terms") as fault:
        resolve_terms(["Syndactylie"], french_labels=french)
    assert "HP:0001770" in fault.value.repair
    assert "HP:0006101" in fault.value.repair


def test_terms__a_withdrawn_id_becomes_its_replacement_and_says_so() -> None:
    found = resolve_terms(["HP:0000057"])
    assert found.ids == ("HP:0008665",)
    assert found.terms[0].how == "replaced"
    assert "HP:0008665" in found.notes[0]


def test_terms__a_withdrawn_id_without_one_replacement_stops_with_the_choices() -> None:
    ontology = load_ontology()
    undecided = [
        (term, choices)
        for term, (replaced_by, choices) in retired_terms().items()
        if not replaced_by and choices and term in ontology and not ontology.replacement(term)
    ]
    assert undecided
    term, choices = undecided[0]
    with pytest.raises(InputError, match="withdrawn by HPO") as fault:
        resolve_terms([term])
    assert any(choice in fault.value.repair for choice in choices)


def test_terms__unknown_id_and_short_id_stop() -> None:
    with pytest.raises(InputError, match="'HP:9999999' is not in HPO 20"):
        resolve_terms(["HP:9999999"])
    with pytest.raises(InputError, match="leading zeros"):
        resolve_terms(["HP:1250"])


def test_terms__a_mistyped_label_stops_with_the_nearest_ones() -> None:
    with pytest.raises(InputError) as fault:
        resolve_terms(["Seizzure"])
    assert "HP:0001250 Seizure" in fault.value.repair


def test_terms__a_label_beside_the_id_of_another_term_stops() -> None:
    with pytest.raises(InputError, match="the id is Seizure, the label is that of HP:0000365 Hearing impairment"):
        resolve_terms(["HP:0001250 Hearing impairment"])
    assert resolve_terms(["HP:0001250 crises depuis la naissance"]).ids == (SEIZURE,)


def test_terms__all_faults_are_told_at_once() -> None:
    with pytest.raises(FaultList) as fault:
        resolve_terms(["HP:9999999", "Seizure", "Nonsensical sign xyz"])
    assert len(fault.value.faults) == 2


def test_terms__repeated_general_and_non_phenotypic_terms_are_told_and_not_compared() -> None:
    found = resolve_terms([EPILEPTIC_SPASM, "Seizure", NERVOUS_SYSTEM, EPILEPTIC_SPASM, "Congenital onset"])
    assert found.ids == (EPILEPTIC_SPASM, SEIZURE, NERVOUS_SYSTEM, "HP:0003577")
    assert [term.id for term in found.compared] == [EPILEPTIC_SPASM]
    assert found.redundant == {SEIZURE, NERVOUS_SYSTEM}
    assert found.other == {"HP:0003577"}
    assert len(found.notes) == 4


def test_terms__a_column_is_split_at_semicolons_and_lines() -> None:
    assert split_terms("HP:0001250; Broad thumb;\n ;Seizure") == ("HP:0001250", "Broad thumb", "Seizure")


def test_french_labels__official_ones_win_and_another_file_is_refused(french: Path, tmp_path: Path) -> None:
    assert read_french_labels(french).labels["HP:0001363"] == "Crâniosynostose"
    other = tmp_path / "other.tsv"
    other.write_text("hpo\tlabel\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column subject_id"):
        read_french_labels(other)
    german = french_labels(tmp_path / "de.tsv", [("HP:0001250", "Anfall", "OFFICIAL")], language="de")
    with pytest.raises(InputError, match="no French label"):
        read_french_labels(german)


def test_folded__ligatures_accents_apostrophes_and_spaces_do_not_matter() -> None:
    assert folded("Œdème  de l’œil") == folded("oedeme de l'OEIL")


def test_shipped_tables__replacements_and_synonyms_are_terms_of_the_ontology() -> None:
    ontology = load_ontology()
    lost = [term for term, (replaced_by, _) in retired_terms().items() if replaced_by and replaced_by not in ontology]
    assert lost == []
    assert all(term in ontology for term in shipped_synonyms())


@pytest.mark.real_data
@pytest.mark.skipif(not BABELON.is_file(), reason="../shared/data is not there")
def test_french_labels__the_official_translation_names_its_own_terms() -> None:
    labels = read_french_labels(BABELON).labels
    assert len(labels) > 12_000
    found = resolve_terms(["Hallux large", "Crâniosynostose", "Epilépsie"], french_labels=BABELON)
    assert found.ids == ("HP:0010055", "HP:0001363", "HP:0001250")
