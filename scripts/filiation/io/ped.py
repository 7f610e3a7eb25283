"""Who is related to whom, in a PED file: reading real-life PED files and writing ours.

PED: family, sample, father, mother, sex (1 male, 2 female, 0 unknown), phenotype (2 affected, 1 unaffected,
0 unknown), separated by tabs or spaces; `0` for a parent who is not named (PLINK 1.9, formats .fam and .ped).
Accepted besides: comment lines, a header line, five columns (no phenotype), CRLF, a byte-order mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import FaultList, SheetError, UserError, nearest
from filiation.io.files import atomic_text, require_file
from filiation.io.tables import data_label
from filiation.model.pedigree import Affection, Family, Member, Role, Sex

# The pattern of config.ID_PATTERN (a test holds them equal): ids become folder names and wildcards.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
NOT_NAMED = ("0", ".", "-9")
_SEX = {
    **dict.fromkeys(("1", "m", "male"), Sex.MALE),
    **dict.fromkeys(("2", "f", "female"), Sex.FEMALE),
    **dict.fromkeys(("0", "-9", ".", "u", "unknown", "other"), Sex.UNKNOWN),
}
_AFFECTION = {
    **dict.fromkeys(("2", "affected"), Affection.AFFECTED),
    **dict.fromkeys(("1", "unaffected"), Affection.UNAFFECTED),
    **dict.fromkeys(("0", "-9", ".", "unknown"), Affection.UNKNOWN),
}
_SEX_CODE = {Sex.MALE: "1", Sex.FEMALE: "2", Sex.UNKNOWN: "0"}
_AFFECTION_CODE = {Affection.AFFECTED: "2", Affection.UNAFFECTED: "1", Affection.UNKNOWN: "0"}


@dataclass(frozen=True)
class PedigreeRow:
    """One line of a PED file; father and mother are '' when not named."""

    family: str
    sample: str
    father: str
    mother: str
    sex: Sex
    affection: Affection
    line: int

    @property
    def parents(self) -> tuple[str, ...]:
        """The parents who are named."""
        return tuple(parent for parent in (self.father, self.mother) if parent)


def collect_rows(path: str | Path) -> tuple[list[PedigreeRow], list[UserError]]:
    """The rows of a PED file that can be read, and every fault of its lines and of its relations."""
    rows: list[PedigreeRow] = []
    faults: list[UserError] = []
    try:
        text = require_file(path, "PED file").read_text(encoding="utf-8-sig")
    except UserError as fault:
        return rows, [fault]
    except UnicodeDecodeError as error:
        return rows, [
            SheetError(
                f"byte {error.start} is not UTF-8",
                where=str(path),
                expected="plain text in UTF-8",
                repair="save the file as UTF-8 text",
            )
        ]
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if not cells or cells[0].startswith("#") or (not rows and _is_header(cells)):
            continue
        row, problems = _parse_row(path, number, cells)
        faults += problems
        if row is not None:
            rows.append(row)
    if not rows and not faults:
        faults.append(SheetError("no person in the file", where=str(path), expected="one line per person"))
    faults += _relation_faults(path, rows)
    return rows, faults


def read_pedigrees(path: str | Path) -> dict[str, Family]:
    """Every family of a PED file, by family id, in the order of the file.

    Raises FaultList with every fault, each naming its line.
    """
    rows, faults = collect_rows(path)
    families: dict[str, Family] = {}
    for name in dict.fromkeys(row.family for row in rows):
        members = [row for row in rows if row.family == name]
        if not faults:
            try:
                families[name] = _family(path, members, None)
            except FaultList as problem:
                faults += problem.faults
                break
    if faults:
        raise FaultList(faults)
    return families


def read_pedigree(path: str | Path, proband: str | None = None, *, family: str | None = None) -> Family:
    """The one family of a PED file, or the one named of several, every person of it taken as sequenced.

    The proband is the one named; else the first affected child who has a parent in the file, else the first
    such child, else the affected or only member. Members of a family in which no parent is named are the
    proband's brothers and sisters. Raises FaultList.
    """
    rows, faults = collect_rows(path)
    names = list(dict.fromkeys(row.family for row in rows))
    if family is not None:
        rows = [row for row in rows if row.family == family]
        if names and not rows:
            faults.append(
                SheetError(
                    f"no family '{family}'",
                    where=str(path),
                    expected=f"one of {', '.join(names)}",
                    repair=nearest(family, names) or "correct --family",
                )
            )
    elif len(names) > 1:
        faults.append(
            SheetError(
                f"{len(names)} families: {', '.join(names)}",
                where=str(path),
                expected="one family",
                repair="write the file of one family with `filiation write-pedigree --family NAME`; screen and "
                "prioritise also take --family NAME",
            )
        )
    if faults:
        raise FaultList(faults)
    return _family(path, rows, proband)


def write_pedigree(path: str | Path, family: Family) -> None:
    """Write the sequenced members of a family, proband first, six columns separated by tabs.

    A parent who was not sequenced is written 0: every person named in the file has a line and data.
    """
    father = family.father.sample if family.father else "0"
    mother = family.mother.sample if family.mother else "0"
    with atomic_text(path) as handle:
        if label := data_label():
            handle.write(f"# {label}\n")
        for member in family.members:
            child = member.role in (Role.PROBAND, Role.SIBLING)
            parents = (father, mother) if child else ("0", "0")
            codes = (_SEX_CODE[member.sex], _AFFECTION_CODE[member.affection])
            handle.write("\t".join((family.name, member.sample, *parents, *codes)) + "\n")


def choose_proband(rows: Sequence[PedigreeRow]) -> PedigreeRow | None:
    """The index case of one family by the rule of `read_pedigree`, None when the rows leave it open."""
    present = {row.sample for row in rows}
    children = [row for row in rows if present.intersection(row.parents)]
    affected = [row for row in children if row.affection is Affection.AFFECTED]
    if affected or children:
        return (affected or children)[0]
    affected = [row for row in rows if row.affection is Affection.AFFECTED]
    if affected:
        return affected[0]
    return rows[0] if len(rows) == 1 else None


def role_towards(row: PedigreeRow, proband: PedigreeRow) -> Role | None:
    """A person's place in the family of a proband, None for a relation that is not analysed.

    Siblings share a named parent and differ in none; a half-brother, a cousin or a grandparent is None.
    """
    if row.sample == proband.sample:
        return Role.PROBAND
    if row.sample == proband.father:
        return Role.FATHER
    if row.sample == proband.mother:
        return Role.MOTHER
    pairs = ((row.father, proband.father), (row.mother, proband.mother))
    shared = any(mine and mine == theirs for mine, theirs in pairs)
    differs = any(mine and theirs and mine != theirs for mine, theirs in pairs)
    return Role.SIBLING if shared and not differs else None


def _family(path: str | Path, rows: list[PedigreeRow], proband: str | None) -> Family:
    """The family seen from its proband; a FaultList when a person has no place in it."""
    index = choose_proband(rows)
    if proband is not None:
        index = next((row for row in rows if row.sample == proband), None)
    if index is None:
        samples = [row.sample for row in rows]
        hint = nearest(proband or "", samples)
        raise FaultList(
            [
                SheetError(
                    f"proband '{proband}' has no line" if proband else "no child and no affected person",
                    where=str(path),
                    expected=f"the proband among {', '.join(samples)}",
                    repair=hint or "name the parents of the proband, or code the proband as affected (2)",
                )
            ]
        )
    no_parents = not any(row.parents for row in rows)
    members: list[Member] = []
    faults: list[UserError] = []
    for row in rows:
        role = role_towards(row, index) or (Role.SIBLING if no_parents else None)
        if role is None:
            faults.append(
                SheetError(
                    f"'{row.sample}' is neither parent, brother nor sister of the proband '{index.sample}'",
                    where=f"{path}, line {row.line}",
                    expected="the proband, father, mother, and children of the same parents",
                    repair="remove the line, or correct the parents named in it",
                )
            )
        else:
            members.append(Member(row.sample, role, row.sex, row.affection))
    if faults:
        raise FaultList(faults)
    return Family(index.family, tuple(members))


def _is_header(cells: list[str]) -> bool:
    """Whether a line holds column names instead of a person."""
    return len(cells) >= 5 and cells[4].lower() in ("sex", "gender")


def _parse_row(path: str | Path, number: int, cells: list[str]) -> tuple[PedigreeRow | None, list[UserError]]:
    """One line as a row, or the faults of that line."""
    where = f"{path}, line {number}"
    if len(cells) not in (5, 6):
        found = SheetError(
            f"{len(cells)} columns",
            where=where,
            expected="5 or 6: family, sample, father, mother, sex, phenotype, separated by tabs or spaces",
            repair="add the missing columns; a name must not contain a space",
        )
        return None, [found]
    faults: list[UserError] = []
    family, sample = cells[:2]
    father, mother = ("" if cell in NOT_NAMED else cell for cell in cells[2:4])
    for column, name in (("family", family), ("sample", sample), ("father", father), ("mother", mother)):
        if name and not ID.fullmatch(name):
            faults.append(
                SheetError(
                    f"'{name}' cannot be a {column} name",
                    where=f"{where}, column {column}",
                    expected="letters, digits, _ and -, at most 64, beginning with a letter or digit",
                    repair="rename it, in the sample sheet too",
                )
            )
    sex = _SEX.get(cells[4].lower())
    affection = _AFFECTION.get(cells[5].lower()) if len(cells) == 6 else Affection.UNKNOWN
    if sex is None:
        faults.append(_code_fault(where, "sex", sample, cells[4], "1 (male), 2 (female) or 0 (unknown)"))
    if affection is None:
        codes = "2 (affected), 1 (unaffected) or 0 (unknown)"
        faults.append(_code_fault(where, "phenotype", sample, cells[5], codes))
    # A faulty line still stands for its person: otherwise the children's lines would be reported as well.
    row = PedigreeRow(family, sample, father, mother, sex or Sex.UNKNOWN, affection or Affection.UNKNOWN, number)
    return row, faults


def _code_fault(where: str, column: str, sample: str, found: str, expected: str) -> SheetError:
    return SheetError(
        f"{column} '{found}' of '{sample}'",
        where=f"{where}, column {column}",
        expected=expected,
        repair="correct the code",
    )


def _relation_faults(path: str | Path, rows: list[PedigreeRow]) -> list[UserError]:
    """Faults between the lines: duplicates, parents without a line, contradictory sex, cycles.

    A person who is named as a father without a sex becomes male, a mother female (in place): the column is a
    declaration too.
    """
    by_name: dict[tuple[str, str], PedigreeRow] = {}
    faults: list[UserError] = []
    for row in rows:
        first = by_name.setdefault((row.family, row.sample), row)
        if first is not row:
            faults.append(
                SheetError(
                    f"'{row.sample}' of family '{row.family}' stands on line {first.line} already",
                    where=f"{path}, line {row.line}",
                    expected="one line per person",
                    repair="remove one of the two lines",
                )
            )
    for row in rows:
        faults += _parent_faults(path, row, by_name)
    faults += _cycle_faults(path, by_name)
    for number, row in enumerate(rows):
        if row.sex is Sex.UNKNOWN:
            same = [other for other in rows if other.family == row.family]
            if any(other.father == row.sample for other in same):
                rows[number] = _with_sex(row, Sex.MALE)
            elif any(other.mother == row.sample for other in same):
                rows[number] = _with_sex(row, Sex.FEMALE)
    return faults


def _with_sex(row: PedigreeRow, sex: Sex) -> PedigreeRow:
    return PedigreeRow(row.family, row.sample, row.father, row.mother, sex, row.affection, row.line)


def _parent_faults(path: str | Path, row: PedigreeRow, by_name: dict[tuple[str, str], PedigreeRow]) -> list[UserError]:
    """Faults of the two parents that one line names."""
    faults: list[UserError] = []
    where = f"{path}, line {row.line}"
    if row.father and row.father == row.mother:
        faults.append(
            SheetError(
                f"'{row.father}' is father and mother of '{row.sample}'",
                where=where,
                expected="two persons, or 0 for the one who is not known",
                repair="correct the father or the mother",
            )
        )
    for role, name, contrary in (("father", row.father, Sex.FEMALE), ("mother", row.mother, Sex.MALE)):
        if not name:
            continue
        if name == row.sample:
            faults.append(
                SheetError(f"'{name}' is its own {role}", where=where, repair=f"correct the {role}, or write 0")
            )
            continue
        parent = by_name.get((row.family, name))
        if parent is None:
            samples = [sample for family, sample in by_name if family == row.family]
            hint = nearest(name, samples)
            faults.append(
                SheetError(
                    f"the {role} '{name}' of '{row.sample}' has no line in family '{row.family}'",
                    where=where,
                    expected="a line for every parent who is named",
                    repair=f"{hint + ' Else add' if hint else 'add'} a line for '{name}', or write 0",
                )
            )
        elif parent.sex is contrary:
            faults.append(
                SheetError(
                    f"'{name}' is the {role} of '{row.sample}' but coded {parent.sex} on line {parent.line}",
                    where=where,
                    expected=f"a {role} of sex {'1 (male)' if role == 'father' else '2 (female)'}",
                    repair=f"correct the sex on line {parent.line}, or exchange father and mother",
                )
            )
    return faults


def _cycle_faults(path: str | Path, by_name: dict[tuple[str, str], PedigreeRow]) -> list[UserError]:
    """Persons who are their own ancestors over more than one generation, each circle told once."""
    faults: list[UserError] = []
    told: set[tuple[str, str]] = set()
    for start in by_name:
        line_of_descent: list[tuple[str, str]] = []
        open_ends = [(start, [start])]
        while open_ends and not line_of_descent:
            (family, sample), path_so_far = open_ends.pop()
            for parent in by_name[family, sample].parents:
                key = (family, parent)
                if key == start and len(path_so_far) > 1:
                    line_of_descent = path_so_far
                elif key in by_name and key not in path_so_far:
                    open_ends.append((key, [*path_so_far, key]))
        if line_of_descent and not told.intersection(line_of_descent):
            told.update(line_of_descent)
            circle = " → ".join(sample for _, sample in [*line_of_descent, start])
            faults.append(
                SheetError(
                    f"'{start[1]}' is an ancestor of itself: {circle}",
                    where=f"{path}, line {by_name[start].line}",
                    expected="parents who are not descendants",
                    repair="correct the parents on one of these lines",
                )
            )
    return faults
