"""Which numbers decide the verdict of the recheck? A typed group for each question, read from one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.io.files import sha256
from filiation.io.threshold_file import read_threshold_groups


@dataclass(frozen=True)
class ReadThresholds:
    """Which reads count, and for which allele."""

    mapping_quality_min: float
    base_quality_min: float
    allele_ratio_min: float
    gap_open: float
    gap_extend: float
    flank: float


@dataclass(frozen=True)
class EvidenceThresholds:
    """When a member carries an allele, is a mosaic, or is free of it."""

    depth_min: float
    alt_reads_min: float
    error_rate_snv: float
    error_rate_indel: float
    error_rate_repeat: float
    repeat_units: float
    error_dispersion: float
    carrier_dispersion: float
    log10_ratio_min: float


@dataclass(frozen=True)
class ArtefactThresholds:
    """When the alternate reads of the index case look like an artefact."""

    strand_p_max: float
    position_p_max: float
    rejected_share_max: float


@dataclass(frozen=True)
class PhaseThresholds:
    """When read pairs tell the parent of origin."""

    distance: float
    pairs_min: float
    conflict_share_max: float
    genotype_quality_min: float


@dataclass(frozen=True)
class RecheckThresholds:
    """Every threshold of the recheck, with the file it came from."""

    reads: ReadThresholds
    evidence: EvidenceThresholds
    artefact: ArtefactThresholds
    phase: PhaseThresholds
    name: str
    checksum: str


_GROUPS: dict[str, type[Any]] = {
    "reads": ReadThresholds,
    "evidence": EvidenceThresholds,
    "artefact": ArtefactThresholds,
    "phase": PhaseThresholds,
}


def load_recheck_thresholds(path: str | Path) -> RecheckThresholds:
    """Read resources/scoring/recheck-<version>.yaml; an unknown, missing or non-numeric entry is an error."""
    made = read_threshold_groups(path, "recheck thresholds", _GROUPS)
    path = Path(path)
    return RecheckThresholds(**made, name=path.stem, checksum=sha256(path))
