"""Phase of a pair by listing, for two variants, every way in which the child can have come by them, and the tags."""

from __future__ import annotations

from reference.compound_het import origins
from reference.inheritance import Person


def likely(father: Person, mother: Person) -> str:
    """The parent whom a geneticist would name as the origin when asked to name one, or nobody."""
    carriers = [name for name, parent in (("father", father), ("mother", mother)) if parent.carries]
    if carriers:
        return carriers[0] if len(carriers) == 1 else "nobody"
    open_to = [name for name, parent in (("father", father), ("mother", mother)) if parent.state != "absent"]
    return open_to[0] if len(open_to) == 1 else "nobody"


def phase(first: list[Person], second: list[Person], reads: str = "silent") -> tuple[str, str]:
    """(phase, evidence) of two variants; members proband, father, mother, siblings; reads: same, different, silent."""
    for one, two in list(zip(first, second, strict=True))[3:]:
        if one.healthy and one.carries and two.carries:
            return "not_a_pair", "relatives"
        if one.ill and "absent" in (one.state, two.state):
            return "not_a_pair", "relatives"
    ways = {(a, b) for a in origins(first[1], first[2]) for b in origins(second[1], second[2])}
    parents = "silent"
    if any(first[p].healthy and first[p].carries and second[p].carries for p in (1, 2)):
        parents = "same"
    elif len(ways) == 1:
        [(a, b)] = ways
        if "new" not in (a, b):
            parents = "same" if a == b else "different"
    if parents == "silent":
        if reads != "silent":
            return {"same": "cis", "different": "trans_proven"}[reads], "reads"
        if {likely(first[1], first[2]), likely(second[1], second[2])} == {"father", "mother"}:
            return "trans_probable", "parents"
        return "trans_possible", "nothing"
    if reads not in ("silent", parents):
        return "trans_possible", "conflict"
    return {"same": "cis", "different": "trans_proven"}[parents], "parents"
