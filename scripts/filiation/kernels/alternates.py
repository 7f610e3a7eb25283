"""How many alternate alleles has each line of a VCF? Asked of the lines of a file that was not split."""

from __future__ import annotations

import numpy as np

from filiation.kernels._jit import jit

TAB, COMMA, DOT = 9, 44, 46
_ALT_COLUMN = 4


def count_alternates(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` with the alternate alleles of every line: commas of the ALT column and one, 0 for `.`, 1 where the
    line has no such column.

    data : uint8, lines at starts up to ends, int64 (v,). out : int32 (v,).
    """
    for v in range(starts.size):
        at, tabs = starts[v], 0
        while at < ends[v] and tabs < _ALT_COLUMN:
            tabs += data[at] == TAB
            at += 1
        first, alternates = at, 1
        while at < ends[v] and data[at] != TAB:
            alternates += data[at] == COMMA
            at += 1
        out[v] = 0 if at - first == 1 and data[first] == DOT else alternates


count_alternates_jit = jit(count_alternates)
