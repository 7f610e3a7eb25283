"""What does the header of a VCF or BCF declare that decoding needs: contigs, samples, FORMAT fields, their numbers?"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.kernels.damage import FIELDS

MAX_HEADER_BYTES = 1 << 28
BCF_MAGIC = b"BCF\x02"
_STRUCTURED = re.compile(r"##(FILTER|INFO|FORMAT|contig)=<(.*)>\s*$")
TYPES_EXPECTED = "GT as String; AD, DP, GQ, PL and GL as Integer or Float"
TYPES_REPAIR = "correct the ##FORMAT line (bcftools reheader -h HEADER FILE); make a BCF again from its VCF"
_PAIR = re.compile(r'([A-Za-z0-9_.]+)=("(?:\\.|[^"\\])*"|[^,]*)')


@dataclass
class Header:
    """Declarations of one file. `size`: bytes of the inflated file before its first record."""

    text: str
    size: int
    is_bcf: bool
    samples: list[str]
    contigs: list[str]
    contig_length: list[int]
    # Numbers of the contig dictionary, in the order of `contigs`; only BCF uses them.
    contig_key: list[int]
    # {field: type} of the FORMAT lines, and {name: number} of the string dictionary.
    formats: dict[str, str] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def format_keys(self) -> npt.NDArray[np.int64]:
        """Dictionary numbers of the fields that kernels read, -1 where a field is not declared."""
        return np.array([self.keys[name] if name in self.formats else -1 for name in FIELDS], dtype=np.int64)

    def declares(self, name: str) -> bool:
        """Whether a FORMAT field is declared."""
        return name in self.formats

    def contig_tables(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """For every number of the contig dictionary: its place in `contigs` (-1 none) and its length (0 unknown)."""
        size = max(self.contig_key, default=-1) + 1
        number = np.full(size, -1, dtype=np.int32)
        length = np.zeros(size, dtype=np.int64)
        for place, key in enumerate(self.contig_key):
            number[key] = place
            length[key] = self.contig_length[place]
        return number, length


def header_size(start: bytes, path: str, complete: bool) -> int | None:
    """Bytes that the header takes, from the first bytes of an inflated file; None when more bytes are needed.

    complete : no byte follows `start`.
    """
    if start[:5] == BCF_MAGIC + b"\x02" or start[:5] == BCF_MAGIC + b"\x01":
        if len(start) < 9:
            size = None
        else:
            size = 9 + struct.unpack("<I", start[5:9])[0]
            if size > MAX_HEADER_BYTES:
                raise _damaged(path, f"a header of {size} bytes")
            size = size if size <= len(start) else None
    elif start[:1] == b"#":
        found = re.search(rb"^#CHROM[^\n]*\n", start, re.MULTILINE)
        size = found.end() if found else None
        if size is None and len(start) > MAX_HEADER_BYTES:
            raise _damaged(path, f"no #CHROM line in the first {len(start)} bytes")
        body = start[: size or len(start)]
        if re.search(rb"^[^#]", body, re.MULTILINE):
            raise _damaged(path, "records before the #CHROM line")
    elif start.startswith(b"\xef\xbb\xbf"):
        raise InputError(
            "the file begins with a byte order mark",
            where=path,
            expected="##fileformat=VCF… as the first bytes",
            repair=f"sed '1s/^\\xef\\xbb\\xbf//' {path} > repaired.vcf",
        )
    else:
        raise InputError("neither VCF nor BCF", where=path, expected="##fileformat=VCF… or BCF 2", repair="name a VCF")
    if size is None and complete:
        raise _damaged(path, "the header is cut short")
    return size


def read_header(data: bytes, path: str) -> Header:
    """Parse a whole header (`header_size` bytes of an inflated file)."""
    is_bcf = data[:4] == BCF_MAGIC
    text = (data[9:] if is_bcf else data).rstrip(b"\0").decode("utf-8", errors="backslashreplace")
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines[0].startswith("##fileformat=VCF"):
        raise _damaged(path, "no ##fileformat line at the top")
    columns = next((line for line in lines if line.startswith("#CHROM")), "").split("\t")
    fixed = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    if columns[:8] != fixed or (len(columns) > 8 and columns[8] != "FORMAT"):
        raise _damaged(path, f"a column line that is not VCF's: {' '.join(columns[:9])!r}")
    header = Header(text, len(data), is_bcf, columns[9:], [], [], [])
    if twice := sorted({name for name in header.samples if header.samples.count(name) > 1} | ({""} & {*columns[9:]})):
        raise _damaged(path, f"sample name given twice or empty: {', '.join(map(repr, twice))}")
    _read_declarations(header, lines, path)
    return header


def _read_declarations(header: Header, lines: list[str], path: str) -> None:
    """Fill contigs, FORMAT types and both dictionaries, as BCF numbers them (VCF specification, section 6.2.1)."""
    header.keys["PASS"] = 0
    used = {0}
    contigs: dict[str, tuple[int, int]] = {}
    for line in lines:
        found = _STRUCTURED.match(line)
        if not found:
            continue
        pairs = dict(_PAIR.findall(found.group(2)))
        name = pairs.get("ID", "")
        index = pairs.get("IDX", "")
        if not name or (index and not index.isdecimal()):
            raise _damaged(path, f"a header line that cannot be read: {line[:80]!r}")
        if found.group(1) == "contig":
            length = pairs.get("length", "").strip('"')
            key = int(index) if index else max((key for key, _ in contigs.values()), default=-1) + 1
            contigs.setdefault(name, (key, int(length) if length.isdecimal() else 0))
            continue
        if name not in header.keys:
            header.keys[name] = int(index) if index else max(used) + 1
            used.add(header.keys[name])
        if found.group(1) == "FORMAT":
            header.formats.setdefault(name, pairs.get("Type", "String").strip('"'))
    if wrong := wrong_type(header.formats):
        raise InputError(wrong, where=f"{path}, header", expected=TYPES_EXPECTED, repair=TYPES_REPAIR)
    if len({key for key, _ in contigs.values()}) != len(contigs) or len(used) != len(header.keys):
        raise _damaged(path, "two names with one dictionary number (IDX)")
    if max([*used, *(key for key, _ in contigs.values())], default=0) > 1 << 24:
        raise _damaged(path, "a dictionary number (IDX) beyond reason")
    for name, (key, length) in sorted(contigs.items(), key=lambda item: item[1][0]):
        header.contigs.append(name)
        header.contig_key.append(key)
        header.contig_length.append(length)


def wrong_type(formats: Mapping[str, str]) -> str:
    """What is wrong with the types that FORMAT fields are declared to have; `` when nothing.

    Numbers declared as text are text in a BCF, and would be read as missing without a word.
    """
    for name in FIELDS:
        kind = formats.get(name, "")
        if kind and kind not in (("String",) if name == "GT" else ("Integer", "Float")):
            return f"FORMAT/{name} is declared as {kind}"
    return ""


def _damaged(path: str, found: str) -> InputError:
    """The error of a header that is not sound."""
    return InputError(
        found,
        where=f"{path}, header",
        expected="a sound VCF header",
        repair=f"bcftools view -h {path} shows the header",
    )
