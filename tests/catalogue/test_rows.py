"""Has every row of the catalogue a case or a test, and are there enough malformed files?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from catalogue.rows import CASES, ELSEWHERE, ROWS, files, summary
from filiation.config import REPOSITORY

GROUPS = {"A": 19, "B": 14, "C": 26, "D": 22, "E": 19, "F": 23, "S": 15}


def test_rows__are_those_of_the_catalogue() -> None:
    assert list(ROWS) == [f"{group}{number}" for group, count in GROUPS.items() for number in range(1, count + 1)]
    assert all(ROWS.values())


def test_rows__each_has_a_case_or_a_test_that_exists() -> None:
    covered = {case.row for case in CASES} | set(ELSEWHERE)
    assert set(ROWS) - covered == set()
    assert {case.row for case in CASES} <= set(ROWS)


@pytest.mark.parametrize("place", sorted({place for places in ELSEWHERE.values() for place in places}))
def test_rows__a_test_named_elsewhere_is_there(place: str) -> None:
    file, _, name = place.partition("::")
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", text, re.MULTILINE), place


def test_rows__cases_have_names_of_their_own_and_files_are_enough(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("rows", len(ROWS))
    record_property("files", files())
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
    assert files() >= 300
    told = summary()
    assert told["rows"] == 138
    assert sum(row["cases"] for row in told["by_row"].values()) == len(CASES)
