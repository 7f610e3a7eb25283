"""Does the index find every carrier, whatever was compacted, killed, replaced or forgotten meanwhile?"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import filiation.cohort.compact as compaction
from builders.cohort import ABSENT, CARRIER, HOMOZYGOUS, LOW, UNKNOWN, IndexOnly, Record, index_only, trio
from filiation.cohort.artefacts import recurrent_de_novo, write_artefacts
from filiation.cohort.check import findings
from filiation.cohort.compact import compact, pack_segments
from filiation.cohort.frequency import inhouse_counts, write_inhouse_vcf
from filiation.cohort.genotype_text import genotype_state
from filiation.cohort.index import carriers, families_with_gene, forget_family
from filiation.cohort.layout import clinvar_code
from filiation.cohort.view import open_view
from filiation.errors import InputError
from filiation.evidence.artefacts import load_artefacts
from filiation.evidence.populations import open_count_sources, parse_count_source
from filiation.model.pedigree import Role, Sex

SITE = ("1", 1000, "A", "G")


def record(*states: int, **more: Any) -> Record:
    """A record at SITE."""
    return Record("chr1", 1000, (states[0], states[1], states[2]), **more)


def who(archive: IndexOnly, *alleles: tuple[str, int, str, str]) -> list[tuple[str, str, str, str]]:
    """Family and what its members show, for each row of the answer."""
    rows = carriers(archive, alleles or [SITE]).to_pylist()
    return [(row["family"], row["proband"], row["father"], row["mother"]) for row in rows]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_carriers__are_found_by_exact_allele_in_segments_and_in_partitions(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT), record(CARRIER, ABSENT, CARRIER, alt="T")])
    compact(archive)
    archive.add(trio("B"), [record(CARRIER, ABSENT, UNKNOWN)])
    assert who(archive) == [("A", "carrier", "carrier", "absent"), ("B", "carrier", "absent", "no_data")]
    assert who(archive, ("chr1", 1000, "A", "T")) == [("A", "carrier", "absent", "carrier")]
    assert who(archive, ("chr1", 1000, "A", "C"), ("chr1", 1001, "A", "G")) == []


def test_carriers__a_relative_who_was_not_sequenced_is_told_apart_from_one_without_the_allele(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A", roles=[Role.MOTHER]), [record(CARRIER, ABSENT, ABSENT)])
    assert who(archive) == [("A", "carrier", "not_sequenced", "absent")]


def test_segment__a_site_without_carrier_is_kept_only_for_a_member_without_data(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(ABSENT, ABSENT, ABSENT), record(ABSENT, UNKNOWN, ABSENT, alt="T")])
    rows = [row for table in inhouse_counts(archive, least_families=0) for row in table.to_pylist()]
    assert [(row["alt"], row["families"], row["allele_number"]) for row in rows] == [("T", 0, 2)]


def test_segment__a_common_allele_is_left_out_unless_clinvar_lists_it(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(
        trio("A"),
        [
            record(CARRIER, CARRIER, ABSENT, af=0.2),
            record(CARRIER, CARRIER, ABSENT, alt="T", af=0.2, kept_for=7, clinvar="Pathogenic"),
            record(CARRIER, CARRIER, ABSENT, alt="C", reason="frequent_in_population", kept_for=2),
            record(ABSENT, CARRIER, ABSENT, ref="AC", reason="proband_without_allele", kept_for=2),
        ],
    )
    rows = [row for table in inhouse_counts(archive) for row in table.to_pylist()]
    assert [(row["ref"], row["alt"]) for row in rows] == [("A", "T"), ("AC", "G")]


def test_segment__a_siblings_state_is_read_from_its_own_column(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    family = trio("A", roles=[Role.FATHER, Role.MOTHER, Role.SIBLING])
    cells = {"C": "0/1:30:99", "G": "0/0:30:99", "T": "0/0:2:99", "AG": "./.:.:."}
    rows = [
        record(CARRIER, ABSENT, ABSENT, alt=alt, cells=("0/1:9:9", "0/0:9:9", "0/0:9:9", cell))
        for alt, cell in cells.items()
    ]
    archive.add(family, rows)
    found = carriers(archive, [("1", 1000, "A", alt) for alt in cells]).to_pylist()
    assert {row["alt"]: row["sibling"] for row in found} == {
        "C": "carrier",
        "G": "absent",
        "T": "no_data",
        "AG": "no_data",
    }


@pytest.mark.parametrize(
    ("text", "state"),
    [("0/1", CARRIER), ("1|0", CARRIER), ("./1", CARRIER), ("1/1", HOMOZYGOUS), ("1", HOMOZYGOUS), ("0", ABSENT),
     ("0/0", ABSENT), ("./0", 8), ("./.", 8), (".", 8)],
)  # fmt: skip
def test_genotype__half_calls_of_the_reference_are_no_data(text: str, state: int) -> None:
    assert genotype_state(text) == state


@pytest.mark.parametrize(
    ("text", "code"),
    [("Pathogenic/Likely_pathogenic", 6), ("Likely_pathogenic", 5), ("Conflicting_classifications_of_pathogenicity", 4),
     ("Uncertain_significance", 3), ("Benign/Likely_benign", 2),
     ("Benign", 1), ("not_found", 0), ("not_annotated", 255),
     ("drug_response", 7), ("Pathogenic|risk_factor", 6)],
)  # fmt: skip
def test_clinvar__the_worst_of_several_classifications_counts(text: str, code: int) -> None:
    assert clinvar_code(text) == code


def test_gene__a_row_that_names_two_genes_is_found_by_both_and_a_part_of_a_name_is_none(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, ABSENT, CARRIER, gene=("ABC", "DEF1"))])
    compact(archive)
    archive.add(trio("B"), [record(CARRIER, ABSENT, CARRIER, gene=("DEF1",))])
    names = {gene: families_with_gene(archive, gene)["family"].to_pylist() for gene in ("ABC", "DEF1", "DEF")}
    assert names == {"ABC": ["A"], "DEF1": ["A", "B"], "DEF": []}


def test_view__the_latest_registered_analysis_replaces_the_earlier_ones(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    for compacted in (False, True):
        archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
        if compacted:
            compact(archive)
        archive.add(trio("A"), [record(CARRIER, ABSENT, CARRIER)])
        assert who(archive) == [("A", "carrier", "absent", "carrier")]


def test_view__a_segment_that_was_never_registered_is_not_read(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    archive.add(trio("A"), [record(CARRIER, ABSENT, CARRIER)])
    archive.analyses["A"] = 1
    assert who(archive) == [("A", "carrier", "carrier", "absent")]
    compact(archive)
    assert who(archive) == [("A", "carrier", "carrier", "absent")]


def test_view__a_registered_family_without_segment_is_named_with_the_repair(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.analyses["LOST"] = 2
    with pytest.raises(InputError, match=r"LOST \(analysis 2\)(.|\n)*compact .* --rebuild"):
        open_view(archive)


def test_view__a_damaged_partition_is_named_with_the_repair(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    compact(archive)
    part = next((tmp_path / "cohort" / "compacted").rglob("part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"damaged or was cut(.|\n)*--rebuild"):
        carriers(archive, [SITE])
    assert "part-0000.parquet" in findings(archive)[0]


def test_view__an_index_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    (tmp_path / "cohort" / "current.json").write_text(json.dumps({"schema": "filiation-cohort/9"}))
    with pytest.raises(InputError, match="filiation-cohort/9"):
        open_view(archive)


def test_forget__no_file_of_the_index_holds_the_family_any_more(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("GONE"), [record(CARRIER, CARRIER, ABSENT), Record("chr2", 7, (CARRIER, ABSENT, CARRIER))])
    archive.add(trio("B"), [record(CARRIER, CARRIER, ABSENT)])
    compact(archive)
    archive.add(trio("C"), [record(CARRIER, CARRIER, ABSENT)])
    compact(archive)
    archive.add(trio("GONE"), [record(CARRIER, CARRIER, ABSENT)])
    del archive.analyses["GONE"]
    assert [row[0] for row in who(archive)] == ["B", "C"]
    forget_family(archive, "GONE")
    assert [row[0] for row in who(archive)] == ["B", "C"]
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert b"GONE" not in path.read_bytes(), path
        assert "GONE" not in path.name
        if path.suffix == ".parquet" and "pos" in pq.read_schema(path).names:
            assert 7 not in pq.read_table(path)["pos"].to_pylist(), path


def test_forget__a_family_that_is_still_registered_is_refused(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    with pytest.raises(InputError, match="still registered"):
        forget_family(archive, "A")


def some_families(archive: IndexOnly, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        archive.add(
            trio(name), [record(CARRIER, CARRIER, ABSENT), Record("chr3", 10 + number, (CARRIER, LOW, CARRIER))]
        )


def test_compact__a_kill_in_any_step_leaves_the_same_answers_and_the_repeat_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["A", "B", "C"]
    whole = index_only(tmp_path / "whole")
    some_families(whole, names[:2])
    compact(whole)
    some_families(whole, names[2:])
    compact(whole)
    expected, answers = tree(whole.path), who(whole)

    class Killed(BaseException):
        pass

    steps = ("rename", "replace", "fsync", "remove", "mkdir")
    for killed_at in range(1, 60):
        archive = index_only(tmp_path / f"killed{killed_at}")
        some_families(archive, names[:2])
        compact(archive)
        some_families(archive, names[2:])
        count = 0

        def step(original: Any, *arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == killed_at:  # noqa: B023
                raise Killed
            return original(*arguments, **options)

        with monkeypatch.context() as patch:
            for name in steps:
                original = getattr(os, name)
                patch.setattr(os, name, lambda *a, _o=original, **k: step(_o, *a, **k))
            try:
                compact(archive)
                ended = True
            except Killed:
                ended = False
        assert who(archive) == answers
        compact(archive)
        assert tree(archive.path) == expected, killed_at
        if ended:
            assert killed_at > 10
            return
    pytest.fail("the compaction never came to its end")


def test_compact__a_reader_sees_whole_families_while_a_writer_adds_and_compacts(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    places = [Record("chr1", pos, (CARRIER, ABSENT, CARRIER)) for pos in (100, 200, 300)]
    archive.add(trio("F0"), places)
    faults: list[str] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            rows = carriers(archive, [("1", record.pos, "A", "G") for record in places]).to_pylist()
            by_place = {pos: {row["family"] for row in rows if row["pos"] == pos} for pos in (100, 200, 300)}
            if not by_place[100] == by_place[200] == by_place[300] or "F0" not in by_place[100]:
                faults.append(str(by_place))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 7):
            archive.add(trio(f"F{number}"), places)
            compact(archive)
    finally:
        ended.set()
        reader.join()
    assert faults == []
    assert len(who(archive, ("1", 100, "A", "G"))) == 7


def test_pack__many_segments_in_one_file_give_the_same_answers_and_the_same_partitions(tmp_path: Path) -> None:
    packed, single = (index_only(tmp_path / name) for name in ("packed", "single"))
    for archive in (packed, single):
        some_families(archive, ["A", "B", "C"])
    assert pack_segments(packed)
    assert len(list((packed.path / "cohort" / "segments").iterdir())) == 1
    assert who(packed) == who(single)
    for archive in (packed, single):
        compact(archive)
        del archive.analyses["B"]
        forget_family(archive, "B")
    assert tree(packed.path / "cohort" / "compacted") == tree(single.path / "cohort" / "compacted")
    assert [row[0] for row in who(packed)] == ["A", "C"]


def test_compact__windows_of_any_size_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = index_only(tmp_path)
    for name in ("A", "B", "C", "D"):
        rows = [Record("chr1", pos, (CARRIER, ABSENT, CARRIER)) for pos in range(100, 140)]
        archive.add(trio(name), rows)
    before = carriers(archive, [("1", pos, "A", "G") for pos in range(100, 140)])
    monkeypatch.setattr(compaction.View, "windows", _small_windows(compaction.View.windows))
    compact(archive)
    parts = list((tmp_path / "cohort" / "compacted" / "000001").rglob("part-*.parquet"))
    assert len(parts) > 1
    assert carriers(archive, [("1", pos, "A", "G") for pos in range(100, 140)]).equals(before)


def _small_windows(original: Any) -> Any:
    return lambda view, rows=0: original(view, 50)


def test_check__says_when_rows_are_not_those_that_were_written(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    some_families(archive, ["A", "B"])
    compact(archive)
    assert findings(archive, compared=0) == []
    pointer = tmp_path / "cohort" / "current.json"
    data = json.loads(pointer.read_text())
    data["parts"][1]["sha256"] = "0" * 64
    pointer.write_text(json.dumps(data))
    assert "checksum" in findings(archive, compared=0)[0]


def test_artefacts__an_allele_new_in_two_unrelated_trios_is_listed_for_the_annotation(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    new = record(CARRIER, ABSENT, ABSENT, inheritance="de_novo:supported,x_linked:possible")
    archive.add(trio("A"), [new])
    archive.add(trio("B"), [record(CARRIER, CARRIER, ABSENT)])
    assert recurrent_de_novo(archive) == []
    archive.add(trio("C"), [new])
    assert write_artefacts(archive, tmp_path / "artefacts.tsv") == 1
    assert load_artefacts(tmp_path / "artefacts.tsv") == {SITE: "called new in 2 unrelated families, carried in 3"}
    assert recurrent_de_novo(archive, exclude_family="A") == []


def test_inhouse_vcf__annotation_leaves_the_family_out_of_carriers_and_frequency(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    archive.add(trio("B"), [record(CARRIER, CARRIER, CARRIER)])
    archive.add(trio("C"), [Record("chr1", 5, (CARRIER, CARRIER, ABSENT))])
    vcf = tmp_path / "lab.vcf.gz"
    assert write_inhouse_vcf(archive, vcf) == 2
    source = parse_count_source(f"lab={vcf},af=AF,carriers=CARRIERS,families=FAMILIES", "--in-house")
    with open_count_sources([source]) as sources:
        found = {name: sources.find("chr1", 1000, "A", "G", name) for name in ("A", "B", "NEW")}
        alone = sources.find("chr1", 5, "A", "G", "C")
    assert {name: (counts.af, counts.carriers) for name, counts in found.items() if counts} == {
        "A": (pytest.approx(2 / 8), 1),
        "B": (pytest.approx(1 / 8), 1),
        "NEW": (pytest.approx(3 / 12), 2),
    }
    assert alone is not None
    assert (alone.af, alone.carriers) == (0.0, 0)


def test_inhouse_vcf__affected_and_unaffected_carriers_reach_annotation_with_the_own_family_marked(
    tmp_path: Path,
) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    archive.add(trio("B"), [record(CARRIER, ABSENT, ABSENT)])
    vcf = tmp_path / "lab.vcf.gz"
    write_inhouse_vcf(archive, vcf)
    fields = "af=AF,carriers=CARRIERS,families=FAMILIES,affected=AFFECTED,unaffected=UNAFFECTED"
    with open_count_sources([parse_count_source(f"lab={vcf},{fields}", "--in-house")]) as sources:
        found = {name: sources.find("chr1", 1000, "A", "G", name) for name in ("A", "NEW")}
    assert {name: counts.split for name, counts in found.items() if counts} == {
        "A": "affected=2;unaffected=1;own=1",
        "NEW": "affected=2;unaffected=1;own=0",
    }


def test_inhouse_vcf__the_only_family_of_an_archive_has_no_frequency_of_others(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    write_inhouse_vcf(archive, tmp_path / "lab.vcf.gz")
    source = parse_count_source(f"lab={tmp_path / 'lab.vcf.gz'},af=AF,carriers=CARRIERS,families=FAMILIES", "o")
    with open_count_sources([source]) as sources:
        counts = sources.find("chr1", 1000, "A", "G", "A")
    assert counts is not None
    assert (counts.af, counts.carriers) == (None, 0)


def test_inhouse_vcf__an_archive_without_families_gives_a_vcf_without_records(tmp_path: Path) -> None:
    assert write_inhouse_vcf(index_only(tmp_path), tmp_path / "lab.vcf.gz") == 0
    with open_count_sources([parse_count_source(f"lab={tmp_path / 'lab.vcf.gz'},af=AF", "o")]) as sources:
        assert sources.find("chr1", 1000, "A", "G", "A") is None


positions = st.lists(st.integers(1, 30), unique=True, max_size=12)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(positions, st.booleans()), min_size=1, max_size=5), positions)
def test_carriers__agree_with_looking_through_every_family(
    added: list[tuple[list[int], bool]], asked: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = index_only(Path(folder))
        for number, (places, compacted) in enumerate(added):
            archive.add(trio(f"F{number}", Sex.FEMALE), [Record("chr1", pos, (CARRIER, ABSENT, LOW)) for pos in places])
            if compacted:
                compact(archive)
        rows = carriers(archive, [("chr1", pos, "A", "G") for pos in asked]).to_pylist()
        slow = {(pos, f"F{number}") for number, (places, _) in enumerate(added) for pos in places if pos in asked}
        assert [(row["pos"], row["family"]) for row in rows] == sorted(slow)
