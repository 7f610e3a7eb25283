"""Does `filiation genes` say which gene each name is, and which genes the gene models cannot show?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.__main__ import main
from filiation.config import gene_table_path
from filiation.errors import InputError
from filiation.genes.annotated import analysable, read_annotated_genes
from filiation.genes.table import GeneTable, load_gene_table
from filiation.io.tables import read_table, write_table
from filiation.model.columns import GENE_NAMES, PANEL

GFF3 = """##gff-version 3
17\tensembl\tgene\t100\t900\t.\t-\t.\tID=gene:ENSG00000012048;Name=BRCA1;biotype=protein_coding
5\tensembl\tgene\t100\t900\t.\t+\t.\tID=gene:ENSG99999999999;Name=C5orf42;biotype=protein_coding
21\tensembl\tncRNA_gene\t1\t9\t.\t+\t.\tID=gene:ENSG88888888888;description=x [Source:HGNC Symbol%3BAcc:HGNC:10193]
GL000192.1\tensembl\tgene\t100\t900\t.\t-\t.\tID=gene:ENSG00000139618;Name=BRCA2;biotype=protein_coding
21\tensembl\tgene\t1\t9\t.\t+\t.\tID=gene:ENSG77777777777;biotype=lncRNA
"""


@pytest.fixture(scope="module")
def table() -> GeneTable:
    """The table that ships."""
    return load_gene_table(gene_table_path())


@pytest.fixture
def gff3(tmp_path: Path) -> Path:
    """Gene models: by Ensembl id, by a former name, by a stated HGNC id, on a contig apart, and unnamed."""
    path = tmp_path / "genes.gff3"
    path.write_text(GFF3, encoding="utf-8")
    return path


def test_genes__one_row_a_name_in_the_order_given(tmp_path: Path) -> None:
    output = tmp_path / "genes.tsv"
    names = tmp_path / "names.txt"
    names.write_text("\ufeffC5orf42\r\n# a remark\r\n\r\nHGNC:1100\tBRCA1\n", encoding="utf-8")
    assert main(["genes", "BRCA2", "--file", str(names), "--output", str(output)]) == 0
    rows = read_table(output, GENE_NAMES).rows
    assert [(row["name"], row["status"], row["symbol"]) for row in rows] == [
        ("BRCA2", "approved", "BRCA2"),
        ("C5orf42", "previous", "CPLANE1"),
        ("HGNC:1100", "approved", "BRCA1"),
    ]
    assert rows[2]["mane_select"].startswith("ENST00000357654")


def test_genes__a_name_without_one_gene_ends_with_2_and_shows_the_choices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["genes", "BRCA1", "2-Sep", "brca1", "NOTAGENE"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[1] for line in lines[1:]] == ["approved", "mangled", "unknown", "unknown"]
    assert "SEPTIN2 (HGNC:7729)" in lines[2]
    assert "BRCA1 (HGNC:1100)" in lines[3]


@pytest.mark.parametrize("arguments", [["genes"], ["genes", "--file", "/nowhere/genes.txt"]])
def test_genes__without_names_or_file_it_says_what_to_give(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_analysable__a_gene_absent_from_the_gene_models_is_listed_with_the_reason(table: GeneTable, gff3: Path) -> None:
    genes = [table.require(name) for name in ("BRCA1", "CPLANE1", "HGNC:10193", "BRCA2", "LRTOMT")]
    found = read_annotated_genes(gff3, table, ["chr17", "chr5", "chr21"])
    shown, lost = analysable(genes, found)
    assert [gene.symbol for gene in shown] == ["BRCA1", "CPLANE1", table.require("HGNC:10193").symbol]
    assert [(entry.gene.symbol, entry.reason) for entry in lost] == [
        ("BRCA2", "only on a contig that the genome does not have"),
        ("LRTOMT", "not in the gene models"),
    ]
    assert found.unidentified == 1
    # By names alone: under the approved symbol or a former one.
    assert [gene.symbol for gene in analysable(genes, {"BRCA1", "C5orf42"})[0]] == ["BRCA1", "CPLANE1"]


def test_analysable__gene_models_without_a_gene_stop(table: GeneTable, tmp_path: Path) -> None:
    path = tmp_path / "empty.gff3"
    path.write_text("##gff-version 3\n1\tx\texon\t1\t2\t.\t+\t.\tID=e\n", encoding="utf-8")
    with pytest.raises(InputError, match="no gene feature"):
        read_annotated_genes(path, table)
    # A genome of made-up genes is annotated all the same.
    path.write_text("1\tx\tgene\t1\t2\t.\t+\t.\tID=gene:SIM1\n", encoding="utf-8")
    assert read_annotated_genes(path, table).unidentified == 1


def test_genes__says_which_genes_the_gene_models_hold(gff3: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["genes", "BRCA1", "LRTOMT", "--gff3", str(gff3)]) == 0
    place = GENE_NAMES.names.index("analysable")
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[place] for row in rows] == ["yes", "not in the gene models"]


def test_genes__of_a_panel_that_cannot_be_shown_are_named(
    gff3: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = tmp_path / "nbia.tsv"
    rows = [
        {"gene": "BRCA1", "hgnc_id": "HGNC:1100", "tier": "core", "evidence": "x", "source": "x"},
        {"gene": "LRTOMT", "hgnc_id": "HGNC:25033", "tier": "core", "evidence": "x", "source": "x"},
    ]
    write_table(panel, PANEL, rows, {"pre_indication": "nbia"})
    assert main(["genes", "--panel", str(panel), "--gff3", str(gff3)]) == 0
    told = capsys.readouterr().err
    assert "not analysable: LRTOMT (HGNC:25033), not in the gene models" in told
    assert "BRCA1" not in told
