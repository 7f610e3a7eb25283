"""Gene models: those that would annotate nothing stop; those of other contigs are counted."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from filiation.errors import InputError
from filiation.reads.gene_models import prepare_gene_models

TRANSCRIPT = "ID=transcript:T1;Parent=gene:G1;biotype=protein_coding"


def gff(path: Path, contig: str = "1", transcript: str = TRANSCRIPT, end: int = 900, more: str = "") -> Path:
    """One gene with one coding exon, in Ensembl style."""
    rows = [
        ("gene", 101, end, "ID=gene:G1;Name=GENE1;biotype=protein_coding"),
        ("mRNA", 101, end, transcript),
        ("exon", 101, end, "Parent=transcript:T1"),
        ("CDS", 201, 500, "ID=CDS:P1;Parent=transcript:T1"),
    ]
    lines = [f"{contig}\tensembl\t{kind}\t{a}\t{b}\t.\t+\t.\t{text}" for kind, a, b, text in rows]
    path.write_text("##gff-version 3\n" + "\n".join(lines) + "\n" + more)
    return path


def written(path: Path) -> list[list[str]]:
    """Feature lines of a prepared file."""
    with gzip.open(path, "rt") as handle:
        return [line.rstrip("\n").split("\t") for line in handle if not line.startswith("#")]


@pytest.mark.parametrize(("models", "genome"), [("1", "chr1"), ("chr1", "1"), ("1", "1")])
def test_prepare_gene_models__contigs_take_the_name_they_have_in_the_genome(
    tmp_path: Path, models: str, genome: str
) -> None:
    output = tmp_path / "genes.gff3.gz"
    counts = prepare_gene_models(gff(tmp_path / "in.gff3", models), {genome: 1000}, output)
    assert {fields[0] for fields in written(output)} == {genome}
    assert (counts.transcripts, counts.coding_transcripts) == (1, 1)


def test_prepare_gene_models__transcripts_without_biotype_stop(tmp_path: Path) -> None:
    source = gff(tmp_path / "in.gff3", transcript="ID=transcript:T1;Parent=gene:G1")
    output = tmp_path / "genes.gff3.gz"
    with pytest.raises(InputError, match="none with biotype="):
        prepare_gene_models(source, {"1": 1000}, output)
    assert not output.exists()


def test_prepare_gene_models__ids_without_the_ensembl_prefix_stop(tmp_path: Path) -> None:
    source = gff(tmp_path / "in.gff3", transcript="ID=T1;Parent=G1;biotype=protein_coding")
    with pytest.raises(InputError, match="ID=transcript:"):
        prepare_gene_models(source, {"1": 1000}, tmp_path / "out.gz")


def test_prepare_gene_models__coding_parts_of_other_transcripts_do_not_count(tmp_path: Path) -> None:
    source = gff(tmp_path / "in.gff3", transcript="ID=transcript:T2;Parent=gene:G1;biotype=protein_coding")
    with pytest.raises(InputError, match="none with a CDS"):
        prepare_gene_models(source, {"1": 1000}, tmp_path / "out.gz")


def test_prepare_gene_models__other_contigs_are_left_out_and_counted(tmp_path: Path) -> None:
    more = "7\te\texon\t1\t9\t.\t+\t.\tParent=transcript:T7\n7\te\tCDS\t1\t9\t.\t+\t0\tParent=transcript:T7\n"
    output = tmp_path / "genes.gff3.gz"
    counts = prepare_gene_models(gff(tmp_path / "in.gff3", more=more), {"1": 1000}, output)
    assert counts.other_contigs == {"7": 2}
    assert len(written(output)) == 4


def test_prepare_gene_models__no_contig_in_common_stops(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no gene model on a contig of the genome"):
        prepare_gene_models(gff(tmp_path / "in.gff3"), {"chr2": 1000}, tmp_path / "out.gz")


def test_prepare_gene_models__transcript_cut_by_the_end_of_its_contig_is_left_out_whole(
    tmp_path: Path,
) -> None:
    second = (
        "1\te\tmRNA\t600\t1500\t.\t+\t.\tID=transcript:T2;biotype=protein_coding\n"
        "1\te\tCDS\t600\t700\t.\t+\t0\tParent=transcript:T2\n"
    )
    output = tmp_path / "genes.gff3.gz"
    counts = prepare_gene_models(gff(tmp_path / "in.gff3", more=second), {"1": 1000}, output)
    assert counts.beyond_contig == 1
    assert not any("transcript:T2" in fields[8] for fields in written(output))


def test_prepare_gene_models__same_bytes_twice(tmp_path: Path) -> None:
    source = gff(tmp_path / "in.gff3")
    for name in ("a.gz", "b.gz"):
        prepare_gene_models(source, {"1": 1000}, tmp_path / name)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
