"""Do the parents' reads lower a de novo that the caller's likelihoods alone would prove, and only then?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.config import scoring_model_path
from filiation.kernels.de_novo import de_novo_log_odds, de_novo_log_odds_jit, de_novo_posterior_jit
from filiation.kernels.encoding import AUTOSOME, SEX_FEMALE, SEX_MALE, X, Y
from filiation.kernels.genotype import reads_beside_likelihoods, reads_beside_likelihoods_jit
from filiation.scoring.de_novo import read_noise
from filiation.scoring.model import load_scoring_model
from reference.mutation import Reads, evidence

MODEL = load_scoring_model(scoring_model_path())
NOISE = read_noise(MODEL)
BALANCE = MODEL.threshold["heterozygote_balance"]
RARE, MUTATION, SPORADIC, SYSTEMATIC = 3.3e-6, 8.1e-9, 1e-9, 1e-5

Row = tuple[float, float, float]
HOMOZYGOUS_REFERENCE: Row = (0.0, -20.7, -276.0)
HETEROZYGOUS: Row = (-100.0, 0.0, -100.0)

counts = st.none() | st.integers(0, 60)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Log likelihoods, the best 0."""
    values = [draw(st.sampled_from([0.0, -3.0, -45.0]) | st.floats(-60.0, 0.0)) for _ in range(3)]
    return tuple(value - max(values) for value in values)  # type: ignore[return-value]


members = st.builds(
    Reads,
    ref=counts,
    alt=counts,
    depth=st.none() | st.integers(0, 150),
    called=st.none() | st.integers(0, 2),
)


def arrays(likelihoods: list[Row], reads: list[Reads]) -> tuple[np.ndarray, ...]:
    """The kernel's arrays of one site."""

    def collect(name: str) -> np.ndarray:
        return np.array([[-1 if (value := getattr(one, name)) is None else value for one in reads]], dtype=np.int32)

    return (
        np.array([likelihoods]),
        collect("called").astype(np.int8),
        collect("ref"),
        collect("alt"),
        collect("depth"),
        np.array([BALANCE]),
    )


def posterior(
    likelihoods: list[Row],
    reads: list[Reads],
    *,
    frequency: float = RARE,
    contig_class: int = AUTOSOME,
    sporadic_rate: float = SPORADIC,
    sex: int = SEX_MALE,
) -> float:
    """Posterior of one site with everything heard."""
    heard, systematic, sporadic, post_zygotic = reads_beside_likelihoods_jit(*arrays(likelihoods, reads), NOISE)
    odds = de_novo_log_odds_jit(
        heard,
        systematic + np.log(SYSTEMATIC),
        sporadic + np.log(sporadic_rate),
        post_zygotic,
        np.array([contig_class], dtype=np.int8),
        sex,
        np.array([frequency]),
        np.array([MUTATION]),
        MODEL.threshold["post_zygotic_share"],
        MODEL.threshold["only_copy_mixed_share"],
    )[0]
    return float(1.0 / (1.0 + 10.0**-odds))


def clean(depth: int = 30) -> Reads:
    """A parent without an alternate read."""
    return Reads(depth, 0, depth, 0)


CHILD = Reads(15, 15, 30, 1)
TRIO: list[Row] = [HETEROZYGOUS, HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE]


@settings(max_examples=200, deadline=None)
@given(st.lists(rows(), min_size=3, max_size=3), st.lists(members, min_size=3, max_size=3))
def test_reads__agree_with_an_urn_drawn_read_by_read(likelihoods: list[Row], reads: list[Reads]) -> None:
    expected, systematic, sporadic, post_zygotic = evidence([list(row) for row in likelihoods], reads, BALANCE, *NOISE)
    for function in (reads_beside_likelihoods, reads_beside_likelihoods_jit):
        heard, shared, own, later = function(*arrays(likelihoods, reads), NOISE)
        np.testing.assert_allclose(heard[0], expected, rtol=1e-7, atol=1e-7)
        expected_ratios = [systematic, sporadic, post_zygotic]
        np.testing.assert_allclose([shared[0], own[0], later[0]], expected_ratios, rtol=1e-7, atol=1e-7)
        assert heard.max(axis=2).tolist() == [[0.0, 0.0, 0.0]]


def test_clean_parents_and_a_balanced_child_make_it_new() -> None:
    assert posterior(TRIO, [CHILD, clean(), clean()]) > 0.98


def test_parental_reads_speak_although_the_caller_says_reference() -> None:
    """NEWS of bcftools 1.12: PL(0/0) can be far better than PL(0/1) in a parent with alternate reads."""
    values = [posterior(TRIO, [CHILD, Reads(30 - n, n, 30, 0), clean()]) for n in (0, 1, 3, 6, 10)]
    assert values == sorted(values, reverse=True)
    assert values[1] > 0.9, "one read is an error"
    assert values[3] < 0.05, "a fifth of a parent's reads is a carrier or an artefact"
    assert values[4] < 1e-4


def test_the_caller_still_speaks_when_the_reads_see_nothing() -> None:
    doubtful: Row = (0.0, -0.5, -50.0)
    assert posterior([HETEROZYGOUS, doubtful, HOMOZYGOUS_REFERENCE], [CHILD, clean(), clean()]) < 0.1


def test_one_share_of_reads_in_all_three_is_an_artefact() -> None:
    thin = Reads(25, 5, 30, 0)
    trio = [Reads(22, 8, 30, 1), Reads(27, 3, 30, 0), Reads(27, 3, 30, 0)]
    assert posterior(TRIO, trio) < 0.05
    assert posterior(TRIO, [CHILD, thin, thin]) < 0.01


def test_a_child_with_few_alternate_reads_is_likelier_an_artefact_than_a_balanced_one() -> None:
    values = [posterior(TRIO, [Reads(30 - n, n, 30, 1), clean(), clean()]) for n in (15, 9, 6, 4)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.98
    assert values[3] < 0.1


def test_a_homopolymer_needs_more_than_clean_parents() -> None:
    assert posterior(TRIO, [CHILD, clean(), clean()], sporadic_rate=2e-7) < 0.5


def test_a_parent_without_reads_leaves_the_likelihoods_as_the_caller_wrote_them() -> None:
    for missing in (Reads(None, None, None, None), Reads(0, 0, 0, 0), Reads(30, None, 30, 0)):
        heard, systematic, _, _ = reads_beside_likelihoods_jit(*arrays(TRIO, [CHILD, missing, clean()]), NOISE)
        assert heard[0, 1].tolist() == list(HOMOZYGOUS_REFERENCE)
        assert systematic[0] == -np.inf


def test_without_any_depths_the_posterior_is_the_likelihoods_own_but_for_sporadic_artefacts() -> None:
    nothing = [Reads(None, None, None, None)] * 3
    plain = float(
        de_novo_posterior_jit(
            np.array([TRIO]), np.zeros(1, dtype=np.int8), SEX_MALE, np.array([RARE]), np.array([MUTATION])
        )[0]
    )
    assert 0.9 < posterior(TRIO, nothing) < plain


def test_exchanging_the_parents_changes_nothing() -> None:
    father, mother = Reads(28, 2, 30, 0), clean(18)
    trio = [HETEROZYGOUS, (0.0, -9.0, -90.0), HOMOZYGOUS_REFERENCE]
    one = posterior(trio, [CHILD, father, mother])
    other = posterior([trio[0], trio[2], trio[1]], [CHILD, mother, father])
    assert one == pytest.approx(other, rel=1e-9)


def test_a_boys_father_with_the_allele_on_his_x_has_passed_nothing() -> None:
    carrier: Row = (-200.0, -40.0, 0.0)
    value = posterior(
        [(-200.0, -40.0, 0.0), carrier, HOMOZYGOUS_REFERENCE],
        [Reads(0, 15, 15, 2), Reads(0, 16, 16, 2), clean()],
        contig_class=X,
    )
    assert value > 0.95


def test_x_of_a_boy__reference_reads_among_his_only_copy_speak_for_an_artefact() -> None:
    likelihoods: list[Row] = [(-80.0, -8.0, 0.0), HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE]
    mixed: list[Row] = [(-60.0, 0.0, -70.0), HOMOZYGOUS_REFERENCE, HOMOZYGOUS_REFERENCE]
    parents = [clean(15), clean()]
    assert posterior(likelihoods, [Reads(0, 15, 15, 2), *parents], contig_class=X) > 0.98
    on_x = posterior(mixed, [Reads(9, 6, 15, 1), *parents], contig_class=X)
    assert on_x < 0.5
    assert posterior(mixed, [Reads(9, 6, 15, 1), *parents]) > on_x + 0.3, "two copies: a heterozygote"


@pytest.mark.parametrize("contig_class, sex", [(X, SEX_FEMALE), (Y, SEX_MALE)])
def test_only_copy_of_a_father__of_15_reads_and_none_with_the_allele_is_no_carrier(contig_class: int, sex: int) -> None:
    child = (HETEROZYGOUS, Reads(15, 15, 30, 1)) if contig_class == X else ((-200.0, -40.0, 0.0), Reads(0, 15, 15, 2))
    likelihoods: list[Row] = [child[0], (0.0, -115.0, -115.0), HOMOZYGOUS_REFERENCE]
    common = 5e-4  # where no source of frequencies is configured
    value = posterior(likelihoods, [child[1], clean(15), clean()], frequency=common, contig_class=contig_class, sex=sex)
    assert value > 0.8
    of_two_copies = posterior(likelihoods, [child[1], clean(15), clean()], frequency=common)
    assert of_two_copies < 0.5, "a heterozygous father may show none of 15 reads"


def test_odds_keep_apart_what_a_probability_rounds_to_one() -> None:
    log_odds = [
        function(
            np.array([[HETEROZYGOUS, (0.0, -d, -400.0), (0.0, -d, -400.0)]]),
            np.array([-np.inf]),
            np.array([-np.inf]),
            np.zeros(1),
            np.zeros(1, dtype=np.int8),
            SEX_MALE,
            np.array([RARE]),
            np.array([MUTATION]),
            0.065,
            0.02,
        )[0]
        for function in (de_novo_log_odds, de_novo_log_odds_jit)
        for d in (50.0, 60.0)
    ]
    assert log_odds[1] > log_odds[0] + 4
    assert log_odds[:2] == pytest.approx(log_odds[2:])
    assert np.isfinite(log_odds).all()


def test_multi_allelic_split__a_father_with_two_copies_of_another_allele_does_not_hide_a_new_one() -> None:
    """Child 1/2, father 2/2, mother 0/0: allele 1 is new. Split, the father has flat PL and no read of REF or ALT."""
    flat: Row = (0.0, 0.0, 0.0)
    child, father = Reads(0, 14, 30, 1), Reads(0, 0, 30, 0)
    child_row: Row = (-100.0, -9.0, 0.0)
    assert posterior([child_row, flat, HOMOZYGOUS_REFERENCE], [child, father, clean()]) > 0.95


def test_multi_allelic_split__a_father_with_one_copy_of_another_allele_is_evidence_of_absence() -> None:
    weak: Row = (0.0, -10.0, -60.0)
    assert posterior([HETEROZYGOUS, weak, HOMOZYGOUS_REFERENCE], [CHILD, Reads(15, 0, 30, 0), clean()]) > 0.95


def test_multi_allelic_split__a_child_with_an_allele_of_each_parent_is_not_new() -> None:
    """Child 1/2 from father 0/1 and mother 0/2, seen at allele 1."""
    child = Reads(0, 15, 30, 1)
    value = posterior(
        [(-100.0, -9.0, 0.0), HETEROZYGOUS, (0.0, -10.0, -60.0)], [child, Reads(15, 15, 30, 1), Reads(15, 0, 30, 0)]
    )
    assert value < 1e-4


def test_reads_that_show_neither_allele_do_not_replace_a_missing_genotype() -> None:
    flat: Row = (0.0, 0.0, 0.0)
    heard, _, _, _ = reads_beside_likelihoods_jit(
        *arrays([HETEROZYGOUS, flat, HOMOZYGOUS_REFERENCE], [CHILD, Reads(0, 0, 30, None), clean()]), NOISE
    )
    assert heard[0, 1].tolist() == [0.0, 0.0, 0.0]


def test_a_child_with_a_fifth_of_its_reads_may_be_a_mosaic_but_not_at_any_share() -> None:
    """6 of 30 reads stay open as new after fertilisation; 8 % of 240 reads is no heterozygote, whatever PL says."""
    open_still = posterior(TRIO, [Reads(24, 6, 30, 1), clean(), clean()])
    assert open_still > 0.05
    thin = [Reads(220, 20, 240, 1), clean(120), clean(120)]
    assert posterior(TRIO, thin) < posterior(TRIO, [Reads(120, 120, 240, 1), clean(120), clean(120)]) / 2
