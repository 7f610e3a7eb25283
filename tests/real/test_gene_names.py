"""Do the genes of real lists, of several years and makers, keep their identity under the gene table that ships?"""

from __future__ import annotations

import csv
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


def test_gene_models_of_chromosome_21__name_the_genes_of_chromosome_21(shared_data: Path, table: GeneTable) -> None:
    annotated = read_annotated_genes(shared_data / "reference" / "ensembl_chr21_GRCh38.gff3.gz", table)
    genes = [table.require(name) for name in ("DYRK1A", "SOD1", "RUNX1", "APP", "BRCA1")]
    shown, lost = analysable(genes, annotated)
    assert [gene.symbol for gene in shown] == ["DYRK1A", "SOD1", "RUNX1", "APP"]
    assert [entry.gene.symbol for entry in lost] == ["BRCA1"]
    coding = [g for g in table.genes.values() if g.location == "21" and g.locus_group == "protein-coding gene"]
    assert len(analysable(coding, annotated)[0]) / len(coding) > 0.97
