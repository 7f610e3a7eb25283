"""Does the checksum of reads stay what it is through order, strand and alignment, and change when a read does?"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filiation.kernels.read_checksum import (
    BASES,
    CHECKSUM,
    N_TOTALS,
    READS,
    RECORDS,
    bam_reads_jit,
    fastq_reads_jit,
)
from reference import read_checksum as slow

pytestmark = pytest.mark.kernels

NAMES = st.text("ABCxyz:0123", min_size=1, max_size=12)
READ_LISTS = st.lists(st.tuples(NAMES, st.text("ACGTNacgtRY", max_size=40)), max_size=12)


def of_fastq(text: bytes, mate: int) -> tuple[int, np.ndarray]:
    """Bytes used and totals of a FASTQ text."""
    totals = np.zeros(N_TOTALS, dtype=np.uint64)
    with np.errstate(over="ignore"):
        used = fastq_reads_jit(np.frombuffer(text, dtype=np.uint8), len(text), mate, totals)
    return int(used), totals


def of_bam(path: Path) -> np.ndarray:
    """Totals of the records of a BAM."""
    with pysam.BGZFile(str(path), "rb") as handle:
        data = handle.read()
    at = 8 + int.from_bytes(data[4:8], "little")
    contigs = int.from_bytes(data[at : at + 4], "little")
    at += 4
    for _ in range(contigs):
        at += 8 + int.from_bytes(data[at : at + 4], "little")
    totals = np.zeros(N_TOTALS, dtype=np.uint64)
    with np.errstate(over="ignore"):
        assert bam_reads_jit(np.frombuffer(data, dtype=np.uint8), at, len(data), totals) == len(data)
    return totals


def fastq(reads: list[tuple[str, str]], tail: str = "") -> bytes:
    """Text of a FASTQ file."""
    return "".join(f"@{name}{tail}\n{bases}\n+\n{'I' * len(bases)}\n" for name, bases in reads).encode()


@settings(max_examples=60, deadline=None)
@given(READ_LISTS, st.sampled_from(["", "/1", " 1:N:0:ACGT", "/1\tcomment"]))
def test_fastq__agrees_with_the_obvious_way(reads: list[tuple[str, str]], tail: str) -> None:
    text = fastq(reads, tail)
    used, totals = of_fastq(text, 1)
    assert used == len(text)
    expected = slow.totals((name, 1, bases) for name, bases in reads)
    assert (int(totals[READS]), int(totals[BASES]), int(totals[CHECKSUM])) == expected


@settings(max_examples=30, deadline=None)
@given(READ_LISTS, st.integers(0, 200))
def test_fastq__may_be_cut_anywhere_into_pieces(reads: list[tuple[str, str]], cut: int) -> None:
    text = fastq(reads)
    first = text[:cut]
    used, totals = of_fastq(first, 2)
    _, rest = of_fastq(text[used:], 2)
    with np.errstate(over="ignore"):
        assert list(totals + rest) == list(of_fastq(text, 2)[1])


def write_bam(path: Path, reads: list[tuple[str, int, str]], generator: random.Random) -> Path:
    """The reads as an aligner may leave them: any order, either strand, mapped or not, with parts of them added."""
    header = pysam.AlignmentHeader.from_dict({"HD": {"VN": "1.6"}, "SQ": [{"SN": "1", "LN": 10_000}]})
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for name, mate, bases in generator.sample(reads, len(reads)):
            reverse = generator.random() < 0.5
            stored = slow.reverse_complement(bases) if reverse else bases
            marks = generator.choice((0, 0x400)) | (0x10 if reverse else 0)
            for part in (0, *generator.choice(((), (0x100,), (0x800,)))):
                record = pysam.AlignedSegment(header)
                record.query_name, record.query_sequence = name, stored
                record.flag = 0x1 | {1: 0x40, 2: 0x80}[mate] | marks | part
                record.reference_id, record.reference_start = 0, generator.randrange(9000)
                record.cigarstring = f"{len(stored)}M"
                handle.write(record)
    return path


def test_bam__gives_the_sum_of_the_fastq_whatever_the_aligner_did(tmp_path: Path) -> None:
    generator = random.Random(7)
    reads = [
        (f"r{number}", mate, "".join(generator.choices("ACGTN", k=generator.randint(1, 60))))
        for number in range(40)
        for mate in (1, 2)
    ]
    found = of_bam(write_bam(tmp_path / "reads.bam", reads, generator))
    expected = np.zeros(N_TOTALS, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for mate in (1, 2):
            expected += of_fastq(fastq([(name, bases) for name, which, bases in reads if which == mate]), mate)[1]
    assert list(found[READS:]) == list(expected[READS:])
    assert found[RECORDS] >= found[READS] == 80


@pytest.mark.parametrize("fault", ["lost", "doubled", "one base", "another name", "mates exchanged"])
def test_checksum__changes_with_every_kind_of_loss(fault: str) -> None:
    reads = [("a", 1, "ACGTACGT"), ("a", 2, "GGGTTTAA"), ("b", 1, "TTTTACGG"), ("b", 2, "CCCATTAG")]
    changed = {
        "lost": reads[:-1],
        "doubled": [*reads, reads[0]],
        "one base": [("a", 1, "ACGTACGA"), *reads[1:]],
        "another name": [("c", 1, "ACGTACGT"), *reads[1:]],
        "mates exchanged": [("a", 2, "ACGTACGT"), ("a", 1, "GGGTTTAA"), *reads[2:]],
    }[fault]
    sums = []
    for taken in (reads, changed):
        total = np.zeros(N_TOTALS, dtype=np.uint64)
        for name, mate, bases in taken:
            with np.errstate(over="ignore"):
                total += of_fastq(fastq([(name, bases)]), mate)[1]
        sums.append(int(total[CHECKSUM]))
    assert sums[0] == slow.totals(reads)[2]
    assert sums[0] != sums[1]
