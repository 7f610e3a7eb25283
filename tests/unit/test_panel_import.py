"""Does a laboratory's list become a panel gene by gene, or stop with the line that is wrong and the choices?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders.panel_sources import panelapp_gene, write_gene_table, write_panelapp_json
from filiation.errors import FaultList, InputError
from filiation.genes.table import GeneTable, load_gene_table
from filiation.panels.importing import format_of, import_list
from filiation.panels.overlay import COLUMNS, apply_overlay, read_overlay


@pytest.fixture
def table(tmp_path: Path) -> GeneTable:
    """The builders' genes."""
    return load_gene_table(write_gene_table(tmp_path / "genes.tsv"))


def test_panelapp_json__green_is_core_amber_on_request_red_counted(tmp_path: Path, table: GeneTable) -> None:
    genes = [
        panelapp_gene("PANK2", "HGNC:15804"),
        panelapp_gene("FTL", "HGNC:3999", "MONOALLELIC, autosomal or pseudoautosomal, NOT imprinted", "2"),
        panelapp_gene("ONE", "HGNC:1", level="1"),
    ]
    path = write_panelapp_json(tmp_path / "p.json", genes)
    assert format_of(path) == "panelapp-json"
    green = import_list(path, "panelapp-json", table)
    assert [(row["gene"], row["tier"], row["inheritance"]) for row in green.rows] == [("PANK2", "core", "AR")]
    assert green.notes == ["2 genes below green left out"]
    assert green.origin == "PanelApp panel 180 A panel 1.2"
    both = import_list(path, "panelapp-json", table, with_amber=True)
    assert [(row["gene"], row["tier"], row["inheritance"]) for row in both.rows] == [
        ("FTL", "lab", "AD"),
        ("PANK2", "core", "AR"),
    ]


@pytest.mark.parametrize(
    ("words", "mode"),
    [
        ("BOTH monoallelic and biallelic, autosomal or pseudoautosomal", "AD/AR"),
        ("Other - please specifiy in evaluation comments", None),
        ("Unknown", None),
        ("", None),
    ],
)
def test_panelapp__words_of_inheritance(tmp_path: Path, table: GeneTable, words: str, mode: str | None) -> None:
    path = write_panelapp_json(tmp_path / "p.json", [panelapp_gene("ONE", "HGNC:1", words)])
    assert import_list(path, "panelapp-json", table).rows[0]["inheritance"] == mode


def test_panelapp__a_gene_of_x_typed_monoallelic_is_x_linked(tmp_path: Path, table: GeneTable) -> None:
    path = write_panelapp_json(tmp_path / "p.json", [panelapp_gene("WDR45", "HGNC:28912", "MONOALLELIC, autosomal")])
    assert import_list(path, "panelapp-json", table).rows[0]["inheritance"] == "XL"


def test_panelapp_tsv__the_export_with_its_own_columns(tmp_path: Path, table: GeneTable) -> None:
    header = "Entity Name\tEntity type\tGene Symbol\tModel_Of_Inheritance\tGEL_Status\tLevel4\tversion\tHGNC"
    rows = [
        "PANK2\tgene\tPANK2\tBIALLELIC, autosomal\t3\tNBIA\t1.2\tHGNC:15804",
        "ATXN1_CAG\tstr\tATXN1\tMONOALLELIC\t3\tNBIA\t1.2\t",
        "C5orf42\tgene\tC5orf42\tBIALLELIC, autosomal\t4\tNBIA\t1.2\tHGNC:25801",
    ]
    path = tmp_path / "p.tsv"
    path.write_text("\n".join([header, *rows]) + "\n")
    assert format_of(path) == "panelapp-tsv"
    found = import_list(path, "panelapp-tsv", table)
    assert [row["gene"] for row in found.rows] == ["CPLANE1", "PANK2"]
    assert found.notes == [
        "1 regions and repeats left out: a panel holds genes; not covered: ATXN1_CAG (repeat)",
        f"{path}, line 4: C5orf42 is CPLANE1 (HGNC:25801) today",
    ]


def test_list__symbols_of_before_ids_comments_and_modes(tmp_path: Path, table: GeneTable) -> None:
    path = tmp_path / "genes.txt"
    path.write_text("gene\n# mine\nC5orf42\tAR\nHGNC:3999  # iron\nPANK2\n\nPANK2\n")
    assert format_of(path) == "genes"
    found = import_list(path, "genes", table)
    assert [(row["gene"], row["inheritance"]) for row in found.rows] == [
        ("CPLANE1", "AR"),
        ("FTL", None),
        ("PANK2", None),
    ]
    assert any("kept once" in note for note in found.notes)


@pytest.mark.parametrize("text", ["id\tmoi\tGene\n1\tAD\tPANK2\n", "PANK2;AR\n", "PANK2,AR\n"])
def test_list__a_table_of_another_form_says_which_forms_are_known(tmp_path: Path, table: GeneTable, text: str) -> None:
    path = tmp_path / "genes.txt"
    path.write_text(text)
    with pytest.raises(InputError, match="a table of a form that is not known") as caught:
        import_list(path, "genes", table)
    assert "line 1" in caught.value.message()


def test_list__every_name_that_is_not_one_gene_stops_with_line_and_choices(tmp_path: Path, table: GeneTable) -> None:
    path = tmp_path / "genes.txt"
    path.write_text("PANK2\nSHARED\nSep-01\npank2\nGONE\n")
    with pytest.raises(FaultList) as caught:
        import_list(path, "genes", table)
    message = caught.value.message()
    assert len(caught.value.faults) == 4
    assert "line 5: gene 'GONE' was withdrawn by HGNC" in message
    assert "line 2: gene 'SHARED' is a former or other name of several genes" in message
    assert "ONE (HGNC:1), TWO (HGNC:2)" in message
    assert "line 3: gene 'Sep-01' is what a spreadsheet made" in message
    assert "SEPTIN1 (HGNC:18154)" in message
    assert "line 4: gene 'pank2' is not a name" in message


def test_list__two_modes_of_one_gene_stop_with_both_lines(tmp_path: Path, table: GeneTable) -> None:
    path = tmp_path / "genes.txt"
    path.write_text("PANK2\tAR\nHARP\tAD\n")
    with pytest.raises(FaultList) as caught:
        import_list(path, "genes", table)
    assert "PANK2 (HGNC:15804) stands twice with two modes of inheritance: AR" in caught.value.message()
    assert "line 1) and AD" in caught.value.message()


@pytest.mark.parametrize(
    ("symbol", "hgnc_id", "words"),
    [
        ("PANK2", "", "PANK2 has no HGNC id"),
        ("PANK2", "HGNC:3999", "HGNC:3999 is FTL, but the row says PANK2"),
        ("PANK2", "HGNC:77", "gene 'HGNC:77' is not a name that HGNC knows"),
        ("", "", "no gene"),
    ],
)
def test_panelapp__a_row_without_its_id_or_with_anothers_stops(
    tmp_path: Path, table: GeneTable, symbol: str, hgnc_id: str, words: str
) -> None:
    path = write_panelapp_json(tmp_path / "p.json", [panelapp_gene(symbol, hgnc_id)])
    with pytest.raises(FaultList) as caught:
        import_list(path, "panelapp-json", table)
    assert words in caught.value.message()
    assert "gene 1" in caught.value.message()


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("{", "panelapp-json", "not complete JSON"),
        (json.dumps({"results": []}), "panelapp-json", "no list `genes`"),
        (json.dumps({"genes": ["PANK2"]}), "panelapp-json", "no `gene_data`"),
        ("Gene Symbol\tx\n", "panelapp-tsv", "no column GEL_Status"),
        ("# nothing\n", "genes", "no gene"),
        ("PANK2\trecessive\n", "genes", "mode 'recessive'"),
    ],
)
def test_import__a_file_of_another_kind_is_refused(
    tmp_path: Path, table: GeneTable, text: str, kind: str, word: str
) -> None:
    path = tmp_path / "list"
    path.write_text(text)
    with pytest.raises(InputError, match=word):
        import_list(path, kind, table)


def test_list__of_another_encoding_is_a_fault_and_no_traceback(tmp_path: Path, table: GeneTable) -> None:
    path = tmp_path / "genes.txt"
    path.write_bytes("PANK2\nG\u00e8ne\n".encode("latin-1"))
    with pytest.raises(FaultList) as caught:
        import_list(path, "genes", table)
    assert "line 2: gene 'G\\\\xe8ne'" in caught.value.message()
    path.write_bytes("PANK2\n".encode("utf-16"))
    with pytest.raises(FaultList):
        import_list(path, format_of(path), table)


BASE = [
    {"gene": "PANK2", "hgnc_id": "HGNC:15804", "tier": "core", "inheritance": "AR", "evidence": "e", "source": "s"},
    {"gene": "FTL", "hgnc_id": "HGNC:3999", "tier": "hpo", "inheritance": None, "evidence": "e", "source": "s"},
]


def write_overlay(path: Path, *rows: str) -> Path:
    """An overlay of rows with | for tabs."""
    path.write_text("\n".join(["\t".join(COLUMNS), *(row.replace("|", "\t") for row in rows)]) + "\n")
    return path


def test_overlay__adds_removes_and_moves_with_reason_and_author(tmp_path: Path, table: GeneTable) -> None:
    path = write_overlay(
        tmp_path / "o.tsv",
        "add|C5orf42|||seen in two families|AB|2026-11-01",
        "remove|PANK2|||not our indication|AB|",
        "tier|FTL|core||published|CD|",
        "mode|FTL||AD|published|CD|",
    )
    rows, told = apply_overlay(BASE, read_overlay(path), table)
    assert [(row["gene"], row["tier"], row["inheritance"]) for row in rows] == [
        ("CPLANE1", "lab", None),
        ("FTL", "core", "AD"),
    ]
    assert rows[0]["source"] == "laboratory: AB 2026-11-01"
    assert told[1] == "remove PANK2: not our indication (AB)"
    assert BASE[1]["tier"] == "hpo", "the panel that is changed stays as it was"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("add|PANK2|||why|AB|", "which is on the panel"),
        ("remove|ONE|||why|AB|", "which is not on the panel"),
        ("tier|FTL|hpo||why|AB|", "expected: another value"),
        ("add|SHARED|||why|AB|", "ONE (HGNC:1), TWO (HGNC:2)"),
    ],
)
def test_overlay__a_change_that_does_not_fit_stops(tmp_path: Path, table: GeneTable, row: str, words: str) -> None:
    changes = read_overlay(write_overlay(tmp_path / "o.tsv", row))
    with pytest.raises(FaultList) as caught:
        apply_overlay(BASE, changes, table)
    assert words in caught.value.message()


def test_overlay__rows_of_the_panel_without_id_stay(tmp_path: Path, table: GeneTable) -> None:
    base = [*BASE, *({**BASE[0], "gene": name, "hgnc_id": None} for name in ("LOCAL1", "LOCAL2"))]
    changes = read_overlay(write_overlay(tmp_path / "o.tsv", "remove|FTL|||why|AB|"))
    assert [row["gene"] for row in apply_overlay(base, changes, table)[0]] == ["LOCAL1", "LOCAL2", "PANK2"]


def test_overlay__without_reason_author_or_known_words_stops_with_all_faults(tmp_path: Path) -> None:
    path = write_overlay(tmp_path / "o.tsv", "add|ONE||||AB|", "ad|ONE|green|dominant|why|AB|")
    with pytest.raises(FaultList) as caught:
        read_overlay(path)
    message = caught.value.message()
    assert "no reason" in message
    assert "did you mean 'add'" in message
    assert "tier 'green'" in message
    assert "inheritance 'dominant'" in message
    path.write_text("gene\taction\n")
    with pytest.raises(InputError, match="columns gene, action"):
        read_overlay(path)
