"""Does the raw reader see in every file what pysam sees, field by field?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from builders.odd_calls import HEADER, LINES, SAMPLES, TEXT, assert_same, joined, read_with_pysam, write_as
from filiation.config import REPOSITORY
from filiation.io.raw.deflate import find_deflate
from filiation.io.vcf import TrioBatch, read_batches

SHARED = REPOSITORY.parent / "shared" / "data" / "vcf"
STORED = sorted(path for pattern in ("*/*.vcf.gz", "*/*.vcf") for path in SHARED.glob(pattern))


def read(path: Path, samples: tuple[str, ...], threads: int = 1) -> list[TrioBatch]:
    """All batches of a file."""
    return list(read_batches(path, samples, threads=threads))


@pytest.mark.parametrize("samples", [SAMPLES, ("mother", "", "child"), ("father",)], ids=len)
def test_raw_bcf__every_form_of_a_call_as_pysam_reads_it(tmp_path: Path, samples: tuple[str, ...]) -> None:
    path = write_as(tmp_path / "odd.bcf", TEXT, "bcf")
    assert_same(joined(read(path, samples)), read_with_pysam(path, samples))


@pytest.mark.parametrize("form", ["vcf.gz", "vcf", "gzip", "crlf"])
def test_raw_vcf__every_form_of_a_call_as_pysam_reads_it(tmp_path: Path, form: str) -> None:
    path = write_as(tmp_path / "odd.vcf.gz", TEXT, form)
    twin = write_as(tmp_path / "twin.vcf.gz", TEXT, "vcf.gz")
    for samples in (SAMPLES, ("mother", "", "child")):
        assert_same(joined(read(path, samples)), read_with_pysam(twin, samples))


def test_raw_both__a_genotype_that_is_not_the_first_field_is_read(tmp_path: Path) -> None:
    text = "\n".join([*HEADER, "chr1\t7\t.\tA\tC\t.\t.\t.\tDP:GT\t1:0/1\t.:1/1\t3\t4:0/."]) + "\n"
    for form in ("bcf", "vcf.gz"):
        (batch,) = read(write_as(tmp_path / form, text, form), SAMPLES)
        assert batch.genotype.tolist() == [[1, 2, -1, -1]]
        assert batch.depth.tolist() == [[1, -1, 3, 4]]


def test_raw_both__without_libdeflate_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_as(tmp_path / "odd.vcf.gz", TEXT, "vcf.gz")
    wanted = joined(read(path, SAMPLES))
    monkeypatch.setenv("FILIATION_LIBDEFLATE", "0")
    find_deflate.cache_clear()
    try:
        assert find_deflate() is None
        assert_same(joined(read(path, SAMPLES, 2)), wanted)
    finally:
        find_deflate.cache_clear()


def test_raw_bcf__bytes_that_are_not_compressed_give_the_same(tmp_path: Path) -> None:
    path = write_as(tmp_path / "odd.bcf", TEXT, "raw_bcf")
    assert path.read_bytes()[:3] == b"BCF"
    assert_same(joined(read(path, SAMPLES)), read_with_pysam(path, SAMPLES))


def test_raw_alleles__behave_like_a_list_of_strings(tmp_path: Path) -> None:
    (batch,) = read(write_as(tmp_path / "odd.bcf", TEXT, "bcf"), SAMPLES)
    alternates = [line.split("\t")[4] for line in LINES]
    assert batch.alt == alternates
    assert batch.alt[3] == "<DEL>"
    assert batch.alt[-1] == alternates[-1]
    assert list(batch.alt[2:5]) == alternates[2:5]
    assert batch.alt != alternates[1:]
    with pytest.raises(IndexError):
        batch.alt[len(alternates)]


def test_raw_batches__cut_smaller_they_hold_the_same(tmp_path: Path) -> None:
    path = write_as(tmp_path / "odd.bcf", TEXT, "bcf")
    parts = list(read_batches(path, SAMPLES, batch_records=4))
    assert [len(part) for part in parts] == [4, 4, 4, 1]
    assert [part.first_record for part in parts] == [0, 4, 8, 12]
    assert_same(joined(parts), read_with_pysam(path, SAMPLES))
    assert parts[1].records is not None
    assert len(parts[1].records.starts) == 4


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_raw_batches__the_same_with_any_number_of_threads(tmp_path: Path, threads: int) -> None:
    lines = TEXT.splitlines()
    header = [line for line in lines if line.startswith("#")]
    body = [LINES[n % 9].replace(LINES[n % 9].split("\t")[1], str(100 + n), 1) for n in range(60_000)]
    path = write_as(tmp_path / "long.vcf.gz", "\n".join([*header, *body]) + "\n", "vcf.gz")
    calls = tmp_path / "long.bcf"
    subprocess.run(["bcftools", "view", "-Ob", "-o", calls, path], check=True)
    single = read(calls, SAMPLES, 1)
    for name in (calls, path):
        batches = read(name, SAMPLES, threads)
        assert len(batches) > 1
        assert sum(map(len, batches)) == 60_000
        assert_same(joined(batches), joined(single))
        assert [batch.first_record for batch in batches] == list(np.cumsum([0, *map(len, batches)])[:-1])
        assert np.array_equal(joined(batches)["pos"], np.arange(100, 60_100))


@pytest.mark.real_data
@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_raw_bcf__stored_calls_as_pysam_reads_them(tmp_path: Path, path: Path) -> None:
    calls = tmp_path / "calls.bcf"
    subprocess.run(
        ["bcftools", "norm", "-m-", "--force", "-Ob", "-o", calls, path], check=True, stderr=subprocess.DEVNULL
    )
    samples = tuple(subprocess.run(
        ["bcftools", "query", "-l", calls], check=True, capture_output=True, text=True
    ).stdout.split())  # fmt: skip
    wanted = read_with_pysam(calls, samples)
    assert_same(joined(read(calls, samples)), wanted)
    text = tmp_path / "calls.vcf.gz"
    subprocess.run(["bcftools", "view", "--no-version", "-Oz", "-o", text, calls], check=True)
    assert_same(joined(read(text, samples, 2)), read_with_pysam(text, samples))
