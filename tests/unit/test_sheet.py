"""Do the sheets give the families that are meant, and is every contradiction refused with its line?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builders.sheets import FASTQ_TRIO, member, trio, unit, write_run
from filiation.config import load_config
from filiation.errors import FaultList
from filiation.io.ped import read_pedigree
from filiation.io.sheet import SampleSheet, load_sheets
from filiation.model.pedigree import Affection, Role, Sex

PED = "FAM CHILD FATHER MOTHER 1 2\nFAM FATHER 0 0 1 1\nFAM MOTHER 0 0 2 1\n"


def load(folder: Path, *arguments: Any, **config: Any) -> SampleSheet:
    return load_sheets(load_config(write_run(folder, *arguments, **config)), folder)


def refused(folder: Path, *arguments: Any, **config: Any) -> str:
    """The message of sheets that must be refused."""
    with pytest.raises(FaultList) as caught:
        load(folder, *arguments, **config)
    assert caught.value.exit_code == 2
    return caught.value.message()


def refused_text(folder: Path, samples: str | bytes) -> str:
    """The message of a sample sheet given as raw text."""
    path = write_run(folder, trio(bam="{sample}.bam"))
    (folder / "samples.tsv").write_bytes(samples if isinstance(samples, bytes) else samples.encode())
    with pytest.raises(FaultList) as caught:
        load_sheets(load_config(path), folder)
    return caught.value.message()


def test_trio__from_fastq(tmp_path: Path) -> None:
    sheet = load(tmp_path, trio(), [*FASTQ_TRIO, unit("CHILD", "L2")])
    family = sheet.families["FAM"]
    assert family.samples == ("CHILD", "FATHER", "MOTHER")
    assert family.structure == "trio"
    assert [row.unit for row in sheet.units["CHILD"]] == ["L1", "L2"]
    assert {sheet.entry(sample) for sample in family.samples} == {"fastq"}
    assert not sheet.starts_from_calls("FAM")
    assert sheet.family_of("MOTHER") is family
    assert sheet.stored_calls("FAM") == []


def test_calls__joint_file_and_own_columns(tmp_path: Path) -> None:
    sheet = load(tmp_path, trio(vcf="joint.bcf", vcf_sample="old_{sample}"))
    assert sheet.starts_from_calls("FAM")
    assert sheet.stored_calls("FAM") == ["joint.bcf"]
    assert sheet.stored_names("FAM") == {"old_CHILD": "CHILD", "old_FATHER": "FATHER", "old_MOTHER": "MOTHER"}


def test_calls__one_file_each_in_the_order_of_the_members(tmp_path: Path) -> None:
    rows = list(reversed(trio(vcf="{sample}.vcf.gz")))
    assert load(tmp_path, rows).stored_calls("FAM") == ["CHILD.vcf.gz", "FATHER.vcf.gz", "MOTHER.vcf.gz"]


def test_reads__fastq_and_bam_members_may_be_one_family(tmp_path: Path) -> None:
    rows = [*trio()[:1], *trio(bam="{sample}.bam")[1:]]
    sheet = load(tmp_path, rows, [unit("CHILD")])
    assert [sheet.entry(sample) for sample in sheet.rows] == ["fastq", "bam", "bam"]


def test_pedigree__fills_role_sex_and_affection(tmp_path: Path) -> None:
    rows = [member(name, bam=f"{name}.bam") for name in ("MOTHER", "CHILD", "FATHER")]
    family = load(tmp_path, rows, (), PED).families["FAM"]
    assert family.proband.sample == "CHILD"
    assert family.proband.sex is Sex.MALE
    assert family.mother is not None
    assert family.mother.affection is Affection.UNAFFECTED


def test_pedigree__a_parent_without_data_makes_a_duo(tmp_path: Path) -> None:
    rows = [member(name, bam=f"{name}.bam") for name in ("CHILD", "MOTHER")]
    family = load(tmp_path, rows, (), PED).families["FAM"]
    assert family.structure == "duo"
    assert family.father is None


def test_missing__stays_unknown_except_what_the_role_says(tmp_path: Path) -> None:
    rows = [
        member("C", "proband", bam="c.bam"),
        member("F", "father", bam="f.bam"),
        member("S", "sibling", ".", ".", bam="s.bam"),
    ]
    family = load(tmp_path, rows).families["FAM"]
    told = {person.sample: (person.sex, person.affection) for person in family.members}
    assert told == {
        "C": (Sex.UNKNOWN, Affection.AFFECTED),
        "F": (Sex.MALE, Affection.UNKNOWN),
        "S": (Sex.UNKNOWN, Affection.UNKNOWN),
    }


def test_quartet__sibling_keeps_its_own_affection(tmp_path: Path) -> None:
    rows = [*trio(bam="{sample}.bam"), member("SIB", "sibling", "female", "yes", bam="sib.bam")]
    family = load(tmp_path, rows).families["FAM"]
    assert family.structure == "quartet"
    assert family.siblings[0].affection is Affection.AFFECTED
    assert family.siblings[0].role is Role.SIBLING


def test_text__BOM_CRLF_comments_blank_lines_and_points_change_nothing(tmp_path: Path) -> None:
    plain = load(tmp_path, trio(bam="{sample}.bam"))
    path = tmp_path / "samples.tsv"
    lines = path.read_text().splitlines()
    lines[1] += ""
    messy = "\ufeff# made by hand\r\n" + "\r\n".join([lines[0], "", *lines[1:], "\t\t\t", ""]) + "\r\n"
    path.write_bytes(messy.encode())
    assert load_sheets(load_config(tmp_path / "config.yaml"), tmp_path) == plain


def test_text__ids_that_look_like_numbers_or_missing_stay_text(tmp_path: Path) -> None:
    rows = [member("00123", "proband", bam="a.bam"), member("NA", "father", bam="b.bam")]
    rows += [member("1e5", "mother", bam="c.bam")]
    assert load(tmp_path, rows).families["FAM"].samples == ("00123", "NA", "1e5")


@pytest.mark.parametrize("name", ["a b", "a'b", 'a"b', "a;touch X;b", "../../a", "$(id)", "-rf", "é", "x" * 65])
def test_name__that_could_leave_its_place_is_refused(tmp_path: Path, name: str) -> None:
    text = refused(tmp_path, [member(name, "proband", bam="a.bam")])
    assert "samples.tsv, line 2, column sample" in text
    assert f"sample '{name}'" in text
    assert "letters, digits, _ and -" in text


@pytest.mark.parametrize("column", ["family", "vcf_sample"])
def test_name__family_is_held_to_the_same_rule_and_columns_of_calls_are_free(tmp_path: Path, column: str) -> None:
    rows = [member("C", "proband", vcf="c.vcf.gz") | {column: "a b"}]
    if column == "family":
        assert "column family, sample C: family 'a b'" in refused(tmp_path, rows)
    else:
        assert load(tmp_path, rows).stored_names("FAM") == {"a b": "C"}


def test_decimal_comma__is_recognised(tmp_path: Path) -> None:
    assert "decimal comma" in refused(tmp_path, [member("1,5", "proband", bam="a.bam")])


def test_separators__spaces_semicolons_and_commas_are_told(tmp_path: Path) -> None:
    for separator, name in (("  ", "spaces"), (";", "semicolons"), (",", "commas")):
        text = separator.join(["family", "sample", "bam"]) + "\n" + separator.join(["F", "S", "s.bam"]) + "\n"
        found = refused_text(tmp_path, text)
        assert f"columns separated by {name}" in found
        assert "samples.tsv, line 1" in found


def test_separators__spaces_for_tabs_in_one_row(tmp_path: Path) -> None:
    found = refused_text(tmp_path, "family\tsample\trole\tbam\nF\tS\tproband\ts.bam\nF   D   father   d.bam\n")
    assert "samples.tsv, line 3: 1 cell, with spaces inside" in found
    assert "replace the spaces between the columns by tabs" in found


def test_header__mistyped_missing_and_repeated_columns(tmp_path: Path) -> None:
    found = refused_text(tmp_path, "famly\tsample\tsample\nF\tS\tS\n")
    assert "unknown column 'famly'" in found
    assert "did you mean 'family'?" in found
    assert "column 'sample' stands twice" in found
    assert "column family missing" in found


def test_encoding__latin1_is_told(tmp_path: Path) -> None:
    assert "not UTF-8" in refused_text(tmp_path, "family\tsample\nF\té\n".encode("latin-1"))


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("role", "mum", "proband, father, mother, sibling"),
        ("role", "Proband", "did you mean 'proband'?"),
        ("sex", "1", "male, female, unknown"),
        ("affected", "oui", "yes, no, unknown"),
        ("hpo_terms", "HP:123", "HPO terms such as HP:0001250"),
        ("pre_indication", "Déficience Intellectuelle", "lower-case words joined by -"),
        ("bam", "https://example.org/a.bam", "is a network address"),
    ],
)
def test_cell__wrong_values_are_told_with_column_sample_and_choices(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    row = member("C", "proband", bam="c.bam") | {column: value}
    found = refused(tmp_path, [row])
    assert f"samples.tsv, line 2, column {column}, sample C" in found
    assert value in found
    assert expected in found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda rows: [*rows, rows[0]], "sample 'CHILD' stands on line 2 already"),
        (lambda rows: rows[1:], "no proband among FATHER, MOTHER"),
        (lambda rows: [*rows, member("X", "proband", bam="x.bam")], "2 members with role proband"),
        (lambda rows: [*rows, member("X", "father", bam="x.bam")], "2 members with role father"),
        (lambda rows: [rows[0], {**rows[1], "sex": "female"}], "the father is declared female here"),
        (lambda rows: [rows[0], {**rows[2], "sex": "male"}], "the mother is declared male here"),
        (lambda rows: [{**rows[0], "affected": "no"}], "the proband is declared unaffected"),
        (lambda rows: [{**rows[0], "role": ""}], "role is empty"),
        (lambda rows: [{**rows[0], "bam": ""}], "no data: no row in units.tsv, no bam, no vcf"),
        (lambda rows: [{**rows[0], "vcf": "a.vcf"}], "data of 2 kinds: bam, vcf"),
        (lambda rows: [rows[0], {**rows[1], "bam": "CHILD.bam"}], "is given to sample 'CHILD' too"),
        (
            lambda rows: [rows[0], {**rows[1], "bam": "", "vcf": "f.vcf"}],
            "CHILD from reads; FATHER from stored calls",
        ),
        (
            lambda rows: [{**rows[0], "hpo_terms": "HP:0001250"}, {**rows[1], "hpo_terms": "HP:0001251"}],
            "different values of hpo_terms: 'HP:0001250' for CHILD (line 2), 'HP:0001251' for FATHER (line 3)",
        ),
        (
            lambda rows: [{**rows[0], "hpo_terms": "HP:0001250", "hpo_absent": "HP:0001627;HP:0001250"}],
            "HP:0001250 present and absent at once",
        ),
        (
            lambda rows: [{**rows[0], "previous_tests": "fragile_x:normal;micro_array"}],
            "'micro_array' is not in the list of examinations",
        ),
        (lambda rows: [{**rows[0], "age_at_sampling": "2019-04-01"}], "2019-04-01"),
    ],
)
def test_family__rules_that_rows_break(tmp_path: Path, change: Any, expected: str) -> None:
    assert expected in refused(tmp_path, change(trio(bam="{sample}.bam")))


def test_calls__two_members_cannot_have_one_column(tmp_path: Path) -> None:
    found = refused(tmp_path, trio(vcf="{sample}.vcf.gz", vcf_sample="SAMPLE")[:2])
    assert "column 'SAMPLE' of the stored calls is given to 'CHILD' and to 'FATHER'" in found
    assert "bcftools reheader" in found


def test_pre_indication__without_panel_gives_the_nearest(tmp_path: Path) -> None:
    panels = tmp_path / "panels"
    panels.mkdir()
    (panels / "deficience-intellectuelle.tsv").write_text("x")
    rows = trio(bam="{sample}.bam")
    rows[0]["pre_indication"] = "deficience-intelectuelle"
    found = refused(tmp_path, rows, prioritisation={"panels": str(panels)})
    assert "no panel for pre-indication 'deficience-intelectuelle'" in found
    assert "did you mean 'deficience-intellectuelle'?" in found
    rows[0]["pre_indication"] = "deficience-intellectuelle"
    family = load(tmp_path, rows, prioritisation={"panels": str(panels)}).families["FAM"]
    assert family.pre_indication == "deficience-intellectuelle"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cancers-rares", "'cancers-rares' (Cancers rares) is a tumour analysis: somatic, out of scope"),
        ("CMD familiale", "write the slug 'cardiomyopathies-familiales'"),
        ("Maladie de Rendu-Osler", "write the slug 'maladie-de-rendu-osler'"),
        ("ataxies", "did you mean 'ataxies-hereditaires-sujet-jeune'"),
    ],
)
def test_pre_indication__a_cancer_a_name_and_a_near_miss_are_told_apart(tmp_path: Path, name: str, words: str) -> None:
    rows = trio(bam="{sample}.bam")
    rows[0]["pre_indication"] = name
    assert words in refused(tmp_path, rows)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (
            [*FASTQ_TRIO, unit("CHILD", fastq_1="a", fastq_2="b")],
            "unit 'L1' of sample 'CHILD' stands on line 2",
        ),
        ([*FASTQ_TRIO, unit("CHLD")], "sample 'CHLD' is not in the sample sheet"),
        ([*FASTQ_TRIO, unit("CHILD", "L 2")], "units.tsv, line 5, column unit, sample CHILD"),
        ([*FASTQ_TRIO, unit("CHILD", "L2", fastq_1="CHILD.L1_1.fastq.gz")], "is named on line 2 already"),
        ([{**FASTQ_TRIO[0], "fastq_2": ""}, *FASTQ_TRIO[1:]], "fastq_2 is empty"),
    ],
)
def test_units__faults(tmp_path: Path, units: list[dict[str, str]], expected: str) -> None:
    assert expected in refused(tmp_path, trio(), units)


def test_units__a_refused_sample_is_told_once(tmp_path: Path) -> None:
    rows = trio()
    rows[1]["sex"] = "homme"
    found = refused(tmp_path, rows, FASTQ_TRIO)
    assert "sex 'homme'" in found
    assert "faults found" not in found


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("role", "mother", "role 'mother', but in the PED file (line 2) this is the father"),
        ("affected", "yes", "affected 'yes', but unaffected in the PED file (line 2)"),
        ("sex", "female", "sex 'female', but male in the PED file (line 2)"),
    ],
)
def test_pedigree__contradicts_the_sheet(tmp_path: Path, column: str, value: str, expected: str) -> None:
    rows = [member(name, bam=f"{name}.bam") for name in ("CHILD", "FATHER")]
    rows[1][column] = value
    found = refused(tmp_path, rows, (), PED)
    assert expected in found
    assert f"column {column}, sample FATHER" in found


def test_pedigree__sample_or_family_that_it_does_not_know(tmp_path: Path) -> None:
    rows = trio(bam="{sample}.bam")
    found = refused(tmp_path, [*rows, member("SIB", "sibling", bam="s.bam")], (), PED)
    assert "sample SIB: not in the PED file, which has family 'FAM'" in found
    found = refused(tmp_path, [{**row, "family": "OTHER"} for row in rows], (), PED)
    assert "the PED file has this sample in family 'FAM' (line 1)" in found


def test_pedigree__role_of_a_cousin_is_not_guessed(tmp_path: Path) -> None:
    rows = [member("CHILD", bam="c.bam"), member("COUSIN", bam="d.bam")]
    found = refused(tmp_path, rows, (), PED + "FAM COUSIN 0 0 1 1\n")
    assert "'COUSIN' is neither parent, brother nor sister of 'CHILD'" in found


def test_files__a_sheet_that_is_not_there(tmp_path: Path) -> None:
    found = refused(tmp_path, trio(bam="{sample}.bam"), samples="other.tsv", units="nowhere.tsv")
    assert "'samples': file not found" in found
    assert "'units': file not found" in found


def test_all_faults__of_all_sheets_are_numbered_in_one_message(tmp_path: Path) -> None:
    rows = trio(bam="{sample}.bam")
    rows[0]["sex"] = "boy"
    rows[1]["bam"] = ""
    found = refused(tmp_path, rows, [unit("NOBODY")], "FAM CHILD 0 0 5 2\n")
    assert found.startswith("6 faults found")
    for expected in ("sex 'boy'", "NOBODY", "sex '5'", "no data", "sample FATHER: not in the PED file"):
        assert expected in found


def test_write_pedigree__command_writes_the_family_of_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from filiation.__main__ import main

    monkeypatch.chdir(tmp_path)
    config = write_run(tmp_path, trio(bam="{sample}.bam"))
    command = ["write-pedigree", "--config", str(config), "--output", "results/FAM/FAM.ped", "--family"]
    assert main([*command, "FAM"]) == 0
    family = read_pedigree(tmp_path / "results/FAM/FAM.ped")
    assert family == load_sheets(load_config(config)).families["FAM"]
    assert main([*command, "FAMM"]) == 2
    assert "did you mean 'FAM'?" in capsys.readouterr().err


def test_import__is_light() -> None:
    code = (
        "import sys, filiation.io.sheet; print(sorted({'numba','pandas','pysam','numpy','cyvcf2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rows__none_in_samples_is_a_fault_and_none_in_units_is_not(tmp_path: Path) -> None:
    config = write_run(tmp_path, trio(bam="{sample}.bam"), [unit("CHILD")])
    (tmp_path / "units.tsv").write_text("# none yet\nsample\tunit\tfastq_1\tfastq_2\n")
    assert load_sheets(load_config(config), tmp_path).families["FAM"].structure == "trio"
    assert "has a header and no row" in refused_text(tmp_path, "family\tsample\tbam\n")
