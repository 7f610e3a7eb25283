"""How are records with several alternate alleles, or with none, read as records of one each, in the same pass?

One record becomes one for each alternate allele, in their order. GT: the allele is 1, every other allele 0, so that
an absence is an absence of this allele. Fields with a value for each allele keep those of the reference and of the
allele, fields with a value for each genotype those of the genotypes of both; all else is copied. Reads of the other
alleles are counted in DP alone. Nothing is moved or trimmed: population frequencies are looked up by the shortest way
to write an allele anyway. A record without an alternate allele gets `<*>`, which nobody carries.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.raw.header import Header
from filiation.io.raw.messages import record_error, record_place
from filiation.io.raw.typed import after, descriptor, typed_at
from filiation.kernels.alternates import count_alternates_jit
from filiation.kernels.damage import LENGTHS_DISAGREE, TOO_FEW_COLUMNS

# Fields whose number callers are known to declare wrongly, as `normalise` corrects them.
NUMBERS = {"AD": "R", "ADF": "R", "ADR": "R", "PL": "G", "GL": "G", "GP": "G"}
UNSPECIFIED = ("<NON_REF>", "<*>")
_NO_ALTERNATE = b"<*>"
_DECLARATION = re.compile(r"^##(INFO|FORMAT)=<ID=([^,>]+),Number=([^,>]+)", re.MULTILINE)
_GENOTYPE = re.compile(rb"(\d+)")
_SIGNED: dict[int, type[np.signedinteger]] = {1: np.int8, 2: np.int16, 3: np.int32}
_WIDTH = {1: 1, 2: 2, 3: 4, 5: 4}
# Bytes of a missing value and of the end of a short vector.
_MISSING = {1: b"\x80", 2: b"\x00\x80", 3: b"\x00\x00\x00\x80", 5: b"\x01\x00\x80\x7f"}
_END = {1: b"\x81", 2: b"\x01\x80", 3: b"\x01\x00\x00\x80", 5: b"\x02\x00\x80\x7f"}


def kept_values(number: str, count: int, allele: int, n_alleles: int) -> list[int] | None:
    """Places of the values that stay for one alternate allele; None: all of them, as they are.

    number : as declared (A, R, G or other). A field with another number of values than declared has none that stay.
    Of a record without an alternate allele stays what it says of the reference.
    """
    if n_alleles == 1 and number in ("A", "R", "G"):
        return [0] if count == 1 and number != "A" else []
    if number == "A":
        return [allele - 1] if count == n_alleles - 1 else []
    if number == "R":
        return [0, allele] if count == n_alleles else []
    if number == "G":
        if count == n_alleles:
            return [0, allele]
        carrier = allele * (allele + 1) // 2
        return [0, carrier, carrier + allele] if count == n_alleles * (n_alleles + 1) // 2 else []
    return None


class Splitter:
    """Splits the records of one file."""

    def __init__(self, header: Header, path: str) -> None:
        self.header = header
        self.path = path
        declared: dict[str, dict[str, str]] = {"INFO": {}, "FORMAT": {}}
        for kind, name, number in _DECLARATION.findall(header.text):
            declared[kind].setdefault(name, number)
        self.info = declared["INFO"]
        self.format = {name: NUMBERS.get(name, number) for name, number in declared["FORMAT"].items()}
        self.names = {key: name for name, key in header.keys.items()}

    def alternates(
        self, data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int32]:
        """Alternate alleles of every record, int32 (v,)."""
        found = np.ones(starts.size, dtype=np.int32)
        if self.header.is_bcf:
            # The number of alleles is the 16-bit word behind INFO's count; the decoder tells of a cut record.
            whole = starts + 28 <= data.size
            at = starts[whole] + 26
            found[whole] = data[at].astype(np.int32) + (data[at + 1].astype(np.int32) << 8) - 1
        else:
            count_alternates_jit(data, starts, ends, found)
        return found

    def split(
        self,
        data: npt.NDArray[np.uint8],
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
        first_record: int,
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The same records, each with one alternate allele: data, starts, ends, and number of the record given.

        Data, starts and ends are the given ones when all records have one.
        """
        alternates = self.alternates(data, starts, ends)
        numbers = np.repeat(np.arange(starts.size), np.maximum(alternates, 1))
        several = np.flatnonzero(alternates != 1)
        if not several.size:
            return data, starts, ends, numbers
        parts: list[bytes | npt.NDArray[np.uint8]] = []
        sizes: list[npt.NDArray[np.int64]] = []
        done = 0
        one = self._bcf if self.header.is_bcf else self._line
        for v in several:
            if v > done:
                parts.append(data[starts[done] : ends[v - 1]])
                sizes.append(ends[done:v] - starts[done:v])
            records = self._made(one, data[starts[v] : ends[v]].tobytes(), first_record + int(v))
            parts += records
            sizes.append(np.array([len(record) for record in records], dtype=np.int64))
            done = int(v) + 1
        if done < starts.size:
            parts.append(data[starts[done] : ends[-1]])
            sizes.append(ends[done:] - starts[done:])
        stops = np.cumsum(np.concatenate(sizes))
        joined = np.empty(int(stops[-1]), dtype=np.uint8)
        at = 0
        for part in parts:
            joined[at : at + len(part)] = np.frombuffer(part, dtype=np.uint8) if isinstance(part, bytes) else part
            at += len(part)
        return joined, np.concatenate([np.zeros(1, dtype=np.int64), stops[:-1]]), stops, numbers

    def _made(self, one: Callable[[bytes, int], list[bytes]], record: bytes, number: int) -> list[bytes]:
        """Split records of one record; an InputError with its place when its bytes contradict each other."""
        try:
            return one(record, number)
        except (IndexError, KeyError, ValueError, struct.error, OverflowError) as problem:
            code = LENGTHS_DISAGREE if self.header.is_bcf else TOO_FEW_COLUMNS
            raise record_error(code, 0, self.path, self.header, number, content=record) from problem

    def _refuse_unspecified(self, alternates: list[bytes], record: bytes, number: int) -> None:
        """A gVCF has no genotypes for the alleles of its blocks."""
        for name in UNSPECIFIED:
            if len(alternates) > 1 and name.encode() in alternates:
                raise InputError(
                    f"{name} allele: this is a gVCF",
                    where=f"{self.path}, {record_place(self.header, number, record)}",
                    expected="genotyped calls",
                    repair="genotype it first (GLnexus, or gatk GenotypeGVCFs) and give the joint VCF",
                )

    def _line(self, record: bytes, number: int) -> list[bytes]:
        """One VCF line as a line for each alternate allele."""
        content = record.rstrip(b"\r\n")
        columns = content.split(b"\t")
        if len(columns) < 8:
            raise ValueError("too few columns")
        alternates = [] if columns[4] == b"." else columns[4].split(b",")
        self._refuse_unspecified(alternates, record, number)
        info = [item.partition(b"=") for item in columns[7].split(b";")]
        keys = [key.decode() for key in columns[8].split(b":")] if len(columns) > 8 else []
        cells = [column.split(b":") for column in columns[9:]]
        end = record[len(content) :]
        lines = []
        for allele, alternate in enumerate(alternates or [_NO_ALTERNATE], 1):
            line = list(columns)
            line[4] = alternate
            n_alleles = 1 + len(alternates)
            line[7] = b";".join(
                key + sign + _some_text(self.info.get(key.decode(), ""), value, allele, n_alleles)
                for key, sign, value in info
            )
            for column, cell in enumerate(cells, 9):
                line[column] = b":".join(
                    _genotype_text(value, allele, n_alleles)
                    if key == "GT"
                    else _some_text(self.format.get(key, ""), value, allele, n_alleles)
                    for key, value in zip([*keys, *[""] * (len(cell) - len(keys))], cell, strict=False)
                )
            lines.append(b"\t".join(line) + end)
        return lines

    def _bcf(self, record: bytes, number: int) -> list[bytes]:
        """One BCF record as a record for each alternate allele."""
        shared, individual = struct.unpack_from("<II", record)
        if 8 + shared + individual != len(record):
            raise ValueError("lengths")
        n_info, n_alleles = struct.unpack_from("<HH", record, 24)
        n_samples = struct.unpack_from("<I", record, 28)[0] & 0xFFFFFF
        place = after(record, 32)
        alleles = []
        for _ in range(n_alleles):
            stop = after(record, place)
            alleles.append(record[place:stop])
            place = stop
        first_info = after(record, place)
        spelled = [allele[typed_at(allele, 0)[2] :] for allele in alleles]
        self._refuse_unspecified(spelled[1:], record, number)
        info = self._pieces(record, first_info, n_info, 8 + shared, 1, self.info)
        members = self._pieces(record, 8 + shared, record[31], len(record), n_samples, self.format)
        start = record[8:24] + struct.pack("<HH", n_info, 2) + record[28 : after(record, 32)]
        records = []
        for allele in range(1, max(2, n_alleles)):
            alternate = alleles[allele] if n_alleles > 1 else descriptor(7, len(_NO_ALTERNATE)) + _NO_ALTERNATE
            told = b"".join(piece if isinstance(piece, bytes) else piece.of(allele, n_alleles) for piece in info)
            head = b"".join((start, alleles[0], alternate, record[place:first_info], told))
            tail = b"".join(piece if isinstance(piece, bytes) else piece.of(allele, n_alleles) for piece in members)
            records.append(struct.pack("<II", len(head), len(tail)) + head + tail)
        return records

    def _pieces(
        self, record: bytes, at: int, n_fields: int, end: int, n_values: int, numbers: dict[str, str]
    ) -> list[bytes | _Field]:
        """The fields of a block, up to `end`: those with values for alleles, and the bytes of all others between.

        n_values : vectors of each field, 1 in INFO, one for each sample in FORMAT. numbers : as declared.
        """
        pieces: list[bytes | _Field] = []
        copied = at
        for _ in range(n_fields):
            key, value = _key(record, at)
            kind, count, start = typed_at(record, value)
            stop = start + n_values * (after(record, value) - start)
            if stop > end:
                raise ValueError("a field beyond its block")
            name = self.names[key]
            number = numbers.get(name, "")
            genotype = name == "GT" and kind in _SIGNED and numbers is self.format
            text = kind == 7 and numbers is self.info
            if genotype or (number in ("A", "R", "G") and (kind in _WIDTH or text)):
                pieces += [record[copied:value], _Field("GT" if genotype else number, kind, count, record[start:stop])]
                copied = stop
            at = stop
        if at != end:
            raise ValueError("bytes behind a block")
        return [*pieces, record[copied:end]]


@dataclass(frozen=True)
class _Field:
    """Typed values for alleles; number : A, R, G, or GT for genotypes."""

    number: str
    kind: int
    count: int
    content: bytes

    def of(self, allele: int, n_alleles: int) -> bytes:
        """Descriptor and values for one allele."""
        if self.number == "GT":
            return descriptor(self.kind, self.count) + _genotypes(self.content, self.kind, allele, n_alleles)
        if self.kind == 7:
            text = _some_text(self.number, self.content, allele, n_alleles)
            return descriptor(7, len(text)) + text
        return _chosen(self.content, self.count, self.number, self.kind, allele, n_alleles)


def _key(record: bytes, at: int) -> tuple[int, int]:
    """Dictionary number of a field, and where its value's descriptor stands."""
    kind, count, start = typed_at(record, at)
    if count != 1:
        raise ValueError("key")
    width = _WIDTH[kind]
    return int.from_bytes(record[start : start + width], "little"), start + width


def _some_text(number: str, value: bytes, allele: int, n_alleles: int) -> bytes:
    """The values of one allele out of a list written in text; `.` when the list has another length than declared."""
    if number not in ("A", "R", "G") or value == b".":
        return value
    items = value.split(b",")
    kept = kept_values(number, len(items), allele, n_alleles)
    return value if kept is None else b",".join(items[place] for place in kept) or b"."


def _genotype_text(value: bytes, allele: int, n_alleles: int) -> bytes:
    """GT for one allele; an allele that the record does not have becomes 2, which the decoder refuses."""

    def renamed(match: re.Match[bytes]) -> bytes:
        called = int(match[1][:9])
        return b"2" if called >= n_alleles or len(match[1]) > 9 else b"1" if called == allele else b"0"

    return _GENOTYPE.sub(renamed, value)


@cache
def _genotype_table(allele: int, n_alleles: int) -> bytes:
    """What each one-byte code of GT becomes for one allele; codes are (allele + 1) * 2 + phase."""
    return bytes(
        code if code >= 128 or code < 2 else (_renamed(code // 2 - 1, allele, n_alleles) + 1) * 2 + code % 2
        for code in range(256)
    )


def _renamed(called: int, allele: int, n_alleles: int) -> int:
    """The number of a called allele where one allele is 1 and the others 0; 2 for one that the record does not have."""
    return 2 if called >= n_alleles else int(called == allele)


def _genotypes(content: bytes, kind: int, allele: int, n_alleles: int) -> bytes:
    """GT of all members for one allele; missing, end and damaged codes stay as they are."""
    if kind == 1:
        return content.translate(_genotype_table(allele, n_alleles))
    codes = np.frombuffer(content, dtype=_SIGNED[kind])
    called = (codes >> 1) - 1
    renamed = np.where(called == allele, 1, np.where(called >= n_alleles, 2, 0))
    changed = ((renamed + 1) << 1 | codes & 1).astype(codes.dtype)
    return np.where(codes < 2, codes, changed).astype(codes.dtype).tobytes()


def _chosen(content: bytes, count: int, number: str, kind: int, allele: int, n_alleles: int) -> bytes:
    """A field with one or more values for each allele, descriptor and all members' values, for one allele.

    A haploid member's likelihoods stay two. A vector of another length than declared says nothing of one allele: one
    missing value for each member.
    """
    width = _WIDTH[kind]
    step = count * width
    kept = kept_values(number, count, allele, n_alleles)
    if not count:
        return descriptor(kind, 0)
    if not kept:
        return descriptor(kind, 1) + _MISSING[kind] * (len(content) // step)
    end = _END[kind]
    out = [descriptor(kind, len(kept))]
    for start in range(0, len(content), step):
        places = kept
        if number == "G" and len(kept) == 3:
            behind = start + n_alleles * width
            if content[behind : behind + width] == end:
                places = [0, allele]
        out += [content[start + place * width : start + (place + 1) * width] for place in places]
        out += [end] * (len(kept) - len(places))
    return b"".join(out)
