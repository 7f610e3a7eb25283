"""What share of the diagnoses is shown, among the first five, and first; by pre-indication and by class?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from diagnosis_run import METHODS, OURS, Outcome

GOALS = {"shown": 0.995, "top_5": 0.95, "rank_1": 0.75, "median_size": 15, "largest_size": 30}


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Counts and shares of one set of outcomes."""
    n = len(outcomes)
    if not n:
        return {"cases": 0}
    ranks = [outcome.rank if outcome.rank is not None else float("inf") for outcome in outcomes]
    sizes = [outcome.size for outcome in outcomes]
    return {
        "cases": n,
        "shown": sum(outcome.shown for outcome in outcomes) / n,
        "top_5": sum(rank <= 5 for rank in ranks) / n,
        "rank_1": sum(rank <= 1 for rank in ranks) / n,
        "median_size": median(sizes),
        "largest_size": max(sizes),
    }


def select(
    outcomes: Iterable[Outcome],
    method: str = OURS,
    *,
    hpo: bool = True,
    half: str = "",
    slug: str = "",
    stratum: str = "",
) -> list[Outcome]:
    """Outcomes of a method that fit every condition given."""
    return [
        outcome
        for outcome in outcomes
        if outcome.method == method
        and outcome.hpo == hpo
        and (not half or outcome.half == half)
        and (not slug or outcome.slug == slug)
        and (not stratum or stratum in outcome.strata)
    ]


def table(title: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """A Markdown table."""
    lines = [f"| {title} | cases | A+B | top 5 | rank 1 | size of A+B, median (largest) |", "|---|---|---|---|---|---|"]
    for name, found in rows:
        if found["cases"]:
            shares = " | ".join(f"{100 * found[key]:.1f} %" for key in ("shown", "top_5", "rank_1"))
            size = f"{found['median_size']:g} ({found['largest_size']})"
            lines.append(f"| {name} | {found['cases']} | {shares} | {size} |")
    return "\n".join(lines)


def all_tables(outcomes: Sequence[Outcome], half: str) -> str:
    """Methods, classes and pre-indications, with and without HPO terms."""
    parts = []
    methods = [
        (f"{method}, {'with' if hpo else 'without'} HPO terms", summary(select(outcomes, method, hpo=hpo, half=half)))
        for method in METHODS
        for hpo in (True, False)
    ]
    parts.append(table("method", methods))
    strata = sorted({stratum for outcome in outcomes for stratum in outcome.strata})
    slugs = list(dict.fromkeys(outcome.slug for outcome in outcomes))
    for hpo in (True, False):
        words = "with" if hpo else "without"
        by_class = [(name, summary(select(outcomes, hpo=hpo, half=half, stratum=name))) for name in strata]
        by_slug = [(name, summary(select(outcomes, hpo=hpo, half=half, slug=name))) for name in slugs]
        parts.append(table(f"class, {words} HPO terms", by_class))
        parts.append(table(f"pre-indication, {words} HPO terms", by_slug))
    return "\n\n".join(parts)


def missed(outcomes: Sequence[Outcome], half: str = "") -> list[str]:
    """Every diagnosis that is on neither A nor B, with why."""
    found = []
    for outcome in outcomes:
        if outcome.method == OURS and not outcome.shown and (not half or outcome.half == half):
            words = "with" if outcome.hpo else "without"
            rank = "" if outcome.rank is None else f"rank {outcome.rank:g}, "
            found.append(f"{outcome.case} ({', '.join(outcome.strata)}; {words} HPO terms): {rank}{outcome.why}")
    return found
