"""The published de novo rules of other programs, transcribed for arrays of calls: slivar, Hail, plain genotypes.

slivar's four expressions of a trio are here: denovo, recessive, x_denovo, x_recessive. Each takes the fields of a batch
(members: child, father, mother) and answers which sites it calls, or how surely.
Transcribed from the published descriptions and sources named at each rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# Code of the X outside its pseudoautosomal regions, as filiation.kernels.encoding has it.
X = 2


def genotypes_alone(batch: Any) -> np.ndarray:
    """Child with the allele, both parents called without."""
    called = batch.genotype
    return np.asarray((called[:, 0] >= 1) & (called[:, 1] == 0) & (called[:, 2] == 0))


def slivar(batch: Any) -> np.ndarray:
    """slivar `denovo` of js/slivar-functions.js with its defaults (Pedersen et al. 2021, 10.1038/s41525-021-00227-3).

    Child heterozygous, parents homozygous reference; every member with genotype quality >= 20 and >= 6 reads; allele
    balance of the child 0.20 to 0.80, of the parents below 0.02; fewer than two alternate reads in both parents
    together. The frequency limit (popmax below 0.001) is applied by the caller, to every program alike.
    """
    reads = batch.ref_depth + batch.alt_depth
    balance = batch.alt_depth / np.maximum(reads, 1)
    called = batch.genotype
    good = (batch.genotype_quality >= 20).all(axis=1) & (reads >= 6).all(axis=1)
    child = (called[:, 0] == 1) & (balance[:, 0] >= 0.2) & (balance[:, 0] <= 0.8)
    parents = (called[:, 1:] == 0).all(axis=1) & (balance[:, 1:] < 0.02).all(axis=1)
    return np.asarray(good & child & parents & (batch.alt_depth[:, 1:].sum(axis=1) < 2))


def slivar_recessive(batch: Any) -> np.ndarray:
    """slivar `recessive`: child with two copies, each parent with one, all of high quality.

    High quality: genotype quality >= 20, >= 6 reads, and a share of alternate reads of 0.20 to 0.80 in a heterozygote,
    above 0.98 in a homozygote.
    """
    reads = batch.ref_depth + batch.alt_depth
    balance = batch.alt_depth / np.maximum(reads, 1)
    good = (batch.genotype_quality >= 20).all(axis=1) & (reads >= 6).all(axis=1)
    parents = (batch.genotype[:, 1:] == 1).all(axis=1)
    parents &= ((balance[:, 1:] >= 0.2) & (balance[:, 1:] <= 0.8)).all(axis=1)
    return np.asarray(good & parents & (batch.genotype[:, 0] == 2) & (balance[:, 0] > 0.98))


def _slivar_x(batch: Any, child_is_male: bool) -> tuple[np.ndarray, np.ndarray]:
    """Records of the X of a boy (quality >= 10, >= 6 reads in him; 20 and 6 in his parents), and shares of reads."""
    reads = batch.ref_depth + batch.alt_depth
    good = (batch.genotype_quality[:, 0] >= 10) & (batch.genotype_quality[:, 1:] >= 20).all(axis=1)
    good &= (reads >= 6).all(axis=1) & (batch.contig_class == X) & child_is_male
    return good, batch.alt_depth / np.maximum(reads, 1)


def slivar_x_de_novo(batch: Any, child_is_male: bool) -> np.ndarray:
    """slivar `x_denovo`: a boy with the allele in more than 0.3 of his reads, parents without it (share below 0.02)."""
    good, balance = _slivar_x(batch, child_is_male)
    parents = (batch.genotype[:, 1:] == 0).all(axis=1) & (balance[:, 1:] < 0.02).all(axis=1)
    return np.asarray(good & (batch.genotype[:, 0] >= 1) & (balance[:, 0] > 0.3) & parents)


def slivar_x_recessive(batch: Any, child_is_male: bool) -> np.ndarray:
    """slivar `x_recessive`: a boy with the allele in more than 0.75 of his reads, a heterozygous mother (share 0.20 to
    0.80), a father without it."""
    good, balance = _slivar_x(batch, child_is_male)
    mother = (batch.genotype[:, 2] == 1) & (balance[:, 2] >= 0.2) & (balance[:, 2] <= 0.8)
    father = (batch.genotype[:, 1] == 0) & (balance[:, 1] < 0.02)
    return np.asarray(good & mother & father & (batch.genotype[:, 0] >= 1) & (balance[:, 0] > 0.75))


def hail(batch: Any, population_frequency: np.ndarray) -> np.ndarray:
    """Confidence of Hail's de_novo (methods/family_methods.py, after Samocha): 3 high, 2 medium, 1 low, 0 not called.

    Autosomes of a single trio: the allele count of a site is that of the trio's own calls.
    """
    phred = np.nan_to_num(batch.phred)
    likelihood = 10 ** (-(phred - phred.min(axis=2, keepdims=True)) / 10)
    likelihood /= likelihood.sum(axis=2, keepdims=True)
    called = batch.genotype
    alleles = np.where(called >= 0, called, 0).sum(axis=1)
    total = 2 * (called >= 0).sum(axis=1)
    frequency = np.maximum((alleles - 1) / np.maximum(total, 1), np.nan_to_num(population_frequency))
    frequency = np.maximum(frequency, 100 / 3e7)
    child, father, mother = likelihood[:, 0], likelihood[:, 1], likelihood[:, 2]
    new = father[:, 0] * mother[:, 0] * child[:, 1] / 3e7
    missed = (father[:, 1] * mother[:, 0] + father[:, 0] * mother[:, 1]) * child[:, 1] * (1 - (1 - frequency) ** 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.nan_to_num(new / (new + missed))
    reads = batch.ref_depth + batch.alt_depth
    balance = batch.alt_depth / np.maximum(reads, 1)
    ratio = reads[:, 0] / np.maximum(reads[:, 1] + reads[:, 2], 1)
    entry = (called[:, 0] == 1) & (called[:, 1:] == 0).all(axis=1) & (batch.genotype_quality[:, 0] >= 20)
    entry &= (balance[:, 0] >= 0.2) & (ratio >= 0.1) & (balance[:, 1:] <= 0.05).all(axis=1)
    entry &= (reads[:, 1:].sum(axis=1) > 0) & (p >= 0.05)
    high_snv = (p > 0.99) & (balance[:, 0] > 0.3) & ((ratio > 0.2) | (alleles == 1))
    high_snv |= (p > 0.5) & (balance[:, 0] > 0.3) & (alleles < 10) & (reads[:, 0] > 10)
    medium_snv = (p > 0.5) & ((balance[:, 0] > 0.3) | (alleles == 1))
    high_indel = (p > 0.99) & (balance[:, 0] > 0.3) & (alleles == 1)
    medium_indel = (p > 0.5) & (balance[:, 0] > 0.3) & (alleles <= 5)
    high = np.where(batch.is_snv, high_snv, high_indel)
    medium = np.where(batch.is_snv, medium_snv, medium_indel)
    return np.where(~entry, 0, np.where(high, 3, np.where(medium, 2, 1)))
