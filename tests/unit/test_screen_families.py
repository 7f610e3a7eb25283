"""Trio, duo, solo and quartet of one joint file: is each family screened as if it were alone in its file?"""

from __future__ import annotations

import random
from pathlib import Path

import pysam
import pytest

from builders.annotated import CONTIGS, FORMATS, Site
from builders.vcf import header_lines, write_vcf
from filiation.__main__ import main
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, FUNNEL

FAMILIES = {
    "TRIO": {"T1": ("T2", "T3", 1, 2), "T2": ("0", "0", 1, 1), "T3": ("0", "0", 2, 1)},
    "DUO": {"D1": ("0", "D2", 2, 2), "D2": ("0", "0", 2, 1)},
    "SOLO": {"S1": ("0", "0", 1, 2)},
    "QUARTET": {
        "Q1": ("Q2", "Q3", 1, 2), "Q2": ("0", "0", 1, 1), "Q3": ("0", "0", 2, 2), "Q4": ("Q2", "Q3", 1, 1),
    },
}  # fmt: skip
CALLS = ("0/0", "0/0", "0/1", "0/1", "1/1", "./.")


def ped_lines(name: str) -> str:
    """A family's lines of a PED file."""
    return "".join(
        f"{name}\t{who}\t{father}\t{mother}\t{sex}\t{ill}\n"
        for who, (father, mother, sex, ill) in FAMILIES[name].items()
    )


def write_calls(path: Path, samples: list[str], rows: list[dict[str, str]]) -> Path:
    """The calls of some samples, in the order given."""
    lines = header_lines(CONTIGS, samples, FORMATS)
    for number, row in enumerate(rows):
        chrom, start = ("chr1", 1000) if number < 300 else ("chrX", 50_000_000)
        lines.append(Site(start + number, [row[sample] for sample in samples], f"G{number % 20}", chrom).line())
    text = write_vcf(path.with_suffix(".vcf"), lines)
    with (
        pysam.VariantFile(str(text)) as source,
        pysam.VariantFile(str(path), "wb", header=source.header) as sink,
    ):
        for entry in source:
            sink.write(entry)
    return path


@pytest.fixture(scope="module")
def joint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file of all families, its samples shuffled, and one file and PED for each family."""
    folder = tmp_path_factory.mktemp("families")
    rng = random.Random(11)
    samples = [sample for people in FAMILIES.values() for sample in people]
    rows = [{sample: rng.choice(CALLS) for sample in samples} for _ in range(400)]
    shuffled = rng.sample(samples, len(samples))
    write_calls(folder / "all.bcf", shuffled, rows)
    (folder / "all.ped").write_text("".join(map(ped_lines, FAMILIES)), "utf-8")
    for name, people in FAMILIES.items():
        write_calls(folder / f"{name}.bcf", list(people), rows)
        (folder / f"{name}.ped").write_text(ped_lines(name), "utf-8")
    return folder


def outcome(folder: Path, ped: str, calls: str, label: str, *options: str) -> tuple[object, ...]:
    """Evidence of the survivors, the funnel and the candidates."""
    common = ["--pedigree", str(folder / f"{ped}.ped"), *options]
    kept, out = str(folder / f"{label}.s.bcf"), folder / label
    screen = ["--variants", str(folder / f"{calls}.bcf"), "--output", kept, "--funnel", f"{out}.f"]
    assert main(["screen", *common, *screen]) == 0
    tables = ["--candidates", f"{out}.c", "--removed", f"{out}.r", "--funnel", f"{out}.g"]
    assert main(["prioritise", *common, "--variants", kept, *tables]) == 0
    with pysam.VariantFile(kept) as survivors:
        evidence = [
            (entry.chrom, entry.pos, {name: entry.info[name] for name in entry.info if name.isupper()})
            for entry in survivors
        ]
    return evidence, read_table(f"{out}.f", FUNNEL).rows, read_table(f"{out}.c", CANDIDATES).rows


@pytest.mark.parametrize("name", list(FAMILIES))
def test_families__each_of_a_joint_file_is_screened_as_if_it_were_alone(joint: Path, name: str) -> None:
    together = outcome(joint, "all", "all", f"joint-{name}", "--family", name)
    alone = outcome(joint, name, name, f"alone-{name}")
    assert together == alone
    assert together[2], "a family without candidates proves nothing"


def test_families__several_without_a_name_and_an_unknown_one_are_told(
    joint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = ["--variants", str(joint / "all.bcf"), "--output", str(joint / "x.bcf"), "--funnel", str(joint / "x.tsv")]
    assert main(["screen", "--pedigree", str(joint / "all.ped"), *paths]) == 2
    assert "4 families: TRIO, DUO, SOLO, QUARTET" in capsys.readouterr().err
    assert main(["screen", "--pedigree", str(joint / "all.ped"), "--family", "TROI", *paths]) == 2
    told = capsys.readouterr().err
    assert "no family 'TROI'" in told
    assert "TRIO" in told
