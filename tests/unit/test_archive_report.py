"""Is a report made from the archive as whole as the one that the run wrote?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builders.annotated import Site, write_family
from filiation.__main__ import main
from filiation.archive.store import open_archive
from filiation.io.tables import read_table, write_table
from filiation.model.columns import GATE, QUALITY, SEGMENTS, VERSIONS

SITES = [Site(10_000, ["0/1", "0/0", "0/0"]), Site(20_000, ["0/1", "0/1", "0/1"], gene="GENE2")]
DAY = "2026-11-22"
REASON = "father is the adoptive father"
TESTS = "microarray:normal;fragile_x"
FAILED = {"check": "kinship", "sample": "IDX+FAT", "observed": "unrelated", "expected": "parent and child",
          "meaning": "father FAT is not a parent of proband IDX: they look unrelated"}  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """results/ of a finished run with a failed check that was overruled, ages and earlier examinations."""
    folder = tmp_path / "results" / "FAM"
    for name in ("normalised", "screened", "annotated", "prioritisation", "quality", "report"):
        (folder / name).mkdir(parents=True)
    write_family(tmp_path, SITES)
    shutil.move(tmp_path / "FAM.ped", folder / "FAM.ped")
    shutil.move(tmp_path / "FAM.bcf", folder / "normalised" / "FAM.bcf")
    names = {name: str(folder / "prioritisation" / f"FAM.{name}.tsv") for name in ("candidates", "removed", "funnel")}
    screened = str(folder / "screened" / "FAM")
    arguments = ["--pedigree", str(folder / "FAM.ped"), "--variants", str(folder / "normalised" / "FAM.bcf")]
    arguments += ["--output", f"{screened}.bcf", "--funnel", f"{screened}.funnel.tsv"]
    assert main(["screen", *arguments, "--excluded", f"{screened}.excluded.tsv.gz"]) == 0
    shutil.copy(f"{screened}.bcf", folder / "annotated" / "FAM.bcf")
    options = [word for name, path in names.items() for word in (f"--{name}", path)]
    given = ["--pedigree", str(folder / "FAM.ped"), "--variants", str(folder / "annotated" / "FAM.bcf")]
    assert main(["prioritise", *given, *options]) == 0
    write_table(folder / "quality" / "FAM.quality.tsv", QUALITY, [{**FAILED, "verdict": "FAIL"}], {"family": "FAM"})
    write_table(folder / "quality" / "FAM.segments.tsv", SEGMENTS, [])
    gate = ["--override-reason", REASON, "--output", str(folder / "quality" / "FAM.gate.tsv")]
    assert main(["quality-gate", "--quality", str(folder / "quality" / "FAM.quality.tsv"), *gate]) == 0
    run = folder.parent / "run"
    run.mkdir()
    lines = {"date": DAY, "settings": "2", "settings.quality.override_reasons.FAM": f"{REASON} instead of null",
             "settings.quality.override_reasons.OTHER": "a neighbour's secret instead of null"}  # fmt: skip
    model = {"name": "model-1.yaml", "kind": "model", "version": "1", "sha256": "a" * 64}
    write_table(run / "versions.tsv", VERSIONS, [{**model, "name": "filiation", "kind": "package"}], lines)
    (run / "config.yaml").write_text("samples: samples.tsv\nreport: {external_links: true}\n", "utf-8")
    sheet = ["family\tsample\trole\tsex\taffected\tage_at_sampling\tprevious_tests\tvcf"]
    calls = folder / "normalised" / "FAM.bcf"
    members = (
        ("IDX", "proband", "yes", "4.5", TESTS),
        ("FAT", "father", "no", "31", ""),
        ("MOT", "mother", "no", "", ""),
    )
    sexes = {"IDX": "female", "FAT": "male", "MOT": "female"}
    for sample, role, affected, age, tests in members:
        sheet.append("\t".join(["FAM", sample, role, sexes[sample], affected, age, tests, str(calls)]))
    (tmp_path / "samples.tsv").write_text("\n".join(sheet) + "\n", "utf-8")
    return folder.parent


def add(results: Path, *options: str) -> Path:
    """`filiation archive add`; the archive."""
    archive = results.parent / "A"
    given = ["--family", "FAM", "--results", str(results), "--date", DAY, *options]
    assert main(["archive", "add", str(archive), *given]) == 0
    return archive


def run_report(results: Path) -> Path:
    """The report as the run writes it; its folder."""
    folder, out = results / "FAM", results.parent / "by_run"
    out.mkdir()
    steps = [str(folder / step / "FAM.funnel.tsv") for step in ("screened", "prioritisation")]
    arguments = ["--family", "FAM", "--pedigree", str(folder / "FAM.ped"), "--funnel", *steps]
    arguments += ["--candidates", str(folder / "prioritisation" / "FAM.candidates.tsv")]
    arguments += ["--removed", str(folder / "prioritisation" / "FAM.removed.tsv")]
    arguments += ["--quality", str(folder / "quality" / "FAM.quality.tsv")]
    arguments += ["--segments", str(folder / "quality" / "FAM.segments.tsv")]
    arguments += ["--versions", str(results / "run" / "versions.tsv"), "--override-reason", REASON]
    arguments += ["--ages", "IDX=4.5", "FAT=31", "--previous-tests", TESTS, "--external-links"]
    arguments += ["--panels", str(Path(__file__).parents[2] / "resources" / "panels")]
    names = {"output": "FAM.rcp.html", "table": "FAM.rcp.tsv", "json": "FAM.rcp.json"}
    arguments += [word for option, name in names.items() for word in (f"--{option}", str(out / name))]
    assert main(["report", *arguments]) == 0
    return out


def test_report__from_the_archive_is_that_of_the_run_byte_for_byte(results: Path) -> None:
    archive, by_run = add(results), run_report(results)
    again = results.parent / "again"
    assert main(["archive", "report", str(archive), "FAM", "--output-dir", str(again)]) == 0
    for name in ("FAM.rcp.json", "FAM.rcp.html"):
        assert (again / "FAM" / name).read_text("utf-8") == (by_run / name).read_text("utf-8"), name
    # The archive keeps the lines of a header by name.
    tables = [(path / "FAM.rcp.tsv").read_text("utf-8").splitlines() for path in (again / "FAM", by_run)]
    assert sorted(tables[0]) == sorted(tables[1])
    assert {path.name for path in (again / "FAM").iterdir()} == {
        "FAM.rcp.html", "FAM.rcp.tsv", "FAM.rcp.pdf", "FAM.rcp.xlsx", "FAM.rcp.json", "FAM.phenopacket.json",
        "FAM.candidates.vcf", "FAM.summary.json", "ro-crate-metadata.json",
    }  # fmt: skip


def test_report__shows_ages_examinations_and_why_the_gate_was_passed(results: Path) -> None:
    archive = add(results)
    assert main(["archive", "report", str(archive), "FAM", "--output-dir", str(results.parent / "again")]) == 0
    page = (results.parent / "again" / "FAM" / "FAM.rcp.html").read_text("utf-8")
    assert REASON in page
    assert "X fragile" in page
    assert "4\u00a0ans" in page
    document = json.loads((results.parent / "again" / "FAM" / "FAM.rcp.json").read_text("utf-8"))
    assert document["previous_tests"][0] == {"test": "microarray", "result": "normal"}


def test_report__the_reasons_of_other_families_are_neither_kept_nor_shown(results: Path) -> None:
    archive, by_run = add(results), run_report(results)
    with open_archive(archive) as opened:
        lines = opened.table_header("FAM", VERSIONS)
    assert lines["settings"] == "1"
    assert not [key for key in lines if "OTHER" in key]
    assert REASON in (by_run / "FAM.rcp.html").read_text("utf-8")
    assert "neighbour" not in (by_run / "FAM.rcp.html").read_text("utf-8")
    assert "neighbour" not in (by_run / "FAM.rcp.json").read_text("utf-8")


def test_report__the_gate_is_archived_with_its_verdict(results: Path) -> None:
    with open_archive(add(results)) as opened:
        assert opened.table_header("FAM", GATE)["gate"] == "overridden"
        assert [row["check"] for row in opened.table("FAM", GATE)] == ["kinship"]
        assert opened.analysis("FAM").settings["ages"] == {"IDX": 4.5, "FAT": 31.0}


def test_add__a_run_of_another_day_with_the_same_results_is_recognised(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(results)
    table = read_table(results / "run" / "versions.tsv", VERSIONS)
    write_table(results / "run" / "versions.tsv", VERSIONS, table.rows, {**table.header, "date": "2026-12-24"})
    add(results)
    assert "is there already, nothing was written" in capsys.readouterr().err


def test_report__an_analysis_that_is_not_there_is_named(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = add(results)
    assert main(["archive", "report", str(archive), "FAM", "--output-dir", "x", "--number", "7"]) == 2
    assert "no analysis 7" in capsys.readouterr().err
