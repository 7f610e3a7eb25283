"""A family as the sheet describes it: who is the index case, who are the parents, who is affected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sex(StrEnum):
    """Sex as declared in the sheet or the PED file; `unknown` never means female or male."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class Affection(StrEnum):
    """Whether a member has the disorder under study."""

    AFFECTED = "affected"
    UNAFFECTED = "unaffected"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """A member's place in the family, seen from the index case (proband)."""

    PROBAND = "proband"
    FATHER = "father"
    MOTHER = "mother"
    SIBLING = "sibling"


@dataclass(frozen=True)
class Member:
    """One sequenced person of a family."""

    sample: str
    role: Role
    sex: Sex
    affection: Affection


@dataclass(frozen=True)
class Family:
    """An index case with the relatives who were sequenced; members stand in the order of `Role`."""

    name: str
    members: tuple[Member, ...]
    pre_indication: str = ""
    hpo_terms: tuple[str, ...] = ()
    hpo_absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        order = list(Role)
        members = tuple(sorted(self.members, key=lambda member: (order.index(member.role), member.sample)))
        object.__setattr__(self, "members", members)

    def with_role(self, role: Role) -> Member | None:
        """The first member in a role, or None when nobody with that role was sequenced."""
        return next((member for member in self.members if member.role is role), None)

    @property
    def proband(self) -> Member:
        """The index case; the sheet reader guarantees exactly one."""
        proband = self.with_role(Role.PROBAND)
        if proband is None:
            raise ValueError(f"family {self.name} has no proband")
        return proband

    @property
    def father(self) -> Member | None:
        """The father, when sequenced."""
        return self.with_role(Role.FATHER)

    @property
    def mother(self) -> Member | None:
        """The mother, when sequenced."""
        return self.with_role(Role.MOTHER)

    @property
    def siblings(self) -> tuple[Member, ...]:
        """Sequenced brothers and sisters of the index case."""
        return tuple(member for member in self.members if member.role is Role.SIBLING)

    @property
    def samples(self) -> tuple[str, ...]:
        """Sample ids: proband, father, mother, siblings, those who were sequenced."""
        return tuple(member.sample for member in self.members)

    @property
    def structure(self) -> str:
        """solo, duo, trio, quartet, … counted over the sequenced members."""
        names = {1: "solo", 2: "duo", 3: "trio", 4: "quartet"}
        return names.get(len(self.members), f"{len(self.members)} members")
