"""Is an archived family judged again from its stored calls by the ordinary workflow, once they are proved the same?"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
import yaml

from builders.finished_runs import DAY, NEW_ELSEWHERE, command, finish_run, write_public
from filiation.__main__ import main
from filiation.archive.store import open_archive
from filiation.archive.verify import verify
from filiation.io.tables import read_table
from filiation.model.report_tables import CHANGES, WORK_LIST

pytestmark = pytest.mark.workflow
NEXT_MONTH = "2026-02-15"


def renamed(path: Path, family: str) -> None:
    """Give the samples of the stored calls the names that the family's sheet has."""
    whole = path.with_name("renamed.vcf.gz")
    with pysam.VariantFile(str(path)) as source:
        text = str(source.header) + "".join(map(str, source))
    for sample, letter in (("CHILD", "C"), ("FATHER", "F"), ("MOTHER", "M")):
        text = re.sub(rf"(#CHROM.*\t){sample}\b", rf"\g<1>{family}-{letter}", text)
    with pysam.BGZFile(str(whole), "wb", None) as handle:
        handle.write(text.encode())
    whole.replace(path)


@pytest.fixture
def world(made_once: Callable[[str, Callable[[Path], None]], Path], tmp_path: Path) -> Path:
    """FAM1 in an archive, with its stored calls beside it, and a release with a new ClinVar."""

    def fill(folder: Path) -> None:
        public = write_public(folder / "january")
        found = [f"1 {NEW_ELSEWHERE} 7 A G CLNSIG=Pathogenic;CLNREVSTAT=reviewed_by_expert_panel"]
        write_public(folder / "february", found)
        finish_run(folder / "run", ["FAM1"], public)

    made = made_once("stored-calls", fill)
    folder = Path(shutil.copytree(made, tmp_path / "world"))
    renamed(folder / "run" / "FAM1.vcf.gz", "FAM1")
    config = folder / "run" / "config.yaml"
    text = config.read_text("utf-8").replace(str(made), str(folder))
    content = yaml.safe_load(text) | {"simulated": True, "report": {"pdf": False}}
    content["reference"] = {**content.get("reference", {}), "assembly": "GRCh38"}
    config.write_text(yaml.safe_dump(content), "utf-8")
    clinvar = {"path": "february/clinvar.vcf.gz", "version": NEXT_MONTH}
    release = {"schema": "filiation-release/1", "name": "february", "date": NEXT_MONTH, "clinvar": clinvar}
    (folder / "february.yaml").write_text(yaml.safe_dump(release), "utf-8")
    with contextlib.chdir(folder / "run"):
        command("archive", "add", folder / "archive", "--results", "results", "--date", DAY, "--family", "FAM1")
    return folder


def reanalyse(folder: Path, *options: str) -> int:
    """Judge FAM1 with the release."""
    release = ("--release", str(folder / "february.yaml"), "--output-dir", str(folder / "list"))
    with contextlib.chdir(folder / "run"):
        return main(["reanalyse", str(folder / "archive"), "--family", "FAM1", *release, *options])


def test_stored_calls__the_workflow_finds_what_the_archive_alone_finds_and_it_is_archived(world: Path) -> None:
    assert reanalyse(world, "--dry-run") == 0
    alone = read_table(world / "list" / "february.tsv", WORK_LIST).rows
    assert reanalyse(world, "--from-calls", "--config", "config.yaml", "--jobs", "2") == 0
    rows = read_table(world / "list" / "february.tsv", WORK_LIST).rows
    told = [(row["pos"], row["change"], row["cause"], row["alert"]) for row in rows]
    assert told == [(row["pos"], row["change"], row["cause"], row["alert"]) for row in alone]
    assert (NEW_ELSEWHERE, "upgraded", "clinvar") in {place[:3] for place in told}
    with open_archive(world / "archive") as archive:
        assert archive.family("FAM1").latest == 2
        first, second = (archive.analysis("FAM1", number) for number in (1, 2))
        calls = [[link for link in one.manifest["links"] if link["kind"] == "calls"] for one in (first, second)]
        assert calls[0] == calls[1] != []
        assert {row["pos"]: row["change"] for row in archive.table("FAM1", CHANGES)}[NEW_ELSEWHERE] == "upgraded"
        assert verify(archive) == []


def test_stored_calls__that_are_not_what_was_archived_stop_before_a_step_runs(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_archive(world / "archive") as archive:
        (path,) = (link["path"] for link in archive.analysis("FAM1").manifest["links"] if link["kind"] == "calls")
    calls = Path(path)
    calls.write_bytes(calls.read_bytes()[:-1] + b"\1")
    assert reanalyse(world, "--from-calls", "--config", "config.yaml") == 2
    assert "has changed since it was archived" in capsys.readouterr().err
    calls.unlink()
    assert reanalyse(world, "--from-calls", "--config", "config.yaml") == 2
    assert "stored file is not there" in capsys.readouterr().err
    assert reanalyse(world, "--from-reads", "--config", "config.yaml") == 2
    assert "no stored cram of FAM1-C" in capsys.readouterr().err
    assert not (world / "list" / "from-calls" / "results").exists()
