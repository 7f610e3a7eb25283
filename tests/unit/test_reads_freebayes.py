"""freebayes genotypes in the fields of every other caller."""

from __future__ import annotations

from filiation.reads.freebayes import convert_header, convert_record, genotype_quality, phred_likelihoods


def test_phred_likelihoods__best_genotype_is_zero_and_ten_is_a_factor_of_ten() -> None:
    assert phred_likelihoods("-10.5,0,-3.25") == "105,0,32"
    assert phred_likelihoods("-12,-2,-7") == "100,0,50"


def test_phred_likelihoods__missing_likelihoods_are_missing_and_not_certain() -> None:
    assert phred_likelihoods(".") == "."
    assert phred_likelihoods(".,.,.") == "."


def test_genotype_quality__is_rounded_down_and_capped() -> None:
    assert [genotype_quality(text) for text in ("19.99", "160.002", "0", ".")] == ["19", "127", "0", "."]


def test_convert_record__keeps_the_common_fields_and_a_member_without_reads_missing() -> None:
    line = "1\t5\t.\tA\tC\t50\t.\tAC=1\tGT:GQ:DP:AD:RO:QR:AO:QA:GL\t0/1:99.5:7:4,3:4:9:3:9:-5,0,-6\t.\n"
    cells = convert_record(line).rstrip("\n").split("\t")
    assert cells[8:] == ["GT:AD:DP:GQ:PL", "0/1:4,3:7:99:50,0,60", "./.:.:.:.:."]


def test_convert_header__declares_pl_and_whole_gq_and_no_field_that_is_gone() -> None:
    names = ("GT", "GQ", "GL", "DP", "AD", "RO", "QR", "AO", "QA")
    lines = [f'##FORMAT=<ID={name},Number=1,Type=Float,Description="">\n' for name in names]
    kept = [text for line in lines for text in convert_header(line)]
    assert [text.split("ID=")[1].split(",")[0] for text in kept] == ["GT", "GQ", "PL", "DP", "AD"]
    assert "Type=Integer" in kept[1]
    assert list(convert_header("##INFO=<ID=RO,Number=1>\n")) == ["##INFO=<ID=RO,Number=1>\n"]
