"""Are Mendel's rules applied to every genotype, chromosome and sex?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

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
from filiation.kernels.mendelian import CONSISTENT, NOT_EVALUATED, VIOLATION, trio_status, trio_status_jit
from reference import mendelian as slow

pytestmark = pytest.mark.kernels

GENOTYPES = np.array(list(product((-1, 0, 1, 2), repeat=3)), dtype=np.int8)
CLASSES = (AUTOSOME, PSEUDOAUTOSOMAL, X, Y, MITOCHONDRIAL)


@pytest.mark.parametrize("sex", [SEX_UNKNOWN, SEX_MALE, SEX_FEMALE])
@pytest.mark.parametrize("contig_class", CLASSES)
def test_trio_status__agrees_with_listing_all_gametes(contig_class: int, sex: int) -> None:
    expected = [slow.status(*map(int, trio), contig_class, sex) for trio in GENOTYPES]
    classes = np.full(len(GENOTYPES), contig_class, dtype=np.int8)
    np.testing.assert_array_equal(trio_status(GENOTYPES, classes, sex), expected)
    np.testing.assert_array_equal(trio_status_jit(GENOTYPES, classes, sex), expected)


def one(child: int, father: int, mother: int, contig_class: int, sex: int = SEX_MALE) -> int:
    genotype = np.array([[child, father, mother]], dtype=np.int8)
    return int(trio_status_jit(genotype, np.array([contig_class], dtype=np.int8), sex)[0])


def test_missing_parents_are_unknown_and_no_violation() -> None:
    assert one(1, -1, -1, AUTOSOME) == NOT_EVALUATED
    assert one(1, -1, 0, AUTOSOME) == CONSISTENT
    assert one(2, -1, 0, AUTOSOME) == VIOLATION


def test_a_new_allele_violates() -> None:
    assert one(1, 0, 0, AUTOSOME) == VIOLATION


def test_a_son_has_his_mothers_x_and_his_fathers_does_not_matter() -> None:
    assert one(2, 0, 1, X) == CONSISTENT
    assert one(2, 2, 0, X) == VIOLATION
    assert one(1, 0, 1, X) == VIOLATION


def test_a_daughter_has_her_fathers_only_x() -> None:
    assert one(0, 2, 1, X, SEX_FEMALE) == VIOLATION
    assert one(1, 2, 0, X, SEX_FEMALE) == CONSISTENT
    assert one(1, 2, 0, X, SEX_UNKNOWN) == NOT_EVALUATED


def test_the_y_passes_from_father_to_son_only() -> None:
    assert one(2, 2, -1, Y) == CONSISTENT
    assert one(2, 0, -1, Y) == VIOLATION
    assert one(2, 2, -1, Y, SEX_FEMALE) == NOT_EVALUATED


def test_the_mitochondrial_genome_is_the_mothers() -> None:
    assert one(2, 0, 2, MITOCHONDRIAL) == CONSISTENT
    assert one(2, 2, 0, MITOCHONDRIAL) == VIOLATION
    assert one(1, 0, 0, MITOCHONDRIAL) == NOT_EVALUATED
