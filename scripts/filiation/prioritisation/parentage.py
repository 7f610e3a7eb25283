"""Is the parentage confirmed, assumed or contradicted? The tie between the identity gate and PS2.

A family whose gate failed goes on when the laboratory wrote a reason. The reason does not turn the verdict: what the
gate contradicted stays contradicted here, whoever overrode it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from filiation.acmg.evidence import ASSUMED, CONFIRMED, CONTRADICTED
from filiation.model.pedigree import Family

# The words with which the quality table marks kinship that was measured on too little of the genome to be proof.
WEAK = "weak evidence"
# A FAIL of these says that samples, sexes or parents are not those of the sheet.
_OF_THE_FAMILY = ("kinship", "roles", "mendelian_errors_snv")
# A FAIL of these counts where it is of the index case or of a parent: another sex, or the reads of somebody else.
_OF_A_MEMBER = ("sex", "contamination")


@dataclass(frozen=True)
class Parentage:
    """`state`: confirmed, assumed or contradicted; `text`: on what ground."""

    state: str = ASSUMED
    text: str = "kinship was not measured"


def parentage_of(family: Family, quality_rows: Iterable[Mapping[str, Any]]) -> Parentage:
    """Parentage of the index case by the identity checks of the quality table.

    Contradicted: one of them says FAIL, overridden or not. Confirmed: the kinship of both parents is OK, on enough of
    the genome, and no table of another program sees another relation. Otherwise assumed.
    """
    rows = list(quality_rows)
    failed = [row for row in rows if row["verdict"] == "FAIL" and _concerns(row, family)]
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
        for row in rows:
            if row["check"] == "other_program" and row["verdict"] == "WARN" and set(row["sample"].split("+")) == pair:
                open_pairs.append(f"kinship with the {parent.role.value}: {row['verdict']}, {row['meaning']}")
    if open_pairs:
        return Parentage(ASSUMED, "; ".join(open_pairs))
    return Parentage(CONFIRMED, "kinship of both parents OK in the quality table")


def _concerns(row: Mapping[str, Any], family: Family) -> bool:
    """Whether a failed check puts the origin of the index case's alleles in doubt."""
    trio = {member.sample for member in (family.proband, family.father, family.mother) if member is not None}
    return row["check"] in _OF_THE_FAMILY or (row["check"] in _OF_A_MEMBER and row["sample"] in trio)
