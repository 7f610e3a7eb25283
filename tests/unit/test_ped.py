"""Are real-life PED files read as they are meant, and contradictory ones refused by line?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.config import ID_PATTERN, REPOSITORY
from filiation.errors import FaultList
from filiation.io.ped import ID, read_pedigree, read_pedigrees, write_pedigree
from filiation.model.pedigree import Affection, Family, Member, Role, Sex

DATA = REPOSITORY.parent / "shared" / "data"
TRIO = "FAM\tCHILD\tFATHER\tMOTHER\t1\t2\nFAM\tFATHER\t0\t0\t1\t1\nFAM\tMOTHER\t0\t0\t2\t1\n"


def ped(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "family.ped"
    path.write_bytes(text.encode())
    return path


def message(tmp_path: Path, text: str, proband: str | None = None) -> str:
    with pytest.raises(FaultList) as caught:
        read_pedigree(ped(tmp_path, text), proband)
    assert caught.value.exit_code == 2
    return caught.value.message()


@pytest.mark.parametrize(
    "text",
    [
        TRIO,
        TRIO.replace("\t", "   "),
        TRIO.replace("\n", "\r\n"),
        "\ufeff" + TRIO,
        "#family sample father mother sex phenotype\n\n" + TRIO,
        "family_id\tsample_id\tpaternal_id\tmaternal_id\tsex\tphenotype\n" + TRIO,
    ],
    ids=["tabs", "spaces", "CRLF", "BOM", "comment", "header"],
)
def test_read__every_form_of_a_trio_is_the_same_family(tmp_path: Path, text: str) -> None:
    family = read_pedigree(ped(tmp_path, text))
    assert family.structure == "trio"
    assert [member.sample for member in family.members] == ["CHILD", "FATHER", "MOTHER"]
    assert [member.role for member in family.members] == [Role.PROBAND, Role.FATHER, Role.MOTHER]
    assert family.proband.affection is Affection.AFFECTED
    assert family.father is not None
    assert family.father.sex is Sex.MALE


def test_read__five_columns_leave_the_phenotype_unknown_not_unaffected(tmp_path: Path) -> None:
    family = read_pedigree(ped(tmp_path, "F C D M 2\nF D 0 0 1\nF M 0 0 2\n"))
    assert {member.affection for member in family.members} == {Affection.UNKNOWN}
    assert family.proband.sample == "C"


def test_proband__is_the_affected_child_and_not_the_first_one(tmp_path: Path) -> None:
    text = "F S D M 2 1\n" + "F C D M 1 2\nF D 0 0 1 1\nF M 0 0 2 1\n"
    family = read_pedigree(ped(tmp_path, text))
    assert family.proband.sample == "C"
    assert [sibling.sample for sibling in family.siblings] == ["S"]
    assert read_pedigree(ped(tmp_path, text), proband="S").proband.sample == "S"


def test_proband__an_affected_mother_of_a_duo_is_not_the_proband(tmp_path: Path) -> None:
    family = read_pedigree(ped(tmp_path, "F M 0 0 2 2\nF C 0 M 1 2\n"))
    assert family.proband.sample == "C"
    assert family.mother is not None
    assert family.father is None


def test_sex__a_father_without_sex_is_male(tmp_path: Path) -> None:
    family = read_pedigree(ped(tmp_path, "F C D 0 0 2\nF D 0 0 0 1\n"))
    assert family.father is not None
    assert family.father.sex is Sex.MALE
    assert family.proband.sex is Sex.UNKNOWN


def test_fault__unknown_parent_names_line_and_repair(tmp_path: Path) -> None:
    text = message(tmp_path, TRIO.replace("FAM\tCHILD\tFATHER", "FAM\tCHILD\tFATHRE"))
    assert "line 1" in text
    assert "the father 'FATHRE' of 'CHILD' has no line in family 'FAM'" in text
    assert "did you mean 'FATHER'?" in text
    assert "write 0" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRIO.replace("FATHER\t0\t0\t1", "FATHER\t0\t0\t2"), "coded female on line 2"),
        (TRIO + "FAM\tMOTHER\t0\t0\t2\t1\n", "stands on line 3 already"),
        ("F C C 0 1 2\n", "'C' is its own father"),
        ("F A B 0 1 2\nF B C 0 1 1\nF C A 0 1 1\n", "is an ancestor of itself: A → B → C → A"),
        ("F C D D 1 2\nF D 0 0 0 1\n", "is father and mother of 'C'"),
        ("F C 0 0 3 2\n", "sex '3' of 'C'"),
        ("F C 0 0 1 7,5\n", "phenotype '7,5' of 'C'"),
        ("F C 0 0\n", "4 columns"),
        ("F my child 0 0 1 2\n", "7 columns"),
        ("F ../C 0 0 1 2\n", "'../C' cannot be a sample name"),
        ("# nobody\n", "no person in the file"),
        ("F C D 0 1 2\nF D 0 0 1 1\nF X Y 0 1 1\nF Y 0 0 1 1\n", "'X' is neither parent"),
        (TRIO + TRIO.replace("FAM", "G"), "2 families: FAM, G"),
    ],
)
def test_fault__contradictions_are_refused_in_words(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in message(tmp_path, text)


def test_faults__all_lines_are_told_at_once(tmp_path: Path) -> None:
    text = message(tmp_path, "F C D M 9 2\nF D 0 0 2 1\n")
    assert text.startswith("3 faults found")
    for expected in ("sex '9'", "has no line in family 'F'", "coded female"):
        assert expected in text


def test_proband__asked_for_by_a_wrong_name(tmp_path: Path) -> None:
    assert "did you mean 'CHILD'?" in message(tmp_path, TRIO, proband="CHILDD")


def test_read_pedigrees__keeps_every_family(tmp_path: Path) -> None:
    families = read_pedigrees(ped(tmp_path, TRIO + "G SOLO 0 0 2 2\n"))
    assert [(name, family.structure) for name, family in families.items()] == [("FAM", "trio"), ("G", "solo")]


@pytest.mark.parametrize("roles", ["PFMS", "PM", "P", "PS", "PFM", "PFSS"])
def test_write__what_is_written_is_read_as_the_same_family(tmp_path: Path, roles: str) -> None:
    kinds = {
        "P": (Role.PROBAND, Sex.FEMALE, Affection.AFFECTED),
        "F": (Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
        "M": (Role.MOTHER, Sex.FEMALE, Affection.UNKNOWN),
        "S": (Role.SIBLING, Sex.UNKNOWN, Affection.AFFECTED),
    }
    members = tuple(Member(f"{letter}{number}", *kinds[letter]) for number, letter in enumerate(roles))
    family = Family("FAM-1", members)
    write_pedigree(tmp_path / "out.ped", family)
    assert read_pedigree(tmp_path / "out.ped") == family
    assert all(line.count("\t") == 5 for line in (tmp_path / "out.ped").read_text().splitlines())


def test_ids__are_those_of_the_sheet() -> None:
    assert f"^{ID.pattern}$" == ID_PATTERN


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "proband"),
    [
        ("aj_trio_gatk_b37_chr1/ashk-trio.ped", "HG002"),
        ("ceu_trio_strelka_chr1_200snv/denovo-chr1-200-snv.ped", "PROBAND"),
        ("ceu_trio_sv_b37_chr22/trio.ped", "NA12878"),
    ],
)
def test_read__published_trios(name: str, proband: str) -> None:
    path = DATA / "vcf" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    family = read_pedigree(path)
    assert (family.proband.sample, family.structure) == (proband, "trio")
