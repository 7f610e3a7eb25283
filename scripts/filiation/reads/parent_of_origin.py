"""From which parent's copy does the allele come, as read pairs say that also cover an informative neighbour?

A heterozygous SNV of the index case is informative when the parents' genotypes leave one way only for its two
alleles to have been given. A molecule that carries the candidate's allele together with one of them shows the copy
it lies on (read-backed phase; unfazed, Belyeu et al. 2021, 10.1093/bioinformatics/btab454).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.kernels.pileup import ALT, REF
from filiation.model.contigs import ContigClass
from filiation.model.pedigree import Family, Sex
from filiation.reads.pileup import Allele, Pileup, allele_context, pile_up
from filiation.reads.recheck_thresholds import RecheckThresholds

FROM_FATHER, FROM_MOTHER, UNKNOWN_ORIGIN = "from_father", "from_mother", "unknown"
BY_READS, BY_CHROMOSOME, BY_CARRIER, BY_NOTHING = "reads", "chromosome", "carrier", "none"


@dataclass(frozen=True)
class Origin:
    """Parent of origin, what shows it, and the molecules for and against."""

    parent: str
    evidence: str
    pairs: int = 0
    conflicts: int = 0


@dataclass(frozen=True)
class Neighbour:
    """A heterozygous SNV of the index case whose alternate allele comes from a known parent."""

    allele: Allele
    alt_from: str


def alt_given_by(father: tuple[int, ...], mother: tuple[int, ...]) -> str | None:
    """Which parent gave the alternate allele of a child with one of each; None when both or neither may have.

    Genotypes as alleles (0 reference, 1 alternate), complete.
    """
    by_father = 1 in father and 0 in mother
    by_mother = 1 in mother and 0 in father
    if by_father == by_mother:
        return None
    return FROM_FATHER if by_father else FROM_MOTHER


def origin_by_chromosome(contig_class: ContigClass, child: Sex) -> Origin | None:
    """Origin where one parent only can have given the chromosome; None elsewhere."""
    if contig_class is ContigClass.MITOCHONDRIAL or (contig_class is ContigClass.X and child is Sex.MALE):
        return Origin(FROM_MOTHER, BY_CHROMOSOME)
    if contig_class is ContigClass.Y:
        return Origin(FROM_FATHER, BY_CHROMOSOME)
    return None


def _alleles(call: Any, quality_min: float) -> tuple[int, ...] | None:
    """Alleles of a complete genotype of enough quality; a genotype without quality is taken."""
    alleles = call.get("GT")
    if not alleles or None in alleles or any(allele > 1 for allele in alleles):
        return None
    quality = call.get("GQ")
    if quality is not None and quality < quality_min:
        return None
    return tuple(alleles)


def informative_neighbours(
    variants: Any, family: Family, allele: Allele, thresholds: RecheckThresholds
) -> list[Neighbour]:
    """Informative SNVs around an allele in an open, indexed, normalised BCF, nearest first."""
    father, mother = family.father, family.mother
    if father is None or mother is None:
        return []
    phase = thresholds.phase
    first = max(0, allele.pos - 1 - int(phase.distance))
    found = []
    for record in variants.fetch(allele.chrom, first, allele.pos + int(phase.distance)):
        alternates: tuple[str, ...] = record.alts or ()
        if len(alternates) != 1 or len(record.ref) != 1 or len(alternates[0]) != 1 or alternates[0] == "*":
            continue
        if record.pos == allele.pos:
            continue
        genotypes = [
            _alleles(record.samples[member.sample], phase.genotype_quality_min)
            for member in (family.proband, father, mother)
        ]
        child, of_father, of_mother = genotypes
        if child is None or of_father is None or of_mother is None or sorted(child) != [0, 1]:
            continue
        given = alt_given_by(of_father, of_mother)
        if given:
            found.append(Neighbour(Allele(allele.chrom, record.pos, record.ref, alternates[0]), given))
    return sorted(found, key=lambda neighbour: (abs(neighbour.allele.pos - allele.pos), neighbour.allele.pos))


def origin_by_reads(
    pileup: Pileup, neighbours: list[Neighbour], handle: Any, fasta: Any, thresholds: RecheckThresholds
) -> Origin:
    """Parent of origin by the molecules that carry the allele and cover a neighbour; each molecule votes once."""
    carrying = {name for name, support in zip(pileup.names, pileup.support, strict=True) if support == ALT}
    votes: dict[str, str] = {}
    for neighbour in neighbours:
        if not carrying - set(votes):
            break
        context = allele_context(fasta, neighbour.allele, 0)
        beside = pile_up(handle, context, thresholds.reads)
        other_parent = FROM_MOTHER if neighbour.alt_from == FROM_FATHER else FROM_FATHER
        for name, support in zip(beside.names, beside.support, strict=True):
            if name in carrying and name not in votes and support in (REF, ALT):
                votes[name] = neighbour.alt_from if support == ALT else other_parent
    paternal = sum(parent == FROM_FATHER for parent in votes.values())
    maternal = len(votes) - paternal
    pairs, conflicts = max(paternal, maternal), min(paternal, maternal)
    phase = thresholds.phase
    if pairs < phase.pairs_min or conflicts > phase.conflict_share_max * len(votes):
        return Origin(UNKNOWN_ORIGIN, BY_NOTHING, pairs, conflicts)
    return Origin(FROM_FATHER if paternal > maternal else FROM_MOTHER, BY_READS, pairs, conflicts)


def parent_of_origin(
    allele: Allele,
    contig_class: ContigClass,
    family: Family,
    pileup: Pileup,
    variants: Any | None,
    handle: Any,
    fasta: Any,
    thresholds: RecheckThresholds,
) -> Origin:
    """Parent of origin of the index case's allele: by the chromosome, else by read pairs, else unknown."""
    certain = origin_by_chromosome(contig_class, family.proband.sex)
    if certain:
        return certain
    if variants is None:
        return Origin(UNKNOWN_ORIGIN, BY_NOTHING)
    neighbours = informative_neighbours(variants, family, allele, thresholds)
    return origin_by_reads(pileup, neighbours, handle, fasta, thresholds)


def require_index(path: str | Path) -> None:
    """Stop when the normalised calls have no index: neighbours are looked up by position."""
    from filiation.errors import InputError

    if not any(Path(f"{path}{suffix}").is_file() for suffix in (".csi", ".tbi")):
        raise InputError(
            "the calls have no index",
            where=str(path),
            expected=f"{path}.csi",
            repair=f"bcftools index {path}",
        )
