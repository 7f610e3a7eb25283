"""Which jobs would a run start now, for one family or for a thousand?

Snakemake takes about 3 ms of processor time a job to plan, a minute for the jobs of a thousand families. Families for
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
from filiation.workflow_inputs import COMPARISON_OF_FAMILIES, WorkflowInputs
from filiation.workflow_run import plan_jobs

_WORD = re.compile(r"[A-Za-z0-9_-]+")


def jobs_of_run(inputs: WorkflowInputs, config: Path, directory: Path) -> list[PlannedJob]:
    """The jobs that a run of the whole sheet would start now; called in `directory`.

    inputs, config : the configuration, read and as a file. The job that only gathers the reports is left out: it does
    nothing. FiliationError when Snakemake cannot plan.
    """
    alike = alike_families(inputs, directory)
    followers = {family: others for family, *others in alike.values()}
    if not any(followers.values()):
        return [job for job in plan_jobs(config, directory) if job.rule != "all"]
    stood_for = {family for others in followers.values() for family in others}
    asked = [family for family in inputs.families if family not in stood_for]
    found = plan_jobs(config, directory, inputs.targets(asked))
    jobs = [job for job in found if job.family not in followers]
    for family, others in followers.items():
        own = [job for job in found if job.family == family]
        jobs += own
        for other in others:
            names = dict(zip(_members(inputs, family), _members(inputs, other), strict=True))
            jobs += list(written_for(own, {family: other, **names}))
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


def written_for(jobs: Sequence[PlannedJob], names: Mapping[str, str]) -> Iterator[PlannedJob]:
    """The same jobs for other names of family and members; names : {planned: other}."""

    def renamed(text: str) -> str:
        return _WORD.sub(lambda found: names.get(found[0], found[0]), text)

    for job in jobs:
        yield replace(
            job,
            wildcards={key: names.get(value, value) for key, value in job.wildcards.items()},
            inputs=tuple(renamed(path) for path in job.inputs),
            outputs=tuple(renamed(path) for path in job.outputs),
            log=renamed(job.log),
            benchmark=renamed(job.benchmark),
        )
