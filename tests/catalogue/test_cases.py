"""Is every fault of the catalogue refused with stage, file, place and repair, or accepted without a loss?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalogue.case import Case, checksums, lay_earlier_outputs
from catalogue.rows import CASES
from filiation.__main__ import main


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_catalogue__the_fault_is_told_or_borne(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = list(case.make())
    lay_earlier_outputs(arguments)
    before = checksums(tmp_path)
    capfd.readouterr()
    code = main(arguments)
    printed = capfd.readouterr()
    assert code == case.code, printed.err[-2000:]
    if case.code == 0:
        assert case.proves is not None or case.found, "an accepted fault needs a proof that nothing is lost"
        told = printed.out + printed.err
    else:
        told = printed.err
        assert f"filiation {arguments[0]}: " in told
        assert "Traceback" not in told
        assert checksums(tmp_path) == before, "a file was changed, left behind or removed"
    for part in (*case.found, case.file, case.sample):
        assert part in told, told[-2000:]
    assert re.search(case.place, told), f"{case.place} in {told[-2000:]}"
    if case.code == 2:
        assert "expected: " in told or "repair: " in told, told
    if case.proves is not None:
        case.proves(told)
