"""What a user is told of a damaged record: which record, what was found, what stands in such a file, what to do."""

from __future__ import annotations

import struct

from filiation.errors import InputError
from filiation.io.raw.header import Header
from filiation.kernels import damage
from filiation.kernels.damage import FIELDS


class NotBiallelicError(InputError):
    """A record with several alternate alleles, or none, where one is expected; `io.raw.split` makes one of each."""


_NORMALISE = "run `filiation normalise` first"
_COPY = "copy or produce the file again, and compare its checksum with the source"


def _texts(code: int, detail: int, header: Header) -> tuple[str, str, str]:
    """Found, expected, repair."""
    samples = header.samples
    sample = samples[detail] if 0 <= detail < len(samples) else str(detail)
    field = FIELDS[detail] if 0 <= detail < len(FIELDS) else "?"
    return {
        damage.RECORD_TOO_LARGE: (f"a record of {detail} bytes", "at most 256 MiB, with sound lengths", _COPY),
        damage.RECORD_CUT: ("the file ends inside a record", "whole records (lines with their line end)", _COPY),
        damage.UNKNOWN_CONTIG: (
            "a contig that the header does not declare", "a ##contig line for each contig",
            "bcftools reheader --fai reference.fa.fai",
        ),
        damage.POSITION_OUTSIDE: (
            f"position {detail}", "a position inside the contig", "check that header and records are of one build"
        ),
        damage.NOT_BIALLELIC: (
            f"{detail} alternate alleles", "exactly one, as `filiation normalise` writes them", _NORMALISE
        ),
        damage.ALLELE_OUT_OF_RANGE: (
            f"allele number {detail} in a record with one alternate allele", "0, 1 or .",
            "produce the calls again; the line was edited or damaged",
        ),
        damage.UNSORTED: (
            f"records are not sorted: one behind position {detail} of the same contig", "records sorted by position",
            "bcftools sort -Oz -o sorted.vcf.gz FILE"
        ),
        damage.WRONG_SAMPLE_COUNT: (
            f"{detail} samples", f"{len(samples)}, as the header names them", _COPY
        ),
        damage.BAD_GENOTYPE: (f"a genotype of {sample} that cannot be read", "alleles with / or | between", _COPY),
        damage.BAD_NUMBER: (f"a value of {sample} that is not a number", "numbers, or . for missing", _COPY),
        damage.EMPTY_ALLELE: ("an empty allele", "bases", _COPY),
        damage.FIELD_TWICE: (f"FORMAT/{field} given twice", "each field once", _COPY),
        damage.LENGTHS_DISAGREE: ("lengths that contradict each other", "a sound BCF record", _COPY),
        damage.BAD_TYPE: ("a value of a type that does not exist or does not belong here", "a sound BCF record", _COPY),
        damage.TOO_FEW_COLUMNS: (
            "too few columns", f"{9 + len(samples)} columns separated by single tabs", _COPY
        ),
        damage.BAD_POSITION: ("a position that is not a number", "POS as a whole number", _COPY),
        damage.TOO_MANY_VALUES: (f"more values of {sample} than FORMAT names", "one value for each field", _COPY),
        damage.UNDECLARED_FIELD: (
            f"FORMAT/{field} is not declared in the header", f"a ##FORMAT line for {field}",
            "add the line with `bcftools reheader`",
        ),
        damage.BLANK_LINE: ("a blank line", "a record", "delete the line"),
        damage.NUL_BYTE: ("a NUL byte", "text", _COPY),
        damage.HEADER_AMONG_RECORDS: ("a header line among the records", "records", "bcftools concat joins files"),
    }[code]  # fmt: skip


def record_place(header: Header, number: int, content: bytes) -> str:
    """`record 12, chr1:1000`, or the line of a VCF."""
    place = f"record {number + 1}" if header.is_bcf else f"line {header.text.count(chr(10)) + number + 1}"
    if header.is_bcf and len(content) >= 16:
        contig, position = struct.unpack("<ii", content[8:16])
        names = dict(zip(header.contig_key, header.contigs, strict=True))
        if contig in names:
            place += f", {names[contig]}:{position + 1}"
    elif not header.is_bcf:
        fields = content[:400].split(b"\t")
        if len(fields) > 2:
            place += ", " + b":".join(fields[:2]).decode("utf-8", errors="backslashreplace")
    return place


def record_error(code: int, detail: int, path: str, header: Header, number: int, *, content: bytes = b"") -> InputError:
    """The error of record `number` (0-based), whose bytes are `content` where they are known."""
    found, expected, repair = _texts(code, detail, header)
    kind = NotBiallelicError if code == damage.NOT_BIALLELIC else InputError
    return kind(found, where=f"{path}, {record_place(header, number, content)}", expected=expected, repair=repair)
