"""Mendel's rules by listing every gamete that each parent can make."""

from __future__ import annotations

from itertools import product

AUTOSOME, PSEUDOAUTOSOMAL, X, Y, MITOCHONDRIAL = range(5)
MALE, FEMALE = 1, 2


def gametes(genotype: int, copies: int) -> set[int]:
    """Alleles a parent can give. Unknown genotypes, and a heterozygous call of one copy, could be anything."""
    if genotype == -1 or (copies == 1 and genotype == 1):
        return {0, 1}
    return {0: {0}, 1: {0, 1}, 2: {1}}[genotype]


def status(child: int, father: int, mother: int, contig_class: int, child_sex: int) -> int:
    """Twin of kernels.mendelian.trio_status for one site: -1 not evaluated, 0 consistent, 1 violation."""
    from_father: tuple[int, int] | None = None
    from_mother: tuple[int, int] | None = None
    if contig_class in (AUTOSOME, PSEUDOAUTOSOMAL):
        from_father, from_mother = (father, 2), (mother, 2)
    elif contig_class == X and child_sex == MALE:
        from_mother = (mother, 2)
    elif contig_class == X and child_sex == FEMALE:
        from_father, from_mother = (father, 1), (mother, 2)
    elif contig_class == Y and child_sex == MALE:
        from_father = (father, 1)
    elif contig_class == MITOCHONDRIAL:
        if 1 in (child, mother):
            return -1
        from_mother = (mother, 1)
    givers = [giver for giver in (from_father, from_mother) if giver is not None]
    known = [genotype for genotype, _ in givers if genotype != -1]
    if child == -1 or not known or (child == 0 and all(genotype == 0 for genotype in known)):
        return -1
    children = {
        sum(alleles) * (2 if len(givers) == 1 else 1)
        for alleles in product(*(gametes(genotype, copies) for genotype, copies in givers))
    }
    return 0 if child in children else 1
