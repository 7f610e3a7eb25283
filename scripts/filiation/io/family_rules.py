"""Which rules make rows of the sample sheet a family: one proband, two parents at most, no contradiction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filiation.config import SampleRow
from filiation.errors import SheetError, UserError, nearest
from filiation.io.ped import PedigreeRow, choose_proband, role_towards
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.model.previous_tests import RESULTS, TESTS, split_tests

_AFFECTED = {"yes": Affection.AFFECTED, "no": Affection.UNAFFECTED, "unknown": Affection.UNKNOWN}
_PARENT_SEX = {Role.FATHER: Sex.MALE, Role.MOTHER: Sex.FEMALE}


@dataclass(frozen=True)
class FamilyDraft:
    """The rows of one family before its rules are checked; not `complete` when rows were refused."""

    name: str
    rows: list[SampleRow]
    lines: dict[str, int]
    path: Path
    pedigree: list[PedigreeRow]
    complete: bool = True

    def where(self, sample: str, column: str = "") -> str:
        """Place of a cell, for messages."""
        return (
            f"{self.path}, line {self.lines[sample]}"
            + (f", column {column}" if column else "")
            + (f", sample {sample}")
        )

    def pedigree_row(self, sample: str) -> PedigreeRow | None:
        """The line of a sample in the PED file, when there is one under this family."""
        return next((row for row in self.pedigree if (row.family, row.sample) == (self.name, sample)), None)


def family_of_rows(draft: FamilyDraft) -> tuple[Family | None, list[UserError]]:
    """The family of some rows, or None with every rule that they break."""
    faults = _pedigree_presence_faults(draft)
    roles, problems = _roles(draft)
    faults += problems
    faults += _role_count_faults(draft, roles)
    members: list[Member] = []
    for row in draft.rows:
        role = roles.get(row.sample)
        sex, sex_faults = _sex(draft, row, role)
        affection, affection_faults = _affection(draft, row, role)
        faults += [*sex_faults, *affection_faults]
        if role is not None:
            members.append(Member(row.sample, role, sex, affection))
    pre_indication, problems = _one_value(draft, "pre_indication")
    faults += problems
    hpo_terms, problems = _one_value(draft, "hpo_terms")
    faults += problems
    hpo_absent, problems = _one_value(draft, "hpo_absent")
    faults += problems
    tests, problems = _one_value(draft, "previous_tests")
    faults += [*problems, *_test_faults(draft, tests)]
    terms, absent = _terms(hpo_terms), _terms(hpo_absent)
    if both := sorted(set(terms) & set(absent)):
        faults.append(
            SheetError(
                f"{', '.join(both)} present and absent at once",
                where=f"family '{draft.name}', columns hpo_terms and hpo_absent",
                expected="each sign in one of the two",
                repair="remove it from one column",
            )
        )
    if not faults:
        faults += _index_case_faults(draft, members)
    if faults or not members or not any(member.role is Role.PROBAND for member in members):
        return None, faults
    return Family(draft.name, tuple(members), pre_indication, terms, absent), []


def _test_faults(draft: FamilyDraft, cell: str) -> list[UserError]:
    """Examinations and results outside the closed list."""
    return [
        SheetError(
            f"'{test}{':' if result else ''}{result}' is not in the list of examinations",
            where=f"family '{draft.name}', column previous_tests",
            expected=f"{', '.join(TESTS)}; each alone or with :{', :'.join(RESULTS)}",
            repair=nearest(test, list(TESTS)) or "take the nearest word of the list; free text is not shown",
        )
        for test, result in split_tests(cell)
        if test not in TESTS or result not in ("", *RESULTS)
    ]


def _terms(cell: str) -> tuple[str, ...]:
    """HPO ids of a cell, each once."""
    return tuple(dict.fromkeys(cell.split(";"))) if cell else ()


def _pedigree_presence_faults(draft: FamilyDraft) -> list[UserError]:
    """A PED file that knows the family must know each of its samples, and under this family."""
    faults: list[UserError] = []
    families = {row.family for row in draft.pedigree}
    for row in draft.rows:
        elsewhere = [other for other in draft.pedigree if other.sample == row.sample]
        if draft.pedigree_row(row.sample) is not None:
            continue
        if elsewhere:
            faults.append(
                SheetError(
                    f"family '{draft.name}', but the PED file has this sample in family "
                    f"'{elsewhere[0].family}' (line {elsewhere[0].line})",
                    where=draft.where(row.sample, "family"),
                    expected="the same family in both files",
                    repair="correct the family in one of the two files",
                )
            )
        elif draft.name in families:
            faults.append(
                SheetError(
                    f"not in the PED file, which has family '{draft.name}'",
                    where=draft.where(row.sample),
                    expected="a line for every sequenced member of the family",
                    repair=f"add a line for '{row.sample}' to the PED file, or correct the name",
                )
            )
    return faults


def _roles(draft: FamilyDraft) -> tuple[dict[str, Role], list[UserError]]:
    """Each sample's role, from the sheet or from the PED file seen from the proband."""
    named = [row.sample for row in draft.rows if row.role == "proband"]
    lines = [line for line in draft.pedigree if line.family == draft.name]
    index = draft.pedigree_row(named[0]) if named else choose_proband(lines)
    roles: dict[str, Role] = {}
    faults: list[UserError] = []
    for row in draft.rows:
        line = draft.pedigree_row(row.sample)
        from_pedigree = role_towards(line, index) if line is not None and index is not None else None
        if row.role is None:
            if from_pedigree is not None:
                roles[row.sample] = from_pedigree
            else:
                faults.append(_missing_role(draft, row.sample, line, index))
            continue
        roles[row.sample] = Role(row.role)
        told = line is not None and index is not None and not (row.role == "proband" and len(named) > 1)
        if told and _contradicts(Role(row.role), from_pedigree):
            assert line is not None
            relation = f"the {from_pedigree}" if from_pedigree else "no parent, brother or sister of the proband"
            faults.append(
                SheetError(
                    f"role '{row.role}', but in the PED file (line {line.line}) this is {relation}",
                    where=draft.where(row.sample, "role"),
                    expected="the same relation in both files",
                    repair="correct the role here, or the parents in the PED file",
                )
            )
    return roles, faults


def _contradicts(role: Role, from_pedigree: Role | None) -> bool:
    """Whether the PED file tells another role than the sheet; without parents it says nothing of siblings."""
    if from_pedigree is None:
        return role in (Role.FATHER, Role.MOTHER)
    return role is not from_pedigree


def _missing_role(draft: FamilyDraft, sample: str, line: PedigreeRow | None, index: PedigreeRow | None) -> SheetError:
    """The fault of a member whose place in the family nobody gives."""
    if line is None:
        found = "role is empty" + (" and the PED file has no line for this sample" if draft.pedigree else "")
    elif index is None:
        found = "role is empty, and the PED file leaves open who is the proband"
    else:
        found = (
            f"role is empty, and in the PED file (line {line.line}) '{sample}' is neither parent, brother "
            f"nor sister of '{index.sample}'"
        )
    return SheetError(
        found,
        where=draft.where(sample, "role"),
        expected="proband, father, mother or sibling",
        repair="fill the cell, or give the relation in the PED file",
    )


def _role_count_faults(draft: FamilyDraft, roles: dict[str, Role]) -> list[UserError]:
    """One proband; at most one father and one mother."""
    faults: list[UserError] = []
    where = f"{draft.path}, family {draft.name}"
    if Role.PROBAND not in roles.values() and draft.complete and len(roles) == len(draft.rows):
        faults.append(
            SheetError(
                f"no proband among {', '.join(roles)}",
                where=where,
                expected="one row with role proband",
                repair="give the role proband to the index case, or remove the family",
            )
        )
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        holders = [sample for sample, held in roles.items() if held is role]
        if len(holders) > 1:
            lines = ", ".join(f"{sample} (line {draft.lines[sample]})" for sample in holders)
            faults.append(
                SheetError(
                    f"{len(holders)} members with role {role}: {lines}",
                    where=where,
                    expected=f"one {role}",
                    repair="correct the roles; a second affected child is a sibling"
                    if role is Role.PROBAND
                    else "correct the roles, or the family of one of the rows",
                )
            )
    return faults


def _sex(draft: FamilyDraft, row: SampleRow, role: Role | None) -> tuple[Sex, list[UserError]]:
    """Declared sex: the sheet's, else the PED file's; a father is male and a mother female."""
    line = draft.pedigree_row(row.sample)
    told = [
        (Sex(row.sex) if row.sex else Sex.UNKNOWN, "here"),
        (line.sex if line else Sex.UNKNOWN, f"in the PED file (line {line.line})" if line else ""),
    ]
    known = [(sex, place) for sex, place in told if sex is not Sex.UNKNOWN]
    faults: list[UserError] = []
    if len(known) == 2 and known[0][0] is not known[1][0]:
        faults.append(
            SheetError(
                f"sex '{row.sex}', but {known[1][0]} {known[1][1]}",
                where=draft.where(row.sample, "sex"),
                expected="the same sex in both files",
                repair="correct the file that is wrong",
            )
        )
    needed = _PARENT_SEX.get(role) if role else None
    if needed is None:
        return (known[0][0] if known else Sex.UNKNOWN), faults
    wrong = [(sex, place) for sex, place in known if sex is not needed]
    if wrong and not faults:
        faults.append(
            SheetError(
                f"the {role} is declared {wrong[0][0]} {wrong[0][1]}",
                where=draft.where(row.sample, "sex"),
                expected=f"a {role} of sex {needed}",
                repair="correct the sex, or exchange father and mother",
            )
        )
    return needed, faults


def _affection(draft: FamilyDraft, row: SampleRow, role: Role | None) -> tuple[Affection, list[UserError]]:
    """Declared affection: the sheet's, else the PED file's; the proband is affected unless told unknown."""
    line = draft.pedigree_row(row.sample)
    from_pedigree = line.affection if line else Affection.UNKNOWN
    from_sheet = _AFFECTED[row.affected] if row.affected else Affection.UNKNOWN
    if Affection.UNKNOWN not in (from_sheet, from_pedigree) and from_sheet is not from_pedigree:
        assert line is not None
        fault = SheetError(
            f"affected '{row.affected}', but {from_pedigree} in the PED file (line {line.line})",
            where=draft.where(row.sample, "affected"),
            expected="the same in both files",
            repair="correct the file that is wrong",
        )
        return from_sheet, [fault]
    affection = from_sheet if from_sheet is not Affection.UNKNOWN else from_pedigree
    if role is not Role.PROBAND:
        return affection, []
    if affection is Affection.UNAFFECTED:
        fault = SheetError(
            "the proband is declared unaffected"
            + ("" if row.affected else f" in the PED file (line {line.line})" if line else ""),
            where=draft.where(row.sample, "affected"),
            expected="a proband who has the disorder under study",
            repair="correct 'affected', or give the role proband to the affected child",
        )
        return affection, [fault]
    if affection is Affection.UNKNOWN and row.affected is None:
        return Affection.AFFECTED, []
    return affection, []


def _one_value(draft: FamilyDraft, column: str) -> tuple[str, list[UserError]]:
    """A value that belongs to the family: given on any of its rows, the same wherever it is given."""
    given = {row.sample: str(getattr(row, column)) for row in draft.rows if getattr(row, column)}
    values = list(dict.fromkeys(given.values()))
    if len(values) < 2:
        return (values[0] if values else ""), []
    told = ", ".join(f"'{value}' for {sample} (line {draft.lines[sample]})" for sample, value in given.items())
    fault = SheetError(
        f"different values of {column}: {told}",
        where=f"{draft.path}, family {draft.name}",
        expected="one value for the family",
        repair="keep it on the proband's row and empty the other cells",
    )
    return "", [fault]


def _index_case_faults(draft: FamilyDraft, members: list[Member]) -> list[UserError]:
    """Faults that only show once the family stands: who is affected, and which column is whose."""
    faults: list[UserError] = []
    proband = next((member for member in members if member.role is Role.PROBAND), None)
    affected = [member for member in members if member.role is Role.SIBLING and member.affection is Affection.AFFECTED]
    if proband is not None and proband.affection is Affection.UNKNOWN and affected:
        faults.append(
            SheetError(
                f"'affected' of the proband is unknown while the sibling '{affected[0].sample}' is affected",
                where=draft.where(proband.sample, "affected"),
                expected="a proband who has the disorder under study",
                repair="correct 'affected', or give the role proband to the affected child",
            )
        )
    columns: dict[str, SampleRow] = {}
    for row in draft.rows:
        if not row.vcf:
            continue
        name = row.vcf_sample or row.sample
        first = columns.setdefault(name, row)
        if first is not row:
            same = first.vcf == row.vcf
            faults.append(
                SheetError(
                    f"column '{name}' of the stored calls is given to '{first.sample}' and to '{row.sample}'",
                    where=draft.where(row.sample, "vcf_sample"),
                    expected="a column name that belongs to one member of the family",
                    repair="correct vcf_sample"
                    if same
                    else f"rename the column: bcftools reheader -s names.txt -o renamed.vcf.gz {row.vcf}",
                )
            )
    return faults
