"""Are the alternate alleles of lines of text counted as Python counts them?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.alternates import count_alternates, count_alternates_jit

pytestmark = pytest.mark.kernels

columns = st.text(".,AG*<>", max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(columns, min_size=1, max_size=8), max_size=12))
def test_alternates__are_counted_as_python_counts_them(rows: list[list[str]]) -> None:
    lines = ["\t".join(row).encode() for row in rows]
    ends = np.cumsum([len(line) for line in lines], dtype=np.int64)
    starts = ends - np.array([len(line) for line in lines], dtype=np.int64)
    alternates = [(row[4] if len(row) > 4 else "") for row in rows]
    expected = [0 if written == "." else written.count(",") + 1 for written in alternates]
    data = np.frombuffer(b"".join(lines), dtype=np.uint8)
    for function in (count_alternates, count_alternates_jit):
        out = np.full(len(lines), -1, dtype=np.int32)
        function(data, starts, ends, out)
        assert out.tolist() == expected
