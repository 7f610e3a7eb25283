"""The database was lost or is an old copy: which analyses stand whole in their folders, and can be registered again?

Pedigree, resources, settings and links are in each manifest, dates of first sight and thin genes in the tables.
Consents, decisions, alerts and certificates stand in the database alone and are not made up.
"""

from __future__ import annotations

import json
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

from filiation.archive.database import transaction
from filiation.archive.derived import derive_analysis
from filiation.archive.lock import family_lock
from filiation.archive.records import family_of_document
from filiation.archive.store import Archive, analysis_folder
from filiation.archive.verify import FAIL, check_part
from filiation.archive.write import AnalysisInput, Link, Staged, add_to_cohort, register
from filiation.model.archive_tables import RECORD_SCHEMA


def adopt(archive: Archive) -> tuple[list[tuple[str, int]], list[str]]:
    """Register every whole analysis that the database does not know; (family, number) of each, and what was left.

    An analysis is whole when its manifest and all its parts are as they were written and its number follows the last
    one that is registered. The others are named and left as they are.
    """
    adopted: list[tuple[str, int]] = []
    left: list[str] = []
    forgotten = {
        json.loads(row["document"])["family"] for row in archive.query("SELECT document FROM forgotten")
    } - set(archive.names())
    for folder in sorted((archive.path / "families").glob("*/*")):
        if folder.name in forgotten:
            left.append(f"{folder}: the family was forgotten; finish it with filiation archive forget")
            continue
        with family_lock(archive.path, folder.name):
            known = archive.current_analyses().get(folder.name, 0)
            for entry in sorted(folder.iterdir()):
                if not entry.name.isdigit() or int(entry.name) <= known:
                    continue
                fault = _fault(archive, folder.name, entry, known + 1)
                if fault:
                    left.append(f"{entry}: {fault}")
                    break
                _register(archive, entry)
                known += 1
                adopted.append((folder.name, known))
    return adopted, left


def _fault(archive: Archive, family: str, folder: Path, number: int) -> str:
    """Why an analysis cannot be registered; '' when it can."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "record.json").read_bytes())
    except (OSError, ValueError):
        return "no manifest: the writer was stopped before its end"
    if (manifest.get("schema"), manifest.get("number")) != (RECORD_SCHEMA, number):
        return f"analysis {manifest.get('number')} of schema {manifest.get('schema')}, where {number} comes next"
    if manifest["family"]["id"] != family:
        return f"the manifest of family {manifest['family']['id']}"
    for part in manifest["parts"]:
        path = analysis_folder(archive.path, family, part["stored_in"]) / part["file"]
        for finding in check_part(family, path, part):
            if finding.verdict == FAIL:
                return f"{path.name}: {finding.found}"
    return ""


def _register(archive: Archive, folder: Path) -> None:
    """Enter one analysis into the database and the cohort index from its folder."""
    content = (folder / "record.json").read_bytes()
    manifest = json.loads(content)
    given = AnalysisInput(
        family_of_document(manifest["family"]),
        manifest["date"],
        kind=manifest["kind"],
        program=manifest["program"],
        panel=manifest["panel"]["name"],
        panel_version=manifest["panel"]["version"],
        settings=manifest["settings"],
        resources=manifest["resources"],
        links=[Link(**link) for link in manifest["links"]],
    )
    number = manifest["number"]
    add_to_cohort(archive, given, number, manifest["parts"], durable=True)
    with transaction(archive.connection, archive.path) as connection:
        family_number = register(
            connection, Staged(given, number, content, manifest["content_sha256"], manifest["parts"])
        )
        derive_analysis(
            connection, archive.path, folder.parent.name, (family_number, number, given.date),
            sha256_of(content).hexdigest(),
        )  # fmt: skip
