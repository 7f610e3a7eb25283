"""Is the de novo posterior the share of all family histories in which the allele is new?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.de_novo import (
    copies,
    copies_jit,
    de_novo_log_odds,
    de_novo_log_odds_jit,
    de_novo_posterior,
    de_novo_posterior_jit,
)
from filiation.kernels.encoding import (
    AUTOSOME,
    MITOCHONDRIAL,
    PSEUDOAUTOSOMAL,
    SEX_FEMALE,
    SEX_MALE,
    SEX_UNKNOWN,
    X,
    Y,
)
from reference import de_novo as slow

pytestmark = pytest.mark.kernels

CLASSES = {"autosome": AUTOSOME, "pseudoautosomal": PSEUDOAUTOSOMAL, "X": X, "Y": Y, "mitochondrial": MITOCHONDRIAL}
SEXES = {"unknown": SEX_UNKNOWN, "male": SEX_MALE, "female": SEX_FEMALE}
RARE, MUTATION = 3.3e-6, 1.2e-8

HOMOZYGOUS_REFERENCE = (0.0, -40.0, -150.0)
HETEROZYGOUS = (-120.0, 0.0, -120.0)
HOMOZYGOUS_ALTERNATE = (-150.0, -40.0, 0.0)
NO_DATA = (0.0, 0.0, 0.0)

Row = tuple[float, float, float]


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Log likelihoods with the best genotype at 0; ties and missing data among them."""
    values = [draw(st.sampled_from([0.0, -0.5, -3.0, -12.0, -45.0]) | st.floats(-60.0, 0.0)) for _ in range(3)]
    return tuple(value - max(values) for value in values)  # type: ignore[return-value]


def posterior(
    child: Row,
    father: Row,
    mother: Row,
    *,
    contig_class: int = AUTOSOME,
    sex: int = SEX_MALE,
    frequency: float = RARE,
    rate: float = MUTATION,
) -> float:
    """Posterior of one site."""
    return float(
        de_novo_posterior_jit(
            np.array([[child, father, mother]]),
            np.array([contig_class], dtype=np.int8),
            sex,
            np.array([frequency]),
            np.array([rate]),
        )[0]
    )


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(rows(), rows(), rows()),
    st.sampled_from(sorted(CLASSES)),
    st.sampled_from(sorted(SEXES)),
    st.sampled_from([RARE, 5e-4, 0.02]),
    st.tuples(st.floats(-30.0, 5.0), st.floats(-30.0, 5.0)),
    st.floats(0.0, 1e4),
    st.sampled_from([0.001, 0.02, 1.0]),
)
def test_log_odds__agree_with_every_history_written_out(
    trio: tuple[Row, Row, Row],
    contig_class: str,
    sex: str,
    frequency: float,
    artefacts: tuple[float, float],
    in_a_part: float,
    mixed: float,
) -> None:
    share = 0.065
    rows_of = tuple(list(row) for row in trio)
    truth = slow.log10_odds(rows_of, contig_class, sex, frequency, MUTATION, artefacts, in_a_part, share, mixed)  # type: ignore[arg-type]
    for function in (de_novo_log_odds, de_novo_log_odds_jit):
        odds = function(
            np.array([trio]),
            np.array([artefacts[0]]),
            np.array([artefacts[1]]),
            np.array([math.log(1 - share + share * in_a_part)]),
            np.array([CLASSES[contig_class]], dtype=np.int8),
            SEXES[sex],
            np.array([frequency]),
            np.array([MUTATION]),
            share,
            mixed,
        )[0]
        if truth is None:
            assert math.isnan(odds)
        else:
            assert odds == pytest.approx(truth, rel=1e-7, abs=1e-7)


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(rows(), rows(), rows()),
    st.sampled_from(sorted(CLASSES)),
    st.sampled_from(sorted(SEXES)),
    st.sampled_from([RARE, 5e-4, 0.02, 0.5]) | st.floats(1e-6, 0.999),
    st.sampled_from([MUTATION, 1.5e-9]) | st.floats(1e-10, 0.3),
)
def test_posterior__agrees_with_listing_every_chromosome_gamete_and_mutation(
    family: tuple[Row, Row, Row], contig_class: str, sex: str, frequency: float, rate: float
) -> None:
    expected = slow.posterior(tuple(map(list, family)), contig_class, sex, frequency, rate)  # type: ignore[arg-type]
    arguments = (
        np.array([family]),
        np.array([CLASSES[contig_class]], dtype=np.int8),
        SEXES[sex],
        np.array([frequency]),
        np.array([rate]),
    )
    for function in (de_novo_posterior, de_novo_posterior_jit):
        found = function(*arguments)[0]
        if expected is None:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("contig_class", CLASSES)
def test_copies__of_every_chromosome_and_sex(contig_class: str, sex: str) -> None:
    expected = slow.COPIES.get((contig_class, sex), (0, 0, 0))
    assert copies(CLASSES[contig_class], SEXES[sex]) == expected
    assert copies_jit(CLASSES[contig_class], SEXES[sex]) == expected


def test_both_parents_with_reads_and_without_the_allele_make_it_new() -> None:
    assert posterior(HETEROZYGOUS, HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE) > 0.999


def test_a_carrier_parent_makes_it_inherited() -> None:
    assert posterior(HETEROZYGOUS, HETEROZYGOUS, HOMOZYGOUS_REFERENCE) < 1e-6
    assert posterior(HETEROZYGOUS, HOMOZYGOUS_REFERENCE, HOMOZYGOUS_ALTERNATE) < 1e-6


@pytest.mark.parametrize("frequency", [RARE, 5e-4])
def test_a_parent_without_data_is_no_evidence_of_absence(frequency: float) -> None:
    complete = posterior(HETEROZYGOUS, HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE, frequency=frequency)
    without_father = posterior(HETEROZYGOUS, NO_DATA, HOMOZYGOUS_REFERENCE, frequency=frequency)
    without_both = posterior(HETEROZYGOUS, NO_DATA, NO_DATA, frequency=frequency)
    assert complete > 0.99
    assert without_father < 0.05
    assert without_both < without_father


@pytest.mark.parametrize(
    "child", [HETEROZYGOUS, HOMOZYGOUS_ALTERNATE, (-90.0, -90.0, 0.0)], ids=["0/1", "1/1", "haploid 1"]
)
def test_a_boys_x_is_new_however_the_caller_wrote_it(child: Row) -> None:
    new = posterior(child, NO_DATA, HOMOZYGOUS_REFERENCE, contig_class=X)
    inherited = posterior(child, NO_DATA, HETEROZYGOUS, contig_class=X)
    assert new > 0.99
    assert inherited < 1e-6


def test_a_boys_father_has_no_say_on_his_x() -> None:
    values = {
        posterior(HETEROZYGOUS, father, HOMOZYGOUS_REFERENCE, contig_class=X)
        for father in (NO_DATA, HETEROZYGOUS, HOMOZYGOUS_REFERENCE)
    }
    assert len(values) == 1


def test_a_girls_x_comes_from_her_father_too() -> None:
    from_father = posterior(HETEROZYGOUS, HOMOZYGOUS_ALTERNATE, HOMOZYGOUS_REFERENCE, contig_class=X, sex=SEX_FEMALE)
    new = posterior(HETEROZYGOUS, HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE, contig_class=X, sex=SEX_FEMALE)
    assert from_father < 1e-6
    assert new > 0.99


def test_y_is_judged_by_the_father_and_mitochondria_by_the_mother() -> None:
    assert posterior(HOMOZYGOUS_ALTERNATE, HOMOZYGOUS_REFERENCE, HETEROZYGOUS, contig_class=Y) > 0.99
    assert posterior(HOMOZYGOUS_ALTERNATE, HOMOZYGOUS_ALTERNATE, HOMOZYGOUS_REFERENCE, contig_class=Y) < 1e-6
    for sex in SEXES.values():
        assert posterior(HOMOZYGOUS_ALTERNATE, HETEROZYGOUS, HOMOZYGOUS_REFERENCE, contig_class=4, sex=sex) > 0.99
        assert posterior(HOMOZYGOUS_ALTERNATE, HOMOZYGOUS_REFERENCE, HETEROZYGOUS, contig_class=4, sex=sex) < 1e-6


def test_a_girl_has_no_y_and_an_unknown_sex_leaves_x_and_y_open() -> None:
    for contig_class, sex in ((Y, SEX_FEMALE), (X, SEX_UNKNOWN), (Y, SEX_UNKNOWN)):
        value = posterior(HETEROZYGOUS, HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE, contig_class=contig_class, sex=sex)
        assert math.isnan(value)


def test_a_pseudoautosomal_position_is_an_autosome() -> None:
    for sex in SEXES.values():
        family = (HETEROZYGOUS, HETEROZYGOUS, HOMOZYGOUS_REFERENCE)
        assert posterior(*family, contig_class=PSEUDOAUTOSOMAL, sex=sex) == posterior(*family, sex=sex)


@settings(max_examples=100, deadline=None)
@given(rows(), rows(), rows(), st.floats(1e-6, 0.4))
def test_exchanging_the_parents_changes_nothing_on_an_autosome(
    child: Row, father: Row, mother: Row, frequency: float
) -> None:
    one = posterior(child, father, mother, frequency=frequency)
    assert one == pytest.approx(posterior(child, mother, father, frequency=frequency), rel=1e-9, abs=1e-15)
    assert 0.0 <= one <= 1.0


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 60.0), st.floats(0.1, 20.0), st.sampled_from([RARE, 5e-4]))
def test_more_reads_of_a_parent_without_the_allele_never_lower_the_posterior(
    distance: float, more: float, frequency: float
) -> None:
    thin, deep = (0.0, -distance, -2 * distance), (0.0, -distance - more, -2 * (distance + more))
    assert posterior(HETEROZYGOUS, deep, HOMOZYGOUS_REFERENCE, frequency=frequency) >= posterior(
        HETEROZYGOUS, thin, HOMOZYGOUS_REFERENCE, frequency=frequency
    ) * (1 - 1e-9)


def test_a_common_allele_is_likelier_inherited_than_a_rare_one() -> None:
    parent = (0.0, -7.0, -20.0)
    values = [posterior(HETEROZYGOUS, parent, parent, frequency=f) for f in (RARE, 1e-4, 1e-2)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 10 * values[2]
