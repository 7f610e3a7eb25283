"""Does a user see how far each family is, and what the likely cause of a failure is?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.cluster.causes import likely_cause
from filiation.cluster.events import FAILED, FINISHED, RUNNING, job_events
from filiation.cluster.profile import rule_names
from filiation.cluster.status import STAGES, Failure, FamilyStatus, alike, family_statuses, table_text
from filiation.cluster.status_page import status_page
from filiation.workflow_progress import failure_text

LOG = """
[Sun Nov 22 03:57:49 2026]
rule normalise:
    input: data/stored.bcf
    output: results/F1/normalised/F1.bcf
    log: logs/normalise/F1.log
    jobid: 6
    wildcards: family=F1
    resources: tmpdir=<TBD>, mem_mb=2000
Shell command: filiation normalise
Job 6 has been submitted with SLURM jobid 3 (log: x/3.log).
[Sun Nov 22 03:58:23 2026]
Finished jobid: 6 (Rule: normalise)
1 of 8 steps (12%) done
[Sun Nov 22 03:58:56 2026] Group job interpretation (jobs in lexicogr. order):

    [Sun Nov 22 03:58:56 2026]
    rule screen:
        input: results/F1/normalised/F1.bcf
        output: results/F1/screened/F1.bcf
        log: logs/screen/F1.log
        jobid: 5
        wildcards: family=F1
Shell command: filiation screen

[Sun Nov 22 03:59:00 2026]
Error in rule screen:
    message: SLURM-job 'x' failed, SLURM status is: 'OUT_OF_MEMORY'.
    jobid: 5
    output: results/F1/screened/F1.bcf
    log: logs/screen/F1.log (check log file(s) for error details)

[Sun Nov 22 03:59:10 2026]
rule quality:
    jobid: 8
    wildcards: family=F2
    log: logs/quality/F2.log
"""


def test_events__the_last_word_on_each_job_is_kept() -> None:
    events = job_events(LOG.splitlines())
    assert {number: event.state for number, event in events.items()} == {"6": FINISHED, "5": FAILED, "8": RUNNING}
    assert (events["5"].family, events["5"].log) == ("F1", "logs/screen/F1.log")


def test_events__a_job_that_is_tried_again_is_running_and_counted() -> None:
    again = LOG + "\n[Sun Nov 22 03:59:12 2026]\nrule screen:\n    jobid: 5\n    wildcards: family=F1\n"
    event = job_events(again.splitlines())["5"]
    assert (event.state, event.attempt) == (RUNNING, 2)


ON_SLURM = """
[Sun Nov 22 03:58:00 2026]
rule screen:
    log: logs/screen/F1.log
    jobid: 5
    wildcards: family=F1

[Sun Nov 22 03:59:00 2026]
Error in rule screen:
    message: SLURM-job '2' failed, SLURM status is: 'FAILED'.
    jobid: 5
    log: logs/screen/F1.log, ./.snakemake/slurm_logs/rule_screen/2.log (check log file(s) for error details)
"""


@pytest.mark.parametrize("own", ["", "filiation screen: calls.bcf: block 7 is cut\n  repair: copy it again\n"])
def test_failure__on_slurm_shows_the_steps_log_or_where_it_is_empty_that_of_the_job(own: str, tmp_path: Path) -> None:
    words = {
        "logs/run.log": ON_SLURM,
        "logs/screen/F1.log": own,
        ".snakemake/slurm_logs/rule_screen/2.log": "SNAKEMAKE\n=====\n  Date: today\nMissingInputException: screen\n",
    }
    for name, text in words.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    text = failure_text(["screen"], tmp_path / "logs" / "run.log")
    assert "failed step: screen" in text
    # What the node lacks is the cause of whatever the step says.
    assert "likely cause: a file that this machine has is missing on the node" in text
    shown = "logs/screen/F1.log:\n    filiation screen" if own else "rule_screen/2.log:\n    MissingInputException"
    assert shown in text
    assert "Date: today" not in text
    (status,) = family_statuses(tmp_path, {"F1": ["F1-child"]}, alive=False, starts_from_calls=frozenset({"F1"}))
    assert "block 7" in table_text([status], [], "") if own else "MissingInput" in table_text([status], [], "")


def test_failure__of_a_first_try_is_not_told_when_a_further_one_came_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    again = "\n[Sun Nov 22 03:59:12 2026]\nrule screen:\n    jobid: 5\n\nFinished jobid: 5 (Rule: screen)\n"
    other = "\nrule annotate:\n    jobid: 6\n\nError in rule annotate:\n    jobid: 6\n"
    (tmp_path / "logs" / "run.log").write_text(ON_SLURM + again + other)
    text = failure_text(["screen", "annotate"], tmp_path / "logs" / "run.log")
    assert "failed step: annotate" in text
    assert "failed step: screen" not in text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder in the middle of the run of LOG."""
    for path in ("results/F1/normalised/F1.bcf", "logs/screen/F1.log"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("screen: <b>1 of 2</b>\n")
    (tmp_path / "logs" / "run.log").write_text(LOG)
    return tmp_path


def test_stages__every_rule_that_works_for_one_family_has_one() -> None:
    known = set().union(*(rules for _, rules, _ in STAGES))
    assert known <= rule_names()
    for_all = {"prepare_reference", "index_reference", "split_regions", "in_house_counts", "compare_families"}
    assert rule_names() - known == for_all | {"record_run", "all", "calls", "candidates"}


def test_status__stages_are_done_failed_running_or_waiting(folder: Path) -> None:
    families = {"F1": ["F1-child"], "F2": ["F2-child"]}
    first, second = family_statuses(folder, families, alive=True, starts_from_calls=frozenset(families))
    assert (first.stages["calling"], first.stages["screening"], first.state) == ("done", "failed", "failed")
    assert (second.stages["quality"], second.stages["report"], second.state) == ("running", "waiting", "running")
    assert first.failures[0].cause is not None
    assert first.failures[0].cause.cause == "memory"
    assert second.at_work == ["quality since 03:59"]
    text = table_text([first, second], [], "2 families")
    assert "quality since 03:59" in text
    assert "F1: screen failed (logs/screen/F1.log)" in text
    assert "likely cause: memory" in text


def test_status__nothing_is_running_when_no_run_is_at_work(folder: Path) -> None:
    (status,) = family_statuses(folder, {"F2": ["F2-child"]}, alive=False, starts_from_calls=frozenset({"F2"}))
    assert status.stages["quality"] == "waiting"


def test_failures__of_one_rule_and_cause_are_told_once_with_the_logs_of_the_others() -> None:
    full = likely_cause("No space left on device")
    statuses = [
        FamilyStatus(name, {}, [Failure(name, "align", f"logs/align/{name}.log", ("No space left on device",), full)])
        for name in ("F1", "F2", "F3")
    ]
    unknown = [Failure(name, "align", f"logs/align/{name}.log", (), None) for name in ("F4", "F5")]
    statuses.append(FamilyStatus("F4", {}, unknown))
    assert [others for _, others in alike([], statuses)] == [["logs/align/F2.log", "logs/align/F3.log"], [], []]
    text = table_text(statuses, [], "footer")
    assert text.count("No space left on device") == 1
    assert "the same: logs/align/F2.log, logs/align/F3.log" in text
    assert "The same in 2 more" in status_page(statuses, [], "footer")


def test_status__the_page_escapes_what_logs_say_and_needs_no_network(folder: Path) -> None:
    statuses = family_statuses(folder, {"F1": ["F1-child"]}, alive=False, starts_from_calls=frozenset())
    page = status_page(statuses, [], "1 family")
    assert "&lt;b&gt;1 of 2&lt;/b&gt;" in page
    assert "<b>1 of 2" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "disk full"),
        ("slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-11-22 DUE TO TIME LIMIT ***", "time limit"),
        ("slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch", "memory"),
        ("OSError: [Errno 116] Stale file handle", "the shared file system went away"),
        ("filiation screen: calls.bcf: block 7 is cut\n  repair: copy it again", "calls.bcf: block 7 is cut"),
        ("all is well", None),
    ],
)
def test_cause__is_read_from_the_last_lines(text: str, cause: str | None) -> None:
    found = likely_cause(text)
    assert (found.cause if found else None) == cause


def test_cause__our_own_message_brings_its_repair() -> None:
    found = likely_cause(
        "filiation screen: calls.bcf: block 7 is cut\n  expected: a whole file\n  repair: copy it again"
    )
    assert found is not None
    assert found.repair == "copy it again"
