"""Pairs of variants of one gene that can lie in trans, over all genes of a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filiation.kernels.compound_het import phased_pairs_jit
from filiation.model.inheritance import CompoundPhase, PhaseEvidence
from filiation.model.pedigree import Family
from filiation.scoring.trio import family_codes


@dataclass(frozen=True)
class PhaseTag:
    """Where the calls of the index case put an allele: phase set (PS, or PID of GATK) and copy, 0 or 1."""

    phase_set: str
    copy: int


@dataclass(frozen=True)
class StructuralHalf:
    """A structural or copy-number variant that takes out a gene, as the other half of a pair.

    `states`: what each member's data say of it, in kernel order (proband, father, mother, siblings), by whatever
    caller found it; UNKNOWN for a member it did not look at. `key` names it in the column compound_partner.
    """

    key: str
    gene: str
    states: tuple[int, ...]


@dataclass(frozen=True)
class CompoundPair:
    """Row numbers of two variants of one gene, and whether they lie in trans.

    `second` counts on into the structural halves when these were given: len(genes) is the first of them.
    """

    first: int
    second: int
    phase: CompoundPhase
    evidence: PhaseEvidence

    @property
    def status(self) -> str:
        """`supported` for a proven pair, `possible` otherwise."""
        return self.phase.status.value

    @property
    def in_trans(self) -> bool:
        """Whether the two can lie on different copies."""
        return self.phase >= CompoundPhase.TRANS_POSSIBLE


def phase_pairs(
    family: Family,
    genes: Sequence[str],
    states: Sequence[Sequence[int]],
    tags: Sequence[PhaseTag | None] = (),
    structural: Sequence[StructuralHalf] = (),
) -> list[CompoundPair]:
    """Every pair among variants that may be half of a compound heterozygote, those in cis included.

    genes[i] is the gene of variant i, states[i] the carrier states of the members in kernel order, tags[i] its phase
    in the index case. A variant without a gene forms no pair. `structural` is the hook for pairs of a small variant
    and a structural one; two structural variants form no pair.
    """
    all_genes = [*genes, *(half.gene for half in structural)]
    all_states = [*states, *(half.states for half in structural)]
    order = sorted((gene, number) for number, gene in enumerate(all_genes) if gene)
    if not order:
        return []
    numbers = {gene: code for code, gene in enumerate(dict.fromkeys(gene for gene, _ in order))}
    codes = np.array([numbers[gene] for gene, _ in order], dtype=np.int64)
    table = np.array([all_states[number] for _, number in order], dtype=np.int8)
    tag_of = [tags[number] if number < len(tags) else None for _, number in order]
    sets = {name: code for code, name in enumerate(sorted({tag.phase_set for tag in tag_of if tag}))}
    phase_set = np.array([sets[tag.phase_set] if tag else -1 for tag in tag_of], dtype=np.int64)
    copy = np.array([tag.copy if tag else 0 for tag in tag_of], dtype=np.int8)
    pairs, phase, evidence = phased_pairs_jit(table, codes, family_codes(family).affection, phase_set, copy)
    found = []
    for (i, j), cell, ground in zip(pairs, phase, evidence, strict=True):
        first, second = order[i][1], order[j][1]
        if first < len(genes):
            found.append(CompoundPair(first, second, CompoundPhase(int(cell)), PhaseEvidence(int(ground))))
    return found


def find_pairs(
    family: Family,
    genes: Sequence[str],
    states: Sequence[Sequence[int]],
    tags: Sequence[PhaseTag | None] = (),
    structural: Sequence[StructuralHalf] = (),
) -> list[CompoundPair]:
    """The pairs of `phase_pairs` that can lie in trans."""
    return [pair for pair in phase_pairs(family, genes, states, tags, structural) if pair.in_trans]
