"""Are the lines of the exclusion table what Python would write?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.table_text import reason_lines, reason_lines_jit

pytestmark = pytest.mark.kernels

CONTIGS = ["chr1", "", "HLA-A*01:01", "X"]
REASONS = ["proband_without_data", "no_pattern", "x"]


def packed(names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Names one behind the other, and where each ends."""
    return np.frombuffer("".join(names).encode(), dtype=np.uint8), np.cumsum([len(name) for name in names])


rows = st.lists(
    st.tuples(
        st.integers(0, len(CONTIGS) - 1),
        st.one_of(st.integers(0, 12), st.integers(0, 2**31), st.just(2**62)),
        st.text("ACGT", min_size=1, max_size=9),
        st.text("ACGT*", min_size=1, max_size=9),
        st.integers(-1, len(REASONS) - 1),
    ),
    max_size=30,
)


@settings(max_examples=100, deadline=None)
@given(rows)
def test_lines__are_those_of_python(drawn: list[tuple[int, int, str, str, int]]) -> None:
    alleles = []
    for column in (2, 3):
        data, ends = packed([row[column] for row in drawn])
        lengths = np.array([len(row[column]) for row in drawn], dtype=np.int64)
        alleles += [data, ends.astype(np.int64) - lengths, lengths]
    arguments = (
        *packed(CONTIGS),
        np.array([row[0] for row in drawn], dtype=np.int32),
        np.array([row[1] for row in drawn], dtype=np.int64),
        *alleles,
        *packed(REASONS),
        np.array([row[4] for row in drawn], dtype=np.int8),
    )
    expected = [f"{CONTIGS[c]}\t{pos}\t{ref}\t{alt}\t{REASONS[why]}\n" for c, pos, ref, alt, why in drawn if why >= 0]
    for function in (reason_lines, reason_lines_jit):
        text, lines = function(*arguments)
        assert (text.tobytes().decode(), lines) == ("".join(expected), len(expected))
