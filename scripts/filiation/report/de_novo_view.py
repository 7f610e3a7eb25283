"""How likely was a new mutation of this kind before anybody looked at the family, by the scoring model?"""

from __future__ import annotations

from collections.abc import Mapping

from filiation.report.catalogue import term, text
from filiation.report.data import Row
from filiation.report.typography import Bilingual, both, decimal, significant

_PURINES, _PYRIMIDINES = {"A", "G"}, {"C", "T"}
# Name of the rate in tandem repeats over that elsewhere, among the rates.
REPEAT_FACTOR = "repeat_factor"


def mutation_class(ref: str, alt: str) -> str | None:
    """Class of a change by its alleles alone: transition (with C or G: in CpG or not), transversion, indel by length.

    None for symbolic alleles. The same classes as those of the scoring model; the neighbours of a base are those that
    the alleles themselves show.
    """
    ref, alt = ref.upper(), alt.upper()
    if not (ref + alt).isalpha() or ref == alt:
        return None
    before = after = ""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt, after = ref[:-1], alt[:-1], ref[-1]
    while ref and alt and ref[0] == alt[0]:
        ref, alt, before = ref[1:], alt[1:], ref[0]
    if len(ref) == len(alt) == 1:
        return _substitution(ref, alt, before, after)
    if ref and alt:
        return "multi_nucleotide"
    length = len(ref) + len(alt)
    return "indel_1" if length == 1 else "indel_2_to_4" if length <= 4 else "indel_longer"


def _substitution(ref: str, alt: str, before: str, after: str) -> str:
    if {ref, alt} not in (_PURINES, _PYRIMIDINES):
        return "transversion"
    if ref in "AT":
        return "transition_not_cpg"
    neighbour, partner = (after, "G") if ref == "C" else (before, "C")
    if neighbour not in ("A", "C", "G", "T"):
        return "transition"
    return "transition_cpg" if neighbour == partner else "transition_not_cpg"


def prior(row: Row, rates: Mapping[str, float]) -> Bilingual | None:
    """Rate of the class of change per allele and generation; None without a posterior, or without the run's model."""
    name = mutation_class(row["ref"], row["alt"])
    if row["de_novo_posterior"] is None or name is None or name not in rates:
        return None
    found = text("prior.rate", kind=term("mutation_class", name), rate=both(significant, rates[name]))
    if name == "transition":
        inside, outside = (both(significant, rates[key]) for key in ("transition_cpg", "transition_not_cpg"))
        return text("prior.by_context", rate=found, inside=inside, outside=outside)
    if name.startswith("indel") and REPEAT_FACTOR in rates:
        return text("prior.in_repeat", rate=found, factor=both(decimal, rates[REPEAT_FACTOR], 0))
    return found


def log_odds(row: Row) -> Bilingual | None:
    """log10 odds of the posterior, which still tell apart what a probability rounds to 1."""
    odds = row.get("de_novo_log10_odds")
    return None if odds is None else both(decimal, float(odds), 1)
