"""Records that go on, written with more INFO: the bytes that were read, and what is said of them put behind.

No record is parsed or built again. `bcftools view` takes the stream, checks every record and writes the BCF.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt

from filiation.errors import ToolError
from filiation.io.raw.header import BCF_MAGIC, Header
from filiation.io.raw.typed import after, descriptor, integers, typed_at
from filiation.io.tools import environment, require_tool

InfoValue = bool | int | float | str | Sequence[int] | Sequence[float] | Sequence[str]
_DECLARATION = re.compile(r"##INFO=<ID=([^,]+),Number=[^,]+,Type=([A-Za-z]+)")
_FLAG, _FLOAT, _CHARACTER = b"\x00", 5, 7
_BUFFER = 1 << 20
# BCF at the level that takes half the time; survivors are few, and the next step writes them again.
_FASTEST = "-Ob1"
# Both lengths of a BCF record, and how many INFO fields it has.
_LENGTHS = struct.Struct("<II16xH")


def encode_value(value: InfoValue) -> bytes:
    """One INFO value as BCF types it."""
    if isinstance(value, bool):
        return _FLAG
    if isinstance(value, int):
        return integers([value])
    if isinstance(value, float):
        return descriptor(_FLOAT, 1) + struct.pack("<f", value)
    if isinstance(value, str):
        content = value.encode()
        return descriptor(_CHARACTER, len(content)) + content
    if value and isinstance(value[0], str):
        return encode_value(",".join(map(str, value)))
    if value and isinstance(value[0], float):
        return descriptor(_FLOAT, len(value)) + struct.pack(f"<{len(value)}f", *value)
    return integers([int(item) for item in value])


def _text(value: InfoValue) -> str:
    """One INFO value as VCF writes it; nine digits give the same 32-bit float back."""
    if isinstance(value, float):
        return format(float(np.float32(value)), ".9g")
    if isinstance(value, str | int):
        return str(value)
    return ",".join(_text(item) for item in value)


class RecordWriter:
    """Writes records of one input to a BCF. Use as a context manager; leaving it ends bcftools and checks it."""

    def __init__(self, header: Header, lines: Sequence[str], output: str | Path) -> None:
        self.header = header
        self.output = str(output)
        self.names = [found.group(1) for line in lines if (found := _DECLARATION.match(line))]
        assert len(self.names) == len(lines), "a line that declares no INFO field"
        # A field that the input has already is replaced: its line goes, and its values go from each record.
        self._own = re.compile(rf"^##INFO=<ID=(?:{'|'.join(self.names)}),.*\n", re.MULTILINE)
        self._own_info = re.compile(rf"(?:^|;)(?:{'|'.join(self.names)}|\.)(?:[=;]|$)".encode())
        self._replaces = bool(self._own.search(header.text))
        self._keys = dict(header.keys)
        for name in self.names:
            self._keys.setdefault(name, max(self._keys.values()) + 1)
        self._codes = {name: integers([self._keys[name]]) for name in self.names}
        self._known: dict[tuple[str, InfoValue], bytes] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._lines = [f"{line[:-1]},IDX={self._keys[name]}>" for line, name in zip(lines, self.names, strict=True)]

    def _header_bytes(self) -> bytes:
        """The header with the new lines in front of the columns; old lines of the same fields are gone."""
        text = self._own.sub("", self.header.text.replace("\r\n", "\n"))
        place = text.index("#CHROM")
        content = (text[:place] + "".join(f"{line}\n" for line in self._lines) + text[place:]).encode()
        if not self.header.is_bcf:
            return content
        content = content.rstrip(b"\0") + b"\0"
        return BCF_MAGIC + b"\x02" + struct.pack("<I", len(content)) + content

    def __enter__(self) -> RecordWriter:
        require_tool("bcftools", "write the records that go on")
        self._process = subprocess.Popen(
            ["bcftools", "view", "--no-version", _FASTEST, "-o", self.output, "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
            bufsize=_BUFFER,
        )
        self._put(self._header_bytes())
        return self

    def _put(self, content: bytes) -> None:
        """Hand bytes to bcftools; when it is gone, its own words tell why at the end."""
        assert self._process is not None
        stream: IO[bytes] | None = self._process.stdin
        assert stream is not None
        try:
            stream.write(content)
        except BrokenPipeError:
            self._finish()

    def write(self, record: bytes, info: Mapping[str, InfoValue]) -> None:
        """One record as it was read (BCF with its two lengths, or a line without its end) with more INFO."""
        self.write_records(self.with_info(record, [self.field(*item) for item in info.items()], len(info)))

    def write_records(self, content: bytes) -> None:
        """Records that `with_info` made."""
        self._put(content)

    def field(self, name: str, value: InfoValue) -> bytes:
        """One INFO field in the format of the records; the few distinct texts and states are encoded once."""
        if isinstance(value, float):
            return self._encoded(name, value)
        known = self._known.get((name, value))
        if known is None:
            known = self._encoded(name, value)
            if len(self._known) < 100_000:
                self._known[name, value] = known
        return known

    def _encoded(self, name: str, value: InfoValue) -> bytes:
        """Key and value."""
        if self.header.is_bcf:
            return self._codes[name] + encode_value(value)
        return (name if value is True else f"{name}={_text(value)}").encode()

    @property
    def replaces(self) -> bool:
        """Whether the input declares a field that is written, so that its records may have it."""
        return self._replaces

    def front(self, name: str, like: InfoValue) -> bytes:
        """What stands in front of every value of a field, `like` being one of them: its name, or key and type."""
        if not self.header.is_bcf:
            return (name if like is True else f"{name}=").encode()
        kind = _FLAG if like is True else descriptor(_FLOAT, 1) if isinstance(like, float) else b""
        return self._codes[name] + kind

    def decimals(self, name: str, values: npt.NDArray[np.float64]) -> list[bytes]:
        """`field` of a number of every record; nothing where it is NaN."""
        single = values.astype("<f4")
        if self.header.is_bcf:
            front, content = self._codes[name] + descriptor(_FLOAT, 1), single.tobytes()
            encoded = [front + content[at : at + 4] for at in range(0, len(content), 4)]
        else:
            encoded = [f"{name}={value:.9g}".encode() for value in single.tolist()]
        for v in np.flatnonzero(np.isnan(values)):
            encoded[v] = b""
        return encoded

    def joined(self, fields: Sequence[bytes]) -> bytes:
        """Fields one behind the other, as INFO holds them."""
        return (b"" if self.header.is_bcf else b";").join(fields)

    def with_info(self, record: bytes, fields: Sequence[bytes], number: int) -> bytes:
        """A record whose INFO is longer by `fields`, which hold `number` fields. A line gets its end."""
        if self.header.is_bcf:
            return self._bcf(record, b"".join(fields), number)
        return self._line(record, b";".join(fields))

    def _bcf(self, record: bytes, fields: bytes, more: int) -> bytes:
        """A BCF record whose INFO block is longer."""
        shared, individual, number = _LENGTHS.unpack_from(record)
        fixed, end = record[8 : 8 + shared], 8 + shared
        if self._replaces:
            fixed, number = _without(fixed, {self._keys[name] for name in self.names})
        lengths = struct.pack("<II", len(fixed) + len(fields), individual)
        number_bytes = struct.pack("<H", number + more)
        return b"".join((lengths, fixed[:16], number_bytes, fixed[18:], fields, record[end:]))

    def _line(self, record: bytes, fields: bytes) -> bytes:
        """A VCF line whose INFO is longer."""
        columns = record.rstrip(b"\r\n").split(b"\t", 8)
        if columns[7] == b".":
            columns[7] = fields
        elif self._own_info.search(columns[7]):
            own = {name.encode() for name in self.names}
            kept = [item for item in columns[7].split(b";") if item != b"." and item.partition(b"=")[0] not in own]
            columns[7] = b";".join([*kept, fields])
        else:
            columns[7] += b";" + fields
        return b"\t".join(columns) + b"\n"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        if kind is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
            return
        self._finish()

    def _finish(self) -> None:
        """Wait for bcftools; a ToolError with its last words when it did not end well."""
        process = self._process
        assert process is not None
        self._process = None
        _, words = process.communicate()
        if process.returncode != 0:
            raise ToolError(
                f"bcftools ended with exit code {process.returncode} while it had to write records:\n    "
                + words.decode(errors="replace").strip()[-800:],
                where=self.output,
                repair="look at the message above; is the disk full?",
            )


def _without(shared: bytes, keys: set[int]) -> tuple[bytes, int]:
    """The shared block of a record without the INFO of some keys, and how many INFO fields are left."""
    number, alleles = struct.unpack_from("<HH", shared, 16)
    at = 24
    for _ in range(alleles + 2):
        at = after(shared, at)
    kept = bytearray(shared[:at])
    left = 0
    for _ in range(number):
        kind, _, value = typed_at(shared, at)
        width = {1: 1, 2: 2, 3: 4}[kind]
        end = after(shared, value + width)
        if int.from_bytes(shared[value : value + width], "little") not in keys:
            kept += shared[at:end]
            left += 1
        at = end
    return bytes(kept), left
