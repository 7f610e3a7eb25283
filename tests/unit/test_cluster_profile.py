"""Is a profile that would not do what its writer meant refused before anything runs?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from filiation.cluster import slurm
from filiation.cluster.planned import PlannedJob
from filiation.cluster.preflight import check_cluster
from filiation.cluster.profile import Profile, job_name_prefix, load_profile, resources
from filiation.errors import ConfigError, ToolError


def written(folder: Path, text: str) -> str:
    """A profile folder with this file."""
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_profile__the_default_stays_on_this_machine() -> None:
    profile = load_profile("local")
    assert profile.executor == "local"
    assert not profile.on_cluster


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exectuor: slurm\n", "unknown option 'exectuor'(.|\n)*did you mean 'executor'"),
        ("executor: slrum\n", "executor 'slrum' is not installed(.|\n)*did you mean 'slurm'"),
        ("nolock: true\n", "two runs would write the same files"),
        ("jobs: 3\n  retries: 2\n", r"config\.yaml:2"),
        ("- jobs\n", "a list where options are expected"),
        ("set-resources: {alignn: {mem_mb: 9}}\n", "set-resources: no rule 'alignn'(.|\n)*did you mean 'align'"),
        ("set-resources: {align: {mem_bm: 9}}\n", "no resource 'mem_bm'(.|\n)*did you mean 'mem_mb'"),
        ("set-resources: ['align:mem_bm=9']\n", "no resource 'mem_bm'"),
        ("set-threads: {allign: 9}\n", "no rule 'allign'"),
        ("groups: [scren=interpretation]\n", "no rule 'scren'(.|\n)*did you mean 'screen'"),
        ("default-resources: {slurm_acount: x}\n", "no resource 'slurm_acount'(.|\n)*did you mean 'slurm_account'"),
        ("default-resources: [slurm_acount=x]\n", "no resource 'slurm_acount'"),
        ("jobs: many\n", "jobs: 'many'(.|\n)*a whole number"),
    ],
)
def test_profile__a_mistake_is_named_with_its_repair(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_profile(written(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "set-resources: {align: {mem_mb: 9, slurm_partition: bigmem}, deepvariant_call: {gpu: 1}}\n",
        "default-resources: {sequencer_licence: 1}\n",
        # A name of the site's own, which something of the profile asks for.
        "default-resources: {mem_gb: 1}\nresources: {mem_gb: 100}\n",
        "groups: [screen=interpretation, list_for_recheck=interpretation]\njobs: unlimited\n",
    ],
)
def test_profile__names_of_rules_and_of_the_sites_own_resources_are_taken(tmp_path: Path, text: str) -> None:
    assert load_profile(written(tmp_path, text)).executor == "local"


@pytest.mark.parametrize(
    "text",
    [
        "set-threads: {align: 8}\nset-resources: {align: {mem_mb: 9}, call: {runtime: 5}}\n",
        "set-threads: [align=8]\nset-resources: ['align:mem_mb=9', 'call:runtime=5']\n",
    ],
)
def test_profile__what_it_changes_of_single_rules_is_planned_with(tmp_path: Path, text: str) -> None:
    expected = ["--set-threads", "align=8", "--set-resources", "align:mem_mb=9", "call:runtime=5"]
    assert load_profile(written(tmp_path, text)).of_rules == expected


def test_profile__slurm_without_its_commands_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"sbatch, squeue(.|\n)*login node"):
        load_profile("slurm")


def test_profile__an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'slurm'"):
        load_profile("slrm")


def test_profile__default_resources_are_read_in_both_forms() -> None:
    assert resources(["slurm_partition=main", "mem_mb=500"]) == {"slurm_partition": "main", "mem_mb": "500"}
    assert resources({"runtime": 10}) == {"runtime": 10}


def test_job_names__tell_folders_apart_and_name_nobody(tmp_path: Path) -> None:
    first, second = job_name_prefix(tmp_path / "FAM001"), job_name_prefix(tmp_path / "FAM002")
    assert first != second
    assert "FAM001" not in first
    assert len(first) <= 50


def stand_in(folder: Path, name: str, script: str) -> None:
    """A command of SLURM that says what the script says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of stand-ins that comes first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def test_slurm__only_living_jobs_of_the_folder_are_ended(fake: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    stand_in(
        fake,
        "squeue",
        f"""[ -e {gone} ] || echo '7|filiation-abc_1|RUNNING|None|rule_align'
echo '8|filiation-abc_1|COMPLETED|None|rule_call'
echo '9|somebody-else|RUNNING|None|x'""",
    )
    stand_in(fake, "scancel", f'echo "$@" > {gone}')
    assert slurm.cancel("filiation-abc", pause=0.01) == 1
    assert gone.read_text() == "7\n"


def test_slurm__a_job_that_does_not_end_stops_the_run(fake: Path) -> None:
    stand_in(fake, "squeue", "echo '7|filiation-abc_1|RUNNING|None|rule_align'")
    stand_in(fake, "scancel", "true")
    with pytest.raises(ToolError, match="do not end: 7"):
        slurm.cancel("filiation-abc", patience=0.05, pause=0.01)


def test_slurm__a_scheduler_that_fails_is_quoted(fake: Path) -> None:
    stand_in(fake, "squeue", "echo 'Unable to contact slurm controller' >&2; exit 1")
    with pytest.raises(ToolError, match="Unable to contact slurm controller"):
        slurm.jobs("filiation-abc")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("infinite", None), ("1-00:00:00", 1440), ("2:30:00", 150), ("30:00", 30), ("0:30", 1), ("60", 60)],
)
def test_slurm__time_limits_are_read_in_every_form(text: str, expected: int | None) -> None:
    assert slurm.minutes(text) == expected


def test_preflight__what_does_not_fit_is_told_once_a_rule(fake: Path, tmp_path: Path) -> None:
    stand_in(
        fake,
        "sinfo",
        "echo 'short*|up|1:00:00|16|64000+'; echo 'long|up|infinite|64|256000'; echo 'old|down|infinite|1|1'",
    )
    stand_in(fake, "sacctmgr", "echo laboratory")
    profile = Profile(tmp_path, "slurm", {"default-resources": {"slurm_account": "labratory"}, "retries": 1})
    jobs = [PlannedJob("align", threads=32, memory_mb=99000, minutes=720)] * 3 + [PlannedJob("screen", local=True)]
    fit, account = check_cluster(profile, jobs, tmp_path)
    assert "did you mean 'laboratory'" in account.message()
    assert "align asks for 32 threads, 99000 MB, 720 min" in fit.message()
    assert "short: 16 threads and 64000 MB on its largest node, 60 min" in fit.message()
    assert "slurm_partition: long takes them all" in fit.message()
    assert "set-threads: {align: 16} and set-resources: {align: {mem_mb: 64000, runtime: 60}}" in fit.message()
    roomy = Profile(tmp_path, "slurm", {"default-resources": ["slurm_partition=long"]})
    assert check_cluster(roomy, jobs, tmp_path) == []
