"""What must be counted, batch by batch, so that every check can be made without keeping the calls in memory?

Kept whole are only the autosomal SNVs with a usable genotype: contig, position and one byte for each member.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from filiation.io.vcf import TrioBatch
from filiation.kernels.encoding import (
    AUTOSOME,
    MISSING,
    MISSING_INT,
    PSEUDOAUTOSOMAL,
    SEX_FEMALE,
    SEX_MALE,
    SEX_UNKNOWN,
    X,
    Y,
)
from filiation.kernels.kinship import N_COUNTS, pair_counts_jit
from filiation.kernels.mendelian import CONSISTENT, VIOLATION, trio_status_jit
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Family, Member, Role, Sex
from filiation.quality.contamination import ReadTally, relatives_of
from filiation.quality.thresholds import Thresholds

SEX_CODES = {Sex.UNKNOWN: SEX_UNKNOWN, Sex.MALE: SEX_MALE, Sex.FEMALE: SEX_FEMALE}
# Classes of Mendelian violations, with the check id they are reported under.
MENDELIAN_CLASSES = (
    "mendelian_errors_snv",
    "mendelian_errors_indel",
    "mendelian_errors_x",
    "mendelian_errors_y",
)
_TRANSITIONS = frozenset(("AG", "GA", "CT", "TC"))
_PRIMARY_AUTOSOME = re.compile(r"([1-9]|1[0-9]|2[0-2])$")
# A window is contig × 2^32 + number of the window, so that one integer orders windows along the genome.
_CONTIG_SHIFT = 32


@dataclass
class MemberCounts:
    """Counts for one member. Depths are summed over variant sites of the family, zero reads included."""

    records: int = 0
    called: int = 0
    x_heterozygous: int = 0
    x_homozygous_alternate: int = 0
    y_alternate: int = 0
    heterozygous: int = 0
    homozygous_alternate: int = 0
    transitions: int = 0
    transversions: int = 0
    balanced_sites: int = 0
    unbalanced_sites: int = 0
    depth_sites: dict[int, int] = field(default_factory=lambda: {AUTOSOME: 0, X: 0, Y: 0})
    depth_sum: dict[int, int] = field(default_factory=lambda: {AUTOSOME: 0, X: 0, Y: 0})

    def mean_depth(self, contig_class: int) -> float:
        """Mean depth at variant sites of a ploidy class; NaN without any."""
        sites = self.depth_sites[contig_class]
        return self.depth_sum[contig_class] / sites if sites else float("nan")


@dataclass
class Markers:
    """Usable genotypes at autosomal SNVs, in the order of the file. s = samples."""

    contig_index: npt.NDArray[np.int32]
    pos: npt.NDArray[np.int64]
    genotype: npt.NDArray[np.int8]


@dataclass
class Windows:
    """Counts by window of the autosomes. w = windows, q = pairs, s = samples."""

    key: npt.NDArray[np.int64]
    pairs: npt.NDArray[np.int64]
    depth_sum: npt.NDArray[np.int64]
    depth_sites: npt.NDArray[np.int64]

    @property
    def contig_index(self) -> npt.NDArray[np.int64]:
        """Contig of each window."""
        return self.key >> _CONTIG_SHIFT


def usable_genotypes(batch: TrioBatch, thresholds: Thresholds) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Genotypes that count as evidence: with sufficient quality and depth, and of those the ones in balance.

    A genotype without GQ, or without allelic depths, is not held against the caller and stays. A half call is
    missing. Returns two int8 (v, s) arrays, -1 where the genotype is not used.
    """
    limits = thresholds.evidence
    genotype = batch.genotype.copy()
    genotype[(genotype == 1) & (batch.alleles_called < 2)] = MISSING
    reads = np.where(
        (batch.ref_depth != MISSING_INT) & (batch.alt_depth != MISSING_INT),
        batch.ref_depth + batch.alt_depth,
        -1,
    )
    depth = np.where(batch.depth != MISSING_INT, batch.depth, reads)
    with np.errstate(invalid="ignore"):
        genotype[batch.genotype_quality < limits.genotype_quality_min] = MISSING
    genotype[(depth != MISSING_INT) & (depth < limits.depth_min)] = MISSING
    known = reads > 0
    balance = np.where(known, batch.alt_depth / np.maximum(reads, 1), np.nan)
    out_of_balance = known & (
        ((genotype == 0) & (balance > limits.homozygote_other_allele_max))
        | ((genotype == 2) & (balance < 1 - limits.homozygote_other_allele_max))
        | ((genotype == 1) & (balance < limits.heterozygote_balance_min))
        | ((genotype == 1) & (balance > limits.heterozygote_balance_max))
    )
    balanced = genotype.copy()
    balanced[out_of_balance] = MISSING
    return genotype, balanced


def judged_autosomes(contigs: list[str]) -> npt.NDArray[np.bool_]:
    """Contigs on which kinship and segments are judged: 1 to 22 where there are any, else every one."""
    primary = np.array([bool(_PRIMARY_AUTOSOME.match(bare_name(name))) for name in contigs], dtype=np.bool_)
    return primary if primary.any() else np.ones(len(contigs), dtype=np.bool_)


def trio_columns(family: Family, child: Member) -> tuple[int, int, int]:
    """Columns of a child, its father and its mother; -1 for a parent who was not sequenced."""
    place = {member.sample: number for number, member in enumerate(family.members)}
    father, mother = family.father, family.mother
    return (
        place[child.sample],
        place[father.sample] if father else -1,
        place[mother.sample] if mother else -1,
    )


def trio_genotypes(genotype: npt.NDArray[np.int8], columns: tuple[int, int, int]) -> npt.NDArray[np.int8]:
    """Genotypes (v, 3) of child, father and mother; missing throughout for an absent parent."""
    out = np.full((genotype.shape[0], 3), MISSING, dtype=np.int8)
    for place, column in enumerate(columns):
        if column >= 0:
            out[:, place] = genotype[:, column]
    return out


class FamilyTally:
    """Accumulates the batches of one family; `markers()` and `windows()` close the count."""

    def __init__(self, family: Family, thresholds: Thresholds) -> None:
        self.family = family
        self.thresholds = thresholds
        self.members = [MemberCounts() for _ in family.members]
        self.children = [member for member in family.members if member.role in (Role.PROBAND, Role.SIBLING)]
        # {(child, class): [sites evaluated, violations]}
        self.mendelian = {(child.sample, name): [0, 0] for child in self.children for name in MENDELIAN_CLASSES}
        # SNVs that only the child carries, by child; autosomal SNVs, and those usable in every member.
        self.de_novo = {child.sample: 0 for child in self.children}
        self.sites = 0
        self.sites_judged = 0
        self.reads = [ReadTally() for _ in family.members]
        self.contigs: list[str] = []
        self._markers: list[Markers] = []
        self._unclear: list[Markers] = []
        self._windows: list[Windows] = []

    def add(self, batch: TrioBatch) -> None:
        """Count one batch, whose members stand in the order of the family."""
        self.contigs = batch.contigs
        supported, balanced = usable_genotypes(batch, self.thresholds)
        autosome = batch.contig_class == AUTOSOME
        self._count_members(batch, supported, balanced, autosome)
        self._count_mendelian(batch, balanced)
        judged = autosome & judged_autosomes(batch.contigs)[batch.contig_index]
        self._count_windows(batch, balanced, judged)
        self.sites += int((judged & batch.is_snv).sum())
        self.sites_judged += int((judged & batch.is_snv & (supported >= 0).all(axis=1)).sum())
        self._count_de_novo(batch, balanced, judged & batch.is_snv)
        self._count_reads(batch, supported, balanced, judged & batch.is_snv)
        carried = (balanced > 0).any(axis=1)
        keep = judged & batch.is_snv & carried
        self._markers.append(Markers(batch.contig_index[keep], batch.pos[keep], balanced[keep]))
        unclear = judged & batch.is_snv & ~carried & (batch.genotype > 0).any(axis=1)
        self._unclear.append(Markers(batch.contig_index[unclear], batch.pos[unclear], balanced[unclear]))

    def _count_members(
        self,
        batch: TrioBatch,
        supported: npt.NDArray[np.int8],
        balanced: npt.NDArray[np.int8],
        autosome: npt.NDArray[np.bool_],
    ) -> None:
        """Counts that concern one member alone."""
        limits = self.thresholds.evidence
        snv = batch.is_snv
        on_x = snv & (batch.contig_class == X)
        on_y = snv & (batch.contig_class == Y)
        transition = np.array([r + a in _TRANSITIONS for r, a in zip(batch.ref, batch.alt, strict=True)], dtype=bool)
        for s, counts in enumerate(self.members):
            counts.records += int(autosome.sum())
            counts.called += int((autosome & (batch.genotype[:, s] != MISSING)).sum())
            counts.x_heterozygous += int((on_x & (balanced[:, s] == 1)).sum())
            counts.x_homozygous_alternate += int((on_x & (balanced[:, s] == 2)).sum())
            counts.y_alternate += int((on_y & (balanced[:, s] == 2)).sum())
            here = snv & autosome
            counts.heterozygous += int((here & (balanced[:, s] == 1)).sum())
            counts.homozygous_alternate += int((here & (balanced[:, s] == 2)).sum())
            carried = here & (balanced[:, s] > 0)
            counts.transitions += int((carried & transition).sum())
            counts.transversions += int((carried & ~transition).sum())
            reads = batch.ref_depth[:, s].astype(np.int64) + batch.alt_depth[:, s]
            known = (batch.ref_depth[:, s] >= 0) & (batch.alt_depth[:, s] >= 0) & (reads > 0)
            het = here & known & (supported[:, s] == 1)
            balance = batch.alt_depth[:, s] / np.maximum(reads, 1)
            out = (balance < limits.heterozygote_balance_min) | (balance > limits.heterozygote_balance_max)
            counts.balanced_sites += int((het & ~out).sum())
            counts.unbalanced_sites += int((het & out).sum())
            depth = self._depth(batch)[:, s]
            for place in (AUTOSOME, X, Y):
                seen = (batch.contig_class == place) & (depth >= 0)
                counts.depth_sites[place] += int(seen.sum())
                counts.depth_sum[place] += int(depth[seen].sum())

    @staticmethod
    def _depth(batch: TrioBatch) -> npt.NDArray[np.int64]:
        """DP, else the sum of AD, else -1. int64 (v, s)."""
        reads = np.where(
            (batch.ref_depth >= 0) & (batch.alt_depth >= 0), batch.ref_depth + batch.alt_depth, MISSING_INT
        )
        return np.where(batch.depth >= 0, batch.depth, reads).astype(np.int64)

    def _count_mendelian(self, batch: TrioBatch, balanced: npt.NDArray[np.int8]) -> None:
        """Violations of each child, by class of variant and chromosome."""
        diploid = (batch.contig_class == AUTOSOME) | (batch.contig_class == PSEUDOAUTOSOMAL)
        groups = {
            "mendelian_errors_snv": diploid & batch.is_snv,
            "mendelian_errors_indel": diploid & ~batch.is_snv,
            "mendelian_errors_x": batch.is_snv & (batch.contig_class == X),
            "mendelian_errors_y": batch.is_snv & (batch.contig_class == Y),
        }
        for child in self.children:
            genotype = trio_genotypes(balanced, trio_columns(self.family, child))
            status = trio_status_jit(genotype, batch.contig_class, SEX_CODES[child.sex])
            for name, group in groups.items():
                counts = self.mendelian[child.sample, name]
                counts[0] += int((group & ((status == CONSISTENT) | (status == VIOLATION))).sum())
                counts[1] += int((group & (status == VIOLATION)).sum())

    def _count_de_novo(self, batch: TrioBatch, balanced: npt.NDArray[np.int8], used: npt.NDArray[np.bool_]) -> None:
        """SNVs of a child of which neither parent shows a read, with enough reads in all three."""
        limits = self.thresholds.de_novo
        deep = self._depth(batch) >= limits.depth_min
        clean = (balanced == 0) & deep & (batch.alt_depth >= 0) & (batch.alt_depth <= limits.parent_alternate_reads_max)
        for child in self.children:
            own, father, mother = trio_columns(self.family, child)
            if father < 0 or mother < 0:
                continue
            share = batch.alt_depth[:, own] / np.maximum(batch.alt_depth[:, own] + batch.ref_depth[:, own], 1)
            new = used & (balanced[:, own] == 1) & deep[:, own] & (share >= limits.child_balance_min)
            self.de_novo[child.sample] += int((new & clean[:, father] & clean[:, mother]).sum())

    def _count_reads(
        self,
        batch: TrioBatch,
        supported: npt.NDArray[np.int8],
        balanced: npt.NDArray[np.int8],
        used: npt.NDArray[np.bool_],
    ) -> None:
        """Reads of each member at autosomal SNVs, by the genotypes of two relatives."""
        place = {member.sample: number for number, member in enumerate(self.family.members)}
        absent = np.full(int(used.sum()), MISSING, dtype=np.int8)
        for s, member in enumerate(self.family.members):
            names = relatives_of(self.family, member)
            first, second = (balanced[used, place[name]] if name else absent for name in names)
            ref, alt = batch.ref_depth[used, s], batch.alt_depth[used, s]
            self.reads[s].add(first, second, ref, alt, supported[used, s], batch.pos[used])

    def _count_windows(self, batch: TrioBatch, balanced: npt.NDArray[np.int8], judged: npt.NDArray[np.bool_]) -> None:
        """Pairs and depths by window of the judged autosomes."""
        if not judged.any():
            return
        width = int(self.thresholds.kinship.window_bp)
        keys = (batch.contig_index[judged].astype(np.int64) << _CONTIG_SHIFT) + (batch.pos[judged] - 1) // width
        unique, window = np.unique(keys, return_inverse=True)
        genotype = np.ascontiguousarray(balanced[judged])
        genotype[~batch.is_snv[judged]] = MISSING
        pairs = pair_counts_jit(genotype, window.astype(np.int64), len(unique))
        depth = self._depth(batch)[judged]
        depth_sum = np.zeros((len(unique), len(self.members)), dtype=np.int64)
        depth_sites = np.zeros_like(depth_sum)
        np.add.at(depth_sum, window, np.maximum(depth, 0))
        np.add.at(depth_sites, window, depth >= 0)
        self._windows.append(Windows(unique, pairs, depth_sum, depth_sites))

    def markers(self) -> Markers:
        """All autosomal SNVs that a member is known to carry."""
        return self._joined(self._markers)

    def seen(self) -> Markers:
        """The markers, then the SNVs that somebody may carry but whose calls are too poor to be used."""
        return self._joined([*self._markers, *self._unclear])

    def _joined(self, parts: list[Markers]) -> Markers:
        s = len(self.members)
        if not parts:
            return Markers(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros((0, s), np.int8))
        return Markers(
            np.concatenate([part.contig_index for part in parts]),
            np.concatenate([part.pos for part in parts]),
            np.concatenate([part.genotype for part in parts]),
        )

    def windows(self) -> Windows:
        """Counts by window; a window cut by the end of a batch is put together again."""
        s = len(self.members)
        q = s * (s - 1) // 2
        key = np.concatenate([part.key for part in self._windows]) if self._windows else np.zeros(0, np.int64)
        unique, place = np.unique(key, return_inverse=True)
        whole = Windows(
            unique.astype(np.int64),
            np.zeros((len(unique), q, N_COUNTS), np.int64),
            np.zeros((len(unique), s), np.int64),
            np.zeros((len(unique), s), np.int64),
        )
        if self._windows:
            np.add.at(whole.pairs, place, np.concatenate([part.pairs for part in self._windows]))
            np.add.at(whole.depth_sum, place, np.concatenate([part.depth_sum for part in self._windows]))
            np.add.at(whole.depth_sites, place, np.concatenate([part.depth_sites for part in self._windows]))
        return whole
