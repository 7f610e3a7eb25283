"""Does any file that a run writes tell who the patient is, who ran it, or a secret of the environment?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from builders.chaos import copy_inputs, run

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]

PATIENT, OPERATOR, SECRET, MACHINE = "Planteau-Sylvie", "oplanteur", "jeton-planté-8d41", "poste-planteur"
ENVIRONMENT = {
    "LAB_API_TOKEN": SECRET,
    "ARCHIVE_PASSWORD": SECRET,
    "USER": OPERATOR,
    "LOGNAME": OPERATOR,
    "HOSTNAME": MACHINE,
    "PATIENT": PATIENT,
}


def planted(folder: Path) -> list[tuple[str, str]]:
    """(file, word) of every planted word in a name or the bytes of a file of a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        for word in (PATIENT, OPERATOR, SECRET, MACHINE):
            if word in str(path.relative_to(folder)) or word.encode() in data:
                found.append((str(path.relative_to(folder)), word))
    return found


def test_run__tells_no_person_no_secret_and_lets_nobody_else_read(tmp_path: Path, stored_inputs: Path) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / PATIENT / "run")
    config = folder / "config" / "config.yaml"
    config.write_text(f"# {PATIENT}, token {SECRET}\n{config.read_text('utf-8')}", encoding="utf-8")
    home = tmp_path / f"home-of-{OPERATOR}"
    scratch = tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir(mode=0o700)
    kernels = os.environ.get("FILIATION_NUMBA_CACHE") or f"/tmp/filiation-numba-{os.getuid()}"
    changes = {**ENVIRONMENT, "HOME": str(home), "TMPDIR": str(scratch), "FILIATION_NUMBA_CACHE": kernels}
    done = run(folder, **changes)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("results", "logs", ".snakemake"):
        assert (folder / name).is_dir()
        assert planted(folder / name) == [], name
    assert planted(scratch) == []
    assert [path.name for path in scratch.iterdir()] == []

    inputs = {path.relative_to(stored_inputs) for path in stored_inputs.rglob("*")}
    written = [path for path in folder.rglob("*") if path.relative_to(folder) not in inputs and not path.is_symlink()]
    assert len(written) > 60
    open_to_others = [str(path.relative_to(folder)) for path in written if stat.S_IMODE(path.lstat().st_mode) & 0o007]
    assert open_to_others == []


def test_run__that_fails_tells_no_person_either(tmp_path: Path, stored_inputs: Path) -> None:
    folder = copy_inputs(stored_inputs, tmp_path / PATIENT / "run")
    (folder / "data" / "calls.vcf.gz").write_bytes(b"no calls")
    done = run(folder, **ENVIRONMENT)
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    for name in ("logs", ".snakemake"):
        assert planted(folder / name) == [], name


def test_scan__finds_what_it_looks_for(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(f"a line\nwith {SECRET}\n", encoding="utf-8")
    (tmp_path / PATIENT).mkdir()
    assert planted(tmp_path) == [(PATIENT, PATIENT), ("log.txt", SECRET)]
