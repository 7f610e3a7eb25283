"""Does the cohort index hold exactly what its families give, in files that are as they were written?

Every file of the current generation is compared with its checksum and its number of rows, every stretch with its order,
and the rows of families with what their stored calls give again. Over many families, every one of them is counted and
some, the same at every check, are compared row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from filiation.cohort import layout
from filiation.cohort.index import THRESHOLDS
from filiation.cohort.segment import load_thresholds, segment_of
from filiation.cohort.view import View, generation_of, joined, open_view, read_pointer
from filiation.errors import InputError
from filiation.io.files import sha256

# Families that are compared row by row; own choice, about a minute's work.
COMPARED = 500


def findings(archive: Any, compared: int = COMPARED) -> list[str]:
    """What is wrong with the index, in words; [] when nothing is."""
    try:
        files = list(_files(archive))
        if files:
            return files
        view = open_view(archive)
        return [*_order(view), *_families(archive, view, compared)]
    except InputError as error:
        return [f"{error.where}: {error.found}"]


def _files(archive: Any) -> Iterator[str]:
    """Files of the current generation that are not as they were written."""
    pointer = read_pointer(archive.path)
    if pointer is None:
        return
    generation = generation_of(archive.path, pointer)
    for part in generation.parts:
        path = generation.folder / part.file
        if not path.is_file():
            yield f"{path}: the file is missing"
        elif path.stat().st_size != part.bytes:
            yield f"{path}: {path.stat().st_size} bytes, {part.bytes} were written"
        elif sha256(path) != part.sha256:
            yield f"{path}: its checksum is another than that of the bytes that were written"


def _order(view: View) -> Iterator[str]:
    """Files whose rows are not in the order of the index, or lie outside the stretch that they declare."""
    for sources in view.compacted.values():
        for source in sources:
            rows = source.all_rows()
            order = layout.sort_order(rows)
            if (np.diff(order) < 0).any():
                yield f"{source.path}: rows are not in the order of contig, position, REF, ALT and family"


def _families(archive: Any, view: View, compared: int) -> Iterator[str]:
    """Families whose rows are not those that their stored calls give."""
    chosen = _spread(len(view.families), compared)
    found: dict[int, list[pa.Table]] = {number: [] for number in chosen}
    wanted = np.zeros(max(1, len(view.families)), dtype=bool)
    wanted[chosen] = True
    for contig, first, last in view.windows():
        for rows in view.read(contig, first, last):
            part = rows.filter(pa.array(wanted[rows.column("family").to_numpy()]))
            numbers = part.column("family").to_numpy()
            for number in np.unique(numbers).tolist():
                found[number].append(part.filter(pa.array(numbers == number)))
    for number in chosen:
        expected = _expected(archive, view, number)
        if expected is None:
            continue
        rows = _plain(joined(found[number])) if found[number] else layout.COLUMNS.empty_table()
        if not rows.equals(_plain(expected)):
            family = view.families.ids[number]
            told = f"{rows.num_rows} rows in the index, {expected.num_rows} by its stored calls"
            yield f"family {family}: {told}, or other rows"


def _spread(total: int, number: int) -> list[int]:
    """Up to `number` of `total` places, evenly spread."""
    if total <= number:
        return list(range(total))
    return sorted({int(place) for place in np.linspace(0, total - 1, number)})


def _plain(rows: pa.Table) -> pa.Table:
    """Rows in order, text as text, without numbers of families."""
    rows = rows.select(list(layout.COLUMNS.names)).cast(layout.COLUMNS)
    rows = rows.take(pa.array(layout.sort_order(rows))).replace_schema_metadata(None)
    return rows.drop_columns(["family"]).combine_chunks()


def _expected(archive: Any, view: View, number: int) -> pa.Table | None:
    """Rows that the stored calls of a family's latest analysis give; None when it has none."""
    from filiation.archive.read import record_table

    facts = view.families.facts_of(number)
    calls = record_table(archive, facts.family, "calls", facts.analysis)
    if calls is None:
        return None
    genotypes = record_table(archive, facts.family, "genotypes", facts.analysis)
    return segment_of(calls, genotypes, facts, load_thresholds(THRESHOLDS), archive.assembly)
