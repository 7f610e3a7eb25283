"""Does the screen keep what could explain the disorder, whatever the caller's way of writing, and count the rest?"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.trio import Call, Trio, call, patterns_by_site, scoring_model, trio, write_frequencies
from filiation.calls.frequencies import Source
from filiation.errors import InputError
from filiation.io.files import sha256
from filiation.model.inheritance import Inheritance
from filiation.model.pedigree import Affection, Role, Sex
from filiation.scoring.screen import REASONS, reason_meanings, screen_calls
from filiation.scoring.trio import DOMINANT_PATTERNS, PATTERN_CLASSES, inheritance_text, parse_inheritance

X_ONLY = 50_000_000
PSEUDOAUTOSOMAL = 1_000_000

Screened = dict[str, dict[str, str]]


def screened(family: Trio, folder: Path, sources: tuple[Source, ...] = ()) -> Screened:
    """`chrom-pos-ref-alt` → {class: status} of what the screen keeps."""
    path, result = family.screened(folder, sources)
    counts = result.counts
    assert counts["records_in"] == counts["records_out"] + sum(counts[reason] for reason in REASONS)
    found = patterns_by_site(path)
    assert len(found) == counts["records_out"]
    return found


def at_sites(
    families: list[tuple[str | Call, ...]], folder: Path, start: Trio | None = None, chrom: str = "1", first: int = 1000
) -> list[dict[str, str]]:
    """Patterns of each set of genotypes, one site each; {} for what is removed."""
    calls = start or trio()
    for number, genotypes in enumerate(families):
        calls = calls.then(*genotypes).at(chrom, first + number, "A", "G")
    found = screened(calls, folder)
    return [found.get(f"{chrom}-{first + number}-A-G", {}) for number in range(len(families))]


def info(path: Path, name: str) -> list[object]:
    """An INFO field of every record."""
    with pysam.VariantFile(str(path)) as calls:
        return [record.info.get(name) for record in calls]


NO_EVIDENCE = [
    call("./."),
    call("0/0", reads=(0, 0), depth=0, quality=0, phred=(0, 0, 0)),
    call("0/0", reads=(0, 0), depth=0, missing=("PL", "GQ")),
    call("0/0", quality=0, phred=(0, 0, 0)),
    call("0/0", missing=("AD", "DP", "GQ", "PL")),
    call("0/0", reads=(3, 0), phred=(0, 9, 90), quality=9),
]


@pytest.mark.parametrize("parent", ["father", "mother"])
def test_missing_is_not_reference__a_parent_without_evidence_never_makes_de_novo(tmp_path: Path, parent: str) -> None:
    families = [("0/1", unknown, "0/0") if parent == "father" else ("0/1", "0/0", unknown) for unknown in NO_EVIDENCE]
    calls = trio()
    for number, genotypes in enumerate(families):
        calls = calls.then(*genotypes).at("1", 1000 + number, "A", "G")
    path, _ = calls.screened(tmp_path)
    found = list(patterns_by_site(path).values())
    assert found == [{"compound_heterozygous": "possible", "dominant_unknown_origin": "possible"}] * len(NO_EVIDENCE)
    posteriors = info(path, "DE_NOVO_POSTERIOR")
    assert max(posteriors[:4]) < 0.01, "a parent who says nothing leaves the posterior to the prior"


def test_de_novo__the_log10_odds_stand_beside_the_posterior_and_say_the_same(tmp_path: Path) -> None:
    calls = trio("0/1", "0/0", "0/0").at("1", 100, "A", "G").then("0/1", "0/1", "0/0").at("1", 200, "A", "G")
    path, _ = calls.screened(tmp_path)
    posteriors, odds = info(path, "DE_NOVO_POSTERIOR"), info(path, "DE_NOVO_LOG10_ODDS")
    assert len(posteriors) == len(odds) > 0
    assert [1 / (1 + 10**-value) for value in odds] == pytest.approx(posteriors, rel=1e-4)
    assert odds[0] > 0


def test_missing_is_not_reference__an_unsequenced_parent_is_unknown(tmp_path: Path) -> None:
    calls = trio("0/1", "0/0", "0/0").at("1", 100, "A", "G").without(Role.FATHER)
    assert screened(calls, tmp_path)["1-100-A-G"] == {
        "compound_heterozygous": "possible",
        "dominant_unknown_origin": "possible",
    }


def test_de_novo__both_parents_with_reads_and_without_the_allele(tmp_path: Path) -> None:
    assert (
        at_sites([("0/1", "0/0", "0/0"), ("0|1", "0|0", "0|0")], tmp_path)
        == [{"de_novo": "supported", "compound_heterozygous": "possible"}] * 2
    )


def test_de_novo__a_half_call_whose_reads_all_carry_it_stays_possible(tmp_path: Path) -> None:
    assert at_sites([("./1", "0/0", "0/0")], tmp_path) == [{"de_novo": "possible", "compound_heterozygous": "possible"}]


@pytest.mark.parametrize("sites", ["de novo", "inherited", "mother unknown"])
def test_a_boys_x__gives_one_class_called_0_1_or_1_1_or_1(tmp_path: Path, sites: str) -> None:
    mother, expected = {
        "de novo": ("0/0", {"de_novo": "supported"}),
        "inherited": ("0/1", {"x_linked": "supported"}),
        "mother unknown": ("./.", {"x_linked": "possible"}),
    }[sites]
    ways = product(("0/1", "1/1", "1"), ("0/0", "0", "./."))
    families = [(child, father, mother) for child, father in ways]
    assert at_sites(families, tmp_path, chrom="X", first=X_ONLY) == [expected] * 9


def test_a_boys_x__with_a_healthy_father_who_has_it_is_excluded(tmp_path: Path) -> None:
    families = [(child, father, "0/1") for child, father in product(("0/1", "1/1", "1"), ("0/1", "1/1", "1"))]
    assert at_sites(families, tmp_path, chrom="X", first=X_ONLY) == [{}] * 9


def test_a_girls_x__from_each_parent_new_and_homozygous(tmp_path: Path) -> None:
    girl = trio(sex=Sex.FEMALE)
    families: list[tuple[str | Call, ...]] = [
        ("0/1", "0", "0/0"),
        ("0/1", "0/0", "0/0"),
        ("0/1", "0", "0/1"),
        ("0/1", "1", "0/0"),
        ("0/1", "0/1", "0/0"),
        ("1/1", "0", "0/1"),
        ("1/1", "1", "0/1"),
    ]
    new = {"de_novo": "supported", "compound_heterozygous": "possible"}
    carrier_mother = {"x_linked": "possible", "compound_heterozygous": "possible"}
    assert at_sites(families, tmp_path, girl, "X", X_ONLY) == [
        new,
        new,
        carrier_mother,
        {},
        {},
        {"x_linked": "possible"},
        {},
    ]
    ill_father = girl.affected(Role.FATHER)
    assert at_sites([("1/1", "1", "0/1")], tmp_path, ill_father, "X", X_ONLY) == [{"x_linked": "supported"}]


def test_pseudoautosomal__positions_of_x_and_y_are_autosomes(tmp_path: Path) -> None:
    families: list[tuple[str | Call, ...]] = [("0/1", "0/0", "0/0"), ("1/1", "0/1", "0/1"), ("0/1", "0/1", "0/0")]
    expected: list[dict[str, str]] = [
        {"de_novo": "supported", "compound_heterozygous": "possible"},
        {"autosomal_recessive": "supported"},
        {"compound_heterozygous": "possible"},
    ]
    for chrom in ("X", "Y"):
        assert at_sites(families, tmp_path, chrom=chrom, first=PSEUDOAUTOSOMAL) == expected


def test_y_comes_from_the_father_and_mitochondria_from_the_mother(tmp_path: Path) -> None:
    y = at_sites([("1", "0", "./."), ("1", "./.", "./."), ("1", "1", "./.")], tmp_path, chrom="Y", first=X_ONLY // 5)
    assert y == [{"de_novo": "supported"}, {"y_linked": "possible"}, {}]
    mitochondrial = at_sites([("1", "1", "0"), ("1", "0", "1"), ("1/1", "0/0", "./.")], tmp_path, chrom="MT")
    assert mitochondrial == [{"de_novo": "supported"}, {"mitochondrial": "supported"}, {"mitochondrial": "possible"}]
    girl = at_sites([("1/1", "0", "./.")], tmp_path, trio(sex=Sex.FEMALE), "Y", X_ONLY // 5)
    assert girl == [{}], "calls on the Y of a girl are misplaced reads"


def test_recessive__two_carriers_and_a_healthy_homozygote_excludes(tmp_path: Path) -> None:
    families = [("1/1", "0/1", "0/1"), ("1/1", "1/1", "0/1"), ("0/1", "1/1", "0/0"), ("1/1", "0/1", "./.")]
    assert at_sites(families, tmp_path) == [
        {"autosomal_recessive": "supported"},
        {},
        {},
        {"autosomal_recessive": "possible"},
    ]


def test_dominant__from_an_affected_parent(tmp_path: Path) -> None:
    calls = trio().affected(Role.MOTHER)
    assert at_sites([("0/1", "0/0", "0/1"), ("0/1", "0/1", "0/0"), ("0/1", "./.", "0/1")], tmp_path, calls) == [
        {"dominant_inherited": "supported", "compound_heterozygous": "possible"},
        {"compound_heterozygous": "possible"},
        {"dominant_inherited": "possible", "compound_heterozygous": "possible"},
    ]


def test_siblings__a_healthy_one_with_the_same_genotype_excludes(tmp_path: Path) -> None:
    calls = trio().with_sibling("SISTER", Sex.FEMALE, Affection.UNAFFECTED)
    families = [("1/1", "0/1", "0/1", "1/1"), ("1/1", "0/1", "0/1", "0/1"), ("1/1", "0/1", "0/1", "./.")]
    recessive = {"autosomal_recessive": "supported"}
    assert at_sites(families, tmp_path, calls) == [{}, recessive, recessive]


def test_parental_reads__error_mosaic_and_heterozygote(tmp_path: Path) -> None:
    fathers = [
        call("0/0", reads=(40, 0)),
        call("0/0", reads=(39, 1)),
        call("0/0", reads=(36, 4), phred=(0, 40, 900)),
        call("0/1", reads=(36, 4), phred=(20, 0, 900)),
        call("0/1", reads=(20, 20)),
    ]
    found = at_sites([("0/1", father, "0/0") for father in fathers], tmp_path)
    de_novo = {"de_novo": "supported", "compound_heterozygous": "possible"}
    mosaic = {"parental_mosaic": "supported", "compound_heterozygous": "possible"}
    assert found == [de_novo, de_novo, mosaic, mosaic, {"compound_heterozygous": "possible"}]


def test_half_of_a_pair__is_never_lost_for_a_parent_without_data(tmp_path: Path) -> None:
    families = [("0/1", father, mother) for father, mother in product(("0/1", "0/0", "./.", "./1"), repeat=2)]
    found = at_sites(families, tmp_path)
    assert all(patterns.get("compound_heterozygous") == "possible" for patterns in found)


def test_two_alternates_of_one_child_are_both_kept_as_halves_of_a_pair(tmp_path: Path) -> None:
    found = screened(trio("1/2", "0/1", "0/2").at("1", 100, "A", "G,T"), tmp_path)
    assert set(found) == {"1-100-A-G", "1-100-A-T"}
    assert all("compound_heterozygous" in patterns for patterns in found.values())


def test_ladder__the_rung_of_every_member_is_reported(tmp_path: Path) -> None:
    calls = trio()
    ladder = (("GT", "AD", "DP", "GQ", "PL"), ("GT", "AD", "DP", "GQ", "GL"), ("GT", "AD", "DP"), ("GT", "GQ"), ("GT",))
    for number, fields in enumerate(ladder):
        calls = calls.at("1", 100 + number, "A", "G", fields=fields)
    calls = calls.then("0/1", "./.", call("0/0", missing=("PL",))).at("1", 200, "A", "G")
    path, _ = calls.screened(tmp_path)
    assert info(path, "EVIDENCE_RUNG") == [
        ("PL", "PL", "PL"),
        ("GL", "GL", "GL"),
        ("AD", "AD", "AD"),
        ("GQ", "GQ", "GQ"),
        ("none", "none", "none"),
        ("PL", "none", "AD"),
    ]
    found = list(patterns_by_site(path).values())
    assert [patterns.get("de_novo") for patterns in found] == ["supported"] * 4 + [None, None]
    assert "dominant_unknown_origin" in found[4], "genotypes alone are no evidence of absence"


def test_index_case__each_reason_of_removal_is_counted_once(tmp_path: Path) -> None:
    families: list[tuple[str | Call, ...]] = [
        ("./.", "0/1", "0/0"),
        ("0/0", "0/1", "0/0"),
        (call("0/1", reads=(20, 2)), "0/0", "0/0"),
        (call("0/1", quality=4), "0/0", "0/0"),
        ("1/1", "1/1", "0/1"),
        ("0/1", "0/0", "0/0"),
    ]
    calls = trio()
    for number, genotypes in enumerate(families):
        calls = calls.then(*genotypes).at("1", 100 + number, "A", "G")
    _, result = calls.screened(tmp_path)
    assert result.counts == {
        "records_in": 6,
        "proband_without_data": 1,
        "proband_without_allele": 1,
        "proband_few_alternate_reads": 1,
        "proband_low_genotype_quality": 1,
        "spanning_deletion_allele": 0,
        "symbolic_allele_not_analysed": 0,
        "frequent_in_population": 0,
        "too_frequent_for_pattern": 0,
        "no_inheritance_pattern": 1,
        "records_out": 1,
    }
    assert set(result.counts) == set(reason_meanings(scoring_model())), "every reason is explained"


def test_index_case__low_quality_or_balance_makes_nothing_supported(tmp_path: Path) -> None:
    weak = [call("0/1", quality=12), call("0/1", reads=(28, 5)), call("0/1", reads=(15, 15), quality=20)]
    calls = trio()
    for number, child in enumerate(weak):
        calls = calls.then(child, "0/0", "0/0").at("1", 100 + number, "A", "G")
    path, _ = calls.screened(tmp_path)
    assert info(path, "WEAK_PROBAND") == [True, True, False]
    assert [patterns["de_novo"] for patterns in patterns_by_site(path).values()] == [
        "possible",
        "possible",
        "supported",
    ]


def test_frequency__common_variants_are_removed_by_pattern_and_missing_is_never_zero(tmp_path: Path) -> None:
    population = write_frequencies(
        tmp_path / "f.vcf.gz",
        [
            "1 100 . A G AF=0.02;nhomalt=0",
            "1 101 . A G AF=0.005;nhomalt=0",
            "1 102 . A G AF=0.0005;nhomalt=11",
            "1 103 . A G AF=nan;nhomalt=.",
            "1 104 . A G AF=0.00001;nhomalt=0",
            "1 106 . A G AF=0.005;nhomalt=11",
        ],
    )
    calls = trio()
    for pos in (100, 101, 102, 103, 104, 105, 106):
        calls = calls.at("1", pos, "A", "G")
    path, result = calls.screened(tmp_path, [Source("gnomad", str(population))])
    assert patterns_by_site(path) == {
        "1-101-A-G": {"compound_heterozygous": "possible"},
        "1-102-A-G": {"de_novo": "supported"},
        "1-103-A-G": {"de_novo": "supported", "compound_heterozygous": "possible"},
        "1-104-A-G": {"de_novo": "supported", "compound_heterozygous": "possible"},
        "1-105-A-G": {"de_novo": "supported", "compound_heterozygous": "possible"},
    }
    assert result.counts["frequent_in_population"] == 1
    assert result.counts["too_frequent_for_pattern"] == 1
    assert info(path, "POPULATION_SOURCE") == ["gnomad", "gnomad", "no_frequency", "gnomad", "not_found"]
    assert info(path, "POPULATION_AF")[2] is None


def test_frequency__not_found_and_not_annotated_are_different(tmp_path: Path) -> None:
    calls = trio().at("1", 100, "A", "G")
    assert info(calls.screened(tmp_path)[0], "POPULATION_SOURCE") == ["not_annotated"]
    other = write_frequencies(tmp_path / "f.vcf.gz", ["1 7 . A G AF=0.5;nhomalt=1"])
    assert info(calls.screened(tmp_path, [Source("g", str(other))])[0], "POPULATION_SOURCE") == ["not_found"]


def test_output__keeps_the_record_as_it_was_and_the_evidence_of_all_members(tmp_path: Path) -> None:
    calls = trio("0/0", "0/1", "0/0").at("1", 50, "A", "G").then("0/1", "0/0", "./.").at("1", 100, "A", "G")
    path, _ = calls.screened(tmp_path)
    with pysam.VariantFile(str(path)) as kept:
        (record,) = kept
    assert record.pos == 100
    assert record.samples["CHILD"]["AD"] == (15, 15)
    assert record.info["CARRIER_STATES"] == (2, 0, -1)
    assert Path(f"{path}.csi").is_file()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1), st.sampled_from([Sex.MALE, Sex.FEMALE, Sex.UNKNOWN]))
def test_funnel__balances_and_survivors_are_those_with_a_pattern_on_random_families(
    tmp_path: Path, seed: int, sex: Sex
) -> None:
    generator = np.random.default_rng(seed)
    words = ["0/0", "0/1", "1/1", "./.", "./1", "0|1", "1", "0", "."]
    calls = trio(sex=sex)
    for number in range(40):
        members = [
            call(
                str(generator.choice(words)),
                reads=tuple(int(n) for n in generator.integers(0, 25, 2)),
                quality=int(generator.integers(0, 60)),
                missing=tuple(name for name in ("AD", "DP", "GQ", "PL") if generator.random() < 0.15),
            )
            for _ in range(3)
        ]
        chrom = str(generator.choice(["1", "X", "Y", "MT"]))
        calls = calls.then(*members).at(chrom, 3_000_000 + number if chrom != "MT" else 100 + number, "A", "G")
    found = screened(calls, tmp_path)
    assert all(found.values())
    for key, patterns in found.items():
        assert sex is not Sex.FEMALE or not key.startswith("Y"), "nothing on the Y of a girl"
        if patterns.get("de_novo") == "supported":
            assert sex is not Sex.UNKNOWN or key[0] not in "XY"


def test_output__is_the_same_bytes_twice(tmp_path: Path) -> None:
    calls = trio()
    for pos in range(100, 200):
        calls = calls.then("0/1", ("0/0", "0/1", "./.")[pos % 3], "0/0").at("1", pos, "A", "G")
    normalised, _ = calls.normalised(tmp_path)
    sums = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        output = tmp_path / name / "screened.bcf"
        screen_calls(normalised, calls.family, scoring_model(), [], output)
        sums.add(sha256(output))
    assert len(sums) == 1


def test_input__cut_short_or_without_a_member_stops_and_writes_nothing(tmp_path: Path) -> None:
    calls = trio()
    for pos in range(100, 400):
        calls = calls.at("1", pos, "A", "G")
    normalised, _ = calls.normalised(tmp_path)
    output = tmp_path / "screened.bcf"
    whole = normalised.read_bytes()
    normalised.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError):
        screen_calls(normalised, calls.family, scoring_model(), [], output)
    assert not output.exists()
    normalised.write_bytes(whole)
    other = trio().with_sibling("SISTER", Sex.FEMALE, Affection.UNKNOWN)
    with pytest.raises(InputError, match="SISTER"):
        screen_calls(normalised, other.family, scoring_model(), [], output)
    assert sorted(path.name for path in tmp_path.glob("*screened*")) == []


def test_text__of_patterns_comes_back() -> None:
    row = np.array([2, 0, 0, 1, 0, 0, 0, 0, 0], dtype=np.int8)
    text = inheritance_text(row)
    assert text == "de_novo:supported,compound_heterozygous:possible"
    assert parse_inheritance(text) == {
        Inheritance.DE_NOVO: "supported",
        Inheritance.COMPOUND_HETEROZYGOUS: "possible",
    }
    assert parse_inheritance(inheritance_text(np.zeros(9, dtype=np.int8))) == {}


def test_dominant_patterns__are_those_of_one_copy() -> None:
    recessive = {Inheritance.AUTOSOMAL_RECESSIVE, Inheritance.COMPOUND_HETEROZYGOUS, Inheritance.X_LINKED}
    assert {PATTERN_CLASSES[column] for column in DOMINANT_PATTERNS} == set(Inheritance) - recessive
