"""Do the reads of a heterozygous call fit one half, and how near is the next new allele?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from filiation.report.catalogue import text
from filiation.report.data import Row
from filiation.report.typography import Bilingual, both, decimal, megabases

# Below it the report marks the balance: our own choice, about one call in a thousand by chance.
UNBALANCED = 0.001
_SHOWN_FROM = 0.001


def balance_probability(ref: int, alt: int) -> float:
    """Probability of a split at least as uneven when each read shows either allele with one half (two-sided binomial).

    1 for no reads: nothing speaks against one half.
    """
    reads, fewer = ref + alt, min(ref, alt)
    if 2 * fewer == reads:
        return 1.0
    tail = sum(math.comb(reads, count) for count in range(fewer + 1))
    return min(1.0, math.ldexp(tail, 1 - reads) if reads < 1000 else _large(reads, fewer))


def _large(reads: int, fewer: int) -> float:
    """The same for so many reads that whole numbers would be slow: normal approximation with continuity."""
    deviation = (reads / 2 - fewer - 0.5) / math.sqrt(reads / 4)
    return math.erfc(deviation / math.sqrt(2))


def balance_words(probability: float) -> Bilingual:
    """`p = 0,42`, `p < 0,001`."""
    if probability < _SHOWN_FROM:
        return Bilingual("p\u202f<\u202f0,001", "p\u202f<\u202f0.001")
    return text("balance.p", value=both(decimal, probability, 3 if probability < 0.1 else 2))


def nearest_de_novo(row: Row, rows: Sequence[Row]) -> Bilingual | None:
    """Distance to the nearest other new allele among the candidates; None when this one is not new."""
    if row["inheritance"] != "de_novo":
        return None
    others = {(other["chrom"], other["pos"]) for other in rows if other["inheritance"] == "de_novo"}
    others.discard((row["chrom"], row["pos"]))
    near = [abs(pos - row["pos"]) for chrom, pos in others if chrom == row["chrom"]]
    if not near:
        return text("detail.no_other_de_novo", count=len(others))
    distance = min(near)
    written = both(megabases, distance) if distance >= 1000 else text("detail.bases", count=distance)
    return text("detail.nearest_de_novo_at", distance=written, count=len(others))
