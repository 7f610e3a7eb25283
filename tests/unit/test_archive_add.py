"""Does `filiation archive add` find the files of a finished run, keep all of them, and say what is not there?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builders.annotated import CONTIGS, Site, write_family
from builders.archive import tree
from filiation.__main__ import main
from filiation.archive.read import calls_table, excluded_rows, record_table
from filiation.archive.store import open_archive
from filiation.archive.verify import verify
from filiation.io.tables import read_table, write_table
from filiation.model.columns import CANDIDATES, FUNNEL, VERSIONS

SITES = [
    Site(10_000, ["0/1", "0/0", "0/0"]),
    Site(20_000, ["0/1", "0/1", "0/1"], gene="GENE2"),
    Site(30_000, ["0/0", "0/1", "0/0"], gene="GENE3"),
    Site(40_000, ["0/0", "0/1", "0/1"], gene="GENE3"),
    Site(50_000, ["0/1", "0/1", "0/1"], gene=""),
]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """results/ of a run from stored calls; GENE3's coding part is at 30 kb."""
    folder = tmp_path / "results" / "FAM"
    for name in ("normalised", "screened", "annotated", "prioritisation", "report"):
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
    (folder / "report" / "FAM.rcp.html").write_text("<p>report</p>", "utf-8")
    (folder.parent / "run").mkdir()
    panel = {"name": "model-1.yaml", "kind": "model", "version": "1", "sha256": "a" * 64}
    write_table(folder.parent / "run" / "versions.tsv", VERSIONS, [panel])
    (folder.parent / "reference").mkdir()
    models = (
        "chr1\tX\tgene\t29990\t30100\t.\t+\t.\tID=gene:G3;Name=GENE3\nchr1\tX\tCDS\t29995\t30050\t.\t+\t0\tParent=t\n"
    )
    (folder.parent / "reference" / "genes.gff3.gz").write_text(models, "utf-8")
    return folder.parent


def add(results: Path, *options: str) -> int:
    """`filiation archive add` of the family on a fixed day."""
    given = ["--family", "FAM", "--results", str(results), "--date", "2026-11-22", *options]
    return main(["archive", "add", str(results.parent / "A"), *given])


def test_add__a_finished_run_is_kept_whole(results: Path) -> None:
    receipt = results.parent / "receipt.json"
    assert add(results, "--receipt", str(receipt)) == 0
    with open_archive(results.parent / "A") as archive:
        assert archive.assembly == "GRCh38"
        assert set(CONTIGS) > {"chr1"}
        record = archive.analysis("FAM")
        assert json.loads(receipt.read_text("utf-8"))["content_sha256"] == record.content_sha256
        assert record.inputs["scoring_model"]["version"] == "1"
        assert {link["kind"] for link in record.manifest["links"]} == {"report", "calls"}
        # Every record of the calls is somewhere: a survivor, whole, with its reason, or counted.
        counts = {row["reason"]: row["count"] for row in archive.table("FAM", FUNNEL) if row["step"] == "screen"}
        genotypes = record_table(archive, "FAM", "genotypes")
        kept = calls_table(archive, "FAM").num_rows + genotypes.num_rows + len(list(excluded_rows(archive, "FAM")))
        counted = sum(record.settings["counted_proband_without_allele"].values())
        assert kept + counted == counts["records_in"] == len(SITES)
        assert counted == 1
        assert genotypes.column("pos").to_pylist() == [30_000]
        told = read_table(results / "FAM" / "prioritisation" / "FAM.candidates.tsv", CANDIDATES)
        assert archive.table("FAM", CANDIDATES) == told.rows
        assert archive.table_header("FAM", CANDIDATES)["scoring_model"] == told.header["scoring_model"]
        assert verify(archive) == []


def test_add__repeated_it_writes_nothing_and_gives_the_same_receipt(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipts = [results.parent / name for name in ("one.json", "two.json")]
    for receipt in receipts:
        assert add(results, "--receipt", str(receipt)) == 0
        whole = tree(results.parent / "A")
    assert "nothing was written" in capsys.readouterr().err
    assert receipts[0].read_bytes() == receipts[1].read_bytes()
    assert tree(results.parent / "A") == whole


def test_add__without_links_nothing_outside_but_the_report_is_named(results: Path) -> None:
    assert add(results, "--no-links") == 0
    with open_archive(results.parent / "A") as archive:
        assert {link["kind"] for link in archive.analysis("FAM").manifest["links"]} == {"report"}


def test_add__a_run_that_is_not_finished_or_not_there_is_named(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (results / "FAM" / "prioritisation" / "FAM.removed.tsv").unlink()
    assert add(results) == 2
    assert "the run is not finished" in capsys.readouterr().err
    given = ["--family", "FAMILY", "--results", str(results), "--date", "2026-11-22"]
    assert main(["archive", "add", str(results.parent / "A"), *given]) == 2
    assert "did you mean 'FAM'?" in capsys.readouterr().err
    assert not (results.parent / "A").exists()


def test_add__a_faulty_table_of_consents_stops_before_anything_is_written(results: Path) -> None:
    table = results.parent / "consents.tsv"
    table.write_text("family\tresearch\tincidental_findings\nFAM\tperhaps\tno\n", "utf-8")
    assert add(results, "--consents", str(table)) == 2
    assert not (results.parent / "A").exists()
    table.write_text("family\tresearch\tincidental_findings\nFAM\tyes\tno\n", "utf-8")
    assert add(results, "--consents", str(table)) == 0
    with open_archive(results.parent / "A") as archive:
        assert {(one.purpose, one.given) for one in archive.consents("FAM")} == {
            ("research", True),
            ("incidental", False),
        }
