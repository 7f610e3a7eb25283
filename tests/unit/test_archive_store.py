"""Is an analysis in the archive whole, once, under its name, and is what cannot be read refused with a repair?"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from builders.archive import CONTIGS, DAY, analysis, call, candidate, coverage, make_archive, tree, trio
from filiation.archive.adopt import adopt
from filiation.archive.database import CURRENT, database_path, new_database
from filiation.archive.forget import forget
from filiation.archive.migrate import migrate
from filiation.archive.store import analysis_folder, archive_faults, create_archive, open_archive
from filiation.archive.verify import FAIL, NOTE, verify
from filiation.archive.write import add_analysis, add_many
from filiation.cohort.index import carriers
from filiation.errors import InputError
from filiation.model.columns import CANDIDATES
from filiation.model.report_tables import GENE_COVERAGE


def test_add__a_family_comes_back_with_everything_that_was_given(tmp_path: Path) -> None:
    with create_archive(tmp_path / "A", "GRCh38") as archive:
        given = analysis(
            trio(), [call(1_000)], gene_coverage=coverage(trio(), "PKD1", {"father": 12.5, "mother": 31.0})
        )
        record = add_analysis(archive, given)
        assert (record.number, record.date, record.panel, record.panel_version) == (1, DAY, "nbia", "1.0.0")
        assert archive.family("FAM001").family == trio()
        assert archive.table("FAM001", CANDIDATES)[0]["pos"] == 1_000
        assert archive.table("FAM001", GENE_COVERAGE)[0]["mean_depth"] == 12.5
        assert record.inputs["clinvar"]["version"] == "2026-01"
        assert [(seen.variant, seen.date) for seen in archive.first_seen("FAM001")] == [("chr1-1000-A-C", DAY)]
        assert verify(archive) == []


def test_add__the_same_run_on_another_day_is_the_first_one_and_writes_nothing(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        before = tree(archive.path)
        again = add_analysis(archive, _same_as_made(date="2026-02-01"))
        assert (again.number, again.date) == (1, DAY)
        assert tree(archive.path) == before


def _same_as_made(date: str = DAY):  # type: ignore[no-untyped-def]
    from builders.archive import removed_genotype

    return analysis(trio(), [call(1_000), call(2_000)], genotypes=[removed_genotype(500)], date=date)


def test_add__a_run_is_recognised_after_a_reanalysis_came_between(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        changed = analysis(
            trio(), [call(1_000, clinvar="Pathogenic"), call(2_000)], kind="reanalysis", date="2026-02-01"
        )
        assert add_analysis(archive, changed).number == 2
        assert add_analysis(archive, _same_as_made()).number == 1
        assert archive.family("FAM001").latest == 2


def test_add__a_reanalysis_stores_only_the_parts_that_changed(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        given = analysis(
            trio(), [call(1_000), call(2_000)], candidates=[candidate(1_000, shelf="B")], date="2026-02-01"
        )
        given.parts = {"calls": given.parts["calls"]}
        given.carry_over = True
        record = add_analysis(archive, given)
        stored = {name: part["stored_in"] for name, part in record.parts.items()}
        assert stored == {"calls": 1, "genotypes": 1, "excluded": 1, "removed": 1, "candidates": 2}
        assert archive.table("FAM001", CANDIDATES)[0]["shelf"] == "B"
        assert archive.table("FAM001", CANDIDATES, number=1)[0]["shelf"] == "A"
        assert verify(archive) == []


def test_add__first_sight_keeps_its_date(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A", ["FAM001"]) as archive:
        add_analysis(archive, analysis(trio(), [call(1_000), call(9_000)], date="2026-03-01"))
        assert {(seen.variant, seen.date, seen.analysis) for seen in archive.first_seen("FAM001")} == {
            ("chr1-1000-A-C", DAY, 1),
            ("chr1-2000-A-C", DAY, 1),
            ("chr1-9000-A-C", "2026-03-01", 2),
        }


def test_add__equal_input_gives_equal_bytes_in_another_archive(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as first, make_archive(tmp_path / "B") as second:
        assert tree(first.path) == tree(second.path)


def test_add__many_families_in_one_transaction_are_those_added_one_by_one(tmp_path: Path) -> None:
    names = ["FAM001", "FAM002", "FAM003"]
    with create_archive(tmp_path / "A", "GRCh38") as one, create_archive(tmp_path / "B", "GRCh38") as many:
        for name in names:
            add_analysis(one, analysis(trio(name), [call(1_000)]))
        assert add_many(many, (analysis(trio(name), [call(1_000)]) for name in names)) == 3
        assert tree(one.path) == tree(many.path)
        assert many.names() == names
        assert verify(many) == []


def test_add__calls_of_another_build_are_refused(tmp_path: Path) -> None:
    with create_archive(tmp_path / "A", "GRCh37") as archive, pytest.raises(InputError, match="on GRCh38"):
        add_analysis(archive, analysis(trio(), [call(1_000)]))
    assert archive_faults(tmp_path / "A", "GRCh38")[0].found == "an archive of GRCh37"
    assert CONTIGS["chr1"] == 248_956_422


def test_open__what_is_unknown_is_named_with_what_is_near(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        with pytest.raises(InputError, match="did you mean 'FAM001'"):
            archive.family("FAM01")
        with pytest.raises(InputError, match=f"one of: 1 of {DAY}"):
            archive.analysis("FAM001", 7)
    with pytest.raises(InputError, match="no archive here"):
        open_archive(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="not empty"):
        create_archive(tmp_path / "A", "GRCh38")


def test_open__a_newer_schema_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    make_archive(tmp_path / "A").close()
    with sqlite3.connect(database_path(tmp_path / "A")) as connection:
        connection.execute(f"PRAGMA user_version = {CURRENT + 1}")
    before = database_path(tmp_path / "A").read_bytes()
    for attempt in (lambda: open_archive(tmp_path / "A"), lambda: migrate(tmp_path / "A")):
        with pytest.raises(InputError, match="newer filiation"):
            attempt()
    assert database_path(tmp_path / "A").read_bytes() == before


def old_archive(path: Path) -> None:
    """An archive of database schema 1: the rows of one of today, without what later steps added."""
    make_archive(path).close()
    new, old = database_path(path), path / "old.sqlite"
    os.rename(new, old)
    new_database(path, version=1)
    connection = sqlite3.connect(new)
    connection.execute("ATTACH ? AS today", [str(old)])
    for (table,) in connection.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall():
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM today.{table}")
    connection.commit()
    connection.close()
    old.unlink()


def test_migrate__an_old_archive_names_the_command_and_is_whole_after_it(tmp_path: Path) -> None:
    old_archive(tmp_path / "A")
    with pytest.raises(InputError, match="filiation archive migrate"):
        open_archive(tmp_path / "A")
    assert "migrate" in archive_faults(tmp_path / "A")[0].repair
    before, steps = migrate(tmp_path / "A")
    assert before == 1
    assert [step.version for step in steps] == list(range(2, CURRENT + 1))
    with open_archive(tmp_path / "A", write=True) as archive:
        # What the step works out from the stored tables is what adding them today gives.
        assert [(seen.variant, seen.date) for seen in archive.first_seen("FAM002")] == [
            ("chr1-1000-A-C", DAY),
            ("chr1-2001-A-C", DAY),
        ]
        assert verify(archive) == []
        assert add_analysis(archive, _same_as_made()).number == 1
    assert migrate(tmp_path / "A")[1] == []


def test_migrate__a_step_that_fails_leaves_the_old_schema(tmp_path: Path) -> None:
    old_archive(tmp_path / "A")
    record = analysis_folder(tmp_path / "A", "FAM002", 1) / "record.json"
    content = record.read_bytes()
    record.unlink()
    with pytest.raises(InputError, match="manifest of analysis 1 cannot be read"):
        migrate(tmp_path / "A")
    record.write_bytes(content)
    assert migrate(tmp_path / "A")[0] == 1


def test_verify__a_flipped_byte_a_lost_part_and_a_changed_manifest_are_each_named(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A", ["FAM001", "FAM002", "FAM003"]) as archive:
        folder = {name: archive.folder(name, 1) for name in archive.names()}
        calls = folder["FAM001"] / "calls.parquet"
        content = bytearray(calls.read_bytes())
        content[len(content) // 2] ^= 1
        calls.write_bytes(content)
        (folder["FAM002"] / "candidates.parquet").unlink()
        manifest = json.loads((folder["FAM003"] / "record.json").read_text("utf-8"))
        (folder["FAM003"] / "record.json").write_text(json.dumps(manifest | {"date": "2020-01-01"}), "utf-8")
    with open_archive(tmp_path / "A") as archive:
        found = {(one.verdict, one.family): one.found for one in verify(archive) if one.family}
        assert set(found) == {(FAIL, "FAM001"), (FAIL, "FAM002"), (FAIL, "FAM003")}
        assert "damaged" in found[FAIL, "FAM001"]
        assert "missing" in found[FAIL, "FAM002"]
        with pytest.raises(InputError, match="not the one that was registered"):
            archive.analysis("FAM003")
        with pytest.raises(InputError, match="bring the file back"):
            archive.table("FAM002", CANDIDATES)


def test_verify__a_kept_file_must_be_what_its_name_says(tmp_path: Path) -> None:
    from filiation.reanalysis.kept_files import keep

    with make_archive(tmp_path / "A") as archive:
        (tmp_path / "weights.yaml").write_text("weight: 1\n", "utf-8")
        checksum = keep(archive.path, tmp_path / "weights.yaml")
        assert verify(archive) == []
        (archive.path / "resources" / checksum[:2] / checksum / "weights.yaml").write_text("weight: 2\n", "utf-8")
        assert [finding.verdict for finding in verify(archive)] == [FAIL]


def test_verify__what_a_stopped_writer_left_is_a_note_and_the_next_add_removes_it(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A") as archive:
        whole = tree(archive.path)
        for name in ("0002", ".0002.4711.tmp"):
            folder = archive.folder("FAM001", 1).with_name(name)
            folder.mkdir()
            (folder / "calls.parquet").write_bytes(b"half")
        assert [(finding.verdict, finding.family) for finding in verify(archive)] == [(NOTE, "FAM001")] * 2
        add_analysis(archive, _same_as_made())
        assert tree(archive.path) == whole
        assert verify(archive) == []


def test_adopt__an_old_copy_of_the_database_finds_what_was_added_since(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A", ["FAM001"]) as archive:
        old = database_path(archive.path).read_bytes()
        add_analysis(archive, analysis(trio(), [call(1_000), call(9_000)], date="2026-03-01"))
        family = trio("FAM002")
        add_analysis(archive, analysis(family, [call(7)], gene_coverage=coverage(family, "PKD1", {"father": 9.0})))
        tables = ("families", "members", "analyses", "resources", "links", "first_seen", "thin_genes", "covered_genes")
        whole = {table: archive.query(f"SELECT * FROM {table}") for table in tables}
        index = carriers(archive, [("chr1", 9_000, "A", "C"), ("chr1", 7, "A", "C")]).to_pylist()
    database_path(tmp_path / "A").write_bytes(old)
    with open_archive(tmp_path / "A", write=True) as archive:
        assert archive.current_analyses() == {"FAM001": 1}
        # A folder that was cut short is left alone.
        half = archive.folder("FAM003", 1)
        half.mkdir(parents=True)
        (half / "calls.parquet").write_bytes(b"half")
        adopted, left = adopt(archive)
        assert adopted == [("FAM002", 1), ("FAM001", 2)] or adopted == [("FAM001", 2), ("FAM002", 1)]
        assert len(left) == 1
        assert "no manifest" in left[0]
        assert {table: archive.query(f"SELECT * FROM {table}") for table in tables} == whole
        assert carriers(archive, [("chr1", 9_000, "A", "C"), ("chr1", 7, "A", "C")]).to_pylist() == index
        assert [finding for finding in verify(archive) if finding.verdict == FAIL] == []


def test_adopt__a_family_that_was_forgotten_does_not_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with make_archive(tmp_path / "A") as archive:
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "rmtree", stopped)
            with pytest.raises(KeyboardInterrupt):
                forget(archive, "FAM001", requester="family", date=DAY)
        adopted, left = adopt(archive)
        assert adopted == []
        assert "was forgotten" in left[0]
        assert archive.names() == ["FAM002"]
