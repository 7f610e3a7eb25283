"""Does a table come back as it was written, and is a table of another kind refused?"""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filiation.errors import InputError
from filiation.io.tables import funnel_rows, read_table, write_table
from filiation.model.columns import ALL_TABLES, CANDIDATES, FUNNEL, PANEL, Column, TableSchema

SCHEMA = TableSchema(
    "test",
    3,
    "A table of every kind of column.",
    (
        Column("word", "str", "text"),
        Column("count", "int", "number"),
        Column("share", "float", "number"),
        Column("yes", "flag", "flag"),
    ),
)

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=12
)
rows = st.fixed_dictionaries(
    {
        "word": st.none() | words.filter(lambda word: word != "." and not word.startswith("'")),
        "count": st.none() | st.integers(-(2**40), 2**40),
        "share": st.none() | st.floats(-1e9, 1e9).map(lambda value: float(f"{value:.6g}")),
        "yes": st.none() | st.booleans(),
    }
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=5))
def test_table__comes_back_as_it_was_written(tmp_path: Path, given_rows: list[dict[str, object]]) -> None:
    path = tmp_path / "t.tsv"
    assert write_table(path, SCHEMA, given_rows, {"panel": "name  with\tspaces"}) == len(given_rows)
    table = read_table(path, SCHEMA)
    assert table.rows == given_rows
    assert table.header["schema"] == "test/3"
    assert table.header["panel"] == "name with spaces"


def test_cell__missing_is_a_point_and_zero_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [{"word": "", "share": math.nan}, {"count": 0, "share": 0.0, "yes": False}])
    assert path.read_text().splitlines()[-2:] == [".\t.\t.\t.", ".\t0\t0\tno"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_cell__cannot_become_a_formula_of_a_spreadsheet(tmp_path: Path, start: str) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [{"word": f"{start}HYPERLINK(1)"}])
    assert path.read_text().splitlines()[-1].startswith(f"'{start}")
    assert read_table(path, SCHEMA).rows[0]["word"] == f"{start}HYPERLINK(1)"


def test_cell__cannot_break_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [{"word": "two\nlines\tand a tab"}])
    assert read_table(path, SCHEMA).rows[0]["word"] == "two lines and a tab"


def test_write__a_column_that_the_schema_lacks_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="surprise"):
        write_table(tmp_path / "t.tsv", SCHEMA, [{"surprise": 1}])
    assert list(tmp_path.iterdir()) == [], "nothing half written stays"


def test_write__the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.tsv", "b.tsv"):
        write_table(tmp_path / name, SCHEMA, [{"word": "é", "share": 1 / 3}], {"x": "1"})
    assert (tmp_path / "a.tsv").read_bytes() == (tmp_path / "b.tsv").read_bytes()


def fault(path: Path, schema: TableSchema = SCHEMA) -> str:
    """The message with which a table is refused."""
    with pytest.raises(InputError) as caught:
        read_table(path, schema)
    return str(caught.value)


def test_read__another_schema_version_or_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [])
    assert "schema 'test/3'" in fault(path, FUNNEL)
    text = path.read_text()
    path.write_text(text.replace("test/3", "test/2"))
    assert "test/2" in fault(path)
    path.write_text(text.replace("\tshare", "\tpart"))
    assert "missing ['share'], unexpected ['part']" in fault(path)
    path.write_text("word\tcount\n")
    assert "schema 'none'" in fault(path)


def test_read__a_bad_cell_is_named_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [{"word": "a", "count": 12, "share": 0.5}])
    text = path.read_text()
    path.write_text(text.replace("\t12\t", "\ttwelve\t"))
    assert "line 4, column count" in fault(path)
    path.write_text(text.replace("0.5", "0,5"))
    assert "never a comma" in fault(path)
    path.write_text(text.replace("\tno", "").replace("0.5\t.", "0.5"))
    assert "3 cells" in fault(path)


def test_read__line_ends_of_windows_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [{"word": "a", "count": 1, "share": 0.5, "yes": True}])
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_table(path, SCHEMA).rows == [{"word": "a", "count": 1, "share": 0.5, "yes": True}]


def test_schemas__have_distinct_names_and_columns_with_a_meaning() -> None:
    assert len({schema.name for schema in ALL_TABLES}) == len(ALL_TABLES)
    for schema in ALL_TABLES:
        assert len(set(schema.names)) == len(schema.names)
        assert all(column.meaning and column.kind in ("str", "int", "float", "flag") for column in schema.columns)
    assert "kept_because" in CANDIDATES.names
    assert "tier" in PANEL.names


def test_funnel__keeps_the_order_of_the_reasons() -> None:
    counts = {"records_in": (5, "in"), "rare": (2, "why"), "records_out": (3, "out")}
    assert [row["reason"] for row in funnel_rows("screen", counts)] == list(counts)
    assert {row["step"] for row in funnel_rows("screen", counts)} == {"screen"}


def test_table__of_another_encoding_is_refused_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, SCHEMA, [{"word": "gène"}])
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    with pytest.raises(InputError, match="byte 0xe8 is not UTF-8 text"):
        read_table(path, SCHEMA)
