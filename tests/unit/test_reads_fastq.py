"""FASTQ pairs: counted when whole and in step, stopped with the record otherwise."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from builders.reads import write_pairs
from filiation.errors import InputError
from filiation.reads.fastq import count_pairs

PAIRS = [(f"read{number}", "ACGTACGTAC", "TTGCATTGCA") for number in range(50)]


def test_count_pairs__counts_every_pair_of_whole_files(tmp_path: Path) -> None:
    assert count_pairs(*write_pairs(tmp_path, "lane", PAIRS)) == 50


def test_count_pairs__plain_text_without_last_line_end_is_whole(tmp_path: Path) -> None:
    for mate in "12":
        (tmp_path / f"{mate}.fastq").write_text(f"@a/{mate}\nACGT\n+\nIIII\n@b/{mate}\nAC\n+\nII")
    assert count_pairs(tmp_path / "1.fastq", tmp_path / "2.fastq") == 2


def test_count_pairs__truncated_gzip_stops_and_names_the_file(tmp_path: Path) -> None:
    first, second = write_pairs(tmp_path, "lane", PAIRS)
    second.write_bytes(second.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"truncated or damaged") as stopped:
        count_pairs(first, second)
    assert "lane_2.fastq.gz" in stopped.value.message()


def test_count_pairs__file_that_ends_inside_a_record_is_truncated(tmp_path: Path) -> None:
    first, second = write_pairs(tmp_path, "lane", PAIRS)
    text = gzip.decompress(first.read_bytes()).decode()
    first.write_bytes(gzip.compress("\n".join(text.splitlines()[:-2]).encode() + b"\n", mtime=0))
    with pytest.raises(InputError, match="ends inside a record"):
        count_pairs(first, second)


def test_count_pairs__one_read_less_stops_and_gives_both_counts(tmp_path: Path) -> None:
    first, _ = write_pairs(tmp_path, "whole", PAIRS)
    _, second = write_pairs(tmp_path, "short", PAIRS[:-3])
    with pytest.raises(InputError, match=r"47 reads, but 50 in"):
        count_pairs(first, second)


def test_count_pairs__mates_out_of_step_stop_at_the_first_wrong_record(tmp_path: Path) -> None:
    first, _ = write_pairs(tmp_path, "whole", PAIRS)
    _, second = write_pairs(tmp_path, "shifted", [*PAIRS[:10], *PAIRS[11:], PAIRS[10]])
    with pytest.raises(InputError, match=r"read 11 is 'read10'.*'read11'"):
        count_pairs(first, second)


def test_count_pairs__windows_line_ends_are_named(tmp_path: Path) -> None:
    for mate in "12":
        (tmp_path / f"{mate}.fastq").write_bytes(b"@a\r\nACGT\r\n+\r\nIIII\r\n")
    with pytest.raises(InputError, match="CR LF"):
        count_pairs(tmp_path / "1.fastq", tmp_path / "2.fastq")


def test_count_pairs__no_read_at_all_stops(tmp_path: Path) -> None:
    first, second = write_pairs(tmp_path, "empty", [])
    with pytest.raises(InputError, match="no read"):
        count_pairs(first, second)
