"""What do a member's VCF cells say of the allele, read column by column and never record by record?

The rule of `kernels.inheritance.carrier_states` without its statistics: a call with the allele stands as called, a call
without it is absence only on enough reads and quality, and everything else is no data.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from filiation.cohort.layout import ABSENT, CARRIER, HOMOZYGOUS, UNKNOWN


def genotype_state(text: str) -> int:
    """State of one GT: `0/1` and `./1` carrier, `1/1` and haploid `1` homozygous, `0/0` absent, others no data."""
    alleles = text.replace("|", "/").split("/")
    alternate = sum(allele not in ("0", ".", "") for allele in alleles)
    if any(allele in (".", "") for allele in alleles):
        return CARRIER if alternate else UNKNOWN
    if not alternate:
        return ABSENT
    return HOMOZYGOUS if alternate == len(alleles) else CARRIER


def _field(cells: pa.ListArray, position: int) -> pa.Array:
    """One field of every cell, null where the cell ends before it."""
    starts = cells.offsets.to_numpy()[:-1] + position
    ends = cells.offsets.to_numpy()[1:]
    there = starts < ends
    return cells.values.take(pa.array(np.where(there, starts, 0), mask=~there))


def _as_number(texts: pa.Array) -> np.ndarray:
    """float64; NaN for a missing or unreadable value."""
    readable = pc.match_substring_regex(texts, r"^[0-9]+(\.[0-9]+)?$")
    known = pc.if_else(pc.fill_null(readable, False), texts, pa.scalar(None, pa.string()))
    return pc.cast(known, pa.float64()).to_numpy(zero_copy_only=False)


def member_states(formats: pa.Array, cells: pa.Array, min_depth: float, min_quality: float) -> np.ndarray:
    """uint8 (v,): what one member's cells say of the allele.

    formats, cells : FORMAT and the member's column of every record, as text. A 0/0 with fewer than `min_depth` reads, a
    quality under `min_quality`, or without either, is no data.
    """
    states = np.full(len(cells), UNKNOWN, dtype=np.uint8)
    encoded = formats.dictionary_encode()
    kinds = encoded.indices.to_numpy(zero_copy_only=False)
    for kind, text in enumerate(encoded.dictionary.to_pylist()):
        names = text.split(":")
        rows = np.flatnonzero(kinds == kind)
        if "GT" not in names:
            continue
        split = pc.split_pattern(cells.take(pa.array(rows)), ":")
        genotypes = pc.fill_null(_field(split, names.index("GT")), ".").dictionary_encode()
        of_word = np.array([genotype_state(word) for word in genotypes.dictionary.to_pylist()], dtype=np.uint8)
        found = of_word[genotypes.indices.to_numpy(zero_copy_only=False)]
        depth, quality = (
            _as_number(_field(split, names.index(name))) if name in names else np.full(len(rows), np.nan)
            for name in ("DP", "GQ")
        )
        thin = (np.isnan(depth) & np.isnan(quality)) | (depth < min_depth) | (quality < min_quality)
        states[rows] = np.where((found == ABSENT) & thin, UNKNOWN, found)
    return states
