"""Depth over known bases, with mosdepth and without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from builders.alignments import aligned_person, prepare
from builders.reads import mask, random_genome
from filiation.errors import InputError
from filiation.io.tables import read_table
from filiation.io.tools import find_tool
from filiation.model.columns import COVERAGE
from filiation.reads.coverage import coverage, mosdepth_problem

pytestmark = pytest.mark.tools

_RANDOM = random_genome({"chr1": 12_000, "chr2": 3_000}, seed=5)
GENOME = {"chr1": mask(_RANDOM["chr1"], 4000, 6000), "chr2": _RANDOM["chr2"], "chr3": "N" * 500}


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The prepared genome and one CRAM of depth 24."""
    folder = tmp_path_factory.mktemp("person")
    reference = prepare(folder, GENOME)
    sequenced = {name: sequence for name, sequence in GENOME.items() if name != "chr3"}
    return reference, aligned_person(folder, reference, sequenced, "child", depth=24)


def without_mosdepth(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a mosdepth on PATH that fails as the real one does where libhts.so is missing."""
    script = folder / "mosdepth"
    script.write_text("#!/bin/sh\necho 'could not load: libhts.so' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_coverage__bases_that_are_n_do_not_count(person: tuple[Path, Path], tmp_path: Path) -> None:
    reference, cram = person
    coverage(cram, "child", reference, 1, tmp_path / "c.tsv")
    rows = {row["chrom"]: row for row in read_table(tmp_path / "c.tsv", COVERAGE).rows}
    assert {name: row["length"] for name, row in rows.items()} == {
        "chr1": 10_000,
        "chr2": 3_000,
        "chr3": 0,
        "total": 13_000,
    }
    # Fragments that meet the masked 2,000 bases were not sequenced: a little below 24.
    assert 21 < rows["total"]["mean_depth"] < 24
    assert rows["total"]["fraction_10x"] > 0.85
    assert rows["total"]["fraction_20x"] < rows["total"]["fraction_10x"]
    assert rows["chr3"]["mean_depth"] is None


def test_coverage__mosdepth_that_cannot_load_its_library_is_replaced_and_said(
    person: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reference, cram = person
    without_mosdepth(tmp_path, monkeypatch)
    assert "libhts" in mosdepth_problem()
    coverage(cram, "child", reference, 1, tmp_path / "c.tsv")
    assert "libhts.so" in capsys.readouterr().err
    assert read_table(tmp_path / "c.tsv", COVERAGE).rows[-1]["chrom"] == "total"


@pytest.mark.skipif(
    find_tool("mosdepth") is None or mosdepth_problem() != "", reason="mosdepth does not run on this machine"
)
def test_coverage__is_the_same_with_and_without_mosdepth(
    person: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, cram = person
    coverage(cram, "child", reference, 1, tmp_path / "with.tsv")
    without_mosdepth(tmp_path, monkeypatch)
    coverage(cram, "child", reference, 1, tmp_path / "without.tsv")
    assert (tmp_path / "with.tsv").read_bytes() == (tmp_path / "without.tsv").read_bytes()


def test_coverage__reads_of_another_sample_stop(person: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reads of sample 'child'"):
        coverage(person[1], "father", person[0], 1, tmp_path / "c.tsv")
