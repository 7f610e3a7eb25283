"""With which files was each family last compared, whether or not anything came of it?

An analysis names the files that it was judged with. A release that changed nothing for a family leaves no analysis, and
yet the family need not be compared with those files again: what it was compared with is remembered in the archive, as a
set of inputs under the kind `compared`, for as long as the analysis that it was said of is the family's latest one.

A family that was judged is remembered with the files of that release alone. It was judged with what its analysis stores
beside them; files of an earlier release that came to nothing then may come to something together with those of this
one, and are compared again when a release names them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from typing import TYPE_CHECKING, Any

from filiation.reanalysis.last_basis import INPUT, role_of
from filiation.reanalysis.release import Release

if TYPE_CHECKING:
    from filiation.archive.store import Archive

KIND = "compared"
# Role → checksum, in the order of the roles.
Roles = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Family:
    """One family as it stands: numbers in the archive, its latest analysis, and what is remembered of it."""

    name: str
    family_number: int
    number: int
    stored_set: int
    remembered_set: int | None


class LastCompared:
    """What every family of an archive was last compared with."""

    def __init__(self, archive: Archive) -> None:
        self._inputs: dict[int, dict[str, str]] = {}
        self._remembered: dict[int, dict[str, str]] = {}
        rows = archive.query("SELECT set_number, kind, name, sha256 FROM resources WHERE kind IN (?, ?)", [INPUT, KIND])
        for row in rows:
            place = self._inputs if row["kind"] == INPUT else self._remembered
            place.setdefault(row["set_number"], {})[row["name"]] = row["sha256"] or ""
        self.families = [
            _Family(row["family"], row["family_number"], row["number"], row["set_number"], row["remembered"])
            for row in archive.query(
                "SELECT family, a.family_number, a.number, a.set_number, c.set_number AS remembered"
                " FROM families f JOIN analyses a USING (family_number)"
                " LEFT JOIN compared c ON c.family_number = a.family_number AND c.number = a.number"
                " WHERE a.number = (SELECT max(number) FROM analyses b WHERE b.family_number = f.family_number)"
                " ORDER BY a.family_number"
            )
        ]

    def remembered(self, family: _Family) -> Mapping[str, str]:
        """{role: checksum} beyond what the family's latest analysis was judged with."""
        return {} if family.remembered_set is None else self._remembered.get(family.remembered_set, {})

    def by_checksum(self, role: str) -> dict[str, set[str]]:
        """Families by the checksum of the file in a role that they were last compared with; '' for none."""
        found: dict[str, set[str]] = {}
        for family in self.families:
            stored = self._inputs.get(family.stored_set, {}).get(role, "")
            found.setdefault(self.remembered(family).get(role, stored), set()).add(family.name)
        return found

    def remembered_by_checksum(self, role: str) -> dict[str, set[str]]:
        """The same of those families alone of which something is remembered beyond their latest analysis."""
        found: dict[str, set[str]] = {}
        for family in self.families:
            if checksum := self.remembered(family).get(role):
                found.setdefault(checksum, set()).add(family.name)
        return found

    def compared_with(self, roles: Mapping[str, str], start: str = "") -> set[str]:
        """Families that were last compared with these very files. start : beginning of the roles that a family may
        have no others of, '' for none."""
        found = set()
        for family in self.families:
            known = {**self._inputs.get(family.stored_set, {}), **self.remembered(family)}
            others = {role for role in known if start and role.startswith(start)} - set(roles)
            if not others and all(known.get(role) == checksum for role, checksum in roles.items()):
                found.add(family.name)
        return found


def roles_of(release: Release, pre_indication: str) -> dict[str, str]:
    """{role: checksum} of what a release has for a family of a pre-indication."""
    return {
        role_of(resource): resource.sha256
        for resource in release.resources
        if resource.key != "panels" or resource.name == pre_indication
    }


def remember(archive: Archive, release: Release, judged: Iterable[str], others: Iterable[str]) -> None:
    """Remember that families stand as a release leaves them: those that were judged, and those that need not be.

    archive : open for writing. Nothing is written where nothing is new.
    """
    from filiation.archive.database import transaction

    last, was_judged, asked = LastCompared(archive), set(judged), set(others)
    slugs = {
        row["family"]: row["pre_indication"] for row in archive.query("SELECT family, pre_indication FROM families")
    }
    wanted: list[tuple[_Family, Roles]] = []
    for family in last.families:
        if family.name not in was_judged and family.name not in asked:
            continue
        before = last.remembered(family)
        new = roles_of(release, slugs[family.name])
        now = new if family.name in was_judged else {**before, **new}
        if now != before:
            wanted.append((family, tuple(sorted(now.items()))))
    if not wanted:
        return
    with transaction(archive.connection, archive.path) as connection:
        numbers = {roles: _set_number(connection, roles) for roles in {roles for _, roles in wanted}}
        connection.executemany(
            "INSERT INTO compared VALUES (?, ?, ?) ON CONFLICT (family_number) DO UPDATE"
            " SET number = excluded.number, set_number = excluded.set_number",
            [(family.family_number, family.number, numbers[roles]) for family, roles in wanted],
        )


def _set_number(connection: Any, roles: Roles) -> int:
    """Number of a set of remembered files; families that were compared with the same share one."""
    checksum = sha256_of(json.dumps([KIND, roles]).encode()).hexdigest()
    connection.execute("INSERT INTO resource_sets (sha256) VALUES (?) ON CONFLICT DO NOTHING", [checksum])
    number = int(connection.execute("SELECT set_number FROM resource_sets WHERE sha256 = ?", [checksum]).fetchone()[0])
    connection.executemany(
        "INSERT INTO resources VALUES (?, ?, ?, '', ?) ON CONFLICT DO NOTHING",
        [(number, role, KIND, sha256) for role, sha256 in roles],
    )
    return number
