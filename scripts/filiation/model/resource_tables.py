"""Which columns have the manifest of public data and its lock?"""

from __future__ import annotations

from filiation.model.table_schema import Column, TableSchema

RESOURCES_MANIFEST = TableSchema(
    "resources",
    2,
    "Public data that can be used, where they come from and under which licence (resources/manifest.tsv).",
    (
        Column("name", "str", "name that `filiation resources fetch` takes"),
        Column("version", "str", "release; latest: the source replaces it in place, the lock says which was received"),
        Column("file", "str", "name that the file gets; {part} stands for each of the parts"),
        Column("address", "str", "where the source offers it; {part} as above"),
        Column("parts", "str", "parts of a resource of several files: chr1-22,chrX,chrY"),
        Column("index", "str", "ending of the index that the source offers beside the file: .tbi"),
        Column("sha256", "str", "SHA-256 of the file; `.` is not known beforehand, and the lock records it"),
        Column("md5", "str", "MD5 that the source publishes for the file; `.` where it publishes none"),
        Column("size", "int", "size of the file, where it is known beforehand", "bytes"),
        Column("licence", "str", "licence or terms of use"),
        Column("restriction", "str", "none; non_commercial: not for commercial use; agreement: under the user's own"),
        Column("access", "str", "open: fetched by the program; manual: by hand, after registration"),
        Column("date", "str", "date of the release; `.` where it is replaced in place, or not stated"),
        Column("build", "str", "genome build, `.` for data without positions"),
        Column("kind", "str", "fasta, gff3, vcf, bed, tsv, csv, xml, obo, json or zip"),
        Column("used_for", "str", "what it gives, and the configuration key that names it"),
    ),
)

RESOURCES_LOCK = TableSchema(
    "resources_lock",
    1,
    "Files of public data as they were received (manifest.lock.tsv beside them).",
    (
        Column("file", "str", "name of the file"),
        Column("name", "str", "resource of the manifest"),
        Column("version", "str", "release; for latest, the version or date that the file states itself"),
        Column("sha256", "str", "SHA-256 of what was received"),
        Column("size", "int", "size of what was received", "bytes"),
        Column("address", "str", "where it came from"),
        Column("source_date", "str", "last change as the source stated it"),
    ),
)
