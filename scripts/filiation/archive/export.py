"""What may research have of the families that agreed to it, and what was left out?

New pseudonyms, no sample ids, no dates finer than the year, no text that a person typed. The variants themselves stay:
a set of rare variants can point to a person, and the export is personal data all the same.
"""

from __future__ import annotations

import hmac
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

import pyarrow as pa

from filiation import __version__
from filiation.archive.consents import consenting
from filiation.archive.disk import disk_errors, write_json
from filiation.archive.parts import arrow_schema, write_part
from filiation.archive.read import record_table
from filiation.archive.records import FamilyRecord
from filiation.archive.store import Archive
from filiation.errors import ConfigError, InputError
from filiation.io.files import require_file, sha256
from filiation.io.tables import write_table
from filiation.model.archive_tables import ARCHIVE_CALLS, EXPORT_SCHEMA
from filiation.model.pedigree import Affection
from filiation.model.table_schema import VARIANT, Column, TableSchema

_TERM = re.compile(r"HP:\d{7}$")
# Columns of archive_calls/1 that leave; the text columns hold what programs wrote and are left out.
SHARED = (
    "contig", "pos", "ref", "alt", "qual", "filter", "gene", "hgnc_id", "consequence", "population_af",
    "population_source", "clinvar", "clinvar_stars", "inheritance", "de_novo_posterior", "proband_state",
    "father_state", "mother_state",
)  # fmt: skip

EXPORT_FAMILIES = TableSchema(
    "export_families",
    1,
    "One row per family of a research export.",
    (
        Column("family", "str", "pseudonym made for this export"),
        Column("structure", "str", "solo, duo, trio …"),
        Column("pre_indication", "str", "slug of the catalogue"),
        Column("proband_sex", "str", "male, female or unknown"),
        Column("affected_members", "int", "members said to be affected"),
        Column("hpo_terms", "str", "HPO ids of the index case, separated by ;"),
        Column("year", "int", "year of the last analysis"),
        Column("panel", "str", "panel of the last analysis, with its version"),
        Column("variants", "int", "rows of this family in variants.parquet"),
    ),
)
EXPORT_DECISIONS = TableSchema(
    "export_decisions",
    1,
    "Decisions of the RCP d'aval on the exported families' variants, without notes.",
    (
        Column("family", "str", "pseudonym"),
        *VARIANT,
        Column("gene", "str", "HGNC symbol"),
        Column("decision", "str", "retained, to_confirm, set_aside, to_rediscuss"),
        Column("reason", "str", "why it was set aside, from the closed list"),
        Column("acmg_class", "str", "class that was given"),
        Column("year", "int", "year of the meeting"),
    ),
)
EXPORT_LEFT_OUT = TableSchema(
    "export_left_out",
    1,
    "What the archive has and the export has not.",
    (
        Column("what", "str", "kind of thing"),
        Column("count", "int", "how many"),
        Column("why", "str", "reason"),
    ),
)


def export(
    archive: Archive, output: str | Path, *, date: str, families: Sequence[str] | None = None, key: bytes | None = None
) -> dict[str, Any]:
    """Write the export into a new folder; returns its description (export.json).

    families : only these, and only those that agreed; the others are counted. key : secret that makes the pseudonyms;
    None: one that is used once and kept nowhere, so that nobody can go back. A folder that is there is a ConfigError,
    and no family that agreed is an InputError.
    """
    output = Path(output)
    if output.exists():
        raise ConfigError("the folder is there already", where=str(output), repair="name a new folder")
    agreed = consenting(archive, "research")
    asked = archive.families(families)
    chosen = [record for record in asked if record.name in agreed and record.analyses]
    if not chosen:
        raise InputError(
            f"none of {len(asked)} families has agreed to research",
            where=str(archive.path),
            expected="a recorded consent: research yes",
            repair=f"filiation archive consent {archive.path} FAMILY --research yes --date YYYY-MM-DD",
        )
    secret = key or os.urandom(32)
    named = sorted((_pseudonym(secret, record.name), record) for record in chosen)
    left: dict[str, tuple[int, str]] = {
        "families": (len(asked) - len(chosen), "no recorded consent to research, or it was withdrawn"),
        "sample ids": (sum(len(record.family.members) for record in chosen), "they are replaced by roles"),
    }
    with disk_errors(output), _new_folder(output) as folder:
        rows = _write_variants(archive, named, folder / "variants.parquet", left)
        _write_families(archive, named, rows, folder, left)
        _write_decisions(archive, named, folder, left)
        left_rows = [{"what": what, "count": count, "why": why} for what, (count, why) in left.items()]
        write_table(folder / "left_out.tsv", EXPORT_LEFT_OUT, left_rows)
        document = {
            "schema": EXPORT_SCHEMA,
            "program": f"filiation {__version__}",
            "assembly": archive.assembly,
            "year": int(date[:4]),
            "families": len(chosen),
            "families_refused": len(asked) - len(chosen),
            "files": {path.name: sha256(path) for path in sorted(folder.iterdir())},
        }
        write_json(folder / "export.json", document)
    return document


@contextmanager
def _new_folder(output: Path) -> Iterator[Path]:
    """A folder that gets its name only when everything in it is written."""
    output.absolute().parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    temporary.mkdir()
    try:
        yield temporary
        os.rename(temporary, output)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _pseudonym(secret: bytes, family: str) -> str:
    return "R" + hmac.new(secret, family.encode(), sha256_of).hexdigest()[:16].upper()


Named = Sequence[tuple[str, FamilyRecord]]
Left = dict[str, tuple[int, str]]


def _write_variants(archive: Archive, named: Named, path: Path, left: Left) -> dict[str, int]:
    """variants.parquet, family by family; {pseudonym: rows}."""
    schema = pa.schema(
        [pa.field("family", pa.string(), False), *(arrow_schema(ARCHIVE_CALLS).field(name) for name in SHARED)]
    )
    tables, rows = [], {}
    for pseudonym, record in named:
        calls = record_table(archive, record.name, "calls", columns=SHARED)
        if calls is None:
            rows[pseudonym] = 0
            continue
        names = pa.array([pseudonym] * calls.num_rows, type=pa.string())
        tables.append(pa.Table.from_arrays([names, *calls.columns], schema=schema))
        rows[pseudonym] = calls.num_rows
    write_part(path, pa.concat_tables(tables) if tables else schema.empty_table())
    texts = sum(rows.values())
    left["texts of records (INFO, FORMAT, samples)"] = (texts, "free text of programs; may name samples and commands")
    return rows


def _write_families(archive: Archive, named: Named, rows: dict[str, int], folder: Path, left: Left) -> None:
    lines, free = [], 0
    for pseudonym, record in named:
        family, analysis = record.family, archive.analysis(record.name)
        terms = [term for term in family.hpo_terms if _TERM.match(term)]
        free += len(family.hpo_terms) - len(terms)
        lines.append(
            {
                "family": pseudonym,
                "structure": family.structure,
                "pre_indication": family.pre_indication or None,
                "proband_sex": family.proband.sex.value,
                "affected_members": sum(member.affection is Affection.AFFECTED for member in family.members),
                "hpo_terms": ";".join(terms) or None,
                "year": int(analysis.date[:4]),
                "panel": f"{analysis.panel} {analysis.panel_version}".strip() or None,
                "variants": rows[pseudonym],
            }
        )
    write_table(folder / "families.tsv", EXPORT_FAMILIES, lines)
    left["signs that are no HPO id"] = (free, "text that a person typed")
    left["dates"] = (len(lines), "only the year is told")


def _write_decisions(archive: Archive, named: Named, folder: Path, left: Left) -> None:
    lines, notes = [], 0
    for pseudonym, record in named:
        for one in archive.decisions(record.name):
            chrom, pos, ref, alt = one.variant.rsplit("-", 3)
            notes += bool(one.note)
            lines.append(
                {
                    "family": pseudonym, "chrom": chrom, "pos": int(pos), "ref": ref, "alt": alt, "gene": one.gene,
                    "decision": one.decision, "reason": one.reason or None, "acmg_class": one.acmg_class or None,
                    "year": int(one.date[:4]),
                }
            )  # fmt: skip
    write_table(folder / "decisions.tsv", EXPORT_DECISIONS, lines)
    left["notes of decisions"] = (notes, "text that a person typed")
    left["participants of decisions"] = (len(lines), "roles of the meeting")


def read_key(path: str | Path) -> bytes:
    """The secret of a file; an empty or short one is a ConfigError."""
    content = require_file(path, "secret for pseudonyms").read_bytes().strip()
    if len(content) < 16:
        raise ConfigError(
            f"a secret of {len(content)} bytes",
            where=str(path),
            expected="at least 16 random bytes",
            repair=f"openssl rand -hex 32 > {path}",
        )
    return content
