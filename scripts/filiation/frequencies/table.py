"""What does a compiled source say of the alleles of a batch? The file is mapped, not read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.frequencies.alleles import AlleleCodes
from filiation.frequencies.layout import PREFIX, Header, damaged, read_header
from filiation.io.files import require_file
from filiation.kernels.encoding import MISSING_INT
from filiation.kernels.frequency import ABSENT, FOUND, NO_FREQUENCY, NOT_COVERED, lookup_jit
from filiation.model.contigs import bare_name, detect_assembly

__all__ = ["ABSENT", "FOUND", "MISSING_INT", "NOT_COVERED", "NO_FREQUENCY", "Frequencies", "FrequencyTable"]

SECTION_TYPES = {
    "block_start": np.uint32,
    "block_offset": np.uint32,
    "segment_checksum": np.uint64,
    "segment_byte": np.int64,
    "covered_start": np.uint32,
    "covered_end": np.uint32,
}


@dataclass(frozen=True)
class Frequencies:
    """Answers for a batch. af : float64 (v,), NaN unless found; homozygotes, hemizygotes : int32 (v,), -1 missing;
    state : int8 (v,), FOUND, ABSENT, NOT_COVERED or NO_FREQUENCY of kernels.frequency."""

    af: npt.NDArray[np.float64]
    homozygotes: npt.NDArray[np.int32]
    hemizygotes: npt.NDArray[np.int32]
    state: npt.NDArray[np.int8]


class FrequencyTable:
    """A compiled source, mapped into memory."""

    def __init__(self, path: str | Path) -> None:
        """Map the file; InputError when it is damaged or of another version."""
        self.path = require_file(path, "compiled frequencies")
        self.header: Header = read_header(path)
        mapped = np.asarray(np.memmap(self.path, dtype=np.uint8, mode="r"))
        payload = (self.header.payload_bytes + 7) // 8 * 8
        self._data = mapped[PREFIX.size : PREFIX.size + payload]
        self._words = self._data.view(np.uint64)
        sections = self._sections(mapped)
        contigs = self.header.contigs
        self._contig_block = self._bounds([c.first_block for c in contigs], len(sections["block_start"]))
        self._contig_byte = self._bounds([c.first_byte for c in contigs], self.header.payload_bytes)
        self._contig_covered = self._bounds([c.first_interval for c in contigs], len(sections["covered_start"]))
        self._checked = np.zeros(len(sections["segment_checksum"]), dtype=np.uint8)
        self._section = sections

    def _sections(self, mapped: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[Any]]:
        """The index arrays, after their checksum was compared."""
        digest = hashlib.sha256()
        found: dict[str, npt.NDArray[Any]] = {}
        for name, kind in SECTION_TYPES.items():
            offset, size = self.header.sections[name]
            part = mapped[offset : offset + size]
            digest.update(part.data)
            found[name] = part.view(kind)
        if digest.hexdigest() != self.header.index_sha256:
            raise damaged(self.path, "the index does not have its checksum")
        return found

    @staticmethod
    def _bounds(first: list[int], end: int) -> npt.NDArray[np.int64]:
        return np.array([*first, end], dtype=np.int64)

    def contig_map(self, contigs: Sequence[str]) -> npt.NDArray[np.int32]:
        """Number in this source of each of the family's contigs, -1 for none; `chr1` and `1` are one."""
        exact = {contig.name: number for number, contig in enumerate(self.header.contigs)}
        bare = {bare_name(contig.name): number for number, contig in enumerate(self.header.contigs)}
        return np.array([exact.get(name, bare.get(bare_name(name), -1)) for name in contigs], dtype=np.int32)

    def require_build(self, lengths: dict[str, int]) -> None:
        """Stop when the family's calls are of another genome build than the source."""
        build = detect_assembly(lengths)
        if "other" in (build, self.header.build) or build == self.header.build:
            return
        raise InputError(
            f"frequencies of {self.header.build} for calls of {build}",
            where=f"{self.path} (frequency source {self.header.name})",
            expected=f"a source on {build}",
            repair="give the file of the calls' build, or compile one from a VCF of that build",
        )

    def lookup(self, contig: npt.NDArray[np.int32], codes: AlleleCodes) -> Frequencies:
        """Look alleles up. contig : int32 (v,), numbers of `contig_map`; any order, fastest when sorted."""
        n = len(codes)
        found = Frequencies(
            np.empty(n), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int8)
        )
        section = self._section
        bad = lookup_jit(
            self._data,
            self._words,
            section["block_start"],
            section["block_offset"],
            self._contig_block,
            self._contig_byte,
            section["segment_byte"],
            section["segment_checksum"],
            self._checked,
            section["covered_start"],
            section["covered_end"],
            self._contig_covered,
            self.header.coverage is not None,
            contig,
            codes.pos,
            codes.key,
            codes.text,
            codes.text_offset,
            found.af,
            found.homozygotes,
            found.hemizygotes,
            found.state,
        )
        if bad >= 0:
            raise damaged(self.path, f"segment {bad} of the alleles does not have its checksum")
        if self.header.homozygotes is None:
            found.homozygotes.fill(MISSING_INT)
        if self.header.hemizygotes is None:
            found.hemizygotes.fill(MISSING_INT)
        return found
