"""The scoring model: every threshold of screen and filters, read from one versioned file that says why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from filiation.errors import ConfigError, nearest
from filiation.io.files import sha256

# The compiled loader, where the library has it, reads the same in a fifth of the time.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The names a model must give, no more and no fewer; a mistyped one must not become a silent default. The weights of the
# rank stand in a file of their own, resources/scoring/rank-*.yaml.
THRESHOLDS = (
    "min_depth",
    "min_genotype_quality",
    "sequencing_error_rate",
    "mosaic_p_value",
    "heterozygote_p_value",
    "suspected_mosaic_p_value",
    "max_mosaic_fraction",
    "max_reference_alt_fraction",
    "min_de_novo_posterior",
    "min_possible_de_novo_posterior",
    "min_proband_alt_depth",
    "min_proband_genotype_quality",
    "flag_genotype_quality",
    "min_allele_balance",
    "mutation_rate_transition",
    "mutation_rate_transition_not_cpg",
    "mutation_rate_transition_cpg",
    "mutation_rate_transversion",
    "mutation_rate_indel_1",
    "mutation_rate_indel_2_to_4",
    "mutation_rate_indel_longer",
    "mutation_rate_multi_nucleotide",
    "error_overdispersion",
    "heterozygote_balance",
    "heterozygote_balance_indel",
    "balance_overdispersion",
    "artefact_fraction_alpha",
    "artefact_fraction_beta",
    "artefact_overdispersion",
    "post_zygotic_share",
    "only_copy_mixed_share",
    "quality_ratio_spread",
    "quality_ratio_spread_of_read",
    "quality_ratio_outliers",
    "artefact_ordinary_quality_share",
    "artefact_quality_ratio",
    "artefact_quality_spread",
    "site_strand_odds_raised",
    "site_strand_odds_strong",
    "site_strand_fisher_raised",
    "site_strand_fisher_strong",
    "site_mapping_quality_raised",
    "site_mapping_quality_strong",
    "site_mapping_rank_raised",
    "site_mapping_rank_strong",
    "site_position_rank_raised",
    "site_true_strand_raised",
    "site_true_strand_strong",
    "site_true_mapping_raised",
    "site_true_mapping_strong",
    "site_true_position_raised",
    "site_true_filtered",
    "site_true_filtered_ordinary",
    "site_true_filtered_raised",
    "site_true_filtered_strong",
    "site_true_filtered_indel",
    "site_systematic_strand_raised",
    "site_systematic_strand_strong",
    "site_systematic_mapping_raised",
    "site_systematic_mapping_strong",
    "site_systematic_position_raised",
    "site_sporadic_strand_raised",
    "site_sporadic_strand_strong",
    "site_sporadic_mapping_raised",
    "site_sporadic_mapping_strong",
    "site_sporadic_position_raised",
    "site_artefact_filtered",
    "site_artefact_filtered_ordinary",
    "site_artefact_filtered_raised",
    "site_artefact_filtered_strong",
    "site_systematic_filtered_indel",
    "site_sporadic_filtered_indel",
    "site_artefact_indel_factor",
    "systematic_artefact_rate",
    "systematic_artefact_rate_indel",
    "systematic_artefact_rate_repeat",
    "sporadic_artefact_rate",
    "sporadic_artefact_rate_indel",
    "sporadic_artefact_rate_repeat",
    "sporadic_artefact_rate_repeat_1",
    "repeat_share",
    "repeat_share_1",
    "repeat_mutation_factor",
    "default_frequency_snv",
    "default_frequency_indel",
    "absent_frequency",
    "absent_frequency_rate",
    "max_frequency_recessive",
    "max_frequency_dominant",
    "max_homozygotes_recessive",
    "max_hemizygotes_x_linked",
    "min_splicing_score",
    "min_markers_for_verdict",
)


@dataclass(frozen=True)
class ScoringModel:
    """Thresholds by name, with the file they came from."""

    name: str
    checksum: str
    threshold: dict[str, float]
    meaning: dict[str, str]


def _parsed(text: str) -> Any:
    """What a YAML text holds."""
    loader = _LOADER(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def load_scoring_model(path: str | Path) -> ScoringModel:
    """Read a model; unknown, missing or non-numeric entries are errors that name them."""
    where = str(path)
    try:
        data = _parsed(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"scoring model cannot be read: {error}",
            where=where,
            repair="correct prioritisation.scoring_model",
        ) from None
    if not isinstance(data, dict):
        raise ConfigError("not a scoring model", where=where, expected="thresholds by name")
    if "weights" in data:
        raise ConfigError(
            "weights in the scoring model",
            where=where,
            expected="thresholds alone",
            repair="move them to a copy of resources/scoring/rank-2.yaml and name it under prioritisation.rank_weights",
        )
    entries: Any = data.get("thresholds") or {}
    if not isinstance(entries, dict):
        raise ConfigError("thresholds holds no names", where=where, expected="thresholds: name: value: …")
    for name in entries:
        if name not in THRESHOLDS:
            raise ConfigError(
                f"unknown entry '{name}' in thresholds",
                where=where,
                expected=f"one of {', '.join(THRESHOLDS)}",
                repair=nearest(str(name), list(THRESHOLDS)) or "remove it",
            )
    threshold: dict[str, float] = {}
    meaning: dict[str, str] = {}
    for name in THRESHOLDS:
        entry = entries.get(name)
        entry = entry if isinstance(entry, dict) else {}
        value = entry.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ConfigError(
                f"'{name}' of thresholds has no number: {value!r}",
                where=where,
                expected="value: a number (write 1.0e-8, with a point)",
                repair="take the entry from resources/scoring of this version",
            )
        threshold[name] = float(value)
        meaning[name] = str(entry.get("meaning", ""))
    return ScoringModel(str(data.get("name", Path(path).stem)), sha256(path), threshold, meaning)
