"""Does extraction give back every pair as it was sequenced, and account for every record that it drops?"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from builders.stored_reads import alignment, bam_header, bases, proper_pair, write_bam, write_cram, write_fasta
from filiation.__main__ import main
from filiation.config import REPOSITORY
from filiation.errors import FaultList, InputError
from filiation.io.extract_reads import Extraction, extract_reads
from filiation.io.tables import read_table
from filiation.model.columns import FUNNEL

GENOME = bases(1_000, 7)
HEADER = bam_header({"chr1": 1_000}, ["CHILD"])
DATA = REPOSITORY.parent / "shared" / "data" / "reads"


def extract(folder: Path, records: list[Any], header: Any = HEADER, **options: Any) -> Extraction:
    reads = write_bam(folder / "in.bam", header, records, sort=options.pop("sort", True))
    outputs = [folder / name for name in ("1.fastq.gz", "2.fastq.gz", "metrics.tsv")]
    return extract_reads(reads, *outputs, **{"sample": "CHILD", **options})


def records_of(path: Path) -> list[tuple[str, str, str]]:
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return [(lines[n][1:], lines[n + 1], lines[n + 3]) for n in range(0, len(lines), 4)]


def reverse_complement(sequence: str) -> str:
    return sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def test_pairs__reverse_reads_are_turned_back_with_their_qualities(tmp_path: Path) -> None:
    first, second = proper_pair(HEADER, "a", 100, GENOME)
    import pysam

    second.query_qualities = pysam.qualitystring_to_array("#" + "F" * 39)
    extract(tmp_path, [first, second])
    assert records_of(tmp_path / "1.fastq.gz") == [("a", GENOME[100:140], "F" * 40)]
    assert records_of(tmp_path / "2.fastq.gz") == [("a", reverse_complement(GENOME[160:200]), "F" * 39 + "#")]


def test_first_read__goes_to_the_first_file_even_when_it_lies_behind_its_mate(tmp_path: Path) -> None:
    ahead = alignment(HEADER, "a", 163, 100, GENOME[100:140])
    behind = alignment(HEADER, "a", 83, 160, GENOME[160:200])
    extract(tmp_path, [ahead, behind])
    assert records_of(tmp_path / "1.fastq.gz")[0][1] == reverse_complement(GENOME[160:200])
    assert records_of(tmp_path / "2.fastq.gz")[0][1] == GENOME[100:140]


def test_drops__each_record_is_counted_under_its_reason(tmp_path: Path) -> None:
    pair = proper_pair(HEADER, "a", 100, GENOME)
    again = proper_pair(HEADER, "a", 100, GENOME)
    read = GENOME[300:340]
    others = [
        alignment(HEADER, "a", 99 + 256, 300, read),
        alignment(HEADER, "a", 99 + 2048, 301, read),
        alignment(HEADER, "alone", 99, 302, read),
        alignment(HEADER, "single", 0, 303, read),
        alignment(HEADER, "both", 99 + 128, 304, read),
        alignment(HEADER, "moved", 99, 305, read),
        alignment(HEADER, "moved", 99, 306, read),
    ]
    bare = alignment(HEADER, "noquality", 99, 307, read)
    bare.query_qualities = None
    result = extract(tmp_path, [*pair, *again, *others, bare])
    assert result.records == 12
    assert result.pairs == 1
    assert {name: count for name, count in result.dropped.items() if count} == {
        "exact_duplicate": 2,
        "secondary": 1,
        "supplementary": 1,
        "mate_absent": 2,
        "unpaired": 1,
        "first_or_second_unclear": 1,
        "repeated_read": 1,
        "without_qualities": 1,
    }
    table = read_table(tmp_path / "metrics.tsv", FUNNEL)
    counts = {row["reason"]: row["count"] for row in table.rows}
    assert counts["records_in"] == 12
    dropped = sum(count for name, count in counts.items() if not name.startswith("records_"))
    assert counts["records_out"] + dropped == 12
    assert all(row["meaning"] for row in table.rows)


def test_duplicates__another_sequence_at_the_same_place_is_another_read(tmp_path: Path) -> None:
    pairs = proper_pair(HEADER, "a", 100, GENOME) + proper_pair(HEADER, "b", 100, GENOME)
    result = extract(tmp_path, pairs)
    assert (result.pairs, result.dropped["exact_duplicate"]) == (2, 0)


def test_unplaced_pairs__are_kept_and_their_copies_dropped(tmp_path: Path) -> None:
    def unplaced(name: str, flag: int) -> Any:
        return alignment(HEADER, name, flag, -1, GENOME[:30], reference_id=-1, cigarstring=None, mapping_quality=0)

    placed = proper_pair(HEADER, "a", 100, GENOME)
    records = [*placed, unplaced("u", 77), unplaced("u", 141), unplaced("v", 77), unplaced("u", 77)]
    result = extract(tmp_path, records, sort=False)
    assert result.pairs == 2
    assert result.dropped["exact_duplicate"] == 1
    assert result.dropped["mate_absent"] == 1


def test_output__is_the_same_bytes_each_time(tmp_path: Path) -> None:
    pairs = [read for n in range(50) for read in proper_pair(HEADER, f"r{n}", 10 + n, GENOME)]
    extract(tmp_path, pairs)
    before = [(tmp_path / name).read_bytes() for name in ("1.fastq.gz", "2.fastq.gz", "metrics.tsv")]
    extract(tmp_path, pairs)
    assert before == [(tmp_path / name).read_bytes() for name in ("1.fastq.gz", "2.fastq.gz", "metrics.tsv")]
    assert before[0][4:8] == b"\0\0\0\0"


def test_conservation__a_lost_record_stops_the_extraction() -> None:
    with pytest.raises(AssertionError, match="3 records read, 2 accounted for"):
        Extraction(records=3, pairs=1).prove_conservation()


@pytest.mark.parametrize(
    ("records", "options", "expected"),
    [
        ([], {}, "no read pair in the file"),
        (proper_pair(HEADER, "a", 100, GENOME)[::-1], {"sort": False}, "not sorted by coordinate: record 2, read a"),
        (proper_pair(HEADER, "a", 100, GENOME), {"sample": "MOTHER"}, "read group SM is 'CHILD'"),
    ],
)
def test_input__that_cannot_be_extracted_leaves_no_output(
    tmp_path: Path, records: list[Any], options: dict[str, Any], expected: str
) -> None:
    with pytest.raises((InputError, FaultList)) as caught:
        extract(tmp_path, records, **options)
    assert expected in caught.value.message()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.bam"]


def test_input__cut_file_is_refused_before_any_read(tmp_path: Path) -> None:
    pairs = [read for n in range(50) for read in proper_pair(HEADER, f"r{n}", 10 + n, GENOME)]
    reads = write_bam(tmp_path / "in.bam", HEADER, pairs)
    reads.write_bytes(reads.read_bytes()[:-28])
    with pytest.raises(InputError, match="no BGZF end-of-file block"):
        extract_reads(reads, tmp_path / "1", tmp_path / "2", tmp_path / "m", sample="CHILD")


def test_sample__of_the_read_group_may_have_another_name(tmp_path: Path) -> None:
    pair = proper_pair(HEADER, "a", 100, GENOME)
    assert extract(tmp_path, pair, sample="X", read_group_sample="CHILD").pairs == 1


def test_cram__needs_its_reference_and_gives_the_same_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fasta = write_fasta(tmp_path / "genome.fa", {"chr1": GENOME})
    pairs = [read for n in range(20) for read in proper_pair(HEADER, f"r{n}", 10 + n, GENOME)]
    extract(tmp_path, pairs)
    expected = records_of(tmp_path / "1.fastq.gz")
    cram = write_cram(tmp_path / "in.cram", tmp_path / "in.bam", fasta)
    command = ["extract-reads", "--reads", str(cram), "--sample", "CHILD", "--metrics", str(tmp_path / "c.tsv")]
    command += ["--fastq-1", str(tmp_path / "c1.fq.gz"), "--fastq-2", str(tmp_path / "c2.fq.gz")]
    assert main(command) == 2
    assert "a CRAM cannot be decoded without its reference" in capsys.readouterr().err
    assert main([*command, "--reference", str(fasta)]) == 0
    assert "40 records read, 20 pairs written" in capsys.readouterr().out
    assert records_of(tmp_path / "c1.fq.gz") == expected
    other = write_fasta(tmp_path / "other.fa", {"chr1": bases(1_000, 8)})
    assert main([*command, "--reference", str(other)]) == 2
    assert "reads cannot be decoded" in capsys.readouterr().err


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "sample", "duplicates"),
    [
        ("aj_trio_17loci_grch38/HG002_child.bam", "HG002", 454),
        ("aj_trio_17loci_grch38/HG003_father.bam", "HG003", 395),
        ("aj_trio_17loci_grch38/HG004_mother.bam", "HG004", 497),
        ("na12878_100kb_hg19/NA12878_S1.chr20.10_10p1mb.bam", "NA12878", 111),
    ],
)
def test_real__windows_extracted_twice(tmp_path: Path, name: str, sample: str, duplicates: int) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"{DATA / name} is not there")
    outputs = [tmp_path / output for output in ("1.fq.gz", "2.fq.gz", "m.tsv")]
    result = extract_reads(DATA / name, *outputs, sample=sample)
    assert result.dropped["exact_duplicate"] == duplicates
    first, second = records_of(outputs[0]), records_of(outputs[1])
    assert [record[0] for record in first] == [record[0] for record in second]
    assert len(first) == result.pairs > 2_000
