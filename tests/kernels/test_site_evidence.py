"""Do strand, mapping quality and read position speak for an artefact only where they are raised, and only if there?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.site_evidence import SiteCuts, SiteShares, site_log_ratio, site_log_ratio_jit
from reference import site_evidence as slow

pytestmark = pytest.mark.kernels

CUTS = SiteCuts(1.5, 3.0, 15.0, 40.0, 57.0, 50.0, -2.5, -5.0, -2.0)
TRUE = SiteShares(0.03, 0.008, 0.025, 0.01, 0.01, 0.05, 0.02, 0.3, 0.9)
ARTEFACT = SiteShares(0.15, 0.12, 0.28, 0.27, 0.12, 0.5, 0.15, 0.8, 0.97)
TRUE_INDEL = TRUE._replace(filtered=0.04, filtered_ordinary=0.04, filtered_raised=0.05, filtered_strong=0.06)
INDEL = SiteShares(0.045, 0.036, 0.084, 0.081, 0.036, 0.4, 0.41, 0.42, 0.43)
NAMES = ("strand_odds", "strand_fisher", "mapping_quality", "mapping_rank", "position_rank", "passed")

fields = st.fixed_dictionaries(
    {
        "strand_odds": st.none() | st.floats(0, 8) | st.sampled_from([1.5, 3.0]),
        "strand_fisher": st.none() | st.floats(0, 90) | st.sampled_from([15.0, 40.0]),
        "mapping_quality": st.none() | st.floats(0, 60) | st.sampled_from([57.0, 50.0]),
        "mapping_rank": st.none() | st.floats(-12, 5) | st.sampled_from([-2.5, -5.0]),
        "position_rank": st.none() | st.floats(-8, 5) | st.just(-2.0),
        "passed": st.none() | st.sampled_from([0.0, 1.0]),
    }
)


def ratio(known: dict[str, float | None], substitution: bool = True, kernel: object = site_log_ratio_jit) -> float:
    """The kernel's answer for one site."""
    row = np.array([[math.nan if known.get(name) is None else known[name] for name in NAMES]], dtype=np.float64)
    told = kernel(row, np.array([substitution]), CUTS, TRUE, ARTEFACT, TRUE_INDEL, INDEL)  # type: ignore[operator]
    return float(told[0])


@settings(max_examples=300, deadline=None)
@given(fields, st.booleans())
def test_site_evidence__agrees_with_the_twin(known: dict[str, float | None], substitution: bool) -> None:
    there, shares = (TRUE, ARTEFACT) if substitution else (TRUE_INDEL, INDEL)
    truth = slow.ratio(known, CUTS._asdict(), there._asdict(), shares._asdict())
    assert ratio(known, substitution) == pytest.approx(truth, abs=1e-9)
    assert ratio(known, substitution, site_log_ratio) == pytest.approx(truth, abs=1e-9)


def test_site_evidence__a_missing_field_says_nothing() -> None:
    assert ratio({}) == 0.0
    assert ratio({"strand_odds": 0.7}) != 0.0


def test_site_evidence__an_ordinary_site_speaks_against_an_artefact_and_a_strong_one_for_it() -> None:
    ordinary = {"strand_odds": 0.7, "mapping_quality": 60.0, "mapping_rank": 0.3, "position_rank": 0.8}
    assert ratio(ordinary) < -1.0
    for name, value in (("strand_odds", 5.0), ("mapping_quality", 45.0), ("mapping_rank", -7.0), ("position_rank", -4)):
        assert ratio({**ordinary, name: value}) > ratio(ordinary) + 2.0, name


def test_site_evidence__mapping_quality_and_its_rank_are_one_question() -> None:
    assert ratio({"mapping_quality": 45.0, "mapping_rank": -7.0}) == ratio({"mapping_quality": 45.0})


def test_site_evidence__what_the_filter_says_depends_on_what_the_fields_show() -> None:
    assert ratio({"passed": 0.0}) == pytest.approx(math.log(10.0))
    ordinary, strong = {"strand_odds": 0.7}, {"strand_odds": 5.0}
    failed = ratio({**ordinary, "passed": 0.0}) - ratio(ordinary)
    assert failed == pytest.approx(math.log(7.5)), "the caller saw something that the fields do not show"
    again = ratio({**strong, "passed": 0.0}) - ratio(strong)
    assert 0.0 < again < 0.1, "what fails because of its strand is not told twice"
    let_pass = ratio({"strand_odds": 2.0, "passed": 1.0}) - ratio({"strand_odds": 2.0})
    assert let_pass < -1.0, "what the caller let pass although it is raised is likelier there"


def test_site_evidence__the_filter_follows_the_worst_field() -> None:
    both = {"strand_odds": 0.7, "mapping_quality": 45.0}
    assert ratio({**both, "passed": 0.0}) - ratio(both) == pytest.approx(math.log(0.97 / 0.9))
