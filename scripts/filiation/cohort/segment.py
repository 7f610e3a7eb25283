"""What does one analysis of a family add to the cohort index?

Rare alleles that a member carries, and sites at which a member has no data: everything else is reference in every
member, or lies on a contig without data. Written as a segment of its own, in the same commit as the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from filiation.cohort import layout
from filiation.cohort.genotype_text import member_states
from filiation.io.threshold_file import read_threshold_groups
from filiation.model.consequence import SEVERITY
from filiation.model.contigs import PSEUDOAUTOSOMAL
from filiation.model.pedigree import Role, Sex

_RANK = {term: rank for rank, term in enumerate(SEVERITY)}
_REMOVED_AS_COMMON = "frequent_in_population"
VCF_HEADER = b"filiation.vcf_header"


@dataclass(frozen=True)
class IndexThresholds:
    """What the index holds; meaning and source in resources/scoring/cohort-1.yaml."""

    max_population_frequency: float
    min_depth: float
    min_genotype_quality: float
    min_artefact_families: float


def load_thresholds(path: str | Path) -> IndexThresholds:
    """Thresholds of the index from their file."""
    groups = read_threshold_groups(path, "thresholds of the cohort index", {"index": IndexThresholds}, ("name", "date"))
    found: IndexThresholds = groups["index"]
    return found


def haploid(contig: np.ndarray, pos: np.ndarray, assembly: str) -> np.ndarray:
    """Whether a man has one copy: on X and Y outside the pseudoautosomal regions. pos : 1-based."""
    single = (contig == layout.CONTIG_X) | (contig == layout.CONTIG_Y)
    for interval in PSEUDOAUTOSOMAL.get(assembly, ()):
        code = layout.contig_code(interval.contig)
        single &= ~((contig == code) & (pos > interval.start) & (pos <= interval.end))
    return single


def segment_of(
    calls: pa.Table,
    genotypes: pa.Table | None,
    facts: layout.FamilyFacts,
    thresholds: IndexThresholds,
    assembly: str = "GRCh38",
) -> pa.Table:
    """Rows that an analysis adds to the index, sorted, with the family's facts in the metadata.

    calls, genotypes : tables archive_calls/1 and archive_genotypes/1. Left out are records removed as common in the
    population, or above `max_population_frequency`, unless ClinVar lists them; records without a carrier and without
    a member lacking data; and records on contigs other than 1-22, X, Y and MT. Where `facts.contigs` is empty it
    becomes the contigs of the records given.
    """
    tables = [table for table in (calls, genotypes) if table is not None]
    parts = [_rows(table, facts, thresholds, assembly) for table in tables]
    rows = pa.concat_tables(parts)
    if not facts.contigs:
        names = [name for table in tables for name in pc.unique(table.column("contig")).to_pylist()]
        facts = replace(facts, contigs=layout.contig_codes_of(names))
    rows = rows.take(pa.array(layout.sort_order(rows)))
    return layout.with_metadata(rows, layout.segment_metadata([facts]))


def _rows(table: pa.Table, facts: layout.FamilyFacts, thresholds: IndexThresholds, assembly: str) -> pa.Table:
    """Rows of one table of records, in its order."""
    table = table.combine_chunks()
    contig = layout.contig_column(table.column("contig"))
    columns: dict[str, Any] = {
        "contig": contig,
        **{name: table.column(name) for name in ("pos", "ref", "alt")},
        "family": np.zeros(table.num_rows, dtype=np.int32),
    }
    states = _states(table, facts, thresholds)
    single = haploid(contig, table.column("pos").to_numpy(), assembly)
    for role in Role:
        member = facts.member(role.value)
        if member is not None and layout.role_sex(role.value, member.sex) == Sex.MALE.value:
            full = single & (states[role.value] == layout.HOMOZYGOUS)
            states[role.value] = np.where(full, np.uint8(layout.HEMIZYGOUS), states[role.value])
    flags = _carrier_flags(states, facts) | _record_flags(table, states[Role.PROBAND.value])
    codes, stars = _clinvar(table)
    af = _frequency(table)
    columns |= {**{role.value: states[role.value] for role in Role}, "flags": flags}
    columns |= {"gene": _genes(table), "consequence": _consequence(table), "clinvar": codes, "clinvar_stars": stars}
    columns["af"] = pa.array(af, type=pa.float32(), mask=np.isnan(af))
    rows = pa.table({field.name: _cast(columns[field.name], field.type) for field in layout.COLUMNS})
    keep = (contig > 0) & _is_rare(table, af, flags, thresholds) & _says_something(states)
    return rows.cast(layout.COLUMNS).filter(pa.array(keep))


def _cast(column: Any, kind: pa.DataType) -> Any:
    return column.cast(kind) if isinstance(column, pa.ChunkedArray | pa.Array) else pa.array(column, type=kind)


def _states(table: pa.Table, facts: layout.FamilyFacts, thresholds: IndexThresholds) -> dict[str, np.ndarray]:
    """uint8 (v,) by role: what each member shows; of several siblings the one who shows most."""
    states = {}
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        if facts.member(role.value) is None:
            states[role.value] = np.full(table.num_rows, layout.NOT_SEQUENCED, dtype=np.uint8)
            continue
        found = table.column(f"{role.value}_state").to_numpy()
        states[role.value] = np.where(found < 0, layout.UNKNOWN, found).astype(np.uint8)
    siblings = [
        _cells_states(table, member.sample, thresholds) for member in facts.members if member.role == Role.SIBLING.value
    ]
    nobody = np.full(table.num_rows, layout.NOT_SEQUENCED, dtype=np.uint8)
    states[Role.SIBLING.value] = _most_telling(siblings) if siblings else nobody
    return states


def _most_telling(siblings: Sequence[np.ndarray]) -> np.ndarray:
    """The highest state of those with data; no data when none has any."""
    table = np.stack(siblings)
    known = np.where(table == layout.UNKNOWN, 0, table).max(axis=0)
    return np.where((table == layout.UNKNOWN).all(axis=0), layout.UNKNOWN, known).astype(np.uint8)


def _cells_states(table: pa.Table, sample: str, thresholds: IndexThresholds) -> np.ndarray:
    """States of a member by the text of the VCF; no data when the header does not name the sample."""
    header = (table.schema.metadata or {}).get(VCF_HEADER, b"").decode()
    names: list[str] = next((line.split("\t")[9:] for line in header.splitlines() if line.startswith("#CHROM")), [])
    if sample not in names or not table.num_rows:
        return np.full(table.num_rows, layout.UNKNOWN, dtype=np.uint8)
    cells = pc.list_element(table.column("samples").combine_chunks(), names.index(sample))
    formats = table.column("format").combine_chunks()
    return member_states(formats, cells, thresholds.min_depth, thresholds.min_genotype_quality)


def carries(states: np.ndarray) -> np.ndarray:
    """Whether the states say that the allele is there in every cell."""
    return (states == layout.CARRIER) | (states == layout.HOMOZYGOUS) | (states == layout.HEMIZYGOUS)


def _carrier_flags(states: dict[str, np.ndarray], facts: layout.FamilyFacts) -> np.ndarray:
    """Bits of affected and unaffected carriers. Siblings count where all have the same affection."""
    flags = np.zeros(len(states["proband"]), dtype=np.uint8)
    for role, found in states.items():
        known = {layout.is_affected(member) for member in facts.members if member.role == role}
        if known == {True}:
            flags |= np.where(carries(found), np.uint8(layout.AFFECTED_CARRIER), np.uint8(0))
        elif known == {False}:
            flags |= np.where(carries(found), np.uint8(layout.UNAFFECTED_CARRIER), np.uint8(0))
    return flags


def _record_flags(table: pa.Table, proband: np.ndarray) -> np.ndarray:
    """Bits of why the record is kept, and of a supported de novo call in an index case whose states show the allele."""
    kept = table.column("kept_for").to_numpy()
    flags = np.zeros(table.num_rows, dtype=np.uint8)
    for bit, flag in ((1, layout.SURVIVED), (2, layout.NEAR_GENE), (4, layout.IN_CLINVAR)):
        flags |= np.where(kept & bit, np.uint8(flag), np.uint8(0))
    if "inheritance" in table.column_names:
        new = pc.match_substring_regex(table.column("inheritance"), r"(^|,)de_novo:supported")
        there = pc.fill_null(new, False).to_numpy() & carries(proband)
        flags |= np.where(there, np.uint8(layout.DE_NOVO), np.uint8(0))
    return flags


def _says_something(states: dict[str, np.ndarray]) -> np.ndarray:
    """Whether a member carries the allele, has some of it, or has no data."""
    told = [carries(found) | (found == layout.LOW_FRACTION) | (found == layout.UNKNOWN) for found in states.values()]
    return np.logical_or.reduce(told)


def _is_rare(table: pa.Table, af: np.ndarray, flags: np.ndarray, thresholds: IndexThresholds) -> np.ndarray:
    common = af > thresholds.max_population_frequency
    if "reason" in table.column_names:
        common |= pc.equal(table.column("reason"), _REMOVED_AS_COMMON).to_numpy()
    return ~common | (flags & layout.IN_CLINVAR > 0)


def _frequency(table: pa.Table) -> np.ndarray:
    """float32 (v,), NaN where no frequency is kept."""
    if "population_af" not in table.column_names:
        return np.full(table.num_rows, np.nan, dtype=np.float32)
    return table.column("population_af").to_numpy().astype(np.float32)


def _genes(table: pa.Table) -> pa.Array:
    """Symbols joined by commas, '' for none."""
    if "gene" not in table.column_names or not table.num_rows:
        return pa.array([""] * table.num_rows, type=pa.string())
    return pc.fill_null(pc.binary_join(table.column("gene").combine_chunks(), ","), "")


def _consequence(table: pa.Table) -> np.ndarray:
    """Rank of the most severe term in model.consequence.SEVERITY; 255 for none, and for a term that is not in it."""
    if "consequence" not in table.column_names:
        return np.full(table.num_rows, layout.NO_CONSEQUENCE, dtype=np.uint8)
    encoded = table.column("consequence").combine_chunks().dictionary_encode()
    ranks = [_RANK.get(term, layout.NO_CONSEQUENCE) for term in encoded.dictionary.to_pylist()]
    return np.array(ranks or [0], dtype=np.uint8)[encoded.indices.to_numpy(zero_copy_only=False)]


def _clinvar(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Codes and stars of ClinVar; a removed record that ClinVar lists has the code `listed`."""
    if "clinvar" not in table.column_names:
        listed = table.column("kept_for").to_numpy() & 4 > 0
        codes = np.where(listed, layout.CLINVAR_CODES["listed"], layout.CLINVAR_CODES["not_listed"]).astype(np.uint8)
        return codes, np.full(table.num_rows, layout.NO_STARS, dtype=np.uint8)
    encoded = table.column("clinvar").combine_chunks().dictionary_encode()
    words = [layout.clinvar_code(text) for text in encoded.dictionary.to_pylist()]
    codes = np.array(words or [0], dtype=np.uint8)[encoded.indices.to_numpy(zero_copy_only=False)]
    stars = pc.fill_null(table.column("clinvar_stars").cast(pa.int16()), layout.NO_STARS)
    return codes, stars.to_numpy().astype(np.uint8)
