"""Does the chain, from simulated reads to the report, find every planted diagnosis and nothing that is a decoy?"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest

from builders.runs import filiation
from filiation.demo.planted import NOT_REPORTED
from filiation.io.tables import read_table
from filiation.model.columns import CANDIDATES, FUNNEL, REMOVED, TRUTH, TableSchema

pytestmark = [pytest.mark.workflow, pytest.mark.tools, pytest.mark.slow, pytest.mark.xdist_group("demo")]
Row = dict[str, object]


def key(row: Row) -> tuple[object, ...]:
    """What makes two rows the same variant."""
    return row["chrom"], row["pos"], row["ref"], row["alt"]


def rows(path: Path, columns: TableSchema) -> list[Row]:
    """Rows of a table that must not be empty."""
    found = list(read_table(path, columns).rows)
    assert found
    return found


def truth(folder: Path) -> dict[str, Row]:
    """{id: row} of the planted variants."""
    return {str(row["id"]): row for row in rows(folder / "data" / "truth.tsv", TRUTH)}


def candidates(folder: Path) -> dict[tuple[object, ...], Row]:
    """{variant: row} of the candidates."""
    table = folder / "results" / "DEMO" / "prioritisation" / "DEMO.candidates.tsv"
    return {key(row): row for row in rows(table, CANDIDATES)}


def funnel(folder: Path, stage: str) -> dict[str, int]:
    """{reason: count} of one step."""
    return {
        str(row["reason"]): int(str(row["count"]))
        for row in rows(folder / "results" / "DEMO" / stage / "DEMO.funnel.tsv", FUNNEL)
        # By mode of inheritance the same records are counted once more.
        if row["step"] not in ("prioritise_dominant", "prioritise_recessive")
    }


def variants(path: Path) -> set[tuple[object, ...]]:
    """Every variant of a BCF."""
    with pysam.VariantFile(str(path)) as records:
        return {(record.chrom, record.pos, record.ref, (record.alts or ("",))[0]) for record in records}


@pytest.fixture(scope="session")
def freebayes_demo(made_once: Callable[[str, Callable[[Path], None]], Path], demo: Path) -> Path:
    """The same alignments, called by freebayes: a copy of the demonstration with another caller."""

    def fill(folder: Path) -> None:
        subprocess.run(["cp", "-a", str(demo), str(folder / "demo")], check=True)
        done = filiation("demo", "--caller", "freebayes", cwd=folder)
        (folder / "demo.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("freebayes-demo", fill) / "demo"


@pytest.fixture(params=["bcftools", "freebayes"])
def finished(request: pytest.FixtureRequest) -> Path:
    """The demonstration by each caller."""
    found: Path = request.getfixturevalue("demo" if request.param == "bcftools" else "freebayes_demo")
    return found


def test_demo__every_planted_diagnosis_has_its_class_status_and_panel_label(finished: Path) -> None:
    found = candidates(finished)
    expected = {name: row for name, row in truth(finished).items() if row["expected_class"] != NOT_REPORTED}
    assert len(expected) == 9
    for name, row in expected.items():
        assert key(row) in found, name
        candidate = found[key(row)]
        assert candidate["gene"] == row["gene"], name
        assert row["consequence"] in str(candidate["consequence"]), name
        assert candidate["inheritance"] == row["expected_class"], name
        assert candidate["inheritance_status"] == row["expected_status"], name
        assert (candidate["panel_tier"] != "off_panel") == row["on_panel"], name


def test_demo__every_planted_diagnosis_is_on_a_shelf_that_is_discussed(finished: Path) -> None:
    found = candidates(finished)
    for name, row in truth(finished).items():
        if row["expected_class"] != NOT_REPORTED:
            assert found[key(row)]["shelf"] in ("A", "B"), name


def test_demo__the_two_halves_of_the_compound_pair_share_a_rank(finished: Path) -> None:
    planted, found = truth(finished), candidates(finished)
    paternal, maternal = (found[key(planted[f"compound_{side}"])] for side in ("paternal", "maternal"))
    assert paternal["rank"] == maternal["rank"]
    assert str(planted["compound_maternal"]["pos"]) in str(paternal["compound_partner"])


def test_demo__no_candidate_was_not_planted(finished: Path) -> None:
    expected = {key(row) for row in truth(finished).values() if row["expected_class"] != NOT_REPORTED}
    assert set(candidates(finished)) == expected


def test_demo__decoys_are_called_and_set_aside_with_their_reason(finished: Path) -> None:
    planted, results = truth(finished), finished / "results" / "DEMO"
    common, benign = planted["decoy_common"], planted["decoy_benign"]
    assert common["expected_class"] == benign["expected_class"] == NOT_REPORTED
    called = variants(results / "normalised" / "DEMO.bcf")
    assert {key(common), key(benign)} <= called
    assert not {key(common), key(benign)} & set(candidates(finished))

    removed = {key(row): row for row in rows(results / "prioritisation" / "DEMO.removed.tsv", REMOVED)}
    assert removed[key(benign)]["reason"] == "benign_in_clinvar"
    assert key(common) not in variants(results / "screened" / "DEMO.bcf")
    assert funnel(finished, "screened")["frequent_in_population"] > 0


def test_demo__funnels_account_for_every_record(finished: Path) -> None:
    results = finished / "results" / "DEMO"
    screened, prioritised = funnel(finished, "screened"), funnel(finished, "prioritisation")
    for counts in (screened, prioritised):
        removed = sum(count for reason, count in counts.items() if not reason.startswith("records_"))
        assert counts["records_in"] - removed == counts["records_out"]
    assert screened["records_in"] == len(variants(results / "normalised" / "DEMO.bcf"))
    assert screened["records_out"] == prioritised["records_in"] == funnel(finished, "annotated")["records_out"]
    assert prioritised["records_out"] == len(candidates(finished))


def test_demo__report_says_that_the_data_are_simulated(finished: Path) -> None:
    page = (finished / "results" / "DEMO" / "report" / "DEMO.rcp.html").read_text(encoding="utf-8")
    assert "données simulées" in page.lower()
    for row in truth(finished).values():
        if row["expected_class"] != NOT_REPORTED:
            assert str(row["gene"]) in page


def test_demo__report_is_the_last_line_printed(demo: Path) -> None:
    last = (demo.parent / "demo.log").read_text(encoding="utf-8")
    assert "demo/results/DEMO/report/DEMO.rcp.html" in last.splitlines()


def test_demo__another_caller_reuses_the_alignments(demo: Path, freebayes_demo: Path) -> None:
    for name in ("demo-child", "demo-father", "demo-mother"):
        cram = Path("results") / "DEMO" / "alignment" / f"{name}.cram"
        assert (demo / cram).stat().st_mtime_ns == (freebayes_demo / cram).stat().st_mtime_ns
    calls = Path("results") / "DEMO" / "calling" / "DEMO.bcf"
    assert (demo / calls).read_bytes() != (freebayes_demo / calls).read_bytes()


def test_demo__second_call_does_nothing_and_is_quick(demo: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (demo / "results").rglob("*") if path.is_file()}
    begun = time.monotonic()
    done = filiation("demo", cwd=demo.parent)
    elapsed = time.monotonic() - begun
    assert done.returncode == 0
    assert "nothing to simulate" in done.stdout
    assert "nothing to do" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in (demo / "results").rglob("*") if path.is_file()} == before
    assert elapsed < 15


def test_demo__somebody_elses_configuration_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "demo" / "config").mkdir(parents=True)
    mine = tmp_path / "demo" / "config" / "config.yaml"
    mine.write_text("samples: mine.tsv\n", encoding="utf-8")
    done = filiation("demo", cwd=tmp_path)
    assert done.returncode == 2
    assert mine.read_text(encoding="utf-8") == "samples: mine.tsv\n"
