"""Pairs of variants of one gene that can lie in trans, over all genes of a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filiation.kernels.compound_het import SUPPORTED, compound_pairs_jit
from filiation.model.pedigree import Family
from filiation.scoring.trio import family_codes


@dataclass(frozen=True)
class CompoundPair:
    """Row numbers of two variants of one gene and the status of the pair."""

    first: int
    second: int
    status: str


def find_pairs(family: Family, genes: Sequence[str], states: Sequence[Sequence[int]]) -> list[CompoundPair]:
    """Pairs among variants that may be half of a compound heterozygote.

    genes[i] is the gene of variant i, states[i] the carrier states of the members in kernel order. A variant
    without a gene forms no pair.
    """
    order = sorted((gene, number) for number, gene in enumerate(genes) if gene)
    if not order:
        return []
    numbers = {gene: code for code, gene in enumerate(dict.fromkeys(gene for gene, _ in order))}
    codes = np.array([numbers[gene] for gene, _ in order], dtype=np.int64)
    table = np.array([states[number] for _, number in order], dtype=np.int8)
    pairs, status = compound_pairs_jit(table, codes, family_codes(family).affection)
    return [
        CompoundPair(order[i][1], order[j][1], "supported" if cell == SUPPORTED else "possible")
        for (i, j), cell in zip(pairs, status, strict=True)
    ]
