"""The bytes of a batch's records, kept while the batch lives: alleles made when read, whole records for a writer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from filiation.io.raw.header import Header


@dataclass(frozen=True)
class RawRecords:
    """Where each record lies in a piece of inflated file. v = records; `ends` are exclusive."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    is_bcf: bool
    # Names that the records use; needed to read single fields of INFO.
    header: Header | None = None

    def __getitem__(self, rows: slice | npt.NDArray[np.int64]) -> RawRecords:
        return RawRecords(self.data, self.starts[rows], self.ends[rows], self.is_bcf, self.header)

    def content(self, v: int) -> bytes:
        """One record: a BCF record with its two lengths, or a VCF line without its end."""
        return self.data[self.starts[v] : self.ends[v]].tobytes()


class Alleles(Sequence[str]):
    """REF or ALT of every record: a list of strings that are made when they are read."""

    def __init__(
        self, data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
    ) -> None:
        self._data = data
        self._starts = starts
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, v: int) -> str: ...

    @overload
    def __getitem__(self, v: slice) -> Alleles: ...

    def __getitem__(self, v: int | slice) -> str | Alleles:
        if isinstance(v, slice):
            return Alleles(self._data, self._starts[v], self._lengths[v])
        start = int(self._starts[v])
        return self._data[start : start + int(self._lengths[v])].tobytes().decode("ascii", errors="replace")

    def __iter__(self) -> Iterator[str]:
        return (self[v] for v in range(len(self)))

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str):
            return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))
        return NotImplemented

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"Alleles({list(self)!r})" if len(self) <= 8 else f"Alleles({len(self)} records)"

    def lengths(self) -> npt.NDArray[np.int64]:
        """Length of every allele."""
        return self._lengths

    def first_bytes(self) -> npt.NDArray[np.uint8]:
        """First base of every allele, as a byte."""
        return self._data[self._starts]

    def last_bytes(self) -> npt.NDArray[np.uint8]:
        """Last base of every allele, as a byte."""
        return self._data[self._starts + self._lengths - 1]

    def take(self, rows: npt.NDArray[np.int64]) -> Alleles:
        """The alleles of some records."""
        return Alleles(self._data, self._starts[rows], self._lengths[rows])

    def arrays(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The bytes that hold the alleles, and where each starts in them and how long it is."""
        return self._data, self._starts, self._lengths
