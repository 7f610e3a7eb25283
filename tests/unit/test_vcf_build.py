"""Is a source of another genome build refused before anything is looked up in it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.trio import trio
from filiation.calls.annotate import annotate_calls
from filiation.errors import InputError
from filiation.evidence.collect import EvidenceSources
from filiation.evidence.populations import CountSource
from filiation.io.indexed import write_indexed_vcf
from filiation.io.vcf_build import require_build

GRCH38, GRCH37 = 248_956_422, 249_250_621
CALLS = {"chr1": GRCH38}


def source(path: Path, *header: str) -> Path:
    """A VCF of ClinVar's fields and an AF, with these lines in its header."""
    lines = ["##fileformat=VCFv4.1", *header]
    lines += [f'##INFO=<ID={name},Number=.,Type=String,Description="x">' for name in ("CLNSIG", "CLNREVSTAT", "AF")]
    lines += ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", "1\t100\t1\tA\tG\t.\t.\tCLNSIG=Pathogenic"]
    write_indexed_vcf(path, lines)
    return path


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (("##reference=GRCh37", "##contig=<ID=1>"), "ClinVar of GRCh37 for calls of GRCh38"),
        (("##reference=file:///data/hs37d5.fa", "##contig=<ID=1>"), "ClinVar of GRCh37 for calls of GRCh38"),
        ((f"##contig=<ID=1,length={GRCH37}>",), "ClinVar of GRCh37 for calls of GRCh38"),
        (("##contig=<ID=1,length=1000>",), "contig 1 has 1,000 bases, 248,956,422 in the calls"),
    ],
)
def test_build__another_one_is_named(tmp_path: Path, header: tuple[str, ...], found: str) -> None:
    with pytest.raises(InputError, match=found):
        require_build(source(tmp_path / "c.vcf.gz", *header), "ClinVar", CALLS)


@pytest.mark.parametrize(
    "header",
    [
        ("##reference=GRCh38", "##contig=<ID=1>"),
        ("##contig=<ID=1>",),
        (f"##contig=<ID=1,length={GRCH38}>", "##reference=GRCh37-lifted-to-GRCh38"),
        ("##reference=lifted from GRCh37 to GRCh38", "##contig=<ID=1>"),
    ],
)
def test_build__the_same_one_or_one_that_is_not_named_passes(tmp_path: Path, header: tuple[str, ...]) -> None:
    require_build(source(tmp_path / "c.vcf.gz", *header), "ClinVar", CALLS)


def test_annotate__clinvar_and_counts_of_another_build_stop_before_anything_is_written(tmp_path: Path) -> None:
    screened, _ = trio().at("1", 100, "A", "G").screened(tmp_path)
    old = source(tmp_path / "old.vcf.gz", "##reference=GRCh37", "##contig=<ID=1>")
    output = tmp_path / "annotated.bcf"
    with pytest.raises(InputError, match="ClinVar VCF of GRCh37 for calls of GRCh38"):
        annotate_calls(screened, output, consequences="none", clinvar_vcf=old)
    with pytest.raises(InputError, match="counts of GRCh37 for calls of GRCh38"):
        annotate_calls(
            screened,
            output,
            consequences="none",
            sources=EvidenceSources(inhouse=(CountSource("lab", str(old), "AF"),)),
        )
    assert not output.exists()
