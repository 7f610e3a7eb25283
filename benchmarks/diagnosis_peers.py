"""How would others order the same genome: a panel alone, slivar's rules, Exomiser's scores?

Each is written from what its authors published, and sees the calls, frequencies, consequences and predictors of the
same case; none runs the programs themselves.

- panel_only: genes of the default panel with a genotype that fits a mode of inheritance below 1 %; the most severe
  consequence first, then the rarest.
- slivar (Pedersen et al. 2021, doi 10.1038/s41525-021-00227-3): GQ ≥ 20, allele balance 0.2–0.8, depth ≥ 10, impactful
  consequences; de novo and X-linked below 0.1 %, recessive 1 %, affected parent 0.5 %, compound pairs 1 % with fewer
  than 10 homozygotes. It gives no order: severity of the consequence, then frequency, then CADD.
- exomiser_like (Smedley et al. 2015, doi 10.1038/nprot.2015.124): variant score = frequency factor × pathogenicity
  (published values by consequence, for missense the largest predictor); pairs take the mean; with HPO terms the
  published logistic combination with a phenotype score, here ours of human diseases only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from diagnosis_cases import Case
from diagnosis_genome import Allele

from filiation.model.consequence import severity

IMPACTFUL = (
    "stop_gained", "frameshift_variant", "splice_donor_variant", "splice_acceptor_variant", "start_lost", "stop_lost",
    "missense_variant", "inframe_deletion", "inframe_insertion", "splice_region_variant",
)  # fmt: skip
# Exomiser's pathogenicity by consequence; splicing sites 0.9, start and stop 0.95, in-frame 0.85, splice region 0.8.
PATHOGENICITY = {
    "stop_gained": 0.95, "frameshift_variant": 0.95, "splice_donor_variant": 0.9, "splice_acceptor_variant": 0.9,
    "start_lost": 0.95, "stop_lost": 0.7, "inframe_deletion": 0.85, "inframe_insertion": 0.85,
    "splice_region_variant": 0.8, "missense_variant": 0.6,
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One allele as a caller gives it: alternate alleles and reads of child, father and mother."""

    allele: Allele
    genotypes: tuple[int, int, int]
    depths: tuple[tuple[int, int], ...]
    qualities: tuple[int, int, int]

    @classmethod
    def of(cls, allele: Allele) -> Seen:
        """Read from the written cells."""
        cells = [cell.split(":") for cell in allele.cells]
        reads = tuple((int(cell[1].split(",")[0]), int(cell[1].split(",")[1])) for cell in cells)
        genotypes = [cell[0].count("1") for cell in cells]
        return cls(allele, (genotypes[0], genotypes[1], genotypes[2]), reads, tuple(int(cell[3]) for cell in cells))

    def balance(self, member: int) -> float:
        """Share of alternate reads."""
        ref, alt = self.depths[member]
        return alt / max(ref + alt, 1)

    @property
    def af(self) -> float:
        """Frequency, 0 when absent."""
        return self.allele.af or 0.0


Entry = tuple[tuple[float, ...], tuple[Seen, ...]]


def _sound(seen: Seen) -> bool:
    """Slivar's quality of all three members."""
    return all(quality >= 20 for quality in seen.qualities) and all(sum(reads) >= 10 for reads in seen.depths[:1])


def _het(seen: Seen, member: int = 0) -> bool:
    return seen.genotypes[member] == 1 and 0.2 <= seen.balance(member) <= 0.8


def slivar(seen: Sequence[Seen], case: Case) -> list[Entry]:
    """What slivar's trio expressions keep."""
    usable = [s for s in seen if s.allele.term in IMPACTFUL and _sound(s)]
    kept: list[Entry] = []
    halves: dict[str, list[Seen]] = defaultdict(list)
    for s in usable:
        child, father, mother = s.genotypes
        on_x = s.allele.chrom == "chrX"
        parents_alt = s.depths[1][1] + s.depths[2][1]
        de_novo = father == mother == 0 and parents_alt < 2 and s.af < 1e-3
        affected = {"FATHER": 1, "MOTHER": 2}.get(case.affected)
        if on_x and case.boy:
            hit = child >= 1 and s.balance(0) > 0.75 and father == 0 and ((mother == 1 and s.af < 0.01) or de_novo)
        elif affected and _het(s) and _het(s, affected) and s.genotypes[3 - affected] == 0 and s.af < 5e-3:
            hit = True
        else:
            hit = (_het(s) and de_novo) or (child == 2 and father == mother == 1 and s.af < 0.01)
        if hit:
            kept.append((_by_severity(s), (s,)))
        if _het(s) and s.af < 0.01 and s.allele.homozygotes < 10 and 2 not in (father, mother) and father + mother <= 1:
            halves[s.allele.gene].append(s)
    return sorted(kept + _pairs(halves, lambda pair: max(_by_severity(s) for s in pair)), key=lambda entry: entry[0])


def _pairs(halves: dict[str, list[Seen]], key: Callable[[tuple[Seen, Seen]], tuple[float, ...]]) -> list[Entry]:
    """Pairs in trans, at most one of them new."""
    found: list[Entry] = []
    for of_gene in halves.values():
        for number, first in enumerate(of_gene):
            for second in of_gene[number + 1 :]:
                origins = [s.genotypes[1:] for s in (first, second)]
                if origins[0] != origins[1] and sum(map(sum, origins)) >= 1:
                    found.append((key((first, second)), (first, second)))
    return found


def _by_severity(s: Seen) -> tuple[float, ...]:
    return (float(severity(s.allele.term)), s.af, -(s.allele.cadd or 0.0))


def _genotype_fits(s: Seen, case: Case) -> bool:
    """Any mode of inheritance, a healthy carrier parent excepted."""
    child, father, mother = s.genotypes
    if s.allele.chrom == "chrX" and case.boy:
        return child >= 1 and father == 0
    ill = {"FATHER": father, "MOTHER": mother}.get(case.affected, 0)
    well = mother if case.affected == "FATHER" else father if case.affected == "MOTHER" else father + mother
    return child == 2 or (child == 1 and (father + mother == 0 or (ill > 0 and well == 0)))


def panel_only(seen: Sequence[Seen], case: Case, tiers: dict[str, str]) -> list[Entry]:
    """Genes of the panel alone."""
    usable = [s for s in seen if s.allele.gene in tiers and s.allele.term in IMPACTFUL and s.af < 0.01]
    halves: dict[str, list[Seen]] = defaultdict(list)
    kept: list[Entry] = []
    for s in usable:
        if _genotype_fits(s, case):
            kept.append((_by_severity(s), (s,)))
        if s.genotypes[0] == 1:
            halves[s.allele.gene].append(s)
    return sorted(kept + _pairs(halves, lambda pair: max(_by_severity(s) for s in pair)), key=lambda entry: entry[0])


def frequency_factor(af: float) -> float:
    """1 for an absent allele, falling to 0 above 2 %."""
    percent = af * 100
    return 1.0 if percent <= 0 else 0.0 if percent > 2 else 1.13533 - 0.13533 * math.exp(percent)


def variant_score(s: Seen) -> float:
    """Frequency factor times pathogenicity; ClinVar's pathogenic counts as 1."""
    allele = s.allele
    if allele.clinvar.startswith(("Pathogenic", "Likely_pathogenic")):
        return 1.0
    pathogenicity = PATHOGENICITY.get(allele.term, 0.0)
    if allele.term == "missense_variant":
        scores = [score for score in (allele.revel, allele.alphamissense) if score is not None]
        pathogenicity = max(scores) if scores else pathogenicity
    if allele.spliceai is not None:
        pathogenicity = max(pathogenicity, allele.spliceai)
    return frequency_factor(s.af) * pathogenicity


def exomiser_like(seen: Sequence[Seen], case: Case, phenotype: Callable[[str], float] | None) -> list[Entry]:
    """Variant score, and with HPO terms the logistic combination with the phenotype score."""
    halves: dict[str, list[Seen]] = defaultdict(list)
    kept: list[Entry] = []

    def key(variants: Iterable[Seen]) -> tuple[float, ...]:
        of = list(variants)
        score = sum(map(variant_score, of)) / len(of)
        if phenotype is not None:
            fit = phenotype(of[0].allele.gene)
            score = 1 / (1 + math.exp(-(-13.28813 + 10.39451 * fit + 9.18381 * score)))
        return (-score,)

    for s in seen:
        if s.qualities[0] < 20 or variant_score(s) <= 0:
            continue
        if _genotype_fits(s, case) and s.af < 1e-3:
            kept.append((key((s,)), (s,)))
        if s.genotypes[0] == 1 and s.af < 0.02:
            halves[s.allele.gene].append(s)
    return sorted(kept + _pairs(halves, key), key=lambda entry: entry[0])


def rank_of(entries: Sequence[Entry], case: Case) -> float | None:
    """Place of the diagnosis, equals sharing the mean of their places; None when it is not in the list."""
    places = {(allele.chrom, allele.pos) for allele in case.alleles}
    for key, variants in entries:
        if {(s.allele.chrom, s.allele.pos) for s in variants} >= places:
            before = sum(other < key for other, _ in entries)
            equal = sum(other == key for other, _ in entries)
            return before + (equal + 1) / 2
    return None
