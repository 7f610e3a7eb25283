"""How much likelier are a site's fields under an artefact, question by question and in plain fractions?"""

from __future__ import annotations

import math
from collections.abc import Mapping


def ratio(fields: Mapping[str, float | None], cuts: Mapping[str, float], true: Mapping, artefact: Mapping) -> float:
    """Natural log; fields and cuts by name, shares of each kind by question and level. None is missing."""

    def share(kind: Mapping, question: str, level: str) -> float:
        if level == "ordinary":
            return 1 - sum(value for name, value in kind.items() if name.startswith(question))
        return kind[f"{question}_{level}"]

    product, seen = 1.0, set()
    for question, names in (("strand", ("odds", "fisher")), ("mapping", ("quality", "rank")), ("position", ("rank",))):
        known = {name: fields[f"{question}_{name}"] for name in names if fields[f"{question}_{name}"] is not None}
        if question == "strand" and "odds" in known:
            known.pop("fisher", None)
        if not known:
            continue
        levels = set()
        for name, value in known.items():
            for level in ("raised", "strong"):
                cut = cuts.get(f"{question}_{name}_{level}")
                if cut is not None and (value >= cut if question == "strand" else value <= cut):
                    levels.add(level)
        level = "strong" if "strong" in levels else "raised" if levels else "ordinary"
        seen.add(level)
        product *= share(artefact, question, level) / share(true, question, level)
    passed = fields["passed"]
    if passed is not None:
        worst = next((f"_{level}" for level in ("strong", "raised", "ordinary") if level in seen), "")
        of, there = artefact[f"filtered{worst}"], true[f"filtered{worst}"]
        product *= (1 - of) / (1 - there) if passed else of / there
    return math.log(product)
