"""Which examinations had the index case before, and what did they say? A closed list: free text could name a person."""

from __future__ import annotations

TESTS = (
    *("karyotype", "microarray", "fragile_x", "methylation", "targeted", "gene_panel", "exome", "genome"),
    *("mitochondrial", "metabolic", "repeat_expansion"),
)
RESULTS = ("normal", "inconclusive", "abnormal")
PATTERN = rf"^({'|'.join(TESTS)})(:({'|'.join(RESULTS)}))?(;({'|'.join(TESTS)})(:({'|'.join(RESULTS)}))?)*$"


def split_tests(cell: str) -> tuple[tuple[str, str], ...]:
    """(examination, result, '' where none is given) of `microarray:normal;fragile_x`, a cell that fits PATTERN."""
    return tuple((item.partition(":")[0], item.partition(":")[2]) for item in cell.split(";") if item)
