"""Is every molecule counted once, for the allele that it carries, whatever the aligner wrote?"""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from builders.pileups import CONTIG, Change, Reads, change_at, genome_with, write_person, write_reference
from filiation.config import recheck_thresholds_path
from filiation.errors import InputError
from filiation.kernels.pileup import ALT, OTHER, REF, UNINFORMATIVE
from filiation.reads.pileup import Allele, Pileup, allele_context, pile_up
from filiation.reads.recheck_thresholds import load_recheck_thresholds

THRESHOLDS = load_recheck_thresholds(recheck_thresholds_path())
SITE = 2000
PLAIN = genome_with(SITE - 10, "GATTACAGGCTCACGTTGCA")
# GTC, ten A, CGT: a homopolymer that starts at SITE + 1.
HOMOPOLYMER = genome_with(SITE - 2, "GTC" + "A" * 10 + "CGTGCATTGC")


def counted(folder: Path, genome: str, change: Change, groups: list[Reads]) -> Pileup:
    """The pile-up of one person over a change."""
    bam = write_person(folder, "child", genome, change.pos, groups)
    with pysam.FastaFile(str(write_reference(folder, genome))) as fasta, pysam.AlignmentFile(str(bam)) as handle:
        context = allele_context(fasta, Allele(CONTIG, change.pos, change.ref, change.alt), 40)
        return pile_up(handle, context, THRESHOLDS.reads)


def counts(pileup: Pileup) -> tuple[int, int, int, int]:
    """Reference, alternate, other, uninformative."""
    return pileup.count(REF), pileup.count(ALT), pileup.count(OTHER), pileup.count(UNINFORMATIVE)


def test_substitution__each_base_counts_for_its_allele(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    third = Change(SITE, change.ref, next(base for base in "ACGT" if base not in (change.ref, change.alt)))
    found = counted(tmp_path, PLAIN, change, [Reads(9), Reads(7, (change,)), Reads(2, (third,))])
    assert counts(found) == (9, 7, 2, 0)
    assert set(found.distance) <= set(range(50))
    assert found.reverse.any()
    assert not found.reverse.all()


def test_substitution__poor_reads_are_uninformative_and_their_leaning_is_kept(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    groups = [Reads(9), Reads(2, (change,), quality=10), Reads(3, (change,), mapping_quality=0)]
    found = counted(tmp_path, PLAIN, change, groups)
    assert counts(found) == (9, 0, 0, 5)
    assert found.rejected_alt == 5


def test_reads__duplicates_failed_secondary_and_supplementary_ones_are_left_out(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    groups = [Reads(3)] + [Reads(4, (change,), flag=flag) for flag in (0x400, 0x200, 0x100, 0x800)]
    assert counts(counted(tmp_path, PLAIN, change, groups)) == (3, 0, 0, 0)


def test_mates__that_overlap_are_one_molecule_and_that_contradict_say_nothing(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    found = counted(tmp_path, PLAIN, change, [Reads(6, (change,), before=[60], mate_after=30)])
    assert counts(found) == (0, 6, 0, 0)
    # The second mate of the same name carries the reference allele.
    torn = write_person(tmp_path, "torn", PLAIN, SITE, [Reads(1, (change,), before=[60]), Reads(1, before=[30])])
    with pysam.AlignmentFile(str(torn)) as handle:
        header, records = handle.header, list(handle)
    for record in records:
        record.query_name = "one"
    with pysam.AlignmentFile(str(torn), "wb", header=header) as handle:
        for record in records:
            handle.write(record)
    pysam.index(str(torn))
    with pysam.FastaFile(str(tmp_path / "genome.fa")) as fasta, pysam.AlignmentFile(str(torn)) as handle:
        context = allele_context(fasta, Allele(CONTIG, SITE, change.ref, change.alt), 40)
        assert counts(pile_up(handle, context, THRESHOLDS.reads)) == (0, 0, 0, 1)


def test_deleted_base__is_another_allele_than_the_substitution(tmp_path: Path) -> None:
    change = change_at(PLAIN, SITE)
    deletion = Change(SITE - 1, PLAIN[SITE - 2 : SITE], PLAIN[SITE - 2])
    assert counts(counted(tmp_path, PLAIN, change, [Reads(4), Reads(3, (deletion,))])) == (4, 0, 3, 0)


@pytest.mark.parametrize("inserted", ["", "TTGAC"], ids=["deletion", "insertion"])
@pytest.mark.parametrize("clipped", ["", "end", "start"], ids=["aligned", "clipped_end", "clipped_start"])
def test_indel__aligned_or_clipped_it_counts_as_what_it_is(tmp_path: Path, inserted: str, clipped: str) -> None:
    ref = PLAIN[SITE - 1] if inserted else PLAIN[SITE - 1 : SITE + 5]
    change = Change(SITE, ref, ref[0] + inserted)
    groups = [Reads(8), Reads(8, (change,), before=range(20, 80, 7), clipped=clipped)]
    found = counted(tmp_path, PLAIN, change, groups)
    assert counts(found) == (8, 8, 0, 0)
    assert bool(found.soft_clipped[found.support == ALT].all()) is bool(clipped)


def test_indel_in_a_homopolymer__only_spanning_reads_tell_its_length(tmp_path: Path) -> None:
    change = Change(SITE, "CA", "C")
    spanning, within = Reads(5, (change,), before=range(30, 70, 5)), Reads(6, (change,), before=[93, 94, 95])
    shorter = Reads(4, (Change(SITE, "CAA", "C"),), before=range(30, 70, 5))
    found = counted(tmp_path, HOMOPOLYMER, change, [Reads(5, before=range(30, 70, 5)), spanning, within, shorter])
    assert counts(found) == (5, 5, 4, 6)


def test_indel_in_a_homopolymer__written_at_its_other_end_is_the_same(tmp_path: Path) -> None:
    change = Change(SITE, "CA", "C")
    at_the_end = Change(SITE + 9, "AA", "A")
    groups = [Reads(5, before=range(30, 70, 5)), Reads(5, (at_the_end,), before=range(30, 70, 5))]
    assert counts(counted(tmp_path, HOMOPOLYMER, change, groups)) == (5, 5, 0, 0)


def test_several_bases__are_one_allele(tmp_path: Path) -> None:
    ref = PLAIN[SITE - 1 : SITE + 2]
    change = Change(SITE, ref, ref.translate(str.maketrans("ACGT", "GTAC")))
    half = Change(SITE, ref, change.alt[0] + ref[1:])
    found = counted(tmp_path, PLAIN, change, [Reads(6), Reads(5, (change,)), Reads(2, (half,))])
    assert found.count(ALT) == 5
    assert found.count(REF) >= 6


def test_context__knows_the_copies_of_a_repeat_and_refuses_another_reference(tmp_path: Path) -> None:
    with pysam.FastaFile(str(write_reference(tmp_path, HOMOPOLYMER))) as fasta:
        assert allele_context(fasta, Allele(CONTIG, SITE, "CA", "C"), 40).units == 10
        assert allele_context(fasta, Allele(CONTIG, SITE, "C", "CA"), 40).units == 10
        wrong = "G" if HOMOPOLYMER[SITE - 1] != "G" else "T"
        with pytest.raises(InputError, match=f"REF is {wrong}"):
            allele_context(fasta, Allele(CONTIG, SITE, wrong, "A"), 40)
        with pytest.raises(InputError, match="no position"):
            allele_context(fasta, Allele(CONTIG, 10**6, "A", "C"), 40)
