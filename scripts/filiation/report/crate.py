"""Which files belong to a report, made of what, by which program? An RO-Crate beside them says it to machines.

Source: RO-Crate Metadata Specification 1.1 (https://w3id.org/ro/crate/1.1), written as plain JSON-LD.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.io.files import sha256
from filiation.report.catalogue import text
from filiation.report.data import ReportData

NAME = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_PROGRAM = "#filiation"
_RUN = "#analysis"
# Ending → (media type, what the file is).
_FORMS = {
    ".rcp.html": ("text/html", "report for the RCP d'aval"),
    ".rcp.tsv": ("text/tab-separated-values", "candidates, table candidates"),
    ".rcp.pdf": ("application/pdf", "paper version, PDF/A-3u with the JSON attached"),
    ".rcp.xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "tables as a spreadsheet without formulas",
    ),
    ".rcp.json": ("application/json", "everything as one document, schema filiation-report/1"),
    ".phenopacket.json": ("application/json", "GA4GH Phenopacket v2, Family"),
    ".candidates.vcf": ("text/x-vcf", "candidates as VCF 4.3"),
    ".summary.json": ("application/json", "counts for comparing runs"),
}


def _file(path: Path) -> dict[str, Any]:
    media, meaning = next((form for ending, form in _FORMS.items() if path.name.endswith(ending)), (None, ""))
    entity = {
        "@id": path.name,
        "@type": "File",
        "name": path.name,
        "description": meaning,
        "encodingFormat": media,
        "contentSize": str(path.stat().st_size),
        "sha256": sha256(path),
    }
    return {key: value for key, value in entity.items() if value}


def _resource(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the versions table: what the analysis was made with."""
    entity = {
        "@id": f"#{row['kind']}/{row['name']}".replace(" ", "%20"),
        "@type": "SoftwareApplication" if row["kind"] in ("package", "tool") else "Dataset",
        "name": row["name"],
        "version": row["version"],
        "sha256": row["sha256"],
    }
    return {key: value for key, value in entity.items() if value}


def crate(data: ReportData, files: Sequence[str | Path]) -> dict[str, Any]:
    """The metadata of a report's files, which must be written; no names, no paths, no clock."""
    entities = [_file(path) for path in sorted(Path(file) for file in files)]
    resources = [_resource(row) for row in data.versions.rows if row["name"]]
    resources = sorted({entity["@id"]: entity for entity in resources}.values(), key=lambda entity: entity["@id"])
    family = data.family.name
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Report of family {family}",
        "description": text("band.work_document").fr,
        "datePublished": data.date or "1970-01-01",
        "license": "Personal health data: for the people who treat this family alone.",
        "identifier": data.manifest_sha256,
        "hasPart": [{"@id": entity["@id"]} for entity in entities],
        "mentions": {"@id": _RUN},
    }
    run = {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": f"Analysis of family {family}" + (" (simulated data)" if data.options.simulated else ""),
        "instrument": {"@id": _PROGRAM},
        "object": [{"@id": entity["@id"]} for entity in resources],
        "result": [{"@id": entity["@id"]} for entity in entities],
    }
    descriptor = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _SPECIFICATION},
        "about": {"@id": "./"},
    }
    program = {"@id": _PROGRAM, "@type": "SoftwareApplication", "name": "filiation", "version": __version__}
    return {"@context": _CONTEXT, "@graph": [descriptor, root, *entities, run, program, *resources]}
