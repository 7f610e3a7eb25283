"""Which alleles are called new in children of several unrelated families, and so are errors that come back?

A true new allele arises about once in 100 million births at a given base; the same one in two unrelated trios of one
laboratory is far likelier an error of reads, or of the parents' data. Known mutational hot spots are listed too, with
their number of families: the list informs the rank, a reader decides.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from filiation.cohort.frequency import inhouse_counts
from filiation.cohort.index import THRESHOLDS
from filiation.cohort.segment import load_thresholds
from filiation.io.files import atomic_text


def recurrent_de_novo(
    archive: Any, exclude_family: str | None = None, least_families: int | None = None
) -> list[dict[str, Any]]:
    """Alleles called new in at least `least_families` unrelated families, in the order of the genome.

    Rows: chrom (without chr), pos, ref, alt, families (called new), carriers (all families). The default is the
    threshold `min_artefact_families` of cohort-1.yaml.
    """
    least = least_families if least_families is not None else int(load_thresholds(THRESHOLDS).min_artefact_families)
    found = []
    for table in inhouse_counts(archive, exclude_family):
        hits = table.filter(pa.array(table.column("de_novo").to_numpy() >= least))
        for row in hits.select(["contig", "pos", "ref", "alt", "de_novo", "families"]).to_pylist():
            found.append(
                {
                    "chrom": row["contig"],
                    **{name: row[name] for name in ("pos", "ref", "alt")},
                    "families": row["de_novo"],
                    "carriers": row["families"],
                }
            )
    return found


def write_artefacts(archive: Any, output: str | Path, exclude_family: str | None = None) -> int:
    """Write them as the table that `annotate --artefacts` reads; returns how many."""
    rows = recurrent_de_novo(archive, exclude_family)
    with atomic_text(output) as handle:
        handle.write("##alleles that the archive's families show as new in more than one unrelated trio\n")
        handle.write("chrom\tpos\tref\talt\tentry\n")
        for row in rows:
            entry = f"called new in {row['families']} unrelated families, carried in {row['carriers']}"
            handle.write("\t".join([row["chrom"], str(row["pos"]), row["ref"], row["alt"], entry]) + "\n")
    return len(rows)
