"""Is there one writer a family, and does a dead one stop nobody who may go on?"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from builders.archive import analysis, call, make_archive, tree, trio
from filiation.__main__ import main
from filiation.archive.forget import forget
from filiation.archive.lock import (
    family_lock,
    lock_path,
    locks,
    owner_state,
    process_name,
    unlock,
    unlocked,
    whole_file,
)
from filiation.archive.store import open_archive
from filiation.archive.verify import NOTE, verify
from filiation.archive.write import add_analysis
from filiation.errors import InputError
from filiation.reanalysis.kept_files import find, keep


def held_by(archive: Path, family: str, **changes: object) -> None:
    """A lock with the content that a process of this host would have written, changed."""
    with family_lock(archive, family):
        content = json.loads(lock_path(archive, family).read_text("utf-8"))
    lock_path(archive, family).write_text(json.dumps(content | changes), "utf-8")


def dead_pid() -> int:
    """Number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_lock__a_living_writer_is_named_and_another_family_is_free(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive, family_lock(archive.path, "FAM001"):
        with pytest.raises(InputError, match=f"process {os.getpid()} on"):
            add_analysis(archive, analysis(trio("FAM001"), [call(7)]))
        assert add_analysis(archive, analysis(trio("FAM002"), [call(7)])).number == 2
        with pytest.raises(InputError, match="being written"):
            unlock(archive.path, "FAM001")
        # Readers do not wait.
        with open_archive(tmp_path / "A") as reader:
            assert reader.analysis("FAM001").number == 1


def test_lock__a_dead_writer_of_this_host_is_taken_over(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        held_by(archive.path, "FAM001", pid=dead_pid())
        assert [finding.verdict for finding in verify(archive)] == [NOTE]
        assert add_analysis(archive, analysis(trio("FAM001"), [call(7)])).number == 2
        assert locks(archive.path) == []
        assert verify(archive) == []


def test_lock__a_process_number_that_was_given_again_is_not_the_owner(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        held_by(archive.path, "FAM001", process_start="another-boot:1")
        assert add_analysis(archive, analysis(trio("FAM001"), [call(7)])).number == 2


@pytest.mark.parametrize("content", [{"host": "node7"}, None])
def test_lock__of_another_node_or_unreadable_stops_and_says_how_to_unlock(
    tmp_path: Path, content: dict[str, object] | None
) -> None:
    with make_archive(tmp_path / "A") as archive:
        held_by(archive.path, "FAM001", **(content or {}))
        if content is None:
            lock_path(archive.path, "FAM001").write_text("{", "utf-8")
        before = tree(archive.path)
        with pytest.raises(InputError, match=r"filiation archive unlock .* FAM001") as stopped:
            add_analysis(archive, analysis(trio("FAM001"), [call(7)]))
        assert content is None or "on node7" in stopped.value.message()
        assert tree(archive.path) == before
        unlock(archive.path, "FAM001")
        assert add_analysis(archive, analysis(trio("FAM001"), [call(7)])).number == 2
        with pytest.raises(InputError, match="not locked"):
            unlock(archive.path, "FAM001")


def test_lock__names_that_a_killed_writer_left_beside_it_are_removed(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        path = lock_path(archive.path, "FAM001")
        left = path.with_name(process_name(path).replace(f".{os.getpid()}-", f".{dead_pid()}-"))
        left.write_text("half", "utf-8")
        with family_lock(archive.path, "FAM001"):
            assert owner_state(json.loads(path.read_text("utf-8"))) == "alive"
        assert list(path.parent.iterdir()) == []


def test_lock__of_many_who_want_a_dead_ones_lock_one_gets_it(tmp_path: Path) -> None:
    make_archive(tmp_path / "A").close()
    held_by(tmp_path / "A", "FAM001", pid=dead_pid())
    inside, most, guard = [0], [0], threading.Lock()

    def want() -> None:
        with family_lock(tmp_path / "A", "FAM001", patience_seconds=30):
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            threading.Event().wait(0.01)
            with guard:
                inside[0] -= 1

    wanting = [threading.Thread(target=want) for _ in range(6)]
    for thread in wanting:
        thread.start()
    for thread in wanting:
        thread.join()
    assert most == [1]
    assert locks(tmp_path / "A") == []


def _add_families(path: str, names: list[str]) -> None:
    with open_archive(path, write=True) as archive:
        for name in names:
            add_analysis(archive, analysis(trio(name), [call(1_000)]))


def test_add__families_added_at_once_by_two_processes_are_all_there(tmp_path: Path) -> None:
    make_archive(tmp_path / "A", []).close()
    names = [f"FAM{number:03d}" for number in range(12)]
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_add_families, args=(str(tmp_path / "A"), names[start::2])) for start in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with open_archive(tmp_path / "A") as archive:
        assert archive.names() == names
        assert verify(archive) == []


def test_shared_file__what_a_dead_writer_left_goes_and_a_living_one_is_not_touched(tmp_path: Path) -> None:
    target = tmp_path / "resources" / "ab" / "acmg-2.yaml"
    target.parent.mkdir(parents=True)
    ours = process_name(target)
    host = ours.removeprefix(f".{target.name}.").partition(f".{os.getpid()}-")[0]
    dead = target.with_name(f".{target.name}.{host}.{dead_pid()}-1.tmp")
    living = target.with_name(f".{target.name}.{host}.{os.getppid()}-1.tmp")
    elsewhere = target.with_name(f".{target.name}.{host}-2.{dead_pid()}-1.tmp")
    for path in (dead, living, elsewhere):
        path.write_text("half", "utf-8")
    with whole_file(target) as temporary:
        temporary.write_text("whole", "utf-8")
    assert sorted(path.name for path in target.parent.iterdir()) == sorted([living.name, elsewhere.name, target.name])
    assert target.read_text("utf-8") == "whole"


def test_kept_file__a_copy_that_is_there_already_is_cleared_of_what_a_dead_writer_left(tmp_path: Path) -> None:
    source = tmp_path / "acmg-2.yaml"
    source.write_text("criteria", "utf-8")
    kept = find(tmp_path, keep(tmp_path, source))
    assert kept is not None
    dead = kept.with_name(process_name(kept).replace(f".{os.getpid()}-", f".{dead_pid()}-"))
    dead.write_text("half", "utf-8")
    keep(tmp_path, source)
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_unlock__who_held_the_lock_and_why_it_went_stays_in_the_archive_until_the_family_is_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1768435200")
    with make_archive(tmp_path / "A") as archive:
        held_by(archive.path, "FAM001", host="node7", pid=4711)
    path = str(tmp_path / "A")
    assert main(["archive", "unlock", path, "FAM001", "--reason", " "]) == 2
    assert main(["archive", "unlock", path, "FAM001", "--reason", "node 7 was switched off"]) == 0
    assert main(["archive", "unlock", path, "FAM001", "--reason", "again"]) == 2, "there is no lock any more"
    capsys.readouterr()
    assert main(["archive", "show", path, "--locks"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "FAM001: lock of process 4711 on node7" in line
    assert line.endswith("removed by hand on 2026-01-15: node 7 was switched off")
    with open_archive(tmp_path / "A", write=True) as archive:
        assert verify(archive) == []
        forget(archive, "FAM001", requester="family", date="2026-02-01")
        assert unlocked(archive) == []
