"""Does the coverage of a panel gene count the bases that matter, by molecule, and name what was not read?"""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from builders.pileups import CONTIG, TRIO_PED, Reads, change_at, genome_with, write_person, write_reference
from filiation.config import RESOURCES
from filiation.io.ped import read_pedigree
from filiation.io.tables import read_table
from filiation.model.report_tables import BLIND_GENES
from filiation.reads.coding_regions import Exon, gene_regions
from filiation.reads.gene_coverage import exon_depth, gene_coverage

SITE = 2000
PLAIN = genome_with(SITE - 10, "GATTACAGGCTCACGTTGCA")
GFF3 = """##gff-version 3
chr1\tx\tgene\t1901\t2200\t.\t-\t.\tID=gene:ENSG1;Name=NEWNAME;description=a gene [Source:HGNC Symbol%3BAcc:HGNC:7]
chr1\tx\tmRNA\t1901\t2200\t.\t-\t.\tID=transcript:ENST1;Parent=gene:ENSG1;biotype=protein_coding;tag=basic;version=2
chr1\tx\tCDS\t1901\t2200\t.\t-\t0\tID=CDS:P1;Parent=transcript:ENST1
chr1\tx\texon\t1901\t2200\t.\t-\t.\tParent=transcript:ENST1
chr1\tx\tmRNA\t1901\t2200\t.\t-\t.\tID=transcript:ENST2;Parent=gene:ENSG1;biotype=protein_coding;tag=MANE_Select;version=4
chr1\tx\tCDS\t1951\t1960\t.\t-\t0\tID=CDS:P2;Parent=transcript:ENST2
chr1\tx\tCDS\t2001\t2020\t.\t-\t0\tID=CDS:P2;Parent=transcript:ENST2
chr1\tx\texon\t1901\t1960\t.\t-\t.\tParent=transcript:ENST2
chr1\tx\texon\t2001\t2040\t.\t-\t.\tParent=transcript:ENST2
chr1\tx\texon\t2101\t2200\t.\t-\t.\tParent=transcript:ENST2
chr1\tx\tncRNA_gene\t3001\t3100\t.\t+\t.\tID=gene:ENSG2;Name=RNU4-2
chr1\tx\tsnRNA\t3001\t3100\t.\t+\t.\tID=transcript:ENST3;Parent=gene:ENSG2;biotype=snRNA
chr1\tx\texon\t3001\t3100\t.\t+\t.\tParent=transcript:ENST3
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    path = tmp_path / "genes.gff3"
    path.write_text(GFF3)
    return path


def test_regions__mane_select_stands_for_the_gene_although_another_transcript_is_longer(models: Path) -> None:
    region = gene_regions(models, [("OLDNAME", "HGNC:7")])[0]
    assert (region.symbol, region.transcript, region.coding) == ("OLDNAME", "ENST2.4", True)
    # On the reverse strand the last exon of the file is the first of the gene; ten bases of splice site on each side.
    assert region.exons == (Exon(3, 3, 1940, 1970), Exon(2, 3, 1990, 2030))


def test_regions__a_gene_without_coding_part_counts_by_its_exons(models: Path) -> None:
    region = gene_regions(models, [("RNU4-2", "")])[0]
    assert (region.coding, region.exons) == (False, (Exon(1, 1, 2990, 3110),))


def test_depth__doubtful_and_duplicate_reads_are_not_read_and_overlapping_mates_count_once(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    groups = [
        Reads(12),
        Reads(5, mapping_quality=3),
        Reads(4, flag=0x400),
        Reads(6, mate_after=20),
    ]
    bam = write_person(tmp_path, "child", PLAIN, change.pos, groups)
    with pysam.AlignmentFile(str(bam)) as handle:
        depth = exon_depth(handle, CONTIG, Exon(1, 1, SITE - 1, SITE), 20)
    assert depth.tolist() == [18]


def test_gene__exon_under_the_threshold_is_named_and_a_missing_model_says_so(tmp_path: Path, models: Path) -> None:
    (tmp_path / "FAM.ped").write_text(TRIO_PED)
    family = read_pedigree(tmp_path / "FAM.ped")
    reads = {
        "child": write_person(tmp_path, "child", PLAIN, SITE, [Reads(60, before=range(20, 80))]),
        "father": write_person(tmp_path, "father", PLAIN, SITE, [Reads(4)]),
    }
    wanted = [("OLDNAME", "HGNC:7"), ("ABSENT1", "")]
    regions = gene_regions(models, wanted)
    rows = gene_coverage(family, wanted, regions, reads, write_reference(tmp_path, PLAIN), 20, {"OLDNAME": "jumeau"})
    child, father, missing = rows
    assert child["bases"] == 70
    assert child["fraction_20x"] > father["fraction_20x"] == 0
    assert father["exons_under"].split(";")[0].startswith("3/3:chr1:1941-1970:")
    assert (child["blind"], child["note"]) == ("jumeau", "coding")
    assert (missing["gene"], missing["note"]) == ("ABSENT1", "no_gene_model")


def test_blind_genes__table_is_read_and_every_gene_says_why_in_both_languages() -> None:
    rows = read_table(RESOURCES / "blind_genes.tsv", BLIND_GENES).rows
    assert {"PMS2", "SMN1", "PKD1", "MUC1", "STRC"} <= {row["gene"] for row in rows}
    assert all(row["reason_fr"] and row["reason_en"] for row in rows)
