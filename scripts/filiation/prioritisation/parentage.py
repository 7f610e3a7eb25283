"""Is the parentage confirmed, assumed or contradicted? The gate between a new allele and PS2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from filiation.acmg.evidence import ASSUMED, CONFIRMED, CONTRADICTED
from filiation.model.pedigree import Family

# The words with which the quality table marks kinship that was measured on too little of the genome to be proof.
WEAK = "weak evidence"


@dataclass(frozen=True)
class Parentage:
    """`state`: confirmed, assumed or contradicted; `text`: on what ground."""

    state: str = ASSUMED
    text: str = "kinship was not measured"


def parentage_of(family: Family, quality_rows: Iterable[Mapping[str, Any]]) -> Parentage:
    """Parentage of the index case by the kinship and role checks of the quality table.

    Contradicted: a check says FAIL. Confirmed: both parents OK, and on enough of the genome. Otherwise assumed.
    """
    rows = list(quality_rows)
    failed = [row for row in rows if row["check"] in ("kinship", "roles") and row["verdict"] == "FAIL"]
    if failed:
        return Parentage(CONTRADICTED, str(failed[0]["meaning"]))
    if family.father is None or family.mother is None:
        return Parentage(ASSUMED, "a parent was not sequenced")
    open_pairs = []
    for parent in (family.father, family.mother):
        pair = {family.proband.sample, parent.sample}
        found = next((row for row in rows if row["check"] == "kinship" and set(row["sample"].split("+")) == pair), None)
        if found is None:
            open_pairs.append(f"kinship with the {parent.role.value} was not measured")
        elif found["verdict"] != "OK" or WEAK in str(found["meaning"]):
            open_pairs.append(f"kinship with the {parent.role.value}: {found['verdict']}, {found['meaning']}")
    if open_pairs:
        return Parentage(ASSUMED, "; ".join(open_pairs))
    return Parentage(CONFIRMED, "kinship of both parents OK in the quality table")
