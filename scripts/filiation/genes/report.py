"""How is the identity of a gene shown: a row for `filiation genes`, a word for a table of candidates?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from filiation.genes.annotated import AnnotatedGenes, analysable
from filiation.genes.table import GeneTable, Resolution


def name_status(resolution: Resolution) -> str:
    """`approved`, `previous:NAME`, `alias:NAME`, or the status alone: the column gene_name_status."""
    if resolution.status in ("previous", "alias"):
        return f"{resolution.status}:{resolution.name}"
    return resolution.status


def name_row(resolution: Resolution, annotated: AnnotatedGenes | None = None) -> dict[str, Any]:
    """One row of the table gene_names; `analysable` is empty without gene models."""
    gene = resolution.gene
    row: dict[str, Any] = {"name": resolution.name, "status": resolution.status}
    if gene is None:
        row["choices"] = "; ".join(choice.label for choice in resolution.choices)
        return row
    row |= {
        "hgnc_id": gene.hgnc_id,
        "symbol": gene.symbol,
        "gene_name": gene.name,
        "locus_type": gene.locus_type or gene.locus_group,
        "location": gene.location,
        "ensembl_gene_id": gene.ensembl_gene_id,
        "ncbi_gene_id": gene.ncbi_gene_id,
        "mane_select": gene.mane_select,
        "choices": "; ".join(f"also once {other.label}" for other in resolution.lower),
    }
    if annotated is not None:
        lost = analysable([gene], annotated)[1]
        row["analysable"] = lost[0].reason if lost else "yes"
    return row


def panel_gaps(names: Iterable[str], table: GeneTable, annotated: AnnotatedGenes, shown: int) -> str:
    """One line on the genes of a panel (HGNC ids, or symbols) that the gene models cannot show; `shown` are named."""
    resolved = [table.resolve(name) for name in names]
    _, lost = analysable([found.gene for found in resolved if found.gene], annotated)
    named = [(entry.reason, entry.gene.symbol) for entry in lost]
    named += [("no HGNC gene", found.name) for found in resolved if found.gene is None]
    if not named:
        return f"all {len(resolved)} genes are in the gene models"
    reasons: dict[str, list[str]] = {}
    for reason, name in named[:shown]:
        reasons.setdefault(reason, []).append(name)
    text = "; ".join(f"{reason}: {', '.join(found)}" for reason, found in reasons.items())
    more = f"; and {len(named) - shown} more" if len(named) > shown else ""
    return f"not analysable, {len(named)} of {len(resolved)} genes: {text}{more}"
