"""What is an ORPHA disease called in French, by Orphanet itself?

Source: Orphadata, nomenclature of rare diseases in French (fr_product1.xml), CC BY 4.0, INSERM US14. The laboratory
downloads it; nothing is translated here.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from filiation.errors import InputError
from filiation.io.files import require_file

_EXPECTED = "fr_product1.xml of Orphadata: Disorder with OrphaCode and a Name of lang fr"
_REPAIR = "set resources.orphanet_french_names to that file, or to null for English names"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_orphanet_names(path: str | Path) -> dict[str, str]:
    """{ORPHA:number: French name} of every disorder of the file.

    InputError for a file that is no complete XML, declares entities, or has no French name (the English product).
    """
    path = require_file(path, "French names of Orphanet", where="resources.orphanet_french_names")
    content = path.read_bytes()
    if _DECLARATION.search(content):
        raise InputError(
            "the file declares a document type or an entity", where=str(path), expected=_EXPECTED, repair=_REPAIR
        )
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise InputError(
            f"not complete XML: {error}", where=str(path), expected=_EXPECTED, repair="download it again"
        ) from None
    found = {}
    for disorder in root.iter("Disorder"):
        number = (disorder.findtext("OrphaCode") or "").strip()
        name = next((one for one in disorder.findall("Name") if one.get("lang") == "fr"), None)
        words = " ".join((name.text or "").split()) if name is not None else ""
        if number.isdecimal() and words:
            found[f"ORPHA:{number}"] = words
    if not found:
        raise InputError("no French name in it", where=str(path), expected=_EXPECTED, repair=_REPAIR)
    return found
