"""What the family's genotypes say of every record: likelihoods, de novo posterior, carrier states, patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.io.flanks import ReferenceFlanks
from filiation.io.vcf import TrioBatch
from filiation.kernels import encoding
from filiation.kernels.genotype import genotype_log_likelihoods_jit
from filiation.kernels.inheritance import (
    COMPOUND_HETEROZYGOUS,
    DE_NOVO,
    POSSIBLE,
    SUPPORTED,
    EvidenceThresholds,
    carrier_states_jit,
    inheritance_patterns_jit,
)
from filiation.kernels.suspected_mosaic import suspected_mosaic_parent_jit
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Affection, Family, Sex
from filiation.scoring.de_novo import prior_frequency, score_de_novo
from filiation.scoring.model import ScoringModel

# Column of the pattern table → inheritance class; the kernel's order is that of the enumeration.
PATTERN_CLASSES: tuple[Inheritance, ...] = tuple(Inheritance)
# Patterns of one copy that a common variant cannot explain.
DOMINANT_PATTERNS = (0, 1, 5, 6, 7, 8)

_SEX = {
    Sex.UNKNOWN: encoding.SEX_UNKNOWN,
    Sex.MALE: encoding.SEX_MALE,
    Sex.FEMALE: encoding.SEX_FEMALE,
}
_AFFECTION = {
    Affection.UNKNOWN: encoding.AFFECTION_UNKNOWN,
    Affection.UNAFFECTED: encoding.UNAFFECTED,
    Affection.AFFECTED: encoding.AFFECTED,
}


@dataclass(frozen=True)
class FamilyCodes:
    """A family in the order and the codes of the kernels: proband, father, mother, siblings."""

    samples: tuple[str, ...]
    sex: npt.NDArray[np.int8]
    affection: npt.NDArray[np.int8]


def family_codes(family: Family) -> FamilyCodes:
    """Members in kernel order; a parent who was not sequenced has an empty name and unknown affection."""
    members = [family.proband, family.father, family.mother, *family.siblings]
    default_sex = [Sex.UNKNOWN, Sex.MALE, Sex.FEMALE]
    return FamilyCodes(
        tuple(member.sample if member else "" for member in members),
        np.array(
            [_SEX[member.sex if member else default_sex[p]] for p, member in enumerate(members)],
            dtype=np.int8,
        ),
        np.array(
            [_AFFECTION[member.affection] if member else encoding.AFFECTION_UNKNOWN for member in members],
            dtype=np.int8,
        ),
    )


@dataclass
class TrioScores:
    """Evidence of one batch. v = variants, p = members, patterns in the order of model.inheritance."""

    posterior: npt.NDArray[np.float64]
    log10_odds: npt.NDArray[np.float64]
    rung: npt.NDArray[np.int8]
    states: npt.NDArray[np.int8]
    patterns: npt.NDArray[np.int8]
    weak_proband: npt.NDArray[np.bool_]


def evidence_thresholds(model: ScoringModel) -> EvidenceThresholds:
    """The kernel's thresholds out of the model."""
    value = model.threshold
    return EvidenceThresholds(
        int(value["min_depth"]),
        value["min_genotype_quality"],
        value["sequencing_error_rate"],
        value["mosaic_p_value"],
        value["heterozygote_p_value"],
        value["max_mosaic_fraction"],
        value["max_reference_alt_fraction"],
        value["min_de_novo_posterior"],
        value["min_possible_de_novo_posterior"],
        value["suspected_mosaic_p_value"],
        bool(value.get("reduced_penetrance", 0)),
    )


def score_batch(
    batch: TrioBatch,
    codes: FamilyCodes,
    model: ScoringModel,
    population_af: npt.NDArray[np.float64],
    annotated: bool,
    flanks: ReferenceFlanks | None = None,
) -> TrioScores:
    """Run the kernels over one batch.

    population_af : float64 (v,), NaN where the variant is not in the sources. `annotated`: a source exists.
    flanks : the reference, for CpG and repeats; None = averages over contexts.
    """
    value = model.threshold
    likelihood, rung = genotype_log_likelihoods_jit(
        batch.phred,
        batch.log10_likelihood,
        batch.ref_depth,
        batch.alt_depth,
        batch.genotype,
        batch.genotype_quality,
        value["sequencing_error_rate"],
    )
    de_novo = score_de_novo(
        batch,
        likelihood,
        int(codes.sex[0]),
        prior_frequency(batch.is_snv, population_af, model, annotated),
        model,
        flanks,
    )
    posterior = de_novo.posterior
    thresholds = evidence_thresholds(model)
    states = carrier_states_jit(
        batch.genotype, batch.genotype_quality, batch.ref_depth, batch.alt_depth, batch.depth, thresholds
    )
    suspected = suspected_mosaic_parent_jit(batch.genotype, batch.ref_depth, batch.alt_depth, thresholds)
    patterns = inheritance_patterns_jit(
        states, batch.contig_class, codes.sex, codes.affection, posterior, suspected, thresholds
    )
    weak = weak_proband(batch, model)
    # A doubtful genotype of the index case can open a pattern but not prove it.
    patterns[weak[:, None] & (patterns == SUPPORTED)] = POSSIBLE
    return TrioScores(posterior, de_novo.log10_odds, rung, states, patterns, weak)


def weak_proband(batch: TrioBatch, model: ScoringModel) -> npt.NDArray[np.bool_]:
    """Index case with a low genotype quality, or heterozygous with few alternate reads; missing is not weak."""
    value = model.threshold
    quality = batch.genotype_quality[:, 0]
    reads = batch.ref_depth[:, 0] + batch.alt_depth[:, 0]
    known = (batch.ref_depth[:, 0] >= 0) & (batch.alt_depth[:, 0] >= 0) & (reads > 0)
    balance = np.where(known, batch.alt_depth[:, 0] / np.maximum(reads, 1), np.nan)
    heterozygous = batch.genotype[:, 0] == 1
    # The mitochondrial genome is heteroplasmic by nature; a low share there is no fault.
    nuclear = batch.contig_class != encoding.MITOCHONDRIAL
    low_balance = heterozygous & nuclear & known & (balance < value["min_allele_balance"])
    low_quality = np.isfinite(quality) & (quality < value["flag_genotype_quality"])
    return np.asarray(low_balance | low_quality)


def inheritance_text(row: npt.NDArray[np.int8]) -> str:
    """One row of the pattern table as `class:status,…`; `.` when no pattern is left."""
    items: list[str] = []
    for column, cell in enumerate(row):
        if cell:
            status = "supported" if cell == SUPPORTED else "possible"
            items.append(f"{PATTERN_CLASSES[column]}:{status}")
    return ",".join(items) or "."


def parse_inheritance(text: Any) -> dict[Inheritance, str]:
    """The pattern table's text form back as {class: status}."""
    if text in (None, "", "."):
        return {}
    parts = text if isinstance(text, tuple | list) else str(text).split(",")
    pairs = (part.split(":", 1) for part in parts)
    return {Inheritance(name): status for name, status in pairs}


__all__ = [
    "COMPOUND_HETEROZYGOUS",
    "DE_NOVO",
    "DOMINANT_PATTERNS",
    "PATTERN_CLASSES",
    "FamilyCodes",
    "TrioScores",
    "evidence_thresholds",
    "family_codes",
    "inheritance_text",
    "parse_inheritance",
    "prior_frequency",
    "score_batch",
    "weak_proband",
]
