"""A family's genomes as arrays of calls: founders, crossovers, reads; any member can be put in any column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from filiation.io.vcf import TrioBatch
from filiation.kernels.encoding import AUTOSOME, X, Y
from filiation.model.pedigree import Affection, Family, Member, Role, Sex

DEPTH = 30


@dataclass
class Genomes:
    """Two copies (v, 2) of every person, 0 reference, 1 alternate, at sorted autosomal, X and Y sites."""

    contigs: list[str]
    contig_index: np.ndarray
    pos: np.ndarray
    people: dict[str, np.ndarray]
    sex: dict[str, Sex]

    @property
    def contig_class(self) -> np.ndarray:
        """Ploidy class of each site (no pseudoautosomal region)."""
        classes = np.full(len(self.contigs), AUTOSOME, dtype=np.int8)
        classes[[name == "X" for name in self.contigs]] = X
        classes[[name == "Y" for name in self.contigs]] = Y
        return classes[self.contig_index]

    def on(self, contig: str, start: int = 0, end: int = 2**40) -> np.ndarray:
        """Sites of a contig between two positions."""
        return (self.contig_index == self.contigs.index(contig)) & (self.pos >= start) & (self.pos <= end)


def _gamete(copies: np.ndarray, contig_index: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One copy of each chromosome, with one crossover on each."""
    out = np.empty(len(copies), dtype=np.int8)
    for contig in np.unique(contig_index):
        here = np.flatnonzero(contig_index == contig)
        place = generator.integers(0, len(here) + 1)
        first = generator.integers(0, 2)
        out[here[:place]] = copies[here[:place], first]
        out[here[place:]] = copies[here[place:], 1 - first]
    return out


def simulate(
    seed: int = 1,
    autosomes: int = 12,
    sites: int = 600,
    spacing: int = 100_000,
    x_sites: int = 300,
    y_sites: int = 60,
    keep_all: bool = False,
    sites_seed: int | None = None,
) -> Genomes:
    """Father, mother, their son `child` and daughter `sister`, the father's brother `uncle`, and a `stranger`.

    Sites are independent in founders, with frequencies as common variants have them. Only sites at which
    somebody carries the alternate remain, as in a file of the family's calls, unless `keep_all`. Families of the
    same `sites_seed` are of one population: their sites have the same frequencies.
    """
    generator = np.random.default_rng(seed)
    contigs = [str(number + 1) for number in range(autosomes)] + ["X", "Y"]
    counts = [sites] * autosomes + [x_sites, y_sites]
    contig_index = np.repeat(np.arange(len(contigs)), counts).astype(np.int32)
    pos = np.concatenate([1 + spacing * np.arange(n) for n in counts]).astype(np.int64)
    of_sites = generator if sites_seed is None else np.random.default_rng(sites_seed)
    frequency = np.exp(of_sites.uniform(np.log(0.03), np.log(0.97), len(pos)))

    def founder() -> np.ndarray:
        return (generator.random((len(pos), 2)) < frequency[:, None]).astype(np.int8)

    grandfather, grandmother, mother, stranger = founder(), founder(), founder(), founder()

    def offspring(father: np.ndarray, mother: np.ndarray) -> np.ndarray:
        gametes = [_gamete(parent, contig_index, generator) for parent in (father, mother)]
        return np.stack(gametes, axis=1)

    people = {"father": offspring(grandfather, grandmother), "uncle": offspring(grandfather, grandmother)}
    people |= {"mother": mother, "stranger": stranger}
    people |= {name: offspring(people["father"], mother) for name in ("child", "sister")}
    sex = dict.fromkeys(("father", "uncle", "child"), Sex.MALE) | dict.fromkeys(
        ("mother", "sister", "stranger"), Sex.FEMALE
    )
    on_x, on_y = contig_index == contigs.index("X"), contig_index == contigs.index("Y")
    # A male has one X, his mother's, written twice here; a daughter has her father's only one.
    for name, giver in (("father", grandmother), ("uncle", grandmother), ("child", mother)):
        people[name][on_x] = _gamete(giver, contig_index, generator)[on_x, None]
        people[name][on_y] = grandfather[on_y, :1]
    people["sister"][on_x, 0] = people["father"][on_x, 0]
    for name in ("mother", "sister", "stranger"):
        people[name][on_y] = -1
    genomes = Genomes(contigs, contig_index, pos, people, sex)
    return (
        genomes if keep_all else subset(genomes, np.any([copies.max(axis=1) > 0 for copies in people.values()], axis=0))
    )


def subset(genomes: Genomes, keep: np.ndarray) -> Genomes:
    """Some of the sites."""
    people = {name: copies[keep] for name, copies in genomes.people.items()}
    return replace(genomes, contig_index=genomes.contig_index[keep], pos=genomes.pos[keep], people=people)


def family_of(people: Sequence[tuple[str, Role, Sex]]) -> Family:
    """A family whose sample ids are the names given; the proband is affected."""
    return Family(
        "FAM",
        tuple(
            Member(name, role, sex, Affection.AFFECTED if role is Role.PROBAND else Affection.UNAFFECTED)
            for name, role, sex in people
        ),
    )


def trio() -> Family:
    """child, father, mother, as simulated."""
    return family_of(
        [
            ("child", Role.PROBAND, Sex.MALE),
            ("father", Role.FATHER, Sex.MALE),
            ("mother", Role.MOTHER, Sex.FEMALE),
        ]
    )


def calls(
    genomes: Genomes,
    columns: Sequence[str],
    *,
    error_rate: float = 0.001,
    seed: int = 7,
    reads: bool = True,
    relative_depth: dict[str, np.ndarray] | None = None,
) -> TrioBatch:
    """The calls of the people named, in that order, with their reads and a few genotype errors."""
    generator = np.random.default_rng(seed)
    n, s = len(genomes.pos), len(columns)
    genotype = np.full((n, s), -1, dtype=np.int8)
    depth = np.full((n, s), DEPTH, dtype=np.int32)
    sex_chromosome = genomes.contig_class >= X
    for column, name in enumerate(columns):
        copies = genomes.people[name]
        called = (copies >= 0).all(axis=1)
        genotype[called, column] = copies[called].sum(axis=1)
        wrong = called & (generator.random(n) < error_rate)
        genotype[wrong, column] = generator.integers(0, 3, wrong.sum())
        if genomes.sex[name] is Sex.MALE:
            depth[sex_chromosome, column] //= 2
        depth[~called, column] = 0
        if relative_depth and name in relative_depth:
            depth[:, column] = (depth[:, column] * relative_depth[name]).astype(np.int32)
    alt = np.where(genotype == 1, depth // 2, np.where(genotype == 2, depth, 0)).astype(np.int32)
    absent = np.full((n, s), -1, dtype=np.int32)
    transition = np.arange(n) % 3 > 0
    return TrioBatch(
        first_record=0,
        contigs=genomes.contigs,
        contig_index=genomes.contig_index,
        contig_class=genomes.contig_class,
        pos=genomes.pos,
        ref=["A"] * n,
        alt=["G" if is_transition else "C" for is_transition in transition],
        is_snv=np.ones(n, dtype=bool),
        genotype=genotype,
        alleles_called=np.where(genotype >= 0, 2, 0).astype(np.int8),
        ref_depth=(depth - alt) if reads else absent,
        alt_depth=alt if reads else absent,
        depth=depth if reads else absent,
        genotype_quality=np.full((n, s), 60 if reads else np.nan, dtype=np.float32),
        phred=np.full((n, s, 3), np.nan),
        log10_likelihood=np.full((n, s, 3), np.nan),
        info={},
    )


def cut(batch: TrioBatch, size: int) -> list[TrioBatch]:
    """A batch as several, to show that the place of the cuts does not matter."""
    parts = []
    for start in range(0, len(batch), size):
        part = slice(start, start + size)
        arrays = {
            name: value[part]
            for name, value in vars(batch).items()
            if isinstance(value, np.ndarray) or name in ("ref", "alt")
        }
        parts.append(replace(batch, first_record=start, **arrays))
    return parts
