"""Which columns do the Parquet files of the archive have, and what does each hold?

Types are those of Arrow by name; `list<string>` is a list of texts. A column that is not `nullable` is never empty.
The tables of `model.columns` are archived too, column by column, under the types of `TABLE_TYPES`.
"""

from __future__ import annotations

from dataclasses import dataclass

ARCHIVE_SCHEMA = "filiation-archive/1"
RECORD_SCHEMA = "filiation-analysis-record/1"
CERTIFICATE_SCHEMA = "filiation-erasure-certificate/1"
EXPORT_SCHEMA = "filiation-research-export/1"
# Key of the metadata of calls.parquet and genotypes.parquet: the header of the VCF that its records came from.
VCF_HEADER = "filiation.vcf_header"
SCHEMA_KEY = "filiation.schema"
# The `##key=value` lines of a table of the report, as JSON.
HEADER_KEY = "filiation.header"
# Kind of a column of model.table_schema → type in Parquet.
TABLE_TYPES = {"str": "string", "int": "int64", "float": "float64", "flag": "bool"}

# Reason of the screen whose records are kept near genes and in ClinVar alone, without likelihoods; elsewhere they are
# counted by contig.
COUNTED_REASON = "proband_without_allele"

# Bits of `kept_for`: why a record is in the archive with its genotypes.
SURVIVED_THE_SCREEN, NEAR_A_GENE, LISTED_IN_CLINVAR = 1, 2, 4


@dataclass(frozen=True)
class ArchiveColumn:
    """One column of a Parquet file."""

    name: str
    type: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class ArchiveTable:
    """A named, versioned Parquet file; a reader refuses another version."""

    name: str
    version: int
    meaning: str
    columns: tuple[ArchiveColumn, ...]

    @property
    def label(self) -> str:
        """`archive_calls/1`, under the key `filiation.schema` of the file's metadata."""
        return f"{self.name}/{self.version}"

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.columns]


_SITE = (
    ArchiveColumn("contig", "string", "contig, in the style of the family's own files"),
    ArchiveColumn("pos", "int32", "position, 1-based as in VCF"),
    ArchiveColumn("ref", "string", "reference allele"),
    ArchiveColumn("alt", "string", "alternate allele"),
)
_RECORD = (
    ArchiveColumn("record_id", "string", "ID column of the record"),
    ArchiveColumn("qual", "float32", "QUAL of the record", nullable=True),
    ArchiveColumn("filter", "string", "FILTER of the record, `.` when none was applied"),
    ArchiveColumn(
        "kept_for", "uint8", "sum of 1 (survived the screen), 2 (near a gene), 4 (listed in ClinVar when it was added)"
    ),
)
_TEXT = (
    ArchiveColumn("info", "string", "INFO column as text; its decimals name the stored float32 exactly"),
    ArchiveColumn("format", "string", "FORMAT column as text"),
    ArchiveColumn("samples", "list<string>", "the members' columns as text, in the order of the header"),
)
_STATES = tuple(
    ArchiveColumn(
        f"{role}_state",
        "int8",
        f"what the {role} shows of the allele: -1 unknown, 0 absent, 1 low fraction, 2 carrier, 3 homozygous "
        "(model.inheritance.CarrierState)",
    )
    for role in ("proband", "father", "mother")
)

ARCHIVE_CALLS = ArchiveTable(
    "archive_calls",
    1,
    "Every record that survived the screen, with all that was known of it; the annotated calls can be made from it.",
    (
        *_SITE,
        *_RECORD,
        ArchiveColumn("gene", "list<string>", "HGNC symbols of the genes it touches, as annotated"),
        ArchiveColumn("hgnc_id", "list<string>", "HGNC:number of each gene of `gene`, `.` when unresolved"),
        ArchiveColumn("consequence", "string", "most severe Sequence Ontology term over all genes, `.` without any"),
        ArchiveColumn("population_af", "float32", "highest frequency in the sources of the analysis", nullable=True),
        ArchiveColumn("population_source", "string", "source of it, or why there is none, as in candidates/2"),
        ArchiveColumn("clinvar", "string", "ClinVar classification; not_found or not_annotated"),
        ArchiveColumn("clinvar_stars", "int8", "ClinVar review stars, 0–4", nullable=True),
        ArchiveColumn("inheritance", "string", "patterns that fit the family, class:status by commas"),
        ArchiveColumn("de_novo_posterior", "float32", "probability that the allele is new in the child", nullable=True),
        *_STATES,
        *_TEXT,
    ),
)

ARCHIVE_GENOTYPES = ArchiveTable(
    "archive_genotypes",
    1,
    "Records that the screen removed and that lie near a gene or are listed in ClinVar, with all members' genotypes.",
    (
        *_SITE,
        *_RECORD,
        ArchiveColumn("reason", "string", "why the screen removed it, as in the funnel"),
        *_STATES,
        ArchiveColumn("info", "string", "consequences that the calls carried (BCSQ, CSQ, ANN), `.` without any"),
        *_TEXT[1:],
    ),
)

ARCHIVE_EXCLUDED = ArchiveTable(
    "archive_excluded",
    1,
    "Every other record that the screen removed and whose allele the index case carries, with its reason.",
    (
        *_SITE[:2],
        ArchiveColumn("change", "string", "REF>ALT: one column of few different values is the smallest"),
        ArchiveColumn("reason", "string", "why the screen removed it, as in the funnel"),
    ),
)

ARCHIVE_TABLES = (ARCHIVE_CALLS, ARCHIVE_GENOTYPES, ARCHIVE_EXCLUDED)
