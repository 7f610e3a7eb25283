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
    """The last word on one job. attempt : 1 for the first try."""

    rule: str
    state: str
    wildcards: dict[str, str] = field(default_factory=dict)
    log: str = ""
    message: str = ""
    since: str = ""
    attempt: int = 1

    @property
    def family(self) -> str:
        """Family it works for; '' for the jobs of all families."""
        return self.wildcards.get("family", "")


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
            before.log = fields.get("log", before.log).split(" (", 1)[0]
            return
        events[number] = JobEvent(
            rule,
            RUNNING,
            dict(item.partition("=")[::2] for item in fields.get("wildcards", "").split(", ") if "=" in item),
            fields.get("log", "").split(" (", 1)[0],
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
