"""Does a structural variant from one parent pair up with a small variant from the other, by the genes it takes out?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.annotated import CONTIGS, TRIO, Site, call, prioritised
from builders.vcf import header_lines, write_indexed
from filiation.__main__ import main
from filiation.calls.structural import StructuralCall, read_structural
from filiation.config import REPOSITORY
from filiation.errors import InputError
from filiation.io.genes import load_genes
from filiation.io.ped import read_pedigree

STORED = REPOSITORY.parent / "shared" / "data" / "vcf" / "ceu_trio_sv_b37_chr22"
INFO = [
    '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Kind">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End">',
    '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="Length">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##ALT=<ID=DEL,Description="Deletion">',
    '##FILTER=<ID=LowQual,Description="Low quality">',
]
GFF3 = """##gff-version 3
chr1\tensembl\tgene\t1000\t9000\t.\t+\t.\tID=gene:ENSG1;Name=GENE1;biotype=protein_coding
chr1\tensembl\tmRNA\t1000\t9000\t.\t+\t.\tID=transcript:ENST1;Parent=gene:ENSG1;biotype=protein_coding
chr1\tensembl\texon\t1000\t1500\t.\t+\t.\tParent=transcript:ENST1
chr1\tensembl\texon\t8000\t9000\t.\t+\t.\tParent=transcript:ENST1
chr1\tensembl\tgene\t20000\t21000\t.\t+\t.\tID=gene:ENSG2;Name=GENE2
"""


def write_structural(
    path: Path, records: list[tuple[int, str, str, str]], samples: tuple[str, ...] = tuple(TRIO)
) -> Path:
    """Structural calls from (position, ALT, INFO, genotypes with quality)."""
    lines = header_lines(CONTIGS, list(samples), INFO)
    for pos, alternate, info, cells in records:
        lines.append("\t".join(["chr1", str(pos), ".", "N", alternate, ".", "PASS", info, "GT:GQ", *cells.split()]))
    return write_indexed(path, lines)


def with_structural(folder: Path, records: list[tuple[int, str, str, str]]) -> tuple[str, ...]:
    """Options of `prioritise`."""
    (folder / "genes.gff3").write_text(GFF3, "utf-8")
    calls = write_structural(folder / "sv.vcf.gz", records)
    return ("--structural", str(calls), "--gene-models", str(folder / "genes.gff3"))


FROM_FATHER = [Site(1200, ["0/1", "0/1", "0/0"])]


def test_structural__a_deletion_of_the_mother_and_a_variant_of_the_father_are_a_pair_in_trans(tmp_path: Path) -> None:
    options = with_structural(tmp_path, [(7900, "<DEL>", "SVTYPE=DEL;END=8500", "0/1:60 0/0:60 0/1:60")])
    kept, _ = prioritised(tmp_path, FROM_FATHER, TRIO, *options)
    row = kept[1200]
    assert (row["inheritance"], row["inheritance_status"]) == ("compound_heterozygous", "supported")
    assert row["compound_partner"] == "chr1-7901-DEL-8500"
    assert row["compound_phase"] == "trans_proven:parents"
    assert prioritised(tmp_path, FROM_FATHER)[0] == {}, "without the deletion there is no second variant"


@pytest.mark.parametrize(
    "pos, alternate, info, cells, expected",
    [
        (1900, "<DEL>", "SVTYPE=DEL;END=7000", "0/1:60 0/0:60 0/1:60", None),  # between the exons
        (7900, "<DEL>", "SVTYPE=DEL;END=8500", "0/1:60 0/1:60 0/0:60", "cis"),  # from the same parent
        (7900, "<DEL>", "SVTYPE=DEL;END=8500", "0/1:60 0/0:60 ./.:.", "trans_probable"),  # the mother without data
        (7900, "<DEL>", "SVTYPE=DEL;END=8500", "0/1:60 0/0:2 ./.:.", "trans_possible"),  # both without data
        (7900, "<DEL>", "SVTYPE=DEL;END=8500", "0/1:60 0/0:60 0/0:60", "trans_possible"),  # new in the child
        (500, "<DUP>", "SVTYPE=DUP;END=9500", "0/1:60 0/0:60 0/1:60", None),  # the whole gene, which stays whole
        (500, "<DUP>", "SVTYPE=DUP;END=5000", "0/1:60 0/0:60 0/1:60", "trans_proven"),  # a breakpoint in the gene
        (5000, "<INV>", "SVTYPE=INV;END=90000", "0/1:60 0/0:60 0/1:60", "trans_proven"),
        (5000, "N[chr15:900[", "SVTYPE=BND", "0/1:60 0/0:60 0/1:60", "trans_proven"),
        (1400, "<INS>", "SVTYPE=INS;SVLEN=300", "0/1:60 0/0:60 0/1:60", "trans_proven"),
        (5000, "<INS>", "SVTYPE=INS;SVLEN=300", "0/1:60 0/0:60 0/1:60", None),  # in an intron
        (1400, "N" + "ACGT" * 20, ".", "0/1:60 0/0:60 0/1:60", "trans_proven"),  # written in bases
        (1400, "NACGT", ".", "0/1:60 0/0:60 0/1:60", None),  # a small variant, which the screen judges
        (7900, "<DEL>", "SVTYPE=DEL;END=8500", "1/1:60 0/1:60 0/1:60", None),  # both copies
        (7900, "<CNV>", "SVTYPE=CNV;END=8500", "0/1:60 0/0:60 0/1:60", None),
    ],
)
def test_structural__which_ones_take_a_gene_out_and_what_their_genotypes_say(
    tmp_path: Path, pos: int, alternate: str, info: str, cells: str, expected: str | None
) -> None:
    options = with_structural(tmp_path, [(pos, alternate, info, cells)])
    kept, removed = prioritised(tmp_path, FROM_FATHER, TRIO, *options)
    if expected is None:
        assert removed[1200]["reason"] == "compound_without_partner"
    elif expected == "cis":
        assert removed[1200]["reason"] == "compound_in_cis"
    else:
        assert str(kept[1200]["compound_phase"]).startswith(expected)


def test_structural__what_its_caller_filtered_is_counted_and_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = with_structural(tmp_path, [(7900, "<DEL>", "SVTYPE=DEL;END=8500", "0/1:60 0/0:60 0/1:60")])
    lines = header_lines(CONTIGS, list(TRIO), INFO)
    line = "chr1\t7900\t.\tN\t<DEL>\t.\tLowQual\tSVTYPE=DEL;END=8500\tGT:GQ\t0/1:60\t0/0:60\t0/1:60"
    write_indexed(tmp_path / "sv.vcf.gz", [*lines, line])
    assert prioritised(tmp_path, FROM_FATHER, TRIO, *options)[0] == {}
    assert "1 filtered" in capsys.readouterr().err


def test_structural__the_apparent_homozygote_over_a_deletion_is_named(tmp_path: Path) -> None:
    # The father lacks the allele and has the deletion; the child shows the mother's copy alone.
    options = with_structural(tmp_path, [(1000, "<DEL>", "SVTYPE=DEL;END=1400", "0/1:60 0/1:60 0/0:60")])
    site = [Site(1200, [call("1/1", reads=(0, 15)), call("0/0", reads=(15, 0)), "0/1"])]
    kept, _ = prioritised(tmp_path, site, TRIO, *options)
    assert "deletion_called_on_the_other_copy=chr1-1001-DEL-1400" in kept[1200]["flags"].split(";")
    # A deletion that the carrier parent has, and not the other one, does not explain it.
    options = with_structural(tmp_path, [(1000, "<DEL>", "SVTYPE=DEL;END=1400", "0/1:60 0/0:60 0/1:60")])
    kept, _ = prioritised(tmp_path, site, TRIO, *options)
    assert "deletion_called" not in kept[1200]["flags"]


def test_structural__errors_name_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = with_structural(tmp_path, [])
    prioritised(tmp_path, FROM_FATHER)
    common = ["--pedigree", str(tmp_path / "FAM.ped"), "--variants", str(tmp_path / "s.bcf")]
    outputs = [f"--{name}={tmp_path / name}" for name in ("candidates", "removed", "funnel")]
    assert main(["prioritise", *common, *outputs, *options[:2]]) == 2
    assert "--gene-models" in capsys.readouterr().err
    other = write_structural(tmp_path / "other.vcf.gz", [], ("SOMEBODY",))
    with pytest.raises(InputError, match="no column for the index case 'IDX'"):
        read_structural(other, read_pedigree(tmp_path / "FAM.ped"), 15)
    (tmp_path / "empty.bed").write_text("# nothing\n", "utf-8")
    with pytest.raises(InputError, match="no gene in the file"):
        load_genes(tmp_path / "empty.bed")


def test_genes__of_gff3_and_of_bed_are_found_by_place_and_name(tmp_path: Path) -> None:
    (tmp_path / "g.gff3").write_text(GFF3, "utf-8")
    (tmp_path / "g.bed").write_text("chr1\t999\t1500\tGENE1\nchr1\t7999\t9000\tGENE1\nchr1\t19999\t21000\tGENE2\n")
    for path in (tmp_path / "g.gff3", tmp_path / "g.bed"):
        genes = load_genes(path)
        assert genes.symbols == ["GENE1", "GENE2"]
        assert [gene.symbol for gene in genes.touching("1", 1500, 20000)] == ["GENE1", "GENE2"]
        (gene,) = genes.named("gene1")
        assert (gene.start, gene.end, gene.exons) == (1000, 9000, [(1000, 1500), (8000, 9000)])
    assert load_genes(tmp_path / "g.gff3").named("ENST1") == load_genes(tmp_path / "g.gff3").named("ENSG1") != []


@pytest.mark.real_data
@pytest.mark.skipif(not STORED.is_dir(), reason="the stored structural calls are not there")
def test_structural__stored_calls_of_another_caller_are_read_whole(tmp_path: Path) -> None:
    (tmp_path / "f.ped").write_text("F NA12878 NA12891 NA12892 2 2\nF NA12891 0 0 1 1\nF NA12892 0 0 2 1\n")
    found = read_structural(STORED / "trio_svs_chr22.vcf.gz", read_pedigree(tmp_path / "f.ped"), 15)
    assert found.counts["structural_records"] == 578
    assert sum(found.counts.values()) == 2 * 578, "every record has one reason"
    assert {call.kind for call in found.calls} == {"DEL", "DUP", "INV", "BND"}
    assert all(call.start <= call.end for call in found.calls)
    inherited = [call for call in found.calls if 2 in call.states[1:]]
    assert len(inherited) > len(found.calls) / 2
    assert StructuralCall("DEL", "chr22", 10, 20, (2, 0, 2)).covers("22", 15)
