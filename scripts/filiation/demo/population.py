"""Which polymorphisms surround the planted cases, and who carries them?

Assumptions:

- allele frequencies follow the neutral spectrum (density 1/p) between 0.5 % and 95 %; the density of sites
  is set so that a founder is heterozygous at `Settings.heterozygosity` of the bases;
- 85 % substitutions (two transitions for each transversion), 15 % insertions and deletions: a third of
  those change the length of a tandem repeat or homopolymer by one unit, the others have a geometric length
  (mean 2, at most 12);
- founders' alleles are independent draws at these frequencies: no linkage disequilibrium, unrelated parents;
- coding and splice positions hold substitutions above 5 % only, synonymous or missense: nothing but the
  planted cases is rare and coding;
- 24 private variants, one copy in one parent, absent from the frequency file, outside of exons;
- MT: 30 substitutions at 2-40 %, homoplasmic; Y and X: as autosomes, one copy in men;
- 25 bp between neighbours, 300 bp around planted variants.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filiation.demo.alleles import Allele, left_align
from filiation.demo.consequences import consequence
from filiation.demo.family import Haplotypes, Transmission, make_son
from filiation.demo.genes import Gene
from filiation.demo.genome import BASES, Genome, N
from filiation.demo.planted import CLEARANCE, Planted
from filiation.demo.settings import AUTOSOMES, FATHER, MOTHER, PROBAND, Settings

LOWEST, HIGHEST = 0.005, 0.95
LOWEST_CODING = 0.05
SPACING = 25
PRIVATE_VARIANTS = 24
MITOCHONDRIAL_SITES = 30
TRANSITION = {"A": "G", "G": "A", "C": "T", "T": "C"}


@dataclass(frozen=True)
class Site:
    """One variable position; no `frequency`: no population file knows it; no `planted`: background."""

    allele: Allele
    frequency: float | None
    planted: Planted | None = None


@dataclass
class Family:
    """Sites by contig, sorted by position, and the three members' haplotypes over them."""

    sites: dict[str, list[Site]]
    haplotypes: dict[str, Haplotypes]

    def alleles(self, member: str, contig: str, copy: int) -> list[Allele]:
        """Alternate alleles on one copy of a contig."""
        present = self.haplotypes[member][contig][copy]
        return [site.allele for site, carried in zip(self.sites[contig], present, strict=True) if carried]


def site_density(heterozygosity: float) -> float:
    """Population sites per base that give this heterozygosity under the spectrum of the module docstring."""
    mean = 2 * ((HIGHEST - LOWEST) - (HIGHEST**2 - LOWEST**2) / 2) / math.log(HIGHEST / LOWEST)
    return heterozygosity / mean


def draw_frequency(rng: np.random.Generator) -> float:
    """One allele frequency with density 1/p."""
    return float(LOWEST * (HIGHEST / LOWEST) ** rng.random())


class _Places:
    """Which bases of a contig may receive a site, and what lies there."""

    def __init__(self, genome: Genome, contig: str, genes: list[Gene], planted: list[Planted]) -> None:
        self.contig = contig
        self.sequence = genome.sequences[contig]
        self.tandem = genome.tandem[contig]
        length = len(self.sequence)
        self.taken: NDArray[np.bool_] = self.sequence == N
        self.taken[:SPACING] = self.taken[-SPACING:] = True
        if contig in ("X", "Y"):
            # No allele may cross the border of the pseudoautosomal region.
            border = genome.pseudoautosomal_length
            self.taken[border - SPACING : border + SPACING] = True
        self.coding: NDArray[np.bool_] = np.zeros(length, bool)
        self.exonic: NDArray[np.bool_] = np.zeros(length, bool)
        self.genes = [gene for gene in genes if gene.contig == contig]
        for gene in self.genes:
            for start, end in gene.cds:
                self.coding[start - 10 : end + 10] = True
            for start, end in gene.exons:
                self.exonic[start - 50 : end + 50] = True
        for item in planted:
            if item.allele.contig == contig:
                self.taken[item.allele.position - CLEARANCE : item.allele.end + CLEARANCE] = True

    def accept(self, allele: Allele, frequency: float) -> bool:
        """Take the place when it is free and the allele is harmless enough for its frequency."""
        start, end = allele.position, allele.end
        if self.taken[start:end].any():
            return False
        if self.coding[start:end].any():
            gene = next(gene for gene in self.genes if gene.start - 10 <= start < gene.end + 10)
            if not allele.is_snv or frequency < LOWEST_CODING:
                return False
            mild = ("synonymous_variant", "missense_variant", "intron_variant")
            if consequence(gene, self.sequence, allele) not in mild:
                return False
        self.taken[start - SPACING : end + SPACING] = True
        return True


def _substitution(places: _Places, rng: np.random.Generator) -> Allele:
    """A substitution somewhere on the contig."""
    position = int(rng.integers(SPACING, len(places.sequence) - SPACING))
    ref = chr(places.sequence[position])
    alt = TRANSITION.get(ref, "A")
    if rng.random() < 1 / 3:
        alt = str(rng.choice([base for base in "ACGT" if base not in (ref, alt)]))
    return Allele(places.contig, position, ref, alt)


def _length_change(places: _Places, rng: np.random.Generator) -> Allele:
    """An insertion or deletion, left-aligned; a third of them in tandem repeats where the contig has any."""
    sequence = places.sequence
    if places.tandem and rng.random() < 1 / 3:
        start, _, size = places.tandem[int(rng.integers(len(places.tandem)))]
        inserted = sequence[start : start + size].tobytes().decode()
    else:
        size = min(12, int(rng.geometric(0.5)))
        start = int(rng.integers(SPACING, len(sequence) - SPACING - size))
        inserted = rng.choice(BASES, size).tobytes().decode()
    anchor = chr(sequence[start - 1])
    if rng.random() < 0.5:
        allele = Allele(places.contig, start - 1, anchor, anchor + inserted)
    else:
        deleted = sequence[start : start + size].tobytes().decode()
        allele = Allele(places.contig, start - 1, anchor + deleted, anchor)
    return left_align(sequence, allele)


def _background(places: _Places, count: int, rng: np.random.Generator) -> list[Site]:
    """`count` sites with their frequencies, fewer when places run out."""
    sites: list[Site] = []
    for _ in range(20 * count):
        if len(sites) == count:
            break
        frequency = draw_frequency(rng)
        allele = _substitution(places, rng) if rng.random() < 0.85 else _length_change(places, rng)
        if "N" not in allele.ref and places.accept(allele, frequency):
            sites.append(Site(allele, frequency))
    return sites


def _mitochondrial(places: _Places, rng: np.random.Generator) -> list[Site]:
    """Homoplasmic substitutions of MT."""
    sites: list[Site] = []
    while len(sites) < MITOCHONDRIAL_SITES:
        frequency, allele = float(rng.uniform(0.02, 0.4)), _substitution(places, rng)
        if places.accept(allele, frequency):
            sites.append(Site(allele, frequency))
    return sites


def _private(places: _Places, count: int, rng: np.random.Generator) -> list[Site]:
    """Substitutions that no population file knows, outside of exons."""
    sites: list[Site] = []
    while len(sites) < count:
        allele = _substitution(places, rng)
        if not places.exonic[allele.position] and places.accept(allele, 0.0):
            sites.append(Site(allele, None))
    return sites


def make_sites(genome: Genome, genes: list[Gene], planted: list[Planted], settings: Settings) -> dict[str, list[Site]]:
    """Every variable position of the family and its population, by contig, sorted."""
    sites: dict[str, list[Site]] = {}
    density = site_density(settings.heterozygosity)
    for contig, sequence in genome.sequences.items():
        rng = settings.generator(f"sites {contig}")
        places = _Places(genome, contig, genes, planted)
        if contig == "MT":
            found = _mitochondrial(places, rng)
        else:
            count = round(density * int(np.count_nonzero(sequence != N)))
            found = _background(places, count, rng)
        if contig in AUTOSOMES:
            found += _private(places, PRIVATE_VARIANTS // len(AUTOSOMES), rng)
        found += [Site(item.allele, item.case.frequency, item) for item in planted if item.allele.contig == contig]
        sites[contig] = sorted(found, key=lambda site: site.allele)
    return sites


def _founder(member: str, sites: dict[str, list[Site]], transmission: Transmission, settings: Settings) -> Haplotypes:
    """A parent's haplotypes: background by frequency, planted cases on the copy that will be transmitted."""
    rng = settings.generator(f"founder {member}")
    male = member == FATHER
    copies = {"X": 2, "Y": 1 if male else 0, "MT": 1}
    meioses = transmission.father if male else transmission.mother
    haplotypes: Haplotypes = {}
    for contig, found in sites.items():
        frequencies = np.array([0.0 if site.planted else site.frequency or 0.0 for site in found])
        carried = rng.random((copies.get(contig, 2), len(found))) < frequencies
        # Private variants go to one parent by turns, on one copy.
        private = [i for i, site in enumerate(found) if site.frequency is None and not site.planted]
        for turn, index in enumerate(private):
            if (turn % 2 == 0) == male:
                carried[int(rng.integers(2)), index] = True
        for index, site in enumerate(found):
            if site.planted and (site.planted.case.from_father if male else site.planted.case.from_mother):
                carried[int(meioses[contig].strand_at(site.allele.position)), index] = True
        if contig == "X" and male:
            positions = np.array([site.allele.position for site in found])
            carried[1] &= positions < settings.pseudoautosomal_length
        haplotypes[contig] = carried
    return haplotypes


def make_family(sites: dict[str, list[Site]], transmission: Transmission, settings: Settings) -> Family:
    """Father, mother, and the son they have; new mutations are added to the son."""
    positions = {
        contig: np.array([site.allele.position for site in found], dtype=np.int64) for contig, found in sites.items()
    }
    father = _founder(FATHER, sites, transmission, settings)
    mother = _founder(MOTHER, sites, transmission, settings)
    son = make_son(father, mother, transmission, positions, settings.pseudoautosomal_length)
    for contig, found in sites.items():
        for index, site in enumerate(found):
            if site.planted and site.planted.case.new_on_copy is not None:
                son[contig][site.planted.case.new_on_copy, index] = True
    return Family(sites, {PROBAND: son, FATHER: father, MOTHER: mother})
