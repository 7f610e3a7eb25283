"""What does a family add to the cohort index: which columns, which codes, which Parquet?

One row for each rare allele that a member of the family carries, or at which a member has no data. Rows are sorted by
contig, position, REF, ALT and family. A segment says in its metadata which families it holds, how each is made up and
on which contigs it has data: without that no denominator could be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from filiation.errors import InputError
from filiation.io.files import atomic_path
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Affection, Family, Role, Sex

SEGMENT_SCHEMA = "cohort_segment/1"
ROW_GROUP = 65_536

# What a member's data say of the allele; the first four are those of model.inheritance.CarrierState.
ABSENT, LOW_FRACTION, CARRIER, HOMOZYGOUS, HEMIZYGOUS, UNKNOWN, NOT_SEQUENCED = 0, 1, 2, 3, 4, 8, 9
STATE_WORDS = {
    ABSENT: "absent",
    LOW_FRACTION: "low_fraction",
    CARRIER: "carrier",
    HOMOZYGOUS: "homozygous",
    HEMIZYGOUS: "hemizygous",
    UNKNOWN: "no_data",
    NOT_SEQUENCED: "not_sequenced",
}

# Bits of `flags`.
DE_NOVO, AFFECTED_CARRIER, UNAFFECTED_CARRIER, SURVIVED, NEAR_GENE, IN_CLINVAR = 1, 2, 4, 8, 16, 32

# What ClinVar said of the allele when the family was analysed.
CLINVAR_CODES = {
    "not_listed": 0,
    "benign": 1,
    "likely_benign": 2,
    "uncertain": 3,
    "conflicting": 4,
    "likely_pathogenic": 5,
    "pathogenic": 6,
    "other": 7,
    "listed": 8,
    "not_looked_up": 255,
}
NO_STARS, NO_CONSEQUENCE = 255, 255

CONTIGS = (*(str(number) for number in range(1, 23)), "X", "Y", "MT")
_CONTIG_CODES = {name: code for code, name in enumerate(CONTIGS, 1)}
CONTIG_X, CONTIG_Y, CONTIG_MT = (_CONTIG_CODES[name] for name in ("X", "Y", "MT"))

COLUMNS = pa.schema(
    [
        pa.field("contig", pa.uint8(), nullable=False),
        pa.field("pos", pa.int32(), nullable=False),
        pa.field("ref", pa.string(), nullable=False),
        pa.field("alt", pa.string(), nullable=False),
        pa.field("family", pa.int32(), nullable=False),
        pa.field("proband", pa.uint8(), nullable=False),
        pa.field("father", pa.uint8(), nullable=False),
        pa.field("mother", pa.uint8(), nullable=False),
        pa.field("sibling", pa.uint8(), nullable=False),
        pa.field("flags", pa.uint8(), nullable=False),
        pa.field("gene", pa.string(), nullable=False),
        pa.field("consequence", pa.uint8(), nullable=False),
        pa.field("clinvar", pa.uint8(), nullable=False),
        pa.field("clinvar_stars", pa.uint8(), nullable=False),
        pa.field("af", pa.float32(), nullable=True),
    ]
)
SORT_KEYS = ("contig", "pos", "ref", "alt", "family")
ALLELE = ("contig", "pos", "ref", "alt")


class ReadsArchive(Protocol):
    """What the index asks of an archive."""

    @property
    def path(self) -> Path:
        """Folder of the archive."""

    def current_analyses(self) -> Mapping[str, int]:
        """{family id: number of its latest registered analysis}; a forgotten family is not in it."""


@dataclass(frozen=True)
class CohortMember:
    """One sequenced person. person : what tells the same person in two families (a checksum), '' when not known."""

    sample: str
    role: str
    sex: str
    affection: str
    person: str = ""


@dataclass(frozen=True)
class FamilyFacts:
    """A family as the counts need it. contigs : codes of the contigs on which the analysis has any record."""

    family: str
    members: tuple[CohortMember, ...]
    analysis: int = 1
    contigs: tuple[int, ...] = ()

    def member(self, role: str) -> CohortMember | None:
        """The first member in a role."""
        return next((member for member in self.members if member.role == role), None)

    def as_json(self) -> dict[str, Any]:
        """The facts as they stand in the metadata of a segment."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> FamilyFacts:
        """The facts as they were written."""
        members = tuple(CohortMember(**member) for member in data["members"])
        return FamilyFacts(data["family"], members, int(data["analysis"]), tuple(data["contigs"]))


def facts_of(
    family: Family, analysis: int, contigs: Iterable[str] = (), persons: Mapping[str, str] | None = None
) -> FamilyFacts:
    """Facts of a family of the sheets. persons : {sample: identity that another family may share}."""
    known = persons or {}
    members = tuple(
        CohortMember(item.sample, item.role.value, item.sex.value, item.affection.value, known.get(item.sample, ""))
        for item in family.members
    )
    return FamilyFacts(family.name, members, analysis, contig_codes_of(contigs))


def contig_codes_of(names: Iterable[str]) -> tuple[int, ...]:
    """Sorted codes of the primary contigs among some names."""
    return tuple(sorted({_CONTIG_CODES[bare] for name in names if (bare := bare_name(name)) in _CONTIG_CODES}))


def contig_code(name: str) -> int:
    """1 to 22, X 23, Y 24, MT 25; 0 for any other contig, which the index does not hold."""
    return _CONTIG_CODES.get(bare_name(name), 0)


def contig_column(names: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """uint8 codes of a column of contig names."""
    encoded = _one_chunk(names).dictionary_encode()
    codes = np.array([contig_code(name) for name in encoded.dictionary.to_pylist()] or [0], dtype=np.uint8)
    return codes[encoded.indices.to_numpy(zero_copy_only=False)]


def clinvar_code(text: str | None) -> int:
    """Code of a CLNSIG value; several classifications count by the worst of them."""
    if text is None or text in (".", "", "not_annotated"):
        return CLINVAR_CODES["not_looked_up"]
    word = text.lower()
    if word in ("not_found", "not_listed"):
        return CLINVAR_CODES["not_listed"]
    if "conflicting" in word:
        return CLINVAR_CODES["conflicting"]
    parts = set(word.replace("|", "/").replace(",", "/").split("/"))
    for term, name in (
        ("pathogenic", "pathogenic"),
        ("likely_pathogenic", "likely_pathogenic"),
        ("uncertain_significance", "uncertain"),
        ("likely_benign", "likely_benign"),
        ("benign", "benign"),
    ):
        if any(part.strip("_") == term or part.strip("_").startswith(f"{term},") for part in parts):
            return CLINVAR_CODES[name]
    return CLINVAR_CODES["other"]


def _one_chunk(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column


def numbers(table: pa.Table, name: str) -> np.ndarray:
    """A column of numbers as numpy; NaN for null floats."""
    return table.column(name).to_numpy()


def sort_order(table: pa.Table) -> np.ndarray:
    """Row numbers in the order of the index: contig, position, REF, ALT, family. Text is ordered by its bytes."""
    keys = [numbers(table, "family")]
    for name in ("alt", "ref"):
        encoded = _one_chunk(table.column(name)).dictionary_encode()
        words = encoded.dictionary
        rank = np.empty(max(1, len(words)), dtype=np.int32)
        rank[pc.sort_indices(words).to_numpy()] = np.arange(len(words), dtype=np.int32)
        keys.append(rank[encoded.indices.to_numpy(zero_copy_only=False)])
    keys += [numbers(table, "pos"), numbers(table, "contig")]
    return np.lexsort(keys)


def allele_starts(table: pa.Table) -> np.ndarray:
    """Row numbers at which a new allele begins, of a table that is sorted."""
    if not table.num_rows:
        return np.empty(0, dtype=np.int64)
    change = np.zeros(table.num_rows, dtype=bool)
    change[0] = True
    for name in ALLELE:
        column = _one_chunk(table.column(name))
        if pa.types.is_string(column.type):
            values = column.dictionary_encode().indices.to_numpy(zero_copy_only=False)
        elif pa.types.is_dictionary(column.type):
            values = column.indices.to_numpy(zero_copy_only=False)
        else:
            values = column.to_numpy(zero_copy_only=False)
        change[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(change)


def with_metadata(table: pa.Table, metadata: Mapping[str, str]) -> pa.Table:
    """The table with our metadata and no other."""
    return table.replace_schema_metadata({name.encode(): text.encode() for name, text in metadata.items()})


def segment_metadata(families: Sequence[FamilyFacts]) -> dict[str, str]:
    """Metadata of a segment that holds these families, numbered 0, 1, … in this order."""
    words = json.dumps([facts.as_json() for facts in families], sort_keys=True, separators=(",", ":"))
    return {"filiation.schema": SEGMENT_SCHEMA, "filiation.families": words}


def families_of(metadata: Mapping[bytes, bytes] | None, where: str) -> list[FamilyFacts]:
    """The families that a segment declares; InputError when it is none of ours or of another version."""
    found = (metadata or {}).get(b"filiation.schema", b"none").decode()
    if found != SEGMENT_SCHEMA:
        raise InputError(
            f"schema '{found}'",
            where=where,
            expected=f"schema '{SEGMENT_SCHEMA}'",
            repair="rebuild the index with this version: filiation archive compact --rebuild",
        )
    return [FamilyFacts.from_json(item) for item in json.loads((metadata or {})[b"filiation.families"])]


def write_rows(table: pa.Table, path: Path) -> None:
    """Write rows of the index: zstd, row groups of 64k, statistics of every column that is searched."""
    pq.write_table(
        table,
        path,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=3,
        use_dictionary=[name for name in table.column_names if name not in ("pos", "family")],
        column_encoding={name: "DELTA_BINARY_PACKED" for name in ("pos",) if name in table.column_names},
        write_statistics=True,
        store_schema=True,
        write_page_checksum=True,
    )


def write_rows_atomically(table: pa.Table, path: Path) -> None:
    """The same under its final name only when complete and flushed to disk."""
    with atomic_path(path) as temporary:
        write_rows(table, temporary)


def role_sex(role: str, declared: str) -> str:
    """Sex of a member: parents by their role, others as declared."""
    if role == Role.FATHER.value:
        return Sex.MALE.value
    if role == Role.MOTHER.value:
        return Sex.FEMALE.value
    return declared


def is_affected(member: CohortMember) -> bool | None:
    """True, False, or None when it is not known."""
    if member.affection == Affection.UNKNOWN.value:
        return None
    return member.affection == Affection.AFFECTED.value
