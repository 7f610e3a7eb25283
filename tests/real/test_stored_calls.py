"""A stored joint VCF alone goes to a report without reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pysam
import pytest

from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, FUNNEL

pytestmark = [pytest.mark.real_data, pytest.mark.tools, pytest.mark.workflow]


def write_run(folder: Path, vcf: Path) -> Path:
    """config.yaml and samples.tsv of a trio that starts from one joint VCF."""
    (folder / "config").mkdir(parents=True)
    config = folder / "config" / "config.yaml"
    config.write_text("annotation:\n  consequences: existing\n")
    roles = (("proband", "male", "yes"), ("father", "male", "no"), ("mother", "female", "no"))
    lines = ["family\tsample\trole\tsex\taffected\tpre_indication\tvcf"]
    for sample, (role, sex, affected) in zip(("HG002", "HG003", "HG004"), roles, strict=True):
        panel = "deficience-intellectuelle" if role == "proband" else "."
        lines.append(f"AJ\t{sample}\t{role}\t{sex}\t{affected}\t{panel}\t{vcf}")
    (folder / "config" / "samples.tsv").write_text("\n".join(lines) + "\n")
    return config


@pytest.fixture(scope="module")
def stored(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results folder of the run."""
    folder = tmp_path_factory.mktemp("stored")
    config = write_run(folder, shared_data / "vcf" / "aj_trio_gatk_b37_chr1" / "ashk-trio.vcf.gz")
    subprocess.run(
        [sys.executable, "-m", "filiation", "run", "--cores", "2", "--config", str(config)]
        + ["--directory", str(folder)],
        check=True,
    )
    return folder / "results" / "AJ"


def test_stored_calls__the_family_gets_a_report_without_reads(stored: Path) -> None:
    results = stored
    page = (results / "report" / "AJ.rcp.html").read_text()
    assert "Document de travail" in page
    assert not (results / "alignment").exists()


def test_stored_calls__every_record_is_accounted_for(stored: Path) -> None:
    results = stored
    totals = {}
    for stage in ("normalised", "screened", "annotated", "prioritisation"):
        for row in read_table(results / stage / "AJ.funnel.tsv", FUNNEL).rows:
            totals[row["step"], row["reason"]] = row["count"]
    assert totals["normalise", "records_in"] == 9940
    assert totals["normalise", "records_out"] == totals["screen", "records_in"]
    removed = sum(n for (step, reason), n in totals.items() if step == "screen" and not reason.startswith("records_"))
    assert totals["screen", "records_in"] == removed + totals["screen", "records_out"]
    removed = sum(
        n for (step, reason), n in totals.items() if step == "prioritise" and not reason.startswith("records_")
    )
    assert totals["prioritise", "records_in"] == removed + totals["prioritise", "records_out"]


def test_stored_calls__both_known_de_novo_look_alikes_have_a_supported_posterior(stored: Path) -> None:
    results = stored
    done = subprocess.run(
        [sys.executable, "-m", "filiation", "explain", "--pedigree", str(results / "AJ.ped")]
        + ["--variants", str(results / "normalised" / "AJ.bcf")]
        + ["--site", "1-15752321-TCTGA-T", "1-155036260-C-T"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.count("absent_from_both_parents") == 2


def test_stored_calls__both_stand_on_top_of_the_de_novo_calls_by_their_odds(stored: Path) -> None:
    """Over all records of the screen, before consequences are asked."""
    with pysam.VariantFile(str(stored / "screened" / "AJ.bcf")) as screened:
        calls = [
            (float(record.info["DE_NOVO_LOG10_ODDS"]), record.pos, record.ref, record.alts[0])
            for record in screened
            if any(str(item).startswith("de_novo:") for item in record.info["INHERITANCE"])
        ]
    best = sorted(calls, reverse=True)[:2]
    assert [call[1:] for call in best] == [(155036260, "C", "T"), (15752321, "TCTGA", "T")]
    assert best[1][0] > 0


def test_stored_calls__candidates_are_the_index_patients_own(stored: Path) -> None:
    results = stored
    rows = read_table(results / "prioritisation" / "AJ.candidates.tsv", CANDIDATES).rows
    assert rows
    assert all("1" in row["proband_genotype"] for row in rows)
