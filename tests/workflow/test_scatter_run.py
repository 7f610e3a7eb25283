"""Is a family that is called in many intervals the same family, in every table, as one called in few?

Also: the screen and the annotation judge each record by itself, so that a genome may be cut anywhere for them; that
they run on the whole genome at once is a choice of speed (docs/operations.md).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pysam
import pytest
import yaml

from builders.runs import digests, filiation, run_command

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]
# What holds the settings themselves, or is printed from them. The ledger holds digests of the settings.
OF_THE_SETTINGS = ("run/", "DEMO/report/", "DEMO/archive/")


def tables_of(run: Path) -> dict[str, str]:
    """{path: digest} of what a run found."""
    return {
        name: digest
        for name, digest in digests(run).items()
        if not name.startswith(OF_THE_SETTINGS) and "/.ledger/" not in name
    }


def test_intervals__seven_give_the_tables_of_two(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    subprocess.run(["cp", "-a", str(undisturbed), str(folder)], check=True)
    path = folder / "config" / "config.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert settings["calling"]["intervals"] == 2
    settings["calling"]["intervals"] = 7
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    # What was called must not be taken over.
    shutil.rmtree(folder / "results" / "DEMO" / "calling")
    shutil.rmtree(folder / "results" / "DEMO" / "normalised")
    done = filiation(*run_command(folder), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "call 7" in done.stderr
    before, after = (tables_of(run) for run in (undisturbed, folder))
    assert len(before) > 30
    assert after == before


def records(path: Path) -> list[str]:
    """Records of a BCF as text, without FORMAT/BCSQ.

    bcftools csq gives some records beside a gene that field with the value 0, no consequence, and others not; nothing
    reads it.
    """
    found = []
    with pysam.VariantFile(str(path)) as handle:
        for record in handle:
            if "BCSQ" in record.format:
                del record.format["BCSQ"]
            found.append(str(record))
    return found


def cut(calls: Path, folder: Path, parts: int) -> list[Path]:
    """Calls in parts of about as many records, cut between two records wherever they lie."""
    made = []
    with pysam.VariantFile(str(calls)) as handle:
        found = list(handle)
        for number in range(parts):
            first, last = (len(found) * step // parts for step in (number, number + 1))
            made.append(folder / f"{number}.bcf")
            with pysam.VariantFile(str(made[-1]), "wb", header=handle.header) as sink:
                for record in found[first:last]:
                    sink.write(record)
    return made


def screened(undisturbed: Path, calls: Path, output: Path) -> Path:
    """The survivors of a screen, with the settings of the run."""
    arguments: Sequence[str | Path] = (
        *("screen", "--pedigree", undisturbed / "results/DEMO/DEMO.ped", "--variants", calls),
        *("--frequency", f"invented={undisturbed / 'data/annotation/population.vcf.gz'},af=AF,homozygotes=nhomalt"),
        *("--pseudoautosomal-bed", undisturbed / "data/reference/pseudoautosomal.bed"),
        *("--reference", undisturbed / "results/reference/genome.fa"),
        *("--output", output, "--funnel", output.with_suffix(".tsv")),
        *("--excluded", output.with_suffix(".excluded.tsv.gz")),
    )
    done = filiation(*arguments, cwd=output.parent)
    assert done.returncode == 0, done.stderr
    return output


def test_screen__cut_anywhere_keeps_the_same_records_with_the_same_evidence(undisturbed: Path, tmp_path: Path) -> None:
    calls = undisturbed / "results/DEMO/normalised/DEMO.bcf"
    whole = records(screened(undisturbed, calls, tmp_path / "whole.bcf"))
    assert len(whole) >= 9
    parts: list[str] = []
    for part in cut(calls, tmp_path, 3):
        parts += records(screened(undisturbed, part, part.with_suffix(".screened.bcf")))
    assert parts == whole


def test_annotation__cut_anywhere_says_the_same_of_each_record(undisturbed: Path, tmp_path: Path) -> None:
    calls = undisturbed / "results/DEMO/screened/DEMO.bcf"

    def annotated(source: Path, output: Path) -> list[str]:
        reference = undisturbed / "results/reference"
        done = filiation(
            *("annotate", "--variants", source, "--consequences", "csq", "--family", "DEMO"),
            *("--reference", reference / "genome.fa", "--genes-gff3", reference / "genes.gff3.gz"),
            *("--clinvar", undisturbed / "data/annotation/clinvar.vcf.gz"),
            *(
                "--output",
                output,
                "--funnel",
                output.with_suffix(".tsv"),
                "--shares",
                output.with_suffix(".shares.tsv"),
            ),
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        return records(output)

    parts: list[str] = []
    for part in cut(calls, tmp_path, 3):
        parts += annotated(part, part.with_suffix(".annotated.bcf"))
    assert parts == annotated(calls, tmp_path / "whole.bcf")
