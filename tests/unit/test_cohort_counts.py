"""Are the laboratory's own counts those that a person with a pencil would find, whatever was added and forgotten?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.cohort import ABSENT, CARRIER, HOMOZYGOUS, LOW, UNKNOWN, IndexOnly, Record, index_only, trio
from filiation.cohort.compact import compact
from filiation.cohort.frequency import counts_of, inhouse_counts
from filiation.cohort.index import forget_family
from filiation.model.pedigree import Family, Role, Sex
from reference.cohort import counts as slow_counts

SITES = (("chr1", 1000), ("chr1", 1000), ("chr2", 70_000), ("chrX", 5_000), ("chrX", 20_000), ("chrX", 9_000_000),
         ("chrY", 9_000_000), ("chrM", 300))  # fmt: skip
ALLELES = (("A", "G"), ("A", "T"), ("AC", "A"))


def found(archive: IndexOnly, **options: Any) -> dict[tuple[str, int, str, str], dict[str, Any]]:
    """{allele: counts} as the index gives them."""
    rows = [row for table in inhouse_counts(archive, **options) for row in table.to_pylist()]
    return {(row["contig"], row["pos"], row["ref"], row["alt"]): row for row in rows}


def same(ours: dict[Any, dict[str, Any]], slow: dict[Any, dict[str, Any]]) -> None:
    """Every allele and every count of the slow twin."""
    assert set(ours) == set(slow)
    for allele, row in slow.items():
        told = {name: ours[allele][name] for name in row}
        assert told == pytest.approx(row, abs=1e-12), allele


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Records of one family, each allele once."""
    state = st.sampled_from((UNKNOWN, ABSENT, LOW, CARRIER, HOMOZYGOUS))
    chosen = draw(st.lists(st.tuples(st.sampled_from(SITES), st.sampled_from(ALLELES)), unique=True, max_size=6))
    return [
        Record(
            *site,
            states=draw(st.tuples(state, state, state)),
            ref=ref,
            alt=alt,
            inheritance=draw(st.sampled_from(("de_novo:supported", "de_novo:possible", "x_linked:supported"))),
            kept_for=draw(st.sampled_from((1, 3, 5))),
        )
        for site, (ref, alt) in chosen
    ]


def family_of(name: str, sex: Sex, roles: Sequence[Role]) -> Family:
    return trio(name, sex, roles, affected=[Role.MOTHER] if name == "B" else [])


families = st.builds(
    family_of,
    st.sampled_from("ABCDE"),
    st.sampled_from(list(Sex)),
    st.sampled_from(((Role.FATHER, Role.MOTHER), (Role.MOTHER,), (Role.FATHER,), ())),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), families, records()),
        st.tuples(st.just("compact")),
        st.tuples(st.just("forget"), st.sampled_from("ABCDE")),
    ),
    min_size=1,
    max_size=8,
)


# A history costs files: a machine that is busy must not fail the test for being slow.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_counts__agree_with_counting_person_by_person_after_any_history(history: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive, current = index_only(Path(folder)), {}
        for step in history:
            if step[0] == "add":
                archive.add(step[1], step[2])
                current[step[1].name] = (step[1], step[2])
            elif step[0] == "compact":
                compact(archive)
            elif step[1] in current:
                del archive.analyses[step[1]], current[step[1]]
                forget_family(archive, step[1])
        same(found(archive), slow_counts(current, "GRCh38"))
        for name in current:
            others = {other: item for other, item in current.items() if other != name}
            same(found(archive, exclude_family=name), slow_counts(others, "GRCh38"))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(families, records()), min_size=1, max_size=5))
def test_counts_of__gives_for_asked_alleles_what_all_counts_give(added: list[tuple[Family, list[Record]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = index_only(Path(folder))
        for number, (family, rows) in enumerate(added):
            archive.add(family, rows)
            if number == 2:
                compact(archive)
        asked = [("1", 1000, "A", "G"), ("chrX", 9_000_000, "AC", "A"), ("7", 5, "A", "C")]
        every = found(archive, least_families=0)
        rows = {(r["contig"], r["pos"], r["ref"], r["alt"]): r for r in counts_of(archive, asked).to_pylist()}
        wanted = {("1", 1000, "A", "G"), ("X", 9_000_000, "AC", "A")}
        assert rows == {allele: row for allele, row in every.items() if allele in wanted}


def one(archive: IndexOnly, allele: tuple[str, int, str, str], **options: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = pa.concat_tables(list(inhouse_counts(archive, **options))).to_pylist()
    return next(row for row in rows if (row["contig"], row["pos"], row["ref"], row["alt"]) == allele)


SITE = ("1", 1000, "A", "G")


def record(*states: int, **more: Any) -> Record:
    return Record("chr1", 1000, (states[0], states[1], states[2]), **more)


def test_counts__a_parent_without_data_leaves_the_denominator(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, UNKNOWN)])
    assert (one(archive, SITE)["allele_count"], one(archive, SITE)["allele_number"]) == (1, 2)


def test_counts__a_family_without_the_record_is_reference_where_it_has_data_on_the_contig(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)])
    archive.add(trio("B"), [Record("chr1", 500, (CARRIER, ABSENT, CARRIER))])
    archive.add(trio("C"), [Record("chr2", 500, (CARRIER, ABSENT, CARRIER))])
    assert one(archive, SITE)["allele_number"] == 8


def test_counts__an_allele_that_is_kept_only_when_the_child_has_it_has_no_frequency(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT, kept_for=1)])
    row = one(archive, SITE)
    assert (row["families"], row["allele_number"], row["af"]) == (1, None, None)


def test_counts__a_boy_without_parents_in_the_archive_is_hemizygous_with_one_copy(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A", Sex.MALE, ()), [Record("chrX", 9_000_000, (HOMOZYGOUS, ABSENT, ABSENT))])
    row = one(archive, ("X", 9_000_000, "A", "G"))
    assert (row["hemizygotes"], row["allele_count"], row["allele_number"]) == (1, 1, 1)


def test_counts__a_person_in_two_families_is_counted_once(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)], persons={"A-father": "sum-of-his-cram"})
    archive.add(trio("B"), [record(CARRIER, CARRIER, ABSENT)], persons={"B-father": "sum-of-his-cram"})
    for _ in range(2):
        row = one(archive, SITE)
        assert (row["families"], row["allele_count"], row["allele_number"]) == (1, 1, 6)
        compact(archive)


def test_counts__a_new_allele_counts_where_the_index_case_shows_it_and_nowhere_else(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    supported = {"ref": "AC", "alt": "A", "inheritance": "de_novo:supported"}
    archive.add(trio("A"), [record(CARRIER, ABSENT, ABSENT, **supported)])
    # Says "new" of an allele that no state shows in the index case; one of the rows is in the index for the mother's.
    archive.add(trio("B"), [record(ABSENT, ABSENT, ABSENT, **supported)])
    archive.add(trio("C"), [record(ABSENT, ABSENT, UNKNOWN, **supported)])
    compact(archive)
    assert one(archive, ("1", 1000, "AC", "A"))["de_novo"] == 1
    archive.add(trio("D"), [record(CARRIER, ABSENT, ABSENT, **supported)])
    assert one(archive, ("1", 1000, "AC", "A"))["de_novo"] == 2


def test_counts__families_that_share_a_person_are_not_two_unrelated_trios(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    new = record(CARRIER, ABSENT, ABSENT, inheritance="de_novo:supported")
    archive.add(trio("A"), [new], persons={"A-mother": "one"})
    archive.add(trio("B"), [new], persons={"B-mother": "one"})
    assert one(archive, SITE)["de_novo"] == 1
    archive.add(trio("C"), [new])
    assert one(archive, SITE)["de_novo"] == 2


def test_counts__a_family_and_those_that_share_a_person_with_it_are_left_out_together(tmp_path: Path) -> None:
    archive = index_only(tmp_path)
    archive.add(trio("A"), [record(CARRIER, CARRIER, ABSENT)], persons={"A-father": "one"})
    archive.add(trio("B"), [record(CARRIER, CARRIER, ABSENT)], persons={"B-father": "one"})
    assert found(archive, exclude_family="B") == {}
