"""The same family written otherwise: does anything change but labels and the evidence that is stated?

METAMORPHIC_TRIOS random trios a relation, 1 unless told; `filiation validate --full` takes 200.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pysam
import pytest

from builders.annotated import TRIO, Site, prioritised
from builders.trio import CONTIGS, FIELDS, Call, Trio, scoring_model, trio, write_fasta, write_frequencies
from filiation.calls.frequencies import Source
from filiation.calls.normalise import normalise_calls
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.scoring.screen import screen_calls

EVIDENCE = (
    "INHERITANCE", "DE_NOVO_POSTERIOR", "DE_NOVO_LOG10_ODDS", "EVIDENCE_RUNG", "CARRIER_STATES", "WEAK_PROBAND",
    "POPULATION_AF", "POPULATION_SOURCE", "POPULATION_HOMOZYGOTES",
)  # fmt: skip
Rows = dict[str, dict[str, Any]]


@pytest.fixture
def seeds(record_property: Callable[[str, object], None]) -> range:
    """One number a random trio; how many is what `filiation validate` reads."""
    trios = int(os.environ.get("METAMORPHIC_TRIOS", "1"))
    record_property("relations", 1)
    record_property("trios", trios)
    return range(trios)


def random_calls(seed: int, *, contigs: Sequence[str] = ("1", "X", "Y", "MT"), sex: Sex = Sex.MALE) -> Trio:
    """A hundred records with every genotype and missingness, on every class of contig."""
    rng = random.Random(seed)
    first = {"1": 5000, "X": 50_000_000, "Y": 5_000_000, "MT": 300}
    calls = trio(sex=sex)
    for contig in contigs:
        for number in range(200 if contig == "1" else 60):
            members = []
            for _ in range(3):
                genotype = rng.choice(["0/0", "0/0", "0/1", "1/1", "0|1", "./.", "./1"])
                quality = rng.choice([99, 99, 60, 12])
                # Half a call has the reads of a heterozygote, so that no field contradicts another.
                reads = (15, 15) if genotype == "./1" else None
                members.append(Call(genotype, reads=reads, quality=None if genotype == "./." else quality))
            ref, alt = rng.choice([("A", "G"), ("A", "C"), ("AT", "A"), ("A", "ACC")])
            calls = calls.then(*members).at(contig, first[contig] + 7 * number, ref, alt)
            if contig == "X" and number % 10 == 0:
                # The pseudoautosomal region, where two copies are expected of everybody.
                calls = calls.at("X", 100_000 + number, ref, alt)
    return calls


def screened(calls: Path, family: Family, output: Path, sources: Sequence[Source] = ()) -> Rows:
    """Evidence of every survivor."""
    screen_calls(calls, family, scoring_model(), sources, output)
    with pysam.VariantFile(str(output)) as survivors:
        return {
            f"{r.chrom}-{r.pos}-{r.ref}-{r.alts[0]}": {name: r.info[name] for name in EVIDENCE if name in r.info}
            for r in survivors
        }


def plain(calls: Trio, folder: Path, name: str = "calls") -> Rows:
    """Written and screened."""
    return screened(calls.written(folder / f"{name}.bcf"), calls.family, folder / f"{name}.out.bcf")


def test_samples__in_another_order_change_nothing(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        calls = random_calls(1 + 100 * seed)
        wanted = plain(calls, tmp_path)
        given = calls.written(tmp_path / "given.vcf.gz")
        for order in ("MOTHER,CHILD,FATHER", "FATHER,MOTHER,CHILD"):
            permuted = tmp_path / f"{order}.bcf"
            subprocess.run(["bcftools", "view", "-s", order, "-Ob", "-o", permuted, given], check=True)
            assert screened(permuted, calls.family, tmp_path / "p.bcf") == wanted
        assert len(wanted) > 80


def test_sample__who_is_not_of_the_family_changes_nothing(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        calls = random_calls(2 + 100 * seed)
        rng = random.Random(3 + 100 * seed)
        # In front of the family and with alleles that nobody of it has.
        stranger = Member("STRANGER", Role.SIBLING, Sex.FEMALE, Affection.AFFECTED)
        more = Trio(
            (stranger, *calls.members),
            (),
            tuple(replace(r, calls=(Call(rng.choice(["0/1", "1/1", "./."])), *r.calls)) for r in calls.records),
        )
        assert screened(more.written(tmp_path / "m.bcf"), calls.family, tmp_path / "o.bcf") == plain(calls, tmp_path)


def test_contigs__with_and_without_chr_differ_in_their_names_alone(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        calls = random_calls(4 + 100 * seed)
        named = replace(
            calls,
            contigs={("chrM" if name == "MT" else f"chr{name}"): length for name, length in CONTIGS.items()},
            records=tuple(replace(r, chrom="chrM" if r.chrom == "MT" else f"chr{r.chrom}") for r in calls.records),
        )
        order = sorted(calls.records, key=lambda r: (list(CONTIGS).index(r.chrom), r.pos))
        known = [f"{r.chrom} {r.pos} . {r.ref} {r.alt} AF=0.0004;nhomalt=1" for r in order[::3]]
        source = [Source("gnomad", str(write_frequencies(tmp_path / "f.vcf.gz", known)))]
        wanted = screened(calls.written(tmp_path / "a.bcf"), calls.family, tmp_path / "a.out.bcf", source)
        found = screened(named.written(tmp_path / "b.bcf"), calls.family, tmp_path / "b.out.bcf", source)
        assert {key.removeprefix("chr").replace("M-", "MT-", 1): row for key, row in found.items()} == wanted
        assert {row["POPULATION_SOURCE"] for row in wanted.values()} == {"gnomad", "not_found"}


def test_alleles_of_one_place__joined_in_one_record_show_the_same_patterns(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        rng = random.Random(5 + 100 * seed)
        fields = ("GT", "AD", "DP", "GQ")
        calls = trio()
        for number in range(60):
            for alternate in rng.sample(["C", "G", "T"], 2):
                genotypes = [rng.choice(["0/0", "0/1"]) for _ in range(3)]
                calls = calls.then(*genotypes).at("1", 1000 + 5 * number, "A", alternate, fields=fields)
        split = calls.written(tmp_path / "split.vcf.gz")
        joined = tmp_path / "joined.vcf.gz"
        subprocess.run(["bcftools", "norm", "-m", "+any", "-Oz", "-o", joined, split], check=True, capture_output=True)
        with pysam.VariantFile(str(joined)) as records:
            assert {len(record.alts or ()) for record in records} == {2}
        wanted = screened(split, calls.family, tmp_path / "s.bcf")
        found = screened(joined, calls.family, tmp_path / "j.bcf")
        # A call of both alleles at once has no reads of the reference: only what is stated of reads may differ.
        assert {key: row["CARRIER_STATES"] for key, row in found.items()} == {
            key: row["CARRIER_STATES"] for key, row in wanted.items()
        }
        classes = [
            {key: {p.split(":")[0] for p in row["INHERITANCE"]} for key, row in rows.items()}
            for rows in (found, wanted)
        ]
        assert classes[0] == classes[1]
        assert len(wanted) > 20


def test_indels__written_elsewhere_in_their_repeat_are_one_after_normalise(tmp_path: Path) -> None:
    sequence = "ACGTTC" + "A" * 10 + "GCTAGCTTACG" + "CAG" * 8 + "TTGACGATCG" * 20
    genome = write_fasta(tmp_path / "g.fa", {"1": sequence})
    contigs = {"1": len(sequence)}
    found = []
    for pos, ref, alt, second, ref2, alt2 in (
        (6, "CA", "C", 27, "GCAG", "G"),
        (11, "AA", "A", 39, "GCAG", "G"),
        (15, "AA", "A", 45, "GCAG", "G"),
    ):
        calls = Trio(trio().members, (), contigs=contigs)
        calls = calls.then("0/1", "0/0", "0/1").at("1", pos, ref, alt)
        calls = calls.then("0/1", "0/0", "0/0").at("1", second, ref2, alt2)
        output = tmp_path / f"{pos}.bcf"
        normalise_calls(calls.family, [calls.written(tmp_path / f"{pos}.vcf.gz")], output, reference=genome)
        found.append(screened(output, calls.family, tmp_path / f"{pos}.out.bcf"))
    assert found[0] == found[1] == found[2]
    assert [key.split("-")[1] for key in found[0]] == ["6", "26"]


@pytest.mark.parametrize(
    "dropped, rung",
    [("PL", "AD"), ("GQ", "PL"), ("DP", "PL"), ("AD", "PL")],
)
def test_format__a_field_less_changes_the_evidence_that_is_stated_and_no_class(
    seeds: range, tmp_path: Path, dropped: str, rung: str
) -> None:
    compared = 0
    for seed in seeds:
        rng = random.Random(6 + 100 * seed)
        calls = trio()
        for number in range(150):
            genotypes = [rng.choice(["0/0", "0/0", "0/1", "1/1", "./."]) for _ in range(3)]
            calls = calls.then(*genotypes).at("1", 1000 + 9 * number, "A", "G")
        less = tuple(name for name in FIELDS if name != dropped)
        fewer = replace(calls, records=tuple(replace(record, fields=less) for record in calls.records))
        wanted, found = plain(calls, tmp_path), plain(fewer, tmp_path, "fewer")
        assert {key: row["INHERITANCE"] for key, row in found.items()} == {
            key: row["INHERITANCE"] for key, row in wanted.items()
        }
        assert {row["EVIDENCE_RUNG"][0] for row in found.values()} == {rung}
        compared += len(wanted)
    assert compared > 30 * len(seeds)


def test_format__fields_less_and_less_never_support_more(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        calls = random_calls(8 + 100 * seed, contigs=("1", "X"))
        fields = list(FIELDS)
        before: Rows | None = None
        for dropped in ("", "PL", "AD", "DP"):
            fields = [name for name in fields if name != dropped]
            fewer = replace(calls, records=tuple(replace(record, fields=tuple(fields)) for record in calls.records))
            now = plain(fewer, tmp_path, f"without{dropped}")
            if before is not None:
                for key, row in now.items():
                    supported = {item for item in row["INHERITANCE"] if item.endswith(":supported")}
                    known = (
                        {item for item in before[key]["INHERITANCE"] if item.endswith(":supported")}
                        if key in before
                        else None
                    )
                    assert known is None or supported <= known | {"parental_mosaic:supported"}, (key, dropped)
            before = now


def test_parents__exchanged_are_exchanged_in_the_evidence_and_nowhere_else(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        calls = random_calls(7 + 100 * seed, contigs=("1",))
        child, father, mother = calls.members
        exchanged = Family(
            "FAM",
            (child, replace(mother, role=Role.FATHER, sex=Sex.MALE), replace(father, role=Role.MOTHER, sex=Sex.FEMALE)),
        )
        given = calls.written(tmp_path / "g.bcf")
        wanted = screened(given, calls.family, tmp_path / "a.bcf")
        found = screened(given, exchanged, tmp_path / "b.bcf")
        for row in found.values():
            for name in ("CARRIER_STATES", "EVIDENCE_RUNG"):
                proband, one, other = row[name]
                row[name] = (proband, other, one)
        assert found == wanted
        assert len(wanted) > 50


def test_parents__exchanged_give_the_same_candidates_with_their_names_exchanged(tmp_path: Path) -> None:
    sites = [
        Site(100, ["0/1", "0/0", "0/0"], "NEW"),
        Site(200, ["0/1", "0/1", "0/0"], "PAIR"),
        Site(300, ["0/1", "0/0", "0/1"], "PAIR"),
        Site(400, ["1/1", "0/1", "0/1"], "HOM"),
        Site(500, ["1/1", "0/0", "0/1"], "LOSS"),
        Site(600, ["0/1", "./.", "0/0"], "OPEN"),
    ]
    mirrored = [replace(site, cells=[site.cells[0], site.cells[2], site.cells[1]]) for site in sites]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    kept, removed = prioritised(tmp_path / "a", sites, TRIO)
    other, other_removed = prioritised(tmp_path / "b", mirrored, TRIO)
    assert set(removed) == set(other_removed)

    def words(value: Any) -> Any:
        """A cell without the order of its parts: findings stand in the order father, mother."""
        return sorted(re.split(r"[ ;|,:]+", value)) if isinstance(value, str) else value

    def exchanged(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.replace("father", "\0").replace("mother", "father").replace("\0", "mother")

    for pos, row in kept.items():
        for name, value in row.items():
            twin = name.replace("father", "\0").replace("mother", "father").replace("\0", "mother")
            mirror = other[pos][twin]
            if name == "evidence_rung":
                mirror = ",".join([mirror.split(",")[0], *reversed(mirror.split(",")[1:])])
            assert words(exchanged(value)) == words(mirror), (pos, name)
