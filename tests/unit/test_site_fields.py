"""Are strand, mapping quality, read position and filter read as the caller wrote them, in VCF and BCF alike?"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builders.trio import SAMPLES, call, scoring_model, trio
from filiation.io.raw.batches import read_file_header
from filiation.io.raw.site_fields import declared_fields, site_fields, strand_odds
from filiation.io.vcf import read_batches
from filiation.kernels.inheritance import DE_NOVO, SUPPORTED
from filiation.scoring.screen import decisions
from filiation.scoring.trio import inheritance_text

HEADER = (
    '##INFO=<ID=SOR,Number=1,Type=Float,Description="Strand odds">',
    '##INFO=<ID=FS,Number=1,Type=Float,Description="Fisher strand">',
    '##INFO=<ID=MQ,Number=1,Type=Integer,Description="Mapping quality">',
    '##INFO=<ID=MQRankSum,Number=1,Type=Float,Description="Rank sum">',
    '##INFO=<ID=ReadPosRankSum,Number=1,Type=Float,Description="Rank sum">',
    '##INFO=<ID=MQBZ,Number=1,Type=Float,Description="Rank sum of bcftools">',
    '##INFO=<ID=DP4,Number=4,Type=Integer,Description="Reads by allele and strand">',
    '##INFO=<ID=SRF,Number=1,Type=Integer,Description="Reads">',
    '##INFO=<ID=SRR,Number=1,Type=Integer,Description="Reads">',
    '##INFO=<ID=SAF,Number=A,Type=Integer,Description="Reads">',
    '##INFO=<ID=SAR,Number=A,Type=Integer,Description="Reads">',
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="In dbSNP">',
    '##INFO=<ID=NOTE,Number=1,Type=String,Description="Words">',
)
MISSING = math.nan


def with_info(*infos: tuple[str, str]) -> object:
    """A trio with a new substitution for each (INFO, FILTER)."""
    calls = replace(trio(), extra_header=HEADER)
    for number, (info, filters) in enumerate(infos):
        calls = calls.at("1", 100 + 10 * number, "A", "G", info=info, filters=filters)
    return calls


def fields_of(path: Path) -> np.ndarray:
    """The columns of every record."""
    (batch,) = read_batches(path, SAMPLES)
    return site_fields(batch.records, np.arange(len(batch)))


@pytest.mark.parametrize("suffix", [".vcf", ".vcf.gz", ".bcf"])
def test_site_fields__of_every_caller_in_every_format(tmp_path: Path, suffix: str) -> None:
    calls = with_info(
        ("DB;SOR=0.75;FS=2.5;MQ=60;MQRankSum=-0.5;ReadPosRankSum=1.25;NOTE=SOR", "PASS"),
        ("FS=12.5;MQ=41", "LowQual"),
        ("DP4=10,12,0,9;MQBZ=3.5", "."),
        ("SRF=10;SRR=12;SAF=9;SAR=0", "PASS"),
        (".", "PASS"),
        ("SOR=.;MQ=.", "PASS"),
    )
    found = fields_of(calls.written(tmp_path / f"calls{suffix}"))
    one_strand = strand_odds((10, 12, 0, 9))
    expected = [
        [0.75, 2.5, 60, -0.5, 1.25, 1],
        [MISSING, 12.5, 41, MISSING, MISSING, 0],
        [one_strand, MISSING, MISSING, -3.5, MISSING, MISSING],
        [strand_odds((10, 12, 9, 0)), MISSING, MISSING, MISSING, MISSING, 1],
        [MISSING] * 5 + [1],
        [MISSING] * 5 + [1],
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert one_strand > 2, "reads of one strand only"


def test_strand_odds__is_that_of_gatk() -> None:
    # Two examples by hand: balanced strands give ln 2; all alternate reads on one strand of balanced reference reads.
    assert strand_odds((20, 20, 15, 15)) == pytest.approx(math.log(2.0))
    expected = math.log(21.0 + 1 / 21.0) - math.log(1 / 21.0)
    assert strand_odds((20, 20, 0, 20)) == pytest.approx(expected)


def test_declared_fields__says_what_a_file_has(tmp_path: Path) -> None:
    assert declared_fields(read_file_header(with_info().written(tmp_path / "some.vcf"))).startswith("SOR, FS, MQ")
    assert "none" in declared_fields(read_file_header(trio().written(tmp_path / "none.vcf")))


@pytest.mark.parametrize("suffix", [".vcf.gz", ".bcf"])
def test_de_novo__marked_by_strand_and_mapping_quality_loses_its_support(tmp_path: Path, suffix: str) -> None:
    child = call("0/1", reads=(22, 8), phred=(200, 0, 500))
    calls = replace(trio(child, "0/0", "0/0"), extra_header=HEADER)
    ordinary = "SOR=0.7;MQ=60;MQRankSum=0.2;ReadPosRankSum=0.8"
    for pos, info in ((100, ordinary), (200, "."), (300, "SOR=5;MQ=45;MQRankSum=-7;ReadPosRankSum=-4")):
        calls = calls.at("1", pos, "A", "C", info=info)
    path = calls.written(tmp_path / f"calls{suffix}")
    ((_, decision),) = decisions(path, calls.family, scoring_model(), [])
    odds = decision.scores.log10_odds
    assert odds[0] > odds[1] > odds[2] + 2
    assert decision.scores.patterns[0, DE_NOVO] == SUPPORTED
    assert "de_novo:supported" not in inheritance_text(decision.scores.patterns[2])
