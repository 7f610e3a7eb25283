"""The demonstration of docs/reanalysis.md: the Ashkenazi trio is archived, a panel and ClinVar change, what follows?"""

from __future__ import annotations

import os
from pathlib import Path

import pysam
import pytest

from builders.panel import write_panel
from builders.reanalysis import write_release
from builders.trio import write_clinvar
from filiation.__main__ import main
from filiation.archive.store import open_archive
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, REMOVED
from filiation.model.report_tables import CHANGES, WORK_LIST

pytestmark = [pytest.mark.real_data, pytest.mark.tools]

PANEL = {"GENE_OFF": ("core", "AD")}
REVIEW = "CLNREVSTAT=criteria_provided,_multiple_submitters,_no_conflicts"


def run(*arguments: str | Path) -> None:
    """A command of ours, which must succeed."""
    assert main([str(argument) for argument in arguments]) == 0


@pytest.fixture(scope="module")
def folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the trio by the steps of the workflow, in the places of docs/outputs.md, and its archive."""
    folder = tmp_path_factory.mktemp("reanalysis")
    calls = shared_data / "vcf" / "aj_trio_gatk_b37_chr1" / "ashk-trio.vcf.gz"
    results = folder / "results"
    family = results / "AJ"
    family.mkdir(parents=True)
    panels = folder / "panels"
    panels.mkdir()
    write_panel(panels / "deficience-intellectuelle.tsv", PANEL)
    clinvar = write_clinvar(folder / "clinvar_old.vcf.gz", [f"1 10000 1 A C CLNSIG=Benign;{REVIEW}"], ["1", "2"])
    (folder / "samples.tsv").write_text(
        "family\tsample\trole\tsex\taffected\tpre_indication\tvcf\n"
        + "".join(
            f"AJ\t{sample}\t{role}\t{sex}\t{ill}\t{panel}\t{calls}\n"
            for sample, role, sex, ill, panel in (
                ("HG002", "proband", "male", "yes", "deficience-intellectuelle"),
                ("HG003", "father", "male", "no", "."),
                ("HG004", "mother", "female", "no", "."),
            )
        )
    )
    config = folder / "config.yaml"
    config.write_text(
        "samples: samples.tsv\nannotation:\n  consequences: existing\n  clinvar_vcf: clinvar_old.vcf.gz\n"
        "prioritisation:\n  panels: panels\n"
    )
    pedigree = family / "AJ.ped"
    pedigree.write_text("AJ\tHG002\tHG003\tHG004\t1\t2\nAJ\tHG003\t0\t0\t1\t1\nAJ\tHG004\t0\t0\t2\t1\n")
    places = {name: family / name / "AJ.bcf" for name in ("normalised", "screened", "annotated")}
    funnels = {name: family / name / "AJ.funnel.tsv" for name in (*places, "prioritisation")}
    for path in funnels.values():
        path.parent.mkdir()
    tables = {name: family / "prioritisation" / f"AJ.{name}.tsv" for name in ("candidates", "removed")}
    excluded = family / "screened" / "AJ.excluded.tsv.gz"
    here = os.getcwd()
    os.chdir(folder)
    try:
        run("record-run", "--config", config, "--output-config", results / "run" / "config.yaml", "--output-versions",
            results / "run" / "versions.tsv")  # fmt: skip
        run("normalise", "--pedigree", pedigree, "--variants", calls, "--output", places["normalised"], "--funnel",
            funnels["normalised"])  # fmt: skip
        run("screen", "--pedigree", pedigree, "--variants", places["normalised"], "--output", places["screened"],
            "--funnel", funnels["screened"], "--excluded", excluded)  # fmt: skip
        run("annotate", "--variants", places["screened"], "--consequences", "existing", "--clinvar", clinvar,
            "--output", places["annotated"], "--funnel", funnels["annotated"])  # fmt: skip
        run("prioritise", "--pedigree", pedigree, "--variants", places["annotated"], "--panel",
            panels / "deficience-intellectuelle.tsv", "--candidates", tables["candidates"], "--removed",
            tables["removed"], "--funnel", funnels["prioritisation"])  # fmt: skip
        run("archive", "add", folder / "archive", "--family", "AJ", "--results", results, "--date", "2026-01-15")
    finally:
        os.chdir(here)
    return folder


def chosen(folder: Path) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    """A new variant to call pathogenic, a candidate to call benign, a homozygous record that no rule considers."""
    family = folder / "results" / "AJ" / "prioritisation"
    everything = read_table(family / "AJ.candidates.tsv", CANDIDATES).rows
    rows = [row for row in everything if row["inheritance"] == "de_novo"]
    reasons = {(row["pos"], row["alt"]): row for row in read_table(family / "AJ.removed.tsv", REMOVED).rows}
    with pysam.VariantFile(str(folder / "results" / "AJ" / "annotated" / "AJ.bcf")) as calls:
        twice = [(one.pos, one.alts[0]) for one in calls if "autosomal_recessive:supported" in one.info["INHERITANCE"]]
    hidden = next(reasons[key] for key in twice if reasons.get(key, {}).get("reason") == "consequence_not_considered")
    return rows[0], next(row for row in everything if row["inheritance"] == "autosomal_recessive"), hidden


def test_reanalysis__a_panel_and_clinvar_change_and_each_change_has_its_own_cause(folder: Path) -> None:
    upgraded, benign, hidden = chosen(folder)
    words = [(upgraded, "Pathogenic"), (benign, "Benign"), (hidden, "Pathogenic")]
    words.sort(key=lambda item: (str(item[0]["chrom"]), int(str(item[0]["pos"]))))
    lines = [
        f"{row['chrom']} {row['pos']} {number} {row['ref']} {row['alt']} CLNSIG={word};{REVIEW}"
        for number, (row, word) in enumerate(words)
    ]
    clinvar = write_clinvar(folder / "clinvar_new.vcf.gz", lines, ["1", "2"])
    panel = write_panel(folder / "new_panel.tsv", {**PANEL, str(upgraded["gene"]): ("core", "AD")})
    release = write_release(
        folder / "2026-12.yaml",
        clinvar={"path": str(clinvar), "version": "2026-11-30"},
        panels={"deficience-intellectuelle": {"path": str(panel), "version": "2.0.0"}},
    )
    command = ["reanalyse", str(folder / "archive"), "--all", "--release", str(release), "--output-dir", str(folder)]
    run(*command)
    with open_archive(folder / "archive") as archive:
        assert archive.family("AJ").latest == 2
        table = archive.table("AJ", CHANGES)
    rows = {(row["pos"], row["alt"]): row for row in table}
    told = {name: rows[row["pos"], row["alt"]] for name, row in zip(("up", "gone", "new"), chosen(folder), strict=True)}
    assert {name: row["change"] for name, row in told.items()} == {"up": "upgraded", "gone": "vanished", "new": "new"}
    assert all("clinvar" in row["cause"].split(",") for row in told.values())
    others = [row for row in table if row["change"] == "unchanged"]
    assert len(others) == len(table) - len(read_table(folder / "2026-12.tsv", WORK_LIST).rows)
    run(*command)
    with open_archive(folder / "archive") as archive:
        assert archive.family("AJ").latest == 2, "the second run writes nothing"


@pytest.mark.workflow
def test_reanalysis__the_stored_calls_go_through_the_ordinary_steps_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_archive(folder / "archive") as archive:
        before = archive.family("AJ").latest
        place = archive.table("AJ", CANDIDATES)[0]
    line = f"{place['chrom']} {place['pos']} 1 {place['ref']} {place['alt']} CLNSIG=Benign;{REVIEW}"
    clinvar = write_clinvar(tmp_path / "newest.vcf.gz", [line], ["1", "2"])
    release = write_release(tmp_path / "2027-01.yaml", clinvar={"path": str(clinvar), "version": "2026-12-31"})
    command = ["reanalyse", str(folder / "archive"), "--family", "AJ", "--release", str(release), "--from-calls"]
    command += ["--config", str(folder / "config.yaml"), "--output-dir", str(tmp_path / "list"), "--jobs", "2"]
    here = os.getcwd()
    os.chdir(folder)
    try:
        run(*command)
        with open_archive(folder / "archive") as archive:
            rows = {(row["pos"], row["alt"], row["gene"]): row for row in archive.table("AJ", CHANGES)}
            assert archive.family("AJ").latest == before + 1
            (link,) = (link for link in archive.analysis("AJ", 1).manifest["links"] if link["kind"] == "calls")
        row = rows[place["pos"], place["alt"], place["gene"]]
        assert (row["change"], row["cause"]) == ("vanished", "clinvar")
        os.truncate(link["path"], link["size"] - 1)
        os.utime(link["path"])
        assert main([*command[:-2]]) == 2
    finally:
        os.chdir(here)
    assert "has changed since it was archived" in capsys.readouterr().err
