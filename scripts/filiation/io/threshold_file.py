"""Thresholds of a step out of one YAML file: groups of entries {value, unit, meaning, source}, closed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from filiation.errors import ConfigError, nearest
from filiation.io.files import require_file


def read_threshold_groups(
    path: str | Path,
    what: str,
    kinds: Mapping[str, type[Any]],
    others: Collection[str] = (),
    optional: Mapping[str, type[Any]] | None = None,
) -> dict[str, Any]:
    """The groups of a threshold file as the dataclasses of `kinds`, by name.

    others : groups that hold something else than thresholds; they are handed back as written, None when missing.
    optional : groups of thresholds that an older file does not have; None when missing, complete when there.
    Raises ConfigError for an unknown, missing or non-numeric entry, each named; none becomes a silent default.
    """
    path = require_file(path, what)
    where = str(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", where=where, repair="correct the line named"
        ) from None
    if not isinstance(data, dict):
        raise ConfigError("no groups of thresholds", where=where, expected=f"groups {', '.join(kinds)}")
    later = optional or {}
    _refuse_unknown(where, "group", [str(name) for name in data if name != "version"], [*kinds, *others, *later])
    groups = {name: _read_group(where, name, data.get(name) or {}, kind) for name, kind in kinds.items()}
    added = {name: _read_group(where, name, data[name], kind) if name in data else None for name, kind in later.items()}
    return {**groups, **added, **{name: data.get(name) for name in others}}


def _refuse_unknown(where: str, what: str, found: list[str], known: list[str]) -> None:
    for name in found:
        if name not in known:
            raise ConfigError(
                f"unknown {what} '{name}'",
                where=where,
                expected=f"one of {', '.join(known)}",
                repair=nearest(name, known) or "remove it",
            )


def _read_group(where: str, group: str, entries: Any, kind: type[Any]) -> Any:
    """One group of thresholds."""
    names = [field.name for field in fields(kind)]
    if not isinstance(entries, dict):
        raise ConfigError(f"group '{group}' has no entries", where=where, expected=", ".join(names))
    _refuse_unknown(where, f"threshold of group {group}", [str(name) for name in entries], names)
    values: dict[str, float] = {}
    for name in names:
        entry = entries.get(name)
        value = entry.get("value") if isinstance(entry, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ConfigError(
                f"'{group}.{name}' has no number: {value!r}",
                where=where,
                expected="value: a number, with a point as decimal mark",
                repair="take the entry from resources/scoring of this version",
            )
        values[name] = float(value)
    return kind(**values)
