"""Calls as a caller wrote them, several alleles in a record: does the screen say what it says of normalised calls?"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pysam
import pytest

from builders.trio import Call, Trio, call, scoring_model, trio, write_frequencies
from filiation.calls.frequencies import Source
from filiation.config import REPOSITORY
from filiation.errors import InputError
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.scoring.excluded import read_excluded
from filiation.scoring.screen import REASONS, ScreenResult, screen_calls

CEPH = (
    ("son", Role.PROBAND, Sex.MALE, Affection.AFFECTED),
    ("father", Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
    ("mother", Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
)
STORED = REPOSITORY.parent / "shared" / "data" / "vcf"
NOT_WRITTEN_IN_BASES = ("spanning_deletion_allele", "symbolic_allele_not_analysed")


def evidence(path: Path) -> dict[str, dict[str, Any]]:
    """`chrom-pos-ref-alt` → genotypes and every INFO field that the screen wrote."""
    with pysam.VariantFile(str(path)) as calls:
        return {
            f"{r.chrom}-{r.pos}-{r.ref}-{r.alts[0]}": {
                "calls": [(s["GT"], s.get("AD"), s.get("PL"), s.phased) for s in r.samples.values()],
                **{name: r.info[name] for name in r.info if name.isupper() and name in SCREENED},
            }
            for r in calls
        }


SCREENED = {
    "INHERITANCE", "DE_NOVO_POSTERIOR", "DE_NOVO_LOG10_ODDS", "EVIDENCE_RUNG", "CARRIER_STATES", "WEAK_PROBAND",
    "POPULATION_AF", "POPULATION_SOURCE", "POPULATION_HOMOZYGOTES",
}  # fmt: skip


def screened(calls: Trio, given: Path, output: Path, **options: Any) -> tuple[dict[str, dict[str, Any]], ScreenResult]:
    """Evidence of the survivors, and the counts."""
    sources = options.pop("sources", [])
    result = screen_calls(given, calls.family, scoring_model(), sources, output, **options)
    assert result.counts["records_in"] == sum(result.counts.values()) - result.counts["records_in"]
    return evidence(output), result


def random_trio(seed: int, sex: Sex = Sex.MALE) -> Trio:
    """Records of one to four alternate alleles, half of them with no-calls, half calls and phase."""
    rng = random.Random(seed)
    # htslib adds END to a record with <DEL>, and writes a broken BCF when the header does not declare it.
    end = '##INFO=<ID=END,Number=1,Type=Integer,Description="End">'
    calls = replace(trio(sex=sex), extra_header=(end,))
    for number in range(250):
        n = rng.choice([1, 1, 2, 2, 3, 4])
        alternates = ",".join(rng.sample(["C", "G", "T", "AC", "ACC", "AGG", "*", "<DEL>"], n))
        members = []
        for _ in range(3):
            alleles = [str(rng.choice([0, 0, rng.randrange(n + 1)])) for _ in range(2)]
            kind = rng.random()
            if kind < 0.1:
                alleles = [".", "."]
            elif kind < 0.2:
                alleles[0] = "."
            members.append(Call(rng.choice("/|").join(alleles)))
        chrom, pos = ("1", 1000 + number) if number < 180 else ("X", 50_000_000 + number)
        calls = calls.then(*members).at(chrom, pos, "A", alternates)
    return calls


@pytest.mark.parametrize("suffix", [".vcf", ".vcf.gz", ".bcf"])
@pytest.mark.parametrize("sex", [Sex.MALE, Sex.FEMALE])
def test_several_alleles__are_screened_as_after_normalise(tmp_path: Path, suffix: str, sex: Sex) -> None:
    calls = random_trio(4, sex)
    normalised, counts = calls.normalised(tmp_path)
    wanted, by_reason = screened(calls, normalised, tmp_path / "n.bcf")
    given = calls.written(tmp_path / f"given{suffix}")
    found, straight = screened(calls, given, tmp_path / "s.bcf", excluded=tmp_path / "x.tsv.gz")
    assert found == wanted
    assert len(wanted) > 50
    # What normalise leaves out, the screen counts under a reason of its own.
    left_out = sum(counts.counts[name] for name in (*NOT_WRITTEN_IN_BASES, "no_alternate_in_family"))
    assert straight.counts["records_in"] == by_reason.counts["records_in"] + left_out
    assert min(straight.counts[name] for name in NOT_WRITTEN_IN_BASES) > 0
    rows = list(read_excluded(tmp_path / "x.tsv.gz"))
    assert len(rows) == sum(straight.counts[name] for name in REASONS)
    assert {row["alt"] for row in rows if row["reason"] == "spanning_deletion_allele"} == {"*"}


def test_several_alleles__the_index_counts_the_records_of_the_file(tmp_path: Path) -> None:
    given = random_trio(2).written(tmp_path / "given.vcf.gz")
    pysam.tabix_index(str(given), preset="vcf")
    found, _ = screened(trio(), given, tmp_path / "s.bcf")
    assert found
    shorter = trio("1/2").at("1", 100, "A", "G,T").written(tmp_path / "shorter.vcf.gz")
    pysam.tabix_index(str(shorter), preset="vcf")
    Path(f"{shorter}.tbi").replace(f"{given}.tbi")
    with pytest.raises(InputError, match="250 records were read and the index counts 1"):
        screened(trio(), given, tmp_path / "t.bcf")
    assert not (tmp_path / "t.bcf").exists()


def test_several_alleles__the_same_bytes_with_any_number_of_threads(tmp_path: Path) -> None:
    given = random_trio(9).written(tmp_path / "given.vcf.gz")
    for threads in (1, 3):
        screened(trio(), given, tmp_path / f"{threads}.bcf", threads=threads, excluded=tmp_path / f"{threads}.gz")
    assert (tmp_path / "1.bcf").read_bytes() == (tmp_path / "3.bcf").read_bytes()
    assert (tmp_path / "1.gz").read_bytes() == (tmp_path / "3.gz").read_bytes()


def test_several_alleles__each_has_the_frequency_of_its_shortest_writing(tmp_path: Path) -> None:
    # CAA>CA is the deletion CA>C, and CAA>TAA the substitution C>T, however the caller had to write them together.
    calls = trio("1/2", "0/1", "0/2").at("1", 100, "CAA", "CA,TAA")
    known = write_frequencies(tmp_path / "f.vcf.gz", ["1 100 . CA C AF=0.002;nhomalt=0", "1 100 . C T AF=0.004"])
    given = calls.written(tmp_path / "given.vcf.gz")
    found, _ = screened(calls, given, tmp_path / "s.bcf", sources=[Source("gnomad", str(known))])
    assert {key: round(one["POPULATION_AF"], 4) for key, one in found.items()} == {
        "1-100-CAA-CA": 0.002,
        "1-100-CAA-TAA": 0.004,
    }
    # The common bases on the left are cut too: CAA>CAT is A>T, two bases on.
    calls = trio("1/2", "0/1", "0/2").at("1", 100, "CAA", "C,CAT")
    known = write_frequencies(tmp_path / "g.vcf.gz", ["1 100 . CAA C AF=0.002;nhomalt=0", "1 102 . A T AF=0.004"])
    given = calls.written(tmp_path / "other.vcf.gz")
    found, _ = screened(calls, given, tmp_path / "t.bcf", sources=[Source("gnomad", str(known))])
    assert {key: round(one["POPULATION_AF"], 4) for key, one in found.items()} == {
        "1-100-CAA-C": 0.002,
        "1-100-CAA-CAT": 0.004,
    }


def test_several_alleles__a_new_one_beside_an_inherited_one_is_found(tmp_path: Path) -> None:
    calls = trio("1/2", "0/1", "0/0").at("1", 100, "A", "C,G")
    calls = calls.then("0/2", "0/0", call("1/1")).at("1", 200, "A", "C,G")
    found, _ = screened(calls, calls.written(tmp_path / "given.bcf"), tmp_path / "s.bcf")
    assert "de_novo:supported" in found["1-100-A-G"]["INHERITANCE"]
    assert not any(item.startswith("de_novo") for item in found["1-100-A-C"]["INHERITANCE"])
    # The child lacks the other allele, which both of the mother's copies have: the record is no evidence of it.
    assert "1-200-A-C" not in found


@pytest.mark.real_data
@pytest.mark.skipif(not STORED.is_dir(), reason="the stored trios are not there")
def test_stored_trio__as_the_caller_wrote_it_gives_what_normalise_and_screen_give(tmp_path: Path) -> None:
    from filiation.calls.normalise import normalise_calls

    folder = STORED / "ceph1463_trio_gatk_grch38_chr20"
    given = folder / "trio.vcf"
    child, father, mother = (Member(*person) for person in CEPH)
    family = Family("CEPH1463", (child, father, mother))
    normalise_calls(family, [given], tmp_path / "n.bcf")
    for name, path in (("n", tmp_path / "n.bcf"), ("s", given)):
        screen_calls(path, family, scoring_model(), [], tmp_path / f"{name}.out.bcf", threads=2)
    kept = [evidence(tmp_path / f"{name}.out.bcf") for name in "ns"]
    for one in (*kept[0].values(), *kept[1].values()):
        # The joint file may hold more samples than the family, and in another order.
        one.pop("calls")
    assert kept[0] == kept[1]
    assert len(kept[0]) > 100
