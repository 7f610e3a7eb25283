"""How do the counts of the laboratory's families reach the annotation of the next family?

As a VCF of alleles with AF, CARRIERS and FAMILIES, so that a family that is already in the archive is left out of its
own counts: AF_WITHOUT gives the frequency without each of the FAMILIES, in their order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from filiation import __version__
from filiation.cohort import layout
from filiation.cohort.counts import COLUMNS, copies, count_rows, row_sums, sexes, sorted_rows
from filiation.cohort.frequency import relatives, with_frequency
from filiation.cohort.segment import carries, haploid
from filiation.cohort.view import View, open_view
from filiation.io.files import atomic_path

_COUNTS = (
    ("AC", "allele_count", "Copies in founders"),
    ("CARRIERS", "families", "Families in which a member carries the allele; those that share a person count once"),
    ("AFFECTED", "affected_families", "Families in which an affected member carries it"),
    ("UNAFFECTED", "unaffected_families", "Families in which an unaffected member carries it"),
    ("HET", "heterozygotes", "Founders with one of two copies"),
    ("HOM", "homozygotes", "Founders with two copies"),
    ("HEMI", "hemizygotes", "Founders with their only copy"),
    ("DE_NOVO", "de_novo", "Unrelated families in which it was called new"),
)
_AF = (
    ("AN", "1", "Integer", "Copies of all founders with data there; missing where alleles of parents are not kept"),
    ("AF", "A", "Float", "AC / AN"),
    ("FAMILIES", ".", "String", "Families in which a member carries it"),
    ("AF_WITHOUT", ".", "Float", "AF without each of FAMILIES, in their order"),
)
_ROWS = 1_000_000


def write(archive: Any, output: Path, exclude_family: str | None = None) -> int:
    """Write the VCF and its .tbi; returns how many alleles; an archive without families gives a VCF without any."""
    import pysam

    view = open_view(archive)
    assembly = getattr(archive, "assembly", "GRCh38")
    if exclude_family is not None:
        view = view.without(relatives(view, exclude_family))
    total = 0
    with atomic_path(output) as temporary:
        with pysam.BGZFile(str(temporary), "wb", None) as handle:
            handle.write(_header(assembly).encode())
            for contig, first, last in view.windows(_ROWS):
                tables = [rows for rows in view.read(contig, first, last, COLUMNS) if rows.num_rows]
                if not tables:
                    continue
                lines = _lines(view, sorted_rows(tables), assembly)
                total += len(lines)
                if len(lines):
                    handle.write(("\n".join(lines.to_pylist()) + "\n").encode())
        index = Path(pysam.tabix_index(str(temporary), preset="vcf", force=True, keep_original=True) + ".tbi")
        index.replace(f"{output}.tbi")
    return total


def _contig_name(code: int, assembly: str) -> str:
    name = layout.CONTIGS[code - 1]
    if assembly == "GRCh37":
        return name
    return "chrM" if name == "MT" else f"chr{name}"


def _header(assembly: str) -> str:
    lines = ["##fileformat=VCFv4.2", f"##source=filiation {__version__} archive in-house", f"##reference={assembly}"]
    lines += [f"##contig=<ID={_contig_name(code, assembly)}>" for code in range(1, len(layout.CONTIGS) + 1)]
    lines += [f'##INFO=<ID={name},Number=1,Type=Integer,Description="{meaning}">' for name, _, meaning in _COUNTS]
    lines += [f'##INFO=<ID={name},Number={n},Type={kind},Description="{text}">' for name, n, kind, text in _AF]
    return "\n".join([*lines, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]) + "\n"


def _lines(view: View, rows: pa.Table, assembly: str) -> pa.Array:
    """VCF lines of the alleles of some rows of one contig that a family carries."""
    sums = with_frequency(count_rows(rows, view.families, assembly), view, assembly)
    starts = layout.allele_starts(rows)
    allele = np.zeros(rows.num_rows, dtype=np.int64)
    allele[starts] = 1
    allele = np.cumsum(allele) - 1
    states = [rows.column(role).to_numpy() for role in ("proband", "father", "mother", "sibling")]
    carried = np.flatnonzero(np.logical_or.reduce([carries(state) for state in states]))
    offsets = np.searchsorted(allele[carried], np.arange(len(starts) + 1))
    number = rows.column("family").to_numpy()[carried]
    names = pa.array(view.families.ids, type=pa.string()).take(pa.array(number))
    families = _joined(names, offsets)
    texts = pc.fill_null(_texts(_frequency_without(view, rows, sums, allele, carried, assembly)), ".")
    known = sums.column("af").combine_chunks().is_valid()
    without = pc.if_else(known, _joined(texts, offsets), pa.scalar(None, pa.string()))
    chrom = _contig_name(int(rows.column("contig")[0].as_py()), assembly)
    info = pc.binary_join_element_wise(
        *(_field(name, sums.column(column)) for name, column, _ in _COUNTS),
        _field("AN", sums.column("allele_number")),
        _field("AF", sums.column("af")),
        _field("FAMILIES", families),
        _field("AF_WITHOUT", without),
        ";",
        null_handling="skip",
    )
    texts = [sums.column(name).cast(pa.string()) for name in ("pos", "ref", "alt")]
    line = pc.binary_join_element_wise(chrom, texts[0], ".", texts[1], texts[2], ".", ".", info, "\t")
    line = line.combine_chunks() if isinstance(line, pa.ChunkedArray) else line
    # Sites that only a member without data brought here are no alleles of the laboratory.
    return line.filter(pa.array(sums.column("families").to_numpy() > 0))


def _joined(texts: pa.Array, offsets: np.ndarray) -> pa.Array:
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), texts), ",")


def _field(name: str, values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`NAME=value`, null where there is none."""
    if pa.types.is_floating(values.type):
        values = _texts(values.to_numpy())
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pc.binary_join_element_wise(f"{name}=", values.cast(pa.string()), "")


def _texts(values: np.ndarray) -> pa.Array:
    """Shortest decimals of 32-bit floats; null for NaN."""
    return pa.array(values.astype(np.float32), mask=np.isnan(values)).cast(pa.string())


def _frequency_without(
    view: View, rows: pa.Table, sums: pa.Table, allele: np.ndarray, carried: np.ndarray, assembly: str
) -> np.ndarray:
    """Frequency of the allele of each carried row without the row's own family; NaN when nobody else has data."""
    families = view.families
    own = rows.take(pa.array(carried))
    number = own.column("family").to_numpy()
    contig = own.column("contig").to_numpy()
    single = haploid(contig, own.column("pos").to_numpy(), assembly)
    sex = sexes(families, number)
    there = (families.contigs[number] >> contig.astype(np.uint32)) & np.uint32(1) > 0
    possible = np.zeros(len(number), dtype=np.int64)
    for place in range(3):
        counted = families.founders[number, place] & there
        possible += np.where(counted, copies(contig, single, sex[:, place]), 0)
    mine = row_sums(own, families, assembly)
    count = sums.column("allele_count").to_numpy()[allele[carried]] - mine["allele_count"]
    total = sums.column("allele_number").to_numpy()[allele[carried]] - (possible - mine["missing_alleles"])
    return np.divide(count, total, out=np.full(len(number), np.nan), where=total > 0)
