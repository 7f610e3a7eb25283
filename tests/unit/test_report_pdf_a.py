"""Does the paper version keep the rules of PDF/A-3 that its objects show, and would the check see a breach?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, TextStringObject

from builders.pdf_a import faults
from builders.report_rich import rich_data
from filiation.report.document import document
from filiation.report.pdf import write_pdf


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The paper version of a family with every table, and its data."""
    folder = tmp_path_factory.mktemp("pdf")
    data = rich_data(folder)
    write_pdf(folder / "FAM1.rcp.pdf", data)
    return folder / "FAM1.rcp.pdf", data


def test_pdf__breaks_no_rule_of_pdf_a_3_that_its_objects_show(written: tuple[Path, Any]) -> None:
    assert faults(written[0]) == []


def test_pdf__carries_the_document_byte_for_byte(written: tuple[Path, Any]) -> None:
    path, data = written
    (name,) = PdfReader(path).attachments
    assert name == "FAM1.rcp.json"
    assert json.loads(PdfReader(path).attachments[name][0]) == document(data)


def test_pdf__names_no_person_and_no_clock(written: tuple[Path, Any]) -> None:
    information = PdfReader(written[0]).metadata
    assert information is not None
    assert "FAM1" in (information.title or "")
    assert str(information.get("/CreationDate", "D:2026")).startswith("D:2026")


def _action(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")})
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)


def _intents(writer: PdfWriter) -> None:
    del writer._root_object["/OutputIntents"]


def _metadata(writer: PdfWriter) -> None:
    del writer._root_object["/Metadata"]


def _relationship(writer: PdfWriter) -> None:
    for item in writer._root_object["/AF"]:
        item.get_object()[NameObject("/AFRelationship")] = NameObject("/Friend")


def _font(writer: PdfWriter) -> None:
    fonts = [item for item in writer._objects if isinstance(item, DictionaryObject)]
    for item in fonts:
        for name in ("/FontFile", "/FontFile2", "/FontFile3"):
            item.pop(name, None)


def _blend(writer: PdfWriter) -> None:
    state = DictionaryObject({NameObject("/Type"): NameObject("/ExtGState"), NameObject("/BM"): NameObject("/Bright")})
    writer._add_object(state)


def _annotation(writer: PdfWriter) -> None:
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Movie"),
            NameObject("/Rect"): ArrayObject(),
        }
    )
    writer._add_object(note)


def _form(writer: PdfWriter) -> None:
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): BooleanObject(True)})


@pytest.mark.parametrize(
    ("breach", "told"),
    [
        (_action, "action /JavaScript"),
        (_intents, "0 output intents"),
        (_metadata, "no XMP metadata"),
        (_relationship, "AFRelationship /Friend"),
        (_font, "is not embedded"),
        (_blend, "blend mode /Bright"),
        (_annotation, "annotation /Movie"),
        (_form, "/XFA in the form"),
    ],
)
def test_check__sees_a_breach(
    written: tuple[Path, Any], tmp_path: Path, breach: Callable[[PdfWriter], None], told: str
) -> None:
    writer = PdfWriter(clone_from=PdfReader(written[0]))
    breach(writer)
    writer.write(tmp_path / "broken.pdf")
    assert any(told in fault for fault in faults(tmp_path / "broken.pdf"))


def test_check__sees_data_after_the_end(written: tuple[Path, Any], tmp_path: Path) -> None:
    longer = tmp_path / "longer.pdf"
    longer.write_bytes(written[0].read_bytes() + b"more")
    assert "data after the last %%EOF" in faults(longer)
