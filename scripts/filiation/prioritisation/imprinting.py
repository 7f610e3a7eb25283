"""Which genes are imprinted, and which parent's copy is the one that speaks?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filiation.errors import InputError
from filiation.io.tables import read_table
from filiation.model.columns import IMPRINTED

EXPRESSED = ("paternal", "maternal", "isoform_dependent")


@dataclass(frozen=True)
class ImprintedGene:
    """One imprinted gene; `expressed`: paternal, maternal, or isoform_dependent when transcripts differ."""

    symbol: str
    expressed: str
    where: str
    source: str

    @property
    def silent_parent(self) -> str:
        """`father` or `mother`: the parent whose copy is silent; '' when transcripts differ."""
        return {"paternal": "mother", "maternal": "father"}.get(self.expressed, "")


def load_imprinted(path: str | Path) -> dict[str, ImprintedGene]:
    """Read the table of imprinted genes; a gene listed twice or an unknown word is an error."""
    genes: dict[str, ImprintedGene] = {}
    for number, row in enumerate(read_table(path, IMPRINTED).rows, 1):
        gene, expressed = row["gene"], row["expressed_allele"]
        if not gene or gene in genes or expressed not in EXPRESSED:
            raise InputError(
                f"{gene or 'no gene'}, expressed allele {expressed!r}",
                where=f"{path}, gene {number}",
                expected=f"each gene once, expressed allele one of {', '.join(EXPRESSED)}",
                repair="correct the row",
            )
        genes[gene] = ImprintedGene(gene, expressed, row["expressed_in"] or "", row["source"] or "")
    return genes
