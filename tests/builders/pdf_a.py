"""Which rules of PDF/A-3 (ISO 19005-3) does a file break, as far as its objects tell?

Levels B and U: what stands in the file's objects. Not looked at: the glyphs and widths inside font programs, the
operators of content streams, the content of the ICC profile beyond its header, and byte layout beyond head and tail.
A full validator (veraPDF) does that; none is part of the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
# Actions that 6.6.1 forbids; GoTo, URI, named page moves and the like may stand.
FORBIDDEN_ACTIONS = {
    *("/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/SetOCGState"),
    *("/Rendition", "/Trans", "/GoTo3DView"),
}
_NAMED = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_BLEND_MODES = {
    *("/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge"),
    *("/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color"),
    "/Luminosity",
}
_RELATIONSHIPS = {"/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"}
# Bits of an annotation's F: Invisible, Hidden, Print, NoView, ToggleNoView.
_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256
_STANDARD_14 = re.compile(r"^/(Helvetica|Courier|Times|Symbol|ZapfDingbats)")


def faults(path: Path) -> list[str]:
    """Every rule that is broken, in words; [] for a file without one."""
    reader = PdfReader(path)
    root = _resolved(reader.trailer["/Root"])
    objects = [_resolved(reader.get_object(number)) for number in _numbers(reader)]
    found = [*_file(path.read_bytes(), reader), *_metadata(root), *_output_intent(root), *_catalogue(root)]
    for item in objects:
        if isinstance(item, DictionaryObject):
            found += [*_stream(item), *_font(item), *_action(item), *_graphics(item), *_annotation(item)]
    return [*found, *_attachments(root, objects)]


def _resolved(item: Any) -> Any:
    return item.get_object() if isinstance(item, IndirectObject) else item


def _numbers(reader: PdfReader) -> Iterator[int]:
    """Numbers of all objects of the file; object 0 heads the list of free ones."""
    yield from range(1, int(_resolved(reader.trailer["/Size"])))


def _file(content: bytes, reader: PdfReader) -> Iterator[str]:
    """Header, trailer and tail (6.1.2, 6.1.3)."""
    lines = content.split(b"\n", 2)
    if not re.fullmatch(rb"%PDF-1\.[0-7]\r?", lines[0]):
        yield f"header {lines[0]!r}"
    if not re.match(rb"%[\x80-\xff]{4}", lines[1]):
        yield "no comment of four bytes above 127 after the header"
    if "/ID" not in reader.trailer:
        yield "no ID in the trailer"
    if "/Encrypt" in reader.trailer:
        yield "encrypted"
    if not content.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "data after the last %%EOF"


def _metadata(root: DictionaryObject) -> Iterator[str]:
    """XMP with part 3 and a level (6.6.2, 6.6.4)."""
    stream = _resolved(root.get("/Metadata"))
    if stream is None:
        yield "no XMP metadata"
        return
    if stream.get("/Type") != "/Metadata" or stream.get("/Subtype") != "/XML":
        yield "metadata without Type Metadata and Subtype XML"
    text = stream.get_data().decode()
    tree = ElementTree.fromstring(re.search(r"<x:xmpmeta.*</x:xmpmeta>|<rdf:RDF.*</rdf:RDF>", text, re.DOTALL)[0])  # type: ignore[index]
    said = {item.tag: (item.text or "").strip() for item in tree.iter() if item.tag.startswith(_PDFAID)}
    for item in tree.iter():
        said |= {name: value for name, value in item.attrib.items() if name.startswith(_PDFAID)}
    if said.get(f"{_PDFAID}part") != "3":
        yield f"XMP does not say part 3: {said}"
    if said.get(f"{_PDFAID}conformance") not in ("A", "B", "U"):
        yield f"XMP does not say level A, B or U: {said}"


def _output_intent(root: DictionaryObject) -> Iterator[str]:
    """An output intent with an ICC profile, as colours are those of a device (6.2.3)."""
    intents = [_resolved(item) for item in _resolved(root.get("/OutputIntents", ArrayObject()))]
    ours = [item for item in intents if item.get("/S") == "/GTS_PDFA1"]
    if len(ours) != 1:
        yield f"{len(ours)} output intents GTS_PDFA1"
        return
    profile = _resolved(ours[0].get("/DestOutputProfile"))
    if profile is None:
        yield "output intent without an ICC profile"
        return
    content = profile.get_data()
    if content[36:40] != b"acsp":
        yield "the output profile is no ICC profile"
    channels = {b"RGB ": 3, b"CMYK": 4, b"GRAY": 1}.get(content[16:20])
    if profile.get("/N") != channels:
        yield f"N of the output profile is {profile.get('/N')}, its colour space has {channels}"


def _catalogue(root: DictionaryObject) -> Iterator[str]:
    """Nothing that runs, no forms of another kind (6.4, 6.5, 6.8)."""
    for name in ("/AA", "/NeedsRendering", "/Requirements"):
        if name in root:
            yield f"{name} in the catalogue"
    names = _resolved(root.get("/Names", DictionaryObject()))
    yield from (f"{name} in Names" for name in ("/JavaScript", "/AlternatePresentations") if name in names)
    form = _resolved(root.get("/AcroForm", DictionaryObject()))
    yield from (f"{name} in the form" for name in ("/XFA", "/NeedAppearances") if form.get(name))
    if "/StructTreeRoot" not in root or not _resolved(root.get("/MarkInfo", DictionaryObject())).get("/Marked"):
        yield "not tagged"
    if not root.get("/Lang"):
        yield "no language"


def _stream(item: DictionaryObject) -> Iterator[str]:
    """Streams stand in the file, in a filter that is allowed (6.1.7)."""
    if not isinstance(item, StreamObject):
        return
    filters = _resolved(item.get("/Filter", ArrayObject()))
    for name in filters if isinstance(filters, list) else [filters]:
        if name in ("/LZWDecode", "/Crypt"):
            yield f"filter {name}"
    yield from (f"{name} in a stream" for name in ("/F", "/FFilter", "/FDecodeParms") if name in item)


def _font(item: DictionaryObject) -> Iterator[str]:
    """Fonts are embedded and their letters are known (6.2.11)."""
    if item.get("/Type") == "/FontDescriptor":
        if not any(name in item for name in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"font {item.get('/FontName')} is not embedded"
    elif item.get("/Type") == "/Font":
        kind = item.get("/Subtype")
        if kind in ("/Type1", "/TrueType", "/MMType1") and "/FontDescriptor" not in item:
            yield f"font {item.get('/BaseFont')} has no descriptor"
        if kind == "/CIDFontType2" and "/CIDToGIDMap" not in item:
            yield f"font {item.get('/BaseFont')} has no CIDToGIDMap"
        if kind in ("/Type0", "/Type3") and "/ToUnicode" not in item:
            yield f"font {item.get('/BaseFont')} has no table of Unicode letters"
        if kind == "/Type0" and _STANDARD_14.match(str(item.get("/BaseFont"))):
            yield f"font {item.get('/BaseFont')} is no subset of its own"


def _action(item: DictionaryObject) -> Iterator[str]:
    """No action that runs something (6.5.1)."""
    if item.get("/S") in FORBIDDEN_ACTIONS:
        yield f"action {item['/S']}"
    if item.get("/S") == "/Named" and item.get("/N") not in _NAMED:
        yield f"named action {item.get('/N')}"
    if "/AA" in item and item.get("/Type") in ("/Page", "/Annot"):
        yield f"AA of a {item['/Type']}"
    for name in ("/A", "/OpenAction"):
        action = _resolved(item.get(name))
        if isinstance(action, DictionaryObject) and not isinstance(item.get(name), IndirectObject):
            yield from _action(action)


def _graphics(item: DictionaryObject) -> Iterator[str]:
    """Pictures and graphics states (6.2.5, 6.2.8, 6.2.9); transparency with the blend modes of the standard."""
    if item.get("/Subtype") == "/Image":
        yield from (f"{name} of a picture" for name in ("/Alternates", "/OPI") if name in item)
        if item.get("/Interpolate"):
            yield "Interpolate of a picture"
    if item.get("/Subtype") == "/PS" or item.get("/Subtype2") == "/PS":
        yield "PostScript in the file"
    states = [item, *(_resolved(state) for state in _resolved(item.get("/ExtGState", DictionaryObject())).values())]
    for state in states:
        yield from (f"{name} in a graphics state" for name in ("/TR", "/HTP") if name in state)
        modes = _resolved(state.get("/BM", []))
        for mode in modes if isinstance(modes, list) else [modes]:
            if mode not in _BLEND_MODES:
                yield f"blend mode {mode}"
    if "/DeviceCMYK" in str(item.get("/ColorSpace", "")):
        yield "colours of CMYK beside an RGB output intent"


def _annotation(item: DictionaryObject) -> Iterator[str]:
    """Annotations are printed and seen (6.3)."""
    if item.get("/Type") != "/Annot" and "/Rect" not in item:
        return
    if item.get("/Subtype") in ("/3D", "/Sound", "/Screen", "/Movie"):
        yield f"annotation {item['/Subtype']}"
    flags = int(item.get("/F", 0))
    if item.get("/Subtype") != "/Popup":
        if not flags & _PRINT:
            yield f"annotation {item.get('/Subtype')} is not printed"
        if flags & (_INVISIBLE | _HIDDEN | _NO_VIEW | _TOGGLE):
            yield f"annotation {item.get('/Subtype')} is hidden"


def _attachments(root: DictionaryObject, objects: list[Any]) -> Iterator[str]:
    """Embedded files say what they are to the document (6.8, annex E)."""
    associated = [_resolved(item) for item in _resolved(root.get("/AF", ArrayObject()))]
    for item in (item for item in objects if isinstance(item, DictionaryObject) and "/EF" in item):
        name = item.get("/UF")
        if not name or not item.get("/F"):
            yield "embedded file without F and UF"
        if item.get("/AFRelationship") not in _RELATIONSHIPS:
            yield f"{name}: AFRelationship {item.get('/AFRelationship')}"
        if item not in associated:
            yield f"{name} is not among the associated files of the document"
        content = _resolved(_resolved(item["/EF"]).get("/F"))
        if "/" not in str(content.get("/Subtype", "")).lstrip("/"):
            yield f"{name} has no MIME type"
        if "/ModDate" not in _resolved(content.get("/Params", DictionaryObject())):
            yield f"{name} has no date"
