"""Does `filiation quality` write its tables from a BCF, and do public trios come out as they are known to be?"""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import numpy as np
import pytest

from builders.genomes import calls, simulate, trio
from filiation.__main__ import main
from filiation.config import REPOSITORY
from filiation.io.ped import write_pedigree
from filiation.io.tables import read_table
from filiation.io.vcf import TrioBatch
from filiation.model.columns import GATE, QUALITY, SEGMENTS

VCF = REPOSITORY.parent / "shared" / "data" / "vcf"
real_data = pytest.mark.skipif(not VCF.is_dir(), reason="public trios are not beside the repository")


def write_bcf(path: Path, batch: TrioBatch, samples: tuple[str, ...]) -> None:
    """The calls of a batch as an indexed BCF."""
    import pysam
    import pysam.bcftools

    header = pysam.VariantHeader()
    for contig in batch.contigs:
        header.contigs.add(contig, length=10**9)
    for name, number, kind in (("GT", 1, "String"), ("AD", "R", "Integer"), ("DP", 1, "Integer"), ("GQ", 1, "Integer")):
        header.formats.add(name, number, kind, name)
    for sample in samples:
        header.add_sample(sample)
    with pysam.VariantFile(str(path), "wb", header=header) as out:
        for v in range(len(batch)):
            record = out.new_record(
                contig=batch.contigs[batch.contig_index[v]],
                start=int(batch.pos[v]) - 1,
                alleles=(batch.ref[v], batch.alt[v]),
            )
            for s, sample in enumerate(samples):
                genotype = int(batch.genotype[v, s])
                entry = record.samples[sample]
                entry["GT"] = {-1: (None, None), 0: (0, 0), 1: (0, 1), 2: (1, 1)}[genotype]
                entry["AD"] = (int(batch.ref_depth[v, s]), int(batch.alt_depth[v, s]))
                entry["DP"] = int(batch.depth[v, s])
                entry["GQ"] = 60
            out.write(record)
    pysam.bcftools.index("-f", str(path))


def run(folder: Path, pedigree: Path, variants: Path) -> tuple[Path, Path]:
    quality, segments = folder / "q.tsv", folder / "s.tsv"
    arguments = ["--pedigree", str(pedigree), "--variants", str(variants), "--output", str(quality)]
    assert main(["quality", *arguments, "--segments", str(segments)]) == 0
    return quality, segments


def test_command__writes_both_tables_the_same_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    genomes = simulate(31, sites=150)
    write_bcf(tmp_path / "f.bcf", calls(genomes, trio().samples), trio().samples)
    write_pedigree(tmp_path / "f.ped", trio())
    quality, segments = run(tmp_path, tmp_path / "f.ped", tmp_path / "f.bcf")
    first = quality.read_bytes(), segments.read_bytes()
    rows = read_table(quality, QUALITY).rows
    assert {row["verdict"] for row in rows if row["check"] == "kinship"} == {"OK"}
    assert "0 FAIL" in capsys.readouterr().err
    run(tmp_path, tmp_path / "f.ped", tmp_path / "f.bcf")
    assert first == (quality.read_bytes(), segments.read_bytes())


def test_command__a_sample_that_is_not_in_the_calls_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genomes = simulate(31, sites=20)
    write_bcf(tmp_path / "f.bcf", calls(genomes, ("child", "father")), ("child", "father"))
    write_pedigree(tmp_path / "f.ped", trio())
    arguments = ["--pedigree", str(tmp_path / "f.ped"), "--variants", str(tmp_path / "f.bcf")]
    outputs = ["--output", str(tmp_path / "q.tsv"), "--segments", str(tmp_path / "s.tsv")]
    assert main(["quality", *arguments, *outputs]) == 2
    assert "mother" in capsys.readouterr().err
    assert not (tmp_path / "q.tsv").exists()


def normalised(folder: Path, source: Path, contigs: bool = False) -> Path:
    """A public VCF split, sorted and indexed; `contigs` adds the header lines that one file lacks."""
    target = folder / "calls.bcf"
    text = subprocess.run(["bcftools", "view", str(source)], capture_output=True, check=False).stdout.decode()
    if contigs:
        text = gzip.decompress(source.read_bytes()).decode()
        lines = "".join(f"##contig=<ID={number}>\n" for number in range(1, 23))
        text = text.replace("#CHROM", lines + "#CHROM", 1)
    norm = subprocess.run(["bcftools", "norm", "-m-any"], input=text.encode(), capture_output=True, check=True)
    subprocess.run(["bcftools", "sort", "-Ob", "-o", str(target)], input=norm.stdout, capture_output=True, check=True)
    subprocess.run(["bcftools", "index", "-f", str(target)], check=True)
    return target


def pedigree(folder: Path, child: str, father: str, mother: str, sex: int) -> Path:
    path = folder / "f.ped"
    path.write_text(f"F {child} {father} {mother} {sex} 2\nF {father} 0 0 1 1\nF {mother} 0 0 2 1\n")
    return path


@pytest.mark.real_data
@pytest.mark.tools
@real_data
@pytest.mark.parametrize(
    ("file", "members", "sex", "judged"),
    [
        ("aj_trio_gatk_b37_chr1/ashk-trio.vcf.gz", ("HG002", "HG003", "HG004"), 1, 3),
        ("ceph1463_trio_gatk_grch38_chr20/trio.vcf", ("son", "father", "mother"), 1, 2),
        ("ceu_trio_strelka_chr1_200snv/denovo-chr1-200-snv.vcf.gz", ("PROBAND", "PARENT2", "PARENT1"), 1, 0),
    ],
)
def test_public_trios__true_parents_are_confirmed_or_left_open(
    tmp_path: Path, file: str, members: tuple[str, str, str], sex: int, judged: int
) -> None:
    quality, segments = run(tmp_path, pedigree(tmp_path, *members, sex), normalised(tmp_path, VCF / file))
    rows = read_table(quality, QUALITY).rows
    assert [row for row in rows if row["verdict"] == "FAIL"] == []
    verdicts = [row["verdict"] for row in rows if row["check"] == "kinship"]
    assert sorted(verdicts) == ["OK"] * judged + ["UNKNOWN"] * (3 - judged)
    assert read_table(segments, SEGMENTS).rows == []


@pytest.mark.real_data
@pytest.mark.tools
@real_data
def test_simulated_maternal_heterodisomy__is_found_there_and_nowhere_else(tmp_path: Path) -> None:
    source = normalised(tmp_path, VCF / "upd_simulated_na19675_b37/test_het_mat.vcf.gz", contigs=True)
    quality, segments = run(tmp_path, pedigree(tmp_path, "NA19675", "NA19679", "NA19678", 2), source)
    (segment,) = read_table(segments, SEGMENTS).rows
    assert (segment["kind"], segment["chrom"]) == ("upd_maternal", "3")
    overlap = min(segment["end"], 198_022_430) - max(segment["start"], 96_468_334)
    assert overlap > 0.95 * (198_022_430 - 96_468_334)
    assert segment["start"] >= 96_468_334
    assert {row["verdict"] for row in read_table(quality, QUALITY).rows if row["check"] == "kinship"} == {"OK"}
    assert np.isfinite(segment["quality"])


def write_exchanged(folder: Path) -> list[str]:
    """Calls of a trio in which the father's tube holds his brother, and the arguments of `filiation quality`."""
    genomes = simulate(33, sites=400)
    write_bcf(folder / "f.bcf", calls(genomes, ("child", "uncle", "mother")), trio().samples)
    write_pedigree(folder / "f.ped", trio())
    paths = ("--pedigree", "f.ped", "--variants", "f.bcf", "--output", "q.tsv", "--segments", "s.tsv")
    return [part if part.startswith("--") else str(folder / part) for part in paths]


def test_command__a_fail_ends_with_2_unless_a_reason_is_given_and_the_tables_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = write_exchanged(tmp_path)
    assert main(["quality", *arguments]) == 2
    assert "an uncle, brother of the father" in capsys.readouterr().err
    assert {row["verdict"] for row in read_table(tmp_path / "q.tsv", QUALITY).rows} >= {"FAIL", "OK"}
    assert main(["quality", *arguments, "--override-reason", "known"]) == 0
    assert main(["quality", *arguments, "--no-stop-on-fail"]) == 0


def test_gate__stops_without_a_reason_and_records_the_one_that_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["quality", *write_exchanged(tmp_path), "--no-stop-on-fail"])
    gate = ["quality-gate", "--quality", str(tmp_path / "q.tsv"), "--output", str(tmp_path / "gate.tsv")]
    assert main(gate) == 2
    message = capsys.readouterr().err
    assert "an uncle, brother of the father" in message
    assert "quality.override_reasons" in message
    assert not (tmp_path / "gate.tsv").exists()
    assert main([*gate, "--override-reason", "the uncle stands in\nfor the father"]) == 0
    table = read_table(tmp_path / "gate.tsv", GATE)
    assert (table.header["gate"], table.header["override_reason"]) == (
        "overridden",
        "the uncle stands in for the father",
    )
    assert {row["check"] for row in table.rows} >= {"kinship", "roles"}
    assert main([*gate, "--no-stop-on-fail"]) == 0
    assert read_table(tmp_path / "gate.tsv", GATE).header["gate"] == "not enforced"


def test_gate__a_family_without_a_fail_passes(tmp_path: Path) -> None:
    genomes = simulate(31, sites=150)
    write_bcf(tmp_path / "f.bcf", calls(genomes, trio().samples), trio().samples)
    write_pedigree(tmp_path / "f.ped", trio())
    quality, _ = run(tmp_path, tmp_path / "f.ped", tmp_path / "f.bcf")
    assert main(["quality-gate", "--quality", str(quality), "--output", str(tmp_path / "gate.tsv")]) == 0
    table = read_table(tmp_path / "gate.tsv", GATE)
    assert (table.rows, table.header["gate"]) == ([], "passed")
