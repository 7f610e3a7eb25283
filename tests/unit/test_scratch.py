"""Do scratch folders disappear with their process, however it ends, and never under a living one?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from filiation.io.files import private_directory, remove_abandoned_directories

HOLDS = (
    "import sys, time; from filiation.io.files import private_directory\n"
    "with private_directory('align') as folder:\n"
    "    (folder / 'reads').write_text('half'); print(folder, flush=True); time.sleep(60)"
)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A TMPDIR of the test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def make_old(folder: Path) -> None:
    """Give a folder the date of yesterday."""
    os.utime(folder, (os.stat(folder).st_atime, os.stat(folder).st_mtime - 86_400))


def test_scratch__is_private_and_removed_at_the_end(scratch: Path) -> None:
    with private_directory("align") as folder:
        assert folder.parent == scratch
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_scratch__of_a_killed_process_is_removed_and_of_a_living_one_kept(scratch: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().strip())
        make_old(folder)
        assert remove_abandoned_directories() == 0
        assert folder.is_dir()
    finally:
        holder.kill()
        holder.wait()
    assert (folder / "reads").exists()
    assert remove_abandoned_directories() == 1
    assert not folder.exists()


def test_scratch__what_is_young_or_not_ours_stays(scratch: Path) -> None:
    names = ["filiation-align-abcd1234", "filiation-numba-abcd1234", "filiation-numba-0", "filiation-align-X", "other"]
    for name in names:
        (scratch / name).mkdir()
    for name in names[1:]:
        make_old(scratch / name)
    (scratch / "target").mkdir()
    (scratch / "filiation-call-abcd1234").symlink_to(scratch / "target")
    assert remove_abandoned_directories() == 0
    assert sorted(path.name for path in scratch.iterdir()) == sorted([*names, "target", "filiation-call-abcd1234"])
