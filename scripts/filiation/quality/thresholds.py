"""Which number separates a good sample from a doubtful one? A typed group for each check, read from one file."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from filiation.errors import ConfigError, nearest
from filiation.io.files import require_file, sha256


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
    other_allele_reads_max: float


@dataclass(frozen=True)
class CoverageThresholds:
    """Depth."""

    mean_depth_min: float
    fraction_10x_min: float
    fraction_20x_min: float
    variant_depth_min: float


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
    mendelian: MendelianThresholds
    calls: CallThresholds
    coverage: CoverageThresholds
    homozygosity: HomozygosityThresholds
    uniparental: UniparentalThresholds
    name: str
    checksum: str


Group = TypeVar("Group")


def load_thresholds(path: str | Path) -> Thresholds:
    """Read resources/scoring/quality-<version>.yaml; an unknown, missing or non-numeric entry is an error."""
    path = require_file(path, "quality thresholds")
    where = str(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", where=where, repair="correct the line named"
        ) from None
    groups: dict[str, type[Any]] = {
        "evidence": EvidenceThresholds,
        "sex": SexThresholds,
        "kinship": KinshipThresholds,
        "mendelian": MendelianThresholds,
        "calls": CallThresholds,
        "coverage": CoverageThresholds,
        "homozygosity": HomozygosityThresholds,
        "uniparental": UniparentalThresholds,
    }
    if not isinstance(data, dict):
        raise ConfigError("no groups of thresholds", where=where, expected=f"groups {', '.join(groups)}")
    _refuse_unknown(where, "group", [name for name in data if name != "version"], list(groups))
    made = {name: _read_group(where, name, data.get(name) or {}, kind) for name, kind in groups.items()}
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


def _refuse_unknown(where: str, what: str, found: list[str], known: list[str]) -> None:
    for name in found:
        if name not in known:
            raise ConfigError(
                f"unknown {what} '{name}'",
                where=where,
                expected=f"one of {', '.join(known)}",
                repair=nearest(str(name), known) or "remove it",
            )


def _read_group(where: str, group: str, entries: Any, kind: type[Group]) -> Group:
    """One group of thresholds; each entry is {value, unit, meaning, source}."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(entries, dict):
        raise ConfigError(f"group '{group}' has no entries", where=where, expected=", ".join(names))
    _refuse_unknown(where, f"threshold of group {group}", list(entries), names)
    values: dict[str, float] = {}
    for name in names:
        entry = entries.get(name)
        value = entry.get("value") if isinstance(entry, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(
                f"'{group}.{name}' has no number: {value!r}",
                where=where,
                expected="value: a number, with a point as decimal mark",
                repair="take the entry from resources/scoring of this version",
            )
        values[name] = float(value)
    return kind(**values)
