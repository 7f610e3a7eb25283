"""BA1, BS1, BS2, PM2: is the variant too frequent for the disorder, or as rare as it should be?

Not covered, not annotated and no frequency given are unknown; only a source that looked and found nothing says absent.
"""

from __future__ import annotations

from filiation.acmg.criterion import Finding, met, not_evaluable, not_met
from filiation.acmg.evidence import VariantEvidence
from filiation.acmg.table import AcmgTable

LOOKED_FOR = ("found", "not_found")


def _unknown(evidence: VariantEvidence) -> Finding | None:
    if evidence.population_state not in LOOKED_FOR:
        return not_evaluable(f"population frequency {evidence.population_state}")
    return None


def _too_few(evidence: VariantEvidence, table: AcmgTable) -> Finding | None:
    """A frequency out of too few people says nothing."""
    alleles, sampling = evidence.population_alleles, table.sampling
    if sampling is not None and alleles is not None and alleles < sampling.alleles_min:
        return not_evaluable(f"{alleles} chromosomes counted, fewer than {sampling.alleles_min:g}")
    return None


def _frequency(evidence: VariantEvidence) -> tuple[float, str]:
    """The filtering allele frequency where the source has one, else the allele frequency; 0 where it is absent."""
    if evidence.population_state == "not_found":
        return 0.0, "absent from the population"
    if evidence.population_faf is not None:
        return evidence.population_faf, f"filtering allele frequency {evidence.population_faf:.3g}"
    af = evidence.population_af or 0.0
    return af, f"allele frequency {af:.3g}"


def ba1(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Frequent enough to be benign by that alone."""
    if unknown := _unknown(evidence) or _too_few(evidence, table):
        return unknown
    value, words = _frequency(evidence)
    limit = table.population.stand_alone_benign
    return met(f"{words} >= {limit:g}") if value >= limit else not_met(f"{words} < {limit:g}")


def bs1(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """More frequent than the disorder allows."""
    if unknown := _unknown(evidence) or _too_few(evidence, table):
        return unknown
    value, words = _frequency(evidence)
    limits = table.population
    if value >= limits.stand_alone_benign:
        return not_met("counted in BA1")
    limit = limits.frequent_for_recessive if evidence.recessive else limits.frequent_for_dominant
    return met(f"{words} >= {limit:g}") if value >= limit else not_met(f"{words} < {limit:g}")


def bs2(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Seen in healthy adults in the state that would be ill: homozygotes, and hemizygotes on the X."""
    if evidence.population_state == "not_found":
        return not_met("absent from the population")
    if unknown := _unknown(evidence):
        return unknown
    if evidence.homozygotes is None:
        return not_evaluable("the source does not count homozygotes")
    one_copy = not evidence.recessive and not evidence.x_linked
    limit = table.population.homozygotes_dominant if one_copy else table.population.homozygotes_other
    words = f"{evidence.homozygotes} homozygotes or hemizygotes"
    return met(f"{words} > {limit:g}") if evidence.homozygotes > limit else not_met(f"{words} <= {limit:g}")


def pm2(evidence: VariantEvidence, table: AcmgTable) -> Finding:
    """Absent from the population, or rarer than the mode of inheritance asks.

    Where the source has a filtering frequency too, the higher of the two is compared: an allele that is rare in all but
    frequent in one group is not rare.
    """
    if unknown := _unknown(evidence) or _too_few(evidence, table):
        return unknown
    depth, sampling = evidence.population_depth, table.sampling
    if evidence.population_state == "not_found":
        if sampling is not None and depth is not None and depth < sampling.depth_min:
            return not_evaluable(f"absent, but the median depth of the source is {depth:g} < {sampling.depth_min:g}")
        return met("absent from the population")
    af = evidence.population_af
    if af is None:
        return not_evaluable("the source gives no allele frequency")
    limits = table.population
    limit = limits.rare_for_recessive if evidence.recessive else limits.rare_for_dominant
    words = f"allele frequency {af:.3g}"
    if evidence.population_faf is not None and evidence.population_faf > max(af, limit):
        return not_met(f"filtering allele frequency {evidence.population_faf:.3g} > {limit:g}")
    return met(f"{words} <= {limit:g}") if af <= limit else not_met(f"{words} > {limit:g}")
