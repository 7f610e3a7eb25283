"""Does the record of a run name everything that shapes its result, the same way each time?"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from filiation import __version__, run_record
from filiation.__main__ import main
from filiation.config import RunConfig, load_config
from filiation.errors import ConfigError
from filiation.io.tables import Table, read_table
from filiation.model.columns import VERSIONS

SAMPLES = """\
family	sample	role	sex	affected	pre_indication	vcf
FAM001	child	proband	male	yes	epilepsie	calls.vcf
FAM001	mother	mother	female	no	.	calls.vcf
"""
PANEL = "##schema=panel/1\n##version=2.1\n##date=2026-01-31\ngene\thgnc_id\ttier\tinheritance\tevidence\tsource\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a duo with stored calls, two panels and one source of frequencies."""
    files = {
        "samples.tsv": SAMPLES,
        "calls.vcf": "##fileformat=VCFv4.2\n",
        "gnomad.vcf": "##fileformat=VCFv4.2\n##fileDate=20240419\n#CHROM\n",
        "panels/epilepsie.tsv": PANEL,
        "panels/ataxie.tsv": PANEL,
        "config.yaml": yaml.safe_dump(
            {
                "samples": "samples.tsv",
                "prioritisation": {"panels": "panels"},
                "frequencies": [{"name": "gnomAD", "vcf": "gnomad.vcf"}],
            }
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    return tmp_path


def record(out: str = "run") -> Table:
    """Run the command; returns the versions table."""
    options = ["--config", "config.yaml", "--output-config", f"{out}/config.yaml"]
    assert main(["record-run", *options, "--output-versions", f"{out}/versions.tsv"]) == 0
    return read_table(f"{out}/versions.tsv", VERSIONS)


def test_record_run__configuration_reads_back_as_the_one_that_ran(project: Path) -> None:
    record()
    assert load_config("run/config.yaml") == load_config("config.yaml")
    text = (project / "run" / "config.yaml").read_text(encoding="utf-8")
    assert "min_" not in text
    assert "stop_on_fail: true" in text, "defaults are written out"
    assert str(project) not in text


def test_record_run__names_software_model_panel_and_files(project: Path) -> None:
    table = record()
    rows = {row["name"]: row for row in table.rows}
    assert rows["filiation"]["version"] == __version__
    assert {"python", "pysam", "numba", "bcftools"} <= set(rows)
    assert rows["epilepsie"] == {
        "name": "epilepsie",
        "kind": "panel",
        "version": "2.1",
        "sha256": hashlib.sha256(PANEL.encode()).hexdigest(),
    }
    assert "ataxie" not in rows, "only panels that the sheet uses"
    assert rows["frequencies.gnomAD: gnomad.vcf"]["version"] == "20240419"
    assert rows["samples: samples.tsv"]["sha256"] == hashlib.sha256(SAMPLES.encode()).hexdigest()
    kinds = {row["kind"] for row in table.rows}
    assert kinds == {"package", "tool", "model", "panel", "resource"}
    for row in table.rows:
        assert row["sha256"] or row["kind"] in ("package", "tool"), row


def test_record_run__date_is_that_of_the_epoch_and_bytes_repeat(project: Path) -> None:
    assert record("one").header["date"] == "2026-01-01"
    record("two")
    for name in ("config.yaml", "versions.tsv"):
        assert (project / "one" / name).read_bytes() == (project / "two" / name).read_bytes()


def test_record_run__a_senseless_epoch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH"):
        run_record.run_day()


def test_record_run__a_very_large_file_is_known_by_its_index(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_record, "_LARGEST_CHECKSUM", 10)
    (project / "gnomad.vcf.csi").write_bytes(b"index")
    table = record()
    rows = {row["name"]: row for row in table.rows}
    assert rows["frequencies.gnomAD: gnomad.vcf"]["sha256"] is None
    assert rows["frequencies.gnomAD: gnomad.vcf.csi"]["sha256"] == hashlib.sha256(b"index").hexdigest()


def test_record_run__defaults_need_no_file() -> None:
    assert yaml.safe_load(run_record.configuration_text(RunConfig())) == RunConfig().model_dump(mode="json")


def test_record_run__names_the_settings_that_differ_from_their_defaults(project: Path) -> None:
    header = record().header
    assert "settings.samples" not in header, "another folder is no other setting"
    assert header["settings.prioritisation.panels"] == "panels instead of null"
    assert header["settings.frequencies"] == "gnomAD (vcf=gnomad.vcf) instead of []"
    assert header["settings"] == "2"
    assert str(project) not in str(header)
