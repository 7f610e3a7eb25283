"""Does the recheck rescue what the calls lost, reject what they believed, and never take missing for absent?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.pileups import CONTIG, TRIO_PED, Change, Reads, change_at, genome_with, write_person, write_reference
from filiation.config import recheck_thresholds_path
from filiation.errors import ConfigError, InputError
from filiation.io.ped import read_pedigree
from filiation.model.contigs import ContigClass
from filiation.model.pedigree import Affection, Member, Role, Sex
from filiation.reads.pileup import Allele
from filiation.reads.recheck import (
    REASON_CODES,
    VERDICTS,
    Bias,
    MemberReads,
    Question,
    expected_ploidy,
    giving_parents,
    judge,
)
from filiation.reads.recheck_family import match_reads, new_question, questions_of, recheck_family
from filiation.reads.recheck_thresholds import load_recheck_thresholds

THRESHOLDS = load_recheck_thresholds(recheck_thresholds_path())
SITE = 2000
GENOME = genome_with(SITE - 10, "GATTACAGGCTCACGTTGCA")
CHANGE = change_at(GENOME, SITE)
REFERENCE = Reads(30)
HETEROZYGOUS = (Reads(15), Reads(15, (CHANGE,)))
HOMOZYGOUS = (Reads(30, (CHANGE,)),)
NOTHING: tuple[Reads, ...] = ()
INHERITED = Question("dominant_inherited", carriers=frozenset({Role.MOTHER}), non_carriers=frozenset({Role.FATHER}))


def recheck(
    folder: Path,
    child: tuple[Reads, ...],
    father: tuple[Reads, ...] | None,
    mother: tuple[Reads, ...] | None,
    question: Question | None = None,
    *,
    change: Change = CHANGE,
    ped: str = TRIO_PED,
    genome: str = GENOME,
    **others: tuple[Reads, ...],
) -> dict[str, Any]:
    """The row of one allele in a family with these reads."""
    (folder / "fam.ped").write_text(ped, encoding="utf-8")
    groups = {"child": child, "father": father, "mother": mother, **others}
    reads = {
        name: write_person(folder, name, genome, change.pos, list(found))
        for name, found in groups.items()
        if found is not None
    }
    allele = Allele(CONTIG, change.pos, change.ref, change.alt)
    asked = {allele: question or new_question()}
    [row] = recheck_family(
        read_pedigree(folder / "fam.ped"), asked, reads, write_reference(folder, genome), None, THRESHOLDS
    )
    assert row["verdict"] in VERDICTS
    codes = row["reason_codes"].split(";")
    assert codes != [""]
    assert [code for code in codes if code not in REASON_CODES] == []
    return row


def test_de_novo__absent_from_both_parents_is_confirmed_with_all_counts(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (REFERENCE,))
    assert (row["verdict"], row["agreement"]) == ("confirmed_de_novo", "agrees")
    assert [row[f"{role}_alt_reads"] for role in ("proband", "father", "mother")] == [15, 0, 0]
    assert [row[f"{role}_reads_genotype"] for role in ("proband", "father", "mother")] == ["0/1", "0/0", "0/0"]
    assert row["reason"].endswith("proband 15 of 30, father 0 of 30, mother 0 of 30")
    assert row["post_zygotic"] is False


def test_rescue__a_parent_called_with_it_by_two_bad_reads_does_not_have_it(tmp_path: Path) -> None:
    bad = (REFERENCE, Reads(1, (CHANGE,), quality=8), Reads(1, (CHANGE,), mapping_quality=3))
    row = recheck(tmp_path, HETEROZYGOUS, bad, (REFERENCE,))
    assert row["verdict"] == "confirmed_de_novo"
    assert (row["father_alt_reads"], row["father_rejected_alt_reads"], row["father_state"]) == (0, 2, "absent")


def test_rescue__an_inherited_class_is_contradicted_when_no_parent_has_the_allele(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (REFERENCE,), INHERITED)
    assert (row["verdict"], row["agreement"]) == ("confirmed_de_novo", "contradicts")


def test_reject__four_good_reads_in_a_parent_called_without_it_are_a_mosaic(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (Reads(26), Reads(4, (CHANGE,))))
    assert (row["verdict"], row["agreement"]) == ("mosaic_parent_suspected", "contradicts")
    assert row["mother_log10_mosaic_over_error"] > 2
    assert row["mother_alt_fraction_low"] < 0.13 < row["mother_alt_fraction_high"]
    assert row["father_state"] == "absent"


def test_reject__four_good_reads_of_ten_are_a_carrier(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (Reads(6), Reads(4, (CHANGE,))), (REFERENCE,))
    assert (row["verdict"], row["father_state"]) == ("inherited_missed", "carrier")
    assert (row["parent_of_origin"], row["origin_evidence"]) == ("from_father", "carrier")


def test_reject__two_reads_of_thirty_are_no_more_than_error(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (Reads(28), Reads(2, (CHANGE,))))
    assert row["verdict"] == "confirmed_de_novo"
    assert "mother 2 of 30" in row["reason"]


@pytest.mark.parametrize("depth", [0, 5])
def test_an_unread_parent__is_never_free_of_the_allele(tmp_path: Path, depth: int) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (Reads(depth),), (REFERENCE,))
    assert (row["verdict"], row["father_state"]) == ("not_covered", "not_covered")
    assert row["reason"].startswith("father not covered")


def test_an_unread_parent__does_not_hide_that_the_other_carries_it(tmp_path: Path) -> None:
    assert recheck(tmp_path, HETEROZYGOUS, NOTHING, HETEROZYGOUS)["verdict"] == "inherited_missed"


def test_a_parent_without_a_file_and_a_parent_who_was_not_sequenced_are_unknown(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), None)
    assert (row["verdict"], row["mother_state"]) == ("not_covered", "not_covered")
    duo = "FAM\tchild\tfather\t0\t2\t2\nFAM\tfather\t0\t0\t1\t1\n"
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), None, ped=duo)
    assert (row["verdict"], row["mother_state"]) == ("not_covered", "not_sequenced")
    assert "mother_ref_reads" not in row


def test_one_read_of_nine_in_a_parent__is_neither_error_nor_a_carrier(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (Reads(8), Reads(1, (CHANGE,))), (REFERENCE,))
    assert (row["verdict"], row["father_state"]) == ("not_covered", "undecided")


def test_four_reads_of_a_parent_in_a_homopolymer__are_slippage(tmp_path: Path) -> None:
    genome = genome_with(SITE - 2, "GTC" + "A" * 10 + "CGTGCATTGC")
    change = Change(SITE, "CA", "C")
    middle = range(30, 70, 5)
    child = (Reads(15, before=middle), Reads(15, (change,), before=middle))
    parents = (Reads(26, before=middle), Reads(4, (change,), before=middle))
    row = recheck(tmp_path, child, (Reads(30, before=middle),), parents, change=change, genome=genome)
    assert (row["verdict"], row["mother_alt_reads"]) == ("not_covered", 4)
    assert row["mother_state"] == "undecided"
    assert row["mother_log10_mosaic_over_error"] < 2


def test_few_reads_of_the_mothers_mitochondria__are_her_heteroplasmy() -> None:
    def weighed(role: Role, state: str, alt: int) -> MemberReads:
        member = Member(role, role, Sex.FEMALE, Affection.UNKNOWN)
        return MemberReads(member, state, ref=100 - alt, alt=alt, ploidy=1)

    members = {Role.PROBAND: weighed(Role.PROBAND, "mosaic", 60), Role.MOTHER: weighed(Role.MOTHER, "mosaic", 10)}
    found = judge(
        members,
        (),
        (Role.MOTHER,),
        Bias(0.5, 0.5, 0),
        Question("mitochondrial", carriers=frozenset({Role.MOTHER})),
        THRESHOLDS,
        heteroplasmy=True,
    )
    assert (found.verdict, found.agreement, found.post_zygotic) == ("confirmed", "agrees", False)


def test_inherited__as_called_is_confirmed_and_in_the_other_parent_too_is_missed(tmp_path: Path) -> None:
    assert recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), HETEROZYGOUS, INHERITED)["verdict"] == "confirmed"
    assert recheck(tmp_path, HETEROZYGOUS, HETEROZYGOUS, HETEROZYGOUS, INHERITED)["verdict"] == "inherited_missed"


def test_inherited__a_called_carrier_without_a_read_contradicts_the_calls(tmp_path: Path) -> None:
    question = Question("autosomal_recessive", carriers=frozenset({Role.FATHER, Role.MOTHER}))
    row = recheck(tmp_path, HOMOZYGOUS, HETEROZYGOUS, (REFERENCE,), question)
    assert (row["verdict"], row["agreement"]) == ("confirmed", "contradicts")
    assert "called in the mother, whose reads lack it" in row["reason"]
    assert row["proband_state"] == "homozygous"


@pytest.mark.parametrize(
    "reads, reason",
    [
        ((Reads(28), Reads(2, (CHANGE,))), "2 good alternate reads"),
        ((Reads(20), Reads(9, (CHANGE,), quality=9)), "0 good alternate reads and 9 of poor quality"),
        ((Reads(40), Reads(20, (CHANGE,), strands="+")), "alternate reads on one strand"),
        ((Reads(40), Reads(20, (CHANGE,), before=[0, 1, 2, 97, 98, 99])), "alternate reads end at the variant"),
        ((Reads(20), Reads(8, (CHANGE,)), Reads(9, (CHANGE,), mapping_quality=5)), "9 of 17 alternate reads are of"),
    ],
    ids=["few", "bad_bases", "one_strand", "read_ends", "badly_mapped"],
)
def test_artefact__is_suspected_for_a_reason(tmp_path: Path, reads: tuple[Reads, ...], reason: str) -> None:
    row = recheck(tmp_path, reads, (REFERENCE,), (REFERENCE,))
    assert (row["verdict"], row["agreement"]) == ("artefact_suspected", "contradicts")
    assert reason in row["reason"]


def test_artefact__few_reads_in_both_parents_are_a_recurrent_error(tmp_path: Path) -> None:
    few = (Reads(26), Reads(4, (CHANGE,)))
    row = recheck(tmp_path, HETEROZYGOUS, few, few)
    assert row["verdict"] == "artefact_suspected"
    assert "both parents" in row["reason"]


def test_a_fifth_of_the_childs_reads__is_a_mosaic_child(tmp_path: Path) -> None:
    row = recheck(tmp_path, (Reads(48), Reads(8, (CHANGE,))), (REFERENCE,), (REFERENCE,))
    assert (row["verdict"], row["post_zygotic"], row["proband_state"]) == ("confirmed_de_novo", True, "mosaic")


def test_a_sibling_with_it__means_a_mosaic_gonad(tmp_path: Path) -> None:
    ped = TRIO_PED + "FAM\tsister\tfather\tmother\t2\t1\n"
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (REFERENCE,), ped=ped, sister=HETEROZYGOUS)
    assert row["verdict"] == "mosaic_parent_suspected"
    assert row["siblings"] == "sister:15,15,0,0:carrier"
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (REFERENCE,), ped=ped, sister=(REFERENCE,))
    assert row["verdict"] == "confirmed_de_novo"


def test_ploidy_and_parents__follow_the_chromosome_and_the_sex() -> None:
    assert giving_parents(ContigClass.X, Sex.MALE) == (Role.MOTHER,)
    assert giving_parents(ContigClass.X, Sex.FEMALE) == (Role.FATHER, Role.MOTHER)
    assert giving_parents(ContigClass.Y, Sex.MALE) == (Role.FATHER,)
    assert giving_parents(ContigClass.MITOCHONDRIAL, Sex.FEMALE) == (Role.MOTHER,)
    assert giving_parents(ContigClass.PSEUDOAUTOSOMAL, Sex.MALE) == (Role.FATHER, Role.MOTHER)
    assert [expected_ploidy(ContigClass.X, sex) for sex in (Sex.MALE, Sex.FEMALE, Sex.UNKNOWN)] == [1, 2, 2]


def test_questions__a_parent_without_a_read_was_called_neither_way() -> None:
    row: dict[str, Any] = {"chrom": "1", "pos": 5, "ref": "A", "alt": "C", "inheritance": "de_novo"}
    row |= {"father_genotype": "0/0", "father_depth": 0, "mother_genotype": "./1", "mother_depth": 3}
    asked = questions_of([row, row | {"inheritance": "x_linked"}])
    assert asked == {Allele("1", 5, "A", "C"): Question("de_novo", carriers=frozenset({Role.MOTHER}))}


def test_reads__of_a_stranger_or_without_an_index_are_refused(tmp_path: Path) -> None:
    (tmp_path / "fam.ped").write_text(TRIO_PED, encoding="utf-8")
    family = read_pedigree(tmp_path / "fam.ped")
    child = write_person(tmp_path, "child", GENOME, SITE, [REFERENCE])
    stranger = write_person(tmp_path, "stranger", GENOME, SITE, [REFERENCE])
    with pytest.raises(InputError, match="sample 'stranger'"):
        match_reads(family, [child, stranger])
    with pytest.raises(InputError, match="no reads of the index case"):
        match_reads(family, [write_person(tmp_path, "father", GENOME, SITE, [REFERENCE])])
    Path(f"{child}.bai").unlink()
    with pytest.raises(InputError, match="no index"):
        recheck_family(family, {}, {"child": child}, write_reference(tmp_path, GENOME), None, THRESHOLDS)


def test_symbolic_allele__is_said_to_be_beyond_the_recheck(tmp_path: Path) -> None:
    row = recheck(tmp_path, HETEROZYGOUS, (REFERENCE,), (REFERENCE,), change=Change(SITE, CHANGE.ref, "<DEL>"))
    assert row["verdict"] == "not_covered"
    assert "not written in bases" in row["reason"]


def test_thresholds__a_mistyped_or_missing_entry_is_named(tmp_path: Path) -> None:
    text = recheck_thresholds_path().read_text(encoding="utf-8")
    broken = tmp_path / "recheck-9.yaml"
    broken.write_text(text.replace("  depth_min:", "  depth_mim:"), encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown threshold of group evidence 'depth_mim'"):
        load_recheck_thresholds(broken)
    broken.write_text(text.replace("depth_min: {value: 8", "depth_min: {value: eight"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"evidence\.depth_min"):
        load_recheck_thresholds(broken)
