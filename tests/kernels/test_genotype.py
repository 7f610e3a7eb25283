"""Do genotype likelihoods rest on the best field that is there, and say nothing when none is?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.config import scoring_model_path
from filiation.kernels.encoding import RUNG_NAMES
from filiation.kernels.genotype import (
    artefact_by_quality,
    artefact_by_quality_jit,
    genotype_log_likelihoods,
    genotype_log_likelihoods_jit,
)
from filiation.scoring.de_novo import alternate_quality
from filiation.scoring.model import load_scoring_model
from reference.genotype import Fields, log_likelihoods, rung_of
from reference.genotype import artefact_by_quality as twin_by_quality

pytestmark = pytest.mark.kernels

ERROR_RATE = 0.005
QUALITY = alternate_quality(load_scoring_model(scoring_model_path()))

phred_values = st.integers(0, 5000).map(float)
log10_values = st.floats(-300.0, 0.0)
depths = st.none() | st.integers(0, 120)


def likelihood_fields(values: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, ...] | None]:
    """Three values, two of a haploid member, or none."""
    return st.none() | st.tuples(values, values) | st.tuples(values, values, values)


members = st.builds(
    Fields,
    phred=likelihood_fields(phred_values),
    log10=likelihood_fields(log10_values),
    ref_depth=depths,
    alt_depth=depths,
    genotype=st.none() | st.integers(0, 2),
    quality=st.none() | st.integers(0, 99).map(float),
)


def three(values: tuple[float, ...] | None) -> list[float]:
    """Values of 0, 1 and 2 alternate alleles as the arrays carry them."""
    if values is None:
        return [np.nan] * 3
    return [values[0], np.nan, values[1]] if len(values) == 2 else list(values)


def arrays(rows: list[list[Fields]]) -> tuple[np.ndarray, ...]:
    """The kernel's arrays of variants and members."""

    def number(value: float | None, missing: float) -> float:
        return missing if value is None else value

    def collect(function: object, dtype: type) -> np.ndarray:
        return np.array([[function(fields) for fields in row] for row in rows], dtype=dtype)  # type: ignore[operator]

    return (
        collect(lambda fields: three(fields.phred), np.float64),
        collect(lambda fields: three(fields.log10), np.float64),
        collect(lambda fields: number(fields.ref_depth, -1), np.int32),
        collect(lambda fields: number(fields.alt_depth, -1), np.int32),
        collect(lambda fields: number(fields.genotype, -1), np.int8),
        collect(lambda fields: number(fields.quality, np.nan), np.float32),
    )


def one(fields: Fields) -> tuple[np.ndarray, str]:
    """Likelihoods and rung of one member."""
    likelihood, rung = genotype_log_likelihoods_jit(*arrays([[fields]]), ERROR_RATE)
    return likelihood[0, 0], RUNG_NAMES[rung[0, 0]]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(members, min_size=3, max_size=3), min_size=1, max_size=8))
def test_likelihoods__agree_with_multiplying_probabilities_read_by_read(rows: list[list[Fields]]) -> None:
    expected = [[log_likelihoods(fields, ERROR_RATE) for fields in row] for row in rows]
    for function in (genotype_log_likelihoods, genotype_log_likelihoods_jit):
        likelihood, rung = function(*arrays(rows), ERROR_RATE)
        np.testing.assert_allclose(likelihood, expected, rtol=1e-9, atol=1e-9)
        assert [[RUNG_NAMES[code] for code in row] for row in rung] == [[rung_of(f) for f in row] for row in rows]
        assert (likelihood.max(axis=2) == 0).all()


def test_ladder__each_rung_is_taken_only_when_the_better_ones_are_missing() -> None:
    everything = {"ref_depth": 10, "alt_depth": 10, "genotype": 1, "quality": 40.0}
    ladder = [
        ("PL", Fields(phred=(300.0, 0.0, 300.0), log10=(0.0, -9.0, -9.0), **everything)),
        ("GL", Fields(log10=(-30.0, 0.0, -30.0), **everything)),
        ("AD", Fields(**everything)),
        ("GQ", Fields(genotype=1, quality=40.0)),
        ("GQ", Fields(ref_depth=0, alt_depth=0, genotype=1, quality=40.0)),
        ("none", Fields(genotype=1)),
    ]
    for expected, fields in ladder:
        likelihood, rung = one(fields)
        assert rung == expected
        if expected != "none":
            assert likelihood.argmax() == 1, f"{expected} is a heterozygote"


def test_without_any_field_all_genotypes_are_equally_likely() -> None:
    for fields in (Fields(), Fields(genotype=0), Fields(quality=50.0), Fields(ref_depth=30)):
        likelihood, rung = one(fields)
        assert rung == "none"
        assert likelihood.tolist() == [0.0, 0.0, 0.0]


def test_a_genotype_quality_of_zero_says_nothing() -> None:
    likelihood, rung = one(Fields(genotype=0, quality=0.0))
    assert rung == "GQ"
    assert likelihood.tolist() == [0.0, 0.0, 0.0]


def test_two_values_of_a_haploid_member_stand_for_none_and_every_copy() -> None:
    reference, _ = one(Fields(phred=(0.0, 400.0)))
    alternate, _ = one(Fields(phred=(400.0, 0.0)))
    assert reference[0] == 0.0
    assert alternate[2] == 0.0
    assert reference[1] == reference[2] == alternate[0] == alternate[1] == pytest.approx(-92.1, abs=0.01)


def test_an_impossible_phred_of_a_long_read_pile_stays_finite() -> None:
    likelihood, _ = one(Fields(phred=(2_000_000_000.0, 0.0, 2_000_000_000.0)))
    assert np.isfinite(likelihood).all()


def told(row: list[float], ref: int | None, alt: int | None, asked: bool = True) -> list[float]:
    """What the kernel says of one child, as plain Python and compiled."""
    return [
        float(
            function(
                np.array([row]),
                np.array([-1 if ref is None else ref], dtype=np.int32),
                np.array([-1 if alt is None else alt], dtype=np.int32),
                np.array([asked]),
                QUALITY,
            )[0]
        )
        for function in (artefact_by_quality, artefact_by_quality_jit)
    ]


def caller_row(ref: int, alt: int, ref_quality: float, alt_quality: float) -> list[float]:
    """Log likelihoods of a caller that takes reads for independent: a mismatch costs its quality, a match nothing."""
    half = np.log(0.5) * (ref + alt)
    per_phred = np.log(10) / 10
    return [-alt * alt_quality * per_phred - half, 0.0, -ref * ref_quality * per_phred - half]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(-300.0, 0.0), min_size=3, max_size=3), depths, depths)
def test_quality_of_alternate_reads__agrees_with_densities_written_out(
    row: list[float], ref: int | None, alt: int | None
) -> None:
    assert told(row, ref, alt) == pytest.approx([twin_by_quality(row, ref, alt, *QUALITY)] * 2, rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.integers(3, 60), st.integers(3, 60), st.floats(25.0, 45.0))
def test_quality_of_alternate_reads__reads_as_good_as_the_others_speak_for_the_allele(
    ref: int, alt: int, quality: float
) -> None:
    value, same = told(caller_row(ref, alt, quality, quality), ref, alt)
    assert value == pytest.approx(same)
    assert np.log(QUALITY.ordinary_share) <= value < 0


def test_quality_of_alternate_reads__the_worse_they_are_the_likelier_an_artefact_but_never_a_proof() -> None:
    values = [told(caller_row(15, 12, 37.0, quality), 15, 12)[1] for quality in (37.0, 33.0, 29.0, 25.0)]
    assert values == sorted(values)
    assert values[0] < 0 < values[-1]
    assert values[-1] < np.log(200), "a few true alleles have bad reads too"


@pytest.mark.parametrize(("ref", "alt"), [(2, 15), (15, 2), (None, 10), (10, None)])
def test_quality_of_alternate_reads__too_few_reads_tell_nothing(ref: int | None, alt: int | None) -> None:
    assert told(caller_row(ref or 0, alt or 0, 37.0, 12.0), ref, alt) == [0.0, 0.0]


def test_quality_of_alternate_reads__likelihoods_that_are_no_sum_of_qualities_tell_nothing() -> None:
    """Capped at 60, as some callers write them, 30 reads seem to have qualities of 9."""
    capped = [-60 * np.log(10) / 10, 0.0, -60 * np.log(10) / 10]
    assert told(capped, 15, 15) == [0.0, 0.0]
    assert told(caller_row(15, 12, 37.0, 12.0), 15, 12, asked=False) == [0.0, 0.0]
