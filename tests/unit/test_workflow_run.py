"""One run a folder, a plan, progress, a message for a failed step, and nothing left behind by a dead run?

A workflow of two small rules takes the place of ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import filiation.workflow_command
from filiation.errors import ConfigError, FiliationError
from filiation.workflow_progress import failure_text
from filiation.workflow_run import (
    LOCK_NAME,
    MARK,
    end_leftovers,
    refuse_unsafe_options,
    remove_parts,
    run_lock,
    run_workflow,
)

SNAKEFILE = """
rule all:
    input: "results/second.txt"

rule first:
    output: temp("results/first.txt")
    log: "logs/first.log"
    shell: "{first}"

rule second:
    input: "results/first.txt"
    output: "results/second.txt"
    shell: "cp {{input}} {{output}}"
"""
WRITES = "echo one > {output} 2> {log}"
FAILS = "echo half > {output}; for n in $(seq 20); do echo line $n; done > {log}; exit 3"
WAITS = "echo half > {output}; echo $$ > waiting.pid; sleep 60; echo one > {output}"


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test starts; ended with it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, and a workflow whose first rule writes its file."""
    monkeypatch.setattr(filiation.workflow_command, "WORKFLOW", tmp_path / "workflow")
    (tmp_path / "workflow").mkdir()
    (tmp_path / "config.yaml").write_text("{}\n", encoding="utf-8")
    first_rule(tmp_path, WRITES)
    run = tmp_path / "run"
    run.mkdir()
    return run


def first_rule(folder: Path, command: str) -> None:
    """What the first rule of the small workflow does."""
    (folder / "workflow" / "Snakefile").write_text(SNAKEFILE.format(first=command), encoding="utf-8")


def run(folder: Path, *extra: str, dry_run: bool = False) -> int:
    """The small workflow in a folder."""
    return run_workflow(folder.parent / "config.yaml", folder, 1, extra, dry_run=dry_run)


def driver(folder: Path) -> subprocess.Popen[str]:
    """The small workflow in a process of its own, once its first rule is at work."""
    program = (
        "import signal, sys; from pathlib import Path; import filiation.workflow_run as w\n"
        "import filiation.workflow_command as c\n"
        "from filiation.errors import *\n"
        # A test run in the background inherits a keyboard signal that is ignored; a user's terminal does not.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "folder = Path(sys.argv[1]); c.WORKFLOW = folder.parent / 'workflow'\n"
        "try: sys.exit(w.run_workflow(folder.parent / 'config.yaml', folder, 1))\n"
        "except FiliationError as error: sys.exit(error.message())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(folder / "waiting.pid")
    return process


def wait_for(path: Path) -> None:
    """Until a file has content; fails after a minute."""
    for _ in range(600):
        if path.is_file() and path.stat().st_size:
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not appear")


def is_alive(pid: int) -> bool:
    """Whether a process still runs."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().split(")")[1].split()[0] not in ("Z", "X")


def test_lock__a_second_run_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    with (
        run_lock(tmp_path),
        pytest.raises(FiliationError, match=rf"another run .*process {os.getpid()} on "),
        run_lock(tmp_path),
    ):
        pass
    with run_lock(tmp_path):
        pass


def test_lock__is_free_after_its_holder_was_killed(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    program = (
        "import sys, time; from pathlib import Path; from filiation.workflow_run import run_lock\n"
        "with run_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    processes.append(holder)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(FiliationError, match=f"process {holder.pid} on"), run_lock(tmp_path):
        pass
    holder.kill()
    holder.wait()
    assert (tmp_path / LOCK_NAME).read_text() != ""
    with run_lock(tmp_path):
        pass


def test_lock__a_folder_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"), run_lock(tmp_path / "file" / "run"):
        pass


def test_leftovers__only_those_of_this_folder_are_ended(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "here2"
    for marks in ({MARK: str(here)}, {MARK: str(elsewhere)}, {}):
        processes.append(subprocess.Popen(["sleep", "60"], env={**os.environ, **marks}, text=True))
    assert end_leftovers(here) == 1
    assert [is_alive(process.pid) for process in processes] == [False, True, True]
    assert end_leftovers(here) == 0


def test_leftovers__a_run_inside_a_marked_shell_spares_its_parents(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from filiation.workflow_run import end_leftovers\n"
        "print(end_leftovers(Path(sys.argv[1])))"
    )
    shell = ["sh", "-c", '"$0" -c "$1" "$2"; echo alive', sys.executable, program, str(tmp_path)]
    done = subprocess.run(shell, env={**os.environ, MARK: str(tmp_path)}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "alive"]


def test_parts__half_written_files_are_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "FAM" / "alignment"
    folder.mkdir(parents=True)
    for name in (".child.cram.123.part", ".child.cram.123.part.crai"):
        (folder / name).write_text("half")
    (folder / ".index-a1b2c3_d.part").mkdir()
    (folder / ".index-a1b2c3_d.part" / "genome.fa.bwt").write_text("half")
    kept = ["child.cram", ".child.cram.part", "notes.12.part", ".hidden"]
    for name in kept:
        (folder / name).write_text("whole")
    assert remove_parts(tmp_path) == 3
    assert remove_parts(tmp_path / "absent") == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(kept)


@pytest.mark.parametrize(
    "option",
    [
        "--nolock",
        "--nol",
        "--keep-incomplete",
        "--keep-inc",
        "--ignore-incomplete",
        "--ii",
        "--directory=/x",
        "-d",
        "-dx",
    ],
)
def test_options__that_make_a_restart_unsafe_are_refused(option: str, folder: Path) -> None:
    with pytest.raises(ConfigError, match="is not accepted"):
        run(folder, option)
    assert not (folder / LOCK_NAME).exists()


def test_options__others_pass() -> None:
    refuse_unsafe_options(
        ["--keep-going", "--forceall", "--notemp", "-n", "--resources", "mem_mb=4000", "--until", "x"]
    )


@pytest.mark.workflow
def test_run__plan_progress_and_nothing_to_do_the_second_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, dry_run=True) == 0
    assert not (folder / "results").exists()
    assert "plan: 3 jobs (first 1, second 1)" in capsys.readouterr().err

    assert run(folder) == 0
    told = capsys.readouterr().err
    assert "plan: 3 jobs (first 1, second 1)" in told
    assert "[   2/3]" in told
    assert "second" in told.split("[   2/3]")[1].splitlines()[0]
    assert (folder / "results" / "second.txt").read_text() == "one\n"
    before = (folder / "results" / "second.txt").stat().st_mtime_ns

    assert run(folder) == 0
    assert "nothing to do" in capsys.readouterr().err
    assert (folder / "results" / "second.txt").stat().st_mtime_ns == before


@pytest.mark.workflow
def test_run__failed_step_shows_the_end_of_its_log(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first_rule(folder.parent, FAILS)
    assert run(folder) == 1
    told = capsys.readouterr().err
    assert "failed step: first" in told
    assert "line 20" in told
    assert "line 8\n" not in told
    assert "run the same command again" in told
    # The half-written output is not left for a finished one.
    assert not (folder / "results" / "first.txt").exists()
    first_rule(folder.parent, WRITES)
    assert run(folder) == 0


@pytest.mark.workflow
def test_run__intermediate_files_of_a_killed_run_are_removed_when_no_step_needs_them(folder: Path) -> None:
    left = folder / "results" / "first.txt"
    assert run(folder, "--notemp") == 0
    assert left.exists()
    # As a run leaves its folder when it is killed after the last step.
    (folder / LOCK_NAME).write_text('{"host": "node", "pid": 1, "run": "x"}', encoding="utf-8")
    assert run(folder, dry_run=True) == 0
    assert left.exists()
    (folder / LOCK_NAME).write_text('{"host": "node", "pid": 1, "run": "x"}', encoding="utf-8")
    assert run(folder) == 0
    assert not left.exists()
    assert (folder / "results" / "second.txt").exists()


@pytest.mark.workflow
def test_run__a_workflow_that_cannot_be_planned_is_a_message(folder: Path) -> None:
    (folder.parent / "workflow" / "Snakefile").write_text('rule all:\n    input: "never.txt"\n', encoding="utf-8")
    with pytest.raises(FiliationError, match="cannot be planned") as caught:
        run(folder)
    assert "never.txt" in caught.value.message()


@pytest.mark.workflow
def test_run__a_plan_in_unknown_words_is_not_taken_for_nothing_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = subprocess.CompletedProcess[str]([], 0, stdout="Tasks: 3", stderr="")
    monkeypatch.setattr(filiation.workflow_run.subprocess, "run", lambda *arguments, **options: fake)
    with pytest.raises(FiliationError, match="plan was not understood"):
        run(folder)


@pytest.mark.workflow
def test_run__snakemake_lock_of_a_dead_run_is_released(folder: Path) -> None:
    locks = folder / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/second.txt\n", encoding="utf-8")
    assert run(folder) == 0


@pytest.mark.workflow
def test_run__a_plain_snakemake_at_work_here_is_respected(folder: Path, processes: list[subprocess.Popen[str]]) -> None:
    first_rule(folder.parent, WAITS)
    command = [sys.executable, "-m", "snakemake", "-s", str(folder.parent / "workflow" / "Snakefile")]
    plain = subprocess.Popen(
        [*command, "--cores", "1", "--directory", str(folder)],
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    processes.append(plain)
    wait_for(folder / "waiting.pid")
    with pytest.raises(FiliationError, match=rf"a snakemake is at work in this folder \(process {plain.pid}\)"):
        run(folder)
    assert plain.poll() is None
    os.killpg(plain.pid, signal.SIGKILL)


@pytest.mark.workflow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run__told_to_stop_ends_its_steps_before_it_goes(
    number: signal.Signals, folder: Path, processes: list[subprocess.Popen[str]]
) -> None:
    first_rule(folder.parent, WAITS)
    process = driver(folder)
    processes.append(process)
    step = int((folder / "waiting.pid").read_text())
    assert is_alive(step)
    process.send_signal(number)
    assert process.wait(timeout=60) != 0
    assert not is_alive(step)
    first_rule(folder.parent, WRITES)
    assert run(folder) == 0
    assert (folder / "results" / "second.txt").read_text() == "one\n"


@pytest.mark.workflow
def test_run__after_kill_9_of_the_driver_the_same_command_finishes(
    folder: Path, processes: list[subprocess.Popen[str]]
) -> None:
    first_rule(folder.parent, WAITS)
    process = driver(folder)
    processes.append(process)
    step = int((folder / "waiting.pid").read_text())
    process.kill()
    process.wait()
    assert is_alive(step)
    first_rule(folder.parent, WRITES)
    assert run(folder) == 0
    assert not is_alive(step)
    assert (folder / "results" / "second.txt").read_text() == "one\n"


def test_failure__a_snakemake_that_stops_before_any_step_says_why(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "run.log"
    log.parent.mkdir()
    log.write_text("host: node7\nBuilding DAG of jobs...\nMissing input files for rule align:\n    a.fastq.gz\n")
    text = failure_text([], log)
    assert text.startswith("snakemake stopped before any step failed:\n  Missing input files for rule align:")
    assert "a.fastq.gz" in text
    assert "node7" not in text
