"""The recheck of one family: every candidate, every member's reads, one row of the table each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.io.reads_header import reading
from filiation.model.contigs import ContigClass, Interval, classify
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Family, Role
from filiation.reads.alignment_files import require_reads_index, sample_of
from filiation.reads.parent_of_origin import (
    BY_CARRIER,
    FROM_FATHER,
    FROM_MOTHER,
    Origin,
    parent_of_origin,
    require_index,
)
from filiation.reads.pileup import Allele, allele_context, pile_up
from filiation.reads.recheck import (
    ABSENT,
    ARTEFACT,
    FULL_CARRIER,
    HOMOZYGOUS,
    NOT_COVERED,
    VERDICT_NOT_COVERED,
    MemberReads,
    Question,
    absent_member,
    bias_of,
    expected_ploidy,
    giving_parents,
    judge,
    member_cells,
    sibling_cell,
    site_error_rate,
    weigh_member,
)
from filiation.reads.recheck_thresholds import RecheckThresholds

Row = dict[str, Any]


@dataclass(frozen=True)
class FamilyFiles:
    """Open files of a family: alignments by sample, the reference, and the normalised calls when given."""

    family: Family
    alignments: Mapping[str, Any]
    fasta: Any
    variants: Any | None
    pseudoautosomal: tuple[Interval, ...]


def questions_of(candidates: Iterable[Row]) -> dict[Allele, Question]:
    """What is asked of the reads for each candidate, best rank first; an allele in several genes is asked once."""
    asked: dict[Allele, Question] = {}
    for row in candidates:
        allele = Allele(row["chrom"], row["pos"], row["ref"], row["alt"])
        if allele in asked:
            continue
        called = {role: _called(row, role) for role in (Role.FATHER, Role.MOTHER)}
        asked[allele] = Question(
            row["inheritance"] or "",
            frozenset(role for role, carries in called.items() if carries is True),
            frozenset(role for role, carries in called.items() if carries is False),
        )
    return asked


def _called(row: Row, role: Role) -> bool | None:
    """Whether a parent was called with the allele; None without a genotype or without a read."""
    genotype = (row[f"{role}_genotype"] or "").replace("|", "/")
    if not genotype or row[f"{role}_depth"] == 0:
        return None
    alleles = genotype.split("/")
    if any(allele not in ("0", ".") for allele in alleles):
        return True
    return False if "." not in alleles else None


def match_reads(family: Family, paths: Sequence[str | Path]) -> dict[str, Path]:
    """The file of each member, by the sample of its read groups."""
    found: dict[str, Path] = {}
    for path in paths:
        sample = sample_of(path)
        if sample not in family.samples or sample in found:
            raise InputError(
                f"reads of sample '{sample}'" + (" a second time" if sample in found else ""),
                where=str(path),
                expected=f"one file for each of {', '.join(family.samples)}",
                repair="give each member's CRAM once",
            )
        found[sample] = Path(path)
    if family.proband.sample not in found:
        raise InputError(
            f"no reads of the index case '{family.proband.sample}'",
            where="--reads",
            expected="at least the reads of the index case",
            repair="give the CRAM of the index case",
        )
    return found


def recheck_family(
    family: Family,
    asked: Mapping[Allele, Question],
    reads: Mapping[str, Path],
    reference: str | Path,
    variants: str | Path | None,
    thresholds: RecheckThresholds,
    pseudoautosomal: tuple[Interval, ...] = (),
) -> list[Row]:
    """One row of the table `recheck/1` for each allele, in the order asked.

    reads : file of each member; a member without one is not covered. Raises InputError for a file that cannot be
    opened or has no index, and for an allele that is not on the reference.
    """
    import pysam

    with ExitStack() as stack:
        fasta = stack.enter_context(pysam.FastaFile(str(require_file(reference, "reference"))))
        alignments = {}
        for sample, path in reads.items():
            handle = stack.enter_context(reading(path, reference))
            require_reads_index(handle, path)
            alignments[sample] = handle
        calls = None
        if variants is not None:
            require_index(require_file(variants, "normalised calls"))
            # htslib's remarks on a caller's header were made when the calls were normalised.
            verbosity = pysam.set_verbosity(0)
            try:
                calls = stack.enter_context(pysam.VariantFile(str(variants)))
            finally:
                pysam.set_verbosity(verbosity)
        files = FamilyFiles(family, alignments, fasta, calls, pseudoautosomal)
        return [recheck_allele(allele, question, files, thresholds) for allele, question in asked.items()]


def recheck_allele(allele: Allele, question: Question, files: FamilyFiles, thresholds: RecheckThresholds) -> Row:
    """The row of one allele."""
    row: Row = {
        "chrom": allele.chrom,
        "pos": allele.pos,
        "ref": allele.ref,
        "alt": allele.alt,
        "inheritance": question.inheritance,
    }
    if not set(allele.ref + allele.alt) <= set("ACGTN"):
        reason = "the allele is not written in bases: reads cannot be compared with it"
        row |= {"verdict": VERDICT_NOT_COVERED, "agreement": "undecided"}
        return row | {"reason": reason, "reason_codes": "not_written_in_bases"}
    family = files.family
    contig_class = classify(allele.chrom, allele.pos - 1, files.pseudoautosomal)
    context = allele_context(files.fasta, allele, int(thresholds.reads.flank))
    error_rate = site_error_rate(context, thresholds)
    weighed: dict[str, MemberReads] = {}
    pileups = {}
    for member in family.members:
        handle = files.alignments.get(member.sample)
        if handle is None:
            weighed[member.sample] = MemberReads(member, NOT_COVERED)
            continue
        pileups[member.sample] = pile_up(handle, context, thresholds.reads)
        ploidy = expected_ploidy(contig_class, member.sex)
        weighed[member.sample] = weigh_member(member, pileups[member.sample], ploidy, error_rate, thresholds)
    members = {}
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        found = family.with_role(role)
        members[role] = weighed[found.sample] if found else absent_member(family, role)
    siblings = tuple(weighed[sibling.sample] for sibling in family.siblings)
    parents = giving_parents(contig_class, family.proband.sex)
    child = pileups[family.proband.sample]
    bias = bias_of(child)
    heteroplasmy = contig_class is ContigClass.MITOCHONDRIAL
    verdict = judge(members, siblings, parents, bias, question, thresholds, heteroplasmy=heteroplasmy)
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        row |= member_cells(role, members[role])
    row |= {
        "verdict": verdict.verdict,
        "agreement": verdict.agreement,
        "reason": verdict.reason,
        "reason_codes": ";".join(verdict.codes),
        "siblings": sibling_cell(siblings),
        "strand_p": bias.strand_p,
        "position_p": bias.position_p,
        "clipped_alt_reads": bias.clipped,
        "post_zygotic": verdict.post_zygotic,
    }
    # Two copies have two origins.
    if verdict.verdict == ARTEFACT or members[Role.PROBAND].state in (NOT_COVERED, HOMOZYGOUS):
        return row
    origin = _origin_by_carrier(members) or parent_of_origin(
        allele,
        contig_class,
        family,
        child,
        files.variants,
        files.alignments[family.proband.sample],
        files.fasta,
        thresholds,
    )
    return row | {
        "parent_of_origin": origin.parent,
        "origin_evidence": origin.evidence,
        "phase_pairs": origin.pairs,
        "phase_conflicts": origin.conflicts,
    }


def _origin_by_carrier(members: Mapping[Role, MemberReads]) -> Origin | None:
    """The parent of origin of an inherited allele, when one parent carries it and the other does not."""
    father, mother = members[Role.FATHER].state, members[Role.MOTHER].state
    if father in FULL_CARRIER and mother == ABSENT:
        return Origin(FROM_FATHER, BY_CARRIER)
    if mother in FULL_CARRIER and father == ABSENT:
        return Origin(FROM_MOTHER, BY_CARRIER)
    return None


def new_question() -> Question:
    """The question asked of a site that is given by itself: is it new in the index case?"""
    return Question(Inheritance.DE_NOVO)
