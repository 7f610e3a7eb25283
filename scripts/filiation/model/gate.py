"""May a family go on, given the verdicts of its quality checks?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filiation.errors import InputError


def failed_checks(quality: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of a quality table with the verdict FAIL."""
    return [row for row in quality if row["verdict"] == "FAIL"]


def check_gate(quality: Sequence[Mapping[str, Any]], override_reason: str, where: str) -> None:
    """Stop when a check has failed and nobody gave a reason to continue."""
    failed = failed_checks(quality)
    if not failed or override_reason.strip():
        return
    found = "; ".join(
        f"check '{row['check']}' of {row['sample']} is FAIL: {row['meaning']}; observed {row['observed']}, "
        f"expected {row['expected']}"
        for row in failed
    )
    raise InputError(
        found,
        where=where,
        expected="no FAIL among the quality checks, or a written reason to continue",
        repair="correct the samples or the pedigree; to continue all the same, give the family a reason under "
        "quality.override_reasons in config.yaml, or all families with quality.override_reason "
        "(option --override-reason); the report prints it",
    )
