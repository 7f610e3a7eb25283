"""What does one check say? Observed, expected, a verdict of four, and a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """UNKNOWN: not enough data to say; never to be read as OK."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class CheckRow:
    """One row of the quality table; `check` is a stable id by which the report finds its words."""

    check: str
    sample: str
    observed: str
    expected: str
    verdict: Verdict
    meaning: str


# Every check id, in the order of the table.
CHECKS = (
    "sex",
    "kinship",
    "roles",
    "other_program",
    "mendelian_errors_snv",
    "mendelian_errors_indel",
    "mendelian_errors_x",
    "mendelian_errors_y",
    "de_novo_count",
    "call_rate",
    "coverage",
    "callability",
    "transition_ratio",
    "heterozygote_ratio",
    "allele_balance",
    "contamination",
    "runs_of_homozygosity",
    "uniparental_disomy",
)


def share_text(part: int, whole: int) -> str:
    """`12 of 340 (3.5 %)`; `0 of 0` has no share."""
    if whole == 0:
        return f"{part} of 0"
    return f"{part} of {whole} ({100 * part / whole:.3g} %)"


def lower_bound(part: int, whole: int, standard_errors: float) -> float:
    """Lower limit of a share by Wilson's score interval; 0 without data.

    Source: Wilson 1927 (doi 10.1080/01621459.1927.10502953).
    """
    if whole == 0:
        return 0.0
    z = standard_errors
    share = part / whole
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return max(0.0, (share + z * z / (2 * whole) - spread) / (1 + z * z / whole))
