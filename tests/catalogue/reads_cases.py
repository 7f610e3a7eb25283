"""Group B: FASTQ, BAM and CRAM."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from builders.inputs import GENOME, bam_trio, fastq_trio
from builders.sheets import FASTQ_TRIO, trio, write_run
from builders.stored_reads import (
    bam_header,
    bases,
    fastq_record,
    proper_pair,
    write_bam,
    write_fasta,
    write_member_bam,
)
from catalogue.case import Case
from filiation.model.contigs import ASSEMBLY_LENGTHS

FIRST, SECOND = "CHILD.L1_1.fastq.gz", "CHILD.L1_2.fastq.gz"
Lines = list[bytes]


def fastq(change: Callable[[], object]) -> Callable[[], Sequence[str]]:
    """`filiation check` of FASTQ pairs after a change."""

    def make() -> Sequence[str]:
        fastq_trio()
        change()
        write_fasta(Path("genome.fa"), GENOME)
        write_run(Path(), trio(), FASTQ_TRIO, reference={"fasta": "genome.fa"})
        return ["check", "--config", "config.yaml"]

    return make


def lines_of(name: str, edit: Callable[[Lines], Lines]) -> Callable[[], object]:
    """The lines of one FASTQ edited."""

    def change() -> None:
        path = Path(name)
        lines = edit(gzip.decompress(path.read_bytes()).splitlines(keepends=True))
        path.write_bytes(gzip.compress(b"".join(lines), mtime=0))

    return change


def line(number: int, edit: Callable[[bytes], bytes], name: str = FIRST) -> Callable[[], object]:
    """One line edited, counted from 1."""
    return lines_of(name, lambda lines: [*lines[: number - 1], edit(lines[number - 1]), *lines[number:]])


def bam(change: Callable[[], object], *options: str, **config: object) -> Callable[[], Sequence[str]]:
    """`filiation check` of the members' BAM files after a change of the father's."""

    def make() -> Sequence[str]:
        write_fasta(Path("genome.fa"), GENOME)
        rows = bam_trio()
        change()
        write_run(Path(), rows, **{"reference": {"fasta": "genome.fa"}, **config})
        return ["check", "--config", "config.yaml", *options]

    return make


def extract(change: Callable[[], object]) -> Callable[[], Sequence[str]]:
    """`filiation extract-reads` of the father's BAM after a change."""

    def make() -> Sequence[str]:
        bam_trio()
        change()
        outputs = ["--fastq-1", "out/1.fastq.gz", "--fastq-2", "out/2.fastq.gz", "--metrics", "out/reads.tsv"]
        return ["extract-reads", "--reads", "FATHER.bam", "--sample", "FATHER", *outputs]

    return make


def _other_quality() -> None:
    for mate, name in ((1, FIRST), (2, SECOND)):
        text = "".join(fastq_record(f"r{n}/{mate}", bases(60, n), "h" * 60) for n in range(50))
        Path(name).write_bytes(gzip.compress(text.encode()))


def _lengths() -> None:
    for mate, name in ((1, FIRST), (2, SECOND)):
        text = "".join(fastq_record(f"r{n}/{mate}", bases(30 + n, n)) for n in range(50))
        Path(name).write_bytes(gzip.compress(text.encode()))


def _copy(source: str, target: str, *, recompressed: bool = False) -> None:
    for mate in (1, 2):
        path = Path(f"{target}.L1_{mate}.fastq.gz")
        path.unlink()
        if recompressed:
            path.write_bytes(gzip.compress(gzip.decompress(Path(f"{source}.L1_{mate}.fastq.gz").read_bytes()), 1))
        else:
            shutil.copy(f"{source}.L1_{mate}.fastq.gz", path)


def _link() -> None:
    for mate in (1, 2):
        Path(f"FATHER.L1_{mate}.fastq.gz").unlink()
        os.symlink(f"CHILD.L1_{mate}.fastq.gz", f"FATHER.L1_{mate}.fastq.gz")


def _father(samples: Sequence[str] = ("FATHER",), lengths: dict[str, int] | None = None) -> Callable[[], object]:
    return lambda: write_member_bam(Path("FATHER.bam"), samples, GENOME, lengths)


def _unsorted() -> None:
    header = bam_header({"chr1": 1_000, "chr2": 500}, ["FATHER"])
    write_bam(Path("FATHER.bam"), header, proper_pair(header, "a", 100, GENOME["chr1"])[::-1], sort=False)


def _bytes(edit: Callable[[bytes], bytes], name: str = "FATHER.bam") -> Callable[[], object]:
    return lambda: Path(name).write_bytes(edit(Path(name).read_bytes()))


def _conserved(told: str) -> None:
    """Records read = 2 x pairs + dropped, and the FASTQ files hold the pairs."""
    counts = {
        row.split("\t")[1]: row.split("\t")[2] for row in Path("out/reads.tsv").read_text().splitlines() if "\t" in row
    }
    for mate in (1, 2):
        with gzip.open(f"out/{mate}.fastq.gz") as handle:
            assert sum(1 for _ in handle) == 4 * 30, counts


def cases() -> list[Case]:
    """Every case of this module."""
    hg19 = {"chr1": ASSEMBLY_LENGTHS["GRCh37"]["1"], "chr2": ASSEMBLY_LENGTHS["GRCh37"]["2"]}
    step = (
        ("first read left out", lambda lines: lines[4:], "read 1"),
        ("a read in the middle left out", lambda lines: [*lines[:100], *lines[104:]], "read 26"),
        ("two reads exchanged", lambda lines: [*lines[:40], *lines[44:48], *lines[40:44], *lines[48:]], "read 11"),
        ("a read twice", lambda lines: [*lines[:8], *lines[4:8], *lines[8:]], "read 3"),
    )
    records = (
        ("B3", "last record cut after its bases", lines_of(FIRST, lambda lines: lines[:-2]), ""),
        ("B3", "last record cut in its qualities", lines_of(FIRST, lambda lines: [*lines[:-1], lines[-1][:20]]), ""),
        ("B3", "last record cut in its name", lines_of(FIRST, lambda lines: [*lines[:-4], lines[-4][:5]]), ""),
        ("B8", "letter of no base", line(6, lambda text: b"X" + text[1:]), "line 6"),
        ("B8", "space among the bases", line(6, lambda text: b"A " + text[2:]), "line 6"),
        ("B8", "qualities shorter than bases", line(8, lambda text: text[5:]), "line"),
        ("B8", "qualities longer than bases", line(8, lambda text: b"F" + text), "line"),
        ("B8", "third line without its sign", line(7, lambda text: b"-\n"), "line 7"),
        ("B8", "name without its sign", line(5, lambda text: b">" + text[1:]), "line 5"),
        (
            "B8",
            "carriage returns",
            lines_of(FIRST, lambda lines: [text.replace(b"\n", b"\r\n") for text in lines]),
            "line",
        ),
        ("B8", "control letter among the qualities", line(8, lambda text: b"\x07" + text[1:]), "line 8"),
        ("B8", "blank line between records", line(5, lambda text: b"\n" + text), "line 5"),
        ("B8", "FASTA for FASTQ", lines_of(FIRST, lambda lines: [b">r\n", b"ACGT\n"] * 8), "line 1"),
    )
    return [
        *(
            Case(
                "B1",
                f"second reads: {name}",
                fastq(lines_of(SECOND, edit)),
                "check",
                ("out of step", place),
                SECOND,
                r"line \d+|read",
                "CHILD",
            )
            for name, edit, place in step
        ),
        Case(
            "B1",
            "second reads of another sample",
            fastq(lambda: shutil.copy("MOTHER.L1_2.fastq.gz", SECOND)),
            "check",
            ("",),
            SECOND,
            "",
            "CHILD",
        ),
        Case(
            "B1",
            "the two files are the same reads",
            fastq(lambda: shutil.copy(FIRST, SECOND)),
            "check",
            ("",),
            SECOND,
            "",
            "CHILD",
        ),
        Case(
            "B2",
            "second file shorter",
            fastq(lines_of(SECOND, lambda lines: lines[:-8])),
            "check",
            ("48 reads", "50"),
            SECOND,
            "",
            "CHILD",
        ),
        Case(
            "B2",
            "first file shorter",
            fastq(lines_of(FIRST, lambda lines: lines[:-4])),
            "check",
            ("49 reads", "50"),
            FIRST,
            "",
            "CHILD",
        ),
        *(
            Case(row, name, fastq(change), "check", ("",), FIRST, place or r"line \d+", "CHILD")
            for row, name, change, place in records
        ),
        Case(
            "B3",
            "gzip cut",
            fastq(_bytes(lambda data: data[:-100], FIRST)),
            "check",
            ("truncated",),
            FIRST,
            "whole reads",
            "CHILD",
        ),
        Case(
            "B3",
            "gzip flipped",
            fastq(_bytes(lambda data: data[:700] + bytes([data[700] ^ 4]) + data[701:], FIRST)),
            "check",
            ("",),
            FIRST,
            "",
            "CHILD",
        ),
        Case(
            "B4",
            "an empty file",
            fastq(_bytes(lambda data: b"", FIRST)),
            "check",
            ("is empty (0 bytes)",),
            FIRST,
            "",
            "CHILD",
        ),
        Case(
            "B4",
            "gzip of nothing",
            fastq(_bytes(lambda data: gzip.compress(b""), FIRST)),
            "check",
            ("no read in the file",),
            FIRST,
            "",
            "CHILD",
        ),
        Case(
            "B4",
            "both files of nothing",
            fastq(lambda: [_bytes(lambda data: gzip.compress(b""), name)() for name in (FIRST, SECOND)]),
            "check",
            ("no read in the file",),
            FIRST,
            "",
            "CHILD",
        ),
        Case(
            "B4",
            "gzip of blank lines",
            fastq(_bytes(lambda data: gzip.compress(b"\n\n\n"), FIRST)),
            "check",
            ("",),
            FIRST,
            "",
            "CHILD",
        ),
        Case(
            "B5",
            "a copy under another sample",
            fastq(lambda: _copy("CHILD", "FATHER")),
            "check",
            ("begins with the same reads",),
            "FATHER.L1_1.fastq.gz",
            "",
            "CHILD",
        ),
        Case(
            "B5",
            "a copy compressed again under another sample",
            fastq(lambda: _copy("CHILD", "MOTHER", recompressed=True)),
            "check",
            ("begins with the same reads",),
            "MOTHER.L1_1.fastq.gz",
            "",
            "CHILD",
        ),
        Case(
            "B5",
            "a link under another sample",
            fastq(_link),
            "check",
            ("is the same file as",),
            "FATHER.L1_1.fastq.gz",
            "",
            "CHILD",
        ),
        Case("B6", "reads of many lengths", fastq(_lengths), "check", ("3 members",), code=0),
        Case("B7", "qualities of Phred+64", fastq(_other_quality), "check", ("Phred+64",), FIRST, "", "CHILD"),
        Case(
            "B9",
            "read group of another sample",
            bam(_father(["MOTHER"])),
            "check",
            ("read group SM is 'MOTHER'",),
            "FATHER.bam",
            "",
            "sample FATHER",
        ),
        Case(
            "B9",
            "read groups of two samples",
            bam(_father(["FATHER", "UNCLE"])),
            "check",
            ("2 samples: FATHER, UNCLE",),
            "FATHER.bam",
            "",
            "sample FATHER",
        ),
        Case(
            "B10",
            "records lost between stored reads and FASTQ",
            extract(lambda: None),
            "extract-reads",
            code=0,
            proves=_conserved,
        ),
        *(
            Case("B10", f"stored reads {name}", extract(_bytes(edit)), "extract-reads", ("",), "FATHER.bam", "", "")
            for name, edit in (
                ("without their end", lambda data: data[:-28]),
                ("cut", lambda data: data[: len(data) // 2]),
                ("empty", lambda data: b""),
                ("of another kind", lambda data: b"@HD\tVN:1.6\n"),
                ("with a flipped bit", lambda data: data[:-60] + bytes([data[-60] ^ 8]) + data[-59:]),
            )
        ),
        *(
            Case("B10", f"BAM {name}", bam(_bytes(edit), *options), "check", (found,), "FATHER.bam", "", "FATHER")
            for name, edit, found, options in (
                ("without its end", lambda data: data[:-28], "no BGZF end-of-file block", ()),
                ("cut", lambda data: data[: len(data) // 2], "no BGZF end-of-file block", ()),
                ("empty", lambda data: b"", "is empty (0 bytes)", ()),
                ("of text", lambda data: b"@HD\tVN:1.6\n", "neither BAM nor CRAM", ()),
                (
                    "with a flipped bit",
                    lambda data: (
                        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 8]) + data[len(data) // 2 + 1 :]
                    ),
                    "damaged",
                    ("--deep",),
                ),
            )
        ),
        Case(
            "B10",
            "BAM that is not sorted",
            bam(_unsorted),
            "check",
            ("not sorted",),
            "FATHER.bam",
            "record 2",
            "sample FATHER",
        ),
        Case(
            "B10",
            "BAM without a read",
            bam(lambda: write_bam(Path("FATHER.bam"), bam_header({"chr1": 1_000, "chr2": 500}, ["FATHER"]), [])),
            "check",
            ("no read in the file",),
            "FATHER.bam",
            "",
            "sample FATHER",
        ),
        Case(
            "B13",
            "aligned to hg19",
            bam(_father(lengths=hg19)),
            "check",
            ("GRCh37 (hg19)", "249,250,621"),
            "FATHER.bam",
            "chr1",
            "sample FATHER",
        ),
        Case(
            "B13",
            "aligned to contigs without chr",
            bam(_father(lengths={"1": 1_000, "2": 500})),
            "check",
            ("without chr",),
            "FATHER.bam",
            r"\(1\)",
            "sample FATHER",
        ),
        Case(
            "B14",
            "reads on a contig that the reference lacks",
            bam(_father(lengths={"phix": 1_000, "chr2": 500})),
            "check",
            ("phix",),
            "FATHER.bam",
            "",
            "sample FATHER",
        ),
        Case(
            "B14",
            "decoys that no read lies on",
            bam(_father(lengths={"chr1": 1_000, "chr2": 500, "hs38d1": 5_000})),
            "check",
            ("3 members",),
            code=0,
        ),
    ]
