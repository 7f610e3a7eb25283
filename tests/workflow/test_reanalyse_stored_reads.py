"""Is an archived family judged again from its stored CRAM, called anew, and does nothing change that has no cause?"""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from builders.finished_runs import command
from filiation.__main__ import main
from filiation.archive.store import open_archive
from filiation.archive.verify import verify
from filiation.demo.files import ARCHIVED, FAMILY, RELEASE
from filiation.io.tables import read_table
from filiation.model.report_tables import WORK_LIST

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]


def rows_of(folder: Path) -> list[dict[str, object]]:
    """The work list that a release wrote into a folder."""
    (table,) = folder.glob("*.tsv")
    return list(read_table(table, WORK_LIST).rows)


def test_stored_reads__the_release_tells_what_the_archive_alone_tells_and_calls_anew_add_no_change(
    undisturbed: Path, tmp_path: Path
) -> None:
    archive, config = tmp_path / "archive", undisturbed / "config" / "config.yaml"
    stored = {path: path.read_bytes() for path in (undisturbed / "results").rglob("*.cram")}
    assert len(stored) == 3
    with contextlib.chdir(undisturbed):
        command("archive", "add", archive, "--results", "results", "--family", FAMILY, "--config", config,
                "--date", ARCHIVED)  # fmt: skip
        asked = ["reanalyse", str(archive), "--family", FAMILY, "--release", str(undisturbed / RELEASE)]
        assert main([*asked, "--dry-run", "--output-dir", str(tmp_path / "alone")]) == 0
        alone = rows_of(tmp_path / "alone")
        reads = ["--from-reads", "--config", str(config), "--jobs", "2", "--output-dir", str(tmp_path / "reads")]
        assert main([*asked, *reads]) == 0
    told = rows_of(tmp_path / "reads")
    key = ("chrom", "pos", "ref", "alt", "gene", "change", "cause", "alert")
    assert [[row[name] for name in key] for row in told] == [[row[name] for name in key] for row in alone] != []
    with open_archive(archive) as opened:
        assert opened.family(FAMILY).latest == 2
        links = [
            [link for link in opened.analysis(FAMILY, number).manifest["links"] if link["kind"] == "cram"]
            for number in (1, 2)
        ]
        assert links[0] == links[1]
        assert len(links[0]) == 3
        assert verify(opened) == []
    assert {path: path.read_bytes() for path in stored} == stored


def test_stored_reads__a_shortened_cram_stops_before_a_step_runs(
    undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A copy: other tests look at the run itself.
    folder = tmp_path / "run"
    subprocess.run(["cp", "-a", str(undisturbed), str(folder)], check=True)
    archive, config = tmp_path / "archive", folder / "config" / "config.yaml"
    with contextlib.chdir(folder):
        command("archive", "add", archive, "--results", "results", "--family", FAMILY, "--config", config,
                "--date", ARCHIVED)  # fmt: skip
    with open_archive(archive) as opened:
        path = Path(next(link["path"] for link in opened.analysis(FAMILY).manifest["links"] if link["kind"] == "cram"))
    assert path.is_relative_to(folder)
    path.write_bytes(path.read_bytes()[:-30])
    asked = ["reanalyse", str(archive), "--family", FAMILY, "--release", str(folder / RELEASE), "--from-reads"]
    assert main([*asked, "--config", str(config), "--output-dir", str(tmp_path / "reads")]) == 2
    assert "has changed since it was archived" in capsys.readouterr().err
    assert not (tmp_path / "reads" / "from-cram" / "results").exists()
