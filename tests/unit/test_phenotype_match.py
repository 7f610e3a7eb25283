"""Do the patient's signs lead to the right disease, is each match shown, and is no term never a zero?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.hpo import gene_diseases
from filiation.__main__ import main
from filiation.config import gene_table_path
from filiation.errors import InputError
from filiation.genes.table import GeneTable, load_gene_table
from filiation.phenotype.diseases import read_gene_diseases, shipped_gene_diseases
from filiation.phenotype.match import PhenotypeMatcher, lin_similarity
from filiation.phenotype.ontology import load_ontology

PFEIFFER = "OMIM:101600"
PFEIFFER_SIGNS = ["HP:0001363", "HP:0000494", "HP:0011304", "HP:0010055", "HP:0000520"]
GENES_COMPARED = ("FGFR1", "FGFR2", "TWIST1", "SCN1A", "CFTR", "COL1A1", "PKD1", "MYBPC3", "RPE65", "BRCA1")

TERMS = st.sampled_from(
    ["HP:0001250", "HP:0001363", "HP:0011304", "HP:0000407", "HP:0001644", "HP:0000510", "HP:0000118", "HP:0002664"]
)


@pytest.fixture(scope="module")
def table() -> GeneTable:
    """The gene table that ships."""
    return load_gene_table(gene_table_path())


def test_match__without_terms_every_gene_is_unknown_and_the_note_says_why() -> None:
    matcher = PhenotypeMatcher([])
    assert matcher.of_gene("FGFR2") is None
    assert matcher.of_disease(PFEIFFER) is None
    assert "no HPO terms" in matcher.note


def test_match__terms_that_are_no_sign_give_no_score() -> None:
    matcher = PhenotypeMatcher(["Congenital onset"])
    assert matcher.of_gene("FGFR2") is None
    assert "no HPO term given is a phenotypic abnormality" in matcher.note


def test_match__the_signs_of_pfeiffer_syndrome_lead_to_its_genes() -> None:
    matcher = PhenotypeMatcher(PFEIFFER_SIGNS)
    scores = {gene: match.score for gene in GENES_COMPARED if (match := matcher.of_gene(gene))}
    best = sorted(scores, key=lambda gene: -scores[gene])[:3]
    assert "FGFR2" in best
    assert scores["FGFR2"] > 2 * scores["CFTR"]


def test_match__every_compared_term_has_its_nearest_term_in_their_order() -> None:
    match = PhenotypeMatcher(["HP:0000407", *PFEIFFER_SIGNS]).of_disease(PFEIFFER)
    assert match is not None
    assert [found.patient_term for found in match.matches] == ["HP:0000407", *PFEIFFER_SIGNS]
    assert {found.similarity for found in match.matches if found.patient_term == found.disease_term} == {1.0}
    assert match.disease_name == "Pfeiffer syndrome"


def test_match__all_signs_of_a_disease_score_one_for_it() -> None:
    disease = load_ontology().disease(PFEIFFER)
    assert disease is not None
    match = PhenotypeMatcher(disease.terms).of_disease(PFEIFFER)
    assert match is not None
    assert match.score == pytest.approx(1.0, abs=0.05)


def test_match__the_formula_is_that_of_hpo3_where_every_term_is_annotated() -> None:
    from pyhpo import HPOSet

    disease = load_ontology().disease(PFEIFFER)
    assert disease is not None
    signs = ["HP:0001363", "HP:0000494", "HP:0011304"]
    expected = HPOSet.from_queries(signs).similarity(
        HPOSet.from_queries(list(disease.terms)), "omim", "lin", "funSimAvg"
    )
    match = PhenotypeMatcher(signs).of_disease(PFEIFFER)
    assert match is not None
    assert match.score == pytest.approx(expected, abs=1e-5)


@given(first=TERMS, second=TERMS)
@settings(max_examples=60, deadline=None)
def test_similarity__is_symmetric_between_zero_and_one_and_one_for_itself(first: str, second: str) -> None:
    value = lin_similarity(first, second)
    assert 0 <= value <= 1
    assert value == lin_similarity(second, first)
    assert lin_similarity(first, first) == 1


def test_information__a_term_of_no_disease_is_as_specific_as_its_nearest_ancestor() -> None:
    ontology = load_ontology()
    assert ontology.information("HP:0001250") > ontology.information("HP:0000707") > 0
    for term in ontology.ids()[:3000]:
        if not ontology.is_obsolete(term) and ontology.is_abnormality(term):
            assert ontology.information(term) >= max(map(ontology.information, ontology.ancestors(term)))


def test_match__a_gene_unknown_to_hpo_has_no_score() -> None:
    assert PhenotypeMatcher(PFEIFFER_SIGNS).of_gene("NOSUCHGENE1") is None


def test_match__a_renamed_gene_is_found_by_its_number(table: GeneTable) -> None:
    links = shipped_gene_diseases()
    renamed = next(
        gene
        for gene in table.genes.values()
        if gene.ncbi_gene_id and int(gene.ncbi_gene_id) in links.by_ncbi_gene_id and gene.symbol not in links.by_symbol
    )
    assert PhenotypeMatcher(PFEIFFER_SIGNS, genes=table).of_gene(renamed.symbol, renamed.hgnc_id) is not None


def test_links__a_newer_file_of_the_laboratory_decides(tmp_path: Path) -> None:
    path = gene_diseases(tmp_path / "genes_to_disease.txt", [("2263", "FGFR2", "OMIM:101200")])
    match = PhenotypeMatcher(PFEIFFER_SIGNS, gene_diseases=path).of_gene("FGFR2")
    assert match is not None
    assert match.disease_id == "OMIM:101200"


def test_links__a_gene_without_a_linked_disease_is_compared_as_a_whole(tmp_path: Path) -> None:
    path = gene_diseases(tmp_path / "genes_to_disease.txt", [("1", "A1BG", "OMIM:101200")])
    match = PhenotypeMatcher(PFEIFFER_SIGNS, gene_diseases=path).of_gene("FGFR2")
    assert match is not None
    assert match.disease_id == ""


def test_links__another_file_or_a_cut_one_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("gene\tdisease\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column ncbi_gene_id"):
        read_gene_diseases(other)
    cut = gene_diseases(tmp_path / "cut.txt", [("2263", "FGFR2", "OMIM:101200")])
    cut.write_text(cut.read_text(encoding="utf-8") + "NCBIGene:22\tAB", encoding="utf-8")
    with pytest.raises(InputError, match="line 3"):
        read_gene_diseases(cut)


def test_links__what_ships_names_diseases_for_five_thousand_genes() -> None:
    links = shipped_gene_diseases()
    assert len(links.by_symbol) > 5000
    assert PFEIFFER in links.of("FGFR2")


def test_command__shows_terms_matches_and_the_column_for_the_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["phenotype", "--terms", "Craniosynostosis; HP:0000057", "--genes", "FGFR2"]) == 0
    shown = capsys.readouterr().out
    assert "1.00  Clitoral hypertrophy  ->  Clitoral hypertrophy" in shown
    assert "\nFGFR2  0." in shown
    assert "withdrawn by HPO, taken as HP:0008665" in shown
    assert shown.endswith("hpo_terms: HP:0001363;HP:0008665\n")


def test_command__lists_the_best_genes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["phenotype", "--terms", *PFEIFFER_SIGNS, "--top", "10"]) == 0
    assert "FGFR2" in capsys.readouterr().out


def test_command__a_wrong_term_is_the_users_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["phenotype", "--terms", "Seizzure"]) == 2
    assert "HP:0001250 Seizure" in capsys.readouterr().err
