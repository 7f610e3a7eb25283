"""Do the candidates say of each compound pair whether it is in trans, and what says so?"""

from __future__ import annotations

from pathlib import Path

from builders.annotated import TRIO, Site, call, prioritised
from filiation.model.inheritance import CompoundPhase, PhaseEvidence
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.scoring.compound import PhaseTag, StructuralHalf, find_pairs, phase_pairs

SIBLINGS = {**TRIO, "SIB": ("FAT", "MOT", 1, 2)}
TRIO_FAMILY = Family(
    "FAM",
    (
        Member("IDX", Role.PROBAND, Sex.FEMALE, Affection.AFFECTED),
        Member("FAT", Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
        Member("MOT", Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
    ),
)


def test_compound__one_from_each_parent_is_proven_and_supported(tmp_path: Path) -> None:
    kept, _ = prioritised(tmp_path, [Site(100, ["0/1", "0/1", "0/0"]), Site(900, ["0/1", "0/0", "0/1"])])
    for pos, other in ((100, 900), (900, 100)):
        row = kept[pos]
        assert row["inheritance"] == "compound_heterozygous"
        assert (row["inheritance_status"], row["compound_phase"]) == ("supported", "trans_proven:parents")
        assert row["compound_partner"] == f"chr1-{other}-A-C"
        assert row["overturned_by"] == "second_variant_in_cis"
    assert kept[100]["rank"] == kept[900]["rank"]


def test_compound__a_parent_without_data_makes_it_probable_and_its_data_would_decide(tmp_path: Path) -> None:
    kept, _ = prioritised(tmp_path, [Site(100, ["0/1", "0/1", "0/0"]), Site(900, ["0/1", "./.", "0/1"])])
    assert kept[900]["compound_phase"] == "trans_probable:parents"
    assert kept[900]["inheritance_status"] == "possible"
    assert kept[900]["overturned_by"] == "second_variant_in_cis;data_of_the_father"


def test_compound__two_from_one_parent_are_removed_as_cis(tmp_path: Path) -> None:
    kept, removed = prioritised(tmp_path, [Site(100, ["0/1", "0/1", "0/0"]), Site(900, ["0/1", "0/1", "0/0"])])
    assert kept == {}
    assert {row["reason"] for row in removed.values()} == {"compound_in_cis"}
    assert removed[100]["detail"] == "GENE1: chr1-900-A-C cis:parents"


def test_compound__a_single_variant_is_removed_without_partner(tmp_path: Path) -> None:
    _, removed = prioritised(tmp_path, [Site(100, ["0/1", "0/1", "0/0"]), Site(900, ["0/1", "0/0", "0/1"], "OTHER")])
    assert {row["reason"] for row in removed.values()} == {"compound_without_partner"}


def test_compound__phase_sets_prove_trans_and_remove_cis(tmp_path: Path) -> None:
    # Both parents carry the first: their genotypes leave it open, the tags of the reads do not.
    open_site = ["0/1", "0/1"]
    for copy, expected in (("0|1", "cis"), ("1|0", "trans")):
        first = Site(100, [call("0|1", ps="100"), *open_site])
        second = Site(150, [call(copy, ps="100"), "0/0", "./."])
        kept, removed = prioritised(tmp_path, [first, second])
        if expected == "cis":
            assert removed[100]["reason"] == "compound_in_cis"
            assert removed[100]["detail"].endswith("cis:reads")
        else:
            assert kept[100]["compound_phase"] == "trans_proven:reads"
            assert kept[100]["inheritance_status"] == "supported"


def test_compound__gatk_phase_tags_count_and_phase_without_a_set_does_not(tmp_path: Path) -> None:
    others = ["0/1", "0/1"]
    by_pid = [call("0/1", pgt=pgt, pid="100_A_C") for pgt in ("0|1", "1|0")]
    kept, _ = prioritised(tmp_path, [Site(100, [by_pid[0], *others]), Site(150, [by_pid[1], "0/0", "./."])])
    assert kept[100]["compound_phase"] == "trans_proven:reads"
    bare = [Site(100, [call("0|1"), *others]), Site(150, [call("0|1"), "0/0", "./."])]
    kept, _ = prioritised(tmp_path, bare)
    assert kept[100]["compound_phase"] == "trans_possible:nothing"


def test_compound__a_new_variant_beside_an_inherited_one_stays(tmp_path: Path) -> None:
    kept, _ = prioritised(tmp_path, [Site(100, ["0/1", "0/0", "0/0"]), Site(900, ["0/1", "0/0", "0/1"])])
    assert kept[900]["compound_phase"] == "trans_possible:nothing"
    assert kept[100]["inheritance"] == "de_novo"
    assert "compound_heterozygous:possible" in kept[100]["inheritance_reason"]


def test_compound__an_affected_sibling_with_one_half_contradicts_the_pair(tmp_path: Path) -> None:
    sites = [Site(100, ["0/1", "0/1", "0/0", "0/1"]), Site(900, ["0/1", "0/0", "0/1", "0/0"])]
    kept, removed = prioritised(tmp_path, sites, SIBLINGS)
    assert kept == {}
    # The second is excluded in the screen already: the affected brother lacks it. The first is left alone.
    assert removed[100]["reason"] in ("compound_without_partner", "compound_excluded_by_relatives")


def test_compound__a_healthy_sibling_with_both_contradicts_the_pair(tmp_path: Path) -> None:
    people = {**TRIO, "SIB": ("FAT", "MOT", 1, 1)}
    sites = [Site(100, ["0/1", "0/1", "0/0", "0/1"]), Site(900, ["0/1", "0/0", "0/1", "0/1"])]
    kept, removed = prioritised(tmp_path, sites, people)
    assert kept == {}
    assert {row["reason"] for row in removed.values()} == {"compound_excluded_by_relatives"}


def test_pairs__a_structural_variant_can_be_the_other_half_and_two_of_them_are_no_pair() -> None:
    deletions = [StructuralHalf("chr1-DEL", "G", (2, 0, 2)), StructuralHalf("chr1-DEL2", "G", (2, 0, 2))]
    pairs = find_pairs(TRIO_FAMILY, ["G", "H"], [(2, 2, 0), (2, 2, 0)], structural=deletions)
    assert [(pair.first, pair.second, pair.phase) for pair in pairs] == [
        (0, 2, CompoundPhase.TRANS_PROVEN),
        (0, 3, CompoundPhase.TRANS_PROVEN),
    ]


def test_pairs__variants_without_a_gene_form_none() -> None:
    assert phase_pairs(TRIO_FAMILY, ["", ""], [(2, 2, 0), (2, 0, 2)]) == []


def test_pairs__tags_of_other_phase_sets_say_nothing() -> None:
    tags = [PhaseTag("chr1:PS:1", 0), PhaseTag("chr1:PS:2", 0)]
    [pair] = phase_pairs(TRIO_FAMILY, ["G", "G"], [(2, -1, -1), (2, -1, -1)], tags)
    assert (pair.phase, pair.evidence, pair.status) == (
        CompoundPhase.TRANS_POSSIBLE,
        PhaseEvidence.NOTHING,
        "possible",
    )
