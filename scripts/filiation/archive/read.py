"""How do stored calls become files again that every step of a family can read?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from filiation.archive.parts import read_part
from filiation.archive.store import Archive
from filiation.errors import InputError
from filiation.io.files import atomic_path, private_directory
from filiation.io.tools import run_tool
from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_EXCLUDED, ARCHIVE_GENOTYPES, VCF_HEADER
from filiation.model.contigs import bare_name

# contig, first and last base, 1-based.
Region = tuple[str, int, int]
_PARTS = {"calls": ARCHIVE_CALLS, "genotypes": ARCHIVE_GENOTYPES, "excluded": ARCHIVE_EXCLUDED}
_BATCH = 10_000


def record_table(
    archive: Archive, family: str, part: str, number: int | None = None, *, columns: Sequence[str] | None = None
) -> Any | None:
    """`calls`, `genotypes` or `excluded` of an analysis as an Arrow table; None when the analysis has no such part."""
    path = archive.part_path(family, part, number)
    return None if path is None else read_part(path, _PARTS[part], columns)


def calls_table(archive: Archive, family: str, number: int | None = None) -> Any:
    """The survivors of the screen with their evidence (archive_calls/1); an analysis without them is an InputError."""
    table = record_table(archive, family, "calls", number)
    if table is None:
        raise InputError(
            f"analysis {archive.analysis(family, number).number} of family {family} was kept without calls",
            where=str(archive.path),
            expected="calls that were annotated",
            repair="add the finished run of the family: filiation archive add",
        )
    return table


def excluded_rows(archive: Archive, family: str, number: int | None = None) -> Iterator[dict[str, Any]]:
    """Rows of the screen's removed records that are kept with their reason alone, as the table excluded/1 has them."""
    table = record_table(archive, family, "excluded", number)
    for row in table.to_pylist() if table is not None else []:
        ref, _, alt = row["change"].partition(">")
        yield {"chrom": row["contig"], "pos": row["pos"], "ref": ref, "alt": alt, "reason": row["reason"]}


def annotated_vcf(
    archive: Archive,
    family: str,
    number: int | None,
    output: str | Path,
    *,
    regions: Iterable[Region] | None = None,
) -> int:
    """Write the annotated calls of an analysis again, record for record, with an index; returns how many records.

    output : .bcf or .vcf.gz. regions : only records that touch one of them.
    """
    return write_records(calls_table(archive, family, number), output, regions=regions)


def write_records(table: Any, output: str | Path, *, regions: Iterable[Region] | None = None) -> int:
    """Write a table of records (archive_calls/1 or archive_genotypes/1) as BCF or bgzipped VCF with an index."""
    if regions is not None:
        table = table.filter(_touching(table, list(regions)))
    header = table.schema.metadata[VCF_HEADER.encode()].decode()
    output = Path(output)
    kind = "b" if output.suffix == ".bcf" else "z"
    with private_directory("archive") as folder, atomic_path(output) as temporary:
        text = folder / "records.vcf"
        with open(text, "w", encoding="utf-8", newline="\n") as sink:
            sink.write(header)
            sink.writelines(_lines(table))
        run_tool(
            ["bcftools", "view", "--no-version", "--no-update", "-O", kind, "-o", temporary, text],
            purpose="write the stored calls",
            where=str(output),
        )
    run_tool(["bcftools", "index", "--force", "--csi", output], purpose="index the calls", where=str(output))
    return int(table.num_rows)


def _lines(table: Any) -> Iterator[str]:
    """The records as lines of a VCF."""
    names = ("contig", "pos", "record_id", "ref", "alt", "qual", "filter", "info", "format", "samples")
    for batch in table.select(names).to_batches(max_chunksize=_BATCH):
        columns = [batch.column(place).to_pylist() for place in range(len(names))]
        for contig, pos, record_id, ref, alt, qual, filters, info, layout, samples in zip(*columns, strict=True):
            shown = "." if qual is None else str(np.float32(qual))
            cells = [contig, str(pos), record_id, ref, alt, shown, filters, info]
            yield "\t".join([*cells, layout, *samples] if samples else cells) + "\n"


def _touching(table: Any, regions: Sequence[Region]) -> np.ndarray:
    """Which records touch one of the regions."""
    first = table.column("pos").to_numpy().astype(np.int64)
    last = first + np.array([len(ref) for ref in table.column("ref").to_pylist()], dtype=np.int64) - 1
    contigs = np.array([bare_name(name) for name in table.column("contig").to_pylist()], dtype=object)
    chosen = np.zeros(table.num_rows, dtype=bool)
    for contig, start, end in regions:
        chosen |= (contigs == bare_name(contig)) & (first <= end) & (last >= start)
    return chosen
