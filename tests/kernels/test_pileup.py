"""Is each read given to the allele it carries, and are its qualities weighed as they should?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels import pileup as kernel
from reference import pileup as twin

pytestmark = pytest.mark.kernels

GAP_OPEN = -4.0 * math.log(10)
GAP_EXTEND = -1.0 * math.log(10)

bases = st.integers(0, 4)
qualities = st.integers(2, 60)
both_forms = pytest.mark.parametrize("compiled", [False, True], ids=["plain", "compiled"])


def codes(values: list[int]) -> np.ndarray:
    """Codes or qualities as the kernel's arrays."""
    return np.array(values, dtype=np.uint8)


@st.composite
def aligned_reads(draw: st.DrawFn) -> tuple[list[int], list[int], list[int], tuple[int, int] | None]:
    """A haplotype, a read cut from it with edits, its qualities, and a tract."""
    haplotype = draw(st.lists(bases, min_size=1, max_size=14))
    start = draw(st.integers(0, len(haplotype) - 1))
    read = haplotype[start : draw(st.integers(start + 1, len(haplotype)))]
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(read) - 1))
        edit = draw(st.sampled_from(["change", "insert", "delete"]))
        if edit == "change":
            read = [*read[:place], draw(bases), *read[place + 1 :]]
        elif edit == "insert":
            read = [*read[:place], draw(bases), *read[place:]]
        elif len(read) > 1:
            read = [*read[:place], *read[place + 1 :]]
    quality = draw(st.lists(qualities, min_size=len(read), max_size=len(read)))
    first = draw(st.integers(0, len(haplotype) - 1))
    tract = draw(st.none() | st.just((first, draw(st.integers(first, len(haplotype) - 1)))))
    return read, quality, haplotype, tract


@both_forms
@settings(max_examples=150, deadline=None)
@given(case=aligned_reads())
def test_best_alignment__equals_the_recursion(
    case: tuple[list[int], list[int], list[int], tuple[int, int] | None], compiled: bool
) -> None:
    read, quality, haplotype, tract = case
    function = kernel.best_alignment_jit if compiled else kernel.best_alignment
    first, last = tract or (0, -1)
    found = function(codes(read), codes(quality), codes(haplotype), GAP_OPEN, GAP_EXTEND, first, last)
    expected = twin.best_alignment(read, quality, haplotype, GAP_OPEN, GAP_EXTEND, tract)
    assert found < -1e299 if expected == -math.inf else found == pytest.approx(expected, rel=1e-9)


def letters(text: str) -> np.ndarray:
    """A sequence as codes."""
    return codes(["ACGTN".index(letter) for letter in text])


def compare(reads: list[str], ref: str, alt: str, tract: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Log10 ratio (alternate over reference) of each read, and what the better loses without a gap in the tract."""
    segments = [letters(read) for read in reads]
    likelihood, strict = kernel.allele_log_likelihoods_jit(
        np.concatenate(segments),
        np.full(sum(len(segment) for segment in segments), 30, dtype=np.uint8),
        np.cumsum([0, *(len(segment) for segment in segments)], dtype=np.int64),
        letters(ref),
        letters(alt),
        GAP_OPEN,
        GAP_EXTEND,
        *tract,
    )
    return (likelihood[:, 1] - likelihood[:, 0]) / math.log(10), (likelihood.max(axis=1) - strict) / math.log(10)


def test_allele_log_likelihoods__a_repeat_length_is_told_only_by_reads_that_span_it() -> None:
    left, right = "GCTAGGCTTA", "CGGATCCTGA"
    ref, alt = left + "T" + "A" * 8 + right, left + "T" + "A" * 7 + right
    tract = (11, 18, 17)
    spanning_ref, spanning_alt = ref[4:26], alt[4:25]
    inside = left + "T" + "A" * 5
    third = left + "T" + "A" * 6 + right
    ratio, lost = compare([spanning_ref, spanning_alt, inside, third], ref, alt, tract)
    assert ratio[0] < -3
    assert ratio[1] > 3
    assert abs(ratio[2]) < 1e-9
    assert lost[:3] == pytest.approx([0, 0, 0])
    assert lost[3] > ratio[3] - 3


def test_allele_log_likelihoods__a_clipped_read_counts_for_the_deletion_it_spans() -> None:
    left, deleted, right = "GCTAGGCTTACC", "GGTTCCAAGGTTAACCGATG", "TGATCCTGACGT"
    ref, alt = left + deleted + right, left + right
    # The aligner clipped the last ten bases, which follow the deletion.
    ratio, lost = compare([left + right[:10]], ref, alt, (len(left), len(left + deleted) - 1, len(left) - 1))
    assert ratio[0] > 3
    assert lost[0] == pytest.approx(0)


def test_allele_log_likelihoods__a_neighbour_outside_the_tract_does_not_hide_the_allele() -> None:
    left, right = "GCTAGGCTTACCATGCAT", "CTGATCCTGACGTATTGC"
    ref, alt = left + "GT" + right, left + "G" + right
    # The read carries the deletion, and another one eight bases before it.
    read = left[:9] + left[10:] + "G" + right
    ratio, lost = compare([read], ref, alt, (len(left) + 1, len(left) + 1, len(left)))
    assert ratio[0] > 3
    assert lost[0] == pytest.approx(0)


read_likelihoods = st.lists(
    st.tuples(st.floats(-60, 0), st.floats(-60, 0), st.integers(0, 60)), min_size=0, max_size=12
)


@both_forms
@settings(max_examples=150, deadline=None)
@given(reads=read_likelihoods, ploidy=st.sampled_from([1, 2]))
def test_genotype_likelihoods__equal_the_definition(
    reads: list[tuple[float, float, int]], ploidy: int, compiled: bool
) -> None:
    function = kernel.genotype_log10_likelihoods_jit if compiled else kernel.genotype_log10_likelihoods
    found = function(
        np.array([read[:2] for read in reads], dtype=np.float64).reshape(-1, 2),
        codes([read[2] for read in reads]),
        ploidy,
    )
    expected = twin.genotype_log10_likelihoods([read[:2] for read in reads], [read[2] for read in reads], ploidy)
    for value, known in zip(found, expected, strict=True):
        assert math.isnan(value) if known is None else value == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_genotype_likelihoods__a_read_mapped_anywhere_says_nothing() -> None:
    alternate = np.array([[math.log(0.001 / 3), math.log(0.999)]] * 3)
    sure = kernel.genotype_log10_likelihoods_jit(alternate, codes([60] * 3), 2)
    nowhere = kernel.genotype_log10_likelihoods_jit(alternate, codes([0] * 3), 2)
    assert sure[0] < -5
    assert nowhere == pytest.approx([0, 0, 0])


counts = st.integers(0, 25)


@both_forms
@settings(max_examples=200, deadline=None)
@given(table=st.tuples(counts, counts, counts, counts))
def test_strand_bias__equals_fishers_test_in_fractions(table: tuple[int, int, int, int], compiled: bool) -> None:
    found = (kernel.strand_bias_jit if compiled else kernel.strand_bias)(*table)
    expected = twin.strand_bias(*table)
    assert math.isnan(found) if expected is None else found == pytest.approx(expected, rel=1e-6)


distances = st.lists(st.integers(0, 75), max_size=15)


@both_forms
@settings(max_examples=200, deadline=None)
@given(ref=distances, alt=distances)
def test_position_bias__equals_the_rank_sum_by_pairs(ref: list[int], alt: list[int], compiled: bool) -> None:
    function = kernel.position_bias_jit if compiled else kernel.position_bias
    found = function(np.array(ref, dtype=np.float64), np.array(alt, dtype=np.float64))
    expected = twin.position_bias(ref, alt)
    assert math.isnan(found) if expected is None else found == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_biases__an_artefact_at_read_ends_of_one_strand_is_seen_and_a_fair_allele_is_not() -> None:
    assert kernel.strand_bias_jit(15, 16, 14, 0) < 1e-3
    assert kernel.strand_bias_jit(15, 16, 7, 8) > 0.5
    inside, ends = np.arange(5.0, 75.0, 3.0), np.array([0.0, 1, 2, 0, 3, 1, 2, 0, 1, 4, 2, 3])
    assert kernel.position_bias_jit(inside, ends) < 1e-4
    # Nearer to the middle than the reference reads is no fault.
    assert kernel.position_bias_jit(ends, inside) > 0.99
