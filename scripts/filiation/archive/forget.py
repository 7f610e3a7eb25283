"""How is a family erased on request, so that nothing of it is left and the erasure can be shown?

The families' rows go first, in one transaction that notes the erasure as begun: from then on no reader sees the
family. Then its files go, then its rows in the cohort index; the last transaction notes the end. What was stopped in
between is finished by the same command.
"""

from __future__ import annotations

import json
import shutil
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

from filiation import __version__
from filiation.archive.database import transaction
from filiation.archive.disk import disk_errors, sync_folder
from filiation.archive.lock import INDEX_LOCK, INDEX_PATIENCE_SECONDS, family_lock
from filiation.archive.store import Archive, family_folder
from filiation.io.files import sha256
from filiation.model.archive_tables import CERTIFICATE_SCHEMA

# Tables of the database with rows of one family.
_TABLES = ("members", "consents", "analyses", "links", "decisions", "first_seen", "thin_genes", "alerts")
_REQUESTERS_FR = {
    "family": "la famille",
    "guardian": "le représentant légal",
    "prescriber": "le prescripteur",
    "data_protection_officer": "le délégué à la protection des données",
    "data_manager": "le gestionnaire des données",
}


def forget(archive: Archive, family: str, *, requester: str, date: str) -> dict[str, Any]:
    """Erase a family and everything of it in the archive and its cohort index; returns the certificate.

    requester : role of who asked. An erasure that was stopped goes on where it was; one that is done gives its
    certificate again; an unknown family is an InputError.
    Files outside the archive (CRAM, calls, reports) are not touched; the certificate says how many there were.
    """
    from filiation.cohort.index import forget_family

    with disk_errors(archive.path), family_lock(archive.path, family):
        certificate = _noted(archive, family, "begun")
        if certificate is None and family not in archive.names():
            done = _noted(archive, family, "done")
            if done is not None:
                return done
        if certificate is None:
            certificate = _certificate(archive, family, requester, date)
            with transaction(archive.connection, archive.path) as connection:
                connection.execute(
                    "INSERT INTO forgotten VALUES (?, ?, ?, 'begun', ?)",
                    (certificate["certificate"], date, requester, json.dumps(certificate, ensure_ascii=False)),
                )
                connection.execute("DELETE FROM families WHERE family = ?", [family])
                connection.execute("DELETE FROM unlocked WHERE locked = ?", [family])
        folder = family_folder(archive.path, family)
        if folder.exists():
            shutil.rmtree(folder)
            sync_folder(folder.parent)
        # A compaction that runs now has read the family already: wait for it, then rewrite what it wrote.
        with family_lock(archive.path, INDEX_LOCK, patience_seconds=INDEX_PATIENCE_SECONDS):
            forget_family(archive, family)
        with transaction(archive.connection, archive.path) as connection:
            connection.execute(
                "UPDATE forgotten SET state = 'done' WHERE certificate = ?", [certificate["certificate"]]
            )
    return certificate


def _noted(archive: Archive, family: str, state: str) -> dict[str, Any] | None:
    """The newest certificate of this family in a state, `begun` (not at its end) or `done`; None without one."""
    for row in archive.query("SELECT document FROM forgotten WHERE state = ? ORDER BY date DESC", [state]):
        document: dict[str, Any] = json.loads(row["document"])
        if document["family"] == family:
            return document
    return None


def _certificate(archive: Archive, family: str, requester: str, date: str) -> dict[str, Any]:
    """What is about to be erased: files with checksums, and rows of the database by table."""
    record = archive.family(family)
    folder = family_folder(archive.path, family)
    files = [
        {"file": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    rows = {
        table: archive.query(f"SELECT count(*) AS n FROM {table} WHERE family_number = ?", [record.number])[0]["n"]
        for table in _TABLES
    }
    outside = archive.query(
        "SELECT kind, count(DISTINCT path) AS n FROM links WHERE family_number = ? GROUP BY kind ORDER BY kind",
        [record.number],
    )
    document = {
        "schema": CERTIFICATE_SCHEMA,
        "program": f"filiation {__version__}",
        "family": family,
        "date": date,
        "requester": requester,
        "analyses": record.analyses,
        "files": files,
        "database_rows": {"families": 1, **rows},
        "cohort_index": "every row of this family was removed; the counts of alleles no longer hold it",
        "not_erased_outside_the_archive": {row["kind"]: row["n"] for row in outside},
    }
    content = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    return {**document, "certificate": sha256_of(content).hexdigest()[:16]}


def certificate_text(certificate: dict[str, Any]) -> str:
    """The certificate in French, for the family's file; no name and no sample id stand in it."""
    files = certificate["files"]
    rows = {name: count for name, count in certificate["database_rows"].items() if count}
    outside = certificate["not_erased_outside_the_archive"]
    lines = [
        "CERTIFICAT D'EFFACEMENT",
        "",
        f"Certificat n° {certificate['certificate']}, établi par {certificate['program']}.",
        f"Famille (pseudonyme) : {certificate['family']}",
        f"Date de la demande : {certificate['date']}",
        f"Demandeur : {_REQUESTERS_FR[certificate['requester']]}",
        "",
        f"Ont été effacés de l'archive : {certificate['analyses']} analyse(s), {len(files)} fichier(s), "
        f"{sum(entry['bytes'] for entry in files)} octets.",
        "Lignes effacées de la base : " + ", ".join(f"{name} {count}" for name, count in rows.items()) + ".",
        "Index de la cohorte : toutes les lignes de la famille ont été retirées ; elle ne compte plus dans les",
        "fréquences internes.",
        "",
        "Empreintes SHA-256 des fichiers effacés :",
        *(f"  {entry['sha256']}  {entry['bytes']:>12}  {entry['file']}" for entry in files),
        "",
        "N'ont pas été effacés, car hors de l'archive : "
        + (", ".join(f"{kind} {count}" for kind, count in outside.items()) or "rien n'était connu")
        + ".",
        "Les copies de sauvegarde de l'archive, les exports déjà remis et les comptes rendus déjà rendus ne peuvent",
        "pas être atteints par ce programme ; leur effacement est à demander à qui les détient.",
    ]
    return "\n".join(lines) + "\n"


def write_certificate(prefix: str | Path, certificate: dict[str, Any]) -> tuple[Path, Path]:
    """PREFIX.json and PREFIX.txt, each written whole."""
    from filiation.archive.disk import write_json
    from filiation.io.files import atomic_path, atomic_text

    paths = Path(f"{prefix}.json"), Path(f"{prefix}.txt")
    with atomic_path(paths[0]) as temporary:
        write_json(temporary, certificate)
    with atomic_text(paths[1]) as handle:
        handle.write(certificate_text(certificate))
    return paths
