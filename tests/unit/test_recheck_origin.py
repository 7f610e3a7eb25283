"""Do read pairs tell on which parent's copy the allele arose, and only when they can?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pysam
import pytest

from builders.pileups import CONTIG, TRIO_PED, Reads, change_at, genome_with, write_person, write_reference
from filiation.config import recheck_thresholds_path
from filiation.errors import InputError
from filiation.io.ped import read_pedigree
from filiation.model.contigs import ContigClass
from filiation.model.pedigree import Sex
from filiation.reads.parent_of_origin import FROM_FATHER, FROM_MOTHER, alt_given_by, origin_by_chromosome
from filiation.reads.pileup import Allele
from filiation.reads.recheck_family import new_question, recheck_family
from filiation.reads.recheck_thresholds import load_recheck_thresholds

THRESHOLDS = load_recheck_thresholds(recheck_thresholds_path())
SITE, NEIGHBOUR = 2000, 2150
GENOME = genome_with(SITE - 10, "GATTACAGGCTCACGTTGCA")
NEW, BESIDE = change_at(GENOME, SITE), change_at(GENOME, NEIGHBOUR)
# The second mate of every pair covers the neighbour.
PAIR = {"before": range(20, 60, 5), "mate_after": 150}


def write_calls(path: Path, genotypes: str, quality: int = 60) -> Path:
    """Indexed calls of the neighbour: genotypes of child, father, mother."""
    header = pysam.VariantHeader()
    header.add_line(f"##contig=<ID={CONTIG},length={len(GENOME)}>")
    header.add_line('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">')
    header.add_line('##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">')
    for sample in ("child", "father", "mother"):
        header.add_sample(sample)
    with pysam.VariantFile(str(path), "wb", header=header) as handle:
        record = handle.new_record(contig=CONTIG, start=NEIGHBOUR - 1, alleles=(BESIDE.ref, BESIDE.alt))
        for sample, genotype in zip(("child", "father", "mother"), genotypes.split(), strict=True):
            record.samples[sample]["GT"] = tuple(None if a == "." else int(a) for a in genotype.split("/"))
            record.samples[sample]["GQ"] = quality
        handle.write(record)
    pysam.tabix_index(str(path), preset="bcf", force=True, csi=True)
    return path


def origin(folder: Path, child: list[Reads], genotypes: str = "0/1 0/1 0/0", quality: int = 60) -> dict[str, Any]:
    """The row of the new allele, with the neighbour called."""
    (folder / "fam.ped").write_text(TRIO_PED, encoding="utf-8")
    reads = {
        "child": write_person(folder, "child", GENOME, SITE, child),
        "father": write_person(folder, "father", GENOME, SITE, [Reads(30)]),
        "mother": write_person(folder, "mother", GENOME, SITE, [Reads(30)]),
    }
    [row] = recheck_family(
        read_pedigree(folder / "fam.ped"),
        {Allele(CONTIG, SITE, NEW.ref, NEW.alt): new_question()},
        reads,
        write_reference(folder, GENOME),
        write_calls(folder / "calls.bcf", genotypes, quality),
        THRESHOLDS,
    )
    assert row["verdict"] == "confirmed_de_novo"
    return row


def on_the_copy_of_the_neighbour() -> list[Reads]:
    """The new allele lies on the copy that has the neighbour's alternate allele."""
    return [Reads(15, (NEW, BESIDE), **PAIR), Reads(15, **PAIR)]


def on_the_other_copy() -> list[Reads]:
    """The new allele lies on the copy that has the neighbour's reference allele."""
    return [Reads(15, (NEW,), **PAIR), Reads(15, (BESIDE,), **PAIR)]


def test_origin__is_the_parent_who_gave_the_neighbour_on_the_same_molecules(tmp_path: Path) -> None:
    row = origin(tmp_path, on_the_copy_of_the_neighbour())
    assert (row["parent_of_origin"], row["origin_evidence"]) == ("from_father", "reads")
    assert (row["phase_pairs"], row["phase_conflicts"]) == (15, 0)


def test_origin__is_the_other_parent_when_the_neighbour_lies_on_the_other_copy(tmp_path: Path) -> None:
    assert origin(tmp_path, on_the_other_copy())["parent_of_origin"] == "from_mother"


def test_origin__follows_the_parents_when_they_are_swapped(tmp_path: Path) -> None:
    assert origin(tmp_path, on_the_copy_of_the_neighbour(), "0/1 0/0 0/1")["parent_of_origin"] == "from_mother"


@pytest.mark.parametrize("genotypes", ["0/1 0/1 0/1", "0/1 0/1 ./.", "1/1 0/1 0/1", "0/1 0/0 0/0"])
def test_origin__is_unknown_when_the_neighbour_does_not_tell(tmp_path: Path, genotypes: str) -> None:
    row = origin(tmp_path, on_the_copy_of_the_neighbour(), genotypes)
    assert (row["parent_of_origin"], row["phase_pairs"]) == ("unknown", 0)


def test_origin__is_unknown_when_the_neighbours_genotypes_are_poor(tmp_path: Path) -> None:
    assert origin(tmp_path, on_the_copy_of_the_neighbour(), quality=9)["parent_of_origin"] == "unknown"


def test_origin__one_pair_is_not_enough_and_conflict_is_counted(tmp_path: Path) -> None:
    single = [Reads(1, (NEW, BESIDE), **PAIR), Reads(14, (NEW,)), Reads(15)]
    row = origin(tmp_path, single)
    assert (row["parent_of_origin"], row["phase_pairs"]) == ("unknown", 1)
    torn = [Reads(8, (NEW, BESIDE), **PAIR), Reads(7, (NEW,), **PAIR), Reads(15, **PAIR)]
    row = origin(tmp_path, torn)
    assert (row["parent_of_origin"], row["phase_pairs"], row["phase_conflicts"]) == ("unknown", 8, 7)


@pytest.mark.parametrize(
    "father, mother, given",
    [
        ((0, 1), (0, 0), FROM_FATHER),
        ((0, 0), (0, 1), FROM_MOTHER),
        ((1, 1), (0, 1), FROM_FATHER),
        ((0, 1), (1, 1), FROM_MOTHER),
        ((1, 1), (0, 0), FROM_FATHER),
        ((0, 1), (0, 1), None),
        ((0, 0), (0, 0), None),
        ((1, 1), (1, 1), None),
    ],
)
def test_alternate_allele__has_one_giver_when_one_way_only_is_left(
    father: tuple[int, int], mother: tuple[int, int], given: str | None
) -> None:
    ways = {(f, m) for f in father for m in mother if f + m == 1}
    expected = {(1, 0): FROM_FATHER, (0, 1): FROM_MOTHER}[ways.pop()] if len(ways) == 1 else None
    assert alt_given_by(father, mother) == given == expected


def test_origin__is_certain_where_one_parent_only_can_give_the_chromosome() -> None:
    def parent(contig_class: ContigClass, sex: Sex) -> str | None:
        found = origin_by_chromosome(contig_class, sex)
        return found.parent if found else None

    assert parent(ContigClass.X, Sex.MALE) == FROM_MOTHER
    assert parent(ContigClass.X, Sex.FEMALE) is None
    assert parent(ContigClass.Y, Sex.MALE) == FROM_FATHER
    assert parent(ContigClass.MITOCHONDRIAL, Sex.MALE) == FROM_MOTHER
    assert parent(ContigClass.AUTOSOME, Sex.MALE) is None


def test_calls_without_an_index__are_refused_with_the_command_that_makes_it(tmp_path: Path) -> None:
    calls = write_calls(tmp_path / "calls.bcf", "0/1 0/1 0/0")
    Path(f"{calls}.csi").unlink()
    (tmp_path / "fam.ped").write_text(TRIO_PED, encoding="utf-8")
    with pytest.raises(InputError, match="bcftools index"):
        recheck_family(
            read_pedigree(tmp_path / "fam.ped"), {}, {}, write_reference(tmp_path, GENOME), calls, THRESHOLDS
        )
