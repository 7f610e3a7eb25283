"""Do the roles of the sheet explain the relations and the sexes of all members, and if not, what does?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from filiation.model.pedigree import Family, Role, Sex
from filiation.quality.explanation import explanations, sex_words, told
from filiation.quality.kinship import PairEvidence, Relation, expected_relation, judge
from filiation.quality.thresholds import Thresholds
from filiation.quality.verdict import CheckRow, Verdict


def role_row(
    family: Family,
    evidence: Sequence[PairEvidence],
    relations: Mapping[frozenset[str], Relation],
    inferred_sex: Mapping[str, Sex],
    thresholds: Thresholds,
) -> CheckRow:
    """One row for the family; a contradiction is FAIL, and its meaning says what probably happened."""
    autosomes = max(pair.autosomes for pair in evidence)
    known = [relation for relation in relations.values() if relation is not Relation.UNKNOWN]
    expected = "relations and sexes as the sheet says"
    wrong = contradictions(family, relations, inferred_sex, autosomes, thresholds)
    if not wrong:
        if not known:
            verdict, words = Verdict.UNKNOWN, "no relation could be judged: too few sites, or too close together"
        else:
            verdict, words = Verdict.OK, "the roles of the sheet explain every relation and sex that could be judged"
            words += _open_question(family, inferred_sex)
        observed = f"{len(known)} of {len(relations)} pairs judged"
        return CheckRow("roles", family.name, observed, expected, verdict, words)
    found = explanations(family, evidence, relations, inferred_sex, thresholds.explanation)
    words = "; ".join(filter(None, (told(family, found), sex_words(found, inferred_sex))))
    if not words:
        words = "nothing that was tried explains it: " + "; ".join(wrong)
    observed = "the sheet is contradicted: " + "; ".join(wrong)
    words += _open_question(family, inferred_sex)
    return CheckRow("roles", family.name, observed, expected, Verdict.FAIL, words)


def contradictions(
    family: Family,
    relations: Mapping[frozenset[str], Relation],
    inferred_sex: Mapping[str, Sex],
    autosomes: int,
    thresholds: Thresholds,
) -> list[str]:
    """Each relation and sex that is not as the sheet says, in words."""
    parts = []
    for a, b in combinations(family.members, 2):
        expected = expected_relation(a.role, b.role)
        observed = relations[frozenset((a.sample, b.sample))]
        if judge(expected, observed, autosomes, thresholds.kinship) is not Verdict.FAIL:
            continue
        if observed is Relation.IDENTICAL:
            parts.append(f"{a.role} {a.sample} and {b.role} {b.sample} are the same person twice")
        elif expected is Relation.PARENT_CHILD:
            parent, child = (a, b) if a.role in (Role.FATHER, Role.MOTHER) else (b, a)
            parts.append(f"{parent.role} {parent.sample} is not a parent of {child.role} {child.sample}")
        else:
            parts.append(f"{a.role} {a.sample} and {b.role} {b.sample} look {observed}")
    for member in family.members:
        sex = inferred_sex.get(member.sample, Sex.UNKNOWN)
        if Sex.UNKNOWN not in (sex, member.sex) and sex is not member.sex:
            parts.append(f"{member.role} {member.sample} is {sex}, declared {member.sex}")
    return parts


def _open_question(family: Family, inferred_sex: Mapping[str, Sex]) -> str:
    """What autosomes cannot say: which parent is the father, when neither's sex chromosomes were read."""
    parents = [parent.sample for parent in (family.father, family.mother) if parent]
    if len(parents) == 2 and all(inferred_sex.get(sample, Sex.UNKNOWN) is Sex.UNKNOWN for sample in parents):
        return "; without sex chromosomes father and mother cannot be told apart"
    return ""
