"""How does a fetched file become one that can be looked up by position: sorted, compressed by bgzip, indexed?

REVEL comes as a zip of one CSV with the positions of two builds, sorted by the older one. AlphaMissense comes without
an index. gnomAD's depth at every site comes with contig and position in one column, of which two numbers are kept.
Nothing is changed in the values; rows without a position on the wanted build are counted, not guessed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import atomic_path, compression, open_text, require_file, sha256
from filiation.resources.manifest import LockEntry, Resource, read_lock, write_lock

PREPARED = "prepared from "
# Column of the position in REVEL's table, by build.
_REVEL_POSITION = {"GRCh38": "grch38_pos", "GRCh37": "hg19_pos"}
_REVEL_COLUMNS = ("chr", "ref", "alt", "aaref", "aaalt", "REVEL")
_COVERAGE_COLUMNS = ("locus", "median_approx", "over_20")
_PREPARED_NAMES = ("revel", "alphamissense", "gnomad_coverage")
_REPAIR = "fetch the file again: filiation resources fetch NAME --to FOLDER"


@dataclass
class Prepared:
    """What was written, and the rows that have no position on the build."""

    path: Path
    rows: int = 0
    without_position: int = 0


def _revel_rows(handle: IO[str], build: str, where: str, prepared: Prepared) -> Iterator[tuple[str, int, str]]:
    """(contig, position, line) of every row of REVEL's CSV that has a position on the build."""
    names = handle.readline().rstrip("\r\n").split(",")
    position = _REVEL_POSITION[build]
    if missing := [name for name in (*_REVEL_COLUMNS, position) if name not in names]:
        raise InputError(
            f"no column {', '.join(missing)}", where=where, expected="REVEL's table of version 1.3", repair=_REPAIR
        )
    contig_at, position_at, value_at = names.index("chr"), names.index(position), names.index("REVEL")
    kept = [names.index(name) for name in _REVEL_COLUMNS[1:]]
    for number, raw in enumerate(handle, 2):
        cells = raw.rstrip("\r\n").split(",")
        if len(cells) != len(names) or not _is_share(cells[value_at]):
            raise InputError(
                f"{len(cells)} cells, REVEL '{cells[value_at] if value_at < len(cells) else ''}'",
                where=f"{where}, line {number}",
                expected=f"{len(names)} cells separated by commas, REVEL a number from 0 to 1",
                repair=_REPAIR,
            )
        if not cells[position_at].isdecimal():
            prepared.without_position += 1
            continue
        prepared.rows += 1
        contig = cells[contig_at]
        yield contig, int(cells[position_at]), "\t".join([contig, cells[position_at], *(cells[k] for k in kept)])


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def prepare_revel(source: str | Path, output: str | Path, build: str) -> Prepared:
    """Write REVEL's scores by the position of one build, bgzipped, with a tabix index.

    A chromosome is sorted in memory: about 1 GB for the largest. The column of the other build is left out, so that the
    file cannot be looked up with positions of the wrong one.
    """
    import pysam

    source = require_file(source, "REVEL's archive")
    prepared = Prepared(Path(output))
    try:
        with zipfile.ZipFile(source) as archive:
            member = max(archive.infolist(), key=lambda info: info.file_size)
            with (
                archive.open(member) as raw,
                io.TextIOWrapper(raw, encoding="utf-8") as handle,
                atomic_path(output) as temporary,
                pysam.BGZFile(str(temporary), "wb", None) as packed,
            ):
                packed.write(("\t".join(("#chr", _REVEL_POSITION[build], *_REVEL_COLUMNS[1:])) + "\n").encode())
                for lines in _sorted_contigs(
                    _revel_rows(handle, build, f"{source}, {member.filename}", prepared), source
                ):
                    packed.write(lines)
    except (zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"zip archive cut or damaged ({error})", where=str(source), repair=_REPAIR) from None
    _index(prepared.path, position_column=1)
    return prepared


def _sorted_contigs(rows: Iterator[tuple[str, int, str]], source: Path) -> Iterator[bytes]:
    """The lines of one contig after the other, by position; a contig that comes back is an error."""
    seen: set[str] = set()
    contig = ""
    batch: list[tuple[int, str]] = []
    for name, position, line in rows:
        if name != contig:
            if batch:
                yield _joined(batch)
            if name in seen:
                raise InputError(
                    f"contig {name} begins a second time",
                    where=str(source),
                    expected="each contig once",
                    repair=_REPAIR,
                )
            seen.add(name)
            contig, batch = name, []
        batch.append((position, line))
    if batch:
        yield _joined(batch)


def _joined(batch: list[tuple[int, str]]) -> bytes:
    batch.sort(key=lambda item: item[0])
    return ("\n".join(line for _, line in batch) + "\n").encode()


def prepare_alphamissense(source: str | Path, output: str | Path) -> Prepared:
    """Index AlphaMissense's table; one that is not bgzipped is written again as such under `output`."""
    import pysam

    source = require_file(source, "AlphaMissense's table")
    prepared = Prepared(Path(output))
    if compression(source) == "bgzf" and Path(output) == source:
        _index(source, position_column=1)
        return prepared
    with (
        open_text(source) as handle,
        atomic_path(output) as temporary,
        pysam.BGZFile(str(temporary), "wb", None) as packed,
    ):
        for line in handle:
            packed.write(line.encode())
            prepared.rows += not line.startswith("#")
    _index(prepared.path, position_column=1)
    return prepared


def prepare_coverage(source: str | Path, output: str | Path) -> Prepared:
    """Write gnomAD's coverage summary as chrom, pos, median_approx and over_20, bgzipped, with a tabix index."""
    import pysam

    source = require_file(source, "gnomAD's coverage summary")
    prepared = Prepared(Path(output))
    with (
        open_text(source) as handle,
        atomic_path(output) as temporary,
        pysam.BGZFile(str(temporary), "wb", None) as packed,
    ):
        names = handle.readline().rstrip("\r\n").split("\t")
        if missing := [name for name in _COVERAGE_COLUMNS if name not in names]:
            raise InputError(
                f"no column {', '.join(missing)}",
                where=str(source),
                expected="gnomAD's coverage summary of version 3 or 4",
                repair=_REPAIR,
            )
        places = [names.index(name) for name in _COVERAGE_COLUMNS]
        packed.write(b"#chrom\tpos\tmedian_approx\tover_20\n")
        for number, raw in enumerate(handle, 2):
            cells = raw.rstrip("\r\n").split("\t")
            contig, sign, position = cells[places[0]].rpartition(":") if len(cells) == len(names) else ("", "", "")
            if not sign or not position.isdecimal():
                raise InputError(
                    f"{len(cells)} cells, locus {cells[0]!r}",
                    where=f"{source}, line {number}",
                    expected=f"{len(names)} cells, the locus as contig:position",
                    repair=_REPAIR,
                )
            packed.write("\t".join((contig, position, cells[places[1]], f"{cells[places[2]]}\n")).encode())
            prepared.rows += 1
    _index(prepared.path, position_column=1)
    return prepared


def _index(path: Path, *, position_column: int) -> None:
    """tabix index of a TSV whose first column is the contig; comment lines begin with #."""
    import pysam

    try:
        pysam.tabix_index(
            str(path), force=True, seq_col=0, start_col=position_column, end_col=position_column, meta_char="#"
        )
    except OSError as error:
        raise InputError(
            f"the file cannot be indexed ({error})", where=str(path), expected="rows by position", repair=_REPAIR
        ) from None


def prepare(resource: Resource, folder: str | Path, build: str, told: Callable[[str], None]) -> Path:
    """Prepare a fetched resource in its folder, record what was written in the lock; returns the file to configure.

    ConfigError for a resource that needs no preparation.
    """
    folder = Path(folder)
    source = folder / next(resource.files()).file
    if resource.name == "revel":
        output = folder / f"revel-{resource.version}.{build}.tsv.gz"
        prepared = prepare_revel(source, output, build)
        told(f"{prepared.rows:,} rows; {prepared.without_position:,} without a position on {build}, left out")
    elif resource.name == "alphamissense":
        output = (
            source if compression(require_file(source, resource.name)) == "bgzf" else folder / f"bgzip.{source.name}"
        )
        prepare_alphamissense(source, output)
    elif resource.name == "gnomad_coverage":
        output = folder / f"gnomad-coverage-{resource.version}.{build}.tsv.gz"
        told(f"{prepare_coverage(source, output).rows:,} sites")
    else:
        raise ConfigError(
            f"{resource.name} needs no preparation",
            expected=f"one of {', '.join(_PREPARED_NAMES)}",
            repair=nearest(resource.name, list(_PREPARED_NAMES)) or "configure the file as it was fetched",
        )
    lock = read_lock(folder)
    for path in (output, output.with_name(f"{output.name}.tbi")):
        if path != source:
            origin = f"{PREPARED}{source.name}"
            lock[path.name] = LockEntry(
                path.name, resource.name, resource.version, sha256(path), path.stat().st_size, origin
            )
    write_lock(folder, lock)
    return output
