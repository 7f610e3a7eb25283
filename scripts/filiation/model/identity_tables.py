"""Tables on who the samples are: the gate of a family, its fingerprint, and the comparison of families."""

from __future__ import annotations

from filiation.model.table_schema import Column, TableSchema

GATE = TableSchema(
    "gate",
    1,
    "The checks that failed in a family that went on all the same; the header says why. Without rows none failed.",
    (
        Column("check", "str", "check that failed"),
        Column("sample", "str", "sample, or two samples joined by +, or the family"),
        Column("observed", "str", "what was measured"),
        Column("expected", "str", "what the sheet or the threshold says"),
        Column("meaning", "str", "the verdict in words"),
    ),
)

FINGERPRINT = TableSchema(
    "fingerprint",
    1,
    "Genotypes of a family at a few thousand sites, the same ones in every family that varies there.",
    (
        Column("chrom", "str", "contig, without chr"),
        Column("pos", "int", "position, 1-based"),
        Column("genotypes", "str", "alternate alleles 0, 1, 2 or x (missing) of each sample of the header, in order"),
    ),
)

FAMILIES = TableSchema(
    "families",
    1,
    "Samples of different families, or of a family and its earlier fingerprint, that look related or identical.",
    (
        Column("first_family", "str", "family"),
        Column("first_sample", "str", "sample of it"),
        Column("second_family", "str", "another family, or an earlier fingerprint of the same"),
        Column("second_sample", "str", "sample of it"),
        Column("relation", "str", "what the genotypes show"),
        Column("relatedness", "float", "KING-robust: 1 one person, 0.5 first degree, 0 unrelated"),
        Column("standard_error", "float", "of the relatedness, from a jackknife over windows"),
        Column("sites", "int", "sites compared", "sites"),
        Column("verdict", "str", "OK, WARN or FAIL"),
        Column("meaning", "str", "the verdict in words"),
    ),
)
