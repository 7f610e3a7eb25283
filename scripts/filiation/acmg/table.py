"""Which criteria, strengths, points and intervals does the engine apply? One versioned file that says why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, nearest
from filiation.io.files import sha256
from filiation.io.threshold_file import read_threshold_groups


@dataclass(frozen=True)
class Points:
    """Points of each strength (Tavtigian 2020)."""

    supporting: float
    moderate: float
    strong: float
    very_strong: float


@dataclass(frozen=True)
class Classes:
    """Sums of points from which a class is proposed."""

    pathogenic_min: float
    likely_pathogenic_min: float
    uncertain_min: float
    likely_benign_min: float


@dataclass(frozen=True)
class NullVariant:
    """PVS1."""

    large_share_of_protein: float
    loeuf_max: float
    pli_min: float


@dataclass(frozen=True)
class Population:
    """BA1, BS1, BS2 and PM2."""

    stand_alone_benign: float
    frequent_for_dominant: float
    frequent_for_recessive: float
    rare_for_dominant: float
    rare_for_recessive: float
    homozygotes_dominant: float
    homozygotes_other: float


@dataclass(frozen=True)
class Predictor:
    """Calibrated intervals of a predictor of missense changes: PP3 from, BP4 up to."""

    pathogenic_supporting: float
    pathogenic_moderate: float
    pathogenic_strong: float
    benign_supporting: float
    benign_moderate: float
    benign_strong: float

    def strength(self, score: float) -> tuple[str, str] | None:
        """(direction, strength) of a score; None in the interval that says nothing."""
        for name in ("strong", "moderate", "supporting"):
            if score >= getattr(self, f"pathogenic_{name}"):
                return "pathogenic", name
            if score <= getattr(self, f"benign_{name}"):
                return "benign", name
        return None


@dataclass(frozen=True)
class Splicing:
    """PP3, BP4 and BP7 by SpliceAI."""

    effect_min: float
    no_effect_max: float
    intron_donor_min: float
    intron_acceptor_min: float


@dataclass(frozen=True)
class DeNovo:
    """PS2 and PM6: points of this case."""

    confirmed_consistent: float
    confirmed_heterogeneous: float
    assumed_consistent: float
    assumed_heterogeneous: float
    consistent_similarity_min: float


@dataclass(frozen=True)
class CasePoints:
    """Strength that a sum of case points reaches."""

    supporting_min: float
    moderate_min: float
    strong_min: float
    very_strong_min: float

    def strength(self, points: float) -> str:
        """Strength of a sum of case points, '' below supporting."""
        for name in ("very_strong", "strong", "moderate", "supporting"):
            if points >= getattr(self, f"{name}_min"):
                return name
        return ""


@dataclass(frozen=True)
class InTrans:
    """PM3: points of this case."""

    proven: float
    unknown_pathogenic: float
    unknown_likely_pathogenic: float
    homozygous: float
    homozygous_consanguineous: float


@dataclass(frozen=True)
class ProteinNeighbours:
    """PS1, PM1, PM5 and BP1."""

    stars_min: float


@dataclass(frozen=True)
class HotSpot:
    """PM1: how far a hot spot reaches, and how many changes make one."""

    residues: float
    pathogenic_min: float
    benign_max: float
    with_predictor_max: float


@dataclass(frozen=True)
class Truncation:
    """BP1: which genes are ill by truncation alone."""

    pathogenic_min: float
    truncating_share_min: float
    benign_missense_share_min: float


@dataclass(frozen=True)
class Sampling:
    """When has a population source seen enough people, deep enough, for BA1, BS1 and PM2?"""

    alleles_min: float
    depth_min: float


@dataclass(frozen=True)
class GeneLimits:
    """PP2."""

    missense_z_min: float


class Decided(StrEnum):
    """By whom a criterion is decided; `not_used`: by nobody, as ClinGen advises."""

    AUTOMATIC = "automatic"
    FOR_HUMANS = "for_humans"
    NOT_USED = "not_used"


@dataclass(frozen=True)
class CriterionEntry:
    """One criterion as the table declares it; strength: the one that the guideline gives it."""

    code: str
    direction: str
    strength: str
    decided: Decided
    meaning: str


@dataclass(frozen=True)
class AcmgTable:
    """The whole table, with the name and checksum of its file.

    hot_spot, truncation, sampling : None in a table of version 1, which did not judge PM1, BP1 and sampling.
    """

    name: str
    checksum: str
    points: Points
    classes: Classes
    null_variant: NullVariant
    population: Population
    revel: Predictor
    alphamissense: Predictor
    cadd: Predictor
    splicing: Splicing
    de_novo: DeNovo
    case_points: CasePoints
    in_trans: InTrans
    protein_neighbours: ProteinNeighbours
    gene: GeneLimits
    criteria: dict[str, CriterionEntry]
    hot_spot: HotSpot | None = None
    truncation: Truncation | None = None
    sampling: Sampling | None = None

    def points_of(self, code: str, strength: str) -> int:
        """Points of a criterion that is met at a strength; benign ones are negative, stand-alone has none."""
        if strength == "stand_alone":
            return 0
        points = int(getattr(self.points, strength))
        return -points if self.criteria[code].direction == "benign" else points

    def proposed_class(self, points: int) -> str:
        """Class that a sum of points alone would give."""
        limits = self.classes
        if points >= limits.pathogenic_min:
            return "pathogenic"
        if points >= limits.likely_pathogenic_min:
            return "likely_pathogenic"
        if points >= limits.uncertain_min:
            return "uncertain"
        return "likely_benign" if points >= limits.likely_benign_min else "benign"


_GROUPS: dict[str, type[Any]] = {
    "points": Points,
    "classes": Classes,
    "null_variant": NullVariant,
    "population": Population,
    "revel": Predictor,
    "alphamissense": Predictor,
    "cadd": Predictor,
    "splicing": Splicing,
    "de_novo": DeNovo,
    "case_points": CasePoints,
    "in_trans": InTrans,
    "protein_neighbours": ProteinNeighbours,
    "gene": GeneLimits,
}
# Groups that came with version 2; a table without them is read as before.
_OPTIONAL_GROUPS: dict[str, type[Any]] = {"hot_spot": HotSpot, "truncation": Truncation, "sampling": Sampling}
# In the order of the guideline (Richards et al. 2015); the engine has a rule for each automatic one.
CODES = (
    *("PVS1", "PS1", "PS2", "PS3", "PS4", "PM1", "PM2", "PM3", "PM4", "PM5", "PM6", "PP1", "PP2", "PP3", "PP4", "PP5"),
    *("BA1", "BS1", "BS2", "BS3", "BS4", "BP1", "BP2", "BP3", "BP4", "BP5", "BP6", "BP7"),
)
# The engine has a rule for these alone. No setting makes another automatic: how a family segregates (PP1, BS4) needs
# its clinical history, functional studies and case series (PS3, BS3, PS4) need a reader.
AUTOMATIC_CODES = (
    *("PVS1", "PS1", "PS2", "PM1", "PM2", "PM3", "PM4", "PM5", "PM6", "PP2", "PP3"),
    *("BA1", "BS1", "BS2", "BP1", "BP3", "BP4", "BP7"),
)
STRENGTHS = ("supporting", "moderate", "strong", "very_strong", "stand_alone")


def load_acmg_table(path: str | Path) -> AcmgTable:
    """Read a table; an unknown, missing or impossible entry is a ConfigError that names it."""
    groups = read_threshold_groups(path, "ACMG table", _GROUPS, others=("criteria",), optional=_OPTIONAL_GROUPS)
    return AcmgTable(
        name=Path(path).stem,
        checksum=sha256(path),
        criteria=_criteria(str(path), groups.pop("criteria")),
        **groups,
    )


def _criteria(where: str, entries: Any) -> dict[str, CriterionEntry]:
    """The group `criteria`."""
    if not isinstance(entries, dict):
        raise ConfigError("no group 'criteria'", where=where, expected=", ".join(CODES))
    for code in entries:
        if code not in CODES:
            raise ConfigError(
                f"unknown criterion '{code}'",
                where=where,
                expected=f"one of {', '.join(CODES)}",
                repair=nearest(str(code), list(CODES)) or "remove it",
            )
    return {code: _criterion(where, code, entries.get(code)) for code in CODES}


def _criterion(where: str, code: str, entry: Any) -> CriterionEntry:
    """One criterion."""
    entry = entry if isinstance(entry, dict) else {}
    choices = {
        "direction": ("pathogenic", "benign"),
        "strength": STRENGTHS,
        "decided": tuple(item.value for item in Decided),
    }
    for name, allowed in choices.items():
        if entry.get(name) not in allowed:
            raise ConfigError(
                f"'{code}.{name}' is {entry.get(name)!r}",
                where=where,
                expected=f"one of {', '.join(allowed)}",
                repair="take the entry from resources/acmg of this version",
            )
    if entry["decided"] == Decided.AUTOMATIC and code not in AUTOMATIC_CODES:
        raise ConfigError(
            f"'{code}.decided' is automatic",
            where=where,
            expected="for_humans or not_used: only a human can judge it",
            repair=f"write decided: for_humans for {code}",
        )
    if not re.match(r"BA|BS|BP" if entry["direction"] == "benign" else r"PVS|PS|PM|PP", code):
        raise ConfigError(f"'{code}.direction' is {entry['direction']}", where=where, expected="as its name says")
    return CriterionEntry(
        code, entry["direction"], entry["strength"], Decided(entry["decided"]), str(entry.get("meaning", ""))
    )
