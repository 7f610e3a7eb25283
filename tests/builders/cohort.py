"""Families for the cohort index: a stand-in for the archive, and calls with the states that a test wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from filiation.archive.parts import arrow_table
from filiation.cohort.index import add_segment
from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_GENOTYPES
from filiation.model.pedigree import Affection, Family, Member, Role, Sex

UNKNOWN, ABSENT, LOW, CARRIER, HOMOZYGOUS = -1, 0, 1, 2, 3


@dataclass(frozen=True)
class Record:
    """One record of a family: alleles and what proband, father and mother show."""

    contig: str
    pos: int
    states: tuple[int, int, int]
    ref: str = "A"
    alt: str = "G"
    inheritance: str = "x_linked:possible"
    gene: tuple[str, ...] = ("ABC",)
    kept_for: int = 3
    clinvar: str = "not_found"
    clinvar_stars: int | None = None
    af: float | None = None
    reason: str = ""
    cells: tuple[str, ...] = ("0/1:30:99", "0/0:30:99", "0/0:30:99")


@dataclass
class IndexOnly:
    """What the index asks of an archive, without an archive."""

    path: Path
    assembly: str = "GRCh38"
    analyses: dict[str, int] = field(default_factory=dict)

    def current_analyses(self) -> dict[str, int]:
        """The registered analyses."""
        return dict(self.analyses)

    def add(self, family: Family, records: Sequence[Record], number: int | None = None, **options: Any) -> None:
        """Write a family's segment and register it."""
        analysis = number or self.analyses.get(family.name, 0) + 1
        calls = calls_table([record for record in records if not record.reason], family.samples)
        removed = genotypes_table([record for record in records if record.reason], family.samples)
        add_segment(self.path, family, analysis, calls, removed, self.assembly, **options)
        self.analyses[family.name] = analysis


def index_only(folder: Path) -> IndexOnly:
    """An empty stand-in."""
    (folder / "cohort" / "segments").mkdir(parents=True)
    (folder / "cohort" / "compacted").mkdir()
    return IndexOnly(folder)


def trio(
    name: str, sex: Sex = Sex.MALE, roles: Sequence[Role] = (Role.FATHER, Role.MOTHER), affected: Sequence[Role] = ()
) -> Family:
    """An affected index case with some of its relatives; `affected` names those who have the disorder too."""
    members = [Member(f"{name}-proband", Role.PROBAND, sex, Affection.AFFECTED)]
    for role in roles:
        of_role = {Role.FATHER: Sex.MALE, Role.MOTHER: Sex.FEMALE}.get(role, Sex.UNKNOWN)
        affection = Affection.AFFECTED if role in affected else Affection.UNAFFECTED
        members.append(Member(f"{name}-{role.value}", role, of_role, affection))
    return Family(name, tuple(members))


def _site(record: Record) -> dict[str, Any]:
    states = dict(zip(("proband_state", "father_state", "mother_state"), record.states, strict=True))
    return {
        **{name: getattr(record, name) for name in ("contig", "pos", "ref", "alt", "kept_for")},
        **{"record_id": ".", "qual": None, "filter": "PASS", "info": ".", "format": "GT:DP:GQ"},
        **states,
        "samples": list(record.cells),
    }


def _header(samples: Sequence[str]) -> dict[str, str]:
    names = "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples])
    return {"filiation.vcf_header": f"##fileformat=VCFv4.2\n{names}\n"}


def calls_table(records: Sequence[Record], samples: Sequence[str]) -> pa.Table:
    """Survivors of the screen as archive_calls/1."""
    rows = [
        {
            **_site(record),
            **{"gene": list(record.gene), "hgnc_id": ["."] * len(record.gene), "consequence": "missense_variant"},
            **{"population_af": record.af, "population_source": "gnomad", "de_novo_posterior": None},
            **{"clinvar": record.clinvar, "clinvar_stars": record.clinvar_stars, "inheritance": record.inheritance},
        }
        for record in records
    ]
    table: pa.Table = arrow_table(ARCHIVE_CALLS, rows, _header(samples))
    return table


def genotypes_table(records: Sequence[Record], samples: Sequence[str]) -> pa.Table:
    """Records that the screen removed as archive_genotypes/1."""
    rows = [{**_site(record), "reason": record.reason} for record in records]
    table: pa.Table = arrow_table(ARCHIVE_GENOTYPES, rows, _header(samples))
    return table
