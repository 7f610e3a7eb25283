"""Which jobs would a run start now, for one family or for a thousand?

Snakemake takes about 2 ms of processor time a job to plan, a minute for the jobs of a thousand families. Families for
which nothing was done yet and whose members have data of the same kinds get the same jobs: Snakemake plans one of them,
and its jobs are written out for the others. Families with results are always planned by Snakemake, which alone knows
what is there already and what changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from filiation.cluster.planned import PlannedJob
from filiation.workflow_command import plan_jobs
from filiation.workflow_inputs import COMPARISON_OF_FAMILIES, WorkflowInputs

_WORD = re.compile(r"[A-Za-z0-9_-]+")
# From this number of families on a run asks for some of them before it starts; Snakemake plans fewer in seconds.
MANY = 30


def jobs_of_many(
    inputs: WorkflowInputs, command: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> list[PlannedJob] | None:
    """The jobs of a run of many families, of which most have no results yet; None where Snakemake shall plan it whole.

    As `jobs_of_run`.
    """
    begun = sum((directory / "results" / family).exists() for family in inputs.families)
    if len(inputs.families) - begun < MANY or Path.cwd() != directory:
        return None
    return jobs_of_run(inputs, command, directory, environment)


def jobs_of_run(
    inputs: WorkflowInputs, command: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None
) -> list[PlannedJob]:
    """The jobs that a run of the whole sheet would start now; called in `directory`.

    inputs : the configuration, read. command, environment : of Snakemake, without targets. The job that only gathers
    the reports is left out: it does nothing. FiliationError when Snakemake cannot plan.
    """
    alike = alike_families(inputs, directory)
    followers = {family: others for family, *others in alike.values()}
    if not any(followers.values()):
        return [job for job in plan_jobs(command, (), environment) if job.rule != "all"]
    stood_for = {family for others in followers.values() for family in others}
    asked = [family for family in inputs.families if family not in stood_for]
    found = plan_jobs(command, inputs.targets(asked), environment)
    jobs = [job for job in found if job.family not in followers]
    for family, others in followers.items():
        own = [job for job in found if job.family == family]
        jobs += own
        for other in others:
            names = dict(zip(_members(inputs, family), _members(inputs, other), strict=True))
            files = dict(zip(_sources(inputs, family), _sources(inputs, other), strict=True))
            jobs += list(written_for(own, {family: other, **names}, files))
    # Of all families at once, and due as soon as one of them is new.
    compared = PlannedJob(
        "compare_families", outputs=(COMPARISON_OF_FAMILIES,), log="logs/compare_families.log", local=True
    )
    return [*jobs, compared]


def alike_families(inputs: WorkflowInputs, directory: Path) -> dict[tuple[object, ...], list[str]]:
    """{what the jobs of a family depend on: its families}; only families without a folder of results."""
    found: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for name in inputs.families:
        if (directory / "results" / name).exists():
            continue
        family = inputs.family(name)
        sheet = inputs.sheet
        members = tuple((sheet.entry(sample), tuple(inputs.units(sample))) for sample in _members(inputs, name))
        signs = bool(family.hpo_terms or family.hpo_absent)
        found[members, bool(inputs.panel(name)), signs, bool(inputs.structural_files(name))].append(name)
    return found


def _members(inputs: WorkflowInputs, family: str) -> list[str]:
    """Samples of a family, in the order of its members."""
    return list(inputs.family(family).samples)


def _sources(inputs: WorkflowInputs, family: str) -> list[str]:
    """Files that the sheets give for a family, in the order of members and units; '' where a member has none."""
    found: list[str] = []
    for sample in _members(inputs, family):
        row = inputs.sheet.rows.get(sample)
        found += [(row.bam or "") if row else "", (row.vcf or "") if row else ""]
        for unit in inputs.sheet.units.get(sample, []):
            found += [unit.fastq_1, unit.fastq_2]
    return found


def written_for(
    jobs: Sequence[PlannedJob], names: Mapping[str, str], files: Mapping[str, str] | None = None
) -> Iterator[PlannedJob]:
    """The same jobs for other names of family and members, {planned: other}; files : the same of the sheets' files."""
    files = files or {}

    def renamed(text: str) -> str:
        return files.get(text) or _WORD.sub(lambda found: names.get(found[0], found[0]), text)

    for job in jobs:
        yield replace(
            job,
            wildcards={key: names.get(value, value) for key, value in job.wildcards.items()},
            inputs=tuple(renamed(path) for path in job.inputs),
            outputs=tuple(renamed(path) for path in job.outputs),
            log=renamed(job.log),
            benchmark=renamed(job.benchmark),
        )
