"""Was each gene of the panel read well enough to say that nothing is there? Depth over its coding bases, by member.

A read counts when it is primary, not duplicate, not failed, and its mapping quality is at least that of the recheck:
a base that only doubtful reads cover is not read (that is how genes with a twin elsewhere show). Overlapping mates
count once. Deleted bases of a read count as read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.io.reads_header import reading
from filiation.model.pedigree import Family, Member
from filiation.reads.alignment_files import require_reads_index
from filiation.reads.coding_regions import Exon, GeneRegions
from filiation.reads.coverage import THRESHOLDS
from filiation.reads.pileup import SKIPPED_FLAGS

Row = dict[str, Any]
# An exon is named in the report when less than all of it is read at the second threshold.
_WHOLE = 1.0


def gene_coverage(
    family: Family,
    wanted: Sequence[tuple[str, str]],
    regions: Sequence[GeneRegions],
    reads: Mapping[str, Path],
    reference: str | Path,
    mapping_quality_min: float,
    blind: Mapping[str, str],
) -> list[Row]:
    """Rows of the table `gene_coverage/1`: each gene asked for, each member with reads.

    blind : reason by gene symbol why short reads cannot see all of it. A gene without a model has one row that says so.
    """
    by_symbol = {region.symbol: region for region in regions}
    rows: list[Row] = []
    with ExitStack() as stack:
        alignments = {}
        for sample, path in reads.items():
            alignments[sample] = stack.enter_context(reading(path, reference))
            require_reads_index(alignments[sample], path)
        members = [member for member in family.members if member.sample in alignments]
        for symbol, hgnc_id in wanted:
            region = by_symbol.get(symbol)
            base: Row = {"gene": symbol, "hgnc_id": hgnc_id or None, "blind": blind.get(symbol)}
            if region is None:
                rows.append(base | {"note": "no_gene_model"})
                continue
            for member in members:
                rows.append(base | _member_row(region, member, alignments[member.sample], mapping_quality_min))
    return rows


def _member_row(region: GeneRegions, member: Member, handle: Any, mapping_quality_min: float) -> Row:
    """One gene of one member."""
    if region.chrom not in handle.references:
        return {"role": member.role.value, "sample": member.sample, "note": "contig_not_in_reads"}
    depths = [exon_depth(handle, region.chrom, exon, mapping_quality_min) for exon in region.exons]
    depth = np.concatenate(depths)
    shallow = [
        f"{exon.number}/{exon.total}:{region.chrom}:{exon.start + 1}-{exon.end}:{share:.3f}"
        for exon, bases in zip(region.exons, depths, strict=True)
        if (share := float((bases >= THRESHOLDS[1]).mean())) < _WHOLE
    ]
    return {
        "role": member.role.value,
        "sample": member.sample,
        "hgnc_id": region.hgnc_id or None,
        "transcript": region.transcript,
        "bases": len(depth),
        "mean_depth": float(depth.mean()),
        "fraction_10x": float((depth >= THRESHOLDS[0]).mean()),
        "fraction_20x": float((depth >= THRESHOLDS[1]).mean()),
        "exons_under": ";".join(shallow),
        "note": "coding" if region.coding else "non_coding_gene",
    }


def exon_depth(handle: Any, chrom: str, exon: Exon, mapping_quality_min: float) -> npt.NDArray[np.int64]:
    """Molecules over each base of an exon; overlapping mates count once."""
    end = min(exon.end, handle.get_reference_length(chrom))
    width = max(0, end - exon.start)
    spans: dict[str, tuple[int, int]] = {}
    change = np.zeros(width + 1, dtype=np.int64)
    for record in handle.fetch(chrom, exon.start, end) if width else ():
        if record.flag & SKIPPED_FLAGS or record.mapping_quality < mapping_quality_min:
            continue
        first = max(record.reference_start - exon.start, 0)
        last = min(record.reference_end - exon.start, width)
        # What the mate has covered already is not counted again.
        before = spans.get(record.query_name)
        if before is not None:
            first = max(first, before[1]) if first >= before[0] else first
        spans[record.query_name] = (first, max(last, before[1]) if before else last)
        if first < last:
            change[first] += 1
            change[last] -= 1
    depth = np.cumsum(change[:-1])
    # Bases of the exon beyond the contig's end are not read.
    return np.concatenate([depth, np.zeros(exon.end - exon.start - width, dtype=np.int64)])
