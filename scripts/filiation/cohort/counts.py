"""How many founders carry each allele, out of how many with data? Sums over rows of the index, array by array.

A founder is counted with the copies that sex and contig leave: two on autosomes and in the pseudoautosomal regions, one
of X and Y in a man, none of Y in a woman, one mitochondrial genome. An index case of unknown sex counts on neither X
nor Y. A founder without data at a site leaves the denominator there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from filiation.cohort import layout
from filiation.cohort.families import FEMALE, MALE, Families
from filiation.cohort.segment import carries, haploid
from filiation.cohort.view import View, joined

# Sums by allele that can be added up and taken away again. `missing_alleles`: copies of founders without data.
# `registered`: families of whom records are kept here whatever the child shows (near a gene, or listed in ClinVar).
SUMS = (
    "families",
    "affected_families",
    "unaffected_families",
    "allele_count",
    "missing_alleles",
    "heterozygotes",
    "homozygotes",
    "hemizygotes",
    "partial",
    "low_fraction",
    "proband_homozygotes",
    "proband_hemizygotes",
    "de_novo",
    "registered",
)
_ROLES = ("proband", "father", "mother")
COLUMNS = ("contig", "pos", "ref", "alt", "family", *_ROLES, "sibling", "flags")


def copies(contig: np.ndarray | int, single: np.ndarray, sex: np.ndarray | int) -> np.ndarray:
    """Copies of a site that a person of a sex has. single : one copy in a man (`segment.haploid`)."""
    sex = np.broadcast_to(np.asarray(sex), single.shape)
    contig = np.broadcast_to(np.asarray(contig), single.shape)
    woman = np.where(contig == layout.CONTIG_Y, 0, 2)
    sexed = np.where(sex == MALE, 1, np.where(sex == FEMALE, woman, 0))
    number = np.where(single, sexed, 2)
    return np.where(contig == layout.CONTIG_MT, 1, number).astype(np.int64)


def sexes(families: Families, numbers: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Sex codes (families, proband father mother); parents by their role."""
    found = np.empty((len(families.proband_sex[numbers]), 3), dtype=np.uint8)
    found[:, 0], found[:, 1], found[:, 2] = families.proband_sex[numbers], MALE, FEMALE
    return found


def possible_alleles(families: Families, contig: int, single: np.ndarray) -> np.ndarray:
    """int64 (v,): copies of all founders whose analysis has data on the contig, where nobody lacks data."""
    there = (families.contigs >> np.uint32(contig)) & np.uint32(1) > 0
    total = np.zeros(len(single), dtype=np.int64)
    sex = sexes(families)
    for place in range(3):
        for code in (0, MALE, FEMALE):
            people = int((families.founders[:, place] & there & (sex[:, place] == code)).sum())
            if people:
                total += people * copies(contig, single, code)
    return total


def row_sums(rows: pa.Table, families: Families, assembly: str) -> dict[str, np.ndarray]:
    """What each row adds to each of SUMS, int64 (v,); persons and families that are counted once are not yet merged."""
    number = rows.column("family").to_numpy()
    contig, pos = rows.column("contig").to_numpy(), rows.column("pos").to_numpy()
    flags = rows.column("flags").to_numpy()
    single = haploid(contig, pos, assembly)
    states = {role: rows.column(role).to_numpy() for role in (*_ROLES, "sibling")}
    sex = sexes(families, number)
    sums = {name: np.zeros(len(number), dtype=np.int64) for name in SUMS}
    for place, role in enumerate(_ROLES):
        state = states[role]
        carrier, whole = state == layout.CARRIER, (state == layout.HOMOZYGOUS) | (state == layout.HEMIZYGOUS)
        number_of_copies = copies(contig, single, sex[:, place])
        if role == "proband":
            sums["proband_homozygotes"] += whole & (number_of_copies == 2)
            sums["proband_hemizygotes"] += whole & (number_of_copies == 1)
        counted = np.where(families.founders[number, place], number_of_copies, 0)
        sums["heterozygotes"] += carrier & (counted == 2)
        sums["homozygotes"] += whole & (counted == 2)
        sums["hemizygotes"] += whole & (counted == 1)
        sums["partial"] += carrier & (counted == 1)
        sums["allele_count"] += np.where(whole, counted, np.where(carrier, np.minimum(counted, 1), 0))
        sums["missing_alleles"] += np.where(state == layout.UNKNOWN, counted, 0)
    carried = np.logical_or.reduce([carries(state) for state in states.values()])
    sums["families"] += carried
    sums["affected_families"] += flags & layout.AFFECTED_CARRIER > 0
    sums["unaffected_families"] += flags & layout.UNAFFECTED_CARRIER > 0
    sums["low_fraction"] += np.logical_or.reduce([state == layout.LOW_FRACTION for state in states.values()])
    sums["de_novo"] += flags & layout.DE_NOVO > 0
    sums["registered"] += flags & (layout.NEAR_GENE | layout.IN_CLINVAR) > 0
    return sums


_BY_FAMILY = ("families", "affected_families", "unaffected_families", "low_fraction", "de_novo")


def _once_a_kindred(sums: dict[str, np.ndarray], allele: np.ndarray, kindred: np.ndarray, size: int) -> None:
    """Families that share a person count once for each allele."""
    for name in _BY_FAMILY:
        rows = np.flatnonzero(sums[name])
        _, first = np.unique(allele[rows] * size + kindred[rows], return_index=True)
        once = np.zeros(len(allele), dtype=np.int64)
        once[rows[first]] = 1
        sums[name] = once


def sorted_rows(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of several files in the order of the index."""
    rows = joined(tables)
    return rows.take(pa.array(layout.sort_order(rows)))


def count_rows(rows: pa.Table, families: Families, assembly: str) -> pa.Table:
    """Sums by allele. rows : sorted as in the index."""
    starts = layout.allele_starts(rows)
    if not len(starts):
        return empty_counts()
    sums = row_sums(rows, families, assembly)
    if shares_persons(families):
        allele = np.zeros(rows.num_rows, dtype=np.int64)
        allele[starts] = 1
        kindred = families.kindred[rows.column("family").to_numpy()]
        _once_a_kindred(sums, np.cumsum(allele) - 1, kindred, len(families))
    first = rows.select(list(layout.ALLELE)).take(pa.array(starts))
    for name in SUMS:
        first = first.append_column(name, pa.array(np.add.reduceat(sums[name], starts).astype(np.int32)))
    return first


def shares_persons(families: Families) -> bool:
    """Whether a person is known to be in two families."""
    return bool((families.kindred != np.arange(len(families))).any())


def empty_counts() -> pa.Table:
    """No allele."""
    fields = [layout.COLUMNS.field(name) for name in layout.ALLELE] + [pa.field(name, pa.int32()) for name in SUMS]
    return pa.schema(fields).empty_table()


def add_counts(added: Sequence[pa.Table], taken_away: Sequence[pa.Table] = ()) -> pa.Table:
    """Sums by allele over several tables of sums, less those of others; alleles of which nothing is left vanish."""
    tables = [table for table in added if table.num_rows]
    less = [table for table in taken_away if table.num_rows]
    if not tables:
        return empty_counts()
    if len(tables) == 1 and not less:
        return tables[0]
    rows = joined([*tables, *less])
    signs = np.ones(rows.num_rows, dtype=np.int64)
    signs[sum(table.num_rows for table in tables) :] = -1
    rows = rows.append_column("family", pa.array(np.zeros(rows.num_rows, dtype=np.int32)))
    order = layout.sort_order(rows)
    rows, signs = rows.take(pa.array(order)), signs[order]
    starts = layout.allele_starts(rows)
    found = rows.select(list(layout.ALLELE)).take(pa.array(starts))
    left = np.zeros(len(starts), dtype=bool)
    for name in SUMS:
        total = np.add.reduceat(rows.column(name).to_numpy() * signs, starts)
        left |= total != 0
        found = found.append_column(name, pa.array(total.astype(np.int32)))
    return found if left.all() else found.filter(pa.array(left))


def count_window(view: View, contig: int, first: int, last: int, assembly: str, *, pending: bool = False) -> pa.Table:
    """Sums by allele of one stretch of a view, over all its rows or those of its segments alone."""
    read = view.read_pending if pending else view.read
    tables = [table for table in read(contig, first, last, COLUMNS) if table.num_rows]
    return count_rows(sorted_rows(tables), view.families, assembly) if tables else empty_counts()
