"""How likely is each variant new in the child: which rates and frequencies does that rest on, and which evidence?

Two steps. All records are asked by the caller's likelihoods alone; the few that could be new are asked again with the
reads of the parents, the context of the reference and the artefacts that look like a new variant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filiation.io.flanks import ReferenceFlanks
from filiation.io.raw.site_fields import site_fields
from filiation.io.vcf import TrioBatch
from filiation.kernels import mutation
from filiation.kernels.de_novo import de_novo_log_odds_jit, de_novo_posterior_jit
from filiation.kernels.genotype import (
    AlternateQuality,
    ReadNoise,
    artefact_by_quality_jit,
    reads_beside_likelihoods_jit,
)
from filiation.kernels.site_evidence import N_FIELDS, SiteCuts, SiteShares, site_log_ratio_jit
from filiation.scoring.model import ScoringModel

# Records below this posterior of inheritance alone are not asked again: what follows lowers it, but for the context,
# which raises the rate at most thirty-fold.
ASK_AGAIN = 1e-6

_RATE_NAMES = {
    mutation.TRANSITION: "mutation_rate_transition",
    mutation.TRANSITION_NOT_CPG: "mutation_rate_transition_not_cpg",
    mutation.TRANSITION_CPG: "mutation_rate_transition_cpg",
    mutation.TRANSVERSION: "mutation_rate_transversion",
    mutation.INDEL_1: "mutation_rate_indel_1",
    mutation.INDEL_2_TO_4: "mutation_rate_indel_2_to_4",
    mutation.INDEL_LONGER: "mutation_rate_indel_longer",
    mutation.MULTI_NUCLEOTIDE: "mutation_rate_multi_nucleotide",
}


@dataclass
class DeNovoScores:
    """v = variants. Posterior (0–1) and its log10 odds, NaN where it cannot be asked."""

    posterior: npt.NDArray[np.float64]
    log10_odds: npt.NDArray[np.float64]


def is_indel(classes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Insertions and deletions of any length."""
    return np.isin(classes, (mutation.INDEL_1, mutation.INDEL_2_TO_4, mutation.INDEL_LONGER))


def is_substitution(classes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Changes of one base."""
    return np.isin(
        classes,
        (mutation.TRANSITION, mutation.TRANSITION_NOT_CPG, mutation.TRANSITION_CPG, mutation.TRANSVERSION),
    )


def _has_likelihoods(batch: TrioBatch, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the caller gave the child's three genotypes likelihoods of their own (PL or GL)."""
    return np.isfinite(batch.phred[rows, 0]).all(axis=1) | np.isfinite(batch.log10_likelihood[rows, 0]).all(axis=1)


def _shows_other_alleles(batch: TrioBatch, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether a quarter of the child's reads, three at least, show neither REF nor this ALT."""
    elsewhere = batch.depth[rows, 0] - batch.ref_depth[rows, 0] - batch.alt_depth[rows, 0]
    return (elsewhere >= 3) & (4 * elsewhere >= batch.depth[rows, 0])


@dataclass(frozen=True)
class Rates:
    """Of each variant: mutations per generation, artefacts of all members alike, and of the child's reads alone."""

    mutation: npt.NDArray[np.float64]
    systematic: npt.NDArray[np.float64]
    sporadic: npt.NDArray[np.float64]


def rates_of(classes: npt.NDArray[np.int8], contexts: npt.NDArray[np.int8], model: ScoringModel) -> Rates:
    """Rates of each variant by its class and context.

    Insertions and deletions have one rate in tandem repeats and another outside; where the context is unknown, the
    average of the two, by the share of the genome that repeats take.
    """
    value = model.threshold
    new = np.array([value[_RATE_NAMES[code]] for code in range(mutation.N_CLASSES)])[classes]
    systematic = np.full(len(classes), value["systematic_artefact_rate"])
    sporadic = np.full(len(classes), value["sporadic_artefact_rate"])
    # Two wrong bases beside each other are as rare as a wrong insertion or deletion outside repeats.
    systematic[classes == mutation.MULTI_NUCLEOTIDE] = value["systematic_artefact_rate_indel"]
    sporadic[classes == mutation.MULTI_NUCLEOTIDE] = value["sporadic_artefact_rate_indel"]
    for code in (mutation.INDEL_1, mutation.INDEL_2_TO_4, mutation.INDEL_LONGER):
        suffix = "_1" if code == mutation.INDEL_1 else ""
        share = value[f"repeat_share{suffix}"]
        factor = value["repeat_mutation_factor"]
        # Columns: outside repeats, inside.
        table = np.array(
            [
                [(1.0 - share * factor) / (1.0 - share), factor],
                [value["systematic_artefact_rate_indel"], value["systematic_artefact_rate_repeat"]],
                [value["sporadic_artefact_rate_indel"], value[f"sporadic_artefact_rate_repeat{suffix}"]],
            ]
        )
        by_context = {
            mutation.UNIQUE: table[:, 0],
            mutation.TANDEM_REPEAT: table[:, 1],
            mutation.CONTEXT_UNKNOWN: table @ [1.0 - share, share],
        }
        for context, column in by_context.items():
            chosen = (classes == code) & (contexts == context)
            new[chosen] *= column[0]
            systematic[chosen] = column[1]
            sporadic[chosen] = column[2]
    return Rates(new, systematic, sporadic)


def read_noise(model: ScoringModel) -> ReadNoise:
    """The kernel's numbers out of the model."""
    value = model.threshold
    return ReadNoise(
        value["sequencing_error_rate"],
        value["error_overdispersion"],
        value["balance_overdispersion"],
        value["artefact_fraction_alpha"],
        value["artefact_fraction_beta"],
        value["artefact_overdispersion"],
        value["post_zygotic_share"],
    )


def alternate_quality(model: ScoringModel) -> AlternateQuality:
    """The kernel's numbers out of the model."""
    value = model.threshold
    return AlternateQuality(
        value["quality_ratio_spread"],
        value["quality_ratio_spread_of_read"],
        value["quality_ratio_outliers"],
        value["artefact_ordinary_quality_share"],
        value["artefact_quality_ratio"],
        value["artefact_quality_spread"],
    )


def artefact_by_site(
    batch: TrioBatch, rows: npt.NDArray[np.int64], substitution: npt.NDArray[np.bool_], model: ScoringModel
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Natural log of how much likelier strand, mapping quality, read position and the caller's filter are under an
    artefact: of all members, and of the child's reads alone.

    0 for records whose caller wrote none of them, and for batches that have no bytes of their records.
    """
    value = model.threshold
    if batch.site_fields is not None:
        fields = batch.site_fields[rows]
    elif batch.records is not None:
        fields = site_fields(batch.records, rows)
    else:
        fields = np.full((len(rows), N_FIELDS), np.nan)
    cuts = SiteCuts(*(value[f"site_{name}"] for name in SiteCuts._fields))
    true = SiteShares(*(value[f"site_true_{name}"] for name in SiteShares._fields))
    of_filter = [name for name in SiteShares._fields if name.startswith("filtered")]
    true_indel = true._replace(**dict.fromkeys(of_filter, value["site_true_filtered_indel"]))
    ratios = []
    for kind in ("systematic", "sporadic"):
        # What a filter makes of a substitution's fields was counted of all artefacts together.
        shares = {name: value[f"site_artefact_{name}"] for name in of_filter}
        shares |= {name: value[f"site_{kind}_{name}"] for name in SiteShares._fields if name not in of_filter}
        artefact = SiteShares(**shares)
        # A factor never makes a field rarer in artefacts than in alleles that are there.
        factor = value["site_artefact_indel_factor"]
        of_indel = SiteShares(*(max(factor * share, least) for share, least in zip(artefact, true, strict=True)))
        of_indel = of_indel._replace(**dict.fromkeys(of_filter, value[f"site_{kind}_filtered_indel"]))
        ratios.append(site_log_ratio_jit(fields, substitution, cuts, true, artefact, true_indel, of_indel))
    return ratios[0], ratios[1]


def prior_frequency(
    is_snv: npt.NDArray[np.bool_],
    population_af: npt.NDArray[np.float64],
    model: ScoringModel,
    annotated: bool,
) -> npt.NDArray[np.float64]:
    """Frequency that the de novo prior uses: the population's; where it is absent, the least; where no source is
    configured, the stated default of the variant class."""
    value = model.threshold
    if annotated:
        absent = np.full(len(is_snv), value["absent_frequency"])
    else:
        absent = np.where(is_snv, value["default_frequency_snv"], value["default_frequency_indel"])
    frequency = np.where(np.isnan(population_af), absent, population_af)
    return np.clip(frequency, value["absent_frequency"], 1.0 - value["absent_frequency"])


def allele_arrays(alleles: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Alleles one after the other as ASCII upper case, and the index behind each."""
    end = np.cumsum([len(allele) for allele in alleles], dtype=np.int64)
    return np.frombuffer("".join(alleles).upper().encode("ascii"), dtype=np.uint8), end


def classify_changes(
    ref: Sequence[str], alt: Sequence[str], flank: npt.NDArray[np.uint8] | None = None
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Mutational class and repeat context; `flank` as ReferenceFlanks.beside gives it, None without a reference."""
    if flank is None:
        flank = np.zeros((len(ref), mutation.FLANK), dtype=np.uint8)
    ref_bases, ref_end = allele_arrays(ref)
    alt_bases, alt_end = allele_arrays(alt)
    classes, contexts = mutation.mutation_classes_jit(ref_bases, ref_end, alt_bases, alt_end, flank)
    return classes, contexts


def score_de_novo(
    batch: TrioBatch,
    likelihood: npt.NDArray[np.float64],
    child_sex: int,
    frequency: npt.NDArray[np.float64],
    model: ScoringModel,
    flanks: ReferenceFlanks | None = None,
) -> DeNovoScores:
    """Posterior and odds of every record of a batch.

    likelihood : float64 (v, p, 3), of genotype_log_likelihoods.  frequency : float64 (v,), of prior_frequency.
    """
    value = model.threshold
    first_rate = np.where(batch.is_snv, value["mutation_rate_transition"], value["mutation_rate_indel_1"])
    posterior = de_novo_posterior_jit(likelihood, batch.contig_class, child_sex, frequency, first_rate)
    with np.errstate(divide="ignore"):
        odds = np.clip(np.log10(posterior) - np.log10(1.0 - posterior), -300.0, 300.0)
    again = np.flatnonzero(posterior > ASK_AGAIN)
    if len(again):
        flank = None
        if flanks is not None:
            names = [batch.contigs[number] for number in batch.contig_index[again]]
            flank = flanks.beside(names, batch.pos[again], mutation.FLANK)
        classes, contexts = classify_changes(
            [batch.ref[int(v)] for v in again], [batch.alt[int(v)] for v in again], flank
        )
        rates = rates_of(classes, contexts, model)
        evidence, systematic, sporadic, post_zygotic = reads_beside_likelihoods_jit(
            likelihood[again],
            batch.genotype[again],
            batch.ref_depth[again],
            batch.alt_depth[again],
            batch.depth[again],
            np.where(is_indel(classes), value["heterozygote_balance_indel"], value["heterozygote_balance"]),
            read_noise(model),
        )
        # What no source has is young, so that it is as frequent as its class mutates.
        absent = frequency[again] <= value["absent_frequency"]
        prior = np.where(absent, frequency[again] * rates.mutation / value["absent_frequency_rate"], frequency[again])
        by_quality = artefact_by_quality_jit(
            likelihood[again, 0],
            batch.ref_depth[again, 0],
            batch.alt_depth[again, 0],
            is_substitution(classes) & _has_likelihoods(batch, again) & ~_shows_other_alleles(batch, again),
            alternate_quality(model),
        )
        by_site = artefact_by_site(batch, again, is_substitution(classes), model)
        odds[again] = de_novo_log_odds_jit(
            evidence,
            systematic + by_quality + by_site[0] + np.log(rates.systematic),
            sporadic + by_quality + by_site[1] + np.log(rates.sporadic),
            post_zygotic,
            batch.contig_class[again],
            child_sex,
            prior,
            rates.mutation,
            value["post_zygotic_share"],
            value["only_copy_mixed_share"],
        )
        posterior[again] = 1.0 / (1.0 + 10.0 ** -odds[again])
    return DeNovoScores(posterior, odds)
