"""With which weights, limits and shelf rules are candidates ordered? One versioned file that says why."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, nearest
from filiation.io.files import sha256
from filiation.io.threshold_file import read_threshold_groups
from filiation.model.consequence import ConsequenceGroup
from filiation.model.inheritance import Inheritance, Status

CLASSES = ("pathogenic", "likely_pathogenic", "uncertain", "likely_benign", "benign")
CONSEQUENCES = (*(group.value for group in ConsequenceGroup), "rna_disease_gene")
MODES = ("fits", "fits_or_unknown")


@dataclass(frozen=True)
class Weights:
    """Points of each component; a component of the score carries the name of its weight."""

    de_novo: float
    de_novo_possible: float
    de_novo_doubtful: float
    parental_mosaic: float
    autosomal_recessive: float
    compound_heterozygous: float
    x_linked: float
    y_linked: float
    mitochondrial: float
    dominant_inherited: float
    dominant_unknown_origin: float
    possible_instead_of_supported: float
    loss_of_function: float
    missense_or_inframe: float
    splice_region: float
    untranslated_or_rna: float
    rna_disease_gene: float
    escapes_decay: float
    predictor_points: float
    splicing_likely: float
    splicing_strong: float
    absent_from_population: float
    very_rare: float
    not_rare: float
    homozygotes_in_population: float
    frequent_in_house: float
    clinvar_pathogenic: float
    clinvar_pathogenic_no_star: float
    clinvar_conflicting: float
    clinvar_benign_no_star: float
    panel_core: float
    panel_lab: float
    panel_hpo: float
    mode_matches_panel: float
    phenotype_similarity: float
    constrained_gene: float
    haploinsufficient_gene: float
    tolerant_gene: float
    constrained_missense: float
    disease_gene_definitive: float
    disease_gene_other: float
    disease_gene_refuted: float
    mode_contradicts_disease: float
    flagged_quality: float
    low_complexity: float
    segmental_duplication: float
    recurrent_artefact: float
    reads_agree: float
    reads_show_artefact: float
    reads_show_carrier: float
    reads_show_another_class: float
    acmg_points: float

    def of(self, name: str) -> float:
        """A weight by name."""
        return float(getattr(self, name))


@dataclass(frozen=True)
class Limits:
    """Where a component begins."""

    sure_de_novo_posterior: float
    splicing_likely: float
    splicing_strong: float
    very_rare: float
    not_rare: float
    homozygotes: float
    inhouse_carriers: float
    inhouse_carriers_recessive: float
    phenotype_neutral: float
    tolerant_loeuf: float


@dataclass(frozen=True)
class ShelfLimits:
    """Sizes and scores of the shelves."""

    cap: float
    looked_at_min: float
    discuss_score: float
    look_score: float


@dataclass(frozen=True)
class ShelfRule:
    """One rule; a field that is empty or None does not matter to it.

    score : name of a field of ShelfLimits. mode : `fits` (a known disease of the gene has this mode of inheritance) or
    `fits_or_unknown`. constrained : the gene does not tolerate loss of one copy.
    """

    name: str
    shelf: str
    meaning: str
    inheritance: tuple[str, ...] = ()
    status: str = ""
    consequence: tuple[str, ...] = ()
    clinvar: tuple[str, ...] = ()
    stars_min: float = 0
    acmg: tuple[str, ...] = ()
    mode: str = ""
    constrained: bool | None = None
    splicing_min: float | None = None
    score: str = ""


@dataclass(frozen=True)
class RankWeights:
    """The whole file."""

    name: str
    checksum: str
    weights: Weights
    limits: Limits
    shelves: ShelfLimits
    shelf_rules: tuple[ShelfRule, ...] = field(default_factory=tuple)


def load_rank_weights(path: str | Path) -> RankWeights:
    """Read the weights; an unknown, missing or impossible entry is a ConfigError that names it."""
    groups = read_threshold_groups(
        path, "weights of the rank", {"weights": Weights, "limits": Limits, "shelves": ShelfLimits}, ("shelf_rules",)
    )
    rules = _shelf_rules(str(path), groups.pop("shelf_rules"))
    return RankWeights(name=Path(path).stem, checksum=sha256(path), shelf_rules=rules, **groups)


def _shelf_rules(where: str, entries: Any) -> tuple[ShelfRule, ...]:
    """The list `shelf_rules`, A before B."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError("shelf_rules is no list of rules", where=where, expected="- {name: …, shelf: A, …}")
    rules = tuple(_shelf_rule(where, number, entry) for number, entry in enumerate(entries, 1))
    shelves = [rule.shelf for rule in rules]
    if shelves != sorted(shelves):
        raise ConfigError(
            f"shelf rules in the order {', '.join(shelves)}",
            where=where,
            expected="rules of A before rules of B: the first that fits decides",
            repair="reorder shelf_rules",
        )
    return rules


_ALLOWED: dict[str, tuple[str, ...]] = {
    "shelf": ("A", "B"),
    "inheritance": tuple(item.value for item in Inheritance),
    "status": tuple(item.value for item in Status),
    "consequence": CONSEQUENCES,
    "clinvar": ("pathogenic", "conflicting"),
    "acmg": CLASSES,
    "mode": MODES,
    "score": tuple(item.name for item in fields(ShelfLimits) if item.name.endswith("_score")),
}


def _shelf_rule(where: str, number: int, entry: dict[str, Any]) -> ShelfRule:
    """One rule."""
    place = f"{where}, shelf rule {number} ({entry.get('name', 'no name')})"
    known = [item.name for item in fields(ShelfRule)]
    for name, value in entry.items():
        if name not in known:
            raise ConfigError(
                f"unknown word '{name}'",
                where=place,
                expected=f"one of {', '.join(known)}",
                repair=nearest(str(name), known) or "remove it",
            )
        for word in _tuple(value):
            if name in _ALLOWED and word not in _ALLOWED[name]:
                raise ConfigError(
                    f"{name}: {word!r}",
                    where=place,
                    expected=f"one of {', '.join(_ALLOWED[name])}",
                    repair=nearest(str(word), list(_ALLOWED[name])) or "correct it",
                )
        numeric = name in ("stars_min", "splicing_min")
        if (numeric and (isinstance(value, bool) or not isinstance(value, int | float))) or (
            name == "constrained" and not isinstance(value, bool)
        ):
            raise ConfigError(f"{name}: {value!r}", where=place, expected="a number" if numeric else "true or false")
    for name in ("name", "shelf", "meaning"):
        if not entry.get(name):
            raise ConfigError(f"no {name}", where=place, expected="name, shelf and meaning in every rule")
    listed = {item.name for item in fields(ShelfRule) if item.default == ()}
    for name, value in entry.items():
        if isinstance(value, list) and name not in listed:
            raise ConfigError(f"{name} is a list", where=place, expected="one word")
    values: dict[str, Any] = {name: _tuple(value) if name in listed else value for name, value in entry.items()}
    return ShelfRule(**values)


def _tuple(value: Any) -> tuple[Any, ...]:
    """One word stands for a list of one."""
    return tuple(value) if isinstance(value, list) else (value,)
