"""Is every change put into its mutational class, and is a tandem repeat seen where it is?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.config import scoring_model_path
from filiation.kernels import mutation
from filiation.scoring.de_novo import allele_arrays, classify_changes, rates_of
from filiation.scoring.model import load_scoring_model
from reference.mutation import mutation_class

NAMES = (
    "transition",
    "transition not CpG",
    "transition CpG",
    "transversion",
    "indel 1",
    "indel 2 to 4",
    "indel longer",
    "multi nucleotide",
)
CONTEXTS = ("unknown", "unique", "repeat")

# Few letters, so that repeats and shared ends are frequent.
bases = st.text("ACG", min_size=1, max_size=9)


def flank_row(before: str, following: str) -> np.ndarray:
    """One row as the reference gives it."""
    row = np.zeros((1, mutation.FLANK), dtype=np.uint8)
    text = (before + following)[: mutation.FLANK]
    row[0, : len(text)] = np.frombuffer(text.encode(), dtype=np.uint8)
    return row


def one(ref: str, alt: str, before: str = "", following: str = "") -> tuple[str, str]:
    """Class and context of one change."""
    flank = flank_row(before, following) if before else None
    classes, contexts = classify_changes([ref], [alt], flank)
    return NAMES[classes[0]], CONTEXTS[contexts[0]]


@settings(max_examples=400, deadline=None)
@given(bases, bases, st.none() | st.tuples(st.sampled_from("ACGTN"), st.text("ACGN", min_size=12, max_size=40)))
def test_classes__agree_with_plain_strings(ref: str, alt: str, around: tuple[str, str] | None) -> None:
    before, rest = around or ("", "")
    following = ref + rest if around else ""
    flank = flank_row(before, following) if around else np.zeros((1, mutation.FLANK), dtype=np.uint8)
    expected = mutation_class(ref, alt, before, following)
    arrays = (*allele_arrays([ref]), *allele_arrays([alt]), flank)
    for function in (mutation.mutation_classes, mutation.mutation_classes_jit):
        classes, contexts = function(*arrays)
        assert (NAMES[classes[0]], CONTEXTS[contexts[0]]) == expected


@pytest.mark.parametrize(
    ("ref", "alt", "before", "following", "expected"),
    [
        ("C", "T", "A", "CG", "transition CpG"),
        ("C", "T", "A", "CA", "transition not CpG"),
        ("G", "A", "C", "GT", "transition CpG"),
        ("G", "A", "T", "GT", "transition not CpG"),
        ("C", "T", "A", "CN", "transition"),
        ("A", "G", "C", "AG", "transition not CpG"),
        ("C", "A", "A", "CG", "transversion"),
        ("AC", "AT", "T", "ACG", "transition CpG"),
        ("TG", "CG", "A", "TG", "transition not CpG"),
    ],
)
def test_substitutions__a_cpg_is_seen_on_either_strand(
    ref: str, alt: str, before: str, following: str, expected: str
) -> None:
    assert one(ref, alt, before, following)[0] == expected


def test_without_a_reference_a_transition_is_of_the_average_and_an_indel_of_unknown_context() -> None:
    assert one("C", "T") == ("transition", "unique")
    assert one("A", "AT") == ("indel 1", "unknown")
    assert one("TCTGA", "T") == ("indel 2 to 4", "unknown")


def test_alleles_alone_betray_a_repeat_when_several_copies_change_or_stand_in_them() -> None:
    assert one("C", "CATAT") == ("indel 2 to 4", "repeat")
    assert one("CAA", "C") == ("indel 2 to 4", "repeat")
    assert one("CAAAAA", "CAAAA") == ("indel 1", "repeat")
    assert one("GTCTCTCTC", "GTCTCTC") == ("indel 2 to 4", "repeat")


@pytest.mark.parametrize(("run", "context"), [(3, "unique"), (4, "repeat"), (12, "repeat")])
def test_one_inserted_base_counts_among_the_copies_of_the_homopolymer(run: int, context: str) -> None:
    assert one("A", "AT", "G", "A" + "T" * run + "GCA") == ("indel 1", context)


def test_a_deletion_outside_repeats_is_unique_with_the_reference() -> None:
    assert one("TCTGA", "T", "A", "TCTGAGGCATCAGC") == ("indel 2 to 4", "unique")
    assert one("TCTGA", "T", "A", "TCTGACTGACTGAGG") == ("indel 2 to 4", "repeat")


def test_joined_and_split_forms_of_one_change_are_of_one_class() -> None:
    assert one("CAGAG", "CAG") == one("CAG", "C")
    assert one("TAC", "TGC") == one("A", "G")
    assert one("AT", "GC")[0] == "multi nucleotide"


def test_rates__a_cpg_mutates_most_and_all_classes_together_are_the_published_rates() -> None:
    model = load_scoring_model(scoring_model_path())
    codes = np.arange(8, dtype=np.int8)
    rate = dict(zip(NAMES, rates_of(codes, np.zeros(8, dtype=np.int8), model).mutation, strict=True))
    assert rate["transition CpG"] > rate["transition"] > rate["transition not CpG"] > rate["transversion"]
    assert rate["transversion"] > rate["indel 1"] > rate["indel longer"]
    assert rate["transition"] + 2 * rate["transversion"] == pytest.approx(1.2e-8, rel=0.02)
    assert rate["indel 1"] + rate["indel 2 to 4"] + rate["indel longer"] == pytest.approx(9.29e-10, rel=0.02)


@pytest.mark.parametrize(("code", "share"), [(mutation.INDEL_1, 0.04), (mutation.INDEL_2_TO_4, 0.01)])
def test_rates__an_unknown_context_has_the_average_of_repeats_and_the_rest(code: int, share: float) -> None:
    model = load_scoring_model(scoring_model_path())
    rates = rates_of(np.full(3, code, dtype=np.int8), np.arange(3, dtype=np.int8), model)
    for unknown, unique, repeat in (rates.mutation, rates.systematic, rates.sporadic):
        assert unknown == pytest.approx((1 - share) * unique + share * repeat)
        assert repeat > unknown > unique


def test_rates__substitutions_do_not_ask_for_a_context() -> None:
    model = load_scoring_model(scoring_model_path())
    rates = rates_of(np.full(3, mutation.TRANSVERSION, dtype=np.int8), np.arange(3, dtype=np.int8), model)
    for values in (rates.mutation, rates.systematic, rates.sporadic):
        assert len(set(values.tolist())) == 1
