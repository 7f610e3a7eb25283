"""One run a family, a disk that has room, options that are refused, and logs that tell nobody's name?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from filiation.config import SampleRow
from filiation.errors import ConfigError, FiliationError, ToolError
from filiation.io.sheet import SampleSheet
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.run_safety import (
    DiskWatch,
    Redaction,
    family_key,
    family_locks,
    needed_bytes,
    refuse_unsafe_options,
    require_disk,
    safe_environment,
)


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of locks."""
    monkeypatch.setenv("FILIATION_LOCKS", str(tmp_path / "locks"))
    return tmp_path / "locks"


def sheet(bam: str = "reads.bam", family: str = "FAM") -> SampleSheet:
    """One child with stored reads."""
    row = SampleRow(family=family, sample="CHILD", role="proband", bam=bam)
    member = Member("CHILD", Role.PROBAND, Sex.MALE, Affection.AFFECTED)
    return SampleSheet({family: Family(family, (member,))}, {"CHILD": row}, {})


def test_family__is_one_wherever_it_is_run_from(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "reads.bam").touch()
    places = [tmp_path / name for name in ("a", "b", "c")]
    for place in places:
        place.mkdir()
    (places[0] / "reads.bam").symlink_to(data / "reads.bam")
    (places[1] / "reads.bam").symlink_to(data / "reads.bam")
    (places[2] / "reads.bam").touch()
    keys = [family_key(sheet(), "FAM", place) for place in places]
    assert keys[0] == keys[1] == family_key(sheet(str(data / "reads.bam")), "FAM", places[2])
    # Another patient under the same number in another project.
    assert keys[2] != keys[0]
    assert family_key(sheet(family="OTHER"), "OTHER", places[0]) != keys[0]


def test_lock__of_a_living_run_is_refused_and_free_afterwards(tmp_path: Path, locks: Path) -> None:
    with family_locks(sheet(), tmp_path):
        with pytest.raises(FiliationError, match="another run") as raised, family_locks(sheet(), tmp_path):
            pass
        assert f"process {os.getpid()} on {socket.gethostname()}" in raised.value.message()
        assert len(list(locks.glob("*.lock"))) == 1
    assert list(locks.iterdir()) == []
    assert locks.stat().st_mode & 0o077 == 0


def test_lock__of_a_killed_run_is_taken_over(tmp_path: Path, locks: Path) -> None:
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from test_run_safety import sheet, family_locks\n"
        "with family_locks(sheet(), Path(sys.argv[2])): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(FiliationError, match=f"process {holder.pid}"), family_locks(sheet(), tmp_path):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert list(locks.glob("*.lock"))
    with family_locks(sheet(), tmp_path):
        pass


def test_lock__of_another_host_tells_how_to_look_and_what_to_remove(tmp_path: Path, locks: Path) -> None:
    locks.mkdir()
    path = locks / f"{family_key(sheet(), 'FAM', tmp_path)}.lock"
    path.write_text(json.dumps({"host": "node17", "pid": 4, "process_start": "x:1", "slurm_job": "88"}))
    with pytest.raises(FiliationError) as raised, family_locks(sheet(), tmp_path):
        pass
    assert "SLURM job 88" in raised.value.message()
    assert "squeue -j 88" in raised.value.repair
    assert f"rm {path}" in raised.value.repair
    assert path.exists()


def test_lock__that_an_earlier_process_of_the_same_number_left_is_taken_over(tmp_path: Path, locks: Path) -> None:
    locks.mkdir()
    path = locks / f"{family_key(sheet(), 'FAM', tmp_path)}.lock"
    # Our own number, but started in another boot of the machine.
    path.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "process_start": "boot:1"}))
    with family_locks(sheet(), tmp_path):
        assert json.loads(path.read_text())["process_start"] != "boot:1"


@pytest.mark.parametrize(
    "option",
    ["--cleanup-metadata", "--cleanup-m", "--touch", "-t", "--drop-metadata", "--profile=x", "--workflow-profile"],
)
def test_options__that_hide_a_fault_are_refused(option: str) -> None:
    with pytest.raises(ConfigError, match="is not accepted"):
        refuse_unsafe_options([option])


def test_environment__with_a_profile_that_we_do_not_see_is_refused() -> None:
    with pytest.raises(ConfigError, match="SNAKEMAKE_PROFILE"):
        safe_environment({"SNAKEMAKE_PROFILE": "site"})
    assert safe_environment({"PATH": "/bin"}) == {"PATH": "/bin"}


def test_disk__needs_room_for_the_reads_that_are_still_to_be_aligned(tmp_path: Path) -> None:
    with open(tmp_path / "reads.bam", "wb") as handle:
        handle.truncate(10**9)
    before = needed_bytes(sheet(), tmp_path)
    assert before > 1.5e9
    cram = tmp_path / "results" / "FAM" / "alignment" / "CHILD.cram"
    cram.parent.mkdir(parents=True)
    cram.touch()
    assert needed_bytes(sheet(), tmp_path) < 1e8


def test_disk__without_room_is_named_with_its_bytes(tmp_path: Path) -> None:
    require_disk(tmp_path, 1)
    with pytest.raises(ToolError, match="bytes are free here") as raised:
        require_disk(tmp_path, 10**18)
    assert str(tmp_path) in raised.value.message()
    assert list(tmp_path.iterdir()) == []


def test_watch__stops_the_run_when_the_disk_fills(tmp_path: Path) -> None:
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    try:
        with DiskWatch(tmp_path, least=10**18, seconds=0.01) as watch:
            deadline = time.monotonic() + 20
            while not told and time.monotonic() < deadline:
                time.sleep(0.01)
        assert told == [signal.SIGTERM]
        assert str(tmp_path) in watch.problem
        with DiskWatch(tmp_path, least=1, seconds=0.01) as quiet:
            time.sleep(0.1)
        assert quiet.problem == ""
    finally:
        signal.signal(signal.SIGTERM, before)


def test_log__names_no_person_and_no_secret() -> None:
    environment = {"HOME": "/home/dupont", "LAB_TOKEN": "s3cr3t-word", "PATH": "/usr/bin", "SHORT_SECRET": "abc"}
    redaction = Redaction(Path("/data/dupont/run"), environment)
    assert redaction.line("  User: dupont\n") == ""
    assert redaction.line("host: poste-dupont\n") == ""
    assert (
        redaction.line("wrote /data/dupont/run/results/a, cache /home/dupont/.x\n") == "wrote ./results/a, cache ~/.x\n"
    )
    assert redaction.line("curl -H s3cr3t-word\n") == "curl -H ***\n"
    assert redaction.line("abc /usr/bin\n") == "abc /usr/bin\n"
