"""Does joining the index cost nothing where nothing is new, and lose nothing that is about to be registered?"""

from __future__ import annotations

from pathlib import Path

from builders.archive import analysis, call, make_archive, tree
from builders.archive import trio as archived_trio
from builders.cohort import ABSENT, CARRIER, IndexOnly, Record, index_only, trio
from filiation.archive.verify import verify
from filiation.archive.write import Link, add_analysis
from filiation.cohort.compact import compact, rebuild
from filiation.cohort.frequency import inhouse_counts
from filiation.cohort.index import carriers, forget_family
from filiation.cohort.view import open_view, read_pointer, segment_name, segments_folder

SITE = ("1", 1000, "A", "G")


def carried() -> Record:
    return Record("chr1", 1000, (CARRIER, CARRIER, ABSENT))


def alleles(archive: IndexOnly) -> tuple[int, int]:
    """Count and number of the allele at SITE."""
    rows = [row for table in inhouse_counts(archive) for row in table.to_pylist()]
    return (rows[0]["allele_count"], rows[0]["allele_number"]) if rows else (0, 0)


def test_compact__without_news_the_generation_stays(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [carried()])
    assert compact(archive) == "000001"
    assert compact(archive) == "000001"
    archive.add(trio("B"), [carried()])
    assert compact(archive) == "000002"
    before = tree(tmp_path)
    assert compact(archive) == "000002"
    assert tree(tmp_path) == before


def test_compact__what_a_killed_one_did_not_remove_any_more_is_removed_by_the_next(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [carried()])
    compact(archive)
    consumed = (segments_folder(tmp_path) / segment_name("A", 1)).read_bytes()
    archive.add(trio("B"), [carried()])
    compact(archive)
    whole = tree(tmp_path)
    # Killed between the new pointer and the removal of what it superseded.
    (segments_folder(tmp_path) / segment_name("A", 1)).write_bytes(consumed)
    old = tmp_path / "cohort" / "compacted" / "000000"
    old.mkdir()
    (old / "part").write_text("old", "utf-8")
    compact(archive)
    assert tree(tmp_path) == whole


def test_compact__counts_follow_when_a_family_is_forgotten_and_when_it_comes_back(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    for name in "AB":
        archive.add(trio(name), [carried()], persons={f"{name}-father": "the-same-man"})
    archive.add(trio("C"), [carried()])
    compact(archive)
    assert alleles(archive) == (2, 10)
    # The father of both is a founder still, by the other family.
    del archive.analyses["A"]
    forget_family(archive, "A")
    assert alleles(archive) == (2, 8)
    archive.add(trio("A"), [carried()], persons={"A-father": "the-same-man"})
    assert alleles(archive) == (2, 10)
    for _ in range(2):
        compact(archive)
        assert alleles(archive) == (2, 10)


def test_compact__an_analysis_under_the_name_of_an_erased_one_is_not_taken_for_consumed(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    for name in "AB":
        archive.add(trio(name), [carried()])
    compact(archive)
    del archive.analyses["A"]
    forget_family(archive, "A")
    pointer = read_pointer(tmp_path)
    assert pointer is not None
    assert (pointer["consumed"], pointer["superseded"], pointer["previous"]) == ([], [], "")
    # Written, and registered only after another process has joined the index.
    archive.add(trio("A"), [carried()])
    del archive.analyses["A"]
    compact(archive)
    archive.analyses["A"] = 1
    assert sorted(carriers(archive, [SITE]).column("family").to_pylist()) == ["A", "B"]


def test_rebuild__persons_are_known_again_and_an_analysis_on_its_way_keeps_its_segment(tmp_path: Path) -> None:
    with make_archive(tmp_path / "A", ()) as archive:
        for name in ("FAM001", "FAM002"):
            family = archived_trio(name)
            cram = Link("cram", f"/data/{name}-father.cram", "f" * 64, 1)
            add_analysis(archive, analysis(family, [call(1_000, father_state=2)], links=[cram]))
        compact(archive)
        shared = open_view(archive).families.kindred.tolist()
        coming = segments_folder(archive.path) / segment_name("FAM003", 1)
        coming.write_bytes(b"of a family that is not registered yet")
        rebuild(archive)
        assert open_view(archive).families.kindred.tolist() == shared == [0, 0]
        assert coming.is_file()
        coming.unlink()
        assert verify(archive) == []
