"""What does a trio's genome hold besides the diagnosis? Rare variants of a child and its parents, made up.

Numbers for one child, means of Poisson draws. About 100,000 rare variants (below 1 %), nearly all outside coding
sequence; some 490 in it and 530 in untranslated regions; 21 look like a loss of function, and every fourth of those is
an artefact of reads or of a repeat; 1.1 new coding variants by chance, in any gene by its size, and 5 false ones; two
heterozygous ClinVar-pathogenic alleles of recessive genes; introns with a SpliceAI score that looks like an effect.
Counts after MacArthur et al. 2012 (doi 10.1126/science.1215040: about 20 rare among 100 losses of function); then
the share of false new variants, of variable genes and of homozygotes was set so that slivar's rules keep about as many
variants of a healthy trio's genome as published (Pedersen et al. 2021, doi 10.1038/s41525-021-00227-3: 3 new, 10 in
compound pairs, 1 recessive, 4 X-linked; here 2.4, 11, 0.9 and 3.2).
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

import numpy as np
from diagnosis_genes import BenchmarkGene, all_genes, stable
from generated_trio import CONTIGS

T = TypeVar("T")
MEMBERS = ("CHILD", "FATHER", "MOTHER")
RARE_RECORDS = 100_000
# Mean number of each consequence among the inherited rare coding variants of a child.
CODING = {
    "missense_variant": 270.0, "synonymous_variant": 140.0, "inframe_deletion": 7.0, "inframe_insertion": 4.0,
    "splice_region_variant": 40.0, "splice_polypyrimidine_tract_variant": 22.0, "stop_gained": 6.5,
    "frameshift_variant": 8.5, "splice_donor_variant": 3.0, "splice_acceptor_variant": 2.5, "start_lost": 0.6,
    "stop_lost": 0.5, "5_prime_UTR_variant": 110.0, "3_prime_UTR_variant": 420.0,
}  # fmt: skip
LOSS = ("stop_gained", "frameshift_variant", "splice_donor_variant", "splice_acceptor_variant", "start_lost")
NEW_CODING = {
    "missense_variant": 0.68, "synonymous_variant": 0.27, "stop_gained": 0.045, "frameshift_variant": 0.05,
    "splice_donor_variant": 0.02, "inframe_deletion": 0.02, "splice_region_variant": 0.04,
}  # fmt: skip
NEW_NONCODING = 65
INTRONS_WITH_SPLICING = 45.0
ARTEFACT_SHARE_OF_LOSS = 0.25
FALSE_NEW = 5.0
VARIABLE = 9.0
RECESSIVE_CARRIER = 1.8
DOMINANT_CARRIER = 0.03
DEPTH = 34
ERROR = 0.004


@dataclass
class Allele:
    """One rare allele with what the sources say of it; copies and reads of child, father and mother.

    share : expected share of alternate reads, None for what the copies give. af : None is absent from the population.
    """

    chrom: str
    pos: int
    ref: str
    alt: str
    term: str
    gene: str
    copies: tuple[int, int, int]
    share: tuple[float | None, float | None, float | None] = (None, None, None)
    af: float | None = None
    homozygotes: int = 0
    cadd: float | None = None
    revel: float | None = None
    alphamissense: float | None = None
    spliceai: float | None = None
    clinvar: str = ""
    stars: int = 0
    flags: tuple[str, ...] = ()
    case: str = "."
    hgvs_p: str = ""
    cells: tuple[str, ...] = field(default=())

    @property
    def detailed(self) -> bool:
        """Whether more than its gene and frequency is known of it."""
        return self.cadd is not None or bool(self.clinvar) or self.spliceai is not None or self.case != "."


class GenePicker:
    """Draws genes by coding size, and for losses of function by how well a gene tolerates them."""

    def __init__(self) -> None:
        self.genes = list(all_genes().values())
        rates = [gene.size * _variability(gene) for gene in self.genes]
        self._by_size = list(accumulate(gene.size for gene in self.genes))
        self._by_rate = list(accumulate(rates))
        tolerance = [min(gene.loeuf, 1.5) ** 3 for gene in self.genes]
        self._tolerant = list(accumulate(rate * weight for rate, weight in zip(rates, tolerance, strict=True)))
        self.recessive = [gene for gene in self.genes if gene.modes == {"AR"}]
        self.dominant = [gene for gene in self.genes if gene.modes == {"AD"}]

    def draw(self, rng: np.random.Generator, *, tolerant: bool = False, new: bool = False) -> BenchmarkGene:
        """One gene: of a new variant by size, of an inherited one by size and by how variable the gene is."""
        weights = self._tolerant if tolerant else self._by_size if new else self._by_rate
        return self.genes[min(bisect(weights, rng.random() * weights[-1]), len(self.genes) - 1)]


def _variability(gene: BenchmarkGene) -> float:
    """How many more rare variants than its size lets expect; high in a few genes (mucins, receptors of smell, HLA)."""
    if gene.diseases:
        return 1.0
    return (
        VARIABLE if gene.symbol.startswith(("MUC", "OR", "HLA-", "ZNF")) or stable(gene.symbol).random() < 0.02 else 1.0
    )


class Places:
    """Positions that nothing else of the genome has."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, int]] = set()

    def within(self, rng: np.random.Generator, gene: BenchmarkGene) -> int:
        """A free position within a gene's bounds."""
        span = max(gene.end - gene.start, 400)
        while True:
            pos = gene.start + int(rng.integers(0, span))
            if self.take(gene.chrom, pos):
                return pos

    def take(self, chrom: str, pos: int) -> bool:
        """Claim a position; False when it is taken."""
        if (chrom, pos) in self._taken:
            return False
        self._taken.add((chrom, pos))
        return True


def pick(rng: np.random.Generator, shares: Iterable[tuple[T, float]]) -> T | None:
    """One of the values by its share; None for what the shares leave of 1."""
    number = rng.random()
    for value, share in shares:
        number -= share
        if number < 0:
            return value
    return None


def rare_frequency(rng: np.random.Generator, *, loss: bool = False) -> float | None:
    """Allele frequency of an inherited rare variant; None is absent. Losses of function are rarer."""
    shares = (0.13, 0.19, 0.28, 0.35) if not loss else (0.22, 0.24, 0.22, 0.20)
    floor = pick(rng, zip((-6.0, -5.0, -4.0, -3.0), shares, strict=True))
    return None if floor is None else float(10 ** (floor + rng.random()))


def homozygotes_of(rng: np.random.Generator, af: float | None) -> int:
    """Homozygotes among 400,000 persons, with some excess over Hardy–Weinberg proportions."""
    return 0 if af is None else int(rng.poisson(af * af * 400_000 + af * 40))


def change(rng: np.random.Generator, term: str) -> tuple[str, str]:
    """REF and ALT that suit a consequence."""
    bases = "ACGT"
    ref = bases[int(rng.integers(4))]
    tail = "".join(bases[int(number)] for number in rng.integers(0, 4, 6))
    if term == "frameshift_variant":
        length = int(rng.choice([1, 2, 4]))
        return (ref + tail[:length], ref) if rng.random() < 0.6 else (ref, ref + tail[:length])
    if term == "inframe_deletion":
        return ref + tail[:3], ref
    if term == "inframe_insertion":
        return ref, ref + tail[:3]
    return ref, str(rng.choice([base for base in bases if base != ref]))


def beta_pair(rng: np.random.Generator, damaging: bool) -> tuple[float, float]:
    """REVEL and AlphaMissense of one missense variant.

    REVEL: 75 % of disease variants and 11 % of neutral ones lie above 0.5 (Ioannidis et al. 2016); shapes are ours.
    """
    revel = float(rng.beta(2.9, 1.7) if damaging else rng.beta(1.25, 3.6))
    noise = float(rng.beta(2.6, 0.9) if damaging else rng.beta(0.8, 2.8))
    return round(revel, 3), round(0.6 * revel + 0.4 * noise, 3)


def predict(rng: np.random.Generator, allele: Allele, damaging: bool) -> None:
    """Give an allele scores as damaging and neutral ones of its consequence have them; they overlap."""
    term = allele.term
    if term in LOSS or term in ("stop_lost", "frameshift_variant"):
        mean, spread = (35.0, 5.0) if damaging else (28.0, 6.5)
    elif term == "missense_variant":
        mean, spread = (25.8, 3.6) if damaging else (17.5, 7.0)
    elif term.startswith("inframe"):
        mean, spread = (20.0, 3.0) if damaging else (14.0, 5.0)
    else:
        mean, spread = (17.0, 6.0) if damaging else (7.5, 5.0)
    allele.cadd = round(max(0.01, rng.normal(mean, spread)), 1)
    if term == "missense_variant":
        allele.revel, allele.alphamissense = beta_pair(rng, damaging)
    if term in ("splice_donor_variant", "splice_acceptor_variant"):
        allele.spliceai = float(rng.beta(9, 1.2) if damaging else rng.beta(2.2, 1.4))
    elif damaging and ("splice" in term or term in ("intron_variant", "synonymous_variant")):
        allele.spliceai = float(rng.beta(5, 2.2))
    else:
        allele.spliceai = float(rng.beta(0.3, 9))
    allele.spliceai = round(allele.spliceai, 2)


def ask_clinvar(rng: np.random.Generator, allele: Allele, disease_gene: bool) -> None:
    """ClinVar's word on a variant of the background: mostly benign or uncertain, and mostly in disease genes."""
    if rng.random() > (1.0 if disease_gene else 0.15):
        return
    af = allele.af or 0.0
    known = 0.8 if af > 1e-3 else (0.55 if af > 1e-5 else 0.22)
    if rng.random() > known:
        return
    if af > 1e-3:
        words = (("Benign/Likely_benign", 0.68), ("Uncertain_significance", 0.2))
    elif af > 1e-5:
        words = (("Likely_benign", 0.27), ("Uncertain_significance", 0.6))
    else:
        words = (("Likely_benign", 0.1), ("Uncertain_significance", 0.8))
    allele.clinvar = pick(rng, words) or "Conflicting_classifications_of_pathogenicity"
    allele.stars = int(rng.choice([0, 1, 2], p=[0.08, 0.62, 0.3]))


def inherited_copies(rng: np.random.Generator, chrom: str, af: float | None, boy: bool) -> tuple[int, int, int]:
    """Copies of child, father and mother of an allele that the child inherited from one parent, or from both."""
    if chrom == "chrX" and boy:
        return 2, 0, 1
    if rng.random() < 1.8 * (af or 0.0) + 8e-4:
        return (2, 2, 1) if chrom == "chrX" else (2, 1, 1)
    if rng.random() < 0.5:
        return (1, 2, 0) if chrom == "chrX" else (1, 1, 0)
    return 1, 0, 1


class Background:
    """One child's rare alleles. fixed by its seed; boy: what the child's X holds."""

    def __init__(self, seed: int, boy: bool, rare_records: int = RARE_RECORDS) -> None:
        self.rng = np.random.default_rng(seed)
        self.boy, self.places, self.picker = boy, Places(), GenePicker()
        self.alleles: list[Allele] = []
        self._coding()
        self._carriers()
        self._new()
        self._splicing_introns()
        self._noncoding(max(0, rare_records - len(self.alleles)))

    def allele(self, gene: BenchmarkGene, term: str, copies: tuple[int, int, int]) -> Allele:
        """A new allele at a free place of a gene, without scores."""
        ref, alt = change(self.rng, term)
        return Allele(gene.chrom, self.places.within(self.rng, gene), ref, alt, term, gene.symbol, copies)

    def _inherited(self, term: str) -> Allele:
        loss = term in LOSS or term == "stop_lost"
        gene = self.picker.draw(self.rng, tolerant=loss)
        while gene.chrom == "chrX" and self.boy and self.rng.random() < 0.5:
            # A boy has one X, and half as many variants on it.
            gene = self.picker.draw(self.rng, tolerant=loss)
        af = rare_frequency(self.rng, loss=loss)
        allele = self.allele(gene, term, inherited_copies(self.rng, gene.chrom, af, self.boy))
        allele.af, allele.homozygotes = af, homozygotes_of(self.rng, af)
        return allele

    def _coding(self) -> None:
        for term, mean in CODING.items():
            for _ in range(int(self.rng.poisson(mean))):
                allele = self._inherited(term)
                predict(self.rng, allele, damaging=bool(self.rng.random() < 0.04))
                if (term in LOSS and self.rng.random() < ARTEFACT_SHARE_OF_LOSS) or self.rng.random() < 0.03:
                    self._spoil(allele)
                ask_clinvar(self.rng, allele, bool(all_genes()[allele.gene].diseases))
                self.alleles.append(allele)

    def _spoil(self, allele: Allele) -> None:
        """Make an artefact of it: a repeat, few reads, and often seen before."""
        allele.flags = (str(self.rng.choice(["low_complexity", "segmental_duplication"])),)
        if self.rng.random() < 0.5:
            allele.share = (float(self.rng.uniform(0.15, 0.3)), None, None)

    def _carriers(self) -> None:
        """Pathogenic alleles that the child carries by chance: of recessive genes, rarely of a dominant one."""
        plan = [(self.picker.recessive, RECESSIVE_CARRIER), (self.picker.dominant, DOMINANT_CARRIER)]
        for genes, mean in plan:
            for _ in range(int(self.rng.poisson(mean))):
                gene = genes[int(self.rng.integers(len(genes)))]
                term = str(self.rng.choice(["missense_variant", "stop_gained", "frameshift_variant"]))
                allele = self.allele(gene, term, (1, 1, 0) if self.rng.random() < 0.5 else (1, 0, 1))
                allele.af = float(10 ** self.rng.uniform(-5, -2.5))
                predict(self.rng, allele, damaging=True)
                allele.clinvar, allele.stars = "Pathogenic", int(self.rng.choice([1, 2]))
                self.alleles.append(allele)

    def _new(self) -> None:
        """New variants by chance, and false ones of repeats that a parent's few reads do not show."""
        for term, mean in NEW_CODING.items():
            for _ in range(int(self.rng.poisson(mean))):
                gene = self.picker.draw(self.rng, new=True)
                copies = (2, 0, 0) if gene.chrom == "chrX" and self.boy else (1, 0, 0)
                allele = self.allele(gene, term, copies)
                predict(self.rng, allele, damaging=bool(self.rng.random() < 0.1))
                self.alleles.append(allele)
        for _ in range(int(self.rng.poisson(FALSE_NEW))):
            term = str(self.rng.choice(["frameshift_variant", "missense_variant", "inframe_deletion"]))
            allele = self.allele(self.picker.draw(self.rng), term, (1, 0, 0))
            predict(self.rng, allele, damaging=False)
            allele.flags = (str(self.rng.choice(["low_complexity", "segmental_duplication"])),)
            allele.share = (float(self.rng.uniform(0.12, 0.35)), 0.02, 0.02)
            self.alleles.append(allele)

    def _splicing_introns(self) -> None:
        for _ in range(int(self.rng.poisson(INTRONS_WITH_SPLICING))):
            allele = self._inherited("intron_variant")
            allele.cadd = round(max(0.01, float(self.rng.normal(9, 5))), 1)
            allele.spliceai = round(float(0.1 + 0.9 * self.rng.beta(0.9, 3.5)), 2)
            self.alleles.append(allele)

    def _noncoding(self, count: int) -> None:
        """The rest: introns and between genes, of which only place, gene and frequency matter."""
        contigs = list(CONTIGS)
        lengths = np.array([CONTIGS[name] for name in contigs], dtype=float)
        chosen = self.rng.choice(len(contigs), size=count, p=lengths / lengths.sum())
        for number, index in enumerate(chosen):
            chrom = contigs[index]
            pos = int(self.rng.integers(20_000, CONTIGS[chrom] - 20_000))
            if not self.places.take(chrom, pos):
                continue
            new = number < NEW_NONCODING
            intron = self.rng.random() < 0.42
            gene = self.picker.draw(self.rng).symbol if intron else ""
            ref, alt = change(self.rng, "intron_variant")
            af = None if new else rare_frequency(self.rng)
            copies = (1, 0, 0) if new and chrom != "chrX" else inherited_copies(self.rng, chrom, af, self.boy)
            term = "intron_variant" if intron else "intergenic_variant"
            allele = Allele(chrom, pos, ref, alt, term, gene, copies, af=af)
            allele.homozygotes = homozygotes_of(self.rng, af)
            self.alleles.append(allele)


def write_reads(rng: np.random.Generator, alleles: list[Allele], boy: bool) -> None:
    """Draw reads and the genotypes that follow from them: cells GT:AD:DP:GQ:PL of child, father and mother."""
    copies = np.array([allele.copies for allele in alleles])
    single = np.zeros_like(copies, dtype=bool)
    on_x = np.array([allele.chrom == "chrX" for allele in alleles])
    single[:, 1] = on_x
    single[:, 0] = on_x & boy
    share = np.clip(copies / 2, ERROR, 1 - ERROR)
    for number, allele in enumerate(alleles):
        for member, given in enumerate(allele.share):
            if given is not None:
                share[number, member] = given
    depth = np.maximum(rng.poisson(np.where(single, DEPTH / 2, DEPTH)), 4)
    alt = rng.binomial(depth, share)
    ref = depth - alt
    error, right = math.log10(ERROR), math.log10(1 - ERROR)
    likelihood = np.stack([ref * right + alt * error, depth * math.log10(0.5), ref * error + alt * right], axis=-1)
    phred = np.rint(-10 * (likelihood - likelihood.max(axis=-1, keepdims=True))).astype(int)
    ordered = np.sort(phred, axis=-1)
    quality = np.minimum(ordered[..., 1], 99)
    best = phred.argmin(axis=-1)
    text = ("0/0", "0/1", "1/1")
    for number, allele in enumerate(alleles):
        allele.cells = tuple(
            f"{text[best[number, m]]}:{ref[number, m]},{alt[number, m]}:{depth[number, m]}:{quality[number, m]}:"
            f"{','.join(map(str, phred[number, m]))}"
            for m in range(3)
        )
