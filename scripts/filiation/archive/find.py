"""Which families does a question concern: an older panel, a variant in a gene, a parent read too thinly at a place?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from filiation.archive.derived import THIN_GENE
from filiation.archive.read import record_table
from filiation.archive.store import Archive
from filiation.errors import ConfigError, InputError, nearest
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Family, Role
from filiation.model.report_tables import GENE_COVERAGE

Row = dict[str, Any]
_REGION = re.compile(r"^([^:]+):([\d,]+)-([\d,]+)$")


def version_key(version: str) -> tuple[tuple[int, int | str], ...]:
    """A version as something that sorts: numbers by value, words by letters; `1.10` is after `1.9`."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"[.\-_+]", version) if part)


def analysed_before(archive: Archive, panel: str, version: str) -> list[Row]:
    """Families whose last analysis used a panel before a version; an unknown panel is an InputError."""
    known = archive.query("SELECT DISTINCT panel, panel_version FROM analyses")
    names = sorted({row["panel"] for row in known if row["panel"]})
    if panel not in names:
        raise InputError(
            f"no analysis used the panel '{panel}'",
            where=str(archive.path),
            expected=f"one of {', '.join(names) or '(no panel was used)'}",
            repair=nearest(panel, names),
        )
    limit = version_key(version)
    older = [
        row["panel_version"] for row in known if row["panel"] == panel and version_key(row["panel_version"]) < limit
    ]
    marks = ", ".join("?" * len(older))
    return archive.query(
        "SELECT family, a.number AS analysis, a.date, a.panel, a.panel_version FROM analyses a"
        " JOIN families USING (family_number)"
        " JOIN (SELECT family_number, max(number) AS number FROM analyses GROUP BY family_number) last"
        " ON last.family_number = a.family_number AND last.number = a.number"
        f" WHERE a.panel = ? AND a.panel_version IN ({marks}) ORDER BY family",
        [panel, *older],
    )


def analysed_with(archive: Archive, panel: str, genes: set[str]) -> list[Row]:
    """Families whose last analysis used a panel, and which of the genes ever held a candidate of theirs.

    Rows: family, panel, panel_version, sha256 (of the panel's file, '' where it was not kept), genes (sorted symbols).
    """
    rows = archive.query(
        "SELECT family, f.family_number, a.panel, a.panel_version, coalesce(r.sha256, '') AS sha256 FROM analyses a"
        " JOIN families f USING (family_number)"
        " JOIN (SELECT family_number, max(number) AS number FROM analyses GROUP BY family_number) last"
        " ON last.family_number = a.family_number AND last.number = a.number"
        " LEFT JOIN resources r ON r.set_number = a.set_number AND r.kind = 'input' AND r.name = 'panel'"
        " WHERE a.panel = ? ORDER BY family",
        [panel],
    )
    held: dict[int, set[str]] = {}
    for symbol in sorted(genes):
        for row in archive.query("SELECT DISTINCT family_number FROM first_seen WHERE gene = ?", [symbol]):
            held.setdefault(row["family_number"], set()).add(symbol)
    return [{**row, "genes": sorted(held.get(row["family_number"], ()))} for row in rows]


def parents_below(archive: Archive, depth: float, place: str) -> list[Row]:
    """Families with a parent whose mean depth at a gene or a region is below `depth`.

    Rows: family, role, sample, mean_depth, places, source. source : `gene_coverage` (from the reads, over the gene's
    exons) or `genotype_depths` (mean over `places` stored records there, for families without such a table and for
    regions). A family without data there has a row of source `unknown`: it is not said to be well read.
    """
    match = _REGION.match(place)
    if match:
        region = (match[1], int(match[2].replace(",", "")), int(match[3].replace(",", "")))
        if region[1] > region[2]:
            raise ConfigError(f"region {place}", where="--at", expected="CHROM:START-END with START <= END")
        return [row for record in archive.families() for row in _from_genotypes(archive, record.family, depth, region)]
    thin = _thin_rows(archive, place, depth)
    covered = _families_with_coverage(archive, place)
    rows = []
    for record in archive.families():
        if record.name in covered:
            if depth <= THIN_GENE:
                found = thin.get(record.name, [])
            else:
                found = list(_from_gene_coverage(archive, record.name, depth, place))
            rows += found
        else:
            rows += _from_genotypes(archive, record.family, depth, place)
    return rows


def _thin_rows(archive: Archive, gene: str, depth: float) -> dict[str, list[Row]]:
    """{family: parents below `depth`} from the index of thin genes, last analyses only."""
    rows = archive.query(
        "SELECT family, role, sample, mean_depth FROM thin_genes t JOIN families USING (family_number)"
        " WHERE (gene = ? OR hgnc_id = ?) AND role IN ('father', 'mother') AND mean_depth < ? AND t.number ="
        " (SELECT max(number) FROM analyses a WHERE a.family_number = t.family_number) ORDER BY family, role",
        [gene, gene, depth],
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["family"], []).append({**row, "places": None, "source": "gene_coverage"})
    return found


def _families_with_coverage(archive: Archive, gene: str) -> set[str]:
    """Families in whose last analysis the coverage of the gene was measured."""
    rows = archive.query(
        "SELECT family FROM analyses a JOIN families USING (family_number) JOIN covered_genes c"
        " ON c.panel = a.panel AND c.panel_version = a.panel_version"
        " WHERE (c.gene = ? OR c.hgnc_id = ?) AND ' ' || a.parts || ' ' LIKE '% gene_coverage %'"
        " AND a.number = (SELECT max(number) FROM analyses b WHERE b.family_number = a.family_number)",
        [gene, gene],
    )
    return {row["family"] for row in rows}


def _from_gene_coverage(archive: Archive, family: str, depth: float, gene: str) -> Iterator[Row]:
    for row in archive.table(family, GENE_COVERAGE):
        named = gene in (row["gene"], row["hgnc_id"]) and row["role"] in ("father", "mother")
        if named and row["mean_depth"] is not None and row["mean_depth"] < depth:
            yield {
                "family": family, "role": row["role"], "sample": row["sample"], "mean_depth": row["mean_depth"],
                "places": None, "source": "gene_coverage",
            }  # fmt: skip


def _from_genotypes(archive: Archive, family: Family, depth: float, place: str | tuple[str, int, int]) -> list[Row]:
    """Parents below `depth` by the DP of the stored records at a place."""
    depths: dict[str, list[int]] = {}
    for part in ("calls", "genotypes"):
        table = record_table(archive, family.name, part)
        if table is None:
            continue
        header = table.schema.metadata[b"filiation.vcf_header"].decode().rstrip("\n").splitlines()[-1].split("\t")[9:]
        chosen = table.filter(_at(table, place)).select(["format", "samples"]).to_pylist()
        for row in chosen:
            for sample, cell in zip(header, row["samples"], strict=False):
                value = dict(zip(row["format"].split(":"), cell.split(":"), strict=False)).get("DP", ".")
                if value.isdecimal():
                    depths.setdefault(sample, []).append(int(value))
    rows = []
    for member in (family.father, family.mother):
        if member is None:
            continue
        seen = depths.get(member.sample, [])
        mean = float(np.mean(seen)) if seen else None
        if mean is None or mean < depth:
            rows.append(
                {
                    "family": family.name, "role": Role(member.role).value, "sample": member.sample, "mean_depth": mean,
                    "places": len(seen), "source": "genotype_depths" if seen else "unknown",
                }
            )  # fmt: skip
    return rows


def _at(table: Any, place: str | tuple[str, int, int]) -> np.ndarray:
    """Records of a gene (by the annotation; removed records carry none) or of a region."""
    if isinstance(place, str):
        if "gene" not in table.column_names:
            return np.zeros(table.num_rows, dtype=bool)
        return np.array([place in genes for genes in table.column("gene").to_pylist()], dtype=bool)
    contig, start, end = place
    pos = table.column("pos").to_numpy()
    names = np.array([bare_name(name) == bare_name(contig) for name in table.column("contig").to_pylist()], dtype=bool)
    return np.asarray(names & (pos >= start) & (pos <= end))
