"""How do many small segments become few sorted partitions, while others read and a kill may come at any moment?

Everything is written beside the current generation, flushed, renamed, and only then named by `current.json`, which is
replaced in one step. Readers keep the generation that they began with: the next compaction removes what this replaces.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from filiation.cohort import layout
from filiation.cohort.counts import count_rows
from filiation.cohort.index import remove_parts, sync_folder, write_segment
from filiation.cohort.view import (
    INDEX_SCHEMA,
    Part,
    View,
    cohort_folder,
    joined,
    open_view,
    pointer_path,
    read_pointer,
    segment_name,
    segments_folder,
)
from filiation.io.files import atomic_text, sha256


def compact(archive: Any) -> str:
    """Join the segments with the current generation into a new one; returns its name.

    Rows of families that were forgotten or analysed again are left out. Where there is neither such a row nor a new
    segment the generation stays, and what a killed compaction did not remove any more is removed. The caller holds the
    lock of the index: two compactions at once would write one folder. Segments that are written meanwhile stay for the
    next time.
    """
    view = open_view(archive)
    path = archive.path
    before = read_pointer(path)
    if before and not view.pending and not len(view.stale):
        remove_parts(cohort_folder(path), pointer_path(path).name)
        _remove_superseded(path)
        return str(before["generation"])
    name = f"{int(before['generation']) + 1 if before else 1:06d}"
    folder = cohort_folder(path) / "compacted"
    temporary = folder / f".{name}.tmp"
    for leftover in (temporary, folder / name):
        shutil.rmtree(leftover, ignore_errors=True)
    temporary.mkdir(parents=True)
    parts = list(_write_parts(view, temporary, archive.assembly))
    for place in sorted((item for item in temporary.rglob("*") if item.is_dir()), reverse=True):
        sync_folder(place)
    sync_folder(temporary)
    os.rename(temporary, folder / name)
    sync_folder(folder)
    pointer = {
        "schema": INDEX_SCHEMA,
        "generation": name,
        "previous": before["generation"] if before else "",
        "parts": [vars(part) for part in parts],
        "consumed": sorted(source.path.name for source in view.pending),
        "superseded": _superseded(archive, before, view),
    }
    _write_pointer(path, pointer)
    _remove_superseded(path)
    return name


def pack_segments(archive: Any) -> str:
    """Join the segments of single analyses that count into one file, and leave the partitions as they are.

    A batch of families costs a reader one file instead of hundreds. Returns the name of the pack, '' when there are
    fewer than two segments. The caller holds the lock of the index.
    """
    current = dict(archive.current_analyses())
    folder = segments_folder(archive.path)
    paths = [folder / segment_name(family, number) for family, number in sorted(current.items())]
    paths = [path for path in paths if path.is_file()]
    if len(paths) < 2:
        return ""
    tables = [pq.read_table(path) for path in paths]
    facts = [item for table, path in zip(tables, paths, strict=True) for item in families_in(table, path)]
    numbers = np.repeat(np.arange(len(tables), dtype=np.int32), [table.num_rows for table in tables])
    rows = pa.concat_tables([table.replace_schema_metadata(None) for table in tables])
    rows = rows.set_column(rows.column_names.index("family"), layout.COLUMNS.field("family"), pa.array(numbers))
    rows = rows.take(pa.array(layout.sort_order(rows)))
    name = hashlib.sha256("\n".join(path.name for path in paths).encode()).hexdigest()[:16]
    write_segment(archive.path, layout.with_metadata(rows, layout.segment_metadata(facts)), pack=name)
    for path in paths:
        path.unlink()
    return name


def families_in(table: pa.Table, path: Path) -> list[layout.FamilyFacts]:
    """The families that a segment declares."""
    return layout.families_of(table.schema.metadata, str(path))


def _write_parts(view: View, folder: Path, assembly: str) -> Iterator[Part]:
    """Write families, rows, counts and genes of a view."""
    (folder / "families.parquet").unlink(missing_ok=True)
    yield _written(view.families.table(), folder, "families.parquet", "families", 0, 0, 0)
    genes: list[pa.Table] = []
    number: dict[int, int] = {}
    for contig, first, last in view.windows():
        tables = [table for table in view.read(contig, first, last) if table.num_rows]
        if not tables:
            continue
        rows = _merged(tables)
        place = f"contig={contig}"
        (folder / place).mkdir(exist_ok=True)
        count = number.get(contig, 0)
        number[contig] = count + 1
        span = (int(rows.column("pos")[0].as_py()), int(rows.column("pos")[-1].as_py()))
        yield _written(rows, folder, f"{place}/part-{count:04d}.parquet", "rows", contig, *span)
        genes.append(_gene_places(rows))
        sums = count_rows(rows, view.families, assembly)
        yield _written(sums, folder, f"{place}/counts-{count:04d}.parquet", "counts", contig, *span)
    yield _written(_joined_genes(genes), folder, "genes.parquet", "genes", 0, 0, 0)


def _merged(tables: list[pa.Table]) -> pa.Table:
    """Rows of several sorted files in the order of the index, without a second copy of the text."""
    rows = joined(tables)
    ranks, size = [], 1
    for name in ("ref", "alt"):
        column = rows.column(name).combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        rank = np.empty(max(1, len(column.dictionary)), dtype=np.int64)
        rank[pc.sort_indices(column.dictionary).to_numpy()] = np.arange(len(column.dictionary))
        ranks.append(rank[column.indices.to_numpy(zero_copy_only=False)])
        size *= max(1, len(column.dictionary))
    pos = rows.column("pos").to_numpy().astype(np.int64)
    span = int(pos.max() - pos.min()) + 1
    if span >= 2**62 // size:
        return rows.take(pa.array(layout.sort_order(rows)))
    alternates = int(ranks[1].max()) + 1
    key = ((pos - pos.min()) * (int(ranks[0].max()) + 1) + ranks[0]) * alternates + ranks[1]
    # Families rise within each file and from file to file: a stable sort by allele keeps them so.
    order = np.argsort(key, kind="stable")
    family = rows.column("family").to_numpy()[order]
    key = key[order]
    if ((key[1:] == key[:-1]) & (family[1:] < family[:-1])).any():
        order = layout.sort_order(rows)
    return rows.take(pa.array(order))


def _written(table: pa.Table, folder: Path, file: str, kind: str, contig: int, first: int, last: int) -> Part:
    path = folder / file
    layout.write_rows(layout.with_metadata(table, {"filiation.schema": f"cohort_{kind}/1"}), path)
    with open(path, "rb") as handle:
        os.fsync(handle.fileno())
    return Part(file, kind, contig, table.num_rows, path.stat().st_size, sha256(path), first, last)


def _gene_places(rows: pa.Table) -> pa.Table:
    """Between which positions the rows name each gene."""
    table = pa.table({"gene": rows.column("gene"), "contig": rows.column("contig"), "pos": rows.column("pos")})
    found = table.group_by(["gene", "contig"]).aggregate([("pos", "min"), ("pos", "max"), ("pos", "count")])
    found = found.select(["gene", "contig", "pos_min", "pos_max", "pos_count"])
    found = found.rename_columns(["gene", "contig", "first", "last", "rows"])
    return found.set_column(0, "gene", found.column("gene").cast(pa.string()))


def _joined_genes(tables: list[pa.Table]) -> pa.Table:
    """The same over all stretches, in the order of gene and contig."""
    if not tables:
        names = [("gene", pa.string()), ("contig", pa.uint8()), ("first", pa.int32()), ("last", pa.int32())]
        return pa.schema([*names, ("rows", pa.int64())]).empty_table()
    table = pa.concat_tables(tables).group_by(["gene", "contig"])
    found = table.aggregate([("first", "min"), ("last", "max"), ("rows", "sum")])
    found = found.select(["gene", "contig", "first_min", "last_max", "rows_sum"])
    found = found.rename_columns(["gene", "contig", "first", "last", "rows"])
    return found.sort_by([("gene", "ascending"), ("contig", "ascending")])


def _superseded(archive: Any, before: dict[str, Any] | None, view: View) -> list[str]:
    """Segments that no reader that began with the last generation or the new one can need.

    Those that the last generation consumed, or that it holds already; those of analyses that were followed by another.
    """
    found = set(before["consumed"] if before else [])
    known = archive.current_analyses()
    held = dict(zip(view.compacted_families.ids, view.compacted_families.analysis.tolist(), strict=True))
    for path in segments_folder(archive.path).glob("*.parquet"):
        family, _, number = path.name.removesuffix(".parquet").rpartition("-")
        if path.name.endswith(".pack.parquet") or not number.isdigit():
            continue
        if family in known and (int(number) < known[family] or held.get(family) == int(number)):
            found.add(path.name)
    return sorted(found)


def _remove_superseded(archive: Path) -> None:
    """Remove the segments that the pointer says are superseded, and the generations before the last one."""
    current = read_pointer(archive)
    assert current is not None
    # A pointer of an earlier program does not name them: the next compaction does.
    for name in current.get("superseded", []):
        (segments_folder(archive) / name).unlink(missing_ok=True)
    for path in sorted((cohort_folder(archive) / "compacted").iterdir()):
        if path.is_dir() and path.name not in (current["generation"], current["previous"]):
            shutil.rmtree(path)


def remove_old_generations(archive: Path) -> None:
    """Remove every generation but the current one, and the segments it consumed: nothing that was erased is left.

    The pointer then names neither any more: an analysis that is added later under the name of an erased one is not
    taken for a segment that was consumed.
    """
    current = read_pointer(archive)
    folder = cohort_folder(archive) / "compacted"
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_dir() and (current is None or path.name != current["generation"]):
                shutil.rmtree(path)
    if current is None:
        return
    for name in {*current["consumed"], *current.get("superseded", [])}:
        (segments_folder(archive) / name).unlink(missing_ok=True)
    _write_pointer(archive, {**current, "previous": "", "consumed": [], "superseded": []})


def _write_pointer(archive: Path, pointer: dict[str, Any]) -> None:
    """Put a pointer in the place of the current one, in one step."""
    remove_parts(cohort_folder(archive), pointer_path(archive).name)
    with atomic_text(pointer_path(archive)) as handle:
        json.dump(pointer, handle, indent=1, sort_keys=True)
        handle.write("\n")
    sync_folder(cohort_folder(archive))


def _persons(archive: Any, family: str, number: int) -> dict[str, str]:
    """{sample: checksum of its CRAM}, which tells the same person in two families."""
    links = archive.analysis(family, number).manifest["links"]
    return {Path(link["path"]).stem: link["sha256"] for link in links if link["kind"] == "cram"}


def rebuild(archive: Any) -> str:
    """Make the whole index again from the families' own folders, one after the other."""
    from filiation.archive.read import record_table
    from filiation.cohort.index import add_segment

    segments = segments_folder(archive.path)
    segments.mkdir(parents=True, exist_ok=True)
    pointer_path(archive.path).unlink(missing_ok=True)
    current = archive.current_analyses()
    # What is not registered yet may be an analysis that another process is about to register.
    for path in segments.glob("*.parquet"):
        if path.name.endswith(".pack.parquet") or path.name.removesuffix(".parquet").rpartition("-")[0] in current:
            path.unlink()
    for family, number in sorted(current.items()):
        calls, genotypes = (record_table(archive, family, name, number) for name in ("calls", "genotypes"))
        persons = _persons(archive, family, number)
        add_segment(archive.path, archive.family(family).family, number, calls, genotypes, archive.assembly, persons)
        assert (segments / segment_name(family, number)).is_file()
    return compact(archive)
