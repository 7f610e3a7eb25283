"""Which jobs will a run start, in which rule, for which family, and what does each ask of the machine?

Read from the plan that Snakemake prints: the one place where rules, sheets, what is there already and what changed are
put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# What Snakemake knows only when the job starts.
_UNKNOWN = "<TBD>"
# Jobs of a group are set off by four more spaces.
_HEAD = re.compile(r"^ *(?:local)?(?:rule|checkpoint) (\w+):$")
_FIELD = re.compile(r"^ {4,}(input|output|log|benchmark|wildcards|threads|resources|jobid): (.*)$")


@dataclass(frozen=True)
class PlannedJob:
    """One job of a plan. memory_mb, minutes : what its first attempt asks for; None where the rule says nothing.

    partitions, account : of SLURM, as profile and rule have them; empty for the cluster's own.
    """

    rule: str
    wildcards: dict[str, str] = field(default_factory=dict)
    threads: int = 1
    memory_mb: int | None = None
    minutes: int | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    log: str = ""
    benchmark: str = ""
    local: bool = False
    partitions: tuple[str, ...] = ()
    account: str = ""

    @property
    def family(self) -> str:
        """Family it works for; '' for the jobs of all families."""
        return self.wildcards.get("family", "")

    @property
    def name(self) -> str:
        """`align FAM001-child.L001`: rule and what tells this job from its like."""
        parts = [value for key, value in self.wildcards.items() if key != "family" or len(self.wildcards) == 1]
        return " ".join([self.rule, ".".join(parts)]).strip()


def planned_jobs(text: str) -> Iterator[PlannedJob]:
    """Every job of the plan that `snakemake --dry-run` printed, in its order."""
    rule, local, fields = "", False, dict[str, str]()
    for line in [*text.splitlines(), "rule end:"]:
        if head := _HEAD.match(line):
            if rule:
                yield _job(rule, local, fields)
            rule, local, fields = head[1], line.lstrip().startswith("local"), {}
        elif rule and (found := _FIELD.match(line)):
            fields[found[1]] = found[2]


def _job(rule: str, local: bool, fields: dict[str, str]) -> PlannedJob:
    """A job from the lines under its head."""
    resources = _pairs(fields.get("resources", ""))
    # A plan for one machine calls no job local; small ones are those whose rules ask for nothing.
    local = local or not {"mem_mb", "runtime"} & set(resources)
    return PlannedJob(
        rule,
        _pairs(fields.get("wildcards", "")),
        int(fields.get("threads", "1")),
        _whole(resources.get("mem_mb")),
        _whole(resources.get("runtime")),
        _paths(fields.get("input", "")),
        _paths(fields.get("output", "")),
        fields.get("log", "").split(" (", 1)[0],
        fields.get("benchmark", ""),
        local,
        tuple(part for part in resources.get("slurm_partition", "").split(",") if part and part != _UNKNOWN),
        resources.get("slurm_account", "").replace(_UNKNOWN, ""),
    )


def _pairs(text: str) -> dict[str, str]:
    """`family=FAM1, sample=FAM1-child` as a dict; ids hold no comma."""
    return dict(item.partition("=")[::2] for item in text.split(", ") if "=" in item)


def _paths(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(", ") if part)


def _whole(text: str | None) -> int | None:
    """A resource that is a number already; `<TBD>` is not."""
    return int(text) if text and text.isdecimal() else None
