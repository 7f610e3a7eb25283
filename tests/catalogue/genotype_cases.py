"""Group D: genotypes and families that are unusual and sound: kept, flagged or counted, and nothing is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pysam

from builders.sheets import member
from builders.sheets import trio as rows_of_trio
from builders.trio import Call, Trio, call, trio
from catalogue.calls import (
    Change,
    check_command,
    normalise_command,
    screen_command,
    sound_lines,
    write_calls,
)
from catalogue.case import Case
from filiation.io.ped import write_pedigree
from filiation.model.pedigree import Affection, Role, Sex

NO_DATA = Call("./.", missing=("AD", "DP", "GQ", "PL"))


def screened(family: Trio) -> Callable[[], Sequence[str]]:
    """`filiation screen` of a family's calls as a caller wrote them."""

    def make() -> Sequence[str]:
        family.written(Path("joint.vcf.gz"))
        write_pedigree("FAM.ped", family.family)
        return ["screen", "--pedigree", "FAM.ped", *screen_command("joint.vcf.gz")[3:]]

    def without_the_default() -> Sequence[str]:
        arguments = list(make())
        write_pedigree("FAM.ped", family.family)
        return arguments

    return without_the_default


def patterns() -> dict[str, dict[str, str]]:
    """`chrom-pos-ref-alt` → {inheritance class: status} of the screened file."""
    with pysam.VariantFile("out/screened.bcf") as calls:
        return {
            f"{r.chrom}-{r.pos}-{r.ref}-{r.alts[0]}": dict(item.split(":") for item in r.info["INHERITANCE"])
            for r in calls
        }


def shows(place: str, inheritance: str, *allowed: str) -> Callable[[str], None]:
    """The record goes on, and the pattern has one of these states; `absent` where it is not listed."""

    def proves(told: str) -> None:
        found = patterns()
        assert place in found, found
        state = found[place].get(inheritance, "absent")
        assert state in allowed, found[place]

    return proves


def counted(reason: str, number: int, out: int) -> Callable[[str], None]:
    """The funnel counts so many under a reason, and so many records go on."""

    def proves(told: str) -> None:
        rows = Path(next(path for path in ("out/screen.tsv", "out/FAM.funnel.tsv") if Path(path).exists())).read_text()
        assert f"\t{reason}\t{number}\t" in rows, rows
        assert f"\trecords_out\t{out}\t" in rows, rows

    return proves


def normalised(change: Change, form: str = "vcf.gz", end: str = "\n") -> Callable[[], Sequence[str]]:
    """`filiation normalise` of changed calls."""

    def make() -> Sequence[str]:
        write_calls(Path(f"joint.{form}"), change(sound_lines()), end=end)
        return normalise_command(f"joint.{form}")

    return make


def written_records() -> list[str]:
    """The records that normalise wrote, as text."""
    return subprocess.run(
        ["bcftools", "view", "-H", "out/FAM.bcf"], check=True, capture_output=True, text=True
    ).stdout.splitlines()


def as_the_sound_ones(told: str) -> None:
    """The same records as those of the sound file."""
    found = written_records()
    write_calls(Path("sound.vcf.gz"), sound_lines())
    sound = [line for line in sound_lines() if not line.startswith("#")]
    assert [line.split("\t")[:5] for line in found] == [line.split("\t")[:5] for line in sound]
    genotypes = [[cell.split(":")[0] for cell in line.split("\t")[9:]] for line in found]
    assert genotypes == [[cell.split(":")[0] for cell in line.split("\t")[9:]] for line in sound]


def keeps(*parts: str) -> Callable[[str], None]:
    """Some record that was written holds each of these texts."""

    def proves(told: str) -> None:
        text = "\n".join(written_records())
        for part in parts:
            assert part in text, text[-600:]

    return proves


LAST = sound_lines()[-1].split("\t")
NEW = "1-1000-A-G"
BASE = trio("0/1", "0/0", "0/0").at("1", 1000, "A", "G")


def at(
    child: str | Call, father: str | Call, mother: str | Call, contig: str = "1", pos: int = 1000, **more: object
) -> Trio:
    """A trio with one record."""
    sex = more.pop("sex", Sex.MALE)
    assert isinstance(sex, Sex)
    return trio(child, father, mother, sex).at(contig, pos, "A", "G", **more)


def places(wanted: set[str]) -> None:
    assert set(patterns()) == wanted


def cases() -> list[Case]:
    """Every case of this module."""
    unknown = ("dominant_unknown_origin", "possible")
    return [
        *(
            Case(
                "D1",
                f"{who} not called at a new site",
                screened(at("0/1", *parents)),
                "screen",
                code=0,
                proves=shows(NEW, *unknown),
            )
            for who, parents in (
                ("father", (NO_DATA, "0/0")),
                ("mother", ("0/0", NO_DATA)),
                ("both parents", (NO_DATA, NO_DATA)),
            )
        ),
        *(
            Case(
                "D2",
                f"father 0/0 {words}",
                screened(at("0/1", father, "0/0")),
                "screen",
                code=0,
                proves=shows(NEW, *unknown),
            )
            for words, father in (
                ("of no reads", call("0/0", reads=(0, 0), depth=0, quality=0, phred=(0, 0, 0))),
                ("of no reads and no likelihoods", call("0/0", reads=(0, 0), depth=0, missing=("PL", "GQ"))),
                ("without any field", call("0/0", missing=("AD", "DP", "GQ", "PL"))),
                ("of one read", call("0/0", reads=(1, 0), depth=1, quality=3, phred=(0, 3, 40))),
            )
        ),
        Case(
            "D3",
            "half a call in the child",
            screened(at(call("./1", reads=(15, 15), depth=30), "0/0", "0/0")),
            "screen",
            code=0,
            proves=shows(NEW, "de_novo", "supported", "possible"),
        ),
        Case(
            "D3",
            "half a call in the father",
            screened(at("0/1", call("./1", reads=(15, 15), depth=30), "0/0")),
            "screen",
            code=0,
            proves=shows(NEW, "de_novo", "no", "absent", "possible", "unknown"),
        ),
        Case(
            "D3",
            "half a reference in the father",
            screened(at("0/1", call("./0", reads=(4, 0), depth=4, quality=5), "0/0")),
            "screen",
            code=0,
            proves=shows(NEW, *unknown),
        ),
        Case(
            "D4",
            "one allele on X of a son",
            screened(at("1", "0", "0/1", "X", 40_000_000)),
            "screen",
            code=0,
            proves=shows("X-40000000-A-G", "x_linked", "supported"),
        ),
        Case(
            "D4",
            "one allele on Y of a son",
            screened(at("1", "0", NO_DATA, "Y", 20_000_000)),
            "screen",
            code=0,
            proves=lambda told: places({"Y-20000000-A-G"}),
        ),
        Case(
            "D4",
            "one allele of the mitochondria",
            screened(at("1", "0", "1", "MT", 3243)),
            "screen",
            code=0,
            proves=lambda told: places({"MT-3243-A-G"}),
        ),
        Case(
            "D5",
            "two alleles on X of a son",
            screened(at("0/1", "0", "0/1", "X", 40_000_000)),
            "screen",
            code=0,
            proves=lambda told: places({"X-40000000-A-G"}),
        ),
        *(
            Case(
                "D6",
                f"{name}, {sex}",
                screened(at("1/1", "0/1", "0/1", "X", pos, sex=sex)),
                "screen",
                code=0,
                proves=shows(f"X-{pos}-A-G", "autosomal_recessive", "supported"),
            )
            for name, pos in (("PAR1", 1_000_000), ("PAR2", 155_800_000))
            for sex in (Sex.MALE, Sex.FEMALE)
        ),
        Case(
            "D7",
            "phased genotypes",
            screened(at("0|1", "0|0", "0|0")),
            "screen",
            code=0,
            proves=shows(NEW, "de_novo", "supported"),
        ),
        Case(
            "D7",
            "phased the other way",
            screened(at("1|0", "0|0", "0|0")),
            "screen",
            code=0,
            proves=shows(NEW, "de_novo", "supported"),
        ),
        Case(
            "D8",
            "three alleles in the child",
            screened(at(call("0/0/1", reads=(20, 10)), "0/0", "0/0")),
            "screen",
            code=0,
            proves=lambda told: places({NEW}),
        ),
        Case(
            "D8",
            "one allele on an autosome",
            screened(at(call("1", reads=(0, 30)), "0/0", "0/0")),
            "screen",
            code=0,
            proves=lambda told: places({NEW}),
        ),
        Case(
            "D9",
            "halves of a pair, a parent not called at each",
            screened(
                trio("0/1", NO_DATA, "0/0").at("1", 1000, "A", "G").then("0/1", "0/0", NO_DATA).at("1", 2000, "A", "G")
            ),
            "screen",
            code=0,
            proves=lambda told: places({NEW, "1-2000-A-G"}),
        ),
        Case(
            "D11",
            "three reads of the allele in the father",
            screened(at("0/1", call("0/0", reads=(27, 3), phred=(0, 5, 500), quality=5), "0/0")),
            "screen",
            code=0,
            proves=lambda told: places({NEW}),
        ),
        Case(
            "D16",
            "sex of the child not known, X",
            screened(at("0/1", "0", "0/1", "X", 40_000_000, sex=Sex.UNKNOWN)),
            "screen",
            code=0,
            proves=lambda told: places({"X-40000000-A-G"}),
        ),
        Case(
            "D19",
            "mother not sequenced",
            screened(BASE.without(Role.MOTHER)),
            "screen",
            code=0,
            proves=shows(NEW, *unknown),
        ),
        Case(
            "D19",
            "child alone",
            screened(BASE.without(Role.MOTHER, Role.FATHER)),
            "screen",
            code=0,
            proves=shows(NEW, *unknown),
        ),
        Case(
            "D19",
            "affected father who carries it",
            screened(at("0/1", "0/1", "0/0").affected(Role.FATHER)),
            "screen",
            code=0,
            proves=shows(NEW, "dominant_inherited", "supported"),
        ),
        Case(
            "D19",
            "affected brother without it",
            screened(
                trio()
                .with_sibling("SIB", Sex.MALE, Affection.AFFECTED)
                .then("0/1", "0/0", "0/0", "0/0")
                .at("1", 1000, "A", "G")
                .then("1/1", "0/1", "0/1", "1/1")
                .at("1", 2000, "A", "G")
            ),
            "screen",
            code=0,
            proves=lambda told: shows("1-2000-A-G", "autosomal_recessive", "supported")(told),
        ),
        Case("D20", "two families in one file", _families, "check", ("2 families, 4 members",), code=0),
        Case("D21", "columns in another order", _reordered, "normalise", code=0, proves=as_the_sound_ones),
        Case(
            "D22",
            "no candidate at all",
            screened(at("0/0", "0/0", "0/0")),
            "screen",
            code=0,
            proves=counted("proband_without_allele", 1, 0),
        ),
    ]


def _families() -> Sequence[str]:
    """A duo and another duo whose columns stand in one file."""
    write_calls(Path("joint.vcf.gz"), [*sound_lines()])
    rows = [
        {**row, "family": family, "sample": f"{family}-{row['sample']}", "vcf_sample": row["sample"]}
        for family in ("A", "B")
        for row in rows_of_trio(vcf="joint.vcf.gz")[:2]
    ]
    arguments = check_command("joint.vcf.gz")
    from builders.sheets import SAMPLE_COLUMNS, write_sheet

    write_sheet(Path("samples.tsv"), SAMPLE_COLUMNS, rows)
    assert member("x")
    return arguments


def _reordered() -> Sequence[str]:
    lines = []
    for line in sound_lines():
        cells = line.split("\t")
        lines.append(line if line.startswith("##") else "\t".join([*cells[:9], cells[11], cells[9], cells[10]]))
    write_calls(Path("joint.vcf.gz"), lines)
    return normalise_command("joint.vcf.gz")
