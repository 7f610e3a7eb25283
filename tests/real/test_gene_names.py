"""Do the genes of real lists, of several years and makers, keep their identity under the gene table that ships?"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from filiation.config import gene_table_path
from filiation.genes.annotated import analysable, read_annotated_genes
from filiation.genes.table import GeneTable, load_gene_table

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def table() -> GeneTable:
    """The table that ships."""
    return load_gene_table(gene_table_path())


def test_hgnc_extract_of_2017__is_read_as_it_is_and_every_id_is_known_today(
    shared_data: Path, table: GeneTable
) -> None:
    extract = load_gene_table(shared_data / "annotation" / "genes" / "hgnc_reduced_set.txt")
    assert len(extract) > 250
    for gene in extract.genes.values():
        assert extract.resolve(gene.symbol).gene is gene
        today = table.resolve(gene.symbol)
        # A symbol of 2017 still means the same gene, or is left open: never another gene.
        assert today.gene is None or today.gene.hgnc_id == gene.hgnc_id, gene.symbol
        assert table.by_id(gene.hgnc_id) is not None, gene.hgnc_id
    assert any("|" not in name for gene in extract.genes.values() for name in gene.aliases)


def test_mane_of_2026__every_named_gene_resolves_to_the_entry_of_its_ensembl_id(
    shared_data: Path, table: GeneTable
) -> None:
    named, found, other = 0, 0, []
    with open(shared_data / "annotation" / "genes" / "2026_01_20_MANE.csv", encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            if not row["Gene name"]:
                continue
            named += 1
            gene = table.resolve(row["Gene name"]).gene
            found += gene is not None
            if gene and gene.ensembl_gene_id and gene.ensembl_gene_id != row["Gene stable ID"]:
                other.append(row["Gene name"])
    assert named > 19_000
    # Ensembl gave these two genes of unchanged symbol a new id between 2024 and 2026.
    assert other == ["POLR2J3", "SIGLEC5"]
    assert found / named > 0.999


def pairs_of_ddg2p(data: Path) -> set[tuple[str, str]]:
    """(symbol, HGNC id) as DDG2P wrote them in 2019."""
    with open(data / "annotation" / "ddg2p" / "DDG2P_22_9_2019.csv", encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle)
        return {(row["gene symbol"], f"HGNC:{row['hgnc id']}") for row in rows if row["hgnc id"].isdigit()}


def pairs_of_published_de_novo(data: Path) -> set[tuple[str, str]]:
    """(symbol, HGNC id) of a table of de novo variants; its symbols are of about 2018."""
    path = next((data / "annotation" / "denovo_published").glob("*.txt.gz"))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return {(row["symbol"], f"HGNC:{float(row['hgnc_id']):.0f}") for row in rows if row["hgnc_id"]}


@pytest.mark.parametrize(("pairs", "least"), [(pairs_of_ddg2p, 1_800), (pairs_of_published_de_novo, 13_000)])
def test_lists_with_ids__no_symbol_is_ever_taken_for_another_gene(
    shared_data: Path, table: GeneTable, pairs: Callable[[Path], set[tuple[str, str]]], least: int
) -> None:
    listed = pairs(shared_data)
    found = {(symbol, hgnc_id): table.resolve(symbol).gene for symbol, hgnc_id in listed}
    # An id that was merged since stands for its successor.
    wrong = [pair for pair, gene in found.items() if gene and gene is not table.by_id(pair[1])]
    left_open = [pair for pair, gene in found.items() if gene is None]
    assert len(listed) > least
    assert wrong == []
    assert len(left_open) <= 3


def test_panelapp__the_renamed_genes_of_its_panels_are_known(shared_data: Path, table: GeneTable) -> None:
    path = shared_data / "annotation" / "panelapp_ge" / "PanelAppData_combined_core.tsv"
    with open(path, encoding="utf-8", newline="") as handle:
        symbols = {row["Gene"] for row in csv.DictReader(handle, delimiter="\t")}
    statuses = Counter(table.resolve(symbol).status for symbol in symbols)
    assert len(symbols) > 6_000
    assert statuses["unknown"] == statuses["mangled"] == 0
    assert statuses["previous"] > 100
    # QARS was two genes' name; the withdrawn ones are loci of diseases without a gene (OPA2, SPG14 …).
    assert {symbol for symbol in symbols if table.resolve(symbol).status == "ambiguous"} == {"QARS"}
    assert statuses["withdrawn"] < 30


def test_gene_models_of_chromosome_21__name_the_genes_of_chromosome_21(shared_data: Path, table: GeneTable) -> None:
    annotated = read_annotated_genes(shared_data / "reference" / "ensembl_chr21_GRCh38.gff3.gz", table)
    genes = [table.require(name) for name in ("DYRK1A", "SOD1", "RUNX1", "APP", "BRCA1")]
    shown, lost = analysable(genes, annotated)
    assert [gene.symbol for gene in shown] == ["DYRK1A", "SOD1", "RUNX1", "APP"]
    assert [entry.gene.symbol for entry in lost] == ["BRCA1"]
    coding = [g for g in table.genes.values() if g.location == "21" and g.locus_group == "protein-coding gene"]
    assert len(analysable(coding, annotated)[0]) / len(coding) > 0.97
