"""Does `filiation check` find every bad input, name it so that it can be repaired, and list all at once?"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest

from builders.inputs import GENOME, SAMPLES, bam_trio, fastq_trio, joint_calls
from builders.sheets import FASTQ_TRIO, SAMPLE_COLUMNS, trio, unit, write_run, write_sheet
from builders.stored_reads import (
    bam_header,
    bases,
    proper_pair,
    write_bam,
    write_cram,
    write_fasta,
    write_member_bam,
)
from builders.vcf import header_lines
from filiation.__main__ import main
from filiation.io.tables import read_table
from filiation.model.columns import CHECKS
from filiation.model.contigs import ASSEMBLY_LENGTHS

Check = Callable[..., str]


# What is sound


def test_sound__trio_from_fastq(check: Check) -> None:
    fastq_trio()
    out = check(trio(), FASTQ_TRIO, code=0)
    assert "1 families, 3 members, 7 files checked" in out
    assert "FAM: trio (CHILD, FATHER, MOTHER from fastq)" in out


def test_sound__trio_from_bam_and_table_of_what_was_read(check: Check) -> None:
    out = check(bam_trio(), code=0, options=("--deep", "--output", "out/check.tsv"))
    assert "CHILD, FATHER, MOTHER from bam" in out
    rows = read_table("out/check.tsv", CHECKS).rows
    assert [(row["file"], row["verdict"]) for row in rows] == [
        ("genome.fa", "OK"),
        ("CHILD.bam", "OK"),
        ("FATHER.bam", "OK"),
        ("MOTHER.bam", "OK"),
    ]


@pytest.mark.parametrize("form", ["joint.vcf", "joint.vcf.gz", "joint.bcf"])
def test_sound__trio_from_stored_calls(check: Check, form: str) -> None:
    rows = joint_calls(name=form.replace("bcf", "vcf"))
    if form.endswith("bcf"):
        with pysam.VariantFile("joint.vcf") as source, pysam.VariantFile(form, "wb", header=source.header) as out:
            for variant in source:
                out.write(variant)
        rows = trio(vcf=form)
    assert "from vcf" in check(rows, code=0)
    assert "from vcf" in check(rows, code=0, reference={})


def test_sound__a_header_without_records_says_so(check: Check) -> None:
    rows = joint_calls(header_lines({"chr1": 1_000}, SAMPLES))
    assert "0 variants in the file" in check(rows, code=0)


def test_nothing__is_written_beside_the_inputs(check: Check, folder: Path) -> None:
    rows = bam_trio()
    for sample in SAMPLES:
        write_cram(Path(f"{sample}.cram"), Path(f"{sample}.bam"), Path("genome.fa"))
    Path("genome.fa.fai").unlink(missing_ok=True)
    before = {path.name for path in folder.iterdir()}
    check([{**row, "bam": row["bam"].replace(".bam", ".cram")} for row in rows], code=0)
    made = {path.name for path in folder.iterdir()} - before
    assert made == {"config.yaml", "samples.tsv"}


# Configuration and sheets


def test_configuration__unknown_key_and_sheet_and_file_faults_in_one_list(check: Check) -> None:
    fastq_trio()
    Path("MOTHER.L1_2.fastq.gz").unlink()
    rows = trio()
    rows[1]["sex"] = "homme"
    text = check(rows, FASTQ_TRIO, report={"langage": "fr"}, calling={"intervals": "1,5"})
    assert text.startswith("filiation check: 4 faults found:\n1. ")
    assert "unknown key 'report.langage'" in text
    assert "did you mean 'language'?" in text
    assert "'calling.intervals'" in text
    assert "1,5" in text
    assert "samples.tsv, line 3, column sex, sample FATHER" in text
    assert "sample MOTHER, unit L1, MOTHER.L1_2.fastq.gz: FASTQ not found" in text
    assert text.count("repair:") == 4


def test_configuration__a_reason_for_a_family_that_is_not_there_or_an_empty_one(check: Check) -> None:
    fastq_trio()
    quality = {"override_reasons": {"FAN": "known", "FAM": " "}, "relatedness": ["gone.pairs.tsv"]}
    text = check(trio(), FASTQ_TRIO, quality=quality)
    assert "quality.relatedness names a file that is not there: gone.pairs.tsv" in text
    assert "names family 'FAN', which is not in the sheet" in text
    assert "gives family 'FAM' no reason" in text


def test_configuration__a_list_item_without_its_file_is_told_and_the_rest_read(check: Check) -> None:
    rows = joint_calls()
    text = check(rows, frequencies=[{"name": "gnomAD"}], annotation={"consequences": "csq"})
    assert "'frequencies.0.vcf': Field required" in text
    assert "annotation.consequences is csq, but reference.genes_gff3 is empty" in text


def test_configuration__that_is_not_there_or_not_yaml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", "no.yaml"]) == 2
    assert "configuration not found: no.yaml" in capsys.readouterr().err
    Path("bad.yaml").write_text("a: [1,\n")
    assert main(["check", "--config", "bad.yaml"]) == 2
    assert "not valid YAML" in capsys.readouterr().err


def test_configuration__of_which_only_the_start_of_a_byte_order_mark_is_left_is_not_empty(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cut.yaml").write_bytes(b"\xef\xbb")
    assert main(["check", "--config", "cut.yaml"]) == 2
    assert "not valid YAML" in capsys.readouterr().err


def test_configuration__reads_need_a_reference(check: Check) -> None:
    assert "reference.fasta is empty, but CHILD starts from reads" in check(bam_trio(), reference={})


@pytest.mark.parametrize("name", ["a b", 'a"b', "a;b", "../b", "a,5"])
def test_names__that_are_refused_end_with_exit_code_2(check: Check, name: str) -> None:
    text = check([{**trio(bam="x.bam")[0], "sample": name}])
    assert f"samples.tsv, line 2, column sample: sample '{name}'" in text


def test_pedigree__unknown_parent(check: Check) -> None:
    text = check(bam_trio(), (), "FAM CHILD DAD MOTHER 1 2\nFAM FATHER 0 0 1 1\nFAM MOTHER 0 0 2 1\n")
    assert "family.ped, line 1: the father 'DAD' of 'CHILD' has no line" in text
    assert "role 'father', but in the PED file (line 2)" in text


def test_sheets__missing_and_duplicate_samples(check: Check) -> None:
    rows = bam_trio()
    text = check([*rows, rows[0]], [unit("CHLD")])
    assert "sample 'CHILD' stands on line 2 already" in text
    assert "did you mean 'CHILD'?" in text


def test_sheets__BOM_and_CRLF_change_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_run(folder, bam_trio(), reference={"fasta": "genome.fa"})
    sheet = write_sheet(folder / "samples.tsv", SAMPLE_COLUMNS, trio(bam="{sample}.bam"))
    sheet.write_bytes(b"\xef\xbb\xbf" + sheet.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["check", "--config", str(config)]) == 0
    assert "1 families, 3 members" in capsys.readouterr().out


# FASTQ


def test_fastq__given_to_two_samples_as_link_or_copy(check: Check) -> None:
    fastq_trio()
    for mate in (1, 2):
        Path(f"FATHER.L1_{mate}.fastq.gz").unlink()
        os.link(f"CHILD.L1_{mate}.fastq.gz", f"FATHER.L1_{mate}.fastq.gz")
        text = gzip.decompress(Path(f"CHILD.L1_{mate}.fastq.gz").read_bytes())
        Path(f"MOTHER.L1_{mate}.fastq.gz").write_bytes(gzip.compress(text, compresslevel=1))
    text_found = check(trio(), FASTQ_TRIO)
    assert "is the same file as CHILD.L1_1.fastq.gz of sample CHILD, unit L1" in text_found
    assert "sample MOTHER, unit L1, MOTHER.L1_2.fastq.gz: begins with the same reads as CHILD" in text_found
    assert text_found.startswith("filiation check: 4 faults found")


def test_fastq__truncated_and_out_of_step_in_one_list(check: Check) -> None:
    fastq_trio()
    data = Path("CHILD.L1_1.fastq.gz").read_bytes()
    Path("CHILD.L1_1.fastq.gz").write_bytes(data[:-200])
    lines = gzip.decompress(Path("FATHER.L1_2.fastq.gz").read_bytes()).splitlines(keepends=True)
    Path("FATHER.L1_2.fastq.gz").write_bytes(gzip.compress(b"".join(lines[4:])))
    text = check(trio(), FASTQ_TRIO)
    assert "sample CHILD, unit L1, CHILD.L1_1.fastq.gz: the gzip stream stops in the middle" in text
    assert "sample FATHER, unit L1, FATHER.L1_2.fastq.gz: the files are out of step: read 1" in text


# Stored reads


def change_bam(change: str) -> None:
    """Make the BAM of the father wrong in one way."""
    path, data = Path("FATHER.bam"), Path("FATHER.bam").read_bytes()
    header = bam_header({"chr1": 1_000, "chr2": 500}, ["FATHER"], order="queryname")
    pair = proper_pair(header, "a", 100, GENOME["chr1"])
    hg19 = {"chr1": ASSEMBLY_LENGTHS["GRCh37"]["1"], "chr2": ASSEMBLY_LENGTHS["GRCh37"]["2"]}
    make: dict[str, Callable[[], object]] = {
        "no end": lambda: path.write_bytes(data[:-28]),
        "cut": lambda: path.write_bytes(data[: len(data) // 2]),
        "empty": lambda: path.write_bytes(b""),
        "text": lambda: path.write_text("@HD\tVN:1.6\n"),
        "other sample": lambda: write_member_bam(path, ["MOTHER"], GENOME),
        "two samples": lambda: write_member_bam(path, ["FATHER", "UNCLE"], GENOME),
        "build": lambda: write_member_bam(path, ["FATHER"], GENOME, hg19),
        "style": lambda: write_member_bam(path, ["FATHER"], GENOME, {"1": 1_000, "2": 500}),
        "contig": lambda: write_member_bam(path, ["FATHER"], GENOME, {"phix": 1_000, "chr2": 500}),
        "order": lambda: write_bam(path, header, pair[::-1], sort=False),
        "no reads": lambda: write_bam(path, bam_header({"chr1": 1_000}, ["FATHER"]), []),
    }
    make[change]()


@pytest.mark.parametrize(
    ("change", "expected", "repair"),
    [
        ("no end", "no BGZF end-of-file block: the file is truncated", "copy or produce the file again"),
        ("cut", "no BGZF end-of-file block", "copy or produce the file again"),
        ("empty", "reads is empty (0 bytes)", "copy the file again"),
        ("text", "neither BAM nor CRAM", "samtools view -b"),
        ("other sample", "read group SM is 'MOTHER'", "'MOTHER' in column read_group_sample"),
        ("two samples", "read groups of 2 samples: FATHER, UNCLE", "samtools view -b -r"),
        ("build", "contig chr1 has 249,250,621 bases, 1,000 in the reference (GRCh37 (hg19)", "stored_reads: realign"),
        ("style", "contigs named without chr (1), the reference's with chr (chr1)", "give reference.fasta"),
        ("contig", "reads on contigs that the reference does not have: phix", "stored_reads: realign"),
        ("order", "not sorted by coordinate (record 2, read a)", "samtools sort"),
        ("no reads", "no read in the file", ""),
    ],
)
def test_bam__faults_name_sample_file_and_repair(check: Check, change: str, expected: str, repair: str) -> None:
    rows = bam_trio()
    change_bam(change)
    text = check(rows)
    assert "sample FATHER" in text.splitlines()[0]
    assert "FATHER.bam" in text.splitlines()[0]
    assert expected in text
    assert repair in text
    assert "faults found" not in text


def test_bam__of_another_genome_is_accepted_when_it_is_realigned(check: Check) -> None:
    rows = bam_trio()
    change_bam("style")
    check(rows, code=0, alignment={"stored_reads": "realign"})


def test_bam__without_read_group_takes_the_name_of_the_sheet_and_says_so(check: Check) -> None:
    rows = bam_trio()
    write_member_bam(Path("FATHER.bam"), [], GENOME)
    out = check(rows, code=0)
    assert "note: FATHER.bam (sample FATHER): no read group names a sample: the reads get the sheet's name" in out


def test_bam__the_name_in_the_read_group_may_be_declared(check: Check) -> None:
    rows = bam_trio()
    change_bam("other sample")
    rows[1]["read_group_sample"] = "MOTHER"
    check(rows, code=0)


def test_bam__damage_inside_is_found_by_deep(check: Check) -> None:
    rows = bam_trio()
    data = bytearray(Path("CHILD.bam").read_bytes())
    data[len(data) // 2] ^= 0xFF
    Path("CHILD.bam").write_bytes(data)
    text = check(rows, options=("--deep",))
    assert "CHILD.bam: BAM is damaged" in text
    assert "at byte" in text


def test_cram__of_another_sequence_under_the_same_name(check: Check, folder: Path) -> None:
    rows = bam_trio()
    write_fasta(Path("other.fa"), {"chr1": bases(1_000, 99), "chr2": GENOME["chr2"]})
    write_cram(Path("CHILD.cram"), Path("CHILD.bam"), Path("genome.fa"))
    rows[0]["bam"] = "CHILD.cram"
    check(rows, code=0)
    text = check(rows, reference={"fasta": "other.fa"})
    assert "sample CHILD, CHILD.cram: 1 contig(s) of other sequence than the reference's; first chr1: MD5" in text
    Path("CHILD.cram").write_bytes(Path("CHILD.cram").read_bytes()[:-5])
    assert "CRAM has no end-of-file container" in check(rows)
