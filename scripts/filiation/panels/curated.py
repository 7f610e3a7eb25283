"""Which genes did a person name as core genes of a pre-indication, in which mode, and on what ground?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import FaultList, InputError, UserError
from filiation.genes.table import Gene, GeneTable
from filiation.io.tables import read_table
from filiation.model.columns import CORE_GENES
from filiation.panels.modes import MODES

# The list that ships.
SHIPPED = Path(__file__).resolve().parents[3] / "resources" / "core_genes.tsv"


@dataclass(frozen=True, slots=True)
class CuratedGene:
    """One core gene of one pre-indication; mode '' when the curator did not say."""

    gene: Gene
    inheritance: str
    source: str
    confidence: str


def read_curated(path: str | Path, table: GeneTable) -> dict[str, list[CuratedGene]]:
    """{slug: its curated genes}; raises FaultList with every row whose name, mode or double does not hold."""
    found: dict[str, list[CuratedGene]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    faults: list[UserError] = []
    for number, row in enumerate(read_table(path, CORE_GENES).rows, 1):
        where = f"{path}, gene {number} ({row['gene']})"
        mode = row["inheritance"] or ""
        try:
            gene = table.require(row["gene"] or "", where)
        except InputError as fault:
            faults.append(fault)
            continue
        key = (row["pre_indication"], gene.hgnc_id)
        if mode and mode not in MODES:
            faults.append(InputError(f"mode '{mode}'", where=where, expected=", ".join(MODES)))
        elif key in seen:
            faults.append(
                InputError(f"{gene.label} stands twice for {key[0]}", where=where, repair="keep one of the rows")
            )
        else:
            seen.add(key)
            found[key[0]].append(CuratedGene(gene, mode, row["source"] or "", row["confidence"] or ""))
    if faults:
        raise FaultList(faults)
    return found
