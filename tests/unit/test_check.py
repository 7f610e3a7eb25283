"""Does `filiation check` find every bad input, name it so that it can be repaired, and list all at once?"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysam
import pytest

from builders.sheets import FASTQ_TRIO, SAMPLE_COLUMNS, trio, unit, write_run, write_sheet
from builders.stored_reads import (
    bam_header,
    bases,
    proper_pair,
    write_bam,
    write_cram,
    write_fasta,
    write_fastq_pair,
    write_member_bam,
)
from builders.vcf import header_lines, other_base, record, trio_lines, write_indexed, write_vcf
from filiation.__main__ import main
from filiation.config import REPOSITORY
from filiation.io.reference_check import contig_problems
from filiation.io.tables import read_table
from filiation.model.columns import CHECKS
from filiation.model.contigs import ASSEMBLY_LENGTHS

GENOME = {"chr1": bases(1_000, 7), "chr2": bases(500, 8)}
SAMPLES = ["CHILD", "FATHER", "MOTHER"]
DATA = REPOSITORY.parent / "shared" / "data"

Check = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a reference genome."""
    monkeypatch.chdir(tmp_path)
    write_fasta(tmp_path / "genome.fa", GENOME)
    return tmp_path


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs `filiation check` on sheets and returns what it printed; asserts its exit code (default 2: faults)."""

    def run(*sheets: Any, code: int = 2, options: tuple[str, ...] = (), **config: Any) -> str:
        path = write_run(folder, *sheets, **{"reference": {"fasta": "genome.fa"}, **config})
        assert main(["check", "--config", path.name, *options]) == code
        printed = capsys.readouterr()
        return printed.out if code == 0 else printed.err

    return run


def fastq_trio() -> None:
    for sample in SAMPLES:
        write_fastq_pair(Path(), sample)


def bam_trio() -> list[dict[str, str]]:
    """BAM files of the three members, and their rows."""
    for sample in SAMPLES:
        write_member_bam(Path(f"{sample}.bam"), [sample], GENOME)
    return trio(bam="{sample}.bam")


def joint_calls(lines: list[str] | None = None, name: str = "joint.vcf.gz") -> list[dict[str, str]]:
    """A joint VCF, and rows that name it."""
    write_vcf(Path(name), lines or trio_lines(GENOME, SAMPLES))
    return trio(vcf=name)


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


# Stored calls


def changed(change: Callable[[list[str]], list[str]]) -> list[str]:
    """The lines of the joint VCF after a change."""
    return change(trio_lines(GENOME, SAMPLES))


def wrong_ref(lines: list[str]) -> list[str]:
    cells = lines[-1].split("\t")
    cells[3], cells[4] = other_base(cells[3]), cells[3]
    return [*lines[:-1], "\t".join(cells)]


def grch38_lengths(lines: list[str]) -> list[str]:
    lengths = ASSEMBLY_LENGTHS["GRCh38"]
    text = "\n".join(lines).replace("length=1000", f"length={lengths['1']}")
    return text.replace("length=500", f"length={lengths['2']}").split("\n")


RECORDS = [number for number, line in enumerate(trio_lines(GENOME, SAMPLES)) if not line.startswith("#")]
FIRST = RECORDS[0]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: [line.replace("CHILD", "MOTHER") for line in lines], "sample column 'MOTHER' stands 2 times"),
        (lambda lines: [line.replace("chr", "") for line in lines], "contigs named without chr (1)"),
        (grch38_lengths, "contig chr1 has 248,956,422 bases, 1,000 in the reference (GRCh38 (hg38) lengths given)"),
        (lambda lines: ["##contig=<ID=2,length=500>" if "ID=chr2" in line else line for line in lines], "with chr and"),
        (wrong_ref, "REF differs from the reference at 1 of 40 sites compared; first chr2:"),
        (lambda lines: [*lines[:-2], lines[-1], lines[-2]], "comes after a later position"),
        (lambda lines: [*lines, lines[FIRST]], "comes after a later position"),
        (lambda lines: [*lines[:-1], lines[-1] + "\t0/1"], "13 columns"),
        (lambda lines: [*lines[:-1], lines[-1].replace("\t", "    ")], "no tab in the line"),
        (lambda lines: [*lines, ""], "an empty line"),
        (lambda lines: [*lines, record("chr2", 501, "A", "C", ["0/1"] * 3)], "POS '501' on contig chr2"),
        (lambda lines: [*lines, record("chr2", "12x", "A", "C", ["0/1"] * 3)], "POS '12x' on contig chr2"),
        (lambda lines: [*lines, record("chr2", 400, "A", "<NON_REF>", ["0/0"] * 3)], "a gVCF (<NON_REF>"),
        (
            lambda lines: [*lines, record("chr2", 400, GENOME["chr2"][399], "*", ["0/7", "0/0", "0/0"])],
            "'0/7' of CHILD",
        ),
        (lambda lines: ["\ufeff" + lines[0], *lines[1:]], "a byte-order mark before the first line"),
        (lambda lines: lines[1:], "no ##fileformat line"),
        (lambda lines: [line for line in lines if not line.startswith("#CHROM")], "no #CHROM line"),
        (lambda lines: header_lines({"chr1": 1_000}, []), "no sample column"),
        (
            lambda lines: [*lines, record("chr9", 5, "A", "C", ["0/1"] * 3)],
            "records on contigs that the reference",
        ),
    ],
)
def test_vcf__faults(check: Check, change: Callable[[list[str]], list[str]], expected: str) -> None:
    text = check(joint_calls(changed(change)))
    assert expected in text
    assert "joint.vcf.gz" in text
    assert "expected:" in text


def test_vcf__line_of_the_fault_is_told(check: Check) -> None:
    lines = changed(lambda lines: [*lines[:-1], lines[-1] + "\t0/1"])
    assert f"joint.vcf.gz, line {len(lines)}: stored calls: 13 columns" in check(joint_calls(lines))


def test_vcf__sample_of_the_sheet_is_not_in_the_file(check: Check) -> None:
    lines = [line.replace("CHILD", "CHILD1") for line in trio_lines(GENOME, SAMPLES)]
    text = check(joint_calls(lines))
    assert "family FAM, sample CHILD, joint.vcf.gz: no column 'CHILD' in the stored calls" in text
    assert "one of its 3 samples: CHILD1, FATHER, MOTHER" in text
    assert "did you mean 'CHILD1'?" in text
    rows = trio(vcf="joint.vcf.gz")
    rows[0]["vcf_sample"] = "CHILD1"
    check(rows, code=0)


@pytest.mark.parametrize(
    ("damage", "expected", "repair"),
    [
        (lambda data: data[:-28], "no BGZF end-of-file block", "copy or produce the file again"),
        (lambda data: data[: len(data) // 2], "no BGZF end-of-file block", "compare its checksum"),
        (lambda data: data[:200] + data[210:], "is damaged", "compare checksums"),
        (lambda data: data + b"x", "no BGZF end-of-file block", "copy or produce the file again"),
        (lambda data: gzip.compress(gzip.decompress(data)), "compressed with gzip, not with bgzip", "gunzip -c"),
        (gzip.decompress, "not compressed, although its name ends in .gz", "bgzip -c joint.vcf.gz"),
        (lambda data: b"", "is empty (0 bytes)", "copy the file again"),
    ],
)
def test_vcf__compression(check: Check, damage: Callable[[bytes], bytes], expected: str, repair: str) -> None:
    rows = joint_calls()
    path = Path("joint.vcf.gz")
    path.write_bytes(damage(path.read_bytes()))
    text = check(rows)
    assert expected in text
    assert repair in text


def test_vcf__old_index_is_a_note_and_not_a_fault(check: Check) -> None:
    rows = joint_calls()
    write_indexed(Path("joint.vcf.gz"), trio_lines(GENOME, SAMPLES))
    os.utime("joint.vcf.gz.tbi", (1, 1))
    assert "index joint.vcf.gz.tbi is older than the file" in check(rows, code=0)


def test_vcf__members_of_two_builds(check: Check) -> None:
    for sample in SAMPLES:
        style = GENOME if sample == "CHILD" else {name[3:]: text for name, text in GENOME.items()}
        write_vcf(Path(f"{sample}.vcf.gz"), trio_lines(style, [sample]))
    text = check(trio(vcf="{sample}.vcf.gz"), reference={})
    assert "contigs are named differently in CHILD.vcf.gz and FATHER.vcf.gz" in text


# Genome and resources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">chr1\nACGT\n>chr1\nACGT\n", "contig 'chr1' stands twice"),
        (">chr1\nACGT\n>2\nACGT\n", "chromosomes named with chr and without chr"),
        (">chr1\nACGT\nAC-T\n", "letter '-' at chr1:7"),
        ("ACGT\n", "text before the first contig name"),
        (">chr1\n>chr2\nACGT\n", "contig 'chr1' has no bases"),
        ("", "reference FASTA is empty"),
    ],
)
def test_reference__faults(check: Check, text: str, expected: str) -> None:
    Path("bad.fa").write_text(text)
    assert expected in check(joint_calls(), reference={"fasta": "bad.fa"})


def test_reference__gzip_is_read_and_truncation_told(check: Check) -> None:
    data = gzip.compress(Path("genome.fa").read_bytes())
    Path("genome.fa.gz").write_bytes(data)
    check(joint_calls(), code=0, reference={"fasta": "genome.fa.gz"})
    Path("genome.fa.gz").write_bytes(data[:-20])
    assert "cannot be read to its end" in check(joint_calls(), reference={"fasta": "genome.fa.gz"})


def test_contigs__wrong_build_is_named_in_words() -> None:
    hg19 = dict(ASSEMBLY_LENGTHS["GRCh37"])
    hg38 = {f"chr{name}": length for name, length in ASSEMBLY_LENGTHS["GRCh38"].items()}
    assert contig_problems(hg19, hg38) == [
        "GRCh37 (hg19) lengths given, GRCh38 (hg38) expected",
        "contigs named without chr (1), the reference's with chr (chr1)",
    ]
    assert contig_problems(hg38, hg38) == []
    assert contig_problems({"chr1": None}, hg38) == []


def frequencies(lines: list[str]) -> list[dict[str, str]]:
    write_indexed(Path("af.vcf.gz"), lines)
    return [{"name": "gnomAD", "vcf": "af.vcf.gz"}]


def site(pos: int, info: str) -> str:
    ref = GENOME["chr1"][pos - 1]
    return record("1", pos, ref, other_base(ref), info=info)


def test_frequencies__another_prefix_is_fine_and_faults_are_told(check: Check) -> None:
    rows = joint_calls()
    sound = [*header_lines({"1": 1_000}, []), site(10, "AF=0.001")]
    out = check(rows, code=0, frequencies=frequencies(sound))
    assert "no INFO field nhomalt: homozygotes are not counted" in out
    text = check(rows, frequencies=[{**frequencies(sound)[0], "af": "AFF"}])
    assert "frequencies, gnomAD: no INFO field 'AFF' in the header" in text
    assert "did you mean 'AF'?" in text
    comma = [*header_lines({"1": 1_000}, []), site(10, "AF=0,001")]
    text = check(rows, frequencies=frequencies(comma))
    assert "AF=0,001 has 2 values for 1 alternate allele(s)" in text
    assert "decimal commas" in text
    swapped = [*header_lines({"1": 1_000}, []), record("1", 10, other_base(GENOME["chr1"][9]), "N", info="AF=0.1")]
    assert "REF differs from the reference at 1 of 1" in check(rows, frequencies=frequencies(swapped))
    frequencies(sound)
    Path("af.vcf.gz.tbi").unlink()
    assert "no index beside the file" in check(rows, frequencies=[{"name": "gnomAD", "vcf": "af.vcf.gz"}])


GENE = "1\tensembl\tgene\t10\t90\t.\t+\t.\tID=gene:G;biotype=protein_coding\n"
TRANSCRIPT = "1\tensembl\tmRNA\t10\t90\t.\t+\t.\tID=transcript:T;Parent=gene:G;biotype=protein_coding\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GENE + TRANSCRIPT, ""),
        (GENE, "no transcript with ID=transcript:… and biotype=…"),
        ((GENE + TRANSCRIPT).replace("1\tens", "9\tens"), "none of the contigs 9 is in the reference"),
        (GENE.replace("\t", " "), "genes.gff3, line 1: gene models: not a GFF3 line (1 columns)"),
    ],
)
def test_genes__gff3(check: Check, text: str, expected: str) -> None:
    Path("genes.gff3").write_text(text)
    reference = {"fasta": "genome.fa", "genes_gff3": "genes.gff3"}
    found = check(joint_calls(), code=2 if expected else 0, reference=reference)
    assert expected in found


def test_regions__bed_lies_on_the_reference(check: Check) -> None:
    for text, expected in (
        ("chr1\t0\t2000\n", "end 2000 beyond contig chr1 (1,000 bases)"),
        ("chr7\t0\t20\n", "contig 'chr7' is not in the reference"),
        ("chr1\t20\t10\n", "not an interval"),
        ("# none\n", "no interval in the file"),
    ):
        Path("regions.bed").write_text(text)
        assert expected in check(joint_calls(), calling={"regions_bed": "regions.bed"})


@pytest.mark.real_data
def test_real__reads_of_another_build_are_told(check: Check) -> None:
    reads = DATA / "reads"
    if not reads.is_dir():
        pytest.skip(f"{reads} is not there")
    b37 = reads / "hg002_100kb_b37"
    bam = next(b37.glob("*.bam"))
    rows = [{**trio()[0], "bam": str(bam), "read_group_sample": "HG002"}]
    assert "1 families" in check(rows, code=0, reference={"fasta": str(b37 / "hs37d5.chr20.fa.gz")})
    hg38 = DATA / "reference" / "grch38.chr20_and_21_10M.fa.gz"
    text = check(rows, reference={"fasta": str(hg38)})
    assert "contigs named without chr (1), the reference's with chr (chr1)" in text
    assert "GRCh37 (hg19) lengths given" in text
