"""What did a family agree to, and since when? Only a consent that was recorded is one."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from filiation.archive.database import transaction
from filiation.archive.store import Archive
from filiation.errors import ConfigError, FaultList, InputError, UserError, nearest
from filiation.io.files import require_file

PURPOSES = ("research", "incidental")
# Columns of a table of consents; the second word of each pair is the purpose.
_COLUMNS = {"research": "research", "incidental_findings": "incidental"}
_ANSWERS = {"yes": True, "no": False}


def check_date(text: str, where: str = "--date") -> str:
    """A day as YYYY-MM-DD, or a ConfigError."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"date {text!r}", where=where, expected="YYYY-MM-DD", repair="correct it") from None


def record_consents(archive: Archive, family: str, answers: dict[str, bool], day: str, recorded_by: str) -> int:
    """Record what a family agreed to (or no longer agrees to) on a day; what is recorded already is not repeated."""
    record = archive.family(family)
    known = {(consent.purpose, consent.given, consent.date) for consent in archive.consents(family)}
    new = [(purpose, given) for purpose, given in answers.items() if (purpose, given, day) not in known]
    with transaction(archive.connection, archive.path) as connection:
        connection.executemany(
            "INSERT INTO consents (family_number, purpose, given, date, recorded_by) VALUES (?, ?, ?, ?, ?)",
            [(record.number, purpose, int(given), day, recorded_by) for purpose, given in new],
        )
    return len(new)


def current_consents(archive: Archive, family: str) -> dict[str, bool | None]:
    """{purpose: what holds now}; None: nothing was ever recorded, which is no consent."""
    answers: dict[str, bool | None] = dict.fromkeys(PURPOSES)
    for consent in archive.consents(family):
        answers[consent.purpose] = consent.given
    return answers


def consenting(archive: Archive, purpose: str) -> set[str]:
    """Families whose newest answer for a purpose is yes."""
    rows = archive.query(
        "SELECT family, given FROM consents JOIN families USING (family_number) WHERE purpose = ?"
        " ORDER BY date, consent_number",
        [purpose],
    )
    newest = {row["family"]: row["given"] for row in rows}
    return {family for family, given in newest.items() if given}


def read_consents(path: str | Path) -> dict[str, dict[str, bool]]:
    """{family: {purpose: yes or no}} of a table with the columns family, research, incidental_findings.

    Cells: yes, no or unknown; unknown records nothing. Every fault of the table at once.
    """
    path = require_file(path, "table of consents")
    found: dict[str, dict[str, bool]] = {}
    faults: list[UserError] = []
    with open(path, encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader((line for line in handle if not line.startswith("#")), delimiter="\t")
        missing = [name for name in ("family", *_COLUMNS) if name not in (reader.fieldnames or [])]
        if missing:
            raise InputError(
                f"no column {', '.join(missing)}",
                where=str(path),
                expected="family, research, incidental_findings, separated by tabs",
                repair="add the columns",
            )
        for number, row in enumerate(reader, 2):
            answers: dict[str, bool] = {}
            for column, purpose in _COLUMNS.items():
                word = (row[column] or "").strip().lower()
                if word in _ANSWERS:
                    answers[purpose] = _ANSWERS[word]
                elif word not in ("unknown", ".", ""):
                    faults.append(
                        InputError(
                            f"'{row[column]}'",
                            where=f"{path}, row {number}, column {column}",
                            expected="yes, no or unknown",
                            repair=nearest(word, [*_ANSWERS, "unknown"]) or "correct the cell",
                        )
                    )
            found[(row["family"] or "").strip()] = answers
    if faults:
        raise FaultList(faults)
    return found
