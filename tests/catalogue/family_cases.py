"""Group D: PED files and sheets that contradict themselves or what they name: who is who, and whose data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from builders.sheets import member
from catalogue.calls import PEDIGREE
from catalogue.case import Case
from catalogue.sheet_cases import CHECK, SHEET, Rows, lay, sheet_of, sound_rows

PED_FAULTS = (
    (
        "father without a line",
        PEDIGREE.replace("FATHER\tMOTHER", "DAD\tMOTHER"),
        "the father 'DAD' of 'CHILD' has no line",
        "line 1",
    ),
    ("mother in another family", PEDIGREE.replace("FAM\tMOTHER", "FOM\tMOTHER"), "the mother 'MOTHER'", "line 1"),
    (
        "cycle of two",
        "FAM\tCHILD\tFATHER\tMOTHER\t1\t2\nFAM\tFATHER\tCHILD\t0\t1\t1\nFAM\tMOTHER\t0\t0\t2\t1\n",
        "",
        "line [12]",
    ),
    ("its own father", PEDIGREE.replace("CHILD\tFATHER", "CHILD\tCHILD"), "'CHILD' is its own father", "line 1"),
    (
        "one person father and mother",
        PEDIGREE.replace("FATHER\tMOTHER", "FATHER\tFATHER"),
        "is father and mother of 'CHILD'",
        "line 1",
    ),
    (
        "father coded female",
        PEDIGREE.replace("FATHER\t0\t0\t1", "FATHER\t0\t0\t2"),
        "is the father of 'CHILD' but coded female",
        "line 1",
    ),
    (
        "mother coded male",
        PEDIGREE.replace("MOTHER\t0\t0\t2", "MOTHER\t0\t0\t1"),
        "is the mother of 'CHILD' but coded male",
        "line 1",
    ),
    ("a person twice", PEDIGREE + "FAM\tCHILD\tFATHER\tMOTHER\t1\t2\n", "stands on line 1 already", "line 4"),
    ("four columns", PEDIGREE.replace("\t1\t2\n", "\n", 1), "4 columns", "line 1"),
    ("seven columns", PEDIGREE.replace("\t1\t2\n", "\t1\t2\t7\n", 1), "7 columns", "line 1"),
    ("commas", PEDIGREE.replace("\t", ","), "1 columns", "line 1"),
    ("sex of a word", PEDIGREE.replace("\t1\t2\n", "\tboy\t2\n", 1), "sex 'boy' of 'CHILD'", "line 1, column sex"),
    (
        "affection of a word",
        PEDIGREE.replace("\t1\t2\n", "\t1\tsick\n", 1),
        "phenotype 'sick' of 'CHILD'",
        "line 1, column phenotype",
    ),
    (
        "a name that is a path",
        PEDIGREE.replace("CHILD", "../CHILD"),
        "'../CHILD' cannot be a sample name",
        "line 1, column sample",
    ),
    (
        "a name that is a command",
        PEDIGREE.replace("FAM\t", "FAM;x\t"),
        "'FAM;x' cannot be a family name",
        "line 1, column family",
    ),
    ("not UTF-8", PEDIGREE, "not UTF-8", "byte"),
    ("a stranger", PEDIGREE + "FAM\tCOUSIN\t0\t0\t1\t1\n", "", "COUSIN|line 4"),
)


def pedigree_of(text: str, command: str = "check") -> Callable[[], Sequence[str]]:
    """A PED file given to `check` beside the sheet, or to `screen`."""

    def make() -> Sequence[str]:
        lay(pedigree=text)
        if command == "check":
            return CHECK
        outputs = ["--output", "out/s.bcf", "--funnel", "out/s.tsv"]
        return [command, "--pedigree", "family.ped", "--variants", "joint.vcf.gz", *outputs]

    return make


def _ped_case(fault: tuple[str, str, str, str], command: str) -> Case:
    name, text, found, place = fault
    make = pedigree_of(text, command)
    if name == "not UTF-8":
        make = _latin(text, command)
    return Case("D17", f"PED file: {name}", make, command, (found,), "family.ped", place)


def _latin(text: str, command: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        arguments = pedigree_of(text, command)()
        Path("family.ped").write_bytes("# ascendance maternelle confirmée\n".encode("latin-1") + text.encode())
        return arguments

    return make


def cases() -> list[Case]:
    """Who is who: relations, sexes, data of the members."""
    duo = sound_rows()[:2]
    return [
        *(
            _ped_case(fault, command)
            for fault in PED_FAULTS
            for command in ("check", "screen")
            if fault[0] != "a stranger" or command == "screen"
        ),
        Case(
            "D17",
            "two probands",
            sheet_of([*sound_rows(), member("CHILD2", "proband", "male", "yes", vcf="joint.vcf.gz")]),
            "check",
            ("proband",),
            SHEET,
            "line",
        ),
        Case("D17", "no proband", sheet_of(sound_rows(role="sibling")), "check", ("proband",), SHEET),
        Case(
            "D17",
            "two fathers",
            sheet_of([*sound_rows(), member("UNCLE", "father", "male", "no", vcf="joint.vcf.gz")]),
            "check",
            ("father",),
            SHEET,
            "line",
        ),
        Case("D17", "unaffected proband", sheet_of(sound_rows(affected="no")), "check", ("proband",), SHEET, "line 2"),
        Case(
            "D17",
            "father of female sex",
            sheet_of([sound_rows()[0], {**sound_rows()[1], "sex": "female"}, sound_rows()[2]]),
            "check",
            ("",),
            SHEET,
            "line 3",
        ),
        Case(
            "D17",
            "role of a word",
            sheet_of(sound_rows(role="index")),
            "check",
            ("role 'index'",),
            SHEET,
            "line 2, column role",
        ),
        Case(
            "D17",
            "sex of a word",
            sheet_of(sound_rows(sex="garçon")),
            "check",
            ("sex 'garçon'",),
            SHEET,
            "line 2, column sex",
        ),
        Case(
            "D17",
            "sheet and PED file disagree",
            pedigree_of(PEDIGREE.replace("CHILD\tFATHER\tMOTHER\t1", "CHILD\tFATHER\tMOTHER\t2")),
            "check",
            ("sex",),
            SHEET,
            "line 2",
        ),
        Case(
            "D17",
            "roles of sheet and PED file disagree",
            pedigree_of("FAM\tCHILD\t0\t0\t1\t1\nFAM\tFATHER\tCHILD\tMOTHER\t1\t2\nFAM\tMOTHER\t0\t0\t2\t1\n"),
            "check",
            ("role",),
            SHEET,
            "line",
        ),
        Case(
            "D18",
            "sample of the sheet that is not in the calls",
            sheet_of(sound_rows(sample="CHILD7")),
            "check",
            ("no column 'CHILD7'", "did you mean 'CHILD'?"),
            "joint.vcf.gz",
            sample="CHILD7",
        ),
        Case(
            "D18",
            "PED file without the sequenced child",
            pedigree_of("FAM\tFATHER\t0\t0\t1\t1\nFAM\tMOTHER\t0\t0\t2\t1\n"),
            "check",
            ("not in the PED file",),
            SHEET,
            "line 2",
            "CHILD",
        ),
        Case(
            "D18",
            "person of the PED file without a column",
            pedigree_of(PEDIGREE.replace("MOTHER", "MOM"), "screen"),
            "screen",
            ("sample MOM is not in the file",),
            "joint.vcf.gz",
            sample="MOM",
        ),
        Case(
            "D18",
            "column that belongs to nobody",
            sheet_of(sound_rows(vcf_sample="NOBODY")),
            "check",
            ("no column 'NOBODY'",),
            "joint.vcf.gz",
            sample="CHILD",
        ),
        Case(
            "D18",
            "one column for two persons",
            sheet_of(sound_rows(vcf_sample="FATHER")),
            "check",
            ("FATHER",),
            SHEET,
            "line",
        ),
        Case(
            "D18",
            "file that is not there",
            sheet_of(sound_rows(vcf="absent.vcf.gz")),
            "check",
            ("not found",),
            "absent.vcf.gz",
        ),
        Case(
            "D19",
            "members from reads and from calls",
            sheet_of([{**duo[0], "vcf": "", "bam": "x.bam"}, duo[1]]),
            "check",
            ("",),
            SHEET,
            "line|FAM",
        ),
        Case(
            "D19", "a member without data", sheet_of([{**duo[0], "vcf": ""}, duo[1]]), "check", ("",), SHEET, "line 2"
        ),
        Case(
            "D19",
            "several families given to a step of one",
            pedigree_of(PEDIGREE + PEDIGREE.replace("FAM", "FAM2"), "normalise"),
            "normalise",
            ("2 families: FAM, FAM2",),
            "family.ped",
        ),
        Case(
            "E3",
            "family that is the beginning of another",
            sheet_of(_two_families()),
            "check",
            ("2 families, 6 members", "fam1: trio", "fam10: trio"),
            code=0,
        ),
        Case(
            "E4",
            "names that quality programs rewrite",
            sheet_of(_rewritten()),
            "check",
            ("trio (x_dedup, x_R1, x_S1_L001 from vcf)",),
            code=0,
        ),
    ]


def _two_families() -> Rows:
    rows = []
    for family in ("fam1", "fam10"):
        for row in sound_rows():
            rows.append({**row, "family": family, "sample": f"{family}-{row['sample']}", "vcf_sample": row["sample"]})
    return rows


def _rewritten() -> Rows:
    names = {"CHILD": "x_dedup", "FATHER": "x_R1", "MOTHER": "x_S1_L001"}
    return [{**row, "sample": names[row["sample"]], "vcf_sample": row["sample"]} for row in sound_rows()]
