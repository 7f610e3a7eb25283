"""Do cuts at, inside and beside variants of every kind lose one, double one, or change a value?"""

from __future__ import annotations

from pathlib import Path

import pysam
import pytest

from builders.alignments import aligned_person, prepare
from builders.reads import Planted, random_genome
from filiation.reads.calling import call_interval, gather_calls

pytestmark = pytest.mark.tools

# A dinucleotide repeat, in which an indel may be written at any of forty places.
REPEAT = (4000, "CA" * 20)
_RANDOM = random_genome({"chr1": 6000}, seed=23)["chr1"]
_START, _UNITS = REPEAT
GENOME = {"chr1": _RANDOM[:_START] + _UNITS + _RANDOM[_START + len(_UNITS) :]}


def planted(position: int, length: int, alt: str, *haplotypes: int) -> Planted:
    """A change of `length` bases from a 1-based position."""
    return Planted("chr1", position, GENOME["chr1"][position - 1 : position - 1 + length], alt, haplotypes or (0,))


def other(position: int, step: int = 1) -> str:
    """Another base than that at a 1-based position; another one still for another step."""
    return "ACGT"[("ACGT".index(GENOME["chr1"][position - 1]) + step) % 4]


def anchor(position: int) -> str:
    """The base at a 1-based position."""
    return GENOME["chr1"][position - 1]


SUBSTITUTION = planted(1000, 1, other(1000))
DELETION = planted(1600, 13, anchor(1600))
INSERTION = planted(2200, 1, anchor(2200) + "TTGACC")
NEIGHBOURS = [planted(2800, 1, other(2800)), planted(2801, 1, other(2801))]
# One alternate allele from each parent, at one place.
FROM_FATHER, FROM_MOTHER = planted(3400, 1, other(3400, 1), 0), planted(3400, 1, other(3400, 2), 1)
IN_REPEAT = planted(_START, 1 + 4, anchor(_START))
SHARED = [SUBSTITUTION, DELETION, INSERTION, *NEIGHBOURS, IN_REPEAT]
# Where each lies, 0-based half-open, as a caller may write it.
PLACES = {
    "substitution": (999, 1000),
    "deletion": (1599, 1612),
    "insertion": (2199, 2200),
    "neighbours": (2799, 2801),
    "two alternate alleles": (3399, 3400),
    "deletion in a repeat": (_START - 1, _START + len(_UNITS)),
}


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """The prepared genome and the CRAMs of child, father and mother."""
    folder = tmp_path_factory.mktemp("family")
    reference = prepare(folder, GENOME)
    people = {"child": [*SHARED, FROM_FATHER, FROM_MOTHER], "father": [*SHARED, FROM_FATHER], "mother": [FROM_MOTHER]}
    crams = [
        aligned_person(folder, reference, GENOME, name, changes, seed=seed)
        for seed, (name, changes) in enumerate(people.items(), 5)
    ]
    return reference, crams


def called(folder: Path, family: tuple[Path, list[Path]], caller: str, cuts: list[int]) -> list[str]:
    """Records of the calls with the genome cut at these places."""
    reference, crams = family
    folder.mkdir()
    parts = []
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(GENOME["chr1"])], strict=True)):
        bed = folder / f"{number}.bed"
        bed.write_text(f"chr1\t{start}\t{end}\n", encoding="utf-8")
        parts.append(folder / f"{number}.bcf")
        call_interval(caller, crams, reference, bed, parts[-1])
    gather_calls(parts, folder / "calls.bcf")
    with pysam.VariantFile(str(folder / "calls.bcf")) as handle:
        return [str(record) for record in handle]


@pytest.fixture(scope="module", params=["bcftools", "freebayes"])
def caller(request: pytest.FixtureRequest) -> str:
    """Both callers."""
    return str(request.param)


@pytest.fixture(scope="module")
def whole(family: tuple[Path, list[Path]], caller: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The records without a cut: at each place at least one, at the place of two alleles both."""
    records = called(tmp_path_factory.mktemp("whole") / "calls", family, caller, [])
    for name, (start, end) in PLACES.items():
        here = [record for record in records if start - 1 <= int(record.split("\t")[1]) <= end]
        assert here, f"{name} is not called: {records}"
        if name == "two alternate alleles":
            assert {allele for record in here for allele in record.split("\t")[4].split(",")} == {
                FROM_FATHER.alt,
                FROM_MOTHER.alt,
            }
    return records


@pytest.mark.parametrize("where", ["before", "at the start", "inside", "at the end"])
def test_scatter__a_cut_at_any_side_of_any_variant_changes_no_record(
    whole: list[str], caller: str, family: tuple[Path, list[Path]], tmp_path: Path, where: str
) -> None:
    cuts = []
    for start, end in PLACES.values():
        cuts.append(
            {"before": start - 1, "at the start": start, "inside": (start + end + 1) // 2, "at the end": end}[where]
        )
    assert called(tmp_path / "cut", family, caller, sorted(cuts)) == whole
