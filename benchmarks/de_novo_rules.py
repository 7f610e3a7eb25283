"""The published de novo rules of other programs, transcribed for arrays of calls: slivar, Hail, plain genotypes.

Each takes the fields of a batch (members: child, father, mother) and answers which sites it calls, or how surely.
Transcribed from the published descriptions and sources named at each rule, for autosomes.
"""

from __future__ import annotations

from typing import Any

import numpy as np


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
