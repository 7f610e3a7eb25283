"""Joint calls: the planted variants, the same whether or not the genome is cut, from either caller."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pysam
import pytest

from builders.alignments import aligned_person, prepare
from builders.reads import Planted, mask, random_genome, substitution
from filiation.errors import InputError
from filiation.reads.calling import call_interval, gather_calls
from filiation.reads.intervals import split_regions

pytestmark = pytest.mark.tools

_RANDOM = random_genome({"chr1": 12_000, "chrX": 3_200}, seed=11)
GENOME = {**_RANDOM, "chr1": mask(_RANDOM["chr1"], 0, 200)}
# Three intervals of 5,000 known bases: the genome is cut after chr1:5200 and after chr1:10200.
BORDERS = (5200, 10_200)


def deletion(contig: str, position: int, length: int) -> Planted:
    """A deletion after the base at a 1-based position."""
    return Planted(contig, position, GENOME[contig][position - 1 : position + length], GENOME[contig][position - 1])


DE_NOVO = substitution(GENOME, "chr1", 3000)
INHERITED = substitution(GENOME, "chr1", 6000)
MATERNAL_X = substitution(GENOME, "chrX", 2000, 0, 1)
# The last base before the first cut and the first base after it.
AT_BORDERS = [substitution(GENOME, "chr1", BORDERS[0] + step) for step in (0, 1)]
ACROSS_BORDER = deletion("chr1", BORDERS[1] - 5, 12)
CHILD = [DE_NOVO, INHERITED, MATERNAL_X, *AT_BORDERS, ACROSS_BORDER]


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """The prepared genome and the CRAMs of child, father and mother."""
    folder = tmp_path_factory.mktemp("family")
    reference = prepare(folder, GENOME)
    people = {"child": CHILD, "father": [INHERITED], "mother": [MATERNAL_X, *AT_BORDERS]}
    crams = [
        aligned_person(folder, reference, GENOME, name, planted, seed=seed)
        for seed, (name, planted) in enumerate(people.items())
    ]
    return reference, crams


def call(folder: Path, family: tuple[Path, list[Path]], caller: str, intervals: int) -> Path:
    """Calls of the whole genome in so many intervals."""
    reference, crams = family
    folder.mkdir(parents=True)
    beds = [folder / f"{number}.bed" for number in range(intervals)]
    split_regions(reference, None, beds)
    parts = []
    for bed in beds:
        parts.append(bed.with_suffix(".bcf"))
        call_interval(caller, crams, reference, bed, parts[-1])
    gathered = folder / "calls.bcf"
    gather_calls(parts, gathered)
    return gathered


def text(path: Path) -> list[str]:
    """Records as lines."""
    with pysam.VariantFile(str(path)) as handle:
        return [str(record) for record in handle]


def genotypes(path: Path) -> dict[tuple[str, int, str, str], list[tuple[int | None, ...]]]:
    """Genotypes of each record."""
    with pysam.VariantFile(str(path)) as handle:
        return {
            (r.chrom, r.pos, r.ref, r.alts[0] if r.alts else ""): [s["GT"] for s in r.samples.values()] for r in handle
        }


@pytest.fixture(scope="module", params=["bcftools", "freebayes"])
def caller(request: pytest.FixtureRequest) -> str:
    """Both callers."""
    return str(request.param)


@pytest.fixture(scope="module")
def single(family: tuple[Path, list[Path]], caller: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The calls of the genome in one interval."""
    return call(tmp_path_factory.mktemp("single") / "calls", family, caller, 1)


def found(calls: Path, planted: Sequence[Planted]) -> list[list[tuple[int | None, ...]]]:
    """Genotypes at planted substitutions."""
    known = genotypes(calls)
    return [known[v.contig, v.position, v.ref, v.alt] for v in planted]


def test_call_interval__genotypes_of_the_trio_are_those_that_were_planted(single: Path) -> None:
    het, ref, hom = (0, 1), (0, 0), (1, 1)
    observed = found(single, [DE_NOVO, INHERITED, MATERNAL_X])
    assert observed == [[het, ref, ref], [het, het, ref], [hom, ref, hom]]
    assert all(alleles == [het, ref, het] for alleles in found(single, AT_BORDERS))


def test_call_interval__nothing_is_called_that_was_not_planted(single: Path) -> None:
    assert len(genotypes(single)) == len(CHILD)
    (across,) = [alleles for (_, _, ref, _), alleles in genotypes(single).items() if len(ref) > 1]
    assert across == [(0, 1), (0, 0), (0, 0)]


def test_call_interval__cutting_the_genome_changes_no_record(
    single: Path, caller: str, family: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    several = call(tmp_path / "several", family, caller, 3)
    cuts = [(tmp_path / "several" / f"{number}.bed").read_text() for number in range(3)]
    assert [cut.splitlines()[-1].split("\t")[2] for cut in cuts[:2]] == [str(border) for border in BORDERS]
    assert text(several) == text(single)
    assert several.read_bytes() == single.read_bytes()


def test_call_interval__fields_are_the_same_from_every_caller(single: Path) -> None:
    with pysam.VariantFile(str(single)) as handle:
        assert list(handle.header.samples) == ["child", "father", "mother"]
        assert set(handle.header.formats) == {"GT", "AD", "DP", "GQ", "PL"}
        for record in handle:
            alleles = len(record.alleles or ())
            for sample in record.samples.values():
                assert len(sample["GT"]) == 2
                assert len(sample["AD"]) == alleles
                assert len(sample["PL"]) == alleles * (alleles + 1) // 2
                assert min(sample["PL"]) == 0
                assert 0 <= sample["GQ"] <= 127


def test_call_interval__header_says_nothing_about_machine_date_or_command(single: Path) -> None:
    with pysam.VariantFile(str(single)) as handle:
        header = str(handle.header)
    assert "/" not in "".join(line for line in header.splitlines() if "Description" not in line)
    for word in ("fileDate", "ommand", "##reference"):
        assert word not in header


def test_call_interval__empty_interval_gives_the_same_header_and_no_record(
    single: Path, caller: str, family: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    (tmp_path / "empty.bed").touch()
    reference, crams = family
    assert call_interval(caller, crams, reference, tmp_path / "empty.bed", tmp_path / "empty.bcf") == 0
    with pysam.VariantFile(str(tmp_path / "empty.bcf")) as empty, pysam.VariantFile(str(single)) as full:
        assert str(empty.header) == str(full.header)


def test_call_interval__two_files_of_one_person_stop(family: tuple[Path, list[Path]], tmp_path: Path) -> None:
    reference, crams = family
    (tmp_path / "i.bed").write_text("chr1\t0\t100\n")
    with pytest.raises(InputError, match="second file of sample child"):
        call_interval("bcftools", [crams[0], crams[0]], reference, tmp_path / "i.bed", tmp_path / "o.bcf")


def test_gather_calls__interval_given_twice_stops_and_leaves_no_output(single: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lies before"):
        gather_calls([single, single], tmp_path / "out.bcf")
    assert list(tmp_path.iterdir()) == []
