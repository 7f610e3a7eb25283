"""Which number separates a good sample from a doubtful one? A typed group for each check, read from one file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError
from filiation.io.files import sha256
from filiation.io.threshold_file import read_threshold_groups


@dataclass(frozen=True)
class EvidenceThresholds:
    """Which genotypes are good enough to be evidence."""

    genotype_quality_min: float
    depth_min: float
    heterozygote_balance_min: float
    heterozygote_balance_max: float
    homozygote_other_allele_max: float


@dataclass(frozen=True)
class SexThresholds:
    """Copies of X and Y."""

    x_sites_min: float
    one_x_ratio_max: float
    two_x_ratio_min: float
    depth_sites_min: float
    autosomal_depth_sites_min: float
    one_x_depth_max: float
    two_x_depth_min: float
    y_absent_depth_max: float
    y_present_depth_min: float


@dataclass(frozen=True)
class KinshipThresholds:
    """Relations of two members."""

    window_bp: float
    windows_min: float
    homozygous_sites_min: float
    opposite_rate_max: float
    opposite_sites_min: float
    opposite_windows_min: float
    identical_relatedness_min: float
    first_degree_relatedness_min: float
    unrelated_relatedness_max: float
    standard_errors: float
    sibling_autosomes_min: float


@dataclass(frozen=True)
class ExplanationThresholds:
    """How unlikely each mishap is, in units of one exchanged tube."""

    exchanged: float
    wrong_sex: float
    stranger: float
    relative: float
    distant_relative: float
    relatedness_scale: float
    tie: float


@dataclass(frozen=True)
class FamiliesThresholds:
    """Comparison of families."""

    sites_max: float
    shared_sites_min: float
    opposite_rate_max: float


@dataclass(frozen=True)
class MendelianThresholds:
    """Violations of Mendel's rules."""

    sites_min: float
    snv_warn: float
    snv_fail: float
    indel_warn: float
    sex_chromosome_warn: float


@dataclass(frozen=True)
class CallThresholds:
    """Plausibility of a member's calls."""

    sites_min: float
    call_rate_min: float
    transition_ratio_min: float
    transition_ratio_max: float
    heterozygote_ratio_min: float
    heterozygote_ratio_max: float
    unbalanced_heterozygotes_max: float


@dataclass(frozen=True)
class ContaminationThresholds:
    """Foreign reads."""

    sites_min: float
    fraction_warn: float
    fraction_fail: float
    support_min: float
    source_fraction_min: float
    source_support_min: float
    interval_standard_errors: float


@dataclass(frozen=True)
class CoverageThresholds:
    """Depth."""

    mean_depth_min: float
    fraction_10x_min: float
    fraction_20x_min: float
    variant_depth_min: float
    callable_min: float


@dataclass(frozen=True)
class DeNovoThresholds:
    """Count of a child's own alleles."""

    depth_min: float
    child_balance_min: float
    parent_alternate_reads_max: float
    usual_min: float
    usual_max: float
    plausible_min: float
    plausible_max: float
    genome_length: float
    window_sites_min: float
    standard_errors: float


@dataclass(frozen=True)
class OtherProgramThresholds:
    """Limits of somalier and peddy."""

    sites_min: float
    somalier_identical_min: float
    somalier_parent_min: float
    somalier_parent_max: float
    somalier_parent_ibs0_max: float
    somalier_unrelated_max: float
    peddy_identical_min: float
    peddy_parent_ibs0_max: float


@dataclass(frozen=True)
class HomozygosityThresholds:
    """Runs of homozygosity."""

    length_bp_min: float
    markers_min: float
    marker_spacing_bp_max: float
    gap_bp_max: float
    error_rate: float
    heterozygosity_min: float
    switch_probability: float
    heterozygous_share_max: float
    judged_span_bp_min: float
    genome_share_max: float
    long_run_bp: float
    single_run_bp_max: float


@dataclass(frozen=True)
class UniparentalThresholds:
    """Uniparental disomy."""

    error_rate: float
    switch_probability: float
    recombination_probability: float
    proofs_min: float
    chance_max: float
    contradiction_share_max: float
    length_bp_min: float
    exclusions_min: float
    deletion_depth_max: float
    depth_sites_min: float
    isodisomy_heterozygosity_max: float


@dataclass(frozen=True)
class Thresholds:
    """Every threshold of the quality stage, with the file it came from."""

    evidence: EvidenceThresholds
    sex: SexThresholds
    kinship: KinshipThresholds
    explanation: ExplanationThresholds
    families: FamiliesThresholds
    mendelian: MendelianThresholds
    calls: CallThresholds
    contamination: ContaminationThresholds
    coverage: CoverageThresholds
    de_novo: DeNovoThresholds
    other_program: OtherProgramThresholds
    homozygosity: HomozygosityThresholds
    uniparental: UniparentalThresholds
    name: str
    checksum: str


def load_thresholds(path: str | Path) -> Thresholds:
    """Read resources/scoring/quality-<version>.yaml; an unknown, missing or non-numeric entry is an error."""
    groups: dict[str, type[Any]] = {
        "evidence": EvidenceThresholds,
        "sex": SexThresholds,
        "kinship": KinshipThresholds,
        "explanation": ExplanationThresholds,
        "families": FamiliesThresholds,
        "mendelian": MendelianThresholds,
        "calls": CallThresholds,
        "contamination": ContaminationThresholds,
        "coverage": CoverageThresholds,
        "de_novo": DeNovoThresholds,
        "other_program": OtherProgramThresholds,
        "homozygosity": HomozygosityThresholds,
        "uniparental": UniparentalThresholds,
    }
    made = read_threshold_groups(path, "quality thresholds", groups)
    path = Path(path)
    return Thresholds(**made, name=path.stem, checksum=sha256(path))


def newest_thresholds(folder: Path) -> Path:
    """The quality-<version>.yaml of the highest version in a folder."""
    files = {
        tuple(int(part) for part in found[1].split(".")): path
        for path in folder.glob("quality-*.yaml")
        if (found := re.fullmatch(r"quality-(\d+(?:\.\d+)*)", path.stem))
    }
    if not files:
        raise ConfigError(
            f"no quality thresholds under {folder}",
            expected="resources/scoring/quality-<version>.yaml",
            repair="run from a complete checkout of the repository, or give --thresholds",
        )
    return files[max(files)]
