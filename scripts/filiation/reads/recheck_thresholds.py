"""Which numbers decide the verdict of the recheck? A typed group for each question, read from one file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from filiation.errors import ConfigError, nearest
from filiation.io.files import require_file, sha256


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


Group = TypeVar("Group")
_GROUPS: dict[str, type[Any]] = {
    "reads": ReadThresholds,
    "evidence": EvidenceThresholds,
    "artefact": ArtefactThresholds,
    "phase": PhaseThresholds,
}


def load_recheck_thresholds(path: str | Path) -> RecheckThresholds:
    """Read resources/scoring/recheck-<version>.yaml; an unknown, missing or non-numeric entry is an error."""
    path = require_file(path, "recheck thresholds")
    where = str(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", where=where, repair="correct the line named"
        ) from None
    if not isinstance(data, dict):
        raise ConfigError("no groups of thresholds", where=where, expected=f"groups {', '.join(_GROUPS)}")
    _refuse_unknown(where, "group", [str(name) for name in data if name != "version"], list(_GROUPS))
    made = {name: _read_group(where, name, data.get(name) or {}, kind) for name, kind in _GROUPS.items()}
    return RecheckThresholds(**made, name=path.stem, checksum=sha256(path))


def _refuse_unknown(where: str, what: str, found: list[str], known: list[str]) -> None:
    for name in found:
        if name not in known:
            raise ConfigError(
                f"unknown {what} '{name}'",
                where=where,
                expected=f"one of {', '.join(known)}",
                repair=nearest(name, known) or "remove it",
            )


def _read_group(where: str, group: str, entries: Any, kind: type[Group]) -> Group:
    """One group of thresholds; each entry is {value, unit, meaning, source}."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(entries, dict):
        raise ConfigError(f"group '{group}' has no entries", where=where, expected=", ".join(names))
    _refuse_unknown(where, f"threshold of group {group}", [str(name) for name in entries], names)
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
