"""Is a record with several alternate alleles, split by its bytes, what `bcftools norm` and `normalise` make of it?"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from builders.odd_calls import HEADER, SAMPLES, write_as
from filiation.errors import InputError
from filiation.io.raw.batches import read_file_header
from filiation.io.raw.reader import CallsFile
from filiation.io.raw.split import Splitter, kept_values

INFO = [
    '##INFO=<ID=AC,Number=A,Type=Integer,Description="Copies">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">',
    '##INFO=<ID=RO,Number=R,Type=Integer,Description="Reads">',
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known">',
    '##INFO=<ID=NAMES,Number=A,Type=String,Description="A name for each">',
]
LINES = [
    "chr1 100 . A G 50 PASS DP=3;DB GT:AD:DP:GQ:PL 0/0:9,0:9:27:0,27,300 0/1:5,6:11:99:80,0,90 ./.:.:.:.:. 0|0:.:.:.:.",
    "chr1 200 rs9 A C,T 50 PASS AC=3,70000;AF=0.25,0.125;RO=7,8,9;DB;NAMES=one,other GT:AD:DP:GQ:PL "
    "1/2:0,15,14:29:99:900,400,380,420,0,390 0|2:15,0,14:29:99:400,430,800,0,440,390 "
    "0/0:30,0,0:30:90:0,90,900,90,900,900 2|1:.:.:.:.",
    "chr1 300 . CAA C,CA,CAAA . LowQual AC=.,1,2 GT:AD:DP:GQ:PL 1/3:1,2,3,4:10:7:9,8,7,6,5,4,3,2,1,0 ./3:.:.:.:. "
    "./.:.:.:.:. 2/2:1,0,300,1:302:99:99,98,97,96,95,0,93,92,91,90",
    "chr1 400 . G A,*,<DEL> . PASS . GT:PL 0/1:9,0,9,9,9,9,9,9,9,9 2/3:9,9,9,9,9,9,9,9,0,9 .|1:. 3|3:.",
    "chr1 500 . G . . PASS . GT:DP 0/0:30 ./.:. 0/0:2 0/0:7",
    "chrX 3000000 . T C,G . PASS AC=1,1 GT:AD:DP:GQ:PL 1:0,9,0:9:60:200,0,190 0/2:5,0,4:9:50:90,99,200,0,99,180 "
    "2:0,0,8:8:60:200,190,0 .:.:.:.:.",
    "chrX 3000100 . T C,G . PASS . GT:GL:AD 1:-20,0,-19:0,9,0 2:-20,-19,0:0,0,9 0:0,-9,-9:9,0,0 .:.:.",
    "chrX 3000200 . T C . PASS . GT 0/1 1/1 0 .",
]


def text(lines: list[str]) -> str:
    return "\n".join([*HEADER[:-1], *INFO, HEADER[-1], *(line.replace(" ", "\t") for line in lines)]) + "\n"


def pieces(path: Path) -> tuple[list[bytes], CallsFile]:
    """The records of a file, split."""
    file = CallsFile(path, ())
    splitter = Splitter(file.header, str(path))
    records: list[bytes] = []
    while True:
        piece = file.take()
        linked = file.link(file.open_piece(piece, file.deflate.new_state() if file.deflate else 0))
        data, starts, ends, _ = splitter.split(linked.data, linked.starts, linked.ends, linked.first_record)
        records += [data[a:b].tobytes() for a, b in zip(starts, ends, strict=True)]
        if piece is None:
            return records, file


def written(path: Path, form: str, folder: Path) -> list[str]:
    """The split records as bcftools reads them, one line each."""
    records, file = pieces(path)
    whole = folder / f"whole.{form}"
    start = file.header.text.encode()
    if file.header.is_bcf:
        start = b"BCF\x02\x02" + len(start + b"\0").to_bytes(4, "little") + start + b"\0"
    whole.write_bytes(start + b"".join(records))
    shown = subprocess.run(
        ["bcftools", "view", "--no-version", "-H", whole], capture_output=True, text=True, check=True
    )
    return shown.stdout.splitlines()


def by_bcftools(path: Path) -> list[str]:
    """The same by `bcftools norm`, after the numbers that callers declare wrongly are as they should be."""
    command = ["bcftools", "norm", "--no-version", "-m", "-any", path]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in shown.stdout.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("form", ["vcf", "vcf.gz", "bcf", "raw_bcf"])
def test_split__gives_the_records_of_bcftools_norm(tmp_path: Path, form: str) -> None:
    usual = [line for number, line in enumerate(LINES) if number != 4]
    path = write_as(tmp_path / "several", text(usual), form)
    assert written(path, form, tmp_path) == by_bcftools(write_as(tmp_path / "plain.vcf", text(usual), "vcf"))


@pytest.mark.parametrize("form", ["vcf", "bcf"])
def test_split__a_record_without_alternate_allele_stays_as_one_that_nobody_carries(tmp_path: Path, form: str) -> None:
    path = write_as(tmp_path / "none", text([LINES[4]]), form)
    (line,) = written(path, form, tmp_path)
    assert line.split("\t")[:5] == ["chr1", "500", ".", "G", "<*>"]
    assert line.split("\t")[9:] == ["0/0:30", "./.:.", "0/0:2", "0/0:7"]


@pytest.mark.parametrize("form", ["vcf", "bcf"])
def test_split__random_records_are_those_of_bcftools_norm(tmp_path: Path, form: str) -> None:
    rng = random.Random(5)
    lines = []
    for pos in range(1000, 1300):
        n = rng.choice([1, 1, 2, 2, 3, 4, 9])
        alternates = rng.sample(["C", "G", "T", "AC", "AG", "AT", "ACC", "*", "AAA"], n)
        cells = []
        for _ in SAMPLES:
            if rng.random() < 0.15:
                cells.append("./.:.:.:.:.")
                continue
            alleles = [rng.randrange(n + 1) for _ in range(rng.choice([1, 2, 2, 2]))]
            called = rng.choice("/|").join("." if rng.random() < 0.05 else str(allele) for allele in alleles)
            reads = ",".join(str(rng.choice([0, 3, 40, 200, 40_000])) for _ in range(n + 1))
            number = n + 1 if len(alleles) == 1 else (n + 1) * (n + 2) // 2
            phred = ",".join(str(rng.choice([0, 9, 99, 990, 70_000])) for _ in range(number))
            cells.append(f"{called}:{reads}:{rng.randrange(90)}:{rng.randrange(99)}:{phred}")
        info = f"AC={','.join(str(rng.choice([1, 2, 300])) for _ in alternates)};DB" if rng.random() < 0.8 else "."
        lines.append(f"chr1 {pos} . A {','.join(alternates)} . PASS {info} GT:AD:DP:GQ:PL {' '.join(cells)}")
    path = write_as(tmp_path / "several", text(lines), form)
    assert written(path, form, tmp_path) == by_bcftools(write_as(tmp_path / "plain.vcf", text(lines), "vcf"))


@pytest.mark.parametrize("form", ["vcf", "bcf"])
def test_split__a_gvcf_is_refused_with_the_way_to_genotype_it(tmp_path: Path, form: str) -> None:
    line = "chr1 100 . A G,<NON_REF> . PASS . GT 0/1 0/0 0/0 0/0"
    path = write_as(
        tmp_path / "g", text([line]).replace("##contig", '##ALT=<ID=NON_REF,Description="x">\n##contig', 1), form
    )
    with pytest.raises(InputError, match=r"gVCF[\s\S]*genotype it first"):
        pieces(path)


def test_split__damaged_records_are_refused_and_never_a_traceback(tmp_path: Path) -> None:
    path = write_as(tmp_path / "sound.bcf", text(LINES), "bcf")
    file = CallsFile(path, ())
    linked = file.link(file.open_piece(file.take(), file.deflate.new_state() if file.deflate else 0))
    splitter = Splitter(read_file_header(path), str(path))
    sound = linked.data.copy()
    rng = random.Random(1)
    outcomes = {"split": 0, "refused": 0}
    for _ in range(1500):
        data = sound.copy()
        record = rng.randrange(len(linked.starts))
        for _ in range(rng.randint(1, 3)):
            # Not the two lengths of a record, by which it is found.
            data[rng.randrange(linked.starts[record] + 8, linked.ends[record])] = rng.randrange(256)
        try:
            splitter.split(data, linked.starts, linked.ends, 0)
        except InputError as error:
            outcomes["refused" if str(path) in str(error) else "refused without the name of the file"] += 1
        else:
            outcomes["split"] += 1
    assert min(outcomes.values()) > 100


def test_kept_values__of_every_number() -> None:
    assert kept_values("A", 3, 2, 4) == [1]
    assert kept_values("R", 4, 2, 4) == [0, 2]
    # Genotypes in the order of the specification: 00 01 11 02 12 22 03 13 23 33.
    assert [kept_values("G", 10, allele, 4) for allele in (1, 2, 3)] == [[0, 1, 2], [0, 3, 5], [0, 6, 9]]
    assert kept_values("G", 4, 3, 4) == [0, 3]
    assert kept_values("1", 3, 1, 3) is None
    assert kept_values("R", 2, 1, 3) == []
