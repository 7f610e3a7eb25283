"""Which gene does a name stand for, and is any name ever taken for another gene in silence?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.config import gene_table_path
from filiation.errors import InputError
from filiation.genes.table import GeneTable, load_gene_table, read_gene_table

COLUMNS = ("hgnc_id", "symbol", "name", "locus_group", "locus_type", "status", "location", "alias_symbol")
COLUMNS += ("prev_symbol", "entrez_id", "ensembl_gene_id", "mane_select", "merged_into")


def write_table(path: Path, *rows: dict[str, str]) -> Path:
    """A gene table in HGNC's form; a row that gives no status is approved."""
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join({"status": "Approved", **row}.get(column, "") for column in COLUMNS) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def table() -> GeneTable:
    """The table that ships."""
    return load_gene_table(gene_table_path())


def test_shipped_table__every_approved_symbol_resolves_to_its_own_gene(table: GeneTable) -> None:
    remapped = [gene.symbol for gene in table.genes.values() if table.resolve(gene.symbol).gene is not gene]
    assert len(table) > 43_000
    assert remapped == []


def test_shipped_table__every_id_resolves_to_its_own_gene(table: GeneTable) -> None:
    assert all(table.resolve(hgnc_id).gene is gene for hgnc_id, gene in table.genes.items())


def test_shipped_table__a_former_name_gives_a_gene_only_where_it_had_one_owner(table: GeneTable) -> None:
    for gene in table.genes.values():
        for name in gene.previous:
            found = table.resolve(name)
            if found.status == "previous":
                assert found.gene is gene, name
            elif found.status == "approved":
                assert found.gene is not None
                assert found.gene.symbol == name
                assert gene is found.gene or gene in found.lower, name
            else:
                assert found.status == "ambiguous", name
                assert len(found.choices) > 1, name


@pytest.mark.parametrize(
    ("name", "status", "symbol"),
    [
        ("BRCA1", "approved", "BRCA1"),
        ("C5orf42", "previous", "CPLANE1"),
        ("AARS", "previous", "AARS1"),
        ("C15orf41", "previous", "CDIN1"),
        ("MLL2", "previous", "KMT2D"),
        ("SEPT9", "previous", "SEPTIN9"),
        ("CENPJ", "previous", "CPAP"),
        ("HGNC:1100", "approved", "BRCA1"),
    ],
)
def test_resolve__names_of_today_and_of_before(table: GeneTable, name: str, status: str, symbol: str) -> None:
    found = table.resolve(name)
    assert found.gene is not None
    assert (found.status, found.gene.symbol) == (status, symbol)
    assert table.require(name, "panel") is found.gene


def test_resolve__an_approved_symbol_wins_over_another_gene_that_once_bore_it(tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "hgnc.tsv",
        {"hgnc_id": "HGNC:1", "symbol": "ABC1"},
        {"hgnc_id": "HGNC:2", "symbol": "XYZ1", "prev_symbol": "ABC1|OLD1", "alias_symbol": "SHARED"},
        {"hgnc_id": "HGNC:3", "symbol": "XYZ2", "alias_symbol": "OLD1|SHARED"},
    )
    table = read_gene_table(path)
    approved, previous, alias = (table.resolve(name) for name in ("ABC1", "OLD1", "SHARED"))
    assert (approved.status, approved.gene.hgnc_id if approved.gene else None) == ("approved", "HGNC:1")
    assert [gene.hgnc_id for gene in approved.lower] == ["HGNC:2"]
    assert (previous.status, previous.gene.hgnc_id if previous.gene else None) == ("previous", "HGNC:2")
    assert [gene.hgnc_id for gene in previous.lower] == ["HGNC:3"]
    assert (alias.status, alias.gene) == ("ambiguous", None)
    assert [gene.hgnc_id for gene in alias.choices] == ["HGNC:2", "HGNC:3"]


def test_require__an_ambiguous_name_stops_with_the_choices(table: GeneTable) -> None:
    with pytest.raises(InputError, match=r"several genes") as fault:
        table.require("CAP", "panel.tsv, line 7")
    assert "panel.tsv, line 7" in str(fault.value)
    assert "SORBS1 (HGNC:14565)" in str(fault.value)


@pytest.mark.parametrize("name", ["brca1", " BRCA1", "BRCA1 ", "BRCA 1", "BRCA1\u00a0"])
def test_resolve__case_and_spaces_are_never_repaired_in_silence(table: GeneTable, name: str) -> None:
    found = table.resolve(name)
    assert (found.status, found.gene) == ("unknown", None)
    assert [gene.symbol for gene in found.choices] == ["BRCA1"]


def test_withdrawn_symbol__stops_with_its_successors(tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "hgnc.tsv",
        {"hgnc_id": "HGNC:10", "symbol": "NEW1"},
        {"hgnc_id": "HGNC:11", "symbol": "NEW2"},
        {"hgnc_id": "HGNC:5", "symbol": "GONE", "status": "Entry Withdrawn"},
        {"hgnc_id": "HGNC:6", "symbol": "SPLIT", "status": "Symbol Withdrawn", "merged_into": "HGNC:10|HGNC:11"},
        {"hgnc_id": "HGNC:7", "symbol": "MERGED", "status": "Symbol Withdrawn", "merged_into": "HGNC:8"},
        {"hgnc_id": "HGNC:8", "symbol": "MERGED2", "status": "Symbol Withdrawn", "merged_into": "HGNC:10"},
    )
    table = read_gene_table(path)
    for name, choices in (("GONE", []), ("SPLIT", ["NEW1", "NEW2"]), ("MERGED", ["NEW1"])):
        found = table.resolve(name)
        assert (found.status, found.gene, [gene.symbol for gene in found.choices]) == ("withdrawn", None, choices)
        with pytest.raises(InputError, match="withdrawn"):
            table.require(name)
    # An id keeps its identity through mergers when one gene is left; a split or an empty end stops.
    merged = table.by_id("HGNC:7")
    assert merged is not None
    assert merged.symbol == table.require("HGNC:7").symbol == "NEW1"
    assert table.by_id("HGNC:6") is None
    with pytest.raises(InputError, match="NEW1"):
        table.require("HGNC:6")
    with pytest.raises(InputError, match="names no successor"):
        table.require("HGNC:5")


@settings(max_examples=200, deadline=None)
@given(name=st.text(max_size=12))
def test_resolve__any_text_at_all_gets_an_answer(table: GeneTable, name: str) -> None:
    found = table.resolve(name)
    assert found.status in ("approved", "previous", "alias", "ambiguous", "withdrawn", "mangled", "unknown")
    assert found.found == (found.gene is not None)
    if found.gene is not None and found.status in ("approved", "previous", "alias"):
        assert name in (found.gene.symbol, found.gene.hgnc_id, *found.gene.previous, *found.gene.aliases)


def test_user_table__takes_the_withdrawn_entries_of_the_one_that_ships(tmp_path: Path) -> None:
    own = write_table(tmp_path / "complete.txt", {"hgnc_id": "HGNC:10", "symbol": "NEW1"})
    shipped = write_table(
        tmp_path / "hgnc.tsv",
        {"hgnc_id": "HGNC:10", "symbol": "NEW1"},
        {"hgnc_id": "HGNC:7", "symbol": "MERGED", "status": "Symbol Withdrawn", "merged_into": "HGNC:10"},
    )
    assert load_gene_table(own, shipped).resolve("MERGED").status == "withdrawn"
    (tmp_path / "withdrawn.txt").write_text(
        "HGNC_ID\tSTATUS\tWITHDRAWN_SYMBOL\tMERGED_INTO_REPORT(S) (i.e HGNC_ID|SYMBOL|STATUS)\n"
        "HGNC:9\tMerged/Split\tOTHER\tHGNC:10|NEW1|Approved\n",
        encoding="utf-8",
    )
    beside = write_table(tmp_path / "complete2.txt", {"hgnc_id": "HGNC:10", "symbol": "NEW1"})
    found = load_gene_table(beside, shipped).resolve("HGNC:9")
    assert (found.status, found.gene.symbol if found.gene else None) == ("withdrawn", "NEW1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gene\tid\nA\tB\n", "no column hgnc_id"),
        ("\t".join(COLUMNS) + "\n", "no approved gene"),
        ("\t".join(COLUMNS) + "\nHGNC:1\n", "1 cell"),
        ("\t".join(COLUMNS) + "\n5\tA1BG\t\t\t\tApproved\n", "id '5'"),
    ],
)
def test_user_table__a_table_that_is_none_stops(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "genes.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_gene_table(path)


def test_user_table__an_id_or_a_symbol_twice_stops(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.tsv", {"hgnc_id": "HGNC:1", "symbol": "A"}, {"hgnc_id": "HGNC:1", "symbol": "B"})
    with pytest.raises(InputError, match="a second row"):
        load_gene_table(path)
    path = write_table(tmp_path / "b.tsv", {"hgnc_id": "HGNC:1", "symbol": "A"}, {"hgnc_id": "HGNC:2", "symbol": "A"})
    with pytest.raises(InputError, match="approved symbol of two entries"):
        load_gene_table(path)
