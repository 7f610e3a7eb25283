"""Do sites say of the origin of a child's copies what the enumeration of all transmissions says?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from filiation.kernels.uniparental import (
    CONTRADICTION,
    FROM_BOTH,
    MATERNAL_HETERODISOMY,
    MATERNAL_ISODISOMY,
    NEUTRAL,
    PATERNAL_HETERODISOMY,
    PATERNAL_ISODISOMY,
    PROOF,
    SUPPORT,
    evidence_by_window,
    evidence_by_window_jit,
    origin_switching,
    parental_origin_evidence,
    parental_origin_evidence_jit,
    window_log_likelihood,
)
from reference import uniparental as slow

pytestmark = pytest.mark.kernels

GENOTYPES = np.array(list(product((-1, 0, 1, 2), repeat=3)), dtype=np.int8)


def test_evidence__agrees_with_listing_all_transmissions() -> None:
    expected = [slow.evidence(*map(int, trio)) for trio in GENOTYPES]
    np.testing.assert_array_equal(parental_origin_evidence(GENOTYPES), expected)
    np.testing.assert_array_equal(parental_origin_evidence_jit(GENOTYPES), expected)


def one(child: int, father: int, mother: int) -> list[int]:
    return parental_origin_evidence_jit(np.array([[child, father, mother]], dtype=np.int8))[0].tolist()


def test_a_child_without_an_allele_of_its_homozygous_father_proves_the_mother() -> None:
    assert one(2, 0, 2) == [PROOF, PROOF, NEUTRAL, NEUTRAL]
    assert one(2, 0, 1) == [NEUTRAL, PROOF, NEUTRAL, NEUTRAL]


def test_a_heterozygous_child_of_opposite_homozygotes_has_a_copy_from_each() -> None:
    assert one(1, 0, 2) == [CONTRADICTION] * 4


def test_a_new_allele_says_nothing_of_origin() -> None:
    assert one(1, 0, 0) == [NEUTRAL] * 4


def test_exchanging_the_parents_exchanges_the_evidence() -> None:
    exchanged = GENOTYPES[:, [0, 2, 1]]
    np.testing.assert_array_equal(
        parental_origin_evidence_jit(GENOTYPES)[:, [2, 3, 0, 1]], parental_origin_evidence_jit(exchanged)
    )


def test_reference_and_alternate_are_symmetric() -> None:
    mirrored = np.where(GENOTYPES < 0, GENOTYPES, 2 - GENOTYPES).astype(np.int8)
    np.testing.assert_array_equal(parental_origin_evidence_jit(GENOTYPES), parental_origin_evidence_jit(mirrored))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_evidence_by_window__counts_every_site_once(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 30))
    evidence = data.draw(arrays(np.int8, (n, 4), elements=st.integers(0, 3)))
    window = data.draw(arrays(np.int64, n, elements=st.integers(0, 2)))
    counts = evidence_by_window_jit(evidence, window, 3)
    np.testing.assert_array_equal(counts, evidence_by_window(evidence, window, 3))
    for w, disomy, kind in product(range(3), range(4), range(4)):
        assert counts[w, disomy, kind] == sum(evidence[v, disomy] == kind for v in range(n) if window[v] == w)


def test_window_log_likelihood__a_cluster_of_proofs_counts_once() -> None:
    counts = np.zeros((2, 4, 4), dtype=np.int64)
    counts[0, :, PROOF] = 1
    counts[1, :, PROOF] = 12
    scores = window_log_likelihood(counts, 0.01, True)
    np.testing.assert_allclose(scores[0], scores[1])
    assert scores[0, FROM_BOTH] == 0
    assert scores[0, MATERNAL_ISODISOMY] == pytest.approx(np.log(100))


def test_window_log_likelihood__related_parents_take_the_weight_of_support_away() -> None:
    counts = np.zeros((1, 4, 4), dtype=np.int64)
    counts[0, :, SUPPORT] = 5
    assert window_log_likelihood(counts, 0.01, True)[0, PATERNAL_HETERODISOMY] == pytest.approx(np.log(2))
    assert window_log_likelihood(counts, 0.01, False)[0, PATERNAL_HETERODISOMY] == 0


def test_origin_switching__rows_are_probabilities_and_parents_do_not_follow_each_other() -> None:
    table = origin_switching(1e-6, 1e-3)
    np.testing.assert_allclose(np.exp(table).sum(axis=1), 1)
    assert table[MATERNAL_HETERODISOMY, PATERNAL_ISODISOMY] == -np.inf
    assert table[MATERNAL_HETERODISOMY, MATERNAL_ISODISOMY] == pytest.approx(np.log(1e-3))
