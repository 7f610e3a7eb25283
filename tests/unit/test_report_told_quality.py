"""Is every sentence of the quality gate said in French, with its values, and no word of English left?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from builders.genomes import calls, simulate, trio
from filiation.config import RESOURCES
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.quality.assess import assess
from filiation.quality.callable import callable_rows, de_novo_row
from filiation.quality.contamination import Contamination, contamination_row
from filiation.quality.explanation import Explanation, sex_words
from filiation.quality.explanation import told as explained
from filiation.quality.homozygosity import homozygosity_row
from filiation.quality.kinship import PairEvidence, Relation, kinship_rows
from filiation.quality.measures import coverage_row, member_rows, mendelian_rows
from filiation.quality.other_programs import other_program_rows
from filiation.quality.persons import PEOPLE
from filiation.quality.roles import role_row
from filiation.quality.segment import Segment
from filiation.quality.sex import CoverageRow, SexEvidence, sex_row
from filiation.quality.tally import FamilyTally, MemberCounts
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds
from filiation.quality.uniparental import UniparentalResult, uniparental_row
from filiation.quality.verdict import CheckRow, Verdict
from filiation.report.catalogue import SourceText
from filiation.report.quality_view import brief
from filiation.report.told import observed, told

BY_KEY = {person.key: person for person in PEOPLE}
SIBLING = Member("sib", Role.SIBLING, Sex.MALE, Affection.UNAFFECTED)


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


def quartet() -> Family:
    return replace(trio(), members=(*trio().members, SIBLING))


def untold(rows: Iterable[CheckRow]) -> set[str]:
    """Texts of the rows that the French page would show in English."""
    found = set()
    for row in rows:
        words = [(told, row.meaning), (observed, row.observed), (observed, row.expected)]
        words += [(brief, row.observed), (brief, row.expected)]
        found |= {text for say, text in words if text and isinstance(say(text), SourceText)}
    return found


def test_every_explanation_of_exchanged_samples_is_said_in_french() -> None:
    """Each member's sample is each person's, alone and together with each other member's."""
    family = quartet()
    right = [BY_KEY[str(member.role)] if member.role is not Role.SIBLING else BY_KEY["brother"] for member in
             family.members]  # fmt: skip
    sentences = set()
    for first, second in product(range(4), repeat=2):
        for a, b in product(PEOPLE, repeat=2):
            people = list(right)
            people[first], people[second] = a, b
            sentences.add(explained(family, [Explanation(tuple(people), (), 0.0)]))
            # The same with a second explanation of equal cost.
            other = [*people[:second], BY_KEY["stranger"], *people[second + 1 :]]
            both = [Explanation(tuple(people), (), 0.0), Explanation(tuple(other), (), 0.0)]
            sentences.add(explained(family, both))
    circle = [BY_KEY["mother"], BY_KEY["proband"], BY_KEY["father"], BY_KEY["brother"]]
    sentences.add(explained(family, [Explanation(tuple(circle), (), 0.0)]))
    sentences.discard("")
    assert len(sentences) > 500
    assert sorted(text for text in sentences if isinstance(told(text), SourceText))[:10] == []


def test_an_explanation_names_member_sample_and_person_in_french() -> None:
    words = told(
        "the sample labelled mother (C) is the child's, so A was read twice, and the sample labelled father (B) is an "
        "uncle, brother of the father; the sex of proband A is declared male, the data are female"
    )
    assert words.fr.startswith(
        "l’échantillon étiqueté «\u202fmère\u202f» (C) est celui de l’enfant, donc A a été séquencé deux fois, et"
    )
    assert "est celui d’un oncle paternel\u202f; sexe masculin déclaré pour le cas index A" in words.fr
    assert "uncle" not in words.fr
    assert words.en.startswith("the sample labelled mother (C) is the child's")


@pytest.mark.parametrize("sample", ["is", "and", "the mother's", "or", "declared"])
def test_a_sample_with_a_word_of_our_sentences_as_its_name_stays_as_it_is(sample: str) -> None:
    words = told(f"the sample labelled mother ({sample}) is somebody of another family")
    assert f"({sample})" in words.fr


def relations_of(family: Family, relation: Relation) -> dict[frozenset[str], Relation]:
    names = family.samples
    return {frozenset((a, b)): relation for a in names for b in names if a != b}


def pairs_of(family: Family, windows: int, left_out: str, opposite: int) -> list[PairEvidence]:
    members = family.members
    return [
        PairEvidence(a, b, 5000, 1000, opposite, 3, windows, 22, 0.49, 0.01, left_out)
        for number, a in enumerate(members)
        for b in members[number + 1 :]
    ]


@pytest.mark.parametrize("relation", list(Relation))
def test_kinship_and_roles_are_said_in_french(relation: Relation, thresholds: Thresholds) -> None:
    family = quartet()
    rows = []
    for sexes in ({}, {"child": Sex.FEMALE, "father": Sex.FEMALE, "mother": Sex.MALE}):
        for windows, left_out in ((200, ""), (4, "chr9")):
            pairs = pairs_of(family, windows, left_out, 1 if windows > 100 else 0)
            relations = relations_of(family, relation)
            rows += kinship_rows(pairs, relations, thresholds.kinship)
            rows.append(role_row(family, pairs, relations, sexes, thresholds))
    assert untold(rows) == set()
    wrong = [Explanation(tuple(PEOPLE[:4]), family.members, 0.0)]
    assert not isinstance(told(sex_words(wrong, dict.fromkeys(family.samples, Sex.FEMALE))), SourceText)


def test_sex_is_said_in_french(thresholds: Thresholds) -> None:
    rows = []
    text = "X heterozygous 3, homozygous or hemizygous 100; X depth 0.51 of autosomes (coverage table); Y depth 0.50"
    for genotype, depth, y in product((None, 1, 2), (None, 1, 2), (None, True, False)):
        for sex in Sex:
            member = replace(trio().proband, sex=sex)
            rows.append(
                sex_row(member, SexEvidence(genotype, depth, y, f"{text}; Y alternate calls 0"), thresholds.sex)
            )
    assert untold(rows) == set()


def members_counts() -> list[MemberCounts]:
    """Nothing, few, plenty and right, plenty and wrong to either side."""
    made = [MemberCounts(), MemberCounts(records=50, called=10, heterozygous=5, homozygous_alternate=5)]
    for het, alt, ti, tv, balanced, unbalanced in (
        (60_000, 40_000, 67_000, 33_000, 60_000, 100), (90_000, 10_000, 90_000, 10_000, 100, 60_000),
        (10_000, 90_000, 40_000, 60_000, 60_000, 0),
    ):  # fmt: skip
        counts = MemberCounts(100_000, 99_900, 0, 0, 0, het, alt, ti, tv, balanced, unbalanced)
        made += [counts, replace(counts, called=50_000)]
    for depth in (8, 40):
        counts = MemberCounts()
        counts.depth_sites[0], counts.depth_sum[0] = 100_000, 100_000 * depth
        made.append(counts)
    return made


def test_depth_and_calls_are_said_in_french(thresholds: Thresholds) -> None:
    family, rows = trio(), []
    for counts in members_counts():
        tally = FamilyTally(family, thresholds)
        tally.members = [counts] * 3
        rows += member_rows(family, tally, [], thresholds)
    for values in product((10.0, 40.0), (0.5, 0.99), (0.4, 0.99)):
        coverage = [CoverageRow("child", "total", 2_900_000_000, *values)]
        rows.append(coverage_row(family.proband, MemberCounts(), coverage, thresholds.coverage))
    assert {row.verdict for row in rows} == {Verdict.OK, Verdict.WARN, Verdict.UNKNOWN}
    assert untold(rows) == set()


@pytest.mark.parametrize("with_parents", [("father", "mother"), ("father",), ("mother",)])
def test_mendelian_errors_are_said_in_french(with_parents: Sequence[str], thresholds: Thresholds) -> None:
    family = trio()
    family = replace(family, members=tuple(m for m in family.members if m.role in (Role.PROBAND, *with_parents)))
    rows = []
    for evaluated, violations in ((0, 0), (10, 1), (100_000, 10), (100_000, 2_000), (100_000, 50_000)):
        tally = FamilyTally(family, thresholds)
        for key in tally.mendelian:
            tally.mendelian[key] = [evaluated, violations]
        rows += mendelian_rows(family, tally, thresholds.mendelian)
    assert {row.verdict for row in rows} == set(Verdict)
    assert untold(rows) == set()


def test_contamination_is_said_in_french(thresholds: Thresholds) -> None:
    limits = thresholds.contamination
    rows = [contamination_row(member, None, limits) for member in trio().members]
    for fraction, support, source in product(
        (0.0001, 0.012, 0.2), (0.0, 1e6), ("", "outside the family", "father", "father-2")
    ):
        found = Contamination(fraction, fraction / 2, fraction * 2, 0.001, 12345, support, source)
        rows += [contamination_row(member, found, limits) for member in trio().members]
    assert {row.verdict for row in rows} == set(Verdict)
    assert untold(rows) == set()


def test_the_callable_genome_and_new_mutations_are_said_in_french(thresholds: Thresholds) -> None:
    family, limits = trio(), thresholds.de_novo
    tally = FamilyTally(family, thresholds)
    rows = callable_rows(family, tally, [], thresholds)
    for share in (0.5, 0.99):
        totals = [CoverageRow(name, "total", 2_900_000_000, 30.0, share, share) for name in family.samples]
        rows += callable_rows(family, tally, totals, thresholds)
    for judged in (10, 99):
        tally.sites, tally.sites_judged = 100, judged
        rows += callable_rows(family, tally, [], thresholds)
    for count, source in product((0, 70, 4000), ("coverage tables", "windows with variant sites")):
        rows.append(de_novo_row("child", count, 2.7e9, source, limits))
    assert untold(rows) == set()


def segment(kind: str, depth: float, heterozygosity: float, chrom: str = "chr15") -> Segment:
    return Segment("child", kind, chrom, 1, 90_000_000, 900, 60.0, depth, heterozygosity)


def test_segments_are_said_in_french(thresholds: Thresholds) -> None:
    child, rows = trio().proband, []
    for kind, depth, heterozygosity in product(("upd_maternal", "upd_paternal"), (0.5, 1.0, math.nan), (0.0, 0.9)):
        segments = [segment(kind, depth, heterozygosity), segment(kind, 1.0, 0.9, "chr21")]
        rows.append(uniparental_row(child, UniparentalResult(segments, 10, 10), thresholds.uniparental)[0])
    rows += [uniparental_row(child, UniparentalResult([], n, 0), thresholds.uniparental)[0] for n in (0, 10_000)]
    for runs in ([], [segment("roh", 1.0, 0)], [segment("roh", 0.5, 0), segment("roh", 0.5, 0, "chr3")]):
        for span in (1_000, 2_800_000_000):
            rows.append(homozygosity_row(child, runs, span, 100, thresholds.homozygosity, 0.7))
    assert untold(rows) == set()


def test_tables_of_other_programs_are_said_in_french(tmp_path: Path, thresholds: Thresholds) -> None:
    pairs = [(0.5, 0, 900), (0.99, 0, 900), (0.0, 200, 900), (0.25, 80, 900)]
    files = []
    for number, (relatedness, ibs0, ibs2) in enumerate(pairs):
        for sites in (10, 20_000):
            somalier, peddy = tmp_path / f"{number}.{sites}.tsv", tmp_path / f"{number}.{sites}.csv"
            somalier.write_text(
                "#sample_a\tsample_b\trelatedness\tibs0\tibs2\thom_concordance\thets_a\thets_b\tn\n"
                f"child\tfather\t{relatedness}\t{ibs0}\t{ibs2}\t1\t1\t1\t{sites}\n"
            )
            peddy.write_text(
                "sample_a,sample_b,n,rel,pedigree_relatedness,rel_difference,ibs0,ibs2,shared_hets\n"
                f"father,mother,{sites},{relatedness},0,0,{ibs0},{ibs2},1\n"
            )
            files += [somalier, peddy]
    rows = other_program_rows(trio(), files, thresholds.other_program)
    assert len(rows) == len(files)
    assert untold(rows) == set()


def test_a_whole_assessment_has_no_english_left_on_the_french_page(thresholds: Thresholds) -> None:
    """Everything that the checks write of a simulated family; also what no test above thought of."""
    genomes = simulate(31)
    for swap in (False, True):
        people = dict(genomes.people)
        if swap:
            people["mother"], people["father"] = people["father"], people["mother"]
        tally = FamilyTally(trio(), thresholds)
        tally.add(calls(replace(genomes, people=people), trio().samples, error_rate=0.02))
        assert untold(assess(trio(), tally, [], thresholds)[0]) == set()
