"""Does the next run make a damaged intermediate anew, and does `filiation verify` prove what is whole?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.chaos import copy_inputs, run
from builders.runs import digests, filiation

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow]


def cut(path: Path) -> None:
    """Half of the file."""
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    """One bit, the size kept."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("name", "damage", "steps"),
    [
        ("results/FAM/screened/FAM.bcf", cut, {"screen", "annotate", "prioritise", "report"}),
        ("results/FAM/prioritisation/FAM.candidates.tsv", flip, {"prioritise", "report"}),
    ],
)
def test_intermediate__damaged_after_its_step_with_its_old_time_is_made_anew(
    name: str, damage: Callable[[Path], None], steps: set[str], tmp_path: Path, finished: Path
) -> None:
    folder = copy_inputs(finished, tmp_path / "run")
    expected = digests(folder)
    path = folder / name
    status = path.stat()
    damage(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    proof = filiation("verify", "results", cwd=folder)
    assert proof.returncode == 1
    assert f"first at: {name}" in proof.stdout
    done = run(folder)
    assert done.returncode == 0, done.stderr
    assert f"made anew: {name}" in done.stderr
    ran = {line.split()[-1] for line in done.stderr.splitlines() if line.startswith("[")}
    assert ran - {"all"} == steps
    assert digests(folder) == expected
    assert filiation("verify", "results", cwd=folder).returncode == 0


def test_reference__that_changed_is_prepared_again(undisturbed: Path, tmp_path: Path) -> None:
    folder = copy_inputs(undisturbed, tmp_path / "run")
    for name in ("genes.gff3", "genome.fa"):
        path = folder / "data" / "reference" / name
        path.chmod(0o640)
        changed = path.read_bytes()
        path.write_bytes(changed + (b"# a line more\n" if name == "genes.gff3" else b"A"))
        done = run(folder, "--dry-run")
        assert done.returncode == 0, done.stderr
        assert f"made from another data/reference/{name}" in done.stderr
        assert "prepare_reference 1" in done.stderr
        path.write_bytes(changed)


def test_verify__of_a_family_from_fastq_follows_every_read_to_its_cram(undisturbed: Path, tmp_path: Path) -> None:
    proof = filiation("verify", undisturbed / "results", "--inputs", cwd=undisturbed)
    assert proof.returncode == 0, proof.stdout
    told = [line for line in proof.stdout.splitlines() if ".cram:" in line]
    assert len(told) == 3
    assert all(line.endswith("as in the files it came from") for line in told)
    # One byte of a CRAM, its size kept.
    shutil.copytree(undisturbed / "results", tmp_path / "results", symlinks=True)
    cram = next((tmp_path / "results").rglob("*.cram"))
    flip(cram)
    proof = filiation("verify", tmp_path / "results", cwd=tmp_path)
    assert proof.returncode == 1
    assert f"first at: {cram.relative_to(tmp_path)}" in proof.stdout
