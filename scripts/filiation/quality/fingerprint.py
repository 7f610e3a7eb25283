"""Which genotypes tell a family again, and are two families' samples related or exchanged?

A fingerprint keeps the sites whose positions come first in a fixed pseudo-random order. Two fingerprints therefore
hold the same sites wherever both families vary, without a list of sites, on any assembly, for genomes and exomes.
A site that only one family has is homozygous for the reference in the other, as far as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.tables import read_table, write_table
from filiation.kernels.kinship import pair_counts_jit
from filiation.model.columns import FINGERPRINT
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.quality.kinship import PairEvidence, Relation, evidence_of, expected_relation, observed_relation
from filiation.quality.tally import Markers
from filiation.quality.thresholds import Thresholds
from filiation.quality.verdict import CheckRow, Verdict

_DIGITS = {-1: "x", 0: "0", 1: "1", 2: "2"}
_CODES = {text: code for code, text in _DIGITS.items()}
_KIN = (Relation.IDENTICAL, Relation.PARENT_CHILD, Relation.SIBLINGS, Relation.DISTANT)


@dataclass(frozen=True)
class Fingerprint:
    """Sites of one family. key : contig << 32 | position, sorted; genotype : int8 (v, members), -1 missing.

    last_rank : the rank up to which the sites are complete; None when all of them are kept.
    """

    family: Family
    key: npt.NDArray[np.int64]
    genotype: npt.NDArray[np.int8]
    sexes: dict[str, Sex]
    contradicted: bool
    assembly: str
    last_rank: int | None
    where: str = ""


def rank_of(key: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Place of each site in the fixed order: the finaliser of SplitMix64 (Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        mixed = key.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def fingerprint(
    family: Family,
    contigs: Sequence[str],
    markers: Markers,
    rows: Sequence[CheckRow],
    sexes: dict[str, Sex],
    assembly: str,
    sites_max: float,
) -> Fingerprint:
    """The fingerprint of a family whose rows are known; positions with two alternate alleles are left out.

    markers : with the sites whose calls are too poor to be used: they are missing, not reference.
    """
    numbers = np.array([int(name) if (name := bare_name(contig)).isdigit() else 0 for contig in contigs] or [0])
    contig = numbers[markers.contig_index]
    key = (contig.astype(np.int64) << 32) + markers.pos
    unique, first, count = np.unique(key, return_index=True, return_counts=True)
    single = (count == 1) & (unique >> 32 > 0)
    key, genotype = unique[single], markers.genotype[first[single]]
    last = None
    ranks = rank_of(key)
    if len(key) > sites_max:
        kept = np.sort(np.argsort(ranks)[: int(sites_max)])
        last = int(ranks[kept].max())
        key, genotype = key[kept], genotype[kept]
    contradicted = any(row.verdict is Verdict.FAIL for row in rows if row.check in ("roles", "kinship", "sex"))
    return Fingerprint(family, key, genotype, sexes, contradicted, assembly, last)


def write_fingerprint(path: str | Path, found: Fingerprint) -> None:
    """Write the table fingerprint/1."""
    header = {
        "family": found.family.name,
        "samples": " ".join(found.family.samples),
        "roles": " ".join(member.role.value for member in found.family.members),
        "declared_sexes": " ".join(member.sex.value for member in found.family.members),
        "measured_sexes": " ".join(found.sexes[sample].value for sample in found.family.samples),
        "contradicted": "yes" if found.contradicted else "no",
        "assembly": found.assembly,
        "last_rank": "all" if found.last_rank is None else str(found.last_rank),
    }
    rows = (
        {"chrom": str(key >> 32), "pos": int(key & 0xFFFFFFFF), "genotypes": "".join(_DIGITS[int(g)] for g in row)}
        for key, row in zip(found.key.tolist(), found.genotype, strict=True)
    )
    write_table(path, FINGERPRINT, rows, header)


def read_fingerprint(path: str | Path) -> Fingerprint:
    """Read a table fingerprint/1; an InputError names a header line or a row that is not one of ours."""
    table = read_table(path, FINGERPRINT)
    try:
        header = table.header
        samples = header["samples"].split()
        members = [
            Member(sample, Role(role), Sex(sex), Affection.UNKNOWN)
            for sample, role, sex in zip(
                samples, header["roles"].split(), header["declared_sexes"].split(), strict=True
            )
        ]
        family = Family(header["family"], tuple(members))
        sexes = dict(zip(samples, map(Sex, header["measured_sexes"].split()), strict=True))
        key = np.array([(int(row["chrom"]) << 32) + row["pos"] for row in table.rows], dtype=np.int64)
        codes = [[_CODES[digit] for digit in row["genotypes"]] for row in table.rows]
        genotype = np.array(codes, dtype=np.int8).reshape(len(key), len(samples))
        last = None if header["last_rank"] == "all" else int(header["last_rank"])
        if family.samples != tuple(samples):
            raise ValueError("samples out of order")
    except (KeyError, ValueError) as error:
        raise InputError(
            f"not a fingerprint that can be compared: {error}",
            where=str(path),
            expected="a table that `filiation quality --fingerprint` wrote, unchanged",
            repair="run `filiation quality --fingerprint` again",
        ) from None
    order = np.argsort(key)
    return Fingerprint(
        family, key[order], genotype[order], sexes, header.get("contradicted") == "yes", header.get("assembly", ""),
        last, str(path),
    )  # fmt: skip


def together(first: Fingerprint, second: Fingerprint) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Sites that both fingerprints can speak of, and the genotypes (v, members of both) there.

    A site that a family's file lacks is homozygous for the reference in all its members.
    """
    limits = [found.last_rank for found in (first, second) if found.last_rank is not None]
    parts = []
    for found in (first, second):
        kept = rank_of(found.key) <= np.uint64(min(limits)) if limits else np.ones(len(found.key), dtype=bool)
        parts.append((found.key[kept], found.genotype[kept]))
    key = np.union1d(parts[0][0], parts[1][0])
    columns = []
    for own, genotype in parts:
        filled = np.zeros((len(key), genotype.shape[1]), dtype=np.int8)
        filled[np.searchsorted(key, own)] = genotype
        columns.append(filled)
    return key, np.concatenate(columns, axis=1)


def comparable(first: Fingerprint, second: Fingerprint, share_min: float) -> bool:
    """Whether the same parts of the genome were read: common homozygotes of one stand in the other's file.

    An exome lacks nearly all sites of a genome, which must not be read as reference.
    """
    for one, other in ((first, second), (second, first)):
        limit = np.uint64(other.last_rank) if other.last_rank is not None else np.uint64(2**64 - 1)
        own = one.key[(one.genotype == 2).any(axis=1) & (rank_of(one.key) <= limit)]
        if len(own) == 0 or np.isin(own, other.key).mean() < share_min:
            return False
    return True


def compare(first: Fingerprint, second: Fingerprint, thresholds: Thresholds) -> list[tuple[PairEvidence, Relation]]:
    """Evidence and relation of each member of one family with each of the other; [] when they cannot be compared."""
    limits = thresholds.families
    if not comparable(first, second, limits.shared_sites_min):
        return []
    key, genotype = together(first, second)
    window_key = (key >> 32 << 32) + ((key & 0xFFFFFFFF) - 1) // int(thresholds.kinship.window_bp)
    windows, window = np.unique(window_key, return_inverse=True)
    counts = pair_counts_jit(np.ascontiguousarray(genotype), window.astype(np.int64), len(windows))
    own = len(first.family.members)
    members = (*first.family.members, *second.family.members)
    wide = replace(thresholds.kinship, opposite_rate_max=limits.opposite_rate_max)
    found = []
    for number, (a, b) in enumerate(combinations(range(len(members)), 2)):
        if a < own <= b:
            names = [str(contig) for contig in range(int(windows.max() >> 32) + 1)] if len(windows) else []
            pair = evidence_of(members[a], members[b], counts[:, number, :], windows >> 32, names)
            found.append((pair, observed_relation(pair, wide)))
    return found


def fits(sample: str, of: Fingerprint, relations: dict[frozenset[str], Relation], into: Fingerprint) -> list[Member]:
    """Members of another family in whose place a sample would explain that family's relations.

    It must be related as the role says to every other member, and be parent or child of one at least.
    """
    places = []
    for member in into.family.members:
        others = [other for other in into.family.members if other is not member]
        seen = [(relations.get(frozenset((sample, o.sample)), Relation.UNKNOWN), o) for o in others]
        as_said = [relation is expected_relation(member.role, o.role) for relation, o in seen]
        close = any(relation is Relation.PARENT_CHILD for relation, _ in seen)
        sexes = {of.sexes.get(sample, Sex.UNKNOWN), member.sex} - {Sex.UNKNOWN}
        if others and all(as_said) and close and len(sexes) < 2:
            places.append(member)
    return places


def compare_all(fingerprints: Sequence[Fingerprint], thresholds: Thresholds) -> tuple[list[dict[str, Any]], int]:
    """Rows of the table families/1, the worst first, and the number of pairs of families that cannot be compared."""
    rows: list[dict[str, Any]] = []
    apart = 0
    for first, second in combinations(fingerprints, 2):
        if {first.assembly, second.assembly} == {"GRCh37", "GRCh38"}:
            found = []
        else:
            found = compare(first, second, thresholds)
        apart += not found
        rows += _rows(first, second, found)
    order = {"FAIL": 0, "WARN": 1, "OK": 2}
    return sorted(rows, key=lambda row: order[row["verdict"]]), apart


def _rows(
    first: Fingerprint, second: Fingerprint, found: Sequence[tuple[PairEvidence, Relation]]
) -> Iterator[dict[str, Any]]:
    relations = {frozenset((pair.first.sample, pair.second.sample)): relation for pair, relation in found}
    again = first.family.name == second.family.name
    exchange = "" if again else _exchange_words(first, second, relations)
    for pair, relation in found:
        same = again and pair.first.sample == pair.second.sample
        if again and not same:
            continue
        if not same and relation not in _KIN:
            continue
        verdict, words = _again(pair, relation, second) if same else _judged(first, second, pair, relation)
        error = None if np.isnan(pair.standard_error) else pair.standard_error
        yield {
            "first_family": first.family.name,
            "first_sample": pair.first.sample,
            "second_family": second.family.name,
            "second_sample": pair.second.sample,
            "relation": str(relation),
            "relatedness": None if np.isnan(pair.relatedness) else pair.relatedness,
            "standard_error": error,
            "sites": pair.sites,
            "verdict": str(verdict),
            "meaning": "; ".join(filter(None, (words, exchange if verdict is Verdict.FAIL else ""))),
        }


def _again(pair: PairEvidence, relation: Relation, second: Fingerprint) -> tuple[Verdict, str]:
    """One sample and its earlier fingerprint."""
    if relation is Relation.IDENTICAL:
        return Verdict.OK, "the same person as before"
    if relation is Relation.UNKNOWN:
        return Verdict.WARN, "too few sites to tell whether this is the same person as before"
    return Verdict.FAIL, f"{pair.first.sample} is not the person of {second.where}: they look {relation}"


def _judged(first: Fingerprint, second: Fingerprint, pair: PairEvidence, relation: Relation) -> tuple[Verdict, str]:
    """Two samples of different families that are kin."""
    names = (
        f"{pair.first.role} {pair.first.sample} of {first.family.name} and "
        f"{pair.second.role} {pair.second.sample} of {second.family.name}"
    )
    if relation is Relation.IDENTICAL:
        return Verdict.FAIL, f"{names} are the same person (or identical twins)"
    if relation is Relation.DISTANT:
        return Verdict.OK, f"{names} are related, less than siblings"
    if first.contradicted or second.contradicted:
        return Verdict.FAIL, f"{names} look {relation}, and a family's own relations are contradicted"
    return Verdict.WARN, f"{names} look {relation}: the two families are one, or share a member"


def _exchange_words(first: Fingerprint, second: Fingerprint, relations: dict[frozenset[str], Relation]) -> str:
    """Which sample of one family stands in the other's place, for families whose own relations are contradicted."""
    parts = []
    for one, other in ((first, second), (second, first)):
        if not one.contradicted:
            continue
        for sample in one.family.samples:
            for member in fits(sample, one, relations, other):
                parts.append(
                    f"{sample} of {one.family.name} fits the {member.role} {member.sample} of {other.family.name}"
                )
    return ", ".join(parts)
