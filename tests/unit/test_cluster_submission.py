"""Is a job submitted once, alone at its work, and missed when the cluster has lost it?

What SLURM does to whole runs is tried in tests/slurm; here, one script or one watch at a time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from filiation.cluster import slurm, submission
from filiation.cluster.lost import LostJobs
from filiation.cluster.profile import Profile
from filiation.errors import ToolError

NAME = "filiation-0123456789ab_run"
WRAP = "python -m snakemake --target-jobs 'align:family=FAM001' --allowed-rules align --cores all"


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder for stand-ins of SLURM's commands, which write their arguments down."""
    folder = tmp_path / "commands"
    folder.mkdir()
    return folder


def stand_in(folder: Path, name: str, script: str) -> None:
    """A command that says what the script says."""
    path = folder / name
    path.write_text(f"#!/bin/bash\nprintf '%s\\n' \"$@\" >> {folder}/{name}.calls\n{script}\n")
    path.chmod(0o755)


def ask(script: str, commands: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One of the scripts that stand between the executor and SLURM, on the stand-ins."""
    environment = {
        **os.environ,
        "PATH": f"{submission.scripts()}:{commands}:{os.environ['PATH']}",
        "FILIATION_SLURM_PATIENCE": "3",
        "FILIATION_SLURM_LAG": "0",
        **variables,
    }
    command = [str(submission.scripts() / script), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def submit(commands: Path, *further: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One submission as the executor makes it."""
    job = ("--parsable", "--job-name", NAME, "--comment", "rule_align_wildcards_FAM001_proband", f"--wrap={WRAP}")
    return ask("sbatch", commands, *job, *further, **variables)


def test_sbatch__a_refusal_for_good_is_passed_on_at_once(commands: Path) -> None:
    stand_in(commands, "squeue", "true")
    stand_in(commands, "sbatch", "echo 'sbatch: error: invalid partition specified: mian' >&2; exit 1")
    done = submit(commands)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "sbatch: error: invalid partition specified: mian\n"


def test_sbatch__the_comment_names_the_rule_and_nobody(commands: Path) -> None:
    stand_in(commands, "sbatch", f"printf '%s\\n' \"$5\" > {commands}/comment; echo 7")
    stand_in(commands, "squeue", f'[ -e {commands}/comment ] && echo "7|{NAME}|$(cat {commands}/comment)"; true')
    done = submit(commands)
    assert (done.returncode, done.stdout) == (0, "7\n")
    rule, work = (commands / "comment").read_text().split()
    assert rule == "rule_align"
    assert len(work) == 16


def test_sbatch__a_job_that_was_taken_although_it_was_refused_is_not_submitted_again(commands: Path) -> None:
    stand_in(commands, "sbatch", f"printf '%s\\n' \"$5\" > {commands}/comment; echo 'Socket timed out' >&2; exit 1")
    stand_in(commands, "squeue", f'[ -e {commands}/comment ] && echo "7|{NAME}|$(cat {commands}/comment)"; true')
    done = submit(commands)
    assert (done.returncode, done.stdout) == (0, "7\n")
    assert "submitted as 7, although: Socket timed out" in done.stderr
    assert (commands / "sbatch.calls").read_text().count("--parsable") == 1


def test_sbatch__nothing_is_submitted_while_the_queue_does_not_answer(commands: Path) -> None:
    stand_in(commands, "sbatch", "echo 7")
    stand_in(commands, "squeue", "exit 1")
    done = submit(commands)
    assert done.returncode == 1
    assert "squeue has not answered" in done.stderr
    assert not (commands / "sbatch.calls").exists()


@pytest.mark.parametrize(("partition", "minutes"), [("main", "1440"), ("long", "2160"), ("other", "2160")])
def test_sbatch__a_further_try_asks_for_no_more_than_the_partition_has(
    commands: Path, partition: str, minutes: str
) -> None:
    stand_in(commands, "squeue", "true")
    stand_in(commands, "sbatch", "exit 1")
    limits = "main:1440:64000 long::64000"
    submit(commands, "-p", partition, "-t", "2160", "--mem", "24000", FILIATION_SLURM_LIMITS=limits)
    calls = (commands / "sbatch.calls").read_text().split("\n")
    assert calls[calls.index("-t") + 1] == minutes
    assert calls[calls.index("--mem") + 1] == "24000"


WORK, OTHER = "rule_align 0123456789abcdef", "rule_align fedcba9876543210"


@pytest.mark.parametrize(
    ("queue", "code", "said"),
    [
        (f"5|{NAME}|RUNNING|{WORK}", 0, ""),
        (f"5|{NAME}|RUNNING|{WORK}\n6|{NAME}|PENDING|{OTHER}", 0, ""),
        (f"4|{NAME}|FAILED|{WORK}\n5|{NAME}|RUNNING|{WORK}", 0, ""),
        (f"5|{NAME}|RUNNING|{WORK}\n6|{NAME}|PENDING|{WORK}", 1, "job 6 does this work"),
        (f"5|{NAME}|RUNNING|{WORK}\n6|filiation-another__x_run|PENDING|{WORK}", 0, ""),
        (f"6|{NAME}|PENDING|{OTHER}", 1, "the queue does not say"),
        (f"5|{NAME}|RUNNING|somebody's own comment", 0, ""),
    ],
    ids=["alone", "other work", "an earlier one has ended", "a later one", "another folder", "unknown", "not ours"],
)
def test_sole_writer__of_two_jobs_the_later_one_works(commands: Path, queue: str, code: int, said: str) -> None:
    (commands / "queue").write_text(queue + "\n")
    stand_in(commands, "squeue", f"cat {commands}/queue")
    done = ask("sole-writer", commands, SLURM_JOB_ID="5")
    assert done.returncode == code
    assert said in done.stderr


def test_sole_writer__ends_an_earlier_job_and_waits_for_its_end(commands: Path) -> None:
    (commands / "queue").write_text(f"4|{NAME}|RUNNING|{WORK}\n5|{NAME}|RUNNING|{WORK}\n")
    stand_in(commands, "squeue", f"cat {commands}/queue")
    stand_in(commands, "scancel", f"sed -i s/^4.*RUNNING/'4|{NAME}|CANCELLED'/ {commands}/queue")
    done = ask("sole-writer", commands, SLURM_JOB_ID="5")
    assert done.returncode == 0, done.stderr
    assert (commands / "scancel.calls").read_text() == "4\n"


def test_options__the_guard_follows_a_precommand_of_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm, "keeps_accounts", lambda: False)
    profile = Profile(tmp_path, "slurm", {"precommand": "module load samtools", "slurm-no-account": True})
    options = submission.options(profile, 2, tmp_path)
    assert options[options.index("--precommand") + 1].startswith("module load samtools && /")
    assert options[options.index("--slurm-status-command") + 1] == "squeue"
    assert "--slurm-no-account" not in options
    assert "--slurm-status-attempts" in options
    assert "--precommand" not in submission.options(Profile(tmp_path, "local"), 2, tmp_path)


@pytest.fixture
def waiting() -> Iterator[subprocess.Popen[str]]:
    """A process that waits for ever, as Snakemake does for a job that nobody knows."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], text=True)
    yield process
    process.kill()
    process.wait()


def no_answer() -> None:
    """Accounting that is away."""
    raise ToolError("sacct does not answer")


@pytest.mark.parametrize(
    ("queue", "accounting", "lost"),
    [(lambda: 0, lambda: None, True), (lambda: 1, lambda: None, False), (lambda: 0, no_answer, False)],
    ids=["in no queue", "in the queue", "accounting away"],
)
def test_lost_jobs__are_those_of_which_all_who_answer_know_nothing(
    waiting: subprocess.Popen[str], queue: object, accounting: object, lost: bool
) -> None:
    with LostJobs(waiting, queue, accounting, patience=0.4) as watched:  # type: ignore[arg-type]
        # Long enough for a busy machine where something must happen, short where nothing may.
        deadline = time.monotonic() + (30 if lost else 2)
        while time.monotonic() < deadline and waiting.poll() is None:
            time.sleep(0.05)
    assert watched.lost is lost
    assert (waiting.poll() is not None) is lost


def test_environment__tells_sbatch_what_the_partitions_allow_and_snakemake_where_our_scheduler_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    partitions = {"main": slurm.Partition("main", 1440, 64, 256000)}
    monkeypatch.setattr(slurm, "partitions", lambda: partitions)
    profile = Profile(tmp_path, "slurm")
    found = submission.environment(profile, {"PATH": "/bin", "PYTHONPATH": "/elsewhere"})
    assert found["FILIATION_SLURM_LIMITS"] == "main:1440:256000"
    assert found["PATH"].split(os.pathsep)[0] == str(submission.scripts())
    assert Path(found["PYTHONPATH"].split(os.pathsep)[0], "snakemake_scheduler_plugin_filiation").is_dir()
    assert found["PYTHONPATH"].split(os.pathsep)[1] == "/elsewhere"
