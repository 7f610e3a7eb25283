"""Can every record of the calls that a laboratory gives be read, before bcftools reads them and passes over one?

bcftools 1.16 leaves out a line that ends before its genotypes and ends with 0; it takes `+130` for a position, a column
too many, and allele 7 of 2. Here the reader of the screen, which stops at each of these with its line, goes through the
file first. Where bcftools itself finds a fault later, its words are turned into file, line and place.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import compression
from filiation.io.vcf import check_record_count
from filiation.io.vcf_lines import numbered_lines

_UNDECLARED = re.compile(r"(INFO|FORMAT|FILTER) '([^']*)'(?: at (\S+:\d+))? is not defined in the header")
_LETTERS = re.compile(r"Non-ACGTN (reference|alternate) allele at (\S+:\d+) .*?VCF:'([^']*)'")
_DUPLICATE = re.compile(r"Duplicate alleles at (\S+:\d+)")
_COUNT = re.compile(r"wrong number of fields in (\S+) at (\S+:\d+), expected (\d+), found (\d+)")
# Any other fault of a record, as `[E::vcf_parse_format] Couldn't read GT data … at chr2:139`.
_RECORD = re.compile(r"(?:\[E::\w+\] |\[W::\w+\] (?=Bad BCF))(.*? at (\S+:\d+).*)")
_LEADING_PHASE = re.compile(rb"(^|\t)[/|](?=[\d.])")
# Columns of a VCF line, from 0.
_COLUMN = {"FILTER": 6, "INFO": 7, "FORMAT": 8}


def prove_calls(path: str | Path, columns: Sequence[str]) -> int:
    """Read every record of a VCF or BCF for some of its sample columns; returns how many there are.

    Raises InputError with line (record of a BCF) and place at the first that is damaged or unsorted, and when an
    index beside the file counts another number of records.
    """
    from filiation.io.raw.pieces import Order, runs_of
    from filiation.io.raw.reader import CallsReader
    from filiation.io.raw.stream import run_in_order

    reader = CallsReader(path, columns, what="stored calls", split=True)
    try:
        order = Order(reader)
        for batch in run_in_order(reader, threads=2):
            order.check(runs_of(batch.first_record, batch.contig_index, batch.pos, batch.records.content))
    finally:
        reader.close()
    check_record_count(path, reader.records)
    return reader.records


def without_leading_phase(path: str | Path, folder: Path) -> Path:
    """A text VCF of version 4.4 or later without the sign of phase before a first allele, in a folder of ours.

    `/0/1` and `|0|1` are 0/1 and 0|1 (VCF specification 4.4, section 1.6.2); htslib before 1.22 cannot read them. Any
    other file is returned as it is.
    """
    if is_binary(path):
        return Path(path)
    lines = numbered_lines(path)
    _, first = next(lines)
    version = re.match(rb"##fileformat=VCFv4\.(\d+)", first)
    if version is None or int(version[1]) < 4:
        return Path(path)
    plain = folder / "unprefixed.vcf"
    with open(plain, "wb") as handle:
        handle.write(first)
        for _, raw in lines:
            cells = raw.split(b"\t", 9)
            if len(cells) == 10 and not raw.startswith(b"#") and cells[8].split(b":", 1)[0] == b"GT":
                cells[9] = _LEADING_PHASE.sub(rb"\1", cells[9])
                raw = b"\t".join(cells)
            handle.write(raw)
    return plain


def is_binary(path: str | Path) -> bool:
    """Whether a file is a BCF, compressed or not."""
    if compression(path) == "none":
        with open(path, "rb") as handle:
            return handle.read(3) == b"BCF"
    with gzip.open(path, "rb") as packed:
        return packed.read(3) == b"BCF"


def explain_record(words: str, path: str | Path) -> InputError | None:
    """What bcftools found wrong with a record of a user's file, with its line and place; None for anything else."""
    if found := _UNDECLARED.search(words):
        kind, name, place = found.groups()
        return InputError(
            f"{kind} '{name}' is not declared in the header",
            where=record_where(path, place or "", (kind, name)),
            expected=f"a ##{kind} line for every {kind} in use",
            repair="bcftools annotate -h LINES.txt FILE, with the line that is missing",
        )
    if found := _LETTERS.search(words):
        kind, place, allele = found.groups()
        return InputError(
            f"{'REF' if kind == 'reference' else 'ALT'} '{allele[:40]}'",
            where=record_where(path, place),
            expected="the letters A, C, G, T or N",
            repair="produce the file again; a letter that stands for several bases names no allele",
        )
    if found := _DUPLICATE.search(words):
        return InputError(
            "the same allele twice in one record",
            where=record_where(path, found[1]),
            expected="REF and ALT that differ",
            repair="produce the file again; the line was edited or damaged",
        )
    if found := _COUNT.search(words):
        return InputError(
            f"{found[1]} has {found[4]} values over all members",
            where=record_where(path, found[2]),
            expected=f"{found[3]}, by its declaration in the header and the alleles of the record",
            repair="produce the file again; the line was edited or damaged",
        )
    if found := _RECORD.search(words):
        return InputError(
            " ".join(found[1].split())[:300],
            where=record_where(path, found[2]),
            expected="a record as in the VCF specification",
            repair="produce the file again; the line was edited or damaged",
        )
    return None


def record_where(path: str | Path, place: str, tag: tuple[str, str] | None = None) -> str:
    """File, line of a text VCF, and place (`chr1:100`); without a place, the first line that uses a tag."""
    number = 0
    if not is_binary(path):
        for line, raw in numbered_lines(path):
            cells = raw.rstrip(b"\r\n").split(b"\t")
            if raw.startswith(b"#") or len(cells) < 8:
                continue
            here = b":".join(cells[:2]).decode(errors="backslashreplace")
            if here == place or (not place and tag and _uses(cells, *tag)):
                number, place = line, here
                break
    parts = [str(path), f"line {number}" if number else "", place]
    return ", ".join(part for part in parts if part)


def _uses(cells: Sequence[bytes], kind: str, name: str) -> bool:
    """Whether a line names a FILTER, INFO or FORMAT."""
    column = _COLUMN[kind]
    if len(cells) <= column:
        return False
    words = re.split(rb"[;:]", cells[column])
    return name.encode() in [word.partition(b"=")[0] for word in words]
