"""Which change matters: for choosing families, for an alert, for the place in the work list?

One versioned file (resources/scoring/reanalysis-1.yaml) with the meaning and source of every rule and weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, nearest
from filiation.io.files import sha256
from filiation.io.threshold_file import read_threshold_groups


@dataclass(frozen=True)
class Choice:
    """Limits that choose families by the index; what does not cross them cannot change a rank."""

    stars_min: float


@dataclass(frozen=True)
class Value:
    """Parts of the expected value of reading a change again; see docs/reanalysis.md for the formula."""

    class_pathogenic: float
    class_likely_pathogenic: float
    class_uncertain: float
    class_other: float
    clinvar_pathogenic: float
    shelf_a: float
    shelf_b: float
    new: float
    upgraded: float
    downgraded: float
    vanished: float
    mode_fits: float
    mode_unknown: float
    mode_contradicts: float
    phenotype_floor: float
    set_aside: float
    decided: float
    no_diagnosis_yet: float


@dataclass(frozen=True)
class AlertRule:
    """One rule of what deserves a human; a field that is empty or None does not matter to it.

    cause : one of them is enough. value_min : expected value.
    """

    name: str
    meaning: str
    source: str
    change: tuple[str, ...] = ()
    shelf: tuple[str, ...] = ()
    acmg: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    clinvar_pathogenic: bool | None = None
    diagnosis_at_stake: bool | None = None
    value_min: float = 0.0


@dataclass(frozen=True)
class Materiality:
    """The whole file."""

    name: str
    checksum: str
    choice: Choice
    value: Value
    alerts: tuple[AlertRule, ...]


def load_materiality(path: str | Path) -> Materiality:
    """Read the file; an unknown, missing or impossible entry is a ConfigError that names it."""
    groups: dict[str, Any] = read_threshold_groups(
        path, "rules of the re-analysis", {"choice": Choice, "value": Value}, ("alerts",)
    )
    entries = groups.pop("alerts")
    if not isinstance(entries, list) or not entries:
        raise ConfigError("alerts is no list of rules", where=str(path), expected="- {name: …, meaning: …, …}")
    alerts = tuple(_rule(str(path), number, entry) for number, entry in enumerate(entries, 1))
    return Materiality(name=Path(path).stem, checksum=sha256(path), alerts=alerts, **groups)


def _rule(where: str, number: int, entry: Any) -> AlertRule:
    place = f"{where}, alert rule {number}"
    known = [item.name for item in fields(AlertRule)]
    if not isinstance(entry, dict):
        raise ConfigError(f"{entry!r}", where=place, expected="a mapping")
    for name in entry:
        if name not in known:
            raise ConfigError(f"unknown word '{name}'", where=place, expected=f"one of {', '.join(known)}",
                              repair=nearest(str(name), known) or "remove it")  # fmt: skip
    for name in ("name", "meaning", "source"):
        if not entry.get(name):
            raise ConfigError(f"no {name}", where=place, expected="name, meaning and source in every rule")
    listed = {item.name for item in fields(AlertRule) if item.default == ()}
    values: Mapping[str, Any] = {
        name: tuple(value if isinstance(value, list) else [value]) if name in listed else value
        for name, value in entry.items()
    }
    return AlertRule(**values)
