"""Do calls, depth and reads get the verdict that they deserve?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from builders.genomes import Genomes, calls, simulate, trio
from filiation.config import RESOURCES
from filiation.errors import ConfigError
from filiation.io.vcf import TrioBatch
from filiation.quality.assess import assess
from filiation.quality.sex import CoverageRow
from filiation.quality.tally import FamilyTally, usable_genotypes
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds
from filiation.quality.verdict import CHECKS, CheckRow, Verdict, lower_bound, share_text


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


@pytest.fixture(scope="module")
def genomes() -> Genomes:
    return simulate(21)


def rows_of(batch: TrioBatch, thresholds: Thresholds, coverage: list[CoverageRow] | None = None) -> list[CheckRow]:
    tally = FamilyTally(trio(), thresholds)
    tally.add(batch)
    return assess(trio(), tally, coverage or [], thresholds)[0]


def one(rows: list[CheckRow], check: str, sample: str = "child") -> CheckRow:
    (row,) = [row for row in rows if row.check == check and row.sample == sample]
    return row


def test_rows_stand_in_the_declared_order_and_every_check_is_declared(genomes: Genomes, thresholds: Thresholds) -> None:
    checks = [row.check for row in rows_of(calls(genomes, trio().samples), thresholds)]
    assert len(checks) > 20
    assert checks == sorted(checks, key=CHECKS.index)


def test_missing_genotypes__lower_the_call_rate_and_are_no_violation(genomes: Genomes, thresholds: Thresholds) -> None:
    batch = calls(genomes, trio().samples)
    batch.genotype[::4, 2] = -1
    rows = rows_of(batch, thresholds)
    assert one(rows, "call_rate", "mother").verdict is Verdict.WARN
    assert one(rows, "call_rate", "child").verdict is Verdict.OK
    assert one(rows, "mendelian_errors_snv").verdict is Verdict.OK


def test_a_member_without_any_genotype__is_unknown_and_warned_of(genomes: Genomes, thresholds: Thresholds) -> None:
    batch = calls(genomes, trio().samples)
    batch.genotype[:, 1] = -1
    batch.depth[:, 1] = batch.ref_depth[:, 1] = batch.alt_depth[:, 1] = -1
    rows = rows_of(batch, thresholds)
    assert one(rows, "sex", "father").verdict is Verdict.UNKNOWN
    assert one(rows, "kinship", "child+father").verdict is Verdict.UNKNOWN
    assert one(rows, "coverage", "father").verdict is Verdict.UNKNOWN
    assert one(rows, "call_rate", "father").verdict is Verdict.WARN
    assert not [row for row in rows if row.verdict is Verdict.FAIL]


def test_noisy_calls__violations_warn_before_they_fail(genomes: Genomes, thresholds: Thresholds) -> None:
    verdicts = [
        one(rows_of(calls(genomes, trio().samples, error_rate=rate), thresholds), "mendelian_errors_snv").verdict
        for rate in (0.001, 0.05, 0.4)
    ]
    assert verdicts == [Verdict.OK, Verdict.WARN, Verdict.FAIL]


def test_indel_violations__are_counted_apart(genomes: Genomes, thresholds: Thresholds) -> None:
    batch = calls(genomes, trio().samples, error_rate=0)
    batch = replace(batch, is_snv=np.arange(len(batch)) % 2 == 0)
    indel = np.flatnonzero(~batch.is_snv & (batch.contig_class == 0))
    batch.genotype[indel, 0] = 2
    batch.genotype[indel, 2] = 0
    batch.alt_depth[indel, 0], batch.ref_depth[indel, 0] = 30, 0
    batch.alt_depth[indel, 2], batch.ref_depth[indel, 2] = 0, 30
    rows = rows_of(batch, thresholds)
    assert one(rows, "mendelian_errors_indel").verdict is Verdict.WARN
    assert one(rows, "mendelian_errors_snv").observed.startswith("0 of")


def test_usable_genotypes__poor_evidence_is_left_out_and_missing_fields_are_not_held_against_it(
    genomes: Genomes, thresholds: Thresholds
) -> None:
    batch = calls(genomes, trio().samples, error_rate=0)
    het, quality, half = (np.flatnonzero(batch.genotype[:, 0] == 1)[place] for place in (0, 1, 2))
    shallow = np.flatnonzero(batch.genotype[:, 0] == 2)[0]
    batch.alt_depth[het, 0], batch.ref_depth[het, 0] = 3, 27
    batch.genotype_quality[quality, 0] = 12
    batch.alleles_called[half, 0] = 1
    batch.depth[shallow, 0] = 4
    supported, balanced = usable_genotypes(batch, thresholds)
    assert (supported[het, 0], balanced[het, 0]) == (1, -1)
    assert supported[[quality, half, shallow], 0].tolist() == [-1, -1, -1]
    bare = calls(genomes, trio().samples, error_rate=0, reads=False)
    np.testing.assert_array_equal(usable_genotypes(bare, thresholds)[1], bare.genotype)


def test_coverage__table_first_then_variant_sites_and_the_row_says_which(
    genomes: Genomes, thresholds: Thresholds
) -> None:
    batch = calls(genomes, trio().samples)
    table = [CoverageRow("child", "total", 10**6, 18.0, 0.97, 0.4)]
    rows = rows_of(batch, thresholds, table)
    assert one(rows, "coverage").verdict is Verdict.WARN
    assert "mean depth, share at 20 reads" in one(rows, "coverage").meaning
    assert one(rows, "coverage", "father").verdict is Verdict.OK
    assert "variant sites only" in one(rows, "coverage", "father").meaning


def test_random_changes__lower_the_transition_ratio(genomes: Genomes, thresholds: Thresholds) -> None:
    batch = calls(genomes, trio().samples)
    assert one(rows_of(batch, thresholds), "transition_ratio").verdict is Verdict.OK
    random = replace(batch, alt=["G" if v % 3 == 0 else "C" for v in range(len(batch))])
    assert one(rows_of(random, thresholds), "transition_ratio").verdict is Verdict.WARN


def test_unbalanced_heterozygotes__warn(genomes: Genomes, thresholds: Thresholds) -> None:
    batch = calls(genomes, trio().samples, error_rate=0)
    het = np.flatnonzero(batch.genotype[:, 0] == 1)[::5]
    batch.alt_depth[het, 0], batch.ref_depth[het, 0] = 4, 26
    rows = rows_of(batch, thresholds)
    assert one(rows, "allele_balance").verdict is Verdict.WARN
    assert one(rows, "allele_balance", "father").verdict is Verdict.OK


def test_lower_bound__is_below_the_share_and_rises_with_data() -> None:
    assert lower_bound(0, 0, 3) == 0
    assert 0 <= lower_bound(5, 50, 3) < lower_bound(500, 5000, 3) < 0.1
    assert share_text(1, 0) == "1 of 0"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("x_sites_min:", "x_sites_mim:", "did you mean 'x_sites_min'"),
        ("x_sites_min: {value: 20,", "x_sites_min: {value: many,", "sex.x_sites_min"),
        ("kinship:", "kinshlp:", "did you mean 'kinship'"),
    ],
)
def test_thresholds__a_mistyped_entry_is_an_error_and_no_default(
    tmp_path: object, old: str, new: str, message: str
) -> None:
    text = newest_thresholds(RESOURCES / "scoring").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "quality-9.yaml"  # type: ignore[operator]
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_thresholds(path)
