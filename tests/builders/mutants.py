"""Damaged calls: text or BCF bytes changed where it hurts, then compressed with sound blocks and CRC.

Run as a program it reads mutants of a range of seeds in this process, so that a signal ends only the child:

    python -m builders.mutants FIRST COUNT FOLDER
"""

from __future__ import annotations

import json
import random
import re
import struct
import sys
import warnings
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from builders.odd_calls import HEADER, LINES, SAMPLES, TEXT, joined, read_with_pysam, write_as
from filiation.errors import InputError
from filiation.io.files import BGZF_END
from filiation.io.vcf import read_batches

# A record with an empty name in FORMAT, or an empty value.
EMPTY = re.compile(rb"^[^#\n].*[:,](?=[:,\t\r\n]|$)", re.MULTILINE)
OUTCOMES = ("refused", "read", "refused by pysam alone")
NUMBERS = (0, 1, 2, 7, 15, 16, 23, 24, 25, 127, 128, 129, 254, 255, 256, 32768, 65535, 1 << 24, 0x7FFFFFFF, 0x80000000)
NUMBERS += (0xFFFFFFFF, 0xFFFFFFF8, 0x80000001)
WORDS = (
    "", ".", "0", "-1", "1/7", "0/2", "99999999999", "1e400", "nan", "0|", "/", "a/b", "0/1/", "1,2,3,4,5", ",,,",
    "chr9", "chr1", "GT:GT", "PL", "GT:AD:DP:GQ:PL:XX", "-", "+5", "1.5", "<DEL>", "A,C", "\x00", " ", "\r", "\n", "\t",
    "é", "#", "2147483648", "-2147483648", "0/1:" * 300, "A" * 70_000,
)  # fmt: skip


def bgzf(content: bytes, generator: random.Random) -> bytes:
    """A sound BGZF file whose blocks are cut anywhere."""
    out = []
    at = 0
    while at < len(content):
        piece = content[at : at + generator.choice((1, 17, 400, 5000, 65_280))]
        machine = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = machine.compress(piece) + machine.flush()
        head = bytes.fromhex("1f8b08040000000000ff060042430200") + struct.pack("<H", len(packed) + 25)
        out.append(head + packed + struct.pack("<II", zlib.crc32(piece), len(piece)))
        at += len(piece)
    return b"".join(out) + BGZF_END


def mutated_text(generator: random.Random, content: bytes | None = None) -> bytes:
    """A VCF with one to three faults, in a record's structure or anywhere; `content`: one that has faults already."""
    header, lines = list(HEADER), [line.split("\t") for line in LINES]
    if content is not None:
        written = content.decode(errors="replace").rstrip("\n").split("\n")
        header = [line for line in written if line.startswith("#")]
        lines = [line.split("\t") for line in written if not line.startswith("#")]
    for _ in range(generator.randint(1, 3) if lines else 0):
        row = generator.choice(lines)
        place = generator.randrange(len(row))
        kind = generator.randrange(8)
        if kind == 0:
            row[place] = generator.choice(WORDS)
        elif kind == 1:
            parts = row[place].split(":")
            parts[generator.randrange(len(parts))] = generator.choice(WORDS)
            row[place] = ":".join(parts)
        elif kind == 2:
            del row[place]
        elif kind == 3:
            row.insert(place, generator.choice(WORDS))
        elif kind == 4:
            lines.insert(generator.randrange(len(lines)), list(generator.choice(lines)))
        elif kind == 5:
            generator.shuffle(lines)
        elif kind == 6:
            text = row[place]
            cut = generator.randrange(len(text) + 1)
            row[place] = text[:cut] + chr(generator.randrange(256)) + text[cut + generator.randint(0, 1) :]
        else:
            row[8:] = [value + generator.choice((":", ",", ":.", "")) for value in row[8:]]
        if not lines or not row:
            break
    if header and generator.random() < 0.1:
        del header[generator.randrange(len(header))]
    content = ("\n".join(header) + "\n" + "\n".join("\t".join(row) for row in lines) + "\n").encode()
    if content and generator.random() < 0.1:
        content = content[: generator.randrange(len(content))]
    return content


def bcf_parts(content: bytes) -> list[int]:
    """Starts of the records of an inflated BCF, and its end."""
    at = 9 + struct.unpack("<I", content[5:9])[0]
    starts = []
    while at < len(content):
        starts.append(at)
        at += 8 + sum(struct.unpack("<II", content[at : at + 8]))
    return [*starts, at]


def mutated_bcf(sound: bytes, starts: list[int], generator: random.Random) -> bytes:
    """An inflated BCF with one to three faults, mostly in lengths, types and counts."""
    content = bytearray(sound)
    for _ in range(generator.randint(1, 3)):
        record = generator.randrange(len(starts) - 1)
        start, end = starts[record], min(starts[record + 1], len(content) - 4)
        if start + 40 >= end:
            break
        kind = generator.randrange(6)
        if kind == 0:
            at = start + generator.choice((0, 4, 8, 12, 16, 20, 24, 28))
            content[at : at + 4] = struct.pack("<I", generator.choice(NUMBERS))
        elif kind == 1:
            content[start + generator.randrange(8, 50)] = generator.randrange(256)
        elif kind == 2:
            fields = start + 8 + struct.unpack("<I", sound[start : start + 4])[0]
            content[min(fields + generator.randrange(24), len(content) - 1)] = generator.randrange(256)
        elif kind == 3:
            content[generator.randrange(start, end)] ^= 1 << generator.randrange(8)
        elif kind == 4:
            at = generator.randrange(start, end)
            content[at : at + generator.randint(0, 4)] = generator.randbytes(generator.randint(0, 4))
        else:
            content[generator.randrange(starts[0])] = generator.randrange(256)
    if generator.random() < 0.1:
        del content[generator.randrange(len(content)) :]
    return bytes(content)


def read_by_pysam(path: Path) -> dict[str, Any] | None:
    """Every column as pysam reads it, None when pysam refuses the file."""
    import pysam

    pysam.set_verbosity(0)
    try:
        return read_with_pysam(path, SAMPLES[1:])
    except (OSError, ValueError, UnicodeDecodeError, AssertionError, KeyError):
        return None


def _plain_letters(allele: str) -> bool:
    """Whether an allele is written in letters that both readers show alike: no byte beyond ASCII, none of control."""
    return allele.isascii() and allele.isprintable()


def difference(found: dict[str, Any], theirs: dict[str, Any]) -> str:
    """The first column that is not as pysam reads it, with what both read; `` when there is none.

    Records whose alleles hold bytes that are no letters are compared in their numbers alone.
    """
    odd = [
        not all(map(_plain_letters, (*pair, *other)))
        for pair, other in zip(
            zip(found["ref"], found["alt"], strict=True), zip(theirs["ref"], theirs["alt"], strict=True), strict=True
        )
    ]
    for name, values in theirs.items():
        for v, value in enumerate(values):
            same = found[name][v] == value if values.dtype == object else None
            if same is None:
                same = np.array_equal(found[name][v], value, equal_nan=values.dtype.kind == "f")
            if not same and not (odd[v] and name in ("ref", "alt", "is_snv")):
                return f"{name} of record {v + 1}: {found[name][v]!r} and by pysam {value!r}"
    return ""


def try_mutant(path: Path, *, sound_names: bool) -> str:
    """What became of one file: refused; read as pysam reads it, in every column; read, and refused by pysam; or not so.

    Where names are not sound, the records are counted alone: what a broken declaration in the header means, or an
    empty name or value of FORMAT, is nowhere said; htslib takes an empty decimal for 0, and here it is missing.
    """
    try:
        batches = list(read_batches(path, SAMPLES[1:]))
    except InputError as error:
        return "refused" if str(path) in str(error) else "refused without the file's name"
    theirs = read_by_pysam(path)
    if theirs is None:
        return "refused by pysam alone"
    read, wanted = sum(map(len, batches)), len(theirs.get("pos", ()))
    if read != wanted:
        return f"lost: {read} of {wanted}"
    return "read" if not read or not sound_names else difference(joined(batches), theirs) or "read"


def main(first: int, count: int, folder: Path) -> int:
    """Try seeds; counts by outcome as JSON. The file of the last seed stays behind when the process dies."""
    warnings.simplefilter("ignore")
    import gzip

    sound = gzip.decompress(write_as(folder / "sound.bcf", TEXT, "bcf").read_bytes())
    starts = bcf_parts(sound)
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + count):
        generator = random.Random(seed)
        content = mutated_text(generator) if seed % 2 else mutated_bcf(sound, starts, generator)
        path = folder / f"mutant-{first}"
        path.write_bytes(bgzf(content, generator))
        (folder / "seed").write_text(str(seed), encoding="utf-8")
        head = TEXT[: TEXT.index("\n#CHROM")].encode() if seed % 2 else sound[: starts[0]]
        empty = seed % 2 and EMPTY.search(content)
        outcome = try_mutant(path, sound_names=content.startswith(head) and not empty)
        outcomes[outcome if outcome in OUTCOMES else f"seed {seed} {outcome}"] += 1
    print(json.dumps(outcomes))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
