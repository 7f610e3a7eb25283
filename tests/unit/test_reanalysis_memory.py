"""Does a monthly release touch only the families of which something changed since they were last compared?"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from builders.panel import write_panel
from builders.reanalysis import PATHOGENIC, UNCERTAIN, archived, write_release
from builders.trio import Trio, trio, write_clinvar, write_frequencies
from filiation.__main__ import main
from filiation.archive.lock import INDEX_LOCK, family_lock
from filiation.archive.store import create_archive, open_archive
from filiation.archive.verify import verify
from filiation.cohort.compact import compact
from filiation.config import rank_weights_path
from filiation.io.files import sha256
from filiation.reanalysis.compared import LastCompared, remember
from filiation.reanalysis.release import read_release

MISSENSE = "missense_variant"


def carrier() -> Trio:
    """A new missense change, and one copy from the father in a gene where there is nothing else."""
    calls = trio("0/1", "0/0", "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    return calls.then("0/1", "0/1", "0/0").at("2", 500, "A", "G", consequence=MISSENSE, gene="GENE6")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two families that carry the same, judged with the ClinVar `old`."""
    folder = tmp_path_factory.mktemp("template")
    old = write_clinvar(folder / "old.vcf.gz", [f"1 100 11 A G {UNCERTAIN}"])
    panel = write_panel(folder / "panel.tsv", {"GENE9": ("core", "AD")})
    with create_archive(folder / "archive", "GRCh38") as opened:
        for name in ("FAM1", "FAM2"):
            archived(opened, name, carrier(), folder / name, clinvar=old, panel=panel)
    return folder / "archive"


@pytest.fixture
def archive(template: Path, tmp_path: Path) -> Path:
    """An archive of its own for each test."""
    return Path(shutil.copytree(template, tmp_path / "archive"))


def clinvar(folder: Path, name: str, *records: str) -> Path:
    """A release with one ClinVar; no two have the same bytes."""
    lines = [
        f"1 100 11 A G {UNCERTAIN}",
        *records,
        f"3 {1000 + len(name)} 99 A {'ACGT'[len(name) % 3 + 1]} {UNCERTAIN}",
    ]
    path = write_clinvar(folder / f"{name}.vcf.gz", lines)
    return write_release(folder / f"{name}.yaml", clinvar={"path": str(path), "version": name})


def judged(capsys: pytest.CaptureFixture[str], archive: Path, release: Path, *options: str) -> int:
    """How many families a release judged."""
    chosen = [] if "--family" in options else ["--all"]
    output = ["--output-dir", str(archive.parent / "list"), "--no-reports"]
    capsys.readouterr()
    assert main(["reanalyse", str(archive), "--release", str(release), *output, *chosen, *options]) == 0
    return int(re.findall(r"families, (\d+) judged", capsys.readouterr().err)[-1])


CARRIED = f"2 500 12 A G {PATHOGENIC}"


def test_release__what_came_to_nothing_for_a_family_is_not_asked_again(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(capsys, archive, clinvar(tmp_path, "january", CARRIED)) == 2
    with open_archive(archive, write=True) as opened, family_lock(archive, INDEX_LOCK):
        assert [opened.family(name).latest for name in ("FAM1", "FAM2")] == [1, 1]
        # The memory is of the analysis, wherever the index keeps its rows.
        compact(opened)
    assert judged(capsys, archive, clinvar(tmp_path, "february", CARRIED)) == 0
    assert judged(capsys, archive, clinvar(tmp_path, "mars")) == 0, "as it was when the families were analysed"
    assert judged(capsys, archive, clinvar(tmp_path, "april!", CARRIED)) == 2, "it was not there in March"
    with open_archive(archive) as opened:
        assert len(list((archive / "releases" / "clinvar").iterdir())) == 1
        assert verify(opened) == []


def test_release__the_second_run_of_the_same_release_changes_no_byte(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = clinvar(tmp_path, "january", CARRIED, f"2 700 13 A G {PATHOGENIC}")
    judged(capsys, archive, release)
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    assert judged(capsys, archive, release) == 0
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before


def test_release__only_the_families_that_were_asked_for_are_remembered(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(capsys, archive, clinvar(tmp_path, "january", CARRIED), "--family", "FAM1") == 1
    assert judged(capsys, archive, clinvar(tmp_path, "february", CARRIED)) == 1
    assert judged(capsys, archive, clinvar(tmp_path, "march", CARRIED)) == 0


def test_release__a_dry_run_remembers_nothing(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(capsys, archive, clinvar(tmp_path, "january", CARRIED), "--dry-run") == 2
    assert not (archive / "releases" / "clinvar").exists()
    assert judged(capsys, archive, clinvar(tmp_path, "february", CARRIED)) == 2


def test_release__without_the_kept_alleles_the_stored_records_are_asked(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(capsys, archive, clinvar(tmp_path, "january", CARRIED))
    shutil.rmtree(archive / "releases" / "clinvar")
    assert judged(capsys, archive, clinvar(tmp_path, "february", CARRIED)) == 2


def links(folder: Path, name: str, *genes: str) -> Path:
    """A release with links of genes, given by symbol, and a disease."""
    path = folder / f"{name}.txt"
    numbers = {"SYNGAP1": 8831, "OR4F5": 79501, "BRCA2": 675}
    lines = [f"NCBIGene:{numbers[gene]}\t{gene}\tMENDELIAN\tOMIM:616339\ttest" for gene in genes]
    head = "ncbi_gene_id\tgene_symbol\tassociation_type\tdisease_id\tsource"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return write_release(folder / f"{name}.yaml", hpo_gene_diseases={"path": str(path), "version": name})


def test_links__a_gene_that_stays_linked_is_not_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = trio("0/1", "0/0", "0/0").at("1", 100, "A", "G", consequence=MISSENSE, gene="OR4F5")
    with create_archive(tmp_path / "archive", "GRCh38") as opened:
        archived(opened, "FAM1", calls, tmp_path / "one")
    archive = tmp_path / "archive"
    assert judged(capsys, archive, links(tmp_path, "january", "OR4F5")) == 1
    assert judged(capsys, archive, links(tmp_path, "february", "BRCA2", "OR4F5")) == 0
    assert judged(capsys, archive, links(tmp_path, "march", "BRCA2")) == 1


def test_memory__of_a_judged_family_holds_the_files_of_that_release_alone(archive: Path, tmp_path: Path) -> None:
    january = read_release(clinvar(tmp_path, "january", CARRIED), "GRCh38")
    february = read_release(links(tmp_path, "february", "BRCA2"), "GRCh38")
    with open_archive(archive, write=True) as opened:
        remember(opened, january, ["FAM1"], ["FAM2"])
        remember(opened, february, ["FAM1"], ["FAM2"])
        last = LastCompared(opened)
        # What came to nothing in January may come to something together with February's links.
        assert {family.name: sorted(last.remembered(family)) for family in last.families} == {
            "FAM1": ["hpo_gene_diseases"],
            "FAM2": ["clinvar", "hpo_gene_diseases"],
        }
        assert last.remembered_by_checksum("clinvar") == {january.resources[0].sha256: {"FAM2"}}
        assert set(last.by_checksum("clinvar")) == {
            january.resources[0].sha256,
            opened.analysis("FAM1").inputs["clinvar"]["sha256"],
        }


def test_release__the_same_frequencies_and_weights_again_concern_nobody(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_frequencies(tmp_path / "population.vcf.gz", ["1 999 . A G AF=0.2;nhomalt=0"])
    entries = {"frequencies": [{"name": "population", "path": str(source)}], "rank_weights": str(rank_weights_path())}
    told = []
    for name in ("january", "february"):
        judged(capsys, archive, write_release(tmp_path / f"{name}.yaml", **entries, clinvar=_clinvar(tmp_path, name)))
        with open_archive(archive) as opened:
            last = LastCompared(opened)
            told.append(last.compared_with({"frequency:population": sha256(source)}, "frequency:"))
    assert told == [{"FAM1", "FAM2"}, {"FAM1", "FAM2"}]
    release = write_release(tmp_path / "march.yaml", **entries)
    capsys.readouterr()
    options = ("--all", "--output-dir", str(tmp_path / "list"), "--no-reports")
    assert main(["reanalyse", str(archive), "--release", str(release), *options]) == 0
    assert "0 judged (chosen: 0 for rule, 0 for frequency)" in capsys.readouterr().err


def _clinvar(folder: Path, name: str) -> str:
    """A ClinVar of its own that says what the families were judged with."""
    clinvar(folder, f"{name}-clinvar")
    return str(folder / f"{name}-clinvar.vcf.gz")
