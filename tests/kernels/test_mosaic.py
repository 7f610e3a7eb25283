"""Are few alternate reads told apart: error, mosaic, carrier; and is their share estimated with its interval?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels import mosaic as kernel
from filiation.kernels.mosaic import CARRIER, ERROR, ESTIMATE, LOWER, MOSAIC, UPPER
from reference import mosaic as twin

pytestmark = pytest.mark.kernels

ERROR_DISPERSION, CARRIER_DISPERSION = 0.005, 0.01
both_forms = pytest.mark.parametrize("compiled", [False, True], ids=["plain", "compiled"])


@st.composite
def read_counts(draw: st.DrawFn) -> tuple[int, int]:
    """Alternate reads and all reads."""
    total = draw(st.integers(0, 60))
    return draw(st.integers(0, total)), total


def weigh(
    alt: int, total: int, ploidy: int = 2, error: float = 0.002, *, compiled: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Likelihoods and fraction of one member."""
    function = kernel.mosaic_log10_likelihoods_jit if compiled else kernel.mosaic_log10_likelihoods
    likelihood, fraction = function(
        np.array([[alt]], dtype=np.int32),
        np.array([[total]], dtype=np.int32),
        np.array([[ploidy]], dtype=np.int8),
        np.array([[error]]),
        ERROR_DISPERSION,
        CARRIER_DISPERSION,
    )
    return likelihood[0, 0], fraction[0, 0]


@both_forms
@settings(max_examples=60, deadline=None)
@given(counts=read_counts(), ploidy=st.sampled_from([1, 2]), error=st.floats(1e-4, 0.1))
def test_likelihoods__equal_polyas_urn(counts: tuple[int, int], ploidy: int, error: float, compiled: bool) -> None:
    found, _ = weigh(*counts, ploidy, error, compiled=compiled)
    expected = twin.log10_likelihoods(*counts, ploidy, error, ERROR_DISPERSION, CARRIER_DISPERSION)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@both_forms
@settings(max_examples=30, deadline=None)
@given(counts=read_counts(), error=st.floats(1e-4, 0.05))
def test_fraction__its_interval_holds_the_middle_of_the_posterior(
    counts: tuple[int, int], error: float, compiled: bool
) -> None:
    _, fraction = weigh(*counts, 2, error, compiled=compiled)
    if counts[1] == 0:
        assert np.isnan(fraction).all()
        return
    posterior = twin.fraction_posterior(*counts, error, CARRIER_DISPERSION)
    low, high = round(fraction[LOWER] * 1000), round(fraction[UPPER] * 1000)
    assert fraction[LOWER] <= fraction[ESTIMATE] <= fraction[UPPER]
    assert sum(posterior[low:high]) >= 0.95 - 1e-9
    # One step less on either side would leave out more than its tail, unless the estimate itself is the end.
    if fraction[LOWER] < fraction[ESTIMATE]:
        assert sum(posterior[: low + 1]) >= 0.025 - 1e-9
    if fraction[UPPER] > fraction[ESTIMATE]:
        assert sum(posterior[: high - 1]) < 0.975 + 1e-9
    estimate = fraction[ESTIMATE]
    assert posterior[min(999, int(estimate * 1000))] == pytest.approx(max(posterior), rel=1e-6)


def test_likelihoods__thirty_reads_part_error_from_mosaic_from_carrier() -> None:
    def best(alt: int) -> int:
        return int(np.argmax(weigh(alt, 30)[0]))

    assert [best(alt) for alt in (0, 4, 15, 30)] == [ERROR, MOSAIC, CARRIER, CARRIER]
    two, three, six = (weigh(alt, 30)[0] for alt in (2, 3, 6))
    assert two[MOSAIC] - two[ERROR] < 2 < three[MOSAIC] - three[ERROR]
    assert six[MOSAIC] - six[CARRIER] < 2


def test_likelihoods__half_of_the_reads_are_a_mosaic_where_one_copy_is_expected() -> None:
    diploid, haploid = weigh(15, 30, 2)[0], weigh(15, 30, 1)[0]
    assert diploid[CARRIER] > diploid[MOSAIC]
    assert haploid[MOSAIC] - haploid[CARRIER] > 5


def test_likelihoods__reads_in_a_slippery_repeat_are_weaker_evidence() -> None:
    clean, repeat = weigh(4, 30, error=0.002)[0], weigh(4, 30, error=0.03)[0]
    assert clean[MOSAIC] - clean[ERROR] > 2 > repeat[MOSAIC] - repeat[ERROR]


@both_forms
def test_likelihoods__a_member_without_data_stays_missing(compiled: bool) -> None:
    likelihood, fraction = weigh(-1, -1, compiled=compiled)
    assert np.isnan(likelihood).all()
    assert np.isnan(fraction).all()
    nothing, _ = weigh(0, 0, compiled=compiled)
    assert nothing == pytest.approx([0, 0, 0], abs=1e-9)


def test_fraction__an_eighth_of_the_reads_is_about_an_eighth() -> None:
    _, fraction = weigh(5, 40)
    assert fraction[ESTIMATE] == pytest.approx(0.125, abs=0.01)
    assert fraction[LOWER] < 0.07
    assert 0.2 < fraction[UPPER] < 0.35
    assert not math.isnan(fraction[LOWER])
