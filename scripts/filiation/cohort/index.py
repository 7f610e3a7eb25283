"""Which families carry an allele, or a rare allele in a gene? And what is added when a family is analysed?

A question reads the row groups that can hold the answer, and no others: partitions are sorted by position, and the
index knows between which positions the alleles of each gene lie.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from filiation.cohort import layout
from filiation.cohort.segment import IndexThresholds, load_thresholds, segment_of
from filiation.cohort.view import View, joined, open_view, segment_name, segments_folder
from filiation.errors import InputError
from filiation.model.pedigree import Family

THRESHOLDS = Path(__file__).resolve().parents[3] / "resources" / "scoring" / "cohort-1.yaml"
# Alleles of a question that are looked up by position; more are joined with whole stretches.
_FEW = 2_000
_RESULT_TEXTS = ("ref", "alt", "gene")


def add_segment(
    archive: Path,
    family: Family,
    number: int,
    calls: pa.Table,
    genotypes: pa.Table | None,
    assembly: str,
    persons: Mapping[str, str] | None = None,
    thresholds: IndexThresholds | None = None,
    *,
    durable: bool = True,
) -> None:
    """Write what analysis `number` of a family adds to the index; readers ignore it until the analysis is registered.

    The contigs with data are those that any record of calls or genotypes lies on. persons : {sample: identity that
    another family may share}; a person without one is never taken for somebody else. durable : False leaves it to
    the caller to make a batch safe on disk before it registers it.
    """
    names = [
        name for table in (calls, genotypes) if table is not None for name in pc.unique(table["contig"]).to_pylist()
    ]
    facts = layout.facts_of(family, number, names, persons)
    rows = segment_of(calls, genotypes, facts, thresholds or load_thresholds(THRESHOLDS), assembly)
    write_segment(archive, rows, durable=durable)


def write_segment(archive: Path, segment: pa.Table, pack: str = "", *, durable: bool = True) -> Path:
    """Write a segment under the name of its analysis, or of a pack of several families; complete or not at all."""
    facts = layout.families_of(segment.schema.metadata, "a segment in memory")
    if not pack and len(facts) != 1:
        raise ValueError("a segment of several families needs the name of a pack")
    name = f"{pack}.pack.parquet" if pack else segment_name(facts[0].family, facts[0].analysis)
    folder = segments_folder(archive)
    remove_parts(folder, name)
    if durable:
        layout.write_rows_atomically(segment, folder / name)
        sync_folder(folder)
    else:
        temporary = folder / f".{name}.{os.getpid()}.part"
        layout.write_rows(segment, temporary)
        temporary.replace(folder / name)
    return folder / name


def remove_parts(folder: Path, name: str) -> None:
    """Remove what killed writers of a file left beside it; the caller is its only writer."""
    for path in folder.glob(f".{glob.escape(name)}.*.part"):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder safe on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_segment(archive: Path, family: str, number: int) -> None:
    """Remove the segment of an analysis that was not registered; none is no fault."""
    (segments_folder(archive) / segment_name(family, number)).unlink(missing_ok=True)


def variants_table(variants: Any) -> pa.Table:
    """Alleles asked for as a table: contig code, pos, ref, alt; each once, in the order of the genome."""
    if isinstance(variants, pa.Table):
        table = variants.select(list(layout.ALLELE))
        if not pa.types.is_integer(table.schema.field("contig").type):
            table = table.set_column(0, "contig", pa.array(layout.contig_column(table.column("contig"))))
    else:
        rows = list(variants)
        codes = pa.array([layout.contig_code(str(row[0])) for row in rows], pa.uint8())
        columns = [pa.array([row[place] for row in rows], kind) for place, kind in
                   ((1, pa.int32()), (2, pa.string()), (3, pa.string()))]  # fmt: skip
        table = pa.table([codes, *columns], names=list(layout.ALLELE))
    fields = [layout.COLUMNS.field(name) for name in layout.ALLELE]
    table = table.cast(pa.schema([field.with_nullable(True) for field in fields])).combine_chunks()
    return table.group_by(list(layout.ALLELE)).aggregate([]).sort_by([(name, "ascending") for name in layout.ALLELE])


def matching_rows(view: View, variants: pa.Table, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Rows of the index with one of the alleles, sorted, contig by contig. variants : as `variants_table` makes it."""
    codes = variants.column("contig").to_numpy()
    for contig in np.unique(codes[codes > 0]).tolist():
        wanted = variants.filter(pa.array(codes == contig))
        pos = wanted.column("pos").to_numpy()
        stretches: Sequence[tuple[int, int]] = [(place, place) for place in np.unique(pos).tolist()]
        if len(pos) > _FEW:
            stretches = [(a, b) for code, a, b in view.windows() if code == contig]
        found = []
        for first, last in stretches:
            for rows in view.read(contig, first, last, columns):
                if rows.num_rows:
                    found.append(_with_allele(rows, wanted.filter(pa.array((pos >= first) & (pos <= last)))))
        found = [rows for rows in found if rows.num_rows]
        if found:
            rows = joined(found)
            yield rows.take(pa.array(layout.sort_order(rows)))


def _with_allele(rows: pa.Table, wanted: pa.Table) -> pa.Table:
    """Rows whose position, REF and ALT are wanted."""
    near = np.isin(rows.column("pos").to_numpy(), wanted.column("pos").to_numpy())
    rows = rows.filter(pa.array(near))
    if not rows.num_rows:
        return rows
    texts = [pc.cast(rows.column(name), pa.string()) for name in ("ref", "alt")]
    here = pc.binary_join_element_wise(rows.column("pos").cast(pa.string()), *texts, "-")
    there = pc.binary_join_element_wise(
        wanted.column("pos").cast(pa.string()), wanted.column("ref"), wanted.column("alt"), "-"
    )
    return rows.filter(pc.is_in(here, value_set=there.combine_chunks()))


def result_table(view: View, rows: pa.Table) -> pa.Table:
    """Rows of the index as an answer: contig names, family ids and analyses, members' states in words."""
    numbers = rows.column("family").to_numpy()
    names = pa.array(["other", *layout.CONTIGS]).take(pa.array(rows.column("contig").to_numpy().astype(np.int32)))
    columns: dict[str, Any] = {"contig": names}
    words = pa.array([layout.STATE_WORDS.get(code, "no_data") for code in range(10)])
    for name in rows.column_names:
        if name in _RESULT_TEXTS:
            columns[name] = rows.column(name).cast(pa.string())
        elif name in ("proband", "father", "mother", "sibling"):
            columns[name] = words.take(pa.array(rows.column(name).to_numpy().astype(np.int32)))
        elif name == "family":
            columns[name] = pa.array(view.families.ids, type=pa.string()).take(rows.column("family"))
            columns["analysis"] = pa.array(view.families.analysis[numbers])
        elif name != "contig":
            columns[name] = rows.column(name)
    return pa.table(columns)


def _empty(view: View) -> pa.Table:
    return result_table(view, layout.COLUMNS.empty_table())


def carriers(archive: layout.ReadsArchive, variants: Any) -> pa.Table:
    """Families in whose members an allele was seen, or in which a member has no data at it; a row for each.

    variants : table with contig, pos, ref, alt, or such tuples. Columns: contig, pos, ref, alt, family, analysis; in
    words what proband, father, mother and sibling show; flags, gene, consequence, clinvar, clinvar_stars, af.
    """
    view = open_view(archive)
    found = [result_table(view, rows) for rows in matching_rows(view, variants_table(variants))]
    return pa.concat_tables(found) if found else _empty(view)


def families_with_gene(archive: layout.ReadsArchive, gene: str) -> pa.Table:
    """Rows of all families with a rare allele in a gene, by the symbol under which it was annotated; as `carriers`."""
    view = open_view(archive)
    found = []
    for contig, first, last in gene_stretches(view, gene):
        tables = [rows for rows in view.read(contig, first, last) if rows.num_rows]
        for rows in tables:
            found.append(rows.filter(_names_gene(rows.column("gene"), gene)))
    found = [rows for rows in found if rows.num_rows]
    if not found:
        return _empty(view)
    rows = joined(found)
    return result_table(view, rows.take(pa.array(layout.sort_order(rows))))


def _names_gene(column: pa.ChunkedArray, gene: str) -> pa.Array:
    """Whether each cell, symbols joined by commas, names the gene."""
    encoded = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    hit = np.array([gene in cell.split(",") for cell in encoded.dictionary.to_pylist()] or [False], dtype=bool)
    return pa.array(hit[encoded.indices.to_numpy(zero_copy_only=False)])


def gene_stretches(view: View, gene: str) -> list[tuple[int, int, int]]:
    """(contig, first, last position) between which the index has alleles of a gene."""
    found: dict[int, tuple[int, int]] = {}

    def widen(contig: int, first: int, last: int) -> None:
        low, high = found.get(contig, (first, last))
        found[contig] = (min(low, first), max(high, last))

    if view.generation:
        part = view.generation.parts_of("genes")[0]
        places = pq.read_table(view.generation.folder / part.file)
        hits = places.filter(_names_gene(places.column("gene"), gene)).to_pylist()
        for row in hits:
            widen(row["contig"], row["first"], row["last"])
    for contig in view.contigs:
        for rows in view.read_pending(contig, columns=["gene"]):
            hit = rows.filter(_names_gene(rows.column("gene"), gene)).column("pos").to_numpy()
            if len(hit):
                widen(contig, int(hit.min()), int(hit.max()))
    return [(contig, *found[contig]) for contig in sorted(found)]


def forget_family(archive: Any, family: str) -> None:
    """Erase every row of a family from the index, and every earlier file that holds one.

    The family must be gone from the database, so that no reader looks for it, and its lock held. Its segments are
    removed, packs written without it, the partitions written again, and all earlier generations removed.
    """
    from filiation.cohort.compact import compact, remove_old_generations

    if family in archive.current_analyses():
        raise InputError(
            f"family '{family}' is still registered",
            where=str(archive.path),
            expected="a family that was removed from the database",
            repair=f"filiation archive forget {archive.path} {family}",
        )
    _remove_from_segments(archive.path, family)
    view = open_view(archive)
    if view.generation is not None and family in view.compacted_families.ids:
        compact(archive)
    remove_old_generations(archive.path)


def _remove_from_segments(archive: Path, family: str) -> None:
    """Remove the segments of a family, half written ones too; a pack is written again without its rows."""
    half = re.compile(rf"\.{re.escape(family)}-\d+\.parquet\.\d+\.part")
    for path in sorted(segments_folder(archive).glob(".*.part")):
        if half.fullmatch(path.name):
            path.unlink(missing_ok=True)
    for path in sorted(segments_folder(archive).glob("*.parquet")):
        if not path.name.endswith(".pack.parquet"):
            if path.name.removesuffix(".parquet").rpartition("-")[0] == family:
                path.unlink()
            continue
        facts = layout.families_of(pq.read_schema(path).metadata, str(path))
        if all(item.family != family for item in facts):
            continue
        kept = [number for number, item in enumerate(facts) if item.family != family]
        renumbered = np.full(len(facts), -1, dtype=np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        rows = pq.read_table(path)
        numbers = renumbered[rows.column("family").to_numpy()]
        place = rows.column_names.index("family")
        rows = rows.set_column(place, rows.field(place), pa.array(numbers)).filter(pa.array(numbers >= 0))
        rows = layout.with_metadata(rows, layout.segment_metadata([facts[number] for number in kept]))
        layout.write_rows_atomically(rows, path)
