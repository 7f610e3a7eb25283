"""Is every way in which a FASTQ pair can be wrong told, with file, line and read?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from builders.stored_reads import bases, fastq_record, write_fastq_pair
from filiation.io import fastq
from filiation.io.fastq import check_fastq_pair, mate_number, read_name


def faults(first: Path, second: Path, **options: bool) -> str:
    """All fault messages of a pair."""
    pair = check_fastq_pair(first, second, "sample CHILD, unit L1", **options)
    return "\n".join(fault.message() for summary in pair for fault in summary.faults)


def text_of(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)


def rewrite(path: Path, lines: list[str] | str) -> None:
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


def test_pair__that_is_sound_has_no_fault(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD")
    summaries = check_fastq_pair(first, second, "sample CHILD")
    assert [summary.records for summary in summaries] == [50, 50]
    assert faults(first, second) == ""


def test_gzip__of_many_members_is_read_to_its_end(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD", pairs=30)
    for path in (first, second):
        lines = text_of(path)
        parts = ["".join(lines[start : start + 20]) for start in range(0, 120, 20)]
        path.write_bytes(b"".join(gzip.compress(part.encode()) for part in parts))
    assert check_fastq_pair(first, second, "x")[0].records == 30
    assert faults(first, second) == ""


def test_plain_text__and_empty_lines_at_the_end_are_accepted(tmp_path: Path) -> None:
    paths = write_fastq_pair(tmp_path, "CHILD")
    plain = [tmp_path / "a.fq", tmp_path / "b.fq"]
    for path, target in zip(paths, plain, strict=True):
        target.write_text("".join(text_of(path)) + "\n")
    assert faults(*plain) == ""


def test_trimmed_reads__without_bases_are_records(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD", pairs=2)
    rewrite(first, fastq_record("CHILD:0/1", "ACGT") + fastq_record("CHILD:1/1", ""))
    assert faults(first, second) == ""


def test_step__exchanged_reads_name_read_and_line(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD")
    lines = text_of(second)
    rewrite(second, lines[:40] + lines[44:48] + lines[40:44] + lines[48:])
    found = faults(first, second)
    assert "out of step: read 11 (line 41) is 'CHILD:10'" in found
    assert "'CHILD:11' in CHILD.L1_2.fastq.gz" in found
    assert found.startswith("sample CHILD, unit L1")


def test_length__both_counts_are_told(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD")
    rewrite(second, text_of(second)[:-8])
    found = faults(first, second)
    assert "48 reads, but its mate file" in found
    assert "has 50" in found


def test_truncation__of_gzip_is_told_and_the_mate_is_not_blamed(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD", pairs=500)
    data = second.read_bytes()
    second.write_bytes(data[: len(data) // 2])
    found = faults(first, second)
    assert "the gzip stream stops in the middle: the file is truncated" in found
    assert "CHILD.L1_2.fastq.gz" in found
    assert "repair: copy the file again" in found
    assert "its mate file" not in found


def test_damage__a_changed_byte_and_trailing_bytes_are_told(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD", pairs=500)
    data = bytearray(first.read_bytes())
    data[-6] ^= 1
    first.write_bytes(data)
    second.write_bytes(second.read_bytes() + b"garbage")
    found = faults(first, second)
    assert found.count("damaged gzip") == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: lines[:-1], "line 197, read 50: the last record has 3 of its 4 lines"),
        (lambda lines: [*lines[:-1], lines[-1][:-3]], "line 200, read CHILD:49: 60 bases and 58 qualities"),
        (lambda lines: [line.replace("\n", "\r\n") for line in lines], "lines end in CRLF"),
        (lambda lines: [lines[0], "ACGU" + lines[1][4:], *lines[2:]], "line 2, read CHILD:0: base 'U'"),
        (lambda lines: lines[1:], "where a read name belongs"),
        (lambda lines: [*lines[:6], "", *lines[7:]], "where the + line belongs"),
    ],
)
def test_record__faults_have_their_line(tmp_path: Path, change: object, expected: str) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD")
    rewrite(first, change(text_of(first)))  # type: ignore[operator]
    assert expected in faults(first, second)


def test_encoding__phred_64_is_told_and_high_phred_33_is_not(tmp_path: Path) -> None:
    first, second = tmp_path / "a.fq", tmp_path / "b.fq"
    for quality, told in (("BCdefgh", True), ("IIIIIII", False), ("FFFFFFF", False), ("#5?IKKK", False)):
        for path in (first, second):
            path.write_text(fastq_record(f"r{path.stem == 'zz'}", bases(7, 1), quality))
        assert ("Phred+64" in faults(first, second)) is told, quality


def test_files__empty_missing_same_and_exchanged(tmp_path: Path) -> None:
    first, second = write_fastq_pair(tmp_path, "CHILD")
    assert "fastq_1 and fastq_2 are one file" in faults(first, first)
    link = tmp_path / "link.fastq.gz"
    link.symlink_to(second)
    assert "are one file" in faults(second, link)
    assert "FASTQ not found" in faults(first, tmp_path / "no.fastq.gz")
    copy = tmp_path / "copy.fastq.gz"
    copy.write_bytes(first.read_bytes())
    assert "both files hold reads number 1" in faults(first, copy)
    second.write_bytes(b"")
    assert "is empty (0 bytes)" in faults(first, second)
    rewrite(second, "")
    assert "no read in the file" in faults(first, second)


def test_names__mates_have_one_name() -> None:
    assert read_name(b"@A:1:2/1\n") == read_name(b"@A:1:2/2 comment\n") == b"A:1:2"
    assert read_name(b"@A:1:2 1:N:0:ACGT\n") == b"A:1:2"
    assert [mate_number(text) for text in (b"@a/1\n", b"@a 2:N:0:AC\n", b"@a\n")] == [1, 2, 0]


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make small files count as large."""
    monkeypatch.setattr(fastq, "WHOLE_BELOW", 10)
    monkeypatch.setattr(fastq, "HEAD_RECORDS", 10)


def write_bgzf(path: Path, text: str) -> None:
    import pysam

    with pysam.BGZFile(str(path), "wb", None) as handle:
        handle.write(text.encode())


@pytest.mark.parametrize("form", ["plain", "bgzf"])
def test_large_files__are_read_at_both_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    shorten(monkeypatch)
    sources = write_fastq_pair(tmp_path, "CHILD", pairs=3000)
    first, second = tmp_path / "a.fastq", tmp_path / "b.fastq"
    write = write_bgzf if form == "bgzf" else lambda path, text: path.write_text(text)
    texts = ["".join(text_of(path)) for path in sources]
    write(first, texts[0])
    write(second, texts[1])
    pair = check_fastq_pair(first, second, "x")
    assert [summary.faults for summary in pair] == [[], []]
    assert "--deep reads the file whole" in pair[0].notes[0]
    write(second, "".join(texts[1].splitlines(keepends=True)[:-4]))
    assert "the last reads are not mates: 'CHILD:2999'" in faults(first, second)
    write(second, texts[1][:-30])
    assert "not a whole record" in faults(first, second)
    assert "60 bases and" in faults(first, second, whole=True)


def test_large_files__plain_gzip_says_that_its_end_was_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    first, second = write_fastq_pair(tmp_path, "CHILD", pairs=3000)
    second.write_bytes(second.read_bytes()[:-40])
    pair = check_fastq_pair(first, second, "x")
    assert "not the end (plain gzip)" in pair[1].notes[0]
    assert "truncated" in faults(first, second, whole=True)
