"""Many families in one run: does one that fails stop another, and does the status say which, and why?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.runs import filiation
from builders.sheets import member, write_run
from builders.vcf import header_lines, record, write_vcf

pytestmark = [pytest.mark.workflow, pytest.mark.tools]
FAMILIES = ("F1", "F2", "F3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three trios from stored calls, of which those of the second are cut in two; run as far as their candidates."""
    folder = tmp_path_factory.mktemp("families")
    rows = []
    for family in FAMILIES:
        names = [f"{family}-{role}" for role in ("child", "father", "mother")]
        calls = folder / f"{family}.vcf.gz"
        lines = header_lines({"1": 5_000_000}, names)
        lines += [record("1", 1000 + 50 * site, "A", "G", ["0/1", "0/0", "0/1"]) for site in range(400)]
        write_vcf(calls, lines)
        cells = {"family": family, "vcf": calls.name}
        rows += [
            member(names[0], "proband", "male", "yes", **cells),
            member(names[1], "father", "male", "no", **cells),
            member(names[2], "mother", "female", "no", **cells),
        ]
    cut = folder / "F2.vcf.gz"
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    write_run(folder, rows)
    # The check would have named the damaged file before the run; a disk may damage it after that.
    done = filiation(
        *("run", "--config", folder / "config.yaml", "--directory", folder, "--cores", "2", "--no-check"),
        *("--", "--until", "annotate"),
        cwd=folder,
    )
    assert done.returncode == 1
    (folder / "said.txt").write_text(done.stderr, encoding="utf-8")
    return folder


def test_families__one_that_fails_stops_no_other(folder: Path) -> None:
    finished = [family for family in FAMILIES if (folder / f"results/{family}/annotated/{family}.bcf").is_file()]
    assert finished == ["F1", "F3"]
    assert not (folder / "results/F2/normalised/F2.bcf").exists()
    assert "logs/normalise/F2.log" in (folder / "said.txt").read_text(encoding="utf-8")


def test_status__says_which_family_failed_where_and_why(folder: Path) -> None:
    page = folder / "status.html"
    done = filiation(
        "status", "--config", folder / "config.yaml", "--directory", folder, "--no-eta", "--html", page, cwd=folder
    )
    assert done.returncode == 1
    assert "3 families: 1 failed, 2 waiting; no run is at work" in done.stdout
    assert "F2: normalise failed (logs/normalise/F2.log)" in done.stdout
    assert "likely cause:" in done.stdout
    assert "repair:" in done.stdout
    assert "F2: normalise" in page.read_text(encoding="utf-8")
