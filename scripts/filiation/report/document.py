"""What does a program read of a report? One JSON document with a published schema; every other export holds the same.

Numbers stay numbers, a missing value is null, names are those of our tables. The schema is
workflow/schemas/report.schema.json, written by `filiation schemas` from the same declarations.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.io.files import atomic_text
from filiation.model.columns import CANDIDATES, COVERAGE, QUALITY, RECHECK, SEGMENTS, VERSIONS, TableSchema
from filiation.model.previous_tests import RESULTS, TESTS
from filiation.model.report_tables import CHANGES, GENE_COVERAGE, PHENOTYPE_TERMS
from filiation.report.catalogue import text
from filiation.report.data import ReportData

SCHEMA = "filiation-report/1"
_KINDS = {"str": "string", "int": "integer", "float": "number", "flag": "boolean"}
_TABLES: dict[str, TableSchema] = {
    "candidates": CANDIDATES,
    "recheck": RECHECK,
    "quality": QUALITY,
    "segments": SEGMENTS,
    "coverage": COVERAGE,
    "gene_coverage": GENE_COVERAGE,
    "phenotype": PHENOTYPE_TERMS,
    "changes": CHANGES,
    "versions": VERSIONS,
}


def _rows(rows: Any, schema: TableSchema) -> list[dict[str, Any]]:
    return [{name: row.get(name) for name in schema.names} for row in rows]


def document(data: ReportData) -> dict[str, Any]:
    """The whole report as one object."""
    family = data.family
    rows = {
        "candidates": data.candidates.rows,
        "recheck": data.recheck.rows if data.recheck else [],
        "quality": data.quality.rows,
        "segments": data.segments.rows,
        "coverage": data.coverage,
        "gene_coverage": data.gene_coverage,
        "phenotype": data.phenotype,
        "changes": data.changes.rows if data.changes else [],
        "versions": data.versions.rows,
    }
    return {
        "schema": SCHEMA,
        "program": f"filiation {__version__}",
        "document": text("band.work_document").fr,
        "simulated": data.options.simulated,
        "date": data.date or None,
        "assembly": data.assembly or None,
        "family": {
            "name": family.name,
            "proband": family.proband.sample,
            "members": [
                {
                    "sample": member.sample,
                    "role": member.role.value,
                    "sex": member.sex.value,
                    "affection": member.affection.value,
                    "age_at_sampling": data.options.ages.get(member.sample),
                }
                for member in family.members
            ],
        },
        "pre_indication": data.options.pre_indication or None,
        "hpo_terms": list(data.options.hpo_terms),
        "previous_tests": [{"test": test, "result": result or None} for test, result in data.options.previous_tests],
        "panel": None
        if data.panel is None
        else {
            "identifier": data.panel.identifier,
            "name_fr": data.panel.name_fr,
            "version": data.panel.version or None,
            "date": data.panel.date or None,
            "validated": data.panel.validated,
            "genes": data.panel.genes,
        },
        "settings": None
        if data.settings is None
        else [{"key": key, "value": value, "default": default} for key, value, default in data.settings],
        "override_reason": data.options.override_reason or None,
        "funnel": [
            {
                "step": step.name,
                "records_in": step.records_in,
                "records_out": step.records_out,
                "rules": [
                    {"reason": rule.reason, "kind": rule.kind, "count": rule.count, "meaning": rule.meaning}
                    for rule in step.rules
                ],
            }
            for step in data.funnel
        ],
        **{name: _rows(rows[name], schema) for name, schema in _TABLES.items()},
    }


def summary(data: ReportData) -> dict[str, Any]:
    """Counts of a report for comparing runs: no variant, no gene, no identifier beyond the family's."""
    rows = data.candidates.rows

    def counted(column: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in rows:
            key = str(row[column] or "none")
            found[key] = found.get(key, 0) + 1
        return dict(sorted(found.items()))

    verdicts: dict[str, int] = {}
    for row in data.quality.rows:
        verdicts[row["verdict"]] = verdicts.get(row["verdict"], 0) + 1
    return {
        "schema": "filiation-summary/1",
        "program": f"filiation {__version__}",
        "family": data.family.name,
        "date": data.date or None,
        "structure": data.family.structure,
        "simulated": data.options.simulated,
        "pre_indication": data.options.pre_indication or None,
        "candidates": len(rows),
        "by_shelf": counted("shelf"),
        "by_inheritance": counted("inheritance"),
        "by_status": counted("inheritance_status"),
        "by_panel_tier": counted("panel_tier"),
        "by_acmg_class": counted("acmg_class"),
        "quality": dict(sorted(verdicts.items())),
        "funnel": {step.name: {"in": step.records_in, "out": step.records_out} for step in data.funnel},
        "changes": None
        if data.changes is None
        else {
            kind: sum(row["change"] == kind for row in data.changes.rows)
            for kind in ("new", "upgraded", "downgraded", "vanished", "unchanged")
        },
    }


def write_json(path: str | Path, content: dict[str, Any]) -> None:
    """Write an object as JSON, atomically; the same object gives the same bytes."""
    with atomic_text(path) as handle:
        handle.write(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _row_schema(schema: TableSchema) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": schema.names,
        "properties": {
            column.name: {"type": [_KINDS[column.kind], "null"], "description": column.meaning}
            for column in schema.columns
        },
    }


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    word, words = {"type": ["string", "null"]}, {"type": "array", "items": {"type": "string"}}
    count = {"type": ["integer", "null"]}
    member = {
        "sample": {"type": "string"},
        "role": {"type": "string"},
        "sex": {},
        "affection": {},
        "age_at_sampling": {"type": ["number", "null"], "minimum": 0, "description": "years"},
    }
    rule = {
        "reason": {"type": "string"},
        "kind": {"enum": ["removed", "added", "information"]},
        "count": {"type": "integer"},
        "meaning": {"type": "string"},
    }
    panel = {
        "identifier": {"type": "string"}, "name_fr": {"type": "string"}, "version": word, "date": word,
        "validated": {"type": "boolean"}, "genes": {"type": "integer"},
    }  # fmt: skip

    setting = {name: {"type": "string"} for name in ("key", "value", "default")}

    def closed(properties: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        }

    properties: dict[str, Any] = {
        "schema": {"const": SCHEMA},
        "program": {"type": "string"},
        "document": {"type": "string"},
        "simulated": {"type": "boolean"},
        "date": word,
        "assembly": word,
        "family": closed(
            {
                "name": {"type": "string"},
                "proband": {"type": "string"},
                "members": {"type": "array", "items": closed(member)},
            }
        ),
        "pre_indication": word,
        "hpo_terms": words,
        "previous_tests": {
            "type": "array",
            "items": closed({"test": {"enum": list(TESTS)}, "result": {"enum": [*RESULTS, None]}}),
        },
        "panel": {"anyOf": [{"type": "null"}, closed(panel)]},
        "settings": {"anyOf": [{"type": "null"}, {"type": "array", "items": closed(setting)}]},
        "override_reason": word,
        "funnel": {
            "type": "array",
            "items": closed(
                {
                    "step": {"type": "string"},
                    "records_in": count,
                    "records_out": count,
                    "rules": {"type": "array", "items": closed(rule)},
                }
            ),
        },
        **{name: {"type": "array", "items": _row_schema(schema)} for name, schema in _TABLES.items()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of one family (Filiation)",
        **closed(properties),
    }
