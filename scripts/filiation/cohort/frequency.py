"""How often was an allele seen in the laboratory's own families, without the family under study?

Sums that were made with the generation, plus those of the segments since, less those of families that were forgotten or
analysed again: adding a family costs its own rows. Where persons are known to be in two families that a segment and the
generation share, all rows are counted anew, so that nobody counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from filiation.cohort import layout
from filiation.cohort.counts import (
    add_counts,
    count_rows,
    count_window,
    empty_counts,
    possible_alleles,
    shares_persons,
    sorted_rows,
)
from filiation.cohort.index import matching_rows, variants_table
from filiation.cohort.segment import haploid
from filiation.cohort.view import Source, View, open_view


def inhouse_counts(archive: Any, exclude_family: str | None = None, *, least_families: int = 1) -> Iterator[pa.Table]:
    """Counts of every allele of the index, stretch by stretch in the order of the genome.

    Columns: contig, pos, ref, alt, the sums of `counts.SUMS`, allele_number and af. `allele_number` is the copies of
    all founders whose analysis has data on the contig, less those of founders without data at the site. It is null,
    and so is `af`, where records are kept only of alleles that the index case carries: there an allele that a parent
    did not hand on was never seen. Alleles in fewer than `least_families` families are left out. A family that shares
    a person with `exclude_family` is left out with it.
    """
    view = open_view(archive)
    assembly = archive.assembly
    if exclude_family is not None:
        view = view.without(relatives(view, exclude_family))
    cached = _cached(view, exclude_family)
    stale = view.of_stale() if cached and len(view.stale) else None
    for contig, first, last in view.windows():
        if cached:
            added = [*_cached_counts(view, contig, first, last)]
            added.append(count_window(view, contig, first, last, assembly, pending=True))
            less = [count_window(stale, contig, first, last, assembly)] if stale else []
            sums = add_counts(added, less)
        else:
            sums = count_window(view, contig, first, last, assembly)
        table = with_frequency(sums, view, assembly)
        if least_families:
            table = table.filter(pa.array(table.column("families").to_numpy() >= least_families))
        if table.num_rows:
            yield table


def counts_of(archive: Any, variants: Any, exclude_family: str | None = None) -> pa.Table:
    """The same for given alleles alone, in the order of the genome; an allele that nobody carries has no row.

    variants : table with contig, pos, ref, alt, or (contig, pos, ref, alt) in sequence.
    """
    view = open_view(archive)
    if exclude_family is not None:
        view = view.without(relatives(view, exclude_family))
    tables = []
    for rows in matching_rows(view, variants_table(variants)):
        sums = count_rows(sorted_rows([rows]), view.families, archive.assembly)
        tables.append(with_frequency(sums, view, archive.assembly))
    return pa.concat_tables(tables) if tables else with_frequency(empty_counts(), view, archive.assembly)


def relatives(view: View, family: str) -> list[int]:
    """Number of a family and of those that share a person with it."""
    number = view.families.number(family)
    if number is None:
        return []
    kindred = view.families.kindred
    return [int(other) for other in np.flatnonzero(kindred == kindred[number])]


def _cached(view: View, exclude_family: str | None) -> bool:
    """Whether the sums of the generation may be used."""
    if view.generation is None or exclude_family is not None:
        return False
    return not (shares_persons(view.families) or shares_persons(view.compacted_families))


def _cached_counts(view: View, contig: int, first: int, last: int) -> Iterator[pa.Table]:
    """Sums of the generation in a stretch."""
    assert view.generation is not None
    for part in view.generation.parts_of("counts", contig):
        if part.first <= last and part.last >= first:
            source = Source(view.generation.folder / part.file, np.zeros(1, dtype=np.int32))
            yield source.read_plain(contig, first, last)


def with_frequency(sums: pa.Table, view: View, assembly: str) -> pa.Table:
    """The sums with contig names, allele_number and af."""
    contig, pos = sums.column("contig").to_numpy(), sums.column("pos").to_numpy()
    single = haploid(contig, pos, assembly)
    number = np.zeros(len(pos), dtype=np.int64)
    for code in np.unique(contig).tolist():
        here = contig == code
        number[here] = possible_alleles(view.families, code, single[here])
    number -= sums.column("missing_alleles").to_numpy()
    unknown = (sums.column("registered").to_numpy() == 0) | (number <= 0)
    share = np.divide(sums.column("allele_count").to_numpy(), number, out=np.zeros(len(pos)), where=number > 0)
    names = pa.array(["other", *layout.CONTIGS]).take(pa.array(contig.astype(np.int32)))
    table = sums.set_column(0, "contig", names)
    for place, name in ((2, "ref"), (3, "alt")):
        table = table.set_column(place, name, table.column(name).cast(pa.string()))
    table = table.append_column("allele_number", pa.array(number, mask=unknown))
    return table.append_column("af", pa.array(share, mask=unknown))


def write_inhouse_vcf(archive: Any, output: str | Path, exclude_family: str | None = None) -> int:
    """Write the counts as a bgzipped, indexed VCF, as `annotate --in-house` reads it; returns how many alleles."""
    from filiation.cohort.inhouse_vcf import write

    return write(archive, Path(output), exclude_family)
