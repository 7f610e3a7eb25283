"""The counts of the laboratory's families, person by person and allele by allele."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builders.cohort import CARRIER, HOMOZYGOUS, LOW, UNKNOWN, Record
from filiation.model.contigs import PSEUDOAUTOSOMAL, ContigClass, bare_name, classify
from filiation.model.pedigree import Affection, Family, Role, Sex

PLACES = {Role.PROBAND: 0, Role.FATHER: 1, Role.MOTHER: 2}


def copies(contig: str, pos: int, sex: Sex, assembly: str) -> int:
    """How many copies of a place a person has; 0 when it is not known."""
    kind = classify(contig, pos - 1, PSEUDOAUTOSOMAL[assembly])
    if kind is ContigClass.MITOCHONDRIAL:
        return 1
    if kind in (ContigClass.AUTOSOME, ContigClass.PSEUDOAUTOSOMAL):
        return 2
    if kind is ContigClass.X:
        return {Sex.MALE: 1, Sex.FEMALE: 2, Sex.UNKNOWN: 0}[sex]
    return {Sex.MALE: 1, Sex.FEMALE: 0, Sex.UNKNOWN: 0}[sex]


def founders(family: Family) -> list[tuple[int, Sex]]:
    """Place in the states and sex of everybody whose alleles are counted."""
    parents = [member for member in (family.father, family.mother) if member is not None]
    counted = parents or [family.proband]
    return [(PLACES[member.role], member.sex) for member in counted]


def counts(
    families: Mapping[str, tuple[Family, Sequence[Record]]], assembly: str
) -> dict[tuple[str, int, str, str], dict[str, float | None]]:
    """{allele: its counts} over the latest analysis of every family."""
    alleles = {(bare_name(r.contig), r.pos, r.ref, r.alt) for _, records in families.values() for r in records}
    found = {}
    for contig, pos, ref, alt in alleles:
        names = ("families", "affected_families", "unaffected_families", "allele_count", "heterozygotes")
        row = dict.fromkeys([*names, "homozygotes", "hemizygotes", "partial", "de_novo", "allele_number"], 0)
        registered = False
        for family, records in families.values():
            if not any(bare_name(record.contig) == contig for record in records):
                continue
            here = [r for r in records if (bare_name(r.contig), r.pos, r.ref, r.alt) == (contig, pos, ref, alt)]
            states = here[0].states if here else (0, 0, 0)
            registered |= bool(here) and here[0].kept_for & 6 > 0 and any(s in (UNKNOWN, LOW, CARRIER, HOMOZYGOUS)
                                                                       for s in present(family, states))  # fmt: skip
            add_founders(row, family, states, (contig, pos), assembly)
            add_family(row, family, states, here[0].inheritance if here else "")
        if row["families"]:
            known = registered and row["allele_number"] > 0
            number: float | None = row["allele_number"] if known else None
            af = row["allele_count"] / row["allele_number"] if known else None
            found[contig, pos, ref, alt] = {**row, "allele_number": number, "af": af}
    return found


def present(family: Family, states: Sequence[int]) -> list[int]:
    """States of those who were sequenced."""
    return [states[PLACES[member.role]] for member in family.members if member.role in PLACES]


def add_founders(
    row: dict[str, int], family: Family, states: Sequence[int], site: tuple[str, int], assembly: str
) -> None:
    """Count the alleles of the founders at one site."""
    for place, sex in founders(family):
        ploidy, state = copies(*site, sex, assembly), states[place]
        if state == UNKNOWN:
            continue
        row["allele_number"] += ploidy
        if state == CARRIER:
            row["allele_count"] += min(1, ploidy)
            row["heterozygotes"] += ploidy == 2
            row["partial"] += ploidy == 1
        if state == HOMOZYGOUS:
            row["allele_count"] += ploidy
            row["homozygotes"] += ploidy == 2
            row["hemizygotes"] += ploidy == 1


def add_family(row: dict[str, int], family: Family, states: Sequence[int], inheritance: str) -> None:
    """Count the family once."""
    carrying = [
        member
        for member in family.members
        if member.role in PLACES and states[PLACES[member.role]] in (CARRIER, HOMOZYGOUS)
    ]
    row["families"] += bool(carrying)
    row["affected_families"] += any(member.affection is Affection.AFFECTED for member in carrying)
    row["unaffected_families"] += any(member.affection is Affection.UNAFFECTED for member in carrying)
    row["de_novo"] += "de_novo:supported" in inheritance and states[0] in (CARRIER, HOMOZYGOUS)
