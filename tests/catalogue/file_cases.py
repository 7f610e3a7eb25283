"""Group A: files cut, flipped, joined, packed otherwise, without index or with another's."""

from __future__ import annotations

import gzip
import os
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pysam
import pysam.bcftools

from builders.inputs import GENOME, bam_trio, fastq_trio
from builders.mutants import bgzf
from builders.sheets import FASTQ_TRIO, trio, write_run
from builders.stored_reads import bases, write_cram, write_fasta
from builders.trio import write_frequencies
from catalogue.calls import (
    COMMANDS,
    FIRST,
    cell,
    check_command,
    normalise_command,
    screen_command,
    sound_lines,
    write_calls,
)
from catalogue.case import Case
from catalogue.packing import blocks, many_blocks, one_block
from filiation.io.files import BGZF_END

Damage = Callable[[bytes], bytes]


def _flip(data: bytes) -> bytes:
    out = bytearray(data)
    out[blocks(data)[-4] + 25] ^= 0x10
    return bytes(out)


def _zeroed(data: bytes) -> bytes:
    start = blocks(data)[-4] + 20
    return data[:start] + bytes(64) + data[start + 64 :]


def _cut_at_block(data: bytes) -> bytes:
    return data[: blocks(data)[-4]]


NO_END = "no BGZF end-of-file block"
DAMAGED = r"at byte \d+"
DAMAGES: list[tuple[str, str, Damage, str, str]] = [
    ("A1", "cut at a block edge", _cut_at_block, NO_END, ""),
    ("A1", "only the header's block left", lambda data: data[: blocks(data)[1]], NO_END, ""),
    ("A2", "cut inside a block", lambda data: data[: blocks(data)[-4] + 30], NO_END, ""),
    ("A2", "cut inside the head of a block", lambda data: data[: blocks(data)[-4] + 7], NO_END, ""),
    ("A2", "cut in the first bytes", lambda data: data[:20], "", ""),
    ("A3", "end block missing, data whole", lambda data: data[:-28], NO_END, ""),
    ("A3", "end block cut", lambda data: data[:-3], NO_END, ""),
    ("A5", "one bit flipped", _flip, "damaged", DAMAGED),
    ("A5", "64 bytes zeroed", _zeroed, "damaged", DAMAGED),
    (
        "A5",
        "a block lost its middle, end block there",
        lambda data: data[: blocks(data)[-3] - 20] + data[blocks(data)[-3] :],
        "damaged",
        DAMAGED,
    ),
    ("A8", "bytes after the end", lambda data: data + b"garbage", "", ""),
    ("A8", "text after the end", lambda data: data + b"chr2\t400\n", "", ""),
    ("A8", "zeros after the end", lambda data: data + bytes(512), "", ""),
    ("A10", "empty file", lambda data: b"", "is empty (0 bytes)", ""),
]


def _damaged(form: str, command: str, damage: Damage) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        Path(f"joint.{form}").write_bytes(damage(many_blocks(form)))
        return COMMANDS[command](f"joint.{form}")

    return make


def damaged_calls() -> list[Case]:
    """Every damage of a BGZF file, as VCF and as BCF, given to every command that reads calls."""
    return [
        Case(row, f"{fault}, .{form}", _damaged(form, command, damage), command, (found,), f"joint.{form}", place)
        for row, fault, damage, found, place in DAMAGES
        for form in ("vcf.gz", "bcf")
        for command in COMMANDS
    ]


def _cut_with_index(command: str, form: str = "vcf.gz") -> Callable[[], Sequence[str]]:
    """A file that lost its last records at a line's end, with a new end block, beside the index of the whole file."""

    def make() -> Sequence[str]:
        path = Path(f"joint.{form}")
        write_calls(path, sound_lines())
        pysam.bcftools.index("-c", str(path), catch_stdout=False)
        write_calls(path, sound_lines()[:-6])
        index = Path(f"{path}.csi")
        os.utime(index, (path.stat().st_mtime + 5,) * 2)
        return COMMANDS[command](path.name)

    return make


def _index_of_another(command: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        write_calls(Path("other.vcf.gz"), [*sound_lines()[: FIRST + 3]])
        pysam.bcftools.index("-t", "other.vcf.gz", catch_stdout=False)
        write_calls(Path("joint.vcf.gz"), sound_lines())
        shutil.move("other.vcf.gz.tbi", "joint.vcf.gz.tbi")
        return COMMANDS[command]("joint.vcf.gz")

    return make


def _stale(command: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        write_calls(Path("joint.vcf.gz"), sound_lines()[:-9])
        pysam.bcftools.index("-t", "joint.vcf.gz", catch_stdout=False)
        os.utime("joint.vcf.gz.tbi", (1, 1))
        write_calls(Path("joint.vcf.gz"), sound_lines())
        return COMMANDS[command]("joint.vcf.gz")

    return make


def _records_out(count: int) -> Callable[[str], None]:
    def proves(told: str) -> None:
        with pysam.VariantFile(str(next(Path("out").glob("*.bcf")))) as calls:
            assert sum(1 for _ in calls) == count

    return proves


def _joined_parts() -> None:
    """Two whole BGZF files one behind the other: an end block in the middle."""
    lines = [f"{line}\n".encode() for line in sound_lines()]
    first, second = b"".join(lines[: FIRST + 20]), b"".join(lines[FIRST + 20 :])
    Path("joint.vcf.gz").write_bytes(bgzf(first, random.Random(1)) + bgzf(second, random.Random(2)))


def _joined(command: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        _joined_parts()
        return COMMANDS[command]("joint.vcf.gz")

    return make


def _joined_with_old_index() -> Sequence[str]:
    write_calls(Path("joint.vcf.gz"), sound_lines()[: FIRST + 20])
    pysam.bcftools.index("-t", "joint.vcf.gz", catch_stdout=False)
    _joined_parts()
    return normalise_command("joint.vcf.gz")


def _repacked(name: str, pack: Callable[[bytes], bytes]) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        text = "".join(f"{line}\n" for line in sound_lines()).encode()
        Path(name).write_bytes(pack(text))
        return check_command(name)

    return make


def _header_only(command: str) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        write_calls(Path("joint.vcf.gz"), sound_lines()[:FIRST])
        return COMMANDS[command]("joint.vcf.gz")

    return make


def _resource(damage: Callable[[Path], None]) -> Callable[[], Sequence[str]]:
    """The screen with population frequencies whose file or index is changed."""

    def make() -> Sequence[str]:
        write_calls(Path("joint.vcf.gz"), sound_lines())
        records = [line.split("\t") for line in sound_lines()[FIRST:]]
        rows = [f"{c[0]} {c[1]} . {c[3]} {c[4]} AF=0.4;nhomalt=9" for c in records]
        damage(write_frequencies(Path("af.vcf.gz"), rows, list(GENOME)))
        return [*screen_command("joint.vcf.gz"), "--frequency", "gnomAD=af.vcf.gz"]

    return make


def _all_frequent(told: str) -> None:
    assert "\tfrequent_in_population\t40\t" in Path("out/screen.tsv").read_text()


def _old_index(path: Path) -> None:
    index = Path(f"{path}.tbi")
    data = index.read_bytes()
    rows = path.read_bytes()
    write_frequencies(path, ["chr1 6 . A C AF=0.4;nhomalt=9"], list(GENOME))
    stale = index.read_bytes()
    path.write_bytes(rows)
    index.write_bytes(stale)
    os.utime(index, (1, 1))
    assert stale != data


def _written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _cram(change: Callable[[], None], **config: object) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        write_fasta(Path("genome.fa"), GENOME)
        rows = bam_trio()
        write_cram(Path("CHILD.cram"), Path("CHILD.bam"), Path("genome.fa"))
        rows[0]["bam"] = "CHILD.cram"
        change()
        write_run(Path(), rows, **{"reference": {"fasta": "genome.fa"}, **config})
        return ["check", "--config", "config.yaml", "--deep"]

    return make


def _bomb(name: str, head: bytes, command: Callable[[str], Sequence[str]]) -> Callable[[], Sequence[str]]:
    """300 MB of one letter without a line's end, in 300 kB."""

    def make() -> Sequence[str]:
        Path(name).write_bytes(one_block(head) + one_block(b"A" * 65_000, 9) * 4_700 + BGZF_END)
        return command(name)

    return make


def _fastq(change: Callable[[Path], None]) -> Callable[[], Sequence[str]]:
    def make() -> Sequence[str]:
        fastq_trio()
        change(Path("CHILD.L1_1.fastq.gz"))
        write_fasta(Path("genome.fa"), GENOME)
        write_run(Path(), trio(), FASTQ_TRIO, reference={"fasta": "genome.fa"})
        return ["check", "--config", "config.yaml"]

    return make


def _split_members(path: Path, pack: Callable[[bytes], bytes]) -> None:
    text = gzip.decompress(path.read_bytes())
    middle = text.index(b"\n@", len(text) // 2) + 1
    path.write_bytes(pack(text[:middle]) + pack(text[middle:]))


def _every_read_compared(told: str) -> None:
    """A reader that stopped at the first member would miss half of the mates, and tell of two lengths."""
    assert "3 members" in told


HEAD = "".join(f"{line}\n" for line in sound_lines()[:FIRST]).encode()
OTHER_GENOME = {"chr1": bases(1_000, 99), "chr2": GENOME["chr2"]}
NOT_BGZF = "compressed with gzip, not with bgzip"


def cases() -> list[Case]:
    """Every case of the group."""
    return [
        *damaged_calls(),
        *(
            Case(
                "A4",
                f"cut at a line's end, new end block, .{form}",
                _cut_with_index(command, form),
                command,
                ("34 records were read and the index counts 40",),
                f"joint.{form}",
            )
            for form in ("vcf.gz", "bcf")
            for command in COMMANDS
        ),
        *(
            Case(
                "A6",
                "two BGZF files one behind the other",
                _joined(command),
                command,
                code=0,
                proves=_records_out(40) if command != "check" else lambda told: None,
                found=("",),
            )
            for command in COMMANDS
        ),
        Case(
            "A6",
            "two BGZF files with the index of the first",
            _joined_with_old_index,
            "normalise",
            ("40 records were read and the index counts 20",),
            "joint.vcf.gz",
        ),
        Case(
            "A6",
            "FASTQ of two BGZF files",
            _fastq(lambda path: _split_members(path, lambda text: bgzf(text, random.Random(3)))),
            code=0,
            proves=_every_read_compared,
        ),
        Case(
            "A7",
            "FASTQ of two gzip members",
            _fastq(lambda path: _split_members(path, gzip.compress)),
            code=0,
            proves=_every_read_compared,
        ),
        Case(
            "A7",
            "FASTQ whose second member is cut",
            _fastq(lambda path: (_split_members(path, gzip.compress), path.write_bytes(path.read_bytes()[:-40]))[0]),
            found=("truncated",),
            file="CHILD.L1_1.fastq.gz",
            sample="CHILD",
            place="after at least",
        ),
        Case(
            "A8",
            "FASTQ with bytes after the end",
            _fastq(lambda path: _written(path, path.read_bytes() + b"more")),
            found=("damaged gzip",),
            file="CHILD.L1_1.fastq.gz",
            sample="CHILD",
            place="after at least",
        ),
        Case(
            "A9",
            "plain gzip under a BGZF name",
            _repacked("joint.vcf.gz", gzip.compress),
            "check",
            (NOT_BGZF, "bgzip -c"),
            "joint.vcf.gz",
        ),
        Case(
            "A9",
            "plain text under a compressed name",
            _repacked("joint.vcf.gz", lambda text: text),
            "check",
            ("not compressed, although its name ends in .gz", "bgzip -c"),
            "joint.vcf.gz",
        ),
        Case(
            "A9",
            "bzip2 under a BGZF name",
            _repacked("joint.vcf.gz", lambda text: __import__("bz2").compress(text)),
            "check",
            ("",),
            "joint.vcf.gz",
        ),
        Case(
            "A9",
            "frequencies in plain gzip",
            _resource(lambda path: _written(path, gzip.compress(gzip.decompress(path.read_bytes())))),
            "screen",
            ("",),
            "af.vcf.gz",
        ),
        Case(
            "A10",
            "empty FASTQ file",
            _fastq(lambda path: _written(path, b"")),
            "check",
            ("is empty (0 bytes)",),
            "CHILD.L1_1.fastq.gz",
            sample="CHILD",
        ),
        Case(
            "A10", "empty frequencies", _resource(lambda path: _written(path, b"")), "screen", ("empty",), "af.vcf.gz"
        ),
        Case("A11", "header without records", _header_only("check"), "check", ("0 variants in the file",), code=0),
        Case(
            "A11",
            "header without records",
            _header_only("normalise"),
            "normalise",
            ("0 records in, 0 out",),
            code=0,
            proves=_records_out(0),
        ),
        Case("A11", "header without records", _header_only("screen"), "screen", code=0, proves=_records_out(0)),
        Case(
            "A12",
            "frequencies without an index",
            _resource(lambda path: Path(f"{path}.tbi").unlink()),
            "screen",
            ("index",),
            "af.vcf.gz",
        ),
        *(
            Case(
                "A13",
                "index older than the file, of fewer records",
                _stale(command),
                command,
                ("40 ", "index counts 31"),
                "joint.vcf.gz",
            )
            for command in COMMANDS
        ),
        Case(
            "A13",
            "frequencies changed after they were indexed",
            _resource(_old_index),
            "screen",
            code=0,
            proves=_all_frequent,
        ),
        *(
            Case(
                "A14",
                "index of another file",
                _index_of_another(command),
                command,
                ("40 ", "index counts 3"),
                "joint.vcf.gz",
            )
            for command in COMMANDS
        ),
        Case(
            "A15",
            "CRAM of another sequence under the same name",
            _cram(lambda: write_fasta(Path("genome.fa"), OTHER_GENOME) and None),
            "check",
            ("MD5",),
            "CHILD.cram",
            "chr1",
            "CHILD",
        ),
        Case(
            "A15",
            "CRAM without its end",
            _cram(lambda: _written(Path("CHILD.cram"), Path("CHILD.cram").read_bytes()[:-5])),
            "check",
            ("no end-of-file container",),
            "CHILD.cram",
            sample="CHILD",
        ),
        Case(
            "A18",
            "300 MB of one line in 300 kB, header",
            _bomb("joint.vcf.gz", HEAD[: HEAD.rindex(b"##FORMAT") + 20], check_command),
            "check",
            ("bytes",),
            "joint.vcf.gz",
            "line",
        ),
        *(
            Case(
                "A18",
                "300 MB of one line in 300 kB, record",
                _bomb("joint.vcf.gz", HEAD, COMMANDS[command]),
                command,
                ("bytes",),
                "joint.vcf.gz",
                "line",
            )
            for command in ("check", "screen")
        ),
        *(
            Case(
                "A19",
                "allele of five million bases",
                lambda command=command: (
                    write_calls(Path("joint.vcf.gz"), cell("ALT", "A" * 5_000_000)(sound_lines())),
                    COMMANDS[command]("joint.vcf.gz"),
                )[1],
                command,
                code=0,
                proves=_records_out(40),
            )
            for command in ("normalise", "screen")
        ),
    ]
