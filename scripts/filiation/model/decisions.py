"""What can the RCP d'aval decide of a candidate, and for which reasons is one set aside? Two closed lists."""

from __future__ import annotations

DECISIONS = ("retained", "to_confirm", "set_aside", "to_rediscuss")
# The reasons that reviewers ask for (public and own frequency, phenotype, inheritance, second hit, transcript,
# splicing), and the two of quality.
SET_ASIDE_REASONS = (
    "too_common_public",
    "too_common_inhouse",
    "phenotype",
    "inheritance",
    "no_second_hit",
    "transcript",
    "splicing",
    "artefact",
    "gene_validity",
    "already_explained",
    "other",
)
FILE_SCHEMA = "filiation-decisions/1"
