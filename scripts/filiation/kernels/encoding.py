"""The integer codes that arrays carry: members, genotypes, ploidy classes, sexes, missing values."""

from __future__ import annotations

# Order of the members along the last axis of every trio array.
PROBAND, FATHER, MOTHER = 0, 1, 2

# genotype int8: number of alternate alleles among those called; MISSING when any allele is unknown and the
# known one is not the alternate. `./1` is 1 with HALF set in the call flags: it carries the allele for sure.
MISSING = -1

# Integers use -1 for missing, floats NaN.
MISSING_INT = -1

# Ploidy class of a position, as model.contigs.ContigClass.
AUTOSOME, PSEUDOAUTOSOMAL, X, Y, MITOCHONDRIAL = 0, 1, 2, 3, 4

SEX_UNKNOWN, SEX_MALE, SEX_FEMALE = 0, 1, 2

AFFECTION_UNKNOWN, UNAFFECTED, AFFECTED = 0, 1, 2

# Where genotype likelihoods came from, best first.
RUNG_PL, RUNG_GL, RUNG_AD, RUNG_GQ, RUNG_NONE = 0, 1, 2, 3, 4
RUNG_NAMES = ("PL", "GL", "AD", "GQ", "none")
