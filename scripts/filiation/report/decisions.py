"""Is a file of decisions about this family's report, and does every line say something that can be stored?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filiation.errors import FaultList, InputError, UserError, nearest
from filiation.io.files import require_file
from filiation.model.decisions import DECISIONS, FILE_SCHEMA, SET_ASIDE_REASONS

Row = dict[str, Any]
_LONGEST_NOTE = 2000


def read_decisions(path: str | Path, family: str, candidates: list[Row], run: str) -> list[Row]:
    """Rows of the table decisions/1 out of the file that the page saved; every fault at once.

    candidates : rows of the report that was decided on. run : its short name (report.html.run_name). A decision on a
    variant that is not in the report, an unknown decision or reason, and a reason missing where a variant is set aside
    are faults.
    """
    path = require_file(path, "file of decisions")
    where = str(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            f"not valid JSON: {' '.join(str(error).split())}",
            where=where,
            expected="the file that the report's button saves",
            repair="save the decisions from the page again",
        ) from None
    if not isinstance(content, dict) or content.get("schema") != FILE_SCHEMA:
        found = content.get("schema") if isinstance(content, dict) else type(content).__name__
        raise InputError(
            f"schema {found!r}", where=where, expected=FILE_SCHEMA, repair="save the decisions from the page again"
        )
    if content.get("family") != family:
        raise InputError(
            f"decisions of family {content.get('family')!r}",
            where=where,
            expected=f"family '{family}'",
            repair="give the file of this family",
        )
    if content.get("run") != run:
        raise InputError(
            f"decisions on report {content.get('run')!r}",
            where=where,
            expected=f"report '{run}'",
            repair="give the candidates of the report that was decided on, or decide again on the new one",
        )
    known = {(_key(row), row["gene"] or "—"): row for row in candidates}
    rows, faults = [], []
    entries = content.get("decisions")
    for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        place = f"{where}, decision {number}"
        found_faults = _faults(entry, known, place)
        faults += found_faults
        if not found_faults:
            rows.append(_row(entry, known[entry["variant"], entry["gene"]], run))
    if faults:
        raise FaultList(faults)
    return rows


def _key(row: Row) -> str:
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"


def _faults(entry: Any, known: dict[tuple[str, str], Row], where: str) -> list[UserError]:
    """What is wrong with one decision."""
    if not isinstance(entry, dict):
        return [InputError(f"a {type(entry).__name__}", where=where, expected="variant, gene, decision, reason, note")]
    faults: list[UserError] = []
    variant, gene = str(entry.get("variant")), str(entry.get("gene"))
    if (variant, gene) not in known:
        keys = sorted({key for key, _ in known})
        faults.append(
            InputError(
                f"variant {variant} in {gene} is not in the report",
                where=where,
                expected="a candidate of this family",
                repair=nearest(variant, keys) or "remove the decision",
            )
        )
    if entry.get("decision") not in DECISIONS:
        faults.append(
            InputError(
                f"decision {entry.get('decision')!r} on {variant}",
                where=where,
                expected=f"one of {', '.join(DECISIONS)}",
                repair="choose one of them in the page",
            )
        )
    reason = entry.get("reason") or ""
    if (reason and reason not in SET_ASIDE_REASONS) or (entry.get("decision") == "set_aside" and not reason):
        faults.append(
            InputError(
                f"reason {reason!r} for setting {variant} aside",
                where=where,
                expected=f"one of {', '.join(SET_ASIDE_REASONS)}",
                repair="choose a reason in the page",
            )
        )
    if len(str(entry.get("note") or "")) > _LONGEST_NOTE:
        faults.append(
            InputError(
                f"a note of {len(str(entry['note']))} characters", where=where, expected=f"at most {_LONGEST_NOTE}"
            )
        )
    return faults


def _row(entry: dict[str, Any], candidate: Row, run: str) -> Row:
    return {
        **{name: candidate[name] for name in ("chrom", "pos", "ref", "alt", "gene")},
        "decision": entry["decision"],
        "reason": entry.get("reason") or None,
        "note": " ".join(str(entry.get("note") or "").split()) or None,
        "run": run,
    }
