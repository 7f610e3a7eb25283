"""The TSV beside the page, and the command that writes both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.report import candidate, check, family_candidates, options, report_data, write_family
from filiation.__main__ import main
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES
from filiation.report.table import write_tsv


def command(folder: Path, tables: dict[str, Any], *more: str) -> list[str]:
    """The command line of a family's report."""
    line = ["report", "--family", "FAM1", "--output", str(folder / "out.html"), "--table", str(folder / "out.tsv")]
    for name, value in tables.items():
        if isinstance(value, list):
            line += [f"--{name}", *map(str, value)] if value else []
        elif value is not None:
            line += [f"--{name}", str(value)]
    return [*line, *more]


def test_the_table_holds_every_candidate_in_every_column(tmp_path: Path) -> None:
    data = report_data(tmp_path)
    assert write_tsv(tmp_path / "out.tsv", data) == len(family_candidates())
    back = read_table(tmp_path / "out.tsv", CANDIDATES)
    assert back.rows == data.candidates.rows
    assert back.header["document"].startswith("Document de travail pour la RCP d’aval")
    assert back.header["scoring_model"] == "model-1"
    assert "simulated" not in back.header


def test_simulated_failed_and_unvalidated_are_said_in_the_header(tmp_path: Path) -> None:
    quality = [check("sex", "IDX1", "male", "female", "FAIL")]
    data = report_data(
        tmp_path, quality=quality, report_options=options(simulated=True, override_reason="fiche corrigée")
    )
    write_tsv(tmp_path / "out.tsv", data)
    header = read_table(tmp_path / "out.tsv", CANDIDATES).header
    assert header["simulated"] == "données simulées"
    assert header["quality_fail"] == "sex:IDX1"
    assert header["override_reason"] == "fiche corrigée"
    assert header["panel_status"] == "panel par défaut non validé"


def test_a_formula_cannot_start_a_cell(tmp_path: Path) -> None:
    data = report_data(tmp_path, candidates=[candidate(gene='=HYPERLINK("x")', transcript="a\u2028b\tc\nd")])
    write_tsv(tmp_path / "out.tsv", data)
    lines = (tmp_path / "out.tsv").read_text(encoding="utf-8").splitlines()
    cells = lines[-1].split("\t")
    assert len(cells) == len(CANDIDATES.columns)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert cells[CANDIDATES.names.index("transcript")] == "a b c d"


def test_the_command_writes_page_and_table(tmp_path: Path) -> None:
    tables = write_family(tmp_path)
    more = ("--pre-indication", "deficience-intellectuelle", "--hpo-terms", "HP:0001249;HP:0001250")
    assert main(command(tmp_path, tables, *more)) == 0
    assert "HP:0001250" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert len(read_table(tmp_path / "out.tsv", CANDIDATES).rows) == len(family_candidates())


def test_the_command_works_for_a_solo_without_reads_panel_or_terms(tmp_path: Path) -> None:
    tables = write_family(tmp_path, structure="solo", coverage=False, panel=False, segments=[])
    assert main(command(tmp_path, tables, "--simulated", "--language", "en")) == 0
    assert "<title>simulated data — " in (tmp_path / "out.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("more,code", [
    ((), 2), (("--override-reason", "sample checked"), 0), (("--no-stop-on-fail",), 0), (("--override-reason", " "), 2),
])  # fmt: skip
def test_a_failed_check_writes_nothing_unless_it_is_overridden(
    tmp_path: Path, more: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = write_family(tmp_path, quality=[check("sex", "IDX1", "male", "female", "FAIL")])
    assert main(command(tmp_path, tables, *more)) == code
    assert (tmp_path / "out.html").exists() == (code == 0)
    assert (tmp_path / "out.tsv").exists() == (code == 0)
    if code:
        assert "quality.override_reason" in capsys.readouterr().err
