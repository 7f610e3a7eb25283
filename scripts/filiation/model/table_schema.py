"""What is a table of ours: its name, its version, its columns?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `kind` is str, int, float or flag; `.` in the file is missing, for every kind."""

    name: str
    kind: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class TableSchema:
    """A named, versioned table; a reader refuses another version."""

    name: str
    version: int
    meaning: str
    columns: tuple[Column, ...]

    @property
    def label(self) -> str:
        """`candidates/2`, the value of the `##schema=` line."""
        return f"{self.name}/{self.version}"

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.columns]


VARIANT = (
    Column("chrom", "str", "contig, in the style of the family's own files"),
    Column("pos", "int", "position, 1-based as in VCF"),
    Column("ref", "str", "reference allele"),
    Column("alt", "str", "alternate allele"),
)
