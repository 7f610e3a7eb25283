"""Which records of a whole genome are rare and informative for this family? One pass, every removal counted.

The two questions stand in this order: does the index case carry the allele, and does any inheritance pattern
remain once the family's genotypes and the population frequency are known. Consequences come later, for the few
that are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from filiation.calls.frequencies import (
    OpenSource,
    PopulationFrequency,
    Source,
    open_sources,
    population_frequency,
)
from filiation.io.files import atomic_path, private_directory
from filiation.io.tools import run_tool
from filiation.io.vcf import TrioBatch, header_contigs, pseudoautosomal_intervals, read_batches
from filiation.kernels.encoding import MISSING, RUNG_NAMES
from filiation.kernels.inheritance import NO
from filiation.model.pedigree import Family
from filiation.scoring.excluded import write_excluded
from filiation.scoring.model import ScoringModel
from filiation.scoring.trio import (
    DOMINANT_PATTERNS,
    FamilyCodes,
    TrioScores,
    family_codes,
    inheritance_text,
    score_batch,
)

KEPT = "kept"
REASONS = (
    "proband_without_data",
    "proband_without_allele",
    "proband_few_alternate_reads",
    "proband_low_genotype_quality",
    "frequent_in_population",
    "too_frequent_for_pattern",
    "no_inheritance_pattern",
)


def reason_meanings(model: ScoringModel) -> dict[str, str]:
    """Each reason of the screen in words, with its threshold."""
    value = model.threshold
    return {
        "records_in": "normalised records of the family",
        "proband_without_data": "the index case has no call there: unknown, not reference",
        "proband_without_allele": "the index case was called without the alternate allele",
        "proband_few_alternate_reads": "fewer than "
        f"{value['min_proband_alt_depth']:g} alternate reads in the index case (min_proband_alt_depth)",
        "proband_low_genotype_quality": "genotype quality of the index case below "
        f"{value['min_proband_genotype_quality']:g} (min_proband_genotype_quality)",
        "frequent_in_population": "population frequency above "
        f"{value['max_frequency_recessive']:g} (max_frequency_recessive)",
        "too_frequent_for_pattern": "a pattern fits the genotypes, but the variant is too frequent for it "
        f"(above {value['max_frequency_dominant']:g} for one copy, or more than "
        f"{value['max_homozygotes_recessive']:g} homozygotes)",
        "no_inheritance_pattern": "no inheritance pattern fits the family's genotypes",
        "records_out": "rare and informative records, to be annotated",
    }


@dataclass
class Decision:
    """What the screen says of one batch: a reason per record (`kept` for those that go on) and the evidence."""

    reason: npt.NDArray[np.object_]
    scores: TrioScores
    frequency: PopulationFrequency


def decide(batch: TrioBatch, codes: FamilyCodes, model: ScoringModel, sources: Sequence[OpenSource]) -> Decision:
    """Score one batch and name the first reason that removes each record."""
    value = model.threshold
    frequency = population_frequency(batch, sources)
    # Where no source has looked, the stated default is the prior: not covered is not absent.
    default = np.where(batch.is_snv, value["default_frequency_snv"], value["default_frequency_indel"])
    prior = np.where(frequency.unknown, default, frequency.af)
    scores = score_batch(batch, codes, model, prior, bool(sources))
    fits_genotypes = (scores.patterns != NO).any(axis=1)
    af = np.nan_to_num(frequency.af, nan=0.0)
    homozygotes = np.nan_to_num(frequency.homozygotes, nan=0.0)
    patterns = scores.patterns
    dominant = np.zeros(patterns.shape[1], dtype=bool)
    dominant[list(DOMINANT_PATTERNS)] = True
    patterns[np.ix_(af > value["max_frequency_dominant"], dominant)] = NO
    patterns[np.ix_(homozygotes > value["max_homozygotes_recessive"], ~dominant)] = NO

    genotype = batch.genotype[:, 0]
    alt_reads = batch.alt_depth[:, 0]
    quality = batch.genotype_quality[:, 0]
    reason = np.full(len(batch), KEPT, dtype=object)

    def remove(mask: npt.NDArray[np.bool_], name: str) -> None:
        reason[mask & (reason == KEPT)] = name

    remove(genotype == MISSING, "proband_without_data")
    remove(genotype == 0, "proband_without_allele")
    remove((alt_reads >= 0) & (alt_reads < value["min_proband_alt_depth"]), "proband_few_alternate_reads")
    remove(
        np.isfinite(quality) & (quality < value["min_proband_genotype_quality"]),
        "proband_low_genotype_quality",
    )
    remove(af > value["max_frequency_recessive"], "frequent_in_population")
    remains = (patterns != NO).any(axis=1)
    remove(~remains & fits_genotypes, "too_frequent_for_pattern")
    remove(~remains, "no_inheritance_pattern")
    return Decision(reason, scores, frequency)


@dataclass
class ScreenResult:
    """Counts by reason, in the order of `reason_meanings`."""

    counts: dict[str, int] = field(default_factory=dict)

    def rows(self, model: ScoringModel) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        return {reason: (self.counts.get(reason, 0), text) for reason, text in reason_meanings(model).items()}


def decisions(
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    sources: Sequence[Source],
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
) -> Iterator[tuple[TrioBatch, Decision]]:
    """Every batch of a normalised file with what the screen says of it."""
    codes = family_codes(family)
    contigs = header_contigs(variants)
    regions = pseudoautosomal_intervals(assembly, contigs, pseudoautosomal_bed)
    with private_directory("screen") as folder:
        opened = open_sources(sources, variants, contigs, folder)
        for batch in read_batches(variants, codes.samples, pseudoautosomal=regions):
            yield batch, decide(batch, codes, model, opened)


_HEADER_LINES = (
    '##INFO=<ID=INHERITANCE,Number=.,Type=String,Description="Patterns that fit the family, class:status">',
    '##INFO=<ID=DE_NOVO_POSTERIOR,Number=1,Type=Float,Description="Probability that the allele arose in the child">',
    '##INFO=<ID=EVIDENCE_RUNG,Number=.,Type=String,Description="Field of the likelihoods: proband, father, mother">',
    '##INFO=<ID=CARRIER_STATES,Number=.,Type=Integer,Description="-1 unknown, 0 absent, 1 low fraction, 2 carrier, '
    '3 homozygous: proband, father, mother, siblings">',
    '##INFO=<ID=WEAK_PROBAND,Number=0,Type=Flag,Description="Low genotype quality or allele balance in the proband">',
    '##INFO=<ID=POPULATION_AF,Number=1,Type=Float,Description="Highest allele frequency over the sources">',
    '##INFO=<ID=POPULATION_SOURCE,Number=1,Type=String,Description="Source of it, else not_found, '
    'not_covered, no_frequency or not_annotated">',
    '##INFO=<ID=POPULATION_HOMOZYGOTES,Number=1,Type=Integer,Description="Homozygotes in that source">',
    '##INFO=<ID=POPULATION_HEMIZYGOTES,Number=1,Type=Integer,Description="Hemizygotes in that source">',
)


def _evidence(decision: Decision, v: int) -> dict[str, object]:
    """INFO fields of one survivor."""
    scores, frequency = decision.scores, decision.frequency
    info: dict[str, object] = {
        "INHERITANCE": tuple(inheritance_text(scores.patterns[v]).split(",")),
        "EVIDENCE_RUNG": tuple(RUNG_NAMES[code] for code in scores.rung[v, :3]),
        "CARRIER_STATES": tuple(int(state) for state in scores.states[v]),
        "POPULATION_SOURCE": frequency.source[v],
    }
    if not np.isnan(scores.posterior[v]):
        info["DE_NOVO_POSTERIOR"] = float(scores.posterior[v])
    if scores.weak_proband[v]:
        info["WEAK_PROBAND"] = True
    if not np.isnan(frequency.af[v]):
        info["POPULATION_AF"] = float(frequency.af[v])
    if not np.isnan(frequency.homozygotes[v]):
        info["POPULATION_HOMOZYGOTES"] = int(frequency.homozygotes[v])
    if not np.isnan(frequency.hemizygotes[v]):
        info["POPULATION_HEMIZYGOTES"] = int(frequency.hemizygotes[v])
    return info


def screen_calls(
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    sources: Sequence[Source],
    output: str | Path,
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
    excluded: str | Path | None = None,
) -> ScreenResult:
    """Write the survivors with their evidence to `output` (BCF with .csi); returns the counts.

    Two stages: arrays of genotypes for all records, full records for the survivors only. `excluded`: compressed
    table that names, in the same pass, the reason of every record that does not go on.
    """
    import pysam

    result = ScreenResult(dict.fromkeys(("records_in", *REASONS, "records_out"), 0))
    output = Path(output)
    with write_excluded(excluded) as removals, atomic_path(output) as temporary:
        with pysam.VariantFile(str(variants)) as source:
            for line in _HEADER_LINES:
                source.header.add_line(line)
            with pysam.VariantFile(str(temporary), "wb", header=source.header) as sink:
                ordinal = -1
                for batch, decision in decisions(
                    variants,
                    family,
                    model,
                    sources,
                    assembly=assembly,
                    pseudoautosomal_bed=pseudoautosomal_bed,
                ):
                    result.counts["records_in"] += len(batch)
                    if removals is not None:
                        removals.add(batch, decision.reason, KEPT)
                    for name, count in zip(*np.unique(decision.reason, return_counts=True), strict=True):
                        result.counts["records_out" if name == KEPT else str(name)] += int(count)
                    for v in np.flatnonzero(decision.reason == KEPT):
                        wanted = batch.first_record + int(v)
                        while ordinal < wanted:
                            record = next(source)
                            ordinal += 1
                        for key, content in _evidence(decision, int(v)).items():
                            record.info[key] = content
                        sink.write(record)
        index = Path(f"{temporary}.csi")
        run_tool(["bcftools", "index", "-f", "-o", index, temporary], purpose="index the screened calls")
        index.replace(f"{output}.csi")
    return result
