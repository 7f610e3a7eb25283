"""Does the compressed table name every record that the screen removed, once, and nothing else?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pysam
import pytest

from builders.vcf import header_lines, record, write_vcf
from filiation.__main__ import main
from filiation.errors import InputError
from filiation.io.tables import read_table
from filiation.model.columns import FUNNEL
from filiation.scoring.excluded import read_excluded

PED = "FAM\tIDX\tFAT\tMOT\t2\t2\nFAM\tFAT\t0\t0\t1\t1\nFAM\tMOT\t0\t0\t2\t1\n"
FORMATS = [
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
]


def site(pos: int, proband: str, father: str, mother: str) -> str:
    """A record with depths that suit the genotypes."""
    reads = {"0/0": "30,0", "0/1": "15,15", "1/1": "0,30", "./.": "0,0"}
    calls = [f"{call}:{reads[call]}:{0 if call == './.' else 30}:99" for call in (proband, father, mother)]
    line = record("1", pos, "A", "C").split("\t")
    return "\t".join([*line, "GT:AD:DP:GQ", *calls])


SITES = {
    100: ("./.", "0/1", "0/0", "proband_without_data"),
    200: ("0/0", "0/1", "0/0", "proband_without_allele"),
    300: ("0/1", "0/0", "0/0", "kept"),
    400: ("1/1", "1/1", "0/1", "no_inheritance_pattern"),
}


@pytest.fixture
def screened(tmp_path: Path) -> Path:
    """A family that was screened with --excluded."""
    (tmp_path / "FAM.ped").write_text(PED, "utf-8")
    lines = header_lines({"1": 1000}, ["IDX", "FAT", "MOT"], FORMATS)
    lines += [site(pos, *calls[:3]) for pos, calls in SITES.items()]
    write_vcf(tmp_path / "calls.vcf", lines)
    with (
        pysam.VariantFile(str(tmp_path / "calls.vcf")) as source,
        pysam.VariantFile(str(tmp_path / "FAM.bcf"), "wb", header=source.header) as sink,
    ):
        for entry in source:
            sink.write(entry)
    return tmp_path


def screen(folder: Path, table: str) -> Path:
    """Run the screen; the table's path."""
    arguments = ["--pedigree", "FAM.ped", "--variants", "FAM.bcf", "--output", "out.bcf", "--funnel", "funnel.tsv"]
    full = [str(folder / word) if "." in word else word for word in [*arguments, "--excluded", table]]
    assert main(["screen", *full]) == 0
    return folder / table


def test_excluded__names_every_removed_record_and_agrees_with_the_funnel(screened: Path) -> None:
    rows = list(read_excluded(screen(screened, "FAM.excluded.tsv.gz")))
    assert [(row["pos"], row["reason"]) for row in rows] == [
        (pos, calls[3]) for pos, calls in SITES.items() if calls[3] != "kept"
    ]
    assert {(row["chrom"], row["ref"], row["alt"]) for row in rows} == {("1", "A", "C")}
    counts = {row["reason"]: row["count"] for row in read_table(screened / "funnel.tsv", FUNNEL).rows}
    assert counts["records_in"] == len(rows) + counts["records_out"]
    assert all(counts[row["reason"]] == 1 for row in rows)


def test_excluded__has_the_same_bytes_at_every_run(screened: Path) -> None:
    first = screen(screened, "a.tsv.gz").read_bytes()
    assert screen(screened, "b.tsv.gz").read_bytes() == first
    assert str(screened).encode() not in gzip.decompress(first)


def test_excluded__a_cut_table_is_refused(screened: Path) -> None:
    path = screen(screened, "FAM.excluded.tsv.gz")
    path.write_bytes(path.read_bytes()[:-28])
    with pytest.raises(InputError, match="truncated"):
        list(read_excluded(path))
