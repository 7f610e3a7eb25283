"""Which calls would a family of given relations, ancestry and depth have? People, gametes, reads and a caller.

Not simulated: linkage disequilibrium between founders' sites, and indels. Chromosomes are 24 Mb with a site every
20 kb and one crossover on average; frequencies have the neutral density 1/p of alleles that differ from the
reference, and drift apart between populations by Balding and Nichols 1995 (doi 10.1007/BF01441146). Reads of
heterozygotes lean to the reference and spread more than binomially; a few sites are paralogous in everybody. The
caller knows neither sex nor family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from filiation.io.vcf import TrioBatch
from filiation.kernels.encoding import AUTOSOME, X, Y
from filiation.model.pedigree import Affection, Family, Member, Role, Sex

AUTOSOMES = 22
SITES = 1200
SPACING = 20_000
CROSSOVERS_PER_BP = 4e-8
X_SITES = 1000
Y_SITES = 150
READ_ERROR = 0.002
REFERENCE_SHARE = 0.51
HETEROZYGOTE_PSEUDO_READS = 60.0
PARALOGOUS_SHARE = 0.003


@dataclass
class Person:
    """Two copies (v, 2): 0 reference, 1 alternate, -1 no copy."""

    copies: np.ndarray
    sex: Sex


@dataclass
class World:
    """Sites, and the allele frequencies of some populations."""

    seed: int
    fst: float = 0.05
    populations: int = 2
    autosomes: int = AUTOSOMES
    sites: int = SITES
    generator: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)
        self.contigs = [str(number + 1) for number in range(self.autosomes)] + ["X", "Y"]
        counts = [self.sites] * self.autosomes + [X_SITES, Y_SITES]
        self.contig_index = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
        self.pos = np.concatenate([1 + SPACING * np.arange(n) for n in counts]).astype(np.int64)
        self.on_x = self.contig_index == self.autosomes
        self.on_y = self.contig_index == self.autosomes + 1
        ancestral = np.exp(self.generator.uniform(np.log(0.01), np.log(0.99), len(self.pos)))
        scale = (1 - self.fst) / self.fst
        self.frequency = [
            np.clip(self.generator.beta(ancestral * scale, (1 - ancestral) * scale), 0, 1)
            for _ in range(self.populations)
        ]
        self.first = np.r_[True, np.diff(self.contig_index) > 0]

    def founder(self, sex: Sex, population: int = 0) -> Person:
        """Somebody unrelated to everybody else."""
        copies = (self.generator.random((len(self.pos), 2)) < self.frequency[population][:, None]).astype(np.int8)
        return Person(self._sexed(copies, sex), sex)

    def gamete(self, person: Person) -> np.ndarray:
        """One copy of each chromosome: one crossover a chromosome on average; the only X or Y as it is."""
        switch = self.generator.random(len(self.pos)) < np.where(self.first, 0.5, SPACING * CROSSOVERS_PER_BP)
        phase = np.cumsum(switch) % 2
        out = person.copies[np.arange(len(self.pos)), phase]
        alone = person.copies[:, 1] < 0
        return np.where(alone, person.copies[:, 0], out).astype(np.int8)

    def child(self, father: Person, mother: Person, sex: Sex) -> Person:
        """A child of two people."""
        from_father, from_mother = self.gamete(father), self.gamete(mother)
        copies = np.stack([from_mother, from_father], axis=1)
        if sex is Sex.MALE:
            copies[self.on_x, 1] = -1
            copies[self.on_y] = np.stack([from_father[self.on_y], np.full(int(self.on_y.sum()), -1)], axis=1)
        return Person(self._sexed(copies, sex), sex)

    def uniparental(self, child: Person, parent: Person, contig: str, *, isodisomy: bool) -> Person:
        """The child with both copies of one autosome from one parent."""
        here = self.contig_index == self.contigs.index(contig)
        copies = child.copies.copy()
        copies[here] = parent.copies[here]
        if isodisomy:
            copies[here] = self.gamete(parent)[here, None]
        return Person(copies, child.sex)

    def aneuploid(self, child: Person, kind: str, mother: Person) -> Person:
        """A girl with one X (X0), or a boy with his mother's two X beside his Y (XXY)."""
        copies = child.copies.copy()
        if kind == "X0":
            copies[self.on_x, 1] = -1
        else:
            copies[self.on_x] = mother.copies[self.on_x]
        return Person(copies, child.sex)

    def _sexed(self, copies: np.ndarray, sex: Sex) -> np.ndarray:
        if sex is Sex.MALE:
            copies[self.on_x, 1] = -1
            copies[self.on_y, 1] = -1
        else:
            copies[self.on_y] = -1
        return copies

    def reads(
        self, person: Person, depth: float, fraction: float = 0.0, source: Person | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Reference and alternate reads (v,) of a sample of which `fraction` is the source's DNA."""
        parts = [(1 - fraction, person)] + ([(fraction, source)] if source is not None else [])
        number = sum(weight * (part.copies >= 0).sum(axis=1) for weight, part in parts)
        alternate = sum(weight * (part.copies > 0).sum(axis=1) for weight, part in parts)
        total = self.generator.poisson(depth * number / 2)
        share = np.divide(alternate, number, out=np.zeros(len(self.pos)), where=number > 0)
        middle = (person.copies > 0).sum(axis=1) == 1
        middle &= (person.copies >= 0).sum(axis=1) == 2
        lean = np.clip(share * (1 - REFERENCE_SHARE) / 0.5, 1e-6, 1 - 1e-6)
        spread = self.generator.beta(lean * HETEROZYGOTE_PSEUDO_READS, (1 - lean) * HETEROZYGOTE_PSEUDO_READS)
        share = np.where(middle, spread, share)
        share = READ_ERROR + (1 - 2 * READ_ERROR) * share
        return total, self.generator.binomial(total, share)

    def call(
        self, columns: Sequence[Person], depth: float, mixtures: Mapping[int, tuple[float, Person]] | None = None
    ) -> TrioBatch:
        """The calls of some people as one family's file: sites at which nobody has the alternate are left out."""
        mixtures = mixtures or {}
        read = [self.reads(person, depth, *mixtures.get(place, (0.0, None))) for place, person in enumerate(columns)]
        total = np.stack([pair[0] for pair in read], axis=1)
        alt = np.stack([pair[1] for pair in read], axis=1)
        bad = np.flatnonzero((self.generator.random(len(self.pos)) < PARALOGOUS_SHARE) & ~self.on_y)
        alt[bad] = self.generator.binomial(total[bad], self.generator.uniform(0.05, 0.5, (len(bad), 1)))
        genotype, quality = genotypes(total - alt, alt)
        return self._batch(total, alt, genotype, quality)

    def _batch(self, total: np.ndarray, alt: np.ndarray, genotype: np.ndarray, quality: np.ndarray) -> TrioBatch:
        keep = (genotype > 0).any(axis=1)
        classes = np.where(self.on_x, X, np.where(self.on_y, Y, AUTOSOME)).astype(np.int8)[keep]
        n, s = int(keep.sum()), total.shape[1]
        called = genotype[keep] >= 0
        return TrioBatch(
            first_record=0,
            contigs=self.contigs,
            contig_index=self.contig_index[keep],
            contig_class=classes,
            pos=self.pos[keep],
            ref=["A"] * n,
            alt=["G" if number % 3 else "C" for number in range(n)],
            is_snv=np.ones(n, dtype=bool),
            genotype=genotype[keep],
            alleles_called=np.where(called, 2, 0).astype(np.int8),
            ref_depth=(total - alt)[keep].astype(np.int32),
            alt_depth=alt[keep].astype(np.int32),
            depth=total[keep].astype(np.int32),
            genotype_quality=quality[keep].astype(np.float32),
            phred=np.full((n, s, 3), np.nan),
            log10_likelihood=np.full((n, s, 3), np.nan),
            info={},
        )


def genotypes(ref: np.ndarray, alt: np.ndarray, error: float = 0.005) -> tuple[np.ndarray, np.ndarray]:
    """Likeliest genotype and its distance to the second in phred units; -1 without reads."""
    likelihood = np.stack(
        [
            ref * np.log10(1 - error) + alt * np.log10(error),
            (ref + alt) * np.log10(0.5),
            ref * np.log10(error) + alt * np.log10(1 - error),
        ]
    )
    ordered = np.sort(likelihood, axis=0)
    best = likelihood.argmax(axis=0).astype(np.int8)
    best[ref + alt == 0] = -1
    return best, np.minimum(10 * (ordered[2] - ordered[1]), 99)


def family_of(sex: Sex, name: str = "FAM", siblings: Sequence[Sex] = ()) -> Family:
    """child, father, mother, and siblings sister1, brother2 …, as the sheet would say."""
    members = [
        Member("child", Role.PROBAND, sex, Affection.AFFECTED),
        Member("father", Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
        Member("mother", Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
    ]
    for number, other in enumerate(siblings, 1):
        word = "brother" if other is Sex.MALE else "sister"
        members.append(Member(f"{word}{number}", Role.SIBLING, other, Affection.UNAFFECTED))
    return Family(name, tuple(members))
