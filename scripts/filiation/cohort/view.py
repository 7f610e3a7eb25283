"""What does the index hold at this moment, whatever a writer adds meanwhile?

A view is one generation of compacted partitions and the segments that came after it, with the families whose latest
registered analysis each of them holds. Rows of a family that was forgotten or analysed again do not count, though they
may still stand in a partition. Files are never changed, only added and, two generations later, removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from filiation.cohort.families import Families
from filiation.cohort.layout import CONTIGS, FamilyFacts, ReadsArchive, families_of
from filiation.errors import InputError

INDEX_SCHEMA = "filiation-cohort/1"
_TEXTS = ["ref", "alt", "gene"]
# Rows in memory at once, about 40 bytes each before they are sorted.
WINDOW_ROWS = 4_000_000
_KEPT_PENDING = 4_000_000


@dataclass(frozen=True)
class Part:
    """One file of a generation: a stretch of one contig."""

    file: str
    kind: str
    contig: int
    rows: int
    bytes: int
    sha256: str
    first: int
    last: int


@dataclass(frozen=True)
class Generation:
    """A compacted state of the index."""

    name: str
    folder: Path
    parts: tuple[Part, ...]
    consumed: tuple[str, ...]

    def parts_of(self, kind: str, contig: int | None = None) -> list[Part]:
        """Parts of a kind (`rows`, `counts`, `families`, `genes`), in the order of the genome."""
        return [part for part in self.parts if part.kind == kind and contig in (None, part.contig)]


@dataclass
class Source:
    """One Parquet file of rows; numbers : number in the view of each family number of the file, -1 for not valid."""

    path: Path
    numbers: np.ndarray

    def __post_init__(self) -> None:
        # Held open from the start: a file that is removed meanwhile can still be read to its end.
        self._handle = pa.OSFile(str(self.path))

    @cached_property
    def file(self) -> pq.ParquetFile:
        """The file as Parquet."""
        return _opened(self.path, self._handle)

    @cached_property
    def groups(self) -> np.ndarray:
        """int64 (row groups, 5): first and last contig, first and last position, rows."""
        metadata = self.file.metadata
        place = {metadata.schema.column(i).name: i for i in range(metadata.num_columns)}
        found = []
        for g in range(metadata.num_row_groups):
            group = metadata.row_group(g)
            if not group.num_rows:
                # No contig lies between 1 and 0: an empty group is never read.
                found.append((1, 0, 0, 0, 0))
                continue
            contig, pos = (group.column(place[name]).statistics for name in ("contig", "pos"))
            found.append((contig.min, contig.max, pos.min, pos.max, group.num_rows))
        return np.array(found, dtype=np.int64).reshape(-1, 5)

    def read(self, contig: int, first: int, last: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Valid rows of a stretch, family numbers as in the view; text as dictionaries."""
        g = self.groups
        hit = (g[:, 0] <= contig) & (contig <= g[:, 1])
        one = g[:, 0] == g[:, 1]
        hit &= ~one | ((g[:, 2] <= last) & (g[:, 3] >= first))
        names = None if columns is None else list(dict.fromkeys([*columns, "contig", "pos", "family"]))
        try:
            table = self.file.read_row_groups(np.flatnonzero(hit).tolist(), columns=names, use_threads=True)
        except (OSError, pa.ArrowException) as error:
            raise damaged(self.path, str(error)) from None
        pos = table.column("pos").to_numpy()
        keep = (table.column("contig").to_numpy() == contig) & (pos >= first) & (pos <= last)
        return self._valid(table, keep)

    def _valid(self, table: pa.Table, keep: np.ndarray) -> pa.Table:
        numbers = self.numbers[table.column("family").to_numpy()]
        keep &= numbers >= 0
        place = table.column_names.index("family")
        table = table.set_column(place, table.field(place), pa.array(numbers.astype(np.int32)))
        return table if keep.all() else table.filter(pa.array(keep))

    def read_plain(self, contig: int, first: int, last: int) -> pa.Table:
        """Rows of a stretch of a table without families: the sums of a generation."""
        g = self.groups
        hit = (g[:, 0] <= contig) & (contig <= g[:, 1]) & (g[:, 2] <= last) & (g[:, 3] >= first)
        try:
            table = self.file.read_row_groups(np.flatnonzero(hit).tolist())
        except (OSError, pa.ArrowException) as error:
            raise damaged(self.path, str(error)) from None
        pos = table.column("pos").to_numpy()
        return table.filter(pa.array((table.column("contig").to_numpy() == contig) & (pos >= first) & (pos <= last)))

    def all_rows(self) -> pa.Table:
        """Every valid row."""
        try:
            table = self.file.read()
        except (OSError, pa.ArrowException) as error:
            raise damaged(self.path, str(error)) from None
        return self._valid(table, np.ones(table.num_rows, dtype=bool))


def _opened(path: Path, handle: pa.NativeFile | None = None) -> pq.ParquetFile:
    """A Parquet file of the index; FileNotFoundError passes, damage is an InputError."""
    try:
        metadata = pq.read_metadata(handle or path)
        texts = [name for name in metadata.schema.names if name in _TEXTS]
        return pq.ParquetFile(handle or path, metadata=metadata, read_dictionary=texts, page_checksum_verification=True)
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, str(error)) from None


def damaged(path: Path, found: str) -> InputError:
    """The message for a file of the index that cannot be believed."""
    return InputError(
        f"the file is damaged or was cut: {' '.join(found.split())[:200]}",
        where=str(path),
        expected="a Parquet file of the cohort index as it was written",
        repair="the families' own folders are not touched: filiation archive compact ARCHIVE --rebuild makes the "
        "index from them again",
    )


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables behind one another, each text column with one dictionary."""
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()


@dataclass
class View:
    """The index as one reader sees it."""

    archive: Path
    generation: Generation | None
    families: Families
    compacted: dict[int, list[Source]]
    pending: list[Source]
    compacted_families: Families
    retained: np.ndarray

    @property
    def contigs(self) -> list[int]:
        """Codes of the contigs that may have rows."""
        return list(range(1, len(CONTIGS) + 1))

    @cached_property
    def _pending_rows(self) -> pa.Table | None:
        """All rows of the pending segments when they are few enough to be kept."""
        if sum(source.file.metadata.num_rows for source in self.pending) > _KEPT_PENDING:
            return None
        return joined([source.all_rows() for source in self.pending]) if self.pending else None

    def read(
        self, contig: int, first: int = 0, last: int = 2**31 - 1, columns: Sequence[str] | None = None
    ) -> list[pa.Table]:
        """Valid rows of a stretch, 1-based and closed: those of the generation in order, then those of segments."""
        tables = [source.read(contig, first, last, columns) for source in self.compacted.get(contig, [])]
        return [*tables, *self.read_pending(contig, first, last, columns)]

    def read_pending(
        self, contig: int, first: int = 0, last: int = 2**31 - 1, columns: Sequence[str] | None = None
    ) -> list[pa.Table]:
        """The same of the segments alone."""
        if not self.pending:
            return []
        rows = self._pending_rows
        if rows is None:
            return [source.read(contig, first, last, columns) for source in self.pending]
        pos = rows.column("pos").to_numpy()
        keep = (rows.column("contig").to_numpy() == contig) & (pos >= first) & (pos <= last)
        names = rows.column_names if columns is None else dict.fromkeys([*columns, "contig", "pos", "family"])
        return [rows.select(list(names)).filter(pa.array(keep))]

    @property
    def stale(self) -> np.ndarray:
        """Numbers in the generation of families whose rows there do not count: forgotten, or analysed again."""
        return np.setdiff1d(np.arange(len(self.compacted_families)), self.retained)

    def of_stale(self) -> View:
        """What the generation holds of stale families, as a view of its own."""
        stale = self.stale
        numbers = np.full(max(1, len(self.compacted_families)), -1, dtype=np.int32)
        numbers[stale] = np.arange(len(stale), dtype=np.int32)
        rows = {
            contig: [Source(source.path, numbers) for source in sources] for contig, sources in self.compacted.items()
        }
        return replace(self, families=self.compacted_families.chosen(stale), compacted=rows, pending=[])

    def without(self, numbers: Sequence[int]) -> View:
        """The same view without some families. The numbers of the others stay; those left out count nowhere."""
        gone = np.array(sorted(numbers), dtype=np.int32)

        def masked(source: Source) -> Source:
            return Source(source.path, np.where(np.isin(source.numbers, gone), -1, source.numbers).astype(np.int32))

        return replace(
            self,
            families=self.families.emptied(gone),
            compacted={contig: [masked(source) for source in part] for contig, part in self.compacted.items()},
            pending=[masked(source) for source in self.pending],
        )

    def windows(self, rows: int = WINDOW_ROWS) -> Iterator[tuple[int, int, int]]:
        """(contig, first, last position) of stretches that hold about `rows` rows at most, over the whole genome."""
        sources = [source for part in self.compacted.values() for source in part] + self.pending
        groups = np.concatenate([source.groups for source in sources]) if sources else np.empty((0, 5), dtype=np.int64)
        for contig in self.contigs:
            here = groups[(groups[:, 0] <= contig) & (groups[:, 1] >= contig)]
            if not len(here):
                continue
            alone = here[here[:, 0] == here[:, 1]]
            total = int(here[:, 4].sum()) if len(alone) else 0
            pieces = max(1, -(-total // rows)) if len(alone) else 1
            cuts = _cuts(alone, pieces)
            for first, last in zip([0, *cuts], [*[cut - 1 for cut in cuts], 2**31 - 1], strict=True):
                yield contig, first, last


def _cuts(groups: np.ndarray, pieces: int) -> list[int]:
    """Positions that cut the row groups of one contig into pieces of about equal numbers of rows."""
    if pieces < 2:
        return []
    order = np.argsort(groups[:, 2], kind="stable")
    middle = (groups[order, 2] + groups[order, 3]) // 2
    filled = np.cumsum(groups[order, 4])
    wanted = filled[-1] * np.arange(1, pieces) / pieces
    places = np.searchsorted(filled, wanted)
    return sorted({int(middle[min(place, len(middle) - 1)]) for place in places} - {0})


def cohort_folder(archive: Path) -> Path:
    """Folder of the index in an archive."""
    return archive / "cohort"


def pointer_path(archive: Path) -> Path:
    """The file that names the current generation."""
    return cohort_folder(archive) / "current.json"


def segments_folder(archive: Path) -> Path:
    """Folder of the segments that are not compacted yet, or were lately."""
    return cohort_folder(archive) / "segments"


def read_pointer(archive: Path) -> dict[str, Any] | None:
    """What current.json says, None when nothing was compacted yet."""
    path = pointer_path(archive)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise damaged(path, "not UTF-8 text") from None
    try:
        data: dict[str, Any] = json.loads(text)
        found = data["schema"]
    except (ValueError, KeyError, TypeError):
        raise damaged(path, "not the JSON that was written") from None
    if found != INDEX_SCHEMA:
        raise InputError(
            f"schema '{found}'",
            where=str(path),
            expected=f"schema '{INDEX_SCHEMA}'",
            repair="use the version of filiation that wrote it, or filiation archive compact ARCHIVE --rebuild",
        )
    return data


def generation_of(archive: Path, pointer: dict[str, Any]) -> Generation:
    """The generation that a pointer names."""
    folder = cohort_folder(archive) / "compacted" / pointer["generation"]
    return Generation(
        pointer["generation"],
        folder,
        tuple(Part(**part) for part in pointer["parts"]),
        tuple(pointer["consumed"]),
    )


def open_view(archive: ReadsArchive, *, tries: int = 5) -> View:
    """The index as it is now.

    The database is asked first: a segment stands on disk before its analysis is registered, so that every analysis
    that is registered is found in a segment or in a generation. A reader that is overtaken by two compactions begins
    again. InputError names the families that the index lacks, and the command that makes it again.
    """
    for attempt in range(tries):
        current = dict(archive.current_analyses())
        try:
            return _view(archive.path, current)
        except (FileNotFoundError, InputError):
            # Overtaken: what the database said a moment ago may have been replaced since.
            if attempt + 1 == tries or (attempt and dict(archive.current_analyses()) == current):
                raise
    raise AssertionError("unreachable")


def _view(archive: Path, current: dict[str, int]) -> View:
    pointer = read_pointer(archive)
    generation = generation_of(archive, pointer) if pointer else None
    compacted = Families.of([])
    if generation:
        part = generation.parts_of("families")[0]
        compacted = Families.from_table(_opened(generation.folder / part.file).read())
    missing = dict(current)
    # Valid: the family's latest analysis is the one that this source holds.
    valid = np.array(
        [missing.get(name) == number for name, number in zip(compacted.ids, compacted.analysis.tolist(), strict=True)],
        dtype=bool,
    )
    retained = np.flatnonzero(valid)
    for number in retained.tolist():
        del missing[compacted.ids[number]]
    numbers = np.full(max(1, len(compacted)), -1, dtype=np.int32)
    numbers[retained] = np.arange(len(retained), dtype=np.int32)
    tables = [compacted.chosen(retained)]
    pending, offset = [], len(retained)
    for path in sorted(segments_folder(archive).glob("*.parquet")):
        if not missing:
            break
        facts = _families_wanted(path, missing)
        if facts is None:
            continue
        source = Source(path, np.full(len(facts), -1, dtype=np.int32))
        chosen = [local for local, item in enumerate(facts) if missing.get(item.family) == item.analysis]
        source.numbers[chosen] = np.arange(offset, offset + len(chosen), dtype=np.int32)
        if not chosen:
            continue
        for local in chosen:
            del missing[facts[local].family]
        tables.append(Families.of([facts[local] for local in chosen]))
        pending.append(source)
        offset += len(chosen)
    if missing:
        raise _lacking(archive, missing)
    rows: dict[int, list[Source]] = {}
    if generation:
        for part in generation.parts_of("rows"):
            rows.setdefault(part.contig, []).append(Source(generation.folder / part.file, numbers))
    return View(archive, generation, Families.joined(tables), rows, pending, compacted, retained)


def segment_name(family: str, analysis: int) -> str:
    """File of the segment of one analysis."""
    return f"{family}-{analysis:04d}.parquet"


def _families_wanted(path: Path, missing: dict[str, int]) -> list[FamilyFacts] | None:
    """Families of a segment, None when its name says that it holds none of those looked for; packs are opened."""
    if not path.name.endswith(".pack.parquet"):
        family, _, analysis = path.name.removesuffix(".parquet").rpartition("-")
        if not analysis.isdigit() or missing.get(family) != int(analysis):
            return None
    source = _opened(path)
    return families_of(source.schema_arrow.metadata, str(path))


def _lacking(archive: Path, missing: dict[str, int]) -> InputError:
    some = ", ".join(f"{family} (analysis {number})" for family, number in sorted(missing.items())[:5])
    return InputError(
        f"the cohort index lacks {len(missing)} registered families: {some}",
        where=str(cohort_folder(archive)),
        expected="a segment or a partition with the latest analysis of every family",
        repair=f"filiation archive compact {archive} --rebuild makes it again from the families' folders",
    )
