"""Does `filiation check` open every source of evidence and name file and line of what is wrong?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pysam
import pytest

from builders.gene_models import write_cadd, write_counts
from builders.inputs import GENOME, fastq_trio
from builders.sheets import FASTQ_TRIO, trio

Check = Callable[..., str]
BASE = GENOME["chr1"][99]
ALT = "ACGT"["ACGT".index(BASE) - 1]


@pytest.fixture(autouse=True)
def reads(check: Check) -> None:
    """The trio's reads, and an index of the reference, so that reference alleles are compared."""
    fastq_trio()
    pysam.faidx("genome.fa")


def configured(check: Check, annotation: dict[str, object], code: int = 2, **config: object) -> str:
    """What check says of an annotation section."""
    return check(trio(), FASTQ_TRIO, code=code, annotation={"consequences": "none", **annotation}, **config)


def score(path: Path, kind: str = "cadd") -> dict[str, object]:
    """A configured score."""
    return {"scores": [{"name": "one", "kind": kind, "path": str(path)}]}


def test_check__sound_sources_pass(check: Check) -> None:
    write_cadd(Path("cadd.tsv.gz"), [("chr1", 100, BASE, ALT, "12.5")])
    Path("low.bed").write_text("chr1\t10\t20\n")
    Path("artefacts.tsv").write_text("chrom\tpos\tref\talt\tentry\nchr1\t5\tA\tC\tx\n")
    regions = {"regions": [{"name": "l", "kind": "low_complexity", "path": "low.bed"}]}
    out = configured(check, {**score(Path("cadd.tsv.gz")), **regions, "recurrent_artefacts": "artefacts.tsv"}, code=0)
    assert "10 files checked" in out


def test_check__a_decimal_comma_in_a_score_is_named_with_its_line(check: Check) -> None:
    write_cadd(Path("cadd.tsv.gz"), [("chr1", 100, BASE, ALT, "12,5")])
    told = configured(check, score(Path("cadd.tsv.gz")))
    assert "cadd.tsv.gz, line 3: cadd '12,5'" in told
    assert "decimal point" in told


def test_check__scores_on_another_genome_are_named_with_their_line(check: Check) -> None:
    write_cadd(Path("cadd.tsv.gz"), [("chr1", 100, ALT, BASE, "12.5")])
    assert f"line 3: chr1:100 {ALT}, where the reference has {BASE}" in configured(check, score(Path("cadd.tsv.gz")))


def test_check__every_missing_or_cut_source_is_listed_at_once(check: Check) -> None:
    write_cadd(Path("cadd.tsv.gz"), [("chr1", 100, BASE, ALT, "12.5")])
    Path("cut.tsv.gz").write_bytes(Path("cadd.tsv.gz").read_bytes()[:-28])
    scores = [
        {"name": "cut", "kind": "cadd", "path": "cut.tsv.gz"},
        {"name": "gone", "kind": "revel", "path": "gone.tsv.gz"},
    ]
    told = configured(check, {"scores": scores, "mane_summary": "gone.txt"})
    assert "cut.tsv.gz: cut has no BGZF end-of-file block" in told
    assert "gone.tsv.gz" in told
    assert "gone.txt" in told


def test_check__regions_of_another_genome_are_a_fault(check: Check) -> None:
    Path("low.bed").write_text("chr17_alt\t10\t20\n")
    told = configured(check, {"regions": [{"name": "l", "kind": "low_complexity", "path": "low.bed"}]})
    assert "none of its contigs is in the reference" in told


def test_check__a_field_that_an_own_source_lacks_is_a_fault(check: Check) -> None:
    write_counts(Path("lab.vcf.gz"), [("1", 100, BASE, ALT, "AF=0.1")], {"AF": "A,Float"})
    lab = {"name": "lab", "vcf": "lab.vcf.gz", "kind": "in-house", "carriers": "Obss"}
    assert "INFO/Obss is not declared" in configured(check, {}, frequencies=[lab])
