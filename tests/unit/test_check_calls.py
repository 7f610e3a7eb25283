"""Does `filiation check` find every fault of stored calls, of the genome and of the resources?"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.inputs import GENOME, SAMPLES, bam_trio, joint_calls
from builders.sheets import trio
from builders.vcf import header_lines, other_base, record, trio_lines, write_indexed, write_vcf
from filiation.config import REPOSITORY
from filiation.io.reference_check import contig_problems
from filiation.model.contigs import ASSEMBLY_LENGTHS

DATA = REPOSITORY.parent / "shared" / "data"

Check = Callable[..., str]


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
            "contig 'chr9' is not declared in the header",
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


def test_vcf__existing_annotation_must_be_there(check: Check) -> None:
    existing = {"annotation": {"consequences": "existing"}}
    lines = trio_lines(GENOME, SAMPLES)
    assert "but the stored calls carry no annotation" in check(joint_calls(lines), **existing)
    annotated = [*lines[:1], '##INFO=<ID=BCSQ,Number=.,Type=String,Description="csq">', *lines[1:]]
    check(joint_calls(annotated), code=0, **existing)
    assert "CHILD starts from reads, whose calls carry none" in check(bam_trio(), **existing)
