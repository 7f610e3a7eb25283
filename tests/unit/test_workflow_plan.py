"""Are the jobs of a thousand families known from one of them, and those of a family with results asked for?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from builders.sheets import member, unit, write_run
from builders.snakemake_run import touch_inputs
from filiation.cluster.planned import PlannedJob
from filiation.config import load_config
from filiation.workflow_command import plan_jobs, snakemake_command
from filiation.workflow_inputs import WorkflowInputs
from filiation.workflow_plan import alike_families, jobs_of_many, jobs_of_run, written_for


def test_written_for__names_are_exchanged_whole_and_nothing_else_is() -> None:
    job = PlannedJob(
        "align",
        {"family": "F1", "sample": "F1-child", "unit": "L1"},
        inputs=("fastq/F1-child_1.fastq.gz",),
        outputs=("results/F1/alignment/F1-child.L1.bam",),
        log="logs/align/F1.F1-child.L1.log",
    )
    (other,) = written_for([job], {"F1": "F2", "F1-child": "F2-child"})
    assert other.wildcards == {"family": "F2", "sample": "F2-child", "unit": "L1"}
    assert other.outputs == ("results/F2/alignment/F2-child.L1.bam",)
    assert other.log == "logs/align/F2.F2-child.L1.log"
    # A name of another file that only begins alike stays.
    assert other.inputs == ("fastq/F1-child_1.fastq.gz",)


@pytest.fixture
def families(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three trios from FASTQ, the third of which has a lane more."""
    rows, units = [], []
    for family in ("F1", "F2", "F3"):
        rows += [
            member(f"{family}-c", "proband", "male", "yes", family=family),
            member(f"{family}-f", "father", "male", "no", family=family),
            member(f"{family}-m", "mother", "female", "no", family=family),
        ]
        units += [unit(f"{family}-{role}") for role in "cfm"]
    units.append(unit("F3-c", "L002"))
    write_run(tmp_path, rows, units, reference={"fasta": "genome.fa"})
    monkeypatch.chdir(tmp_path)
    touch_inputs(tmp_path)
    return tmp_path


def test_families__with_the_same_kinds_of_data_and_no_results_are_alike(families: Path) -> None:
    inputs = WorkflowInputs(load_config(families / "config.yaml"))
    assert sorted(alike_families(inputs, families).values()) == [["F1", "F2"], ["F3"]]
    (families / "results" / "F1").mkdir(parents=True)
    assert sorted(alike_families(inputs, families).values()) == [["F2"], ["F3"]]


@pytest.mark.workflow
def test_jobs__are_those_that_snakemake_plans_for_all(families: Path) -> None:
    def known(jobs: list[PlannedJob]) -> list[tuple[object, ...]]:
        # Snakemake lists no inputs of the comparison that we add by hand.
        return sorted(
            (
                job.rule,
                sorted(job.wildcards.items()),
                job.threads,
                job.outputs,
                () if job.rule == "compare_families" else job.inputs,
            )
            for job in jobs
        )

    command = snakemake_command(families / "config.yaml", families)
    whole = [job for job in plan_jobs(command) if job.rule != "all"]
    inputs = WorkflowInputs(load_config(families / "config.yaml"))
    assert known(jobs_of_run(inputs, command, families)) == known(whole)


def test_written_for__the_files_of_the_sheets_are_those_of_the_other_family() -> None:
    job = PlannedJob(
        "align", {"family": "F1", "sample": "F1-child", "unit": "L1"}, inputs=("deliveries/8123_R1.fq.gz",)
    )
    (other,) = written_for([job], {"F1": "F2"}, {"deliveries/8123_R1.fq.gz": "deliveries/9001_R1.fq.gz"})
    assert other.inputs == ("deliveries/9001_R1.fq.gz",)


def test_many__few_families_are_left_to_snakemake(families: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = families / "config.yaml"
    inputs = WorkflowInputs(load_config(config))
    command = snakemake_command(config, families)
    assert jobs_of_many(inputs, command, families, dict(os.environ)) is None
    monkeypatch.setattr("filiation.workflow_plan.MANY", 3)
    (families / "results" / "F1").mkdir(parents=True)
    assert jobs_of_many(inputs, command, families, dict(os.environ)) is None
