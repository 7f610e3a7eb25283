"""What the report knows beside its tables: prior of a new mutation, Orphanet's French names, panels with dates."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from builders.report_rich import FRENCH_DISEASE, rich_candidates, rich_data
from filiation.__main__ import main
from filiation.config import scoring_model_path
from filiation.errors import InputError
from filiation.io.files import sha256
from filiation.io.tables import read_table, write_table
from filiation.kernels import mutation
from filiation.model.columns import CANDIDATES, PHENOTYPE_TERMS
from filiation.phenotype.orphanet_names import read_orphanet_names
from filiation.prioritisation.report_facts import mutation_rates
from filiation.report.crate import NAME
from filiation.report.de_novo_view import mutation_class, prior
from filiation.report.exports import write_exports
from filiation.report.html import render
from filiation.report.pdf import print_page
from filiation.scoring.de_novo import classify_changes
from filiation.scoring.model import load_scoring_model

CLASSES = {
    mutation.TRANSITION: "transition",
    mutation.TRANSITION_NOT_CPG: "transition_not_cpg",
    mutation.TRANSITION_CPG: "transition_cpg",
    mutation.TRANSVERSION: "transversion",
    mutation.INDEL_1: "indel_1",
    mutation.INDEL_2_TO_4: "indel_2_to_4",
    mutation.INDEL_LONGER: "indel_longer",
    mutation.MULTI_NUCLEOTIDE: "multi_nucleotide",
}
PRODUCT = """<?xml version="1.0" encoding="ISO-8859-1"?><JDBOR><DisorderList count="2">
<Disorder id="1"><OrphaCode>544254</OrphaCode><Name lang="{language}">Enc\xe9phalopathie li\xe9e \xe0 SYNGAP1</Name>
</Disorder><Disorder id="2"><OrphaCode>58</OrphaCode><Name lang="{language}">Maladie d'Alexander</Name></Disorder>
</DisorderList></JDBOR>"""


def test_prior__the_class_of_a_change_is_the_one_that_the_scoring_model_uses() -> None:
    rng = random.Random(3)
    alleles = [
        ("".join(rng.choices("ACGT", k=rng.randint(1, 8))), "".join(rng.choices("ACGT", k=rng.randint(1, 8))))
        for _ in range(3000)
    ]
    alleles += [(ref, alt) for ref in "ACGT" for alt in "ACGT"]
    alleles = [(ref, alt) for ref, alt in alleles if ref != alt]
    found, _ = classify_changes([ref for ref, _ in alleles], [alt for _, alt in alleles], None)
    assert [mutation_class(*pair) for pair in alleles] == [CLASSES[code] for code in found]


def test_prior__every_rate_of_the_model_has_its_class() -> None:
    checksum, rates = mutation_rates(load_scoring_model(scoring_model_path()))
    assert len(checksum) == 64
    assert set(CLASSES.values()) < set(rates)


def test_prior__a_symbolic_allele_and_a_variant_without_posterior_have_none() -> None:
    rates = {"transition": 8.1e-9, "transition_cpg": 1e-7, "transition_not_cpg": 6e-9}
    assert mutation_class("A", "<DEL>") is None
    assert prior({"ref": "C", "alt": "T", "de_novo_posterior": None}, rates) is None
    words = prior({"ref": "C", "alt": "T", "de_novo_posterior": 0.9}, rates)
    assert words is not None
    assert "8,1\u202f×\u202f10⁻⁹ par allèle et par génération" in words.fr
    assert "CpG" in words.fr


def test_prior__stands_beside_the_posterior_on_screen_and_paper(tmp_path: Path) -> None:
    data = rich_data(tmp_path)
    for page in (render(data), print_page(data)):
        assert "par allèle et par génération" in page
        assert "log₁₀ de la cote" in page


def test_prior__of_another_model_is_unknown_and_not_that_of_the_shipped_one(tmp_path: Path) -> None:
    data = rich_data(tmp_path)
    knowledge = replace(data.knowledge, mutation_rates={})
    assert "le modèle de l’analyse n’est pas là" in render(replace(data, knowledge=knowledge))


def test_disease__has_its_french_name_where_orphanet_gives_one_and_is_marked_english_elsewhere(tmp_path: Path) -> None:
    page = render(rich_data(tmp_path))
    assert f"<i lang=fr>{FRENCH_DISEASE}</i><i lang=en>SYNGAP1-related" in page
    assert '<span class="source" lang="en-x-source">Intellectual developmental disorder' in page


def test_panels__are_named_with_their_date(tmp_path: Path) -> None:
    assert "1.0.0 du 2026-11-22" in render(rich_data(tmp_path))


def test_manifest__has_a_checksum_that_depends_on_versions_and_settings_alone(tmp_path: Path) -> None:
    data = rich_data(tmp_path)
    assert data.manifest_sha256 in render(data)
    assert data.manifest_sha256 in print_page(data)
    other_day = replace(data.versions, header={**data.versions.header, "date": "2027-01-01"})
    assert replace(data, versions=other_day).manifest_sha256 == data.manifest_sha256
    fewer = replace(data.versions, rows=data.versions.rows[1:])
    assert replace(data, versions=fewer).manifest_sha256 != data.manifest_sha256


def test_crate__names_every_file_with_its_checksum_and_what_it_was_made_with(tmp_path: Path) -> None:
    data = rich_data(tmp_path)
    texts = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        write_exports(
            data, html=folder / "F.rcp.html", table=folder / "F.rcp.tsv", json=folder / "F.rcp.json",
            crate_file=folder / NAME,
        )  # fmt: skip
        texts.append((folder / NAME).read_text("utf-8"))
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]
    graph = {entity["@id"]: entity for entity in json.loads(texts[0])["@graph"]}
    assert graph[NAME]["about"] == {"@id": "./"}
    parts = [part["@id"] for part in graph["./"]["hasPart"]]
    assert parts == ["F.rcp.html", "F.rcp.json", "F.rcp.tsv"]
    for part in parts:
        assert graph[part]["sha256"] == sha256(tmp_path / "a" / part)
    made_with = {reference["@id"] for reference in graph["#analysis"]["object"]}
    assert len(made_with) == len({(row["kind"], row["name"]) for row in data.versions.rows})
    assert made_with <= set(graph)
    assert graph["./"]["identifier"] == data.manifest_sha256


def test_orphanet_names__are_read_from_the_french_product(tmp_path: Path) -> None:
    path = tmp_path / "fr_product1.xml"
    path.write_bytes(PRODUCT.format(language="fr").encode("latin-1"))
    assert read_orphanet_names(path) == {
        "ORPHA:544254": "Encéphalopathie liée à SYNGAP1", "ORPHA:58": "Maladie d'Alexander",
    }  # fmt: skip


@pytest.mark.parametrize("content", [
    PRODUCT.format(language="en"), "<JDBOR><Disorder>", "", '<!DOCTYPE x [<!ENTITY a "b">]><JDBOR/>', "ORPHA\tname\n",
])  # fmt: skip
def test_orphanet_names__another_file_is_refused_with_its_repair(tmp_path: Path, content: str) -> None:
    path = tmp_path / "fr_product1.xml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_orphanet_names(path)
    assert str(path) in str(caught.value)


def test_orphanet_names__of_the_candidates_go_into_the_table_of_the_report(tmp_path: Path) -> None:
    names = tmp_path / "fr_product1.xml"
    names.write_bytes(PRODUCT.format(language="fr").encode("latin-1"))
    write_table(tmp_path / "candidates.tsv", CANDIDATES, rich_candidates())
    output = tmp_path / "phenotype.tsv"
    arguments = ["--terms", "HP:0001250", "--candidates", str(tmp_path / "candidates.tsv"), "--output", str(output)]
    assert main(["phenotype", *arguments, "--orphanet-names", str(names)]) == 0
    rows = {row["term"]: row for row in read_table(output, PHENOTYPE_TERMS).rows}
    assert rows["ORPHA:544254"]["label_fr"] == "Encéphalopathie liée à SYNGAP1"
    assert rows["ORPHA:544254"]["label_en"].startswith("SYNGAP1-related")
    assert "ORPHA:58" not in rows
