"""What does a replay need of a stored analysis: its records, its tables, and what it was judged with?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filiation.errors import InputError
from filiation.model.archive_tables import VCF_HEADER
from filiation.model.pedigree import Family
from filiation.reanalysis.records import Record, text_of

if TYPE_CHECKING:
    from filiation.archive.records import AnalysisRecord
    from filiation.archive.store import Archive

Row = dict[str, Any]


@dataclass
class StoredAnalysis:
    """The last analysis of a family, as far as judging it again asks for it.

    calls, removed_calls : records that survived the screen, and those that it removed and that are kept. resources :
    rows of its versions table. settings : what `prioritise` was told beside its files.
    """

    family: Family
    number: int
    date: str
    program: str
    header: str
    calls: list[Record]
    removed_calls: list[Record]
    candidates: list[Row]
    quality: list[Row] = field(default_factory=list)
    segments: list[Row] = field(default_factory=list)
    recheck: list[Row] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)
    pre_indication: str = ""

    @property
    def samples(self) -> list[str]:
        """Samples in the order of the stored columns."""
        return header_samples(self.header)


def header_samples(header: str) -> list[str]:
    """Samples of a VCF header."""
    line = next(line for line in header.splitlines() if line.startswith("#CHROM"))
    return line.split("\t")[9:]


def records_of(table: Any) -> list[Record]:
    """Records of an Arrow table archive_calls/1 or archive_genotypes/1."""
    names = set(table.column_names)
    count = table.num_rows

    def column(name: str, otherwise: Any = None) -> list[Any]:
        found: list[Any] = table.column(name).to_pylist() if name in names else [otherwise] * count
        return found

    rows = zip(
        column("contig"), column("pos"), column("ref"), column("alt"), column("qual"), column("filter"),
        column("info"), column("format"), column("samples"), column("record_id", "."), column("gene", ()),
        column("reason", ""), strict=True,
    )  # fmt: skip
    return [
        Record(contig, pos, ref, alt, text_of(qual), filters or ".", info or ".", form, tuple(cells),
               identifier or ".", tuple(symbols or ()), reason)
        for contig, pos, ref, alt, qual, filters, info, form, cells, identifier, symbols, reason in rows
    ]  # fmt: skip


def header_of(table: Any, where: str) -> str:
    """VCF header that stands in the metadata of a table of records."""
    found = (table.schema.metadata or {}).get(VCF_HEADER.encode())
    if found is None:
        raise InputError(
            "no VCF header in the metadata",
            where=where,
            expected=f"key {VCF_HEADER}",
            repair="add the analysis to the archive again",
        )
    return str(found.decode())


def load_stored(archive: Archive, name: str, *, removed: bool = False, number: int | None = None) -> StoredAnalysis:
    """A stored analysis, the latest unless a number is given. removed : read the screen's removed records too."""
    from filiation.archive.parts import read_part
    from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_GENOTYPES
    from filiation.model.columns import CANDIDATES, QUALITY, RECHECK, SEGMENTS

    record = archive.analysis(name, number)
    place = _part_path(archive, record, "calls")
    table = read_part(place, ARCHIVE_CALLS)
    genotypes = _optional_part(archive, record, "genotypes") if removed else None
    return StoredAnalysis(
        archive.family(name).family,
        record.number,
        record.date,
        record.program,
        header_of(table, str(place)),
        records_of(table),
        records_of(read_part(genotypes, ARCHIVE_GENOTYPES)) if genotypes else [],
        archive.table(name, CANDIDATES, record.number),
        archive.table(name, QUALITY, record.number),
        archive.table(name, SEGMENTS, record.number),
        archive.table(name, RECHECK, record.number),
        list(record.resources),
        dict(record.manifest.get("settings") or {}),
        record.panel or record.pre_indication,
    )


def _part_path(archive: Archive, record: AnalysisRecord, name: str) -> Path:
    path = _optional_part(archive, record, name)
    if path is None:
        raise InputError(
            f"analysis {record.number} of family {record.family} has no {name}",
            where=str(archive.path),
            expected="the part that `filiation archive add` writes",
            repair=f"filiation archive verify {archive.path} --family {record.family}",
        )
    return path


def _optional_part(archive: Archive, record: AnalysisRecord, name: str) -> Path | None:
    found: Path | None = archive.part_path(record.family, name, record.number)
    return found


def checksum_of(resources: Sequence[Mapping[str, Any]], prefix: str, kind: str = "") -> str:
    """SHA-256 of the first resource whose name starts with `prefix` (and is of a kind); '' when there is none."""
    for row in resources:
        if str(row["name"]).startswith(prefix) and (not kind or row["kind"] == kind):
            return str(row.get("sha256") or "")
    return ""
