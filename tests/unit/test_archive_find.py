"""Does each question about all families name those, and only those, that it concerns?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.archive import analysis, call, coverage, make_archive, trio
from filiation.__main__ import main
from filiation.archive.find import analysed_before, parents_below, version_key
from filiation.archive.store import Archive
from filiation.archive.write import add_analysis
from filiation.errors import ConfigError, InputError


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """NEW: panel 1.10.0, father thin in PKD1. OLD: 1.9.0, both well read. BARE: no coverage of genes, calls alone."""
    made = make_archive(tmp_path / "A", [])
    depths = {"NEW": {"father": 12.0, "mother": 40.0}, "OLD": {"father": 35.0, "mother": 22.0}}
    for name, version in (("NEW", "1.10.0"), ("OLD", "1.9.0")):
        family = trio(name)
        measured = [*coverage(family, "PKD1", depths[name]), *coverage(family, "SCN1A", {"father": 30, "mother": 30})]
        add_analysis(made, analysis(family, [call(1_000)], gene_coverage=measured, panel_version=version))
    bare = trio("BARE")
    shallow = call(5_000, gene=["PKD1"], samples=["0/1:15,15:30", "0/0:9,0:9", "0/0:30,0:30"])
    add_analysis(made, analysis(bare, [call(1_000), shallow], panel="myopathies", panel_version="2"))
    return made


def test_find__versions_are_numbers_and_not_words(archive: Archive) -> None:
    assert version_key("1.9.0") < version_key("1.10.0") < version_key("1.10.0.1") < version_key("2.0")
    assert [row["family"] for row in analysed_before(archive, "nbia", "1.10.0")] == ["OLD"]
    assert [row["family"] for row in analysed_before(archive, "nbia", "2")] == ["NEW", "OLD"]
    assert analysed_before(archive, "nbia", "1.9.0") == []


def test_find__a_family_analysed_again_with_the_newer_panel_is_no_longer_named(archive: Archive) -> None:
    add_analysis(
        archive, analysis(trio("OLD"), [call(1_000)], panel_version="1.10.0", kind="reanalysis", date="2026-05-01")
    )
    assert analysed_before(archive, "nbia", "1.10.0") == []


def test_find__an_unknown_panel_names_the_nearest(archive: Archive) -> None:
    with pytest.raises(InputError, match="did you mean 'myopathies'"):
        analysed_before(archive, "myopathie", "2")


def test_find__a_thin_parent_by_the_reads_or_by_the_calls_and_says_which(archive: Archive) -> None:
    rows = parents_below(archive, 15, "PKD1")
    assert [(row["family"], row["role"], row["mean_depth"], row["source"]) for row in rows] == [
        ("BARE", "father", 9.0, "genotype_depths"),
        ("NEW", "father", 12.0, "gene_coverage"),
    ]
    # Above the limit of the index the tables themselves are read.
    rows = parents_below(archive, 25, "PKD1")
    assert {(row["family"], row["role"]) for row in rows} == {("BARE", "father"), ("NEW", "father"), ("OLD", "mother")}
    assert parents_below(archive, 15, "HGNC:1")[-1]["family"] == "NEW"


def test_find__no_data_at_the_place_is_unknown_and_never_well_read(archive: Archive) -> None:
    rows = parents_below(archive, 15, "SCN1A")
    assert {(row["family"], row["source"], row["mean_depth"]) for row in rows} == {("BARE", "unknown", None)}
    # A gene outside the panels was measured in no family.
    assert {row["family"] for row in parents_below(archive, 15, "TTN") if row["source"] == "unknown"} == {
        "BARE", "NEW", "OLD"
    }  # fmt: skip


def test_find__a_region_is_read_from_the_stored_records(archive: Archive) -> None:
    rows = parents_below(archive, 15, "1:4,900-5,100")
    assert [(row["family"], row["role"]) for row in rows if row["source"] == "genotype_depths"] == [("BARE", "father")]
    with pytest.raises(ConfigError, match="START <= END"):
        parents_below(archive, 15, "chr1:10-5")


def test_find__command_asks_one_question_at_a_time(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(archive.path)
    assert main(["archive", "find", path, "--carriers-in", "GENE1"]) == 0
    assert {"BARE", "NEW", "OLD"} <= set(capsys.readouterr().out.split())
    assert main(["archive", "find", path, "--panel", "nbia", "--before-version", "1.10.0"]) == 0
    told = capsys.readouterr()
    assert "OLD" in told.out
    assert "1 families" in told.err
    assert main(["archive", "find", path, "--panel", "nbia"]) == 2
    assert main(["archive", "find", path, "--carriers-in", "SCN1AA"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_show_and_list__tell_what_is_there(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "list", str(archive.path), "--pre-indication", "nbia"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["family", "BARE", "NEW", "OLD"]
    assert main(["archive", "show", str(archive.path), "NEW"]) == 0
    assert "nbia 1.10.0" in capsys.readouterr().out
    assert main(["archive", "show", str(archive.path), "NEWT"]) == 2
    assert "did you mean 'NEW'?" in capsys.readouterr().err
