"""Which genes does a structural variant of the index case take out, and which members have it?

The calls are any caller's (SVTYPE or a symbolic ALT, END, GT): they are believed as they stand, and are asked for one
thing, to be the other half of a pair with a small variant. A gene is hit by a deletion that touches an exon, by an
insertion in an exon, and by a duplication, an inversion or a breakend with a breakpoint inside the gene: a gene that
is duplicated or turned round as a whole stays whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.io.genes import Gene, Genes
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name
from filiation.model.inheritance import CarrierState
from filiation.model.pedigree import Family

# A sequence change of fewer bases is a small variant, which the screen judges.
MIN_LENGTH = 50
KINDS = ("DEL", "DUP", "INS", "INV", "BND")
MEANING = {
    "structural_records": "records of the structural calls",
    "shorter": f"shorter than {MIN_LENGTH} bases: a small variant",
    "other_kind": f"of another kind than {', '.join(KINDS)}",
    "filtered": "filtered by their caller",
    "proband_without_it": "the index case was not called with it, or without a genotype",
    "both_copies": "on both copies of the index case: no half of a pair",
    "used": "on one copy of the index case",
}


@dataclass(frozen=True)
class StructuralCall:
    """One structural variant on one copy of the index case; 1-based, both ends included.

    states : carrier states in kernel order (proband, father, mother, siblings), -1 for who was not looked at.
    """

    kind: str
    chrom: str
    start: int
    end: int
    states: tuple[int, ...]

    @property
    def key(self) -> str:
        """`chrom-start-kind-end`, its name in the column compound_partner."""
        return f"{self.chrom}-{self.start}-{self.kind}-{self.end}"

    def covers(self, chrom: str, pos: int) -> bool:
        """Whether a deletion takes the position away."""
        same = bare_name(chrom) == bare_name(self.chrom)
        return self.kind == "DEL" and same and self.start <= pos <= self.end

    def hits(self, gene: Gene) -> bool:
        """Whether it takes the gene out."""
        if self.kind in ("DEL", "INS"):
            return gene.exon_between(self.start, self.end)
        return gene.holds(self.start) or gene.holds(self.end)


@dataclass
class StructuralCalls:
    """Structural variants of the index case, and what became of every record."""

    calls: list[StructuralCall] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def rows(self) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        names = {"structural_records": "records_in", "used": "records_out"}
        return {names.get(reason, reason): (self.counts[reason], text) for reason, text in MEANING.items()}

    def by_gene(self, genes: Genes) -> list[tuple[str, StructuralCall]]:
        """(gene symbol, variant) for every gene that is taken out."""
        return [
            (gene.symbol, call)
            for call in self.calls
            for gene in genes.touching(call.chrom, call.start, call.end)
            if call.hits(gene)
        ]


def read_structural(path: str | Path, family: Family, min_genotype_quality: float) -> StructuralCalls:
    """Structural variants on one copy of the index case.

    A member's 0/0 counts as absence only with a genotype quality of at least `min_genotype_quality`; a member without
    a column is unknown. Raises InputError when the index case has no column.
    """
    found = StructuralCalls()
    with open_calls(require_file(path, "structural calls")) as source:
        columns = set(source.header.samples)
        if family.proband.sample not in columns:
            raise InputError(
                f"no column for the index case '{family.proband.sample}'",
                where=str(path),
                expected=f"structural calls with the sample {family.proband.sample}",
                repair="bcftools reheader -s names.txt, with the sample ids of the sheet",
            )
        for record in source:
            found.counts["structural_records"] += 1
            reason = _take(record, family, columns, min_genotype_quality, found.calls)
            found.counts[reason] += 1
    return found


def _take(
    record: Any, family: Family, columns: set[str], min_genotype_quality: float, calls: list[StructuralCall]
) -> str:
    """Add one record's variant; returns the reason of MEANING."""
    kind, end = _kind(record)
    if kind == "":
        return "shorter"
    if kind not in KINDS:
        return "other_kind"
    if any(name not in ("PASS", ".") for name in record.filter):
        return "filtered"
    members = [family.proband, family.father, family.mother, *family.siblings]
    states = [
        _state(record.samples[member.sample], min_genotype_quality)
        if member is not None and member.sample in columns
        else int(CarrierState.UNKNOWN)
        for member in members
    ]
    if states[0] == CarrierState.HOMOZYGOUS:
        return "both_copies"
    if states[0] != CarrierState.CARRIER:
        return "proband_without_it"
    # The base before a symbolic allele is not part of it.
    start = record.pos if kind == "BND" else record.pos + 1
    calls.append(StructuralCall(kind, record.chrom, start, max(start, end), tuple(states)))
    return "used"


def _kind(record: Any) -> tuple[str, int]:
    """Kind and last base of a record; '' for a change of sequence that is too short."""
    alternate = (record.alts or ("",))[0]
    told = record.info.get("SVTYPE") if "SVTYPE" in record.header.info else None
    kind = str(told[0] if isinstance(told, tuple) else told or "").upper().partition(":")[0]
    if re.search(r"[\[\]]", alternate):
        return "BND", record.pos
    if alternate.startswith("<"):
        kind = kind or alternate.strip("<>").partition(":")[0].upper()
    elif set(alternate) <= set("ACGTNacgtn") and alternate:
        change = len(alternate) - len(record.ref)
        if abs(change) < MIN_LENGTH:
            return "", record.pos
        kind = kind or ("DEL" if change < 0 else "INS")
    return kind, record.pos + 1 if kind == "INS" else int(record.stop)


def _state(call: Any, min_genotype_quality: float) -> int:
    """What a caller's genotype says of one member."""
    alleles: Sequence[int | None] = call.allele_indices or (None,)
    carried = sum(1 for allele in alleles if allele)
    if carried:
        return int(CarrierState.HOMOZYGOUS if carried == len(alleles) > 1 else CarrierState.CARRIER)
    quality = call.get("GQ")
    if None in alleles or not isinstance(quality, int | float) or quality < min_genotype_quality:
        return int(CarrierState.UNKNOWN)
    return int(CarrierState.ABSENT)
