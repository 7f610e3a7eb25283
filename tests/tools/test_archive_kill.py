"""Does the archive hold when a writer is killed, at any step and at any moment, or when several come at once?

Each trial copies an archive, starts a command that writes to it, and kills it by signal 9: just before a step that
changes a file or the database, or after a time. Then `filiation archive verify` must pass, and the same command again
must leave the very bytes that an undisturbed run leaves. KILL_TRIALS sets how many trials there are: `make test` runs a
few of them, `make test-kill` 200.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from builders.finished_runs import DAY, NEW_ELSEWHERE, finish_run, write_public
from builders.killed import KILLED, Commands, Outcome, content
from filiation.archive.store import open_archive
from filiation.model.columns import CANDIDATES
from filiation.model.decisions import FILE_SCHEMA
from filiation.report.naming import run_name

pytestmark = pytest.mark.tools
TRIALS = int(os.environ.get("KILL_TRIALS", "28"))
SEED = int(os.environ.get("KILL_SEED", "2026"))
NEXT_MONTH = "2026-02-15"
FAMILIES = ("FAM1", "FAM2")
BESIDE = re.compile(r"(?!archive/)(.*/)?\.[^/]*\.part")
# WORLD stands for the folder of all trials.
ADD = ("archive", "add", "archive", "--results", "WORLD/run/results", "--date", DAY, "--family")
# What is written, on which archive: families that are in it before, and the command; paths are those of a trial.
SCENARIOS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "add to no archive": ((), (*ADD, "FAM1")),
    "add a family": (("FAM1",), (*ADD, "FAM2")),
    "record consents": (
        ("FAM1",),
        ("archive", "consent", "archive", "FAM1", "--research", "yes", "--incidental", "no", "--date", NEXT_MONTH),
    ),
    "join the cohort index": (FAMILIES, ("archive", "compact", "archive")),
    "judge again": (
        FAMILIES,
        ("reanalyse", "archive", "--all", "--release", "WORLD/february/release.yaml", "--output-dir", "work-list"),
    ),
    "decide": (
        ("FAM1",),
        ("decide", "--archive", "archive", "--family", "FAM1", "--decisions", "WORLD/decisions.json", "--date",
         NEXT_MONTH, "--output", "decisions.tsv"),
    ),
    "forget a family": (
        FAMILIES,
        ("archive", "forget", "archive", "FAM1", "--requester", "family", "--date", NEXT_MONTH, "--certificate", "it"),
    ),
}  # fmt: skip
WAYS = [(name, "step") for name in SCENARIOS] + [(name, "moment") for name in SCENARIOS]


@dataclass(frozen=True)
class World:
    """Folder of the trials; for each scenario the archive before, an undisturbed run of it and what it left."""

    folder: Path
    commands: Commands
    before: dict[str, Path]
    undisturbed: dict[str, Outcome]
    after: dict[str, dict[str, bytes]]

    def run(self, trial: Path, scenario: str, *, step: int | None = None, after: float | None = None) -> Outcome:
        """The scenario's command in the folder of a trial."""
        return self.commands.run(trial, typed(self.folder, SCENARIOS[scenario][1]), step=step, after=after)


def typed(folder: Path, arguments: Sequence[str]) -> list[str]:
    """The arguments of a command with the folder of all trials in its place."""
    return [word.replace("WORLD", str(folder)) for word in arguments]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two finished families, and every scenario run once undisturbed."""
    folder = tmp_path_factory.mktemp("kill")
    public = write_public(folder / "january", shifts=(0, 1000))
    found = [f"1 {NEW_ELSEWHERE} 7 A G CLNSIG=Pathogenic;CLNREVSTAT=reviewed_by_expert_panel"]
    write_public(folder / "february", found, shifts=(0, 1000))
    release = {"schema": "filiation-release/1", "name": "february", "date": NEXT_MONTH}
    clinvar = {"clinvar": {"path": "clinvar.vcf.gz", "version": NEXT_MONTH}}
    (folder / "february" / "release.yaml").write_text(yaml.safe_dump({**release, **clinvar}), "utf-8")
    finish_run(folder / "run", FAMILIES, public)
    before, undisturbed, after = {}, {}, {}
    with Commands(folder / "notes") as commands:
        for name, (families, _) in SCENARIOS.items():
            before[name] = folder / f"before {name}"
            before[name].mkdir(parents=True)
            for family in families:
                commands.run(before[name], typed(folder, (*ADD, family)))
            if name == "decide":
                write_decisions(folder / "decisions.json", before[name] / "archive")
            trial = folder / "undisturbed"
            shutil.copytree(before[name], trial)
            undisturbed[name] = commands.run(trial, typed(folder, SCENARIOS[name][1]))
            assert undisturbed[name].code == 0, undisturbed[name].text
            after[name] = content(trial)
            shutil.rmtree(trial)
        yield World(folder, commands, before, undisturbed, after)


def write_decisions(path: Path, archive: Path) -> None:
    """The first candidate of FAM1 retained, as the page of its report saves it."""
    with open_archive(archive) as opened:
        candidates = opened.table("FAM1", CANDIDATES)
    row = candidates[0]
    variant = f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"
    content = {"schema": FILE_SCHEMA, "family": "FAM1", "run": run_name("FAM1", candidates)}
    content["decisions"] = [{"variant": variant, "gene": row["gene"], "decision": "retained"}]
    path.write_text(json.dumps(content), "utf-8")


def verified(trial: Path, commands: Commands) -> Outcome:
    """What `filiation archive verify` says of the archive of a trial."""
    return commands.run(trial, ("archive", "verify", "archive"))


@pytest.mark.parametrize("number", range(TRIALS))
def test_kill__the_archive_is_whole_and_the_same_command_again_gives_the_same_bytes(number: int, world: World) -> None:
    scenario, way = WAYS[number % len(WAYS)]
    chance = random.Random(f"{SEED} {number}")
    whole = world.undisturbed[scenario]
    if way == "step":
        killed_and_repeated(world, scenario, f"trial-{number}", step=chance.randrange(len(whole.steps)))
    else:
        killed_and_repeated(world, scenario, f"trial-{number}", after=chance.uniform(0, whole.seconds))


def killed_and_repeated(
    world: World, scenario: str, name: str, *, step: int | None = None, after: float | None = None
) -> None:
    """One trial: the archive is whole after the kill, and the same command again leaves an undisturbed run's bytes."""
    trial = world.folder / name
    shutil.copytree(world.before[scenario], trial)
    killed = world.run(trial, scenario, step=step, after=after)
    if step is not None:
        told = f"{scenario}, killed before step {step}: {world.undisturbed[scenario].steps[step]}"
        assert killed.code == KILLED, f"{told}: {killed.text}"
    else:
        told = f"{scenario}, killed after {after:.3f} s"
        assert killed.code in (KILLED, 0), f"{told}: {killed.text}"
    if (trial / "archive" / "archive.json").is_file():
        seen = verified(trial, world.commands)
        # An erasure that began and did not end must be finished: verify says so, and is not content.
        begun = scenario == "forget a family" and "an erasure was stopped before its end" in seen.text
        assert seen.code == 0 or begun, f"{told}: {seen.text}"
    again = world.run(trial, scenario)
    assert again.code == 0, f"{told}: {again.text}"
    # What was half written beside the archive keeps its temporary name; in the archive nothing of it may be left.
    found = {name: whole for name, whole in content(trial).items() if not BESIDE.fullmatch(name)}
    assert sorted(found) == sorted(world.after[scenario]), told
    assert [name for name, whole in world.after[scenario].items() if found[name] != whole] == [], told
    assert "everything is as it was written" in verified(trial, world.commands).text, told
    shutil.rmtree(trial)


def writing_kinds(steps: Sequence[str]) -> dict[str, int]:
    """{kind of step and the part of the archive that it changes: its last such step}, the order of the run kept."""
    found: dict[str, int] = {}
    for number, step in enumerate(steps):
        *kind, path = step.split(" ")
        made = path.startswith(".archive.")
        parts = Path(path).parts or (path,)
        place = "the new archive" if made else "/".join(parts[:2]) if parts[0] == "archive" else "beside it"
        found[f"{' '.join(kind)} {place}"] = number
    return found


def test_kill__no_writing_step_of_a_first_add_leaves_anything_behind(world: World) -> None:
    scenario = "add to no archive"
    kinds = writing_kinds(world.undisturbed[scenario].steps)
    for needed in ("rename archive", "rename archive/families", "rename archive/cohort", "rename archive/resources"):
        assert needed in kinds
    assert "sql COMMIT archive/archive.sqlite" in kinds
    for number, step in enumerate(kinds.values()):
        killed_and_repeated(world, scenario, f"kind-{number}", step=step)


def start(trial: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "filiation", *arguments],
        cwd=trial,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_writers__of_different_families_both_get_in(world: World, tmp_path: Path) -> None:
    trial = world.folder / "two-families"
    trial.mkdir()
    writers = [start(trial, *typed(world.folder, (*ADD, family))) for family in FAMILIES]
    said = [writer.communicate(timeout=60)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said
    listed = world.commands.run(trial, ("archive", "list", "archive")).text
    assert all(family in listed for family in FAMILIES)
    assert "everything is as it was written" in verified(trial, world.commands).text


def test_two_writers__of_the_same_family_leave_one_analysis_and_the_refused_one_is_told(world: World) -> None:
    trial = world.folder / "same-family"
    shutil.copytree(world.before["add a family"], trial)
    writers = [start(trial, *typed(world.folder, (*ADD, "FAM2"))) for _ in range(3)]
    said = [writer.communicate(timeout=60)[0] for writer in writers]
    codes = [writer.returncode for writer in writers]
    assert 0 in codes
    assert set(codes) <= {0, 2}, said
    for code, text in zip(codes, said, strict=True):
        assert code == 0 or "is being written by process" in text
    assert content(trial) == world.after["add a family"]


def test_reader__sees_the_families_of_before_or_of_after_while_one_is_written(world: World) -> None:
    trial = world.folder / "reader"
    shutil.copytree(world.before["add a family"], trial)
    writer = start(trial, *typed(world.folder, (*ADD, "FAM2")))
    seen = set()
    while writer.poll() is None:
        outcome = world.commands.run(trial, ("archive", "list", "archive"))
        assert outcome.code == 0, outcome.text
        seen.add(tuple(family for family in FAMILIES if family in outcome.text))
    said = writer.communicate(timeout=60)[0]
    assert writer.returncode == 0, said
    assert seen <= {("FAM1",), FAMILIES}
    assert content(trial) == world.after["add a family"]
