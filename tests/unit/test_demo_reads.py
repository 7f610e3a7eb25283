"""Do the simulated reads show what the truth says, and nothing of where they come from?"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from filiation.demo.alleles import Allele, reverse_complement
from filiation.demo.family import Haplotypes
from filiation.demo.genome import N
from filiation.demo.planted import unread_intervals
from filiation.demo.reads import (
    LANES,
    Pair,
    add_duplicates,
    add_mosaic,
    chromosome_copies,
    fastq_name,
    fastq_texts,
    sequenced_copy,
    write_gzip,
)
from filiation.demo.settings import FATHER, MEMBERS, MOTHER, PROBAND, Settings
from filiation.demo.simulate import STAMP, World, is_complete, make_world, simulate
from filiation.io.tools import find_tool


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(Settings.reduced())


def random_text(length: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(np.frombuffer(b"ACGT", np.uint8), length)


def error_free_pairs(sequence: np.ndarray, count: int, seed: int) -> list[Pair]:
    """Pairs of 150 bp, 400 bp apart, both strands."""
    rng = np.random.default_rng(seed)
    pairs: list[Pair] = []
    for start in rng.integers(0, len(sequence) - 400, count):
        fragment = sequence[start : start + 400].tobytes()
        ends = [fragment[:150], reverse_complement(fragment[-150:])]
        if rng.random() < 0.5:
            ends.reverse()
        pairs.append((ends[0], b"I" * 150, ends[1], b"I" * 150))
    return pairs


def test_copies__men_have_a_y_and_women_two_x(world: World) -> None:
    for member in MEMBERS:
        copies = chromosome_copies(world.family, world.genome, member)
        second = [contig for contig, _, _ in copies["copy_2"]]
        assert second == ["1", "2", "3", "X" if member == MOTHER else "Y"]
        assert [contig for contig, _, _ in copies["copy_1"]] == ["1", "2", "3", "X"]
        assert [contig for contig, _, _ in copies["mt"]] == ["MT"]


def test_copies__a_mans_y_begins_with_his_pseudoautosomal_alleles(world: World) -> None:
    copies = chromosome_copies(world.family, world.genome, FATHER)
    _, sequence, alleles = copies["copy_2"][-1]
    par = world.genome.pseudoautosomal_length
    assert any(allele.position < par for allele in alleles)
    assert any(allele.position >= par for allele in alleles)
    assert N not in sequence
    assert len(sequenced_copy("Y", sequence, alleles, [])) > par


def test_copies__length_follows_the_alleles(world: World) -> None:
    haplotypes: Haplotypes = world.family.haplotypes[PROBAND]
    assert haplotypes["1"].shape[0] == 2
    for contig, sequence, alleles in chromosome_copies(world.family, world.genome, PROBAND)["copy_1"]:
        expected = len(sequence) + sum(len(a.alt) - len(a.ref) for a in alleles)
        assert len(sequenced_copy(contig, sequence, alleles, [])) == expected


def test_copies__unread_stretch_is_n_in_both_copies_of_the_father(world: World) -> None:
    unread = unread_intervals(world.planted, FATHER)
    ((where, start, end),) = unread
    for name in ("copy_1", "copy_2"):
        for contig, sequence, alleles in chromosome_copies(world.family, world.genome, FATHER)[name]:
            masked = sequenced_copy(contig, sequence, alleles, unread).count(b"N")
            assert masked == (end - start if contig == where else 0)


def test_mosaic__about_the_wanted_share_of_the_reads_shows_the_new_base() -> None:
    sequence = random_text(3_000, 1)
    ref = chr(sequence[1_500])
    allele = Allele("1", 1_500, ref, "ACGT".replace(ref, "")[0])
    lanes = [error_free_pairs(sequence, 150, seed) for seed in (2, 3)]
    before = [pair for lane in lanes for pair in lane]
    edited = add_mosaic(lanes, allele, sequence, 0.12, np.random.default_rng(4))
    after = [pair for lane in lanes for pair in lane]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == edited
    covering = sum(
        sequence[1_495:1_506].tobytes() in read or reverse_complement(sequence[1_495:1_506].tobytes()) in read
        for pair in before
        for read in (pair[0], pair[2])
    )
    assert 0.09 < edited / covering < 0.15
    for old, new in changed:
        differences = sum(a != b for i in (0, 2) for a, b in zip(old[i], new[i], strict=True))
        assert differences in (1, 2)


def test_duplicates__are_added_at_the_wanted_share_from_both_lanes() -> None:
    sequence = random_text(50_000, 7)
    lanes = [error_free_pairs(sequence, 1_000, seed) for seed in (8, 9)]
    result = add_duplicates(lanes, 0.02, np.random.default_rng(1))
    assert [len(lane) for lane in result] == [1_020, 1_020]
    added = result[0][1_000:]
    assert sum(pair in lanes[0] for pair in added[:10]) == 10
    assert sum(pair in lanes[1] for pair in added[10:]) == 10


def test_fastq__names_are_unique_paired_and_tell_nothing() -> None:
    pairs = error_free_pairs(random_text(20_000, 3), 6_000, 4)
    first, second = fastq_texts(pairs, 2, np.random.default_rng(5))
    names = [line.split(b" ")[0] for line in first.split(b"\n")[0:-1:4]]
    assert names == [line.split(b" ")[0] for line in second.split(b"\n")[0:-1:4]]
    assert len(set(names)) == 6_000
    assert all(name.startswith(b"@SIMULATED:1:DEMO:2:") for name in names)
    # Order is not that of the genome.
    assert first.split(b"\n")[1:-1:4] != [pair[0] for pair in pairs]


def test_gzip__same_text_same_bytes_without_a_date(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        write_gzip(tmp_path / name, b"@r\nACGT\n+\nIIII\n" * 100)
    content = (tmp_path / "a.gz").read_bytes()
    assert content == (tmp_path / "b.gz").read_bytes()
    assert content[4:8] == b"\0\0\0\0"
    assert gzip.decompress(content) == b"@r\nACGT\n+\nIIII\n" * 100


@pytest.mark.tools
def test_simulation__whole_at_reduced_size_is_complete_idempotent_and_deterministic(tmp_path: Path) -> None:
    if find_tool("art_illumina") is None:
        pytest.skip("art_illumina is not installed")
    settings = Settings.reduced()
    said: list[str] = []
    for name in ("one", "two"):
        simulate(tmp_path / name, settings, caller="bcftools", threads=2, say=said.append)
    one, two = tmp_path / "one" / "data", tmp_path / "two" / "data"
    for member in MEMBERS:
        for lane in LANES:
            for mate in (1, 2):
                name = fastq_name(member, lane, mate)
                assert (one / "fastq" / name).read_bytes() == (two / "fastq" / name).read_bytes()
    lines = gzip.decompress((one / "fastq" / fastq_name(PROBAND, 1, 1)).read_bytes()).split(b"\n")
    length = sum(v for c, v in settings.contig_lengths.items() if c in "123")
    assert len(lines) // 4 * 300 * 2 / length == pytest.approx(settings.depth, rel=0.35)

    date = (one / "fastq" / name).stat().st_mtime_ns
    simulate(tmp_path / "one", settings, caller="bcftools", threads=2, say=said.append)
    assert (one / "fastq" / name).stat().st_mtime_ns == date
    assert "nothing to simulate" in said[-1]

    assert is_complete(tmp_path / "one", settings)
    assert not is_complete(tmp_path / "one", Settings.reduced(seed=2))
    (one / "truth.tsv").write_text("damaged\n")
    assert not is_complete(tmp_path / "one", settings)
    (tmp_path / "two" / STAMP).write_text("{")
    assert not is_complete(tmp_path / "two", settings)
