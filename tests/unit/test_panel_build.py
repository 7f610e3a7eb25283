"""Does a built panel hold the genes that its rule names, and no other, with tier, mode and evidence?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from builders.panel_sources import (
    write_classification,
    write_gene_table,
    write_hpo_folder,
    write_orphanet_csv,
    write_orphanet_xml,
)
from filiation.errors import FaultList, InputError
from filiation.genes.table import load_gene_table
from filiation.panels.build import BuiltPanel, Knowledge, build_panel
from filiation.panels.catalogue import PanelRule, PreIndication, load_catalogue
from filiation.panels.curated import CuratedGene, read_curated
from filiation.panels.modes import DevelopmentalDisease, joined, mode_of, read_ddg2p, read_ddg2p_diseases
from filiation.panels.orphanet import read_orphanet
from filiation.panels.phenotype_files import frequency_of, read_phenotypes


def entry_of(names: tuple[str, ...] = (), groups: tuple[str, ...] = (), **roots: str) -> PreIndication:
    """The NBIA entry with a rule of the test's own; roots as HP_0012675="any"."""
    rules = {name.replace("_", ":"): word for name, word in roots.items()}
    rule = PanelRule(names, MappingProxyType(rules))
    return replace(load_catalogue().find("nbia"), rule=rule, hpo_roots=tuple(rules), orpha_groups=groups)


def knowledge_of(folder: Path, *, curated: tuple[CuratedGene, ...] = (), xml: bool = False) -> Knowledge:
    """Everything from the builders' small files."""
    table = load_gene_table(write_gene_table(folder / "genes.tsv"))
    genes = write_orphanet_xml(folder / "product6.xml") if xml else write_orphanet_csv(folder / "genes.csv")
    tree = write_classification(folder / "product3.xml", {"1": ["2"], "2": ["157850", "329284"]}, "1")
    orphanet = read_orphanet(genes, [tree], None)
    return Knowledge(table, {"nbia": list(curated)}, orphanet, read_phenotypes(write_hpo_folder(folder / "hpo")))


def tiers(built: BuiltPanel) -> dict[str | None, str | None]:
    """{symbol: tier} of a built panel."""
    return {row["gene"]: row["tier"] for row in built.rows}


@pytest.mark.parametrize("xml", [False, True], ids=["csv", "xml"])
def test_core__genes_of_an_orphanet_group_and_of_matching_names(tmp_path: Path, xml: bool) -> None:
    knowledge = knowledge_of(tmp_path, xml=xml)
    assert tiers(build_panel(entry_of(groups=("ORPHA:2",)), knowledge)) == {"PANK2": "core", "WDR45": "core"}
    by_name = build_panel(entry_of(names=("joubert", "ferritin")), knowledge)
    assert tiers(by_name) == {"CPLANE1": "core"}, "not assessed and modifying links do not count"
    assert by_name.rows[0]["evidence"] == "ORPHA:475 Joubert syndrome"
    assert (knowledge.orphanet.not_assessed, knowledge.orphanet.not_causal) == (1, 1)


def test_core__a_group_that_no_file_holds_is_told(tmp_path: Path) -> None:
    built = build_panel(entry_of(groups=("ORPHA:2", "ORPHA:385")), knowledge_of(tmp_path))
    assert (built.groups_used, built.groups_unknown) == (["ORPHA:2"], ["ORPHA:385"])


@pytest.mark.parametrize(
    ("word", "genes"),
    [("half", {"PLA2G6"}), ("very_frequent", set()), ("any", {"PLA2G6", "FTL", "TWO"}), ("none", set())],
)
def test_hpo__a_root_takes_its_descendants_at_the_share_that_its_rule_asks(
    tmp_path: Path, word: str, genes: set[str]
) -> None:
    built = build_panel(entry_of(HP_0012675=word), knowledge_of(tmp_path))
    assert tiers(built) == dict.fromkeys(genes, "hpo")
    assert "SHOX" not in tiers(built), "1-4 % of the patients is below every rule"


def test_hpo__frequent_is_not_surely_half(tmp_path: Path) -> None:
    assert tiers(build_panel(entry_of(HP_0002134="half"), knowledge_of(tmp_path))) == {}
    assert tiers(build_panel(entry_of(HP_0002134="frequent"), knowledge_of(tmp_path))) == {"WDR45": "hpo"}


def test_names__one_that_means_two_genes_is_left_out_and_named(tmp_path: Path) -> None:
    built = build_panel(entry_of(HP_0012675="half"), knowledge_of(tmp_path))
    assert built.left_out == ["SHARED"]


def test_core__wins_over_hpo_and_keeps_both_reasons(tmp_path: Path) -> None:
    knowledge = knowledge_of(tmp_path)
    gene = knowledge.table.require("PLA2G6")
    knowledge.curated["nbia"].append(CuratedGene(gene, "AR", "curated by a test", "memory"))
    row = build_panel(entry_of(HP_0012675="half"), knowledge).rows[0]
    assert row["tier"] == "core"
    assert row["evidence"] == "core gene; Iron accumulation in substantia nigra (75%, OMIM:1)"
    assert row["source"] == "curated by a test; HPO; inheritance: curated"


def test_mode__of_the_disease_that_brought_the_gene(tmp_path: Path) -> None:
    rows = build_panel(entry_of(HP_0012675="any"), knowledge_of(tmp_path)).rows
    assert {row["gene"]: row["inheritance"] for row in rows} == {"PLA2G6": "AR", "FTL": "AD", "TWO": None}


def test_mode__chromosome_x_y_and_mitochondrion_decide(tmp_path: Path) -> None:
    table = load_gene_table(write_gene_table(tmp_path / "genes.tsv"))
    assert mode_of(table.require("WDR45"), (("a list", ("AD",)),)) == ("XL", "a list")
    assert mode_of(table.require("WDR45"), ()) == ("XL", "chromosome X")
    assert mode_of(table.require("MT-ND4"), (("a list", ("AD",)),)) == ("MT", "mitochondrial genome")
    assert mode_of(table.require("SHOX"), (("a list", ("AD",)),)) == ("AD", "a list"), "pseudo-autosomal"
    assert mode_of(table.require("ONE"), (("a", ("AD", "XL")), ("b", ("AR",)))) == ("AR", "b"), "a contradicts itself"
    assert mode_of(table.require("ONE"), ()) == ("", "")
    assert joined(("AR", "AD")) == "AD/AR"


def test_ddg2p__confirmed_rows_of_the_old_and_the_new_form(tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("gene symbol,DDD category,allelic requirement\nONE,confirmed,biallelic\nTWO,possible,biallelic\n")
    new.write_text("gene symbol,confidence,allelic requirement\nONE,definitive,monoallelic_autosomal\n")
    assert read_ddg2p(old) == {"ONE": {"AR"}}
    assert read_ddg2p(new) == {"ONE": {"AD"}}
    old.write_text("gene,category\n")
    with pytest.raises(InputError, match="allelic requirement"):
        read_ddg2p(old)


def test_ddg2p__a_disease_with_a_sign_under_a_root_brings_its_gene(tmp_path: Path) -> None:
    path = tmp_path / "ddg2p.csv"
    path.write_text(
        "gene symbol,disease name,DDD category,allelic requirement,phenotypes\n"
        "ONE,IRON DISEASE,confirmed,biallelic,HP:0000007;HP:0012678\n"
        "PANK2,ANOTHER,probable,biallelic,HP:0002134\n"
        "FTL,DOUBTFUL,possible,monoallelic,HP:0012678\n"
        "TWO,NO SIGN,confirmed,biallelic,\n"
    )
    diseases = read_ddg2p_diseases(path)
    assert diseases[0] == DevelopmentalDisease("ONE", "IRON DISEASE", ("HP:0000007", "HP:0012678"))
    assert [disease.symbol for disease in diseases] == ["ONE", "PANK2", "TWO"], "possible says nothing"
    knowledge = replace(knowledge_of(tmp_path), ddg2p=read_ddg2p(path), developmental=diseases)
    rule = PanelRule(ddg2p_roots=("HP:0012675 Iron accumulation in brain",))
    entry = replace(load_catalogue().find("nbia"), rule=rule, hpo_roots=(), orpha_groups=())
    rows = build_panel(entry, knowledge).rows
    assert tiers(build_panel(entry, knowledge)) == {"ONE": "hpo"}, "the sign is a descendant of the root"
    assert rows[0]["evidence"] == "DDG2P: IRON DISEASE"
    assert rows[0]["source"] == "DDG2P; inheritance: DDG2P"
    assert tiers(build_panel(replace(entry, rule=PanelRule()), knowledge)) == {}, "without the rule DDG2P brings none"


def test_frequency__of_every_form_that_hpo_writes() -> None:
    texts = ["3/4", "45%", "HP:0040280", "HP:0040282", "-", "", "0/0", "often"]
    assert [frequency_of(text) for text in texts] == [0.75, 0.45, 1.0, 0.30, None, None, None, None]


def test_curated__faults_are_all_named(tmp_path: Path) -> None:
    table = load_gene_table(write_gene_table(tmp_path / "genes.tsv"))
    lines = ["##schema=core_genes/1", "pre_indication\tgene\tinheritance\tsource\tconfidence"]
    lines += [
        f"nbia\t{gene}\t{mode}\tx\tmemory" for gene, mode in (("PANK2", "AR"), ("NBIA1", "AR"), ("FTL", "dominant"))
    ]
    lines += ["nbia\tSHARED\t.\tx\tmemory"]
    path = tmp_path / "core.tsv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(FaultList) as caught:
        read_curated(path, table)
    message = caught.value.message()
    assert len(caught.value.faults) == 3
    assert "PANK2 (HGNC:15804) stands twice" in message
    assert "mode 'dominant'" in message
    assert "ONE (HGNC:1), TWO (HGNC:2)" in message


@pytest.mark.parametrize(
    ("text", "word"),
    [("<JDBOR>", "not complete XML"), ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "declares"), ("<a/>", "no assessed")],
)
def test_orphanet__another_xml_is_refused(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "p.xml"
    path.write_text(text)
    with pytest.raises(InputError, match=word):
        read_orphanet(path, [], None)


def test_orphanet__the_linearisation_is_read_as_published_and_as_csv(tmp_path: Path) -> None:
    association = (
        "<DisorderDisorderAssociation><TargetDisorder><OrphaCode>98006</OrphaCode><Name>Rare neurologic disease</Name>"
        "</TargetDisorder></DisorderDisorderAssociation>"
    )
    published = tmp_path / "en_product7.xml"
    published.write_text(
        "<JDBOR><DisorderList><Disorder><OrphaCode>157850</OrphaCode><Name>PKAN</Name><DisorderDisorderAssociationList>"
        f"{association}</DisorderDisorderAssociationList></Disorder><Disorder><OrphaCode>475</OrphaCode>"
        "<DisorderDisorderAssociationList/></Disorder></DisorderList></JDBOR>"
    )
    table = tmp_path / "en_product7.csv"
    table.write_text("orpha_code,target_disorder_code\n157850,98006\n475,\n")
    genes = write_orphanet_csv(tmp_path / "genes.csv")
    first, second = (read_orphanet(genes, [], path) for path in (published, table))
    assert first.children == second.children == {"ORPHA:98006": {"ORPHA:157850"}}
    with pytest.raises(InputError, match="no disorder with a preferential parent"):
        read_orphanet(genes, [], write_orphanet_xml(tmp_path / "en_product6.xml"))


def test_orphanet__a_csv_that_was_cut_is_refused(tmp_path: Path) -> None:
    path = write_orphanet_csv(tmp_path / "genes.csv")
    path.write_text(path.read_text()[:-60])
    with pytest.raises(InputError, match="line 6: a row with fewer cells than columns"):
        read_orphanet(path, [], None)


def test_hpo_folder__a_table_that_was_cut_is_refused(tmp_path: Path) -> None:
    folder = write_hpo_folder(tmp_path)
    path = folder / "genes_to_phenotype.txt"
    path.write_text(path.read_text()[:-12])
    with pytest.raises(InputError, match="line 9: a row with fewer cells than columns"):
        read_phenotypes(folder)


def test_hpo_folder__without_its_files_or_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"phenotype\.hpoa"):
        read_phenotypes(tmp_path)
    folder = write_hpo_folder(tmp_path)
    (folder / "genes_to_phenotype.txt").write_text("gene_symbol\thpo_id\nONE\tHP:0000001\n")
    with pytest.raises(InputError, match="no column ncbi_gene_id"):
        read_phenotypes(folder)


def test_hpo__obsolete_and_alternative_ids_lead_to_the_term_of_today(tmp_path: Path) -> None:
    data = read_phenotypes(write_hpo_folder(tmp_path))
    assert data.replaced == {"HP:0000002": "HP:0002134", "HP:0009999": "HP:0002134"}
    assert "HP:0000002" not in data.labels
    assert data.release == "2026-01-01"
