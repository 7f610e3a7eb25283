"""Is a gene name that a spreadsheet has rewritten recognised, and never turned back by a guess?"""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filiation.config import gene_table_path
from filiation.errors import InputError
from filiation.genes.spreadsheet import original_names
from filiation.genes.table import GeneTable, load_gene_table


@pytest.fixture(scope="module")
def table() -> GeneTable:
    """The table that ships."""
    return load_gene_table(gene_table_path())


@pytest.mark.parametrize(
    "cell",
    ["2-Sep", "02-Sep", "Sep-02", "Sep-2", "2-sept.", "02-sept", "sept-02", "2 sept.", "2-Sep-06", "2026-09-02"]
    + ["2026-09-02 00:00:00", "02/09/2026", "9/2/2026", "46267", "2-SEPTEMBRE"],
)
def test_resolve__septin_2_as_a_date_comes_with_septin_2_to_choose(table: GeneTable, cell: str) -> None:
    found = table.resolve(cell)
    assert (found.status, found.gene) == ("mangled", None)
    assert "SEPTIN2" in [gene.symbol for gene in found.choices]
    with pytest.raises(InputError, match="spreadsheet"):
        table.require(cell, "panel.tsv, line 2")


@pytest.mark.parametrize(
    ("cell", "symbols"),
    [
        ("1-Mar", {"MARCHF1", "MTARC1"}),
        ("1-mars", {"MARS1", "MARCHF1", "MTARC1"}),
        ("1-Dec", {"DELEC1"}),
        ("1-déc", {"DELEC1"}),
        ("1-déc.", {"DELEC1"}),
        ("9-Sep", {"SEPTIN9"}),
        ("4-Oct", {"POU5F1"}),
    ],
)
def test_resolve__dates_of_other_names_in_english_and_french(table: GeneTable, cell: str, symbols: set[str]) -> None:
    found = table.resolve(cell)
    assert found.status == "mangled"
    assert symbols <= {gene.symbol for gene in found.choices}


@given(number=st.integers(1, 12), year=st.integers(1990, 2059))
def test_original_names__the_day_number_of_a_date_names_the_same_genes_as_the_date(number: int, year: int) -> None:
    date = datetime.date(year, 9, number)
    serial = (date - datetime.date(1899, 12, 30)).days
    assert f"SEPT{number}" in original_names(str(serial), list)
    assert original_names(str(serial), list) == original_names(date.isoformat(), list)


@pytest.mark.parametrize(
    ("cell", "clone"), [("2.31E+19", "2310009E13"), ("2,31E+19", "2310009E13"), ("1.00E+03", "1E3")]
)
def test_original_names__a_clone_name_shown_as_a_number(cell: str, clone: str) -> None:
    assert original_names(cell, lambda: [clone, "BRCA1", "4E5", "7E"]) == (clone,)


@pytest.mark.parametrize("cell", ["2.31E+19", "2,31E+19", "30-Jan", "2026-01-31"])
def test_resolve__a_date_or_number_that_no_gene_of_today_gives_is_told_as_one(table: GeneTable, cell: str) -> None:
    assert table.resolve(cell).status == "mangled"
    with pytest.raises(InputError, match="what a spreadsheet made of a gene name") as raised:
        table.require(cell)
    assert "before a spreadsheet opened it" in raised.value.message()


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789-", max_size=10))
def test_resolve__no_name_of_a_gene_is_ever_taken_for_a_mangled_one(table: GeneTable, name: str) -> None:
    if table.resolve(name).status == "mangled":
        assert not any(name in (gene.symbol, *gene.aliases, *gene.previous) for gene in table.genes.values())


def test_shipped_table__no_known_name_is_taken_for_a_mangled_one(table: GeneTable) -> None:
    known = [name for gene in table.genes.values() for name in (gene.symbol, *gene.previous, *gene.aliases)]
    assert not [name for name in known if table.resolve(name).status in ("mangled", "unknown")]


@pytest.mark.parametrize("cell", ["BRCA1", "12", "1234", "99999", "2026", "31-Foo", "", ".", "1E+999", "3.14"])
def test_original_names__what_is_no_date_and_no_number_stays_what_it_is(cell: str) -> None:
    assert original_names(cell, lambda: ["BRCA1", "2310009E13"]) == ()
