"""How are tables written as Parquet so that equal rows give equal bytes, and read back so that nothing is believed
that is not what was written?"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from filiation.errors import InputError
from filiation.model.archive_tables import HEADER_KEY, SCHEMA_KEY, TABLE_TYPES, VCF_HEADER, ArchiveTable
from filiation.model.table_schema import TableSchema

ROW_GROUP = 65_536
# zstd: a table of a whole genome is worth the time of the higher level, a small one is small anyway (own choice).
_LEVEL, _LEVEL_OF_LARGE = 9, 19
SMALL_ROWS = 20_000
_PACKED_HEADER = b"filiation.vcf_header.deflate"
_TYPES: dict[str, Any] = {
    "string": pa.string(),
    "int8": pa.int8(),
    "uint8": pa.uint8(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "list<string>": pa.list_(pa.string()),
}


def arrow_schema(table: ArchiveTable | TableSchema, metadata: Mapping[str, str] | None = None) -> Any:
    """The Arrow schema of a part, with its label and `metadata` as key-value pairs."""
    if isinstance(table, ArchiveTable):
        fields = [pa.field(column.name, _TYPES[column.type], column.nullable) for column in table.columns]
    else:
        fields = [pa.field(column.name, _TYPES[TABLE_TYPES[column.kind]], True) for column in table.columns]
    return pa.schema(fields, metadata={SCHEMA_KEY: table.label, **(metadata or {})})


def arrow_table(
    table: ArchiveTable | TableSchema,
    columns: Mapping[str, Any] | Iterable[Mapping[str, Any]],
    metadata: Mapping[str, str] | None = None,
) -> Any:
    """An Arrow table of a schema out of columns {name: values} or out of rows; a missing cell is null."""
    schema = arrow_schema(table, metadata)
    if isinstance(columns, Mapping):
        return pa.Table.from_arrays([pa.array(columns[field.name], type=field.type) for field in schema], schema=schema)
    rows = list(columns)
    return pa.Table.from_arrays(
        [pa.array([row.get(field.name) for row in rows], type=field.type) for field in schema], schema=schema
    )


def write_part(path: Path, table: Any, *, delta: Sequence[str] = (), plain: Sequence[str] = ()) -> None:
    """Write an Arrow table: zstd, row groups of 65,536, statistics, no time and no path in the bytes.

    delta : integer columns that are stored as differences of neighbours; sorted positions become small. plain : columns
    whose values hardly repeat, without a dictionary.
    """
    metadata = _packed(table.schema.metadata or {})
    table = table.replace_schema_metadata(None)
    apart = {*delta, *plain}
    with pq.ParquetWriter(
        path,
        table.schema,
        compression="zstd",
        compression_level=_LEVEL if table.num_rows <= SMALL_ROWS else _LEVEL_OF_LARGE,
        use_dictionary=[name for name in table.column_names if name not in apart],
        column_encoding=dict.fromkeys(delta, "DELTA_BINARY_PACKED") or None,
        write_statistics=True,
        # Types are those of the archive's own schemas: a second copy of schema and metadata would say nothing new.
        store_schema=False,
        data_page_version="2.0",
        version="2.6",
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)
        writer.add_key_value_metadata(dict(sorted(metadata.items())))


def _packed(metadata: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Metadata as stored: the header of a VCF deflated, because Parquet compresses no metadata."""
    header = metadata.get(VCF_HEADER.encode())
    kept = {key: value for key, value in metadata.items() if key != VCF_HEADER.encode()}
    return kept if header is None else {**kept, _PACKED_HEADER: b64encode(zlib.compress(header, 9))}


def _unpacked(metadata: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Metadata as `_packed` got it."""
    header = metadata.get(_PACKED_HEADER)
    kept = {key: value for key, value in metadata.items() if key != _PACKED_HEADER}
    return kept if header is None else {**kept, VCF_HEADER.encode(): zlib.decompress(b64decode(header))}


def read_part(path: Path, table: ArchiveTable | TableSchema, columns: Sequence[str] | None = None) -> Any:
    """An Arrow table out of a part; a damaged file or another schema is an InputError that says how to repair it."""
    with _opened(path) as source:
        metadata = part_metadata(source)
        check_label(path, metadata, table.label)
        try:
            found = source.read(columns=list(columns) if columns is not None else None)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from None
    fields = [field for field in arrow_schema(table) if field.name in found.column_names]
    ordered = found.select([field.name for field in fields])
    return ordered.cast(pa.schema(fields)).replace_schema_metadata(_unpacked(metadata))


def part_metadata(source: Any) -> dict[bytes, bytes]:
    """Key-value pairs of an opened Parquet file as they are stored."""
    return dict(source.metadata.metadata or {})


def _opened(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> InputError:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(
        f"the part {'is missing' if not path.exists() else 'cannot be read'} ({first})",
        where=str(path),
        expected="the Parquet file as it was written",
        repair="bring the file back from a copy, or add the analysis again; filiation archive verify names all such "
        "files",
    )


def check_label(path: Path, metadata: Mapping[bytes, bytes], label: str) -> None:
    """Stop at a part of another schema or version."""
    found = metadata.get(SCHEMA_KEY.encode(), b"none").decode()
    if found != label:
        raise InputError(
            f"part of schema '{found}'",
            where=str(path),
            expected=f"schema '{label}'",
            repair="read it with the version of filiation that wrote it, or add the analysis again",
        )


def read_header(path: Path) -> dict[str, str]:
    """The `##key=value` lines that a table of the report had."""
    with _opened(path) as source:
        content = part_metadata(source).get(HEADER_KEY.encode(), b"{}")
    return dict(json.loads(content))


def read_table_part(path: Path, schema: TableSchema) -> list[dict[str, Any]]:
    """Rows of an archived table of the report; a missing cell is None."""
    rows: list[dict[str, Any]] = read_part(path, schema).to_pylist()
    return rows
