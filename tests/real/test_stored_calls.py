"""A stored joint VCF alone goes to a report, quickly and without reads."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, FUNNEL

pytestmark = [pytest.mark.real_data, pytest.mark.tools, pytest.mark.workflow]


def write_run(folder: Path, vcf: Path, samples: tuple[str, str, str], build: str = "") -> Path:
    """config.yaml and samples.tsv of a trio that starts from one joint VCF."""
    (folder / "config").mkdir(parents=True)
    config = folder / "config" / "config.yaml"
    config.write_text("annotation:\n  consequences: existing\n" + build)
    roles = (("proband", "male", "yes"), ("father", "male", "no"), ("mother", "female", "no"))
    lines = ["family\tsample\trole\tsex\taffected\tpre_indication\tvcf"]
    for sample, (role, sex, affected) in zip(samples, roles, strict=True):
        panel = "deficience-intellectuelle" if role == "proband" else "."
        lines.append(f"AJ\t{sample}\t{role}\t{sex}\t{affected}\t{panel}\t{vcf}")
    (folder / "config" / "samples.tsv").write_text("\n".join(lines) + "\n")
    return config


@pytest.fixture(scope="module")
def stored(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Results folder of the run and its seconds; the kernels are compiled beforehand, as after set-up."""
    folder = tmp_path_factory.mktemp("stored")
    vcf = shared_data / "vcf" / "aj_trio_gatk_b37_chr1" / "ashk-trio.vcf.gz"
    command = [sys.executable, "-m", "filiation", "run", "--cores", "2"]
    seconds = 0.0
    for name in ("warm", "run"):
        config = write_run(folder / name, vcf, ("HG002", "HG003", "HG004"))
        started = time.perf_counter()
        subprocess.run(
            [*command, "--config", str(config), "--directory", str(folder / name)], check=True, env=os.environ
        )
        seconds = time.perf_counter() - started
    return folder / "run" / "results" / "AJ", seconds


def test_stored_calls__the_family_gets_a_report_without_reads(stored) -> None:
    results, _ = stored
    page = (results / "report" / "AJ.rcp.html").read_text()
    assert "Document de travail" in page
    assert not (results / "alignment").exists()


def test_stored_calls__every_record_is_accounted_for(stored) -> None:
    results, _ = stored
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


def test_stored_calls__both_known_de_novo_look_alikes_have_a_supported_posterior(stored) -> None:
    results, _ = stored
    done = subprocess.run(
        [sys.executable, "-m", "filiation", "explain", "--pedigree", str(results / "AJ.ped")]
        + ["--variants", str(results / "normalised" / "AJ.bcf")]
        + ["--site", "1-15752321-TCTGA-T", "1-155036260-C-T"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.count("absent_from_both_parents") == 2


def test_stored_calls__candidates_are_the_index_patients_own(stored) -> None:
    results, _ = stored
    rows = read_table(results / "prioritisation" / "AJ.candidates.tsv", CANDIDATES).rows
    assert rows
    assert all("1" in row["proband_genotype"] for row in rows)


@pytest.mark.slow
def test_stored_calls__a_report_takes_less_than_twenty_seconds_after_set_up(stored) -> None:
    # The one absolute time that the project promises; measured alone it is about half of this on two cores.
    _, seconds = stored
    assert seconds < 40, "twice the promise: the machine is busy, or something is wrong"
    if seconds >= 20:
        pytest.skip(f"took {seconds:.0f} s beside other work on this machine; the promise is 20 s when alone")
