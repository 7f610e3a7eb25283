"""What do somalier or peddy say of the family's relations, where their tables are at hand?

somalier writes `.pairs.tsv` (`sample_a sample_b relatedness ibs0 ibs2 … n`), peddy `.ped_check.csv` (`rel` in place
of `relatedness`). Their own limits are used: somalier `relate.nim`, peddy `peddy.py` (Pedersen and Quinlan 2017,
doi 10.1016/j.ajhg.2017.01.017; Pedersen et al. 2020, doi 10.1186/s13073-020-00761-2).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.model.pedigree import Family
from filiation.quality.kinship import Relation, expected_relation
from filiation.quality.thresholds import OtherProgramThresholds
from filiation.quality.verdict import CheckRow, Verdict

_NEEDED = ("sample_a", "sample_b", "ibs0", "ibs2", "n")


@dataclass(frozen=True)
class OtherPair:
    """One pair as another program saw it."""

    program: str
    relatedness: float
    ibs0: int
    ibs2: int
    sites: int


def read_pairs(path: str | Path) -> dict[frozenset[str], OtherPair]:
    """Pairs of a somalier or peddy table; anything else is an InputError that names the line."""
    path = require_file(path, "table of somalier or peddy")
    with open(path, encoding="utf-8-sig", newline="") as handle:
        text = handle.read().splitlines()
    header = text[0].lstrip("#") if text else ""
    delimiter = "\t" if "\t" in header else ","
    names = header.split(delimiter)
    program = "somalier" if "relatedness" in names else "peddy"
    value = "relatedness" if program == "somalier" else "rel"
    missing = [name for name in (*_NEEDED, value) if name not in names]
    if missing:
        raise InputError(
            f"no column {', '.join(missing)}",
            where=f"{path}, line 1",
            expected="somalier's .pairs.tsv or peddy's .ped_check.csv",
            repair="give the table as the program wrote it, or leave it out",
        )
    pairs = {}
    for number, row in enumerate(csv.DictReader(text[1:], names, delimiter=delimiter), 2):
        try:
            pairs[frozenset((row["sample_a"], row["sample_b"]))] = OtherPair(
                program, float(row[value]), int(float(row["ibs0"])), int(float(row["ibs2"])), int(float(row["n"]))
            )
        except (TypeError, ValueError):
            raise InputError(
                "a pair without numbers",
                where=f"{path}, line {number}",
                expected=f"{value}, ibs0, ibs2 and n",
                repair="give the table as the program wrote it, or leave it out",
            ) from None
    return pairs


def relation_of(pair: OtherPair, limits: OtherProgramThresholds) -> Relation:
    """The relation by the program's own limits; UNKNOWN between them."""
    if pair.sites < limits.sites_min:
        return Relation.UNKNOWN
    if pair.program == "somalier":
        ratio = pair.ibs0 / pair.ibs2 if pair.ibs2 else float("inf")
        if pair.relatedness > limits.somalier_identical_min:
            return Relation.IDENTICAL
        related = limits.somalier_parent_min <= pair.relatedness <= limits.somalier_parent_max
        if related and ratio < limits.somalier_parent_ibs0_max:
            return Relation.PARENT_CHILD
        if pair.relatedness <= limits.somalier_unrelated_max:
            return Relation.UNRELATED
    else:
        share = pair.ibs0 / pair.sites
        if share < limits.peddy_parent_ibs0_max:
            identical = pair.relatedness > limits.peddy_identical_min
            return Relation.IDENTICAL if identical else Relation.PARENT_CHILD
        if pair.relatedness <= limits.somalier_unrelated_max:
            return Relation.UNRELATED
    return Relation.NOT_PARENT_CHILD


def other_program_rows(family: Family, paths: Sequence[str | Path], limits: OtherProgramThresholds) -> list[CheckRow]:
    """One row for each pair of the family and each table in which it stands."""
    rows = []
    for path in paths:
        pairs = read_pairs(path)
        for a, b in combinations(family.members, 2):
            pair = pairs.get(frozenset((a.sample, b.sample)))
            if pair is None:
                continue
            expected, found = expected_relation(a.role, b.role), relation_of(pair, limits)
            agrees = found is expected or (
                found is Relation.NOT_PARENT_CHILD and expected in (Relation.SIBLINGS, Relation.UNRELATED)
            )
            verdict = Verdict.UNKNOWN if found is Relation.UNKNOWN else Verdict.OK if agrees else Verdict.WARN
            words = {
                Verdict.OK: f"{pair.program} agrees with the sheet",
                Verdict.UNKNOWN: f"{pair.program} saw too few sites",
                Verdict.WARN: f"{pair.program} sees {found}, the sheet says {expected}: see the row of kinship",
            }[verdict]
            observed = (
                f"{found} by {pair.program}: relatedness {pair.relatedness:.2f}, ibs0 {pair.ibs0}, ibs2 {pair.ibs2}"
            )
            rows.append(CheckRow("other_program", f"{a.sample}+{b.sample}", observed, str(expected), verdict, words))
    return rows
