"""Are the stored records those of the run, bit for bit, and is every removed record kept with its reason?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.annotated import Site, call, write_family
from builders.vcf import record, write_indexed
from filiation.__main__ import main
from filiation.archive.calls import (
    Places,
    calls_table,
    chosen_rows,
    counted_records,
    excluded_part,
    excluded_table,
    genotypes_table,
)
from filiation.archive.places import NEAR_BASES, load_listed_alleles, load_near_genes
from filiation.archive.read import write_records
from filiation.archive.record_text import exact_text
from filiation.config import scoring_model_path
from filiation.errors import InputError
from filiation.io.ped import read_pedigree
from filiation.scoring.excluded import read_excluded
from filiation.scoring.model import load_scoring_model

SITES = [
    Site(10_000, ["0/1", "0/0", "0/0"]),
    Site(20_000, ["0/1", "0/1", "0/0"], gene="GENE2"),
    Site(20_100, ["0/1", "0/0", "0/1"], gene="GENE2"),
    Site(30_000, ["0/0", "0/1", "0/0"], gene="GENE3"),
    Site(30_500, ["0/0", "0/1", "./."], gene="GENE3"),
    Site(40_000, ["0/0", "0/0", call("0/1", reads=(11, 7))], gene=""),
    Site(5_000, ["1/1", "0/1", "0/1"], chrom="chr15", gene="GENE4"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A family's calls after the screen, with the table of what it removed."""
    folder = tmp_path_factory.mktemp("run")
    write_family(folder, SITES)
    arguments = ["--pedigree", "FAM.ped", "--variants", "FAM.bcf", "--output", "s.bcf", "--funnel", "s.tsv"]
    named = [str(folder / text) if "." in text else text for text in arguments]
    assert main(["screen", *named, "--excluded", str(folder / "x.tsv.gz")]) == 0
    return folder


def _body(path: Path) -> str:
    return subprocess.run(
        ["bcftools", "view", "--no-version", str(path)], capture_output=True, text=True, check=True
    ).stdout


def test_calls__the_annotated_calls_are_rebuilt_bit_for_bit(run: Path, tmp_path: Path) -> None:
    family = read_pedigree(run / "FAM.ped")
    table = calls_table(run / "s.bcf", family, Places())
    assert table.num_rows == write_records(table, tmp_path / "again.bcf") > 2
    assert _body(tmp_path / "again.bcf") == _body(run / "s.bcf")
    with pysam.VariantFile(str(run / "s.bcf")) as first, pysam.VariantFile(str(tmp_path / "again.bcf")) as second:
        for one, other in zip(first, second, strict=True):
            # Text has six digits; the stored decimals must be the same to the last bit.
            assert dict(one.info) == dict(other.info)


def test_calls__regions_give_only_the_records_that_touch_them(run: Path, tmp_path: Path) -> None:
    table = calls_table(run / "s.bcf", read_pedigree(run / "FAM.ped"), Places())
    assert write_records(table, tmp_path / "part.bcf", regions=[("1", 19_990, 20_010), ("chr15", 1, 6_000)]) == 2


def test_removed_records__each_is_whole_or_has_its_reason_and_none_is_lost(run: Path) -> None:
    family, model = read_pedigree(run / "FAM.ped"), load_scoring_model(scoring_model_path())
    (run / "genes.bed").write_text("chr1\t30000\t30100\tGENE3\n", "utf-8")
    excluded = excluded_table(run / "x.tsv.gz")
    kept_for = chosen_rows(excluded, Places(load_near_genes(run / "genes.bed")))
    whole = genotypes_table(run / "FAM.bcf", family, excluded.filter(kept_for > 0), kept_for[kept_for > 0], model)
    left = excluded.filter(kept_for == 0)
    rest, counted = excluded_part(left), counted_records(left)
    told = {(row["chrom"], row["pos"], row["reason"]) for row in read_excluded(run / "x.tsv.gz")}
    stored = {(row["contig"], row["pos"], row["reason"]) for row in [*whole.to_pylist(), *rest.to_pylist()]}
    # What the index case does not carry is counted by contig when it is not near a gene; nothing else is missing.
    assert {reason for _, _, reason in told - stored} == {"proband_without_allele"}
    assert stored <= told
    assert sum(counted.values()) == len(told - stored) > 0
    assert {row["change"] for row in rest.to_pylist()} <= {"A>C"}
    assert [row["pos"] for row in whole.to_pylist()] == [30_000]
    row = whole.to_pylist()[0]
    assert (row["proband_state"], row["father_state"], row["mother_state"]) == (0, 2, 0)
    assert [cell.split(":")[0] for cell in row["samples"]] == ["0/0", "0/1", "0/0"]


def test_removed_records__no_data_of_a_member_is_unknown_and_not_absent(run: Path) -> None:
    family, model = read_pedigree(run / "FAM.ped"), load_scoring_model(scoring_model_path())
    excluded = excluded_table(run / "x.tsv.gz")
    chosen = np.array(excluded.column("pos").to_numpy() == 30_500)
    row = genotypes_table(run / "FAM.bcf", family, excluded.filter(chosen), chosen[chosen], model).to_pylist()[0]
    assert (row["father_state"], row["mother_state"]) == (2, -1)


def test_removed_records__calls_that_were_not_screened_are_refused(run: Path, tmp_path: Path) -> None:
    family, model = read_pedigree(run / "FAM.ped"), load_scoring_model(scoring_model_path())
    write_family(tmp_path, SITES[:3])
    excluded = excluded_table(run / "x.tsv.gz")
    with pytest.raises(InputError, match="not in the calls"):
        genotypes_table(tmp_path / "FAM.bcf", family, excluded, np.ones(excluded.num_rows, dtype=np.uint8), model)


def test_places__near_ends_at_its_last_base_and_long_deletions_reach_it(tmp_path: Path) -> None:
    (tmp_path / "genes.bed").write_text("chr1\t999\t1000\tG\n1\t1200\t1300\tG\n", "utf-8")
    near = load_near_genes(tmp_path / "genes.bed")
    first = np.array([1_000 - NEAR_BASES - 1, 1_000 - NEAR_BASES, 1_000 + NEAR_BASES, 1_000 + NEAR_BASES + 1, 1_100])
    last = np.array([*first[:4], 1_201 - NEAR_BASES])
    assert near.contains("1", first, last).tolist() == [False, True, True, False, True]
    assert not near.contains("chr2", first, last).any()


def test_places__clinvar_lists_alleles_and_not_positions(tmp_path: Path) -> None:
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=1>", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]
    write_indexed(tmp_path / "clinvar.vcf.gz", [*lines, record("1", 10, "A", "C,G"), record("1", 12, "T", "A")])
    listed = load_listed_alleles(tmp_path / "clinvar.vcf.gz")
    found = listed.contains("chr1", np.array([10, 10, 12, 12]), ["A", "A", "T", "T"], ["G", "T", "A", "C"])
    assert found.tolist() == [True, False, True, False]


@settings(max_examples=200, deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_decimals__text_names_the_stored_number_exactly(value: float) -> None:
    assert np.float32(exact_text(value, f"{value:g}")) == np.float32(value)


def test_decimals__missing_stays_missing() -> None:
    assert exact_text(None, ".") == "."
