"""What has Snakemake said of each job so far: started, finished, failed, and where is its log?

Read from `logs/run.log`, which `filiation run` writes while Snakemake speaks, on this machine and on a cluster alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

RUNNING, FINISHED, FAILED = "running", "finished", "failed"

_HEAD = re.compile(r"^\s*(?:local)?(?:rule|checkpoint) (\w+):$")
_ERROR = re.compile(r"^\s*Error in (?:rule|checkpoint) (\w+):")
_FIELD = re.compile(r"^\s+(jobid|log|wildcards|output|message|external_jobid): (.*)$")
_FINISHED = re.compile(r"^Finished jobid: (\S+) \(")
_STAMP = re.compile(r"^\[(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\]$")


@dataclass
class JobEvent:
    """The last word on one job.

    log : what the step wrote. cluster_log : what Snakemake and the scheduler wrote on the node, where there is one.
    attempt : 1 for the first try.
    """

    rule: str
    state: str
    wildcards: dict[str, str] = field(default_factory=dict)
    log: str = ""
    cluster_log: str = ""
    message: str = ""
    since: str = ""
    attempt: int = 1

    @property
    def family(self) -> str:
        """Family it works for; '' for the jobs of all families."""
        return self.wildcards.get("family", "")


_BANNER = re.compile(
    r"SNAKEMAKE$|=+$|  (Date|Workflow ID|Platform|Host|User|(Snakemake|Python) version|Command|Snakefile|"
    r"(Base|Run|Working) directory|Config file\(s\)|Config MD5): "
)


def useful_lines(text: str) -> list[str]:
    """Lines of Snakemake's words without its banner and its frames."""
    return [
        line
        for line in text.splitlines()
        if line.strip()
        and not line.startswith(("Using workflow specific", "Assuming unrestricted", "host:", "Building DAG"))
        and not _BANNER.match(line)
        and not re.match(r'\s*File ".*", line \d+', line)
    ]


def _logs(fields: dict[str, str]) -> list[str]:
    """Names of the logs of a job, as Snakemake writes them in one line."""
    return [name for name in fields.get("log", "").split(" (", 1)[0].split(", ") if name]


def job_events(lines: Iterable[str]) -> dict[str, JobEvent]:
    """{job id: the last word on it}, in the order of their starts."""
    events: dict[str, JobEvent] = {}
    rule, failed, stamp = "", False, ""
    fields: dict[str, str] = {}

    def settle() -> None:
        number = fields.get("jobid", "")
        if not rule or not number:
            return
        before = events.get(number)
        if failed:
            if before is None:
                before = events.setdefault(number, JobEvent(rule, FAILED))
            before.state, before.since = FAILED, stamp
            before.message = fields.get("message", "")
            # `log: logs/a.log, .snakemake/slurm_logs/rule_a/7.log (check …`: the step's own first, if it has one.
            logs = [name for name in _logs(fields) if name != before.log]
            if not before.log and logs:
                before.log = logs.pop(0)
            before.cluster_log = logs[0] if logs else ""
            return
        events[number] = JobEvent(
            rule,
            RUNNING,
            dict(item.partition("=")[::2] for item in fields.get("wildcards", "").split(", ") if "=" in item),
            next(iter(_logs(fields)), ""),
            since=stamp,
            attempt=before.attempt + 1 if before else 1,
        )

    for line in lines:
        line = line.rstrip("\n")
        if found := _FIELD.match(line):
            fields.setdefault(found[1], found[2])
            continue
        head, error = _HEAD.match(line), _ERROR.match(line)
        finished, time = _FINISHED.match(line), _STAMP.match(line)
        if head or error or finished or time or not line.strip():
            settle()
            rule, failed, fields = "", False, {}
        if time:
            stamp = time[1]
        if head or error:
            rule, failed = (head or error)[1], bool(error)  # type: ignore[index]
        if finished and (event := events.get(finished[1])):
            event.state, event.since = FINISHED, stamp
    settle()
    return events
