"""Does the doctor find what is missing, and say how to get it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from filiation import doctor
from filiation.__main__ import main
from filiation.toolbox import TOOLS


def stand_in(folder: Path, name: str, output: str, code: int = 0) -> None:
    """A program that prints a text."""
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {code}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, with every tool in its oldest known version."""
    for tool in TOOLS:
        stand_in(tmp_path, tool.name, f"{tool.name} {tool.minimum}")
    stand_in(tmp_path, "samtools", "samtools 1.23.1\nUsing htslib 1.23.1")
    # One program answers for its version and for its plugins.
    stand_in(tmp_path, "bcftools", "bcftools 1.16\nUsing htslib 1.16\ntag2tag\nfill-tags")
    (tmp_path / "cat").symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def verdicts() -> dict[str, str]:
    """{name: verdict} of an examination without a cache folder."""
    return {finding.name: finding.verdict for finding in doctor.examine(lambda: None)}


def test_doctor__a_complete_machine_is_ready(machine: Path) -> None:
    found = verdicts()
    assert {found[tool.name] for tool in TOOLS} == {"OK"}
    assert found["bcftools +tag2tag"] == "OK"
    assert found["python"] == found["pysam"] == "OK"
    assert found["numba cache"] == "WARN"


def test_doctor__an_htslib_with_known_holes_is_a_warning(machine: Path) -> None:
    found = verdicts()
    assert found["htslib of samtools"] == "OK"
    assert found["htslib of bcftools"] == "WARN"


def test_doctor__a_missing_required_tool_ends_with_1_and_the_way_to_get_it(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine / "samtools").unlink()
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "MISSING: samtools: make setup; or apt-get install samtools; or mamba install" in printed


def test_doctor__tools_of_options_may_be_missing(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("vep", "bwa-mem2", "art_illumina", "freebayes"):
        (machine / name).unlink()
    assert main(["doctor", "--json"]) == 0
    found = {finding["name"]: finding["verdict"] for finding in json.loads(capsys.readouterr().out)}
    assert found["vep"] == found["freebayes"] == "not needed"
    assert found["art_illumina"] == "WARN"


def test_doctor__either_aligner_will_do(machine: Path) -> None:
    (machine / "bwa").unlink()
    assert verdicts()["bwa"] == "not needed"
    (machine / "bwa-mem2").unlink()
    assert verdicts()["bwa"] == "MISSING"


def test_doctor__a_mosdepth_without_its_library_is_told_apart_from_a_missing_one(machine: Path) -> None:
    stand_in(machine, "mosdepth", "could not load: libhts.so", code=1)
    finding = next(finding for finding in doctor.examine(lambda: None) if finding.name == "mosdepth")
    assert (finding.version, finding.verdict) == ("does not start", "WARN")
    assert "libhts-dev" in finding.repair


def test_doctor__a_bcftools_without_plugins_is_a_warning(machine: Path) -> None:
    stand_in(machine, "bcftools", "bcftools 1.24\nUsing htslib 1.24")
    assert verdicts()["bcftools +tag2tag"] == "WARN"


def test_doctor__an_old_tool_is_a_warning(machine: Path) -> None:
    stand_in(machine, "freebayes", "version:  v1.2.0")
    finding = next(finding for finding in doctor.examine(lambda: None) if finding.name == "freebayes")
    assert finding.verdict == "WARN"
    assert "older than 1.3.6" in finding.repair
